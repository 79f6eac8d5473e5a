"""The real Elasticsearch of the store tests: prefixes nobody else uses, and nothing left behind."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from stores.elastic import ElasticServer
from tests.servers import url_of


def elastic_server(*, password: str | None = None, timeout: float = 10.0) -> ElasticServer:
    """An adapter's server, as the settings would make it: user and password apart from the URL."""
    parts = urlsplit(url_of("elastic"))
    return ElasticServer(
        f"{parts.scheme}://{parts.hostname}:{parts.port}",
        user=parts.username or "",
        password=parts.password or "" if password is None else password,
        timeout=timeout,
        write_timeout=60.0,
    )


def unused_prefix() -> str:
    return f"test-{uuid.uuid4().hex[:12]}"


async def indexes_of(server: ElasticServer, prefix: str) -> dict[str, dict[str, object]]:
    """The real indexes of a prefix, with their aliases."""
    found = await server.ask(
        lambda client: client.indices.get_alias(index=f"{prefix}-*", expand_wildcards="all"), timeout=30
    )
    return {index: described["aliases"] for index, described in found.items()}


async def remove(server: ElasticServer, prefix: str) -> None:
    """All indexes of a prefix, and the client."""
    left = list(await indexes_of(server, prefix))
    if left:
        await server.ask(lambda client: client.indices.delete(index=left), timeout=60)
    await server.close()


@asynccontextmanager
async def elastic_for_a_test(timeout: float = 10.0) -> AsyncIterator[tuple[ElasticServer, str]]:
    """A server and a prefix; afterwards nothing of the prefix is left and the server is closed."""
    server, prefix = elastic_server(timeout=timeout), unused_prefix()
    yield server, prefix
    await remove(server, prefix)
