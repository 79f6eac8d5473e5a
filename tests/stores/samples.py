"""Small versions and runs for the ledger's tests, built by hand so that no parser is needed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from stores.ids import Clock, FixedClock
from stores.ports import Intake, Library, Outbox, Runs
from stores.records import (
    Document,
    Edge,
    EdgeKind,
    EffectiveSource,
    IndexEntry,
    IngestRecord,
    IngestStatus,
    Line,
    LineageState,
    LineageStep,
    NewVersion,
    Node,
    NodeKind,
    Reader,
    Table,
    TableCell,
    TableRow,
    Tree,
    Version,
)

READER = Reader()
STRANGER = Reader(tenant="other-bank")

ZH = ("第一条 为了规范客户尽职调查，制定本办法。", "第二条 金融机构应当识别客户身份。")
EN = ("Section 1. The bank shall identify its customers.", "Section 2. Records are kept for five years.")
MIXED = ("第三条 KYC（know your customer）程序每 12 months 复核一次。", "Section 4 (第四条). Fees of ¥1,000 apply.")
ODD = ("lone \ud800 surrogate\udfff, NUL \x00 and \ufdd0 here", "合同\x00编号\ud83d：\u2028A-1", "\U0001f600 \r\n\t ")


@dataclass(frozen=True, slots=True)
class Ledger:
    """The four ports of one ledger and the clock they were given."""

    library: Library
    intake: Intake
    outbox: Outbox
    runs: Runs
    clock: FixedClock


def passage_key(document: str, words: str) -> str:
    return _sha256(f"{document}\n{words}")[:40]


def new_version(
    clock: Clock,
    paragraphs: Sequence[str],
    *,
    before: Tree | None = None,
    indexed: bool = True,
    document: str = "policy",
    tenant: str = "default",
    collection: str = "default",
    title: str = "Policy 政策",
    effective_from: date | None = None,
    effective_to: date | None = None,
    effective_source: EffectiveSource = EffectiveSource.GIVEN,
    notes: tuple[str, ...] = (),
) -> NewVersion:
    """The version that follows `before`: a root with one leaf a paragraph, told to the indexes as ingest would."""
    text = "".join(paragraphs)
    nodes = _nodes(document, paragraphs)
    number = 1 if before is None else before.version.number + 1
    version = Version(
        document=document,
        number=number,
        id=clock.new_id(),
        title=title,
        collection=collection,
        file_name=f"{document}-\udce9.txt",  # a name as an old file system hands it over
        format="text",
        source_hash=_sha256(f"{text}{effective_from}"),
        source_bytes=len(text),
        created_at=clock.now(),
        effective_from=effective_from,
        effective_to=effective_to,
        effective_source=None if effective_from is None else effective_source,
        derivation=1,
        parser="sample/1",
        text_hash=_sha256(text),
        root_hash=nodes[0].subtree_hash,
        characters=len(text),
        pages=2,
        language="mixed",
        structure_source="numbering",
        confidence=0.75,
        nodes=len(nodes),
        notes=notes,
    )
    return _told(clock, version, text, nodes, before, indexed, tenant)


def read_anew(clock: Clock, new: NewVersion, paragraphs: Sequence[str], *, before: Tree) -> NewVersion:
    """The same upload, read by a newer parser: a new derivation."""
    again = new_version(clock, paragraphs, document=new.document.id, tenant=new.document.tenant)
    version = replace(
        again.version,
        id=new.version.id,
        number=new.version.number,
        derivation=new.version.derivation + 1,
        parser="sample/2",
        source_hash=new.version.source_hash,
    )
    return _told(clock, version, again.text, again.nodes, before, True, new.document.tenant)


def record_of(clock: Clock, new: NewVersion) -> IngestRecord:
    return IngestRecord(
        id=clock.new_id(),
        tenant=new.document.tenant,
        collection=new.document.collection,
        document=new.document.id,
        file_name=new.version.file_name,
        source_hash=new.version.source_hash,
        status=IngestStatus.READY,
        reason=None,
        version=new.version.number,
        at=clock.now(),
    )


def add(ledger: Ledger, paragraphs: Sequence[str], *, document: str = "policy", **said: object) -> NewVersion:
    """Save the next version of a document and hand it back."""
    tenant = str(said.get("tenant", "default"))
    before = ledger.intake.latest_tree(tenant, document)
    indexed = ledger.intake.alive(tenant, document)
    new = new_version(ledger.clock, paragraphs, before=before, indexed=indexed, document=document, **said)  # type: ignore[arg-type]  # passed on as they came
    ledger.intake.save(new, record_of(ledger.clock, new))
    return new


def _nodes(document: str, paragraphs: Sequence[str]) -> tuple[Node, ...]:
    leaves, start = [], 0
    for i, words in enumerate(paragraphs):
        end = start + len(words)
        leaves.append(
            Node(
                address=f"0.{i}",
                order=i + 1,
                kind=NodeKind.PARAGRAPH,
                start=start,
                end=end,
                children=0,
                content_hash=_sha256(words),
                subtree_hash=_sha256("leaf" + words),
                label=words[:4],
                eid=f"para_{i}",
                title=words[:20] if i % 2 else None,
                page=1 + i // 40,
                page_end=None if i % 2 else 1 + i // 40,
                passage_key=passage_key(document, words),
            )
        )
        start = end
    root = Node(
        address="0",
        order=0,
        kind=NodeKind.DOCUMENT,
        start=0,
        end=start,
        children=len(leaves),
        content_hash=_sha256("".join(paragraphs)),
        subtree_hash=_sha256("".join(leaf.subtree_hash for leaf in leaves)),
    )
    return (root, *leaves)


def _told(
    clock: Clock, version: Version, text: str, nodes: tuple[Node, ...], before: Tree | None, indexed: bool, tenant: str
) -> NewVersion:
    keys = {n.passage_key: n for n in nodes if n.passage_key}
    had = {n.passage_key for n in before.nodes if n.passage_key} if before is not None and indexed else set()
    return NewVersion(
        document=Document(version.document, tenant, version.collection, version.title, clock.now()),
        version=version,
        text=text,
        nodes=nodes,
        lines=tuple(
            Line(n.start, n.end, n.page, None if n.order % 3 == 0 else (72.0, 0.1 + n.order, 523.25, 1e-7))
            for n in nodes[1:]
        ),
        lineage=() if before is None else _lineage(before, nodes),
        entries=tuple(
            IndexEntry(key, tenant, version.collection, version.document, version.title, "", text[n.start : n.end])
            for key, n in keys.items()
            if key not in had
        ),
        follows=before.version.number if before is not None else None,
        tables=_tables(nodes),
        edges=_edges(nodes),
        page_labels=("封面 cover", "\ud800", "", "iv", "A-1") if nodes[1:] else (),
    )


def _lineage(before: Tree, nodes: Sequence[Node]) -> tuple[LineageStep, ...]:
    """A step of every kind, in the order of the new version, which is not that of the alphabet."""
    states = list(LineageState)
    gone = [LineageStep(LineageState.DELETED, n.address, None) for n in before.nodes[1:]]
    steps = [
        LineageStep(LineageState.INSERTED, None, n.address)
        if states[i % len(states)] in (LineageState.INSERTED, LineageState.DELETED)
        else LineageStep(states[i % len(states)], f"0.{i + 7}", n.address)
        for i, n in enumerate(nodes[1:])
    ]
    return (*gone[1:], *steps, *gone[:1])


def _tables(nodes: Sequence[Node]) -> tuple[Table, ...]:
    """A table with everything a table can have, and one with nothing."""
    if len(nodes) < 3:
        return ()
    first, last = nodes[1], nodes[-1]
    cells = (TableCell(first.start, first.start + 1, 0), TableCell(first.start + 1, first.end, 2, 3))
    rows = (TableRow(first.address, True, (), cells), TableRow(last.address, False, ("ASSETS", "流动资产\ud800"), ()))
    heads = ("项目 Item", "", "2024 年\x00", "“2023”")
    return (Table("0", "表1 Loans ‘贷款’ | \U0001f600", "万元, in millions", heads, rows), Table("0.0", "", "", (), ()))


def _edges(nodes: Sequence[Node]) -> tuple[Edge, ...]:
    """For each leaf a reference that leads on, one out of the document, one to nowhere and a definition."""
    found: list[Edge] = []
    for node in nodes[1:]:
        at = (node.address, node.start, node.end)
        found += [
            Edge(EdgeKind.REFERENCE, *at, "第二条", "0.1"),
            Edge(EdgeKind.REFERENCE, *at, "Section 28(e)", None, "Exchange Act 交易法\ud800", "another document"),
            Edge(EdgeKind.REFERENCE, *at, "https://example.test/?q=\x00", None, "https://example.test/", "a link out"),
            Edge(EdgeKind.DEFINITION, *at, "客户 “Customer”"),
        ]
    return tuple(found)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
