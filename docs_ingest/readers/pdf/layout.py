"""Runs of one page -> rows in reading order.

Runs that share a height make a row. Where rows leave the same gutter free and
hold prose on both sides of it, they are columns: the left one is read before
the right one, between the full-width rows above and below (an XY-cut of the
simplest kind). A gutter between short or numeric cells is a table's and stays.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from docs_ingest.readers.pdf.lines import Run

_SAME_ROW = 0.5  # of the lower run's height that two runs of one row share
_LOOK_BACK = 4  # rows a run may still join: a superscript stands a little higher than its row
_FEW_ROWS = 5  # a column has at least so many
_CLOSE = 0.12  # times the size: nearer runs are one word
_PROSE_WEIGHT = 18  # letters a line of a column holds on average; a Han character counts twice
_PROSE_FILL = 0.5  # of the column's width that its lines fill on average
_EDGES = 6  # left edges tried as that of a right column, the most frequent first
_DEEPEST = 3  # columns inside columns
_NUMERIC = re.compile(r"[\s\d$€£¥%(),.\-–—+*]+")


class Span(NamedTuple):
    """Left and right edge of a region, in points."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Row:
    """What stands at one height of a region, left to right."""

    runs: tuple[Run, ...]
    text: str
    main: Run  # the run with the most text: it tells size and weight
    left: float
    top: float
    right: float
    bottom: float

    @property
    def page(self) -> int:
        return self.main.page

    @property
    def hidden(self) -> bool:
        return self.main.hidden

    @property
    def raised(self) -> bool:
        """Whether it begins with a small number, as a note does."""
        return self.runs[0].raised or self.runs[0].size < 0.8 * self.main.size


def row_of(runs: Sequence[Run]) -> Row:
    """Runs from left to right as one row."""
    if len(runs) == 1:
        one = runs[0]
        return Row((one,), one.text, one, one.left, one.top, one.right, one.bottom)
    return Row(
        tuple(runs),
        joined(runs),
        max(runs, key=lambda run: len(run.text)),
        runs[0].left,
        min(run.top for run in runs),
        max(run.right for run in runs),
        max(run.bottom for run in runs),
    )


def joined(runs: Sequence[Run]) -> str:
    """The text of runs of one row; runs that touch are one word."""
    text = runs[0].text
    for last, run in pairwise(runs):
        text += run.text if run.left - last.right < _CLOSE * last.size else " " + run.text
    return text


def rows_of(runs: Iterable[Run]) -> list[Row]:
    """Rows from top to bottom; hidden text never shares a row with text that is seen."""
    bands: list[tuple[float, float, list[Run]]] = []
    for run in sorted(runs, key=lambda r: (r.top + r.bottom, r.left)):
        for i in range(len(bands) - 1, max(-1, len(bands) - 1 - _LOOK_BACK), -1):
            top, bottom, members = bands[i]
            if members[0].hidden is run.hidden and _shares(top, bottom, members, run):
                members.append(run)
                if run.bottom - run.top > bottom - top:
                    bands[i] = (run.top, run.bottom, members)
                break
        else:
            bands.append((run.top, run.bottom, [run]))
    return [row_of(sorted(members, key=lambda r: r.left)) for _, _, members in bands]


def _shares(top: float, bottom: float, members: list[Run], run: Run) -> bool:
    lower = min(bottom - top, run.bottom - run.top)
    if min(bottom, run.bottom) - max(top, run.top) < _SAME_ROW * lower:
        return False
    if max(bottom - top, run.bottom - run.top) > 3 * lower and lower > 0:
        return False  # text that runs up the page, or a very large initial
    return all(run.left >= other.right - 1 or run.right <= other.left + 1 for other in members)


def regions(rows: list[Row], depth: int = 0) -> list[list[Row]]:
    """The rows cut into regions in reading order; each is one column or spans them all."""
    gutter = _gutter(rows) if depth < _DEEPEST and len(rows) >= _FEW_ROWS else None
    if gutter is None:
        return [rows] if rows else []
    made: list[list[Row]] = []
    band: list[Row] = []
    plain: list[Row] = []
    for row in [*rows, None]:
        if row is not None and not _crossed(row, gutter):
            band.append(row)
            continue
        if band and _are_columns(band, gutter):
            made += [plain] if plain else []
            plain = []
            for side in _sides(band, gutter):
                made += regions(side, depth + 1)
        else:
            plain += band
        band = []
        if row is not None:
            plain.append(row)
    return [*made, plain] if plain else made


def _gutter(rows: list[Row]) -> float | None:
    """Where the most rows stand left and right of a free strip; None where too few do."""
    left, right = min(r.left for r in rows), max(r.right for r in rows)
    inner = left + 0.2 * (right - left), left + 0.8 * (right - left)
    edges: Counter[int] = Counter()
    first: dict[int, float] = {}
    for row in rows:
        for run in row.runs:
            if inner[0] < run.left < inner[1]:
                edge = round(run.left / 3)
                edges[edge] += 1
                first[edge] = min(run.left, first.get(edge, run.left))
    best: tuple[int, float] | None = None
    for edge, count in edges.most_common(_EDGES):
        if count < _FEW_ROWS:
            break
        x = first[edge] - 0.5  # as near as can be: a line may be a little too long for its column
        clear = [row for row in rows if not _crossed(row, x)]
        score = min(sum(row.left < x for row in clear), sum(row.right > x for row in clear))
        if score >= _FEW_ROWS and (best is None or score > best[0]):
            best = (score, x)
    return None if best is None else best[1]


def _crossed(row: Row, x: float) -> bool:
    return any(run.left < x < run.right for run in row.runs)


def _sides(band: list[Row], x: float) -> tuple[list[Row], list[Row]]:
    left = [row_of(runs) for row in band if (runs := tuple(r for r in row.runs if r.left < x))]
    right = [row_of(runs) for row in band if (runs := tuple(r for r in row.runs if r.left >= x))]
    return left, right


def _are_columns(band: list[Row], x: float) -> bool:
    return all(_is_prose(side) for side in _sides(band, x))


def _is_prose(side: list[Row]) -> bool:
    if len(side) < _FEW_ROWS:
        return False
    runs = [run for row in side for run in row.runs]
    width = max(r.right for r in runs) - min(r.left for r in runs)
    filled = sum(run.width for run in runs) / (len(side) * max(width, 1.0))
    weight = sum(_weight(run.text) for run in runs) / len(runs)
    numeric = sum(_NUMERIC.fullmatch(run.text) is not None for run in runs) / len(runs)
    return weight >= _PROSE_WEIGHT and filled >= _PROSE_FILL and numeric < 0.2


def _weight(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in text)
