"""Vectors searched one by one, in memory and in a folder, alone and with other processes."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from stores.errors import StoreUnavailable
from stores.ports import Vectors
from stores.vectors_exact import ExactVectors
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


class TestInMemory(VectorsContract, OneKindOfVectors):
    @pytest.fixture
    async def vectors(self) -> AsyncIterator[Vectors]:
        vectors = ExactVectors(DIMENSIONS)
        yield vectors
        await vectors.close()


class TestInAFolder(VectorsContract, OneKindOfVectors):
    @pytest.fixture
    async def vectors(self, tmp_path: Path) -> AsyncIterator[Vectors]:
        vectors = ExactVectors(DIMENSIONS, tmp_path / "vectors")
        yield vectors
        await vectors.close()


@pytest.fixture
async def vectors(tmp_path: Path) -> AsyncIterator[ExactVectors]:
    vectors = ExactVectors(DIMENSIONS, tmp_path)
    yield vectors
    await vectors.close()


def files(folder: Path, pattern: str = "*.vectors") -> list[Path]:
    return list(folder.glob(pattern))


@pytest.fixture
async def others(tmp_path: Path) -> AsyncIterator[ExactVectors]:
    """The same folder, as another process has it."""
    others = ExactVectors(DIMENSIONS, tmp_path)
    yield others
    await others.close()


async def test_what_was_put_outlives_the_process(tmp_path: Path, vectors: ExactVectors) -> None:
    await vectors.apply(AXES, [], at=NOW)
    again = ExactVectors(DIMENSIONS, tmp_path)
    assert [hit.key for hit in await again.search("default", unit(1), 9)] == ["x", "xy", "y", "-x"]
    await again.apply([vector_entry("x", unit(0, 1))], [], at=NOW - timedelta(seconds=1))
    assert (await again.search("default", unit(1), 1))[0].score == pytest.approx(1)
    await again.close()


async def test_what_another_process_writes_or_swaps_in_is_found_at_once(
    vectors: ExactVectors, others: ExactVectors
) -> None:
    assert await others.count() == 0
    await vectors.apply(AXES, [], at=NOW)
    assert await others.count() == 4
    fresh = await others.begin()
    await fresh.apply(AXES[:1], [], at=NOW)
    await others.swap(fresh)
    assert [hit.key for hit in await vectors.search("default", unit(1), 9)] == ["x"]


def _put(folder: Path, who: int) -> None:
    async def put() -> None:
        vectors = ExactVectors(DIMENSIONS, folder)
        for i in range(10):
            await vectors.apply([vector_entry(f"{who}-{i}", unit(1, who, i))], [], at=NOW)
        await vectors.close()

    asyncio.run(put())


async def test_of_several_processes_that_write_at_once_nothing_is_lost(tmp_path: Path, vectors: ExactVectors) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_put, args=(tmp_path, who)) for who in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        await asyncio.to_thread(writer.join, 60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert await vectors.count() == 30
    assert len(files(tmp_path)) == 1


async def test_a_swap_leaves_nothing_of_those_before(tmp_path: Path, vectors: ExactVectors) -> None:
    await vectors.apply(AXES, [], at=NOW)
    left = await vectors.begin()
    await left.apply(AXES, [], at=NOW)
    fresh = await vectors.begin()
    await vectors.swap(fresh)
    assert len(files(tmp_path)) == 1
    assert sorted(path.suffix for path in files(tmp_path, "*")) == ["", "", ".vectors"]
    with pytest.raises(StoreUnavailable, match="citepath reindex"):
        await vectors.swap(left)
    await left.close()


async def test_vectors_that_were_removed_by_hand_are_missed_and_a_rebuild_mends_it(
    tmp_path: Path, vectors: ExactVectors
) -> None:
    await vectors.apply(AXES, [], at=NOW)
    for file in files(tmp_path):
        file.unlink()
    for call in (vectors.count(), vectors.search("default", unit(1), 5), vectors.apply(AXES, [], at=LATER)):
        with pytest.raises(StoreUnavailable, match="citepath reindex"):
            await call
    await _rebuilt(vectors)


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"no JSON", b'{"form": 1, "dimensions": 8, "rows": [[]]}\n'])
async def test_vectors_that_were_damaged_are_no_vectors(tmp_path: Path, vectors: ExactVectors, damage: bytes) -> None:
    await vectors.apply(AXES, [], at=NOW)
    for file in files(tmp_path):
        file.write_bytes(damage)
    with pytest.raises(StoreUnavailable, match="citepath reindex"):
        await vectors.count()
    await _rebuilt(vectors)


async def test_vectors_of_another_model_are_no_vectors_of_this_one(tmp_path: Path, vectors: ExactVectors) -> None:
    await vectors.apply(AXES, [], at=NOW)
    wider = ExactVectors(9, tmp_path)
    with pytest.raises(StoreUnavailable, match="8 dimensions and not 9"):
        await wider.count()
    await wider.close()


async def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    vectors = ExactVectors(DIMENSIONS, tmp_path / "file" / "vectors")
    for call in (vectors.count(), vectors.apply(AXES, [], at=NOW), vectors.begin()):
        with pytest.raises(StoreUnavailable):
            await call
    await vectors.close()


async def _rebuilt(vectors: ExactVectors) -> None:
    fresh = await vectors.begin()
    await fresh.apply(AXES, [], at=LATER)
    await vectors.swap(fresh)
    assert await vectors.count() == 4
