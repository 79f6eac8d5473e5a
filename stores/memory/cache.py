"""Cache in memory."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from stores.ids import Clock


class MemoryCache:
    """The port `Cache`: at most `max_bytes` of values, the least recently used go first."""

    def __init__(self, clock: Clock, max_bytes: int) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[bytes, datetime]] = OrderedDict()
        self._bytes = 0

    async def get(self, key: str) -> bytes | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            value, until = found
            if until <= self._clock.now():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return value

    async def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        with self._lock:
            self._drop(key)
            if len(value) > self._max_bytes:
                return
            self._kept[key] = (value, self._clock.now() + ttl)
            self._bytes += len(value)
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._kept)))

    async def add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        if await self.get(key) is not None:
            return False
        await self.put(key, value, ttl)
        return True

    async def forget(self, key: str) -> None:
        with self._lock:
            self._drop(key)

    async def close(self) -> None:
        """Nothing is open."""

    def _drop(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._bytes -= len(found[0])
