"""Time and ids, passed in wherever they are needed.

`Clock` is the only source of time and randomness in the product; tests pass a
`FixedClock` and get the same ids and times in every run.
"""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The current moment, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary point; for durations and deadlines."""

    def new_id(self) -> str:
        """A fresh UUIDv7 (RFC 9562): 36 characters, sorts by time of making."""


def uuid7(unix_ms: int, random: bytes) -> str:
    """The UUIDv7 of a time in milliseconds and 10 random bytes."""
    value = bytearray(unix_ms.to_bytes(6, "big") + random)
    value[6] = 0x70 | (value[6] & 0x0F)
    value[8] = 0x80 | (value[8] & 0x3F)
    h = value.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


class SystemClock:
    """The machine's own time and randomness; ids of one process never go backwards."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def new_id(self) -> str:
        with self._lock:
            ms = max(time.time_ns() // 1_000_000, self._last_ms)
            self._counter = self._counter + 1 if ms == self._last_ms else 0
            if self._counter > 0xFFF:  # 4096 ids in one millisecond: borrow from the next
                ms, self._counter = ms + 1, 0
            self._last_ms = ms
            counter = self._counter
        return uuid7(ms, counter.to_bytes(2, "big") + os.urandom(8))


class FixedClock:
    """A clock for tests: starts where it is told and moves one millisecond an id."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._made = 0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def new_id(self) -> str:
        self._made += 1
        return uuid7(int(self._now.timestamp() * 1000), self._made.to_bytes(10, "big"))
