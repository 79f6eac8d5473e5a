"""Words as a browser sets them: pieces of text become paragraphs, white space as CSS collapses it.

Between two wide characters (Chinese, Japanese) the line break of a source is
nothing; between other words it is a space (CSS Text 3, 4.1.3).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docs_ingest.readers.html.look import Look
from docs_ingest.structure.labels import label_at

BREAK = "\n"  # a line break that the page asks for
_TURN = "\r"  # white space with a line break of the source in it
_TURNS = re.compile(r"(?<![ \t\f])[ \t\f]*[\r\n][ \t\r\n\f]*")
_SPACES = re.compile(r"[ \t\f]+")
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
_WIDE_CHAR = re.compile(f"[{_WIDE}]")
_INNER_TURN = re.compile(f"(?<=[{_WIDE}])\r(?=[{_WIDE}])")
_LABEL = re.compile(
    r"第[零〇○一二三四五六七八九十百千万两\d]{1,9}[编章节条]|(?:Article|Section|Chapter)\s+[\dIVXLC]+\b"
)
_TITLE = re.compile(  # a line of its own in Chinese documents; the text begins on the next
    r"(?:第[零〇○一二三四五六七八九十百千万两\d]{1,9}[编章节]|[一二三四五六七八九十]{1,3}、)[^。；：！？，]{1,40}"
)
_INDENT = re.compile(r"[ ]*(?:\u3000|\u2003|\u2002\u2002|\xa0[ ]*\xa0)")
_ENDS = tuple("。：；！？.:;!?")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in one look, or a place that has a name."""

    words: str
    look: Look
    link: int | None = None  # number of the link they are in
    name: str | None = None  # of the place; it has no words


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one block."""

    words: str
    links: tuple[tuple[int, int, int], ...]  # start, end and number of each link
    names: tuple[str, ...]  # of places in or in front of these words
    late: tuple[str, ...]  # names that stand behind the last word
    bold: bool  # all of them
    size: float | None  # points of most of them


def squeezed(words: str) -> str:
    """Text outside <pre> with each white space as one character that tells whether it was a line break."""
    return _SPACES.sub(" ", _TURNS.sub(_TURN, words))


def wide(char: str) -> bool:
    return _WIDE_CHAR.match(char) is not None


def line_of(pieces: Sequence[Piece], *, flat: bool = False) -> Line:
    """The pieces of one block, put together; `flat`: white space collapses even where the page keeps it."""
    out: list[str] = []
    length = 0
    gap = ""
    links: dict[int, tuple[int, int]] = {}
    names: list[str] = []
    late: list[str] = []
    bold = True
    sizes: Counter[float | None] = Counter()
    for piece in pieces:
        if piece.name is not None:
            late.append(piece.name)
            continue
        words, lead, gap_after = _core(piece, length, flat)
        gap += lead
        if not words:
            gap += gap_after
            continue
        names += late
        late.clear()
        bold = bold and piece.look.bold
        sizes[piece.look.size] += len(words)
        if length and gap and not (_TURN in gap and wide(out[-1][-1]) and wide(words[0])):
            out.append(" ")
            length += 1
        out.append(words)
        if piece.link is not None:
            links[piece.link] = (links.get(piece.link, (length, 0))[0], length + len(words))
        length += len(words)
        gap = gap_after
    text = "".join(out).rstrip()
    spans = [_trimmed(text, start, end, number) for number, (start, end) in links.items()]
    found = tuple(span for span in spans if span is not None)
    size = sizes.most_common(1)[0][0] if sizes else None
    return Line(text, found, tuple(names), tuple(late), bold and bool(text), size)


def _core(piece: Piece, length: int, flat: bool) -> tuple[str, str, str]:
    """The words of a piece without the white space around them, and that before and after."""
    words = piece.words
    if piece.look.pre:
        if not flat:
            return (words if length else words.lstrip()), "", ""
        words = squeezed(words)
    bare = words.strip(" \r\n")
    if not bare:
        return "", words, ""
    at = words.index(bare[0])
    before, after = words[:at], words[at + len(bare) :]
    if "\r" in bare:
        bare = _INNER_TURN.sub("", bare).replace(_TURN, " ")
    return (bare if length else bare.lstrip()), before, after


def _trimmed(text: str, start: int, end: int, number: int) -> tuple[int, int, int] | None:
    words = text[start:end]
    bare = words.strip()
    if not bare:
        return None
    start += words.index(bare[0])
    return start, start + len(bare), number


def paragraphs(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Lines parted by single breaks are one paragraph, unless one is a sentence, empty, indented or has a label."""
    gathered: list[Piece] = []
    before = ""
    for line in _lines(pieces):
        raw = "".join(piece.words for piece in line)
        bare = raw.strip()
        pre = any(piece.look.pre for piece in line)
        if before and (not bare or _begins(raw, bare, "" if pre else before)):
            yield gathered
            gathered, before = [], ""
        if before:
            gathered.append(Piece("\n" if pre else " ", line[0].look))
        gathered += line
        before = bare or before
    yield gathered


def _begins(raw: str, bare: str, before: str) -> bool:
    """Whether a line begins a paragraph, where it and the one before are parted by a single break."""
    return (
        before.endswith(_ENDS)
        or _TITLE.fullmatch(before) is not None
        or _INDENT.match(raw) is not None
        or _LABEL.match(bare) is not None
        or label_at(bare) is not None
    )


def _lines(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    for piece in pieces:
        first, *rest = piece.words.split(BREAK)
        if first or not rest:
            line.append(Piece(first, piece.look, piece.link, piece.name))
        for words in rest:
            yield line
            line = [Piece(words, piece.look, piece.link)]
    yield line
