"""An upload, and the version it becomes: number, title, and from when it is in force."""

import hashlib
from dataclasses import dataclass
from datetime import date

from docs_ingest.derive import Derived
from docs_ingest.effective import effective_in
from docs_ingest.language import language_of
from stores.ids import Clock
from stores.records import EffectiveSource, NodeKind, Version

PARSER_VERSION = "citepath-ingest/3"
"""Bump it when the same bytes would give another text or tree: old addresses then stay readable."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file with what its sender said about it."""

    data: bytes
    file_name: str
    document: str | None = None  # None: from the file's name
    collection: str = "default"
    tenant: str = "default"
    title: str | None = None
    effective_from: date | None = None  # None: from the file's name, else from the text
    effective_to: date | None = None
    effective_source: EffectiveSource | None = None
    undated: bool = False  # always in force: neither the file's name nor the text are asked
    encoding: str | None = None  # of a text file, where its sender knows: "big5"


def new_version(upload: Upload, made: Derived, last: Version | None, same: Version | None, clock: Clock) -> Version:
    """The version after `last`, or a new derivation of the `same` one."""
    assert upload.document is not None
    effective_from, source = _effective(upload, made.text, last, same, clock)
    return Version(
        document=upload.document,
        number=same.number if same is not None else last.number + 1 if last is not None else 1,
        id=same.id if same is not None else clock.new_id(),
        title=upload.title or _title(made, upload),
        collection=upload.collection,
        file_name=upload.file_name,
        format=made.format,
        source_hash=hashlib.sha256(upload.data).hexdigest(),
        source_bytes=len(upload.data),
        created_at=clock.now(),
        effective_from=effective_from,
        effective_to=upload.effective_to,
        effective_source=source,
        derivation=same.derivation + 1 if same is not None else 1,
        parser=f"{PARSER_VERSION} {made.parser}",
        text_hash=hashlib.sha256(made.text.encode("utf-8", "surrogatepass")).hexdigest(),
        root_hash=made.nodes[0].subtree_hash,
        characters=len(made.text),
        pages=made.pages,
        language=language_of(made.text),
        structure_source=made.structure_source,
        confidence=made.confidence,
        nodes=len(made.nodes),
        notes=made.notes,
    )


def _effective(
    upload: Upload, text: str, last: Version | None, same: Version | None, clock: Clock
) -> tuple[date | None, EffectiveSource | None]:
    """From when a version is in force and who said so: its sender, its file's name, its text, or its upload."""
    if upload.effective_from is not None:
        return upload.effective_from, upload.effective_source
    if same is not None:
        return same.effective_from, same.effective_source
    dated = last is not None and last.effective_from is not None
    stated = None if upload.undated else effective_in(text)
    if stated is not None and (last is None or last.effective_from is None or stated.day > last.effective_from):
        return stated.day, EffectiveSource.TEXT
    if dated:  # it replaces a dated version and names no later day: it begins today
        return clock.now().date(), EffectiveSource.UPLOAD
    return None, None


def _title(made: Derived, upload: Upload) -> str:
    """The format's own title, else the only top heading, else the document's name."""
    assert upload.document is not None
    if made.title:
        return " ".join(made.title.split())[:300]
    tops = [n for n in made.nodes if n.depth == 1 and n.kind is NodeKind.SECTION and n.title]
    if len(tops) == 1 and tops[0].start < 2000 and tops[0].title:
        return tops[0].title[:300]
    return upload.document
