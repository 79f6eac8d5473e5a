"""A stored run, held against what the ledger has today: no model, and no trust in what the run says of itself."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from app.resources import House
from navigators.certificate import Check, check_certificate
from stores.errors import NotFound
from stores.in_force import in_force
from stores.records import Reader, Run, Tree, Version, VersionUsed


async def verified(house: House, run: Run) -> list[Check]:
    """Everything the run says of where it looked, checked. Raises StoreCorrupt where the ledger is damaged."""
    trees = await trees_still_there(house, run, run.versions)
    scope = await _scope_then(house, run)
    return await asyncio.to_thread(check_certificate, run, trees, scope)


async def trees_still_there(house: House, run: Run, versions: Iterable[VersionUsed]) -> dict[str, Tree]:
    """By version id, the trees as the run used them, without those of documents deleted since."""
    trees = {}
    for used in versions:
        with suppress(NotFound):
            trees[used.version_id] = await house.library.tree(_reader(run), used.version_id, used.derivation)
    return trees


async def _scope_then(house: House, run: Run) -> list[Version]:
    """The versions the question was asked of, as far as their documents are still there."""
    day = run.as_of or run.started_at.date()
    scope = []
    for version in await house.library.versions(
        _reader(run), collection=run.collection, documents=run.documents or None, as_of=day
    ):
        if version.created_at > run.started_at:  # what came later did not count then
            history = await house.library.history(_reader(run), version.document)
            then = in_force([v for v in history if v.created_at <= run.started_at], day)
            scope += [then] if then else []
        else:
            scope.append(version)
    return scope


def _reader(run: Run) -> Reader:
    return Reader(run.tenant, run.subject)
