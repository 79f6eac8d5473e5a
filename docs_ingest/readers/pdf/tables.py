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

from docs_ingest.readers.pdf.columns import Cell, Table, is_figure, table_of
from docs_ingest.readers.pdf.layout import Row
from docs_ingest.readers.pdf.lines import Run

_ALIGNED = 4.0  # points two edges may differ
_INNER = 3  # rows of one cell in sequence that a table may have between two rows of several
_STEP = 2.6  # times the row's height from one row of a table to the next
_FAR = 6.0  # the same between two parts of one table, told by their columns
_OVER_COLUMNS = 0.3  # of a table's width: what begins further right stands over its columns
_LONG = 90  # letters: a row of one cell with more is a paragraph, if it also stands below the columns
_LABEL = re.compile(
    r"[•●▪■◦○‣·–—*-]|\(?[a-zA-Z\d]{1,4}[.)]|\([a-zA-Z\d]{1,4}\)|\d+(?:\.\d+)+\.?|§+\s?[\d.]+|[(（]?[一二三四五六七八九十]+[)）、]|第.{1,6}[条章节]|\d{1,3}"
)
_LEADER = re.compile(r"(?:\.\s?){4,}|[…·]{2,}|_{5,}")
_UNIT = re.compile(r"[$€£¥(]|[A-Z]{2}\$|US\$")
_TAIL = re.compile(r"[)%]+|\*+")


def split_tables(rows: Sequence[Row]) -> list[Row | Table]:
    """The rows of a region in order, with those of each table put together."""
    cells = [cells_of(row) for row in rows]
    made: list[Row | Table] = []
    at = 0
    for start, end in _joined_parts(rows, cells, _parts(rows, cells)):
        made += rows[at:start]
        above = _heads_above(rows[at:start], rows[start:end])
        del made[len(made) - above :]
        made.append(table_of(rows[start - above : end], cells[start - above : end]))
        at = end
    return [*made, *rows[at:]]


def _parts(rows: Sequence[Row], cells: Sequence[Sequence[Cell]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(rows):
        end = _table_end(rows, cells, at)
        if end > at:
            found.append((at, end))
        at = max(end, at + 1)
    return found


def _joined_parts(
    rows: Sequence[Row], cells: Sequence[Sequence[Cell]], parts: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Parts of one table: the second goes on in the first one's columns, without heads of its own."""
    made: list[tuple[int, int]] = []
    for start, end in parts:
        if made and _goes_on(rows, cells, made[-1], start):
            made[-1] = (made[-1][0], end)
        else:
            made.append((start, end))
    return made


def _goes_on(rows: Sequence[Row], cells: Sequence[Sequence[Cell]], before: tuple[int, int], start: int) -> bool:
    end = before[1]
    if start - end > _INNER or any(row.hidden for row in rows[end:start]):
        return False
    if rows[start].top - rows[end - 1].bottom > _FAR * (start - end + 1) * max(rows[start].main.size, 4.0):
        return False
    values = min(cell[0].left for row in cells[before[0] : end] for cell in row[1:])
    if any(row.right > values for row in rows[end:start]):
        return False
    last = next(i for i in range(end - 1, before[0] - 1, -1) if len(cells[i]) > 1)
    figures = any(is_figure(cell) for cell in cells[start][1:])
    return figures and _aligned(cells[last], cells[start])


def _heads_above(made: Sequence[Row], rows: Sequence[Row]) -> int:
    """How many rows just above a table stand over its columns only: heads that span several of them."""
    left = min(row.left for row in rows)
    inner = left + _OVER_COLUMNS * (max(row.right for row in rows) - left)
    below = rows[0]
    count = 0
    for row in reversed(made):
        if row.left < inner or row.hidden or count == _INNER:
            break
        if below.top - row.bottom > row.main.size or abs(row.main.size - below.main.size) > 1.5:
            break
        below = row
        count += 1
    return count


def cells_of(row: Row) -> list[Cell]:
    """The cells of a row, left to right."""
    groups: list[list[Run]] = []
    for run in row.runs:
        last = groups[-1] if groups else None
        if last is not None and (
            run.left - last[-1].right < 0.6 * run.size
            or _UNIT.fullmatch(last[-1].text)
            or _TAIL.fullmatch(run.text)
            or (len(groups) == 1 and len(last) == 1 and _LABEL.fullmatch(last[0].text))
        ):
            last.append(run)
        else:
            groups.append([run])
    return [tuple(group) for group in groups]


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
