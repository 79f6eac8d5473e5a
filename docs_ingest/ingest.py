"""The ingest walk: a file goes in, an answerable version comes out, or a reason why not.

One function whose lines are its steps. Everything is read and decided before
the one transaction; a failure at any point leaves the ledger as it was, except
for the record that says how the upload ended.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from docs_ingest.changes import Changes, Side, changes
from docs_ingest.errors import IngestError, NeedsOcr
from docs_ingest.language import language_of
from docs_ingest.names import checked_id, read_name
from docs_ingest.parsed import ParsedDocument
from docs_ingest.structure import Structure, find_structure
from docs_ingest.tree import build_nodes
from stores.errors import StoreConflict
from stores.events import Emit, FileDone, PageParsed, ignore
from stores.ids import Clock
from stores.ports import Intake
from stores.records import (
    Document,
    IngestRecord,
    IngestStatus,
    KeywordEntry,
    Line,
    NewVersion,
    Node,
    NodeKind,
    Tree,
    Version,
)

PARSER_VERSION = "citepath-ingest/1"
"""Bump it when the same bytes would give another text or tree: old addresses then stay readable."""

_ATTEMPTS = 3  # times a save is decided anew after somebody else's version came first


@dataclass(frozen=True, slots=True)
class Upload:
    """One file with what its sender said about it."""

    data: bytes
    file_name: str
    document: str | None = None  # None: from the file's name
    collection: str = "default"
    tenant: str = "default"
    title: str | None = None
    effective_from: date | None = None
    effective_to: date | None = None


class Reading(Protocol):
    """Whoever reads bytes: `docs_ingest.sandbox.ReadingProcess`, in a child that can be killed."""

    def read(self, data: bytes, file_name: str, page_done: "PageDone | None" = None) -> ParsedDocument: ...


class PageDone(Protocol):
    def __call__(self, page: int, pages: int) -> None: ...


def ingest(upload: Upload, *, reading: Reading, intake: Intake, clock: Clock, emit: Emit = ignore) -> IngestRecord:
    """Take in one file and say how it ended; bad files are results, not exceptions.

    Raises StoreUnavailable when the ledger does not answer (try the whole
    upload again: nothing was written), and StoreConflict when other writers of
    the same document came first three times in a row.
    """
    begun = clock.monotonic()
    pages: int | None = None
    nodes = 0
    try:
        upload = _named(upload)
        same = _same_source(upload, intake)
        if same is not None and _up_to_date(same):
            record, version = _unchanged(upload, same, intake, clock), same
        else:
            parsed = reading.read(
                upload.data, upload.file_name, lambda page, total: emit(PageParsed(upload.file_name, page, total))
            )
            record, version = _save(upload, parsed, intake, clock)
        pages, nodes = version.pages, version.nodes
    except NeedsOcr as error:
        record = _record(upload, IngestStatus.NEEDS_OCR, str(error), None, clock)
        intake.record(record)
    except IngestError as error:
        record = _record(upload, IngestStatus.FAILED, str(error), None, clock)
        intake.record(record)
    _announce(record, emit, pages, nodes, clock.monotonic() - begun)
    return record


def refuse(upload: Upload, reason: str, *, intake: Intake, clock: Clock, emit: Emit = ignore) -> IngestRecord:
    """Keep on record that a file was not taken in, and why: for files that could not even be opened."""
    record = replace(_record(upload, IngestStatus.FAILED, reason, None, clock), source_hash=None)
    intake.record(record)
    _announce(record, emit, None, 0, 0.0)
    return record


def _announce(record: IngestRecord, emit: Emit, pages: int | None, nodes: int, seconds: float) -> None:
    emit(
        FileDone(
            file=record.file_name,
            document=record.document,
            version=record.version,
            status=record.status.value,
            reason=record.reason,
            pages=pages,
            nodes=nodes,
            seconds=seconds,
        )
    )


def _named(upload: Upload) -> Upload:
    """Fill in from the file's name what the sender left open."""
    name = read_name(upload.file_name)
    document = checked_id(upload.document) if upload.document is not None else name.document
    return replace(upload, document=document, effective_from=upload.effective_from or name.effective_from)


def _same_source(upload: Upload, intake: Intake) -> Version | None:
    """The document's version that this upload is, byte for byte; None if the upload makes a new one.

    Going back to the words of an older version is a new version, unless the
    upload names that version's own day.
    """
    assert upload.document is not None
    latest = intake.latest(upload.tenant, upload.document)
    same = intake.with_source(upload.tenant, upload.document, _sha256(upload.data))
    if latest is None or same is None or not intake.alive(upload.tenant, upload.document):
        return None
    if upload.effective_from is None:
        return same if same.number == latest.number else None
    return same if same.effective_from == upload.effective_from else None


def _up_to_date(version: Version) -> bool:
    """Whether this parser would read its bytes just so again."""
    return version.parser.startswith(f"{PARSER_VERSION} ")


def _unchanged(upload: Upload, same: Version, intake: Intake, clock: Clock) -> IngestRecord:
    reason = None
    if same.collection != upload.collection:
        reason = f"these bytes are version {same.number} already, in collection {same.collection!r}: it stays there"
    record = _record(upload, IngestStatus.UNCHANGED, reason, same.number, clock)
    intake.record(record)
    return record


def _save(upload: Upload, parsed: ParsedDocument, intake: Intake, clock: Clock) -> tuple[IngestRecord, Version]:
    """Structure, tree, comparison with the version before, and the one transaction."""
    assert upload.document is not None
    structure = find_structure(parsed)
    if not structure.pieces:
        raise IngestError("there is no text in this file: check that it is the right one")
    nodes = build_nodes(parsed, structure, upload.document)
    lines = tuple(Line(line.start, line.end, line.page, line.box) for line in parsed.lines)
    for attempt in range(1, _ATTEMPTS + 1):
        before = intake.latest_tree(upload.tenant, upload.document)
        same = _same_source(upload, intake)
        if same is not None and _up_to_date(same):  # another writer sent the same at the same time
            return _unchanged(upload, same, intake, clock), same
        version = _version(upload, parsed, structure, nodes, before.version if before else None, same, clock)
        entries = keyword_entries(version, upload.tenant, parsed.text, nodes)
        what = _compared(
            before, version, Side(parsed.text, nodes), entries, intake.alive(upload.tenant, upload.document)
        )
        record = _record(upload, IngestStatus.READY, None, version.number, clock)
        try:
            intake.save(_new_version(upload, version, parsed.text, nodes, lines, what, before, clock), record)
        except StoreConflict:
            if attempt == _ATTEMPTS:
                raise
            continue
        return record, version
    raise AssertionError("the loop above returns or raises")


def _compared(
    before: Tree | None, version: Version, new: Side, entries: Sequence[KeywordEntry], indexed: bool
) -> Changes:
    """What differs from the latest version; `indexed`: its passages are in the indexes."""
    renamed = before is not None and (before.version.title, before.version.collection) != (
        version.title,
        version.collection,
    )
    what = changes(before, new, entries, indexed, renamed)
    if before is not None and version.number < before.version.number:
        return replace(what, lineage=())  # an older version read anew does not follow the latest one
    return what


def _version(
    upload: Upload,
    parsed: ParsedDocument,
    structure: Structure,
    nodes: Sequence[Node],
    last: Version | None,
    same: Version | None,
    clock: Clock,
) -> Version:
    """The new version, or a new derivation of the `same` one."""
    assert upload.document is not None
    effective_from = upload.effective_from
    if effective_from is None and same is not None:
        effective_from = same.effective_from
    elif effective_from is None and last is not None and last.effective_from is not None:
        effective_from = clock.now().date()  # it replaces a dated version, so it begins today
    return Version(
        document=upload.document,
        number=same.number if same is not None else last.number + 1 if last is not None else 1,
        id=same.id if same is not None else clock.new_id(),
        title=upload.title or _title(parsed, nodes, upload),
        collection=upload.collection,
        file_name=upload.file_name,
        format=parsed.format,
        source_hash=_sha256(upload.data),
        source_bytes=len(upload.data),
        created_at=clock.now(),
        effective_from=effective_from,
        effective_to=upload.effective_to,
        derivation=same.derivation + 1 if same is not None else 1,
        parser=f"{PARSER_VERSION} {parsed.parser}",
        text_hash=hashlib.sha256(parsed.text.encode("utf-8", "surrogatepass")).hexdigest(),
        root_hash=nodes[0].subtree_hash,
        characters=len(parsed.text),
        pages=parsed.pages,
        language=language_of(parsed.text),
        structure_source=structure.source,
        confidence=structure.confidence,
        nodes=len(nodes),
    )


def _title(parsed: ParsedDocument, nodes: Sequence[Node], upload: Upload) -> str:
    """The format's own title, else the only top heading, else the document's name."""
    assert upload.document is not None
    if parsed.title:
        return " ".join(parsed.title.split())[:300]
    tops = [n for n in nodes if n.depth == 1 and n.kind is NodeKind.SECTION and n.title]
    if len(tops) == 1 and tops[0].start < 2000 and tops[0].title:
        return tops[0].title[:300]
    return upload.document


def keyword_entries(version: Version, tenant: str, text: str, nodes: Sequence[Node]) -> tuple[KeywordEntry, ...]:
    """What the keyword index holds of each passage of a version."""
    by_address = {n.address: n for n in nodes}
    entries = []
    for node in nodes:
        if node.passage_key is None:
            continue
        steps = node.address.split(".")
        above = [by_address[".".join(steps[:i])] for i in range(2, len(steps) + 1)]
        headings = [n.title or n.label or "" for n in above if n.kind is not NodeKind.GROUP]
        entries.append(
            KeywordEntry(
                key=node.passage_key,
                tenant=tenant,
                collection=version.collection,
                document=version.document,
                title=version.title,
                headings="\n".join(h for h in headings if h),
                body=text[node.start : node.end].strip(),
            )
        )
    return tuple(entries)


def _new_version(
    upload: Upload,
    version: Version,
    text: str,
    nodes: tuple[Node, ...],
    lines: tuple[Line, ...],
    what: Changes,
    before: Tree | None,
    clock: Clock,
) -> NewVersion:
    return NewVersion(
        document=Document(version.document, upload.tenant, version.collection, version.title, clock.now()),
        version=version,
        text=text,
        nodes=nodes,
        lines=lines,
        lineage=what.lineage,
        entries=what.entries,
        follows=before.version.number if before is not None else None,
    )


def _record(
    upload: Upload, status: IngestStatus, reason: str | None, version: int | None, clock: Clock
) -> IngestRecord:
    return IngestRecord(
        id=clock.new_id(),
        tenant=upload.tenant,
        collection=upload.collection,
        document=upload.document or read_name(upload.file_name).document,
        file_name=upload.file_name,
        source_hash=_sha256(upload.data),
        status=status,
        reason=reason,
        version=version,
        at=clock.now(),
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


__all__ = ["PARSER_VERSION", "IngestStatus", "Reading", "Upload", "ingest", "keyword_entries", "refuse"]
