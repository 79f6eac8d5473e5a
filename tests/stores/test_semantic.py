"""Passages by their meaning: an embedder before vectors, and the cache between them."""

import asyncio
import hashlib
import math
import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from stores.errors import EntriesRefused, StoreUnavailable
from stores.ports import PassageIndex
from stores.records import IndexEntry, VectorEntry
from stores.semantic import CachingEmbedder, SemanticIndex
from stores.tokens import index_terms
from stores.vectors_exact import ExactVectors
from tests.stores.contract_index import IndexContract
from tests.stores.contract_keywords import LAWS, NOW, entry

DIMENSIONS = 64


class WordsEmbedder:
    """A vector is the sum of directions, one for each word: texts that share words are near."""

    name = "words"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.calls = 0
        self.closed = False
        self.failing = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def embed(self, texts: Sequence[str], *, question: bool = False) -> list[tuple[float, ...]]:
        self.calls += 1
        self.asked += [(text, question) for text in texts]
        await self.gate.wait()
        if self.failing:
            raise StoreUnavailable("the model does not answer")
        return [meaning(text) for text in texts]

    async def close(self) -> None:
        self.closed = True


def meaning(text: str) -> tuple[float, ...]:
    total = [1e-3, *[0.0] * (DIMENSIONS - 1)]
    for word in index_terms(text):
        chance = random.Random(int(hashlib.sha256(word.encode()).hexdigest()[:8], 16))
        total = [number + chance.gauss() for number in total]
    length = math.hypot(*total)
    return tuple(number / length for number in total)


@pytest.fixture
def embedder() -> WordsEmbedder:
    return WordsEmbedder()


@pytest.fixture
async def index(embedder: WordsEmbedder) -> AsyncIterator[SemanticIndex]:
    index = SemanticIndex(embedder, ExactVectors(DIMENSIONS))
    yield index
    await index.close()


class TestInMemory(IndexContract):
    @pytest.fixture
    async def index(self, index: SemanticIndex) -> PassageIndex:
        return index


class TestInAFolderBehindACache(IndexContract):
    @pytest.fixture
    async def index(self, embedder: WordsEmbedder, tmp_path: Path) -> AsyncIterator[PassageIndex]:
        index = SemanticIndex(CachingEmbedder(embedder), ExactVectors(DIMENSIONS, tmp_path))
        yield index
        await index.close()


async def test_a_passage_is_embedded_with_its_title_and_headings_and_a_question_as_one(
    index: SemanticIndex, embedder: WordsEmbedder
) -> None:
    await index.apply(LAWS, [], at=NOW)
    await index.search("default", "客户身份资料", 5)
    assert embedder.asked == [*((one.text, False) for one in LAWS), ("客户身份资料", True)]
    assert embedder.calls == 2


async def test_the_passages_nearest_in_meaning_come_first(index: SemanticIndex) -> None:
    await index.apply(LAWS, [], at=NOW)
    for law in LAWS:
        hits = await index.search("default", law.text, 9)
        assert (hits[0].key, hits[0].score) == (law.key, pytest.approx(1))
        assert len(hits) == len(LAWS)


@pytest.mark.parametrize(("question", "k"), [("", 5), (" \n\t", 5), ("bank", 0)])
async def test_what_cannot_have_neighbours_is_not_embedded(
    index: SemanticIndex, embedder: WordsEmbedder, question: str, k: int
) -> None:
    assert await index.search("default", question, k) == []
    assert await index.search("default", "bank", 5, documents=[]) == []
    assert embedder.calls == 0


async def test_of_thousands_of_entries_none_is_lost_between_batches(
    index: SemanticIndex, embedder: WordsEmbedder
) -> None:
    many = [entry(f"n{i}", f"number {i % 7}") for i in range(2_300)]
    await index.apply([entry("old", "old words")], [], at=NOW)
    await index.apply(many, [("default", "old"), ("default", "n2299")], at=NOW)
    assert await index.count() == 2_300
    assert embedder.calls == 4


async def test_a_model_that_does_not_answer_is_told_and_nothing_is_in(
    index: SemanticIndex, embedder: WordsEmbedder
) -> None:
    embedder.failing = True
    with pytest.raises(StoreUnavailable):
        await index.apply(LAWS, [], at=NOW)
    with pytest.raises(StoreUnavailable):
        await index.search("default", "bank", 5)
    embedder.failing = False
    assert await index.count() == 0


class Choosy(ExactVectors):
    """Refuses keys that begin with "bad"."""

    async def apply(self, entries: Sequence[VectorEntry], gone: Sequence[tuple[str, str]], *, at: object) -> None:
        bad = {(e.tenant, e.key): "bad" for e in entries if e.key.startswith("bad")}
        await super().apply([e for e in entries if (e.tenant, e.key) not in bad], gone, at=NOW)
        if bad:
            raise EntriesRefused(bad)


async def test_entries_the_vectors_refuse_are_named_and_all_others_are_in(embedder: WordsEmbedder) -> None:
    index = SemanticIndex(embedder, Choosy(DIMENSIONS))
    many: list[IndexEntry] = [entry(f"{'bad' if i % 1_000 == 5 else 'n'}{i}", f"number {i % 7}") for i in range(2_300)]
    with pytest.raises(EntriesRefused) as refused:
        await index.apply(many, [], at=NOW + timedelta(seconds=1))
    assert set(refused.value.reasons) == {("default", f"bad{i}") for i in (5, 1_005, 2_005)}
    assert await index.count() == 2_297
    await index.close()


async def test_two_indexes_told_the_same_embed_it_once(embedder: WordsEmbedder) -> None:
    shared = CachingEmbedder(embedder)
    indexes = [SemanticIndex(shared, ExactVectors(DIMENSIONS)) for _ in range(2)]
    for index in indexes:
        await index.apply(LAWS, [], at=NOW)
        assert len(await index.search("default", "bank", 9)) == len(LAWS)
    assert len(embedder.asked) == len(LAWS) + 1
    for index in indexes:
        await index.close()
    assert not embedder.closed
    await shared.close()
    assert embedder.closed


async def test_the_cache_gives_what_the_model_gave_in_the_order_asked(embedder: WordsEmbedder) -> None:
    cache = CachingEmbedder(embedder)
    assert (cache.name, cache.dimensions) == (embedder.name, embedder.dimensions)
    texts = ["甲", "b", "甲", "c d", "\ud800"]
    for _ in range(2):
        assert await cache.embed(texts[:4]) == [meaning(text) for text in texts[:4]]
    assert embedder.asked == [("甲", False), ("b", False), ("c d", False)]
    assert await cache.embed([]) == []
    assert embedder.calls == 1


async def test_a_question_is_not_taken_for_a_passage(embedder: WordsEmbedder) -> None:
    cache = CachingEmbedder(embedder)
    await cache.embed(["a"])
    await cache.embed(["a"], question=True)
    assert embedder.asked == [("a", False), ("a", True)]


async def test_the_cache_keeps_the_latest_only(embedder: WordsEmbedder) -> None:
    cache = CachingEmbedder(embedder, most=3)
    await cache.embed(["a", "b", "c"])
    await cache.embed(["a"])
    await cache.embed(["d"])  # b goes, which nobody has asked for since
    await cache.embed(["a", "c", "d"])
    assert embedder.calls == 2
    await cache.embed(["b"])
    assert embedder.calls == 3
    many = [str(i) for i in range(10)]
    assert await cache.embed(many) == [meaning(text) for text in many]  # more than it keeps


async def test_of_many_that_ask_for_the_same_at_once_one_asks(embedder: WordsEmbedder) -> None:
    cache = CachingEmbedder(embedder)
    embedder.gate.clear()
    asking = [asyncio.create_task(cache.embed(["a", "b"])) for _ in range(20)]
    asking.append(asyncio.create_task(cache.embed(["b", "c"])))
    await asyncio.sleep(0)
    embedder.gate.set()
    *same, other = await asyncio.gather(*asking)
    assert same == [[meaning("a"), meaning("b")]] * 20
    assert other == [meaning("b"), meaning("c")]
    assert embedder.asked == [("a", False), ("b", False), ("c", False)]


async def test_who_leaves_early_does_not_end_the_asking_of_the_others(embedder: WordsEmbedder) -> None:
    cache = CachingEmbedder(embedder)
    embedder.gate.clear()
    first, second = (asyncio.create_task(cache.embed(["a"])) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    embedder.gate.set()
    assert await second == [meaning("a")]
    assert embedder.calls == 1


async def test_a_failure_is_told_to_all_who_wait_and_kept_for_nobody(embedder: WordsEmbedder) -> None:
    cache = CachingEmbedder(embedder)
    embedder.failing = True
    told = await asyncio.gather(*(cache.embed(["a"]) for _ in range(5)), return_exceptions=True)
    assert [type(outcome) for outcome in told] == [StoreUnavailable] * 5
    embedder.failing = False
    assert await cache.embed(["a"]) == [meaning("a")]


def test_the_cache_may_be_used_from_one_event_loop_after_another() -> None:
    async def asked(cache: CachingEmbedder) -> list[tuple[float, ...]]:
        return await cache.embed(["a"])

    embedder = WordsEmbedder()
    cache = CachingEmbedder(embedder)
    assert asyncio.run(asked(cache)) == asyncio.run(asked(cache)) == [meaning("a")]
    assert embedder.calls == 1


def test_a_cache_that_keeps_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a vector or more, not 0"):
        CachingEmbedder(WordsEmbedder(), most=0)
