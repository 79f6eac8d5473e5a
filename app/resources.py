"""The one place where the product is built: what is opened here is closed here, and can be pinged.

    async with open_house(settings) as house:
        run = await house.navigator.ask(Question("..."))

Which engine stands behind each store is for `app.wiring` to say. What needs no
server lies in one folder (`CITEPATH_HOME`):

    ledger.sqlite           documents, trees, runs: the only truth, back this up
    keywords-<tokens>/      keyword index: can be built anew from the ledger
    vectors-<model>/        vectors, where a model is configured: can be built anew too
    cache.sqlite            answers served lately: can be thrown away
    telling.lock            held by whoever tells the indexes; empty
    originals/              the uploaded files: back them up too
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.settings import Settings
from app.turns import turn
from app.wiring import open_cache, open_indexes, open_ledger
from docs_ingest.ingest import refuse as refuse_upload
from docs_ingest.reconcile import Comparing
from docs_ingest.sandbox import ReadingProcess
from docs_ingest.sync import Told, sync_all
from docs_ingest.uploads import Upload
from navigators.glossary import load_glossary
from navigators.navigator import Navigator
from stores.errors import StoreError, StoreUnavailable
from stores.events import Emit, ignore
from stores.ids import Clock, SystemClock
from stores.ledger import SqlIntake, SqlLibrary, SqlOutbox, SqlRuns, migrate
from stores.originals_folder import FolderOriginals
from stores.pool import Pool
from stores.ports import KEYWORDS, Cache, Intake, Library, Originals, Outbox, PassageIndex, Runs
from stores.records import IngestRecord, Reader

_LEDGER_THREADS = 4
_LEDGER_QUEUE = 256
_CATCH_UP_SECONDS = 3.0
_CATCH_UP_CHARACTERS = 2_000_000  # of the documents, up to which an empty index is filled before a question
_TURN_SECONDS = 120.0

Ping = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class House:
    """Everything a command needs, wired."""

    settings: Settings
    home: Path
    library: Library
    intake: Intake
    outbox: Outbox
    runs: Runs
    indexes: Mapping[str, PassageIndex]  # by the name under which the ledger tells each of them
    cache: Cache
    originals: Originals | None  # None: they are not kept
    clock: Clock
    alone: bool  # whether nobody but this machine writes to the ledger
    pings: dict[str, Ping]  # name of each thing opened -> how to see that it answers

    @property
    def keywords(self) -> PassageIndex:
        return self.indexes[KEYWORDS]

    @property
    def semantic(self) -> dict[str, PassageIndex]:
        """The indexes of meaning; none where no model is configured."""
        return {name: index for name, index in self.indexes.items() if name != KEYWORDS}

    @cached_property
    def navigator(self) -> Navigator:
        return Navigator(
            library=self.library,
            runs=self.runs,
            clock=self.clock,
            keywords=self.keywords,
            semantic=self.semantic,
            cache=self.cache if self.settings.cache_answers else None,
            limits=self.settings.walking(),
            glossary=load_glossary(self.settings.glossary.expanduser() if self.settings.glossary else None),
        )

    def reading(self, at_once: int = 1) -> ReadingProcess:
        """A process that reads files, one of so many, under the limits of the settings."""
        return ReadingProcess(self.settings.reading(at_once))

    async def sync(self, emit: Emit) -> dict[str, Told]:
        """Tell the indexes what the ledger has changed; how that ended for each.

        On a ledger of this machine alone one process at a time: it knows that
        what was claimed before belonged to one that was killed, and tells that
        too, without waiting for its lease to run out.
        """
        mine = turn(self.home / "telling.lock", _TURN_SECONDS, "telling the indexes") if self.alone else nullcontext()
        async with mine:
            if self.alone:
                await self.outbox.take_back()
            return await sync_all(self.outbox, self.indexes, self.clock.new_id(), self.clock, emit=emit)

    async def fill_empty(self, emit: Emit) -> None:
        """Fill every index that holds nothing beside a ledger that does: it was lost, or is of a model set later.

        One that is away is left for later, and one that is still to be told what it lacks is left to `sync`.
        """
        if await self.library.documents(Reader(self.settings.tenant)):
            for name, index in self.indexes.items():
                with suppress(StoreUnavailable):
                    if await index.count() == 0 and await self.outbox.waiting(name) == 0:
                        await self.comparing(name, emit).reconcile()

    async def catch_up(self) -> None:
        """What an interrupted ingest has not told the indexes yet, told now, for a moment at most.

        So are empty indexes filled, where that takes no longer. Questions do not need it: navigation reads the
        ledger. It is only better with it. Beside a ledger that others write to, this is for `citepath sync --watch`
        to do, and nobody waits for it here.
        """
        if not self.alone:
            return
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(_CATCH_UP_SECONDS):
                if await self.outbox.waiting():
                    await self.sync(ignore)
                versions = await self.library.versions(Reader(self.settings.tenant))
                if sum(version.characters for version in versions) <= _CATCH_UP_CHARACTERS:
                    await self.fill_empty(ignore)

    def comparing(self, name: str, emit: Emit) -> Comparing:
        """One of the indexes beside the ledger."""
        return Comparing(self.library, self.indexes[name], Reader(self.settings.tenant), self.clock, name, emit)

    def refuse(self, upload: Upload, reason: str, emit: Emit) -> IngestRecord:
        """Keep on record why a file was not taken in."""
        return refuse_upload(upload, reason, intake=self.intake, clock=self.clock, emit=emit)


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """Open the stores; close all of them at the end, whatever happened.

    Raises StoreUnavailable or StoreCorrupt when the ledger cannot be opened,
    OSError when the folder cannot be made, WiringError for settings that name
    no engine. A store that is no ledger and does not answer is no error.
    """
    clock = clock or SystemClock()
    home = settings.home.expanduser()
    await asyncio.to_thread(home.mkdir, mode=0o700, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        engine = open_ledger(settings, home)
        stack.callback(engine.dispose)
        await asyncio.to_thread(migrate, engine)
        pool = Pool("ledger", threads=_LEDGER_THREADS, queue=_LEDGER_QUEUE)
        stack.callback(pool.close)
        opened = open_indexes(settings, home)
        for one in (*opened.beneath, *opened.by_name.values()):
            stack.push_async_callback(one.close)
        indexes = opened.by_name
        cache = open_cache(settings, home, clock)
        stack.push_async_callback(cache.close)
        library = SqlLibrary(engine, pool, clock)
        yield House(
            settings=settings,
            home=home,
            library=library,
            intake=SqlIntake(engine, clock, tuple(indexes)),
            outbox=SqlOutbox(engine, pool, clock),
            runs=SqlRuns(engine, pool),
            indexes=indexes,
            cache=cache,
            originals=FolderOriginals(home / "originals") if settings.keep_originals else None,
            clock=clock,
            alone=settings.ledger_url is None,
            pings={
                "ledger": lambda: library.revision(Reader(settings.tenant), None),
                "cache": lambda: cache.get("ping"),
            },
        )
