"""Tables of data: which column each cell stands in, which rows are heads, and one line for each row.

A cell that reaches down (rowspan) is written once, in its first row; below it
stands an empty place between bars, and the columns go on being counted.
"""

import re
from collections import deque
from dataclasses import dataclass, field, replace

from lxml import etree

from docs_ingest.parsed import BlockKind
from docs_ingest.readers.drafts import Draft, Tie, joined_cells
from docs_ingest.readers.html.words import Line

_WIDEST = 1_000  # columns a cell may span, as in browsers
_TALLEST = 65_534  # rows, likewise; `rowspan=0` means to the end
_FEWEST_COLUMNS = 3  # of a table whose first row is told to be heads by what stands below it
_MOST_HEADS = 4  # rows of heads that nothing marks
_FIGURES = re.compile(r"[-−–+(（]?\s*(?:[$€£¥￥]\s*)?\d[\d,.\s]*[%‰]?\s*[)）]?")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Reach:
    """A cell that reaches down into the rows below its own."""

    column: int
    columns: int
    rows: int  # still to come


@dataclass(slots=True)
class _Row:
    in_head: bool
    above: deque[_Reach]  # not yet passed
    below: list[_Reach] = field(default_factory=list)
    cells: list[tuple[str, int, int]] = field(default_factory=list)  # words, column, columns
    ties: list[tuple[Tie, ...]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    column: int = 0  # the next one
    heads: int = 0  # cells with words that are column heads
    others: int = 0  # cells that are not, empty ones too
    plain: bool = False  # some of its words are not bold
    span: int = 1  # of the cell that is open
    head: bool = False  # and whether it heads a column


class Table:
    """A table of data while it is read: rows, then cells, are begun and ended in order."""

    def __init__(self, group: int) -> None:
        self._group = group
        self._row: _Row | None = None
        self._in_head = False
        self._reaching: list[_Reach] = []  # by column
        self._first: _Row | None = None  # with words
        self._count = self._heads = 0  # rows with words
        self._last_is_head = True
        self._bold_below = False
        self._figures: dict[int, bool | None] = {}  # column -> whether all cells below the first row are figures

    @property
    def in_row(self) -> bool:
        return self._row is not None

    @property
    def reaching(self) -> int:
        """Cells that reach into the row that is begun now."""
        return len(self._reaching)

    def begin_head(self) -> None:
        self._in_head = True

    def end_part(self) -> None:
        """A head, a body or a foot of the table ends: no cell reaches out of it."""
        self._in_head = False
        self._reaching.clear()

    def begin_row(self) -> None:
        self._row = _Row(self._in_head, deque(self._reaching))

    def begin_cell(self, element: etree._Element) -> None:
        row = self._row
        assert row is not None
        _pass(row)
        columns = min(_number(element.get("colspan")), _WIDEST)
        rows = _TALLEST if (element.get("rowspan") or "").strip() == "0" else _number(element.get("rowspan"))
        if rows > 1:
            row.below.append(_Reach(row.column, columns, min(rows, _TALLEST) - 1))
        row.span = columns
        row.head = element.tag == "th" and element.get("scope", "").lower() not in ("row", "rowgroup")

    def end_cell(self, line: Line, ties: tuple[Tie, ...]) -> None:
        """The words of the cell begun last; of broken pages also words that stand between cells."""
        row = self._row
        assert row is not None
        row.cells.append((line.words, row.column, row.span))
        row.ties.append(ties)
        row.names += line.names
        row.column += row.span
        row.heads += row.head and bool(line.words)
        row.others += not row.head
        row.plain = row.plain or (bool(line.words) and not line.bold)
        row.span, row.head = 1, False

    def end_row(self) -> Draft | None:
        """The block of a row; None where it is empty."""
        row, self._row = self._row, None
        if row is None:
            return None
        row.below += [replace(one, rows=one.rows - 1) for one in row.above if one.rows > 1]
        self._reaching = sorted(row.below, key=lambda one: one.column)
        words, cells, begins = joined_cells(row.cells)
        if not cells:
            return None
        ties = tuple(tie.moved(at) for at, some in zip(begins, row.ties, strict=True) for tie in some)
        draft = Draft(
            BlockKind.ROW,
            words,
            group=self._group,
            header=self._is_head(row, len(cells)),
            cells=cells,
            ties=ties,
            names=tuple(row.names),
        )
        self._note(row, draft.header)
        return draft

    def heads_unmarked(self) -> int:
        """How many of the first rows are heads though nothing marks them: bold over plain, or words over figures."""
        first = self._first
        if first is None or self._count < 2 or self._heads:
            return 0
        tall = max((one.rows for one in first.below), default=0) + 1
        if tall > 1 and (tall > _MOST_HEADS or tall >= self._count or all(span == 1 for _, _, span in first.cells)):
            return 0  # a cell that reaches down over rows of data
        words = [words for words, _, _ in first.cells]
        named = len(words) >= _FEWEST_COLUMNS and all(w and not _DIGIT.search(w) for w in words)
        by_look = not first.plain and not self._bold_below
        return tall if by_look or (named and any(self._figures.values())) else 0

    def _is_head(self, row: _Row, filled: int) -> bool:
        if row.in_head:
            return True
        return row.heads == filled and not (filled == 1 and (row.others or not self._last_is_head))

    def _note(self, row: _Row, header: bool) -> None:
        """Remember what tells whether the first rows are heads."""
        self._count += 1
        self._heads += header
        self._last_is_head = header
        if self._first is None:
            self._first = row
            self._figures = {column: None for _, column, span in row.cells if span == 1}
            return
        self._bold_below = self._bold_below or not row.plain
        for words, column, _ in row.cells:
            if words and self._figures.get(column, False) is not False:
                self._figures[column] = _FIGURES.fullmatch(words[:40]) is not None


def _pass(row: _Row) -> None:
    """An empty place for each cell that reaches down from a row above to where the next cell would stand."""
    while row.above and row.above[0].column <= row.column:
        one = row.above.popleft()
        if one.column + one.columns > row.column:
            row.cells.append(("", row.column, one.column + one.columns - row.column))
            row.ties.append(())
            row.column = one.column + one.columns
        if one.rows > 1:
            row.below.append(replace(one, rows=one.rows - 1))


def _number(words: str | None) -> int:
    words = (words or "").strip()
    return max(int(words[:6]), 1) if words.isascii() and words.isdigit() else 1
