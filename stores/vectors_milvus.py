"""Vectors on Milvus: a server (2.3 or later), or Milvus Lite, which is a folder of this process's own.

    ALIAS                the alias that is asked and written to
    ALIAS_first          the generation that whoever comes first creates
    ALIAS_<time><rand>   one that `begin` created: 12 hex digits of milliseconds and 12 of chance

What is filtered by (tenant, collection, document) is kept as hashes, and so are
the primary keys: an expression holds hex digits and nothing else, so there is
nothing to escape, and names may be of any kind. There is no partition key
(upserts into a collection with one go astray up to server 2.3.9).

Searches read with `Bounded` consistency, which does not wait. So every `apply`
ends with one `Strong` read, about 0.2 s on a server: once that has answered,
the node that answers searches has seen all that was written before. Milvus
Lite answers from what it was told at once, and is spared it.
"""

import asyncio
import hashlib
import json
import logging
import os
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from stores.breaker import Breaker
from stores.errors import EntriesRefused, StoreUnavailable
from stores.pool import Pool
from stores.records import Held, IndexHit, VectorEntry

if TYPE_CHECKING:
    from grpc import RpcError
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

T = TypeVar("T")
Place = tuple[str, str]  # tenant and key
Work = Callable[["MilvusClient"], T]

FORM = 1  # of the collection's fields: part of its name

_MOST_DIMENSIONS = 32_768
_MOST_HITS = 16_384  # Milvus answers with no more rows than that
_MOST_BYTES = 1_024  # of a name in UTF-8: a field's max_length
_SPARE = 32  # neighbours asked for beyond k, so that ties at the border are broken by key
_LOOKED_AT = 4  # candidates of the graph for each neighbour asked for
_LEAST_LOOKED_AT = 200
_BATCH_ROWS = 1_000
_BATCH_BYTES = 16_000_000  # a message may have 64 MB
_LITE_LOOSE = 1_000  # rows written to Milvus Lite before they are made a segment with a graph of its own
_PAGE = 2_000  # passages told at a time, about
_DIGITS = 6  # of a score: 32-bit floats hold no more
_OVERHEAD = 0.5  # seconds the client may take beside its own timeout before it counts as silent
_OURS = 0
_CONNECT_FAILED = 2  # the client's own
_NOT_LOADED = 101
_NOT_THERE = (4, 100, 1600)  # of a collection (by older servers, by newer), and of an alias


class _Refused(Exception):
    """The server answered, with an error; on its way through the breaker, which would take it for silence.

    `code` is Milvus's own, or _OURS where `said` is what the caller shall hear.
    """

    def __init__(self, code: int, said: str) -> None:
        super().__init__(code, said)
        self.code = code
        self.said = said


class _Connection:
    """One Milvus: its client, threads and breaker, and its errors in our words. Made anew after each failure."""

    def __init__(
        self, url: str, options: Mapping[str, Any], timeout: float, write_timeout: float, breaker: Breaker | None
    ) -> None:
        self.lite = urlsplit(url).scheme not in ("http", "https")
        self.name = f"Milvus Lite in {url}" if self.lite else f"Milvus at {url}"
        self.timeout = timeout
        self.write_timeout = write_timeout
        self._url = url
        self._options = options
        self._breaker = breaker or Breaker(self.name)
        self._lock = threading.Lock()
        self._client: MilvusClient | None = None
        self._search_pool = Pool(f"{self.name}, searches", threads=4, queue=64)
        self._write_pool = Pool(f"{self.name}, writes", threads=1, queue=64)  # Lite bears one writer at a time

    async def search(self, work: Work[T]) -> T:
        """`work(client)` in a thread, within `timeout`. Raises StoreUnavailable or, for an answer, _Refused."""
        return await self._run(self._search_pool, work, self.timeout)

    async def prepare(self, work: Work[T]) -> T:
        """The same within `write_timeout`, beside searches: what has to be done before the first of them."""
        return await self._run(self._search_pool, work, self.write_timeout)

    async def write(self, work: Work[T]) -> T:
        """The same within `write_timeout`, one at a time."""
        return await self._run(self._write_pool, work, self.write_timeout)

    @property
    def current(self) -> "MilvusClient | None":
        """The client that would be asked now; None where the next call makes one."""
        return self._client

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    async def _run(self, pool: Pool, work: Work[T], seconds: float) -> T:
        return await self._breaker.call(lambda: pool.run(self._asked, work), seconds + _OVERHEAD)

    def _asked(self, work: Work[T]) -> T:
        """Vendor errors are translated here, and nowhere else.

        Without their chain where the server spoke: its reasons quote what it was sent.
        """
        import grpc  # noqa: PLC0415 - with pymilvus two seconds, only for those who use it
        from pymilvus.exceptions import MilvusException  # noqa: PLC0415 - as above

        client = self._opened()
        try:
            return work(client)
        except MilvusException as error:
            if not _is_silence(error):
                raise _Refused(error.code, error.message) from None
            self._drop(client)
            raise StoreUnavailable(f"{self.name} did not answer: see that it runs") from error
        except grpc.RpcError as error:
            self._drop(client)
            raise StoreUnavailable(f"{self.name} did not answer: {_said_of(error)}") from error

    def _opened(self) -> "MilvusClient":
        """The client; the first to come, and whoever comes after a failure, connects."""
        with self._lock:
            if self._client is None:
                self._client = self._connected()
            return self._client

    def _connected(self) -> "MilvusClient":
        import grpc  # noqa: PLC0415 - as above
        from pymilvus import MilvusClient  # noqa: PLC0415 - as above
        from pymilvus.exceptions import MilvusException  # noqa: PLC0415 - as above

        # They log every error with its trace and what was sent, beside raising it.
        for vendor in ("pymilvus", "milvus_lite", *(["grpc._server"] if self.lite else [])):
            logging.getLogger(vendor).setLevel(logging.CRITICAL)
        try:
            if self.lite:
                Path(self._url).parent.mkdir(parents=True, exist_ok=True)
            return MilvusClient(self._url, timeout=self.timeout, dedicated=True, **self._options)
        except (MilvusException, grpc.RpcError, OSError) as error:
            raise StoreUnavailable(f"{self.name} cannot be opened: {self._advice(error)}") from error

    def _advice(self, error: Exception) -> str:
        if not self.lite:
            return "see that it runs, and that user, password and certificate are right"
        if "milvus-lite is required" in str(error):
            return "install citepath[milvus-lite]"
        return "one process at a time may have it open (a server beside a command line needs Milvus itself)"

    def _drop(self, client: "MilvusClient") -> None:
        with self._lock:
            ours = self._client is client
            if ours:
                self._client = None
        if ours:
            client.close()

    def _close(self) -> None:
        self._search_pool.close()
        self._write_pool.close()
        client: MilvusClient | None = self._client
        if client is not None:
            self._drop(client)
        if client is not None and self.lite:
            from milvus_lite.server_manager import server_manager_instance  # noqa: PLC0415 - as above

            server_manager_instance.release_server(self._url)  # a client that is closed leaves the folder locked


class MilvusVectors:
    """The vectors of one model on one Milvus; connects to nothing before the first call.

    `url`: http(s)://host:19530 without user and password, or for Milvus Lite a
    path that ends with .db (one process at a time). `token` stands for user and
    password where it is given. `ca_file`: certificates to trust instead of
    those of the system, in PEM. `timeout`: seconds for a question;
    `write_timeout`: for a batch of writes, or a change of collections.
    """

    def __init__(
        self,
        url: str,
        model: str,
        dimensions: int,
        *,
        prefix: str = "citepath",
        user: str = "",
        password: str = "",
        token: str = "",
        ca_file: Path | None = None,
        timeout: float = 2.0,
        write_timeout: float = 60.0,
        breaker: Breaker | None = None,
    ) -> None:
        if not 1 <= dimensions <= _MOST_DIMENSIONS:
            raise ValueError(f"Milvus takes vectors of 1 to {_MOST_DIMENSIONS} dimensions, not {dimensions}")
        options: dict[str, Any] = {"user": user, "password": password, "token": token}
        if ca_file is not None:
            options["server_pem_path"] = str(ca_file)
        self._dimensions = dimensions
        self._alias = f"{_slug(prefix)}_vectors_{_slug(model)}_{dimensions}_{FORM}"
        self._server = _Connection(_checked(url), options, timeout, write_timeout, breaker)
        self._loose = 0  # rows written to Milvus Lite since the last segment was made
        self._begun = ""  # the generation this object is, where it is not the current one
        self._asked = self._alias
        self._known = False  # whether it has been there: then it is not created in silence again
        self._preparing = threading.Lock()
        self._ready_for: MilvusClient | None = None  # the client that has seen to it that it can be searched

    async def apply(self, entries: Sequence[VectorEntry], gone: Sequence[Place], *, at: datetime) -> None:
        """See `Vectors.apply`. Durable as far as Milvus has acknowledged it.

        Refuses in silence what is older than what it holds, by milliseconds of
        `at`, as far as it is held already: two writers at the same moment are
        not told apart. Raises ValueError for vectors of other dimensions;
        nothing is in then.
        """
        stamp = int(at.timestamp() * 1000)
        reasons: dict[Place, str] = {}
        rows = self._rows(entries, stamp, reasons)
        removed = [pk for pk in dict.fromkeys(_pk(place) for place in gone) if pk not in rows]
        if rows or removed:
            await self._write(lambda client: self._applied(client, rows, removed, stamp))
        if reasons:
            raise EntriesRefused(reasons)

    async def search(
        self,
        tenant: str,
        vector: Sequence[float],
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        """See `Vectors.search`. Approximate: the graph is walked within the scope.

        `k` over 16,352 counts as that. Raises ValueError for a vector of other dimensions.
        """
        self._check(vector)
        if k < 1 or (documents is not None and not documents):
            return []
        near = min(k + _SPARE, _MOST_HITS)
        [found] = await self._search(
            lambda client: client.search(
                self._asked,
                data=[list(vector)],
                limit=near,
                filter=_scope(tenant, collection, documents),
                output_fields=["key", "document"],
                search_params={"metric_type": "IP", "params": {"ef": max(_LOOKED_AT * near, _LEAST_LOOKED_AT)}},
                consistency_level="Bounded",
                timeout=self._server.timeout,
            )
        )
        hits = [
            IndexHit(hit["entity"]["key"], hit["entity"]["document"], min(1.0, round(float(hit["distance"]), _DIGITS)))
            for hit in found
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.key))[:k]

    async def count(self) -> int:
        """See `Vectors.count`. Waits until all that was acknowledged is counted: some 0.2 s on a server."""
        return await self._write(lambda client: self._counted(client, ""))

    async def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """See `Vectors.held`. Each page is of its own moment.

        The pages are ranges of the primary keys, which are hashes and so fall
        into them evenly; no order that Milvus might keep or not is relied on.
        """
        whole = await self._write(lambda client: self._counted(client, _scope(tenant)))
        depth = 0
        while whole > _PAGE * 16**depth:
            depth += 1
        for start in range(16**depth):
            async for page in self._pages(tenant, f"{start:0{depth}x}" if depth else ""):
                yield page

    async def begin(self) -> Self:
        """See `Vectors.begin`."""
        begun = f"{self._alias}_{time.time_ns() // 1_000_000:012x}{os.urandom(6).hex()}"
        await self._translated(self._server.write(lambda client: self._create(client, begun)))
        fresh = type(self).__new__(type(self))
        fresh.__dict__ |= {
            **self.__dict__,
            "_begun": begun,
            "_asked": begun,
            "_known": True,
            "_ready_for": None,
            "_loose": 0,
        }
        return fresh

    async def swap(self, fresh: Self) -> None:
        """See `Vectors.swap`. The alias goes over in one step; then generations older than `fresh` are removed."""
        await self._translated(self._server.write(lambda client: self._swapped(client, fresh._begun)))
        self._known, self._ready_for = True, None

    async def discard(self) -> None:
        """See `Vectors.discard`."""
        if self._begun:
            await self._translated(
                self._server.write(lambda client: client.drop_collection(self._begun, timeout=self._server.timeout))
            )

    async def close(self) -> None:
        """Close the connection; a generation that was begun lives on that of the one it was begun from."""
        if not self._begun:
            await self._server.close()

    async def _search(self, work: Work[T]) -> T:
        await self._ready()
        return await self._translated(self._server.search(work))

    async def _write(self, work: Work[T]) -> T:
        await self._ready()
        return await self._translated(self._server.write(work))

    async def _ready(self) -> None:
        """The first to come creates the collection; each client has it loaded (Lite forgets that it was)."""
        client = self._server.current
        if client is None or self._ready_for is not client:
            await self._translated(self._server.prepare(self._prepared))

    async def _translated(self, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except _Refused as refused:
            self._ready_for = None
            if refused.code == _OURS:
                raise StoreUnavailable(refused.said) from None
            if refused.code in _NOT_THERE:
                raise StoreUnavailable(self._gone()) from None
            if refused.code == _NOT_LOADED:
                raise StoreUnavailable(f"{self._asked} is being loaded by {self._server.name}: try again") from None
            raise StoreUnavailable(f"{self._server.name} refused ({refused.code}): {_plainly(refused.said)}") from None

    # From here on: what runs in a thread of the connection, with its client.

    def _prepared(self, client: "MilvusClient") -> None:
        with self._preparing:
            if self._ready_for is client:
                return
            if not self._begun:
                self._found(client)
            described = client.describe_collection(self._asked, timeout=self._server.timeout)
            dimensions = [field["params"].get("dim") for field in described["fields"] if field["name"] == "vector"]
            if dimensions != [self._dimensions]:
                raise _Refused(_OURS, f"{self._asked} has not the form of this Citepath: run `citepath reindex`")
            if str(client.get_load_state(self._asked)["state"]) != "Loaded":
                client.load_collection(self._asked, timeout=self._server.write_timeout)
            self._known, self._ready_for = True, client

    def _found(self, client: "MilvusClient") -> None:
        """Sees to it that the alias stands for a collection. Raises StoreUnavailable where it did and does no more."""
        if self._behind(client) is not None:
            return
        if self._known:
            raise _Refused(_OURS, self._gone())
        first = f"{self._alias}_first"
        self._create(client, first)
        with _refusals_passed_over():  # another process was first, and may even have swapped since
            client.create_alias(first, self._alias, timeout=self._server.timeout)
        if self._behind(client) not in (first, None):
            client.drop_collection(first, timeout=self._server.timeout)

    def _behind(self, client: "MilvusClient") -> str | None:
        """The collection the alias stands for; None where there is no alias."""
        if self._alias in client.list_collections(timeout=self._server.timeout):
            raise _Refused(_OURS, f"a collection that is not Citepath's is called {self._alias}: rename or drop it")
        try:
            return str(client.describe_alias(self._alias, timeout=self._server.timeout)["collection_name"])
        except _milvus_exception() as error:
            if error.code in _NOT_THERE:
                return None
            raise

    def _create(self, client: "MilvusClient", name: str) -> None:
        """An empty collection with its graph, loaded; one that is there already is left as it is."""
        from pymilvus import DataType  # noqa: PLC0415 - as above

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("pk", DataType.VARCHAR, is_primary=True, max_length=40)
        for field in ("tenant", "collection", "document_hash"):
            schema.add_field(field, DataType.VARCHAR, max_length=32)
        for field in ("key", "document", "fingerprint"):
            schema.add_field(field, DataType.VARCHAR, max_length=_MOST_BYTES)
        schema.add_field("stamp", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimensions)
        index = client.prepare_index_params()
        index.add_index(
            "vector", index_type="HNSW", metric_type="IP", params={"M": 16, "efConstruction": _LEAST_LOOKED_AT}
        )
        with _refusals_passed_over("exist"):
            client.create_collection(
                name,
                schema=schema,
                index_params=index,
                consistency_level="Bounded",
                timeout=self._server.write_timeout,
            )

    def _applied(
        self, client: "MilvusClient", rows: Mapping[str, Mapping[str, Any]], removed: Sequence[str], stamp: int
    ) -> None:
        """First what comes, then what goes: whatever breaks off in between has lost nothing."""
        timeout = self._server.write_timeout
        size = max(1, min(_BATCH_ROWS, _BATCH_BYTES // (4 * self._dimensions + 3 * _MOST_BYTES)))
        for batch in _batches(list(rows), size):
            newer = self._newer(client, batch, stamp)
            told = [rows[pk] for pk in batch if pk not in newer]
            if told:
                client.upsert(self._asked, data=told, timeout=timeout)
        for batch in _batches(removed, _BATCH_ROWS):
            newer = self._newer(client, batch, stamp)
            left = [pk for pk in batch if pk not in newer]
            if left:
                client.delete(self._asked, ids=left, timeout=timeout)
        if self._server.lite:
            self._gathered(client, len(rows))
        else:
            some = next(iter([*rows, *removed]))
            client.query(
                self._asked, filter=f'pk == "{some}"', output_fields=["pk"], consistency_level="Strong", timeout=timeout
            )

    def _gathered(self, client: "MilvusClient", written: int) -> None:
        """Milvus Lite looks through loose rows one by one: 130 ms for 2,000 of 384 dimensions, 12 ms in a segment."""
        self._loose += written
        if self._loose >= _LITE_LOOSE:
            client.flush(self._asked, timeout=self._server.write_timeout)
            self._loose = 0

    def _newer(self, client: "MilvusClient", pks: Sequence[str], stamp: int) -> set[str]:
        """Those of these rows that are held with a later moment."""
        found = client.query(
            self._asked,
            filter=f"stamp > {stamp} and {_one_of('pk', pks)}",
            output_fields=["pk"],
            consistency_level="Bounded",
            timeout=self._server.write_timeout,
        )
        return {row["pk"] for row in found}

    def _counted(self, client: "MilvusClient", expression: str) -> int:
        [row] = client.query(
            self._asked,
            filter=expression,
            output_fields=["count(*)"],
            consistency_level="Strong",
            timeout=self._server.write_timeout,
        )
        return int(row["count(*)"])

    async def _pages(self, tenant: str, start: str) -> AsyncIterator[Sequence[Held]]:
        """The rows whose primary keys start so; in parts where they are more than one answer holds."""
        within = f'{_scope(tenant)} and pk >= "{start}" and pk < "{start}g"'  # hex digits sort before g
        rows = await self._write(
            lambda client: client.query(
                self._asked,
                filter=within,
                output_fields=["key", "fingerprint"],
                limit=_MOST_HITS,
                consistency_level="Bounded",
                timeout=self._server.write_timeout,
            )
        )
        if len(rows) < _MOST_HITS:
            if rows:
                yield [Held(tenant, row["key"], row["fingerprint"]) for row in rows]
            return
        for digit in "0123456789abcdef":
            async for page in self._pages(tenant, start + digit):
                yield page

    def _swapped(self, client: "MilvusClient", fresh: str) -> None:
        timeout = self._server.write_timeout
        if fresh not in client.list_collections(timeout=timeout):
            raise _Refused(
                _OURS,
                f"{fresh} is not there any more, a later rebuild has overtaken this one: "
                "if none is under way, run `citepath reindex`",
            )
        if self._behind(client) is None:
            client.create_alias(fresh, self._alias, timeout=timeout)
        else:
            client.alter_alias(fresh, self._alias, timeout=timeout)
        ours = re.compile(re.escape(self._alias) + "_(first|[0-9a-f]{24})")
        for name in client.list_collections(timeout=timeout):
            if ours.fullmatch(name) and _age(name) < _age(fresh):
                with _refusals_passed_over():  # the next swap removes it
                    client.drop_collection(name, timeout=timeout)

    def _rows(self, entries: Sequence[VectorEntry], stamp: int, reasons: dict[Place, str]) -> dict[str, dict[str, Any]]:
        """Primary key to row, the last of each; entries that cannot be kept get a reason instead."""
        for entry in entries:
            self._check(entry.vector)
        rows = {}
        for entry in entries:
            place = (entry.tenant, entry.key)
            wrong = _unkept(entry.key, entry.document, entry.fingerprint)
            if wrong:
                reasons[place] = wrong
                continue
            rows[_pk(place)] = {
                "pk": _pk(place),
                "tenant": _hash(entry.tenant),
                "collection": _hash(entry.collection),
                "document_hash": _hash(entry.document),
                "key": entry.key,
                "document": entry.document,
                "fingerprint": entry.fingerprint,
                "stamp": stamp,
                "vector": list(entry.vector),
            }
        return rows

    def _check(self, vector: Sequence[float]) -> None:
        if len(vector) != self._dimensions:
            raise ValueError(f"{self._alias} holds vectors of {self._dimensions} dimensions, not {len(vector)}")

    def _gone(self) -> str:
        if self._begun:
            return f"{self._begun} is not there any more: run `citepath reindex` again"
        return f"the collection behind {self._alias} has been removed: run `citepath reindex`"


def _is_silence(error: "MilvusException") -> bool:
    """Whether the client gave up: then its codes are those of gRPC, its own, or none."""
    own = error.code == _CONNECT_FAILED or error.message.startswith(("Unexpected error, message=<", "wait for"))
    return own or not isinstance(error.code, int)


def _said_of(error: "RpcError") -> str:
    status = error.code().name if hasattr(error, "code") else type(error).__name__
    if status in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
        return "it refuses the user, the password or the token: check them"
    return f"{status.lower().replace('_', ' ')}, see that it runs"


def _plainly(said: str) -> str:
    """What a server says of itself, without what it quotes and at no length."""
    return re.sub(r"\s+", " ", said.split("=>")[0])[:160]


@contextmanager
def _refusals_passed_over(word: str = "") -> Iterator[None]:
    """What the server refuses, if it says this word, is none of our concern; silence still rises."""
    try:
        yield
    except _milvus_exception() as error:
        if _is_silence(error) or word not in error.message:
            raise


def _milvus_exception() -> "type[MilvusException]":
    from pymilvus.exceptions import MilvusException  # noqa: PLC0415 - as above

    kind: type[MilvusException] = MilvusException
    return kind


def _age(generation: str) -> str:
    """What sorts the generations of one alias by the moment of their making; the first is the oldest."""
    suffix = generation.rpartition("_")[2]
    return "" if suffix == "first" else suffix


def _scope(tenant: str, collection: str | None = None, documents: Sequence[str] | None = None) -> str:
    """The expression that keeps a search to what may be found."""
    parts = [f'tenant == "{_hash(tenant)}"']
    if collection is not None:
        parts.append(f'collection == "{_hash(collection)}"')
    if documents is not None:
        parts.append(_one_of("document_hash", [_hash(document) for document in documents]))
    return " and ".join(parts)


def _one_of(field: str, hashes: Iterable[str]) -> str:
    return f"{field} in {json.dumps(list(dict.fromkeys(hashes)))}"


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _pk(place: Place) -> str:
    tenant, key = place
    return hashlib.sha256(f"{len(tenant)}:{tenant}{key}".encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _unkept(*names: str) -> str | None:
    """Why these names cannot be kept as they are; None where they can."""
    try:
        if max(len(name.encode()) for name in names) > _MOST_BYTES:
            return f"one of its names has more than {_MOST_BYTES} bytes"
    except UnicodeEncodeError:
        return "one of its names holds half a character (a lone surrogate)"
    return None


def _batches(pks: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(pks), size):
        yield pks[start : start + size]


def _slug(name: str) -> str:
    """A name in what a collection may be called: what is lost is made up for by a hash."""
    plain = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
    if plain != name:
        plain = f"{plain}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return plain if plain[:1].isalpha() else f"m{plain}"


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        if parts.username is not None or parts.password is not None:
            raise ValueError("give the user and password of Milvus apart from its URL")
        if not parts.hostname or parts.port is None:
            raise ValueError(f"the URL of Milvus is like http://host:19530, not {url!r}")
    elif not url.endswith(".db"):
        raise ValueError(f"Milvus is http(s)://host:19530, or for Milvus Lite a path that ends with .db, not {url!r}")
    return url
