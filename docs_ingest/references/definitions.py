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
        rf"{_QUOTED}\s*(?:\([^()\n]{{1,60}}\)\s*)?(?:,?\s*(?:or|and)\s+[“\"](?P<other>{_TERM})[”\"]\s*)?,?\s*(?:as\s+used\s+[^,\n]{{1,40}},\s*)?{_MEANS}",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:referred\s+to|known|designated|defined)\s+(?:(?:herein(?:after)?|collectively|together|individually)\s+)*as\s+"
        rf"(?:the\s+|an?\s+)?{_QUOTED}",
        re.IGNORECASE,
    ),
)
_UNQUOTED = re.compile(
    r"(?:^|(?<=[.;:\n]\s)|(?<=[\d.)]\s)|(?<=\s{3}))(?P<term>(?!(?:This|That|It|Which|What|These|Those|He|She|They|We|You)\b)"
    r"[A-Z][\w&’'-]*(?:\s[A-Z][\w&’'-]*){0,4})\s+(?:shall\s+mean|means)\b"
)
_ACRONYM = re.compile(r"[（(](?P<term>[A-Z][A-Z&]{1,8}s?)[)）]")
_WORDS_BEFORE = 160  # characters in which the words of an acronym stand
_IN_BRACKETS = re.compile(
    r"[（(]\s*(?:[^()（）“”\"\n]{0,100}?\b(?:the|this|an?|each|such|collectively|together|individually|as|or|and|called|"
    r"hereinafter|hereafter|herein)\s*[,:]?\s*)?[“\"「『][^()（）]{1,300}[)）]",
    re.IGNORECASE,
)
_QUOTE = re.compile(_QUOTED)
_ZH = (
    re.compile(
        r"(?<=[法典例定则释引度同议程范章节款条项])(?:中)?所称(?:的)?[“\"]?(?P<term>[^，。；：“”\"\n]{1,40}?)[”\"]?"
        r"，?(?:均|系|是)?(?:指|包括)"
    ),
    re.compile(rf"{_QUOTED}，?(?:均|系|是)?(?:指|包括)"),
    re.compile(r"(?:^|(?<=[。；\n\s]))(?P<term>(?![这其该此那即])[^，。；：（）“”\"\n\s]{2,20}?)是指"),
    re.compile(
        r"(?:^|(?<=[。；\n）、\s\d]))(?P<term>[^，。；：（）“”\"\n\s]{2,30})，(?:(?:均|系|是)指|指(?!导|定|出|挥|令|标|派|使|数|引|示|明|控|认))"
    ),
    re.compile(
        r"[（(](?:以下|下)(?:简|统|合|分别)?(?:简)?称(?:为)?[：:]?\s*[“\"「]?(?P<term>[^）)”\"」\n]{1,40})[”\"」]?[）)]"
    ),
)
_HAN = re.compile("[\u4e00-\u9fff]")
_JOINERS = frozenset({"and", "of", "the", "for", "in", "on", "to", "a", "an", "or", "by", "with"})
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
    for begin, stop in _spans(text, start, end):
        words = text[begin:stop]
        term = _term(words)
        if term is not None:
            at = begin + max(0, words.rfind(term.split()[0]))
            found.setdefault(stop, Defined(term, at, stop))
    yield from sorted(found.values(), key=lambda d: d.start)


def _spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where what may be a term that is defined stands."""
    words = text[start:end]
    quoted = any(mark in words for mark in '“"「『')
    means = " mean" in words
    han = _HAN.search(words) is not None
    for pattern in (*(_EN if quoted else ()), *((_UNQUOTED,) if means else ()), *(_ZH if han else ())):
        for match in pattern.finditer(text, start, end):
            yield match.span("term")
            if match.groupdict().get("other"):
                yield match.span("other")  # “Party” or “Parties”
    for brackets in _IN_BRACKETS.finditer(text, start, end) if quoted else ():
        for match in _QUOTE.finditer(text, brackets.start(), brackets.end()):
            yield match.span("term")
    for match in _ACRONYM.finditer(text, start, end):
        if _spelled(match["term"], text[max(start, match.start() - _WORDS_BEFORE) : match.start()]):
            yield match.span("term")


def _term(words: str) -> str | None:
    """The term as it is used: without white space too much, “the” and what stands around it; None where it is none."""
    term = " ".join(words.split()).rpartition("规定的")[2].strip(" ,.;:，。；：")
    term = re.sub(r"^[Tt]he (?=[A-Z])", "", term)
    return term if term and term not in _NOT_TERMS and "所称" not in term and any(c.isalnum() for c in term) else None


def _spelled(acronym: str, before: str) -> bool:
    """Whether the words before an acronym begin with its letters: Securities and Exchange Commission (SEC)."""
    letters = [c for c in acronym.rstrip("s").lower() if c.isalpha()]
    words = [w.lower() for w in re.findall(r"[A-Za-z][\w’']*", before)]
    for word in reversed(words[-3 * len(letters) :]):
        if letters and word[0] == letters[-1]:
            letters.pop()
        elif word not in _JOINERS:
            break
    return not letters
