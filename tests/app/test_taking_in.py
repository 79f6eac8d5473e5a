"""Many files at once: in parallel, versions in order, bad ones beside good ones, stopped and taken up again."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest

from app.resources import House, open_house
from app.settings import Settings
from app.taking_in import Job, TakingIn, in_order
from app.turns import turn
from docs_ingest.errors import ReadingStopped
from stores.errors import StoreUnavailable
from stores.events import Event, FileBegun, FileDone, ignore
from stores.records import IngestStatus, Reader
from tests.app.conftest import ROOT, Command

LAW = "第一条 银行应当保存记录十年。\n第二条 The Bank keeps records for {n} years.\n"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(Settings(home=tmp_path / "home", readers=3)) as opened:
        yield opened


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


async def test_many_files_are_read_at_once_and_reported_in_their_order(house: House, tmp_path: Path) -> None:
    jobs = [Job(write(tmp_path / "in", f"doc{n}.md", LAW.format(n=n)), f"doc{n}") for n in range(12)]
    events: list[Event] = []
    threads: set[int] = set()

    def emit(event: Event) -> None:
        events.append(event)
        threads.add(threading.get_ident())

    records = await asyncio.to_thread(TakingIn(house, emit).take_in, jobs)
    assert [r.document for r in records] == [f"doc{n}" for n in range(12)]
    assert {r.status for r in records} == {IngestStatus.READY}
    assert len(threads) > 1
    assert sum(isinstance(e, FileBegun) for e in events) == sum(isinstance(e, FileDone) for e in events) == 12
    assert len(await house.library.versions(Reader())) == 12


async def test_versions_of_one_document_are_taken_in_by_their_days(house: House, tmp_path: Path) -> None:
    days = ["2024-11-08", "2006-10-31", "2019-01-02", "2021-05-06"]
    paths = [write(tmp_path / "in", f"law.{day}.md", LAW.format(n=n)) for n, day in enumerate(days)]
    await asyncio.to_thread(TakingIn(house, ignore).take_in, in_order([Job(p, "law") for p in paths]))
    history = await house.library.history(Reader(), "law")
    assert [v.effective_from for v in history] == sorted(map(date.fromisoformat, days))


async def test_a_file_that_is_gone_or_bad_does_not_stop_the_others(house: House, tmp_path: Path) -> None:
    good = write(tmp_path / "in", "good.md", LAW)
    bad = write(tmp_path / "in", "bad.pdf", "no pdf")
    jobs = [Job(tmp_path / "in" / "gone.md", "gone"), Job(bad, "bad"), Job(good, "good")]
    gone, failed, ready = await asyncio.to_thread(TakingIn(house, ignore).take_in, jobs)
    assert (gone.status, failed.status, ready.status) == (IngestStatus.FAILED, IngestStatus.FAILED, IngestStatus.READY)
    assert "could not be opened" in (gone.reason or "")


async def test_what_is_stopped_ends_soon_and_leaves_whole_documents(house: House, tmp_path: Path) -> None:
    long = "第一条 " + "银行应当保存记录。" * 400
    jobs = [Job(write(tmp_path / "in", f"d{n}.md", f"{long}{n}\n" * 40), f"d{n}") for n in range(60)]
    work = TakingIn(house, ignore)
    task = asyncio.create_task(asyncio.to_thread(work.take_in, jobs))
    await asyncio.sleep(0.3)
    work.stop()
    begun = time.monotonic()
    with pytest.raises(ReadingStopped):
        await task
    assert time.monotonic() - begun < 5
    for version in await house.library.versions(Reader()):
        assert (await house.library.tree(Reader(), version.id)).text


async def test_trying_out_stores_nothing(house: House, tmp_path: Path) -> None:
    jobs = [Job(write(tmp_path / "in", "a.md", LAW), "a"), Job(write(tmp_path / "in", "b.pdf", "x"), "b")]
    good, bad = await asyncio.to_thread(TakingIn(house, ignore).try_out, jobs)
    assert good.made is not None
    assert (bad.made, bad.status) == (None, IngestStatus.FAILED)
    assert await house.library.documents(Reader()) == []
    assert await house.library.ingests(Reader()) == []
    assert not list((house.home / "originals").rglob("*"))


def begun(folder: Path) -> subprocess.Popen[bytes]:
    """`citepath ingest` of folder/in into folder/empty, under way."""
    code = "from app.cli import main; raise SystemExit(main())"
    environment = {
        "CITEPATH_HOME": str(folder / "empty"),
        "PYTHONPATH": str(ROOT),
        "PATH": "/usr/bin:/bin",
        "CITEPATH_READERS": "2",
    }
    command = [sys.executable, "-c", code, "ingest", str(folder / "in")]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True)


def test_a_folder_goes_on_after_kill_with_nothing_doubled(fresh: Command, tmp_path: Path) -> None:
    for n in range(60):
        write(tmp_path / "in", f"doc{n:02}.md", LAW.format(n=n) + "第三条 " + "记录应当完整。" * 300 + "\n")
    for _ in range(3):
        with begun(tmp_path) as running:
            assert running.stderr is not None
            for done, _ in enumerate(running.stderr):
                if done > 5:
                    os.killpg(running.pid, signal.SIGKILL)
                    break
    ended = fresh("ingest", str(tmp_path / "in"), "--json").json
    assert ended["ready"] + ended["unchanged"] == 60
    assert ended["unchanged"] > 0
    documents = fresh("documents", "--json").json["documents"]
    assert len(documents) == 60
    assert all(len(d["versions"]) == 1 for d in documents)
    found = fresh("retrieve", "records for 41 years", "--k", "3", "--json").json["passages"]
    assert found[0]["document"] == "doc41"


def test_what_a_killed_process_was_telling_the_index_is_told_by_the_next(fresh: Command, tmp_path: Path) -> None:
    write(tmp_path / "in", "rules.md", "".join(f"第{n}条 记录{n}应当完整。\n\n" for n in range(1, 1_500)))
    ledger = tmp_path / "empty" / "ledger.sqlite"
    with begun(tmp_path) as running:
        while not claimed(ledger) and running.poll() is None:
            time.sleep(0.002)
        os.killpg(running.pid, signal.SIGKILL)
    assert claimed(ledger) > 0  # or the kill came too late to show anything
    ended = fresh("ingest", str(tmp_path / "in"), "--json").json
    assert (ended["ready"], ended["unchanged"]) == (0, 1)
    [index] = [one for one in fresh("doctor", "--json").json["findings"] if one["name"] == "index keywords"]
    assert "nothing waiting" in index["message"]


def claimed(ledger: Path) -> int:
    """Rows that a worker holds, by a look at the ledger from outside; 0 where it has no tables yet."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(ledger)) as connection:
        return int(connection.execute("SELECT count(claim) FROM outbox").fetchone()[0])
    return 0


async def test_one_process_at_a_time_tells_the_index(house: House) -> None:
    done: list[str] = []

    async def other() -> None:
        await house.sync(ignore)
        done.append("told")

    async with turn(house.home / "telling.lock", 1.0, "telling the keyword index"):
        task = asyncio.create_task(other())
        await asyncio.sleep(0.2)
        assert done == []
        with pytest.raises(StoreUnavailable, match="another process has been telling the keyword index for"):
            async with turn(house.home / "telling.lock", 0.1, "telling the keyword index"):
                pass
    await task
    assert done == ["told"]
