"""The hybrid road: passages found flat, by words and by meaning, without a way through any document.

    keywords           Elasticsearch or tantivy: the question's words
    meaning            Milvus, Elasticsearch: the question's vector

Pure: rankings in, one ranking out. Only ranks cross store borders (reciprocal
rank fusion). Stores that hold the same vectors give one ranking of meaning
between them, the better rank of each passage: two copies are no two opinions.

`blended` puts the hybrid's ranking beside that of navigation, which is how both
roads are read together, and how a fallback joins what navigation had found.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from navigators.frontier import Frontier, Seen
from navigators.fusion import reciprocal_ranks
from stores.ports import KEYWORDS
from stores.records import IndexHit, Road


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


def as_scores(ranking: Sequence[str]) -> dict[str, float]:
    """Key -> what its rank is worth, 1 for the best."""
    fused_ = reciprocal_ranks(ranking)
    return {key: score / fused_[0][1] for key, score in fused_}


def blended(frontier: Frontier, hybrid: Sequence[Seen], facets: int) -> Frontier:
    """The passages of both roads, scored by their ranks on each; for the reading only, not for the way on."""
    if not hybrid:
        return frontier
    if not frontier.passages:
        return Frontier(frontier.closed, {seen.key: seen for seen in hybrid}, frontier.opened)
    found = Frontier.empty().joined(hybrid)
    whole = _fused_scores(frontier.best_passages(), found.best_passages())
    several = facets if facets > 1 else 0
    each = [_fused_scores(frontier.best_for(i), found.best_for(i)) for i in range(several)]
    passages = {
        key: replace(
            frontier.passages.get(key) or found.passages[key],
            score=score,
            facets=tuple(of_facet.get(key, 0.0) for of_facet in each),
            road=_road(frontier, found, key),
        )
        for key, score in whole.items()
    }
    return Frontier(frontier.closed, passages, frontier.opened)


def _fused_scores(navigated: Sequence[Seen], found: Sequence[Seen]) -> Mapping[tuple[str, str], float]:
    ranked = reciprocal_ranks([s.key for s in navigated], [s.key for s in found])
    return {key: score / ranked[0][1] for key, score in ranked} if ranked else {}


def _road(frontier: Frontier, found: Frontier, key: tuple[str, str]) -> Road:
    if key not in frontier.passages:
        return Road.HYBRID
    return Road.BOTH if key in found.passages else frontier.passages[key].road
