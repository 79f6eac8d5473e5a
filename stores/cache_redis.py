"""Cache on Redis: bytes with an expiry that every copy of the product shares.

    value  =  version byte, expiry by our clock (ms), check sum of key, expiry and bytes, bytes

What does not have this shape under one of our keys was not written by us and is
a miss, and so is a reply that belongs to another key. Whoever may write to the
Redis can forge a value: the check sum is against accidents, not against people.
A value has two expiries, ours and the server's (`PX`): the earlier one counts.
How much is held is the server's own business: give it `maxmemory` and
`maxmemory-policy allkeys-lru`.
"""

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from stores.breaker import Breaker
from stores.errors import StoreUnavailable
from stores.ids import Clock
from stores.loops import PerLoop

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

_VERSION = 1
_HEAD = struct.Struct(">BQI")  # version, expiry in ms, check sum
_SECONDS = 0.05  # to connect, and again for each reply: a cache that is slower is of no use
_REST = 2.0  # seconds a silent server is left alone
# In units of the time to one reply:
_LATE = 1.2  # a time-out that comes later than this came late, because the event loop was busy
_TURN = 6  # how long to wait for a connection
_AT_WORST = 20  # for a whole call; each of its replies has its own limit, so this is not reached
_TTL_MS = 10 * 365 * 86_400_000  # Redis refuses an expiry that overflows its clock


class RedisCache:
    """The port `Cache` on one Redis server (6 or newer, or what speaks like it). Connects at the first call.

    `url`: `redis://host:port/db`, or `rediss://` for TLS, without user and
    password, which are given beside it; `ca_file` holds the authority that
    signed the server's certificate (None: those the machine trusts). Keys are
    put behind `prefix`. Values over `max_value_bytes` are not kept. `seconds`
    is the time to connect, and again the time to each reply.

    At most `connections` for each event loop; who comes on top of that waits
    his turn. A caller that is cancelled leaves his command to finish unheard,
    so no connection is left with half a reply on it.

    After a `put` that raised, a `get` may find the old value, the new one or none.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        user: str | None = None,
        password: str | None = None,
        ca_file: Path | None = None,
        prefix: str = "citepath:",
        max_value_bytes: int = 1_000_000,
        seconds: float = _SECONDS,
        connections: int = 16,
        breaker: Breaker | None = None,
    ) -> None:
        if max_value_bytes < 1 or seconds <= 0 or connections < 1:
            raise ValueError("a cache on Redis needs room for a value, some time and a connection")
        self._address = _Address.of(url)
        self._user = user
        self._password = password
        self._ca_file = ca_file
        self._clock = clock
        self._prefix = prefix
        self._max_value_bytes = max_value_bytes
        self._seconds = seconds
        self._connections = connections
        self._name = f"Redis at {self._address.place}"
        self._breaker = breaker or Breaker(self._name, rest=_REST)
        self._clients = PerLoop(self._name, self._connect, _disconnect)

    async def get(self, key: str) -> bytes | None:
        """What is kept under a key and has not run out."""
        name = self._prefix + key
        return self._unpacked(name, await self._call(lambda redis: _read(redis, name)))

    async def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Keep a value for `ttl`. One that is too large, or has run out already, is not kept, nor the one before it."""
        name, kept_for = self._prefix + key, _milliseconds(ttl)
        if len(value) > self._max_value_bytes or kept_for < 1:
            await self.forget(key)
            return
        packed = self._packed(name, value, kept_for)

        async def put(redis: "Redis") -> None:
            from redis.exceptions import OutOfMemoryError  # noqa: PLC0415  # at the first call, like the client

            try:
                await redis.set(name, packed, px=kept_for)
            except OutOfMemoryError:
                await redis.delete(name)  # which a full server still does: the old value must not outlive the new one
                raise

        await self._call(put)

    async def add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        """As the port says. Raises StoreUnavailable also for a value that is too large to keep: nobody was first then.

        What is there but has run out by our clock, or is not ours, counts as nothing.
        """
        name, kept_for = self._prefix + key, _milliseconds(ttl)
        if len(value) > self._max_value_bytes:
            raise StoreUnavailable(f"a value of {len(value)} bytes is not kept: at most {self._max_value_bytes} are")
        packed = self._packed(name, value, kept_for)

        async def add(redis: "Redis") -> bool:
            if await redis.set(name, packed, px=max(kept_for, 1), nx=True):
                return True
            return await self._replaced(redis, name, packed, max(kept_for, 1))

        return await self._call(add, repeatable=False)  # if the first one went through, the second would hear False

    async def forget(self, key: str) -> None:
        """Keep nothing under this key any more."""
        name = self._prefix + key
        await self._call(lambda redis: redis.delete(name))

    async def close(self) -> None:
        """Close this event loop's connections; the cache cannot be used afterwards."""
        await self._clients.close()

    async def _replaced(self, redis: "Redis", name: str, packed: bytes, kept_for: int) -> bool:
        """Put a value in place of one that counts as nothing; False if it does count, or somebody else was quicker."""
        from redis.exceptions import WatchError  # noqa: PLC0415  # at the first call, like the client

        async with redis.pipeline(transaction=True) as transaction:
            await transaction.watch(name)
            if self._unpacked(name, await _read(transaction, name)) is not None:
                return False
            transaction.multi()  # type: ignore[no-untyped-call]  # redis-py has not typed it
            transaction.set(name, packed, px=kept_for)
            try:
                await transaction.execute()
            except WatchError:
                return False
        return True

    def _packed(self, name: str, value: bytes, kept_for: int) -> bytes:
        expires = self._now() + max(kept_for, 0)
        return _HEAD.pack(_VERSION, expires, _check_sum(name, expires, value)) + value

    def _unpacked(self, name: str, stored: bytes | None) -> bytes | None:
        """The value of what is stored under a name, None if it has run out or is not what we wrote there."""
        if stored is None or len(stored) < _HEAD.size:
            return None
        version, expires, check_sum = _HEAD.unpack_from(stored)
        value = stored[_HEAD.size :]
        if version != _VERSION or check_sum != _check_sum(name, expires, value) or expires <= self._now():
            return None
        return value

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    async def _call(self, work: "Callable[[Redis], Awaitable[T]]", *, repeatable: bool = True) -> T:
        """The result of `work`, which is done to its end even if the caller leaves. Raises StoreUnavailable."""
        client = await self._clients.get()
        await client.turn(self._name, _TURN * self._seconds)
        begun = False

        async def heard() -> T:
            nonlocal begun
            begun = True
            with _silence(self._name):
                return await client.to_its_end(self._done(work, client.redis) if repeatable else work(client.redis))

        try:
            with _refusal(self._name, self._prefix):
                return await self._breaker.call(heard, _AT_WORST * self._seconds)
        finally:
            if not begun:  # the breaker did not let it through
                client.turns.release()

    async def _done(self, work: "Callable[[Redis], Awaitable[T]]", redis: "Redis") -> T:
        """The work, done anew if it was our own event loop that was late: a reply may have lain there unread."""
        from redis.exceptions import TimeoutError  # noqa: PLC0415  # at the first call, like the client

        now = asyncio.get_running_loop().time
        begun = now()
        try:
            return await work(redis)
        except TimeoutError:
            if now() - begun < _LATE * self._seconds:
                raise  # the limit was kept: it is the server that was silent
        return await work(redis)

    def _connect(self) -> "_Client":
        from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection  # noqa: PLC0415  # 0.2 s to import
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415

        settings: dict[str, Any] = {
            "host": self._address.host,
            "port": self._address.port,
            "db": self._address.database,
            "username": self._user,
            "password": self._password,
            "socket_timeout": self._seconds,
            "socket_connect_timeout": self._seconds,
            "retry": Retry(NoBackoff(), 0),  # the default makes a dead server cost 2.6 to 4.4 s a call
            "protocol": 2,  # AUTH alone opens a connection; we need nothing of version 3
            "driver_info": None,  # two commands less
        }
        if self._address.tls:
            settings["ssl_ca_certs"] = str(self._ca_file) if self._ca_file is not None else None
        pool = ConnectionPool(
            SSLConnection if self._address.tls else Connection, max_connections=self._connections, **settings
        )
        return _Client(Redis.from_pool(pool), asyncio.Semaphore(self._connections))


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    port: int
    database: int
    tls: bool

    @classmethod
    def of(cls, url: str) -> "_Address":
        """Raises ValueError, which does not repeat the address if there may be a password in it."""
        try:
            parts = urlsplit(url)
            port, host = parts.port or 6379, parts.hostname
        except ValueError as error:
            raise ValueError("the address of Redis is none: write redis://host:port/0") from error
        if parts.username is not None or parts.password is not None or "@" in parts.netloc:
            raise ValueError("the address of Redis holds a user or a password: give them beside it, not in it")
        database = parts.path.strip("/") or "0"
        if parts.scheme not in ("redis", "rediss") or not host or not database.isdigit() or parts.query:
            raise ValueError(f"the address of Redis is {url!r}: write redis://host:port/0, or rediss:// for TLS")
        return cls(unquote(host), port, int(database), parts.scheme == "rediss")

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class _Client:
    """A client of one event loop."""

    redis: "Redis"
    turns: asyncio.Semaphore  # as many as there are connections
    under_way: set["asyncio.Future[Any]"] = field(default_factory=set)

    async def turn(self, name: str, seconds: float) -> None:
        """Wait until a connection is free. It is we who are many then: nothing that the breaker should know of."""
        try:
            async with asyncio.timeout(seconds):
                await self.turns.acquire()
        except TimeoutError as error:
            raise StoreUnavailable(f"all connections to {name} are busy: try again") from error

    async def to_its_end(self, work: Awaitable[T]) -> T:
        """Hear the work out, or leave it to end by itself; the turn is given back when it has ended."""
        task = asyncio.ensure_future(work)
        self.under_way.add(task)  # a loop holds its tasks weakly
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: "asyncio.Future[Any]") -> None:
        self.under_way.discard(task)
        self.turns.release()


async def _read(redis: "Redis", name: str) -> bytes | None:
    """What is stored under a name; None if it is no string (a list, a hash), which we did not write."""
    from redis.exceptions import ResponseError  # noqa: PLC0415  # at the first call, like the client

    try:
        stored = await redis.get(name)
    except ResponseError as error:
        if not str(error).startswith("WRONGTYPE"):
            raise
        return None
    return stored if isinstance(stored, bytes) else None


@contextmanager
def _silence(name: str) -> Iterator[None]:
    """A server that cannot be talked to, in our words: this the breaker counts."""
    from redis import exceptions as redis  # noqa: PLC0415  # at the first call, like the client

    try:
        yield
    except (redis.AuthenticationError, redis.AuthorizationError) as error:
        raise StoreUnavailable(f"{name} refused the user or the password: check both") from error
    except redis.BusyLoadingError as error:
        raise StoreUnavailable(f"{name} is still loading its data: try again") from error
    except redis.TimeoutError as error:
        raise StoreUnavailable(f"{name} did not answer in time: {error}") from error
    except redis.ConnectionError as error:
        raise StoreUnavailable(f"{name} cannot be reached: {error}") from error


@contextmanager
def _refusal(name: str, prefix: str) -> Iterator[None]:
    """A refusal in our words. The server's own may repeat what was sent, so only its first word is told."""
    from redis import exceptions as redis  # noqa: PLC0415  # at the first call, like the client

    try:
        yield
    except redis.OutOfMemoryError as error:
        raise StoreUnavailable(f"{name} is full: give it more maxmemory, or maxmemory-policy allkeys-lru") from error
    except redis.NoPermissionError as error:
        needed = "GET, SET, DEL, WATCH, MULTI and EXEC"
        raise StoreUnavailable(f"{name} does not let this user work: allow {needed} on {prefix}*") from error
    except redis.ReadOnlyError as error:
        raise StoreUnavailable(f"{name} is a replica that takes no writes: name the primary") from error
    except redis.RedisError as error:
        word = str(error).split(" ", 1)[0]
        raise StoreUnavailable(f"{name} refused a command: {type(error).__name__} {word}") from error


async def _disconnect(client: _Client) -> None:
    if client.under_way:
        await asyncio.wait(client.under_way)  # each ends by its own timeout
    await client.redis.aclose()
    await client.redis.connection_pool.disconnect()


def _milliseconds(ttl: timedelta) -> int:
    return min(int(ttl.total_seconds() * 1000), _TTL_MS)


def _check_sum(name: str, expires: int, value: bytes) -> int:
    return zlib.crc32(value, zlib.crc32(b"%b\0%d\0" % (name.encode("utf-8", "replace"), expires)))
