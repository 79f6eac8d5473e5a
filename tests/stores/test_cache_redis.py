"""The cache on a real Redis: the claims of every cache, and what a shared server brings with it."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from stores.breaker import Breaker
from stores.cache_redis import RedisCache
from stores.errors import StoreUnavailable
from stores.ids import FixedClock, SystemClock
from stores.ports import Cache
from tests.servers import url_of
from tests.stores.contract_cache import HOUR, LIMIT, CacheContract
from tests.stores.redis_server import own_redis

SECONDS = 2.0  # machines that run tests are slow at times; the faults are tried with the product's own 0.05


@pytest.fixture
def prefix() -> Iterator[str]:
    """A prefix of this test's own; its keys are gone afterwards."""
    prefix = f"test-{uuid.uuid4()}:"
    yield prefix
    with redis.Redis.from_url(url_of("redis"), protocol=2) as plain:
        for key in plain.scan_iter(f"{prefix}*", count=1000):
            plain.delete(key)


@pytest.fixture
def plain() -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(url_of("redis"), protocol=2) as client:
        yield client


def cache_at(url: str, clock: FixedClock | SystemClock, prefix: str, **settings: object) -> RedisCache:
    parts = urlsplit(url)
    address = f"redis://{parts.hostname}:{parts.port}{parts.path}"
    return RedisCache(address, clock, password=parts.password, prefix=prefix, seconds=SECONDS, **settings)  # type: ignore[arg-type]


@pytest.fixture
async def cache(clock: FixedClock, prefix: str) -> AsyncIterator[RedisCache]:
    cache = cache_at(url_of("redis"), clock, prefix, max_value_bytes=LIMIT)
    yield cache
    await cache.close()


@pytest.mark.stores
class TestRedisCache(CacheContract):
    async def test_it_stays_within_its_size_and_keeps_the_newest(
        self, cache: Cache, clock: FixedClock, tmp_path: Path
    ) -> None:
        """How much is held is the server's business, so it is asked of a server that may hold little.

        It tells uses apart by whole seconds, hence the wait.
        """
        options = {"maxmemory-policy": "allkeys-lru", "maxmemory-samples": "64"}
        with own_redis(tmp_path, **options) as server, server.asked() as plain:
            limit = plain.info("memory")["used_memory"] + 2_000_000
            plain.config_set("maxmemory", limit)
            small = RedisCache(server.url, clock, password=server.password, seconds=SECONDS)
            for i in range(10):
                await small.put(f"k{i}", b"x" * 20_000, HOUR)
            await asyncio.sleep(2)
            for i in range(10, 200):
                await small.put(f"k{i}", b"x" * 20_000, HOUR)
            held = [i for i in range(200) if await small.get(f"k{i}") is not None]
            await small.close()
            assert plain.info("memory")["used_memory"] <= limit
        assert 199 in held
        assert 0 not in held
        assert 20 < len(held) < 110


@pytest.mark.stores
async def test_the_server_forgets_by_itself_what_has_run_out(
    cache: RedisCache, prefix: str, plain: "redis.Redis"
) -> None:
    await cache.put("k", b"v", timedelta(seconds=600))
    assert 590_000 < plain.pttl(f"{prefix}k") <= 600_000
    assert await cache.add("turn", b"v", timedelta(seconds=300))
    assert 290_000 < plain.pttl(f"{prefix}turn") <= 300_000


@pytest.mark.stores
async def test_what_has_run_out_by_the_servers_clock_is_a_miss_whatever_ours_says(cache: RedisCache) -> None:
    await cache.put("k", b"v", timedelta(milliseconds=50))
    await asyncio.sleep(0.3)
    assert await cache.get("k") is None


@pytest.mark.stores
async def test_what_has_run_out_before_it_is_put_is_not_kept(cache: RedisCache) -> None:
    await cache.put("k", b"old", HOUR)
    await cache.put("k", b"v", timedelta(0))
    assert await cache.get("k") is None


@pytest.mark.stores
async def test_a_value_too_large_does_not_leave_the_one_before_it(cache: RedisCache) -> None:
    await cache.put("k", b"old", HOUR)
    await cache.put("k", b"x" * (LIMIT + 1), HOUR)
    assert await cache.get("k") is None


@pytest.mark.stores
async def test_of_two_that_add_what_is_too_large_none_is_first(cache: RedisCache) -> None:
    with pytest.raises(StoreUnavailable, match="not kept"):
        await cache.add("turn", b"x" * (LIMIT + 1), HOUR)
    assert await cache.add("turn", b"x", HOUR)


FOREIGN = [b"", b"42", b"x" * 12, b"x" * 13, b"x" * 200, b"\x01" + b"\xff" * 40, json.dumps({"a": 1}).encode()]


@pytest.mark.stores
@pytest.mark.parametrize("foreign", FOREIGN)
async def test_what_others_wrote_under_our_key_is_a_miss_and_stands_in_nobodys_way(
    cache: RedisCache, prefix: str, plain: "redis.Redis", foreign: bytes
) -> None:
    for key in ("k", "turn"):
        plain.set(f"{prefix}{key}", foreign)
        assert await cache.get(key) is None
    await cache.put("k", b"v", HOUR)
    assert await cache.get("k") == b"v"
    assert await cache.add("turn", b"v", HOUR)
    assert not await cache.add("turn", b"w", HOUR)
    assert await cache.get("turn") == b"v"


@pytest.mark.stores
async def test_a_list_under_our_key_is_a_miss_and_stands_in_nobodys_way(
    cache: RedisCache, prefix: str, plain: "redis.Redis"
) -> None:
    for key in ("k", "turn"):
        plain.rpush(f"{prefix}{key}", "a", "b")
        assert await cache.get(key) is None
    await cache.put("k", b"v", HOUR)
    assert await cache.get("k") == b"v"
    assert await cache.add("turn", b"v", HOUR)
    assert await cache.get("turn") == b"v"


@pytest.mark.stores
async def test_a_value_that_belongs_to_another_key_is_a_miss(
    cache: RedisCache, prefix: str, plain: "redis.Redis"
) -> None:
    await cache.put("mine", b"v", HOUR)
    plain.copy(f"{prefix}mine", f"{prefix}yours")
    assert await cache.get("mine") == b"v"
    assert await cache.get("yours") is None


@pytest.mark.stores
async def test_a_value_with_a_flipped_bit_is_a_miss(cache: RedisCache, prefix: str, plain: "redis.Redis") -> None:
    await cache.put("k", b"yes, within 5 days", HOUR)
    stored = plain.get(f"{prefix}k")
    assert isinstance(stored, bytes)
    for i in range(len(stored)):
        plain.set(f"{prefix}k", stored[:i] + bytes([stored[i] ^ 1]) + stored[i + 1 :])
        assert await cache.get("k") is None
    plain.set(f"{prefix}k", stored)
    assert await cache.get("k") == b"yes, within 5 days"


@pytest.mark.stores
async def test_of_many_that_add_over_what_has_run_out_one_is_first(cache: RedisCache, clock: FixedClock) -> None:
    assert await cache.add("turn", b"old", timedelta(seconds=10))
    clock.advance(11)
    added = await asyncio.gather(*(cache.add("turn", b"%d" % i, HOUR) for i in range(20)))
    assert sum(added) == 1
    assert await cache.get("turn") == b"%d" % added.index(True)


@pytest.mark.stores
async def test_two_products_on_one_server_do_not_see_each_other(clock: FixedClock, prefix: str) -> None:
    one, other = (cache_at(url_of("redis"), clock, f"{prefix}{name}:") for name in ("one", "other"))
    await one.put("k", b"v", HOUR)
    assert await other.get("k") is None
    await other.forget("k")
    assert await one.get("k") == b"v"
    await one.close()
    await other.close()


@pytest.mark.stores
def test_it_serves_one_event_loop_after_the_other_and_leaves_no_socket_open(clock: FixedClock, prefix: str) -> None:
    cache = cache_at(url_of("redis"), clock, prefix)  # a socket left open would warn, and warnings fail

    async def once(i: int) -> bytes | None:
        before = await cache.get("k")
        await asyncio.gather(*(cache.put("k", b"%d" % i, HOUR) for _ in range(20)))
        return before

    assert [asyncio.run(once(i)) for i in range(4)] == [None, b"0", b"1", b"2"]


@pytest.mark.stores
def test_it_serves_two_event_loops_at_once(clock: FixedClock, prefix: str) -> None:
    cache = cache_at(url_of("redis"), clock, prefix)

    async def many(name: str) -> list[bytes | None]:
        for i in range(50):
            await cache.put(f"{name}{i}", f"{name}{i}".encode(), HOUR)
        return list(await asyncio.gather(*(cache.get(f"{name}{i}") for i in range(50))))

    async def both() -> list[list[bytes | None]]:
        threads = (asyncio.to_thread(asyncio.run, many(name)) for name in ("a", "b"))
        return list(await asyncio.gather(*threads, many("c")))

    found = asyncio.run(both())
    assert found == [[f"{name}{i}".encode() for i in range(50)] for name in ("a", "b", "c")]


@pytest.mark.stores
async def test_a_closed_cache_says_so(clock: FixedClock, prefix: str) -> None:
    cache = cache_at(url_of("redis"), clock, prefix)
    await cache.put("k", b"v", HOUR)
    await cache.close()
    await cache.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await cache.get("k")


@pytest.mark.stores
async def test_a_thousand_at_once_share_the_few_connections(
    clock: FixedClock, prefix: str, plain: "redis.Redis"
) -> None:
    cache = cache_at(url_of("redis"), clock, prefix, connections=4)
    before = plain.info("clients")["connected_clients"]
    await asyncio.gather(*(cache.put(f"k{i}", b"%d" % i, HOUR) for i in range(1000)))
    assert await asyncio.gather(*(cache.get(f"k{i}") for i in range(1000))) == [b"%d" % i for i in range(1000)]
    assert plain.info("clients")["connected_clients"] - before <= 4 + 16  # other tests may run beside this one
    await cache.close()


@pytest.mark.stores
async def test_cancelled_callers_never_leave_a_reply_to_those_after_them(clock: FixedClock, prefix: str) -> None:
    cache = cache_at(url_of("redis"), clock, prefix, connections=4, breaker=Breaker("Redis", failures=1))
    await asyncio.gather(*(cache.put(f"k{i}", b"%d" % i, HOUR) for i in range(200)))
    cancelled = 0
    for ticks in range(0, 60, 2):  # of the event loop: from before the command is sent until after its reply is there
        for wave in range(0, 200, 8):
            tasks = [asyncio.create_task(cache.get(f"k{i}")) for i in range(wave, wave + 8)]
            for _ in range(ticks):
                await asyncio.sleep(0)
            for task in tasks[::2]:
                task.cancel()
            for i, found in enumerate(await asyncio.gather(*tasks, return_exceptions=True), wave):
                if isinstance(found, asyncio.CancelledError):
                    cancelled += 1
                else:
                    assert found == b"%d" % i
    assert cancelled > 500
    assert await asyncio.gather(*(cache.get(f"k{i}") for i in range(200))) == [b"%d" % i for i in range(200)]
    await cache.close()


async def test_nothing_is_connected_to_before_the_first_call(clock: FixedClock) -> None:
    cache = RedisCache("redis://127.0.0.1:1/0", clock)
    await cache.close()


@pytest.mark.parametrize(
    "url", ["redis://:secret@h:1/0", "redis://u:secret@h/0", "redis://secret@h:1", "redis://u:secret@h:port/0"]
)
def test_an_address_with_a_password_in_it_is_refused_without_repeating_it(url: str, clock: FixedClock) -> None:
    with pytest.raises(ValueError) as refused:
        RedisCache(url, clock)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["", "localhost:6379", "http://h:1/0", "redis://", "redis://h:1/a", "redis://h:1/0?x=1"]
)
def test_an_address_that_is_none_is_refused(url: str, clock: FixedClock) -> None:
    with pytest.raises(ValueError, match="redis://host:port/0"):
        RedisCache(url, clock)
