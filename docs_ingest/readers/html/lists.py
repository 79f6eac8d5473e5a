"""The numbers a browser draws in front of the items of ordered lists: they are what a reader sees and cites."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from docs_ingest.readers.docx.numbering import formatted
from docs_ingest.readers.html.style import UNKNOWN

_MOST = 1_000_000  # a number further from zero is not one of this world
_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_HAN = {  # counter styles of CSS -> the same in the words of Word
    **dict.fromkeys(("cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal"), "chineseCounting"),
    "japanese-informal": "japaneseCounting",
    "simp-chinese-formal": "chineseLegalSimplified",
    "trad-chinese-formal": "ideographLegalTraditional",
    "cjk-decimal": "ideographDigital",
    "cjk-heavenly-stem": "ideographTraditional",
    "cjk-earthly-branch": "ideographZodiac",
}
_ROMAN = {"lower-roman": "lowerRoman", "upper-roman": "upperRoman"}
_ALPHABETS = {
    **dict.fromkeys(("lower-alpha", "lower-latin"), "abcdefghijklmnopqrstuvwxyz"),
    **dict.fromkeys(("upper-alpha", "upper-latin"), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lower-greek": _GREEK,
}
_KNOWN = frozenset({"decimal", "decimal-leading-zero", *_HAN, *_ROMAN, *_ALPHABETS})
_UNNUMBERED = frozenset({"none", "disc", "circle", "square", "disclosure-open", "disclosure-closed", UNKNOWN})
_NO_ITEM = frozenset({"block", "inline", "inline-block", "flex", "inline-flex", "grid", "table-cell", "table-row"})
_WHOLE = re.compile(r"[+-]?\d{1,9}")
# What authors write themselves, where a style sheet that was not seen takes the number of the browser away.
_WRITTEN = re.compile(
    r"\s*[(（\[]?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxIVX]{1,6}|[一二三四五六七八九十]{1,3})[)）\].、．]"
)


@dataclass(slots=True)
class _List:
    ordered: bool
    type: str
    next: int
    step: int


class Lists:
    """Counts the items of lists inside lists. Open and close them in the order of the page."""

    def __init__(self) -> None:
        self._open: list[_List] = []

    def open(self, element: etree._Element, style: Mapping[str, str]) -> None:
        ordered = element.tag == "ol"
        start = _whole(element.get("start"))
        backwards = ordered and "reversed" in element.attrib
        if start is None:
            start = sum(1 for child in element if child.tag == "li") if backwards else 1
        self._open.append(_List(ordered, _type(element, style, "decimal"), start, -1 if backwards else 1))

    def close(self) -> None:
        self._open.pop()

    def number(self, element: etree._Element, style: Mapping[str, str]) -> str:
        """What is drawn in front of an item, with the space after it; empty where nothing is or a bullet."""
        owner = self._open[-1] if self._open else None
        if owner is None or not owner.ordered:
            return ""
        value = _whole(element.get("value"))
        value = owner.next if value is None else value
        owner.next = value + owner.step
        shape = _type(element, style, owner.type)
        if shape in _UNNUMBERED or style.get("display") in _NO_ITEM:
            return ""
        return drawn(value, shape)


def writes_number(words: str) -> bool:
    """Whether the words of an item begin with a number of their own."""
    return _WRITTEN.match(words[:40]) is not None


def drawn(value: int, shape: str) -> str:
    """A counter in a style of CSS with what stands behind it: `3. `, `c. `, `三、`."""
    if shape in _HAN and 0 <= value < 10_000:
        return f"{formatted(value, _HAN[shape]) if value else '零'}、"
    if shape in _ROMAN and 0 < value < 4_000:
        return f"{formatted(value, _ROMAN[shape])}. "
    if shape in _ALPHABETS and value > 0:
        return f"{_lettered(value, _ALPHABETS[shape])}. "
    if shape == "decimal-leading-zero":
        return f"{'-' if value < 0 else ''}{abs(value):02d}. "
    return f"{value}. "


def _lettered(value: int, alphabet: str) -> str:
    """a .. z, aa, ab: as spreadsheets name their columns."""
    words = ""
    while value > 0:
        value, at = divmod(value - 1, len(alphabet))
        words = alphabet[at] + words
    return words


def _type(element: etree._Element, style: Mapping[str, str], otherwise: str) -> str:
    said = style.get("list-style-type") or style.get("list-style", "")
    for word in said.split():
        if word in _KNOWN or word in _UNNUMBERED:
            return word
    named = element.get("type", "").strip()
    if named in _TYPES:
        return _TYPES[named]
    return named.lower() if named.lower() in _UNNUMBERED | _KNOWN else otherwise


def _whole(words: str | None) -> int | None:
    found = _WHOLE.match((words or "").strip())
    return None if found is None else min(max(int(found[0]), -_MOST), _MOST)
