"""All references and definitions of one document, in text order."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from docs_ingest.parsed import Link
from docs_ingest.references.chinese import documents_zh, references_zh
from docs_ingest.references.definitions import definitions_in
from docs_ingest.references.english import references_en
from docs_ingest.references.named import Named
from docs_ingest.references.resolve import Places
from docs_ingest.references.titles import Titles
from stores.records import Edge, EdgeKind, Node, NodeKind

_SPEAKING = frozenset(
    {NodeKind.PARAGRAPH, NodeKind.PART, NodeKind.ITEM, NodeKind.ROW, NodeKind.FOOTNOTE, NodeKind.SECTION}
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MOST = 200_000  # edges of one document
_NEAR = 8  # references before the end of a link that may stand on its words
_LONGEST_LABEL = 400
_OUTWARD = ("http://", "https://", "mailto:", "file:")


def find_edges(text: str, nodes: Sequence[Node], title: str, links: Sequence[Link] = ()) -> tuple[Edge, ...]:
    """References and definitions of a tree. `title` is the document's own: who names it names this document.

    `links` are ties that the format itself has; where one stands on words that
    name a place, the link says where they lead.
    """
    places = Places(nodes, text)
    titles = Titles(nodes)
    own = _bare_title(title)
    made: list[Edge] = []
    for node in nodes:
        if not node.leaf or node.kind not in _SPEAKING:
            continue
        found = list(_references(text, node, places, own))
        made += found
        made += [
            e for e in titles.references(text, node) if not any(f.start < e.end and e.start < f.end for f in found)
        ]
        made += [
            Edge(EdgeKind.DEFINITION, node.address, d.start, d.end, d.term)
            for d in definitions_in(text, node.start, node.end)
        ]
        if len(made) > _MOST:
            break
    made = _with_links(_with_documents_said_elsewhere(made[:_MOST]), text, nodes, links)[:_MOST]
    return tuple(sorted(made, key=lambda e: (e.start, e.end, e.kind.value, e.label)))


def _references(text: str, node: Node, places: Places, own: str) -> Iterator[Edge]:
    for named in _named(text, node):
        document = "" if named.document and _bare_title(named.document) == own else named.document
        if not named.steps and named.document and not document:
            continue  # it only says its own name
        found = places.find(named if document else _here(named), node)
        if found.address == node.address and not found.reason:
            continue  # a place that names itself
        yield Edge(
            EdgeKind.REFERENCE, node.address, named.start, named.end, named.label, found.address, document, found.reason
        )


def _with_documents_said_elsewhere(edges: Sequence[Edge]) -> list[Edge]:
    """“Section 28(e)” without more is that of the Exchange Act, where it is so once in the same document."""
    said: dict[str, str] = {}
    for edge in edges:
        if edge.document and edge.label:
            said.setdefault(_base(edge.label), edge.document)
    return [
        replace(e, target=None, document=said[_base(e.label)], reason="another document")
        if e.kind is EdgeKind.REFERENCE and not e.document and e.reason and _base(e.label) in said
        else e
        for e in edges
    ]


def _with_links(edges: list[Edge], text: str, nodes: Sequence[Node], links: Sequence[Link]) -> list[Edge]:
    """Links as edges.

    One on words that name one place stands for them, unless it only leads out
    and they are found here. Of a list (“Sections 2.1 and 3”) it adds what the
    list itself does not lead to.
    """
    leaves = [n for n in nodes if n.leaf]
    starts = [n.start for n in leaves]
    spans = sorted((e.start, e.end, i) for i, e in enumerate(edges) if e.kind is EdgeKind.REFERENCE)
    begins = [start for start, _, _ in spans]
    dropped: set[int] = set()
    made: list[Edge] = []
    for link in links:
        node = leaves[max(0, bisect_right(starts, link.start) - 1)]
        edge = _of_link(link, text, node, leaves, starts) if node.kind in _SPEAKING else None
        if edge is None:
            continue
        near = spans[max(0, bisect_right(begins, link.end) - _NEAR) : bisect_right(begins, link.end)]
        below = [i for start, end, i in near if start < link.end and link.start < end]
        known = {edges[i].target for i in below} - {None}
        if known and (edge.target is None or (len(below) > 1 and edge.target in known)):
            continue
        if len(below) == 1 and (edge.target is not None or not edges[below[0]].document):
            dropped.update(below)
        made.append(edge)
    return [e for i, e in enumerate(edges) if i not in dropped] + made


def _of_link(link: Link, text: str, node: Node, leaves: Sequence[Node], starts: Sequence[int]) -> Edge | None:
    label = " ".join(text[link.start : link.end].split())[:_LONGEST_LABEL]
    if link.to is not None:
        target = leaves[max(0, bisect_right(starts, link.to) - 1)].address
        same = target == node.address
        return None if same else Edge(EdgeKind.REFERENCE, node.address, link.start, link.end, label, target)
    if not link.href or not link.href.lower().startswith(_OUTWARD):
        return None
    href = link.href[:_LONGEST_LABEL]
    return Edge(
        EdgeKind.REFERENCE, node.address, link.start, link.end, label, None, href, "a link out of this document"
    )


def _base(label: str) -> str:
    """The number a label begins with, without what is below it: 28 of Section 28(e), 276 of 17 CFR 276."""
    match = re.search(r"(?:^|\s)(第?[\w.-]*\d[\w.-]*条?)", re.sub(r"^\d+\s+(?:C\.?F\.?R\.?|U\.?S\.?C\.?)", "", label))
    return label if match is None else match[1].casefold()


def _here(named: Named) -> Named:
    return Named(named.start, named.end, named.label, named.steps, "", named.relative, named.back)


def _named(text: str, node: Node) -> Iterator[Named]:
    words = text[node.start : node.end]
    if _HAN.search(words):
        places = list(references_zh(text, node.start, node.end))
        yield from places
        yield from documents_zh(text, node.start, node.end, {n.start for n in places})
    if re.search(r"[A-Za-z§]", words):
        yield from references_en(text, node.start, node.end)


def _bare_title(title: str) -> str:
    """A title as it is compared: without the state's name, brackets and spaces."""
    bare = re.sub(r"[\s《》〈〉“”\"'’]", "", title).casefold()
    return bare.removeprefix("中华人民共和国").removeprefix("the")
