"""The one place where the product is built: what is opened here is closed here, and can be pinged.

    async with open_house(settings) as house:
        run = await house.navigator.ask(Question("..."))

Everything of the embedded default lies in one folder (`CITEPATH_HOME`):

    ledger.sqlite           documents, trees, runs: the only truth, back this up
    keywords-<tokens>/      keyword index: can be built anew from the ledger
    cache.sqlite            answers served lately: can be thrown away
    telling.lock            held by whoever tells the index; empty
    originals/              the uploaded files: back them up too
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.settings import MB, Settings
from app.turns import turn
from docs_ingest.ingest import refuse as refuse_upload
from docs_ingest.sandbox import ReadingProcess
from docs_ingest.sync import sync
from docs_ingest.uploads import Upload
from navigators.glossary import load_glossary
from navigators.navigator import Navigator
from stores.cache_sqlite import SqliteCache
from stores.errors import StoreUnavailable
from stores.events import Emit, ignore
from stores.ids import Clock, SystemClock
from stores.keywords_tantivy import TantivyKeywords
from stores.ledger import SqlIntake, SqlLibrary, SqlOutbox, SqlRuns, migrate, open_engine
from stores.originals_folder import FolderOriginals
from stores.pool import Pool
from stores.ports import Cache, Intake, Library, Originals, Outbox, PassageIndex, Runs
from stores.records import IngestRecord, Reader
from stores.tokens import VERSION as TOKENS

_LEDGER_THREADS = 4
_LEDGER_QUEUE = 256
_CATCH_UP_SECONDS = 3.0
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
    keywords: PassageIndex
    cache: Cache
    originals: Originals | None  # None: they are not kept
    clock: Clock
    pings: dict[str, Ping]  # name of each thing opened -> how to see that it answers

    @cached_property
    def navigator(self) -> Navigator:
        return Navigator(
            library=self.library,
            runs=self.runs,
            clock=self.clock,
            keywords=self.keywords,
            cache=self.cache if self.settings.cache_answers else None,
            limits=self.settings.walking(),
            glossary=load_glossary(self.settings.glossary.expanduser() if self.settings.glossary else None),
        )

    def reading(self, at_once: int = 1) -> ReadingProcess:
        """A process that reads files, one of so many, under the limits of the settings."""
        return ReadingProcess(self.settings.reading(at_once))

    async def sync(self, emit: Emit) -> int:
        """Tell the keyword index what the ledger has changed; how many passages that were.

        One process at a time. What one that was killed had claimed is told too,
        without waiting for its lease to run out.
        """
        async with turn(self.home / "telling.lock", _TURN_SECONDS, "telling the keyword index"):
            await self.outbox.take_back()
            return await sync(self.outbox, self.keywords, self.clock.new_id(), emit=emit)

    async def catch_up(self) -> None:
        """What an interrupted ingest has not told the keyword index yet, told now, for a moment at most.

        Questions do not need it: navigation reads the ledger. It is only better with it.
        """
        with suppress(StoreUnavailable, TimeoutError):
            if await self.outbox.waiting():
                async with asyncio.timeout(_CATCH_UP_SECONDS):
                    await self.sync(ignore)

    def refuse(self, upload: Upload, reason: str, emit: Emit) -> IngestRecord:
        """Keep on record why a file was not taken in."""
        return refuse_upload(upload, reason, intake=self.intake, clock=self.clock, emit=emit)


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """Open the stores of the embedded default; close all of them at the end, whatever happened.

    Raises StoreUnavailable or StoreCorrupt when the ledger cannot be opened,
    OSError when the folder cannot be made.
    """
    clock = clock or SystemClock()
    home = settings.home.expanduser()
    await asyncio.to_thread(home.mkdir, mode=0o700, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        engine = open_engine(f"sqlite:///{home / 'ledger.sqlite'}")
        stack.callback(engine.dispose)
        await asyncio.to_thread(migrate, engine)
        pool = Pool("ledger", threads=_LEDGER_THREADS, queue=_LEDGER_QUEUE)
        stack.callback(pool.close)
        keywords = TantivyKeywords(home / f"keywords-{TOKENS.replace('/', '-')}")
        stack.push_async_callback(keywords.close)
        cache = SqliteCache(home / "cache.sqlite", settings.cache_mb * MB, clock)
        stack.push_async_callback(cache.close)
        library = SqlLibrary(engine, pool, clock)
        yield House(
            settings=settings,
            home=home,
            library=library,
            intake=SqlIntake(engine, clock),
            outbox=SqlOutbox(engine, pool, clock),
            runs=SqlRuns(engine, pool),
            keywords=keywords,
            cache=cache,
            originals=FolderOriginals(home / "originals") if settings.keep_originals else None,
            clock=clock,
            pings={
                "ledger": lambda: library.revision(Reader(settings.tenant), None),
                "keywords": keywords.count,
                "cache": lambda: cache.get("ping"),
            },
        )
