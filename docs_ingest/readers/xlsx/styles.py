"""What the cell styles of a workbook say that matters for reading: number format, weight, fill, whether words show."""

import colorsys
import re
from dataclasses import dataclass

from lxml import etree

from docs_ingest.readers.office.colours import WHITE, Theme, alike, digits
from docs_ingest.readers.xlsx.formats import BUILT_IN, GENERAL, NumberFormat, number_format

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BLACK = "000000"
_THEME = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")
_OFFICE = {"lt1": WHITE, "dk1": _BLACK}  # where a workbook has no theme
_INDEXED = {"0": _BLACK, "1": WHITE, "8": _BLACK, "9": WHITE, "64": _BLACK, "65": WHITE}
_TINY = 2.0  # points: smaller letters cannot be seen
_INDENT = 9.0  # points of one step of indent, three spaces of the usual font
_OFF = ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class CellLook:
    """One cell style."""

    format: NumberFormat = GENERAL
    bold: bool = False
    filled: bool = False  # with another colour than white
    unseen: bool = False  # letters in the colour of their ground, or too small to see
    indent: float = 0.0  # points


@dataclass(frozen=True, slots=True)
class _Font:
    bold: bool = False
    colour: str | None = _BLACK  # None: not known
    tiny: bool = False


@dataclass(frozen=True, slots=True)
class _Parts:
    """What cell styles are put together from."""

    codes: dict[str, str]
    fonts: list[_Font]
    fills: list[str | None]  # None: painted in a way that cannot be told


def cell_looks(root: etree._Element | None, theme: Theme) -> list[CellLook]:
    """The cell styles, by the number cells name them with; at least one."""
    if root is None:
        return [CellLook()]
    theme = theme or _OFFICE
    parts = _Parts(
        codes={e.get("numFmtId", ""): e.get("formatCode", "") for e in root.iterfind(f"{S}numFmts/{S}numFmt")},
        fonts=[_font(e, theme) for e in root.iterfind(f"{S}fonts/{S}font")],
        fills=[_fill(e, theme) for e in root.iterfind(f"{S}fills/{S}fill")],
    )
    return [_look(e, parts) for e in root.iterfind(f"{S}cellXfs/{S}xf")] or [CellLook()]


def _look(element: etree._Element, parts: _Parts) -> CellLook:
    key = element.get("numFmtId", "0")
    code = parts.codes.get(key) or BUILT_IN.get(count(key), "")
    at, below = count(element.get("fontId")), count(element.get("fillId"))
    font = parts.fonts[at] if at < len(parts.fonts) else _Font()
    ground = parts.fills[below] if below < len(parts.fills) else WHITE
    alignment = element.find(f"{S}alignment")
    steps = 0 if alignment is None else count(alignment.get("indent"))
    same = ground is not None and font.colour is not None and alike(font.colour, ground)
    return CellLook(number_format(code), font.bold, ground != WHITE, font.tiny or same, _INDENT * min(steps, 250))


def _font(element: etree._Element, theme: Theme) -> _Font:
    bold, size = element.find(f"{S}b"), element.find(f"{S}sz")
    points = decimal(None if size is None else size.get("val"))
    return _Font(
        bold=bold is not None and bold.get("val", "1") not in _OFF,
        colour=_colour(element.find(f"{S}color"), theme, _BLACK),
        tiny=points is not None and points < _TINY,
    )


def _fill(element: etree._Element, theme: Theme) -> str | None:
    """The colour of the ground, white where there is no fill; None for patterns and gradients."""
    pattern = element.find(f"{S}patternFill")
    if pattern is None:
        return None if len(element) else WHITE
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return WHITE
    return _colour(pattern.find(f"{S}fgColor"), theme, WHITE) if kind == "solid" else None


def _colour(element: etree._Element | None, theme: Theme, otherwise: str) -> str | None:
    """A colour's digits; None where they are not known."""
    if element is None or element.get("auto") is not None:
        return otherwise
    rgb, named, index = (element.get(name) for name in ("rgb", "theme", "indexed"))
    if rgb is not None:
        found = digits(rgb[-6:])
    elif named is not None:
        at = count(named)
        found = theme.get(_THEME[at]) if at < len(_THEME) else None
    else:
        found = _INDEXED.get(index or "")
    tint = decimal(element.get("tint"))
    return found if found is None or not tint else _tinted(found, max(min(tint, 1.0), -1.0))


def _tinted(colour: str, tint: float) -> str:
    """A colour made lighter (above zero) or darker (ECMA-376 part 1, 18.8.19)."""
    red, green, blue = (channel / 255 for channel in bytes.fromhex(colour))
    hue, light, strong = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{round(channel * 255):02X}" for channel in colorsys.hls_to_rgb(hue, light, strong))


def count(words: str | None) -> int:
    """A whole number of sane length, zero or more; 0 where there is none."""
    return int(words) if words is not None and re.fullmatch(r"[0-9]{1,9}", words) else 0


def decimal(words: str | None) -> float | None:
    """A number of sane length; None where there is none."""
    found = re.fullmatch(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?", words or "")
    return None if found is None else float(found[0])
