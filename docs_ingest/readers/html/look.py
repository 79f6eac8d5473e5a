"""How the text of a page looks: what an element passes on to all that is in it unless one of them says otherwise."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml import etree

from docs_ingest.readers.html.colours import BLACK, LINK, MARKED, WHITE, Colour, colour, seen
from docs_ingest.readers.html.style import UNKNOWN

_BODY_SIZE = 12.0  # points: what browsers draw text in that nobody gave a size
_TINY = 1.5  # points: two pixels
_BOLD = frozenset({"b", "strong"})
_NORMAL = frozenset({"a", "mark", "font", "center", "body", "h1", "h2", "h3", "h4", "h5", "h6", *_BOLD})
_FONT_SIZES = (7.5, 10.0, 12.0, 13.5, 18.0, 24.0, 36.0)  # points of <font size=1..7>
_KEYWORDS = dict(
    zip(("xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large"), _FONT_SIZES, strict=True)
)
_POINTS = {"px": 0.75, "pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "rem": _BODY_SIZE}
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})(px|pt|in|cm|mm|em|rem|ex|%)?")
_SHORT = re.compile(r"(?:^|\s)(0|(?:\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})(?:px|pt|em|rem|%))(?:\s*/\s*\S{1,20})?\s")
_PICTURE = re.compile(r"url\(|gradient")
_INK_ON_PICTURE = ("background-clip", "-webkit-background-clip")


@dataclass(frozen=True, slots=True)
class Look:
    bold: bool = False
    centered: bool = False
    pre: bool = False  # white space is kept
    size: float | None = None  # points; None where nothing gives one
    visible: bool = True
    ink: tuple[Colour, float] | None = (BLACK, 1.0)  # with its opacity; None where it cannot be told
    ground: Colour | None = WHITE  # what is behind; None where it cannot be told

    @property
    def unseen(self) -> bool:
        return not self.visible or (self.size is not None and self.size < _TINY) or not seen(self.ink, self.ground)


def looked(element: etree._Element, style: Mapping[str, str], look: Look, *, whole: bool) -> Look:
    """The look inside an element. `whole`: all style sheets of the page were read, so its ground is known."""
    tag = element.tag
    named = "bgcolor" in element.attrib or "background" in element.attrib or "align" in element.attrib
    if not style and tag not in _NORMAL and not named and (whole or look.ground is None):
        return look
    return replace(
        look,
        bold=_bold(tag, style, look.bold),
        centered=_centered(element, style, look.centered),
        pre=_pre(style, look.pre),
        size=_size(element, style, look.size),
        visible=style["visibility"] not in ("hidden", "collapse") if "visibility" in style else look.visible,
        ink=_ink(element, style, look.ink),
        ground=_ground(element, style, look.ground, whole),
    )


def _bold(tag: str, style: Mapping[str, str], otherwise: bool) -> bool:
    weight = style.get("font-weight")
    if weight is not None:
        return weight.startswith("bold") or (weight.isdecimal() and int(weight[:6]) >= 600)
    return otherwise or tag in _BOLD


def _centered(element: etree._Element, style: Mapping[str, str], otherwise: bool) -> bool:
    # A table is put in the middle by its attribute, not the words in it.
    side = style.get("text-align") or ("" if element.tag == "table" else element.get("align", "").lower())
    if side and side not in ("inherit", "top", "middle", "bottom"):
        return side == "center"
    return otherwise or element.tag == "center"


def _pre(style: Mapping[str, str], otherwise: bool) -> bool:
    said = style.get("white-space", "")
    return said.startswith("pre") or (otherwise and said in ("", "inherit"))


def _size(element: etree._Element, style: Mapping[str, str], size: float | None) -> float | None:
    said = style.get("font-size", "")
    if not said and "font" in style and (short := _SHORT.search(f" {style['font']} ")):
        said = short[1]
    if not said and element.tag == "font":
        step = element.get("size", "").strip()
        return _FONT_SIZES[int(step) - 1] if step in ("1", "2", "3", "4", "5", "6", "7") else size
    if said in _KEYWORDS:
        return _KEYWORDS[said]
    found = _SIZE.fullmatch(said)
    if found is None:
        return size if said in ("", "inherit") else None
    number, unit = float(found[1]), found[2] or "px"
    if unit in _POINTS:
        return number * _POINTS[unit]
    share = number / 100 if unit == "%" else number / 2 if unit == "ex" else number
    return share * (size if size is not None else _BODY_SIZE)


def _ink(
    element: etree._Element, style: Mapping[str, str], ink: tuple[Colour, float] | None
) -> tuple[Colour, float] | None:
    said = style.get("-webkit-text-fill-color") or style.get("color", "")
    if any("text" in style.get(name, "") for name in _INK_ON_PICTURE):
        return None  # the background shows through the letters
    if said and said not in ("inherit", "currentcolor"):
        return colour(said)
    if said:
        return ink
    if element.tag in ("font", "body"):
        return _attribute(element.get("color" if element.tag == "font" else "text"), ink)
    return (LINK, 1.0) if element.tag == "a" and "href" in element.attrib else ink


def _attribute(value: str | None, otherwise: tuple[Colour, float] | None) -> tuple[Colour, float] | None:
    """A colour in an attribute, where the # may be missing."""
    words = (value or "").strip().lower()
    if not words:
        return otherwise
    return colour(words) or colour(f"#{words}")


def _ground(element: etree._Element, style: Mapping[str, str], ground: Colour | None, whole: bool) -> Colour | None:
    said = style.get("background-color") or style.get("background", "")
    if UNKNOWN in said or _PICTURE.search(said) or _PICTURE.search(style.get("background-image", "")):
        return None
    for part in said.split() if "(" not in said else [said]:
        found = colour(part)
        if found is not None and found[1] > 0:
            return found[0] if found[1] >= 1 else None
    if "var(" in said or "background" in element.attrib:
        return None
    if "bgcolor" in element.attrib:
        found = _attribute(element.get("bgcolor"), None)
        return None if found is None else found[0]
    if not whole and _may_be_painted(element):
        return None
    return MARKED if element.tag == "mark" else ground


def _may_be_painted(element: etree._Element) -> bool:
    """Whether a style sheet that was not seen may well paint behind this element."""
    return element.get("class") is not None or element.get("id") is not None or element.tag in ("th", "td", "tr")
