"""Alembic's entry: run the revisions on the connection that `stores.ledger.migrate` hands over."""

from alembic import context

from stores.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
