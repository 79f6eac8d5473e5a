"""The one transaction in which a version comes into being, and the one in which a document goes.

Writers of the same document meet at its row: it is read FOR UPDATE first, which
takes the row's lock on MySQL as BEGIN IMMEDIATE takes the file's on SQLite.
Whoever comes second finds another number in `documents.latest` and is told.

The ingest record is written in the same transaction under an id of its own, so
it tells whether a transaction whose COMMIT nobody answered was kept.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine, Insert, insert, select, update
from sqlalchemy.dialects import mysql

from stores.errors import StoreConflict
from stores.ids import Clock
from stores.ledger import tables as t
from stores.ledger.engine import reading, writing
from stores.ledger.faults import persist, repeatable
from stores.ledger.rows import (
    derivation_values,
    edge_values,
    ingest_values,
    lineage_values,
    node_values,
    outbox_values,
    select_versions,
    version_from,
    version_values,
)
from stores.ledger.trees import read_tree
from stores.ports import KEYWORDS
from stores.records import IndexEntry, IngestRecord, NewVersion, Tree, Version


class SqlIntake:
    """The port `Intake` on SQL."""

    def __init__(self, engine: Engine, clock: Clock, targets: Sequence[str] = (KEYWORDS,)) -> None:
        """`targets`: the indexes that are told of every change."""
        self._engine = engine
        self._clock = clock
        self._targets = tuple(targets)

    @repeatable
    def latest(self, tenant: str, document: str) -> Version | None:
        with reading(self._engine) as connection:
            return _latest(connection, tenant, document)

    @repeatable
    def alive(self, tenant: str, document: str) -> bool:
        d = t.documents.c
        query = select(d.id).where(d.tenant == tenant, d.id == document, d.deleted_at.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(query).one_or_none() is not None

    @repeatable
    def latest_tree(self, tenant: str, document: str) -> Tree | None:
        with reading(self._engine) as connection:
            version = _latest(connection, tenant, document)
            return None if version is None else read_tree(connection, version)

    @repeatable
    def trees(self, tenant: str, document: str) -> list[Tree]:
        v = t.versions.c
        query = select_versions().where(v.tenant == tenant, v.document == document).order_by(v.number)
        with reading(self._engine) as connection:
            return [read_tree(connection, version_from(row)) for row in connection.execute(query).all()]

    @repeatable
    def with_source(self, tenant: str, document: str, source_hash: str) -> Version | None:
        v = t.versions.c
        query = (
            select_versions()
            .where(v.tenant == tenant, v.document == document, v.source_hash == source_hash)
            .order_by(v.number.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else version_from(row)

    def save(self, new: NewVersion, record: IngestRecord) -> None:
        self._keep_once(record, partial(self._save, new, record))

    def record(self, record: IngestRecord) -> None:
        self._keep_once(record, partial(self._record, record))

    def delete(self, tenant: str, document: str) -> bool:
        at = self._clock.now()
        delete = partial(self._delete, tenant, document, at)
        return persist(delete, lambda: delete() or self._deleted_at(tenant, document) == at)

    def _keep_once(self, record: IngestRecord, write: Callable[[], None]) -> None:
        """`write`, which writes `record` too, done again where that changes nothing but that it is done."""

        def unless_kept() -> None:
            if self._is_kept(record):
                return
            try:
                write()
            except StoreConflict:  # with our own earlier try, which ended while we looked, or with another's
                if not self._is_kept(record):
                    raise

        persist(write, unless_kept)

    def _is_kept(self, record: IngestRecord) -> bool:
        with reading(self._engine) as connection:
            return connection.execute(select(t.ingests.c.id).where(t.ingests.c.id == record.id)).first() is not None

    def _deleted_at(self, tenant: str, document: str) -> datetime | None:
        d = t.documents.c
        query = select(d.deleted_at).where(d.tenant == tenant, d.id == document)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none()

    def _save(self, new: NewVersion, record: IngestRecord) -> None:
        with writing(self._engine) as connection:
            collections = _put_document(connection, new)
            v = t.versions.c
            mine = (v.tenant == new.document.tenant, v.document == new.version.document)
            known = select(v.id).where(*mine, v.number == new.version.number, v.id == new.version.id)
            if connection.execute(known).one_or_none() is None:
                connection.execute(insert(t.versions), version_values(new))
            connection.execute(insert(t.derivations), derivation_values(new))
            connection.execute(insert(t.nodes), node_values(new))
            if new.lineage:
                connection.execute(insert(t.lineage), lineage_values(new))
            if new.edges:
                connection.execute(insert(t.edges), edge_values(new))
            self._tell(connection, new.document.tenant, (), new.entries)
            connection.execute(insert(t.ingests), ingest_values(record))
            _bump(connection, new.document.tenant, collections)

    def _record(self, record: IngestRecord) -> None:
        with writing(self._engine) as connection:
            connection.execute(insert(t.ingests), ingest_values(record))

    def _delete(self, tenant: str, document: str, at: datetime) -> bool:
        d = t.documents.c
        there = (d.tenant == tenant, d.id == document, d.deleted_at.is_(None))
        with writing(self._engine) as connection:
            marked = connection.execute(update(t.documents).where(*there).values(deleted_at=at))
            if marked.rowcount == 0:
                return False
            self._tell(connection, tenant, _keys(connection, tenant, document), ())
            collection = connection.execute(select(d.collection).where(*there[:2])).scalar_one()
            _bump(connection, tenant, {collection})
        return True

    def _tell(self, connection: Connection, tenant: str, gone: Iterable[str], entries: Iterable[IndexEntry]) -> None:
        """Put what every index must be told into the outbox: first what goes, then what comes."""
        changes: list[tuple[str, IndexEntry | None]] = [(key, None) for key in gone]
        changes += [(entry.key, entry) for entry in entries]
        rows = [
            outbox_values(self._clock.new_id(), target, tenant, key, entry)
            for target in self._targets
            for key, entry in changes
        ]
        if rows:
            connection.execute(insert(t.outbox), rows)


def _latest(connection: Connection, tenant: str, document: str) -> Version | None:
    v = t.versions.c
    query = select_versions().where(v.tenant == tenant, v.document == document).order_by(v.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else version_from(row)


def _keys(connection: Connection, tenant: str, document: str) -> list[str]:
    """The passages of all versions of a document, each once, in order."""
    n, v = t.nodes.c, t.versions.c
    versions = select(v.id).where(v.tenant == tenant, v.document == document)
    query = (
        select(n.passage_key)
        .where(n.version_id.in_(versions), n.passage_key.is_not(None))
        .order_by(n.version_id, n.derivation, n.ord)
    )
    return list(dict.fromkeys(connection.execute(query).scalars()))


def _put_document(connection: Connection, new: NewVersion) -> set[str]:
    """Insert or update the document's row if nobody else came first; the collections this touches."""
    document, d = new.document, t.documents.c
    mine = (d.tenant == document.tenant, d.id == document.id)
    values = {"collection": document.collection, "title": document.title, "deleted_at": None}
    before = connection.execute(select(d.collection, d.deleted_at).where(*mine).with_for_update()).one_or_none()
    if before is None and new.follows is None:
        created = {"tenant": document.tenant, "id": document.id, "created_at": document.created_at}
        connection.execute(insert(t.documents), {**values, **created, "latest": new.version.number})
        return {document.collection}
    latest = max(new.version.number, new.follows or 0)
    put = connection.execute(update(t.documents).where(*mine, d.latest == new.follows).values(**values, latest=latest))
    if before is None or put.rowcount == 0:
        raise StoreConflict(
            f"{document.id} is no longer at version {new.follows}: somebody else wrote first, compare again"
        )
    told = {entry.key for entry in new.entries}
    if before.deleted_at is not None and any(n.passage_key and n.passage_key not in told for n in new.nodes):
        raise StoreConflict(f"{document.id} was deleted meanwhile: all its passages must be told again, compare again")
    return {before.collection, document.collection}


def _bump(connection: Connection, tenant: str, collections: set[str]) -> None:
    """Count this write for the collections and, under '', for the whole tenant."""
    r = t.revisions.c
    for collection in sorted({"", *collections}):
        counted = connection.execute(
            update(t.revisions).where(r.tenant == tenant, r.collection == collection).values(number=r.number + 1)
        )
        if counted.rowcount == 0:
            first = {"tenant": tenant, "collection": collection, "number": 1}
            connection.execute(_insert_or_bump(connection), first)


def _insert_or_bump(connection: Connection) -> Insert:
    """On SQLite nobody else can have inserted the row meanwhile."""
    if connection.dialect.name == "sqlite":
        return insert(t.revisions)
    return mysql.insert(t.revisions).on_duplicate_key_update(number=t.revisions.c.number + 1)
