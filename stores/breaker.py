"""A breaker: whoever does not answer is left alone for a while, instead of costing every question its timeout.

    closed      calls go through; `failures` of them in a row that fail open it
    open        calls are refused at once, for `rest` seconds
    half open   one call is let through: it closes the breaker, or opens it again

One for each server, not for each kind of call: a server that hangs hangs for all of them.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from stores.errors import StoreUnavailable

T = TypeVar("T")


class Breaker:
    """Stands before one server; safe to use from several event loops and threads.

    A failure is a StoreUnavailable or a call that is not done in time. What a
    server answers, even if it is a refusal, is no failure.
    """

    def __init__(
        self, name: str, *, failures: int = 3, rest: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if failures < 1 or rest <= 0:
            raise ValueError(f"a breaker opens after a failure or more and rests some time, not {failures} and {rest}")
        self.name = name
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._until: float | None = None  # None: closed
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether calls are refused at the moment."""
        with self._lock:
            return self._until is not None and (self._trying or self._clock() < self._until)

    async def call(self, work: Callable[[], Awaitable[T]], timeout: float) -> T:
        """`await work()` within `timeout` seconds.

        Raises StoreUnavailable while the breaker is open and when the time is
        over; whatever `work` raises rises here.
        """
        trial = self._admit()
        try:
            async with asyncio.timeout(timeout) as limit:
                result = await work()
        except TimeoutError as error:
            self._note(failed=True, trial=trial)
            if not limit.expired():
                raise
            raise StoreUnavailable(f"{self.name} did not answer in {timeout:g} s") from error
        except StoreUnavailable:
            self._note(failed=True, trial=trial)
            raise
        except asyncio.CancelledError:
            self._let_go(trial)  # the caller left: that says nothing about the server
            raise
        except BaseException:
            self._note(failed=False, trial=trial)
            raise
        self._note(failed=False, trial=trial)
        return result

    def _admit(self) -> bool:
        """Whether this call is the one that tries a resting server. Raises StoreUnavailable if it may not go at all."""
        with self._lock:
            if self._until is None:
                return False
            left = self._until - self._clock()
            if left > 0 or self._trying:
                raise StoreUnavailable(f"{self.name} did not answer lately: it is tried again in {max(left, 0):.1f} s")
            self._trying = True
            return True

    def _note(self, *, failed: bool, trial: bool) -> None:
        with self._lock:
            if trial:
                self._trying = False
            if not failed:
                self._failed, self._until = 0, None
                return
            self._failed += 1
            if trial or self._failed >= self._most:
                self._until = self._clock() + self._rest

    def _let_go(self, trial: bool) -> None:
        with self._lock:
            if trial:
                self._trying = False
