"""Two versions of one document compared, leaf by leaf, with the words that changed. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docs_ingest.lineage import Change, Side, changed_words, lineage
from stores.records import LineageState, LineageStep, Node, Tree


@dataclass(frozen=True, slots=True)
class Changed:
    """Leaves that did not stay as they were: one and one, or one and the several it was split into or merged from."""

    state: LineageState
    old: tuple[Node, ...]
    new: tuple[Node, ...]
    words: tuple[tuple[Change, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    old: Tree
    new: Tree
    counts: dict[LineageState, int]
    changed: tuple[Changed, ...]  # in the order of the new version, deletions where they stood


def difference(old: Tree, new: Tree, steps: Sequence[LineageStep] | None = None) -> Difference:
    """`steps` is the lineage kept in the ledger, where one version follows the other."""
    if steps is None:
        steps = lineage(Side(old.text, old.nodes), Side(new.text, new.nodes))
    changed = tuple(_changed(old, new, group) for group in _groups(steps))
    return Difference(old, new, dict(Counter(s.state for s in steps)), changed)


def _groups(steps: Sequence[LineageStep]) -> Iterator[list[LineageStep]]:
    """The steps that changed something, the parts of one split or merge together."""
    keyed = [(s.state, s.old if s.state is LineageState.SPLIT else s.new, s) for s in steps]
    group: list[LineageStep] = []
    key: tuple[LineageState, str | None] | None = None
    for state, shared, step in keyed:
        together = state in (LineageState.SPLIT, LineageState.MERGED) and key == (state, shared)
        if group and not together:
            yield group
            group = []
        if state is not LineageState.SAME:
            group.append(step)
        key = (state, shared)
    if group:
        yield group


def _changed(old: Tree, new: Tree, steps: Sequence[LineageStep]) -> Changed:
    was = tuple(old.by_address[a] for a in dict.fromkeys(s.old for s in steps) if a is not None)
    now = tuple(new.by_address[a] for a in dict.fromkeys(s.new for s in steps) if a is not None)
    before = "".join(map(old.text_of, was)).strip()
    after = "".join(map(new.text_of, now)).strip()
    return Changed(steps[0].state, was, now, tuple(changed_words(before, after)))
