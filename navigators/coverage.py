"""Coverage: what of each document was read in full, judged by signpost, or not looked at.

“Not found” carries the same certificate as an answer. The counts can be checked
later against the tree's root hash (`navigators.certificate`): which passages a
version has is a function of its bytes, and each of the three shares has a hash
over the addresses and words of its passages, so that nothing can change sides.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from stores.records import Coverage, DocumentCoverage, Node, Passage, Tree, Version


def coverage_of(
    trees: Sequence[Tree],
    passages: Iterable[Passage],
    judged: Mapping[str, frozenset[str]],
    scope: Sequence[Version],
    dropped: Mapping[str, int],
) -> Coverage:
    """The certificate of a run that opened these trees.

    `judged`: version id -> addresses whose signposts a judge has seen. `scope`:
    the versions the question was asked of.
    """
    read: dict[str, set[str]] = {}
    for passage in passages:
        read.setdefault(passage.version_id, set()).add(passage.address)
    documents = tuple(
        document_coverage(tree, read.get(tree.version.id, set()), judged.get(tree.version.id, frozenset()))
        for tree in trees
    )
    return Coverage(documents, len(scope), len(documents), dict(dropped), scope_hash(scope))


def document_coverage(tree: Tree, read: set[str], judged: frozenset[str]) -> DocumentCoverage:
    """The share of one version: addresses of passages `read`, and of nodes `judged` by their signposts."""
    shares: dict[str, list[Node]] = {"read": [], "judged": [], "unseen": []}
    judged_to = 0  # nodes come in document order, and children tile their parent
    for node in tree.nodes:
        if node.address in judged:
            judged_to = max(judged_to, node.end)
        if node.passage_key is not None:
            share = "read" if node.address in read else "judged" if node.start < judged_to else "unseen"
            shares[share].append(node)
    version = tree.version
    return DocumentCoverage(
        document=version.document,
        version=version.number,
        root_hash=version.root_hash,
        passages=sum(map(len, shares.values())),
        read=len(shares["read"]),
        judged=len(shares["judged"]),
        unseen=len(shares["unseen"]),
        read_hash=_share_hash(shares["read"]),
        judged_hash=_share_hash(shares["judged"]),
        unseen_hash=_share_hash(shares["unseen"]),
    )


def _share_hash(passages: Sequence[Node]) -> str:
    """SHA-256 over the addresses and content hashes, in document order; empty for none."""
    if not passages:
        return ""
    return hashlib.sha256("".join(f"{n.address} {n.content_hash}\n" for n in passages).encode()).hexdigest()


def scope_hash(scope: Sequence[Version]) -> str:
    """SHA-256 over the names and root hashes of the versions a question was asked of; empty for none."""
    if not scope:
        return ""
    lines = sorted(f"{v.name} {v.root_hash}\n" for v in scope)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
