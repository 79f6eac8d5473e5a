"""Which sentence answers: every sentence of the passages, scored against what a facet asks for.

    rank  = weights . (own, passage, order, around, fit)                what sentences are ordered by
    score = own + .75 (in place - own), less where the kind of answer is not there      what is abstained on

own: share of the facet's words (by weight and rarity) that the sentence has;
in place: that its passage has, or the headings above. passage: the passage's
evidence beside the best one's. order: share that it has in the question's order
(longest common subsequence). around: what the sentences beside it add, the next
one half. fit: whether it holds the kind of thing asked for (`answer_kinds`),
looked for in the stretch of clauses that meets the question best. Of a table row
the column heads count as its own words, of a list item its stem; a row of which
nothing but the label is asked for scores less. Scores of Han questions are
raised, so that a score means the same in both languages.

`bench/weights.py` fits the weights of the rank, one set of questions left out in
turn; threshold and factors of the score stand on the curve of `bench/answers.py`.
Figures: `docs/measured.md`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from docs_ingest.sentences import sentence_spans
from docs_ingest.structure.labels import Label, heading_like, label_at
from docs_ingest.tables import CELL
from navigators.answer_kinds import Fit, Kind, Wanted, fit, wanted
from navigators.facets import Ask
from navigators.wholes import column_heads, row_label, stem_of
from stores.records import Passage
from stores.tokens import index_terms

_IN_PLACE = 0.75  # weight in the score of a word that only the passage or its headings have
_FACTORS = {Fit.RIGHT: 1.0, Fit.NEAR: 0.7, Fit.WRONG: 0.6, Fit.ANY: 1.0}  # of the score
_HAN = 0.86  # of the score: as many answers are right from .48 in Chinese as from .56 in English
_NAMED = 0.4  # of the question beside the label of a row, to be met by its other cells and their heads
_FOLLOWING = 0.5  # of what the next sentence adds
_EXAMINED = 40  # best sentences whose order and kind of answer are examined
_STRETCH = 100  # columns of the clauses in which the kind of answer is looked for
_CLAUSE = re.compile(r"[^，,；;：:]+[，,；;：:]*")


@dataclass(frozen=True, slots=True)
class Features:
    """What the rank of a sentence is made of; all but `fit` (-1..1) are 0..1."""

    own: float
    passage: float
    order: float = 0.0
    around: float = 0.0
    fit: float = 0.0

    def times(self, weights: "Features") -> float:
        pairs = zip(self.values, weights.values, strict=True)
        return sum(a * b for a, b in pairs)

    @property
    def values(self) -> tuple[float, ...]:
        return (self.own, self.passage, self.order, self.around, self.fit)


WEIGHTS = Features(own=6.7, passage=4.1, order=2.8, around=3.4, fit=0.75)
"""Rounded from `bench/weights.py` over all sets; a difference of 1 in rank means odds of e to 1."""


@dataclass(frozen=True, slots=True)
class Sentence:
    passage: Passage
    start: int  # in the passage's text
    end: int
    score: float  # 0..1
    rank: float  # what sentences are ordered by
    order: int  # in document order
    features: Features

    @property
    def quote(self) -> str:
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True)
class _Read:
    """A sentence as terms, with what stands beside it."""

    passage: Passage
    start: int
    end: int
    order: int
    heads: tuple[str, ...]  # terms of column heads or of a stem: they count as its own
    leads: bool  # a heading that only leads to the others
    row: bool  # of a table

    @cached_property
    def label(self) -> Label | None:
        return label_at(self.passage.text[self.start : self.end])

    @cached_property
    def words(self) -> str:
        """Without its label: 第三十条 is not the number asked for."""
        quote = self.passage.text[self.start : self.end]
        return quote if self.label is None else quote[self.label.length :]

    @cached_property
    def sequence(self) -> list[str]:
        return [*self.heads, *index_terms(self.words)]

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(self.sequence)


def sentences_for(ask: Ask, passages: Sequence[Passage], rarity: Mapping[str, float]) -> list[Sentence]:
    """The best sentences that meet any of a facet's words, best first. `rarity`: idf of the words."""
    weights = {t: w * rarity.get(t, 1.0) for t, w in ask.weights.items()}
    met = sorted(_met(weights, passages), key=lambda m: (-m.rank, m.read.order))
    asked = [t for t in weights if t[0] < "\u2e80" or len(t) == 1]  # no bigrams: their characters are there
    kind = wanted(ask.text)
    examined = [_examined(ask.text, asked, kind, weights, m) for m in met[:_EXAMINED]]
    return sorted(examined, key=lambda s: (-s.rank, s.order))


@dataclass(frozen=True, slots=True)
class _Met:
    """A sentence that has some of the words, before its order and kind are examined."""

    read: _Read
    in_place: float
    features: Features
    rank: float


def _met(weights: Mapping[str, float], passages: Sequence[Passage]) -> Iterator[_Met]:
    total = sum(weights.values()) or 1.0
    strongest = max((p.score for p in passages), default=0.0) or 1.0
    above: dict[tuple[str, ...], frozenset[str]] = {}
    order = 0
    for passage in passages:
        if passage.breadcrumb not in above:
            above[passage.breadcrumb] = frozenset(index_terms(" ".join(passage.breadcrumb)))
        reads = list(_reads(passage, order))
        order += len(reads)
        labels = " ".join(r.label.text for r in reads if r.label is not None)
        around = above[passage.breadcrumb].union(index_terms(labels), *(r.terms for r in reads))
        in_place = sum(w for t, w in weights.items() if t in around) / total
        if reads and reads[0].leads and (len(reads) > 1 or passage.text.startswith("#")):
            del reads[0]
        own = [{t for t in weights if t in r.terms} for r in reads]
        for i, read in enumerate(reads):
            if not own[i]:
                continue
            before = own[i - 1] - own[i] if i else set()
            after = own[i + 1] - own[i] - before if i + 1 < len(reads) else set()
            beside = sum(weights[t] for t in before) + _FOLLOWING * sum(weights[t] for t in after)
            share = sum(w for t, w in weights.items() if t in own[i]) / total
            features = Features(share, passage.score / strongest, around=beside / total)
            yield _Met(read, max(in_place, share), features, features.times(WEIGHTS))


def _reads(passage: Passage, order: int) -> Iterator[_Read]:
    """The passage's sentences."""
    spans = sentence_spans(passage.text)
    heads = tuple(index_terms(column_heads(passage)))
    for i, (start, end) in enumerate(spans):
        quote = passage.text[start:end]
        row = CELL in quote
        stem = None if row else stem_of(passage.text, spans, i)
        above = heads if row else () if stem is None else tuple(index_terms(passage.text[slice(*stem)]))
        leads = i == 0 and not row and heading_like(quote.lstrip("# "))
        yield _Read(passage, start, end, order + i, above, leads, row)


def _examined(question: str, asked: Sequence[str], kind: Wanted, weights: Mapping[str, float], met: _Met) -> Sentence:
    read, found = met.read, met.features
    held = Fit.ANY if kind.kind is Kind.ANY else fit(kind, question, _stretch(read.words, weights))
    features = Features(
        own=found.own,
        passage=found.passage,
        order=_in_order(asked, read.sequence, weights),
        around=found.around,
        fit=float(held.value or 0),
    )
    share = found.own + _IN_PLACE * (met.in_place - found.own)
    score = share * _FACTORS[held] * _named_column(read, weights) / _scale(weights)
    return Sentence(read.passage, read.start, read.end, min(1.0, score), features.times(WEIGHTS), read.order, features)


def _named_column(read: _Read, weights: Mapping[str, float]) -> float:
    """Less for a row of which the question names the label and little else: what it asks for is not in this table."""
    if not read.row or not read.heads:
        return 1.0
    label = frozenset(index_terms(row_label(read.words)))
    others = sum(w for t, w in weights.items() if t not in label)
    met = sum(w for t, w in weights.items() if t not in label and t in read.terms)
    return 1.0 if met >= _NAMED * others else _FACTORS[Fit.NEAR]


def _scale(weights: Mapping[str, float]) -> float:
    """What a share is worth: of a Han question, bigrams are never met unless the words are the very same."""
    han = sum(w for t, w in weights.items() if t[0] >= "\u2e80")
    return 1.0 - (1.0 - _HAN) * han / (sum(weights.values()) or 1.0)


def _in_order(asked: Sequence[str], read: Sequence[str], weights: Mapping[str, float]) -> float:
    """The heaviest common subsequence of question and sentence, as a share of the question."""
    wanted_terms = frozenset(asked)
    here = [t for t in read if t in wanted_terms]
    best = [0.0] * (len(here) + 1)
    for term in asked:
        row = [0.0]
        for j, other in enumerate(here):
            row.append(best[j] + weights[term] if term == other else max(best[j + 1], row[j]))
        best = row
    return best[-1] / (sum(weights[t] for t in asked) or 1.0)


def _stretch(words: str, weights: Mapping[str, float]) -> str:
    """The run of clauses, at most `_STRETCH` columns, that meets the question best; a short sentence whole."""
    if _columns(words) <= _STRETCH:
        return words
    clauses = _CLAUSE.findall(words)
    widths = [_columns(c) for c in clauses]
    met = [frozenset(weights).intersection(index_terms(c)) for c in clauses]
    best, chosen = -1.0, words
    for i in range(len(clauses)):
        end, width, terms = i + 1, widths[i], met[i]
        while end < len(clauses) and width + widths[end] <= _STRETCH:
            width, terms, end = width + widths[end], terms | met[end], end + 1
        found = sum(w for t, w in weights.items() if t in terms)
        if found > best:
            best, chosen = found, "".join(clauses[i:end])
    return chosen


def _columns(words: str) -> int:
    """Width on a terminal: Han characters take two columns."""
    return len(words) if words.isascii() else len(words) + sum("\u2e80" <= c <= "\uffef" for c in words)
