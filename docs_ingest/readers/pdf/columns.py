"""The printed lines of one table -> its rows, each cell in its column.

The first column is the stub: what a row is called. The others are the strips
that the cells after the stub leave between them. A label that runs over two
lines, or a cell of words that does, is put together to one row, so that each
row can be read without the one above it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from docs_ingest.readers.pdf.layout import Row, joined
from docs_ingest.readers.pdf.lines import Box, Run

_HEAD_ROWS = 6  # rows of column heads at most
_MOST_HEAD_ROWS = 10  # the same where nothing stands beside them
_LABELLED = 0.8  # share of rows with a label in a table whose heads may be figures
_STRAY = 0.05  # share of rows that may reach into the strip between two columns
_MOST_COLUMNS = 40
_TIGHT = 1.2  # times the least step: lines as near as this may be lines of one row
_INDENT = 0.4  # times the size: a line further in hangs below its label
_CENTERED = 8.0  # points that a head over several columns may be off their middle
_FLUSH = 1.5  # points by which the edges of two lines of one head differ
_FIGURE_PIECES = 4  # a number is in no more: sign, dash, digits, percent
_CUT = 12  # points: a line that reaches as near to the first value as this may have been cut there
_STRAY_SIGN = re.compile(r"(.*\S)\s+([$€£¥])")
_NUMBER = re.compile(
    r"(?:[A-Z]{2}(?=\$))?[($€£¥\s]*(?:[-–—]?\s*[\d,]*\.?\d+|[-–—]+)[\s)%*]*(?:x|pts?\.?|bps|years)?\)?"
    r"|n/?[am]\.?|\*{1,3}",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_GOES_ON = re.compile(
    r"(?:\b(?:and|or|of|by|to|the|a|an|in|for|from|on|at|with|per|net|than|between|its|their|as|attributable|"
    r"including|excluding|less)|[,;/&(–—-]|\()$",
    re.IGNORECASE,
)

Cell = tuple[Run, ...]  # runs that belong together: a label, a currency sign, a number


@dataclass(slots=True)
class TableCell:
    """Words in one column: the pieces of each printed line, with their boxes."""

    column: int
    span: int
    pieces: list[tuple[str, Box]]

    @property
    def text(self) -> str:
        return " ".join(words for words, _ in self.pieces)


@dataclass(slots=True)
class TableRow:
    """One row, made of one or more printed lines."""

    rows: list[Row]
    cells: list[TableCell]
    header: bool = False

    def cell(self, column: int) -> TableCell | None:
        return next((c for c in self.cells if c.column == column), None)


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class _Strip:
    left: float
    right: float

    def shared(self, left: float, right: float) -> float:
        return min(self.right, right) - max(self.left, left)


def is_figure(cell: Cell) -> bool:
    return figure_like(joined(cell))


def figure_like(text: str) -> bool:
    """A number, an amount, a dash: what stands under a head; years are heads themselves."""
    return _NUMBER.fullmatch(text) is not None and _YEAR.fullmatch(text) is None


def table_of(rows: Sequence[Row], cells: Sequence[Sequence[Cell]]) -> Table:
    """A table of printed rows and their cells."""
    strips = _strips(cells)
    made = [_row(row, some, strips) for row, some in zip(rows, cells, strict=True)]
    heads = _head_rows(made)
    below = None
    for row in reversed(made[:heads]):
        row.header = True
        _spread(row, strips, below)
        below = row
    return Table((*made[:heads], *_put_together(made[heads:], strips)))


def _strips(cells: Sequence[Sequence[Cell]]) -> list[_Strip]:
    """The columns from left to right; the first is the stub."""
    several = [row for row in cells if len(row) > 1]
    # Heads stand over the middle of columns as often as in them: they say little of where these are.
    first = next((at for at, row in enumerate(several) if any(is_figure(cell) for cell in row[1:])), 0)
    several = several[first:] if first <= _HEAD_ROWS else several
    firsts = sorted(row[1][0].left for row in several)
    stub_right = firsts[len(firsts) // 20]
    left = min(row[0][0].left for row in cells if row)
    pairs = _Pairs(several)
    widest = max(map(len, several))
    values = [
        (cell[0].left, cell[-1].right)
        for row in several
        for at, cell in enumerate(row)
        if (at > 0 or cell[0].left >= stub_right)
        # A head that stands over several columns says nothing of their edges.
        and (is_figure(cell) or len(row) == widest or not pairs.below(cell))
    ]
    strips = _clusters(values, allowed=int(len(several) * _STRAY))
    if not strips or len(strips) >= _MOST_COLUMNS:
        return [_Strip(left, stub_right), _Strip(stub_right, float("inf"))]
    return [_Strip(left, strips[0].left), *strips]


class _Pairs:
    """Cells of one row that stand beside each other, for finding words that stand over both."""

    def __init__(self, rows: Iterable[Sequence[Cell]]) -> None:
        found = []
        for row in rows:
            reach = float("-inf")  # right edge of the cells before
            for cell in sorted(row, key=lambda c: c[0].left):
                found.append((min(reach, cell[-1].right), cell[0].left))
                reach = max(reach, cell[-1].right)
        found.sort(reverse=True)
        self._rights = [-right for right, _ in found]
        self._least_left = list(accumulate((left for _, left in found), min))

    def below(self, cell: Cell) -> bool:
        """Whether two cells of one row overlap with this one."""
        further = bisect_left(self._rights, -cell[0].left)  # pairs whose both right edges lie beyond its left one
        return further > 0 and self._least_left[further - 1] < cell[-1].right


def _clusters(spans: Iterable[tuple[float, float]], allowed: int) -> list[_Strip]:
    """Strips covered by more than `allowed` of the spans, from left to right."""
    edges = sorted([(left, 1) for left, _ in spans] + [(right, -1) for _, right in spans])
    strips: list[_Strip] = []
    covered, began = 0, 0.0
    for x, step in edges:
        before, covered = covered, covered + step
        if before <= allowed < covered:
            began = x
        elif covered <= allowed < before and x > began:
            strips.append(_Strip(began, x))
    return strips


def _row(row: Row, cells: Sequence[Cell], strips: Sequence[_Strip]) -> TableRow:
    texts = _with_signs([joined(cell) for cell in cells])
    made: list[TableCell] = []
    for cell, text in zip(cells, texts, strict=True):
        left, right = cell[0].left, cell[-1].right
        column, span = _column(left, right, strips)
        box = (left, min(run.top for run in cell), right, max(run.bottom for run in cell))
        if made and column <= made[-1].column + made[-1].span - 1:
            made[-1].pieces.append((text, box))
        else:
            made.append(TableCell(column, span, [(text, box)]))
    return TableRow([row], made)


def _column(left: float, right: float, strips: Sequence[_Strip]) -> tuple[int, int]:
    """Which column words stand in, and how many they stand over."""
    over = [i for i, s in enumerate(strips) if i and s.shared(left, right) > 0.5 * min(s.right - s.left, right - left)]
    stub = strips[0]
    begins_at_labels = left < stub.left + 0.5 * (stub.right - stub.left)
    if left < stub.right - 1 and (begins_at_labels or (not over and right <= stub.right)):
        return 0, 1
    if over:
        return over[0], over[-1] - over[0] + 1
    middle = (left + right) / 2
    nearest = min(range(1, len(strips)), key=lambda i: max(strips[i].left - middle, middle - strips[i].right))
    return nearest, 1


def _with_signs(texts: list[str]) -> list[str]:
    """A currency sign that stands nearer to the figure before it goes to the one after it."""
    for i in range(len(texts) - 2, -1, -1):
        match = _STRAY_SIGN.fullmatch(texts[i])
        if match is not None and figure_like(texts[i + 1]):
            texts[i], texts[i + 1] = match[1], f"{match[2]} {texts[i + 1]}"
    return texts


def _head_rows(rows: Sequence[TableRow]) -> int:
    """How many rows at the top are column heads: those above the first figure, or bold ones above words."""
    figures = [any(c.column and figure_like(c.text) for c in row.cells) for row in rows]
    unlabelled = _unlabelled(rows)
    if any(figures[unlabelled:]):
        first = figures.index(True, unlabelled)
        several = next((at for at, row in enumerate(rows) if not _is_stub(row)), len(rows))
        while first and _is_stub(rows[first - 1]) and several < first - 1:
            first -= 1  # “Current assets:” is no column head
        labels = sum(row.cell(0) is not None for row in rows[: max(first - 1, 0)])
        return first if first <= (_HEAD_ROWS if labels else _MOST_HEAD_ROWS) else 0
    bold = [all(run.bold for line in row.rows for run in line.runs) for row in rows]
    return 1 if len(rows) > 1 and bold[0] and not bold[1] else 0


def _unlabelled(rows: Sequence[TableRow]) -> int:
    """Rows at the top without a label, where nearly all others have one: heads, though they be figures (737, 747)."""
    at = next((at for at, row in enumerate(rows) if row.cell(0) is not None), 0)
    labelled = sum(row.cell(0) is not None for row in rows)
    return at if at <= _HEAD_ROWS and labelled >= _LABELLED * (len(rows) - at) else 0


def _spread(row: TableRow, strips: Sequence[_Strip], below: TableRow | None) -> None:
    """A head over the middle of several columns spans them all; one flush with a head below is its first line."""
    heads = [c for c in row.cells if c.column]
    for i, head in enumerate(heads):
        under = None if below is None else next((c for c in below.cells if c.column and _flush(head, c)), None)
        if under is not None and under.span == 1:
            head.column, head.span = under.column, 1
            continue
        low = heads[i - 1].column + heads[i - 1].span if i else 1
        high = heads[i + 1].column if i + 1 < len(heads) else len(strips)
        _, box = head.pieces[0]
        middle = (box[0] + box[2]) / 2
        ranges = [(a, b) for a in range(low, head.column + 1) for b in range(head.column, high)]
        off = {(a, b): abs(middle - (strips[a].left + strips[b].right) / 2) for a, b in ranges}
        best = min(off.values())
        a, b = max((r for r in ranges if off[r] <= max(best, _CENTERED)), key=lambda r: (r[1] - r[0], -off[r]))
        head.column, head.span = a, b - a + 1


def _flush(one: TableCell, other: TableCell) -> bool:
    (_, above), (_, under) = one.pieces[0], other.pieces[0]
    return abs(above[0] - under[0]) <= _FLUSH or abs(above[2] - under[2]) <= _FLUSH


def _is_stub(row: TableRow) -> bool:
    return len(row.cells) == 1 and row.cells[0].column == 0


def _put_together(rows: Sequence[TableRow], strips: Sequence[_Strip]) -> list[TableRow]:
    """Rows whose label or words run over several printed lines, as one each."""
    steps = [below.rows[0].top - row.rows[0].top for row, below in pairwise(rows)]
    tight = _TIGHT * min((s for s in steps if s > 0), default=0.0)
    made: list[TableRow] = []
    for row in rows:
        last = made[-1] if made else None
        near = last is not None and row.rows[0].top - last.rows[-1].top <= tight
        if last is not None and near and (_label_goes_on(last, row, strips[0]) or _words_go_on(last, row)):
            _join(last, row)
        else:
            made.append(row)
    return made


def _label_goes_on(last: TableRow, row: TableRow, stub: _Strip) -> bool:
    """Whether a row's label is the rest of the one above: bare label above values, or values above the rest."""
    above, below = last.cell(0), row.cell(0)
    if above is None or below is None or not (_is_stub(last) or _is_stub(row)):
        return False
    words, rest = above.pieces[-1][0], below.text
    if words.endswith((":", "：")) or figure_like(rest):
        return False
    if rest[:1].islower() or _GOES_ON.search(words):
        return True
    (_, box), (_, under) = above.pieces[-1], below.pieces[0]
    cut = box[2] >= stub.right - _CUT
    return cut and _is_stub(last) and under[0] > box[0] + _INDENT * row.rows[0].main.size


def _words_go_on(last: TableRow, row: TableRow) -> bool:
    """Whether a line without label and figures goes on with the words of the row above."""
    if row.cell(0) is not None or not row.cells:
        return False
    held = {c.column: c for c in last.cells}
    return all(c.column in held and not _is_figure(c) and not _is_figure(held[c.column]) for c in row.cells)


def _is_figure(cell: TableCell) -> bool:
    return len(cell.pieces) <= _FIGURE_PIECES and figure_like(cell.text)


def _join(last: TableRow, row: TableRow) -> None:
    for cell in row.cells:
        same = last.cell(cell.column)
        if same is None:
            last.cells.append(cell)
        else:
            same.pieces += cell.pieces
    last.cells.sort(key=lambda c: c.column)
    last.rows += row.rows
