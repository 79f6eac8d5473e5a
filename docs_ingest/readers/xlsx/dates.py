"""Dates and times of spreadsheets: days since 1900 or 1904 as a format code shows them.

The 1900 system counts 29 February 1900, a day that never was (ECMA-376 part 1,
18.17.4.1), and calls the day before its first `1900-01-00`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from docs_ingest.readers.docx.numbering import chinese

_LAST_DAY = 2_958_465  # 9999-12-31
_SECONDS = 86_400
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAYS_ZH = "日一二三四五六"
DIGITS = {  # by the number behind DBNum
    1: str.maketrans("0123456789", "〇一二三四五六七八九"),
    2: str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖"),
    3: str.maketrans("0123456789", "０１２３４５６７８９"),
}
_UNITS = {1: ("〇一二三四五六七八九", "十百千"), 2: ("零壹贰叁肆伍陆柒捌玖", "拾佰仟")}
_TIMES = frozenset({"clock", "elapsed", "half", "system"})

Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How a date is written, beyond the parts of its format."""

    numerals: int  # 0: 1 2 3, 1: 一二三, 2: 壹贰叁, 3: full width
    chinese: bool  # names of months and days
    from_1904: bool


@dataclass(frozen=True, slots=True)
class _Moment:
    year: int
    month: int
    day: int
    weekday: int  # 0 is Sunday
    seconds: int  # of the day
    ticks: int  # below a second, in thousandths
    elapsed: int  # seconds since the beginning of all days


def is_time(parts: Sequence[Part]) -> bool:
    return any(kind in _TIMES for kind, _ in parts)


def minutes_marked(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts, with every m that stands after hours or before seconds told from months."""
    system = next((words for kind, words in parts if kind == "system"), None)
    if system is not None:
        parts = [("clock", w) if w[0] in "ymdhs" else ("literal", w) for w in _split(system)]
    made: list[Part] = []
    clocks = [i for i, (kind, _) in enumerate(parts) if kind in ("clock", "elapsed")]
    for i, (kind, words) in enumerate(parts):
        words = words.lower() if kind == "clock" else words
        if kind == "clock" and words in ("m", "mm"):
            at = clocks.index(i)
            before = parts[clocks[at - 1]][1][:1].lower() if at else ""
            after = parts[clocks[at + 1]][1][:1].lower() if at + 1 < len(clocks) else ""
            kind = "minute" if before == "h" or after == "s" else kind
        made.append((kind, words))
    return tuple(made)


def _split(code: str) -> list[str]:
    return code.replace("-", " - ").replace(":", " : ").split()


def as_shown(parts: Sequence[Part], value: Decimal, look: Look) -> str | None:
    """A day number in these parts; None for numbers that are no day of the calendar."""
    elapsed = any(kind == "elapsed" for kind, _ in parts)
    decimals = max((len(words.partition(".")[2]) for kind, words in parts if kind == "clock"), default=0)
    moment = _moment(abs(value) if elapsed else value, decimals, look.from_1904)
    if moment is None:
        return None
    half = any(kind == "half" for kind, _ in parts)
    shown = ["-" if elapsed and value < 0 else ""]
    for kind, words in parts:
        if kind == "clock" or kind == "minute":
            shown.append(_clock(kind, words, moment, half, look))
        elif kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[words[0]]
            shown.append(f"{moment.elapsed // unit:0{len(words)}d}")
        elif kind == "half":
            shown.append(_half(words, moment.seconds, look.chinese))
        elif kind != "text":
            shown.append(words)
    return "".join(shown)


def _moment(value: Decimal, decimals: int, from_1904: bool) -> _Moment | None:
    if not 0 <= value <= _LAST_DAY + 1:
        return None
    unit = 10**decimals
    total = int((value * _SECONDS * unit).to_integral_value(ROUND_HALF_UP))
    days, rest = divmod(total, _SECONDS * unit)
    found = _day(days, from_1904)
    if found is None:
        return None
    year, month, day, weekday = found
    seconds, ticks = divmod(rest, unit)
    return _Moment(year, month, day, weekday, seconds, ticks * 1000 // unit, total // unit)


def _day(days: int, from_1904: bool) -> tuple[int, int, int, int] | None:
    if from_1904:
        days += 1462
    elif days in (0, 60):
        return (1900, 1, 0, 6) if days == 0 else (1900, 2, 29, 3)
    if days > _LAST_DAY:
        return None
    found = date(1899, 12, 30) + timedelta(days=days + (days < 60))
    return found.year, found.month, found.day, found.isoweekday() % 7


def _clock(kind: str, words: str, at: _Moment, half: bool, look: Look) -> str:
    """One part: a year, month, day, hour, minute or second at the length its letters say."""
    if kind == "minute":
        return _number(at.seconds // 60 % 60, len(words), look)
    match words[0]:
        case "y" | "e":
            year = str(at.year) if len(words) > 2 or words[0] == "e" else f"{at.year % 100:02d}"
            return year.translate(DIGITS[look.numerals]) if look.numerals else year
        case "m":
            return _month(at.month, len(words), look)
        case "d":
            if len(words) < 3:
                return _number(at.day, len(words), look)
            return _weekday(at.weekday, len(words), look.chinese)
        case "a":
            return ("星期" if len(words) == 4 else "") + _DAYS_ZH[at.weekday]
        case "h":
            hour = at.seconds // 3600
            return _number((hour + 11) % 12 + 1 if half else hour, len(words), look)
    whole, _, decimals = words.partition(".")
    shown = _number(at.seconds % 60, len(whole), look)
    return f"{shown}.{at.ticks:03d}"[: len(shown) + 1 + len(decimals)] if decimals else shown


def _month(month: int, length: int, look: Look) -> str:
    if length < 3:
        return _number(month, length, look)
    if look.chinese:
        return f"{month}月" if length == 3 else f"{chinese(month)}月"
    return {3: _MONTHS[month - 1][:3], 5: _MONTHS[month - 1][0]}.get(length, _MONTHS[month - 1])


def _weekday(weekday: int, length: int, in_chinese: bool) -> str:
    if in_chinese:
        return ("周" if length == 3 else "星期") + _DAYS_ZH[weekday]
    return _DAYS[weekday][:3] if length == 3 else _DAYS[weekday]


def _number(value: int, length: int, look: Look) -> str:
    if look.numerals in _UNITS:
        digits, units = _UNITS[look.numerals]
        return chinese(value, digits, units, bare_ten=look.numerals == 1) if value else digits[0]
    shown = f"{value:0{min(length, 2)}d}"
    return shown.translate(DIGITS[look.numerals]) if look.numerals else shown


def _half(words: str, seconds: int, in_chinese: bool) -> str:
    late = seconds >= _SECONDS // 2
    if words.startswith("上") or in_chinese:
        return "下午" if late else "上午"
    if len(words) == 3:
        return "P" if late else "A"
    return "PM" if late else "AM"
