"""Rows to records and back.

Text and lines of a derivation are one compressed blob each: a 400-page PDF has
some 20,000 lines, which nobody ever looks for one by one.
"""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Select, and_, func, select

from stores.errors import StoreCorrupt
from stores.ledger import tables as t
from stores.records import (
    Document,
    Edge,
    EdgeKind,
    EffectiveSource,
    IndexEntry,
    IngestRecord,
    IngestStatus,
    Line,
    LineageState,
    LineageStep,
    NewVersion,
    Node,
    NodeKind,
    OutboxRow,
    ParkedRow,
    Table,
    TableCell,
    TableRow,
    Version,
)

Values = dict[str, Any]
_Word = TypeVar("_Word", bound=StrEnum)

_KINDS = {kind.value: kind for kind in NodeKind}

_SOURCE = 12  # place of effective_source in a row of `select_versions`

_again = t.derivations.alias("again")
_CURRENT = select(func.max(_again.c.number)).where(_again.c.version_id == t.versions.c.id).scalar_subquery()


def select_versions(derivation: int | None = None) -> Select[Any]:
    """Versions of documents, deleted or not, in the field order of `Version`; None is the current derivation."""
    v, d = t.versions.c, t.derivations.c
    return (
        select(
            v.document,
            v.number,
            v.id,
            v.title,
            v.collection,
            v.file_name,
            v.format,
            v.source_hash,
            v.source_bytes,
            v.created_at,
            v.effective_from,
            v.effective_to,
            v.effective_source,
            d.number,
            d.parser,
            d.text_hash,
            d.root_hash,
            d.characters,
            d.pages,
            d.language,
            d.structure_source,
            d.confidence,
            d.nodes,
            d.notes,
        )
        .select_from(t.versions)
        .join(t.documents, and_(t.documents.c.tenant == v.tenant, t.documents.c.id == v.document))
        .join(t.derivations, and_(d.version_id == v.id, d.number == (_CURRENT if derivation is None else derivation)))
    )


def version_from(row: Sequence[Any]) -> Version:
    name = f"{row[0]}@{row[1]}"
    values = list(row)
    values[_SOURCE] = None if row[_SOURCE] is None else _known(EffectiveSource, row[_SOURCE], name)
    values[-1] = _texts(row[-1], f"notes of {name}")
    return Version(*values)


def _texts(blob: str | None, name: str) -> tuple[str, ...]:
    """A list of texts kept as JSON; rows of older revisions have none."""
    if blob is None:
        return ()
    try:
        return tuple(json.loads(blob))
    except (ValueError, TypeError) as error:
        raise StoreCorrupt(f"the stored {name} are damaged: restore the ledger from a backup") from error


def _known(words: type[_Word], value: str, name: str) -> _Word:
    try:
        return words(value)
    except ValueError as error:
        raise StoreCorrupt(
            f"{name} holds the unknown {words.__name__} {value!r}: restore the ledger, or run a newer version"
        ) from error


def version_values(new: NewVersion) -> Values:
    version = new.version
    return {
        "id": version.id,
        "tenant": new.document.tenant,
        "document": version.document,
        "number": version.number,
        "title": version.title,
        "collection": version.collection,
        "file_name": version.file_name,
        "format": version.format,
        "source_hash": version.source_hash,
        "source_bytes": version.source_bytes,
        "created_at": version.created_at,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "effective_source": None if version.effective_source is None else version.effective_source.value,
    }


def derivation_values(new: NewVersion) -> Values:
    version = new.version
    return {
        "version_id": version.id,
        "number": version.derivation,
        "tenant": new.document.tenant,
        "parser": version.parser,
        "text_hash": version.text_hash,
        "root_hash": version.root_hash,
        "characters": version.characters,
        "pages": version.pages,
        "language": version.language,
        "structure_source": version.structure_source,
        "confidence": version.confidence,
        "nodes": version.nodes,
        "created_at": version.created_at,
        "text": pack_text(new.text),
        "lines": pack_lines(new.lines),
        "notes": json.dumps(version.notes, ensure_ascii=False),
        "tables": pack_tables(new.tables),
        "page_labels": json.dumps(new.page_labels, ensure_ascii=False),
    }


def text_hash(text: str) -> str:
    """SHA-256 of the text in UTF-8, lone surrogates as they are, hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def pack_text(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"))


def unpack_text(blob: bytes, hash_: str, name: str) -> str:
    """Raises StoreCorrupt unless the blob still holds the text it was made of."""
    try:
        data = zlib.decompress(blob)
    except zlib.error as error:
        raise StoreCorrupt(f"the stored text of {name} is damaged: restore the ledger from a backup") from error
    if hashlib.sha256(data).hexdigest() != hash_:
        raise StoreCorrupt(f"the stored text of {name} does not have its hash: restore the ledger from a backup")
    return data.decode("utf-8", "surrogatepass")


def pack_lines(lines: Sequence[Line]) -> bytes:
    columns = [
        [line.start for line in lines],
        [line.end for line in lines],
        [line.page for line in lines],
        [line.box for line in lines],
    ]
    return zlib.compress(json.dumps(columns, separators=(",", ":")).encode("ascii"))


def unpack_lines(blob: bytes, name: str) -> tuple[Line, ...]:
    try:
        starts, ends, pages, boxes = json.loads(zlib.decompress(blob))
        if not len(starts) == len(ends) == len(pages) == len(boxes):
            raise ValueError("columns of different length")
    except (zlib.error, ValueError) as error:
        raise StoreCorrupt(f"the stored lines of {name} are damaged: restore the ledger from a backup") from error
    return tuple(map(Line, starts, ends, pages, (None if box is None else tuple(box) for box in boxes)))


def pack_tables(tables: Sequence[Table]) -> bytes:
    rows = [
        [t.address, t.caption, t.unit, t.columns, [[r.address, r.header, r.heads, _cells(r)] for r in t.rows]]
        for t in tables
    ]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode("ascii"))


def _cells(row: TableRow) -> list[list[int]]:
    return [[cell.start, cell.end, cell.column, cell.span] for cell in row.cells]


def unpack_tables(blob: bytes | None, name: str) -> tuple[Table, ...]:
    """Tables of derivations made before there were any are none."""
    if blob is None:
        return ()
    try:
        return tuple(
            Table(address, caption, unit, tuple(columns), tuple(_table_row(*row) for row in rows))
            for address, caption, unit, columns, rows in json.loads(zlib.decompress(blob))
        )
    except (zlib.error, ValueError, TypeError) as error:
        raise StoreCorrupt(f"the stored tables of {name} are damaged: restore the ledger from a backup") from error


def _table_row(address: str, header: bool, heads: list[str], cells: list[list[int]]) -> TableRow:
    return TableRow(address, header, tuple(heads), tuple(TableCell(*cell) for cell in cells))


def unpack_labels(text: str | None, name: str) -> tuple[str, ...]:
    return _texts(text, f"page labels of {name}")


NODE_COLUMNS = (
    t.nodes.c.address,
    t.nodes.c.ord,
    t.nodes.c.kind,
    t.nodes.c.start,
    t.nodes.c.end,
    t.nodes.c.children,
    t.nodes.c.content_hash,
    t.nodes.c.subtree_hash,
    t.nodes.c.label,
    t.nodes.c.eid,
    t.nodes.c.title,
    t.nodes.c.page,
    t.nodes.c.page_end,
    t.nodes.c.passage_key,
)
"""In the field order of `Node`."""


def node_from(row: Sequence[Any]) -> Node:
    kind = _KINDS.get(row[2])
    if kind is None:
        raise StoreCorrupt(
            f"a stored node is of the unknown kind {row[2]!r}: restore the ledger, or run a newer version"
        )
    return Node(row[0], row[1], kind, *row[3:])


def node_values(new: NewVersion) -> list[Values]:
    fixed = {
        "version_id": new.version.id,
        "derivation": new.version.derivation,
        "tenant": new.document.tenant,
    }
    return [
        {
            **fixed,
            "address": node.address,
            "ord": node.order,
            "kind": node.kind.value,
            "start": node.start,
            "end": node.end,
            "children": node.children,
            "content_hash": node.content_hash,
            "subtree_hash": node.subtree_hash,
            "label": node.label,
            "eid": node.eid,
            "title": node.title,
            "page": node.page,
            "page_end": node.page_end,
            "passage_key": node.passage_key,
        }
        for node in new.nodes
    ]


def lineage_values(new: NewVersion) -> list[Values]:
    return [
        {
            "version_id": new.version.id,
            "derivation": new.version.derivation,
            "ord": position,
            "tenant": new.document.tenant,
            "follows": new.follows or 0,
            "state": step.state.value,
            "old": step.old,
            "new": step.new,
        }
        for position, step in enumerate(new.lineage)
    ]


LINEAGE_COLUMNS = (t.lineage.c.state, t.lineage.c.old, t.lineage.c.new)
"""In the field order of `LineageStep`."""


def lineage_from(row: Sequence[Any]) -> LineageStep:
    state, old, new = row
    return LineageStep(_known(LineageState, state, "the lineage of a version"), old, new)


def edge_values(new: NewVersion) -> list[Values]:
    fixed = {"version_id": new.version.id, "derivation": new.version.derivation, "tenant": new.document.tenant}
    return [
        {
            **fixed,
            "ord": position,
            "kind": edge.kind.value,
            "source": edge.source,
            "start": edge.start,
            "end": edge.end,
            "label": edge.label,
            "target": edge.target,
            "document": edge.document,
            "reason": edge.reason,
        }
        for position, edge in enumerate(new.edges)
    ]


EDGE_COLUMNS = (
    t.edges.c.kind,
    t.edges.c.source,
    t.edges.c.start,
    t.edges.c.end,
    t.edges.c.label,
    t.edges.c.target,
    t.edges.c.document,
    t.edges.c.reason,
)
"""In the field order of `Edge`."""


def edge_from(row: Sequence[Any]) -> Edge:
    return Edge(_known(EdgeKind, row[0], "a reference or definition"), *row[1:])


def pack_entry(entry: IndexEntry) -> bytes:
    plain = {name: getattr(entry, name) for name in IndexEntry.__slots__}
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass")


def outbox_values(id_: str, target: str, tenant: str, key: str, entry: IndexEntry | None) -> Values:
    return {
        "id": id_,
        "target": target,
        "tenant": tenant,
        "key": key,
        "entry": None if entry is None else pack_entry(entry),
        "attempts": 0,
    }


OUTBOX_COLUMNS = (t.outbox.c.id, t.outbox.c.key, t.outbox.c.tenant, t.outbox.c.entry, t.outbox.c.attempts)
"""In the field order of `OutboxRow`."""


PARKED_COLUMNS = (
    t.outbox.c.id,
    t.outbox.c.target,
    t.outbox.c.tenant,
    t.outbox.c.key,
    t.outbox.c.attempts,
    t.outbox.c.reason,
)
"""In the field order of `ParkedRow`."""


def parked_row_from(row: Sequence[Any]) -> ParkedRow:
    id_, target, tenant, key, attempts, reason = row
    return ParkedRow(id_, target, tenant, key, attempts, reason or "")


def outbox_row_from(row: Sequence[Any]) -> OutboxRow:
    id_, key, tenant, blob, attempts = row
    if blob is None:
        return OutboxRow(id_, key, tenant, None, attempts)
    try:
        entry = IndexEntry(**json.loads(blob.decode("utf-8", "surrogatepass")))
    except (ValueError, TypeError) as error:
        raise StoreCorrupt(f"row {id_} of the outbox is damaged: rebuild the indexes from the ledger") from error
    return OutboxRow(id_, key, tenant, entry, attempts)


DOCUMENT_COLUMNS = (
    t.documents.c.id,
    t.documents.c.tenant,
    t.documents.c.collection,
    t.documents.c.title,
    t.documents.c.created_at,
    t.documents.c.deleted_at,
)
"""In the field order of `Document`."""


def document_from(row: Sequence[Any]) -> Document:
    return Document(*row)


INGEST_COLUMNS = (
    t.ingests.c.id,
    t.ingests.c.tenant,
    t.ingests.c.collection,
    t.ingests.c.document,
    t.ingests.c.file_name,
    t.ingests.c.source_hash,
    t.ingests.c.status,
    t.ingests.c.reason,
    t.ingests.c.version,
    t.ingests.c.at,
)
"""In the field order of `IngestRecord`."""


def ingest_from(row: Sequence[Any]) -> IngestRecord:
    id_, tenant, collection, document, file_name, source_hash, status, reason, version, at = row
    return IngestRecord(
        id_,
        tenant,
        collection,
        document,
        file_name,
        source_hash,
        _known(IngestStatus, status, f"the record of {file_name}"),
        reason,
        version,
        at,
    )


def ingest_values(record: IngestRecord) -> Values:
    return {**asdict(record), "status": record.status.value}
