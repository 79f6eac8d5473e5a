"""From stored cells to what a person sees: hidden rows and columns out of the way, merged cells as one.

Rows and columns of the grid count what can be seen, so that a table with a
hidden column in it is a table without that column. What is hidden is kept
beside the row it belongs to.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import groupby

from docs_ingest.parsed import BlockKind
from docs_ingest.readers.xlsx.sheet import MOST_COLUMNS, Area, Entry, StoredSheet

_MOST_PAINTED = 64  # areas looked at for each cell with white letters

Place = tuple[int, int]  # row and column as stored, from 0


@dataclass(frozen=True, slots=True)
class Aside:
    """Words that belong to a row and are no cells of it."""

    kind: BlockKind  # HIDDEN, FOOTNOTE
    words: str
    column: int = 0  # of the grid


@dataclass(slots=True)
class GridRow:
    number: int  # rows above it that can be seen
    stored: int  # its number in the file, from 0
    cells: list[Entry] = field(default_factory=list)  # those that can be seen, by column
    asides: list[Aside] = field(default_factory=list)


class Grid:
    """Which row and column of the grid a stored one is."""

    def __init__(self, sheet: StoredSheet) -> None:
        self.hidden_rows = sheet.hidden_rows
        self.hidden_columns = sheet.hidden_columns
        self._sorted_rows = sorted(sheet.hidden_rows)
        self._columns: list[int] = []
        self._seen_columns = [i for i, hidden in enumerate(sheet.hidden_columns) if not hidden]
        seen = 0
        for hidden in sheet.hidden_columns:
            self._columns.append(seen)
            seen += not hidden

    def row(self, stored: int) -> int:
        return stored - bisect_left(self._sorted_rows, stored)

    def column(self, stored: int) -> int:
        if not self._columns:
            return stored
        return self._columns[stored] if stored < MOST_COLUMNS else len(self._seen_columns)

    def column_hidden(self, stored: int) -> bool:
        return bool(self.hidden_columns) and bool(self.hidden_columns[stored])

    def first_seen(self, place: Area) -> Place | None:
        """The first row and column of an area that can be seen; None where all of it is hidden."""
        rows = self._sorted_rows
        first = low = bisect_left(rows, place.top)
        high = len(rows)
        while low < high:  # rows that follow each other without a gap differ from their position by the same number
            middle = (low + high) // 2
            low, high = (middle + 1, high) if rows[middle] - middle == place.top - first else (low, middle)
        row, at = place.top + low - first, self.column(place.left)
        column = at if not self._columns else self._seen_columns[at] if at < len(self._seen_columns) else MOST_COLUMNS
        return (row, column) if row <= place.bottom and column <= place.right else None

    def area(self, stored: Area) -> Area:
        """The part of an area that can be seen; its end is before its beginning where there is none."""
        bottom, right = self.row(stored.bottom + 1) - 1, self.column(stored.right + 1) - 1
        return Area(self.row(stored.top), self.column(stored.left), bottom, right)


def grid_rows(
    sheet: StoredSheet, grid: Grid, notes: Mapping[Place, Sequence[str]], painted: Sequence[Area], counts: Counter[str]
) -> Iterator[GridRow]:
    """The rows in order. Rows without cells carry what is hidden or noted there.

    `notes`: what was remarked on cells; `painted`: areas whose ground has a
    colour that no cell style says, so that white letters may show on them.
    """
    merged = _Merged(sheet, grid)
    painted = painted[:_MOST_PAINTED]
    noted = {row: sorted(column for _, column in places) for row, places in groupby(sorted(notes), lambda p: p[0])}
    for row in sorted({*sheet.rows, *noted}):
        made = GridRow(grid.row(row), row)
        unseen = row in grid.hidden_rows
        hidden: list[str] = []
        for entry in merged.row(row, sheet.rows.get(row, [])):
            if unseen or grid.column_hidden(entry.column) or not _shows(entry, row, painted):
                hidden.append(entry.words.strip())
            else:
                made.cells.append(_seen(entry, grid))
        if hidden:
            counts["hidden rows" if unseen else "hidden cells"] += 1 if unseen else len(hidden)
            made.asides.append(Aside(BlockKind.HIDDEN, " | ".join(hidden)))
        for column in noted.get(row, ()):
            kind = BlockKind.HIDDEN if unseen or grid.column_hidden(column) else BlockKind.FOOTNOTE
            made.asides += [Aside(kind, words, grid.column(column)) for words in notes[row, column]]
        if made.cells or made.asides:
            yield made


def _shows(entry: Entry, row: int, painted: Sequence[Area]) -> bool:
    if not entry.shown or entry.span == 0:
        return False
    return not entry.look.unseen or any(a.top <= row <= a.bottom and a.left <= entry.column <= a.right for a in painted)


def _seen(entry: Entry, grid: Grid) -> Entry:
    column = grid.column(entry.column)
    return entry if column == entry.column else replace(entry, column=column)


class _Merged:
    """Cells with the rows and columns they stand over, for rows asked for from top to bottom."""

    def __init__(self, sheet: StoredSheet, grid: Grid) -> None:
        self._grid = grid
        self._waiting = sorted(sheet.merged, key=lambda a: (a.top, a.left), reverse=True)
        self._open: list[Area] = []  # those that reach this row, from left to right
        self._ends: list[tuple[int, int, Area]] = []  # the same by their last row
        self._begins = {(a.top, a.left): a for a in sheet.merged}
        for place in sheet.merged:
            if place.top in grid.hidden_rows or grid.column_hidden(place.left):
                self._move(sheet, place)

    def _move(self, sheet: StoredSheet, place: Area) -> None:
        """Where the first of merged cells is hidden, its words show in the first that is not."""
        seen = self._grid.first_seen(place)
        stored = sheet.rows.get(place.top, [])
        at = bisect_left(stored, place.left, key=_column)
        if seen is None or at == len(stored) or stored[at].column != place.left:
            return
        row, column = seen
        there = sheet.rows.setdefault(row, [])
        to = bisect_left(there, column, key=_column)
        if to < len(there) and there[to].column == column:
            return
        there.insert(to, replace(stored[at], column=column))
        del stored[at]
        self._begins[seen] = place

    def row(self, row: int, cells: Sequence[Entry]) -> Iterator[Entry]:
        """The cells of a row with their spans; a span of 0 for those that lie under merged ones."""
        self._open_to(row)
        if not self._open:
            yield from cells
            return
        for entry in cells:
            at = bisect_right(self._open, entry.column, key=_left) - 1
            if at < 0 or self._open[at].right < entry.column:
                yield entry
            elif (place := self._begins.get((row, entry.column))) is None:
                yield replace(entry, span=0)
            else:
                seen = self._grid.area(place)
                yield replace(entry, span=seen.right - seen.left + 1, down=seen.bottom - seen.top + 1)

    def _open_to(self, row: int) -> None:
        while self._ends and self._ends[0][0] < row:
            _, left, _ = heappop(self._ends)
            del self._open[bisect_left(self._open, left, key=_left)]
        while self._waiting and self._waiting[-1].top <= row:
            place = self._waiting.pop()
            if place.bottom < row:
                continue
            at = bisect_left(self._open, place.left, key=_left)
            if at < len(self._open) and self._open[at].left == place.left:
                continue  # damaged: it lies on top of another
            insort(self._open, place, key=_left)
            heappush(self._ends, (place.bottom, place.left, place))


def _column(entry: Entry) -> int:
    return entry.column


def _left(place: Area) -> int:
    return place.left
