"""The keyword port: the same claims on every implementation."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stores.errors import StoreUnavailable
from stores.keywords_tantivy import TantivyKeywords
from stores.memory import MemoryKeywords
from stores.ports import Keywords
from tests.stores.contract_keywords import LAWS, KeywordsContract


class TestMemoryKeywords(KeywordsContract):
    @pytest.fixture
    def keywords(self) -> Keywords:
        return MemoryKeywords()


class TestTantivyInMemory(KeywordsContract):
    @pytest.fixture
    async def keywords(self) -> AsyncIterator[Keywords]:
        index = TantivyKeywords(None)
        yield index
        await index.close()


class TestTantivyInAFolder(KeywordsContract):
    @pytest.fixture
    async def keywords(self, tmp_path: Path) -> AsyncIterator[Keywords]:
        index = TantivyKeywords(tmp_path / "keywords")
        yield index
        await index.close()


async def test_the_index_outlives_the_process(tmp_path: Path) -> None:
    first = TantivyKeywords(tmp_path / "keywords")
    await first.apply(LAWS, [])
    await first.close()
    second = TantivyKeywords(tmp_path / "keywords")
    assert await second.count() == 4
    await second.close()


async def test_a_second_reader_sees_what_the_first_has_written(tmp_path: Path) -> None:
    one, other = TantivyKeywords(tmp_path / "keywords"), TantivyKeywords(tmp_path / "keywords")
    assert await other.count() == 0
    await one.apply(LAWS, [])
    assert await other.count() == 4
    await other.apply([], [("default", "k1")])
    assert await one.count() == 3
    await one.close()
    await other.close()


async def test_a_broken_index_is_unavailable_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "keywords").mkdir()
    (tmp_path / "keywords" / "meta.json").write_text("not json")
    index = TantivyKeywords(tmp_path / "keywords")
    with pytest.raises(StoreUnavailable, match="move the folder away"):
        await index.count()
    await index.close()
