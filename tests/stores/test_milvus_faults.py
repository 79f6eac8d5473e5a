"""Milvus away, silent, killed: the vectors say so in time, and are used again when it is back.

Milvus Lite lives in the process, so there it is the process that is killed.
"""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymilvus import MilvusClient

from stores.breaker import Breaker
from stores.errors import StoreUnavailable
from stores.vectors_milvus import MilvusVectors
from tests.servers import down, stalled, url_of
from tests.stores.contract_vectors import AXES, DIMENSIONS, LATER, NOW, unit, vector_entry

REST = 0.5  # seconds the breaker rests in these tests
PATIENCE = 90  # seconds within which a server that is back is used


def vectors_of(prefix: str) -> MilvusVectors:
    return MilvusVectors(
        url_of("milvus"), "m", DIMENSIONS, prefix=prefix, timeout=1, breaker=Breaker("Milvus", rest=REST)
    )


@pytest.fixture
async def vectors() -> AsyncIterator[MilvusVectors]:
    prefix = f"t{uuid.uuid4().hex[:12]}"
    vectors = vectors_of(prefix)
    yield vectors
    await vectors.close()
    client = MilvusClient(url_of("milvus"), dedicated=True)
    for name in client.list_collections():
        if name.startswith(prefix):
            client.drop_alias(f"{prefix}_vectors_m_{DIMENSIONS}_1")
            client.drop_collection(name)
    client.close()


async def seconds_of_failure(vectors: MilvusVectors) -> float:
    begun = time.perf_counter()
    with pytest.raises(StoreUnavailable):
        await vectors.search("default", unit(1), 5)
    return time.perf_counter() - begun


async def found_again(vectors: MilvusVectors) -> list[str]:
    """Asks until it is answered."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return [hit.key for hit in await vectors.search("default", unit(1), 9)]
        except StoreUnavailable:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.5)


@pytest.mark.faults
async def test_a_server_that_is_away_costs_its_time_three_times_and_then_nothing(vectors: MilvusVectors) -> None:
    await vectors.apply(AXES, [], at=NOW)
    with down("milvus"):
        spent = [await seconds_of_failure(vectors) for _ in range(3)]
        assert max(spent) < 5
        refused = [await seconds_of_failure(vectors) for _ in range(50)]
        assert sum(refused) < 10
        with pytest.raises(StoreUnavailable):
            await vectors.apply(AXES, [], at=NOW)
    assert await found_again(vectors) == ["x", "xy", "y", "-x"]


@pytest.mark.faults
async def test_a_server_that_comes_after_us_is_found(vectors: MilvusVectors) -> None:
    with down("milvus"):
        await seconds_of_failure(vectors)
    assert await found_again(vectors) == []
    await vectors.apply(AXES, [], at=NOW)
    assert await vectors.count() == 4


@pytest.mark.faults
async def test_a_server_that_is_silent_is_told_in_time_and_used_again_after(vectors: MilvusVectors) -> None:
    await vectors.apply(AXES, [], at=NOW)
    with stalled("milvus"):
        spent = [await seconds_of_failure(vectors) for _ in range(3)]
        assert max(spent) < 5
        refused = [await seconds_of_failure(vectors) for _ in range(20)]
        assert sorted(refused)[10] < 0.1
    assert await found_again(vectors) == ["x", "xy", "y", "-x"]


@pytest.mark.faults
async def test_the_event_loop_goes_on_while_the_server_is_silent(vectors: MilvusVectors) -> None:
    await vectors.apply(AXES, [], at=NOW)
    with stalled("milvus"):
        asking = asyncio.create_task(seconds_of_failure(vectors))
        turns = 0
        while not asking.done():
            await asyncio.sleep(0.01)
            turns += 1
        await asking
    assert turns > 20
    assert await found_again(vectors)


@pytest.mark.faults
async def test_what_was_acknowledged_is_there_after_a_kill(vectors: MilvusVectors) -> None:
    many = [vector_entry(f"n{i:04}", unit(1, i)) for i in range(1_500)]
    await vectors.apply(many, [], at=NOW)
    await vectors.apply([], [("default", "n0000")], at=LATER)
    with down("milvus"):
        pass
    await found_again(vectors)
    assert await vectors.count() == 1_499
    held = [one.key async for page in vectors.held("default") for one in page]
    assert sorted(held) == [f"n{i:04}" for i in range(1, 1_500)]


WRITER = """
import asyncio, sys
from stores.vectors_milvus import MilvusVectors
from tests.stores.contract_vectors import AXES, DIMENSIONS, LATER, NOW

async def main():
    vectors = MilvusVectors(sys.argv[1], "m", DIMENSIONS)
    await vectors.apply(AXES, [], at=NOW)
    await vectors.apply([], [("default", "y")], at=LATER)
    print("written", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_of_milvus_lite_nothing_is_lost_when_its_process_is_killed(tmp_path: Path) -> None:
    path = str(tmp_path / "milvus.db")
    writer = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(WRITER),
        path,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert writer.stdout is not None
    assert await asyncio.wait_for(writer.stdout.readline(), 60) == b"written\n"
    vectors = MilvusVectors(path, "m", DIMENSIONS)
    with pytest.raises(StoreUnavailable, match="one process at a time"):
        await vectors.count()
    writer.send_signal(signal.SIGKILL)
    await writer.wait()
    assert [hit.key for hit in await vectors.search("default", unit(1), 9)] == ["x", "xy", "-x"]
    assert await vectors.count() == 3
    await vectors.apply(AXES, [], at=LATER)
    assert await vectors.count() == 4
    await vectors.close()
