"""Rank fusion: only ranks cross store borders."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

RRF = 60
"""Cormack, Clarke and Buettcher (SIGIR 2009): how slowly the weight of a rank falls."""


def reciprocal_ranks(*rankings: Sequence[K]) -> list[tuple[K, float]]:
    """Fuse rankings (each best first) by rank: items with their scores, best first, ties in order of mention."""
    scores: dict[K, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            scores[item] = scores.get(item, 0.0) + 1 / (RRF + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])
