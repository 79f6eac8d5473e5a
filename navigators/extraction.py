"""Which sentence answers: every sentence of the passages, scored against what a facet asks for.

    score = (own + in_place) / weight of the question's words, times how well the kind of answer fits

A word met by the sentence itself counts whole; one met only by its passage, by
the headings above or by the question's own document counts half. Of a table row
the column heads count as its own words. The figures behind the constants are in
`docs/measured.md` (`bench/abstention.py`); none moves a question set by more
than a point or two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from docs_ingest.sentences import sentence_spans
from docs_ingest.structure.labels import heading_like, label_at
from navigators.checks.quantities import Quantity, counted, quantities
from navigators.facets import Ask, Wants
from stores.records import Passage
from stores.tokens import index_terms

_IN_PLACE = 0.5  # weight of a word that only the passage or its headings have
_WRONG_KIND = 0.6  # factor when a number, a day or a length of time is asked for and there is none
_HALF_RIGHT = 0.85  # when there is something of the kind: a year where a day is asked for
_PASSAGE = 0.4  # what the evidence of its passage adds to a sentence's rank (never to its score)
_EXAMINED = 40  # best sentences whose kind of answer is examined
_CELL = " | "
_TIME_UNITS = frozenset({"minute", "hour", "day", "workday", "week", "month", "year"})


@dataclass(frozen=True, slots=True)
class Sentence:
    passage: Passage
    quote: str
    score: float  # 0..1
    rank: float  # what sentences are ordered by
    order: int  # in document order


def sentences_for(ask: Ask, passages: Sequence[Passage], rarity: Mapping[str, float]) -> list[Sentence]:
    """The sentences that meet any of a facet's words, best first. `rarity`: idf of the words."""
    met = sorted(_met(ask, passages, rarity), key=lambda s: (-s.rank, s.order))
    examined = [_fitted(ask, s) for s in met[:_EXAMINED]]
    return sorted([*examined, *met[_EXAMINED:]], key=lambda s: (-s.rank, s.order))


def _met(ask: Ask, passages: Sequence[Passage], rarity: Mapping[str, float]) -> Iterator[Sentence]:
    weights = {t: w * rarity.get(t, 1.0) for t, w in ask.weights.items()}
    total = sum(weights.values()) or 1.0
    strongest = max((p.score for p in passages), default=0.0) or 1.0
    order = 0
    for passage in passages:
        around = set(index_terms(" ".join((*passage.breadcrumb, passage.text))))
        in_place = sum(w for t, w in weights.items() if t in around)
        heads = set(index_terms(_column_heads(passage)))
        for quote in _candidates(passage):
            terms = set(index_terms(_unlabelled(quote)))
            if heads and _CELL in quote:
                terms |= heads
            own = sum(w for t, w in weights.items() if t in terms)
            order += 1
            if own:
                score = (own + _IN_PLACE * (in_place - own)) / total
                yield Sentence(passage, quote, score, score + _PASSAGE * passage.score / strongest, order)


def _column_heads(passage: Passage) -> str:
    """The first row of the table that a passage is, or is a row of; empty where it is neither."""
    first, _, more = passage.text.partition("\n")
    if _CELL in first and _CELL in more:
        return first
    above = passage.breadcrumb[-1] if passage.breadcrumb else ""
    return above if _CELL in above and _CELL in first else ""


def _candidates(passage: Passage) -> Iterator[str]:
    """The passage's sentences, without a heading that only leads to them."""
    spans = sentence_spans(passage.text)
    for i, (start, end) in enumerate(spans):
        quote = passage.text[start:end]
        leads = i == 0 and len(spans) > 1 and _CELL not in quote and heading_like(quote.lstrip("# "))
        if not leads:
            yield quote


def _unlabelled(quote: str) -> str:
    """Without its label: 第三十条 is not the number asked for."""
    label = label_at(quote)
    return quote if label is None else quote[label.length :]


def _fitted(ask: Ask, sentence: Sentence) -> Sentence:
    fit = _fit(ask, _unlabelled(sentence.quote))
    if fit == 1.0:
        return sentence
    score = sentence.score * fit
    return replace(sentence, score=score, rank=sentence.rank - sentence.score + score)


def _fit(ask: Ask, words: str) -> float:
    """How well a sentence holds the kind of thing asked for, 0..1."""
    if ask.wants is Wants.ANY:
        return 1.0
    found = [q for q in counted(quantities(words)) if q.text not in ask.text.lower()]
    if ask.wants is Wants.NUMBER:
        return 1.0 if any(q.kind in ("number", "percent") for q in found) else _WRONG_KIND
    if any(_is_day(q) if ask.wants is Wants.DAY else q.unit in _TIME_UNITS for q in found):
        return 1.0
    near = any(q.kind == "date" or q.unit in _TIME_UNITS for q in found)
    return _HALF_RIGHT if near else _WRONG_KIND


def _is_day(quantity: Quantity) -> bool:
    """A date that names at least a month."""
    return quantity.kind == "date" and isinstance(quantity.value, tuple) and quantity.value[1] is not None
