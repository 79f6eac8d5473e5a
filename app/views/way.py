"""The way of a run through its documents, as a small tree of places per version.

Made of the run alone, whose notes say what was opened, shown and read; a
version's tree, where it is still to be had, lends titles and the names of what
was shown and not picked. Without it the places are addresses only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from stores.records import ROOT, Node, Passage, Pick, Road, Run, Tree, VersionUsed, ancestors, parent_address

Json = dict[str, Any]

PASSED_BY_SHOWN = 2  # of the places passed by below one node: the best are drawn, the others counted
_OPENING = 80  # characters of a place without a title


class State(StrEnum):
    """What became of a place; the later ones include those before, but for `passed by` and `on the way`."""

    CITED = "cited"  # a sentence of the answer stands on it
    KEPT = "kept"  # read as a passage
    OPENED = "opened"  # what is below it was put before the judge
    PASSED_BY = "passed by"  # shown to the judge, and neither opened nor read
    ON_THE_WAY = "on the way"  # itself neither shown nor opened; a place below it was


@dataclass(frozen=True, slots=True)
class WayPlace:
    """One place of the drawing."""

    address: str
    state: State
    title: str = ""  # its heading, else its first words; "" where the document is gone
    label: str = ""
    score: float | None = None  # the judge's, 0..1
    reason: str = ""  # the judge's
    round: int | None = None  # in which it was opened, else judged
    road: Road | None = None  # None: on the way
    passage: str = ""  # p00..: the local name under which it was read
    citations: tuple[int, ...] = ()  # numbers of the answer's citations, from 1
    below: tuple["WayPlace", ...] = ()
    more: int = 0  # places below passed by that are not drawn one by one
    more_best: float | None = None  # the best score of those


@dataclass(frozen=True, slots=True)
class Way:
    """The places of one version."""

    document: str
    version: int
    title: str
    gone: bool  # the document was deleted since: addresses only
    proposed: int  # passages of the document that the keyword index named
    root: WayPlace


def walked(run: Run) -> tuple[VersionUsed, ...]:
    """The versions in which anything was opened or read."""
    return tuple(v for v in run.versions if _met(run, v).anything)


def ways_of(run: Run, trees: Mapping[str, Tree]) -> tuple[Way, ...]:
    """One way for each version that was walked, those with citations first, then those read.

    `trees` by version id, of the derivations the run used; those missing are of documents gone.
    """
    ways = []
    for used in walked(run):
        tree = trees.get(used.version_id)
        proposals = [p for n in run.notes if n.step == "propose" for p in n.picks if p.place == used.document]
        root = _Places(_met(run, used), tree, frozenset(p.local for p in proposals)).place(ROOT)
        title = tree.version.title if tree else ""
        ways.append(Way(used.document, used.version, title, tree is None, len(proposals), root))
    ranks = list(State)
    return tuple(sorted(ways, key=lambda w: min(ranks.index(p.state) for p in places_of(w.root))))


def places_of(place: WayPlace) -> Iterable[WayPlace]:
    """A place and all below it, in document order."""
    yield place
    for one in place.below:
        yield from places_of(one)


@dataclass(frozen=True, slots=True)
class _Met:
    """What the notes say of one version, by address."""

    opened: dict[str, int] = field(default_factory=dict)  # in which round
    shown: dict[str, int] = field(default_factory=dict)  # opened nodes: how many were shown below them
    picks: dict[str, tuple[int, Pick]] = field(default_factory=dict)  # in which round, and what the judge said
    kept: dict[str, Passage] = field(default_factory=dict)
    cited: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        return bool(self.opened or self.kept or self.cited)


def _met(run: Run, used: VersionUsed) -> _Met:
    met = _Met()
    before = f"{used.document}@{used.version}#"
    for note in run.notes:
        if note.step == "plan":
            for place in note.kept:
                if place.startswith(before):
                    met.opened.setdefault(place.removeprefix(before), note.round)
        elif note.step == "judge" and note.subject.startswith(before):
            met.shown[note.subject.removeprefix(before)] = note.candidates
            met.picks.update({p.place.removeprefix(before): (note.round, p) for p in note.picks})
    met.kept.update({p.address: p for p in run.passages if p.version_id == used.version_id})
    citations = [c for claim in run.claims for c in claim.citations]
    for number, c in enumerate(citations, 1):
        if (c.document, c.version) == (used.document, used.version):
            met.cited[c.address] = (*met.cited.get(c.address, ()), number)
    return met


class _Places:
    """The places of one version, made from the root down."""

    def __init__(self, met: _Met, tree: Tree | None, proposed: frozenset[str]) -> None:
        self._met = met
        self._tree = tree
        self._proposed = proposed
        known = {*met.opened, *met.picks, *met.kept, *met.cited}
        known |= {above for address in known for above in ancestors(address)}
        known |= {c.address for address in met.shown for c in self._shown(address)}
        self._below: dict[str, list[str]] = defaultdict(list)
        for address in known:
            self._below[parent_address(address) or ""].append(address)

    def _shown(self, address: str) -> list[Node]:
        """What stood before the judge below an opened node; nothing where the tree is gone."""
        node = self._tree.node(address) if self._tree else None
        return [c for c in self._tree.children(node) if c.kind.citable] if self._tree and node else []

    def place(self, address: str) -> WayPlace:
        """A place with what is below it."""
        below = [self.place(a) for a in sorted(self._below[address], key=_in_order)]
        unnamed = self._met.shown.get(address, 0) - len(below)  # without the tree
        drawn, counted = _the_best(below)
        scores = [p.score for p in counted if p.score is not None]
        met = self._met
        round_, pick = met.picks.get(address, (None, None))
        title, label = self._words(address)
        state = self._state(address)
        passage = met.kept.get(address)
        return WayPlace(
            address=address,
            state=state,
            title=title,
            label=label,
            score=pick.score if pick else None,
            reason=pick.reason if pick else "",
            round=met.opened.get(address, self._judged_in(address, round_)),
            road=None if state is State.ON_THE_WAY else self._road(address),
            passage=passage.local if passage else "",
            citations=met.cited.get(address, ()),
            below=tuple(drawn),
            more=max(0, unnamed) + len(counted),
            more_best=max(scores, default=None),
        )

    def _state(self, address: str) -> State:
        met = self._met
        if address in met.cited:
            return State.CITED
        if address in met.kept:
            return State.KEPT
        if address in met.opened:
            return State.OPENED
        shown = address in met.picks or parent_address(address) in met.shown
        return State.PASSED_BY if shown else State.ON_THE_WAY

    def _judged_in(self, address: str, picked: int | None) -> int | None:
        """The round in which a place was shown, picked or not."""
        above = parent_address(address)
        return picked if picked is not None or above not in self._met.shown else self._met.opened.get(above)

    def _road(self, address: str) -> Road:
        """That of the passage, also for what is cited inside it."""
        read = [self._met.kept[a] for a in (*ancestors(address), address) if a in self._met.kept]
        if read:
            return read[-1].road
        node = self._tree.node(address) if self._tree else None
        named = node is not None and node.passage_key in self._proposed
        return Road.BOTH if named else Road.NAVIGATE

    def _words(self, address: str) -> tuple[str, str]:
        """Title, or first words, and label; nothing for the root, whose title is the way's."""
        node = self._tree.node(address) if self._tree else None
        if self._tree is None or node is None or address == ROOT:
            return "", ""
        words = node.title or self._tree.text[node.start : min(node.end, node.start + _OPENING * 2)]
        return " ".join(words.split())[:_OPENING], node.label or ""


def _in_order(address: str) -> list[int]:
    return [int(step) for step in address.split(".")]


def _the_best(below: Sequence[WayPlace]) -> tuple[list[WayPlace], list[WayPlace]]:
    """What is drawn of siblings, in their order, and those passed by that are only counted: unpicked, or far behind."""
    passed = [p for p in below if p.state is State.PASSED_BY and not p.below]
    best = sorted((p for p in passed if p.score is not None), key=lambda p: -(p.score or 0.0))
    counted = [*best[PASSED_BY_SHOWN:], *(p for p in passed if p.score is None)]
    gone = {p.address for p in counted}
    return [p for p in below if p.address not in gone], counted


def way_view(ways: Sequence[Way]) -> list[Json]:
    """What `trace --json` has under `way`."""
    return [
        {
            "document": w.document,
            "version": w.version,
            "gone": w.gone,
            "proposed": w.proposed,
            "root": _place_view(w.root),
        }
        for w in ways
    ]


def _place_view(place: WayPlace) -> Json:
    return {
        "address": place.address,
        "state": place.state.value,
        "title": place.title,
        "label": place.label,
        "score": place.score,
        "reason": place.reason,
        "round": place.round,
        "road": place.road.value if place.road else None,
        "passage": place.passage or None,
        "citations": list(place.citations),
        "below": [_place_view(p) for p in place.below],
        "more": place.more,
        "more_best": place.more_best,
    }
