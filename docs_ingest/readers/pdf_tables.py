"""Rows that are a table's, told by cells that keep to the same columns row after row.

Two rows in sequence that both have a wide gap and share the edge (left, right
or middle) of a cell after the first begin a table. Rows of one cell belong to
it when they stand between such rows. A contents page with dots to its page
numbers is no table, nor is a list whose numbers stand apart from its text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from docs_ingest.readers.pdf_layout import Row, joined
from docs_ingest.readers.pdf_lines import Run

_ALIGNED = 4.0  # points two edges may differ
_INNER = 3  # rows of one cell in sequence that a table may have between two rows of several
_STEP = 2.6  # times the row's height from one row of a table to the next
_OVER_COLUMNS = 0.3  # of a table's width: what begins further right stands over its columns
_LONG = 90  # letters: a row of one cell with more is a paragraph
_LABEL = re.compile(
    r"[•●▪■◦○‣·–—*-]|\(?[a-zA-Z\d]{1,4}[.)]|\([a-zA-Z\d]{1,4}\)|\d+(?:\.\d+)+\.?|§+\s?[\d.]+|[(（]?[一二三四五六七八九十]+[)）、]|第.{1,6}[条章节]|\d{1,3}"
)
_LEADER = re.compile(r"(?:\.\s?){4,}|[…·]{2,}|_{5,}")
_UNIT = re.compile(r"[$€£¥(]|[A-Z]{2}\$|US\$")
_STRAY_SIGN = re.compile(r"(.*\S)\s+([$€£¥])")
_TAIL = re.compile(r"[)%]+|\*+")
_NUMBER = re.compile(r"[($€£¥]*\s*[-–—]?\s*[\d,]*\.?\d+\s*[%)x]*|[-–—]+|n/?[am]\.?", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


Cell = tuple[Run, ...]  # runs that belong together: a label, a currency sign, a number


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table."""

    row: Row
    texts: tuple[str, ...]
    header: bool


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[Cells, ...]


def split_tables(rows: Sequence[Row]) -> list[Row | Table]:
    """The rows of a region in order, with those of each table put together."""
    cells = [cells_of(row) for row in rows]
    made: list[Row | Table] = []
    at = 0
    while at < len(rows):
        end = _table_end(rows, cells, at)
        if end > at:
            above = _heads_above(made, rows[at:end])
            del made[len(made) - above :]
            made.append(_table(rows[at - above : end], cells[at - above : end]))
            at = end
        else:
            made.append(rows[at])
            at += 1
    return made


def _heads_above(made: Sequence[Row | Table], rows: Sequence[Row]) -> int:
    """How many rows just above a table stand over its columns only: heads that span several of them."""
    left = min(row.left for row in rows)
    inner = left + _OVER_COLUMNS * (max(row.right for row in rows) - left)
    below = rows[0]
    count = 0
    for row in reversed(made):
        if not isinstance(row, Row) or row.left < inner or row.hidden or count == _INNER:
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


def _table_end(rows: Sequence[Row], cells: list[list[Cell]], at: int) -> int:
    """One past the last row of the table that begins at `at`; `at` itself if none does."""
    if not _several(rows[at], cells[at]):
        return at
    last, wide = at, 1
    for i in range(at + 1, len(rows)):
        if rows[i].top - rows[i - 1].bottom > _STEP * max(rows[i].main.size, 4.0):
            break
        if _several(rows[i], cells[i]):
            if not _aligned(cells[last], cells[i]) and not (wide > 1 and _aligned(cells[last - 1], cells[i])):
                break
            last, wide = i, wide + 1
        elif i - last > _INNER or len(rows[i].text) > _LONG:
            break
    return last + 1 if wide >= 2 else at


def _several(row: Row, cells: list[Cell]) -> bool:
    return len(cells) >= 2 and not row.hidden and _LEADER.search(row.text) is None


def _aligned(one: list[Cell], other: list[Cell]) -> bool:
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


def _table(rows: Sequence[Row], cells: Sequence[list[Cell]]) -> Table:
    texts = [_with_signs([joined(cell) for cell in row]) for row in cells]
    numeric = [len(t) > 1 and any(_is_figure(cell) for cell in t[1:]) for t in texts]
    heads = numeric.index(True) if any(numeric) else 0
    heads = heads if heads <= _INNER else 0
    return Table(tuple(Cells(row, t, i < heads) for i, (row, t) in enumerate(zip(rows, texts, strict=True))))


def _with_signs(texts: list[str]) -> tuple[str, ...]:
    """A currency sign that stands nearer to the figure before it goes to the one after it."""
    for i in range(len(texts) - 1):
        match = _STRAY_SIGN.fullmatch(texts[i])
        if match is not None and _is_figure(texts[i + 1]):
            texts[i], texts[i + 1] = match[1], f"{match[2]} {texts[i + 1]}"
    return tuple(texts)


def _is_figure(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and _YEAR.fullmatch(text) is None
