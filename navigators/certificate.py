"""The coverage certificate of a stored run, held against the documents themselves.

    check_certificate(run, trees, scope) -> one Check for the scope, one for each version that was opened

Nothing the run says of itself is believed: trees are hashed again from their
words up, passages and quotes are sliced again, what was judged is read from the
notes, and every figure and hash is computed anew. No model takes part. What
cannot be checked any more, because a document was deleted since, is said to be so.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from docs_ingest.tree import hashes_of
from navigators.coverage import document_coverage, scope_hash
from navigators.places import cite
from navigators.signposts import breadcrumb, place_label
from stores.records import Citation, Node, Note, Passage, Run, Tree, Version, VersionUsed, place_name

_OLD = "the run was made before such hashes were kept: which documents were in scope cannot be checked"
_GONE = "documents that were in scope were deleted or moved since: which they were cannot be checked any more"


class CheckState(StrEnum):
    HOLDS = "holds"
    ALTERED = "altered"  # the run says otherwise than the documents, or than itself
    UNCHECKED = "unchecked"  # there is nothing left to hold it against


@dataclass(frozen=True, slots=True)
class Check:
    """How one part of a run compares."""

    subject: str  # scope, or document@version
    state: CheckState
    faults: tuple[str, ...] = ()  # what does not hold, or why it cannot be checked


def check_certificate(run: Run, trees: Mapping[str, Tree], scope: Sequence[Version]) -> list[Check]:
    """Whether all that a run says of where it looked is so.

    `trees`: by version id, of the derivations the run used; those missing were
    deleted since. `scope`: the versions that this reader could ask on the run's
    day, as far as the ledger still has them.
    """
    return [_scope(run, trees, scope), *(_version(run, used, trees.get(used.version_id)) for used in run.versions)]


def _scope(run: Run, trees: Mapping[str, Tree], scope: Sequence[Version]) -> Check:
    faults = list(_scope_faults(run, trees))
    same = scope_hash(scope) == run.coverage.scope_hash
    if not same and not _old(run) and run.collection is None and len(scope) == run.coverage.considered:
        faults.append("hash of the documents in scope differs")
    if faults:
        return Check("scope", CheckState.ALTERED, tuple(faults))
    if same and len(trees) == len(run.versions):
        return Check("scope", CheckState.HOLDS)
    return Check("scope", CheckState.UNCHECKED, (_OLD if _old(run) else _GONE,))


def _old(run: Run) -> bool:
    """Whether a run was made by a version that hashed only what was read."""
    coverage = run.coverage
    later = (coverage.scope_hash, *(h for d in coverage.documents for h in (d.judged_hash, d.unseen_hash)))
    return coverage.considered > 0 and not any(later)


def _scope_faults(run: Run, trees: Mapping[str, Tree]) -> Iterator[str]:
    """Where the certificate as a whole disagrees with the run's notes, versions and passages."""
    coverage = run.coverage
    opened = [n for n in run.notes if n.step == "open"]
    read = _last(run, "read")
    names = [f"{v.document}@{v.version}" for v in run.versions]
    yield from _differ("documents in scope", coverage.considered, max((n.candidates for n in opened), default=0))
    yield from _differ("documents opened", coverage.looked_at, len(names))
    yield from _differ("documents listed", [f"{d.document}@{d.version}" for d in coverage.documents], names)
    yield from _differ("documents opened by the notes", [name for n in opened for name in n.kept], names)
    yield from _differ("passages read by the notes", list(read.kept), [_place_of(p) for p in run.passages])
    planned = {(n.round, place) for n in run.notes if n.step == "plan" for place in n.kept}
    yield from _differ("places judged", {(n.round, n.subject) for n in run.notes if n.step == "judge"}, planned)
    if len(trees) == len(names):
        noted = {why: n for why, n in coverage.dropped.items() if why != "not_in_scope"}  # of those nothing is noted
        yield from _differ("index hits dropped", noted, _dropped(run, trees))
    known = {(v.version_id, v.document, v.version) for v in run.versions}
    for passage in run.passages:
        if (passage.version_id, passage.document, passage.version) not in known:
            yield f"passage {passage.local}: its version was not opened"
    for citation in _citations(run):
        if (citation.document, citation.version) not in {(p.document, p.version) for p in run.passages}:
            yield f"a citation: nothing of {citation.document}@{citation.version} was read"


def _dropped(run: Run, trees: Mapping[str, Tree]) -> dict[str, int]:
    """Index hits that stand in no opened version, by reason, from what the index named."""
    standing = {n.passage_key for tree in trees.values() for n in tree.nodes if n.passage_key}
    opened = {v.document for v in run.versions}
    proposed = [(p.local, p.place) for n in run.notes if n.step == "propose" for p in n.picks]
    searched = {(p.local, p.place) for n in run.notes if n.step == "search" for p in n.picks}
    gone = [document for key, document in (*proposed, *searched) if key not in standing]
    return dict(Counter("superseded" if document in opened else "not_opened" for document in gone))


def _version(run: Run, used: VersionUsed, tree: Tree | None) -> Check:
    name = f"{used.document}@{used.version}"
    if tree is None:
        return Check(name, CheckState.UNCHECKED, ("it was deleted since: what it held cannot be checked any more",))
    faults = (
        *_tree_faults(used, tree),
        *_passage_faults([p for p in run.passages if p.version_id == used.version_id], tree),
        *_judge_faults(run, tree),
        *_share_faults(run, tree),
        *_citation_faults(run, tree),
    )
    return Check(name, CheckState.ALTERED if faults else CheckState.HOLDS, faults)


def _tree_faults(used: VersionUsed, tree: Tree) -> Iterator[str]:
    """The version's words and nodes, hashed from the bottom up."""
    version = tree.version
    hashes = hashes_of(tree.text, tree.nodes)
    text_hash = hashlib.sha256(tree.text.encode("utf-8", "surrogatepass")).hexdigest()
    yield from _differ("hash of the text", used.text_hash, text_hash)
    yield from _differ("root hash of the tree", used.root_hash, hashes[0][1])
    yield from _differ("hash of the file", used.source_hash, version.source_hash)
    yield from _differ("parser", used.parser, version.parser)
    yield from _differ("derivation", used.derivation, version.derivation)
    if hashes != [(n.content_hash, n.subtree_hash) for n in tree.nodes]:
        yield "nodes of the stored tree do not have their hashes"


def _passage_faults(passages: Sequence[Passage], tree: Tree) -> Iterator[str]:
    """Every passage read, sliced again."""
    for passage in passages:
        node = tree.node(passage.address)
        if node is None or node.passage_key is None:
            yield f"passage {passage.local}: {passage.address} is no passage of this version"
        elif not _same_words(passage, node, tree):
            yield f"passage {passage.local}: not what stands at {passage.address}"
    if len({p.address for p in passages}) < len(passages):
        yield "a passage is listed twice"


def _same_words(passage: Passage, node: Node, tree: Tree) -> bool:
    words = tree.text_of(node)
    start = node.start + len(words) - len(words.lstrip())
    said = (passage.text, passage.start, passage.end, passage.label, passage.breadcrumb, passage.page)
    return said == (
        words.strip(),
        start,
        start + len(words.strip()),
        place_label(tree, node),
        breadcrumb(tree, node),
        node.page,
    )


def _judge_faults(run: Run, tree: Tree) -> Iterator[str]:
    """Whether what the notes say was put before the judge stands in the tree."""
    for note, address in _judged_notes(run, tree):
        shown = _shown(tree, address)
        places = {place_name(tree.version.document, tree.version.number, a) for a in shown}
        yield from _differ(f"candidates judged at {address}", note.candidates, len(shown))
        if not {p.place for p in note.picks} | set(note.kept) <= places:
            yield f"the judge's picks at {address} do not stand there"


def _judged_notes(run: Run, tree: Tree) -> Iterator[tuple[Note, str]]:
    """The notes of the judge on this version, each with the address it judged below."""
    before = place_name(tree.version.document, tree.version.number, "")
    for note in run.notes:
        if note.step == "judge" and note.subject.startswith(before):
            yield note, note.subject.removeprefix(before)


def _shown(tree: Tree, address: str) -> frozenset[str]:
    """What stands before the judge below a node."""
    node = tree.node(address)
    return frozenset(c.address for c in tree.children(node) if c.kind.citable) if node else frozenset()


def _share_faults(run: Run, tree: Tree) -> Iterator[str]:
    """Every figure and hash of the version's line in the certificate."""
    version = tree.version
    said = [d for d in run.coverage.documents if (d.document, d.version) == (version.document, version.number)]
    read = {p.address for p in run.passages if p.version_id == version.id}
    judged = frozenset(a for _, address in _judged_notes(run, tree) for a in _shown(tree, address))
    found = document_coverage(tree, read, judged)
    for one in said[:1]:
        for figure in fields(one):
            if figure.name in ("judged_hash", "unseen_hash") and _old(run):
                continue
            yield from _differ(figure.name, getattr(one, figure.name), getattr(found, figure.name))
    if len(said) != 1:
        yield f"it has {len(said)} lines in the certificate"


def _citation_faults(run: Run, tree: Tree) -> Iterator[str]:
    """Every quote, sliced again out of a passage that was read."""
    version = tree.version
    for citation in _citations(run):
        if (citation.document, citation.version) != (version.document, version.number):
            continue
        holding = [
            p
            for p in run.passages
            if p.version_id == version.id and p.start <= citation.start < citation.end <= p.end and tree.node(p.address)
        ]
        if not any(cite(tree, p, citation.start, citation.end) == citation for p in holding):
            yield f"the citation of {citation.address}: not what stands there, or not read"


def _citations(run: Run) -> list[Citation]:
    return [c for claim in run.claims for c in claim.citations]


def _place_of(passage: Passage) -> str:
    return place_name(passage.document, passage.version, passage.address)


def _last(run: Run, step: str) -> Note:
    """The last note of a step; an empty one where there is none."""
    return next((n for n in reversed(run.notes) if n.step == step), Note(0, step, ""))


def _differ(what: str, said: object, found: object) -> Iterator[str]:
    if said != found:
        brief = isinstance(said, int | str) and isinstance(found, int | str)
        yield f"{what}: {said or 'none'}, found {found or 'none'}" if brief else f"{what} differ"
