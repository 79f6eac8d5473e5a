"""The ledger's first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from stores.ledger.tables import MYSQL, Blob, Counter, Key, Moment, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _documents()
    _versions()
    _derivations()
    _nodes()
    _lineage()
    _outbox()
    _ingests()
    _runs()
    _revisions()


def downgrade() -> None:
    for table in ("revisions", "runs", "ingests", "outbox", "lineage", "nodes", "derivations", "versions", "documents"):
        op.drop_table(table)


def _table(name: str, *parts: sa.schema.SchemaItem, **options: Any) -> None:
    """MySQL commits each change: what an attempt that was cut short has made already is left as it is."""
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *parts, **options)


def _index(name: str, table: str, columns: list[str]) -> None:
    if name not in {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(name, table, columns, unique=False)


def _documents() -> None:
    _table(
        "documents",
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("collection", Key(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("deleted_at", Moment(), nullable=True),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_documents"),
        **MYSQL,
    )
    _index("ix_documents_tenant_collection", "documents", ["tenant", "collection"])


def _versions() -> None:
    _table(
        "versions",
        sa.Column("id", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("document", Key(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("collection", Key(), nullable=False),
        sa.Column("file_name", Words(), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("source_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "document"], ["documents.tenant", "documents.id"], name="fk_versions_documents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.UniqueConstraint("tenant", "document", "number", name="uq_versions_tenant_document_number"),
        **MYSQL,
    )


def _derivations() -> None:
    _table(
        "derivations",
        sa.Column("version_id", Key(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("parser", Words(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("root_hash", sa.String(length=64), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("structure_source", sa.String(length=191), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("nodes", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("text", Blob, nullable=False),
        sa.Column("lines", Blob, nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_derivations_versions"),
        sa.PrimaryKeyConstraint("version_id", "number", name="pk_derivations"),
        **MYSQL,
    )


def _nodes() -> None:
    _table(
        "nodes",
        sa.Column("version_id", Key(), nullable=False),
        sa.Column("derivation", sa.Integer(), nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("address", sa.String(length=191), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("subtree_hash", sa.String(length=64), nullable=False),
        sa.Column("label", Words(), nullable=True),
        sa.Column("eid", Words(), nullable=True),
        sa.Column("title", Words(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("page_end", sa.Integer(), nullable=True),
        sa.Column("passage_key", Key(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id", "derivation"], ["derivations.version_id", "derivations.number"], name="fk_nodes_derivations"
        ),
        sa.PrimaryKeyConstraint("version_id", "derivation", "ord", name="pk_nodes"),
        sa.UniqueConstraint("version_id", "derivation", "address", name="uq_nodes_version_id_derivation_address"),
        sqlite_with_rowid=False,
        **MYSQL,
    )
    _index("ix_nodes_passage_key", "nodes", ["passage_key"])


def _lineage() -> None:
    _table(
        "lineage",
        sa.Column("version_id", Key(), nullable=False),
        sa.Column("derivation", sa.Integer(), nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("old", sa.String(length=191), nullable=True),
        sa.Column("new", sa.String(length=191), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id", "derivation"],
            ["derivations.version_id", "derivations.number"],
            name="fk_lineage_derivations",
        ),
        sa.PrimaryKeyConstraint("version_id", "derivation", "ord", name="pk_lineage"),
        sqlite_with_rowid=False,
        **MYSQL,
    )


def _outbox() -> None:
    _table(
        "outbox",
        sa.Column("seq", Counter, autoincrement=True, nullable=False),
        sa.Column("id", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("key", Key(), nullable=False),
        sa.Column("entry", Blob, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", Key(), nullable=True),
        sa.Column("claimed_by", Key(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("not_before", Moment(), nullable=True),
        sa.Column("reason", Words(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        sqlite_autoincrement=True,
        **MYSQL,
    )
    _index("ix_outbox_claim", "outbox", ["claim"])
    _index("ix_outbox_tenant_key_seq", "outbox", ["tenant", "key", "seq"])


def _ingests() -> None:
    _table(
        "ingests",
        sa.Column("id", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("collection", Key(), nullable=False),
        sa.Column("document", Key(), nullable=False),
        sa.Column("file_name", Words(), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("reason", Words(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ingests"),
        **MYSQL,
    )
    _index("ix_ingests_tenant_at", "ingests", ["tenant", "at"])


def _runs() -> None:
    _table(
        "runs",
        sa.Column("id", Key(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("question", Words(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("record_hash", sa.String(length=64), nullable=False),
        sa.Column("record", Blob, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        **MYSQL,
    )
    _index("ix_runs_tenant_started_at", "runs", ["tenant", "started_at"])


def _revisions() -> None:
    _table(
        "revisions",
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("collection", Key(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "collection", name="pk_revisions"),
        **MYSQL,
    )
