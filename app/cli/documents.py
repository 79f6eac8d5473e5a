"""documents, versions, diff, quality, delete: documents as wholes."""

import argparse
import asyncio
from collections.abc import Sequence

from app.cli.intake import GOOD
from app.cli.output import print_json, print_text
from app.cli.places import find_tree, original, parse_place
from app.cli.progress import progress
from app.diff import Difference, difference
from app.errors import CommandError
from app.render.documents import diff_text, documents_text, quality_text, versions_text
from app.resources import House, open_house
from app.settings import Settings
from app.views.documents import diff_view, document_view, ingest_view, quality_view, version_view
from docs_ingest.quality import examine
from stores.in_force import in_force
from stores.records import LineageStep, Reader, Version


async def listing(options: argparse.Namespace, settings: Settings) -> int:
    reader = Reader(settings.tenant)
    async with open_house(settings) as house:
        today = house.clock.now().date()
        rows = []
        for document in await house.library.documents(reader, collection=options.collection):
            versions = await house.library.history(reader, document.id)
            rows.append((document, versions, in_force(versions, today)))
        taken_in = {d.id for d, _, _ in rows}
        failed = [r for r in await house.library.ingests(reader) if r.status not in GOOD]
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


async def versions(options: argparse.Namespace, settings: Settings) -> int:
    reader = Reader(settings.tenant)
    async with open_house(settings) as house:
        history = await house.library.history(reader, options.document)
        steps = {v.number: await house.library.lineage(reader, v.id) for v in history}
        current = in_force(history, house.clock.now().date())
    if options.json:
        listed = [{**version_view(v), "lineage": _counts(steps[v.number])} for v in history]
        print_json({"document": options.document, "current": current.number if current else None, "versions": listed})
    else:
        print_text(versions_text(history, current, {number: _counts(s) for number, s in steps.items()}))
    return 0


def _counts(steps: Sequence[LineageStep]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for step in steps:
        counts[step.state.value] = counts.get(step.state.value, 0) + 1
    return counts


async def diff(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        old, new = await _two(house, options.old, options.new)
        found = await _difference(house, old, new)
    print_json(diff_view(found)) if options.json else print_text(diff_text(found))
    return 0


async def _two(house: House, old: str, new: str | None) -> tuple[Version, Version]:
    """The versions to compare; one document without a number means its last two. Raises CommandError, NotFound."""
    reader = Reader(house.settings.tenant)
    document, number, _ = parse_place(old)
    history = await house.library.history(reader, document)
    if new is None and number is None:
        if len(history) < 2:
            raise CommandError(f"{document} has one version only: there is nothing to compare it with")
        return history[-2], history[-1]
    other, other_number, _ = parse_place(new) if new is not None else (document, history[-1].number, None)
    if other != document:
        raise CommandError(f"{old} and {new} are two documents: diff compares versions of one")
    return (
        await house.library.version(reader, document, number),
        await house.library.version(reader, document, other_number),
    )


async def _difference(house: House, old: Version, new: Version) -> Difference:
    reader = Reader(house.settings.tenant)
    before, after = await house.library.tree(reader, old.id), await house.library.tree(reader, new.id)
    history = await house.library.history(reader, old.document)
    follows = [v.number for v in history if v.number < new.number][-1:] == [old.number]
    steps = await house.library.lineage(reader, new.id) if follows else None
    return await asyncio.to_thread(difference, before, after, steps)


async def quality(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        whole, _ = await find_tree(house, options.document)
        letters = await _letters(house, whole.version)
    found = examine(whole, letters)
    print_json(quality_view(whole, found)) if options.json else print_text(quality_text(whole, found))
    return 0


async def _letters(house: House, version: Version) -> list[int] | None:
    """Letters of each page of a PDF whose bytes are kept; None otherwise."""
    if version.format != "pdf":
        return None
    data = await asyncio.to_thread(original, house, version.source_hash)
    if data is None:
        return None

    def count() -> list[int]:
        with house.reading() as reading:
            return reading.letters(data)

    return await asyncio.to_thread(count)


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
