"""Vectors on a real Elasticsearch: the claims of every store of vectors, and those of this one."""

import math
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stores.elastic import ElasticServer
from stores.errors import EntriesRefused, StoreUnavailable
from stores.ports import Vectors
from stores.records import Held, VectorEntry
from stores.vectors_elastic import ElasticVectors
from tests.stores.elastic import elastic_for_a_test, indexes_of

pytestmark = pytest.mark.stores

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
DIMENSIONS = 8


def unit(*numbers: float) -> tuple[float, ...]:
    """A vector of length 1 that points where these numbers do."""
    numbers += (0.0,) * (DIMENSIONS - len(numbers))
    length = math.hypot(*numbers)
    return tuple(number / length for number in numbers)


def vector_entry(key: str, vector: Sequence[float], **changes: str) -> VectorEntry:
    whole = VectorEntry(key, "default", "laws", "反洗钱法", f"{abs(hash(key)):016x}"[:16], tuple(vector))
    return replace(whole, **changes)


AXES = [
    vector_entry("x", unit(1)),
    vector_entry("xy", unit(1, 1), document="policy"),
    vector_entry("y", unit(0, 1), collection="words", document="glossary"),
    vector_entry("-x", unit(-1)),
]


class VectorsContract:
    async def test_the_nearest_come_first_with_their_inner_product(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        hits = await vectors.search("default", unit(1), 10)
        assert [hit.key for hit in hits] == ["x", "xy", "y", "-x"]
        assert [hit.score for hit in hits] == pytest.approx([1, math.sqrt(0.5), 0, -1], abs=1e-5)
        assert all(hit.score <= 1 for hit in hits)
        assert hits[1].document == "policy"

    async def test_no_more_than_k_come_back_and_ties_go_by_key(self, vectors: Vectors) -> None:
        await vectors.apply([vector_entry(f"n{i:02}", unit(1)) for i in reversed(range(20))], [], at=NOW)
        assert [hit.key for hit in await vectors.search("default", unit(1), 3)] == ["n00", "n01", "n02"]
        assert await vectors.search("default", unit(1), 0) == []

    async def test_scope_by_tenant_collection_and_documents(self, vectors: Vectors) -> None:
        await vectors.apply([*AXES, vector_entry("x", unit(1), tenant="other")], [], at=NOW)
        ask = unit(1, 1)
        assert len(await vectors.search("default", ask, 9)) == 4
        assert [hit.key for hit in await vectors.search("other", ask, 9)] == ["x"]
        assert [hit.key for hit in await vectors.search("default", ask, 9, collection="words")] == ["y"]
        assert [hit.key for hit in await vectors.search("default", ask, 9, documents=["policy"])] == ["xy"]
        assert await vectors.search("default", ask, 9, documents=[]) == []
        assert await vectors.search("default", ask, 9, collection="words", documents=["policy"]) == []

    async def test_what_lies_in_a_small_scope_is_found_however_far_it_is(self, vectors: Vectors) -> None:
        chance = random.Random(6)
        many = [
            vector_entry(f"n{i:04}", unit(1, *(chance.uniform(0, 0.1) for _ in range(DIMENSIONS - 1))))
            for i in range(3_000)
        ]
        await vectors.apply([*many, vector_entry("far", unit(-1), document="elsewhere")], [], at=NOW)
        assert [hit.key for hit in await vectors.search("default", unit(1), 5, documents=["elsewhere"])] == ["far"]

    async def test_what_is_put_again_replaces_and_what_is_removed_is_found_no_more(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        await vectors.apply([vector_entry("x", unit(0, 0, 1))], [("default", "y"), ("default", "never")], at=LATER)
        assert await vectors.count() == 3
        assert [hit.key for hit in await vectors.search("default", unit(0, 0, 1), 1)] == ["x"]
        assert "y" not in [hit.key for hit in await vectors.search("default", unit(0, 1), 9)]

    async def test_an_empty_store_answers_nothing(self, vectors: Vectors) -> None:
        assert await vectors.search("default", unit(1), 5) == []
        assert await vectors.count() == 0

    async def test_what_it_holds_is_told_each_passage_once(self, vectors: Vectors) -> None:
        many = [vector_entry(f"n{i:04}", unit(1, i)) for i in range(2_500)]
        await vectors.apply([*many, vector_entry("n0000", unit(1), tenant="other")], [], at=NOW)
        held = [one async for page in vectors.held("default") for one in page]
        assert len(held) == len(many)
        assert set(held) == {Held("default", e.key, e.fingerprint) for e in many}

    async def test_a_fresh_generation_is_asked_by_nobody_until_it_is_swapped_in(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        await vectors.begin()  # by a rebuild that was killed
        unwanted = await vectors.begin()
        await unwanted.discard()
        fresh = await vectors.begin()
        await fresh.apply(AXES[:1], [], at=NOW)
        assert await vectors.count() == 4
        await vectors.swap(fresh)
        assert [hit.key for hit in await vectors.search("default", unit(1), 9)] == ["x"]
        await vectors.apply(AXES, [], at=LATER)
        assert await vectors.count() == 4


@pytest.fixture
async def place() -> AsyncIterator[tuple[ElasticServer, str]]:
    async with elastic_for_a_test() as place:
        yield place


@pytest.fixture
def vectors(place: tuple[ElasticServer, str]) -> ElasticVectors:
    server, prefix = place
    return ElasticVectors(server, "BAAI/bge-m3", DIMENSIONS, prefix=prefix)


class TestElasticVectors(VectorsContract):
    @pytest.fixture
    def vectors(self, place: tuple[ElasticServer, str]) -> Vectors:
        server, prefix = place
        return ElasticVectors(server, "BAAI/bge-m3", DIMENSIONS, prefix=prefix)


async def test_every_model_has_an_index_of_its_own(place: tuple[ElasticServer, str]) -> None:
    server, prefix = place
    models = ("BAAI/bge-m3", "baai-bge-m3", "baai_bge_m3", "模型", "_", "m" * 300, "text-embedding-3-small")
    for model in models:
        await ElasticVectors(server, model, DIMENSIONS, prefix=prefix).count()
    await ElasticVectors(server, models[0], 2, prefix=prefix).count()
    names = sorted(await indexes_of(server, prefix))
    assert len(names) == len(models) + 1
    assert f"{prefix}-vectors-text-embedding-3-small-8-1-first" in names


async def test_vectors_of_another_kind_are_refused_by_name_and_the_rest_is_in(vectors: ElasticVectors) -> None:
    long, wide = vector_entry("long", [2.0] * DIMENSIONS), vector_entry("wide", [1.0, 0.0])
    with pytest.raises(EntriesRefused) as refused:
        await vectors.apply([AXES[0], long, wide, AXES[1]], [], at=NOW)
    assert set(refused.value.reasons) == {("default", "long"), ("default", "wide")}
    assert await vectors.count() == 2


async def test_a_question_of_another_kind_is_refused_and_the_next_is_answered(vectors: ElasticVectors) -> None:
    await vectors.apply(AXES, [], at=NOW)
    for question in ([1.0, 0.0], [2.0] * DIMENSIONS, [0.0] * DIMENSIONS):
        with pytest.raises(StoreUnavailable, match="refused"):
            await vectors.search("default", question, 5)
    assert len(await vectors.search("default", unit(1), 5)) == 4


async def test_what_is_older_than_what_is_held_is_refused_in_silence(vectors: ElasticVectors) -> None:
    await vectors.apply([vector_entry("k", unit(1))], [("default", "gone")], at=LATER)
    await vectors.apply([vector_entry("k", unit(0, 1)), vector_entry("gone", unit(1))], [], at=NOW)
    [hit] = await vectors.search("default", unit(1), 5)
    assert (hit.key, hit.score) == ("k", pytest.approx(1))


async def test_of_thousands_nearly_all_of_the_nearest_ten_are_found(vectors: ElasticVectors) -> None:
    chance = random.Random(7)
    many = [vector_entry(f"n{i:04}", unit(*(chance.gauss() for _ in range(DIMENSIONS)))) for i in range(4_000)]
    await vectors.apply(many, [], at=NOW)
    found = 0
    for _ in range(20):
        question = unit(*(chance.gauss() for _ in range(DIMENSIONS)))
        nearness = {e.key: sum(a * b for a, b in zip(e.vector, question, strict=True)) for e in many}
        nearest = sorted(nearness, key=lambda key: -nearness[key])[:10]
        hits = await vectors.search("default", question, 10)
        assert [hit.score for hit in hits] == pytest.approx([nearness[hit.key] for hit in hits], abs=1e-5)
        found += len({hit.key for hit in hits} & set(nearest))
    assert found >= 195


async def test_names_that_look_like_syntax_are_names(vectors: ElasticVectors) -> None:
    odd = ['"}},{"match_all":{}}', "*", "../_search", '\n{"delete":{}}\n', "x" * 191, "𠀀 条 /"]
    await vectors.apply(
        [vector_entry(key, unit(1), tenant=key, collection=key, document=key) for key in odd], [], at=NOW
    )
    for key in odd:
        hits = await vectors.search(key, unit(1), 9, collection=key, documents=[key])
        assert [(hit.key, hit.document) for hit in hits] == [(key, key)]
    assert await vectors.search("\ud800", unit(1), 9) == []
    assert await vectors.search("*", unit(1), 9, collection="\udfff", documents=["*"]) == []


def test_dimensions_that_it_cannot_hold_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="1 to 4096 dimensions, not 5000"):
        ElasticVectors(ElasticServer("http://127.0.0.1:1"), "m", 5000)
