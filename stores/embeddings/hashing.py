"""An embedder without a model: feature hashing of our own tokens.

Every token falls, by its hash, on one of the dimensions with one of two signs
(Weinberger and others 2009, "Feature hashing for large scale multitask
learning"), so the inner product of two vectors is about that of their bags of
words. It finds what says the same with the same words, in Chinese and English,
and knows nothing of meaning: for tests, and for a demo without a server. Runs
of three letters besides the words, and less weight for single Han characters,
brought nothing or cost recall on four question sets.
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

from stores.embeddings.unit import unit
from stores.pool import Pool
from stores.tokens import VERSION, index_terms

_AT_ONCE = 8  # texts that are embedded on the spot: a thread costs about as much as one
_MOST_CHARACTERS = 100_000


class HashingEmbedder:
    """The port `Embedder`: deterministic, the same in every process. A token counts 1 + log(how often it comes)."""

    def __init__(self, dimensions: int = 256) -> None:
        if dimensions < 8:
            raise ValueError(f"hashing needs 8 dimensions or more, not {dimensions}")
        self.dimensions = dimensions
        self.name = f"hashing-{dimensions}-{VERSION}"
        self._pool = Pool("hashing", threads=1, queue=64)

    async def embed(self, texts: Sequence[str], *, question: bool = False) -> list[tuple[float, ...]]:
        """As the port says; a question is embedded as a passage is."""
        if len(texts) <= _AT_ONCE and sum(map(len, texts)) < _MOST_CHARACTERS:
            return self._embedded(texts)
        return await self._pool.run(self._embedded, texts)

    async def close(self) -> None:
        self._pool.close()

    def _embedded(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> tuple[float, ...]:
        vector = [0.0] * self.dimensions
        for term, times in Counter(index_terms(text[:_MOST_CHARACTERS])).items():
            place, sign = _hashed(term)
            vector[place % self.dimensions] += sign * (1 + math.log(times))
        if not any(vector):
            vector[_hashed("")[0] % self.dimensions] = 1.0  # no token at all: one direction for all such texts
        return unit(vector, self.dimensions)


@lru_cache(maxsize=50_000)
def _hashed(term: str) -> tuple[int, int]:
    """A number below 2**63 and a sign. Not Python's `hash`, which is another one in every process."""
    value = int.from_bytes(blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "big")
    return value >> 1, 1 if value & 1 else -1
