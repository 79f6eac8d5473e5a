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
    done = start
    for match in _MARKS.finditer(text, start, end):
        if match["hidden"] is None or match.start() < done:
            continue
        if match["hidden"] in (_POP, _POP_ISOLATE):
            continue  # closes nothing that was found: it does nothing
        if _BIDI.fullmatch(match["hidden"]) is None:
            done = match.end()
            yield match.span()
            continue
        closed = _closed(text, match.start(), end)
        if _reverses(text, match.start(), closed):
            done = closed
            yield match.start(), closed


def _closed(text: str, at: int, end: int) -> int:
    """Where an embedding, override or isolate that opens at `at` ends: at its own mark, or with the line."""
    stack: list[str] = []
    for i in range(at, end):
        char = text[i]
        if char == "\n":
            return i
        if char in _ISOLATES:
            stack.append(_POP_ISOLATE)
        elif _BIDI.match(char):
            stack.append(_POP)
        elif char in (_POP, _POP_ISOLATE) and char in stack:
            while stack.pop() != char:
                pass
            if not stack:
                return i + 1
    return end


def _reverses(text: str, start: int, end: int) -> bool:
    """Whether words after the mark at `start` are shown in another order than they stand."""
    classes = {unicodedata.bidirectional(char) for char in text[start:end]}
    to_left, to_right = classes & {"R", "AL"}, classes & {"L", "EN", "AN"}
    match text[start]:
        case "\u202e":  # override, right to left
            return bool(to_right)
        case "\u202d":  # override, left to right
            return bool(to_left)
        case "\u202b" | "\u2067":  # embedding and isolate, right to left
            return bool(to_right) and not to_left
        case _:
            return False


def _cut(text: str, block: Block, spans: Sequence[Span]) -> Iterator[Block]:
    """The block without the spans, and the spans as hidden blocks, in order; cells go with their words."""
    at = block.start
    for start, end in [*spans, (block.end, block.end)]:
        if text[at:start].strip():
            yield replace(block, start=at, end=start, cells=tuple(_cells(text, block.cells, at, start)))
        if end > start:
            yield Block(BlockKind.HIDDEN, start, end, page=block.page)
        at = end


def _cells(text: str, cells: Sequence[Cell], start: int, end: int) -> Iterator[Cell]:
    for cell in cells:
        low, high = max(cell.start, start), min(cell.end, end)
        if low < high and text[low:high].strip():
            yield replace(cell, start=low, end=high)
