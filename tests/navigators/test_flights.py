"""Many askers of the same new question cause one run, in one process and in several."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from navigators.drafts import Draft, DraftFault
from navigators.navigator import Navigator
from navigators.state import Question
from navigators.writers import ExtractiveWriter, WriteCall
from stores.errors import StoreUnavailable
from stores.memory import MemoryCache
from stores.records import Outcome, Reader, Run
from tests.navigators.house import SmallHouse
from tests.navigators.trees import POLICY, STATUTE

KEEP_ZH = "客户身份资料在业务关系结束后应当至少保存多少年？"
NOWHERE = "Which zebra won the xylophone contest?"


@dataclass
class Gate(ExtractiveWriter):
    """Writes when it is let to, and counts."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    calls: int = 0
    cancelled: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        self.calls += 1
        self.begun.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return await super().write(call)


@pytest.fixture
async def house() -> SmallHouse:
    house = SmallHouse()
    await house.take_in("反洗钱法.2024-11-08.md", STATUTE)
    await house.take_in("policy.md", POLICY)
    house.navigator.writer = Gate()
    return house


def gate(navigator: Navigator) -> Gate:
    assert isinstance(navigator.writer, Gate)
    return navigator.writer


async def asked(navigator: Navigator, many: int, question: str = KEEP_ZH) -> list[Run]:
    """So many askers at once; the writer is let go when all of them wait."""
    askers = [asyncio.create_task(navigator.ask(Question(question))) for _ in range(many)]
    await gate(navigator).begun.wait()
    await asyncio.sleep(0.02)
    gate(navigator).open.set()
    return await asyncio.gather(*askers)


async def test_twenty_askers_of_one_question_cause_one_run_and_each_has_a_record(house: SmallHouse) -> None:
    runs = await asked(house.navigator, 20)
    assert gate(house.navigator).calls == 1
    assert len({run.id for run in runs}) == 20
    (first,) = [run for run in runs if run.cached_from is None]
    assert {run.cached_from for run in runs if run is not first} == {first.id}
    assert all(run.claims == first.claims and run.outcome is Outcome.ANSWERED for run in runs)
    for run in runs:
        assert await house.ledger.runs.run(Reader(), run.id) == run


async def test_a_question_without_an_answer_is_walked_once_for_all_who_wait_and_again_for_the_next(
    house: SmallHouse,
) -> None:
    house.navigator.writer = gate_ = Gate()
    gate_.open.set()
    first = await house.navigator.ask(Question(NOWHERE))
    second = await house.navigator.ask(Question(NOWHERE))
    assert (first.cached_from, second.cached_from) == (None, None)
    assert first.outcome is second.outcome is Outcome.INSUFFICIENT_EVIDENCE


async def test_different_questions_and_readers_do_not_wait_for_each_other(house: SmallHouse) -> None:
    gate(house.navigator).open.set()
    runs = await asyncio.gather(
        house.navigator.ask(Question(KEEP_ZH)),
        house.navigator.ask(Question(KEEP_ZH, reader=Reader(subject="another"))),
        house.navigator.ask(Question(KEEP_ZH, documents=("policy",))),
    )
    assert [run.cached_from for run in runs] == [None, None, None]


async def test_an_asker_who_leaves_does_not_take_the_answer_from_the_others(house: SmallHouse) -> None:
    leader = asyncio.create_task(house.navigator.ask(Question(KEEP_ZH)))
    await gate(house.navigator).begun.wait()
    other = asyncio.create_task(house.navigator.ask(Question(KEEP_ZH)))
    await asyncio.sleep(0.02)
    leader.cancel()
    gate(house.navigator).open.set()
    assert (await other).outcome is Outcome.ANSWERED
    assert leader.cancelled() or leader.cancelling()
    assert gate(house.navigator).cancelled == 0


async def test_when_the_last_asker_leaves_the_work_ends_and_the_next_begins_anew(house: SmallHouse) -> None:
    askers = [asyncio.create_task(house.navigator.ask(Question(KEEP_ZH))) for _ in range(3)]
    await gate(house.navigator).begun.wait()
    await asyncio.sleep(0.02)
    for asker in askers:
        asker.cancel()
    await asyncio.gather(*askers, return_exceptions=True)
    await asyncio.sleep(0.02)
    assert gate(house.navigator).cancelled == 1
    gate(house.navigator).open.set()
    assert (await house.navigator.ask(Question(KEEP_ZH))).outcome is Outcome.ANSWERED


async def test_whatever_a_run_raises_rises_in_all_who_wait_and_the_next_tries_anew(house: SmallHouse) -> None:
    class Breaks(Gate):
        async def write(self, call: WriteCall) -> Draft | DraftFault:
            await super().write(call)
            raise StoreUnavailable("the ledger went away")

    good, house.navigator.writer = house.navigator.writer, Breaks()
    askers = [asyncio.create_task(house.navigator.ask(Question(KEEP_ZH))) for _ in range(3)]
    await gate(house.navigator).begun.wait()
    await asyncio.sleep(0.02)
    gate(house.navigator).open.set()
    ended = await asyncio.gather(*askers, return_exceptions=True)
    assert [type(one) for one in ended] == [StoreUnavailable] * 3
    house.navigator.writer = good
    gate(house.navigator).open.set()
    assert (await house.navigator.ask(Question(KEEP_ZH))).outcome is Outcome.ANSWERED


def beside(house: SmallHouse) -> Navigator:
    """The same service in another process: the same ledger and cache, nothing else shared."""
    navigator = house.navigator
    return Navigator(
        navigator.library, navigator.runs, navigator.clock, navigator.keywords, navigator.cache, writer=Gate()
    )


async def test_another_process_waits_for_the_answer_instead_of_making_its_own(house: SmallHouse) -> None:
    other = beside(house)
    first = asyncio.create_task(house.navigator.ask(Question(KEEP_ZH)))
    await gate(house.navigator).begun.wait()
    second = asyncio.create_task(other.ask(Question(KEEP_ZH)))
    await asyncio.sleep(0.12)
    assert gate(other).calls == 0
    gate(house.navigator).open.set()
    run, again = await asyncio.gather(first, second)
    assert again.cached_from == run.id
    assert gate(other).calls == 0


async def test_a_turn_that_ends_without_an_answer_is_passed_on(house: SmallHouse) -> None:
    other = beside(house)
    gate(other).open.set()
    first = asyncio.create_task(house.navigator.ask(Question(KEEP_ZH)))
    await gate(house.navigator).begun.wait()
    second = asyncio.create_task(other.ask(Question(KEEP_ZH)))
    await asyncio.sleep(0.12)
    first.cancel()
    run = await second
    assert (run.outcome, run.cached_from) == (Outcome.ANSWERED, None)


async def test_a_turn_whose_holder_died_runs_out(house: SmallHouse) -> None:
    gate(house.navigator).open.set()
    key = await house.navigator._cache_key(Question(KEEP_ZH))
    assert await house.cache.add(f"turn:{key}", b"1", timedelta(seconds=35))
    asker = asyncio.create_task(house.navigator.ask(Question(KEEP_ZH)))
    await asyncio.sleep(0.12)
    assert not asker.done()
    house.clock.advance(36)
    assert (await asker).outcome is Outcome.ANSWERED


class _Away(MemoryCache):
    async def get(self, key: str) -> bytes | None:
        raise StoreUnavailable("away")

    async def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        raise StoreUnavailable("away")

    async def add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        raise StoreUnavailable("away")

    async def forget(self, key: str) -> None:
        raise StoreUnavailable("away")


async def test_without_the_cache_questions_are_answered_and_askers_still_share_one_run(house: SmallHouse) -> None:
    house.navigator.cache = _Away(house.clock, 1000)
    runs = await asked(house.navigator, 5)
    assert gate(house.navigator).calls == 1
    assert all(run.outcome is Outcome.ANSWERED and run.degraded == ("cache",) for run in runs)


async def test_an_entry_that_leads_to_another_tenants_run_is_a_miss(house: SmallHouse) -> None:
    gate(house.navigator).open.set()
    run = await house.navigator.ask(Question(KEEP_ZH))
    theirs = replace(run, id=house.clock.new_id(), tenant="other")
    await house.ledger.runs.save(theirs)
    key = await house.navigator._cache_key(Question(KEEP_ZH))
    for forged in (theirs.id.encode(), b"\xff\xfe", b"", b"nothing"):
        await house.cache.put(key, forged, timedelta(hours=1))
        assert (await house.navigator.ask(Question(KEEP_ZH))).cached_from is None
