"""Where headings told by their looks stand among those that are numbered.

Looks alone do not say whether “Divestitures” in bold lies inside “18. Acquisitions”
or above it. The numbers do: where they go on across such headings (18 before
it, 19 after it), these lie inside the numbered sections, unless a numbered
section begins right below them or they are printed larger; where the numbers
begin again after them, they stand above.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from docs_ingest.structure.labels import Rank
from docs_ingest.structure.pieces import Piece

_LARGER = 1.12  # times the size of the numbered headings: stands above them whatever the numbers say
_STEPS_ON = (0, 1, 2)  # from one number to the next, one left out


@dataclass(slots=True)
class _Series:
    """The sections of one kind of number: where they stand and how far they have counted."""

    places: list[int]  # indexes of pieces
    numbers: list[int]
    sizes: list[float]


def nested_looks(pieces: Sequence[Piece], sizes: Mapping[int, float]) -> list[Piece]:
    """The same pieces, headings told by their looks ranked below the numbers that go on across them.

    `sizes`: start of a piece -> size of its type in points, where it is known.
    """
    by_look: dict[float, list[int]] = defaultdict(list)
    series: dict[float, _Series] = defaultdict(lambda: _Series([], [], []))
    for i, piece in enumerate(pieces):
        if piece.rank is None:
            continue
        if piece.label is None and Rank.TYPOGRAPHIC <= piece.rank < Rank.PART:
            by_look[piece.rank].append(i)
        elif piece.label is not None and piece.rank >= Rank.PART and (number := _counted(piece.label.number)):
            one = series[piece.rank]
            one.places.append(i)
            one.numbers.append(number)
            one.sizes.append(sizes.get(piece.start, 0.0))
    ranks = {}
    for rank, members in by_look.items():
        size = _usual([sizes.get(pieces[i].start, 0.0) for i in members])
        below = [r for r, one in series.items() if _lies_inside(pieces, members, size, one)]
        if below:
            ranks[rank] = max(below) + 0.5 + (rank - Rank.TYPOGRAPHIC) / 100
    return [replace(p, rank=ranks[p.rank]) if p.label is None and p.rank in ranks else p for p in pieces]


def _lies_inside(pieces: Sequence[Piece], members: Sequence[int], size: float, series: _Series) -> bool:
    usual = _usual(series.sizes)
    if size and usual and size >= usual * _LARGER:
        return False
    goes_on: set[int] = set()
    again: set[int] = set()
    heads = inside = 0
    for i in members:
        at = bisect_right(series.places, i)
        if not 0 < at < len(series.places):
            continue
        step = series.numbers[at] - series.numbers[at - 1]
        if step in _STEPS_ON:
            goes_on.add(at)
            right_below = _next_heading(pieces, i) == series.places[at]
            heads, inside = heads + right_below, inside + (not right_below)
        elif series.numbers[at] <= 1 or step < 0:
            again.add(at)
    return len(goes_on) > len(again) and inside >= heads


def _next_heading(pieces: Sequence[Piece], i: int) -> int | None:
    """The piece after this one, if it is a heading; furniture in between does not count."""
    for j in range(i + 1, min(len(pieces), i + 4)):
        if pieces[j].rank is not None:
            return j
        if pieces[j].kind.citable:
            return None
    return None


def _counted(number: str) -> int:
    """How far a number has counted: 7 of 7a, 2 of 5_2, 4 of iv, 3 of c; 0 where it counts nothing."""
    last = number.rpartition("_")[2]
    digits = "".join(takewhile(str.isdigit, last))
    if digits:
        return int(digits)
    if last and set(last) <= set("ivxlc"):
        values = ["ivxlc".index(c) for c in last]
        worth = [(1, 5, 10, 50, 100)[v] for v in values]
        return sum(-a if a < b else a for a, b in zip(worth, [*worth[1:], 0], strict=True))
    return ord(last) - ord("a") + 1 if len(last) == 1 and last.isalpha() else 0


def _usual(sizes: Sequence[float]) -> float:
    known = sorted(s for s in sizes if s)
    return known[len(known) // 2] if known else 0.0
