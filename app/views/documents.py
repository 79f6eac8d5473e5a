"""Documents, versions, trees and places."""

from collections.abc import Sequence
from typing import Any

from app.diff import Changed, Difference
from app.past import Now
from docs_ingest.quality import Quality
from docs_ingest.sandbox import Box
from docs_ingest.tables import row_reading
from navigators.places import lines_of
from navigators.signposts import breadcrumb, place_label
from stores.records import Document, Edge, IngestRecord, LineageState, Node, NodeKind, Tree, Version

Json = dict[str, Any]


def version_view(version: Version) -> Json:
    return {
        "document": version.document,
        "version": version.number,
        "title": version.title,
        "collection": version.collection,
        "file_name": version.file_name,
        "format": version.format,
        "language": version.language,
        "characters": version.characters,
        "pages": version.pages,
        "nodes": version.nodes,
        "structure_source": version.structure_source,
        "confidence": version.confidence,
        "effective_from": version.effective_from.isoformat() if version.effective_from else None,
        "effective_to": version.effective_to.isoformat() if version.effective_to else None,
        "effective_source": version.effective_source.value if version.effective_source else None,
        "created_at": version.created_at.isoformat(),
        "parser": version.parser,
        "derivation": version.derivation,
        "source_hash": version.source_hash,
        "text_hash": version.text_hash,
        "root_hash": version.root_hash,
        "notes": list(version.notes),
    }


def node_view(node: Node) -> Json:
    return {
        "address": node.address,
        "kind": node.kind.value,
        "label": node.label,
        "eid": node.eid,
        "title": node.title,
        "start": node.start,
        "end": node.end,
        "page": node.page,
        "page_end": node.page_end,
        "children": node.children,
        "passage": node.passage_key is not None,
        "content_hash": node.content_hash,
        "subtree_hash": node.subtree_hash,
    }


def tree_view(tree: Tree, depth: int | None) -> Json:
    """What `tree --json` prints; `depth` counts from the root, 0 is the root alone."""
    nodes = [n for n in tree.nodes if depth is None or n.depth <= depth]
    return {**version_view(tree.version), "tree": [node_view(n) for n in nodes]}


def hidden_view(tree: Tree) -> Json:
    """What `tree --hidden --json` prints: what nobody sees on the page, and why it is no evidence."""
    return {
        "document": tree.version.document,
        "version": tree.version.number,
        "hidden": [
            {**node_view(n), "text": tree.text_of(n).strip()}
            for n in tree.nodes
            if n.kind is NodeKind.HIDDEN and n.leaf
        ],
    }


def place_view(
    tree: Tree, node: Node, became: Now | None = None, characters: Sequence[tuple[int, int, Box]] | None = None
) -> Json:
    """What `show --json` prints.

    Boxes are [page, left, top, right, bottom]; those of characters have the offset in front.
    """
    lines = lines_of(tree, node.start, node.end)
    shown = {
        "document": tree.version.document,
        "version": tree.version.number,
        **node_view(node),
        "page_label": tree.page_label(node.page),
        "place_label": place_label(tree, node),
        "breadcrumb": list(breadcrumb(tree, node)),
        "text": tree.text_of(node),
        "boxes": [[line.page, *line.box] for line in lines if line.page is not None and line.box is not None],
        "row": row_view(tree, node),
        "became": became_view(became),
    }
    if characters is not None:
        shown["characters"] = [[offset, page, *box] for offset, page, box in characters]
    return shown


def row_view(tree: Tree, node: Node) -> Json | None:
    """A table's row with what it takes to read it alone: caption, unit, heads, and its cells with their spans."""
    found = tree.table_rows.get(node.address)
    if found is None:
        return None
    table, row = found
    return {
        "table": table.address,
        "caption": table.caption,
        "unit": table.unit,
        "header": row.header,
        "heads": list(row.heads),
        "cells": [
            {
                "column": cell.column,
                "span": cell.span,
                "head": table.columns[cell.column] if cell.column < len(table.columns) else "",
                "start": cell.start,
                "end": cell.end,
                "text": tree.text[cell.start : cell.end],
            }
            for cell in row.cells
        ],
        "reading": row_reading(tree, node.address),
    }


def became_view(became: Now | None) -> Json | None:
    """What became of a place of an older version in the one in force; null where its own version is that."""
    if became is None:
        return None
    return {
        "version": became.version.number,
        "state": became.became.state.value,
        "place": became.became.place,
        "addresses": list(became.became.addresses),
        "changes": [[change, words] for change, words in became.words],
    }


def edge_view(tree: Tree, edge: Edge) -> Json:
    """One reference or definition; `words` are those of the text."""
    return {
        "kind": edge.kind.value,
        "source": edge.source,
        "start": edge.start,
        "end": edge.end,
        "words": tree.text[edge.start : edge.end],
        "label": edge.label,
        "target": edge.target,
        "document": edge.document or None,
        "reason": edge.reason or None,
    }


def diff_view(found: Difference) -> Json:
    """What `diff --json` prints."""
    return {
        "document": found.new.version.document,
        "old": found.old.version.number,
        "new": found.new.version.number,
        "counts": {state.value: found.counts.get(state, 0) for state in LineageState},
        "changed": [_changed(one) for one in found.changed],
    }


def _changed(one: Changed) -> Json:
    return {
        "state": one.state.value,
        "old": [{"address": n.address, "label": n.label, "start": n.start, "end": n.end} for n in one.old],
        "new": [{"address": n.address, "label": n.label, "start": n.start, "end": n.end} for n in one.new],
        "changes": [[change, words] for change, words in one.words],
    }


def quality_view(tree: Tree, found: Quality) -> Json:
    """What `quality --json` prints."""
    version = tree.version
    return {
        "document": version.document,
        "version": version.number,
        "format": version.format,
        "structure_source": version.structure_source,
        "confidence": version.confidence,
        "cover": found.cover,
        "pages": [{"page": p.page, "letters": p.letters, "in_file": p.in_file, "share": p.share} for p in found.pages],
        "notes": list(version.notes),
        "suspicious": [
            {"concern": s.concern.value, "message": s.message, "address": s.address, "page": s.page}
            for s in found.suspicions
        ],
    }


def document_view(document: Document, versions: Sequence[Version], current: Version | None) -> Json:
    return {
        "document": document.id,
        "title": document.title,
        "collection": document.collection,
        "versions": [version_view(v) for v in versions],
        "current": current.number if current else None,
    }


def ingest_view(record: IngestRecord) -> Json:
    return {
        "file": record.file_name,
        "document": record.document,
        "version": record.version,
        "status": record.status.value,
        "reason": record.reason,
        "collection": record.collection,
        "source_hash": record.source_hash,
    }
