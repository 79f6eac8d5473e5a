"""The cache port: the same claims on every implementation."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stores.cache_sqlite import SqliteCache
from stores.ids import FixedClock
from stores.memory import MemoryCache
from stores.ports import Cache
from tests.stores.contract_cache import LIMIT, CacheContract


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 1, tzinfo=UTC))


class TestMemoryCache(CacheContract):
    @pytest.fixture
    def cache(self, clock: FixedClock) -> Cache:
        return MemoryCache(clock, LIMIT)


class TestSqliteCache(CacheContract):
    @pytest.fixture
    async def cache(self, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Cache]:
        cache = SqliteCache(tmp_path / "deep" / "cache.sqlite", LIMIT, clock)
        yield cache
        await cache.close()


async def test_the_cache_outlives_the_process(clock: FixedClock, tmp_path: Path) -> None:
    first = SqliteCache(tmp_path / "cache.sqlite", LIMIT, clock)
    await first.put("k", b"v", timedelta(hours=1))
    await first.close()
    second = SqliteCache(tmp_path / "cache.sqlite", LIMIT, clock)
    assert await second.get("k") == b"v"
    await second.close()


async def test_a_damaged_file_is_thrown_away_and_begun_anew(clock: FixedClock, tmp_path: Path) -> None:
    (tmp_path / "cache.sqlite").write_bytes(b"this is no database" * 200)
    cache = SqliteCache(tmp_path / "cache.sqlite", LIMIT, clock)
    assert await cache.get("k") is None
    await cache.put("k", b"v", timedelta(hours=1))
    assert await cache.get("k") == b"v"
    await cache.close()
