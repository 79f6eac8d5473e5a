"""Other documents as English texts name them: acts, rules, regulations, agreements, codes.

Section 10(b) of the Exchange Act          the words after a place say whose it is
Exchange Act Rule 15l-1                    the words before it do
the Securities Exchange Act of 1934        a law named by itself
"""

import re
from collections.abc import Iterator

from docs_ingest.references.named import Named

_KINDS = (
    "Act|Code|Agreement|Plan|Rules?|Regulation [A-Z][A-Z-]*|Regulations?|Law|Directive|Guidelines|Policy|Manual|Order|"
    "Constitution|Indenture|Lease|Contract|License|Treaty|Convention|Charter|Bylaws|By-laws|Certificate|Statute|Ordinance|"
    "Statement|Standards?|Topic \\d+|Form [\\w-]+|ACT|CODE|AGREEMENT|PLAN|REGULATIONS?|INDENTURE"
)
_LOWER = (
    r"(?i:code\s+of\s+\w+(?:\s+procedure)?|(?:civil|criminal|penal|commercial|labou?r|tax|bankruptcy)\s+code|"
    r"constitution)"
)
_WORD = r"[A-Z][\w.&’'-]*"
_TITLE = (
    rf"(?:{_WORD}(?:,?\s+(?:(?:of|and|the|for|on|to|in)\s+){{0,2}}(?={_WORD})|\s+(?:(?:of|and|the|for|on|to|in)\s+){{0,2}})){{0,12}}"
    rf"(?:{_KINDS})"
)
_OF = re.compile(
    rf"\s*,?\s*(?i:of|to|under|in|from)\s+(?P<which>(?i:the|this|that|such|our|its|said)\b)?\s*"
    r"(?i:(?:schedule|annex|appendix|exhibit)\s+(?:of|to)\s+(?:the\s+)?)?"
    rf"(?P<title>{_TITLE}\b|{_LOWER}|(?:19|20)\d{{2}}\s+Act\b|Schedule\s+1[34][A-Z]\b|ERISA\b)(?P<year>\s+(?i:of)\s+\d{{4}})?"
)
_TO_STATEMENTS = re.compile(
    r"\s+to\s+(?:the|our|its)\s+(?:[\w-]+\s+){0,4}(?:financial\s+statements|accounts)", re.IGNORECASE
)
_HEREOF = re.compile(r"\s+(?:hereof|herein|hereto|above|below)\b", re.IGNORECASE)
_ACT_BEFORE = re.compile(
    r"(?:(?P<title>(?:[A-Z][\w.&’'-]*\s+){1,6}(?:Act|Code|Agreement|Plan|Rules|Regulations?|Law|Directive|Treaty))"
    r"(?:’s|'s)?|(?<![\w’'-])(?P<short>Code|Act))\s+$"
)
_SUPRA = re.compile(r"\bsupra\s+(?:foot)?notes?\s+\d+,?\s+at\s+$", re.IGNORECASE)
_NO_TITLE = re.compile(r"^(?:(?:The|Under|In|See|And|Of|As|By|With|For|To|On|At|If|When|Such|Any|Each|This|That)\s+)+")
_LAW = re.compile(
    r"(?<![\w-])(?P<title>(?:(?:[A-Z][\w.&’'-]*,?\s+)(?:(?:of|and|the|for|on)\s+){0,2}){1,8}?Act(?:\s+of\s+(?:19|20)\d{2})?"
    r"|(?:19|20)\d{2}\s+Act"
    r"|Regulation\s+(?:[A-Z]{1,3}(?:-[A-Z]{1,2})?)"
    r"|Internal\s+Revenue\s+Code(?:\s+of\s+(?:19|20)\d{2})?|Uniform\s+Commercial\s+Code|Bankruptcy\s+Code"
    r"|Code\s+of\s+(?:Federal\s+Regulations|Civil\s+Procedure|Criminal\s+Procedure))(?![\w-])"
)
_OWN = re.compile(r"\b(?:this|such|said|each|any|an)\s+$", re.IGNORECASE)

_TAX = re.compile(r"Sections?\s?(?:409A|457A|280G|162\(m\)|401\(k\)|501\(c\)|83\(b\)|4999)", re.IGNORECASE)
"""Sections of the Internal Revenue Code that agreements call by their number alone."""

_QUOTES = tuple('“”"')
_BEFORE = 90  # characters before a place in which its document may be named


def with_document(text: str, start: int, at: int, made: list[Named], begin: int) -> tuple[list[Named], int]:
    """What stands around a reference says in which document it is; and where the reading goes on."""
    before = text[max(start, begin - _BEFORE) : begin]
    if _SUPRA.search(before):
        return [_in(one, " ".join(before.split())[-40:]) for one in made], at
    if _TO_STATEMENTS.match(text, at) or _HEREOF.match(text, at):
        return made, at
    of = _OF.match(text, at)
    if of is not None:
        title = f"{of['title']}{of['year'] or ''}"
        if (of["which"] or "").lower() in ("this", "our", "its") or title.split()[0] in ("This", "Form"):
            return made, of.end()
        return [_in(one, title) for one in made], of.end()
    if _TAX.fullmatch(made[0].label):
        return [_in(one, "Internal Revenue Code") if _TAX.fullmatch(one.label) else one for one in made], at
    named = _ACT_BEFORE.search(before)
    if named is not None:
        return [_in(one, _NO_TITLE.sub("", named["title"] or named["short"])) for one in made], at
    return made, at


def documents_en(text: str, start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[Named]:
    """Laws named by themselves: those whose words a reference to a place in them has `taken` are left out."""
    for match in _LAW.finditer(text, start, end):
        lead = _NO_TITLE.match(match["title"])
        begin = match.start() + (lead.end() if lead else 0)
        title = text[begin : match.end()]
        if not title[:1].isdigit() and len(title.split()) < 2:
            continue
        if text[begin - 1 : begin] in _QUOTES and text[match.end() : match.end() + 1] in _QUOTES:
            continue  # a name that is given here
        if _OWN.search(text[max(start, begin - 8) : begin]) or any(a < match.end() and begin < b for a, b in taken):
            continue
        yield Named(begin, match.end(), "", (), " ".join(title.split()))


def _in(one: Named, document: str) -> Named:
    return Named(one.start, one.end, one.label, one.steps, " ".join(document.split()), None)
