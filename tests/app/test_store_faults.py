"""What an operator may trust: three stores may be down, stalled or slow; without the ledger there is no answer."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from elasticsearch import Elasticsearch
from pymilvus import MilvusClient
from redis import Redis

from app.doctor import examine
from app.resources import House, open_house
from app.settings import Settings
from navigators.state import Question
from stores.errors import StoreUnavailable
from stores.events import ignore
from stores.records import Outcome, Roads, Run
from tests.app.conftest import ROOT
from tests.app.on_servers import drop_database, settings_on_servers
from tests.app.test_four_stores import rules, take_in
from tests.servers import down, killed, stalled, started, url_of
from tests.support.slow_proxy import slow_proxy

pytestmark = pytest.mark.faults

EN = "How many years are work tickets kept?"
WAIT = 1.0  # seconds we wait for a search
SECONDARY = {"redis": ("cache",), "elastic": ("elastic_vectors", "keywords"), "milvus": ("vectors",)}
FAULTS = {"down": down, "stalled": stalled}


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    settings = settings_on_servers(tmp_path / "servers", search_seconds=WAIT, fallback_seconds=2 * WAIT)
    yield settings
    drop_database(settings)


@pytest.fixture
async def filled(settings: Settings, tmp_path: Path) -> Settings:
    async with open_house(settings) as house:
        await take_in(house, rules(tmp_path / "v", 3))
    return settings


@pytest.fixture
async def house(filled: Settings) -> AsyncIterator[House]:
    async with open_house(filled) as house:
        await asked(house, "warm up: work tickets")
        yield house


async def asked(house: House, more: str = "") -> Run:
    """A question on all roads; never one that was answered before."""
    return await house.navigator.ask(Question(f"{EN} {more or time.monotonic_ns()}", roads=Roads.BOTH))


async def until_whole(house: House, seconds: float = 60.0) -> Run:
    """A question asked again until nothing is missing any more."""
    until = time.monotonic() + seconds
    while True:
        run = await asked(house)
        if not run.degraded or time.monotonic() > until:
            return run
        await asyncio.sleep(0.5)


def fault(kind: str, server: str) -> AbstractContextManager[None]:
    return FAULTS[kind](server)


@pytest.mark.parametrize("kind", list(FAULTS))
@pytest.mark.parametrize("server", list(SECONDARY))
async def test_the_answer_goes_on_without_a_store_and_names_it_and_takes_it_up_again(
    house: House, server: str, kind: str
) -> None:
    with fault(kind, server):
        begun = time.monotonic()
        run = await asked(house)
        took = time.monotonic() - begun
        assert (run.outcome, run.degraded) == (Outcome.ANSWERED, SECONDARY[server])
        assert "3 years" in run.answer
        assert took < 3 * WAIT + 3  # every search waits so long at most, some after others; the rest is this machine
        for _ in range(3):
            again = await asked(house)
        assert again.degraded == SECONDARY[server]
        begun = time.monotonic()
        await asked(house)
        assert time.monotonic() - begun < took + 2  # nobody waits for it again and again
    run = await until_whole(house)
    assert (run.outcome, run.degraded) == (Outcome.ANSWERED, ())


@pytest.mark.parametrize("server", list(SECONDARY))
async def test_a_house_opens_and_answers_where_a_store_was_down_from_the_start(filled: Settings, server: str) -> None:
    async with AsyncExitStack() as stack:
        with down(server):
            house = await stack.enter_async_context(open_house(filled))
            run = await asked(house)
            assert (run.outcome, run.degraded) == (Outcome.ANSWERED, SECONDARY[server])
            findings = {f.name: f for f in await examine(filled)}
            names = [f"index {name}" if name != "cache" else name for name in SECONDARY[server]]
            assert {findings[name].state for name in names} == {"warning"}
            assert "failed" not in {f.state for f in findings.values()}
        assert (await until_whole(house)).degraded == ()


async def test_a_house_opens_where_all_three_stand_still(filled: Settings) -> None:
    with stalled("redis"), stalled("elastic"), stalled("milvus"):
        begun = time.monotonic()
        async with open_house(filled) as house:
            run = await asked(house)
            assert (run.outcome, run.degraded) == (
                Outcome.ANSWERED,
                ("cache", "elastic_vectors", "keywords", "vectors"),
            )
        assert time.monotonic() - begun < 14  # Milvus bears no more


@pytest.mark.parametrize("server", list(SECONDARY))
async def test_a_slow_network_costs_no_more_than_the_time_that_is_set(filled: Settings, server: str) -> None:
    at = urlsplit(url_of(server))
    with slow_proxy(at.hostname or "", at.port or 0) as proxy:
        name = {"redis": "cache_url", "elastic": "keywords_url", "milvus": "vectors_url"}[server]
        known = urlsplit(str(getattr(filled, name)))
        user = f"{known.username}@" if known.username else ""
        through = known._replace(netloc=f"{user}127.0.0.1:{proxy.at}").geturl()
        async with open_house(filled.model_copy(update={name: through, "cache_seconds": 0.3})) as house:
            assert (await until_whole(house)).degraded == ()
            proxy.delay = 6.0
            begun = time.monotonic()
            run = await asked(house)
            assert (run.outcome, run.degraded) == (Outcome.ANSWERED, SECONDARY[server])
            assert time.monotonic() - begun < 3 * WAIT + 3
            proxy.delay = 0.0
            assert (await until_whole(house)).degraded == ()


async def test_without_the_ledger_there_is_no_answer_and_with_it_again_there_is(house: House) -> None:
    with down("mysql"):
        for roads in Roads:
            with pytest.raises(StoreUnavailable, match="ledger"):
                await house.navigator.ask(Question(EN, roads=roads))
        with pytest.raises(StoreUnavailable, match="ledger"):
            async with open_house(house.settings):
                pass
    assert (await asked(house)).outcome is Outcome.ANSWERED


async def test_an_answer_in_the_cache_does_not_leave_without_the_ledger(house: House) -> None:
    question = Question(EN, roads=Roads.NAVIGATE)
    await house.navigator.ask(question)
    assert (await house.navigator.ask(question)).cached_from
    with down("mysql"), pytest.raises(StoreUnavailable):
        await house.navigator.ask(question)


DIES_BETWEEN = """
import asyncio, os, signal, sys
from datetime import timedelta
from app.resources import open_house
from app.settings import load_settings

async def main():
    async with open_house(load_settings()) as house:
        for name, index in house.indexes.items():
            rows = await house.outbox.claim("dies", 1000, timedelta(seconds=3), target=name)
            assert rows
            await index.apply([r.entry for r in rows if r.entry], [(r.tenant, r.key) for r in rows if not r.entry],
                              at=house.clock.now())
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_worker_killed_between_telling_and_settling_leaves_no_difference(
    filled: Settings, tmp_path: Path
) -> None:
    async with open_house(filled) as house:
        await take_in(house, rules(tmp_path / "v", 4), sync=False)
        command = [sys.executable, "-c", DIES_BETWEEN]
        dying = await asyncio.create_subprocess_exec(*command, env=environment_of(filled), cwd=ROOT)
        assert await dying.wait() == -signal.SIGKILL
        assert await house.outbox.waiting() > 0
        for name in house.indexes:
            assert (await house.comparing(name, ignore).reconcile()).none
        await asyncio.sleep(3.1)  # its lease
        told = await house.sync(ignore)
        assert all(one.rows > 0 and one.all_told for one in told.values())
        assert await house.outbox.waiting() == 0
        for name in house.indexes:
            assert (await house.comparing(name, ignore).reconcile()).none


async def test_a_ledger_killed_while_documents_come_in_and_are_told_loses_nothing_it_acknowledged(
    filled: Settings, tmp_path: Path
) -> None:
    paths = [rules(tmp_path / "many", i, f"rules{i}.md") for i in range(1, 41)]
    acknowledged: list[str] = []
    async with open_house(filled) as house:
        some = asyncio.Event()

        async def come_in() -> None:
            for path in paths:
                await take_in(house, path, sync=False)
                acknowledged.append(path.name.partition(".")[0])
                if len(acknowledged) == 3:
                    some.set()
                await house.sync(ignore)

        coming = asyncio.create_task(come_in())
        await some.wait()
        await asyncio.to_thread(killed, "mysql")
        with pytest.raises(StoreUnavailable):
            await coming
        await asyncio.to_thread(started, "mysql")
        there = {d.id for d in await house.library.documents(reader_of(house))}
        assert set(acknowledged) <= there
        await asyncio.sleep(0.1)
        for name in house.indexes:
            await house.comparing(name, ignore).reconcile()
            assert (await house.comparing(name, ignore).reconcile(mend=False)).none
        run = await house.navigator.ask(Question(EN, documents=(acknowledged[-1],)))
        assert run.outcome is Outcome.ANSWERED


async def test_a_cache_that_is_flushed_or_full_makes_nothing_wrong(house: House) -> None:
    question = Question(EN)
    redis = Redis.from_url(url_of("redis"))
    with redis:
        first = await house.navigator.ask(question)
        redis.flushall()
        assert said(await house.navigator.ask(question)) == said(first)
        kept = redis.config_get("maxmemory"), redis.config_get("maxmemory-policy")
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", 1)
        try:
            run = await house.navigator.ask(Question(f"{EN} please"))
            assert (run.outcome, run.cached_from) == (Outcome.ANSWERED, None)
        finally:
            for values in kept:
                for name, value in values.items():
                    redis.config_set(name, value)
    assert (await house.navigator.ask(question)).outcome is Outcome.ANSWERED


def said(run: Run) -> list[tuple[str, tuple[object, ...]]]:
    return [(claim.text, claim.citations) for claim in run.claims]


async def test_an_elasticsearch_made_read_only_is_said_waits_and_is_told_once_it_may_be(
    house: House, tmp_path: Path
) -> None:
    indexes = f"{house.settings.index_prefix}-*"
    with Elasticsearch(url_of("elastic")) as elastic:
        elastic.indices.put_settings(index=indexes, settings={"index.blocks.read_only_allow_delete": True})
        await take_in(house, rules(tmp_path / "v", 8), sync=False)
        told = await house.sync(ignore)
        assert told["vectors"].all_told
        assert "read-only" in told["keywords"].away and "read-only" in told["elastic_vectors"].away
        run = await house.navigator.ask(Question(EN))
        assert "8 years" in run.answer  # navigation reads the ledger
        findings = {f.name: f for f in await examine(house.settings)}
        assert "citepath sync" in findings["index keywords"].message
        elastic.indices.put_settings(index=indexes, settings={"index.blocks.read_only_allow_delete": None})
    await asyncio.sleep(6)  # what was not taken rests a while
    told = await house.sync(ignore)
    assert all(one.all_told for one in told.values())
    assert told["keywords"].rows > 0


async def test_a_collection_of_milvus_dropped_by_hand_is_said_and_a_rebuild_mends_it(house: House) -> None:
    client = MilvusClient(url_of("milvus"))
    for name in client.list_collections():
        if name.startswith(house.settings.index_prefix):
            for alias in client.list_aliases(name)["aliases"]:
                client.drop_alias(alias)
            client.drop_collection(name)
    client.close()
    run = await asked(house)
    assert (run.outcome, run.degraded) == (Outcome.ANSWERED, ("vectors",))
    with pytest.raises(StoreUnavailable, match="citepath reindex"):
        await house.indexes["vectors"].count()
    found = await house.comparing("vectors", ignore).reindex()
    assert found.missing == found.expected > 0
    assert (await until_whole(house)).degraded == ()


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as a process of its own is given them."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        **{f"CITEPATH_{name.upper()}": str(value) for name, value in given.items()},
    }


def reader_of(house: House) -> object:
    return house.comparing("keywords", ignore).reader
