"""Tables of a Word document: which cells stand in which columns, and which rows are heads.

w:tr  ->  cells counted over gridBefore, gridSpan and merged neighbours
      ->  heads: rows marked as such, else the first, with the rows under cells that span several columns
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from docs_ingest.readers.docx.content import CELL, PARAGRAPH, ROW, deleted, marked, within
from docs_ingest.readers.docx.numbering import W
from docs_ingest.readers.docx.styles import VAL, value, whole
from docs_ingest.readers.office.tables import MOST_HEADS, Outline, head_count

_WIDEST = 1_000  # columns; Word has no more than 63


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of a row that was not deleted."""

    element: etree._Element
    column: int  # 0 is the leftmost of the table
    span: int = 1  # columns it stands over
    continued: bool = False  # part of the cell above, which holds the words


@dataclass(frozen=True, slots=True)
class GridRow:
    element: etree._Element
    cells: tuple[GridCell, ...]
    head: bool  # marked to be repeated on every page
    hidden: bool


def grid_rows(table: etree._Element) -> list[GridRow]:
    """The rows of a table, without those that were deleted."""
    rows = [row for row in within(table, ROW) if not deleted(row, "trPr")]
    return [
        GridRow(row, tuple(_cells(row)), marked(row, "trPr", "tblHeader"), marked(row, "trPr", "hidden"))
        for row in rows
    ]


def _cells(row: etree._Element) -> Iterator[GridCell]:
    properties = row.find(f"{W}trPr")
    column = 0 if properties is None else _columns(properties, "gridBefore", 0)
    last: GridCell | None = None
    for element in within(row, CELL):
        if deleted(element, "tcPr"):
            continue
        cell = _cell(element, column)
        column += cell.span
        if last is not None and _merged(element, "hMerge"):
            last = replace(last, span=last.span + cell.span)
            continue
        if last is not None:
            yield last
        last = cell
    if last is not None:
        yield last


def _cell(element: etree._Element, column: int) -> GridCell:
    properties = element.find(f"{W}tcPr")
    span = 1 if properties is None else _columns(properties, "gridSpan", 1)
    return GridCell(element, min(column, _WIDEST), max(span, 1), _merged(element, "vMerge"))


def _columns(properties: etree._Element, name: str, otherwise: int) -> int:
    said = whole(value(properties, name))
    return otherwise if said is None else min(max(said, 0), _WIDEST)


def _merged(cell: etree._Element, name: str) -> bool:
    """Whether a cell goes on from the one above (vMerge) or before it (hMerge)."""
    merged = cell.find(f"{W}tcPr/{W}{name}")
    return merged is not None and merged.get(VAL, "continue") == "continue"


def heads_of(rows: Sequence[GridRow]) -> int:
    """How many rows from the top are heads of columns."""
    repeated = next((i for i, row in enumerate(rows) if not row.head), len(rows))
    if 0 < repeated < len(rows):
        return repeated
    return head_count([_outline(row) for row in rows[:MOST_HEADS]], len(rows))


def _outline(row: GridRow) -> Outline:
    cells = [("".join(text.text or "" for text in c.element.iter(f"{W}t")), c.span) for c in row.cells]
    return Outline.of(cells, continues=any(cell.continued for cell in row.cells))


def paragraphs_in(cell: GridCell) -> Iterator[etree._Element]:
    return cell.element.iterchildren(PARAGRAPH)
