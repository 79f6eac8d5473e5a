"""The keyword port: the same claims on every implementation."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stores.errors import StoreUnavailable
from stores.keywords_tantivy import TantivyKeywords
from stores.memory import MemoryKeywords
from stores.ports import PassageIndex
from tests.stores.contract_keywords import LAWS, NOW, KeywordsContract


class TestMemoryKeywords(KeywordsContract):
    @pytest.fixture
    def keywords(self) -> PassageIndex:
        return MemoryKeywords()


class TestTantivyInMemory(KeywordsContract):
    @pytest.fixture
    async def keywords(self) -> AsyncIterator[PassageIndex]:
        index = TantivyKeywords(None)
        yield index
        await index.close()


class TestTantivyInAFolder(KeywordsContract):
    @pytest.fixture
    async def keywords(self, tmp_path: Path) -> AsyncIterator[PassageIndex]:
        index = TantivyKeywords(tmp_path / "keywords")
        yield index
        await index.close()


async def test_the_index_outlives_the_process(tmp_path: Path) -> None:
    first = TantivyKeywords(tmp_path / "keywords")
    await first.apply(LAWS, [], at=NOW)
    await first.close()
    second = TantivyKeywords(tmp_path / "keywords")
    assert await second.count() == 4
    await second.close()


async def test_a_second_reader_sees_what_the_first_has_written(tmp_path: Path) -> None:
    one, other = TantivyKeywords(tmp_path / "keywords"), TantivyKeywords(tmp_path / "keywords")
    assert await other.count() == 0
    await one.apply(LAWS, [], at=NOW)
    assert await other.count() == 4
    await other.apply([], [("default", "k1")], at=NOW)
    assert await one.count() == 3
    await one.close()
    await other.close()


async def test_a_broken_index_is_unavailable_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "keywords" / "old").mkdir(parents=True)
    (tmp_path / "keywords" / "current").write_text("old")
    (tmp_path / "keywords" / "old" / "meta.json").write_text("not json")
    index = TantivyKeywords(tmp_path / "keywords")
    with pytest.raises(StoreUnavailable, match="move the folder away"):
        await index.count()
    await index.close()


async def test_a_reader_follows_when_another_process_puts_a_new_generation_in_place(tmp_path: Path) -> None:
    one, other = TantivyKeywords(tmp_path / "keywords"), TantivyKeywords(tmp_path / "keywords")
    await one.apply(LAWS, [], at=NOW)
    assert await other.count() == 4
    fresh = await one.begin()
    await fresh.apply(LAWS[:2], [], at=NOW)
    await one.swap(fresh)
    assert await other.count() == await one.count() == 2
    await other.apply(LAWS[2:3], [], at=NOW)
    assert await one.count() == 3
    assert len([p for p in (tmp_path / "keywords").iterdir() if p.is_dir()]) == 1
    await one.close()
    await other.close()


async def test_two_that_open_a_fresh_folder_at_once_share_one_generation(tmp_path: Path) -> None:
    many = [TantivyKeywords(tmp_path / "keywords") for _ in range(6)]
    assert await asyncio.gather(*(index.count() for index in many)) == [0] * 6
    await many[0].apply(LAWS, [], at=NOW)
    assert await asyncio.gather(*(index.count() for index in many)) == [4] * 6
    for index in many:
        await index.close()
