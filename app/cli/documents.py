"""ingest, documents, tree, show, delete."""

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path

from app.cli.output import print_json, print_text
from app.cli.progress import progress
from app.errors import CommandError
from app.render import documents_text, place_text, tree_text
from app.resources import House, open_house
from app.settings import Settings
from app.views import document_view, ingest_view, place_view, tree_view
from docs_ingest.ingest import ingest as ingest_walk
from docs_ingest.names import document_id, read_name
from docs_ingest.uploads import Upload
from stores.errors import StoreConflict
from stores.events import Emit, FileBegun
from stores.in_force import in_force
from stores.records import IngestRecord, IngestStatus, Reader

EXTENSIONS = frozenset({".pdf", ".docx", ".html", ".htm", ".xhtml", ".md", ".markdown", ".txt"})
"""Files a folder is searched for; a file that is named is always tried."""

_PLACE = re.compile(r"^(?P<document>[^@#]+)(?:@(?P<version>\d+))?(?:#(?P<address>\d+(?:\.\d+)*))?$")
_GOOD = (IngestStatus.READY, IngestStatus.UNCHANGED)


async def ingest(options: argparse.Namespace, settings: Settings) -> int:
    begun = time.monotonic()
    files, passed_over = find_files(options.paths)
    ids = ids_of(files) if options.document is None else dict.fromkeys(files, options.document)
    files.sort(key=lambda f: (ids[f], str(read_name(f.name).effective_from or ""), str(f)))
    async with open_house(settings) as house:
        with progress(options.json) as emit:
            records = _ingest_all(files, ids, options, settings, house, emit)
            await house.sync(emit)
    bad = [r for r in records if r.status not in _GOOD]
    seconds = round(time.monotonic() - begun, 2)
    if options.json:
        print_json(
            {
                "files": [ingest_view(r) for r in records],
                "ready": sum(r.status is IngestStatus.READY for r in records),
                "unchanged": sum(r.status is IngestStatus.UNCHANGED for r in records),
                "failed": len(bad),
                "passed_over": [str(p) for p in passed_over],
                "seconds": seconds,
            }
        )
    else:
        skipped = f", {len(passed_over)} files of other kinds passed over" if passed_over else ""
        print_text(f"{len(records) - len(bad)} of {len(records)} files taken in{skipped}; {seconds} s")
        for record in bad:
            print_text(f"  {record.file_name}: {record.status.value}: {record.reason}")
    return 1 if bad else 0


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Files to take in, and files in folders that are of no kind we read. Raises CommandError for a missing path."""
    files: list[Path] = []
    passed_over: list[Path] = []
    for path in paths:
        if path.is_dir():
            for file in sorted(p for p in path.rglob("*") if p.is_file()):
                hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
                (files if file.suffix.lower() in EXTENSIONS and not hidden else passed_over).append(file)
        elif path.exists():
            files.append(path)
        else:
            raise CommandError(f"{path} does not exist")
    if not files:
        raise CommandError(f"no file to take in: folders are searched for {', '.join(sorted(EXTENSIONS))}")
    return list(dict.fromkeys(files)), passed_over


def ids_of(files: Sequence[Path]) -> dict[Path, str]:
    """Document ids from the files' names; where two files would get the same, their folder or ending goes with it.

    Dated files (`NAME.YYYY-MM-DD.ext`) of one name are versions of one document.
    """
    names = {f: read_name(f.name) for f in files}
    rivals: dict[tuple[str, str], list[Path]] = {}
    for file, name in names.items():
        rivals.setdefault((name.document, str(name.effective_from)), []).append(file)
    made = {}
    for file, name in names.items():
        others = [f for f in rivals[name.document, str(name.effective_from)] if f != file]
        folder = f"{file.parent.name}-" if any(f.parent != file.parent for f in others) else ""
        ending = f"-{file.suffix[1:]}" if any(f.parent == file.parent for f in others) else ""
        made[file] = document_id(f"{folder}{name.document}{ending}")
    return made


def _ingest_all(
    files: Sequence[Path],
    ids: dict[Path, str],
    options: argparse.Namespace,
    settings: Settings,
    house: House,
    emit: Emit,
) -> list[IngestRecord]:
    """One file after another; a bad one does not stop the others."""
    records = []
    with house.reading() as reading:
        for index, file in enumerate(files, 1):
            size = file.stat().st_size
            emit(FileBegun(file.name, index, len(files), size))
            upload = Upload(
                data=file.read_bytes() if size <= reading.limits.max_bytes else b"",
                file_name=file.name,
                document=ids[file],
                collection=options.collection,
                tenant=settings.tenant,
                effective_from=options.effective_from,
            )
            if size > reading.limits.max_bytes:
                records.append(house.refuse(upload, _too_large(size, reading.limits.max_bytes), emit))
                continue
            try:
                records.append(ingest_walk(upload, reading=reading, intake=house.intake, clock=house.clock, emit=emit))
            except StoreConflict as error:
                records.append(house.refuse(upload, f"{error}; send it again", emit))
    return records


def _too_large(size: int, limit: int) -> str:
    return (
        f"the file has {size / 1e6:.0f} MB, more than the {limit / 1e6:.0f} MB allowed: "
        "split it, or raise CITEPATH_MAX_FILE_MB"
    )


async def listing(options: argparse.Namespace, settings: Settings) -> int:
    reader = Reader(settings.tenant)
    async with open_house(settings) as house:
        today = house.clock.now().date()
        rows = []
        for document in await house.library.documents(reader, collection=options.collection):
            versions = await house.library.history(reader, document.id)
            rows.append((document, versions, in_force(versions, today)))
        taken_in = {d.id for d, _, _ in rows}
        failed = [r for r in await house.library.ingests(reader) if r.status not in _GOOD]
    if options.json:
        print_json(
            {
                "documents": [document_view(*row) for row in rows],
                "failed": [ingest_view(r) for r in failed if r.document not in taken_in],
            }
        )
    else:
        print_text(documents_text(rows, [r for r in failed if r.document not in taken_in]))
    return 0


async def tree(options: argparse.Namespace, settings: Settings) -> int:
    document, version, _ = parse_place(options.document)
    async with open_house(settings) as house:
        found = await house.library.version(Reader(settings.tenant), document, version)
        whole = await house.library.tree(Reader(settings.tenant), found.id)
    if options.json:
        print_json(tree_view(whole, options.depth))
    else:
        print_text(tree_text(whole, options.depth))
    return 0


async def show(options: argparse.Namespace, settings: Settings) -> int:
    document, version, address = parse_place(options.place)
    if address is None:
        raise CommandError(
            f"{options.place!r} names no place: write DOCUMENT@VERSION#ADDRESS, for instance {document}@1#0"
        )
    async with open_house(settings) as house:
        found = await house.library.version(Reader(settings.tenant), document, version)
        whole = await house.library.tree(Reader(settings.tenant), found.id)
        current = await house.library.standing(Reader(settings.tenant), [found.id])
    node = whole.node(address)
    if node is None:
        raise CommandError(f"{found.name} has no place {address}: `citepath tree {found.name}` lists them")
    if options.json:
        print_json({**place_view(whole, node), "standing": current[found.id]})
    else:
        print_text(place_text(whole, node, current[found.id]))
    return 0


async def delete(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        if not house.intake.delete(settings.tenant, options.document):
            raise CommandError(f"there is no document {options.document!r}: `citepath documents` lists them")
        with progress(quiet=True) as emit:
            await house.sync(emit)
    if options.json:
        print_json({"document": options.document, "deleted": True})
    else:
        print_text(f"{options.document} is deleted: it answers no more")
    return 0


def parse_place(text: str) -> tuple[str, int | None, str | None]:
    """`DOCUMENT[@VERSION][#ADDRESS]` taken apart. Raises CommandError."""
    match = _PLACE.match(text)
    if match is None:
        raise CommandError(f"{text!r} is no place: write DOCUMENT, DOCUMENT@VERSION or DOCUMENT@VERSION#ADDRESS")
    number = match["version"]
    return match["document"], int(number) if number else None, match["address"]
