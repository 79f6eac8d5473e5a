"""One PDF page -> the runs of characters printed on it, with place and look.

pdfium gives the characters of a page in stream order, with a line break where
it sees one and U+FFFE where a hyphen ends a line inside a word. Here each such
line is cut again at wide gaps: a run is what stands between them, so the cells
of a table and the lines of two columns come apart. Only the first and last
character of each word is measured, which is what keeps this near pdfium's own
speed. Places are in points from the top left corner of the page as it is shown.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot, isfinite

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from docs_ingest.readers.pdf.hidden import Handle, address, hidden_objects

HYPHEN = "\ufffe"
_WIDE_GAP = 1.2  # times the size: wider than any word space but those of badly justified lines
FIGURE_GAP = 0.45  # between two figures: the columns of a full table stand near to each other
_FIGURE_ENDS = frozenset("0123456789)%—–-")
_FIGURE_BEGINS = frozenset("0123456789($€£¥—–-")
_CURRENCY = frozenset("$€£¥")
_LINE_STEP = 0.8  # times the size: a superscript is raised by less
_RAISED = 0.8  # times the size: a note's number is smaller
_TINY = 1.5  # points: smaller letters are not meant to be read
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(r"bold|black|heavy", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n\ufffe]+")
_WORD = re.compile(r"[^\x00-\x20\u00a0\u2000-\u200b\u3000]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u00a0\u00ad\ufffe\uffff\s]+")

_loose_box = raw.FPDFText_GetLooseCharBox

Box = tuple[float, float, float, float]
_LETTER = (0.0, 0.0, 612.0, 792.0)  # what pdfium takes where a page does not say
_NOWHERE = (-1.0, -1.0, -1.0, -1.0)


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one printed line without a wide gap between them."""

    text: str
    page: int  # 1-based
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool
    hidden: bool = False
    hyphen: bool = False  # the word goes on in the next line
    raised: bool = False  # it begins smaller than it goes on: a note's number

    @property
    def width(self) -> float:
        return self.right - self.left


class Frame:
    """Turns page coordinates (from the bottom left, unrotated) into places on the page as shown."""

    def __init__(self, left: float, bottom: float, right: float, top: float, turn: int) -> None:
        """Edges of the page's box in points; `turn` counts quarters clockwise."""
        self.plain = (left, bottom, right, top, turn)
        self._left, self._bottom, self._right, self._top, self._turn = self.plain
        across, down = right - left, top - bottom
        self.width, self.height = (down, across) if turn % 2 else (across, down)

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> "Frame":
        edges = page.get_bbox()
        left, bottom, right, top = edges if isfinite(sum(edges)) else _LETTER
        return cls(left, bottom, right, top, raw.FPDFPage_GetRotation(page))

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Left, top, right and bottom; what is put beyond all numbers, so that nobody sees it, stands off the page."""
        if not isfinite(left + bottom + right + top):
            return _NOWHERE
        if not self._turn:
            return left - self._left, self._top - top, right - self._left, self._top - bottom
        match self._turn:
            case 1:
                return bottom - self._bottom, left - self._left, top - self._bottom, right - self._left
            case 2:
                return self._right - right, bottom - self._bottom, self._right - left, top - self._bottom
            case _:
                return self._top - top, self._right - right, self._top - bottom, self._right - left


@dataclass(frozen=True, slots=True)
class PageRuns:
    number: int  # 1-based
    frame: Frame
    runs: tuple[Run, ...]
    scanned: bool  # its text is an invisible layer over a picture


def page_runs(page: pdfium.PdfPage, number: int) -> PageRuns:
    """The runs of one page in stream order. Raises pypdfium2.PdfiumError where the page has no readable text."""
    frame = Frame.of(page)
    textpage = page.get_textpage()
    try:
        hidden, scanned = hidden_objects(page)
        probe = _Probe(textpage, frame, hidden, number)
        runs = tuple(run for start, end, hyphen in _lines(probe.text) for run in probe.runs(start, end, hyphen))
    finally:
        textpage.close()
    return PageRuns(number, frame, runs, scanned)


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    for match in _LINE.finditer(text):
        end = match.end()
        yield match.start(), end, text[end : end + 1] == HYPHEN


def page_text(textpage: pdfium.PdfTextPage) -> str:
    """The characters of a page, one code point each, at pdfium's own indices."""
    count = textpage.count_chars()
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    units = raw.FPDFText_GetText(textpage, 0, count, buffer) - 1
    if units == count:
        text = bytes(buffer)[: 2 * units].decode("utf-16-le", "replace")
        if len(text) == count:
            return text
    unicode_of = raw.FPDFText_GetUnicode
    return "".join(chr(unicode_of(textpage, i)) for i in range(count))


class _Group:
    """Words that will be one run, and the box around them."""

    __slots__ = ("bottom", "first", "last", "left", "past", "right", "top")

    def __init__(self, first: int, past: int, box: Box, last: Box) -> None:
        self.first, self.past, self.last = first, past, last
        self.left, self.top, self.right, self.bottom = box
        self._cover(last)

    def take(self, past: int, box: Box, last: Box) -> None:
        self.past, self.last = past, last
        self._cover(box)
        self._cover(last)

    def _cover(self, box: Box) -> None:
        left, top, right, bottom = box
        if left < self.left:
            self.left = left
        if top < self.top:
            self.top = top
        if right > self.right:
            self.right = right
        if bottom > self.bottom:
            self.bottom = bottom


class _Probe:
    """Asks pdfium about single characters of one page, with buffers made once."""

    def __init__(self, textpage: pdfium.PdfTextPage, frame: Frame, hidden: frozenset[int], number: int) -> None:
        self._page = textpage.raw
        self._frame = frame
        self._to_page = frame.box
        self._hidden = hidden
        self._number = number
        self._rect = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._looks: dict[int, tuple[float, bool]] = {}  # by address: good for this page only
        self._fonts: dict[int, bool] = {}
        self.text = page_text(textpage)

    def runs(self, start: int, end: int, hyphen: bool) -> list[Run]:
        """The runs of the characters start..end, which pdfium calls one line."""
        made: list[Run] = []
        size = 0.0
        group: _Group | None = None
        for word in _WORD.finditer(self.text, start, end):
            first, past = word.span()
            box = self._box(first)
            last = box if past - first == 1 else self._box(past - 1)
            if group is None:
                size, _ = self._look((start + end) // 2)
                group = _Group(first, past, box, last)
                continue
            figures = self.text[group.past - 1] in _FIGURE_ENDS and self.text[first] in _FIGURE_BEGINS
            gap = (FIGURE_GAP if figures else _WIDE_GAP) * size
            if figures and past - first == 1 and self.text[first] in _CURRENCY:
                gap = 0.0  # a sign belongs to the figure after it, however near it is to the one before
            if _apart(group.last, box, size, gap) or (
                self._hidden and self._unseen(first) != self._unseen(group.first)
            ):
                made.append(self._run(group, False))
                group = _Group(first, past, box, last)
            else:
                group.take(past, box, last)
        if group is not None:
            made.append(self._run(group, hyphen))
        return made

    def _run(self, group: "_Group", hyphen: bool) -> Run:
        first, past = group.first, group.past
        looks = [self._look(first), self._look((first + past) // 2), self._look(past - 1)]
        sizes = sorted(size for size, _ in looks)
        text = self.text[first:past]
        if not (text.isascii() and text.isprintable()) or "  " in text:
            text = _CONTROL.sub(" ", _whole(text)).strip()
        frame = self._frame
        off = group.right <= 0 or group.bottom <= 0 or group.left >= frame.width or group.top >= frame.height
        unseen = sizes[1] < _TINY or off or (bool(self._hidden) and self._unseen(first))
        return Run(
            text,
            self._number,
            group.left,
            group.top,
            group.right,
            group.bottom,
            sizes[1],
            sum(b for _, b in looks) >= 2,
            unseen,
            hyphen,
        )

    def _box(self, index: int) -> Box:
        rect = self._rect
        _loose_box(self._page, index, rect)
        return self._to_page(rect.left, rect.bottom, rect.right, rect.top)

    def _unseen(self, index: int) -> bool:
        return address(raw.FPDFText_GetTextObject(self._page, index)) in self._hidden

    def _look(self, index: int) -> tuple[float, bool]:
        """Size in points and whether bold; one answer per text object."""
        item = raw.FPDFText_GetTextObject(self._page, index)
        key = address(item)
        look = self._looks.get(key)
        if look is None or not key:
            raw.FPDFText_GetMatrix(self._page, index, self._matrix)
            size = raw.FPDFText_GetFontSize(self._page, index) * hypot(self._matrix.c, self._matrix.d)
            look = self._looks[key] = (round(size, 2) if isfinite(size) else 0.0, self._bold(item, index))
        return look

    def _bold(self, item: Handle, index: int) -> bool:
        font = address(raw.FPDFTextObj_GetFont(item)) if item else 0
        bold = self._fonts.get(font) if font else None
        if bold is None:
            name = ctypes.create_string_buffer(128)
            raw.FPDFText_GetFontInfo(self._page, index, name, 128, None)
            bold = self._fonts[font] = (
                raw.FPDFText_GetFontWeight(self._page, index) >= _BOLD_WEIGHT
                or _BOLD_NAME.search(name.value.decode("utf-8", "replace")) is not None
            )
        return bold


def _apart(last: Box, box: Box, size: float, gap: float) -> bool:
    """Whether a word stands too far from the last character to be in one run with it."""
    return box[0] - last[2] > gap or box[0] < last[0] - size or abs(box[1] - last[1]) > _LINE_STEP * size


def _whole(text: str) -> str:
    """Surrogate pairs put together, halves replaced."""
    if text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
