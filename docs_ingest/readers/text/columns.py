"""Rows of plain text taken apart into cells: by bars, by tabs, or by the gaps that all rows of a table leave free.

Positions are counted in columns of a terminal, where Han characters take two.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from docs_ingest.parsed import Block, BlockKind, Cell

GAP = re.compile(r"(?<=\S)(?:[ \u3000]{3,}|[ \u3000]*\t[ \u3000\t]*)(?=\S)")
"""White space between two columns."""

_BAR = re.compile(r"(?<!\\)\|")
_FIGURE = re.compile(r"\d")
_INDENT = " \t\u3000"
_MOST_ROWS = 5_000  # of one table that are looked at for its gaps

_Span = tuple[int, int]


def piped_cells(text: str, start: int, end: int) -> tuple[Cell, ...]:
    """Cells between bars, the outer bars left out: `| a | b |` and `a | b`. A bar after a backslash is none."""
    bars = [m.start() for m in _BAR.finditer(text, start, end)]
    if not bars:
        return _cells(text, [(start, end)])
    edges = [start - 1, *bars, end]
    spans = [(a + 1, b) for a, b in pairwise(edges)]
    if not text[start : bars[0]].strip():
        spans = spans[1:]
    return _cells(text, spans)


def with_cells(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The same blocks, rows with their cells, and heads marked where a rule or their words say so."""
    out: list[Block] = []
    for group, members in groupby(blocks, key=lambda b: b.group if b.kind is BlockKind.ROW else None):
        rows = list(members)
        out += rows if group is None else _with_heads(text, [replace(r, cells=c) for r, c in _taken_apart(text, rows)])
    return out


def _taken_apart(text: str, rows: Sequence[Block]) -> Iterator[tuple[Block, tuple[Cell, ...]]]:
    if any(_BAR.search(text, r.start, r.end) for r in rows):
        for row in rows:
            yield row, piped_cells(text, row.start, row.end)
        return
    tabs = any("\t" in text[r.start : r.end] for r in rows)
    gaps = [] if tabs else [end for _, end in _free(text, rows[:_MOST_ROWS])]
    for row in rows:
        if gaps:
            placed = list(_placed(text, row))
            columns = [bisect_right(gaps, position) for _, (position, _) in placed]
            if len(set(columns)) == len(columns):
                yield row, tuple(Cell(s, e, c) for ((s, e), _), c in zip(placed, columns, strict=True))
                continue
        yield row, _cells(text, list(_between_gaps(text, row)))


def _between_gaps(text: str, row: Block) -> Iterator[_Span]:
    at = row.start
    for gap in GAP.finditer(text, row.start, row.end):
        yield at, gap.start()
        at = gap.end()
    yield at, row.end


def _placed(text: str, row: Block) -> Iterator[tuple[_Span, _Span]]:
    """What stands between the gaps of a row: its span, and the positions it takes from the beginning of the line."""
    at, position = _line_start(text, row.start), 0
    for start, end in _between_gaps(text, row):
        begins = position + _width(text[at:start])
        at, position = end, begins + _width(text[start:end])
        yield (start, end), (begins, position)


def _line_start(text: str, offset: int) -> int:
    while offset and text[offset - 1] in _INDENT:
        offset -= 1
    return offset


def _free(text: str, rows: Sequence[Block]) -> list[_Span]:
    """Stretches of at least two positions that no row writes on, between what is written on."""
    written = [positions for row in rows for _, positions in _placed(text, row)]
    free: list[_Span] = []
    reached = None
    for low, high in sorted(written):
        if reached is not None and low >= reached + 2:
            free.append((reached, low))
        reached = max(high, reached or 0)
    return free


def _width(words: str) -> int:
    return len(words) + sum("\u2e80" <= c <= "\uffef" for c in words)


def _cells(text: str, spans: Sequence[_Span]) -> tuple[Cell, ...]:
    made = []
    for column, (start, end) in enumerate(spans):
        words = text[start:end]
        if words.strip():
            lead = len(words) - len(words.lstrip())
            made.append(Cell(start + lead, start + len(words.rstrip()), column))
    return tuple(made)


def _with_heads(text: str, rows: Sequence[Block]) -> list[Block]:
    """The first row is a head where it has no figures and those below have."""
    if len(rows) < 2 or any(row.header for row in rows):
        return list(rows)
    first = rows[0]
    plain = not _FIGURE.search(text[first.start : first.end]) and len(first.cells) > 1
    figures = sum(bool(_FIGURE.search(text[r.start : r.end])) for r in rows[1:])
    return [replace(first, header=plain and figures * 2 >= len(rows) - 1), *rows[1:]]
