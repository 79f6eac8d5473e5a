"""Each index is told by itself: outbox rows say which index they are for."""

import sqlalchemy as sa
from alembic import op

from stores.ledger.tables import Key

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())  # MySQL commits each change: begin again where it was cut short
    if "target" not in {column["name"] for column in inspector.get_columns("outbox")}:
        op.add_column("outbox", sa.Column("target", Key(), nullable=False, server_default="keywords"))
    there = {index["name"] for index in inspector.get_indexes("outbox")}
    if "ix_outbox_target_tenant_key_seq" not in there:
        op.create_index("ix_outbox_target_tenant_key_seq", "outbox", ["target", "tenant", "key", "seq"], unique=False)
    if "ix_outbox_tenant_key_seq" in there:
        op.drop_index("ix_outbox_tenant_key_seq", table_name="outbox")
    if "ix_outbox_target_seq" not in there:
        op.create_index("ix_outbox_target_seq", "outbox", ["target", "seq"], unique=False)


def downgrade() -> None:
    op.create_index("ix_outbox_tenant_key_seq", "outbox", ["tenant", "key", "seq"], unique=False)
    op.drop_index("ix_outbox_target_seq", table_name="outbox")
    op.drop_index("ix_outbox_target_tenant_key_seq", table_name="outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("target")
