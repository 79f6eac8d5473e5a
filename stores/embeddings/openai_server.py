"""An embedder on a server that speaks OpenAI's `/v1/embeddings`.

    texts -> batches -> one request each, a few at a time -> checked, in order, of length 1

Checked is all that servers get wrong: the number of vectors, their order
(`index`), their dimensions, numbers that are none, vectors of zero, replies that
are no JSON. The package repeats nothing (`max_retries=0`): it would repeat
beyond our deadline. We repeat within it, what may be otherwise the next time.
"""

import array
import asyncio
import base64
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from stores.breaker import Breaker
from stores.embeddings.unit import named, readable, unit
from stores.errors import StoreUnavailable
from stores.loops import PerLoop

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

_ATTEMPTS = 4
_PAUSE = 0.2  # seconds before the second attempt, doubled before each further one
_REPEATED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_BYTES_A_TOKEN = 2.5  # of UTF-8: rather too many tokens than too few, in Chinese too
_TOO_LONG = re.compile(r"context|too (?:long|large|many)|max\w*[\s_](?:\w+[\s_])?(?:token|length)|input_tokens", re.I)
_CODE = re.compile(r"[\w.-]{1,60}")  # what may be repeated of an error: no text of a document looks like this


class _Again(Exception):
    """It may go otherwise the next time: after `pause` seconds, if the server named some."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


class _Silent(StoreUnavailable):
    """The server could not be reached, or hung up: the breaker counts it, and it is tried again."""


class OpenAiEmbedder:
    """The port `Embedder` on one server and model. Connects at the first call; may be used from several event loops.

    `base_url` ends with `/v1`, has no key in it, and is told in errors; `key`
    never is. `dimensions` are checked; with `shorten` the server is asked for
    that many (models trained for it: text-embedding-3, Matryoshka).

    A text is cut at `most_characters` and given `question_prefix` or
    `passage_prefix` ("query: ", "passage: ") as the model wants it. A request
    holds at most `batch` texts and about `batch_tokens`; `requests` are under
    way at a time in each event loop. `seconds` is what one batch may take with
    all its attempts, `question_seconds` a question, `attempt_seconds` one
    attempt of either; waiting for a turn is not counted.

    `encoding`: base64 is a quarter of the size and quicker to read; a server
    that does not know it sends numbers, which are read as well.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        dimensions: int,
        key: str | None = None,
        *,
        shorten: bool = False,
        question_prefix: str = "",
        passage_prefix: str = "",
        most_characters: int = 6000,
        batch: int = 64,
        batch_tokens: int = 16_000,
        requests: int = 4,
        seconds: float = 60.0,
        question_seconds: float = 2.0,
        attempt_seconds: float = 30.0,
        encoding: Literal["float", "base64"] = "base64",
        breaker: Breaker | None = None,
    ) -> None:
        if (
            min(dimensions, most_characters, batch, batch_tokens, requests) < 1
            or min(seconds, question_seconds, attempt_seconds) <= 0
        ):
            raise ValueError("an embeddings server needs dimensions, room for a text, and time, all above nought")
        if key is not None and not (key.isascii() and key.isprintable()):
            raise ValueError("the key of the embeddings server has characters that no HTTP header may hold")
        self.dimensions = dimensions
        self.name = named(model, dimensions, passage_prefix)
        self._base_url = base_url
        self._place = f"the embeddings server at {_place(base_url)}"
        self._model = model
        self._key = key
        self._shorten = shorten
        self._prefixes = {True: question_prefix, False: passage_prefix}
        self._most_characters = most_characters
        self._batch = batch
        self._batch_tokens = batch_tokens
        self._requests = requests
        self._seconds = {True: question_seconds, False: seconds}
        self._attempt_seconds = attempt_seconds
        self._encoding = encoding
        self._breaker = breaker or Breaker(self._place)
        self._clients = PerLoop(self._place, self._connect, _disconnect)

    async def embed(self, texts: Sequence[str], *, question: bool = False) -> list[tuple[float, ...]]:
        """As the port says. One batch that fails fails the call, and the others are given up."""
        prefix, seconds = self._prefixes[question], self._seconds[question]
        ready = [readable(text, prefix, self._most_characters) for text in texts]
        if not ready:
            return []
        client = await self._clients.get()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._in_turn(client, batch, seconds)) for batch in self._batches(ready)]
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [vector for task in tasks for vector in task.result()]

    async def close(self) -> None:
        """Close this event loop's connections; the embedder cannot be used afterwards."""
        await self._clients.close()

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """In order; a text that is too much for a batch is one alone."""
        batch: list[str] = []
        tokens = 0.0
        for text in texts:
            more = len(text.encode()) / _BYTES_A_TOKEN
            if batch and (len(batch) == self._batch or tokens + more > self._batch_tokens):
                yield batch
                batch, tokens = [], 0.0
            batch.append(text)
            tokens += more
        yield batch

    async def _in_turn(self, client: "_Client", texts: list[str], seconds: float) -> list[tuple[float, ...]]:
        async with client.turns:
            return await self._until(client, texts, asyncio.get_running_loop().time() + seconds)

    async def _until(self, client: "_Client", texts: list[str], deadline: float) -> list[tuple[float, ...]]:
        """Attempts until one goes well, the next could not be other, or the time is over."""
        now = asyncio.get_running_loop().time
        for attempt in range(1, _ATTEMPTS + 1):
            left = max(min(deadline - now(), self._attempt_seconds), 0.001)
            try:
                return self._checked(await self._attempt(client, texts, left), len(texts))
            except _Again as again:
                pause = _PAUSE * 2 ** (attempt - 1) if again.pause is None else again.pause
                if attempt == _ATTEMPTS or now() + pause >= deadline:
                    raise StoreUnavailable(f"{self._place} {again} ({attempt} attempts): try again") from again
            await asyncio.sleep(pause)
        raise AssertionError("the loop above returns or raises")

    async def _attempt(self, client: "_Client", texts: list[str], seconds: float) -> bytes:
        """The body of one reply. Raises _Again, or StoreUnavailable where another attempt is of no use."""
        from openai import APIStatusError  # noqa: PLC0415  # here already imported: 0.7 s at the first call

        try:
            return await self._breaker.call(lambda: self._sent(client, texts, seconds), seconds + 1)  # it keeps its own
        except _Silent as error:
            raise _Again(str(error)) from error
        except APIStatusError as error:
            raise self._refusal(error) from error

    async def _sent(self, client: "_Client", texts: list[str], seconds: float) -> bytes:
        """One request. Raises _Silent, which the breaker counts, and what the package raises for a refusal."""
        from openai import APIConnectionError, APITimeoutError, omit  # noqa: PLC0415  # as above

        try:
            async with asyncio.timeout(seconds):  # the package's own starts anew with every piece that arrives
                reply = await client.openai.embeddings.with_raw_response.create(
                    model=self._model,
                    input=texts,
                    encoding_format=self._encoding,
                    dimensions=self.dimensions if self._shorten else omit,
                    timeout=seconds,
                )
        except (TimeoutError, APITimeoutError) as error:
            raise _Silent(f"did not answer in {seconds:.1f} s") from error
        except APIConnectionError as error:
            raise _Silent(f"cannot be reached or hung up ({type(error.__cause__).__name__})") from error
        return reply.content

    def _refusal(self, error: "APIStatusError") -> Exception:
        """A refusal in our words. Nothing the server wrote is repeated but a code: it may hold key or text."""
        status, said = error.status_code, error.code or error.type or ""
        code = f" {said}" if _CODE.fullmatch(said) else ""
        if status in (401, 403):
            return StoreUnavailable(f"{self._place} refused the key ({status}): check it, and what it may be used for")
        if status == 404:
            return StoreUnavailable(
                f"{self._place} has no model {self._model!r}, or is no such server (404): check both"
            )
        if status == 413 or (status in (400, 422) and _TOO_LONG.search(f"{said} {error.message}")):
            return StoreUnavailable(
                f"{self._place} finds the texts too long ({status}{code}): "
                f"cut them shorter than {self._most_characters} characters, or send fewer at a time"
            )
        if status in _REPEATED and said != "insufficient_quota":
            return _Again(f"answered {status}{code}", _pause_named(error.response.headers.get("retry-after")))
        return StoreUnavailable(f"{self._place} refused the request ({status}{code}): check the address and the model")

    def _checked(self, body: bytes, count: int) -> list[tuple[float, ...]]:
        """The vectors of a reply, in the order of the texts. Raises StoreUnavailable for a reply that is amiss."""
        try:
            rows = json.loads(body)["data"]
            if len(rows) != count:
                raise ValueError(f"{len(rows)} vectors for {count} texts")
            by_index = {row.get("index", place): row["embedding"] for place, row in enumerate(rows)}
            return [unit(_numbers(by_index[i]), self.dimensions) for i in range(count)]
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            # A ValueError is ours or JSON's: it tells places and numbers. The others may repeat what was sent.
            why = f"{error}" if isinstance(error, ValueError) else f"no list of vectors ({type(error).__name__})"
            raise StoreUnavailable(f"{self._place} answered amiss: {why}; check model and dimensions") from error

    def _connect(self) -> "_Client":
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient  # noqa: PLC0415  # 0.7 s to import

        client = AsyncOpenAI(
            api_key=self._key or "none",  # local servers want none, the package wants one
            base_url=self._base_url,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(follow_redirects=False),  # the texts go where we were told
        )
        client.organization = client.project = None  # which the package takes from the environment
        return _Client(client, asyncio.Semaphore(self._requests))


@dataclass(frozen=True, slots=True)
class _Client:
    """A client of one event loop."""

    openai: "AsyncOpenAI"
    turns: asyncio.Semaphore


async def _disconnect(client: _Client) -> None:
    await client.openai.close()


def _place(base_url: str) -> str:
    """Host and port. Raises ValueError, which does not repeat the address if there may be a password in it."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("the address of the embeddings server is none: write http://host:port/v1") from error
    if "@" in parts.netloc or parts.query:
        raise ValueError("the address of the embeddings server holds a user, a key or a question mark: take it out")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"the address of the embeddings server is {base_url!r}: write http://host:port/v1")
    return host if port is None else f"{host}:{port}"


def _pause_named(retry_after: str | None) -> float | None:
    """The seconds of a Retry-After header; None where it has none (a date is not read)."""
    if retry_after is None or not re.fullmatch(r"\d{1,6}(?:\.\d+)?", retry_after.strip()):
        return None
    return float(retry_after)


def _numbers(embedding: object) -> Sequence[float]:
    """A vector as it came: a list, or 32-bit numbers, little-endian, in base64. Raises ValueError and TypeError."""
    if isinstance(embedding, list):
        return embedding
    if not isinstance(embedding, str):
        raise TypeError("a vector is a list, or base64")
    numbers = array.array("f")
    numbers.frombytes(base64.b64decode(embedding, validate=True))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
