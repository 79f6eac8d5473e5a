"""One Elasticsearch: its client, its breaker, and its errors in our words.

Vendor exceptions end here. Two kinds come out of `ask`: StoreUnavailable when
the server did not answer, and Refused (one too) when it answered with an error;
only the first kind opens the breaker.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stores.breaker import Breaker
from stores.errors import StoreUnavailable

if TYPE_CHECKING:
    from elasticsearch import ApiError, AsyncElasticsearch

Work = Callable[["AsyncElasticsearch"], Awaitable[Any]]

_PRODUCT = "x-elastic-product"  # the header that Elasticsearch's answers bear, but for a 401
_NOT_ELASTIC = "not Elasticsearch"

_SAID_BY_KIND = {
    "cluster_block_exception": (
        "the index is read-only, as Elasticsearch makes it when its disk is nearly full: free disk space (it lifts "
        "the block itself below the high watermark), or set index.blocks.read_only_allow_delete to null"
    ),
    "index_not_found_exception": "the index is not there",
    "search_context_missing_exception": "the reading took so long that Elasticsearch dropped its place: begin again",
    _NOT_ELASTIC: "what answers there is not Elasticsearch: check the address",
}
_SAID_BY_STATUS = {
    401: "it refuses the user or the password: check both",
    403: "the user may not do this: it needs the privilege `all` on our indexes, and `monitor` on the cluster",
    429: "it is overloaded: try again later",
    502: "a proxy before it got no answer from it",
    504: "a proxy before it got no answer from it in time",
    503: "it is not ready, or the index has no copy that works: see GET _cluster/allocation/explain",
}


class Refused(StoreUnavailable):
    """The server answered, with an error."""

    def __init__(self, server: str, status: int, kind: str) -> None:
        super().__init__(f"{server}: {said(status, kind)}")
        self.status = status
        self.kind = kind  # as Elasticsearch calls it: index_not_found_exception


class _Answered(Exception):
    """A Refused on its way through the breaker, which would take it for silence."""

    def __init__(self, status: int, kind: str) -> None:
        super().__init__(status, kind)
        self.status = status
        self.kind = kind


class ElasticServer:
    """A server by its URL (scheme, host and port), for any number of indexes.

    `timeout`: seconds for a question; `write_timeout`: for a bulk of writes or
    a change of indexes. `ca_file`: certificates to trust instead of those
    of the system, in PEM. Nothing is opened before the first call; every event
    loop gets a client of its own, which is closed with the loop or by `close`.
    `breaker`: the only one before this server; None makes one.
    """

    def __init__(
        self,
        url: str,
        *,
        user: str = "",
        password: str = "",
        ca_file: Path | None = None,
        timeout: float = 2.0,
        write_timeout: float = 30.0,
        breaker: Breaker | None = None,
    ) -> None:
        self.name = f"Elasticsearch at {_checked(url)}"
        self.timeout = timeout
        self.write_timeout = write_timeout
        self._breaker = breaker or Breaker(self.name)
        self._url = url
        self._auth = (user, password) if user else None
        self._ca_file = ca_file
        self._lock = threading.Lock()
        self._opened: dict[asyncio.AbstractEventLoop, tuple[AsyncElasticsearch, AsyncGenerator[None, None]]] = {}

    async def ask(self, work: Work, *, timeout: float | None = None) -> Any:
        """The body of what the server answers to `work(client)`; `timeout` None means that of a question.

        Raises StoreUnavailable when it does not answer in time or did not
        lately, Refused when it answers with an error.
        """
        seconds = self.timeout if timeout is None else timeout
        try:
            return await self._breaker.call(lambda: self._answer(work, seconds), seconds)
        except _Answered as answer:
            raise Refused(self.name, answer.status, answer.kind) from None

    async def ping(self) -> None:
        """Raises StoreUnavailable unless the server answers and has a master."""
        await self.ask(lambda client: client.cluster.health(timeout="1s"))

    async def close(self) -> None:
        """Close this event loop's client. A later call opens another one."""
        with self._lock:
            opened = self._opened.get(asyncio.get_running_loop())
        if opened is not None:
            await opened[1].aclose()

    async def _answer(self, work: Work, seconds: float) -> Any:
        """Vendor errors are translated here, and nowhere else.

        Without their chain where the server spoke: its reasons quote what it was sent.
        """
        from elasticsearch import ApiError, TransportError  # noqa: PLC0415 - half a second, only for those who use it

        client = await self._client()
        try:
            return (await work(client.options(request_timeout=seconds + 1))).body  # the breaker's comes first
        except ApiError as error:
            raise _Answered(error.meta.status, _kind(error)) from None
        except TransportError as error:
            raise StoreUnavailable(f"{self.name} did not answer: {error.message}") from error

    async def _client(self) -> "AsyncElasticsearch":
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop in self._opened:
                return self._opened[loop][0]
            for ended in [known for known in self._opened if known.is_closed()]:
                del self._opened[ended]
            client = self._connected()
            closing = self._closed_with(loop, client)
            self._opened[loop] = client, closing
        await anext(closing)
        return client

    async def _closed_with(
        self, loop: asyncio.AbstractEventLoop, client: "AsyncElasticsearch"
    ) -> AsyncGenerator[None, None]:
        """Begun on a loop, this closes the client when the loop ends: it then ends its asynchronous generators."""
        try:
            yield
        finally:
            with self._lock:
                self._opened.pop(loop, None)
            await client.close()
            await asyncio.sleep(0)  # a socket is closed in the next turn of the loop

    def _connected(self) -> "AsyncElasticsearch":
        from elasticsearch import AsyncElasticsearch  # noqa: PLC0415 - as above

        trusted: dict[str, Any] = {} if self._ca_file is None else {"ca_certs": str(self._ca_file)}
        try:
            return AsyncElasticsearch(
                self._url,
                basic_auth=self._auth,
                request_timeout=self.timeout,
                max_retries=0,  # who asks has a deadline and knows what to do without us
                retry_on_timeout=False,
                **trusted,
            )
        except (OSError, ValueError) as error:
            raise StoreUnavailable(f"{self.name}: its CA file {self._ca_file} cannot be used: {error}") from error


def said(status: int, kind: str) -> str:
    """What an error means and what to do about it, in words that quote nothing."""
    if kind == "cluster_block_exception" and status == 503:  # no master yet, state not recovered
        return _SAID_BY_STATUS[503]
    return _SAID_BY_KIND.get(kind) or _SAID_BY_STATUS.get(status) or f"it refused ({status} {kind})"


def _kind(error: "ApiError") -> str:
    """What Elasticsearch calls its error; "" where a proxy speaks before it, with a status of its own."""
    told = error.body.get("error") if isinstance(error.body, dict) else None
    if isinstance(told, dict) and "type" in told:
        return str(told["type"])
    ours = _PRODUCT in error.meta.headers or error.meta.status in _SAID_BY_STATUS
    return "" if ours else _NOT_ELASTIC


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("give the user and password of Elasticsearch apart from its URL")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port is None:
        raise ValueError(f"the URL of Elasticsearch is like https://host:9200, not {url!r}")
    return url
