"""Plain text: the canonical text is the decoded source, character for character.

Only a byte order mark is dropped. Lines that begin with `#` marks are headings,
as in Markdown. A line is a paragraph, unless the whole text is wrapped at a
fixed width: then a paragraph goes on until a blank line, an indent, a label or
a line that ends short. Page numbers and running heads are furniture.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from docs_ingest.errors import IngestError
from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.readers.text.columns import GAP, with_cells
from docs_ingest.readers.text.furniture import furniture_of
from docs_ingest.structure.labels import label_at

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
_ATX = re.compile(r"(?P<marks>#{1,6})[ \t\u3000]+\S")
_BULLET = re.compile(r"(?P<indent>[ \t\u3000]*)[-*+•‣·▪●○■□◆◇–][ \t\u3000]+\S")
_RULE = re.compile(r"[-=_*~·•.—–─═ \t]{3,}")
_PIPED = re.compile(r"\|.*\||[^|]+(?:\|[^|]*){2,}")
_PIPE_RULE = re.compile(r"[|:\-= \t]+")
_MOST_HEADS = 3  # rows above the rule of a table
_COMMON_HAN = 0.85  # of the characters beyond ASCII that real GB18030 text has in GB 2312
_WRAPPED_WIDTH = 140  # a longer line is a paragraph, not a printed line
_WRAPPED_SHARE = 0.7  # of the lines that are followed by another one reach this near to the full width
_NEAR_FULL = 0.72
_SHORT = 0.62  # of the full width: a line that ends a sentence here ends its paragraph
_ENDS = tuple(".。:：；;!?！？")


def decode(data: bytes, told: str | None = None) -> tuple[str, str]:
    """Text and the encoding it was in: the one that was `told`, else the one that fits.

    Big5 has to be told: most of its bytes make sense as GB18030 too. Raises
    IngestError where no known encoding fits.
    """
    if told is not None:
        return _as_told(data, told)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        broken = error
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and _plausible_chinese(text):
        return text, "gb18030"
    raise IngestError(
        f"the text is neither UTF-8 (byte {broken.start:,} does not fit) nor Chinese GB18030: "
        "save it as UTF-8 and send it again"
    )


def _as_told(data: bytes, told: str) -> tuple[str, str]:
    try:
        encoding = codecs.lookup(told).name
        text = data.decode("big5hkscs" if encoding == "big5" else encoding)
    except LookupError as error:
        raise IngestError(f"there is no text encoding {told[:40]!r}: say utf-8, gb18030, big5 or utf-16") from error
    except UnicodeDecodeError as error:
        raise IngestError(
            f"the file is not in {told} (byte {error.start:,} does not fit): leave the encoding open or name another"
        ) from error
    return text.removeprefix("\ufeff"), encoding


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise IngestError(
            f"the file says it is {encoding}, but byte {error.start:,} does not fit: save it as UTF-8 and send it again"
        ) from error


def _plausible_chinese(text: str) -> bool:
    """Whether bytes read as GB18030 make sense: almost any bytes decode, but not to common characters."""
    beyond = [c for c in text[:200_000] if not c.isascii()]
    return sum(_in_gb2312(c) for c in beyond) >= _COMMON_HAN * len(beyond)


def _in_gb2312(char: str) -> bool:
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


@dataclass(frozen=True, slots=True)
class _TextLine:
    start: int  # first character that is not white space
    end: int
    after_blank: bool
    indent: int
    words: str


def read_text(data: bytes, encoding: str | None = None) -> ParsedDocument:
    """Blocks of a text file in a known encoding, or the one found. Raises IngestError when it cannot be decoded."""
    text, encoding = decode(data, encoding)
    if text.count("\x00") > len(text) // 100:
        raise IngestError("this is binary data, not text: check that it is the right file")
    lines = list(_lines(text))
    beside = furniture_of([line.words for line in lines])
    seen = [
        replace(line, after_blank=line.after_blank or i - 1 in beside)
        for i, line in enumerate(lines)
        if i not in beside
    ]
    blocks = _blocks(seen, wrapped=_wrapped(seen))
    blocks += [Block(BlockKind.FURNITURE, lines[i].start, lines[i].end) for i in beside]
    blocks.sort(key=lambda block: block.start)
    return ParsedDocument("text", f"text-{encoding}", text, tuple(with_cells(text, blocks)))


def _lines(text: str) -> list[_TextLine]:
    lines: list[_TextLine] = []
    before = 0
    for match in _LINE.finditer(text):
        words = match.group().strip()
        if not words:
            continue
        lead = len(match.group()) - len(match.group().lstrip())
        start = match.start() + lead
        breaks = text[before : match.start()]
        blank = not lines or len(breaks.replace("\r\n", "\n").strip(" \t\u3000")) > 1
        lines.append(_TextLine(start, start + len(words), blank, lead, words))
        before = start + len(words)
    return lines


def _wrapped(lines: Sequence[_TextLine]) -> bool:
    """Whether lines break at a fixed width, so that paragraphs go over several of them."""
    followed = [_width(a.words) for a, b in pairwise(lines) if not b.after_blank]
    if len(followed) < 3:
        return False
    full = sorted(followed)[int(len(followed) * 0.95)]
    if full > _WRAPPED_WIDTH or full < 30:
        return False
    return sum(w >= full * _NEAR_FULL for w in followed) >= _WRAPPED_SHARE * len(followed)


def _width(words: str) -> int:
    """Columns on a terminal: Han characters take two."""
    return len(words) + sum("\u2e80" <= c <= "\uffef" for c in words)


def _blocks(lines: Sequence[_TextLine], wrapped: bool) -> list[Block]:
    blocks: list[Block] = []
    full = max((_width(line.words) for line in lines), default=0)
    columns = _in_columns(lines)
    table = 0
    labelled = False  # the last block begins with a bullet or a label
    for i, line in enumerate(lines):
        last = blocks[-1] if blocks else None
        if wrapped and last is not None and _goes_on(lines[i - 1], line, last, full, labelled):
            blocks[-1] = Block(last.kind, last.start, line.end, last.level)
            continue
        block = _block(line, lines, i, columns)
        labelled = block.kind is BlockKind.ITEM or label_at(line.words) is not None
        if block.kind is BlockKind.ROW:
            if not _in_same_table(blocks) or line.after_blank:
                table += 1
            block = Block(BlockKind.ROW, block.start, block.end, group=table)
        elif block.kind is BlockKind.FURNITURE and last is not None and last.kind is BlockKind.ROW:
            _mark_heads(blocks)
        blocks.append(block)
    return blocks


def _in_same_table(blocks: Sequence[Block]) -> bool:
    """Whether the last block is a row, or a rule drawn below one."""
    before = [b.kind for b in blocks[-2:]]
    return before[-1:] == [BlockKind.ROW] or before == [BlockKind.ROW, BlockKind.FURNITURE]


def _mark_heads(blocks: list[Block]) -> None:
    """The first rule below rows of a table makes them its heads, if they are few."""
    table = blocks[-1].group
    above = list(takewhile(lambda b: b.group == table, reversed(blocks)))
    before = blocks[: -len(above)][-2:]
    if len(above) <= _MOST_HEADS and all(b.group != table for b in before):
        blocks[-len(above) :] = [replace(b, header=True) for b in blocks[-len(above) :]]


def _goes_on(before: _TextLine, line: _TextLine, last: Block, full: int, begun_by_label: bool) -> bool:
    """Whether a printed line continues the block before it; items hang their further lines at a deeper indent."""
    if line.after_blank or last.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM):
        return False
    if (line.indent < before.indent - 1) if begun_by_label else (line.indent > before.indent + 1):
        return False
    if _width(before.words) < full * _NEAR_FULL - 8 and before.words.endswith(
        (".", "。", ":", "：", "；", ";", "!", "?")
    ):
        return False
    return not (
        _BULLET.match(line.words) or _ATX.match(line.words) or _RULE.fullmatch(line.words) or label_at(line.words)
    )


def _block(line: _TextLine, lines: Sequence[_TextLine], i: int, columns: set[int]) -> Block:
    if heading := _ATX.match(line.words):
        return Block(BlockKind.HEADING, line.start, line.end, level=len(heading["marks"]))
    if _RULE.fullmatch(line.words):
        return Block(BlockKind.FURNITURE, line.start, line.end)
    if _BULLET.match(line.words):
        return Block(BlockKind.ITEM, line.start, line.end, level=1 + line.indent // 2)
    if i in columns:
        return Block(BlockKind.ROW, line.start, line.end)
    if _PIPED.fullmatch(line.words) and _in_table(lines, i):
        rule = _PIPE_RULE.fullmatch(line.words) is not None
        return Block(BlockKind.FURNITURE if rule else BlockKind.ROW, line.start, line.end)
    return Block(BlockKind.PARAGRAPH, line.start, line.end)


def _in_columns(lines: Sequence[_TextLine]) -> set[int]:
    """Indexes of lines that stand in columns: neighbours with wide gaps, at least one of them with two.

    Rules drawn between them part nothing; an empty line does.
    """
    found: set[int] = set()
    run: list[int] = []
    wide = False
    for i, line in enumerate(lines):
        gaps = len(GAP.findall(line.words))
        rule = _RULE.fullmatch(line.words) is not None
        if run and (line.after_blank or not (gaps or rule)):
            found.update(run if wide and len(run) > 1 else ())
            run, wide = [], False
        if gaps and not rule and not _BULLET.match(line.words):
            run.append(i)
            wide = wide or gaps > 1
    found.update(run if wide and len(run) > 1 else ())
    return found


def _in_table(lines: Sequence[_TextLine], i: int) -> bool:
    """A piped line with a piped neighbour of the same number of cells or a rule."""
    cells = lines[i].words.count("|")
    near = [lines[j].words for j in (i - 1, i + 1) if 0 <= j < len(lines)]
    return any(_PIPED.fullmatch(words) and abs(words.count("|") - cells) <= 1 for words in near)
