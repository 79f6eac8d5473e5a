"""The one transaction in which a version comes into being, and the one in which a document goes.

Writers of the same document meet at its row: `documents.latest` is compared
and set first, which takes the row's lock on MySQL as BEGIN IMMEDIATE takes the
file's on SQLite. Whoever comes second finds another number there and is told.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Engine, insert, select, update

from stores.errors import StoreConflict
from stores.ids import Clock
from stores.ledger import tables as t
from stores.ledger.engine import reading, writing
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

    def latest(self, tenant: str, document: str) -> Version | None:
        with reading(self._engine) as connection:
            return _latest(connection, tenant, document)

    def alive(self, tenant: str, document: str) -> bool:
        d = t.documents.c
        query = select(d.id).where(d.tenant == tenant, d.id == document, d.deleted_at.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(query).one_or_none() is not None

    def latest_tree(self, tenant: str, document: str) -> Tree | None:
        with reading(self._engine) as connection:
            version = _latest(connection, tenant, document)
            return None if version is None else read_tree(connection, version)

    def trees(self, tenant: str, document: str) -> list[Tree]:
        v = t.versions.c
        query = select_versions().where(v.tenant == tenant, v.document == document).order_by(v.number)
        with reading(self._engine) as connection:
            return [read_tree(connection, version_from(row)) for row in connection.execute(query).all()]

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

    def record(self, record: IngestRecord) -> None:
        with writing(self._engine) as connection:
            connection.execute(insert(t.ingests), ingest_values(record))

    def delete(self, tenant: str, document: str) -> bool:
        d = t.documents.c
        there = (d.tenant == tenant, d.id == document, d.deleted_at.is_(None))
        with writing(self._engine) as connection:
            marked = connection.execute(update(t.documents).where(*there).values(deleted_at=self._clock.now()))
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
    before = connection.execute(select(d.collection, d.deleted_at).where(*mine)).one_or_none()
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
            connection.execute(insert(t.revisions), {"tenant": tenant, "collection": collection, "number": 1})
