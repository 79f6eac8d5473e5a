"""Numbers Word draws but does not store: 第三条, 1.1, (a) are worked out from numbering.xml.

A paragraph names a list (`numId`) and a level. The list points to an abstract
definition, which holds one counter per level; lists of the same definition go
on counting together unless one of them overrides the start. A paragraph of
some level starts all deeper levels anew (ECMA-376 part 1, 17.9).
"""

import re
from dataclasses import dataclass, replace

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{W}val"
_LEVELS = 9
_MOST = 1_000_000  # a larger start value is not a number of this world
_LONGEST = 1_000  # characters of a level's pattern: what is longer numbers nothing
_MARK = re.compile(r"%([1-9])")
_DIGITS = "零一二三四五六七八九"
_LEGAL_SIMPLIFIED = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"))
_ROMAN_LOW = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_COUNTING = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "ideographEnclosedCircle",
    }
)


@dataclass(frozen=True, slots=True)
class Number:
    """What Word draws in front of a paragraph."""

    text: str  # with the space after it, where there is one; "" where nothing is drawn
    bullet: bool
    level: int  # 0 is the outermost
    group: int  # which list of the file (`numId`)


@dataclass(frozen=True, slots=True)
class _Level:
    format: str = "decimal"
    words: str = ""
    start: int = 1
    suffix: str = " "
    legal: bool = False  # isLgl: all numbers of this level as 1, 2, 3
    restart: int | None = None  # lvlRestart: 0 never, n only after level n (1-based)
    style: str | None = None


@dataclass(frozen=True, slots=True)
class _List:
    abstract: str
    levels: tuple[_Level, ...]
    starts: dict[int, int]  # levels that begin anew at the first paragraph of this list


class Numbering:
    """Counts through one document: call `number` once for each numbered paragraph, in order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists = {} if root is None else _lists(root)
        self._counters: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        self._groups: dict[str, int] = {}

    def level_of_style(self, num_id: str, style: str) -> int | None:
        """The level of a list that is tied to a paragraph style; None where none is."""
        found = self._lists.get(num_id)
        if found is None:
            return None
        return next((i for i, level in enumerate(found.levels) if level.style == style), None)

    def number(self, num_id: str, level: int) -> Number | None:
        """The next number of this list at this level (0-based); None where there is no such list."""
        found = self._lists.get(num_id)
        if found is None:
            return None
        level = min(max(level, 0), _LEVELS - 1)
        counters = self._counters.setdefault(found.abstract, [None] * _LEVELS)
        self._count(num_id, found, counters, level)
        group = self._groups.setdefault(num_id, len(self._groups) + 1)
        shape = found.levels[level]
        if shape.format == "bullet":
            return Number(bullet_mark(shape.words) + shape.suffix, True, level, group)
        words = _filled(found.levels, counters, level)
        return Number(words + shape.suffix if words.strip() else "", False, level, group)

    def _count(self, num_id: str, found: _List, counters: list[int | None], level: int) -> None:
        shape = found.levels[level]
        before = counters[level]
        if level in found.starts and (num_id, level) not in self._begun:
            counters[level] = found.starts[level]
        else:
            counters[level] = shape.start if before is None else before + 1
        self._begun.add((num_id, level))
        for deeper in range(level + 1, _LEVELS):
            restart = found.levels[deeper].restart
            if restart is None or (restart > 0 and level < restart):
                counters[deeper] = None


def _lists(root: etree._Element) -> dict[str, _List]:
    abstracts: dict[str, tuple[_Level, ...]] = {}
    links: dict[str, str] = {}  # abstract id -> the list style it stands for
    linked: dict[str, str] = {}  # list style -> abstract id that defines it
    for element in root.findall(f"{W}abstractNum"):
        key = element.get(f"{W}abstractNumId", "")
        abstracts[key] = _levels(element)
        if (link := _value(element, "numStyleLink")) is not None:
            links[key] = link
        if (link := _value(element, "styleLink")) is not None:
            linked[link] = key
    found: dict[str, _List] = {}
    for element in root.findall(f"{W}num"):
        key = _value(element, "abstractNumId") or ""
        key = linked.get(links.get(key, ""), key)
        if key not in abstracts:
            continue
        levels, starts = _overridden(element, abstracts[key])
        found[element.get(f"{W}numId", "")] = _List(key, levels, starts)
    return found


def _overridden(element: etree._Element, levels: tuple[_Level, ...]) -> tuple[tuple[_Level, ...], dict[int, int]]:
    changed = list(levels)
    starts: dict[int, int] = {}
    for override in element.findall(f"{W}lvlOverride"):
        at = _integer(override.get(f"{W}ilvl"), 0)
        if not 0 <= at < _LEVELS:
            continue
        if (own := override.find(f"{W}lvl")) is not None:
            changed[at] = _level(own)
            starts[at] = changed[at].start
        if (start := _value(override, "startOverride")) is not None:
            starts[at] = _integer(start, 1)
            changed[at] = replace(changed[at], start=starts[at])
    return tuple(changed), starts


def _levels(abstract: etree._Element) -> tuple[_Level, ...]:
    levels = [_Level() for _ in range(_LEVELS)]
    for element in abstract.findall(f"{W}lvl"):
        at = _integer(element.get(f"{W}ilvl"), 0)
        if 0 <= at < _LEVELS:
            levels[at] = _level(element)
    return tuple(levels)


def _level(element: etree._Element) -> _Level:
    restart = _value(element, "lvlRestart")
    legal = element.find(f"{W}isLgl")
    return _Level(
        format=_format(element),
        words=(_value(element, "lvlText") or "")[:_LONGEST],
        start=_integer(_value(element, "start"), 0 if element.find(f"{W}start") is None else 1),
        suffix="" if _value(element, "suff") == "nothing" else " ",
        legal=legal is not None and legal.get(_VAL, "1") not in ("0", "false", "off"),
        restart=None if restart is None else _integer(restart, 0),
        style=_value(element, "pStyle"),
    )


def _format(element: etree._Element) -> str:
    """The number format, also where newer Word keeps it in an AlternateContent."""
    found = element.find(f"{W}numFmt")
    if found is None:
        found = element.find(f".//{W}numFmt")
    return "decimal" if found is None else found.get(_VAL, "decimal")


def _value(element: etree._Element, name: str) -> str | None:
    found = element.find(f"{W}{name}")
    return None if found is None else found.get(_VAL)


def _integer(words: str | None, otherwise: int) -> int:
    try:
        return min(max(int(words or ""), 0), _MOST)
    except ValueError:
        return otherwise


def _filled(levels: tuple[_Level, ...], counters: list[int | None], level: int) -> str:
    """The pattern of a level (“%1.%2”) with its numbers; a level not yet used shows its start."""

    def value(mark: re.Match[str]) -> str:
        at = int(mark[1]) - 1
        count = counters[at]
        return formatted(
            levels[at].start if count is None else count, "decimal" if levels[level].legal else levels[at].format
        )

    return _MARK.sub(value, levels[level].words)


def bullet_mark(words: str) -> str:
    """A mark that means the same in any font: Word's are often letters of a symbol font."""
    mark = words.strip()
    private = any("\ue000" <= c <= "\uf8ff" for c in mark)
    return "•" if not mark or private or mark.isalnum() else mark


def formatted(value: int, number_format: str) -> str:
    """A counter in one of Word's number formats; formats not known here are written as digits."""
    if number_format in ("none", "bullet"):
        return ""
    if value < 1:
        return str(value)
    if number_format in _COUNTING:
        return chinese(value)
    match number_format:
        case "decimalZero":
            return f"{value:02d}"
        case "lowerLetter":
            return _letters(value).lower()
        case "upperLetter":
            return _letters(value)
        case "lowerRoman":
            return _roman(value).lower()
        case "upperRoman":
            return _roman(value)
        case "japaneseCounting":
            return _japanese(value)
        case "chineseLegalSimplified":
            return chinese(value, _LEGAL_SIMPLIFIED, "拾佰仟", bare_ten=False)
        case "ideographLegalTraditional":
            return chinese(value, _LEGAL_TRADITIONAL, "拾佰仟", bare_ten=False)
        case "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital":
            return "".join("〇一二三四五六七八九"[int(d)] for d in str(value))
        case "ideographTraditional":
            return _STEMS[value - 1] if value <= len(_STEMS) else str(value)
        case "ideographZodiac":
            return _BRANCHES[value - 1] if value <= len(_BRANCHES) else str(value)
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese":
            return chr(0x2460 + value - 1) if value <= 20 else str(value)
        case "decimalEnclosedParen":
            return chr(0x2474 + value - 1) if value <= 20 else f"({value})"
        case "decimalEnclosedFullstop":
            return chr(0x2488 + value - 1) if value <= 20 else f"{value}."
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(0xFF10 + int(d)) for d in str(value))
        case "ordinal":
            return f"{value}{_ordinal_end(value)}"
        case "numberInDash":
            return f"- {value} -"
        case _:
            return str(value)


def chinese(value: int, digits: str = _DIGITS, units: str = "十百千", *, bare_ten: bool = True) -> str:
    """A number as Chinese counts: 十二, 一百零五, 一百一十, 一万零二十. `bare_ten`: 十二, not 一十二."""
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        gap = digits[0] if 0 < low < 1_000 else ""
        return chinese(high, digits, units) + "万" + gap + (chinese(low, digits, units, bare_ten=False) if low else "")
    words = ""
    gap = ""
    for place, digit in zip(range(len(str(value)) - 1, -1, -1), str(value), strict=True):
        if digit == "0":
            gap = digits[0] if words else ""
            continue
        words += gap + digits[int(digit)] + (units[place - 1] if place else "")
        gap = ""
    if bare_ten and 10 <= value < 20:
        words = words[1:]
    return words


def _japanese(value: int) -> str:
    """As Chinese, without zeros and without a one before ten, hundred and thousand."""
    if value >= 10_000:
        return str(value)
    words = ""
    for place, digit in zip(range(len(str(value)) - 1, -1, -1), str(value), strict=True):
        if digit != "0":
            words += ("" if place and digit == "1" else _DIGITS[int(digit)]) + ("", "十", "百", "千")[place]
    return words


def _letters(value: int) -> str:
    """A .. Z, AA, BB .. as Word counts, not as spreadsheets do."""
    repeat, at = divmod(value - 1, 26)
    return chr(ord("A") + at) * min(repeat + 1, 30)


def _roman(value: int) -> str:
    if value >= 32_768:
        return str(value)
    words = ""
    for size, sign in _ROMAN + _ROMAN_LOW:
        count, value = divmod(value, size)
        words += sign * count
    return words


def _ordinal_end(value: int) -> str:
    if value % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
