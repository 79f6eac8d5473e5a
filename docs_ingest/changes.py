"""What became of each leaf between two versions, and what the indexes must be told.

Pure: `changes(old, new) -> Changes`. The cost of an update follows what
changed: a passage whose words and headings stayed keeps its key and makes no
index operation. Passages of older versions stay in the indexes, because they
can be asked about as of their day; the ledger decides which of them count.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rapidfuzz import fuzz

from stores.records import KeywordEntry, LineageState, LineageStep, Node, NodeKind, Tree

_SIMILAR = 50.0  # rapidfuzz ratio, 0..100, from which two leaves are one edited leaf
_WINDOW = 40  # leaves on either side that are compared with one another inside a replaced run


@dataclass(frozen=True, slots=True)
class Changes:
    lineage: tuple[LineageStep, ...]
    entries: tuple[KeywordEntry, ...]  # passages whose key is new


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions compared."""

    text: str
    nodes: Sequence[Node]

    def words(self, node: Node) -> str:
        return self.text[node.start : node.end].strip()


def changes(
    old: Tree | None, new: Side, entries: Sequence[KeywordEntry], indexed: bool, renamed: bool = False
) -> Changes:
    """Compare a new version with the one it follows.

    `entries` are all passages of the new version; `indexed` says whether the
    old version's passages are in the indexes (they are not once a document has
    been deleted); `renamed`, whether its title or collection changed, which
    stand in every entry.
    """
    had = {n.passage_key for n in old.nodes if n.passage_key} if old is not None and indexed else set()
    return Changes(
        lineage=tuple(lineage(Side(old.text, old.nodes), new)) if old is not None else (),
        entries=tuple(entry for entry in entries if renamed or entry.key not in had),
    )


def lineage(old: Side, new: Side) -> list[LineageStep]:
    """One step for every leaf of either version, in the order of the new one, deletions where they stood."""
    before, after = _leaves(old.nodes), _leaves(new.nodes)
    steps: list[LineageStep] = []
    matcher = SequenceMatcher(None, [old.words(n) for n in before], [new.words(n) for n in after], autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            steps += [
                LineageStep(LineageState.SAME, a.address, b.address)
                for a, b in zip(before[a1:a2], after[b1:b2], strict=True)
            ]
        else:
            steps += _replaced(old, new, before[a1:a2], after[b1:b2])
    return _with_moves(steps, old, new)


def _leaves(nodes: Sequence[Node]) -> list[Node]:
    return [n for n in nodes if n.leaf and n.kind not in (NodeKind.FURNITURE, NodeKind.HIDDEN)]


def _replaced(old: Side, new: Side, before: Sequence[Node], after: Sequence[Node]) -> list[LineageStep]:
    """Pair the leaves of a replaced run that are edits of one another, in order; the rest came or went."""
    partner = _edits(old, new, before, after)
    steps: list[LineageStep] = []
    done = 0
    for j, node in enumerate(after):
        i = partner.get(j)
        if i is None:
            steps.append(LineageStep(LineageState.INSERTED, None, node.address))
            continue
        steps += [LineageStep(LineageState.DELETED, n.address, None) for n in before[done:i]]
        steps.append(LineageStep(LineageState.EDITED, before[i].address, node.address))
        done = i + 1
    return steps + [LineageStep(LineageState.DELETED, n.address, None) for n in before[done:]]


def _edits(old: Side, new: Side, before: Sequence[Node], after: Sequence[Node]) -> dict[int, int]:
    """Index in `after` -> index in `before`, both increasing: most similar words first come first served."""
    partner: dict[int, int] = {}
    low = 0
    for j, node in enumerate(after):
        words = new.words(node)
        best, best_score = None, _SIMILAR
        for i in range(low, min(len(before), low + _WINDOW)):
            score = fuzz.ratio(old.words(before[i]), words, score_cutoff=best_score)
            if score > best_score:
                best, best_score = i, score
        if best is not None:
            partner[j] = best
            low = best + 1
    return partner


def _with_moves(steps: list[LineageStep], old: Side, new: Side) -> list[LineageStep]:
    """A deletion and an insertion of the same words are one move."""
    old_nodes = {n.address: n for n in old.nodes}
    new_nodes = {n.address: n for n in new.nodes}
    deleted: dict[str, list[str]] = defaultdict(list)
    for step in steps:
        if step.state is LineageState.DELETED and step.old is not None:
            deleted[old.words(old_nodes[step.old])].append(step.old)
    moved_from: dict[str, str] = {}
    for step in steps:
        if step.state is LineageState.INSERTED and step.new is not None:
            waiting = deleted.get(new.words(new_nodes[step.new]))
            if waiting:
                moved_from[step.new] = waiting.pop(0)
    gone = set(moved_from.values())
    return [
        LineageStep(LineageState.MOVED, moved_from[step.new], step.new)
        if step.state is LineageState.INSERTED and step.new in moved_from
        else step
        for step in steps
        if not (step.state is LineageState.DELETED and step.old in gone)
    ]
