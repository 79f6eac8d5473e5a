"""sync, reconcile, reindex: the indexes follow the ledger."""

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

from app.cli.output import print_json, print_text
from app.cli.progress import progress
from app.errors import CommandError
from app.render.indexes import differences_text, parked_text, rebuilt_text, told_text
from app.resources import House, open_house
from app.settings import Settings
from app.views.documents import Json
from app.views.indexes import differences_view, parked_view, told_view
from docs_ingest.reconcile import Comparing, Differences
from stores.errors import StoreError, StoreUnavailable
from stores.events import ignore

_PAUSE = 1.0  # seconds between two looks at the outbox
_LONGEST_PAUSE = 30.0  # while the ledger is away
_LOOK = 60.0  # seconds between two looks for indexes that were lost


async def sync(options: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 while an index does not know everything."""
    async with open_house(settings) as house:
        if options.parked:
            rows = await house.outbox.parked()
            print_json({"parked": parked_view(rows)}) if options.json else print_text(parked_text(rows))
            return 1 if rows else 0
        if options.forget:
            return await _forgotten(house, options)
        if options.retry:
            await house.outbox.unpark(_named(house, options.retry))
        if options.watch:
            await _watch(house)
            return 0
        with progress(options.json) as emit:
            told = await house.sync(emit)
    print_json({"indexes": told_view(told)}) if options.json else print_text(told_text(told))
    return 0 if all(one.all_told for one in told.values()) else 1


async def _forgotten(house: House, options: argparse.Namespace) -> int:
    if options.forget in house.indexes:
        raise CommandError(f"{options.forget} is in use: citepath reindex --index {options.forget} builds it anew")
    dropped = await house.outbox.forget(options.forget)
    print_json({"dropped": dropped}) if options.json else print_text(f"{dropped} changes dropped")
    return 0


async def _watch(house: House) -> None:
    """Tell the indexes whenever there is something to tell, until somebody interrupts or terminates it."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)  # a batch under way is told to its end
    pause, looked = _PAUSE, -_LOOK
    while not stop.is_set():
        try:
            if house.clock.monotonic() - looked >= _LOOK:
                looked = house.clock.monotonic()
                await house.fill_empty(ignore)
            told = await house.sync(ignore)
            pause = _PAUSE
            if any(one.rows or not one.all_told for one in told.values()):
                print_text(told_text({name: one for name, one in told.items() if one.rows or not one.all_told}))
        except StoreError as error:
            pause = min(_LONGEST_PAUSE, pause * 2)
            print_text(f"! ledger: {error}; looking again in {pause:g} s")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def reconcile(options: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 where an index differs and was not mended."""

    async def compare(comparing: Comparing) -> Differences:
        return await comparing.reconcile(mend=not options.dry_run)

    def line(name: str, found: Differences) -> str:
        return differences_text(name, found, mended=not options.dry_run)

    return await _each_index(options, settings, compare, line, lambda d: d.none or not (options.dry_run or d.refused))


async def reindex(options: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 where an index was not built anew, or not whole."""
    return await _each_index(options, settings, Comparing.reindex, rebuilt_text, lambda d: not d.refused)


async def _each_index(
    options: argparse.Namespace,
    settings: Settings,
    work: Callable[[Comparing], Awaitable[Differences]],
    line: Callable[[str, Differences], str],
    good: Callable[[Differences], bool],
) -> int:
    """Do one thing to each index, or to the one that was named; one that is away does not hold up the others."""
    views: Json = {}
    all_good = True
    async with open_house(settings) as house:
        names = [_named(house, options.index)] if options.index else list(house.indexes)
        with progress(options.json) as emit:
            for name in names:
                try:
                    found = await work(house.comparing(name, emit))
                except StoreUnavailable as error:
                    views[name], text, fine = {"error": str(error)}, f"✗ {name}: {error}", False
                else:
                    views[name], text, fine = differences_view(found), line(name, found), good(found)
                    await _offered_again(house, name, found)
                all_good = all_good and fine
                if not options.json:
                    print_text(text)
    if options.json:
        print_json({"indexes": views})
    return 0 if all_good else 1


async def _offered_again(house: House, name: str, found: Differences) -> None:
    """What was parked for an index that has now been told everything is offered again, and so goes."""
    if not found.refused:
        with suppress(StoreUnavailable):
            await house.outbox.unpark(name)


def _named(house: House, name: str) -> str:
    if name not in house.indexes:
        raise CommandError(f"there is no index {name}; there are: {', '.join(house.indexes)}")
    return name
