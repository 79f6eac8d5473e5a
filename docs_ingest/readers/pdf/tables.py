"""Rows that are a table's, told by cells that keep to the same columns row after row.

Two rows in sequence that both have a wide gap and share the edge (left, right
or middle) of a cell after the first begin a table. Rows of one cell belong to
it when they stand between such rows. A contents page with dots to its page
numbers is no table, nor is a list whose numbers stand apart from its text.

    split_tables    which rows are tables'                    (here)
    columns.py  which column a cell stands in; printed lines put together to rows
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from docs_ingest.readers.pdf.columns import Cell, Table, figure_like, is_figure, table_of
from docs_ingest.readers.pdf.layout import Row
from docs_ingest.readers.pdf.lines import FIGURE_GAP, Run

_ALIGNED = 4.0  # points two edges may differ
_INNER = 3  # rows of one cell in sequence that a table may have between two rows of several
_STEP = 2.6  # times the row's height from one row of a table to the next
_RECENT = 40  # rows of the part before that the next one is compared with
_REACHING = 0.25  # of the columns' width: how far a label may reach into it between two parts
_FAR = 6.0  # the same between two parts of one table, told by their columns
_HEADS = 8  # rows above a table that are looked at
_PITCHES = 2.5  # times the usual step from row to row: heads are no further from each other
_LARGER, _SMALLER = 1.15, 0.5  # times a table's size: what is set otherwise is none of its heads
_CELL_GAP = 0.6  # times the size
_TAIL_GAP = 2.0  # times the size: percent signs and marks of notes stand off their figure
_OVER_COLUMNS = 0.3  # of a table's width: what begins further right may stand over its columns
_CENTERED = 10.0  # points that a title may be off the middle of its table
_INDENTED = 0.1  # of a table's width: a label begins no further right
_FRAGMENT, _SMALL = 2, 6.5  # letters and points of a figure that is half of a fraction
_LONG = 90  # letters: a row of one cell with more is a paragraph, if it also stands below the columns
_LABEL = re.compile(
    r"[•●▪■◦○‣·–—*-]|\(?[a-zA-Z\d]{1,4}[.)]|\([a-zA-Z\d]{1,4}\)|\d+(?:\.\d+)+\.?|§+\s?[\d.]+|[(（]?[一二三四五六七八九十]+[)）、]|第.{1,6}[条章节]|\d{1,3}"
)
_LEADER = re.compile(r"(?:\.\s?){4,}|[…·]{2,}|_{5,}")
_UNIT = re.compile(r"[$€£¥(]|[A-Z]{2}\$|US\$")
_CURRENCY = re.compile(r"[$€£¥]|[A-Z]{2}\$")
_TAIL = re.compile(r"[)%]+|\*+")


def split_tables(rows: Sequence[Row]) -> list[Row | Table]:
    """The rows of a region in order, with those of each table put together."""
    cells = [cells_of(row) for row in rows]
    made: list[Row | Table] = []
    at = 0
    for start, end in _with_heads(rows, cells, _joined_parts(rows, cells, _parts(rows, cells))):
        made += rows[at:start]
        made.append(table_of(rows[start:end], cells[start:end]))
        at = end
    return [*made, *rows[at:]]


def _parts(rows: Sequence[Row], cells: Sequence[Sequence[Cell]]) -> list[tuple[int, int]]:
    """Rows that are a table, and single rows of figures, which may belong to the table above them."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(rows):
        end = _table_end(rows, cells, at)
        if end > at:
            found.append((at, end))
        elif _several(rows[at], cells[at]) and all(is_figure(cell) for cell in cells[at][1:]):
            found.append((at, at + 1))
        at = max(end, at + 1)
    return found


def _joined_parts(
    rows: Sequence[Row], cells: Sequence[Sequence[Cell]], parts: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Parts of one table: the second goes on in the first one's columns, without heads of its own."""
    made: list[tuple[int, int]] = []
    for start, end in parts:
        if made and _goes_on(rows, cells, made[-1], (start, end)):
            made[-1] = (made[-1][0], end)
        elif end - start > 1:
            made.append((start, end))
    return made


def _goes_on(
    rows: Sequence[Row], cells: Sequence[Sequence[Cell]], before: tuple[int, int], part: tuple[int, int]
) -> bool:
    end, start = before[1], part[0]
    between = rows[end:start]
    if sum(not _is_fragment(row) for row in between) > _INNER or any(row.hidden for row in between):
        return False
    if rows[start].top - rows[end - 1].bottom > _FAR * (start - end + 1) * max(rows[start].main.size, 4.0):
        return False
    if not any(is_figure(cell) for cell in cells[start][1:]):
        return False
    near = max(before[0], end - _RECENT)
    left = min((cell[0].left for row in cells[near:end] for cell in row[1:]), default=rows[end - 1].right)
    right = max(row.right for row in rows[near:end])
    reach = max((row.right for row in between), default=left)
    if reach > left + _REACHING * (right - left):
        return False
    last = next(i for i in range(end - 1, before[0] - 1, -1) if len(cells[i]) > 1)
    if part[1] - start > 1 and reach <= left and _aligned(cells[last], cells[start]):
        return True
    return len(cells[start]) > (1 if reach <= left else 2) and _under(cells, (near, end), start)


def _is_fragment(row: Row) -> bool:
    """A figure or two of small type: the halves of a fraction stand a little above and below their line."""
    return len(row.text) <= _FRAGMENT and row.main.size < _SMALL and row.text.isdigit()


def _under(cells: Sequence[Sequence[Cell]], before: tuple[int, int], at: int) -> bool:
    """Whether each figure of a row stands under one of the part before."""
    above = [(cell[0].left, cell[-1].right) for row in cells[before[0] : before[1]] for cell in row[1:]]
    return all(
        any(min(right, end) - max(left, begin) >= 0.5 * (right - left) for begin, end in above)
        for left, right in ((cell[0].left, cell[-1].right) for cell in cells[at][1:])
    )


def _with_heads(
    rows: Sequence[Row], cells: Sequence[Sequence[Cell]], parts: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The parts from their column heads on; heads that looked like a table of their own belong to the one below."""
    made: list[tuple[int, int]] = []
    for start, end in parts:
        start = _heads_begin(rows, cells, start, end)
        while made and made[-1][1] > start:
            if made[-1][0] < start or _has_figures(cells, made[-1]):
                start = made[-1][1]
            else:
                made.pop()
        made.append((start, end))
    return made


def _has_figures(cells: Sequence[Sequence[Cell]], part: tuple[int, int]) -> bool:
    return any(is_figure(cell) for row in cells[part[0] : part[1]] for cell in row[1:])


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where the parts of a table stand, in points."""

    left: float
    labels: float  # right edge of what its rows are called
    values: float  # left edge of what they hold
    right: float
    size: float
    figures: bool

    @classmethod
    def of(cls, rows: Sequence[Row], cells: Sequence[Sequence[Cell]]) -> "_Shape":
        with_figures = [row for row in cells if any(is_figure(cell) for cell in row[1:])]
        some = with_figures or cells
        values = min(cell[0].left for row in some for cell in row[1:])
        return cls(
            left=min(row.left for row in rows),
            labels=max((row[0][-1].right for row in some if row[0][0].left < values), default=values),
            values=values,
            right=max(row.right for row in rows),
            size=rows[0].main.size,
            figures=bool(with_figures),
        )

    def over(self, row: Row, cells: Sequence[Cell]) -> bool:
        """Whether a row stands over the columns: all of it, or all but words at its left where the labels are."""
        if row.left < self.left + _OVER_COLUMNS * (self.right - self.left):
            beyond = len(cells) > 1 and (cells[1][-1].right > self.values or cells[1][0].left >= self.labels)
            return self.figures and beyond and not any(map(is_figure, cells[1:]))
        middle = (row.left + row.right) / 2
        off_table, off_columns = (abs(middle - (edge + self.right) / 2) for edge in (self.left, self.values))
        if len(cells) > 1 or off_columns <= min(off_table, _CENTERED):
            return True
        title = off_table <= _CENTERED  # over all of it
        return not title and (row.left >= self.values or off_columns <= off_table)

    def is_label(self, row: Row, cells: Sequence[Cell]) -> bool:
        """Whether a row is no more than a label where the others have theirs."""
        indented = self.left + _INDENTED * (self.right - self.left)
        return len(cells) == 1 and row.right <= self.values and row.left < indented


def _heads_begin(rows: Sequence[Row], cells: Sequence[Sequence[Cell]], start: int, end: int) -> int:
    """Where the rows just above a table begin that stand over its columns: its heads.

    Heads of rows (“ASSETS”) may stand between them and the first figures.
    """
    shape = _Shape.of(rows[start:end], cells[start:end])
    pitches = sorted(below.top - row.top for row, below in pairwise(rows[start:end]))
    furthest = max(shape.size, _PITCHES * (pitches[len(pitches) // 2] if pitches else 0.0))
    begin, between = start, 0
    for at in range(start - 1, max(-1, start - 1 - _HEADS), -1):
        row = rows[at]
        if row.hidden or rows[at + 1].top - row.top > furthest:
            break
        if not _SMALLER * shape.size <= row.main.size <= _LARGER * shape.size:
            break
        if shape.over(row, cells[at]):
            begin, between = at, 0
        elif begin < start or not shape.figures or between == _INNER or not shape.is_label(row, cells[at]):
            break
        else:
            between += 1
    return begin


def cells_of(row: Row) -> list[Cell]:
    """The cells of a row, left to right."""
    groups: list[list[Run]] = []
    for run, after in zip_longest(row.runs, row.runs[1:]):
        last = groups[-1] if groups else None
        if (
            last is not None
            and not _begins_amount(last, run, after)
            and (
                run.left - last[-1].right < _gap(last[-1], run)
                or _UNIT.fullmatch(last[-1].text)
                or (_TAIL.fullmatch(run.text) and run.left - last[-1].right < _TAIL_GAP * run.size)
                or (len(groups) == 1 and len(last) == 1 and _labels(last[0], run))
            )
        ):
            last.append(run)
        else:
            groups.append([run])
    return [tuple(group) for group in groups]


def _labels(first: Run, run: Run) -> bool:
    """Whether the first run of a row is the number or bullet of the words after it."""
    return _LABEL.fullmatch(first.text) is not None and not (figure_like(first.text) and figure_like(run.text))


def _gap(last: Run, run: Run) -> float:
    """Points between two runs from which on they are two cells: the figures of a full table stand near each other."""
    figures = figure_like(last.text) and figure_like(run.text)
    return (FIGURE_GAP if figures else _CELL_GAP) * run.size


def _begins_amount(last: Sequence[Run], run: Run, after: Run | None) -> bool:
    """Whether a currency sign stands between two figures: it belongs to the second, however near it is to the first."""
    return (
        after is not None
        and _CURRENCY.fullmatch(run.text) is not None
        and figure_like(last[-1].text)
        and figure_like(after.text)
    )


def _table_end(rows: Sequence[Row], cells: Sequence[Sequence[Cell]], at: int) -> int:
    """One past the last row of the table that begins at `at`; `at` itself if none does."""
    if not _several(rows[at], cells[at]):
        return at
    last, wide = at, 1
    values = cells[at][1][0].left
    for i in range(at + 1, len(rows)):
        if rows[i].top - rows[i - 1].bottom > _STEP * max(rows[i].main.size, 4.0):
            break
        if _several(rows[i], cells[i]):
            if not _aligned(cells[last], cells[i]) and not (wide > 1 and _aligned(cells[last - 1], cells[i])):
                break
            last, wide = i, wide + 1
            values = min(values, cells[i][1][0].left)
        elif i - last > _INNER or (len(rows[i].text) > _LONG and rows[i].right > values):
            break
    return last + 1 if wide >= 2 else at


def _several(row: Row, cells: Sequence[Cell]) -> bool:
    return len(cells) >= 2 and not row.hidden and _LEADER.search(row.text) is None


def _aligned(one: Sequence[Cell], other: Sequence[Cell]) -> bool:
    for a in one[1:]:
        left, right = a[0].left, a[-1].right
        for b in other[1:]:
            from_left, to_right = b[0].left, b[-1].right
            if (
                abs(left - from_left) <= _ALIGNED
                or abs(right - to_right) <= _ALIGNED
                or abs(left + right - from_left - to_right) <= 2 * _ALIGNED
            ):
                return True
    return False
