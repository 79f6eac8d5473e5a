"""Text that is in a PDF page but cannot be seen on it.

Such text is kept out of answers: it is how instructions to a model, or words a
reader was not meant to agree to, are slipped into a document. Invisible are
render mode 3 (neither filled nor stroked), full transparency, and white letters
with nothing coloured behind them. An invisible layer over a picture is the
exception: that is how text recognition leaves its result on a scanned page.
"""

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_WHITE = 250  # of 255, in each of red, green and blue
_DEEPEST = 4  # forms inside forms
_SCAN_SHARE = 0.5  # of the page that a picture covers when it is a scan

Handle = Any  # a ctypes pointer of pdfium
Bounds = tuple[float, float, float, float]  # left, bottom, right, top


def address(handle: Handle) -> int:
    """The address a handle points to; 0 for none."""
    return ctypes.addressof(handle.contents) if handle else 0


def hidden_objects(page: pdfium.PdfPage) -> tuple[frozenset[int], bool]:
    """Addresses of the text objects that cannot be seen, and whether the page is a scan with a text layer."""
    invisible: list[Handle] = []
    white: list[Handle] = []
    grounds: list[Handle] = []
    pictures: list[Handle] = []
    channels = [ctypes.c_uint() for _ in range(4)]
    for item in _objects(page):
        mode = raw.FPDFTextObj_GetTextRenderMode(item)
        if mode < 0:
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                pictures.append(item)
            elif kind == raw.FPDF_PAGEOBJ_SHADING or (kind == raw.FPDF_PAGEOBJ_PATH and _is_ground(item, channels)):
                grounds.append(item)
        elif mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            invisible.append(item)
        elif mode == raw.FPDF_TEXTRENDERMODE_FILL and _pale(item, channels):
            white.append(item)
    if not invisible and not white:
        return frozenset(), False
    behind = [_bounds(item) for item in pictures]
    scanned = bool(invisible) and _is_scan(page, behind)
    hidden = [] if scanned else invisible
    behind += [_bounds(item) for item in grounds]
    held = ((item, _bounds(item)) for item in white)
    hidden += [item for item, text in held if not any(_holds(ground, text) for ground in behind)]
    return frozenset(address(item) for item in hidden), scanned


def has_picture(page: pdfium.PdfPage) -> bool:
    return any(raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE for item in _objects(page))


def _objects(page: pdfium.PdfPage) -> Iterator[Handle]:
    for i in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, i)
        yield item
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM:
            yield from _inside(item, 1)


def _inside(form: Handle, depth: int) -> Iterator[Handle]:
    for i in range(raw.FPDFFormObj_CountObjects(form)):
        item = raw.FPDFFormObj_GetObject(form, i)
        yield item
        if depth < _DEEPEST and raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM:
            yield from _inside(item, depth + 1)


def _is_ground(path: Handle, channels: list[ctypes.c_uint]) -> bool:
    """Whether a path is filled with something other than white."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    known = bool(raw.FPDFPath_GetDrawMode(path, fill, stroke))
    filled: bool = fill.value != raw.FPDF_FILLMODE_NONE
    return known and filled and not _pale(path, channels)


def _pale(item: Handle, channels: list[ctypes.c_uint]) -> bool:
    red, green, blue, alpha = channels
    if not raw.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return False
    return alpha.value == 0 or (red.value >= _WHITE and green.value >= _WHITE and blue.value >= _WHITE)


def _bounds(item: Handle) -> Bounds:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return left.value, bottom.value, right.value, top.value


def _holds(ground: Bounds, text: Bounds) -> bool:
    across, up = (text[0] + text[2]) / 2, (text[1] + text[3]) / 2
    return ground[0] <= across <= ground[2] and ground[1] <= up <= ground[3]


def _is_scan(page: pdfium.PdfPage, pictures: list[Bounds]) -> bool:
    box: Bounds = page.get_bbox()
    whole = max(1.0, (box[2] - box[0]) * (box[3] - box[1]))
    return sum(max(0.0, b[2] - b[0]) * max(0.0, b[3] - b[1]) for b in pictures) >= _SCAN_SHARE * whole
