"""Rows of one page in reading order -> paragraphs, items, footnotes and table rows.

A paragraph ends where the next line stands further off than the usual pitch,
is set differently, is indented, begins with a label after the end of a
sentence, or where the line before it stops so short that the next word would
have fitted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from docs_ingest.parsed import BlockKind
from docs_ingest.readers.pdf.columns import TableCell, TableRow
from docs_ingest.readers.pdf.layout import Row, Span, regions
from docs_ingest.readers.pdf.tables import cells_of, split_tables

BULLET = re.compile(r"[•●▪■◆◦○□‣➢➤✓✔\uf0b7\uf0a7\uf0d8]\s*|[–—]\s+(?=\S)")
_LABEL = re.compile(
    r"第[一二三四五六七八九十百千零〇两\d]+[编分章节条款]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]+、"
    r"|\((?:[a-zA-Z]|[ivxl]{1,5}|\d{1,3})\)\s|§+\s?\d|\d{1,3}(?:\.\d{1,3})+\.?\s|\d{1,3}[.)]\s|[A-Z]\.\s"
    r"|(?:Section|Article|Item|Part|Chapter|SECTION|ARTICLE|ITEM|PART|CHAPTER)\s[\dIVX]+"
)
_SENTENCE_END = re.compile(r"[.!?:;。！？：；…][\"'”’」』)）\]\d]*$")
_CONTENTS_END = re.compile(r"(?:(?:\.\s?){3,}|[…·]{2,})\s*(?:\d{1,4}|[ivxlc]{1,6})$")
_NOTE_START = re.compile(r"(\d{1,3}|[*†‡§]{1,3}|[①-⑳])\s*(?=\S)")
_NOTE_SIZE = 0.93  # times the body size: a footnote is smaller
_NOTE_CELLS = 0.2  # share of lines with wide gaps above which small type at the end is a table
_NOTES_SKIPPED = 3  # numbers that may be missing between two notes
_GAP = 1.3  # times the usual pitch: a wider step begins a new block
_NEARER = 0.4  # times the size: a step smaller by more is that of another text
_SHIFT = 0.9  # times the size: a smaller difference of left edges is no indent
_SIZE_STEP = 0.06  # share by which sizes differ when they are two sizes
_CENTER = 0.03  # of the region's width that a centred line may be off
_SHORT = 0.25  # of the region's width missing at the end of a line that is short whatever it says
_PITCH_SAMPLES = 6


@dataclass(frozen=True, slots=True)
class Chunk:
    """One block to be: its rows and how they look."""

    kind: BlockKind
    rows: tuple[Row, ...]
    size: float = 0.0
    bold: bool = False
    centered: bool = False
    indent: float = 0.0
    level: int | None = None
    cells: tuple[TableCell, ...] | None = None  # ROW
    table: int | None = None  # ROW: number of the table on its page
    header: bool = False

    @property
    def page(self) -> int:
        return self.rows[0].page


@dataclass(frozen=True, slots=True)
class Notes:
    """How the footnotes stood at the end of the page before."""

    open: bool = False  # it ended in one, which may go on
    last: int = 0  # the highest number so far


@dataclass(frozen=True, slots=True)
class Measures:
    """What is usual in the whole document."""

    body: float  # the size most letters have
    pitch: Mapping[float, float]  # size -> points from one line's top to the next


def measured(pages: Iterable[Sequence[Row]]) -> Measures:
    sizes: Counter[float] = Counter()
    steps: dict[float, Counter[float]] = {}
    for rows in pages:
        for row in rows:
            sizes[_round(row.main.size)] += len(row.text)
        for size, step in _steps(rows):
            steps.setdefault(size, Counter())[step] += 1
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    return Measures(body, {size: count.most_common(1)[0][0] for size, count in steps.items()})


def _round(value: float) -> float:
    return round(value * 2) / 2


def _steps(rows: Sequence[Row]) -> Iterable[tuple[float, float]]:
    """Size and pitch of each pair of lines that could belong together."""
    for last, row in pairwise(rows):
        size = _round(row.main.size)
        step = row.main.bottom - last.main.bottom
        if size == _round(last.main.size) and 0.7 * size < step < 3.2 * size:
            yield size, _round(step)


def page_chunks(rows: Sequence[Row], usual: Measures, notes: Notes) -> list[Chunk]:
    """The blocks of one page without its furniture, in reading order; `notes` tells how the page before ended."""
    made: list[Chunk] = []
    tables = 0
    for region in regions(list(rows)):
        span = _span(region)
        pitch = _pitches(region, usual)
        body, small = _split_notes(region, usual.body, notes)
        lines: list[Row] = []
        for part in split_tables(body):
            if isinstance(part, Row):
                lines.append(part)
                continue
            made += _paragraphs(lines, span, pitch)
            lines = []
            made += [_table_row(one, tables) for one in part.rows]
            tables += 1
        made += _paragraphs(lines, span, pitch)
        made += _footnotes(small, notes.last)
    return made


def _span(rows: Sequence[Row]) -> Span:
    """Left and right edge of a region, a few lines that stick out set aside."""
    lefts, rights = sorted(row.left for row in rows), sorted(row.right for row in rows)
    return Span(lefts[len(lefts) // 20], rights[-1 - len(rights) // 20])


def _pitches(rows: Sequence[Row], usual: Measures) -> dict[float, float]:
    """What is usual here where there are lines enough to tell, else in the document."""
    counts: dict[float, Counter[float]] = {}
    for size, step in _steps(rows):
        counts.setdefault(size, Counter())[step] += 1
    here = {s: c.most_common(1)[0][0] for s, c in counts.items() if c.total() >= _PITCH_SAMPLES}
    return {**usual.pitch, **here}


def _table_row(one: TableRow, table: int) -> Chunk:
    main = one.rows[0].main
    return Chunk(
        BlockKind.ROW,
        tuple(one.rows),
        main.size,
        main.bold,
        indent=one.rows[0].left,
        cells=tuple(one.cells),
        table=table,
        header=one.header,
    )


def _split_notes(rows: list[Row], body: float, notes: Notes) -> tuple[list[Row], list[Row]]:
    """The rows at the end of a region that are notes, if a note's number begins them."""
    small = len(rows)
    while small > 0 and rows[small - 1].main.size <= _NOTE_SIZE * body:
        small -= 1
    at = next((i for i in range(len(rows)) if _begins_notes(rows[i], i >= small, notes.last)), None)
    if at is None:
        at = small if notes.open and 0 < small < len(rows) else len(rows)
    elif notes.open:
        at = _carried_over(rows, at, small)
    under = rows[at:]
    in_cells = sum(len(cells_of(row)) > 1 for row in under)
    return (rows, []) if in_cells > _NOTE_CELLS * len(under) else (rows[:at], under)


def _begins_notes(row: Row, small: bool, last: int) -> bool:
    """A small raised number is a note's; a smaller line with a number only if it is the next one, or the first."""
    number = note_number(row.text)
    if number is None or not any(char.isalpha() for char in row.text):
        return False
    follows = number <= 1 or 0 < number - last <= _NOTES_SKIPPED
    return follows and (small or (row.raised and number > 0))


def _carried_over(rows: list[Row], at: int, small: int) -> int:
    """Where the end of a note of the page before begins: above the first number, at the notes' size and pitch."""
    if small <= at:
        return small if small > 0 else at
    steps = [row.main.bottom - last.main.bottom for last, row in pairwise(rows[at:])]
    usual = min(steps) if steps else 1.2 * rows[at].main.size
    first = at
    while first > 1 and rows[first].main.bottom - rows[first - 1].main.bottom <= 1.6 * usual:
        first -= 1
    return first if first > 1 else at


def _footnotes(rows: Sequence[Row], last: int) -> list[Chunk]:
    notes: list[list[Row]] = []
    number = last
    for row in rows:
        given = note_number(row.text)
        starts = given is not None and (given in (0, number + 1) or (not notes and given > 0) or row.raised)
        if not notes or starts:
            notes.append([])
            number = given if starts and given else number
        notes[-1].append(row)
    return [_chunk(BlockKind.FOOTNOTE, note, None) for note in notes]


def note_number(text: str) -> int | None:
    """The number a note begins with, 0 for a sign such as *; None where it begins with neither."""
    match = _NOTE_START.match(text)
    if match is None:
        return None
    return int(match[1]) if match[1].isascii() and match[1].isdigit() else 0


def _paragraphs(rows: Sequence[Row], span: Span, pitch: Mapping[float, float]) -> list[Chunk]:
    groups: list[list[Row]] = []
    for i, row in enumerate(rows):
        after = rows[i + 1] if i + 1 < len(rows) else None
        if groups and not _breaks(groups[-1], row, after, span, pitch):
            groups[-1].append(row)
        else:
            groups.append([row])
    return [_finished(group, span) for group in groups]


def _finished(rows: list[Row], span: Span) -> Chunk:
    if rows[0].hidden:
        return _chunk(BlockKind.HIDDEN, rows, None)
    chunk = _chunk(BlockKind.PARAGRAPH, rows, span)
    if BULLET.match(rows[0].text):
        step = max(1.0, 1.5 * chunk.size)
        return replace(chunk, kind=BlockKind.ITEM, level=1 + min(8, max(0, int((chunk.indent - span.left - 4) / step))))
    return chunk


def _chunk(kind: BlockKind, rows: Sequence[Row], span: Span | None) -> Chunk:
    sizes: Counter[float] = Counter()
    bold = 0
    for row in rows:
        sizes[row.main.size] += len(row.text)
        bold += len(row.text) if row.main.bold else -len(row.text)
    centered = span is not None and all(_centered(row, span) for row in rows)
    return Chunk(kind, tuple(rows), sizes.most_common(1)[0][0], bold > 0, centered, rows[0].left)


def _centered(row: Row, span: Span) -> bool:
    width = max(1.0, span.right - span.left)
    before, after = row.left - span.left, span.right - row.right
    return before > 2 * _CENTER * width and abs(before - after) <= 2 * _CENTER * width


def _breaks(group: list[Row], row: Row, after: Row | None, span: Span, pitch: Mapping[float, float]) -> bool:
    """Whether `row` begins a new block after those of `group`."""
    last = group[-1]
    one, other = last.main, row.main
    size = max(one.size, 1.0)
    if row.hidden is not last.hidden or abs(other.size - one.size) > _SIZE_STEP * size:
        return True
    if _stands_off(group, row, size, span, pitch):
        return True
    if BULLET.match(row.text) is not None or _CONTENTS_END.search(last.text) is not None:
        return True
    both_centered = _centered(last, span) and _centered(row, span)
    if other.bold is not one.bold and (_looks_finished(last, row, span) or both_centered):
        return True
    if both_centered:
        return False
    return _shifts(group, row, after, size, span) or _ends(last, row, size, span)


def _stands_off(group: list[Row], row: Row, size: float, span: Span, pitch: Mapping[float, float]) -> bool:
    """Whether `row` is further from the last line, or nearer, than the lines of a paragraph are from each other."""
    last = group[-1]
    step = row.main.bottom - last.main.bottom
    if step < -size:
        return True
    if len(group) > 1:
        own = last.main.bottom - group[-2].main.bottom
        return not (own - _NEARER * size < step < _GAP * max(own, size))
    if step <= _GAP * pitch.get(_round(row.main.size), 1.4 * size):
        return False
    # A part may be set wider than the rest of its document: there a full line tells that it goes on.
    return step > 2.6 * size or not _full(last, span) or _SENTENCE_END.search(last.text) is not None


def _looks_finished(last: Row, row: Row, span: Span) -> bool:
    """A change of weight ends a heading, but not a sentence that a bold word happens to dominate."""
    return last.right < span.right - 0.12 * (span.right - span.left) or _SENTENCE_END.search(last.text) is not None


def _shifts(group: list[Row], row: Row, after: Row | None, size: float, span: Span) -> bool:
    last = group[-1]
    shift = row.left - last.left
    if abs(shift) <= _SHIFT * size:
        return False
    if len(group) > 1:
        return True
    if shift > 0:  # the second line stands further in: only where the first begins with a label
        return BULLET.match(last.text) is None and _LABEL.match(last.text) is None
    if after is not None and after.left < row.left - _SHIFT * size:
        return True  # `row` is itself the first line of a paragraph
    return not _full(last, span)  # the first line of a paragraph may stand further in, but then it is full


def _full(row: Row, span: Span) -> bool:
    return row.right >= span.right - 0.12 * (span.right - span.left)


def _ends(last: Row, row: Row, size: float, span: Span) -> bool:
    """Whether the line before stops where its paragraph does."""
    if last.runs[-1].hyphen:
        return False
    room = span.right - last.right
    ended = _SENTENCE_END.search(last.text) is not None
    if _LABEL.match(row.text) and (ended or room > 2 * size):
        return True
    first = row.text.split(" ", 1)[0] if row.text.isascii() or " " in row.text[:20] else row.text[:1]
    needed = row.main.width / max(1, len(row.main.text)) * (len(first) + 1)
    fits = needed + size < room
    return fits and (ended or room > _SHORT * (span.right - span.left))
