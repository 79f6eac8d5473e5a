"""Passages by their meaning: an embedder before a store of vectors is an index of passages.

    IndexEntry -> its text -> Embedder -> VectorEntry -> Vectors
    question               -> Embedder -> vector      -> Vectors -> IndexHits

`CachingEmbedder` stands between an embedder and the indexes that share it.
"""

import asyncio
import threading
from array import array
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Self

from stores.errors import EntriesRefused
from stores.ports import Embedder, Vectors
from stores.records import Held, IndexEntry, IndexHit, VectorEntry

_BATCH = 1_000  # entries embedded and handed on at a time: some 12 MB of Python floats at 384 dimensions


class SemanticIndex:
    """A `PassageIndex` over an embedder and vectors.

    It closes the vectors; the embedder is closed by whoever made it, because
    other indexes may share it.
    """

    def __init__(self, embedder: Embedder, vectors: Vectors) -> None:
        self._embedder = embedder
        self._vectors = vectors

    async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        """See `PassageIndex.apply`. Raises StoreUnavailable also when the embedder does not answer."""
        reasons: dict[tuple[str, str], str] = {}
        left = list(gone)
        for start in range(0, max(len(entries), 1), _BATCH):
            batch = entries[start : start + _BATCH]
            try:
                await self._vectors.apply(await self._embedded(batch), left, at=at)
            except EntriesRefused as refused:
                reasons |= refused.reasons
            left = []  # told once, and before what comes
        if reasons:
            raise EntriesRefused(reasons)

    async def search(
        self,
        tenant: str,
        question: str,
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        """See `PassageIndex.search`: the `k` nearest, however far they are. A blank question has no neighbours."""
        if k < 1 or not question.strip() or (documents is not None and not documents):
            return []
        [vector] = await self._embedder.embed([question], question=True)
        return await self._vectors.search(tenant, vector, k, collection=collection, documents=documents)

    async def count(self) -> int:
        """See `PassageIndex.count`."""
        return await self._vectors.count()

    def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """See `PassageIndex.held`."""
        return self._vectors.held(tenant)

    async def begin(self) -> Self:
        """See `PassageIndex.begin`."""
        return type(self)(self._embedder, await self._vectors.begin())

    async def swap(self, fresh: Self) -> None:
        """See `PassageIndex.swap`."""
        await self._vectors.swap(fresh._vectors)

    async def discard(self) -> None:
        """See `PassageIndex.discard`."""
        await self._vectors.discard()

    async def close(self) -> None:
        await self._vectors.close()

    async def _embedded(self, entries: Sequence[IndexEntry]) -> list[VectorEntry]:
        if not entries:
            return []
        vectors = await self._embedder.embed([entry.text for entry in entries])
        return [
            VectorEntry(entry.key, entry.tenant, entry.collection, entry.document, entry.fingerprint, vector)
            for entry, vector in zip(entries, vectors, strict=True)
        ]


_Asked = tuple[bytes, bool]  # a hash of the text, and whether it is a question
_Flight = asyncio.Task[dict[_Asked, tuple[float, ...]]]


class CachingEmbedder:
    """An `Embedder` that keeps the latest `most` vectors, so that several indexes told the same embed it once.

    Of many that ask for the same text at once in one event loop, one asks; a
    failure is told to all of them and kept for nobody. Who leaves early does
    not end the asking of the others. A vector kept takes 8 bytes a dimension
    and some 300 more: 14 MB for 4,096 of 384 dimensions.
    """

    def __init__(self, embedder: Embedder, *, most: int = 4_096) -> None:
        if most < 1:
            raise ValueError(f"a cache keeps a vector or more, not {most}")
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self._embedder = embedder
        self._most = most
        self._lock = threading.Lock()  # event loops of several threads may share it
        self._kept: OrderedDict[_Asked, array[float]] = OrderedDict()
        self._flights: dict[tuple[asyncio.AbstractEventLoop, _Asked], _Flight] = {}

    async def embed(self, texts: Sequence[str], *, question: bool = False) -> list[tuple[float, ...]]:
        """See `Embedder.embed`."""
        loop = asyncio.get_running_loop()
        asked = [(sha256(text.encode("utf-8", "surrogatepass")).digest(), question) for text in texts]
        known: dict[_Asked, tuple[float, ...]] = {}
        awaited: dict[_Asked, _Flight] = {}
        unknown: dict[_Asked, str] = {}
        for one, text in zip(asked, texts, strict=True):
            vector = self._taken(one)
            if vector is not None:
                known[one] = vector
            elif (loop, one) in self._flights:
                awaited[one] = self._flights[loop, one]
            else:
                unknown[one] = text
        if unknown:
            awaited |= dict.fromkeys(unknown, self._begun(loop, unknown, question))
        for flight in set(awaited.values()):
            known |= await asyncio.shield(flight)
        return [known[one] for one in asked]

    async def close(self) -> None:
        with self._lock:
            self._kept.clear()
        await self._embedder.close()

    def _begun(self, loop: asyncio.AbstractEventLoop, unknown: dict[_Asked, str], question: bool) -> _Flight:
        flight = loop.create_task(self._fetched(unknown, question))
        for one in unknown:
            self._flights[loop, one] = flight
        flight.add_done_callback(lambda _: self._landed(loop, flight, unknown))
        return flight

    def _landed(self, loop: asyncio.AbstractEventLoop, flight: _Flight, unknown: dict[_Asked, str]) -> None:
        for one in unknown:
            self._flights.pop((loop, one), None)
        if not flight.cancelled():
            flight.exception()  # heard, even if everybody who waited has left

    async def _fetched(self, unknown: dict[_Asked, str], question: bool) -> dict[_Asked, tuple[float, ...]]:
        vectors = await self._embedder.embed(list(unknown.values()), question=question)
        fetched = dict(zip(unknown, vectors, strict=True))
        with self._lock:
            for one, vector in fetched.items():
                self._kept[one] = array("d", vector)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return fetched

    def _taken(self, one: _Asked) -> tuple[float, ...] | None:
        with self._lock:
            if one not in self._kept:
                return None
            self._kept.move_to_end(one)
            return tuple(self._kept[one])
