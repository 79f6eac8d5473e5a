"""Vectors on Milvus Lite and on a real Milvus: the claims of every store of vectors, and those of this one."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pymilvus import MilvusClient

from stores.errors import EntriesRefused, StoreUnavailable
from stores.ports import Vectors
from stores.vectors_milvus import MilvusVectors
from tests.servers import url_of
from tests.stores.contract_vectors import (
    AXES,
    DIMENSIONS,
    LATER,
    NOW,
    OneKindOfVectors,
    VectorsContract,
    unit,
    vector_entry,
)

MODEL = "BAAI/bge-m3"


def collections_of(url: str, prefix: str) -> list[str]:
    client = MilvusClient(url, dedicated=True)
    try:
        return sorted(name for name in client.list_collections() if name.startswith(prefix))
    finally:
        client.close()


def drop_by_hand(url: str, prefix: str, *, aliases_too: bool = True) -> None:
    client = MilvusClient(url, dedicated=True)
    try:
        for name in client.list_collections():
            if name.startswith(prefix):
                for alias in client.list_aliases(name)["aliases"] if aliases_too else []:
                    client.drop_alias(alias)
                client.drop_collection(name)
    finally:
        client.close()


@pytest.fixture
def prefix() -> str:
    """Nobody else's; as a collection's name begins with it."""
    return f"t{uuid.uuid4().hex[:12]}"


class Claims(VectorsContract, OneKindOfVectors):
    """Those of every store of vectors and, for the two kinds of Milvus, a few more. Needs `url`."""

    @pytest.fixture
    async def vectors(self, url: str, prefix: str) -> AsyncIterator[Vectors]:
        vectors = MilvusVectors(url, MODEL, DIMENSIONS, prefix=prefix)
        yield vectors
        await vectors.close()

    async def test_what_was_put_is_there_for_whoever_comes_next(self, vectors: Vectors, url: str, prefix: str) -> None:
        await vectors.apply(AXES, [], at=NOW)
        await vectors.close()
        again = MilvusVectors(url, MODEL, DIMENSIONS, prefix=prefix)
        assert [hit.key for hit in await again.search("default", unit(1), 9)] == ["x", "xy", "y", "-x"]
        assert await again.count() == 4
        await again.close()

    async def test_every_model_has_a_collection_of_its_own(self, vectors: Vectors, url: str, prefix: str) -> None:
        await vectors.apply(AXES, [], at=NOW)
        others = [
            MilvusVectors(url, model, dimensions, prefix=prefix)
            for model, dimensions in (("baai_bge_m3", DIMENSIONS), (MODEL, 2))
        ]
        for other in others:
            assert await other.count() == 0
        assert len(collections_of(url, prefix)) == 3
        for other in others:
            await other.close()

    async def test_names_that_cannot_be_kept_are_refused_and_the_rest_is_in(self, vectors: Vectors) -> None:
        half, long = vector_entry("\ud800", unit(1)), vector_entry("long", unit(1), document="法" * 400)
        with pytest.raises(EntriesRefused) as refused:
            await vectors.apply([AXES[0], half, long, AXES[1]], [], at=NOW)
        assert set(refused.value.reasons) == {("default", "\ud800"), ("default", "long")}
        assert await vectors.count() == 2

    @pytest.mark.parametrize("aliases_too", [True, False])
    async def test_a_collection_that_was_dropped_by_hand_is_missed_and_a_rebuild_mends_it(
        self, vectors: Vectors, url: str, prefix: str, aliases_too: bool
    ) -> None:
        await vectors.apply(AXES, [], at=NOW)
        drop_by_hand(url, prefix, aliases_too=aliases_too)
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="citepath reindex"):
                await vectors.search("default", unit(1), 5)
            with pytest.raises(StoreUnavailable, match="citepath reindex"):
                await vectors.count()
            with pytest.raises(StoreUnavailable, match="citepath reindex"):
                await vectors.apply(AXES, [], at=LATER)
        fresh = await vectors.begin()
        await fresh.apply(AXES, [], at=LATER)
        await vectors.swap(fresh)
        assert await vectors.count() == 4
        assert len(await vectors.search("default", unit(1), 9)) == 4

    async def test_a_rebuild_that_was_overtaken_is_not_swapped_in(self, vectors: Vectors) -> None:
        await vectors.apply(AXES, [], at=NOW)
        slow, fast = await vectors.begin(), await vectors.begin()
        await vectors.swap(fast)
        with pytest.raises(StoreUnavailable, match="overtaken"):
            await vectors.swap(slow)
        assert await vectors.count() == 0

    async def test_a_swap_leaves_one_generation(self, vectors: Vectors, url: str, prefix: str) -> None:
        await vectors.apply(AXES, [], at=NOW)
        await vectors.begin()
        await vectors.swap(await vectors.begin())
        assert await vectors.count() == 0
        assert len(collections_of(url, prefix)) == 1


class TestMilvusLite(Claims):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return str(tmp_path / "milvus.db")

    async def test_who_comes_first_makes_the_folder(self, tmp_path: Path) -> None:
        vectors = MilvusVectors(str(tmp_path / "deep" / "milvus.db"), MODEL, DIMENSIONS)
        assert await vectors.count() == 0
        await vectors.close()

    async def test_a_place_that_is_no_folder_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        vectors = MilvusVectors(str(tmp_path / "file" / "milvus.db"), MODEL, DIMENSIONS)
        with pytest.raises(StoreUnavailable, match="cannot be opened"):
            await vectors.count()
        await vectors.close()


def test_it_may_be_used_from_one_event_loop_after_another(tmp_path: Path) -> None:
    vectors = MilvusVectors(str(tmp_path / "milvus.db"), MODEL, DIMENSIONS)
    asyncio.run(vectors.apply(AXES, [], at=NOW))
    assert asyncio.run(vectors.count()) == 4
    asyncio.run(vectors.close())


@pytest.mark.stores
class TestMilvus(Claims):
    @pytest.fixture
    def url(self, prefix: str) -> Iterator[str]:
        url = url_of("milvus")
        yield url
        drop_by_hand(url, prefix)

    async def test_of_several_that_come_first_at_once_one_makes_the_collection(self, url: str, prefix: str) -> None:
        many = [MilvusVectors(url, MODEL, DIMENSIONS, prefix=prefix) for _ in range(4)]
        await asyncio.gather(
            *(one.apply([vector_entry(f"k{i}", unit(1, i))], [], at=NOW) for i, one in enumerate(many))
        )
        assert [await one.count() for one in many] == [4] * 4
        assert len(collections_of(url, prefix)) == 1
        for one in many:
            await one.close()

    async def test_what_one_has_put_is_found_by_others_at_once(self, vectors: Vectors, url: str, prefix: str) -> None:
        await vectors.count()
        other = MilvusVectors(url, MODEL, DIMENSIONS, prefix=prefix)
        assert await other.search("default", unit(1), 5) == []
        for i in range(5):
            await vectors.apply([vector_entry(f"k{i}", unit(1, i))], [("default", f"k{i - 1}")], at=NOW)
            assert [hit.key for hit in await other.search("default", unit(1), 5)] == [f"k{i}"]
        await other.close()

    async def test_a_swap_is_followed_by_others(self, vectors: Vectors, url: str, prefix: str) -> None:
        await vectors.apply(AXES, [], at=NOW)
        other = MilvusVectors(url, MODEL, DIMENSIONS, prefix=prefix)
        assert len(await other.search("default", unit(1), 9)) == 4
        fresh = await vectors.begin()
        await fresh.apply(AXES[:2], [], at=NOW)
        await vectors.swap(fresh)
        assert [hit.key for hit in await other.search("default", unit(1), 9)] == ["x", "xy"]
        await other.apply(AXES[2:], [], at=NOW)
        assert await vectors.count() == 4
        await other.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://root:hidden@milvus:19530", "apart from its URL"),
        ("http://milvus", "like http://host:19530"),
        ("tcp://milvus:19530", "ends with .db"),
        ("/somewhere/milvus", "ends with .db"),
    ],
)
def test_an_address_that_is_none_is_refused_at_once(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        MilvusVectors(url, MODEL, DIMENSIONS)
    assert "hidden" not in str(refused.value)


def test_dimensions_that_it_cannot_hold_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="1 to 32768 dimensions, not 0"):
        MilvusVectors("http://127.0.0.1:1", MODEL, 0)
