"""Cache on SQLite: bytes with an expiry in one file, the oldest dropped when it grows too large."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from stores.errors import StoreUnavailable
from stores.ids import Clock
from stores.pool import Pool

_BUSY_MS = 500
_SECONDS = 2.0  # a cache that is slower than this is of no use
_KEPT_SHARE = 0.8  # of the limit, after dropping the oldest
_TABLE = """
create table if not exists entries (
    key text primary key,
    value blob not null,
    size integer not null,
    expires real not null
) without rowid
"""


class SqliteCache:
    """One file; losing it loses nothing but time."""

    def __init__(self, path: Path, max_bytes: int, clock: Clock) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._clock = clock
        self._pool = Pool("cache", threads=1, queue=256)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    async def get(self, key: str) -> bytes | None:
        return await self._pool.run(self._get, key, timeout=_SECONDS)

    async def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        await self._pool.run(self._put, key, value, ttl, timeout=_SECONDS)

    async def add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        return await self._pool.run(self._add, key, value, ttl, timeout=_SECONDS)

    async def forget(self, key: str) -> None:
        await self._pool.run(self._forget, key, timeout=_SECONDS)

    async def close(self) -> None:
        self._pool.close()
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _get(self, key: str) -> bytes | None:
        with self._lock, _translated():
            row = self._open().execute("select value, expires from entries where key = ?", (key,)).fetchone()
        if row is None or row[1] <= self._now():
            return None
        return bytes(row[0])

    def _put(self, key: str, value: bytes, ttl: timedelta) -> None:
        if len(value) > self._max_bytes:
            self._forget(key)  # the old value must not outlive the new one
            return
        row = (key, value, len(value), self._now() + ttl.total_seconds())
        with self._lock, _translated():
            connection = self._open()
            connection.execute("insert or replace into entries values (?, ?, ?, ?)", row)
            self._make_room(connection)
            connection.commit()

    def _add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        now = self._now()
        row = (key, value, len(value), now + ttl.total_seconds())
        with self._lock, _translated():
            connection = self._open()
            connection.execute("delete from entries where key = ? and expires <= ?", (key, now))
            added = connection.execute("insert or ignore into entries values (?, ?, ?, ?)", row).rowcount == 1
            connection.commit()
        return added

    def _forget(self, key: str) -> None:
        with self._lock, _translated():
            connection = self._open()
            connection.execute("delete from entries where key = ?", (key,))
            connection.commit()

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Drop what has expired; then what expires soonest, when there is still too much."""
        held = connection.execute("select coalesce(sum(size), 0) from entries").fetchone()[0]
        if held <= self._max_bytes:
            return
        connection.execute("delete from entries where expires <= ?", (self._now(),))
        room = self._max_bytes * _KEPT_SHARE
        for key, size, total in connection.execute(
            "select key, size, sum(size) over (order by expires desc, key) from entries"
        ).fetchall():
            if total > room and total - size > 0:
                connection.execute("delete from entries where key = ?", (key,))

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._ready()
        return self._connection

    def _ready(self) -> sqlite3.Connection:
        """An open file with its table; a damaged one is thrown away and begun anew."""
        for attempt in (1, 2):
            connection = sqlite3.connect(self._path, check_same_thread=False)
            try:
                connection.execute(f"pragma busy_timeout = {_BUSY_MS}")
                connection.execute("pragma journal_mode = wal")
                connection.execute("pragma synchronous = off")
                connection.execute(_TABLE)
            except sqlite3.DatabaseError as error:
                connection.close()
                if attempt == 2 or isinstance(error, sqlite3.OperationalError):
                    raise
                with suppress(FileNotFoundError):
                    self._path.unlink()
            else:
                return connection
        raise AssertionError("the loop above returns or raises")


@contextmanager
def _translated() -> Iterator[None]:
    """SQLite's errors in our words."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the cache did not answer: {error}") from error
