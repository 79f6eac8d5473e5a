"""Gate G4, first half: what a claim states exactly must stand in the cited sentences.

Numbers, amounts, dates, percentages and labels (`quantities`); names (`names`).
A claim that shares next to no words with what it cites is refused as well.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from navigators.checks.folding import Searched
from navigators.checks.names import names
from navigators.checks.quantities import Quantity, agrees, counted, negative, quantities
from navigators.checks.wording import Finding
from stores.tokens import index_terms

_LEAST_SHARED = 0.3  # of a claim's content terms that the cited sentences must have, where both are in one script
_LEAST_TERMS = 2  # a shorter claim is not judged by its shared words
_LEAST_STEM, _LONGEST_ENDING = 5, 3  # letters
_MOST_SHOWN = 3  # quantities of the cited text in a finding
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_WORD = re.compile(rf"[^\W\d_\u2e80-\u9fff](?:[^\W\d_\u2e80-\u9fff]|[{_MARKS}])*|[\u4e00-\u9fff][{_MARKS}]")
_SCRIPTS = ("LATIN", "FULLWIDTH LATIN", "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "HANGUL")
_SINKS = re.compile(
    r"\b(?:decreas|declin|reduc|fell|fall|drop|down|loss|negative|deficit|used in|outflow|lower)|"
    r"减少|下降|降低|亏损|负|减|流出",
    re.IGNORECASE,
)
_LOOK_ALIKE = re.compile("[曰亓]")  # 日, 元
_KANA = re.compile(r"[\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff]+")


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
    def composed(self) -> str:
        return unicodedata.normalize("NFC", self.words.text)

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(index_terms("\n".join((self.sentences, self.headings, self.question))))


def unfounded(claim: str, evidence: Evidence) -> Iterator[Finding]:
    """What a claim states that the evidence does not. Empty when everything is there."""
    sinks = sinking(claim, evidence.sentences)
    for quantity in counted(quantities(claim)):
        there = evidence.quantities + (evidence.lent if quantity.kind in ("label", "date") else [])
        if not any(agrees(quantity, one) or (sinks and agrees(negative(quantity), one)) for one in there):
            yield Finding(quantity.kind, quantity.text.strip(), _instead(quantity, there))
    for name in names(claim):
        if not _stands(name, evidence) and not (claim.startswith(name) and _same_stem(name, evidence)):
            yield Finding("entity", name, where=evidence.sentences)
    for word in _unusual(claim):
        if word not in evidence.composed:
            yield Finding("script", word)
    if _unrelated(claim, evidence):
        yield Finding("unrelated", claim, evidence.sentences)


def sinking(claim: str, sentences: str) -> bool:
    """Whether one of the texts speaks of a fall or loss, so that 5 % may be -5 %."""
    return bool(_SINKS.search(claim) or _SINKS.search(sentences))


def _instead(quantity: Quantity, there: Sequence[Quantity]) -> str:
    """What the evidence says of the kind: of the same unit if there is any."""
    alike = [q for q in there if q.kind == quantity.kind and q.counted]
    same = [q for q in alike if q.unit == quantity.unit] or [q for q in alike if q.unit] or alike
    return ", ".join(list(dict.fromkeys(q.text.strip() for q in same))[:_MOST_SHOWN])


def _unusual(claim: str) -> Iterator[str]:
    """Words with letters of other scripts than Latin, Han, kana and Hangul, or with marks on them.

    To a person `nоt` with a Cyrillic о says not; to the rules of `polarity` it is no word they know. Kana
    look like Han numerals (ニ, ー), so they must stand in the cited text too.
    """
    for word in _WORD.findall(unicodedata.normalize("NFC", claim)):
        if not word.isascii() and not all(unicodedata.name(c, "").startswith(_SCRIPTS) for c in word):
            yield word
    yield from _KANA.findall(claim)
    yield from _LOOK_ALIKE.findall(claim)


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


def _same_stem(word: str, evidence: Evidence) -> bool:
    """Whether the first word of a claim, capitalised there, has the stem of one of the evidence's words."""
    stem = max(_LEAST_STEM, len(word) - _LONGEST_ENDING)
    return word.isascii() and word[1:].islower() and any(t.startswith(word[:stem].lower()) for t in evidence.terms)


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
