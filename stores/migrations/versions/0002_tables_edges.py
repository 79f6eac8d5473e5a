"""Tables, references and definitions, notes on the reading, page labels, and who said when a version begins."""

import sqlalchemy as sa
from alembic import op

from stores.ledger.tables import MYSQL, Blob, Key, Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = {table: {column["name"] for column in _columns(table)} for table in ("versions", "derivations")}
    if "effective_source" not in there["versions"]:  # MySQL commits each change: begin again where it was cut short
        op.add_column("versions", sa.Column("effective_source", sa.String(length=32), nullable=True))
    for name, kind in (("notes", Words()), ("tables", Blob), ("page_labels", Words())):
        if name not in there["derivations"]:
            op.add_column("derivations", sa.Column(name, kind, nullable=True))
    if not sa.inspect(op.get_bind()).has_table("edges"):
        _edges()


def downgrade() -> None:
    op.drop_table("edges")
    for name in ("page_labels", "tables", "notes"):
        with op.batch_alter_table("derivations") as batch:
            batch.drop_column(name)
    with op.batch_alter_table("versions") as batch:
        batch.drop_column("effective_source")


def _columns(table: str) -> list[sa.engine.interfaces.ReflectedColumn]:
    return sa.inspect(op.get_bind()).get_columns(table)


def _edges() -> None:
    op.create_table(
        "edges",
        sa.Column("version_id", Key(), nullable=False),
        sa.Column("derivation", sa.Integer(), nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("tenant", Key(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=191), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("label", Words(), nullable=False),
        sa.Column("target", sa.String(length=191), nullable=True),
        sa.Column("document", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id", "derivation"], ["derivations.version_id", "derivations.number"], name="fk_edges_derivations"
        ),
        sa.PrimaryKeyConstraint("version_id", "derivation", "ord", name="pk_edges"),
        sqlite_with_rowid=False,
        **MYSQL,
    )
