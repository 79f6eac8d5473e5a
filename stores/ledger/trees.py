"""Reading one tree, for the library and for the ingest walk alike."""

from sqlalchemy import Connection, select

from stores.errors import StoreCorrupt
from stores.ledger import tables as t
from stores.ledger.rows import NODE_COLUMNS, node_from, unpack_labels, unpack_lines, unpack_tables, unpack_text
from stores.records import Tree, Version


def read_tree(connection: Connection, version: Version) -> Tree:
    """The tree of this version's derivation. Raises StoreCorrupt when it is not what was written."""
    d, n = t.derivations.c, t.nodes.c
    text, lines, tables, labels = connection.execute(
        select(d.text, d.lines, d.tables, d.page_labels).where(
            d.version_id == version.id, d.number == version.derivation
        )
    ).one()
    rows = connection.execute(
        select(*NODE_COLUMNS).where(n.version_id == version.id, n.derivation == version.derivation).order_by(n.ord)
    )
    nodes = tuple(node_from(row) for row in rows)
    if len(nodes) != version.nodes:
        raise StoreCorrupt(
            f"{version.name} has {len(nodes)} nodes and was written with {version.nodes}: "
            "restore the ledger from a backup"
        )
    return Tree(
        version,
        unpack_text(text, version.text_hash, version.name),
        nodes,
        unpack_lines(lines, version.name),
        unpack_tables(tables, version.name),
        unpack_labels(labels, version.name),
    )
