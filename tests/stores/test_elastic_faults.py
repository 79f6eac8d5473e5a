"""Elasticsearch away, silent, full, locked, or robbed of an index: it is said, and over when it is over."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stores.elastic import ElasticServer
from stores.errors import StoreUnavailable
from stores.keywords_elastic import NAME, ElasticKeywords
from stores.vectors_elastic import ElasticVectors
from tests.servers import down, stalled, url_of
from tests.stores.contract_keywords import LAWS, NOW
from tests.stores.elastic import elastic_for_a_test, elastic_server, indexes_of

pytestmark = pytest.mark.faults

LATER = NOW + timedelta(seconds=1)
TIMEOUT = 1.0
SPARE = 2.0  # seconds that a busy machine may add


@pytest.fixture
async def place() -> AsyncIterator[tuple[ElasticServer, str]]:
    async with elastic_for_a_test(timeout=TIMEOUT) as place:
        yield place


@pytest.fixture
async def keywords(place: tuple[ElasticServer, str]) -> ElasticKeywords:
    server, prefix = place
    keywords = ElasticKeywords(server, prefix=prefix)
    await until_it_answers(lambda: keywords.apply(LAWS, [], at=NOW))
    return keywords


async def until_it_answers(work: Callable[[], Awaitable[object]]) -> None:
    """A server that was just woken may take some seconds, and the breaker rests as long."""
    until = time.monotonic() + 60
    while True:
        try:
            await work()
        except StoreUnavailable:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.2)
        else:
            return


async def seconds_until_it_says(work: Callable[[], Awaitable[object]], words: str) -> float:
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable, match=words):
        await work()
    return time.monotonic() - begun


async def test_a_stalled_server_costs_its_timeout_then_nothing_and_is_used_again(keywords: ElasticKeywords) -> None:
    async def search() -> object:
        return await keywords.search("default", "客户", 5)

    with stalled("elastic"):
        for _ in range(3):
            assert await seconds_until_it_says(search, "did not answer in 1 s") < TIMEOUT + SPARE
        begun = time.monotonic()
        for _ in range(20):
            await seconds_until_it_says(search, "did not answer lately")
        assert time.monotonic() - begun < SPARE
    await until_it_answers(search)
    assert len(await keywords.search("default", "客户", 5)) == 2


async def test_a_server_that_is_stalled_from_the_beginning_costs_one_timeout(place: tuple[ElasticServer, str]) -> None:
    server, prefix = place
    keywords = ElasticKeywords(server, prefix=prefix)
    with stalled("elastic"):
        took = await seconds_until_it_says(lambda: keywords.search("default", "客户", 5), "did not answer in 1 s")
        assert took < TIMEOUT + SPARE
    await until_it_answers(keywords.count)


async def test_a_server_that_is_down_is_said_at_once_and_used_again_with_all_it_held(
    place: tuple[ElasticServer, str], keywords: ElasticKeywords
) -> None:
    server, prefix = place
    vectors = ElasticVectors(server, "m", 2, prefix=prefix)
    await vectors.count()
    with down("elastic"):
        took = await seconds_until_it_says(lambda: keywords.search("default", "客户", 5), "did not answer: ")
        took += await seconds_until_it_says(lambda: keywords.apply(LAWS, [], at=LATER), "did not answer: ")
        took += await seconds_until_it_says(keywords.ping, "did not answer: ")
        took += await seconds_until_it_says(lambda: vectors.search("default", [1.0, 0.0], 5), "did not answer lately")
        assert took < SPARE
    await until_it_answers(keywords.ping)
    assert await keywords.count() == 4
    assert len(await keywords.search("default", "客户", 5)) == 2
    await keywords.apply([], [("default", "k1")], at=LATER)
    assert await keywords.count() == 3
    assert await vectors.search("default", [1.0, 0.0], 5) == []


async def test_a_full_disk_is_said_to_who_writes_and_who_asks_for_health_and_mended(
    place: tuple[ElasticServer, str], keywords: ElasticKeywords
) -> None:
    server, prefix = place

    async def block(value: bool | None) -> None:
        settings = {"index.blocks.read_only_allow_delete": value}
        await server.ask(lambda c: c.indices.put_settings(index=f"{prefix}-*", settings=settings), timeout=60)

    await keywords.ping()
    await block(True)
    await seconds_until_it_says(lambda: keywords.apply(LAWS[:1], [], at=LATER), "read-only.*free disk space")
    await seconds_until_it_says(keywords.ping, "read-only.*free disk space.*read_only_allow_delete")
    assert len(await keywords.search("default", "客户", 5)) == 2
    await block(None)
    await keywords.ping()
    await keywords.apply([], [("default", "k1")], at=LATER)
    assert await keywords.count() == 3


async def test_an_index_removed_by_hand_is_said_never_made_anew_in_silence_and_mended_by_a_rebuild(
    place: tuple[ElasticServer, str], keywords: ElasticKeywords
) -> None:
    server, prefix = place
    await server.ask(lambda client: client.indices.delete(index=f"{prefix}-{NAME}-first"), timeout=60)
    for work in (
        lambda: keywords.search("default", "客户", 5),
        lambda: keywords.apply(LAWS, [], at=LATER),
        lambda: keywords.apply([], [("default", "k1")], at=LATER),
        keywords.count,
        keywords.ping,
        lambda: anext(keywords.held("default")),
    ):
        await seconds_until_it_says(work, "has been removed: run `citepath reindex`")
    assert await indexes_of(server, prefix) == {}
    assert await server.ask(lambda client: client.cluster.health(), timeout=60)  # refusals have not opened the breaker
    fresh = await keywords.begin()
    await fresh.apply(LAWS, [], at=NOW)
    await keywords.swap(fresh)
    assert await keywords.count() == 4
    assert len(await keywords.search("default", "客户", 5)) == 2


async def test_a_generation_removed_while_it_is_built_is_said(
    place: tuple[ElasticServer, str], keywords: ElasticKeywords
) -> None:
    server, prefix = place
    fresh = await keywords.begin()
    before = set(await indexes_of(server, prefix))
    await fresh.discard()
    await fresh.discard()
    await seconds_until_it_says(lambda: fresh.apply(LAWS, [], at=NOW), "not there any more: run `citepath reindex`")
    await seconds_until_it_says(lambda: keywords.swap(fresh), "not there any more")
    assert len(await indexes_of(server, prefix)) == len(before) - 1
    assert await keywords.count() == 4


async def test_a_part_of_the_index_without_a_working_copy_is_said(
    place: tuple[ElasticServer, str], keywords: ElasticKeywords
) -> None:
    server, prefix = place
    fresh = await keywords.begin()
    await keywords.swap(fresh)
    nowhere = {"index.routing.allocation.require._name": "no such node"}
    red = f"{prefix}-{NAME}-{'0' * 32}"
    await server.ask(
        lambda c: c.indices.create(index=red, settings=nowhere, wait_for_active_shards="0", timeout="1s"), timeout=60
    )
    current = next(index for index in await indexes_of(server, prefix) if index != red)
    move = [
        {"remove": {"index": current, "alias": f"{prefix}-{NAME}"}},
        {"add": {"index": red, "alias": f"{prefix}-{NAME}"}},
    ]
    await server.ask(lambda client: client.indices.update_aliases(actions=move), timeout=60)
    await seconds_until_it_says(lambda: keywords.search("default", "客户", 5), "no copy that works")
    await seconds_until_it_says(keywords.ping, "is red")


async def test_a_wrong_password_is_said_without_it(place: tuple[ElasticServer, str]) -> None:
    server = elastic_server(password="hunter2-wrong")
    try:
        for work in (ElasticKeywords(server, prefix=place[1]).count, server.ping):
            with pytest.raises(StoreUnavailable, match="refuses the user or the password: check both") as said:
                await work()
            assert "hunter2" not in f"{said.value!r} {said.value.__cause__!r} {server!r} {vars(said.value)}"
    finally:
        await server.close()


@asynccontextmanager
async def answering(reply: bytes) -> AsyncIterator[ElasticServer]:
    """Something that listens and says this to everybody, and an adapter's server that takes it for Elasticsearch."""

    async def reply_to(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(reply)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(reply_to, "127.0.0.1", 0)
    server = ElasticServer(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", timeout=10)
    try:
        yield server
    finally:
        await server.close()
        listening.close()
        await listening.wait_closed()


FORBIDDEN = (  # the bare test server has no users but its own
    b"HTTP/1.1 403 Forbidden\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\n"
    b'content-length: 67\r\n\r\n{"error":{"type":"security_exception","reason":"words"},"status":3}'
)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p/>", "not Elasticsearch"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}", "not Elasticsearch"),
        (b"HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p/>", "not Elasticsearch"),
        (b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p/>", "a proxy before it"),
        (FORBIDDEN, "needs the privilege `all` on our indexes"),
        (b"+PONG\r\n", "did not answer: "),
        (b"", "did not answer: "),
    ],
)
async def test_what_is_not_elasticsearch_is_noticed(reply: bytes, words: str) -> None:
    async with answering(reply) as server:
        with pytest.raises(StoreUnavailable, match=words):
            await ElasticKeywords(server).search("default", "客户", 5)


def authority_and_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for 127.0.0.1: its file, and what a server needs to show it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "citepath test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return folder / "ca.pem", context


@asynccontextmanager
async def behind_tls(context: ssl.SSLContext) -> AsyncIterator[str]:
    """The real server behind TLS, by a relay: its URL."""
    parts = urlsplit(url_of("elastic"))

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(65_536):
                writer.write(some)
                await writer.drain()
        finally:
            writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(carry(reader, inner_writer), carry(inner_reader, writer), return_exceptions=True)

    listening = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        await listening.wait_closed()


async def test_a_certificate_is_trusted_by_its_file_and_by_no_other(
    tmp_path: Path, place: tuple[ElasticServer, str], keywords: ElasticKeywords
) -> None:
    ca_file, context = authority_and_certificate(tmp_path)
    parts = urlsplit(url_of("elastic"))
    async with behind_tls(context) as url:
        for given, words in ((None, "certificate"), (tmp_path / "key.pem", "CA file"), (tmp_path / "none", "CA file")):
            server = ElasticServer(url, user="elastic", password=parts.password or "", ca_file=given, timeout=10)
            with pytest.raises(StoreUnavailable, match=words):
                await ElasticKeywords(server, prefix=place[1]).count()
            await server.close()
        server = ElasticServer(url, user="elastic", password=parts.password or "", ca_file=ca_file, timeout=10)
        assert await ElasticKeywords(server, prefix=place[1]).count() == 4
        await server.close()


@pytest.mark.parametrize(
    "url", ["http://elastic:secret@127.0.0.1:9200", "127.0.0.1:9200", "http://127.0.0.1", "ftp://127.0.0.1:9200", ""]
)
def test_a_url_that_cannot_be_used_is_refused_at_once_without_its_password(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        ElasticServer(url)
    assert "secret" not in str(refused.value)
