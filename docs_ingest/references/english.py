"""References as English texts write them.

Section 5.2(a)(i), Sections 2.3, 2.4 and 5, Notes 1 and 4, Articles 3 through 5, Part II, Item 8
paragraph (b) of this Section, clause (ii) above, the preceding paragraph
Section 10(b) of the Exchange Act, Exchange Act Rule 15l-1, 17 CFR 240.15l-1       another document
"""

import re
from collections.abc import Iterator

from docs_ingest.references.english_documents import documents_en, with_document
from docs_ingest.references.named import Named, Relative, Step

_FAMILIES = {
    "section": "sec",
    "sections": "sec",
    "sec": "sec",
    "secs": "sec",
    "§": "sec",
    "§§": "sec",
    "article": "art",
    "articles": "art",
    "clause": "clause",
    "clauses": "clause",
    "paragraph": "paragraph",
    "paragraphs": "paragraph",
    "subparagraph": "paragraph",
    "subparagraphs": "paragraph",
    "subsection": "paragraph",
    "subsections": "paragraph",
    "part": "part",
    "parts": "part",
    "chapter": "chp",
    "chapters": "chp",
    "schedule": "schedule",
    "schedules": "schedule",
    "annex": "annex",
    "annexes": "annex",
    "appendix": "app",
    "appendices": "app",
    "exhibit": "exhibit",
    "exhibits": "exhibit",
    "attachment": "attachment",
    "note": "note",
    "footnote": "footnote",
    "footnotes": "footnote",
    "notes": "note",
    "item": "item",
    "items": "item",
    "table": "table",
    "tables": "table",
    "figure": "figure",
    "figures": "figure",
    "rule": "rule",
    "rules": "rule",
}
_WORDS = "|".join(sorted((re.escape(w) for w in _FAMILIES if "§" not in w), key=len, reverse=True))
_SUB = r"\s?\((?:[a-zA-Z]{1,4}|\d{1,3})\)"
_NUMBER = (
    rf"(?:\d{{1,4}}(?:[A-Za-z]\d?)?(?:[.-]\d{{1,4}}[A-Za-z]?){{0,5}}(?:\.[a-z](?!\w)|(?-i:\s[A-Z](?=[.,;)])))?(?:{_SUB}){{0,6}}|(?-i:[IVXLC]{{1,7}}(?:\.[A-Z](?:\.\d{{1,2}}(?:\.[a-z](?!\w))?)?)?)\b(?:{_SUB}){{0,4}}"
    rf"|(?-i:[A-Z]{{1,2}}-\d{{1,3}}|[A-Z]\b)(?:{_SUB}){{0,4}}|\((?:[a-zA-Z]{{1,4}}|\d{{1,3}})\)(?:{_SUB}){{0,5}})"
)
_UNIT = re.compile(
    rf"(?<![\w§])(?:(?P<word>{_WORDS})(?:\.?\s+|\.?(?=[(§\d]))(?P<mark>§{{0,2}})|(?P<sign>§{{1,2}}))\s*(?P<n>{_NUMBER})",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"(?:\s*\[[^\[\]\n]{{1,60}}\])?(?P<sep>\.?\s*,\s*(?i:and\s+|or\s+|and/or\s+)?|\.?\s+(?i:and|or|and/or)\s+|\s+(?i:through|to)\s+|\s?[-–—]\s?)"
    rf"(?:(?P<again>Sections?|Articles?|Rules?|Clauses?|Notes?|Items?|Exhibits?|§{{1,2}})\s*)?(?P<n>{_NUMBER})(?![\w%])"
)
_THROUGH = re.compile(r"through|to|[-–—]", re.IGNORECASE)
_INSIDE = re.compile(rf"\s*,\s*(?P<word>Item|Section|Article|Chapter|Note)s?\s+(?P<n>{_NUMBER})")
_CODES = re.compile(
    rf"(?P<title>\d{{1,2}}\s+(?:C\.?F\.?R\.?|U\.?S\.?C\.?))\s+(?:[Pp]arts?\s+|§{{1,2}}\s*)?(?P<n>{_NUMBER})"
)
_PRECEDING = re.compile(
    r"\bthe\s+(?:immediately\s+)?(?:preceding|foregoing|previous|prior)\s+(?P<what>paragraph|section|clause|item)\b",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"(\d[\d.-]*)[.\s]([A-Za-z])")  # Section 24.b, Section 5 D
_LAST_LETTER = re.compile(r"(.*)\(([a-zA-Z])\)")  # 16.1(a) - (i)
_LETTER_AFTER = re.compile(r"(\d+)([a-zA-Z])")  # Sections 8a - 8c
_FORMS = re.compile(
    r"Schedules?\s+(?:1[34][A-Z](?:-\d+)?|TO|K-\d)\b"
)  # filed with an authority, no place in a document
_SUPRA_INFRA = re.compile(r"\b(?:supra|infra)\s+$", re.IGNORECASE)
_THIS = re.compile(r"\bthis\s+$", re.IGNORECASE)
_SUBS = re.compile(r"\(([a-zA-Z0-9]{1,5})\)")
_GAP = 8  # blanks between an act and its rule
_MOST_IN_RANGE = 20
_NEVER_LOWER = frozenset(
    {
        "part",
        "item",
        "items",
        "exhibit",
        "exhibits",
        "schedule",
        "rule",
        "rules",
        "table",
        "figure",
        "note",
        "notes",
        "footnote",
        "footnotes",
        "chapter",
        "parts",
    }
)


def references_en(text: str, start: int, end: int) -> Iterator[Named]:
    """The references of `text[start:end]`; a label at the very start is no reference, nor is “this Section 5”."""
    taken = [(m.start(), m.end()) for m in _CODES.finditer(text, start, end)]
    for named, stop in _units(text, start, end, list(taken)):
        taken.append((named[0].start - _title_before(text, start, named[0]), stop))
        yield from named
    for match in _CODES.finditer(text, start, end):
        label = f"{match['title']} {match['n']}"
        yield Named(match.start(), match.end(), label, (Step("sec", _number(match["n"])),), match["title"])
    for match in _PRECEDING.finditer(text, start, end):
        kind = {"paragraph": Relative.PARAGRAPH_BEFORE, "section": Relative.ARTICLE_BEFORE}.get(
            match["what"].lower(), Relative.ITEM_BEFORE
        )
        yield Named(match.start(), match.end(), match.group(), (), "", kind)
    yield from documents_en(text, start, end, taken)


def _units(text: str, start: int, end: int, codes: list[tuple[int, int]]) -> Iterator[tuple[list[Named], int]]:
    """The places named together, and where the words about them end."""
    lead = start + len(text[start:end]) - len(text[start:end].lstrip("#* \t\r\n"))
    at = start
    for match in _UNIT.finditer(text, start, end):
        if match.start() < at or (match.start() == lead and _label_like(text, match, end)):
            continue
        if any(begin <= match.start() < stop for begin, stop in codes) or _FORMS.match(text, match.start(), end):
            continue
        word = match["word"] or "§"
        if word.islower() and word in _NEVER_LOWER and not match["n"][0].isdigit() and match["n"][0] != "(":
            continue
        named, at = _list(text, start, end, match)
        own = _THIS.search(text[max(start, match.start() - 8) : match.start()]) is not None
        if own and not named[0].document:
            named = named[1:]
        if named:
            yield named, at


def _title_before(text: str, start: int, named: Named) -> int:
    """How far before a reference the title of its document begins, if it stands there: Exchange Act Rule 13a-15(e)."""
    before = text[max(start, named.start - len(named.document) - _GAP) : named.start]
    title = named.document and before.rstrip().endswith(named.document)
    return len(named.document) + len(before) - len(before.rstrip()) if title else 0


def _label_like(text: str, match: re.Match[str], end: int) -> bool:
    """Whether a unit at the start of a place is its own label, not the subject of its first sentence."""
    rest = text[match.end() : min(end, match.end() + 40)]
    return not re.match(r"\s+(?:[a-z]|of\b)", rest)


def _list(text: str, start: int, end: int, match: re.Match[str]) -> tuple[list[Named], int]:
    word = (match["word"] or match["sign"]).lower().rstrip(".")
    family = _FAMILIES.get(word, "sec")
    if family == "note" and _SUPRA_INFRA.search(text[max(start, match.start() - 8) : match.start()]):
        family = "footnote"
    numbers = [(match.start(), match.end(), match["n"])]
    at = match.end()
    many = (
        word.endswith("s") or word == "§§" or (match["mark"] or "") == "§§" or family in ("paragraph", "clause", "item")
    )
    inside = _INSIDE.match(text, at, end) if family in ("part", "chp", "art") else None
    if inside is not None:
        return with_document(text, start, inside.end(), [_nested(match, family, inside)], match.start())
    while (following := _NEXT.match(text, at, end)) is not None:
        through = _THROUGH.search(following["sep"]) is not None
        number = _beside(numbers[-1][2], following["n"], through)
        exact = "(" in number or "." in number  # Section 13(a) or 15(d), but no “Section 5 and 3 others”
        again = following["again"]
        if again and _FAMILIES.get(again.lower(), "sec") != family:
            break
        if not _alike(numbers[-1][2], number) or not (many or exact or again):
            break
        if through:
            numbers += [(following.start("n"), following.end(), n) for n in _between(numbers[-1][2], number)]
        numbers.append((following.start("n"), following.end(), number))
        at = following.end()
    name = (match["word"] or "Section").rstrip("s.").capitalize() if family != "app" else "Appendix"
    made = [_named(family, name, begin, stop, n) for begin, stop, n in numbers]
    return with_document(text, start, at, made, match.start())


def _nested(match: re.Match[str], family: str, inside: re.Match[str]) -> Named:
    steps = (Step(family, _number(match["n"])), *_steps(_FAMILIES[inside["word"].lower()], inside["n"]))
    label = f"{' '.join(match.group().split())}, {inside['word']} {inside['n']}"
    return Named(match.start(), inside.end(), label, steps)


def _named(family: str, name: str, start: int, end: int, number: str) -> Named:
    steps = _steps(family, number)
    here = Relative.HERE if number.startswith("(") else None
    return Named(start, end, f"{name} {''.join(number.split())}", steps, "", here)


def _steps(family: str, number: str) -> tuple[Step, ...]:
    subs = tuple(Step("item", s.lower()) for s in _SUBS.findall(number))
    base = _SUBS.sub("", number).strip()
    if lettered := _LETTERED.fullmatch(base):
        base, subs = lettered[1], (Step("item", lettered[2].lower()), *subs)
    return (Step(family, _number(base)), *subs) if base else subs


def _number(number: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "_", number).strip("_").lower()


def _beside(last: str, number: str, through: bool) -> str:
    """(b) after 2.1(a) is 2.1(b): what is above it is not said again. In a range (i) after (a) is a letter."""
    subs = _SUBS.findall(last)
    if through and (one := _LAST_LETTER.fullmatch(last)) and one[1] and _LAST_LETTER.fullmatch(number):
        return f"{one[1]}{number}"
    if not number.startswith("(") or last.startswith("(") or not subs:
        return number
    first = _SUBS.findall(number)[0]
    for depth in range(len(subs) - 1, -1, -1):
        if _counts_as(subs[depth]) == _counts_as(first) or _next_letter(subs[depth], first):
            return _SUBS.sub("", last).strip() + "".join(f"({sub})" for sub in subs[:depth]) + number
    return number


def _counts_as(sub: str) -> str:
    if sub.isdigit():
        return "figure"
    return "roman" if set(sub) <= set("ivx") else "capital" if sub.isupper() else "letter"


def _next_letter(one: str, other: str) -> bool:
    return len(one) == len(other) == 1 and ord(other) - ord(one) == 1


def _alike(one: str, other: str) -> bool:
    """Whether two numbers of a list are of one kind: 2.3 and 5, (a) and (c), IV and V."""
    return _shape(one) == _shape(other)


def _shape(number: str) -> str:
    return "sub" if number.startswith("(") else "figure" if number[0].isdigit() else "letter"


def _between(low: str, high: str) -> list[str]:
    """The numbers inside a range: 3.1 to 3.5, 3 to 5; none where that cannot be told."""
    if (one := _LETTER_AFTER.fullmatch(low)) and (two := _LETTER_AFTER.fullmatch(high)) and one[1] == two[1]:
        return [f"{one[1]}{chr(n)}" for n in range(ord(one[2]) + 1, ord(two[2]))]
    if (one := _LAST_LETTER.fullmatch(low)) and (two := _LAST_LETTER.fullmatch(high)) and one[1] == two[1]:
        return [f"{one[1]}({chr(n)})" for n in range(ord(one[2]) + 1, ord(two[2]))]
    head, _, last = low.rpartition(".")
    other, _, until = high.rpartition(".")
    if head != other or not last.isdigit() or not until.isdigit() or not 1 < int(until) - int(last) <= _MOST_IN_RANGE:
        return []
    return [f"{head}.{n}" if head else str(n) for n in range(int(last) + 1, int(until))]
