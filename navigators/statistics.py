"""Term statistics of one version: which passages meet a question's words, and how well.

For a passage p and a question q (the formula and its constants are measured in
`docs/measured.md`; no constant moves a question set by more than 1.5 points):

    evidence = [ sum_t w_t * idf_t * 2.2 T_t / (T_t + 1.2) ] * C^0.3 * (1 + D * asks_for_number)
    T_t = body_tf / (.25 + .75 len/mean) + head_tf / (.5 + .5 head_len/mean)

w_t counts t in the question; the head of a passage is the path of headings above
it; C is the share of the question's idf mass met by the passage, its head or the
document's title; D = min(1, share of numbers among its words / .4). Evidence is
divided by its greatest possible value, so that 0..1 means the same at every
level and in every document.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum, log

from docs_ingest.tables import heads_of
from navigators.facets import Ask, Wants
from stores.records import Node, NodeKind, Tree
from stores.tokens import index_terms, numeric

_K1 = 1.2
_B = 0.75
_HEAD_B = 0.5
_COVERAGE_POWER = 0.3
_NUMBER_SHARE = 0.4
_BARE_HEADING = 0.5  # a heading alone counts half: its words already count for everything below it
_GIST = 1500  # code points of a node that its characteristic terms are taken from
COUNTS_AS_HIT = 0.05  # evidence from which a passage counts as a hit below a node


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well one passage meets a question."""

    score: float  # 0..1
    coverage: float  # 0..1, share of the question's idf mass


@dataclass(frozen=True, slots=True)
class TermCounts:
    """In how many passages terms occur: of one version, or of several together."""

    passages: int
    frequency: Mapping[str, int]

    def idf(self, term: str) -> float:
        df = min(self.passages, self.frequency.get(term, 0))  # heads are counted too
        return log(1 + (self.passages - df + 0.5) / (df + 0.5))


def pooled(counts: Iterable[TermCounts]) -> TermCounts:
    """The counts of several versions as of one."""
    passages, frequency = 0, Counter[str]()
    for one in counts:
        passages += one.passages
        frequency.update(one.frequency)
    return TermCounts(passages, frequency)


class TreeStatistics:
    """Made once per version (0.3 s per million characters) and kept: versions never change."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.passages: tuple[Node, ...] = tuple(n for n in tree.nodes if n.passage_key is not None)
        self._title = frozenset(index_terms(tree.version.title))
        self._postings: dict[str, array[int]] = {}  # term -> passage, count, passage, count, ...
        self._lengths = array("I")
        self._numbers = array("f")
        self._read_bodies()
        self._head_of, self._heads = self._read_heads()
        head_lengths = [sum(head.values()) for head in self._heads]
        self._head_norm = [_norm(_HEAD_B, n, head_lengths) for n in head_lengths]
        mean = max(1.0, sum(self._lengths) / max(1, len(self._lengths)))
        self._body_norm = [1 - _B + _B * n / mean for n in self._lengths]

    def _read_bodies(self) -> None:
        for i, node in enumerate(self.passages):
            terms = index_terms(self.tree.text_of(node))
            self._lengths.append(len(terms))
            self._numbers.append(sum(map(numeric, terms)) / max(1, len(terms)))
            for term, count in Counter(terms).items():
                postings = self._postings.get(term)
                if postings is None:
                    postings = self._postings[term] = array("I")
                postings.append(i)
                postings.append(count)

    def _read_heads(self) -> tuple[list[int], list[Counter[str]]]:
        """For each passage which head it has, and the heads: most passages share theirs with neighbours."""
        heads: list[Counter[str]] = []
        known: dict[tuple[str, ...], int] = {}
        head_of = []
        for node in self.passages:
            words = heads_of(self.tree, node)
            if words not in known:
                known[words] = len(heads)
                heads.append(Counter(t for w in words for t in index_terms(w)))
            head_of.append(known[words])
        return head_of, heads

    def counts(self, terms: Iterable[str]) -> TermCounts:
        """In how many passages (or heads) these terms occur."""
        return TermCounts(
            len(self.passages),
            {t: len(self._postings.get(t, ())) // 2 + sum(t in head for head in self._heads) for t in terms},
        )

    @cached_property
    def words(self) -> int:
        """How many words the version has."""
        return sum(self._lengths)

    def occurrences(self, term: str) -> int:
        """How often the version says a term."""
        postings = self._postings.get(term)
        return sum(postings[1::2]) if postings else 0

    def evidence(self, ask: Ask, collection: TermCounts | None = None) -> dict[int, Evidence]:
        """Index of each passage that meets any of the question's words -> its evidence.

        `collection` mixes in how rare the terms are over several versions.
        """
        weights = ask.weights
        counts = self.counts(weights)
        idf = {t: counts.idf(t) for t in weights}
        if collection is not None:
            idf = {t: (own + collection.idf(t)) / 2 for t, own in idf.items()}
        mass = sum(idf.values())
        most = sum(weights[t] * idf[t] * (_K1 + 1) for t in weights)
        if not most:
            return {}
        sums, met = self._sums(weights, idf)
        everywhere = sum(idf[t] for t in weights if t in self._title)
        number = ask.wants is not Wants.ANY
        found = {}
        for i, total in sums.items():
            titled = everywhere - fsum(idf[t] for t in met[i] if t in self._title)
            coverage = max(0.0, min(1.0, (fsum(idf[t] for t in met[i]) + titled) / mass))
            dense = 1 + min(1.0, self._numbers[i] / _NUMBER_SHARE) if number else 1.0
            bare = _BARE_HEADING if self.passages[i].kind is NodeKind.HEADING else 1.0
            found[i] = Evidence(min(1.0, bare * total / most * coverage**_COVERAGE_POWER * dense), coverage)
        return found

    def _sums(
        self, weights: Mapping[str, float], idf: Mapping[str, float]
    ) -> tuple[dict[int, float], dict[int, set[str]]]:
        """For each passage with a hit: its weighted saturated term sum, and the terms it meets."""
        headed = [[t for t in weights if t in head] for head in self._heads]
        below: dict[int, list[int]] = {}
        if any(headed):
            for i, head in enumerate(self._head_of):
                if headed[head]:
                    below.setdefault(head, []).append(i)
        frequencies: dict[int, dict[str, float]] = {}
        for term in weights:
            postings = self._postings.get(term)
            for i, count in zip(postings[::2], postings[1::2], strict=True) if postings else ():
                frequencies.setdefault(i, {})[term] = count / self._body_norm[i]
        for head, passages in below.items():
            for term in headed[head]:
                gain = self._heads[head][term] / self._head_norm[head]
                for i in passages:
                    row = frequencies.setdefault(i, {})
                    row[term] = row.get(term, 0.0) + gain
        sums = {
            i: sum(weights[t] * idf[t] * (_K1 + 1) * f / (f + _K1) for t, f in row.items())
            for i, row in frequencies.items()
        }
        return sums, {i: set(row) for i, row in frequencies.items()}

    def characteristic(self, node: Node, limit: int) -> tuple[str, ...]:
        """Terms that set a node apart within its version: frequent at its beginning, rare elsewhere."""
        own = Counter(index_terms(self.tree.text[node.start : min(node.end, node.start + _GIST)]))
        rare = self.counts(own)
        rows = sorted((-count * rare.idf(term), term) for term, count in own.items() if len(term) > 1)
        return tuple(term for _, term in rows[:limit])


def _norm(b: float, length: int, lengths: Sequence[int]) -> float:
    mean = max(1.0, sum(lengths) / max(1, len(lengths)))
    return 1 - b + b * length / mean
