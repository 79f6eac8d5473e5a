"""Chunks of all pages -> canonical text, blocks and lines.

A paragraph is one line of the text. Its printed lines are joined by a space,
by nothing between two Han characters, and without the hyphen where a word was
broken. A hyphen that the document writes elsewhere too ("broker-dealer") stays.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from docs_ingest.parsed import Block, BlockKind, Cell, TextLine
from docs_ingest.readers.pdf.blocks import Chunk
from docs_ingest.readers.pdf.columns import TableCell
from docs_ingest.readers.pdf.layout import Row
from docs_ingest.readers.pdf.lines import Box

_HAN = re.compile(r"[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_HYPHENED = re.compile(r"[^\W\d_]{1,30}-[^\W\d_]{1,30}")
_TAIL = re.compile(r"[^\W\d_]{1,30}$")
_HEAD = re.compile(r"[^\W\d_]{1,30}")
_SENTENCE_END = re.compile(r"[.!?:;。！？：；…|][\"'”’」』)）\]\d]*$")
_GOES_ON = re.compile(r"[a-z\u3400-\u9fff]")
_BESIDE = (BlockKind.FURNITURE, BlockKind.FOOTNOTE, BlockKind.HIDDEN)


@dataclass(frozen=True, slots=True)
class PageChunks:
    """The blocks of one page in reading order; furniture among them."""

    number: int
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Written:
    text: str
    blocks: tuple[Block, ...]
    lines: tuple[TextLine, ...]


def write(pages: Sequence[PageChunks]) -> Written:
    """Paragraphs that run over a page break become one; furniture and notes between come after them."""
    return _Writer(_spellings(pages)).write(_over_pages(pages))


def _spellings(pages: Sequence[PageChunks]) -> Counter[str]:
    """How often each hyphened word stands in the middle of a line."""
    counts: Counter[str] = Counter()
    for page in pages:
        for chunk in page.chunks:
            for row in chunk.rows:
                for run in row.runs:
                    if "-" in run.text:
                        counts.update(word.lower() for word in _HYPHENED.findall(run.text))
    return counts


def _over_pages(pages: Sequence[PageChunks]) -> list[Chunk]:
    made: list[Chunk] = []
    for page in pages:
        chunks = list(page.chunks)
        first = next((i for i, c in enumerate(chunks) if c.kind not in _BESIDE), None)
        open_at = next((i for i in range(len(made) - 1, -1, -1) if made[i].kind not in _BESIDE), None)
        if first is not None and open_at is not None and _goes_on(made[open_at], chunks[first], page.number):
            made[open_at] = replace(made[open_at], rows=made[open_at].rows + chunks.pop(first).rows)
        made += chunks
    return made


def _goes_on(last: Chunk, chunk: Chunk, page: int) -> bool:
    return (
        last.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM)
        and chunk.kind is BlockKind.PARAGRAPH
        and last.page == page - 1
        and last.bold is chunk.bold
        and not last.centered
        and abs(last.size - chunk.size) <= 0.06 * max(last.size, 1.0)
        and len(last.rows) + len(chunk.rows) > 2
        and _GOES_ON.match(chunk.rows[0].text) is not None
        and _SENTENCE_END.search(last.rows[-1].text) is None
    )


class _Writer:
    def __init__(self, spellings: Counter[str]) -> None:
        self._spellings = spellings
        self._parts: list[str] = []
        self._at = 0
        self._blocks: list[Block] = []
        self._lines: list[TextLine] = []

    def write(self, chunks: Iterable[Chunk]) -> Written:
        groups: dict[tuple[int, int], int] = {}
        for chunk in chunks:
            if self._parts:
                self._put("\n")
            start = self._at
            cells: tuple[Cell, ...] = ()
            group = None if chunk.table is None else groups.setdefault((chunk.page, chunk.table), len(groups) + 1)
            if chunk.cells is None:
                self._rows(chunk)
            else:
                cells = self._cells(chunk.cells, chunk.page)
            self._blocks.append(
                Block(
                    chunk.kind,
                    start,
                    self._at,
                    chunk.level,
                    chunk.page,
                    round(chunk.size, 2) or None,
                    chunk.bold,
                    chunk.centered,
                    round(chunk.indent, 2),
                    group,
                    chunk.header,
                    cells,
                )
            )
        return Written("".join(self._parts), tuple(self._blocks), tuple(self._lines))

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._at += len(text)

    def _rows(self, chunk: Chunk) -> None:
        last: str | None = None
        for i, row in enumerate(chunk.rows):
            text = row.text
            if last is not None:
                self._put(self._between(last, chunk.rows[i - 1], text))
            start = self._at
            self._put(text)
            self._lines.append(TextLine(start, self._at, row.page, _box(row)))
            last = text

    def _cells(self, cells: Sequence[TableCell], page: int) -> tuple[Cell, ...]:
        """A row of a table: its cells between bars, empty ones too; each printed piece is a line with its own box."""
        made: list[Cell] = []
        column = 0
        for cell in cells:
            bars = cell.column - column
            self._put(" | " * bars if made else "| " * bars)
            start = self._at
            for i, (words, box) in enumerate(cell.pieces):
                if i:
                    self._put("" if _HAN.match(words) and _HAN.match(cell.pieces[i - 1][0][-1]) else " ")
                begun = self._at
                self._put(words)
                self._lines.append(TextLine(begun, self._at, page, _rounded(box)))
            made.append(Cell(start, self._at, cell.column, cell.span))
            column = cell.column
        return tuple(made)

    def _between(self, last: str, row: Row, text: str) -> str:
        if row.runs[-1].hyphen:
            return self._hyphen(last, text)
        if _HAN.match(text) and _HAN.match(last[-1]):
            return ""
        return " "

    def _hyphen(self, last: str, text: str) -> str:
        """What stands between the parts of a broken word: nothing, or the hyphen it is written with."""
        one, other = _TAIL.search(last), _HEAD.match(text)
        if one is None or other is None:
            return "-" if one is None else ""
        return "-" if self._spellings[f"{one[0]}-{other[0]}".lower()] > 0 else ""


def _box(row: Row) -> Box:
    return _rounded((row.left, row.top, row.right, row.bottom))


def _rounded(box: Box) -> Box:
    left, top, right, bottom = box
    return round(left, 2), round(top, 2), round(right, 2), round(bottom, 2)
