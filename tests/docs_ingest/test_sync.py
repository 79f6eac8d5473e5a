"""The outbox reaches every index by itself: what is away, what is refused, what spoils a batch."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from docs_ingest.ingest import ingest
from docs_ingest.sync import LEASE, sync, sync_all
from docs_ingest.uploads import Upload
from stores.errors import EntriesRefused, StoreError, StoreUnavailable
from stores.ids import FixedClock
from stores.memory import MemoryKeywords, MemoryLedger
from stores.records import IndexEntry
from tests.navigators.house import ReadHere

TARGETS = ("keywords", "vectors")
TEXT = "".join(f"第{i}条 paragraph {i} of the policy says something of its own.\n\n" for i in range(1, 41))
POISON = "paragraph 17 of"


class House:
    def __init__(self) -> None:
        self.clock = FixedClock(datetime(2026, 3, 1, 9, tzinfo=UTC))
        self.ledger = MemoryLedger(self.clock, TARGETS)
        self.outbox = self.ledger.outbox

    def take(self, text: str = TEXT, document: str = "law") -> None:
        upload = Upload(text.encode(), f"{document}.md")
        ingest(upload, reading=ReadHere(), intake=self.ledger.intake, clock=self.clock)


@pytest.fixture
def house() -> House:
    return House()


class Away(MemoryKeywords):
    """An index that does not answer until it is told to."""

    down = True

    async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        if self.down:
            raise StoreUnavailable("down")
        await super().apply(entries, gone, at=at)

    async def count(self) -> int:
        if self.down:
            raise StoreUnavailable("down")
        return await super().count()


class Choosy(MemoryKeywords):
    """An index that names what it does not take."""

    async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        bad = {(e.tenant, e.key): "too odd" for e in entries if POISON in e.body}
        await super().apply([e for e in entries if (e.tenant, e.key) not in bad], gone, at=at)
        if bad:
            raise EntriesRefused(bad)


class Spoilt(MemoryKeywords):
    """An index that fails as a whole, with this error, while a batch holds what spoils it."""

    def __init__(self, error: StoreError) -> None:
        super().__init__()
        self._error = error

    async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        if any(POISON in e.body for e in entries):
            raise self._error
        await super().apply(entries, gone, at=at)


async def test_every_index_is_told_everything_once(house: House) -> None:
    house.take()
    indexes = {target: MemoryKeywords() for target in TARGETS}
    told = await sync_all(house.outbox, indexes, "w", house.clock)
    assert {target: t.rows for target, t in told.items()} == {"keywords": 40, "vectors": 40}
    assert all(t.all_told for t in told.values())
    assert [await index.count() for index in indexes.values()] == [40, 40]
    assert await house.outbox.waiting() == 0
    again = await sync_all(house.outbox, indexes, "w", house.clock)
    assert [t.rows for t in again.values()] == [0, 0]


async def test_an_index_that_is_away_holds_up_no_other_and_hears_all_of_it_later(house: House) -> None:
    house.take()
    keywords, vectors = MemoryKeywords(), Away()
    told = await sync_all(house.outbox, {"keywords": keywords, "vectors": vectors}, "w", house.clock)
    assert told["keywords"].rows == 40
    assert (told["vectors"].rows, told["vectors"].away) == (0, "down")
    assert (await house.outbox.waiting("keywords"), await house.outbox.waiting("vectors")) == (0, 40)
    vectors.down = False
    house.clock.advance(6)
    assert (await sync(house.outbox, vectors, "w", house.clock, target="vectors")).rows == 40


async def test_rows_are_not_blamed_for_an_index_that_answers_and_takes_nothing(house: House) -> None:
    house.take()

    class ReadOnly(MemoryKeywords):
        async def apply(self, entries: object, gone: object, *, at: datetime) -> None:
            calls.append(at)
            raise StoreUnavailable("read-only")

    calls: list[datetime] = []
    for _ in range(12):
        told = await sync(house.outbox, ReadOnly(), "w", house.clock)
        house.clock.advance(3600)
        assert (told.rows, told.refused, told.away) == (0, 0, "read-only")
    assert len(calls) == 2 * 12  # the batch, and a look whether anything is taken: not each passage by itself
    assert await house.outbox.parked() == []


async def test_rows_are_not_blamed_for_an_index_that_is_away_for_days(house: House) -> None:
    house.take()
    vectors = Away()
    for _ in range(30):
        house.clock.advance(3600)
        await sync(house.outbox, vectors, "w", house.clock, target="vectors")
    assert await house.outbox.parked() == []
    vectors.down = False
    house.clock.advance(6)
    assert (await sync(house.outbox, vectors, "w", house.clock, target="vectors")).rows == 40


@pytest.mark.parametrize(
    "index",
    [Choosy(), Spoilt(StoreError("too odd")), Spoilt(StoreUnavailable("too odd"))],
    ids=["names it", "fails whole", "times out on it and still answers"],
)
async def test_one_row_that_is_refused_is_parked_alone_and_shown(house: House, index: MemoryKeywords) -> None:
    house.take()
    first = await sync(house.outbox, index, "w", house.clock)
    assert (first.rows, first.refused) == (39, 1)
    assert await index.count() == 39
    for _ in range(12):
        house.clock.advance(6 * 3600)
        await sync(house.outbox, index, "w", house.clock)
    (parked,) = await house.outbox.parked()
    assert (parked.target, parked.attempts, parked.reason) == ("keywords", 10, "too odd")
    assert await house.outbox.waiting("keywords") == 1


async def test_a_parked_row_is_offered_again_when_somebody_asks_for_it(house: House) -> None:
    house.take()
    choosy = Choosy()
    for _ in range(12):
        await sync(house.outbox, choosy, "w", house.clock)
        house.clock.advance(6 * 3600)
    assert await house.outbox.unpark("vectors") == 0
    assert await house.outbox.unpark("keywords") == 1
    assert (await sync(house.outbox, MemoryKeywords(), "w", house.clock)).rows == 1
    assert await house.outbox.waiting("keywords") == 0


async def test_rows_of_an_index_that_is_no_more_can_be_dropped(house: House) -> None:
    house.take()
    assert await house.outbox.forget("vectors") == 40
    assert await house.outbox.waiting() == await house.outbox.waiting("keywords") == 40


async def test_a_worker_that_died_after_telling_and_before_settling_loses_and_doubles_nothing(house: House) -> None:
    house.take()
    index = MemoryKeywords()
    rows = await house.outbox.claim("dead", 1000, LEASE)
    await index.apply([r.entry for r in rows if r.entry], [], at=house.clock.now())
    assert (await sync(house.outbox, index, "w", house.clock)).rows == 0
    house.clock.advance(LEASE / timedelta(seconds=1) + 1)
    assert (await sync(house.outbox, index, "w", house.clock)).rows == 40
    assert await index.count() == 40
    assert await house.outbox.waiting("keywords") == 0


async def test_of_several_words_about_a_passage_the_last_counts(house: House) -> None:
    house.take()
    house.ledger.intake.delete("default", "law")
    house.take()
    index = MemoryKeywords()
    assert (await sync(house.outbox, index, "w", house.clock)).rows == 120
    assert await index.count() == 40
