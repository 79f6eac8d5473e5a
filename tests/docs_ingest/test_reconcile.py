"""The ledger against an index: every difference is found and mended, while documents come and go."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.ingest import ingest
from docs_ingest.reconcile import Comparing, Differences
from docs_ingest.sync import sync
from docs_ingest.uploads import Upload
from stores.errors import EntriesRefused, StoreUnavailable
from stores.ids import FixedClock
from stores.memory import MemoryKeywords, MemoryLedger
from stores.records import IndexEntry, Reader
from tests.navigators.house import ReadHere

WORDS = [f"第{i}条 paragraph {i} of the policy says something of its own.\n\n" for i in range(1, 31)]


class House:
    def __init__(self) -> None:
        self.clock = FixedClock(datetime(2026, 3, 1, 9, tzinfo=UTC))
        self.ledger = MemoryLedger(self.clock)
        self.index = MemoryKeywords()

    def take(self, text: str = "".join(WORDS), document: str = "law", collection: str = "default") -> None:
        upload = Upload(text.encode(), f"{document}.md", document=document, collection=collection)
        ingest(upload, reading=ReadHere(), intake=self.ledger.intake, clock=self.clock)

    async def sync(self) -> None:
        await sync(self.ledger.outbox, self.index, "w", self.clock)

    def comparing(self, index: MemoryKeywords | None = None) -> Comparing:
        return Comparing(self.ledger.library, index or self.index, Reader(), self.clock)

    async def reconcile(self, *, mend: bool = True) -> Differences:
        return await self.comparing().reconcile(mend=mend)

    async def held(self) -> set[tuple[str, str]]:
        return {(h.key, h.fingerprint) for page in [p async for p in self.index.held("default")] for h in page}


@pytest.fixture
def house() -> House:
    return House()


async def test_an_index_that_was_told_everything_does_not_differ(house: House) -> None:
    house.take()
    house.take("".join(WORDS[:20]) + "第31条 added.\n")
    house.take(document="other", collection="notes")
    house.take(document="other", collection="laws")  # the same bytes stay where they are
    house.take("".join(WORDS[3:]), document="other", collection="laws")
    house.ledger.intake.delete("default", "law")
    await house.sync()
    found = await house.reconcile()
    assert found.none, found
    assert found.expected == await house.index.count() == 30


async def test_what_is_missing_other_or_left_over_is_counted_and_mended(house: House) -> None:
    house.take()
    await house.sync()
    right = await house.held()
    keys = sorted(key for key, _ in right)
    stray = IndexEntry("stray", "default", "default", "gone", "t", "h", "b")
    wrong = IndexEntry(keys[3], "default", "default", "law", "another title", "h", "b")
    await house.index.apply([stray, wrong], [("default", key) for key in keys[:3]], at=house.clock.now())
    seen = await house.reconcile(mend=False)
    assert (seen.missing, seen.other, seen.left_over) == (3, 1, 1)
    assert await house.held() != right  # it was only looked at
    mended = await house.reconcile()
    assert (mended.missing, mended.other, mended.left_over, mended.refused) == (3, 1, 1, {})
    assert await house.held() == right
    assert (await house.reconcile()).none


async def test_other_tenants_are_left_alone(house: House) -> None:
    house.take()
    theirs = IndexEntry("k", "other", "default", "d", "t", "h", "b")
    await house.index.apply([theirs], [], at=house.clock.now())
    assert (await house.reconcile()).left_over == 0
    assert await house.index.count() == 31


async def test_passages_of_older_versions_belong_in_the_index_and_those_of_deleted_documents_do_not(
    house: House,
) -> None:
    house.take()
    house.take("".join(WORDS[:10]))
    house.take(document="other")
    house.ledger.intake.delete("default", "other")
    found = await house.reconcile()
    assert (found.missing, found.expected) == (30, 30)


async def test_a_document_that_comes_in_while_the_index_is_read_is_not_taken_for_a_left_over(house: House) -> None:
    house.take()
    await house.sync()

    class Slow(MemoryKeywords):
        async def held(self, tenant: str):  # type: ignore[no-untyped-def]
            house.take(document="new")
            await sync(house.ledger.outbox, self, "w", house.clock)
            async for page in super().held(tenant):
                yield page

    slow = Slow()
    await slow.swap(house.index)  # it holds what the house's index held
    found = await house.comparing(slow).reconcile()
    assert found.left_over == 0
    assert await slow.count() == 60


async def test_what_an_index_refuses_is_said_and_the_rest_is_mended(house: House) -> None:
    house.take()

    class Choosy(MemoryKeywords):
        async def apply(self, entries: Sequence[IndexEntry], gone: object, *, at: datetime) -> None:
            bad = {(e.tenant, e.key): "too odd" for e in entries if "paragraph 7 of" in e.body}
            await super().apply([e for e in entries if (e.tenant, e.key) not in bad], [], at=at)
            if bad:
                raise EntriesRefused(bad)

    choosy = Choosy()
    found = await house.comparing(choosy).reconcile()
    assert list(found.refused.values()) == ["too odd"]
    assert await choosy.count() == 29


async def test_reindexing_makes_the_index_anew_while_the_old_one_is_asked(house: House) -> None:
    house.take()
    await house.sync()
    right = await house.held()
    asked: list[int] = []

    class Watched(MemoryKeywords):
        async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
            asked.append(len(await house.index.search("default", "paragraph", 50)))
            await super().apply(entries, gone, at=at)

    house.index.__class__ = Watched
    stray = IndexEntry("stray", "default", "default", "gone", "t", "h", "paragraph")
    await MemoryKeywords.apply(house.index, [stray], [], at=house.clock.now())
    found = await house.comparing().reindex()
    assert (found.missing, found.expected) == (30, 30)
    assert asked and set(asked) == {31}
    assert await house.held() == right


async def test_what_comes_in_during_a_rebuild_is_in_the_new_index(house: House) -> None:
    house.take()
    await house.sync()
    moments = iter(["first", "second"])

    class Busy(MemoryKeywords):
        async def apply(self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
            if (moment := next(moments, None)) is not None:  # the old index alone is told
                house.take(document=moment)
                await sync(house.ledger.outbox, MemoryKeywords(), "w", house.clock)
            await super().apply(entries, gone, at=at)

    house.index.__class__ = Busy
    await house.comparing().reindex()
    assert {key for key, _ in await house.held()} == {
        n.passage_key
        for name in ("law", "first", "second")
        for tree in house.ledger.intake.trees("default", name)
        for n in tree.nodes
        if n.passage_key
    }
    assert (await house.reconcile(mend=False)).none


async def test_a_rebuild_that_fails_leaves_the_old_index_as_it_was(house: House) -> None:
    house.take()
    await house.sync()
    right = await house.held()

    class Fails(MemoryKeywords):
        async def apply(self, entries: object, gone: object, *, at: datetime) -> None:
            raise StoreUnavailable("full")

    house.index.__class__ = Fails
    with pytest.raises(StoreUnavailable, match="full"):
        await house.comparing().reindex()
    assert await house.held() == right


async def something(house: House, random_: random.Random, *, breaking: bool) -> None:
    """One thing of those that happen: an upload, a deletion, a sync, or somebody's hand in the index."""
    document, collection, act = random_.choice("ab"), random_.choice("xy"), random_.random()
    if act < 0.6:
        house.take("".join(random_.sample(WORDS, 6)), document, collection)
    elif act < 0.8:
        house.ledger.intake.delete("default", document)
    elif act < 0.9 or not breaking:
        await house.sync()
    else:
        held = sorted(await house.held())
        gone = random_.sample(held, min(len(held), 3))
        await house.index.apply([], [("default", key) for key, _ in gone], at=house.clock.now())


@given(st.randoms(use_true_random=False))
async def test_whatever_happened_to_an_index_one_mending_is_enough(random_: random.Random) -> None:
    house = House()
    for _ in range(random_.randint(1, 8)):
        await something(house, random_, breaking=True)
    await house.reconcile()
    assert (await house.reconcile()).none


@given(st.randoms(use_true_random=False))
async def test_an_index_that_nobody_broke_is_what_the_ledger_says_once_it_has_been_told(random_: random.Random) -> None:
    house = House()
    for _ in range(random_.randint(1, 10)):
        await something(house, random_, breaking=False)
    await house.sync()
    assert (await house.reconcile(mend=False)).none
