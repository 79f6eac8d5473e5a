"""Styles of a Word document: what a paragraph or run inherits, and how properties are read."""

import re
from dataclasses import dataclass, replace

from lxml import etree

from docs_ingest.readers.docx_numbering import W

_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|标题|標題", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目錄)\s*\d", re.IGNORECASE)
_LIST = re.compile(r"list (?:bullet|number)\b", re.IGNORECASE)
_OFF = ("0", "false", "off", "none")
VAL = f"{W}val"


@dataclass(frozen=True, slots=True)
class Style:
    """What a style, with all it is based on, says of paragraphs and runs; None where it says nothing."""

    name: str = ""
    heading: int | None = None  # 1 is the highest; 0 says that it is body text
    title: bool = False
    num_id: str | None = None
    ilvl: int | None = None
    listed: bool = False
    contents: bool = False
    size: float | None = None
    bold: bool | None = None
    hidden: bool | None = None
    centered: bool | None = None
    indent: float | None = None


class Styles:
    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._styles: dict[str, Style] = {}
        self.body = Style()
        self._size: float | None = 10.0  # what Word takes where nothing is said
        if root is None:
            return
        defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._size = (None if defaults is None else half_points(defaults)) or self._size
        default = ""
        for element in root.iter(f"{W}style"):
            key = element.get(f"{W}styleId", "")
            self._elements[key] = element
            if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default", "0") not in _OFF:
                default = key
        self.body = self.style(default)

    def style(self, key: str | None) -> Style:
        """A style by its id; the body style where there is none of this id."""
        chain: dict[str, None] = {}  # in order, and quick to ask: files may base thousands on each other, or in a ring
        at = key
        while at is not None and at in self._elements and at not in self._styles and at not in chain:
            chain[at] = None
            based = self._elements[at].find(f"{W}basedOn")
            at = None if based is None else based.get(VAL)
        found = self._styles.get(at or "", Style(size=self._size))
        for one in reversed(chain):
            found = _inherited(one, self._elements[one], found)
            self._styles[one] = found
        return found if key in self._elements else self.body

    def run(self, key: str | None) -> Style:
        """A character style; says nothing where there is none of this id."""
        found = self.style(key) if key in self._elements else Style()
        return found if found.size != self._size else replace(found, size=None)


def _inherited(key: str, element: etree._Element, base: Style) -> Style:
    name = value(element, "name") or key
    paragraph, run = element.find(f"{W}pPr"), element.find(f"{W}rPr")
    own = base if paragraph is None else with_paragraph(base, paragraph)
    own = own if run is None else with_run(own, run)
    named = _HEADING.fullmatch(name) or _HEADING.fullmatch(key)
    outline = None if paragraph is None else outline_level(paragraph)
    heading = outline if outline is not None else int(named[1]) if named else base.heading
    return replace(
        own,
        name=name,
        heading=heading,
        title=base.title or bool(_TITLE.fullmatch(name) or _TITLE.fullmatch(key)),
        listed=base.listed or _LIST.match(name) is not None,
        contents=base.contents or _CONTENTS.fullmatch(name) is not None,
    )


def with_paragraph(style: Style, properties: etree._Element) -> Style:
    """A style with what paragraph properties say over it."""
    numbered = properties.find(f"{W}numPr")
    if numbered is not None:
        ilvl = value(numbered, "ilvl")
        num_id = value(numbered, "numId")
        level = whole(ilvl)
        level = style.ilvl if level is None else level
        style = replace(style, num_id=style.num_id if num_id is None else num_id, ilvl=level)
    if (side := value(properties, "jc")) is not None:
        style = replace(style, centered=side == "center")
    indent = properties.find(f"{W}ind")
    left = None if indent is None else whole(indent.get(f"{W}left", indent.get(f"{W}start")))
    return style if left is None else replace(style, indent=left / 20)


def with_run(style: Style, properties: etree._Element) -> Style:
    """A style with what run properties say over it."""
    return replace(
        style,
        size=half_points(properties) or style.size,
        bold=switch(properties, "b", style.bold),
        hidden=switch(properties, "vanish", style.hidden),
    )


def value(element: etree._Element, name: str) -> str | None:
    found = element.find(f"{W}{name}")
    return None if found is None else found.get(VAL)


def switch(properties: etree._Element, name: str, otherwise: bool | None) -> bool | None:
    found = properties.find(f"{W}{name}")
    return otherwise if found is None else found.get(VAL, "1") not in _OFF


def half_points(properties: etree._Element) -> float | None:
    size = whole(value(properties, "sz"))
    return size / 2 if size and size > 0 else None


def outline_level(properties: etree._Element) -> int | None:
    """The outline level, 1 the highest; 0 for body text, None where nothing is said."""
    level = whole(value(properties, "outlineLvl"))
    if level is None or level < 0:
        return None
    return level + 1 if level < 9 else 0


def whole(words: str | None) -> int | None:
    """A whole number of sane length, as all numbers in these parts are."""
    return int(words) if words is not None and re.fullmatch(r"-?[0-9]{1,9}", words) else None
