"""A derivation as plain data, and back: what the reading child sends.

No pickle: a hostile file that took over the child could lie about itself, and
do nothing else. What comes back is built anew and checked; the hashes of the
tree are worked out again on this side.
"""

from collections.abc import Iterator
from typing import Any, cast

from docs_ingest.derive import Derived
from docs_ingest.tree import hashes_of
from stores.records import (
    ROOT,
    Edge,
    EdgeKind,
    Line,
    Node,
    NodeKind,
    Table,
    TableCell,
    TableRow,
    parent_address,
)

Json = dict[str, Any]


def as_json(made: Derived) -> Json:
    """Rows instead of objects: a 400-page document has 20,000 lines."""
    return {
        "format": made.format,
        "parser": made.parser,
        "title": made.title,
        "pages": made.pages,
        "notes": made.notes,
        "structure_source": made.structure_source,
        "confidence": made.confidence,
        "text": made.text,
        "nodes": [_row(node) for node in made.nodes],
        "lines": [_row(line) for line in made.lines],
        "tables": [
            [t.address, t.caption, t.unit, t.columns, [[*_row(r)[:3], [_row(c) for c in r.cells]] for r in t.rows]]
            for t in made.tables
        ],
        "edges": [_row(edge) for edge in made.edges],
        "page_labels": made.page_labels,
    }


def _row(value: Any) -> list[Any]:
    return [getattr(value, name) for name in value.__slots__]


def from_json(found: Json) -> Derived:
    """The derivation again. Raises ValueError, KeyError, TypeError where it is none."""
    made = Derived(
        format=_text(found["format"]),
        parser=_text(found["parser"]),
        title=None if found["title"] is None else _text(found["title"]),
        pages=None if found["pages"] is None else int(found["pages"]),
        notes=tuple(map(_text, found["notes"])),
        structure_source=_text(found["structure_source"]),
        confidence=float(found["confidence"]),
        text=_text(found["text"]),
        nodes=tuple(Node(a, o, NodeKind(kind), *rest) for a, o, kind, *rest in found["nodes"]),
        lines=tuple(Line(start, end, page, _box(box)) for start, end, page, box in found["lines"]),
        tables=tuple(_table(*row) for row in found["tables"]),
        edges=tuple(Edge(EdgeKind(kind), *rest) for kind, *rest in found["edges"]),
        page_labels=tuple(map(_text, found["page_labels"])),
    )
    _check(made)
    return made


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where text was due")
    return value


def _box(box: list[float] | None) -> tuple[float, float, float, float] | None:
    if box is None:
        return None
    left, top, right, bottom = map(float, box)
    return left, top, right, bottom


def _table(address: str, caption: str, unit: str, columns: list[str], rows: list[list[Any]]) -> Table:
    return Table(
        _text(address),
        _text(caption),
        _text(unit),
        tuple(map(_text, columns)),
        tuple(TableRow(_text(a), bool(h), tuple(map(_text, heads)), _cells(cells)) for a, h, heads, cells in rows),
    )


def _cells(rows: list[list[int]]) -> tuple[TableCell, ...]:
    return tuple(TableCell(*cast(tuple[int, int, int, int], map(int, row))) for row in rows)


def _check(made: Derived) -> None:
    """Raise ValueError where the tree is none, or what lies beside it points outside the text or the tree."""
    nodes = {node.address: node for node in made.nodes}
    if len(nodes) != len(made.nodes) or ROOT not in nodes:
        raise ValueError("addresses are not unique")
    root = nodes[ROOT]
    if (root.start, root.end) != (0, len(made.text)):
        raise ValueError("the root is not the whole text")
    for order, node in enumerate(made.nodes):
        above = parent_address(node.address)
        if node.order != order or (above is not None and above not in nodes):
            raise ValueError(f"node {node.address} is out of place")
        if any(start != end for start, end in _seams(node, nodes)):
            raise ValueError(f"the children of {node.address} do not tile it")
    for start, end in _spans(made):
        if not 0 <= start <= end <= len(made.text):
            raise ValueError(f"span {start}..{end} is outside the text")
    for node, hashes in zip(made.nodes, hashes_of(made.text, made.nodes), strict=True):
        if (node.content_hash, node.subtree_hash) != hashes:
            raise ValueError(f"node {node.address} does not have the hash of its words")


def _seams(node: Node, nodes: dict[str, Node]) -> Iterator[tuple[int, int]]:
    """Where children should meet: (end of one, start of the next), with the node's own ends."""
    at = node.start
    for i in range(node.children):
        child = nodes[f"{node.address}.{i}"]
        yield at, child.start
        at = child.end
    if node.children:
        yield at, node.end


def _spans(made: Derived) -> Iterator[tuple[int, int]]:
    yield from ((n.start, n.end) for n in made.nodes)
    yield from ((line.start, line.end) for line in made.lines)
    yield from ((e.start, e.end) for e in made.edges)
    yield from ((c.start, c.end) for t in made.tables for r in t.rows for c in r.cells)
