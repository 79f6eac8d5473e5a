"""The bulkhead: bounded, honest when full, and deaf to callers that have left."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from stores.errors import StoreConflict, StoreUnavailable
from stores.pool import Pool


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool("库 ledger", threads=1, queue=1)
    yield pool
    pool.close()


async def test_what_the_call_returns_or_raises_arrives(pool: Pool) -> None:
    def refuse(words: str) -> None:
        raise StoreConflict(words)

    assert await pool.run(divmod, 17, 5) == (3, 2)
    with pytest.raises(StoreConflict, match="第二"):
        await pool.run(refuse, "第二")


async def test_a_full_queue_is_refused_at_once_and_opens_again(pool: Pool) -> None:
    gate = threading.Event()
    held = [asyncio.create_task(pool.run(gate.wait, 5)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable, match="库 ledger is overloaded"):
        await pool.run(int)
    gate.set()
    assert await asyncio.gather(*held) == [True, True]
    assert await pool.run(int) == 0


async def test_a_call_that_takes_too_long_is_unavailable_and_keeps_its_place(pool: Pool) -> None:
    gate = threading.Event()
    with pytest.raises(StoreUnavailable, match=r"0\.02 s"):
        await pool.run(gate.wait, 5, timeout=0.02)
    waiting = asyncio.create_task(pool.run(int))
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable, match="overloaded"):
        await pool.run(int)
    gate.set()
    assert await waiting == 0


async def test_a_timeout_of_the_call_itself_is_not_taken_for_ours(pool: Pool) -> None:
    def late() -> None:
        raise TimeoutError("the call's own")

    with pytest.raises(TimeoutError, match="the call's own"):
        await pool.run(late, timeout=5)


async def test_a_cancelled_caller_leaves_the_thread_to_finish(pool: Pool) -> None:
    begun, gate, done = threading.Event(), threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        gate.wait(5)
        done.set()

    caller = asyncio.create_task(pool.run(write))
    await asyncio.to_thread(begun.wait, 5)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert not done.is_set()
    gate.set()
    assert await asyncio.to_thread(done.wait, 5)


async def test_a_call_cancelled_in_the_queue_is_not_begun_and_frees_its_place(pool: Pool) -> None:
    gate, ran = threading.Event(), threading.Event()
    holder = asyncio.create_task(pool.run(gate.wait, 5))
    queued = asyncio.create_task(pool.run(ran.set))
    await asyncio.sleep(0)
    queued.cancel()
    with pytest.raises(asyncio.CancelledError):
        await queued
    next_ = asyncio.create_task(pool.run(int))
    await asyncio.sleep(0)
    gate.set()
    assert (await holder, await next_) == (True, 0)
    assert not ran.is_set()


async def test_closing_drops_the_queue_and_takes_no_more(pool: Pool) -> None:
    gate = threading.Event()
    holder = asyncio.create_task(pool.run(gate.wait, 5))
    queued = asyncio.create_task(pool.run(int))
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(pool.close))
    with pytest.raises(StoreUnavailable, match="closed"):
        await queued
    gate.set()
    await closing
    assert await holder is True
    with pytest.raises(StoreUnavailable, match="closed"):
        await pool.run(int)


def test_a_pool_without_threads_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a thread"):
        Pool("x", threads=0, queue=1)
