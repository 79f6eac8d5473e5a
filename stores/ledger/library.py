"""Documents and trees as one reader may see them: the only source of text."""

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, select

from stores.errors import NotFound
from stores.ids import Clock
from stores.in_force import in_force
from stores.ledger import tables as t
from stores.ledger.engine import chunked, reading
from stores.ledger.faults import repeatable
from stores.ledger.rows import (
    DOCUMENT_COLUMNS,
    EDGE_COLUMNS,
    INGEST_COLUMNS,
    LINEAGE_COLUMNS,
    document_from,
    edge_from,
    ingest_from,
    lineage_from,
    select_versions,
    version_from,
)
from stores.ledger.trees import read_tree
from stores.pool import Pool
from stores.records import Document, Edge, IngestRecord, LineageStep, Place, Reader, Tree, Version

_LISTS_KEPT = 8


class SqlLibrary:
    """The port `Library` on SQL. Collections are those the documents are in today.

    Every question begins with the versions in force; reading a thousand of them takes longer than answering. So the
    latest such lists are kept with the tenant's revision, which every write and deletion counts up in its own
    transaction, and served while that number stands: it is read each time, before anything else.
    """

    def __init__(self, engine: Engine, pool: Pool, clock: Clock) -> None:
        self._engine = engine
        self._pool = pool
        self._clock = clock
        self._lists: OrderedDict[tuple[Reader, str | None, date], tuple[int, list[Version]]] = OrderedDict()
        self._lists_lock = Lock()

    async def versions(
        self,
        reader: Reader,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
        as_of: date | None = None,
    ) -> list[Version]:
        return await self._pool.run(self._versions, reader, collection, documents, self._day(as_of))

    async def version(self, reader: Reader, document: str, number: int | None = None) -> Version:
        return await self._pool.run(self._version, reader, document, number)

    async def history(self, reader: Reader, document: str) -> list[Version]:
        return await self._pool.run(self._history, reader, document)

    async def tree(self, reader: Reader, version_id: str, derivation: int | None = None) -> Tree:
        return await self._pool.run(self._tree, reader, version_id, derivation)

    async def places(self, reader: Reader, keys: Sequence[str], version_ids: Sequence[str]) -> dict[str, list[Place]]:
        return await self._pool.run(self._places, reader, keys, version_ids)

    async def edges(self, reader: Reader, version_id: str, derivation: int | None = None) -> list[Edge]:
        return await self._pool.run(self._edges, reader, version_id, derivation)

    async def lineage(self, reader: Reader, version_id: str) -> list[LineageStep]:
        return await self._pool.run(self._lineage, reader, version_id)

    async def standing(
        self, reader: Reader, version_ids: Sequence[str], *, as_of: date | None = None
    ) -> dict[str, str]:
        return await self._pool.run(self._standing, reader, version_ids, self._day(as_of))

    async def documents(self, reader: Reader, *, collection: str | None = None) -> list[Document]:
        return await self._pool.run(self._documents, reader, collection)

    async def revision(self, reader: Reader, collection: str | None) -> int:
        return await self._pool.run(self._revision, reader, collection)

    async def ingests(self, reader: Reader, *, limit: int = 100) -> list[IngestRecord]:
        return await self._pool.run(self._ingests, reader, limit)

    def _day(self, as_of: date | None) -> date:
        return as_of or self._clock.now().date()

    @repeatable
    def _versions(
        self, reader: Reader, collection: str | None, documents: Sequence[str] | None, day: date
    ) -> list[Version]:
        if documents is not None:
            with reading(self._engine) as connection:
                return _in_force(connection, reader, collection, documents, day)
        key = (reader, collection, day)
        with reading(self._engine) as connection:
            revision = _revision(connection, reader, None)
            with self._lists_lock:
                known = self._lists.get(key)
            if known is None or known[0] != revision:
                known = revision, _in_force(connection, reader, collection, None, day)
        with self._lists_lock:
            self._lists[key] = known
            self._lists.move_to_end(key)
            while len(self._lists) > _LISTS_KEPT:
                self._lists.popitem(last=False)
        return list(known[1])

    def _version(self, reader: Reader, document: str, number: int | None) -> Version:
        history = self._history(reader, document)
        if number is None:
            version = in_force(history, self._day(None))
            if version is None:
                raise NotFound(f"no version of {document} is in force today: name a version's number")
            return version
        for version in history:
            if version.number == number:
                return version
        raise NotFound(f"{document} has no version {number}")

    @repeatable
    def _history(self, reader: Reader, document: str) -> list[Version]:
        with reading(self._engine) as connection:
            history = _by_document(connection, _visible(reader), [document]).get(document)
        if history is None:
            raise NotFound(f"there is no document {document}")
        return history

    @repeatable
    def _tree(self, reader: Reader, version_id: str, derivation: int | None) -> Tree:
        with reading(self._engine) as connection:
            return read_tree(connection, _one(connection, reader, version_id, derivation))

    @repeatable
    def _edges(self, reader: Reader, version_id: str, derivation: int | None) -> list[Edge]:
        e = t.edges.c
        with reading(self._engine) as connection:
            version = _one(connection, reader, version_id, derivation)
            query = select(*EDGE_COLUMNS).where(e.version_id == version.id, e.derivation == version.derivation)
            return [edge_from(row) for row in connection.execute(query.order_by(e.ord))]

    @repeatable
    def _lineage(self, reader: Reader, version_id: str) -> list[LineageStep]:
        n = t.lineage.c
        with reading(self._engine) as connection:
            version = _one(connection, reader, version_id, None)
            query = select(*LINEAGE_COLUMNS).where(n.version_id == version.id, n.derivation == version.derivation)
            return [lineage_from(row) for row in connection.execute(query.order_by(n.ord))]

    @repeatable
    def _places(self, reader: Reader, keys: Sequence[str], version_ids: Sequence[str]) -> dict[str, list[Place]]:
        n = t.nodes.c
        standing_in = _visible(reader).with_only_columns(
            n.passage_key, t.versions.c.id, t.versions.c.document, t.versions.c.number, n.address, n.ord
        )
        query = standing_in.join(t.nodes, and_(n.version_id == t.versions.c.id, n.derivation == t.derivations.c.number))
        rows: list[Any] = []
        with reading(self._engine) as connection:
            for some in chunked(list(dict.fromkeys(keys))):
                for versions in chunked(list(dict.fromkeys(version_ids))):
                    within = (n.passage_key.in_(some), t.versions.c.id.in_(versions))
                    rows += connection.execute(query.where(*within))
        found: dict[str, list[Place]] = defaultdict(list)
        for key, version_id, document, number, address, _ in sorted(rows, key=lambda r: (r[2], r[3], r[5])):
            found[key].append(Place(key, version_id, document, number, address))
        return dict(found)

    @repeatable
    def _standing(self, reader: Reader, version_ids: Sequence[str], day: date) -> dict[str, str]:
        v = t.versions.c
        with reading(self._engine) as connection:
            document_of: dict[str, str] = {}
            for some in chunked(list(dict.fromkeys(version_ids))):
                named = _visible(reader).with_only_columns(v.id, v.document).where(v.id.in_(some))
                document_of.update((row.id, row.document) for row in connection.execute(named))
            found = _by_document(connection, _visible(reader), sorted(set(document_of.values())))
        current = {version.id for history in found.values() if (version := in_force(history, day)) is not None}
        return {
            id_: "deleted" if id_ not in document_of else "current" if id_ in current else "superseded"
            for id_ in version_ids
        }

    @repeatable
    def _documents(self, reader: Reader, collection: str | None) -> list[Document]:
        d = t.documents.c
        query = select(*DOCUMENT_COLUMNS).where(d.tenant == reader.tenant, d.deleted_at.is_(None))
        if collection is not None:
            query = query.where(d.collection == collection)
        with reading(self._engine) as connection:
            return sorted((document_from(row) for row in connection.execute(query)), key=lambda document: document.id)

    @repeatable
    def _revision(self, reader: Reader, collection: str | None) -> int:
        with reading(self._engine) as connection:
            return _revision(connection, reader, collection)

    @repeatable
    def _ingests(self, reader: Reader, limit: int) -> list[IngestRecord]:
        i = t.ingests.c
        query = select(*INGEST_COLUMNS).where(i.tenant == reader.tenant).order_by(i.at.desc(), i.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [ingest_from(row) for row in connection.execute(query)]


def _visible(reader: Reader, derivation: int | None = None) -> Select[Any]:
    """Versions this reader may see: every read of text goes through this condition."""
    d = t.documents.c
    return select_versions(derivation).where(d.tenant == reader.tenant, d.deleted_at.is_(None))


def _one(connection: Connection, reader: Reader, version_id: str, derivation: int | None) -> Version:
    """A version this reader may see, in this derivation. Raises NotFound."""
    row = connection.execute(_visible(reader, derivation).where(t.versions.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no version {version_id}, or no such derivation of it")
    return version_from(row)


def _revision(connection: Connection, reader: Reader, collection: str | None) -> int:
    r = t.revisions.c
    query = select(r.number).where(r.tenant == reader.tenant, r.collection == (collection or ""))
    return int(connection.execute(query).scalar() or 0)


def _in_force(
    connection: Connection, reader: Reader, collection: str | None, documents: Sequence[str] | None, day: date
) -> list[Version]:
    """The versions that count on a day, by document."""
    wanted = _visible(reader)
    if collection is not None:
        wanted = wanted.where(t.documents.c.collection == collection)
    found = _by_document(connection, wanted, documents)
    counting = (in_force(history, day) for history in found.values())
    return sorted((v for v in counting if v is not None), key=lambda v: v.document)


def _by_document(
    connection: Connection, query: Select[Any], documents: Sequence[str] | None
) -> dict[str, list[Version]]:
    """Histories of the documents asked for (None: of all), oldest number first."""
    query = query.order_by(t.versions.c.number)
    parts = (
        [query]
        if documents is None
        else [query.where(t.versions.c.document.in_(some)) for some in chunked(list(dict.fromkeys(documents)))]
    )
    found: dict[str, list[Version]] = defaultdict(list)
    for part in parts:
        for row in connection.execute(part):
            version = version_from(row)
            found[version.document].append(version)
    return found
