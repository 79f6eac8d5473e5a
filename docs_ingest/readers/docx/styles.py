"""Styles of a Word document: what a paragraph or run inherits, and how properties are read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from docs_ingest.readers.docx.numbering import W

_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|标题|標題", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目錄)\s*\d", re.IGNORECASE)
_LIST = re.compile(r"list (?:bullet|number)\b", re.IGNORECASE)
_OFF = ("0", "false", "off", "none")
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_HIGHLIGHTS = {
    "black": "000000",
    "blue": "0000FF",
    "cyan": "00FFFF",
    "green": "00FF00",
    "magenta": "FF00FF",
    "red": "FF0000",
    "yellow": "FFFF00",
    "white": "FFFFFF",
    "darkBlue": "000080",
    "darkCyan": "008080",
    "darkGreen": "008000",
    "darkMagenta": "800080",
    "darkRed": "800000",
    "darkYellow": "808000",
    "darkGray": "808080",
    "lightGray": "C0C0C0",
}
MOST_LOOKS = 20_000  # kept: texts have few, and looking one up is quicker than reading it
_MOST_BASES = 40  # of a table style; Word itself allows about ten
_CLEAR_FROM = 95_000  # thousandths of a percent of transparency
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
    centered: bool | None = None
    indent: float | None = None
    paper: str | None = None  # what the paragraph is shaded with, as said; see `shading`
    size: float | None = None
    bold: bool | None = None
    hidden: bool | None = None
    web_hidden: bool | None = None
    colour: str | None = None  # of the letters, as said; see `said_colour`
    shade: str | None = None  # what the letters are shaded or highlighted with, as said
    scale: int | None = None  # percent of the usual width of letters
    font: str | None = None  # of letters that are not East Asian
    raised: str | None = None  # superscript, subscript


class Styles:
    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._styles: dict[str, Style] = {}
        self._letters: dict[tuple[int, bytes], tuple[Style, Style]] = {}
        self._painting: dict[str, bool] = {}  # table styles asked for
        self.body = self._base = Style(size=10.0)  # what Word takes where nothing is said
        if root is None:
            return
        if (defaults := root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")) is not None:
            self._base = with_run(self._base, defaults)
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
        of_letters = key in self._elements and self._elements[key].get(f"{W}type") == "character"
        found = self._styles.get(at or "", Style() if of_letters else self._base)
        for one in reversed(chain):
            found = _inherited(one, self._elements[one], found)
            self._styles[one] = found
        return found if key in self._elements else self.body

    def paints_cells(self, key: str | None) -> bool:
        """Whether a table style, or one it is based on, shades cells: letters on them may well be white."""
        if key is None:
            return False
        if key not in self._painting:
            self._painting[key] = any(next(style.iter(f"{W}shd"), None) is not None for style in self._based(key))
        return self._painting[key]

    def _based(self, key: str | None) -> Iterator[etree._Element]:
        for _ in range(_MOST_BASES):
            if key is None or key not in self._elements:
                return
            yield self._elements[key]
            key = value(self._elements[key], "basedOn")

    def run(self, look: Style, key: str) -> Style:
        """How letters look after a character style of this id, where there is one."""
        found = self.style(key) if key in self._elements else Style()
        said = {name: value for name in _OF_LETTERS if (value := getattr(found, name)) is not None}
        return replace(look, **said) if said else look

    def letters(self, look: Style, run: etree._Element) -> Style:
        """How the letters of a run look in a paragraph that looks like this."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            return look
        key = id(look), etree.tostring(properties, with_tail=False)
        if key not in self._letters:
            if len(self._letters) >= MOST_LOOKS:
                self._letters.clear()
            named = value(properties, "rStyle")
            found = with_run(look if named is None else self.run(look, named), properties)
            self._letters[key] = look, found  # the look is kept so that no other takes its id
        return self._letters[key][1]


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
    if (painted := properties.find(f"{W}shd")) is not None:
        style = replace(style, paper=shading(painted))
    indent = properties.find(f"{W}ind")
    left = None if indent is None else whole(indent.get(f"{W}left", indent.get(f"{W}start")))
    return style if left is None else replace(style, indent=left / 20)


def with_run(style: Style, properties: etree._Element) -> Style:
    """A style with what run properties say over it."""
    said: dict[str, Any] = {}
    for child in properties:
        if child.tag in _RUN:
            name, read = _RUN[child.tag]
            said[name] = read(child)
    said = {name: found for name, found in said.items() if found is not None}
    return replace(style, **said) if said else style


def _half_points(element: etree._Element) -> float | None:
    size = whole(element.get(VAL))
    return size / 2 if size and size > 0 else None


def _on(element: etree._Element) -> bool:
    return element.get(VAL, "1") not in _OFF


def said_colour(element: etree._Element, plain: str, themed: str) -> str | None:
    """A colour as said: six digits, "auto", or "@" and the name of a colour of the theme."""
    theme = element.get(f"{W}{themed}")
    changed = any(element.get(f"{W}{themed.removesuffix('Color')}{change}") for change in ("Tint", "Shade"))
    return f"@{theme}" if theme and not changed else element.get(f"{W}{plain}")


def shading(element: etree._Element) -> str | None:
    """What a `shd` paints: a colour as said, "auto" for nothing, "?" for a pattern."""
    match element.get(VAL, "clear"):
        case "clear":
            return said_colour(element, "fill", "themeFill")
        case "solid":
            return said_colour(element, "color", "themeColor")
        case "nil" | "none":
            return "auto"
        case _:
            return "?"


def _highlight(element: etree._Element) -> str | None:
    return _HIGHLIGHTS.get(element.get(VAL, ""), "auto")


def _of_fill(element: etree._Element) -> str | None:
    """The colour that newer Word fills letters with, over what `color` says."""
    if element.find(f"{_W14}noFill") is not None:
        return "clear"
    for found in element.findall(f"{_W14}solidFill/{_W14}srgbClr"):
        transparent = found.find(f"{_W14}alpha")  # unlike alpha in DrawingML, which says how much is left
        if transparent is not None and (whole(transparent.get(f"{_W14}val")) or 0) >= _CLEAR_FROM:
            return "clear"
        return found.get(f"{_W14}val")
    return None


_RUN: dict[str, tuple[str, Callable[[etree._Element], Any]]] = {
    f"{W}sz": ("size", _half_points),
    f"{W}b": ("bold", _on),
    f"{W}vanish": ("hidden", _on),
    f"{W}webHidden": ("web_hidden", _on),
    f"{W}color": ("colour", lambda element: said_colour(element, "val", "themeColor")),
    f"{W}shd": ("shade", shading),
    f"{W}highlight": ("shade", _highlight),
    f"{W}w": ("scale", lambda element: whole(element.get(VAL))),
    f"{W}rFonts": ("font", lambda element: element.get(f"{W}ascii")),
    f"{W}vertAlign": ("raised", lambda element: element.get(VAL)),
    f"{_W14}textFill": ("colour", _of_fill),
}
_OF_LETTERS = tuple(dict.fromkeys(name for name, _ in _RUN.values()))


def value(element: etree._Element, name: str) -> str | None:
    found = element.find(f"{W}{name}")
    return None if found is None else found.get(VAL)


def switch(properties: etree._Element, name: str, otherwise: bool | None) -> bool | None:
    found = properties.find(f"{W}{name}")
    return otherwise if found is None else found.get(VAL, "1") not in _OFF


def outline_level(properties: etree._Element) -> int | None:
    """The outline level, 1 the highest; 0 for body text, None where nothing is said."""
    level = whole(value(properties, "outlineLvl"))
    if level is None or level < 0:
        return None
    return level + 1 if level < 9 else 0


def whole(words: str | None) -> int | None:
    """A whole number of sane length, as all numbers in these parts are."""
    return int(words) if words is not None and re.fullmatch(r"-?[0-9]{1,9}", words) else None
