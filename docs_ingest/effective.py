"""From which day a document says it is in force, read from its own words, in both languages.

    本法自2025年1月1日起施行。      This Policy takes effect on 1 July 2025.
    自公布之日起施行 -> the day it was published, named above the first article
    EFFECTIVE DATE: January 1, 2020        entered into as of March 3, 2019 (the “Effective Date”)

A statute that was amended goes on naming the day of its first version; the
amendments are listed above its first article. The latest of those days counts
then: from it on the text stands as it is printed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from docs_ingest.structure.labels import han_number

_HEAD = 6_000  # characters at the beginning that an English date is looked for in
_TAIL = 3_000
_PREAMBLE = 4_000
_YEARS = range(1900, 2101)

_N = r"[〇○零一二三四五六七八九十\d]"
_DAY_ZH = rf"(?P<y>{_N}{{4}})\s*年\s*(?P<m>{_N}{{1,3}})\s*月\s*(?P<d>{_N}{{1,3}})\s*[日号]"
_FORCE = "(?:起)?(?:正式)?(?:施行|实施|生效|执行|實施|執行)"
_STATED_ZH = re.compile(
    rf"(?:(?P<own>[本该][^，。；\s]{{1,14}})|(?<=[\s。；：]))[,，]?自\s*(?P<when>{_DAY_ZH}|(?:公布|发布|颁布|印发|签发|發布)之日)\s*{_FORCE}"
)
_ACTS = "通过|公布|发布|颁布|印发|批准|修订|修正|修改|發布"
_PREAMBLE_DAY = re.compile(rf"(?<!》（自)(?<!》\(自){_DAY_ZH}(?P<what>[^\n年]{{0,120}}?(?:{_ACTS}|施行|实施))")
_FIRST_ARTICLE = re.compile(r"第\s*(?:一|1|１)\s*条")

_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905
_MONTH = "|".join(f"{m}|{m[:3]}\\.?" for m in _MONTHS) + r"|sept\.?"
_DAY_EN = (
    rf"(?:(?P<mon>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<year>\d{{4}})"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:day\s+of\s+)?(?P<mon2>{_MONTH})\s*,?\s+(?P<year2>\d{{4}})"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))"
)
_THIS = (
    r"\bthis\s+(?:\w+\s+){0,3}?(?:act|agreement|amendment|bylaws|charter|code|contract|directive|guidelines?|indenture|"
    r"lease|manual|order|plan|policy|procedure|regulations?|rules?|schedule|statute)\b"
)
_STATED_EN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bthis\s+(?:\w+\s+){{1,5}}?(?:shall\s+|will\s+)?(?:tak(?:es?|ing)\s+effect|(?:come|enter)s?\s+into\s+(?:force|effect)|"
        rf"(?:is|becomes?|shall\s+be(?:come)?)\s+effective)\s+(?:on|from|as\s+of|with\s+effect\s+from)?\s*(?:the\s+)?{_DAY_EN}",
        rf"\beffective\s+date\s*(?:[:：]|is|of\s+this\s+\w+\s+is)\s*(?:the\s+)?{_DAY_EN}",
        rf"\bdates?\s*:\s*(?:this\s+\w+\s+is\s+)?effective\s*(?:date)?\s*:?\s*{_DAY_EN}",
        rf"\b(?:made|entered\s+into|dated)\b[^.]{{0,80}}?\b(?:as\s+of|on|this)\s+(?:the\s+)?{_DAY_EN}[^.]{{0,80}}?\(\s*(?:the\s+)?[“\"']effective\s+date",
        rf"{_THIS}(?:[^.;\n]|\bNos?\.){{0,160}}?\beffective\s+(?:as\s+of|from|on)\s+(?:the\s+)?{_DAY_EN}",
        rf"\beffective\s+(?:as\s+of|from|on)\s+(?:the\s+)?{_DAY_EN}[^.;\n]{{0,60}}?\b(?:by\s+and\s+(?:between|among)|is\s+made)\b",
        rf"(?:^|\n)\s*\**effective\s*(?::|as\s+of|from|on)?\s+(?:the\s+)?{_DAY_EN}",
        rf"(?:^|\n)[^\n.;]{{0,80}}\beffective\s+(?:as\s+of|from|on)\s+(?:the\s+)?{_DAY_EN}\s*(?:\n|$)",
    )
)


@dataclass(frozen=True, slots=True)
class Effective:
    """A day and the words that state it: `text[start:end]`."""

    day: date
    start: int
    end: int


def effective_in(text: str) -> Effective | None:
    """The first day in force that a text states; None where it states none that can be read."""
    return _chinese(text) or _english(text)


def _chinese(text: str) -> Effective | None:
    first = _FIRST_ARTICLE.search(text)
    preamble = text[: min(first.start() if first else _PREAMBLE, _PREAMBLE)]
    listed = [(day, m) for m in _PREAMBLE_DAY.finditer(preamble) if (day := _day_zh(m)) is not None]
    latest = max(listed, key=lambda pair: pair[0], default=None)
    stated = list(_STATED_ZH.finditer(text))
    own = [m for m in stated if m["own"]] or stated
    if own:
        last = own[-1]
        day = _day_zh(last)
        if day is not None and (latest is None or latest[0] <= day):
            return Effective(day, last.start("when"), last.end())
        if day is not None or latest is not None:
            return None if latest is None else Effective(latest[0], latest[1].start(), latest[1].end())
    begun = [(day, m) for day, m in listed if m["what"].endswith(("施行", "实施"))]
    if begun and latest is not None:
        day, match = max(begun, key=lambda pair: pair[0])
        return Effective(max(day, latest[0]), match.start(), match.end())
    return None


def _english(text: str) -> Effective | None:
    for pattern in _STATED_EN:
        for start, end in _parts(text):
            for match in pattern.finditer(text, start, end):
                day = _day_en(match)
                if day is not None:
                    return Effective(day, match.start(), match.end())
    return None


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Where a document says from when it counts: at its beginning, else at its end."""
    yield 0, min(len(text), _HEAD)
    if len(text) > _HEAD:
        yield max(_HEAD, len(text) - _TAIL), len(text)


def _day_zh(match: re.Match[str]) -> date | None:
    if match["y"] is None:
        return None
    year, month, day = (han_number(match[g].replace("零", "〇")) if g == "y" else han_number(match[g]) for g in "ymd")
    return _date(year, month, day)


def _day_en(match: re.Match[str]) -> date | None:
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        return _date(year, month, day)
    name = (match["mon"] or match["mon2"]).lower().rstrip(".")
    month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name[:3]))
    return _date(int(match["year"] or match["year2"]), month, int(match["day"] or match["day2"]))


def _date(year: int | None, month: int | None, day: int | None) -> date | None:
    if year not in _YEARS or month is None or day is None or year is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
