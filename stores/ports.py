"""The ports: what the product needs of its stores, in its own words.

    port          role                                          embedded       production         memory.py
    Library       versions and trees, as a reader may see them  SQL (SQLite)   SQL (MySQL)        MemoryLedger
    Intake        the transaction that adds a version           SQL (SQLite)   SQL (MySQL)        MemoryLedger
    Outbox        changes still to be told to the indexes       SQL (SQLite)   SQL (MySQL)        MemoryLedger
    Runs          what was asked and answered                   SQL (SQLite)   SQL (MySQL)        MemoryLedger
    Originals     the uploaded bytes                            a folder       a folder           MemoryOriginals
    PassageIndex  passages by their words (projection)          tantivy        Elasticsearch      MemoryKeywords
                  passages by their meaning (projection)        `stores.semantic`: an Embedder and Vectors
    Vectors       vectors, nearest first                        Milvus Lite    Milvus, Elastic    ExactVectors
    Embedder      texts to vectors                              hashing        an OpenAI-compatible server
    Cache         bytes with an expiry (best effort)            SQLite         Redis              MemoryCache

Ports a question waits on are async, once. `Intake` is sync: only the ingest
walk writes versions, and it runs in processes and threads of its own. Every
read that returns text takes the reader and the day (`as_of`).

All of them raise the errors of `stores.errors` and nothing else. Every
implementation passes the same claims (`tests/stores/contract_*.py`).
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, Self

from stores.records import (
    Document,
    Edge,
    Held,
    IndexEntry,
    IndexHit,
    IngestRecord,
    LineageStep,
    NewVersion,
    OutboxRow,
    ParkedRow,
    Place,
    Reader,
    Run,
    RunSummary,
    Tree,
    VectorEntry,
    Version,
)

KEYWORDS = "keywords"
"""The index of words: the target that every ledger tells unless it is told of others."""


class Library(Protocol):
    """Documents and trees, as one reader may see them on one day. The only source of text."""

    async def versions(
        self,
        reader: Reader,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
        as_of: date | None = None,
    ) -> list[Version]:
        """The version in force of every document in scope, sorted by document id.

        `collection` None means every collection. `documents` None means all of
        them; named documents that do not exist, are deleted, or had no version
        in force are left out. `as_of` None means today (see `in_force`).
        """

    async def version(self, reader: Reader, document: str, number: int | None = None) -> Version:
        """One version of a document that is not deleted; `number` None means the one in force today.

        Raises NotFound.
        """

    async def history(self, reader: Reader, document: str) -> list[Version]:
        """All versions of a document that is not deleted, oldest number first. Raises NotFound."""

    async def tree(self, reader: Reader, version_id: str, derivation: int | None = None) -> Tree:
        """A version with its text, nodes and lines; `derivation` None means the current one.

        Raises NotFound (also for deleted documents), StoreCorrupt when the
        text does not have the hash it was written with.
        """

    async def places(self, reader: Reader, keys: Sequence[str], version_ids: Sequence[str]) -> dict[str, list[Place]]:
        """Where passage keys stand in these versions, for the versions this reader may see.

        Keys that are unknown, superseded, deleted or forbidden are simply absent.
        """

    async def edges(self, reader: Reader, version_id: str, derivation: int | None = None) -> list[Edge]:
        """References and definitions of a version in text order; `derivation` None means the current one.

        Raises NotFound as `tree` does.
        """

    async def lineage(self, reader: Reader, version_id: str) -> list[LineageStep]:
        """How a version's leaves follow those of the version before it; empty for a first version.

        Of the current derivation. Raises NotFound as `tree` does.
        """

    async def standing(
        self, reader: Reader, version_ids: Sequence[str], *, as_of: date | None = None
    ) -> dict[str, str]:
        """The final gate: for each version id, "current", "superseded" or "deleted" as of that day.

        Ids that are unknown or not visible to this reader count as "deleted".
        """

    async def documents(self, reader: Reader, *, collection: str | None = None) -> list[Document]:
        """Documents that are not deleted, sorted by id."""

    async def revision(self, reader: Reader, collection: str | None) -> int:
        """A number that grows with every write to the collection (None: to any of the tenant's)."""

    async def ingests(self, reader: Reader, *, limit: int = 100) -> list[IngestRecord]:
        """How the latest uploads ended, newest first."""


class Intake(Protocol):
    """What the ingest walk writes through. Sync."""

    def latest(self, tenant: str, document: str) -> Version | None:
        """The version with the highest number, also of a deleted document; None if there is none."""

    def alive(self, tenant: str, document: str) -> bool:
        """Whether the document exists and is not deleted: its latest version is, or will be, in the indexes."""

    def latest_tree(self, tenant: str, document: str) -> Tree | None:
        """The same with its tree, for the comparison with the next version."""

    def trees(self, tenant: str, document: str) -> list[Tree]:
        """All versions of a document, deleted or not, oldest number first, each in its current derivation."""

    def with_source(self, tenant: str, document: str, source_hash: str) -> Version | None:
        """The newest version of a document that was made of exactly these bytes; None if there is none."""

    def save(self, new: NewVersion, record: IngestRecord) -> None:
        """Write a version, its nodes, lineage and outbox rows and the record, in one transaction.

        A deleted document comes back with it. Raises StoreConflict when
        `new.follows` is no longer the latest version (nothing is written then).
        """

    def record(self, record: IngestRecord) -> None:
        """Keep how an upload ended that wrote no version."""

    def delete(self, tenant: str, document: str) -> bool:
        """Mark a document deleted and put the deletion of the passages of all its versions into the outbox.

        False if it was not there.

        From the return on, no read returns its text.
        """


class Outbox(Protocol):
    """Changes the ledger has made and an index has not been told yet. Every index (`target`) is told by itself."""

    async def claim(self, worker: str, limit: int, lease: timedelta, *, target: str = KEYWORDS) -> list[OutboxRow]:
        """Take up to `limit` rows, oldest first, for `lease`; rows claimed by others are passed over."""

    async def settle(self, worker: str, done: Sequence[str]) -> None:
        """These rows (ids) have reached the index: forget them. Rows no longer held by `worker` are left alone."""

    async def release(
        self, worker: str, failed: Sequence[str], reason: str, retry_after: timedelta, *, counts: bool = True
    ) -> None:
        """These rows did not reach the index: give them back after a while.

        `counts`: it may be the rows' own fault, so it is an attempt, and the
        rest grows with each. Otherwise the index was away.
        """

    async def take_back(self) -> None:
        """End all leases, for whoever knows that no worker lives; as if they had run out, each a failed attempt."""

    async def waiting(self, target: str | None = None) -> int:
        """How many rows have not reached an index; None: any index. Parked ones count."""

    async def parked(self, *, limit: int = 100) -> list[ParkedRow]:
        """Rows that are offered no more because they failed too often, oldest first."""

    async def unpark(self, target: str) -> int:
        """Offer the parked rows of an index again from now on, as if they had never failed; how many there were."""

    async def forget(self, target: str) -> int:
        """Drop all rows of an index that has been built anew, or is no longer there; how many there were."""


class Runs(Protocol):
    """Questions with everything that happened."""

    async def save(self, run: Run) -> None:
        """Keep a run; saving the same run again changes nothing."""

    async def save_again(self, run: Run) -> None:
        """Keep a run that is the one it was `cached_from`, but for its id, start and cost: only these are written.

        What is read back is whole. Raises NotFound when that run is not kept for this tenant.
        """

    async def run(self, reader: Reader, run_id: str) -> Run:
        """A run of the reader's tenant, without loss. Raises NotFound."""

    async def latest(self, reader: Reader, *, limit: int = 50) -> list[RunSummary]:
        """Newest first."""


class Originals(Protocol):
    """The uploaded bytes, by their hash: for page images, boxes of single characters and later readings. Sync."""

    def put(self, tenant: str, source_hash: str, data: bytes) -> None:
        """Keep bytes; those that are there already are left alone, damaged ones replaced. On return they are durable.

        Raises StoreCorrupt when they do not have this hash; nothing is kept then.
        """

    def get(self, tenant: str, source_hash: str) -> bytes:
        """The bytes of this hash. Raises NotFound; StoreCorrupt when they do not have it any more."""


class Searchable(Protocol):
    """Whatever finds passages for a question."""

    async def search(
        self,
        tenant: str,
        question: str,
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        """The best `k` passages for the question, best first, ties by key. Raises StoreUnavailable."""


class PassageIndex(Searchable, Protocol):
    """Passages, found by a question: by its words or by its meaning. A projection: it may be late, never authoritative.

    Its name holds everything that its content depends on beside the ledger (the
    tokeniser's version, the embedding model). Behind that name stands one
    generation; `begin` and `swap` put another in its place.
    """

    async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        """Put entries (replacing those of the same tenant and key) and remove `(tenant, key)` pairs.

        Idempotent. On return the change is durable and found by `search`.
        `at`: the moment at which this was known to be true. A store that can
        refuses, in silence, what is older than what it holds.

        Raises StoreUnavailable when the index did not answer, EntriesRefused
        when it took all but some: those are named, the others are in.
        """

    async def count(self) -> int:
        """Passages in the index, of all tenants. Raises StoreUnavailable."""

    def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """All that the index holds of a tenant, in pages, each passage once. Raises StoreUnavailable."""

    async def begin(self) -> Self:
        """An empty generation beside this one, which nobody asks yet. Raises StoreUnavailable."""

    async def swap(self, fresh: Self) -> None:
        """From now on `fresh` is asked, by everybody; the generation before it is removed. Raises StoreUnavailable."""

    async def discard(self) -> None:
        """Remove this generation with all it holds: for one that was begun and will not be swapped in."""

    async def close(self) -> None: ...


class Vectors(Protocol):
    """Vectors of length 1 with the scope they may be found in. As `PassageIndex`, a step lower: it embeds nothing."""

    async def apply(self, entries: Sequence[VectorEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        """As `PassageIndex.apply`."""

    async def search(
        self,
        tenant: str,
        vector: Sequence[float],
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        """The `k` nearest by inner product (the score, 1 at most), best first, ties by key. Raises StoreUnavailable."""

    async def count(self) -> int:
        """As `PassageIndex.count`."""

    def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """As `PassageIndex.held`."""

    async def begin(self) -> Self:
        """As `PassageIndex.begin`."""

    async def swap(self, fresh: Self) -> None:
        """As `PassageIndex.swap`."""

    async def discard(self) -> None:
        """As `PassageIndex.discard`."""

    async def close(self) -> None: ...


class Embedder(Protocol):
    """Texts to vectors: the same text always to the same one."""

    name: str
    """The model: part of the name of every index that holds its vectors."""

    dimensions: int
    """Of every vector."""

    async def embed(self, texts: Sequence[str], *, question: bool = False) -> list[tuple[float, ...]]:
        """One vector of length 1 for each text, in order; texts too long for the model are cut.

        `question`: some models take questions otherwise than passages. Raises
        StoreUnavailable when the model does not answer or answers amiss.
        """

    async def close(self) -> None: ...


class Cache(Protocol):
    """Bytes with an expiry. Best effort: a miss is always possible. All methods raise StoreUnavailable."""

    async def get(self, key: str) -> bytes | None: ...

    async def put(self, key: str, value: bytes, ttl: timedelta) -> None: ...

    async def add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        """Put a value where there is none; False if there is one. Of many that add at once one hears True."""

    async def forget(self, key: str) -> None: ...

    async def close(self) -> None: ...
