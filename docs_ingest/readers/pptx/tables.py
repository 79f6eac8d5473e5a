"""Tables and charts of a slide as rows of cells: (words, column, span), the first rows heads of columns.

Charts are read from the figures PowerPoint keeps beside the drawing: a row for
each category, a column for each series, as in the sheet they were made from.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree

from docs_ingest.readers.office.colours import A
from docs_ingest.readers.office.tables import MOST_HEADS, Outline, head_count

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_WIDEST = 1_000  # columns a cell may span
_CACHES = tuple(f"{C}{name}" for name in ("strCache", "numCache", "strLit", "numLit"))
_DAY_ZERO = date(1899, 12, 30)  # of the serial dates of spreadsheets
_LAST_DAY = 2_958_465  # 9999-12-31
_DATE_FORMAT = re.compile(r"(?<![\\\"a-z])(?:y{1,4}|d{1,4}|m{3,5})(?![a-z])", re.IGNORECASE)
_ON = ("1", "true")


@dataclass(frozen=True, slots=True)
class TableCell:
    element: etree._Element
    column: int  # 0 is the leftmost
    span: int
    beside: bool  # part of the cell before it
    below: bool  # part of the cell above it

    @property
    def covered(self) -> bool:
        return self.beside or self.below


def table_cells(row: etree._Element) -> Iterator[TableCell]:
    """The cells of a row (a:tr) in order; a merged cell has one for each column it covers."""
    for column, cell in enumerate(row.iterchildren(f"{A}tc")):
        said = cell.get("gridSpan", "1")
        span = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 1
        yield TableCell(cell, column, min(max(span, 1), _WIDEST), cell.get("hMerge") in _ON, cell.get("vMerge") in _ON)


def table_heads(table: etree._Element, rows: Sequence[Sequence[tuple[str, TableCell]]]) -> int:
    """How many rows from the top are heads of columns: the first where the table says so, and those under it."""
    properties = table.find(f"{A}tblPr")
    if properties is None or properties.get("firstRow") not in _ON:
        return 0
    return head_count([_outline(row) for row in rows[:MOST_HEADS]], len(rows))


def _outline(row: Sequence[tuple[str, TableCell]]) -> Outline:
    drawn = [(words, cell.span) for words, cell in row if not cell.covered]
    return Outline.of(drawn or [("", 1)], continues=any(cell.below for _, cell in row))


@dataclass(frozen=True, slots=True)
class Chart:
    titles: tuple[str, ...]  # of the chart, then of its axes
    rows: tuple[tuple[str, ...], ...]  # the first one the names of the series
    labels: tuple[str, ...]  # written beside points by hand


def read_chart(root: etree._Element) -> Chart:
    """A chart part (c:chartSpace) as far as its figures are kept in it."""
    titles = tuple(words for title in root.iter(f"{C}title") if (words := _rich(title)))
    labels = tuple(words for label in root.iter(f"{C}dLbl") if (words := _rich(label.find(f"{C}tx"))))
    names: list[str] = []
    columns: list[dict[int, str]] = []
    categories: dict[int, str] = {}
    for series in root.iter(f"{C}ser"):
        values = _points(series, "val", "yVal", "bubbleSize")
        names.append(_rich(series.find(f"{C}tx")) or f"{len(names) + 1}")
        columns.append(values)
        for at, words in _points(series, "cat", "xVal").items():
            categories.setdefault(at, words)
    places = sorted(set(categories).union(*columns))
    rows = [(categories.get(at, ""), *(column.get(at, "") for column in columns)) for at in places]
    return Chart(titles, (("", *names), *rows) if rows else (), labels)


def _rich(holder: etree._Element | None) -> str:
    """Words of a title or a name: as written, or as last taken from the sheet."""
    if holder is None:
        return ""
    written = "".join(run.findtext(f"{A}t") or "" for run in holder.iter(f"{A}r"))
    taken = " ".join(value.text or "" for value in holder.iter(f"{C}v"))
    return " ".join((written or taken).split())


def _points(series: etree._Element, *names: str) -> dict[int, str]:
    """What a series keeps at each place, of the first of these names it has."""
    found = next((one for name in names if (one := series.find(f"{C}{name}")) is not None), None)
    if found is None:
        return {}
    levels = [_kept(level) for level in found.iter(f"{C}lvl")]
    if not levels:
        return next((_kept(cache) for cache in found.iter(*_CACHES)), {})
    inner, *outer = levels
    for level in outer:  # a name of a higher level stands for all places up to the next
        starts = sorted(level)
        for at in inner:
            above = bisect_right(starts, at) - 1
            inner[at] = f"{level[starts[above]]} {inner[at]}".strip() if above >= 0 else inner[at]
    return inner


def _kept(cache: etree._Element) -> dict[int, str]:
    number_format = cache.findtext(f"{C}formatCode") or ""
    points: dict[int, str] = {}
    for point in cache.iterchildren(f"{C}pt"):
        index = point.get("idx", "")
        if index.isascii() and index.isdigit() and len(index) < 8:
            points[int(index)] = shown(point.findtext(f"{C}v") or "", point.get("formatCode", number_format))
    return points


def shown(value: str, number_format: str) -> str:
    """A value as its format shows it, as far as percents, dates and rounding go."""
    words = " ".join(value.split())
    try:
        number = float(words)
    except ValueError:
        return words
    plain = number_format.split(";")[0]
    if "%" in plain:
        digits = len(plain.partition(".")[2].partition("%")[0].strip('"'))
        return f"{number * 100:.{min(digits, 15)}f}%"
    if _DATE_FORMAT.search(plain) and 0 < number <= _LAST_DAY:
        return (_DAY_ZERO + timedelta(days=int(number))).isoformat()
    return f"{number:.15g}" if "." in words or "e" in words.lower() else words
