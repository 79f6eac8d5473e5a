"""Words of a Word document that nobody sees: hidden, white on white, too small, or off the page.

Such words are kept out of answers: it is how instructions to a model are slipped
into a document. A word counts as hidden only where its ground is sure: letters on
a table style that paints its rows, or on a picture, may well be white.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from docs_ingest.readers.docx.content import PAGE_BREAK, V
from docs_ingest.readers.docx.numbering import W
from docs_ingest.readers.docx.styles import Style, said_colour, shading, value, whole
from docs_ingest.readers.office.colours import CLEAR, WHITE, Theme, alike, digits

WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_SMALLEST = 2.0  # points: smaller letters cannot be read
_NARROWEST = 5  # percent of their usual width
_EMU = 635  # in a twentieth of a point
_WIDE_PICTURE = 0.25  # of the page's width: white words may stand on it
_UNITS = {"pt": 20.0, "in": 1440.0, "cm": 567.0, "mm": 56.7, "px": 15.0, "pc": 240.0, "": 15.0}
_LENGTH = re.compile(r"(-?\d{1,7}(?:\.\d{1,6})?)(pt|in|cm|mm|px|pc|)")
_NAMED = {"background1": "lt1", "text1": "dk1", "background2": "lt2", "text2": "dk2"}
_NAMED |= {"light1": "lt1", "dark1": "dk1", "light2": "lt2", "dark2": "dk2"}
_NAMED |= {"hyperlink": "hlink", "followedHyperlink": "folHlink"}


@dataclass(frozen=True, slots=True)
class Ground:
    """What paragraphs stand on."""

    colour: str | None  # six digits; None where it is not known
    hidden: bool = False  # nothing on it is seen


@dataclass(frozen=True, slots=True)
class Page:
    """The largest page of the document and its margins, in twentieths of a point, and its colours."""

    width: int
    height: int
    left: int
    top: int
    colour: str
    theme: Theme


def page_of(document: etree._Element, theme: Theme, colour_shown: bool) -> Page:
    """`colour_shown`: whether Word paints the page in the colour the document names."""
    sizes = [
        (_twips(size, "w"), _twips(size, "h"), _twips(margins, "left"), _twips(margins, "top"))
        for section in document.iter(f"{W}sectPr")
        for size, margins in [(section.find(f"{W}pgSz"), section.find(f"{W}pgMar"))]
    ]
    width, height, left, top = (max(one) for one in zip((12_240, 15_840, 1_440, 1_440), *sizes, strict=True))
    painted = document.find(f"{W}background")
    said = said_colour(painted, "color", "themeColor") if painted is not None and colour_shown else None
    return Page(width, height, left, top, resolved(said, theme) or WHITE, theme)


def _twips(element: etree._Element | None, name: str) -> int:
    return 0 if element is None else whole(element.get(f"{W}{name}")) or 0


def resolved(said: str | None, theme: Theme) -> str | None:
    """A colour in digits; None for the automatic one and for patterns."""
    if said is not None and said.startswith("@"):
        return digits(theme.get(_NAMED.get(said[1:], said[1:])))
    return digits(said)


def unseen(look: Style, ground: Ground, theme: Theme) -> bool:
    """Whether letters that look like this cannot be seen on their ground."""
    if ground.hidden or look.hidden or look.colour == CLEAR:
        return True
    if look.web_hidden and not look.contents:  # Word hides the page numbers of contents in browsers only
        return True
    if (look.size is not None and look.size < _SMALLEST) or (look.scale is not None and 0 < look.scale < _NARROWEST):
        return True
    colour = resolved(look.colour, theme)
    if colour is None:
        return False
    behind = next((said for said in (look.shade, look.paper) if said not in (None, "auto")), None)
    below = ground.colour if behind is None else resolved(behind, theme)
    return below is not None and alike(colour, below)


def on_shade(ground: Ground, properties: etree._Element | None, page: Page) -> Ground:
    """The ground inside a cell or table with these properties."""
    painted = None if properties is None else properties.find(f"{W}shd")
    said = None if painted is None else shading(painted)
    return ground if said in (None, "auto") else Ground(resolved(said, page.theme), ground.hidden)


def on_pictures(elements: Sequence[etree._Element], page: Page) -> list[bool]:
    """For each paragraph or table of the body, whether a picture may lie behind it on the same page."""
    pages: list[tuple[int, int]] = []
    covered: set[int] = set()
    at = 0
    for element in elements:
        first = at
        for found in element.iter(PAGE_BREAK, f"{W}br", f"{W}sectPr", f"{WP}anchor"):
            if found.tag == f"{WP}anchor":
                if found.get("behindDoc") in ("1", "true") and _extent(found, "cx") >= page.width * _WIDE_PICTURE:
                    covered.add(at)
            elif found.tag != f"{W}br" or found.get(f"{W}type") == "page":
                at += 1
        pages.append((first, at))
    return [any(one in covered for one in range(first, last + 1)) for first, last in pages] if covered else []


def off_page(shape: etree._Element, page: Page) -> bool:
    """Whether a drawing or a picture of older Word is hidden or lies outside its page."""
    if shape.tag.startswith(V):
        return _old_shape_off(shape.get("style", ""), page)
    named = shape.find(f"{WP}docPr")
    if named is not None and named.get("hidden") in ("1", "true"):
        return True
    across, down = shape.find(f"{WP}positionH"), shape.find(f"{WP}positionV")
    return _placed_off(across, _extent(shape, "cx"), page.width, page.left) or _placed_off(
        down, _extent(shape, "cy"), page.height, page.top
    )


def frame_off_page(paragraph: etree._Element, page: Page) -> bool:
    """Whether a paragraph stands in a frame outside its page."""
    frame = paragraph.find(f"{W}pPr/{W}framePr")
    if frame is None:
        return False
    for place, size, side, whole_side, margin in (
        ("x", "w", "hAnchor", page.width, page.left),
        ("y", "h", "vAnchor", page.height, page.top),
    ):
        at = whole(frame.get(f"{W}{place}"))
        start = {"page": 0, "margin": margin}.get(frame.get(f"{W}{side}", "text"), whole_side)
        if at is not None and _is_off(at, _twips(frame, size), whole_side, start):
            return True
    return False


def _is_off(at: int, extent: int, side: int, furthest: int) -> bool:
    """Whether something is outside 0..side when counted from any place between 0 and `furthest`."""
    return at >= side or (at < 0 and at + extent + furthest <= 0)


def _placed_off(position: etree._Element | None, extent: int, side: int, margin: int) -> bool:
    offset = None if position is None else position.find(f"{WP}posOffset")
    at = None if offset is None else whole((offset.text or "").strip())
    if position is None or at is None:
        return False
    origin = position.get("relativeFrom", "")
    near = 0 if origin in ("page", "leftMargin", "topMargin", "insideMargin") else side
    return _is_off(at // _EMU, extent, side, margin if origin in ("margin", "column") else near)


def _extent(anchor: etree._Element, name: str) -> int:
    size = anchor.find(f"{WP}extent")
    return 0 if size is None else (whole(size.get(name)) or 0) // _EMU


def _old_shape_off(style: str, page: Page) -> bool:
    said = {name.strip(): words.strip() for name, _, words in (one.partition(":") for one in style.split(";")[:60])}
    if said.get("visibility") == "hidden":
        return True
    for place, origin, size, side in (
        ("left", "horizontal", "width", page.width),
        ("top", "vertical", "height", page.height),
    ):
        at = _length(said.get(f"margin-{place}", said.get(place, "")))
        furthest = 0 if said.get(f"mso-position-{origin}-relative") == "page" else side
        if at is not None and _is_off(at, _length(said.get(size, "")) or 0, side, furthest):
            return True
    return False


def _length(words: str) -> int | None:
    """A length of a style in twentieths of a point."""
    match = _LENGTH.fullmatch(words)
    return None if match is None else round(float(match[1]) * _UNITS[match[2]])


def is_colour_shown(settings: etree._Element | None) -> bool:
    if settings is None:
        return False
    shown = settings.find(f"{W}displayBackgroundShape")
    return shown is not None and (value(settings, "displayBackgroundShape") or "1") not in ("0", "false", "off")
