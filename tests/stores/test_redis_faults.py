"""Redis away, silent, full, or behind another lock: the cache says so quickly, and is back when Redis is.

Every test has a `redis-server` of its own, with the product's own times (0.05 s).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stores.breaker import Breaker
from stores.cache_redis import RedisCache
from stores.errors import StoreUnavailable
from stores.ids import FixedClock
from tests.stores.contract_cache import HOUR
from tests.stores.redis_server import PASSWORD, OwnRedis, own_redis

pytestmark = pytest.mark.faults

REST = 0.3  # seconds the breaker rests in these tests
PATIENT = 0.4  # seconds a cache waits where the machine may be busy


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


@pytest.fixture
async def cache(server: OwnRedis, clock: FixedClock) -> AsyncIterator[RedisCache]:
    cache = RedisCache(server.url, clock, password=server.password, breaker=Breaker("Redis", rest=REST))
    yield cache
    await cache.close()


@pytest.fixture
async def patient(server: OwnRedis, clock: FixedClock) -> AsyncIterator[RedisCache]:
    """A cache that waits long enough for a server on a machine that is busy with other tests."""
    cache = RedisCache(server.url, clock, password=server.password, seconds=PATIENT)
    yield cache
    await cache.close()


async def seconds_of_failure(cache: RedisCache) -> float:
    begun = time.perf_counter()
    with pytest.raises(StoreUnavailable) as failed:
        await cache.get("k")
    assert PASSWORD not in str(failed.value)
    return time.perf_counter() - begun


async def until_it_answers(cache: RedisCache) -> bytes | None:
    for _ in range(100):
        try:
            return await cache.get("k")
        except StoreUnavailable:
            await asyncio.sleep(0.1)
    raise AssertionError("the cache did not come back in 10 s")


async def test_a_server_that_is_away_costs_next_to_nothing(server: OwnRedis, cache: RedisCache) -> None:
    await cache.put("k", b"v", HOUR)
    server.stop()
    spent = [await seconds_of_failure(cache) for _ in range(50)]
    assert sum(spent) < 2
    for call in (cache.put("k", b"w", HOUR), cache.add("k", b"w", HOUR), cache.forget("k")):
        with pytest.raises(StoreUnavailable):
            await call


async def test_a_server_that_is_silent_costs_its_time_three_times_and_then_nothing(
    server: OwnRedis, cache: RedisCache
) -> None:
    await cache.put("k", b"v", HOUR)
    with server.stalled():
        begun = time.perf_counter()
        spent = [await seconds_of_failure(cache) for _ in range(3)]
        refused = [await seconds_of_failure(cache) for _ in range(50)]
        assert time.perf_counter() - begun < 3  # without a breaker 53 times 0.05 s, and with retries a minute or more
    assert min(spent) > 0.04
    assert sorted(refused)[25] < 0.01


async def test_many_who_ask_a_silent_server_at_once_are_all_told_soon(server: OwnRedis, cache: RedisCache) -> None:
    await cache.put("k", b"v", HOUR)
    with server.stalled():
        begun = time.perf_counter()
        told = await asyncio.gather(*(cache.get("k") for _ in range(500)), return_exceptions=True)
        assert time.perf_counter() - begun < 3
    assert all(isinstance(outcome, StoreUnavailable) for outcome in told)
    assert await until_it_answers(cache) == b"v"


async def test_after_a_silence_it_is_used_again_and_no_reply_is_mistaken_for_another(
    server: OwnRedis, cache: RedisCache
) -> None:
    await asyncio.gather(*(cache.put(f"k{i}", b"%d" % i, HOUR) for i in range(50)))
    with server.stalled():
        await asyncio.gather(*(cache.get(f"k{i}") for i in range(50)), return_exceptions=True)
    await until_it_answers(cache)
    assert await asyncio.gather(*(cache.get(f"k{i}") for i in range(50))) == [b"%d" % i for i in range(50)]


async def test_after_an_absence_it_is_used_again_without_a_restart_of_ours(server: OwnRedis, cache: RedisCache) -> None:
    await cache.put("k", b"v", HOUR)
    server.stop()
    await seconds_of_failure(cache)
    server.start()
    assert await until_it_answers(cache) is None  # this server keeps nothing when it stops
    await cache.put("k", b"v", HOUR)
    assert await cache.get("k") == b"v"


async def test_a_server_that_comes_after_us_is_found(tmp_path: Path, clock: FixedClock) -> None:
    server = OwnRedis(tmp_path)
    cache = RedisCache(server.url, clock, password=server.password, breaker=Breaker("Redis", rest=REST))
    await seconds_of_failure(cache)
    server.start()
    assert await until_it_answers(cache) is None
    await cache.close()
    server.stop()


async def test_connections_the_server_closed_are_opened_anew_unnoticed(server: OwnRedis, patient: RedisCache) -> None:
    await asyncio.gather(*(patient.put(f"k{i}", b"v", HOUR) for i in range(50)))
    with server.asked() as plain:
        plain.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await asyncio.sleep(0.1)
    assert [await patient.get(f"k{i}") for i in range(50)] == [b"v"] * 50


async def test_what_was_flushed_is_a_miss(server: OwnRedis, cache: RedisCache) -> None:
    await cache.put("k", b"v", HOUR)
    with server.asked() as plain:
        plain.flushall()
    assert await cache.get("k") is None
    assert await cache.add("k", b"w", HOUR)


async def test_a_full_server_keeps_nothing_new_nothing_outdated_and_still_answers(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    with own_redis(tmp_path, **{"maxmemory-policy": "noeviction"}) as server, server.asked() as plain:
        cache = RedisCache(server.url, clock, password=server.password)
        await cache.put("k", b"old", HOUR)
        await cache.put("other", b"v", HOUR)
        plain.config_set("maxmemory", "1")
        for _ in range(10):  # more often than a breaker bears: a refusal is an answer
            with pytest.raises(StoreUnavailable, match="full"):
                await cache.put("k", b"new", HOUR)
        with pytest.raises(StoreUnavailable, match="full"):
            await cache.add("turn", b"v", HOUR)
        assert await cache.get("k") is None
        assert await cache.get("other") == b"v"
        await cache.forget("other")
        plain.config_set("maxmemory", "0")
        await cache.put("k", b"new", HOUR)
        assert await cache.get("k") == b"new"
        await cache.close()


@pytest.mark.parametrize("password", [None, "wrong-secret", ""])
async def test_a_wrong_password_is_told_without_it(server: OwnRedis, clock: FixedClock, password: str | None) -> None:
    cache = RedisCache(server.url, clock, password=password)
    with pytest.raises(StoreUnavailable) as failed:
        await cache.get("k")
    for said in (str(failed.value), repr(cache), repr(failed.value)):
        assert "wrong-secret" not in said
        assert PASSWORD not in said
    assert "password" in str(failed.value) or "NOAUTH" in str(failed.value)
    await cache.close()


async def test_a_user_of_the_servers_own_list_may_be_given(server: OwnRedis, clock: FixedClock) -> None:
    with server.asked() as plain:
        for name, rules in (
            ("cache", ["+get", "+set", "+del", "+watch", "+unwatch", "+multi", "+exec"]),
            ("reader", ["+get"]),
        ):
            plain.execute_command("ACL", "SETUSER", name, "on", f">{PASSWORD}", "~citepath:*", *rules)
    cache = RedisCache(server.url, clock, user="cache", password=PASSWORD)
    await cache.put("k", b"v", HOUR)
    assert not await cache.add("k", b"w", HOUR)
    clock.advance(3601)
    assert await cache.add("k", b"w", HOUR)
    assert await cache.get("k") == b"w"
    await cache.forget("k")
    await cache.close()
    reader = RedisCache(server.url, clock, user="reader", password=PASSWORD)
    assert await reader.get("k") is None
    with pytest.raises(StoreUnavailable, match=r"allow GET, SET.* on citepath:\*"):
        await reader.put("k", b"v", HOUR)
    await reader.close()


async def test_a_replica_that_takes_no_writes_is_named_so(server: OwnRedis, cache: RedisCache, tmp_path: Path) -> None:
    await cache.put("k", b"v", HOUR)
    with server.asked() as plain:
        plain.config_set("replica-serve-stale-data", "yes")
        plain.replicaof("127.0.0.1", "1")
    with pytest.raises(StoreUnavailable, match="replica"):
        await cache.put("k", b"w", HOUR)
    assert await cache.get("k") == b"v"


async def test_a_value_that_has_not_reached_us_whole_is_not_given_out(server: OwnRedis, cache: RedisCache) -> None:
    """The server is stopped in the middle of large replies."""
    large = bytes(range(256)) * 3900
    await cache.put("k", large, HOUR)
    asked = [asyncio.create_task(cache.get("k")) for _ in range(16)]
    await asyncio.sleep(0.002)
    server.stop()
    for outcome in await asyncio.gather(*asked, return_exceptions=True):
        assert outcome == large or isinstance(outcome, StoreUnavailable)


def certificates(folder: Path, names: list[x509.GeneralName]) -> None:
    """An authority (`ca.pem`) and a server's certificate and key (`server.pem`, `server.key`) signed by it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)

    def signed(
        subject: x509.Name, public: ec.EllipticCurvePublicKey, extension: x509.ExtensionType, by: x509.Name
    ) -> bytes:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(public)
        builder = builder.serial_number(x509.random_serial_number()).add_extension(extension, critical=True)
        if isinstance(extension, x509.BasicConstraints):
            usage = dict.fromkeys(
                (
                    "digital_signature",
                    "content_commitment",
                    "key_encipherment",
                    "data_encipherment",
                    "key_agreement",
                    "crl_sign",
                    "encipher_only",
                    "decipher_only",
                ),
                False,
            )
            builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, **usage), critical=True)
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    own = ec.generate_private_key(ec.SECP256R1())
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")])
    folder.joinpath("ca.pem").write_bytes(signed(name, key.public_key(), x509.BasicConstraints(True, 0), name))
    folder.joinpath("server.pem").write_bytes(
        signed(server, own.public_key(), x509.SubjectAlternativeName(names), name)
    )
    folder.joinpath("server.key").write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


async def test_tls_is_spoken_with_whom_the_given_authority_signed_and_nobody_else(
    tmp_path: Path, clock: FixedClock
) -> None:
    certificates(tmp_path, [x509.IPAddress(ip_address("127.0.0.1"))])
    options = {
        "tls-cert-file": str(tmp_path / "server.pem"),
        "tls-key-file": str(tmp_path / "server.key"),
        "tls-ca-cert-file": str(tmp_path / "ca.pem"),
        "tls-auth-clients": "no",
    }
    with own_redis(tmp_path, tls=True, **options) as server:
        url = server.url.replace("redis://", "rediss://")
        trusting = RedisCache(url, clock, password=PASSWORD, ca_file=tmp_path / "ca.pem", seconds=1)
        await trusting.put("k", b"v", HOUR)
        assert await trusting.get("k") == b"v"
        await trusting.close()
        for stranger in (None, tmp_path / "missing.pem"):
            cache = RedisCache(url, clock, password=PASSWORD, ca_file=stranger, seconds=1)
            with pytest.raises(StoreUnavailable):
                await cache.get("k")
            await cache.close()
        unencrypted = RedisCache(server.url, clock, password=PASSWORD, seconds=1)
        with pytest.raises(StoreUnavailable):
            await unencrypted.get("k")
        await unencrypted.close()


async def test_an_event_loop_that_was_busy_does_not_make_the_server_seem_silent(
    patient: RedisCache, server: OwnRedis
) -> None:
    """Other work keeps the loop for longer than a reply may take, at every moment of a call."""
    await asyncio.gather(*(patient.put(f"k{i}", b"%d" % i, HOUR) for i in range(8)))
    for ticks in range(0, 24, 2):
        tasks = [asyncio.create_task(patient.get(f"k{i}")) for i in range(8)]
        for _ in range(ticks):
            await asyncio.sleep(0)
        time.sleep(1.2 * PATIENT)  # noqa: ASYNC251  # this is the point
        assert await asyncio.gather(*tasks) == [b"%d" % i for i in range(8)]
