"""Texts to vectors: what every embedder promises, and every way in which a server goes wrong, over real HTTP."""

import asyncio
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stores.breaker import Breaker
from stores.embeddings import HashingEmbedder, OpenAiEmbedder, SentenceTransformerEmbedder
from stores.errors import StoreError, StoreUnavailable
from stores.ports import Embedder
from tests.support import embedding_server as does
from tests.support.embedding_server import DIMENSIONS, Act, EmbeddingServer, scripted, vector_of

KEY = "sk-very-secret"
TEXTS = ["客户身份资料应当保存五年。", "Reports are filed within 5 days.", "STR 可疑交易报告 within 5 days", "x"]


def embedder_at(server: EmbeddingServer, **settings: object) -> OpenAiEmbedder:
    given: dict[str, object] = {"key": KEY, "seconds": 5.0, "question_seconds": 5.0, **settings}
    return OpenAiEmbedder(server.url, "model-x", DIMENSIONS, **given)  # type: ignore[arg-type]


def near(found: tuple[float, ...], expected: list[float]) -> bool:
    return len(found) == len(expected) and all(abs(a - b) < 1e-6 for a, b in zip(found, expected, strict=True))


async def failure_of(*acts: Act, **settings: object) -> str:
    """What is said when the server does these acts; never the key, never a text."""
    async with scripted(*acts) as server:
        embedder = embedder_at(server, **settings)
        with pytest.raises(StoreError) as failed:
            await embedder.embed(TEXTS)
        await embedder.close()
    said = str(failed.value)
    for secret in (KEY, *TEXTS[:3]):
        assert secret not in said + repr(failed.value) + repr(embedder)
    assert f"127.0.0.1:{server.port}" in said
    return said


class EmbedderContract:
    async def test_every_text_has_a_vector_of_length_1_in_order(self, embedder: Embedder) -> None:
        vectors = await embedder.embed(TEXTS)
        assert [len(vector) for vector in vectors] == [embedder.dimensions] * len(TEXTS)
        assert all(abs(math.hypot(*vector) - 1) < 1e-6 for vector in vectors)
        for text, vector in zip(reversed(TEXTS), reversed(vectors), strict=True):
            assert near((await embedder.embed([text]))[0], list(vector))

    async def test_no_text_is_no_vector(self, embedder: Embedder) -> None:
        assert await embedder.embed([]) == []

    @pytest.mark.parametrize("odd", ["", "  \n", "\x00", "\ud800 half a character", "？！", "𠮷野家 🎉", "長" * 50_000])
    async def test_odd_texts_have_vectors_too(self, embedder: Embedder, odd: str) -> None:
        vectors = await embedder.embed([odd, TEXTS[0]])
        assert all(abs(math.hypot(*vector) - 1) < 1e-6 for vector in vectors)
        assert near(vectors[1], list((await embedder.embed([TEXTS[0]]))[0]))

    async def test_many_texts_come_back_in_order(self, embedder: Embedder) -> None:
        texts = [f"paragraph {i} 第{i}条" for i in range(300)]
        vectors = await embedder.embed(texts)
        for i in (0, 1, 63, 64, 150, 299):
            assert near(vectors[i], list((await embedder.embed([texts[i]]))[0]))

    async def test_a_question_has_a_vector_of_the_same_dimensions(self, embedder: Embedder) -> None:
        assert len((await embedder.embed(["How long? 多久"], question=True))[0]) == embedder.dimensions


class TestHashing(EmbedderContract):
    @pytest.fixture
    async def embedder(self):  # type: ignore[no-untyped-def]  # an async generator of one Embedder
        embedder = HashingEmbedder()
        yield embedder
        await embedder.close()


class TestOpenAi(EmbedderContract):
    @pytest.fixture
    async def embedder(self):  # type: ignore[no-untyped-def]  # an async generator of one Embedder
        async with scripted() as server:
            embedder = embedder_at(server)
            yield embedder
            await embedder.close()


# ---- hashing -------------------------------------------------------------------------------------------------------


async def similarity(one: str, other: str) -> float:
    embedder = HashingEmbedder()
    a, b = await embedder.embed([one, other])
    await embedder.close()
    return sum(x * y for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize(
    ("question", "same", "unlike"),
    [
        ("客户资料保存多久", "客户身份资料应当至少保存五年。", "董事会每季度召开一次会议。"),
        ("When must reports be filed?", "A report is filed within five days.", "The board meets every quarter."),
        ("STR 报告 deadline", "STR 可疑交易报告 is due in 5 days", "供应商 outsourcing 评估 yearly"),
    ],
)
async def test_hashing_finds_the_text_with_the_same_words(question: str, same: str, unlike: str) -> None:
    assert await similarity(question, same) > await similarity(question, unlike) + 0.1


def test_hashing_makes_the_same_vectors_in_every_process() -> None:
    script = (
        "import asyncio, json; from stores.embeddings import HashingEmbedder\n"
        f"print(json.dumps(asyncio.run(HashingEmbedder(64).embed({TEXTS!r}))))"
    )
    found = set()
    for seed in ("0", "1", "random"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1
    assert len(json.loads(found.pop())) == len(TEXTS)


def test_hashing_says_in_its_name_what_its_vectors_depend_on() -> None:
    assert HashingEmbedder(128).name.startswith("hashing-128-tokens/")


# ---- a server that does what it should -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["float", "base64"])
@pytest.mark.parametrize("act", [does.well, does.numbers_whatever_is_asked])
async def test_numbers_and_base64_are_read_and_made_length_1(encoding: str, act: Act) -> None:
    async with scripted(otherwise=act) as server:
        embedder = embedder_at(server, encoding=encoding)
        vectors = await embedder.embed(TEXTS)
        await embedder.close()
    assert all(near(vector, vector_of(text)) for text, vector in zip(TEXTS, vectors, strict=True))
    assert server.requests[0]["encoding_format"] == encoding
    assert server.requests[0]["model"] == "model-x"
    assert "dimensions" not in server.requests[0]
    assert server.keys == [f"bearer {KEY}".lower()]


@pytest.mark.parametrize("change", [lambda made: made.reverse(), lambda made: made[2:] + made[:2]])
async def test_vectors_are_put_in_order_by_their_index(change: object) -> None:
    async with scripted(does.with_rows(change)) as server:  # type: ignore[arg-type]
        embedder = embedder_at(server)
        vectors = await embedder.embed(TEXTS)
        await embedder.close()
    assert all(near(vector, vector_of(text)) for text, vector in zip(TEXTS, vectors, strict=True))


async def test_vectors_without_an_index_are_taken_as_they_come() -> None:
    async with scripted(does.with_rows(lambda made: [{"embedding": row["embedding"]} for row in made])) as server:
        embedder = embedder_at(server)
        assert near((await embedder.embed(TEXTS))[3], vector_of(TEXTS[3]))
        await embedder.close()


async def test_texts_are_sent_in_batches_by_count_and_by_size_a_few_at_a_time() -> None:
    async with scripted(otherwise=does.after(0.02)) as server:
        embedder = embedder_at(server, batch=10, batch_tokens=1000, requests=3)
        texts = [f"t{i}" for i in range(95)] + ["长" * 700, "长" * 700, "长" * 5000, "end"]
        vectors = await embedder.embed(texts)
        await embedder.close()
    assert sorted(len(request["input"]) for request in server.requests) == [1, 1, 1, 6, *[10] * 9]
    assert server.most_at_once == 3
    assert near(vectors[-1], vector_of("end"))
    assert near(vectors[42], vector_of("t42"))


async def test_questions_and_passages_get_their_prefixes_and_are_cut() -> None:
    async with scripted() as server:
        embedder = embedder_at(server, question_prefix="query: ", passage_prefix="passage: ", most_characters=5)
        await embedder.embed(["what is it"], question=True)
        await embedder.embed(["保存期限为五年", ""])
        await embedder.close()
    assert [request["input"] for request in server.requests] == [
        ["query: what"],
        ["passage: 保存期限为", "passage: ."],
    ]


async def test_a_server_is_asked_to_shorten_only_when_told() -> None:
    async with scripted() as server:
        embedder = embedder_at(server, shorten=True)
        await embedder.embed(["x"])
        await embedder.close()
    assert server.requests[0]["dimensions"] == DIMENSIONS


def test_the_name_tells_vectors_apart_that_cannot_be_compared() -> None:
    def name(model: str, dimensions: int, **settings: str) -> str:
        return OpenAiEmbedder("http://h/v1", model, dimensions, **settings).name  # type: ignore[arg-type]

    assert name("a", 8) == "a-8" == name("a", 8, question_prefix="query: ")
    assert len({name("a", 8), name("b", 8), name("a", 16), name("a", 8, passage_prefix="passage: ")}) == 4


def test_it_serves_one_event_loop_after_the_other() -> None:
    async def first() -> tuple[OpenAiEmbedder, int]:
        async with scripted() as server:
            embedder = embedder_at(server)
            assert near((await embedder.embed(["x"]))[0], vector_of("x"))
            return embedder, server.port

    async def again(embedder: OpenAiEmbedder, port: int) -> None:
        async with scripted(port=port):
            assert near((await embedder.embed(["y"]))[0], vector_of("y"))

    embedder, port = asyncio.run(first())  # nobody closes the embedder: a socket left open would warn, and fail
    for _ in range(3):
        asyncio.run(again(embedder, port))


async def test_nothing_of_the_environment_goes_to_the_server() -> None:
    async with scripted() as server:
        script = (
            "import asyncio; from stores.embeddings import OpenAiEmbedder\n"
            f"asyncio.run(OpenAiEmbedder({server.url!r}, 'm', {DIMENSIONS}).embed(['x']))"
        )
        root = str(Path(__file__).parents[2])
        stray = {"OPENAI_API_KEY": "stray", "OPENAI_ORG_ID": "stray", "OPENAI_PROJECT_ID": "stray"}
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, env={**os.environ, **stray, "PYTHONPATH": root}
        )
        assert await running.wait() == 0
    assert "stray" not in json.dumps(server.headers)


# ---- a server that goes wrong and comes round ----------------------------------------------------------------------

PASSING = {
    "busy, and says for how long": does.refused(429, Retry_After="0.1"),
    "busy": does.refused(429),
    "busy until some day": does.refused(429, Retry_After="Fri, 27 Nov 2026 17:00:00 GMT"),
    "broken": does.refused(500),
    "a gateway without a server": does.says(b"<html>bad gateway</html>", 502),
    "overloaded": does.refused(503),
    "hung up": does.cut,
}


@pytest.mark.parametrize("act", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize("times", [1, 2])
async def test_what_may_go_otherwise_the_next_time_is_tried_again(act: Act, times: int) -> None:
    async with scripted(*[act] * times) as server:
        embedder = embedder_at(server)
        vectors = await embedder.embed(TEXTS)
        await embedder.close()
    assert len(server.requests) == times + 1
    assert near(vectors[1], vector_of(TEXTS[1]))


async def test_an_attempt_that_hangs_is_given_up_and_tried_again() -> None:
    async with scripted(does.never) as server:
        embedder = embedder_at(server, attempt_seconds=0.3)
        assert near((await embedder.embed(["x"]))[0], vector_of("x"))
        await embedder.close()


async def test_the_pause_the_server_names_is_kept() -> None:
    async with scripted(does.refused(429, Retry_After="1")) as server:
        embedder = embedder_at(server)
        begun = time.perf_counter()
        await embedder.embed(["x"])
        await embedder.close()
    assert time.perf_counter() - begun >= 1


async def test_a_slow_answer_is_waited_for() -> None:
    async with scripted(does.after(0.5)) as server:
        embedder = embedder_at(server)
        assert near((await embedder.embed(["x"]))[0], vector_of("x"))
        await embedder.close()


# ---- a server that goes wrong for good -----------------------------------------------------------------------------


@pytest.mark.parametrize("act", PASSING.values(), ids=PASSING)
async def test_what_never_passes_is_given_up_within_the_time(act: Act) -> None:
    async with scripted(otherwise=act) as server:
        embedder = embedder_at(server, seconds=2.0)
        begun = time.perf_counter()
        with pytest.raises(StoreUnavailable, match=r"try again|tried again"):
            await embedder.embed(TEXTS)
        assert time.perf_counter() - begun < 4
        await embedder.close()
    assert 2 <= len(server.requests) <= 4


async def test_a_pause_longer_than_the_time_is_not_waited_for() -> None:
    begun = time.perf_counter()
    said = await failure_of(does.refused(429, Retry_After="3600"))
    assert time.perf_counter() - begun < 2
    assert "429" in said


@pytest.mark.parametrize("question", [True, False])
async def test_a_server_that_hangs_costs_a_question_its_own_time_only(question: bool) -> None:
    async with scripted(otherwise=does.never) as server:
        embedder = embedder_at(server, seconds=1.0, question_seconds=0.3)
        begun = time.perf_counter()
        with pytest.raises(StoreUnavailable, match="did not answer"):
            await embedder.embed(["x"], question=question)
        spent = time.perf_counter() - begun
        await embedder.close()
    assert (0.25 if question else 0.9) < spent < 4


FINAL = {
    "401": (does.refused(401, "invalid_api_key", f"Incorrect API key provided: {KEY}"), "refused the key"),
    "403": (does.refused(403), "refused the key"),
    "404": (does.refused(404, "model_not_found"), "has no model 'model-x'"),
    "400 vLLM": (does.refused(400, "", f"This model's maximum context length is 512 tokens {TEXTS[0]}"), "too long"),
    "400 OpenAI": (does.refused(400, "context_length_exceeded"), "too long"),
    "400 llama.cpp": (does.refused(400, "exceed_context_size_error"), "too long"),
    "413": (does.says(b"Request Entity Too Large", 413), "too long"),
    "400": (does.refused(400, "", f"unknown field {TEXTS[1]}"), "refused the request"),
    "422": (does.says(b"not even json", 422), "refused the request"),
    "307": (does.says(b"", 307), "check the address"),
    "quota": (does.refused(429, "insufficient_quota"), "insufficient_quota"),
}


@pytest.mark.parametrize(("act", "said"), FINAL.values(), ids=FINAL)
async def test_a_refusal_that_stays_one_is_told_at_once_in_our_words(act: Act, said: str) -> None:
    async with scripted(otherwise=act) as server:
        assert said in await failure_of(*[act] * 4)
        embedder = embedder_at(server)
        with pytest.raises(StoreUnavailable):
            await embedder.embed(["x"])
        await embedder.close()
    assert len(server.requests) == 1


NAN = [math.nan] + [1.0] * (DIMENSIONS - 1)
AMISS = {
    "one too few": does.with_rows(lambda made: made[1:]),
    "one too many": does.with_rows(lambda made: made + made[:1]),
    "none": does.with_rows(lambda made: []),
    "the same index twice": does.with_rows(lambda made: [{**row, "index": 0} for row in made]),
    "an index beyond": does.with_rows(lambda made: [{**row, "index": row["index"] + 1} for row in made]),
    "an index that is a list": does.with_rows(lambda made: [{**row, "index": []} for row in made]),
    "too few dimensions": does.with_rows(lambda made: [{**row, "embedding": [1.0, 2.0]} for row in made]),
    "too many dimensions": does.with_rows(lambda made: [{**row, "embedding": [1.0] * 17} for row in made]),
    "not a number": does.with_rows(lambda made: [{**row, "embedding": NAN} for row in made]),
    "infinite": does.with_rows(lambda made: [{**row, "embedding": [math.inf] * 16} for row in made]),
    "too large for a float": does.with_rows(lambda made: [{**row, "embedding": [10**400] * 16} for row in made]),
    "zero": does.with_rows(lambda made: [{**row, "embedding": [0.0] * 16} for row in made]),
    "words": does.with_rows(lambda made: [{**row, "embedding": [TEXTS[0]] * 16} for row in made]),
    "nothing": does.with_rows(lambda made: [{**row, "embedding": None} for row in made]),
    "no base64": does.with_rows(lambda made: [{**row, "embedding": "§§§"} for row in made]),
    "half a number": does.with_rows(lambda made: [{**row, "embedding": "AAAA"} for row in made]),
    "rows of text": does.with_rows(lambda made: TEXTS),
    "an object for data": does.with_rows(lambda made: {"a": 1, "b": 2, "c": 3, "d": 4}),
    "half a reply": does.says(b'{"data": [{"index": 0, "embed'),
    "no json": does.says(b"<html>welcome</html>"),
    "no data": does.says(b'{"object": "list"}'),
    "a list": does.says(b"[]"),
    "empty": does.says(b""),
    "no text": does.says(b"\xff\xfe\x00"),
    "too deep": does.says(b"[" * 100_000),
}


@pytest.mark.parametrize("act", AMISS.values(), ids=AMISS)
async def test_a_reply_that_is_amiss_is_an_error_and_never_a_vector(act: Act) -> None:
    assert "answered amiss" in await failure_of(act)


async def test_one_batch_that_fails_fails_the_call() -> None:
    async with scripted(does.well, does.refused(400), does.well) as server:
        embedder = embedder_at(server, batch=1, requests=1)
        with pytest.raises(StoreUnavailable, match="refused the request"):
            await embedder.embed(TEXTS)
        assert near((await embedder.embed(["x"]))[0], vector_of("x"))
        await embedder.close()


async def test_a_server_that_is_away_is_left_alone_after_a_while() -> None:
    breaker = Breaker("embeddings", failures=3, rest=60)
    embedder = OpenAiEmbedder("http://127.0.0.1:9/v1", "m", DIMENSIONS, breaker=breaker)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"cannot be reached|tried again"):
            await embedder.embed(["x"])
    begun = time.perf_counter()
    for _ in range(100):
        with pytest.raises(StoreUnavailable, match="tried again"):
            await embedder.embed(["x"], question=True)
    assert time.perf_counter() - begun < 2
    await embedder.close()


async def test_a_refusal_does_not_keep_others_from_asking() -> None:
    async with scripted(*[does.refused(400)] * 10) as server:
        embedder = embedder_at(server, breaker=Breaker("embeddings", failures=2, rest=60))
        for _ in range(10):
            with pytest.raises(StoreUnavailable, match="refused the request"):
                await embedder.embed(["x"])
        assert near((await embedder.embed(["x"]))[0], vector_of("x"))
        await embedder.close()


async def test_a_cancelled_caller_leaves_the_embedder_usable() -> None:
    async with scripted(*[does.after(0.2)] * 4) as server:
        embedder = embedder_at(server, batch=1, requests=2)
        for pause in (0.0, 0.05, 0.1):
            task = asyncio.create_task(embedder.embed(TEXTS))
            await asyncio.sleep(pause)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        vectors = await embedder.embed(TEXTS)
        await embedder.close()
    assert all(near(vector, vector_of(text)) for text, vector in zip(TEXTS, vectors, strict=True))


async def test_a_closed_embedder_says_so() -> None:
    async with scripted() as server:
        embedder = embedder_at(server)
        await embedder.embed(["x"])
        await embedder.close()
        with pytest.raises(StoreUnavailable, match="closed"):
            await embedder.embed(["x"])


@pytest.mark.parametrize("key", ["sk-secret\n", "sk-secret密"])
def test_a_key_that_no_header_may_hold_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(ValueError) as refused:
        OpenAiEmbedder("http://h/v1", "m", 8, key)
    assert "sk-secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://u:secret@h/v1", "https://secret@h/v1", "http://h/v1?key=secret", "h:secret/v1"]
)
def test_an_address_with_a_password_in_it_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the address of the embeddings server"):
        OpenAiEmbedder(url, "m", 8)


# ---- a model folder ------------------------------------------------------------------------------------------------


async def test_without_its_package_a_model_folder_says_what_to_install(tmp_path: Path) -> None:
    """The package is no part of the development environment; with it, the folder is found to be none."""
    embedder = SentenceTransformerEmbedder(tmp_path / "model", 384)
    with pytest.raises(StoreUnavailable, match=r"pip install 'citepath\[local-embeddings\]'|no model folder"):
        await embedder.embed(["x"])
    assert await embedder.embed([]) == []
    await embedder.close()
