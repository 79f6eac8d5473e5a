"""What a question asks for, one thing at a time: its facets.

    numbered parts -> sentences and clauses that ask -> things listed, compared or told apart, years

Each facet can be searched by itself: of things that share a sentence every facet
keeps the sentence without the others (“the retention of client files and of call
recordings” -> “the retention of client files”, “the retention of call
recordings”). Where a reading is doubtful the question stays whole: a facet too
many makes a full answer look partial.
"""

import re
from collections.abc import Iterator

from navigators.facets import without_asking
from stores.records import Facet
from stores.tokens import index_terms

_MOST = 6
_SPLIT_EN = re.compile(
    r"(?<=\?)\s+|;\s+|,?\s+and\s+(?=(?:what|which|who|whom|when|where|why|how)\b|"
    r"(?:is|are|does|do|did|can|must|may|should)\s+(?:the|a|an|it|they|there|this|these|any|[A-Z]))"
)
_ASKS_EN = re.compile(
    r"^\W*(?:\w+\W+){0,3}?(?:what|which|who|whom|whose|when|where|why|how)\b|^\W*(?:is|are|was|were|does|do|did|can|could|"
    r"must|may|should|will|would|has|have|had)\b",
    re.IGNORECASE,
)
_STOP_ZH = re.compile("[？?；;]\\s*")
_AND_ZH = re.compile("[，,]?(?:以及|并且|同时|和|，)")
_HAN = re.compile("[\u3400-\u9fff]")
_ASKS_ZH = re.compile("多少|多[久长大高]|什么|甚么|哪|谁|何时|何[处人]|如何|怎|几[个年月日天种项]|是否|能否|可否")
_NUMBERED = re.compile(r"(?:(?<=[\s：:，,；;。.?？])|^)(?:[(（](?P<a>[1-9])[)）]|(?P<b>[1-9])[)）、]|(?P<c>[①-⑨]))\s*")

_WORD = r"[^\s,;:?.()]+"
_LEAD = r"compar(?:e|es|ing|ison (?:of|between))|differ(?:ence|ences)? between|distinguish(?:es|ing)?|"
_LEAD += r"(?:of|for|by|to|on|from) both"
_PAIR_EN = re.compile(
    rf"\b(?:{_LEAD})\s+(?P<a>(?:{_WORD}\s+){{1,10}}?)(?P<join>and|with|to|from|versus|vs\.?)\s+"
    rf"(?P<b>{_WORD}(?:\s+{_WORD}){{0,7}}?)(?=\s*[?.,;:]|\s*$|\s+(?:in|for|under|during|according|as|at|when|if|by|is|are|was|were|has|have|must|shall|may|can|should|do|does)\b)",
    re.IGNORECASE,
)
_EACH_EN = re.compile(
    rf"\b(?P<a>(?:{_WORD}\s+){{1,6}}?)(?P<join>and)\s+(?P<b>{_WORD}(?:\s+{_WORD}){{0,4}}?)\s+(?:each|respectively)\b",
    re.IGNORECASE,
)
_THAT_OF = re.compile(r"^(?:(?:that|those)\s+(?:of|for|in|under)\s+)?(?:(?:the|a|an|its|their)\b)?\s*", re.IGNORECASE)
_PAIR_ZH = re.compile(
    "(?P<a>[^，。？；：\\s]{2,24}?)(?P<join>以及|和|与|與|跟|及)(?P<b>[^，。？；：\\s]{2,16}?)"
    "(?=(?:之间|之間|两者|二者)?的?(?:在[^，。？]{0,12})?(?:有(?:着|什么|哪些|何|无)?)?"
    "(?:区别|區別|不同|差异|差異|差别|差別|异同)(?!的)|(?:分别|分別|各自)(?=[^，。？]{0,6}(?:多少|什么|什麼|哪|谁|誰|何|怎|几))|相比)"
)
_BEFORE_ZH = re.compile(".*(?:比较|对比|请问|试述|对于|关于|根据|按照|对|在|中|内|里)(?=.)")
_LIST_EN = re.compile(
    rf"\b(?:what\s+(?:is|are|were|was)|list|state|give|describe|name|find)\s+(?:me\s+)?(?:the\s+)?"
    rf"(?P<items>{_WORD}(?:\s+{_WORD}){{0,3}}(?:,\s+{_WORD}(?:\s+{_WORD}){{0,3}})+?,?\s+and\s+{_WORD}(?:\s+{_WORD}){{0,2}}?)"
    r"(?=\s+(?:of|for|in|under|on|that|to|from)\b|\s*[?.]|\s*$)",
    re.IGNORECASE,
)
_LIST_ZH = re.compile(
    "(?P<items>[^，。？、的和与及\\s]{2,10}(?:、[^，。？、的和与及\\s]{2,10})+?(?:(?:以及|和|与|及)[^，。？、的和与及\\s]{2,10}?)?)"
    "(?=(?:分别|分別|各自)|(?:是|为)(?:什么|多少|哪|几))"
)
_ITEM_EN = re.compile(r",\s+and\s+|,\s+|\s+and\s+", re.IGNORECASE)
_ITEM_ZH = re.compile("、|以及|和|与|及")
_YEAR = re.compile(
    r"(?:\b(?:FY|CY|fiscal(?: year)?|calendar year)\s?)?(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d)(?:年度?)?", re.I
)
_SPAN_OF_YEARS = re.compile(
    r"(?:19|20)\d\d年?度?\s*(?:[-–—~至到]|to\b|through\b)\s*(?:FY\s?)?(?:19|20)\d\d|\b(?:average|between)\b|平均|之间",
    re.IGNORECASE,
)
_YEARS_APART = re.compile(
    r"compar|chang|increas|decreas|differ|\bthan\b|versus|\bvs\b|\band\b|\bor\b|grow|declin|[和与及、比较增减变差]|相同",
    re.IGNORECASE,
)
_COMPARING = re.compile(
    r"\b(?:comparing|compared?|comparison (?:of|between)|(?:the )?differences? between|distinguish|both|each|"
    r"respectively|versus|vs)\b(?: (?:to|with)\b)?|"
    r"比较|对比|之间的?|分别|各自|相比|(?:有(?:着|什么|何)?)?(?:区别|不同|差异|差别|异同)(?:是什么)?",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    r"\s+(?=[.,;:?!，。；：？！])|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])"
)  # blanks that a word left behind
_AND = r"(?:,|、|和|与|及|\band\b|\bor\b|\bversus\b|\bvs\b\.?)"
_JOINS = rf"\s*(?:{_AND}|\b(?:(?:as )?compared? (?:to|with)|than|in|for|of)\b)?\s*"


def split_facets(question: str) -> tuple[Facet, ...]:
    """The things a question asks for, f0, f1, ...; one facet when it asks for one thing. At most six."""
    parts = [alone for part in _numbered(question) or _asking_parts(question) for alone in _told_apart(part)]
    useful = [p for p in dict.fromkeys(parts) if _says_something(p)]
    if len(useful) < 2:
        return (Facet("f0", question.strip()),)
    return tuple(Facet(f"f{i}", part) for i, part in enumerate(useful[:_MOST]))


def _says_something(text: str) -> bool:
    return bool(index_terms(without_asking(text)))


def _numbered(question: str) -> list[str]:
    """The parts of (1) … (2) …, each behind what stands before the first; empty where the numbers do not count."""
    marks = list(_NUMBERED.finditer(question))
    numbers = [int(m["a"] or m["b"] or str(ord(m["c"]) - ord("①") + 1)) for m in marks]
    if len(marks) < 2 or numbers != list(range(1, len(marks) + 1)):
        return []
    lead = question[: marks[0].start()].strip()
    ends = [m.start() for m in marks[1:]] + [len(question)]
    parts = [question[m.end() : end].strip(" \n;；,，。") for m, end in zip(marks, ends, strict=True)]
    return [f"{lead} {part}".strip() for part in parts if part]


def _asking_parts(question: str) -> list[str]:
    """Sentences and clauses that ask; one that only explains (“Answer in millions.”) stays with the one before it."""
    pieces = [
        p for piece in _SPLIT_EN.split(question) for stop in _STOP_ZH.split(piece or "") for p in _asks_again(stop)
    ]
    parts: list[str] = []
    for piece in (p.strip() for p in pieces if p and _says_something(p)):
        if parts and not _ASKS_EN.search(piece) and not _HAN.search(piece):
            parts[-1] = f"{parts[-1]} {piece}"
        else:
            parts.append(piece)
    return parts


def _asks_again(text: str) -> Iterator[str]:
    """A Chinese sentence cut at an `and` with an asking word on both sides."""
    begun = 0
    for match in _AND_ZH.finditer(text):
        if _ASKS_ZH.search(text, begun, match.start()) and _ASKS_ZH.search(text, match.end()):
            yield text[begun : match.start()]
            begun = match.end()
    yield text[begun:]


def _told_apart(part: str) -> list[str]:
    """One text for each of several things or years in a part, or the part itself."""
    for ways in (_years, _listed, _pair_en, _pair_zh):
        found = [_LOOSE.sub("", " ".join(_COMPARING.sub(" ", text).split())) for text in ways(part)]
        if len(found) > 1 and all(map(_says_something, found)):
            return found
    return [part]


def _years(part: str) -> Iterator[str]:
    """Of two years or more the part with each alone; a span of years is one thing."""
    found = list(_YEAR.finditer(part))
    years = list(dict.fromkeys(m["year"] for m in found))
    if len(years) < 2 or len(years) > _MOST or _SPAN_OF_YEARS.search(part) or not _YEARS_APART.search(part):
        return
    for year in years:
        others = "|".join(dict.fromkeys(re.escape(m.group()) for m in found if m["year"] != year))
        left = re.sub(rf"(?:{others})\s*{_AND}\s*(?=\D{{0,12}}{year})", "", part)
        yield re.sub(rf"{_JOINS}(?:{others})", " ", left)


def _pair_en(part: str) -> Iterator[str]:
    match = _PAIR_EN.search(part) or _EACH_EN.search(part)
    if match is None:
        return
    other = _THAT_OF.sub("", match["b"]).split()
    before = match["a"].split()
    if not other or not before:
        return
    kept = before[: -len(other)] if len(before) > len(other) else []
    also = other[len(before) :] if "of" in other and "of" not in before else []  # community and clinic cases of ...
    head, tail = part[: match.start("a")], part[match.end("b") :]
    yield f"{head} {match['a']} {' '.join(also)} {tail}"
    yield f"{head} {' '.join(kept)} {' '.join(other)} {tail}"


def _pair_zh(part: str) -> Iterator[str]:
    match = _PAIR_ZH.search(part)
    if match is None or _ASKS_ZH.search(match["a"]) or _ASKS_ZH.search(match["b"]):
        return
    lead = _BEFORE_ZH.match(match["a"])
    shared = lead.end() if lead else 0
    first, other = _alike(match["a"][shared:], match["b"])
    head, tail = part[: match.start("a")] + match["a"][:shared], part[match.end("b") :]
    yield f"{head}{first}{tail}"
    yield f"{head}{other}{tail}"


def _alike(first: str, other: str) -> tuple[str, str]:
    """Two things in full: 幼鱼 and 成鱼的栖息地 share what stands behind 的, others may share how they begin."""
    owner, of, owned = first.rpartition("的")
    other_owner, of_other, other_owned = other.rpartition("的")
    if of_other and not of:
        return f"{first}的{other_owned}", _begun_alike(first, other_owner) + f"的{other_owned}"
    if of and not of_other:
        return first, f"{_begun_alike(owner, other)}的{owned}"
    return first, other if of else _begun_alike(first, other)


def _begun_alike(first: str, other: str) -> str:
    """川纹笛鲷幼鱼, 成鱼 -> 川纹笛鲷成鱼, where they end alike."""
    return first[: -len(other)] + other if len(first) > len(other) and first[-1] == other[-1] else other


def _listed(part: str) -> Iterator[str]:
    for pattern, between in ((_LIST_EN, _ITEM_EN), (_LIST_ZH, _ITEM_ZH)):
        match = pattern.search(part)
        if match is not None:
            for item in between.split(match["items"]):
                yield f"{part[: match.start('items')]}{item.strip()}{part[match.end('items') :]}"
            return
