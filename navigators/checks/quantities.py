"""Numbers, amounts, dates and labels of a text, in both languages, as comparable values.

百分之五 is 5 %, 5万元 and 伍万元 are 50,000 yuan, “thirty-one days” is 31 days,
半年 is six months, 2024年3月5日 is 5 March 2024, (1,234) in a table is -1,234.
Each is read once: what has been read as a date is not read again as three numbers.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Kind = Literal["number", "percent", "date", "label"]


@dataclass(frozen=True, slots=True)
class Quantity:
    kind: Kind
    value: Fraction | tuple[int | None, int | None, int | None] | str  # date: year, month, day
    unit: str  # "", "day", "workday", "year", "CNY", ...
    text: str  # as printed (width folded)
    either: bool = False  # (5.2%) in brackets: below zero in a table, not in a sentence
    counted: bool = True  # False: a bare numeral word that may be no number at all


_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_FORMAL = str.maketrans("壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億圆圓", "一二二三三四五六六七八九十百千万亿元元")
_HAN = "零〇○一二三四五六七八九十百千万亿两"
_EN_ONES: dict[str, int] = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
_EN_TENS: dict[str, int] = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_EN_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_EN_WORD = "|".join(sorted([*_EN_ONES, *_EN_TENS, *_EN_SCALES], key=len, reverse=True))
_FRACTIONS = {"half": Fraction(1, 2), "third": Fraction(1, 3), "quarter": Fraction(1, 4), "fifth": Fraction(1, 5)}
_MONTHS: dict[str, int] = {
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}
_MONTHS |= {m[:3]: i for m, i in list(_MONTHS.items())} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))

UNITS: dict[str, str] = {
    **dict.fromkeys(["business day", "working day", "business days", "working days", "工作日", "个工作日"], "workday"),
    **dict.fromkeys(["calendar day", "calendar days", "day", "days", "日", "天", "个自然日", "自然日"], "day"),
    **dict.fromkeys(["week", "weeks", "周", "星期", "个星期"], "week"),
    **dict.fromkeys(["month", "months", "个月", "月"], "month"),
    **dict.fromkeys(["year", "years", "年", "周年"], "year"),
    **dict.fromkeys(["hour", "hours", "小时", "个小时"], "hour"),
    **dict.fromkeys(["minute", "minutes", "分钟"], "minute"),
    **dict.fromkeys(["元", "元人民币", "yuan", "rmb", "cny"], "CNY"),
    **dict.fromkeys(["美元", "dollar", "dollars", "usd"], "USD"),
    **dict.fromkeys(["欧元", "euro", "euros", "eur"], "EUR"),
    **dict.fromkeys(["港元", "港币", "hkd"], "HKD"),
    **dict.fromkeys(["人", "名", "位", "person", "persons", "people", "members"], "person"),
    **dict.fromkeys(["岁", "周岁", "years old", "years of age"], "age"),
    **dict.fromkeys(["次", "times"], "time"),
    **dict.fromkeys(["倍"], "fold"),
    **dict.fromkeys(["kg", "kilogram", "kilograms", "公斤", "千克"], "kg"),
    **dict.fromkeys(["g", "gram", "grams", "克"], "g"),
    **dict.fromkeys(["mg", "毫克"], "mg"),
    **dict.fromkeys(["ton", "tons", "tonne", "tonnes", "吨"], "t"),
    **dict.fromkeys(["km", "kilometre", "kilometres", "kilometer", "kilometers", "公里", "千米"], "km"),
    **dict.fromkeys(["metre", "metres", "meter", "meters", "米", "公尺"], "m"),
    **dict.fromkeys(["cm", "厘米", "公分"], "cm"),
    **dict.fromkeys(["mm", "毫米"], "mm"),
    **dict.fromkeys(["ml", "毫升"], "ml"),
    **dict.fromkeys(["mile", "miles", "英里"], "mile"),
    **dict.fromkeys(["foot", "feet", "英尺"], "foot"),
    **dict.fromkeys(["pound", "pounds", "磅"], "pound"),
    **dict.fromkeys(["平方米", "square metres", "square meters"], "m2"),
    **dict.fromkeys(["second", "seconds", "秒"], "second"),
    **dict.fromkeys(["bp", "bps", "basis point", "basis points", "个基点", "基点"], "bp"),
    **dict.fromkeys(["个", "项", "条", "种", "家", "份", "件", "笔", "级", "分", "款", "户"], ""),
}
_FORMAL_DIGIT = "壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億零万亿"
_FORMAL_RUN = re.compile(
    rf"(?<![{_FORMAL_DIGIT}])"
    rf"(?:[{_FORMAL_DIGIT}]++[元圆圓]|(?=[壹贰貳叁參肆伍陆陸柒捌玖零]++[拾佰仟萬億万亿])[{_FORMAL_DIGIT}]+)"
)
_HAN_DAY = re.compile(
    "(十[一二]?|[一二三四五六七八九])月(三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
)
_UNIT = "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))
_BEFORE = {"$": "USD", "us$": "USD", "usd": "USD", "¥": "CNY", "rmb": "CNY", "cny": "CNY", "人民币": "CNY"}
_BEFORE |= {"€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "hk$": "HKD", "hkd": "HKD"}
_CURRENCY = "|".join(re.escape(c) for c in sorted(_BEFORE, key=len, reverse=True))
_SHORT_SCALES = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}  # only after a currency: $5m
_ORDINALS = ("st", "nd", "rd", "th")
_LOSS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)\s?%?\)"  # (1,234) and (5.2)% in a table are below zero
_END = r"(?!(?<=[a-z])[a-z\d])"  # of a word in Latin letters
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALES = {
    **_EN_SCALES,
    "万亿": 10**12,
    "千亿": 10**11,
    "百亿": 10**10,
    "十亿": 10**9,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "千": 10**3,
    "百": 10**2,
    "bn": 10**9,
    "mn": 10**6,
}
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_SIGN = (
    rf"(?:(?<![\w)%])(?<!\d\s)(?P<minus>[-\u2212](?=[\d$¥€£])))?(?P<before>{_CURRENCY})?\s?"
    rf"(?:\(\s?(?P<loss>(?={_LOSS})))?(?<![\d.])"
)
_LABEL_WORD = (
    r"articles?|sections?|parts?|chapters?|clauses?|paragraphs?|schedules?|annex(?:es)?|appendix|notes?|items?|rules?|"
    r"tables?|figures?|exhibits?|regulation|form|§{1,2}"
)


def quantities(text: str) -> list[Quantity]:
    """Every number, date, percentage and label of a text."""
    text = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    text = _BRACKETED.sub(r"\1 ", _TWICE.sub(_once, text))
    text = _FORMAL_RUN.sub(lambda m: m.group().translate(_FORMAL), text)
    text = _HAN_DAY.sub(lambda m: f"{han_value(m[1])}月{han_value(m[2])}日", text)
    text = re.sub(rf"[{_HAN[:12]}]{{4}}(?=年)", lambda m: "".join(str(_HAN_DIGITS[c]) for c in m.group()), text)
    found: list[Quantity] = []
    for pattern, make in _READERS:
        text, made = _taken(text, pattern, make)
        found += made
    return found


def _once(match: re.Match[str]) -> str:
    """thirty (30) days, 三十（30）日 -> 30 days, 30日; two numbers that differ are left as they are."""
    word, figure = match["word"] or match["then"], match["figure"] or match["first"]
    value = han_value(word) if all(c in _HAN for c in word) else english_value(word)
    return f"{figure} " if value is not None and Fraction(value) == _any_value(figure) else match.group()


_LONGEST = 120  # characters of a number that is worked out; a longer one is compared as printed
_Make = Callable[[re.Match[str]], Quantity | None]


def _taken(text: str, pattern: re.Pattern[str], make: _Make) -> tuple[str, list[Quantity]]:
    """What a pattern reads, and the text with a bar where it stood."""
    made: list[Quantity] = []

    def take(match: re.Match[str]) -> str:
        printed = match.group()
        quantity = make(match) if len(printed) <= _LONGEST else Quantity("number", printed.strip(), "", printed)
        if quantity is None:
            return match.group()
        made.append(quantity)
        return " | "

    return pattern.sub(take, text), made


def _label(match: re.Match[str]) -> Quantity:
    number = match["han"] or match["n"]
    if match["han"]:
        value = f"{han_value(number)}{match['unit']}"
        if match["sub"]:
            value += f"之{han_value(match['sub'])}"
        return Quantity("label", value, "", match.group())
    return Quantity("label", number.strip(" ."), "", match.group())


def _ordinal(match: re.Match[str]) -> Quantity:
    number = match["n"]
    return Quantity("label", f"第{han_value(number) if len(number) <= _LONGEST else number}", "", match.group())


def _ignored(match: re.Match[str]) -> Quantity:
    return Quantity("number", Fraction(0), "", match.group(), counted=False)


def _date_han(match: re.Match[str]) -> Quantity:
    year, month, day = (int(g) if g else None for g in (match["y"], match["m"], match["d"]))
    return Quantity("date", (year, month, day), "", match.group())


def _date_en(match: re.Match[str]) -> Quantity:
    groups = match.groupdict()
    year, day = groups.get("y"), groups.get("d")
    value = (int(year) if year else None, _MONTHS[groups["mon"].rstrip(".")], int(day) if day else None)
    return Quantity("date", value, "", match.group())


def _percent(match: re.Match[str]) -> Quantity | None:
    value = _any_value(match["a"] or match["b"])
    if value is None:
        return None
    if match["mille"]:
        value /= 10
    unit = "point" if match["points"] else "percent"
    bracketed = match["loss"] is not None and match.group().rstrip().endswith(")")
    if _below_zero(match) and not bracketed:
        value = -value
    return Quantity("percent", value, unit, match.group().strip(), bracketed)


def _fraction_han(match: re.Match[str]) -> Quantity | None:
    below, above = _any_value(match["below"]), _any_value(match["above"])
    if not below or above is None:
        return None
    return Quantity("number", above / below, "share", match.group())


def _fraction_en(match: re.Match[str]) -> Quantity:
    above = Fraction(_EN_ONES.get(match["above"] or "one", 1))
    return Quantity(
        "number", above * _FRACTIONS[match["part"].rstrip("s").replace("halve", "half")], "share", match.group()
    )


def _below_zero(match: re.Match[str]) -> bool:
    return match["minus"] is not None or match["loss"] is not None


def _figure(match: re.Match[str]) -> Quantity | None:
    value = _any_value(match["n"])
    if value is None:
        return None
    if match["scale"]:
        value *= _SCALES[match["scale"]]
    unit = _unit(match)
    glued = match["glued"] or ""
    if glued in _SHORT_SCALES and unit:
        value *= _SHORT_SCALES[glued]
    elif glued and not unit and glued not in _ORDINALS:
        unit = UNITS.get(glued, glued)
    if _below_zero(match):
        value = -value
    if not unit and not match["scale"] and value.denominator == 1 and 1900 <= value <= 2099 and len(match["n"]) == 4:
        return Quantity("date", (int(value), None, None), "", match.group())
    return Quantity("number", value, unit, match.group().strip())


def _unit(match: re.Match[str]) -> str:
    """The currency before a number, else the unit behind it; 人民币3万美元 are dollars."""
    before, behind = match["before"] or "", UNITS.get(match["unit"] or "", "")
    return behind if before == "人民币" and behind in _BEFORE.values() else _BEFORE.get(before) or behind


def _half(match: re.Match[str]) -> Quantity | None:
    number = match["n"] or match["m"]
    whole = _any_value(number) if number else Fraction(0)
    unit = UNITS[match["unit"] or match["of"]]
    return None if whole is None else Quantity("number", whole + Fraction(1, 2), unit, match.group())


def _han_number(match: re.Match[str]) -> Quantity | None:
    value = han_value(match["n"])
    if value is None:
        return None
    sure = match["unit"] is not None or len(match["n"]) > 1
    return Quantity("number", Fraction(value), _unit(match), match.group(), counted=sure)


def _en_number(match: re.Match[str]) -> Quantity | None:
    value = english_value(match["n"])
    if value is None:
        return None
    unit = UNITS.get(match["unit"] or "", "")
    return Quantity("number", Fraction(value), unit, match.group(), counted=match["unit"] is not None or value > 1)


def han_value(text: str) -> int | None:
    """The value of a Han numeral (三十一, 一百零五, 五千万, 二〇二四) or of digits."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not any(c in _SMALL or c in _LARGE for c in text):
        return int("".join(str(_HAN_DIGITS[c]) for c in text)) if all(c in _HAN_DIGITS for c in text) else None
    total, section, digit = 0, 0, 0
    for c in text:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _SMALL:
            section += (digit or 1) * _SMALL[c]
            digit = 0
        elif c in _LARGE:
            total = (total + section + digit or 1) * _LARGE[c]
            section, digit = 0, 0
        else:
            return None
    return total + section + digit


def english_value(text: str) -> int | None:
    """The value of an English numeral (“thirty-one”, “two hundred and five”)."""
    total, group = 0, 0
    for word in re.findall(r"[a-z]+", text):
        if word in _EN_ONES:
            group += _EN_ONES[word]
        elif word in _EN_TENS:
            group += _EN_TENS[word]
        elif word == "hundred":
            group = (group or 1) * 100
        elif word in _EN_SCALES:
            total += (group or 1) * _EN_SCALES[word]
            group = 0
        elif word not in ("and", "a"):
            return None
    return total + group


def _any_value(text: str) -> Fraction | None:
    text = text.strip().replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Fraction(text)
    value = han_value(text) if text and all(c in _HAN or c.isdigit() for c in text) else english_value(text)
    return None if value is None else Fraction(value)


_EN_NUMERAL = rf"(?:{_EN_WORD})(?:[\s-]{{1,3}}(?:and\s)?(?:{_EN_WORD})){{0,12}}"
_TWICE = re.compile(
    rf"(?P<word>\b{_EN_NUMERAL}|[{_HAN}]+)\s?\(\s?(?P<figure>{_FIGURE})\s?\)\s?"
    rf"|(?P<first>\b{_FIGURE})\s?\(\s?(?P<then>{_EN_NUMERAL}|[{_HAN}]+)\s?\)\s?"
)
_BRACKETED = re.compile(rf"\(?\b(\d{{1,4}})\)\s?(?=(?:{_UNIT})\b)")  # (3) months
NUMERIC = re.compile(
    rf"\d[\d.,]*|[{_HAN}第%‰$€£¥点點年月日号個个半]|{_EN_WORD}|{_MONTH}|per|cent|percent|hundred|and|usd|cny|rmb|eur|gbp|st|nd|rd|th"
)
"""A word that can be a part of a number, a date or an amount."""
_WHOLE = rf"(?<![\d{_HAN}])"  # a number begins here
_READERS: tuple[tuple[re.Pattern[str], _Make], ...] = (
    (
        re.compile(
            rf"第\s*(?P<han>[{_HAN}\d]+)\s*(?P<unit>[条章节款项编])(?:之(?P<sub>[{_HAN}\d]+))?"
            rf"|(?<![a-z])(?:{_LABEL_WORD})\s*(?P<n>\d+[a-z]?(?:[.-]\d+[a-z]?)*(?:\([a-z0-9]{{1,4}}\))*)(?![%\d])"
        ),
        _label,
    ),
    # 第三人; not the 第一 and 第二 that only count points off, which a mark or the sentence follows
    (re.compile(rf"第(?P<n>(?:[{_HAN}]++|\d++))(?![年月日天])(?=[\u4e00-\u9fff])"), _ordinal),
    (
        re.compile(
            rf"第[{_HAN}\d]+(?![年月日天])|其一|(?<!分)之一(?!百)|进一步|一(?:般|切|律|致|定|些|直|旦|并|样|同|经|次性|方|体|贯|向|起)|统一|唯一|"
            r"同一|单一|任一|每一|某一|万一|十分|千万别|百姓|三方|四舍五入|一一|"
            r"\b(?:one another|no one|any ?one|every ?one|some ?one|one of|each one|the one|one or more|one's)\b"
        ),
        _ignored,
    ),
    (
        re.compile(r"(?P<y>(?:19|20)\d\d)\s*年(?:\s*(?P<m>\d{1,2})\s*月(?:\s*(?P<d>\d{1,2})\s*[日号])?)?"),
        _date_han,
    ),
    (re.compile(r"(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"), _date_han),
    (re.compile(r"(?P<y>)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]"), _date_han),
    (
        re.compile(
            rf"(?<![\d.])(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mon>{_MONTH})\b\.?,?(?:\s+(?P<y>(?:19|20)\d\d))?"
        ),
        _date_en,
    ),
    (
        re.compile(rf"\b(?P<mon>{_MONTH})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y>(?:19|20)\d\d))?"),
        _date_en,
    ),
    (re.compile(rf"\b(?P<mon>{_MONTH})\b\.?,?\s+(?P<y>(?:19|20)\d\d)"), _date_en),
    (
        re.compile(
            rf"百分之(?P<a>{_FIGURE}|[{_HAN}]+)|"
            rf"{_SIGN}(?P<b>{_FIGURE}|{_EN_NUMERAL}|(?<![{_HAN}])[{_HAN}]+(?=[%‰]|[个個]百分[点點]))\)?\s*"
            r"(?:%(?(loss)\)?)|(?P<mille>‰)|per\s?cent\b|pct\b|(?P<points>[个個]百分[点點]|percentage points?))"
        ),
        _percent,
    ),
    (
        re.compile(
            rf"(?:{_WHOLE}(?P<n>[{_HAN}]+|\d+))?个?半个?(?P<unit>年|月|天|日|小时)|{_WHOLE}(?P<m>[{_HAN}]+|\d+)(?P<of>年|天|小时|个月)半"
        ),
        _half,
    ),
    (re.compile("一半|半数"), lambda match: Quantity("number", Fraction(1, 2), "share", match.group())),
    (re.compile(rf"{_WHOLE}(?P<below>[{_HAN}]+|\d+)分之(?P<above>[{_HAN}]+|\d+)"), _fraction_han),
    (
        re.compile(
            r"\b(?:(?P<above>one|two|three|four)[\s-]+|a\s+)?(?P<part>hal(?:f|ves)|thirds?|quarters?|fifths?)\b"
        ),
        _fraction_en,
    ),
    (
        re.compile(
            rf"{_SIGN}(?P<n>{_FIGURE})(?(loss)\s?\))(?:\s*-?(?P<scale>{_SCALE}){_END})?"
            rf"(?:\s*-?(?!(?:usd|cny|rmb|eur|hkd)\s?\d)(?P<unit>{_UNIT}){_END}|(?P<glued>[a-z]+))?"
        ),
        _figure,
    ),
    (re.compile(rf"(?P<before>人民币)?(?P<n>[{_HAN}]+)(?P<unit>{_UNIT})?"), _han_number),
    (re.compile(rf"\b(?P<n>{_EN_NUMERAL})\b(?:[\s-]+(?P<unit>{_UNIT})\b)?"), _en_number),
)


def counted(found: list[Quantity]) -> Iterator[Quantity]:
    """Those that surely state a quantity."""
    return (q for q in found if q.counted)


def agrees(wanted: Quantity, there: Quantity) -> bool:
    """Whether a quantity of a claim is the same as one of the cited text."""
    if wanted.kind == "label":
        return there.kind == "label" and there.value == wanted.value
    if wanted.kind == "date":
        return _same_date(wanted, there)
    if there.kind == "label" or there.kind == "date":
        return False
    if "percent" in (wanted.kind, there.kind) and wanted.kind != there.kind:
        return _share(wanted) is not None and _share(wanted) == _share(there)
    if wanted.kind == "percent":
        values = {there.value, negative(there).value} if there.either or wanted.either else {there.value}
        return wanted.value in values and wanted.unit == there.unit
    if wanted.unit and not there.unit and not there.counted:
        return False  # the (四) that only counts points off is no 4个月
    if wanted.unit and there.unit and wanted.unit != there.unit:
        return _measure(wanted) == _measure(there)
    return wanted.value == there.value


def _share(quantity: Quantity) -> Fraction | None:
    """A half as 50 %: of what is a percentage or a fraction in words."""
    if not isinstance(quantity.value, Fraction):
        return None
    return {"percent": quantity.value / 100, "share": quantity.value}.get(quantity.unit)


_BASE = {"year": ("month", 12), "kg": ("g", 1000), "km": ("m", 1000)}


def _measure(quantity: Quantity) -> tuple[str, Fraction]:
    """Unit and value, of units that are fixed multiples of another in that other one."""
    unit, times = _BASE.get(quantity.unit, (quantity.unit, 1))
    return unit, quantity.value * times if isinstance(quantity.value, Fraction) else Fraction(-1)


def negative(quantity: Quantity) -> Quantity:
    """A fall by 5 % is -5 %."""
    return replace(quantity, value=-quantity.value) if isinstance(quantity.value, Fraction) else quantity


def _same_date(wanted: Quantity, there: Quantity) -> bool:
    """Everything the claim's date says, the other says too."""
    if not isinstance(wanted.value, tuple):
        return False
    if isinstance(there.value, tuple):
        return all(w is None or w == t for w, t in zip(wanted.value, there.value, strict=True))
    year, month, day = wanted.value
    return month is None and day is None and there.kind == "number" and there.value == year
