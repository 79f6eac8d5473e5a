"""The hybrid road: passages found flat, by words and by meaning, without a way through any document.

    keywords           Elasticsearch or tantivy: the question's words
    meaning            Milvus, Elasticsearch: the question's vector

Pure: rankings in, one ranking out. Stores that hold the same vectors give one
ranking of meaning between them, the better rank of each passage: two copies are
no two opinions.

On this road alone words and meaning are fused by rank (`fused`). Beside
navigation, which holds the words already and by a better formula, only meaning
has something to add: `leads` says how much nearer a passage is than the last one
named, and `blended` adds that to what navigation gives. A model that tells
nothing apart so adds nothing, and one that does can raise what it names.
Measured in `docs/measured.md`, "The hybrid road" (`bench/roads.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from navigators.frontier import Frontier, Seen
from navigators.fusion import reciprocal_ranks
from stores.ports import KEYWORDS
from stores.records import IndexHit, Road

MEANING = 1.0
"""What a lead in similarity counts beside navigation, whose best passage has 1: of what was tried on four sets the
greatest that lost next to nothing on any of them (`docs/measured.md`)."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What one index said to one text."""

    index: str
    asked: int  # 0: the whole question; 1, 2, ...: its facets, where there are several
    text: str
    hits: tuple[IndexHit, ...]


def fused(searched: Iterable[Searched]) -> dict[int, list[str]]:
    """Asked -> passage keys, best first: words and meaning fused by rank."""
    words: dict[int, list[list[str]]] = {}
    meaning: dict[int, list[list[str]]] = {}
    for one in searched:
        into = words if one.index == KEYWORDS else meaning
        into.setdefault(one.asked, []).append([hit.key for hit in one.hits])
    asked = sorted({*words, *meaning})
    rankings = {n: [best_ranks(of[n]) for of in (words, meaning) if n in of] for n in asked}
    return {n: [key for key, _ in reciprocal_ranks(*rankings[n])] for n in asked}


def best_ranks(rankings: Sequence[Sequence[str]]) -> list[str]:
    """Several tellings of one thing as one ranking: every key at the best of its ranks, ties by order of mention."""
    if len(rankings) == 1:
        return list(rankings[0])
    best: dict[str, int] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking):
            best[key] = min(rank, best.get(key, rank))
    return sorted(best, key=lambda key: best[key])


def leads(searched: Iterable[Searched]) -> dict[int, dict[str, float]]:
    """Asked -> passage key -> how much more similar (inner products, 0..1) than the last one that its index named.

    Of several indexes the greater. Words give none: their scores are of another kind.
    """
    found: dict[int, dict[str, float]] = {}
    for one in searched:
        if one.index == KEYWORDS or not one.hits:
            continue
        of = found.setdefault(one.asked, {})
        least = min(hit.score for hit in one.hits)
        for hit in one.hits:
            of[hit.key] = max(of.get(hit.key, 0.0), round(hit.score - least, 6))
    return found


def as_scores(ranking: Sequence[str]) -> dict[str, float]:
    """Key -> what its rank is worth, 1 for the best."""
    fused_ = reciprocal_ranks(ranking)
    return {key: score / fused_[0][1] for key, score in fused_}


def blended(frontier: Frontier, hybrid: Sequence[Seen], facets: int) -> Frontier:
    """The passages of both roads, for the reading only, not for the way on.

    Where navigation found any, the scores of `hybrid` are leads (see `leads`):
    a passage has what navigation gives it, of the best it gives to any, and
    its lead `MEANING` times. The best has score 1.
    """
    if not hybrid:
        return frontier
    if not frontier.passages:
        return Frontier(frontier.closed, {seen.key: seen for seen in hybrid}, frontier.opened)
    found = {seen.key: seen for seen in hybrid}
    whole = _together({s.key: s.score for s in frontier.passages.values()}, {s.key: s.score for s in found.values()})
    several = facets if facets > 1 else 0
    each = [_together(_of_facet(frontier.passages, i), _of_facet(found, i)) for i in range(several)]
    passages = {
        key: replace(
            frontier.passages.get(key) or found[key],
            score=score,
            facets=tuple(of_facet.get(key, 0.0) for of_facet in each),
            road=_road(frontier, found, key),
        )
        for key, score in whole.items()
    }
    return Frontier(frontier.closed, passages, frontier.opened)


_Scores = Mapping[tuple[str, str], float]


def _together(navigated: _Scores, leading: _Scores) -> dict[tuple[str, str], float]:
    best = max(navigated.values(), default=0.0) or 1.0
    keys = dict.fromkeys((*navigated, *leading))
    sums = {key: navigated.get(key, 0.0) / best + MEANING * leading.get(key, 0.0) for key in keys}
    most = max(sums.values(), default=0.0) or 1.0
    return {key: value / most for key, value in sums.items()}


def _of_facet(passages: Mapping[tuple[str, str], Seen], facet: int) -> dict[tuple[str, str], float]:
    return {key: seen.facets[facet] for key, seen in passages.items() if facet < len(seen.facets)}


def _road(frontier: Frontier, found: Mapping[tuple[str, str], Seen], key: tuple[str, str]) -> Road:
    if key not in frontier.passages:
        return Road.HYBRID
    return Road.BOTH if key in found else frontier.passages[key].road
