"""Gate G4, second half: not, must and may, at most and at least.

A claim is taken clause by clause; each clause is compared with the clause of
the cited sentences that it shares most words with, never with the whole
paragraph (found: 400 of 400 flipped negations against 225; FACTS).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from navigators.checks.alignment import plain, written_out
from navigators.checks.contrasts import against
from navigators.checks.folding import squeezed
from navigators.checks.wording import Finding
from stores.tokens import index_terms


class Modality(Enum):
    MUST = "must"
    MAY = "may"
    MUST_NOT = "must not"
    NEED_NOT = "need not"


class Bound(Enum):
    MOST = "at most"
    LEAST = "at least"
    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True, slots=True)
class Polarity:
    negations: int  # how often it says not, no, without, ...
    modalities: Counter[Modality]
    bounds: frozenset[Bound]

    @property
    def negated(self) -> bool:
        return bool(self.negations or self.modalities[Modality.MUST_NOT] or self.modalities[Modality.NEED_NOT])


def _words(zh: str, en: str) -> re.Pattern[str]:
    return re.compile(rf"{zh}|\b(?:{en})\b", re.IGNORECASE)


# Read in this order; what one rule has read, the next ones do not see.
_NEUTRAL = _words(
    "方可|方能|才能|才可以?|不仅|不但|不同(?!意)|不论|无论|不管(?!理)|不断|不久|不动产|无形|未来|未成年|非常|无记名|不可抗力|不良|不记名|不限于|莫不|可能|可靠|可疑|可见|"
    "可操作|可执行|可行|许可|认可|应用|应急|响应|供应|应收|应付|应对|对应|相应|反应|适应|效应|非现场|非面对面|非自然人|非金融|非法|"
    "不能说|必要|须知|\\bno\\.(?=\\s*\\d)",
    r"not only|whether or not|if not|not limited to|no one but|non-\w+|nonetheless|notwithstanding|may \d+|"
    r"(?:in|of|by|since|until|\d|\dst|\dnd|\drd|\dth) may|may(?=,? (?:19|20)\d\d)",
)
_MODAL = "(?:(?:shall|must|may|can|should|will|is|are) )?"
_BOUNDS: tuple[tuple[re.Pattern[str], Bound], ...] = (
    (
        _words(
            "(?:不得|不应|不)(?:超过|高于|多于|晚于|迟于|大于)|至多|最多|最高|最迟|最晚|以下|以内|之内|上限|(?:之日起|后|前)?"
            "[0-9零一二三四五六七八九十百]个?(?:工作)?[日天年月时]内",
            f"{_MODAL}(?:not|never|no|cannot) (?:permitted |allowed )?(?:to )?"
            f"(?:be )?(?:exceed(?:ed|ing|s)?|more than|greater than|later than|"
            "longer than|above|over)|at most|up to|maximum(?: of)?|no later than|within",
        ),
        Bound.MOST,
    ),
    (
        _words(
            "(?:不得|不应|不)(?:低于|少于|小于|早于|短于)|至少|最少|最低|以上|下限",
            f"{_MODAL}(?:not|never|no) (?:permitted |allowed )?(?:to )?(?:be"
            f" )?(?:less than|fewer than|lower than|below|under|earlier than|"
            "shorter than)|at least|minimum(?: of)?|or more",
        ),
        Bound.LEAST,
    ),
    (
        _words("超过|高于|多于|大于|超出|超過", "more than|greater than|above|exceed(?:s|ed|ing)?|over(?= [\\d$])"),
        Bound.OVER,
    ),
    (_words("低于|少于|小于|不足|不满|未满", "less than|fewer than|below|under(?= [\\d$])"), Bound.UNDER),
)
_MODALITIES: tuple[tuple[re.Pattern[str], Modality], ...] = (
    (
        _words(
            "不必|无需|无须|不需要|不需|毋须|可以不|可不",
            "(?:is|are|be|was|were) not (?:required|obliged|obligated)(?: to)?|need not|do(?:es)? not (?:need|have) to|"
            "not necessary",
        ),
        Modality.NEED_NOT,
    ),
    (
        _words(
            "不得|禁止|严禁|不准|不可以|不可|不能够?|无法|不允许|不应当?|不许",
            r"(?:must|shall|may|can|should|will) (?:not|never)|cannot|can['’]t|mustn['’]t|"
            r"(?:is|are|be) (?:not (?:allowed|permitted|to)|prohibited|forbidden|barred)|prohibits?|forbids?|"
            r"(?:is|are) unlawful|(?:no|neither|nor)\b"
            r"(?=.{0,60}\b(?:may|shall|must|can|(?:is|are) (?:allowed|permitted|entitled))\b)",
        ),
        Modality.MUST_NOT,
    ),
    (
        _words(
            "应当|必须|须|务必|应该|应(?=[^急用对付收聘邀])|需要|有义务",
            "must|shall|(?:is|are|be) (?:required|obliged|obligated)(?: to)?|ha(?:s|ve) to|needs? to|requires?|"
            "mandatory",
        ),
        Modality.MUST,
    ),
    (
        _words(
            "可以|有权|允许|可(?=[^能靠疑见])|得以",
            "may|can|(?:is|are|be) (?:allowed|permitted|entitled|free)(?: to)?|permits?|allows?|optional",
        ),
        Modality.MAY,
    ),
)
_NEGATION = _words(
    "不|未|没有|没|无|非|拒绝|除外|免于|免除",
    r"not|no|never|none|neither|nor|without|unless|except|\w+n['’]t|refus(?:e|es|ed)|exempt(?:ed)?|exclud(?:e|es|ed)|"
    r"fail(?:s|ed)? to",
)
_CLAUSE = re.compile(
    r"(?:(?<!\d),|,(?!\d)|[，;；。！？!?：:\n])+\s*|(?<=[a-z])(?<![Nn]o)\.\s+|\s+(?:but|and|or|while|whereas)\s+|"
    r"\s+(?=(?:unless|except|if|when|because)\s)"
)
_PREFIX = re.compile(r"\b(?:un|non-?|in|im|ir|dis)([a-z]{4,})\b", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_LEAST_TERMS = 2  # a clause with fewer content terms goes with the one before it
_SAME_WORDS = 0.8  # of all content terms of two clauses: from here on every not, must and may is counted
_SOME_MATCH = 0.3  # below it nothing is compared
_GOOD_MATCH = 0.45  # of a clause's terms; below it whole sentences are compared


def polarity(text: str) -> Polarity:
    """What a clause says of not, must and may, at most and at least."""
    text = _NEUTRAL.sub(" ", plain(text))
    bounds = set()
    for pattern, bound in _BOUNDS:
        if pattern.search(text):
            bounds.add(bound)
            text = pattern.sub(" ", text)
    modalities: Counter[Modality] = Counter()
    for pattern, modality in _MODALITIES:
        text, count = pattern.subn(" ", text)
        modalities[modality] += count
    return Polarity(len(_NEGATION.findall(text)), +modalities, frozenset(bounds))


def disagreements(claim: str, sentences: Sequence[str]) -> Iterator[Finding]:
    """Where a claim says otherwise than the cited sentences. Empty when it agrees."""
    claim, sentences = written_out(claim), [written_out(s) for s in sentences]
    there = [(c, _terms(c)) for s in sentences for c in _clauses(s)]
    verbatim = {squeezed(c) for c, _ in there}
    for clause in _clauses(claim):
        terms = _terms(clause)
        best = _nearest(terms, there)
        if best is None or squeezed(clause) in verbatim:
            continue
        shared = len(terms & best[1])
        if shared >= _GOOD_MATCH * len(terms):
            close = shared >= _SAME_WORDS * len(terms | best[1])
            yield from _differences(clause, best[0], close)
        else:
            yield from _from_whole(clause, terms, sentences)


def _from_whole(clause: str, terms: frozenset[str], sentences: Sequence[str]) -> Iterator[Finding]:
    """A clause whose words are spread over a sentence, against all of it: clear only where all of it is one way."""
    best = _nearest(terms, [(s, _terms(s)) for s in sentences])
    if best is None or len(terms & best[1]) < _SOME_MATCH * len(terms):
        return
    said = polarity(clause)
    parts = [polarity(c) for c in _clauses(best[0])]
    if said.negated and not any(p.negated for p in parts):
        yield Finding("negation", clause, best[0], "added")
    elif not said.negated and parts and all(p.negated for p in parts):
        yield Finding("negation", clause, best[0], "dropped")
    else:
        true = sum((p.modalities for p in parts), Counter())
        if said.modalities and true and not said.modalities & true:
            yield _modality(said.modalities, true, best[0])


def compared(claim: str, cited: str) -> Iterator[Finding]:
    """Words of a claim against those they stand in place of: every not, must, may, limit and direction counts."""
    yield from _differences(claim, cited, close=True, in_place=True)


def _clauses(text: str) -> list[str]:
    """Clauses with at least a few content terms each."""
    kept: list[str] = []
    for part in _CLAUSE.split(_SPACES.sub(_one_space, text)):
        if not part.strip():
            continue
        if kept and (len(_terms(part)) < _LEAST_TERMS or len(_terms(kept[-1])) < _LEAST_TERMS):
            kept[-1] = f"{kept[-1]} {part}"
        else:
            kept.append(part)
    return kept


def _one_space(run: re.Match[str]) -> str:
    return "\n" if "\n" in run.group() else " "


def _terms(text: str) -> frozenset[str]:
    han = any("\u4e00" <= c <= "\u9fff" for c in text)
    return frozenset(t for t in index_terms(text) if not han or len(t) > 1)


def _nearest(terms: frozenset[str], there: Sequence[tuple[str, frozenset[str]]]) -> tuple[str, frozenset[str]] | None:
    """The words that share most terms; of equals the shorter."""
    return max(there, key=lambda one: (len(terms & one[1]), -len(one[1])), default=None)


def _differences(claim: str, cited: str, close: bool, in_place: bool = False) -> Iterator[Finding]:
    """`close`: both clauses have nearly the same words, so each not, must and may must be there as often."""
    said, true = polarity(_prefixes_written_out(claim, cited)), polarity(_prefixes_written_out(cited, claim))
    if said.negated != true.negated or (close and said.negations != true.negations):
        more = said.negated > true.negated or said.negations > true.negations
        yield Finding("negation", claim, cited, "added" if more else "dropped")
    elif _other_modality(said.modalities, true.modalities, close):
        yield _modality(said.modalities, true.modalities, cited)
    if said.bounds and true.bounds and not said.bounds & true.bounds:
        yield Finding("bound", _named(said.bounds), _named(true.bounds), where=cited)
    for mine, theirs in against(claim, cited, in_place=in_place):
        yield Finding("direction", mine, theirs, where=cited)


def _prefixes_written_out(text: str, other: str) -> str:
    """unresolved as not resolved, where the other text has resolved."""
    return _PREFIX.sub(lambda m: f"not {m[1]}" if re.search(rf"\b{m[1]}\b", other, re.IGNORECASE) else m.group(), text)


def _other_modality(said: Counter[Modality], true: Counter[Modality], close: bool) -> bool:
    """A clause that only leaves out a must still tells what is done; one that leaves out a may does not."""
    if close:
        return bool(said - true) or bool((true - said)[Modality.MAY])
    return bool(said and true and not said & true)


def _modality(said: Counter[Modality], true: Counter[Modality], cited: str) -> Finding:
    more, less = said - true or said, true - said or true
    return Finding("modality", _named(more), _named(less), "" if more else "dropped", cited)


def _named(found: Iterable[Modality] | Iterable[Bound]) -> str:
    return ", ".join(sorted(one.value for one in found))
