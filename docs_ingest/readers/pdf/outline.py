"""What a PDF says of itself beside its pages: bookmarks and title."""

import ctypes
import re
from collections.abc import Callable, Mapping
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from docs_ingest.parsed import OutlineEntry
from docs_ingest.readers.pdf.hidden import Handle, address
from docs_ingest.readers.pdf.lines import Frame

_MOST = 10_000  # bookmarks: more are an attack or a mistake
_DEEPEST = 12
_MADE_BY = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)|untitled|无标题|文档\d*$|document\d*$|slide \d)", re.IGNORECASE
)
_FILE_NAME = re.compile(r"\.(?:docx?|pdf|xlsx?|pptx?|rtf|txt|indd|wpd|html?|qxd|tmp)\s*$|[\\/]", re.IGNORECASE)


def outline(document: pdfium.PdfDocument, frames: Mapping[int, Frame]) -> tuple[OutlineEntry, ...]:
    """The bookmarks in order, each once: a tree that leads back into itself ends there.

    `frames`: page number, 1-based -> the page's frame; a bookmark to another page has no height.
    """
    found: list[OutlineEntry] = []
    seen: set[int] = set()
    stack: list[tuple[Handle, int]] = [(raw.FPDFBookmark_GetFirstChild(document, None), 1)]
    while stack and len(found) < _MOST:
        mark, level = stack.pop()
        if not mark or address(mark) in seen:
            continue
        seen.add(address(mark))
        title = _title(mark)
        if title:
            page, top = _target(document, mark, frames)
            found.append(OutlineEntry(title, level, page, top))
        stack.append((raw.FPDFBookmark_GetNextSibling(document, mark), level))
        if level < _DEEPEST:
            stack.append((raw.FPDFBookmark_GetFirstChild(document, mark), level + 1))
    return tuple(found)


def title_of(document: pdfium.PdfDocument) -> str | None:
    """The title in the metadata, unless a program made it up."""
    title = " ".join(said(raw.FPDF_GetMetaText, document, b"Title").replace("\x00", " ").split())
    if not 4 <= len(title) <= 300 or _MADE_BY.search(title) or _FILE_NAME.search(title):
        return None
    letters = sum(char.isalpha() for char in title)
    words = len(title.split()) > 1 or not title.isascii()
    return title if letters * 2 >= len(title) and words and "\ufffd" not in title else None


def _title(mark: Handle) -> str:
    text = said(raw.FPDFBookmark_GetTitle, mark)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def said(words: Callable[..., int], *of: Any) -> str:
    """What a function of pdfium writes into a buffer. Halves of characters, which it lets through, become U+FFFD."""
    size = words(*of, None, 0)
    buffer = ctypes.create_string_buffer(size)
    words(*of, buffer, size)
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", "replace")


def _target(document: pdfium.PdfDocument, mark: Handle, frames: Mapping[int, Frame]) -> tuple[int | None, float | None]:
    """Page, and points from its top where the bookmark gives a place on it."""
    where = raw.FPDFBookmark_GetDest(document, mark)
    if not where:
        action = raw.FPDFBookmark_GetAction(mark)
        where = raw.FPDFAction_GetDest(document, action) if action else None
    index = raw.FPDFDest_GetDestPageIndex(document, where) if where else -1
    if not 0 <= index < len(document):
        return None, None
    has_x, has_y, has_zoom = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    x, y, zoom = ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
    if not raw.FPDFDest_GetLocationInPage(where, has_x, has_y, has_zoom, x, y, zoom):
        return index + 1, None
    frame = frames.get(index + 1)
    if frame is None:
        return index + 1, None
    if not has_y.value:
        return index + 1, _fitted_top(where, frame)
    return index + 1, frame.box(x.value, y.value, x.value, y.value)[1]


def _fitted_top(where: Handle, frame: Frame) -> float | None:
    """The height of a bookmark that fits the page's width at some height (FitH, FitBH)."""
    count, values = ctypes.c_ulong(), (raw.FS_FLOAT * 4)()
    view = raw.FPDFDest_GetView(where, count, values)
    if view not in (raw.PDFDEST_VIEW_FITH, raw.PDFDEST_VIEW_FITBH) or count.value < 1:
        return None
    return frame.box(0.0, values[0], 0.0, values[0])[1]
