"""An embeddings server for tests: real HTTP on this machine, real vectors, and all the ways in which servers go wrong.

`async with scripted(...) as server:` serves `server.url`; each request takes
the next of the acts it was given, and does `well` when there are none left.
An act gets the request's JSON and what to do with it is up to it.
"""

import array
import asyncio
import base64
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

DIMENSIONS = 16


@dataclass(frozen=True)
class Reply:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Request = dict[str, Any]
Act = Callable[[Request], Awaitable[Reply | None]]
"""None: the connection is cut without a reply."""


def vector_of(text: str) -> list[float]:
    """A direction that only this text has (of short texts), of length 1."""
    numbers = [float(sum((i + 1) * ord(c) * (k + 2 + i % 3) % 97 for i, c in enumerate(text)) + k) for k in range(16)]
    length = math.hypot(*numbers)
    return [number / length for number in numbers]


def rows(request: Request, scale: float = 3.0) -> list[dict[str, Any]]:
    """What OpenAI puts under `data`: here longer than 1, as some servers send them."""
    made = []
    for index, text in enumerate(request["input"]):
        embedding: object = [number * scale for number in vector_of(text)]
        if request.get("encoding_format") == "base64":
            embedding = base64.b64encode(array.array("f", embedding).tobytes()).decode()  # type: ignore[arg-type]
        made.append({"object": "embedding", "index": index, "embedding": embedding})
    return made


def with_rows(change: Callable[[list[dict[str, Any]]], object]) -> Act:
    """A good reply with its rows changed: `change` changes them in place, or returns others."""

    async def act(request: Request) -> Reply:
        made = rows(request)
        changed = change(made)
        return as_json({"object": "list", "model": request["model"], "data": made if changed is None else changed})

    return act


def as_json(body: object, status: int = 200, **headers: str) -> Reply:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(body).encode(), status, told)


def refused(status: int, code: str = "", message: str = "no", **headers: str) -> Act:
    async def act(request: Request) -> Reply:
        return as_json({"error": {"message": message, "type": "error", "code": code or None}}, status, **headers)

    return act


def says(body: bytes, status: int = 200) -> Act:
    async def act(request: Request) -> Reply:
        return Reply(body, status)

    return act


async def well(request: Request) -> Reply:
    return as_json({"object": "list", "model": request["model"], "data": rows(request), "usage": {"total_tokens": 1}})


async def numbers_whatever_is_asked(request: Request) -> Reply:
    return await well({**request, "encoding_format": "float"})


async def cut(request: Request) -> None:
    return None


def after(seconds: float, act: Act = well) -> Act:
    async def late(request: Request) -> Reply | None:
        await asyncio.sleep(seconds)
        return await act(request)

    return late


async def never(request: Request) -> Reply:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")


class EmbeddingServer:
    """What it was asked is in `requests`, with the header that carried the key; `most_at_once` were under way."""

    def __init__(self, acts: Sequence[Act], otherwise: Act) -> None:
        self.requests: list[Request] = []
        self.keys: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = 0
        self.port = 0
        self._acts = list(acts)
        self._otherwise = otherwise
        self._at_once = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        request = json.loads(await reader.readexactly(int(headers["content-length"])))
        assert head.startswith("POST /v1/embeddings "), head
        self.requests.append(request)
        self.headers.append(headers)
        self.keys.append(headers.get("authorization", ""))
        act = self._acts.pop(0) if self._acts else self._otherwise
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            reply = await act(request)
        finally:
            self._at_once -= 1
        if reply is None:
            return False
        named = {"content-type": "application/json", "content-length": str(len(reply.body)), **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} so", *(f"{name}: {value}" for name, value in named.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + reply.body)
        await writer.drain()
        return True


@asynccontextmanager
async def scripted(*acts: Act, otherwise: Act = well, port: int = 0) -> AsyncIterator[EmbeddingServer]:
    """A server that does these acts in turn, then `otherwise` for ever; its connections end with it."""
    embedding_server = EmbeddingServer(acts, otherwise)
    connections: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            await embedding_server.serve(reader, writer)
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            connections.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    embedding_server.port = server.sockets[0].getsockname()[1]
    try:
        yield embedding_server
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()
