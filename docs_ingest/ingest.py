"""The ingest walk: a file goes in, an answerable version comes out, or a reason why not.

One function whose lines are its steps. Everything is read and decided before
the one transaction; a failure at any point leaves the ledger as it was, except
for the record that says how the upload ended.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from docs_ingest.changes import Changes, changes
from docs_ingest.derive import Derived, index_entries
from docs_ingest.errors import IngestError, NeedsOcr
from docs_ingest.lineage import Side
from docs_ingest.names import checked_id, read_name
from docs_ingest.sandbox import PageDone, Request
from docs_ingest.uploads import PARSER_VERSION, Upload, new_version
from stores.errors import StoreConflict
from stores.events import Emit, FileDone, PageParsed, ignore
from stores.ids import Clock
from stores.ports import Intake, Originals
from stores.records import (
    Document,
    EffectiveSource,
    IndexEntry,
    IngestRecord,
    IngestStatus,
    NewVersion,
    Tree,
    Version,
)

_LEAST_KEPT = 0.1  # of the places of the larger version, below which a version may be another document
_ATTEMPTS = 3  # times a save is decided anew after somebody else's version came first


class Reading(Protocol):
    """Whoever reads bytes: `docs_ingest.sandbox.ReadingProcess`, in a child that can be killed."""

    def derive(self, request: Request, page_done: PageDone = ...) -> Derived: ...


def ingest(
    upload: Upload,
    *,
    reading: Reading,
    intake: Intake,
    clock: Clock,
    originals: Originals | None = None,
    emit: Emit = ignore,
) -> IngestRecord:
    """Take in one file and say how it ended; bad files are results, not exceptions.

    The bytes are kept in `originals` before the row that names them is written.

    Raises StoreUnavailable when the ledger does not answer (try the whole
    upload again: nothing was written), and StoreConflict when other writers of
    the same document came first three times in a row.
    """
    begun = clock.monotonic()
    pages: int | None = None
    nodes = 0
    try:
        upload = named(upload)
        same = _same_source(upload, intake)
        if same is not None and _up_to_date(same):
            record, version = _unchanged(upload, same, intake, clock), same
        else:
            made = reading.derive(
                requested(upload), lambda page, total: emit(PageParsed(upload.file_name, page, total))
            )
            record, version = _save(upload, made, intake, originals, clock)
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


def named(upload: Upload) -> Upload:
    """Fill in from the file's name what the sender left open."""
    name = read_name(upload.file_name)
    document = checked_id(upload.document) if upload.document is not None else name.document
    source = None
    if upload.effective_from is not None:
        source = EffectiveSource.GIVEN
    elif name.effective_from is not None and not upload.undated:
        source = EffectiveSource.FILE_NAME
    day = name.effective_from if source is EffectiveSource.FILE_NAME else upload.effective_from
    return replace(upload, document=document, effective_from=day, effective_source=source)


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


def requested(upload: Upload) -> Request:
    """What the reading process is asked for an upload that has its document id."""
    assert upload.document is not None
    return Request(upload.data, upload.file_name, upload.document, upload.encoding)


def _save(
    upload: Upload, made: Derived, intake: Intake, originals: Originals | None, clock: Clock
) -> tuple[IngestRecord, Version]:
    """Comparison with the version before, and the one transaction."""
    assert upload.document is not None
    if originals is not None:
        originals.put(upload.tenant, _sha256(upload.data), upload.data)
    for attempt in range(1, _ATTEMPTS + 1):
        before = intake.latest_tree(upload.tenant, upload.document)
        same = _same_source(upload, intake)
        if same is not None and _up_to_date(same):  # another writer sent the same at the same time
            return _unchanged(upload, same, intake, clock), same
        version = new_version(upload, made, before.version if before else None, same, clock)
        entries = index_entries(version, upload.tenant, made.text, made.nodes, made.tables)
        alive = intake.alive(upload.tenant, upload.document)
        if before is not None and not alive:  # it comes back with all its versions
            entries = (*_told_before(upload, entries, intake), *entries)
        what = _compared(before, version, Side(made.text, made.nodes), upload.tenant, entries, alive)
        record = _record(upload, IngestStatus.READY, _doubt(before, made, what), version.number, clock)
        try:
            intake.save(_new_version(upload, version, made, what, before, clock), record)
        except StoreConflict:
            if attempt == _ATTEMPTS:
                raise
            continue
        return record, version
    raise AssertionError("the loop above returns or raises")


def _told_before(upload: Upload, entries: Sequence[IndexEntry], intake: Intake) -> list[IndexEntry]:
    """Passages of a deleted document's versions that its next version does not hold."""
    assert upload.document is not None
    held = {entry.key for entry in entries}
    earlier = {
        entry.key: entry
        for tree in intake.trees(upload.tenant, upload.document)
        for entry in index_entries(tree.version, upload.tenant, tree.text, tree.nodes, tree.tables)
    }
    return [entry for key, entry in earlier.items() if key not in held]


def _compared(
    before: Tree | None, version: Version, new: Side, tenant: str, entries: Sequence[IndexEntry], indexed: bool
) -> Changes:
    """What differs from the latest version; `indexed`: its passages are in the indexes."""
    told = {}
    if before is not None and indexed:
        held = index_entries(before.version, tenant, before.text, before.nodes, before.tables)
        told = {entry.key: entry.fingerprint for entry in held}
    if before is None or version.number >= before.version.number:
        return changes(before, new, entries, told)
    # An older version read anew does not follow the latest one, and what both hold stands as the latest has it.
    return Changes((), tuple(entry for entry in entries if entry.key not in told))


def _doubt(before: Tree | None, made: Derived, what: Changes) -> str | None:
    """Why a version may be another document that came under the name of this one; None where nothing says so."""
    if before is None or not what.lineage:
        return None
    kept = {s.new for s in what.lineage if s.old is not None and s.new is not None}
    largest = max(sum(n.leaf and n.kind.citable for n in side) for side in (before.nodes, made.nodes))
    if len(kept) >= largest * _LEAST_KEPT:
        return None
    return (
        f"only {len(kept)} of {largest} places go on from version {before.version.number}: if this is another "
        "document, delete this one and take the file in again with --document and an id of its own"
    )


def _new_version(
    upload: Upload, version: Version, made: Derived, what: Changes, before: Tree | None, clock: Clock
) -> NewVersion:
    return NewVersion(
        document=Document(version.document, upload.tenant, version.collection, version.title, clock.now()),
        version=version,
        text=made.text,
        nodes=made.nodes,
        lines=made.lines,
        lineage=what.lineage,
        entries=what.entries,
        follows=before.version.number if before is not None else None,
        tables=made.tables,
        edges=made.edges,
        page_labels=made.page_labels,
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
