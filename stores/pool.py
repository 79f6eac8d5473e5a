"""Threads for engines that only speak sync, in a bulkhead of their own.

One slow store must not starve another, so every sync engine gets its own pool
with its own queue; when that queue is full the caller hears so at once instead
of waiting in the dark.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from stores.errors import StoreUnavailable

T = TypeVar("T")


class Pool:
    """At most `threads` calls at a time and `queue` waiting ones; whoever comes on top of that is refused."""

    def __init__(self, name: str, threads: int, queue: int) -> None:
        if threads < 1 or queue < 0:
            raise ValueError(f"a pool needs a thread and a queue of nought or more, not {threads} and {queue}")
        self.name = name
        self._room = threads + queue
        self._taken = 0
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=f"pool-{name}")

    async def run(self, fn: Callable[..., T], *args: object, timeout: float | None = None) -> T:
        """`fn(*args)` in a thread of this pool; its exceptions rise here.

        Raises StoreUnavailable when the queue is full, the pool is closed or
        `timeout` seconds have passed. Then, and when the caller is cancelled,
        a call that has begun is left to finish unheard; one still waiting in
        the queue is not begun.
        """
        future = self._submit(fn, args)
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            if future.done() and not future.cancelled():
                raise  # the call's own TimeoutError
            raise StoreUnavailable(f"{self.name} did not answer in {timeout} s: try again") from error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise StoreUnavailable(f"{self.name} was closed before the call began") from None

    def close(self) -> None:
        """Wait for the calls that have begun, drop those in the queue, take no more."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _submit(self, fn: Callable[..., T], args: tuple[object, ...]) -> "Future[T]":
        with self._lock:
            if self._taken >= self._room:
                raise StoreUnavailable(f"{self.name} is overloaded: {self._taken} calls are under way, try again")
            self._taken += 1
        try:
            future = self._executor.submit(fn, *args)
        except RuntimeError as error:  # the executor says "after shutdown" with this
            self._leave()
            raise StoreUnavailable(f"{self.name} is closed") from error
        future.add_done_callback(lambda _: self._leave())
        return future

    def _leave(self) -> None:
        with self._lock:
            self._taken -= 1
