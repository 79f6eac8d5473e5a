"""A small house in memory: the shipped memory stores, the real ingest walk, the real navigator."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from docs_ingest.derive import Derived, derive
from docs_ingest.ingest import ingest
from docs_ingest.limits import Limits
from docs_ingest.readers import read_document
from docs_ingest.sandbox import PageDone, Request
from docs_ingest.sync import sync
from docs_ingest.uploads import Upload
from navigators.navigator import Navigator
from stores.ids import FixedClock
from stores.memory import MemoryCache, MemoryKeywords, MemoryLedger
from stores.records import IngestRecord, IngestStatus


class ReadHere:
    """Reads files in this process: what tests of everything after reading need."""

    def derive(self, request: Request, page_done: PageDone = lambda page, pages: None) -> Derived:
        parsed = read_document(request.data, request.file_name, Limits(), page_done)
        return derive(parsed, request.document)


@dataclass
class SmallHouse:
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 3, 1, 9, tzinfo=UTC)))

    def __post_init__(self) -> None:
        self.ledger = MemoryLedger(self.clock)
        self.keywords = MemoryKeywords()
        self.cache = MemoryCache(self.clock, 1_000_000)
        self.navigator = Navigator(self.ledger.library, self.ledger.runs, self.clock, self.keywords, self.cache)

    async def take_in(self, name: str, text: str, *, effective_from: date | None = None) -> IngestRecord:
        upload = Upload(text.encode(), name, effective_from=effective_from)
        record = ingest(upload, reading=ReadHere(), intake=self.ledger.intake, clock=self.clock)
        assert record.status in (IngestStatus.READY, IngestStatus.UNCHANGED), record.reason
        await self.sync()
        return record

    async def sync(self) -> None:
        await sync(self.ledger.outbox, self.keywords, "worker", self.clock)
