"""Vectors on Elasticsearch: nearest neighbours by inner product, in an index of their own.

The graph holds whole floats (`hnsw`, not the quantised kinds), so that the score
is the inner product itself and not an estimate of it.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

from stores.elastic.index import MOST_HITS, ElasticIndex, scope, sendable
from stores.elastic.server import ElasticServer
from stores.records import Held, IndexHit, VectorEntry

FORM = 1  # of the index's fields: part of its name

_MOST_DIMENSIONS = 4096
_SPARE = 32  # neighbours asked for beyond k, so that ties at the border are broken by key
_LOOKED_AT = 4  # candidates of the graph for each neighbour asked for
_LEAST_LOOKED_AT = 200


class ElasticVectors:
    """An index of the vectors of one model; whoever made the server closes it."""

    def __init__(self, server: ElasticServer, model: str, dimensions: int, *, prefix: str = "citepath") -> None:
        if not 1 <= dimensions <= _MOST_DIMENSIONS:
            raise ValueError(f"Elasticsearch takes vectors of 1 to {_MOST_DIMENSIONS} dimensions, not {dimensions}")
        vector = {
            "type": "dense_vector",
            "dims": dimensions,
            "index": True,
            "similarity": "dot_product",
            "index_options": {"type": "hnsw", "m": 16, "ef_construction": 100},
        }
        name = f"{prefix}-vectors-{_slug(model)}-{dimensions}-{FORM}"
        self._dimensions = dimensions
        self._index = ElasticIndex(server, name, {"vector": vector}, ["vector"])

    async def apply(self, entries: Sequence[VectorEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        """See `Vectors.apply`. Refuses in silence what is older than what it holds, by milliseconds of `at`.

        Vectors not of length 1 are among the entries refused. Raises ValueError, and takes nothing in, where one
        is of other dimensions.
        """
        for entry in entries:
            self._check(entry.vector)
        await self._index.apply(entries, gone, at, _vector_of)

    async def search(
        self,
        tenant: str,
        vector: Sequence[float],
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        """See `Vectors.search`. Approximate: the graph is walked within the scope. ValueError: other dimensions."""
        self._check(vector)
        named = None if documents is None else [document for document in documents if sendable(document)]
        if k < 1 or named == [] or not sendable(tenant, collection):
            return []
        near = min(k + _SPARE, MOST_HITS)
        knn = {
            "field": "vector",
            "query_vector": list(vector),
            "k": near,
            "num_candidates": min(max(_LOOKED_AT * near, _LEAST_LOOKED_AT), MOST_HITS),
            "filter": scope(tenant, collection, named),
        }
        hits = await self._index.search(near, knn=knn)
        scored = [replace(hit, score=min(1.0, round(2 * hit.score - 1, 6))) for hit in hits]  # given as (1 + dot) / 2
        return sorted(scored, key=lambda hit: (-hit.score, hit.key))[:k]

    async def count(self) -> int:
        """See `Vectors.count`."""
        return await self._index.count()

    def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """See `Vectors.held`: one state of the index, from the first page to the last."""
        return self._index.held(tenant)

    async def begin(self) -> Self:
        """See `Vectors.begin`."""
        other = type(self).__new__(type(self))
        other._dimensions, other._index = self._dimensions, await self._index.begin()
        return other

    async def swap(self, fresh: Self) -> None:
        """See `Vectors.swap`."""
        await self._index.swap(fresh._index)

    async def discard(self) -> None:
        """See `Vectors.discard`."""
        await self._index.discard()

    async def ping(self) -> None:
        """Raises StoreUnavailable, with what to do, unless the index can be asked and written to."""
        await self._index.ping()

    async def close(self) -> None:
        """Nothing of its own is open."""

    def _check(self, vector: Sequence[float]) -> None:
        if len(vector) != self._dimensions:
            raise ValueError(f"this index holds vectors of {self._dimensions} dimensions, not {len(vector)}")


def _vector_of(entry: VectorEntry) -> Mapping[str, Any]:
    return {"vector": entry.vector}


def _slug(model: str) -> str:
    """A model's name in what an index may be called: letters that are lost are made up for by a hash."""
    plain = re.sub("[^a-z0-9.]+", "-", model.lower()).strip("-.")[:60]
    return plain if plain == model else f"{plain}-{hashlib.sha256(model.encode()).hexdigest()[:8]}".lstrip("-")
