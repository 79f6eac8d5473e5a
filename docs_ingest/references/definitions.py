"""Where a text says what a term means, in both languages.

“Affiliate” means any entity ...        the term “Business Day” shall mean ...
Harbour & Lotus Bank (the “Bank”)       （以下简称“本行”）
本办法所称客户，是指…                    （三）最终受益人，是指…
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TERM = '[^“”"「」\\n]{1,60}'
_QUOTED = rf"[“\"「『](?P<term>{_TERM}?)[,，]?[”\"」』]"
_MEANS = (
    r"(?:shall\s+(?:mean|have\s+the\s+meaning|include|refer\s+to)|means?\b|refers?\s+to|ha(?:s|ve)\s+the\s+(?:same\s+)?meanings?|"
    r"(?:is|are)\s+defined|includes\b)"
)
_EN = (
    re.compile(
        rf"{_QUOTED}\s*(?:\([^()\n]{{1,60}}\)\s*)?(?:,?\s*(?:or|and)\s+[“\"]{_TERM}[”\"]\s*)?,?\s*(?:as\s+used\s+[^,\n]{{1,40}},\s*)?{_MEANS}",
        re.IGNORECASE,
    ),
    re.compile(
        r"[（(]\s*(?:[^()（）“”\"\n]{0,100}?\b(?:the|this|an?|each|such|collectively|together|individually|as|or|and)\s*,?\s*)?"
        rf"{_QUOTED}[^()（）\n]{{0,80}}[)）]",
        re.IGNORECASE,
    ),
)
_OWN_ACT = "(?:本|该)(?:法典?|条例|办法|规定|规则|细则|解释|准则|指引|制度|合同|协议|章程|规范|预案|规程|章|节|条|款)"
_ZH = (
    re.compile(
        rf"{_OWN_ACT}(?:中)?所称(?:的)?[“\"]?(?P<term>[^，。；：“”\"\n]{{1,40}}?)[”\"]?，?(?:均|系|是)?(?:指|包括)"
    ),
    re.compile(rf"{_QUOTED}，?(?:均|系|是)?指"),
    re.compile(
        r"(?:^|(?<=[。；\n）、\s\d]))(?P<term>[^，。；：（）“”\"\n\s]{2,30})，(?:均|系|是)?指(?!导|定|出|挥|令|标|派|使|数|引|示|明|控|认)"
    ),
    re.compile(
        r"[（(](?:以下|下)(?:简|统|合|分别)?(?:简)?称(?:为)?[：:]?\s*[“\"「]?(?P<term>[^）)”\"」\n]{1,40})[”\"」]?[）)]"
    ),
)
_NOT_TERMS = frozenset({"其中", "下列", "以下", "前款", "这里", "其"})


@dataclass(frozen=True, slots=True)
class Defined:
    """A term and where it stands: text[start:end]."""

    term: str
    start: int
    end: int


def definitions_in(text: str, start: int, end: int) -> Iterator[Defined]:
    """The terms that `text[start:end]` defines, in order, each once."""
    found: dict[int, Defined] = {}
    han = any("\u4e00" <= c <= "\u9fff" for c in text[start:end])
    for pattern in (*_EN, *(_ZH if han else ())):
        for match in pattern.finditer(text, start, end):
            term = " ".join(match["term"].split()).rpartition("规定的")[2].strip(" ,.;:，。；：")
            if term and term not in _NOT_TERMS and "所称" not in term and any(c.isalnum() for c in term):
                found.setdefault(match.end("term"), Defined(term, match.start("term"), match.end("term")))
    yield from sorted(found.values(), key=lambda d: d.start)
