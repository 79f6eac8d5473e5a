"""What every `Cache` promises. A test module runs these claims by giving `cache` and `clock` fixtures."""

import asyncio
from datetime import timedelta

from stores.ids import FixedClock
from stores.ports import Cache

HOUR = timedelta(hours=1)
LIMIT = 10_000  # bytes the fixture's cache may hold


class CacheContract:
    async def test_what_was_put_comes_back(self, cache: Cache) -> None:
        await cache.put("答案:1", "中文 and English\x00".encode(), HOUR)
        assert await cache.get("答案:1") == "中文 and English\x00".encode()

    async def test_what_was_never_put_is_a_miss(self, cache: Cache) -> None:
        assert await cache.get("nothing") is None

    async def test_a_value_put_again_replaces_the_old_one(self, cache: Cache) -> None:
        await cache.put("k", b"old", HOUR)
        await cache.put("k", b"new", HOUR)
        assert await cache.get("k") == b"new"

    async def test_what_has_expired_is_a_miss(self, cache: Cache, clock: FixedClock) -> None:
        await cache.put("k", b"v", timedelta(seconds=10))
        clock.advance(9.9)
        assert await cache.get("k") == b"v"
        clock.advance(0.2)
        assert await cache.get("k") is None

    async def test_what_was_forgotten_is_a_miss(self, cache: Cache) -> None:
        await cache.put("k", b"v", HOUR)
        await cache.forget("k")
        await cache.forget("k")
        assert await cache.get("k") is None

    async def test_it_stays_within_its_size_and_keeps_the_newest(self, cache: Cache, clock: FixedClock) -> None:
        for i in range(50):
            clock.advance(1)
            await cache.put(f"k{i}", b"x" * 1000, HOUR)
        held = [i for i in range(50) if await cache.get(f"k{i}") is not None]
        assert 49 in held
        assert 0 not in held
        assert len(held) * 1000 <= LIMIT

    async def test_a_value_larger_than_the_cache_is_not_kept(self, cache: Cache) -> None:
        await cache.put("small", b"v", HOUR)
        await cache.put("big", b"the value before it", HOUR)
        await cache.put("big", b"x" * (LIMIT + 1), HOUR)
        assert await cache.get("big") is None
        assert await cache.get("small") == b"v"

    async def test_of_many_that_add_at_once_one_is_first(self, cache: Cache, clock: FixedClock) -> None:
        added = await asyncio.gather(*(cache.add("turn", b"%d" % i, HOUR) for i in range(20)))
        assert sum(added) == 1
        assert await cache.get("turn") == b"%d" % added.index(True)
        await cache.forget("turn")
        assert await cache.add("turn", b"next", timedelta(seconds=10))
        clock.advance(11)
        assert await cache.add("turn", b"after it ran out", HOUR)
