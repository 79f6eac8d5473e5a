"""Keywords in memory: BM25 over body, headings and title."""

import math
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Self

from stores.records import Held, IndexEntry, IndexHit
from stores.tokens import index_terms

_K1, _B = 1.2, 0.75  # the usual BM25 constants (Robertson and Zaragoza 2009)
_WEIGHTS = (("body", 1.0), ("headings", 1.5), ("title", 0.5))


class MemoryKeywords:
    """The port `PassageIndex`: BM25 over body, headings and title, their term counts weighted and added (BM25F)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], IndexEntry] = {}
        self._counts: dict[tuple[str, str], dict[str, float]] = {}
        self._lengths: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)  # by tenant
        self._found_in: dict[str, set[tuple[str, str]]] = defaultdict(set)  # term -> passages

    async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        with self._lock:
            for place in gone:
                self._drop(place)
            for entry in entries:
                place = (entry.tenant, entry.key)
                self._drop(place)
                self._entries[place] = entry
                self._counts[place] = _weighted_counts(entry)
                self._lengths[entry.tenant][place] = sum(self._counts[place].values())
                for term in self._counts[place]:
                    self._found_in[term].add(place)

    async def search(
        self,
        tenant: str,
        question: str,
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        with self._lock:
            lengths = self._lengths.get(tenant, {})
            average = sum(lengths.values()) / max(1, len(lengths)) or 1.0
            scores: dict[tuple[str, str], float] = defaultdict(float)
            for term in set(index_terms(question)):
                places = [place for place in self._found_in.get(term, ()) if place[0] == tenant]
                weight = math.log(1 + (len(lengths) - len(places) + 0.5) / (len(places) + 0.5))
                for place in places:
                    count = self._counts[place][term]
                    scores[place] += (
                        weight * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * lengths[place] / average))
                    )
            hits = [
                IndexHit(key=place[1], document=self._entries[place].document, score=score)
                for place, score in scores.items()
                if collection in (None, self._entries[place].collection)
                and (documents is None or self._entries[place].document in documents)
            ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.key))[:k]

    async def count(self) -> int:
        with self._lock:
            return len(self._entries)

    async def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        with self._lock:
            held = [Held(tenant, e.key, e.fingerprint) for place, e in self._entries.items() if place[0] == tenant]
        yield held

    async def begin(self) -> Self:
        return type(self)()

    async def swap(self, fresh: Self) -> None:
        with self._lock:
            self._entries, self._counts = fresh._entries, fresh._counts
            self._lengths, self._found_in = fresh._lengths, fresh._found_in

    async def discard(self) -> None:
        with self._lock:
            self._entries.clear()
            self._counts.clear()
            self._lengths.clear()
            self._found_in.clear()

    async def close(self) -> None:
        """Nothing is open."""

    def _drop(self, place: tuple[str, str]) -> None:
        if self._entries.pop(place, None) is not None:
            del self._lengths[place[0]][place]
            for term in self._counts.pop(place):
                self._found_in[term].discard(place)
                if not self._found_in[term]:
                    del self._found_in[term]


def _weighted_counts(entry: IndexEntry) -> dict[str, float]:
    counts: dict[str, float] = defaultdict(float)
    for name, weight in _WEIGHTS:
        for term in index_terms(getattr(entry, name)):
            counts[term] += weight
    return dict(counts)
