"""Gate G4, first half: what a claim states exactly must stand in the cited sentences.

Numbers, amounts, dates, percentages and labels (`quantities`); names: words in
capitals, acronyms, 《titles》, words in quotes, Chinese names of organisations.
A claim that shares next to no words with what it cites is refused as well.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Literal

from navigators.checks.folding import Searched
from navigators.checks.quantities import Quantity, agrees, counted, quantities
from stores.tokens import index_terms

Reason = Literal["number", "date", "percent", "label", "entity", "script", "unrelated"]

_LEAST_SHARED = 0.3  # of a claim's content terms that the cited sentences must have, where both are in one script
_LEAST_TERMS = 2  # a shorter claim is not judged by its shared words
_EN_NAME = re.compile(r"[A-Z][A-Za-z0-9&'’.-]*")
_NOT_NAMES = frozenset(
    re.findall(
        r"\S+",
        "i a an the this that these those it its he she they we you no not if when where while what which who whose "
        "how yes in on at by of for from to and or but as is are was were be been must may shall should can will would "
        "has have had do does did all any each every some such both either neither under after before during within "
        "according however therefore only also both one two three four five six seven eight nine ten january february "
        "march april june july august september october november december monday tuesday wednesday thursday friday "
        "saturday sunday additionally generally specifically furthermore moreover otherwise instead together overall "
        "finally first second third then thus hence similarly consequently meanwhile accordingly once until unless "
        "although because since there here nobody everybody nothing everything anyone everyone "
        "article articles section sections part chapter paragraph clause table note item mr mrs ms dr",
    )
)
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*")
_SCRIPTS = ("LATIN", "FULLWIDTH LATIN", "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "HANGUL")
_SINKS = re.compile(
    r"\b(?:decreas|declin|reduc|fell|fall|drop|down|loss|negative|deficit|used in|outflow|lower)|"
    r"减少|下降|降低|亏损|负|减|流出",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\b(?:USD|US|CNY|RMB|EUR|GBP|HKD|HK)(?=\s?[$\d])|(?<=\d)\s?(?:USD|CNY|RMB|EUR|GBP|HKD)\b")
_TITLE = re.compile(r"《([^《》]{1,60})》")
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]{2,60})[”\"」』]")
_HAN_ORGANISATION = re.compile(
    r"国务院|[\u4e00-\u9fff]{2}(?:委员会|管理局|监督局|交易所|银行|公司|法院|检察院|协会|集团|大学|中心|政府|部门|"
    r"[部局院司处科行](?![分门长内外下上属位署限面别理]))"
)
_HAN_NOT_NAMES = re.compile(
    r"全部|内部|外部|部分|局部|干部|结局|布局|当局|相关|有关|有关部门|各部门|该部门|本行|本公司|该公司|该行|进行|执行|实行|施行|"
    r"履行|发行|举行|运行|平行|可行|现行|先行|另行|自行|暂行|流行|推行|行为|处理|处罚|处以|到处|好处|住处|用处|公司法|银行法|"
    r"科学|科技|上司"
)


@dataclass(frozen=True)
class Evidence:
    """What a claim is checked against: the cited sentences, and what the place and the question lend."""

    sentences: str
    headings: str = ""  # document id, its title and the headings above: lend names, labels and dates, no numbers
    labels: tuple[str, ...] = ()  # of the cited passages
    question: str = ""  # lends names

    @cached_property
    def quantities(self) -> list[Quantity]:
        return quantities(self.sentences)

    @cached_property
    def lent(self) -> list[Quantity]:
        own = [Quantity("label", label.lower().strip(" .§"), "", label) for label in self.labels]
        named = quantities("\n".join((self.headings, *self.labels)))
        return own + [q for q in named if q.kind in ("label", "date")]

    @cached_property
    def words(self) -> Searched:
        return Searched("\n".join((self.sentences, self.headings, *self.labels, self.question)))

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(index_terms("\n".join((self.sentences, self.headings, self.question))))


def unfounded(claim: str, evidence: Evidence) -> Iterator[tuple[Reason, str]]:
    """What a claim states that the evidence does not: reason and words. Empty when everything is there."""
    sinks = _SINKS.search(claim) or _SINKS.search(evidence.sentences)
    for quantity in counted(quantities(claim)):
        there = evidence.quantities + (evidence.lent if quantity.kind in ("label", "date") else [])
        if not any(agrees(quantity, one) or (sinks and agrees(_negative(quantity), one)) for one in there):
            yield quantity.kind, quantity.text.strip()
    for name in names(claim):
        if not _stands(name, evidence):
            yield "entity", name
    for word in _unusual(claim):
        if evidence.words.find(word) is None:
            yield "script", word
    if _unrelated(claim, evidence):
        yield "unrelated", "the cited words are about something else"


def _negative(quantity: Quantity) -> Quantity:
    """A fall by 5 % is -5 %."""
    return replace(quantity, value=-quantity.value) if isinstance(quantity.value, Fraction) else quantity


def names(claim: str) -> Iterator[str]:
    """Names and quoted words of a claim, as printed."""
    yield from (m.group(1) for m in _TITLE.finditer(claim))
    yield from (m.group(1) for m in _QUOTED.finditer(claim))
    for match in _EN_NAME.finditer(_AMOUNT.sub(" ", claim)):
        word = match.group().rstrip(".-'’")
        word = re.sub(r"['’]s$", "", word)
        if len(word) < 2 or word.lower() in _NOT_NAMES:
            continue
        yield word
    for match in _HAN_ORGANISATION.finditer(claim):
        if not _HAN_NOT_NAMES.search(claim[match.start() : match.end() + 1]):
            yield match.group()


def _unusual(claim: str) -> Iterator[str]:
    """Words with letters of other scripts than Latin, Han, kana and Hangul, or with marks on them.

    To a person `nоt` with a Cyrillic о says not; to the rules of `polarity` it is no word they know.
    """
    for word in _WORD.findall(unicodedata.normalize("NFC", claim)):
        if not word.isascii() and not all(unicodedata.name(c, "").startswith(_SCRIPTS) for c in word):
            yield word


def _stands(name: str, evidence: Evidence) -> bool:
    """Whether the evidence has a name as whole words, or as an ordinary word in another form."""
    forms = (name, f"{name}s", name.removesuffix("s")) if name.isascii() and name.isalpha() else (name,)
    return any(evidence.words.find(form) for form in forms) or _known_word(name, evidence)


def _known_word(name: str, evidence: Evidence) -> bool:
    """Whether a single capitalised word is an ordinary word of the evidence, in another form: Incidents, incident."""
    if not name.isascii() or not name.isalpha() or name.isupper():
        return False
    terms = index_terms(name)
    return bool(terms) and evidence.terms.issuperset(terms)


def _unrelated(claim: str, evidence: Evidence) -> bool:
    terms = {t for t in index_terms(claim) if len(t) > 1 and not t[0].isdigit()}
    there = {t for t in evidence.terms if len(t) > 1}
    shared_script = {t for t in terms if any(t[0].isascii() == o[0].isascii() for o in there)} if there else set()
    if len(shared_script) < _LEAST_TERMS or not _one_script(claim, evidence.sentences):
        return False
    return not terms & there or len(terms & there) < _LEAST_SHARED * len(terms)


def _one_script(claim: str, sentences: str) -> bool:
    """Whether both are mostly Han or both mostly Latin: words of two languages cannot be compared."""
    return _mostly_han(claim) == _mostly_han(sentences)


def _mostly_han(text: str) -> bool:
    han = sum("\u4e00" <= c <= "\u9fff" for c in text)
    return han * 2 > sum(c.isalpha() for c in text)
