"""What a page says of its looks: style attributes and the simple rules of its style sheets.

Rules count by simple selectors (p, .remark, #draft, p.remark, .a.b), below others
too (`.box .remark`, the order of what is above is not checked). Of one that asks
for more (`td:first-child`, `h2 + p`) only that counts which shows text: what may
be seen on some condition is not hidden.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from lxml import etree

UNKNOWN = "unknown"  # a value that a rule gives to some of the elements it could be about
_KNOWN_UNSEEN = frozenset({"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text"})
_PROPERTY_NAMES = """
    display visibility opacity filter font-size font text-indent left top right bottom margin-left position clip
    clip-path width height max-width max-height overflow overflow-x overflow-y transform transition color
    background background-color background-image background-clip -webkit-background-clip mso-hide content-visibility
    list-style list-style-type font-weight text-align white-space -webkit-text-fill-color
"""
_PROPERTIES = frozenset(_PROPERTY_NAMES.split())
_SIMPLE = re.compile(r"(?:[A-Za-z][A-Za-z0-9]*)?(?:[.#][\w-]+){0,2}")
_WHEN_USED = re.compile(r":not\(\s*:(?:focus|focus-within|focus-visible|active|hover|target)\s*\)")
_STATES = re.compile(r"::?(?:hover|focus|active|visited|target|before|after|first-letter|first-line|marker|selection)")
_PSEUDO = re.compile(r":[\w-]+(?:\([^()]{0,80}\))?|\[[^\]]{0,80}\]")
_NAME = re.compile(r"[.#]?[\w-]+")
_PLACING = ("position", "clip", "clip-path", "width", "height")
_MOST_KEPT = 20_000  # looks of elements remembered
_MOST_RULES = 100  # about the same element
_MOST_NAMES = 8  # of one element that rules mention

_LENGTH = re.compile(r"([+-]?(?:\d{1,15}(?:\.\d{0,9})?|\.\d{1,9}))(px|pt|em|rem|ex|ch|%|vw|vh|in|cm|mm)?")
_CLIP = re.compile(r"rect\(([^()]{1,80})\)")
_INSET = re.compile(r"inset\(\s*(\d{1,6})(?:\.\d{1,6})?%")
_SCALE = re.compile(r"scale[xy3d]{0,2}\(([^()]{1,60})\)")
_SHIFT = re.compile(r"translate[xy3d]{0,2}\(([^()]{1,60})\)")
_FADED = re.compile(r"opacity\(\s*(0*\.?0*)%?\s*\)")
_FAR = 1_000.0  # pixels: further out than a page reaches
_FAR_INDENT = 500.0
_PIXELS = {"": 1.0, "px": 1.0, "pt": 1.333, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "%": 10.0, "vw": 10.0}
_FAINT = 0.02  # opacity that nobody sees
_SLIT = 1.0  # pixels: a box no wider shows nothing


def declarations(style: str) -> dict[str, str]:
    """Property -> value of a style attribute or a rule, in small letters; important ones under `!property`."""
    found: dict[str, str] = {}
    for declaration in style.lower().split(";"):
        name, colon, value = declaration.partition(":")
        name = name.strip()
        if colon and name in _PROPERTIES:
            bare, mark, _ = value.partition("!")
            found[f"!{name}" if mark else name] = bare.strip()
    return found


def merged(sets: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Declarations one over the other, the last on top, and the important ones over all."""
    found: dict[str, str] = {}
    for one in sets:
        found.update(one)
    for name in [name for name in found if name.startswith("!")]:
        found[name[1:]] = found.pop(name)
    return found


def hides(style: Mapping[str, str]) -> bool:
    """Whether an element with these declarations is unseen with all that is in it."""
    return bool(style) and (
        style.get("display") == "none"
        or style.get("content-visibility") == "hidden"
        or style.get("mso-hide") == "all"
        or ("opacity" in style and _faint(style["opacity"]))
        or _FADED.search(style.get("filter", "")) is not None
        or _is_off_page(style)
        or _is_cut_away(style)
        or _is_shrunk(style.get("transform", ""))
    )


def _faint(opacity: str) -> bool:
    found = _LENGTH.fullmatch(opacity)
    return found is not None and float(found[1]) / (100 if found[2] == "%" else 1) <= _FAINT


def pixels(value: str) -> float | None:
    """A length in CSS pixels, roughly: relative units are taken at their usual size."""
    found = _LENGTH.fullmatch(value)
    return None if found is None else float(found[1]) * _PIXELS.get(found[2] or "", 16.0)


def _is_off_page(style: Mapping[str, str]) -> bool:
    for side in ("left", "top", "right", "bottom"):
        away = pixels(style.get(side, ""))
        if away is not None and (
            away <= -_FAR or (away >= _FAR * 5 and style.get("position") in ("absolute", "fixed"))
        ):
            return True
    margin = pixels(style.get("margin-left", ""))
    if margin is not None and margin <= -_FAR and not f"{style['margin-left']}{style.get('left', '')}".endswith("%"):
        return True  # columns are put side by side by -100%, and a wide page in the middle from `left: 50%`
    indent = pixels(style.get("text-indent", ""))
    if indent is not None and (indent <= -_FAR_INDENT or (indent >= _FAR and _cuts(style))):
        return True
    shift = _SHIFT.search(style.get("transform", ""))
    return shift is not None and any((pixels(part.strip()) or 0.0) <= -_FAR for part in shift[1].split(","))


def _is_cut_away(style: Mapping[str, str]) -> bool:
    inset = _INSET.search(style.get("clip-path", ""))
    if (inset is not None and int(inset[1]) >= 50) or style.get("clip-path", "").startswith("circle(0"):
        return True
    clip = _CLIP.fullmatch(style.get("clip", ""))
    if clip is not None:
        sides = [pixels(side) for side in re.split(r"[\s,]+", clip[1].strip())]
        if len(sides) == 4 and None not in sides:
            top, right, bottom, left = (side or 0.0 for side in sides)
            return bottom <= top or right <= left
    if not _cuts(style) or "transition" in style:
        return False  # a box that grows when it is clicked is there to be read
    sizes = [pixels(style.get(name, "")) for name in ("width", "height", "max-width", "max-height")]
    return any(size is not None and size <= 0 for size in sizes) or (
        sizes[0] is not None and sizes[1] is not None and max(sizes[0], sizes[1]) <= _SLIT
    )


def _cuts(style: Mapping[str, str]) -> bool:
    return any(
        style.get(name, "").split(" ")[0] in ("hidden", "clip") for name in ("overflow", "overflow-x", "overflow-y")
    )


def _is_shrunk(transform: str) -> bool:
    found = _SCALE.search(transform)
    return found is not None and any(_faint(part.strip()) for part in found[1].split(","))


@dataclass(frozen=True, slots=True)
class _Rule:
    weight: int  # of its selector: ids, then classes, then names
    order: int
    said: dict[str, str]
    above: frozenset[str]  # what has to be open above the element, in any order


class Rules:
    """The style sheets of a page: its elements are opened and closed in order. `whole`: no other sheet was left out."""

    def __init__(self, sheets: Iterable[str], whole: bool) -> None:
        self.whole = whole
        self.counted = False  # whether numbers are drawn by counters of the style sheet
        self._rules: dict[frozenset[str], list[_Rule]] = {}
        self._count = 0
        self._names: set[str] = set()  # tags, .classes and #ids that rules mention
        self._required: set[str] = set()  # of these, what rules ask for above an element
        self._above: Counter[str] = Counter()
        self._state: frozenset[str] = frozenset()  # required names that are open
        self._open: list[tuple[str, ...]] = []
        self._kept: dict[tuple[tuple[str, ...], frozenset[str]], dict[str, str]] = {}
        for sheet in sheets:
            self._read(sheet)

    def open(self, element: etree._Element) -> dict[str, str]:
        """What the rules and the element's own attribute declare of it, settled."""
        names: tuple[str, ...] = ()
        said: dict[str, str] = {}
        if self._names:
            names = tuple(name for name in _names_of(element) if name in self._names)[:_MOST_NAMES]
            said = self._said(names)
            names = tuple(name for name in names if name in self._required)
            self._above.update(names)
            if not self._state.issuperset(names):
                self._state = self._state.union(names)
        self._open.append(names)
        own = element.get("style")
        return merged((said, declarations(own))) if own else said

    def close(self) -> None:
        """The element opened last ends."""
        for name in self._open.pop():
            self._above[name] -= 1
            if not self._above[name]:
                self._state = self._state.difference((name,))

    def _said(self, names: tuple[str, ...]) -> dict[str, str]:
        key = (names, self._state)
        said = self._kept.get(key)
        if said is None:
            parts = (frozenset(some) for size in (1, 2, 3) for some in combinations(names, size))
            found = [rule for one in parts for rule in self._rules.get(one, ()) if rule.above <= self._state]
            found.sort(key=lambda rule: (rule.weight, rule.order))
            said = merged(rule.said for rule in found)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = said
        return said

    def _read(self, sheet: str) -> None:
        if "@import" in sheet:
            self.whole = False
        for selector_list, body in _rules(sheet):
            self.counted = self.counted or "counter(" in body or "counters(" in body
            said = declarations(body)
            for selector in selector_list.split(",") if said else ():
                self._keep(_WHEN_USED.sub("", selector).strip(), said)

    def _keep(self, selector: str, said: dict[str, str]) -> None:
        """A rule under the element it is about; one that cannot be told in full counts only as far as it shows."""
        *above, last = re.split(r"\s*>\s*|\s+", selector)
        if not all(_SIMPLE.fullmatch(part) for part in (*above, last)):
            if _STATES.search(selector):
                return
            above, last, said = [], _last_part(selector), _as_shown(said)
        parts = frozenset(_names_in(last))
        if not parts or not said:
            return
        names = re.findall(r"[.#:\[]?[\w-]+", selector)
        weight = sum(10_000 if n[0] == "#" else 100 if n[0] in ".:[" else 1 for n in names)
        required = frozenset(name for part in above for name in _names_in(part))
        self._names |= parts | required
        self._required |= required
        self._count += 1
        rules = self._rules.setdefault(parts, [])
        rules.append(_Rule(weight, self._count, said, required))
        if len(rules) > _MOST_RULES:
            del rules[0]


def known_unseen(element: etree._Element, style: Mapping[str, str]) -> bool:
    """Whether one of its classes is known for text that is only spoken, and no rule was seen that places it."""
    if "class" not in element.attrib:
        return False
    classes = str(element.get("class")).lower().split()
    return not _KNOWN_UNSEEN.isdisjoint(classes) and style.keys().isdisjoint(_PLACING)


def _names_in(selector: str) -> list[str]:
    return [name if name[0] in ".#" else name.lower() for name in _NAME.findall(selector)]


def _names_of(element: etree._Element) -> Iterator[str]:
    yield str(element.tag)
    if key := element.get("id"):
        yield f"#{key}"
    for one in classes_of(element):
        yield f".{one}"


def _last_part(selector: str) -> str:
    """The simple selector of the element that a longer one is about; empty where there is none."""
    last = re.split(r"[\s>+~]+", _PSEUDO.sub("", selector).strip())[-1]
    return last if _SIMPLE.fullmatch(last) else ""


def _as_shown(said: Mapping[str, str]) -> dict[str, str]:
    """What is left of declarations that hold on a condition: what shows, and colours that may be others."""
    kept: dict[str, str] = {}
    for name, value in said.items():
        bare = name.lstrip("!")
        if bare.startswith(("background", "list-style")) or bare == "color":
            kept[name] = UNKNOWN
        elif not hides({bare: value}) and value not in ("hidden", "collapse", "clip") and pixels(value) != 0:
            kept[name] = value
    return kept


def sheets_of(root: etree._Element) -> list[str]:
    """The style sheets in a page that hold for a screen."""
    found = []
    for sheet in root.iter("style"):
        parent = sheet.getparent()
        if (parent is None or parent.tag != "noscript") and "print" not in sheet.get("media", ""):
            found.append(sheet.text or "")
    return found


def linked_sheets(root: etree._Element) -> list[str]:
    """Where the style sheets are that a page names but does not hold."""
    links = (link for link in root.iter("link") if "stylesheet" in link.get("rel", "").lower())
    return [link.get("href", "") for link in links if "print" not in link.get("media", "")]


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of a style sheet; of @-rules, only what holds for any screen."""
    sheet = _without(sheet, "/*", "*/")
    at = 0
    while (brace := sheet.find("{", at)) >= 0:
        prelude = sheet[at:brace].rpartition(";")[2].rpartition("}")[2].strip()
        at = brace + 1
        if prelude.startswith("@"):
            if not re.fullmatch(r"@media\s+(?:only\s+)?(?:screen|all)|@layer.*|@supports.*", prelude):
                at = _after_block(sheet, at)
            continue
        close = sheet.find("}", at)
        close = len(sheet) if close < 0 else close
        yield prelude, sheet[at:close]
        at = close + 1


def _after_block(sheet: str, at: int) -> int:
    depth = 1
    for match in re.compile(r"[{}]").finditer(sheet, at):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    return len(sheet)


def _without(words: str, opens: str, closes: str) -> str:
    kept: list[str] = []
    at = 0
    while (begin := words.find(opens, at)) >= 0:
        kept.append(words[at:begin])
        end = words.find(closes, begin + len(opens))
        at = len(words) if end < 0 else end + len(closes)
    kept.append(words[at:])
    return " ".join(kept)


def classes_of(element: etree._Element) -> list[str]:
    return element.get("class", "").split()
