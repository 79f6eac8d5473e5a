"""Characters that nobody sees, or that make words be seen in another order than they stand: hidden, in every format.

    tag characters                 letters without a shape, made for text that only machines read
    runs of zero-width characters  the same in another alphabet; one alone breaks a line or joins letters: harmless
    bidi overrides                 words shown in the reverse of their order
    bidi embeddings, isolates      the same for numbers and signs, where no word is of a script written right to left
    other default ignorables       Hangul fillers, invisible operators, variation selectors in a row

Flags of the regions of the world (a black flag with tags) are seen and stay.
Source: Unicode 16, UAX 9 (bidirectional text), UTS 51 (emoji tags), UTR 36; Trojan Source, arXiv 2111.00169.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from docs_ingest.parsed import Block, BlockKind, Cell, ParsedDocument

_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f"
_TAGS = "[\U000e0000-\U000e007f]+"
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
)
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_LEAST_RUN = 4  # zero-width characters in a row that are no accident of typesetting
_OPENING = "\u202a\u202b\u202d\u202e\u2066-\u2068"
_BIDI = re.compile(f"[{_OPENING}]")
_MARKS = re.compile(
    f"(?P<flag>{_FLAG})|(?P<hidden>{_TAGS}|[{_UNSEEN}{_SELECTORS}]{{{_LEAST_RUN},}}|[{_OPENING}\u202c\u2069])"
)
_ANY = re.compile(f"[\U000e0000-\U000e007f{_OPENING}\u202c\u2069]|[{_UNSEEN}{_SELECTORS}]{{{_LEAST_RUN},}}")
_LINE_OR_MARK = re.compile(f"[\n{_OPENING}\u202c\u2069]")
_POP = "\u202c"
_POP_ISOLATE = "\u2069"
_ISOLATES = "\u2066\u2067\u2068"

Span = tuple[int, int]


def without_unseen(parsed: ParsedDocument) -> ParsedDocument:
    """The same text, with what nobody sees in blocks of their own that are hidden. The text itself stays as it is."""
    if _ANY.search(parsed.text) is None:
        return parsed
    blocks: list[Block] = []
    letters = 0
    for block in parsed.blocks:
        spans = [] if block.kind is BlockKind.HIDDEN else list(_hidden(parsed.text, block.start, block.end))
        letters += sum(end - start for start, end in spans)
        blocks += _cut(parsed.text, block, spans) if spans else [block]
    if not letters:
        return parsed
    note = f"{letters} characters that nobody sees or that reverse words were hidden"
    return replace(parsed, blocks=tuple(blocks), notes=(*parsed.notes, note))


def _hidden(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans of a block that nobody sees as they stand, in order, without overlaps."""
    turned = _Turned(text, start, end) if _BIDI.search(text, start, end) else None
    done = start
    for match in _MARKS.finditer(text, start, end):
        if match["hidden"] is None or match.start() < done:
            continue
        if match["hidden"] in (_POP, _POP_ISOLATE):
            continue  # closes nothing that was found: it does nothing
        if turned is None or _BIDI.fullmatch(match["hidden"]) is None:
            done = match.end()
            yield match.span()
        elif turned.reverses(match.start()):
            done = turned.ends[match.start()]
            yield match.start(), done


class _Turned:
    """The embeddings, overrides and isolates of one block: where each ends, and what it does to the words in it."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self.ends = _ends(text, start, end)
        self._to_left: list[int] = []  # where letters of a script written right to left stand
        self._to_right: list[int] = []  # where letters written left to right, and figures, stand
        for i in range(start, end):
            match unicodedata.bidirectional(text[i]):
                case "R" | "AL":
                    self._to_left.append(i)
                case "L" | "EN" | "AN":
                    self._to_right.append(i)

    def reverses(self, at: int) -> bool:
        """Whether words after the mark at `at` are shown in another order than they stand."""
        match self._text[at]:
            case "\u202e":  # override, right to left
                return self._holds(self._to_right, at)
            case "\u202d":  # override, left to right
                return self._holds(self._to_left, at)
            case "\u202b" | "\u2067":  # embedding and isolate, right to left
                return self._holds(self._to_right, at) and not self._holds(self._to_left, at)
            case _:
                return False

    def _holds(self, places: Sequence[int], at: int) -> bool:
        return bisect_left(places, at) < bisect_left(places, self.ends[at])


def _ends(text: str, start: int, end: int) -> dict[int, int]:
    """Where what each mark opens ends: at its own closing mark, with the isolate around it, or with the line.

    A mark that pops embeddings does not reach out of an isolate; one that pops an isolate ends the embeddings in it.
    """
    ends: dict[int, int] = {}
    opened: list[tuple[int, bool]] = []  # place, and whether it is an isolate
    isolates = 0
    for match in _LINE_OR_MARK.finditer(text, start, end):
        at, mark = match.start(), match[0]
        if mark == "\n":
            ends.update((place, at) for place, _ in opened)
            opened, isolates = [], 0
        elif mark == _POP:
            if opened and not opened[-1][1]:
                ends[opened.pop()[0]] = at + 1
        elif mark == _POP_ISOLATE:
            if not isolates:
                continue
            while not opened[-1][1]:
                ends[opened.pop()[0]] = at
            ends[opened.pop()[0]] = at + 1
            isolates -= 1
        else:
            opened.append((at, mark in _ISOLATES))
            isolates += mark in _ISOLATES
    ends.update((place, end) for place, _ in opened)
    return ends


def _cut(text: str, block: Block, spans: Sequence[Span]) -> Iterator[Block]:
    """The block without the spans, and the spans as hidden blocks, in order; cells go with their words."""
    at, cells = block.start, _Cells(text, block.cells)
    for start, end in [*spans, (block.end, block.end)]:
        if text[at:start].strip():
            yield replace(block, start=at, end=start, cells=cells.within(at, start))
        if end > start:
            yield Block(BlockKind.HIDDEN, start, end, page=block.page)
        at = end


class _Cells:
    """The cells of a block, handed out piece by piece in the order of the text."""

    def __init__(self, text: str, cells: Sequence[Cell]) -> None:
        self._text, self._cells, self._next = text, cells, 0

    def within(self, start: int, end: int) -> tuple[Cell, ...]:
        """Cells, or the parts of cells, between two places at or after those asked for before."""
        while self._next < len(self._cells) and self._cells[self._next].end <= start:
            self._next += 1
        found = []
        for i in range(self._next, len(self._cells)):
            cell = self._cells[i]
            if cell.start >= end:
                break
            low, high = max(cell.start, start), min(cell.end, end)
            if low < high and self._text[low:high].strip():
                found.append(replace(cell, start=low, end=high))
        return tuple(found)
