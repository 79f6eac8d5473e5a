"""The ledger's tables, for SQLite and MySQL/MariaDB alike.

    documents --< versions --< derivations --< nodes, lineage, edges
    outbox     changes the indexes have not been told      ingests     how uploads ended
    runs       questions with everything that happened     revisions   counts writes, for caches

Common subset only: no RETURNING, no engine's full text search, keys of at most
191 characters, integers for order. The tables in use are made by
`stores/migrations`; a test holds the two equal.
"""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = "\ufdd0"  # a code point that Unicode promises never to give a meaning


def escape(text: str) -> str:
    """Text as a database can hold it: lone surrogates, which UTF-8 cannot say, are written as escapes."""
    if _SURROGATE.search(text) or text.startswith(_ESCAPED):
        return _ESCAPED + text.encode("unicode_escape").decode("ascii")
    return text


def unescape(text: str) -> str:
    """The inverse of `escape`."""
    if text.startswith(_ESCAPED):
        return text[1:].encode("ascii").decode("unicode_escape")
    return text


class Key(TypeDecorator[str]):
    """Ids and names that are compared: at most 191 characters, the most that MySQL indexes safely."""

    impl = String(191)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else escape(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else unescape(value)


class Words(TypeDecorator[str]):
    """Text of any length as people wrote it: titles, labels, file names, questions."""

    impl = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else escape(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else unescape(value)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC with microseconds. Refuses times without a zone: they name no moment."""

    impl = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone: pass aware times to the ledger")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


Blob = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
Sha256 = String(64)
Counter = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up by itself for INTEGER only

MYSQL: dict[str, Any] = {
    f"{name}_{option}": value
    for name in ("mysql", "mariadb")
    for option, value in (("engine", "InnoDB"), ("charset", "utf8mb4"), ("collate", "utf8mb4_bin"))
}

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)

documents = Table(
    "documents",
    metadata,
    Column("tenant", Key, nullable=False),
    Column("id", Key, nullable=False),
    Column("collection", Key, nullable=False),
    Column("title", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("deleted_at", Moment),
    Column("latest", Integer, nullable=False),  # highest version number: what writers compare and set
    PrimaryKeyConstraint("tenant", "id"),
    Index(None, "tenant", "collection"),
    **MYSQL,
)

versions = Table(
    "versions",
    metadata,
    Column("id", Key, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("document", Key, nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Words, nullable=False),
    Column("collection", Key, nullable=False),
    Column("file_name", Words, nullable=False),
    Column("format", String(32), nullable=False),
    Column("source_hash", Sha256, nullable=False),
    Column("source_bytes", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("effective_from", Date),
    Column("effective_to", Date),
    Column("effective_source", String(32)),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("tenant", "document", "number"),
    ForeignKeyConstraint(["tenant", "document"], ["documents.tenant", "documents.id"]),
    **MYSQL,
)

derivations = Table(
    "derivations",
    metadata,
    Column("version_id", Key, nullable=False),
    Column("number", Integer, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("parser", Words, nullable=False),
    Column("text_hash", Sha256, nullable=False),
    Column("root_hash", Sha256, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("pages", Integer),
    Column("language", String(32), nullable=False),
    Column("structure_source", String(191), nullable=False),
    Column("confidence", Double, nullable=False),
    Column("nodes", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("text", Blob, nullable=False),  # blobs last: rows are read without them where they are not asked for
    Column("lines", Blob, nullable=False),
    Column("notes", Words),  # JSON list
    Column("tables", Blob),
    Column("page_labels", Words),  # JSON list
    PrimaryKeyConstraint("version_id", "number"),
    ForeignKeyConstraint(["version_id"], ["versions.id"]),
    **MYSQL,
)

nodes = Table(
    "nodes",
    metadata,
    Column("version_id", Key, nullable=False),
    Column("derivation", Integer, nullable=False),
    Column("ord", Integer, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("address", String(191), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("children", Integer, nullable=False),
    Column("content_hash", Sha256, nullable=False),
    Column("subtree_hash", Sha256, nullable=False),
    Column("label", Words),
    Column("eid", Words),
    Column("title", Words),
    Column("page", Integer),
    Column("page_end", Integer),
    Column("passage_key", Key),
    PrimaryKeyConstraint("version_id", "derivation", "ord"),
    UniqueConstraint("version_id", "derivation", "address"),
    ForeignKeyConstraint(["version_id", "derivation"], ["derivations.version_id", "derivations.number"]),
    Index(None, "passage_key"),
    sqlite_with_rowid=False,  # a version's nodes lie side by side in the order they are read
    **MYSQL,
)

lineage = Table(
    "lineage",
    metadata,
    Column("version_id", Key, nullable=False),
    Column("derivation", Integer, nullable=False),
    Column("ord", Integer, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("follows", Integer, nullable=False),  # number of the version it was compared with
    Column("state", String(32), nullable=False),
    Column("old", String(191)),
    Column("new", String(191)),
    PrimaryKeyConstraint("version_id", "derivation", "ord"),
    ForeignKeyConstraint(["version_id", "derivation"], ["derivations.version_id", "derivations.number"]),
    sqlite_with_rowid=False,
    **MYSQL,
)

edges = Table(
    "edges",
    metadata,
    Column("version_id", Key, nullable=False),
    Column("derivation", Integer, nullable=False),
    Column("ord", Integer, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("source", String(191), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("label", Words, nullable=False),
    Column("target", String(191)),
    Column("document", Words, nullable=False),
    Column("reason", Words, nullable=False),
    PrimaryKeyConstraint("version_id", "derivation", "ord"),
    ForeignKeyConstraint(["version_id", "derivation"], ["derivations.version_id", "derivations.number"]),
    sqlite_with_rowid=False,
    **MYSQL,
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),  # the order; clocks of two processes are no order
    Column("id", Key, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("target", Key, nullable=False, server_default="keywords"),  # which index is to be told
    Column("key", Key, nullable=False),
    Column("entry", Blob),  # JSON in UTF-8; NULL: the passage is gone
    Column("attempts", Integer, nullable=False),
    Column("claim", Key),  # names one act of claiming, so that a claimer finds what it got
    Column("claimed_by", Key),
    Column("lease_until", Moment),
    Column("not_before", Moment),
    Column("reason", Words),
    UniqueConstraint("id"),
    Index(None, "target", "tenant", "key", "seq"),
    Index(None, "target", "seq"),
    Index(None, "claim"),
    sqlite_autoincrement=True,
    **MYSQL,
)

ingests = Table(
    "ingests",
    metadata,
    Column("id", Key, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("collection", Key, nullable=False),
    Column("document", Key, nullable=False),
    Column("file_name", Words, nullable=False),
    Column("source_hash", Sha256),
    Column("status", String(32), nullable=False),
    Column("reason", Words),
    Column("version", Integer),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "tenant", "at"),
    **MYSQL,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Key, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("question", Words, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("record_hash", Sha256, nullable=False),
    Column("record", Blob, nullable=False),  # the whole run as JSON, compressed
    PrimaryKeyConstraint("id"),
    Index(None, "tenant", "started_at"),
    **MYSQL,
)

revisions = Table(
    "revisions",
    metadata,
    Column("tenant", Key, nullable=False),
    Column("collection", Key, nullable=False),  # '' counts the writes to all of the tenant's collections
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant", "collection"),
    **MYSQL,
)
