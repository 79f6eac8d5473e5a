"""Pieces become a tree: sections nest, lists keep their stems, nothing has more than 20 children.

Addresses and hashes are pure functions of the parse. What the tests hold
(`tests/docs_ingest/test_tree.py`): addresses are unique and a prefix is the true
ancestor; children tile their parent; `text[start:end]` is the node; the same
bytes give the same tree in another process; editing one paragraph changes that
leaf (or its parts) and its ancestors only. For the last one, groups are made by
count, never by size.
"""

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from docs_ingest.balance import FAN_OUT, LONG_BYTES, PART_BYTES, balanced_parts, byte_length
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.structure import Piece, Structure
from docs_ingest.structure.labels import Label
from stores.records import ROOT, Node, NodeKind

_LEAF_KIND = {
    BlockKind.HEADING: NodeKind.HEADING,
    BlockKind.PARAGRAPH: NodeKind.PARAGRAPH,
    BlockKind.ITEM: NodeKind.ITEM,
    BlockKind.ROW: NodeKind.ROW,
    BlockKind.FOOTNOTE: NodeKind.FOOTNOTE,
    BlockKind.FURNITURE: NodeKind.FURNITURE,
    BlockKind.HIDDEN: NodeKind.HIDDEN,
}
_STEM_ENDS = (":", "：", "—", "──")
_COUNTED = re.compile(r"(?:^|__)sec_\d+(?:_\d+)*$")
_BETWEEN_ROWS = (NodeKind.FURNITURE, NodeKind.FOOTNOTE, NodeKind.HIDDEN)
_MOST_BETWEEN_ROWS = 100
_MAX_DEPTH = 60  # hostile nesting is flattened below this


@dataclass(slots=True)
class _Twig:
    """A node while the tree grows."""

    kind: NodeKind
    start: int
    end: int
    label: Label | None = None
    title: str | None = None
    children: list["_Twig"] = field(default_factory=list)
    item_level: int = 0
    table: int | None = None
    paragraph: int = 0  # which one of a labelled section, counted from 1: 第十二条第二款


def build_nodes(
    parsed: ParsedDocument, structure: Structure, document: str, tables: Mapping[int, str] | None = None
) -> tuple[Node, ...]:
    """The nodes of a version in document order, the root first.

    `document` goes into the passage keys: the same words in two documents are
    two passages. `tables`: group of a table -> its title. Raises ValueError when
    there is no text at all.
    """
    if not structure.pieces:
        raise ValueError("a document without text has no tree")
    root = _nested(structure.pieces)
    _tile(root, len(parsed.text))
    _shape(parsed.text, root, tables or {}, depth=0)
    return _Numbering(parsed, document).nodes(root)


def _nested(pieces: Sequence[Piece]) -> _Twig:
    """Sections into sections by rank; everything else under the section that is open."""
    root = _Twig(NodeKind.DOCUMENT, 0, 0)
    open_sections: list[tuple[float, _Twig]] = [(0, root)]
    for piece in pieces:
        if piece.rank is None:
            open_sections[-1][1].children.append(_leaf(piece))
            continue
        while len(open_sections) > 1 and _closes(piece, *open_sections[-1]):
            open_sections.pop()
        section = _Twig(NodeKind.SECTION, piece.start, piece.end, piece.label, piece.title)
        open_sections[-1][1].children.append(section)
        if len(open_sections) < _MAX_DEPTH:
            open_sections.append((piece.rank, section))
        if piece.heading_end > piece.start:
            section.children.append(_Twig(NodeKind.HEADING, piece.start, piece.heading_end))
        if piece.end > piece.heading_end:
            section.children.append(_Twig(NodeKind.PARAGRAPH, max(piece.start, piece.heading_end), piece.end))
    return root


def _closes(piece: Piece, rank: float, section: _Twig) -> bool:
    """Whether a section ends where `piece` begins: it ranks no higher, or counts otherwise (3.1 is no part of 2)."""
    assert piece.rank is not None
    if rank >= piece.rank:
        return True
    steps, open_steps = piece.label.steps if piece.label else (), section.label.steps if section.label else ()
    return bool(steps and open_steps) and steps[: len(open_steps)] != open_steps


def _leaf(piece: Piece) -> _Twig:
    kind = _LEAF_KIND[piece.kind]
    level = min(piece.item_level, _MAX_DEPTH)
    return _Twig(kind, piece.start, piece.end, piece.label, piece.title, item_level=level, table=piece.group)


def _tile(twig: _Twig, end: int, start: int = 0) -> None:
    """Stretch every node to where the next one starts, so that children tile their parent."""
    twig.start, twig.end = start, end
    for i, child in enumerate(twig.children):
        child_end = twig.children[i + 1].start if i + 1 < len(twig.children) else end
        _tile(child, child_end, start if i == 0 else child.start)


def _shape(text: str, twig: _Twig, tables: Mapping[int, str], depth: int) -> None:
    """Tables, lists with their stems, parts of long leaves, groups of at most 20; bottom up within a node."""
    if not twig.children:
        _split_long(text, twig, depth)
        return
    if twig.kind is not NodeKind.TABLE:
        twig.children = _with_lists(text, _with_tables(text, twig.children, tables))
    if twig.kind is NodeKind.SECTION and len(twig.children) == 1:
        _collapse(twig)
    if twig.label is not None and twig.kind is NodeKind.SECTION:
        for n, child in enumerate((c for c in twig.children if c.kind is NodeKind.PARAGRAPH), 1):
            child.paragraph = n
    for child in twig.children:
        _shape(text, child, tables, depth + 1)
    if not twig.children:
        _split_long(text, twig, depth)
    twig.children = _grouped(text, twig.children, room=FAN_OUT)


def _collapse(section: _Twig) -> None:
    """A section whose only child is its one paragraph (or its bare heading) is that paragraph, under its label."""
    only = section.children[0]
    if only.kind is NodeKind.HEADING or (only.kind is NodeKind.PARAGRAPH and section.title is None):
        section.children = only.children


def _split_long(text: str, twig: _Twig, depth: int) -> None:
    """Cut a leaf that is too long on its sentence ends, again and again until every part is short."""
    if twig.kind in (NodeKind.FURNITURE, NodeKind.HIDDEN) or depth >= _MAX_DEPTH:
        return
    spans = balanced_parts(text, twig.start, twig.end)
    if len(spans) > 1:
        twig.children = [_Twig(NodeKind.PART, a, b) for a, b in spans]
        for part in twig.children:
            _split_long(text, part, depth + 1)


def _with_tables(text: str, children: list[_Twig], tables: Mapping[int, str]) -> list[_Twig]:
    """Neighbouring rows of one table go into a table node, with the furniture that stands between them."""
    out: list[_Twig] = []
    for i, child in enumerate(children):
        last = out[-1] if out else None
        inside = last is not None and last.kind is NodeKind.TABLE
        if child.kind is NodeKind.ROW and inside and last is not None and last.table == child.table:
            last.children.append(child)
            last.end = child.end
        elif child.kind is NodeKind.ROW:
            title = tables.get(child.table or 0) or opening_words(text[child.start : child.end], 80)
            out.append(_Twig(NodeKind.TABLE, child.start, child.end, title=title, children=[child], table=child.table))
        elif inside and last is not None and _goes_on(children, i, last.table):
            last.children.append(child)
            last.end = child.end
        else:
            out.append(child)
    return out


def _goes_on(children: list[_Twig], i: int, table: int | None) -> bool:
    """Whether only furniture, notes and hidden text stand between this place and the next row of the same table."""
    for j in range(i, min(len(children), i + _MOST_BETWEEN_ROWS)):
        if children[j].kind not in _BETWEEN_ROWS:
            return children[j].kind is NodeKind.ROW and children[j].table == table
    return False


def _with_lists(text: str, children: list[_Twig]) -> list[_Twig]:
    """Items go below what they belong to: the paragraph whose colon leads to them, the item they are nested in."""
    out: list[_Twig] = []
    for child in children:
        last = out[-1] if out else None
        if child.kind is NodeKind.ITEM and last is not None and _takes(text, last, child):
            if not last.children:
                last.children = [_Twig(NodeKind.PART, last.start, last.end)]  # the stem
            _hang(last, child)
            last.end = child.end
        else:
            out.append(child)
    return out


def _takes(text: str, last: _Twig, item: _Twig) -> bool:
    return last.item_level < item.item_level if last.kind is NodeKind.ITEM else _takes_items(text, last)


def _takes_items(text: str, twig: _Twig) -> bool:
    if twig.kind is not NodeKind.PARAGRAPH:
        return False
    return bool(twig.children) or text[twig.start : twig.end].rstrip().endswith(_STEM_ENDS)


def _hang(parent: _Twig, item: _Twig) -> None:
    """Put an item below the last item it is nested in, or straight below `parent`."""
    place = parent
    while True:
        last = place.children[-1] if place.children else None
        if last is None or last.kind is not NodeKind.ITEM or last.item_level >= item.item_level:
            break
        if not last.children:
            last.children = [_Twig(NodeKind.PART, last.start, last.end)]
        last.end = item.end
        place = last
    place.children.append(item)


def _grouped(text: str, children: list[_Twig], room: int) -> list[_Twig]:
    """At most `room` children: more are gathered, by count, into groups of neighbours of equal length.

    A heading stays in front, outside the groups, and furniture that stands together (a printed list of contents)
    is gathered first: groups would be named by it, and chapters stand among it.
    """
    if len(children) > room:
        children = _with_furniture(text, children)
    if len(children) <= room:
        return children
    if children[0].kind is NodeKind.HEADING:
        return [children[0], *_grouped(text, children[1:], room - 1)]
    size = FAN_OUT
    while -(-len(children) // size) > room:
        size *= FAN_OUT
    count = -(-len(children) // size)
    bounds = [round(i * len(children) / count) for i in range(count + 1)]
    groups = []
    for a, b in pairwise(bounds):
        held = children[a:b]
        furniture = all(child.kind is NodeKind.FURNITURE for child in held)
        kind, title = (NodeKind.FURNITURE, None) if furniture else (NodeKind.GROUP, _group_title(text, held))
        group = _Twig(kind, held[0].start, held[-1].end, title=title, children=held)
        group.children = _grouped(text, held, FAN_OUT)
        groups.append(group)
    return groups


def _with_furniture(text: str, children: list[_Twig]) -> list[_Twig]:
    """Furniture that stands together as one piece of furniture with the others below it."""
    if all(child.kind is NodeKind.FURNITURE for child in children):
        return children
    out: list[_Twig] = []
    for furniture, run in groupby(children, key=lambda child: child.kind is NodeKind.FURNITURE):
        held = list(run)
        if furniture and len(held) > 1:
            held = [_Twig(NodeKind.FURNITURE, held[0].start, held[-1].end, children=_grouped(text, held, FAN_OUT))]
        out += held
    return out


def _group_title(text: str, held: Sequence[_Twig]) -> str:
    """What a group holds: its first and last label or title."""
    first, last = _name(text, held[0]), _name(text, held[-1])
    return first if first == last else f"{first} – {last}"


def _name(text: str, twig: _Twig) -> str:
    if twig.label is not None and twig.kind is NodeKind.SECTION:
        return opening_words(twig.title, 40) if twig.title else twig.label.text
    return opening_words(twig.title or text[twig.start : twig.end], 40)


def opening_words(text: str, limit: int) -> str:
    """The first words of a text on one line, at most `limit` characters, cut at a word with an ellipsis."""
    line = " ".join(text[: limit * 4].split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip() + "…"


class _Numbering:
    """Addresses, order, pages, labels, hashes and passage keys for a finished tree."""

    def __init__(self, parsed: ParsedDocument, document: str) -> None:
        self._text = parsed.text
        self._document = document
        self._lines = [line for line in parsed.lines if line.page is not None]
        self._line_starts = [line.start for line in self._lines]
        self._eids: dict[str, int] = {}
        self._keys: dict[str, int] = {}

    def nodes(self, root: _Twig) -> tuple[Node, ...]:
        flat = list(self._walk(root, ROOT, ()))
        nodes: list[Node] = []
        covered_to = 0  # passages do not nest
        for order, (twig, address, eid, headings) in enumerate(flat):
            key = None
            if twig.start >= covered_to and self._passage(twig):
                key = self._passage_key(twig, headings)
                covered_to = twig.end
            page, page_end = self._pages(twig)
            nodes.append(
                Node(
                    address=address,
                    order=order,
                    kind=twig.kind,
                    start=twig.start,
                    end=twig.end,
                    children=len(twig.children),
                    content_hash="",
                    subtree_hash="",
                    label=twig.label.text if twig.label else None,
                    eid=eid,
                    title=twig.title,
                    page=page,
                    page_end=page_end,
                    passage_key=key,
                )
            )
        hashes = hashes_of(self._text, nodes)
        return tuple(replace(n, content_hash=c, subtree_hash=s) for n, (c, s) in zip(nodes, hashes, strict=True))

    def _walk(
        self, twig: _Twig, address: str, above: tuple[_Twig, ...], eid_above: str = ""
    ) -> Iterator[tuple[_Twig, str, str | None, tuple[_Twig, ...]]]:
        eid = self._eid(twig, eid_above)
        yield twig, address, eid, above
        for i, child in enumerate(twig.children):
            yield from self._walk(child, f"{address}.{i}", (*above, twig), eid or eid_above)

    def _eid(self, twig: _Twig, above: str) -> str | None:
        """The label's machine form below the eId above it; a second one of the same name gets a counter.

        Paragraphs of a labelled section are counted: `art_12__para_2`.
        """
        if twig.label is None:
            return f"{above}__para_{twig.paragraph}" if twig.paragraph and above else None
        own = f"{twig.label.family}_{twig.label.number}"
        if len(twig.label.steps) > 1:  # 2.1 names the sections it is in by itself
            above = _COUNTED.sub("", above)
        eid = f"{above}__{own}" if above else own
        count = self._eids[eid] = self._eids.get(eid, 0) + 1
        return eid if count == 1 else f"{eid}-{count}"

    def _passage(self, twig: _Twig) -> bool:
        """Whether a node is read as a whole: a citable leaf, or a small node that holds no section of its own.

        Rows are read with their column heads as long as the table, or its group of rows, is no longer than a leaf.
        No other group is read as a whole: one more paragraph would shift the groups after it, and with them passages
        that nobody touched.
        """
        if not twig.kind.citable or not self._text[twig.start : twig.end].strip():
            return False
        if not twig.children:
            return True
        rows = all(child.kind is NodeKind.ROW for child in twig.children)
        most = LONG_BYTES if rows else PART_BYTES
        if (
            twig.kind is NodeKind.DOCUMENT
            or (twig.kind is NodeKind.GROUP and not rows)
            or byte_length(self._text[twig.start : twig.end]) > most
        ):
            return False
        return all(_plain(child) for child in twig.children)

    def _passage_key(self, twig: _Twig, above: tuple[_Twig, ...]) -> str:
        """Stable while the passage's words and the headings above it stay, wherever it stands."""
        path = [t.title or (t.label.text if t.label else "") for t in above if t.kind is NodeKind.SECTION]
        parts = [self._document, *path, self._text[twig.start : twig.end].strip()]
        digest = _sha256(json.dumps(parts, ensure_ascii=True))[:32]
        count = self._keys[digest] = self._keys.get(digest, 0) + 1
        return digest if count == 1 else _sha256(f"{digest}#{count}")[:32]

    def _pages(self, twig: _Twig) -> tuple[int | None, int | None]:
        if not self._lines:
            return None, None
        return self._page_at(twig.start), self._page_at(max(twig.start, self._last_word(twig)))

    def _last_word(self, twig: _Twig) -> int:
        end = twig.end
        while end > twig.start and self._text[end - 1].isspace():
            end -= 1
        return end - 1

    def _page_at(self, offset: int) -> int | None:
        at = bisect_right(self._line_starts, offset) - 1
        return self._lines[max(at, 0)].page


def hashes_of(text: str, nodes: Sequence[Node]) -> list[tuple[str, str]]:
    """(content hash, subtree hash) of every node, which are given in document order.

    The content hash is over the node's words; the subtree hash over its kind, its
    label, its own words if it is a leaf, and the subtree hashes of its children.
    """
    done: dict[str, tuple[str, str]] = {}
    for node in reversed(nodes):
        content = _sha256(text[node.start : node.end])
        below = [done[f"{node.address}.{i}"][1] for i in range(node.children)]
        own = "" if node.children else content
        done[node.address] = (content, _sha256(json.dumps([node.kind.value, node.label or "", own, *below])))
    return [done[node.address] for node in nodes]


def _plain(twig: _Twig) -> bool:
    """A node below which nothing is a section, furniture or hidden."""
    return (
        twig.kind.citable
        and twig.kind not in (NodeKind.SECTION, NodeKind.TABLE)
        and all(_plain(child) for child in twig.children)
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
