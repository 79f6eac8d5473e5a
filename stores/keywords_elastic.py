"""Keywords on Elasticsearch: BM25 over our own tokens.

Tokens come from `stores.tokens`, joined by blanks, and go through the server's
`whitespace` analyzer untouched: both engines hold the same words, and need no
plug-in for Chinese. Queries are built of terms, never parsed, so a question
cannot inject syntax.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from stores.elastic.index import ElasticIndex, scope, sendable
from stores.elastic.server import ElasticServer
from stores.records import Held, IndexEntry, IndexHit
from stores.tokens import VERSION as TOKENS
from stores.tokens import index_terms

NAME = f"keywords-{TOKENS.replace('/', '-')}-1"
"""Of the index, after the prefix: it holds the tokens of this version in fields of the first form."""

_WORDS = ("title", "headings", "body")
_FIELDS = {field: {"type": "text", "analyzer": "whitespace", "index_options": "freqs"} for field in _WORDS}
_MOST_TERMS = 256  # of a question: three clauses each, of the 1,024 that the smallest server takes
_LONGEST_TERM = 120  # code points; the server's tokenizer cuts words at 255 UTF-16 units


class ElasticKeywords:
    """An index of passages. The weights are those of `TantivyKeywords`; whoever made the server closes it."""

    def __init__(
        self,
        server: ElasticServer,
        *,
        prefix: str = "citepath",
        headings_weight: float = 0.5,
        title_weight: float = 0.3,
    ) -> None:
        self._index = ElasticIndex(server, f"{prefix}-{NAME}", _FIELDS, _WORDS)
        self._weights = [
            (f, w) for f, w in (("body", 1.0), ("headings", headings_weight), ("title", title_weight)) if w
        ]

    async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        """See `PassageIndex.apply`. Refuses in silence what is older than what it holds, by milliseconds of `at`."""
        await self._index.apply(entries, gone, at, _words_of)

    async def search(
        self,
        tenant: str,
        question: str,
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        """See `PassageIndex.search`: any of the question's words, within the scope."""
        words = Counter(_terms(question)).most_common(_MOST_TERMS)
        named = None if documents is None else [document for document in documents if sendable(document)]
        if not words or k < 1 or named == [] or not sendable(tenant, collection):
            return []
        any_word = [
            {"term": {field: {"value": word, "boost": weight * count}}}
            for word, count in words
            for field, weight in self._weights
        ]
        query = {"filter": scope(tenant, collection, named), "should": any_word, "minimum_should_match": 1}
        return await self._index.search(k, query={"bool": query})

    async def count(self) -> int:
        """See `PassageIndex.count`."""
        return await self._index.count()

    def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """See `PassageIndex.held`: one state of the index, from the first page to the last."""
        return self._index.held(tenant)

    async def begin(self) -> Self:
        """See `PassageIndex.begin`."""
        return self._of(await self._index.begin())

    async def swap(self, fresh: Self) -> None:
        """See `PassageIndex.swap`."""
        await self._index.swap(fresh._index)

    async def discard(self) -> None:
        """See `PassageIndex.discard`."""
        await self._index.discard()

    async def ping(self) -> None:
        """Raises StoreUnavailable, with what to do, unless the index can be asked and written to."""
        await self._index.ping()

    async def close(self) -> None:
        """Nothing of its own is open."""

    def _of(self, index: ElasticIndex) -> Self:
        """The same adapter over another generation."""
        other = type(self).__new__(type(self))
        other._index, other._weights = index, self._weights
        return other


def _terms(text: str) -> list[str]:
    return [term[:_LONGEST_TERM] for term in index_terms(text)]


def _words_of(entry: IndexEntry) -> Mapping[str, Any]:
    return {field: " ".join(_terms(getattr(entry, field))) for field in _WORDS}
