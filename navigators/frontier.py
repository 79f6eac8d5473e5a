"""The frontier: nodes seen but not opened, with their scores; never thrown away.

Pure values. Best first: a round opens the best unopened nodes, as many as the
uncertainty asks for; the walk is settled when enough passages are known that
score at least as well as anything still closed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import log

from stores.records import Road


@dataclass(frozen=True, slots=True)
class Seen:
    """A node on the frontier."""

    version_id: str
    address: str
    score: float  # 0..1
    coverage: float
    passage: bool  # read as a whole; else it can be opened
    road: Road
    tokens: int = 0  # estimated size of a passage
    facets: tuple[float, ...] = ()  # 0..1, how well each facet is met, where the question has several

    @property
    def key(self) -> tuple[str, str]:
        return self.version_id, self.address


@dataclass(frozen=True, slots=True)
class Frontier:
    """Closed nodes and known passages, each once."""

    closed: dict[tuple[str, str], Seen]
    passages: dict[tuple[str, str], Seen]
    opened: frozenset[tuple[str, str]]

    @classmethod
    def empty(cls) -> "Frontier":
        return cls({}, {}, frozenset())

    def joined(self, seen: Iterable[Seen]) -> "Frontier":
        """With these nodes added. A node met on two roads keeps its better score and says so; nothing is subtracted."""
        closed, passages = dict(self.closed), dict(self.passages)
        for one in seen:
            if one.key in self.opened:
                continue
            into = passages if one.passage else closed
            known = into.get(one.key)
            if known is not None:
                road = known.road if known.road is one.road else Road.BOTH
                one = replace(one, score=max(known.score, one.score), road=road)
            into[one.key] = one
        return Frontier(closed, passages, self.opened)

    def with_opened(self, nodes: Sequence[Seen]) -> "Frontier":
        """With these nodes taken off, because they are being opened."""
        gone = {n.key for n in nodes}
        return Frontier({k: s for k, s in self.closed.items() if k not in gone}, self.passages, self.opened | gone)

    def best_closed(self) -> list[Seen]:
        return sorted(self.closed.values(), key=_best_first)

    def best_passages(self) -> list[Seen]:
        return sorted(self.passages.values(), key=_best_first)

    def best_for(self, facet: int) -> list[Seen]:
        """The passages that meet a facet, best first."""
        met = [s for s in self.passages.values() if _of(s, facet) > 0]
        return sorted(met, key=lambda s: (-_of(s, facet), *_best_first(s)))

    def facets_in_turn(self, facets: int) -> list[Seen]:
        """All passages: the best of each facet in turn, then those that meet none. With one facet simply the best."""
        if facets < 2:
            return self.best_passages()
        in_turn = zip_longest(*(self.best_for(i) for i in range(facets)))
        found = {s.key: s for rank in in_turn for s in rank if s is not None}
        return list({**found, **{s.key: s for s in self.best_passages() if s.key not in found}}.values())

    def to_open(self, width: int, enough: int, each: Sequence[int] = ()) -> list[Seen]:
        """What the next round opens: the best closed nodes that may still hold one of the `enough` best passages.

        Or one of the best of a facet: `each` says for every facet how many of its best are wanted.
        """
        known = self.best_passages()
        bar = known[enough - 1].score if len(known) >= enough else 0.0
        bars = [_bar([_of(s, i) for s in known], wanted) for i, wanted in enumerate(each)]
        useful = [
            s
            for s in self.closed.values()
            if s.score > bar or len(known) < enough or any(_of(s, i) > least for i, least in enumerate(bars))
        ]
        return sorted(useful, key=lambda s: (-max(s.score, *s.facets, 0.0), *_best_first(s)))[:width]


def _of(seen: Seen, facet: int) -> float:
    return seen.facets[facet] if facet < len(seen.facets) else 0.0


def _bar(scores: Sequence[float], wanted: int) -> float:
    """What a passage must pass to be among so many best; nothing where fewer are known."""
    return sorted(scores, reverse=True)[wanted - 1] if 0 < wanted <= len(scores) else 0.0


def _best_first(seen: Seen) -> tuple[float, str, list[int]]:
    return -seen.score, seen.version_id, [int(step) for step in seen.address.split(".")]


def entropy(scores: Sequence[float]) -> float:
    """Normalised entropy of scores, 0 (one clearly leads) to 1 (all alike); 0 for fewer than two."""
    total = sum(scores)
    if len(scores) < 2 or total <= 0:
        return 0.0
    shares = [s / total for s in scores]
    return max(0.0, min(1.0, -sum(p * log(p) for p in shares if p > 0) / log(len(scores))))


def width_for(flatness: float, least: int, most: int) -> int:
    """How many nodes to open: `least` when one clearly leads, `most` when scores are flat."""
    return round(least + (most - least) * max(0.0, min(1.0, flatness)))
