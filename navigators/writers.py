"""Writers: passages in, a draft out. A draft is untrusted input until the gates have passed it.

    Writer.write(WriteCall) -> Draft | DraftFault

`ExtractiveWriter` needs no model: it answers with the sentences of the passages
that meet the question best, word for word, and with nothing when none is good
enough. It says so: `generator: extractive`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from docs_ingest.sentences import sentence_spans
from docs_ingest.structure.labels import label_at
from navigators.checks.folding import UNSEEN
from navigators.checks.gates import Repair
from navigators.drafts import Draft, DraftCite, DraftClaim, DraftFault, parse_draft
from navigators.facets import Ask, Wants
from stores.records import Facet, Passage
from stores.tokens import index_terms, numeric


@dataclass(frozen=True, slots=True)
class WriteCall:
    question: str
    facets: tuple[Facet, ...]
    passages: tuple[Passage, ...]  # in document order
    rarity: Mapping[str, float]  # idf of the question's terms over the opened versions
    repairs: tuple[Repair, ...] = ()  # what did not pass, with the true text: the one repair round


class Writer(Protocol):
    """`name` is what the answer says made it."""

    name: str

    async def write(self, call: WriteCall) -> Draft | DraftFault: ...


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a sentence is good enough; chosen on the curve of `bench/abstention.py`, see `docs/measured.md`."""

    answer: float = 0.58  # of a facet's weight, met by the best sentence in its place
    also: float = 0.9  # of the best sentence's score, for a further sentence
    most: int = 3  # sentences a facet


_TIME = re.compile(
    r"(?:19|20)\d\d|[年月日天周时]|小时|分钟|季度|\b(?:january|february|march|april|may|june|july|august|september|october|"
    r"november|december|(?:minute|hour|day|week|month|quarter|year)s?|annual(?:ly)?|daily|monthly|weekly|once)\b",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|hundred|thousand|million|billion|half|third|quarter|twice|none)\b",
    re.IGNORECASE,
)
_IN_PLACE = 0.5  # weight of a word met by the passage or the headings, not by the sentence itself
_WRONG_KIND = 0.6  # factor when a number or a time is asked for and the sentence has none
_PASSAGE = 0.2  # what the evidence of its passage adds to a sentence's rank (never to its score)


@dataclass(frozen=True, slots=True)
class _Sentence:
    passage: Passage
    quote: str
    score: float  # 0..1: share of the question's weight
    rank: float
    order: int


class ExtractiveWriter:
    """Verbatim sentences, best first, each with its own place as its citation."""

    name = "extractive"

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self._thresholds = thresholds or Thresholds()

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        chosen: dict[tuple[str, str], DraftClaim] = {}
        for facet in call.facets:
            for sentence in self._best(Ask(facet.text), call.passages, call.rarity):
                key = (sentence.passage.local, sentence.quote)
                before = chosen[key].facets if key in chosen else ()
                chosen[key] = DraftClaim(
                    text=" ".join(UNSEEN.sub("", sentence.quote).split()),
                    kind="fact",
                    cites=(DraftCite(sentence.passage.local, sentence.quote),),
                    facets=(*before, facet.id),
                )
        return Draft(tuple(chosen.values()))

    def _best(self, ask: Ask, passages: Sequence[Passage], rarity: Mapping[str, float]) -> list[_Sentence]:
        limits = self._thresholds
        scored = sorted(_scored(ask, passages, rarity), key=lambda s: (-s.rank, s.order))
        if not scored or scored[0].score < limits.answer:
            return []
        bar = max(limits.answer, scored[0].score * limits.also)
        return [s for s in scored if s.score >= bar][: limits.most]


def _scored(ask: Ask, passages: Sequence[Passage], rarity: Mapping[str, float]) -> list[_Sentence]:
    """Every sentence of the passages with the share of the question's weight that it meets in its place."""
    weights = {t: w * rarity.get(t, 1.0) for t, w in ask.weights.items()}
    total = sum(weights.values()) or 1.0
    asked = {t for t in weights if numeric(t)}
    strongest = max((p.score for p in passages), default=0.0) or 1.0
    sentences: list[_Sentence] = []
    for passage in passages:
        around = set(index_terms(" ".join((*passage.breadcrumb, passage.text))))
        in_place = sum(w for t, w in weights.items() if t in around)
        for start, end in sentence_spans(passage.text):
            quote = passage.text[start:end]
            label = label_at(quote)
            words = quote if label is None else quote[label.length :]  # 第三十条 is not the number asked for
            terms = set(index_terms(words))
            own = sum(w for t, w in weights.items() if t in terms)
            score = (own + _IN_PLACE * (in_place - own)) / total
            if own and not _fits(ask.wants, words, terms - asked):
                score *= _WRONG_KIND
            if own:
                rank = score + _PASSAGE * passage.score / strongest
                sentences.append(_Sentence(passage, quote, score, rank, len(sentences)))
    return sentences


def _fits(wants: Wants, quote: str, terms: set[str]) -> bool:
    """Whether a sentence holds the kind of thing asked for."""
    if wants is Wants.NUMBER:
        return any(numeric(t) for t in terms) or bool(_NUMBER_WORD.search(quote))
    if wants is Wants.TIME:
        return bool(_TIME.search(quote))
    return True


class RecordedWriter:
    """Hands in again, in order, what a stored run's writer handed in."""

    def __init__(self, name: str, drafts: Sequence[str]) -> None:
        self.name = name
        self._drafts = list(drafts)

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        return parse_draft(self._drafts.pop(0), "stop") if self._drafts else Draft(())
