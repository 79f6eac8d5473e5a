"""Keywords on tantivy: BM25 over our own tokens, embedded, in a folder or in memory.

Tokens come from `stores.tokens` and go through tantivy's `whitespace` tokenizer
untouched; queries are built of terms, never parsed, so a question cannot inject
syntax. One writer at a time over all processes (tantivy locks the folder);
readers follow each commit.

    FOLDER/current      the name of the generation that is asked
    FOLDER/<name>/      a generation: one tantivy index
"""

import asyncio
import os
import shutil
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import tantivy

from stores.errors import StoreUnavailable
from stores.pool import Pool
from stores.records import Held, IndexEntry, IndexHit
from stores.tokens import VERSION as TOKENS
from stores.tokens import index_terms

NAME = f"keywords-{TOKENS.replace('/', '-')}-2"
"""Of the folder: it holds the tokens of this version in fields of the second form."""

_WRITER_HEAP = 50_000_000  # bytes; tantivy's least is 15 MB a thread
_LOCK_SECONDS = 20.0  # another process may be committing
_LOCK_PAUSE = 0.1
_MOST_TERMS = 256  # of a question
_SPARE = 32  # hits asked for beyond k, so that ties at the border are broken by key, not by segment
_SEARCH_SECONDS = 10.0
_PAGE = 2_000  # passages told at a time
_CURRENT = "current"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in ("id", "tenant", "collection", "document", "key"):  # id is tenant and key: deletions go by it
        stored = field in ("document", "key")
        builder.add_text_field(field, stored=stored, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("fingerprint", stored=True, indexed=False)
    for field in ("title", "headings", "body"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _id(tenant: str, key: str) -> str:
    return f"{len(tenant)}:{tenant}{key}"


@dataclass(frozen=True, slots=True)
class _Generation:
    index: tantivy.Index
    name: str
    seen: tuple[int, int] | None  # what `current` was when it was opened; None in memory


class TantivyKeywords:
    """An index of passages; `path` None keeps it in memory.

    The weights say what a word met in the headings above a passage, or in its
    document's title, counts beside a word met in the passage itself.
    """

    def __init__(self, path: Path | None, *, headings_weight: float = 0.5, title_weight: float = 0.3) -> None:
        self._path = path
        self._weights = [
            (f, w) for f, w in (("body", 1.0), ("headings", headings_weight), ("title", title_weight)) if w
        ]
        self._schema = _schema()
        self._generation: _Generation | None = None
        self._begun: str | None = None  # the generation this object is, where it is not the current one
        self._search_pool = Pool("keywords", threads=2, queue=64)
        self._write_pool = Pool("keywords-writer", threads=1, queue=8)
        self._opening = asyncio.Lock()

    async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        """See `PassageIndex.apply`. Raises StoreUnavailable when another process holds the writer for too long."""
        if entries or gone:
            index = await self._open()
            await self._write_pool.run(self._write, index, list(entries), list(gone))

    async def search(
        self,
        tenant: str,
        question: str,
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        """See `PassageIndex.search`."""
        query = self._query(tenant, question, collection, documents)
        if query is None or k < 1:
            return []
        index = await self._open()
        return await self._search_pool.run(_search, index, query, k, timeout=_SEARCH_SECONDS)

    async def count(self) -> int:
        """Passages in the index."""
        index = await self._open()
        return await self._search_pool.run(_count, index, timeout=_SEARCH_SECONDS)

    async def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """See `PassageIndex.held`: one state of the index, from the first page to the last."""
        index = await self._open()
        index.reload()
        searcher = index.searcher()
        query = self._term("tenant", tenant)
        found = await self._search_pool.run(lambda: searcher.search(query, max(1, searcher.num_docs), count=False))
        for start in range(0, len(found.hits), _PAGE):
            addresses = [address for _, address in found.hits[start : start + _PAGE]]
            yield await self._search_pool.run(_held, searcher, tenant, addresses)

    async def begin(self) -> Self:
        fresh = type(self)(self._path)
        fresh._weights = self._weights
        fresh._begun = uuid.uuid4().hex
        return fresh

    async def swap(self, fresh: Self) -> None:
        opened = (await fresh._generation_now()).index
        async with self._opening:
            await self._write_pool.run(self._swapped, fresh._begun)
            self._generation = _Generation(opened, "", None) if self._path is None else None
        await fresh.close()

    async def discard(self) -> None:
        if self._path is not None and self._begun is not None:
            await self._write_pool.run(shutil.rmtree, self._path / self._begun, True)
        await self.close()

    async def close(self) -> None:
        self._generation = None
        self._search_pool.close()
        self._write_pool.close()

    async def _open(self) -> tantivy.Index:
        return (await self._generation_now()).index

    async def _generation_now(self) -> _Generation:
        """The generation that counts now: another process may have put another one in its place."""
        async with self._opening:
            known = self._generation
            if known is None or (known.seen is not None and known.seen != self._pointer()):
                self._generation = known = await self._search_pool.run(self._opened)
            return known

    def _pointer(self) -> tuple[int, int] | None:
        """What changes when another generation is put in place; None for a generation that nobody asks yet."""
        if self._path is None or self._begun is not None:
            return None
        try:
            stat = (self._path / _CURRENT).stat()
        except FileNotFoundError:
            return 0, 0
        return stat.st_ino, stat.st_mtime_ns

    def _opened(self) -> _Generation:
        if self._path is None:
            return _Generation(tantivy.Index(self._schema), "", None)
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            seen = self._pointer()
            name = self._begun or self._current(self._path)
            (self._path / name).mkdir(exist_ok=True)
            return _Generation(tantivy.Index(self._schema, str(self._path / name)), name, seen)
        except (ValueError, OSError) as error:
            raise StoreUnavailable(
                f"the keyword index in {self._path} cannot be opened ({error}): answers go on without it; "
                "move the folder away and run `citepath reindex`"
            ) from error

    def _current(self, path: Path) -> str:
        """The name in `current`; the first one to come writes it."""
        with suppress(FileNotFoundError):
            return (path / _CURRENT).read_text(encoding="ascii")
        mine = path / f".{uuid.uuid4().hex}"
        mine.write_text(uuid.uuid4().hex, encoding="ascii")
        with suppress(FileExistsError):
            os.link(mine, path / _CURRENT)
        mine.unlink()
        return (path / _CURRENT).read_text(encoding="ascii")

    def _swapped(self, name: str | None) -> None:
        if self._path is None or name is None:
            return
        try:
            before = {p.name for p in self._path.iterdir() if p.is_dir()}
            mine = self._path / f".{name}"
            mine.write_text(name, encoding="ascii")
            mine.replace(self._path / _CURRENT)
        except OSError as error:
            raise StoreUnavailable(f"the keyword index could not be changed over: {error}") from error
        for old in before - {name}:
            shutil.rmtree(self._path / old, ignore_errors=True)  # who has it open reads on until the next question

    def _write(self, index: tantivy.Index, entries: list[IndexEntry], gone: list[tuple[str, str]]) -> None:
        writer = self._writer(index)
        try:
            for tenant, key in gone:
                writer.delete_documents_by_term("id", _id(tenant, key))
            for entry in entries:
                writer.delete_documents_by_term("id", _id(entry.tenant, entry.key))
                writer.add_document(_document(entry))
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise StoreUnavailable(f"the keyword index took nothing in: {error}") from error
        index.reload()

    def _writer(self, index: tantivy.Index) -> tantivy.IndexWriter:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                return index.writer(_WRITER_HEAP, 1)
            except ValueError as error:
                if "lock" not in str(error).lower() or time.monotonic() > deadline:
                    raise StoreUnavailable(f"the keyword index cannot be written to: {error}") from error
                time.sleep(_LOCK_PAUSE)

    def _query(
        self, tenant: str, question: str, collection: str | None, documents: Sequence[str] | None
    ) -> tantivy.Query | None:
        """Any of the question's words, within the scope; None where the question has no words."""
        words = Counter(index_terms(question)).most_common(_MOST_TERMS)
        if not words or (documents is not None and not documents):
            return None
        any_word = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(field, word, "freq"), weight * count))
            for word, count in words
            for field, weight in self._weights
        ]
        scope = [self._term("tenant", tenant)]
        if collection is not None:
            scope.append(self._term("collection", collection))
        if documents is not None:
            scope.append(tantivy.Query.term_set_query(self._schema, "document", list(documents)))
        must = [(tantivy.Occur.Must, tantivy.Query.const_score_query(q, 0.0)) for q in scope]
        return tantivy.Query.boolean_query([*must, (tantivy.Occur.Must, tantivy.Query.boolean_query(any_word))])

    def _term(self, field: str, value: str, option: str = "basic") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value, option)


def _document(entry: IndexEntry) -> tantivy.Document:
    return tantivy.Document(
        id=_id(entry.tenant, entry.key),
        tenant=entry.tenant,
        collection=entry.collection,
        document=entry.document,
        key=entry.key,
        title=" ".join(index_terms(entry.title)),
        headings=" ".join(index_terms(entry.headings)),
        body=" ".join(index_terms(entry.body)),
        fingerprint=bytes.fromhex(entry.fingerprint),
    )


def _search(index: tantivy.Index, query: tantivy.Query, k: int) -> list[IndexHit]:
    index.reload()
    searcher = index.searcher()
    found = searcher.search(query, k + _SPARE, count=False).hits
    hits = []
    for score, address in found:
        stored = searcher.doc(address)
        hits.append(IndexHit(stored["key"][0], stored["document"][0], round(float(score), 6)))
    return sorted(hits, key=lambda h: (-h.score, h.key))[:k]


def _held(searcher: tantivy.Searcher, tenant: str, addresses: Sequence[tantivy.DocAddress]) -> list[Held]:
    documents = map(searcher.doc, addresses)
    return [Held(tenant, stored["key"][0], bytes(stored["fingerprint"][0]).hex()) for stored in documents]


def _count(index: tantivy.Index) -> int:
    index.reload()
    return index.searcher().num_docs
