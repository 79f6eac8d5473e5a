"""Colours of Office files as six hexadecimal digits, and which of them cannot be told apart.

theme part           -> the colours that themes name (dk1, lt1, accent1 ...)
colour of DrawingML  -> digits, as far as they can be worked out for sure
"""

import colorsys
import re
from collections.abc import Mapping

from lxml import etree

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WHITE = "FFFFFF"
CLEAR = "clear"  # nothing is painted: what is behind shows through
_ALIKE = 10  # of 255, by which each of red, green and blue may differ for letters nobody can see
_CLEAR_BELOW = 5_000  # thousandths of a percent of alpha
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_PRESET = {"black": "000000", "white": WHITE, "red": "FF0000", "blue": "0000FF", "green": "008000", "yellow": "FFFF00"}
_WHOLE = re.compile(r"-?\d{1,9}")

Theme = Mapping[str, str]  # name of a colour in the theme -> its digits


def theme_colours(root: etree._Element | None) -> dict[str, str]:
    """The colours of a theme part by their names."""
    scheme = None if root is None else root.find(f".//{A}clrScheme")
    found: dict[str, str] = {}
    for element in () if scheme is None else scheme:
        for colour in element:
            digits = colour.get("lastClr") or colour.get("val") or ""
            if isinstance(element.tag, str) and _HEX.fullmatch(digits):
                found[element.tag.removeprefix(A)] = digits.upper()
    return found


def digits(words: str | None) -> str | None:
    """Six hexadecimal digits in capitals; None for anything else (auto)."""
    return words.upper() if words is not None and _HEX.fullmatch(words) else None


def alike(one: str, other: str) -> bool:
    """Whether letters of one colour cannot be seen on the other."""
    return all(abs(a - b) <= _ALIKE for a, b in zip(bytes.fromhex(one), bytes.fromhex(other), strict=True))


def filled(properties: etree._Element, theme: Theme) -> str | None:
    """What a fill among drawing properties paints: digits, CLEAR, "?" for pictures and gradients, None if unsaid."""
    for child in properties:
        if child.tag == f"{A}noFill":
            return CLEAR
        if child.tag == f"{A}solidFill":
            return drawn(child, theme) or "?"
        if child.tag in (f"{A}gradFill", f"{A}blipFill", f"{A}pattFill", f"{A}grpFill"):
            return "?"
    return None


def drawn(holder: etree._Element, theme: Theme) -> str | None:
    """The colour an element of DrawingML holds: digits, CLEAR when transparent, None when not sure."""
    colour = next(iter(holder), None)
    if colour is None:
        return None
    name = str(colour.tag).removeprefix(A)
    value = colour.get("val", "")
    match name:
        case "srgbClr":
            found = digits(value)
        case "schemeClr":
            found = theme.get(value)
        case "sysClr":
            found = digits(colour.get("lastClr")) or (WHITE if value == "window" else None)
        case "prstClr":
            found = _PRESET.get(value)
        case _:
            found = None
    return None if found is None else _changed(found, colour)


def _changed(found: str, colour: etree._Element) -> str | None:
    """A colour after what is said to be done to it; only lightness and transparency are worked out."""
    modulated, offset = 1.0, 0.0
    for change in colour:
        value = change.get("val", "")
        if not _WHOLE.fullmatch(value):
            return None
        match str(change.tag).removeprefix(A):
            case "alpha":
                if int(value) < _CLEAR_BELOW:
                    return CLEAR
            case "lumMod":
                modulated *= int(value) / 100_000
            case "lumOff":
                offset += int(value) / 100_000
            case _:
                return None
    if modulated == 1.0 and offset == 0.0:
        return found
    red, green, blue = (channel / 255 for channel in bytes.fromhex(found))
    hue, light, strong = colorsys.rgb_to_hls(red, green, blue)
    light = min(max(light * modulated + offset, 0.0), 1.0)
    return "".join(f"{round(channel * 255):02X}" for channel in colorsys.hls_to_rgb(hue, light, strong))
