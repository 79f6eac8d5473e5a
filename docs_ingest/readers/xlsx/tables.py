"""A grid of cells becomes lines: titles and notes are paragraphs, the rest rows of tables.

    Limits of authority 授权表              one cell above a table: a paragraph
    编制单位：总行 |        | 单位：万元       two statements above a table: two paragraphs
    项目          | 2023   | 2024           heads
    存款          | 1,200  | 1,350
                                            an empty row ends a table, unless what follows goes on in its columns
    注：……                                  one cell below a table: a paragraph

Blocks side by side with an empty column between them are tables of their own
only where something says so; else a row torn in two would lose its label.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from docs_ingest.parsed import BlockKind
from docs_ingest.readers.drafts import Draft, Drafts, Tie, joined_cells
from docs_ingest.readers.xlsx.grid import Aside, GridRow
from docs_ingest.readers.xlsx.heads import Hints, head_count, is_alone, is_figure
from docs_ingest.readers.xlsx.sheet import Entry

_SPACE = 3.0  # points of indent for each leading space
_STATEMENTS = 3  # on one line above a table: who made it, for when, in which unit
_LONG_NOTE = 40  # characters: a longer single cell below a table is a note
_SHORT_TITLE = 30
_MOST_GAPS = 20  # empty columns in a table: with more of them it is a form, not tables side by side
_APART = 2  # empty rows between parts of one table, at most
_SAMPLE = 200  # rows
_NOTE = re.compile(
    r"[*＊※]|(?:附?注|备注|说明|资料来源|来源|填表说明|填报说明)\s*\d*\s*[：:.、]|\d+[、.)）]\s*\S|[(（]\d+[)）]"
    r"|(?:notes?|source|remarks?|disclaimer|legend)\b\s*\d*\s*[:.]",
    re.IGNORECASE,
)
_STATEMENT = re.compile(r"[^\d：:|][^：:|]{0,15}[：:]|\(?(?:in|unit)\b", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:附?表|图|table|exhibit|schedule|appendix|annex|附录|附件)\s*[\dIVX一二三四五六七八九十A-Z]+\b", re.IGNORECASE
)
_SENTENCE_ENDS = ("。", "；", ".", ";", "！", "!", "？", "?")


@dataclass(frozen=True, slots=True)
class _Table:
    group: int
    columns: tuple[int, ...]  # of the grid, those in which cells begin
    headed: bool
    last: int  # row of the grid


class TableWriter:
    """Writes the rows of sheet after sheet as drafts; tables are numbered through."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._tables = 0
        self._held: list[Aside] = []  # what is hidden in the rows of a table, until it ends: it would tear it

    def write(self, rows: Sequence[GridRow], hints: Hints) -> None:
        """Raises LimitExceeded where the text gets longer than allowed."""
        before: _Table | None = None
        for band in _bands(rows, hints):
            first, _ = _body(band, hints)
            parts = _side_by_side(band[first:], hints)
            if len(parts) == 1:
                before = self._part(band, hints, before)
                continue
            self._lines(band[:first])
            for part in parts:
                self._part(part, hints, None)
            before = None
        self._let_go()

    def write_hidden(self, rows: Sequence[GridRow]) -> None:
        """The same rows where nobody sees them."""
        for row in rows:
            words = " | ".join(entry.words.strip() for entry in row.cells)
            for one in (words, *(aside.words for aside in row.asides)):
                if one:
                    self._drafts.add(Draft(BlockKind.HIDDEN, one))

    def _part(self, rows: Sequence[GridRow], hints: Hints, before: _Table | None) -> _Table | None:
        first, last = _body(rows, hints)
        body = [row for row in rows[first:last] if row.cells]
        columns = tuple(sorted({entry.column for row in body for entry in row.cells}))
        if len(columns) < 2 and not any(hints.marked(row) for row in body) and not _is_total(before, body):
            self._lines(rows)
            return before if not any(row.cells for row in rows) else None
        heads = head_count(body, columns, hints)
        table = _Table(self._tables + 1, columns, heads > 0, body[-1].number)
        if before is not None and heads == 0 and (begin := _goes_on(before, rows, first, body)) is not None:
            table = replace(before, last=table.last)
            first = begin
        if table.group > self._tables:
            self._let_go()
            self._tables = table.group
        self._lines(rows[:first])
        headed = {id(row) for row in body[:heads]}
        for row in rows[first:last]:
            self._row(row, table, id(row) in headed)
        self._lines(rows[last:])
        return None if any(row.cells for row in rows[last:]) else table

    def _lines(self, rows: Sequence[GridRow]) -> None:
        if any(row.cells for row in rows):
            self._let_go()
        for row in rows:
            for entry in row.cells:
                words = entry.words.strip()
                ties = () if entry.link is None else (_tie(entry.link, 0, len(words)),)
                self._drafts.add(Draft(BlockKind.PARAGRAPH, words, bold=entry.look.bold, ties=ties))
            self._asides(row.asides)

    def _row(self, row: GridRow, table: _Table, header: bool) -> None:
        if row.cells:
            self._drafts.add(_drafted(row.cells, table, header))
        self._held += [aside for aside in row.asides if aside.kind is BlockKind.HIDDEN]
        self._asides([aside for aside in row.asides if aside.kind is not BlockKind.HIDDEN])

    def _let_go(self) -> None:
        self._asides(self._held)
        self._held.clear()

    def _asides(self, asides: Iterable[Aside]) -> None:
        for aside in asides:
            self._drafts.add(Draft(aside.kind, aside.words))


def _drafted(cells: Sequence[Entry], table: _Table, header: bool) -> Draft:
    """A row with an empty place for each column of the table in which it has nothing, up to its last cell."""
    laid: list[tuple[str, int, int]] = []
    linked: list[tuple[int, str]] = []
    at = 0
    for entry in cells:
        place = bisect_left(table.columns, entry.column)
        span = max(bisect_left(table.columns, entry.column + entry.span) - place, 1)
        laid += [("", column, 1) for column in range(at, place)]
        if entry.link is not None:
            linked.append((len(laid), entry.link))
        laid.append((entry.words.strip(), place, span))
        at = place + span
    line, made, begins = joined_cells(laid)
    ties = tuple(_tie(link, begins[i], begins[i] + len(laid[i][0])) for i, link in linked)
    indent = _indent(cells[0]) if cells[0].column == table.columns[0] else None
    return Draft(BlockKind.ROW, line, indent=indent, group=table.group, header=header, cells=made, ties=ties)


def _tie(link: str, start: int, end: int) -> Tie:
    return Tie(start, end, name=link) if link.startswith("#") else Tie(start, end, href=link)


def _indent(entry: Entry) -> float:
    lead = entry.words[: len(entry.words) - len(entry.words.lstrip())]
    return entry.look.indent + _SPACE * sum(2 if char == "\u3000" else 1 for char in lead)


def _bands(rows: Sequence[GridRow], hints: Hints) -> Iterator[list[GridRow]]:
    """Rows with an empty one before and after; merged cells and named tables hold their rows together."""
    band: list[GridRow] = []
    reach = -1
    for row in rows:
        if row.cells and reach >= 0 and row.number > reach + 1:
            yield band
            band = []
        band.append(row)
        if row.cells:
            reach = max(reach, row.number + max(entry.down for entry in row.cells) - 1)
            reach = max([reach, *(t.area.bottom for t in hints.tables if t.area.top <= row.number <= t.area.bottom)])
    if band:
        yield band


def _side_by_side(rows: Sequence[GridRow], hints: Hints) -> list[Sequence[GridRow]]:
    """The blocks that stand beside each other, from left to right; mostly only one."""
    parts: list[Sequence[GridRow]] = []
    gaps = _gaps([row for row in rows if row.cells])
    for gap in gaps if len(gaps) <= _MOST_GAPS else ():
        left, right = _cut(rows, gap)
        if _told_apart(left, right, hints):
            parts.append(left)
            rows = right
    return [*parts, rows]


def _gaps(rows: Sequence[GridRow]) -> list[int]:
    """The first column after each run of empty ones between the cells of all rows."""
    spans = sorted({(entry.column, entry.column + entry.span) for row in rows for entry in row.cells})
    found: list[int] = []
    end = spans[0][1] if spans else 0
    for begin, after in spans:
        if begin > end:
            found.append(begin)
        end = max(end, after)
    return found


def _cut(rows: Sequence[GridRow], column: int) -> tuple[list[GridRow], list[GridRow]]:
    left: list[GridRow] = []
    right: list[GridRow] = []
    for row in rows:
        before = [e for e in row.cells if e.column < column]
        after = [e for e in row.cells if e.column >= column]
        noted = [a for a in row.asides if a.column >= column and a.kind is BlockKind.FOOTNOTE]
        kept = [a for a in row.asides if a not in noted]
        if before or kept:
            left.append(GridRow(row.number, row.stored, before, kept))
        if after or noted:
            right.append(GridRow(row.number, row.stored, after, noted))
    return left, right


def _told_apart(left: Sequence[GridRow], right: Sequence[GridRow], hints: Hints) -> bool:
    """Whether two blocks are tables of their own: both have rows and labels, and something tells them apart."""
    rows, others = [r for r in left[:_SAMPLE] if r.cells], [r for r in right[:_SAMPLE] if r.cells]
    if not _tabular(rows) or not _tabular(others):
        return False
    edge = min(r.cells[0].column for r in others)
    labels = [r.cells[0] for r in others if r.cells[0].column == edge]
    if sum(map(is_figure, labels)) * 2 > len(labels):
        return False
    if any((t.area.left >= edge) != (t.area.right >= edge) for t in hints.tables):
        return False
    if any(t.area.top <= others[-1].number and t.area.bottom >= others[0].number for t in hints.tables):
        return True
    if rows[0].number != others[0].number or (is_alone(rows[0]) and is_alone(others[0])):
        return True
    return rows[0].cells[0].words.strip() == others[0].cells[0].words.strip()


def _tabular(rows: Sequence[GridRow]) -> bool:
    return sum(not is_alone(row) for row in rows) >= 2


def _body(rows: Sequence[GridRow], hints: Hints) -> tuple[int, int]:
    """The rows of the table proper: index of the first and index after the last; titles and notes lie outside."""
    widest = max((len(row.cells) for row in rows), default=0)
    left = min((row.cells[0].column for row in rows if row.cells), default=0)
    first = 0
    while first < len(rows) and (not rows[first].cells or _is_title(rows, first, widest, left, hints)):
        first += 1
    last = len(rows)
    while last > first + 1 and (not rows[last - 1].cells or _is_note(rows[last - 1], widest, hints)):
        last -= 1
    return first, last


def _is_title(rows: Sequence[GridRow], at: int, widest: int, left: int, hints: Hints) -> bool:
    row = rows[at]
    if hints.marked(row):
        return False
    if is_alone(row):
        entry = row.cells[0]
        return not is_figure(entry) and not (entry.column > left and entry.span > 1 and widest > 1)
    if len(row.cells) > _STATEMENTS or len(row.cells) >= widest:
        return False
    stated = [_STATEMENT.match(entry.words.strip()) is not None for entry in row.cells]
    return all(stated) or (stated[-1] and len(stated) * 2 <= widest)


def _is_note(row: GridRow, widest: int, hints: Hints) -> bool:
    if not is_alone(row) or widest < 2 or hints.marked(row) or is_figure(row.cells[0]):
        return False
    entry = row.cells[0]
    words = entry.words.strip()
    return (
        entry.span * 2 > widest
        or len(words) > _LONG_NOTE
        or words.endswith(_SENTENCE_ENDS)
        or _NOTE.match(words) is not None
    )


def _is_total(before: _Table | None, body: Sequence[GridRow]) -> bool:
    """Whether a single column holds nothing but figures, below a column of a table."""
    figures = all(is_figure(entry) for row in body for entry in row.cells)
    return bool(body) and figures and before is not None and _keeps_to(before, body[0].number, body)


def _keeps_to(before: _Table, top: int, body: Sequence[GridRow]) -> bool:
    if not before.headed or top - before.last - 1 > _APART:
        return False
    columns = set(before.columns)
    return all(entry.column in columns for row in body for entry in row.cells)


def _goes_on(before: _Table, rows: Sequence[GridRow], first: int, body: Sequence[GridRow]) -> int | None:
    """Where the rest of a table begins after an empty row; None where it is another table.

    It has no heads of its own and keeps to the columns; one short line above it
    is the head of its rows.
    """
    above = [(i, row) for i, row in enumerate(rows[:first]) if row.cells]
    if not _keeps_to(before, (above[0][1] if above else body[0]).number, body):
        return None
    if not above:
        return first
    at, row = above[0]
    words = row.cells[0].words.strip()
    short = len(words) <= _SHORT_TITLE and not _CAPTION.match(words) and not _STATEMENT.match(words)
    fits = len(above) == 1 and is_alone(row) and row.cells[0].column == before.columns[0] and row.cells[0].span == 1
    return at if fits and short else None
