"""Documents, versions and their trees: what was read, exactly as it was read.

document (keeps its id)
  version 1, 2, ...            one per upload that changed the bytes
    derivation 1, 2, ...       one per parser version that read those bytes
      canonical text           never normalised; offsets are code points into it
      lines                    where each printed line stands (page, box)
      nodes                    the tree; children tile their parent
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

ROOT = "0"
"""Address of the node that is the whole version."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is asking. Every read that returns text takes one."""

    tenant: str = "default"
    subject: str = "local"
    groups: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset({"ask", "read", "ingest", "admin", "audit"})


class NodeKind(StrEnum):
    DOCUMENT = "document"  # the root
    SECTION = "section"  # a heading with its body
    GROUP = "group"  # neighbours gathered so that no node has more than 20 children
    HEADING = "heading"  # the words of the heading, first child of its section
    PARAGRAPH = "paragraph"
    PART = "part"  # a piece of a long paragraph, cut on sentence ends
    ITEM = "item"  # list item
    TABLE = "table"
    ROW = "row"
    FOOTNOTE = "footnote"
    FURNITURE = "furniture"  # running headers, footers, page numbers: never evidence
    HIDDEN = "hidden"  # invisible text: kept for audit, never judged, never citable

    @property
    def citable(self) -> bool:
        return self not in (NodeKind.FURNITURE, NodeKind.HIDDEN)


@dataclass(frozen=True, slots=True)
class Node:
    """One piece of a version's tree.

    `text[start:end]` of the derivation's canonical text is the node. The
    children of a node tile it: the first starts where it starts, each next one
    starts where the last ended, the last ends where it ends. White space
    between two pieces belongs to the first of them.
    """

    address: str  # dotted ordinals, "0" is the root, "0.3.1" its fourth child's second child
    order: int  # position in document order (pre-order), 0 is the root; sort by this, never by address
    kind: NodeKind
    start: int  # code point offsets into the canonical text
    end: int
    children: int  # how many; addresses are f"{address}.{0..children-1}"
    content_hash: str  # SHA-256 of the node's text, hex
    subtree_hash: str  # Merkle: over kind, label, own text (leaves) and the children's subtree hashes
    label: str | None = None  # what the author calls the place: 第十二条, § 106.02
    eid: str | None = None  # its machine form within the version: chp_2__art_5
    title: str | None = None  # heading words, or what a group holds
    page: int | None = None  # 1-based page of the first character
    page_end: int | None = None
    passage_key: str | None = None  # leaves that can be evidence: stable over versions while words and headings stay

    @property
    def leaf(self) -> bool:
        return self.children == 0

    @property
    def size(self) -> int:
        """Length in code points."""
        return self.end - self.start

    @property
    def depth(self) -> int:
        """0 for the root."""
        return self.address.count(".")


def parent_address(address: str) -> str | None:
    """`0.3.1` -> `0.3`; None for the root."""
    return address.rpartition(".")[0] or None


def ancestors(address: str) -> Iterator[str]:
    """Addresses from the root down to the parent of `address`."""
    steps = address.split(".")
    for n in range(1, len(steps)):
        yield ".".join(steps[:n])


def place_name(document: str, version: int, address: str) -> str:
    """The written form of a place: `document@version#address`."""
    return f"{document}@{version}#{address}"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: where its words stand in the text and on paper.

    `box` is (left, top, right, bottom) in PDF points from the page's top left
    corner, or None where the format has no pages.
    """

    start: int
    end: int
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    tenant: str
    collection: str
    title: str
    created_at: datetime
    deleted_at: datetime | None = None


class EffectiveSource(StrEnum):
    """Who said from when a version is in force; the first of these that says anything counts."""

    GIVEN = "given"  # by whoever sent it
    FILE_NAME = "file_name"  # NAME.YYYY-MM-DD.ext
    TEXT = "text"  # the document itself: 自2025年1月1日起施行, effective as of January 1, 2025
    UPLOAD = "upload"  # the day of its upload, because it follows a dated version


@dataclass(frozen=True, slots=True)
class Version:
    """One upload of a document and its current derivation; immutable."""

    document: str
    number: int  # 1, 2, ...
    id: str  # UUIDv7
    title: str
    collection: str
    file_name: str
    format: str  # pdf, docx, xlsx, pptx, epub, html, markdown, csv, text
    source_hash: str  # SHA-256 of the uploaded bytes, hex
    source_bytes: int
    created_at: datetime
    effective_from: date | None  # first day in force; None: always was
    effective_to: date | None  # first day no longer in force; None: still is
    effective_source: EffectiveSource | None  # where effective_from comes from; None where there is none
    derivation: int  # 1, 2, ... one per parser version
    parser: str  # "citepath-ingest/1 pdf/pypdfium2-5.15.2"
    text_hash: str  # SHA-256 of the canonical text in UTF-8, hex
    root_hash: str  # subtree hash of the root: proves the tree
    characters: int
    pages: int | None
    language: str  # en, zh, mixed
    structure_source: str  # where the headings came from
    confidence: float  # 0..1, of the structure
    nodes: int
    notes: tuple[str, ...] = ()  # what a person should know of the reading: "3 tracked changes accepted"

    @property
    def name(self) -> str:
        return f"{self.document}@{self.number}"


@dataclass(frozen=True, slots=True)
class TableCell:
    """Words of one cell: `text[start:end]`, in columns `column` to `column + span - 1`; 0 is the leftmost."""

    start: int
    end: int
    column: int
    span: int = 1


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its cells, and the heads of rows it stands under ("ASSETS", "Current assets")."""

    address: str
    header: bool  # a row of column heads
    heads: tuple[str, ...]
    cells: tuple[TableCell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What the rows of a table need to be read one by one. See `docs_ingest.tables`."""

    address: str
    caption: str
    unit: str  # as stated: "in millions, except per share data", "万元"; "" where none is
    columns: tuple[str, ...]  # the head of each column; "" where it has none
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class Tree:
    """A version with its whole canonical text, nodes (in document order), lines, tables and the pages' own numbers."""

    version: Version
    text: str = field(repr=False)
    nodes: tuple[Node, ...] = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)
    tables: tuple[Table, ...] = field(repr=False, default=())
    page_labels: tuple[str, ...] = field(repr=False, default=())  # what is printed on page 1, 2, ...; empty: unknown

    @cached_property
    def by_address(self) -> dict[str, Node]:
        return {node.address: node for node in self.nodes}

    @cached_property
    def table_rows(self) -> dict[str, tuple[Table, TableRow]]:
        """Address of each row of a table -> its table and itself."""
        return {row.address: (table, row) for table in self.tables for row in table.rows}

    def node(self, address: str) -> Node | None:
        return self.by_address.get(address)

    def page_label(self, page: int | None) -> str | None:
        """What is printed on a page as its number; None where that is not known."""
        if page is None or not 1 <= page <= len(self.page_labels):
            return None
        return self.page_labels[page - 1] or None

    def text_of(self, node: Node) -> str:
        return self.text[node.start : node.end]

    def children(self, node: Node) -> list[Node]:
        return [self.by_address[f"{node.address}.{i}"] for i in range(node.children)]

    def parent(self, node: Node) -> Node | None:
        above = parent_address(node.address)
        return None if above is None else self.by_address[above]

    def path(self, node: Node) -> list[Node]:
        """Nodes from the root down to `node`, both included."""
        return [self.by_address[a] for a in ancestors(node.address)] + [node]


class LineageState(StrEnum):
    SAME = "same"  # same words, same place
    MOVED = "moved"  # same words, other place
    EDITED = "edited"
    SPLIT = "split"  # its words stand in several leaves now: one step for each of them, with the same `old`
    MERGED = "merged"  # it stands in one leaf with others now: one step for each of them, with the same `new`
    INSERTED = "inserted"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class LineageStep:
    """What became of one leaf between version n (`old`) and a later one (`new`)."""

    state: LineageState
    old: str | None  # address in the older version
    new: str | None  # address in the newer version


class EdgeKind(StrEnum):
    REFERENCE = "reference"  # words that name another place: see Section 5.2, 依照本法第十二条第二款
    DEFINITION = "definition"  # words that say what a term means: “Affiliate” means ..., 本法所称…，是指…


@dataclass(frozen=True, slots=True)
class Edge:
    """A reference or a definition, found at ingest by rules.

    A reference leads from `source` to `target` (addresses of one version), or
    to a place in another document (`document`, by its title), or nowhere, and
    then `reason` says why. A definition stands at `source` and defines `label`.
    """

    kind: EdgeKind
    source: str  # address of the deepest node that holds the words
    start: int  # the words themselves: text[start:end]
    end: int
    label: str  # what is named, in one form for each language: 第十二条第二款, Section 5.2; the term defined
    target: str | None = None
    document: str = ""  # title of the other document; "" for this one
    reason: str = ""  # why there is no target


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What an index is told of one passage. `key` is the node's passage_key."""

    key: str
    tenant: str
    collection: str
    document: str
    title: str  # the document's title
    headings: str  # headings and labels from the root down to the passage, joined by newlines
    body: str  # the passage's own words

    @property
    def fingerprint(self) -> str:
        """16 hex digits over all of it: two entries with the same one need not be told twice."""
        parts = (self.key, self.tenant, self.collection, self.document, self.title, self.headings, self.body)
        whole = "".join(f"{len(part)}:{part}" for part in parts)
        return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def text(self) -> str:
        """All its words, from the document's title down to the passage: what an embedder is given."""
        return "\n".join(part for part in (self.title, self.headings, self.body) if part)


@dataclass(frozen=True, slots=True)
class VectorEntry:
    """What a vector store holds of one passage: where it belongs, and its vector of length 1."""

    key: str
    tenant: str
    collection: str
    document: str
    fingerprint: str  # of the IndexEntry it was made of
    vector: tuple[float, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Held:
    """What an index says it holds of one passage, for the comparison with the ledger."""

    tenant: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A passage that an index names; whether it may be read is for the ledger to say."""

    key: str
    document: str
    score: float  # comparable within one answer of one index only: fuse by rank


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One change still to be told to one index."""

    id: str  # UUIDv7: rows are settled in this order
    key: str
    tenant: str
    entry: IndexEntry | None  # None: the passage is gone, delete `key`
    attempts: int


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A change that an index has refused so often that it is offered no more."""

    id: str
    target: str
    tenant: str
    key: str
    attempts: int
    reason: str  # what the index said last


@dataclass(frozen=True, slots=True)
class NewVersion:
    """Everything that one ingest writes, in one transaction."""

    document: Document  # inserted if its id is new; its title and collection are updated otherwise
    version: Version
    text: str
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    lineage: tuple[LineageStep, ...]  # against the version it follows; empty for the first
    entries: tuple[IndexEntry, ...]  # passages to put into the indexes; those of older versions stay in them
    follows: int | None  # number of the version this one was compared with: a compare-and-set guard
    tables: tuple[Table, ...] = ()
    edges: tuple[Edge, ...] = ()
    page_labels: tuple[str, ...] = ()


class IngestStatus(StrEnum):
    READY = "ready"
    UNCHANGED = "unchanged"  # these bytes are this document's current version already
    FAILED = "failed"
    NEEDS_OCR = "needs_ocr"  # pages, but no text on them


@dataclass(frozen=True, slots=True)
class IngestRecord:
    """How one upload ended; kept for every upload, good or bad."""

    id: str
    tenant: str
    collection: str
    document: str
    file_name: str
    source_hash: str | None  # None where the bytes could not be read
    status: IngestStatus
    reason: str | None  # what happened and what to do, where status is failed or needs_ocr
    version: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage key stands in a version that the reader may see."""

    key: str
    version_id: str
    document: str
    version: int
    address: str
