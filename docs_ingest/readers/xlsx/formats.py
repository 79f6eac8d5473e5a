"""Number formats: a stored number as its cell shows it (ECMA-376 part 1, 18.8.31).

    `#,##0.00_);(#,##0.00)` and -1234.5  ->  (1,234.50)
    `0!.0,"万"` and 123456               ->  12.3万
    `yyyy"年"m"月"` and 45605             ->  2024年11月

A code has up to four sections: for numbers above zero, below zero, zero, and
text. It is taken apart once; what a number looks like is then a walk along the
parts of its section. Digits beyond the fifteenth are not shown, as in Excel,
except of whole numbers, which keep all that are stored.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from docs_ingest.readers.docx.numbering import chinese
from docs_ingest.readers.xlsx.dates import DIGITS, Look, as_shown, is_time, minutes_marked

_LONGEST_CODE = 300  # characters; Excel takes 255
_MOST_DECIMALS = 30
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
_MOST_DIGITS = 21  # of a whole number written out
_UNITS = tuple(Decimal(1).scaleb(-n) for n in range(_MOST_DECIMALS + 1))
_PLAIN = re.compile(r"l*(?:#+0?|0)(?:\.d+)?l*")
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|[\\!](?P<escaped>.)"
    r"|_(?P<blank>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<general>general|G/通用格式)"
    r"|(?P<half>am/pm|a/p|上午/下午)"
    r"|(?P<exponent>e[+-])"
    r"|(?P<clock>y+|m+|d+|h+|s+(?:\.0{1,3})?|e+|aaaa?)"
    r"|(?P<era>g+)"
    r"|(?P<digit>[0#?])"
    r"|(?P<sign>[.,%@/;])"
    r"|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,20}(?:\.\d{1,20})?)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_NUMERALS = re.compile(r"dbnum([123])", re.IGNORECASE)
_CHINESE_PLACES = ("804", "404", "C04", "1004", "1404", "ZH-CN", "ZH-TW", "ZH-HK", "ZH-SG", "ZH-MO")
_SYSTEM = {"F800": "yyyy-mm-dd", "F400": "hh:mm:ss"}  # as the reader's computer likes it: as ISO 8601 does
_LEGAL = ("零壹贰叁肆伍陆柒捌玖", "拾佰仟")
_COUNTING = ("〇一二三四五六七八九", "十百千")
_DOLLARS = '"$"#,##0{0};("$"#,##0{0})'
_BUILT_IN = f"""
    1 0
    2 0.00
    3 #,##0
    4 #,##0.00
    5 {_DOLLARS.format("")}
    6 {_DOLLARS.format("")}
    7 {_DOLLARS.format(".00")}
    8 {_DOLLARS.format(".00")}
    9 0%
    10 0.00%
    11 0.00E+00
    12 # ?/?
    13 # ??/??
    14 yyyy-mm-dd
    15 d-mmm-yy
    16 d-mmm
    17 mmm-yy
    18 h:mm AM/PM
    19 h:mm:ss AM/PM
    20 h:mm
    21 h:mm:ss
    22 yyyy-mm-dd h:mm
    27 yyyy"年"m"月"
    28 m"月"d"日"
    29 m"月"d"日"
    30 m-d-yy
    31 yyyy"年"m"月"d"日"
    32 h"时"mm"分"
    33 h"时"mm"分"ss"秒"
    34 上午/下午h"时"mm"分"
    35 上午/下午h"时"mm"分"ss"秒"
    36 yyyy"年"m"月"
    37 #,##0;(#,##0)
    38 #,##0;(#,##0)
    39 #,##0.00;(#,##0.00)
    40 #,##0.00;(#,##0.00)
    41 #,##0;(#,##0);"-"
    42 {_DOLLARS.format("")};"-"
    43 #,##0.00;(#,##0.00);"-"
    44 {_DOLLARS.format(".00")};"-"
    45 mm:ss
    46 [h]:mm:ss
    47 mm:ss.0
    48 ##0.0E+0
    49 @
    50 yyyy"年"m"月"
    51 m"月"d"日"
    52 yyyy"年"m"月"
    53 m"月"d"日"
    54 m"月"d"日"
    55 上午/下午h"时"mm"分"
    56 上午/下午h"时"mm"分"ss"秒"
    57 yyyy"年"m"月"
    58 m"月"d"日"
"""
BUILT_IN = {  # what files name by number only; 14 and 22 follow the reader's computer: ISO 8601 here
    int(number): code for number, _, code in (line.strip().partition(" ") for line in _BUILT_IN.split("\n") if line)
}

Part = tuple[str, str]  # (kind, words): ("whole", "0"), ("literal", "元"), ("clock", "yyyy")


@dataclass(frozen=True, slots=True)
class _Section:
    parts: tuple[Part, ...] = ()
    condition: tuple[str, Decimal] | None = None
    numerals: int = 0  # 1: 一二三, 2: 壹贰叁, 3: full width
    chinese: bool = False  # names of months and days
    decimals: int = 0
    shift: int = 0  # the number is shown times ten to this power
    grouped: bool = False  # 1,234
    dated: bool = False  # for dates and times
    wordy: bool = False  # for text
    plain: tuple[str, str, str] | None = None  # before the digits, the least of them before the point, after them


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A format code, taken apart."""

    sections: tuple[_Section, ...] = ()  # none: General
    numeric: tuple[_Section, ...] = ()  # of these, the ones for numbers

    @property
    def dated(self) -> bool:
        """Whether numbers are shown as dates or times."""
        return bool(self.sections) and self.sections[0].dated

    def number(self, value: Decimal, from_1904: bool = False) -> str:
        """A number as it is shown; "" where the format shows nothing."""
        chosen = self._chosen(value)
        if chosen is None:
            return general(value)
        section, signed = chosen
        if section.dated:
            shown = as_shown(section.parts, value, Look(section.numerals, section.chinese, from_1904))
            return general(value) if shown is None else shown.strip()
        minus = "-" if value < 0 and signed else ""
        return (minus + _drawn(section, abs(value)).strip()).strip()

    def text(self, words: str) -> str:
        """Words as they are shown."""
        holds = next((s for s in self.sections if s.wordy), None)
        if len(self.sections) == 4:
            holds = self.sections[3]
        if holds is None:
            return words
        shown = "".join(words if kind == "text" else said for kind, said in holds.parts if kind in ("text", "literal"))
        return shown.strip()

    def _chosen(self, value: Decimal) -> tuple[_Section, bool] | None:
        """The section for a number and whether it needs a minus sign; None for General."""
        numeric = self.numeric
        if not numeric:
            return None
        if any(s.condition for s in numeric):
            return _by_condition(numeric, value)
        if len(numeric) == 1 or value > 0 or (value == 0 and len(numeric) == 2):
            return numeric[0], True
        return (numeric[1], False) if value < 0 else (numeric[2], False)


GENERAL = NumberFormat()


def _by_condition(sections: Sequence[_Section], value: Decimal) -> tuple[_Section, bool]:
    for i, section in enumerate(sections[:2]):
        if section.condition is not None:
            sign, limit = section.condition
            if _holds(sign, value, limit):
                return section, not (sign.startswith("<") and sign != "<>" and limit <= 0)
        elif i == 1 and len(sections) > 2 and value < 0:
            return section, False
    return sections[-1], True


def _holds(sign: str, value: Decimal, limit: Decimal) -> bool:
    match sign:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
        case "=":
            return value == limit
    return value != limit


@lru_cache(maxsize=4096)
def number_format(code: str) -> NumberFormat:
    """The format a code describes; General where it is empty, says so or is longer than any program writes."""
    if len(code) > _LONGEST_CODE or code.strip().lower() in ("", "general", "g/通用格式"):
        return GENERAL
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token.lastgroup == "sign" and token[0] == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    made = tuple(_section(tokens) for tokens in sections[:4])
    return NumberFormat(made, tuple(s for s in made[:3] if not s.wordy))


def _section(tokens: Sequence[re.Match[str]]) -> _Section:
    parts: list[Part] = []
    section = _Section()
    for token in tokens:
        group = token.lastgroup or ""
        if group == "bracket":
            section = _bracketed(section, token[group], parts)
        elif group in ("quoted", "escaped", "literal"):
            parts.append(("literal", token[group]))
        elif group == "blank":
            parts.append(("literal", " "))
        elif group in ("digit", "sign", "general", "half", "exponent", "clock"):
            parts.append((group, token[group]))
    if is_time(parts):
        return replace(section, parts=minutes_marked(parts), dated=True)
    return _numbered(section, parts)


def _bracketed(section: _Section, words: str, parts: list[Part]) -> _Section:
    """What [brackets] say: a condition, elapsed time, a currency and its place, Chinese numerals; no colours."""
    if condition := _CONDITION.fullmatch(words.strip()):
        return replace(section, condition=(condition[1], Decimal(condition[2])))
    if _ELAPSED.fullmatch(words):
        parts.append(("elapsed", words.lower()))
    elif numerals := _NUMERALS.fullmatch(words):
        return replace(section, numerals=int(numerals[1]))
    elif words.startswith("$"):
        sign, _, place = words[1:].partition("-")
        parts.append(("literal", sign))
        place = place.split(",")[0].upper()
        if place in _SYSTEM:
            parts.append(("system", _SYSTEM[place]))
        return replace(section, chinese=section.chinese or place[-5:].lstrip("0") in _CHINESE_PLACES)
    return section


def _numbered(section: _Section, parts: Sequence[Part]) -> _Section:
    """A section for numbers: which digits stand before and after the point, what is scaled, what is grouped."""
    digits = [i for i, (kind, _) in enumerate(parts) if kind == "digit"]
    last = digits[-1] if digits else -1
    point = next((i for i, part in enumerate(parts) if part == ("sign", ".") and i <= last + 1), len(parts))
    power = next((i for i, (kind, _) in enumerate(parts) if kind == "exponent"), len(parts))
    before = max((i for i in digits if i < min(point, power)), default=-1)
    made: list[Part] = []
    shift, grouped, decimals = 0, False, 0
    for i, (kind, words) in enumerate(parts):
        if (kind, words) == ("sign", ","):
            scaling = i > last or before < i < point
            shift -= 3 if scaling and digits else 0
            grouped = grouped or not scaling
        elif kind == "digit" and i > power:
            made.append(("power", words))
        elif kind == "digit":
            decimals += i > point
            made.append(("decimal" if i > point else "whole", words))
        elif kind == "sign":
            shift += 2 if words == "%" else 0
            made.append(({".": "point", "@": "text", "/": "slash"}.get(words, "literal"), words))
        else:
            made.append((kind, words))
    section = replace(section, parts=tuple(made), decimals=min(decimals, _MOST_DECIMALS), shift=shift, grouped=grouped)
    wordy = any(kind == "text" for kind, _ in made)
    return replace(section, wordy=wordy, plain=None if section.numerals else _plain_parts(made))


def _plain_parts(parts: Sequence[Part]) -> tuple[str, str, str] | None:
    """What stands around the digits where they need no place of their own: `¥#,##0.00` and its like; else None."""
    shapes = "".join(
        {"literal": "l", "point": ".", "decimal": "d"}.get(k, w if k == "whole" else "x") for k, w in parts
    )
    zeros = all(words == "0" for kind, words in parts if kind == "decimal")
    if not zeros or not _PLAIN.fullmatch(shapes):
        return None
    digits = [i for i, (kind, _) in enumerate(parts) if kind != "literal"]
    before = "".join(words for _, words in parts[: digits[0]])
    after = "".join(words for _, words in parts[digits[-1] + 1 :])
    return before, "0" if "0" in shapes else "", after


def _drawn(section: _Section, value: Decimal) -> str:
    if section.plain is not None:
        before, least, after = section.plain
        rounded = value.scaleb(section.shift, _WIDE).quantize(_UNITS[section.decimals], context=_WIDE)
        digits = f"{rounded:,f}" if section.grouped else f"{rounded:f}"
        return before + (digits if least or not digits.startswith("0") else digits[1:]) + after
    kinds = [kind for kind, _ in section.parts]
    if "slash" in kinds and (fraction := _fraction(section, value)) is not None:
        return fraction
    if "exponent" in kinds:
        return _scientific(section, value)
    scaled = value.scaleb(section.shift, _WIDE)
    rounded = scaled.quantize(Decimal(1).scaleb(-section.decimals), context=_WIDE)
    whole, _, decimals = f"{rounded:f}".partition(".")
    return _laid_out(section, whole.lstrip("0"), decimals, scaled)


def _laid_out(section: _Section, whole: str, decimals: str, value: Decimal) -> str:
    """The parts in order, digits put where their places are."""
    places = sum(kind == "whole" for kind, _ in section.parts)
    shown: list[str] = []
    place, after = places, 0
    for kind, words in section.parts:
        if kind == "whole":
            place -= 1
            first = place == places - 1
            shown.append(_in_numerals(_digits_at(whole, place, first, words, section.grouped), section.numerals))
        elif kind == "decimal" and after < len(decimals):
            digit = decimals[after]
            if not decimals[after:].strip("0") and words != "0":
                digit = " " if words == "?" else ""
            shown.append(_in_numerals(digit, section.numerals))
            after += 1
        elif kind == "general":
            shown.append(_counted(value, section.numerals))
        elif kind in ("literal", "point", "slash"):
            shown.append(words)
    return "".join(shown)


def _digits_at(whole: str, place: int, first: bool, words: str, grouped: bool) -> str:
    """The digit of one place (0 is the last before the point); the first place takes all that stand before it."""
    at = len(whole) - 1 - place
    digits = whole[: at + 1] if first else whole[at : at + 1]
    if at < 0:
        digits = {"0": "0", "?": " "}.get(words, "")
    if not grouped or not digits.strip():
        return digits
    return "".join(d + ("," if p % 3 == 0 and p else "") for d, p in zip(digits, _falling(place, digits), strict=True))


def _falling(place: int, digits: str) -> range:
    return range(place + len(digits) - 1, place - 1, -1)


def _scientific(section: _Section, value: Decimal) -> str:
    """1.23E+04: the exponent goes in steps of as many places as stand before the point."""
    step = max(sum(kind == "whole" for kind, _ in section.parts), 1)
    power = 0 if value == 0 else value.adjusted() // step * step
    unit = Decimal(1).scaleb(-section.decimals)
    mantissa = value.scaleb(-power, _WIDE).quantize(unit, context=_WIDE)
    if mantissa >= 10**step:
        power += step
        mantissa = value.scaleb(-power, _WIDE).quantize(unit, context=_WIDE)
    sign = next(words for kind, words in section.parts if kind == "exponent")[1]
    width = sum(kind == "power" for kind, _ in section.parts)
    shown_sign = "-" if power < 0 else "+" if sign == "+" else ""
    parts = [p for p in section.parts if p[0] not in ("power", "exponent")]
    at = next(i for i, (kind, _) in enumerate(section.parts) if kind == "exponent")
    parts.insert(at, ("literal", f"E{shown_sign}{abs(power):0{max(width, 1)}d}"))
    whole, _, decimals = f"{mantissa:f}".partition(".")
    return _laid_out(replace(section, parts=tuple(parts), grouped=False), whole.lstrip("0"), decimals, mantissa)


def _fraction(section: _Section, value: Decimal) -> str | None:
    """`# ?/?` and `# ?/8`: the nearest fraction; None where the slash stands between other things."""
    parts = section.parts
    slash = next(i for i, (kind, _) in enumerate(parts) if kind == "slash")
    top = slash
    while top > 0 and parts[top - 1][0] == "whole":
        top -= 1
    bottom = slash + 1
    while bottom < len(parts) and (parts[bottom][0] == "whole" or parts[bottom][1].isdecimal()):
        bottom += 1
    below = "".join(words for _, words in parts[slash + 1 : bottom])
    if top == slash or not below:
        return None
    mixed = any(kind == "whole" for kind, _ in parts[:top])
    whole = int(value) if mixed else 0
    rest = Fraction(value) - whole
    if below.strip("0#?"):
        fixed = max(int(re.sub(r"\D", "0", below)[:6]), 1)
        above = round(rest * fixed)
    else:
        near = rest.limit_denominator(10 ** min(len(below), 6) - 1)
        above, fixed = near.numerator, near.denominator
    if mixed and above == fixed:
        whole, above = whole + 1, 0
    words = f"{above}/{fixed}" if above or not mixed else ""
    lead = "".join(words for kind, words in parts[:top] if kind == "literal").rstrip()
    tail = "".join(words for kind, words in parts[bottom:] if kind == "literal")
    number = f"{whole} {words}" if whole and words else words or str(whole)
    return f"{lead}{number}{tail}"


def _in_numerals(digits: str, numerals: int) -> str:
    return digits.translate(DIGITS[numerals]) if numerals else digits


def _counted(value: Decimal, numerals: int) -> str:
    """A number in General, with Chinese numerals as it is spoken: 一千二百三十四, 壹仟贰佰叁拾肆."""
    words = general(value)
    whole, point, decimals = words.partition(".")
    if numerals not in (1, 2) or not whole.isdecimal() or len(whole) > 15:
        return _in_numerals(words, numerals)
    digits, units = _LEGAL if numerals == 2 else _COUNTING
    high, low = divmod(int(whole), 10**8)
    said = chinese(high, digits, units) + "亿" if high else ""
    said += digits[0] if high and 0 < low < 10**7 else ""
    said += chinese(low, digits, units, bare_ten=numerals == 1 and not high) if low else ""
    return (said or digits[0]) + point + _in_numerals(decimals, numerals)


def general(value: Decimal) -> str:
    """A number without a format: at most eleven characters for what is not whole, as in Excel."""
    size = value.adjusted() if value else 0
    if value == value.to_integral_value(context=_WIDE) and size < _MOST_DIGITS:
        return f"{value.quantize(Decimal(1), context=_WIDE):f}".replace("-0", "0") if not value else _plain(value, 0)
    if -5 < size < _MOST_DIGITS:
        return _plain(value, max(9 - max(size, 0), 0))
    short = _plain(value, 9)
    if size < 0 and Decimal(short) == value:
        return short
    mantissa, _, power = f"{float(value):.5E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{power}"


def _plain(value: Decimal, decimals: int) -> str:
    words = f"{value.quantize(Decimal(1).scaleb(-decimals), context=_WIDE):f}"
    return words.rstrip("0").rstrip(".") if decimals else words
