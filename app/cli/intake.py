"""ingest: files become versions, or a dry run shows what they would become."""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from app.cli.output import print_json, print_text
from app.cli.progress import progress
from app.files import find_files, ids_of
from app.render.documents import tree_text
from app.render.indexes import told_text
from app.resources import House, open_house
from app.settings import Settings
from app.taking_in import Job, TakingIn, Tried, in_order
from app.views.documents import Json, ingest_view, tree_view
from app.views.indexes import told_view
from docs_ingest.uploads import new_version
from stores.records import IngestRecord, IngestStatus, Tree

GOOD = (IngestStatus.READY, IngestStatus.UNCHANGED)

T = TypeVar("T")


async def ingest(options: argparse.Namespace, settings: Settings) -> int:
    begun = time.monotonic()
    files, passed_over = find_files(options.paths)
    ids = ids_of(files) if options.document is None else dict.fromkeys(files, options.document)
    jobs = in_order(
        [
            Job(
                path=file,
                document=ids[file],
                collection=options.collection,
                effective_from=options.effective_from,
                effective_to=options.effective_to,
                undated=options.undated,
                encoding=options.encoding,
            )
            for file in files
        ]
    )
    async with open_house(settings) as house:
        with progress(options.json) as emit:
            work = TakingIn(house, emit)
            if options.dry_run:
                return _show_tried(await _stoppable(work, work.try_out, jobs), house, options)
            await house.fill_empty(emit)
            records = await _stoppable(work, work.take_in, jobs)
            told = await house.sync(emit)
    seconds = round(time.monotonic() - begun, 2)
    if options.json:
        print_json({**_summary(records, [str(p) for p in passed_over], seconds), "indexes": told_view(told)})
    else:
        print_text(_summary_text(records, len(passed_over), seconds))
        print_text(told_text(told, only_trouble=True))
    return 0 if all(r.status in GOOD for r in records) else 1


async def _stoppable(work: TakingIn, step: Callable[[Sequence[Job]], T], jobs: Sequence[Job]) -> T:
    """Work in a thread of its own; whoever interrupts ends the reading processes too."""
    try:
        return await asyncio.to_thread(step, jobs)
    except asyncio.CancelledError:
        work.stop()
        raise


def _summary(records: Sequence[IngestRecord], passed_over: Sequence[str], seconds: float) -> Json:
    counts = Counter(r.status for r in records)
    return {
        "files": [ingest_view(r) for r in records],
        "ready": counts[IngestStatus.READY],
        "unchanged": counts[IngestStatus.UNCHANGED],
        "failed": counts[IngestStatus.FAILED] + counts[IngestStatus.NEEDS_OCR],
        "needs_ocr": counts[IngestStatus.NEEDS_OCR],
        "passed_over": list(passed_over),
        "seconds": seconds,
    }


_OUTCOMES = {
    IngestStatus.READY: "taken in",
    IngestStatus.UNCHANGED: "unchanged",
    IngestStatus.NEEDS_OCR: "need OCR",
    IngestStatus.FAILED: "failed",
}


def _summary_text(records: Sequence[IngestRecord], passed_over: int, seconds: float) -> str:
    counts = Counter(r.status for r in records)
    parts = [f"{counts[status]} {words}" for status, words in _OUTCOMES.items() if counts[status]]
    parts += [f"{passed_over} of other kinds passed over"] if passed_over else []
    rate = f", {len(records) / seconds:.1f} files/s" if seconds > 0 else ""
    lines = [f"{len(records)} files: {', '.join(parts)}; {seconds} s{rate}"]
    lines += [f"  {r.file_name}: {r.status.value}: {r.reason}" for r in records if r.status not in GOOD]
    return "\n".join(lines)


def _show_tried(tried: Sequence[Tried], house: House, options: argparse.Namespace) -> int:
    """What the files would become, as trees; nothing was stored."""
    trees = [(one, _tree(one, house)) for one in tried]
    if options.json:
        files = [
            {
                "file": t.upload.file_name,
                "status": t.status.value,
                "reason": t.reason,
                **(tree_view(tree, None) if tree else {}),
            }
            for t, tree in trees
        ]
        print_json({"dry_run": True, "files": files})
    else:
        for one, tree in trees:
            print_text(tree_text(tree, None) if tree else f"{one.upload.file_name}: {one.status.value}: {one.reason}")
    return 0 if all(tree is not None for _, tree in trees) else 1


def _tree(one: Tried, house: House) -> Tree | None:
    """A tree with the version it would be, were it the document's first."""
    made = one.made
    if made is None:
        return None
    version = new_version(one.upload, made, None, None, house.clock)
    return Tree(version, made.text, made.nodes, made.lines, made.tables, made.page_labels)
