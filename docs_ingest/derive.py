"""What one parser version makes of a parse: structure, tree, tables, references. Pure.

    ParsedDocument -> structure -> tables -> tree -> references and definitions -> Derived

The same parse gives the same Derived in every process; what the indexes hold of
it (`index_entries`) follows from it and the version it belongs to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.limits import MAX_NODES
from docs_ingest.parsed import ParsedDocument
from docs_ingest.references import find_edges
from docs_ingest.structure import find_structure, read_contents
from docs_ingest.tables import find_tables, located
from docs_ingest.tree import build_nodes
from stores.records import Edge, IndexEntry, Line, Node, NodeKind, Table, Version, ancestors


@dataclass(frozen=True, slots=True)
class Derived:
    """A derivation before it has a version."""

    format: str  # pdf, docx, html, markdown, text, ...
    parser: str  # library and version that read the bytes
    title: str | None  # the format's own
    pages: int | None
    notes: tuple[str, ...]
    structure_source: str
    confidence: float
    text: str = field(repr=False)
    nodes: tuple[Node, ...] = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)
    tables: tuple[Table, ...] = field(repr=False, default=())
    edges: tuple[Edge, ...] = field(repr=False, default=())
    page_labels: tuple[str, ...] = ()


def derive(parsed: ParsedDocument, document: str, max_nodes: int = MAX_NODES) -> Derived:
    """Raises IngestError where there is no text, LimitExceeded where there would be too many nodes."""
    contents = read_contents(parsed)
    parsed = contents.parsed
    structure = find_structure(parsed, contents.lists)
    if not structure.pieces:
        raise IngestError("there is no text in this file: check that it is the right one")
    tables = find_tables(parsed, structure)
    nodes = build_nodes(parsed, structure, document, {group: drawn.title for group, drawn in tables.items()})
    if len(nodes) > max_nodes:
        raise LimitExceeded(
            f"the file makes {len(nodes):,} nodes, more than the {max_nodes:,} allowed: "
            "split it, or raise CITEPATH_MAX_NODES"
        )
    return Derived(
        format=parsed.format,
        parser=parsed.parser,
        title=parsed.title,
        pages=parsed.pages,
        notes=parsed.notes,
        structure_source=structure.source,
        confidence=structure.confidence,
        text=parsed.text,
        nodes=nodes,
        lines=tuple(Line(line.start, line.end, line.page, line.box) for line in parsed.lines),
        tables=located(tables, nodes),
        edges=find_edges(parsed.text, nodes, parsed.title or document, parsed.links),
        page_labels=parsed.page_labels,
    )


def index_entries(
    version: Version, tenant: str, text: str, nodes: Sequence[Node], tables: Sequence[Table]
) -> tuple[IndexEntry, ...]:
    """What the keyword index holds of each passage of a version."""
    by_address = {n.address: n for n in nodes}
    heads = {row.address: row.heads for table in tables for row in table.rows}
    return tuple(
        IndexEntry(
            key=node.passage_key,
            tenant=tenant,
            collection=version.collection,
            document=version.document,
            title=version.title,
            headings="\n".join(_headings(node, by_address, heads)),
            body=text[node.start : node.end].strip(),
        )
        for node in nodes
        if node.passage_key is not None
    )


def _headings(node: Node, by_address: Mapping[str, Node], heads: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Headings and labels from the root down to a passage; of a table's row also the heads it stands under."""
    for address in (*list(ancestors(node.address))[1:], node.address):
        one = by_address[address]
        words = one.title or one.label
        if words and one.kind is not NodeKind.GROUP:
            yield words
    yield from heads.get(node.address, ())
