"""The ledger on a real MariaDB: the same contract, and what only a server with many writers can break."""

import asyncio
import itertools
import random
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, event, func, insert, make_url, select, text, update

from stores.errors import StoreConflict, StoreUnavailable
from stores.ids import FixedClock
from stores.ledger import SqlIntake, migrate, open_engine, tables
from stores.ledger.engine import newest_revision
from stores.pool import Pool
from stores.records import IngestStatus, NewVersion
from tests.stores.contract_ledger import LEASE, START, TARGETS, LedgerContract, a_run
from tests.stores.cutting_proxy import Side, cutting_proxy
from tests.stores.mysql import as_user, own_database, sql_ledger, text_url, wipe
from tests.stores.samples import EN, MIXED, READER, ZH, Ledger, add, new_version, record_of
from tests.stores.writers import two_writers_and_a_reader

pytestmark = pytest.mark.stores


@pytest.fixture(scope="module")
def database() -> Iterator[URL]:
    with own_database() as url:
        yield url


@pytest.fixture(scope="module")
def migrated(database: URL) -> Iterator[Engine]:
    engine = open_engine(text_url(database))
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(migrated: Engine) -> Engine:
    """A migrated, empty ledger on MariaDB."""
    wipe(migrated)
    return migrated


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool("ledger", threads=4, queue=40)
    yield pool
    pool.close()


class TestMysqlLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, engine: Engine, clock: FixedClock, pool: Pool) -> Ledger:
        return sql_ledger(engine, clock, pool)

    @pytest.fixture
    def two_targets(self, engine: Engine, clock: FixedClock, pool: Pool) -> Ledger:
        return sql_ledger(engine, clock, pool, TARGETS)


# -- the session


def test_a_session_is_what_we_need_whatever_the_server_says(database: URL) -> None:
    url = text_url(database.update_query_dict({"charset": "latin1"}))
    engine = open_engine(url, lock_wait=3)
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT @@session.sql_mode, @@session.time_zone, @@character_set_client, @@character_set_connection,"
                " @@character_set_results, @@session.innodb_lock_wait_timeout"
            )
        ).one()
        assert "STRICT_TRANS_TABLES" in row[0]
        assert tuple(row[1:]) == ("+00:00", "utf8mb4", "utf8mb4", "utf8mb4", 3)
        assert connection.get_isolation_level() == "READ COMMITTED"
    engine.dispose()


def test_a_password_beside_the_url_is_taken_and_is_in_no_message(database: URL) -> None:
    bare = text_url(database.set(password=None))
    engine = open_engine(bare, password=str(database.password))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()
    wrong = open_engine(bare, password="sésame-27")
    with pytest.raises(StoreUnavailable, match="user and password") as told:
        migrate(wrong)
    shown = "".join(traceback.format_exception(told.value)) + repr(wrong) + str(wrong.url)
    assert "sésame" not in shown
    wrong.dispose()


def test_a_server_that_is_not_there_and_a_database_that_is_not_there_are_said_to_be_so(database: URL) -> None:
    for url, said in ((database.set(port=1), "cannot be reached"), (database.set(database="citepath_no"), "database")):
        engine = open_engine(text_url(url))
        with pytest.raises(StoreUnavailable, match=said) as told:
            migrate(engine)
        assert str(database.password) not in "".join(traceback.format_exception(told.value))
        engine.dispose()


# -- writers and readers at once


def test_a_save_decided_while_a_deletion_is_under_way_is_refused(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    add(ledger, ZH)
    decided = new_version(clock, (ZH[0], EN[0]), before=ledger.intake.latest_tree("default", "policy"))
    with engine.connect() as other, ThreadPoolExecutor(1) as thread:
        other.execute(update(tables.documents).values(deleted_at=clock.now()))  # not committed yet
        saving = thread.submit(ledger.intake.save, decided, record_of(clock, decided))
        wait_until(lambda: waiting_for_locks(engine) == 1)
        other.commit()
        with pytest.raises(StoreConflict, match="deleted"):
            saving.result()
    assert ledger.intake.alive("default", "policy") is False


def test_first_saves_of_many_documents_at_once_all_succeed(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    """They meet at the tenant's first revision row, which none of them finds."""
    for number in range(10):
        wipe(engine)
        with ThreadPoolExecutor(8) as threads:
            news = [new_version(clock, (f"{number} {n}",), document=f"d{n}") for n in range(8)]
            barrier = threading.Barrier(8)

            def save(new: NewVersion, barrier: threading.Barrier = barrier) -> None:
                barrier.wait()
                SqlIntake(engine, clock).save(new, record_of(clock, new))

            list(threads.map(save, news))
        with engine.connect() as connection:
            assert connection.execute(select(tables.revisions.c.number)).scalars().all() == [8, 8]


def test_two_writers_of_one_document_lose_no_update_and_no_reader_sees_half_a_version(
    database: URL, engine: Engine
) -> None:
    engines = [open_engine(text_url(database)) for _ in range(3)]
    two_writers_and_a_reader(*engines, each=100)
    for one in engines:
        one.dispose()


async def test_many_claimers_at_once_hold_every_row_once_and_in_order(
    engine: Engine, clock: FixedClock, pool: Pool
) -> None:
    ledger = sql_ledger(engine, clock, pool)
    for n in range(20):
        add(ledger, [f"第 {n} 条 {i}" for i in range(10)], document=f"d{n}")
    held: list[str] = []

    async def work(worker: str) -> None:
        while rows := await ledger.outbox.claim(worker, 7, LEASE):
            held.extend(row.id for row in rows)
            await ledger.outbox.settle(worker, [row.id for row in rows])

    await asyncio.gather(*(work(name) for name in "abcd"))
    assert len(held) == len(set(held)) == 200
    assert await ledger.outbox.waiting() == 0


async def test_a_claim_reads_no_more_rows_than_a_few_for_each_that_it_looks_at(
    engine: Engine, clock: FixedClock, pool: Pool
) -> None:
    ledger = sql_ledger(engine, clock, pool)
    add(ledger, [f"第 {n} 条" for n in range(1000)])
    read: list[int] = []

    def count(connection: Connection) -> None:
        rows = connection.connection.cursor()
        rows.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        read.append(sum(int(value) for _, value in rows.fetchall()))
        rows.close()

    event.listen(engine, "begin", count)
    event.listen(engine, "commit", count)
    rows = await ledger.outbox.claim("w", 100, LEASE)
    event.remove(engine, "begin", count)
    event.remove(engine, "commit", count)
    assert len(rows) == 100
    assert read[1] - read[0] < 20 * 100  # for each of them all rows of the index: 100,000


# -- deadlocks, locks that are held, connections that are lost


def test_a_save_that_a_deadlock_undid_is_done_again_once(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    add(ledger, ZH)
    r, numbers = tables.revisions, errors_of(engine)
    new = new_version(clock, EN, before=ledger.intake.latest_tree("default", "policy"))
    with engine.connect() as other, ThreadPoolExecutor(1) as thread:
        # Whoever wrote more survives a deadlock.
        rows = [{"tenant": "heavy", "collection": str(n), "number": 1} for n in range(3000)]
        other.execute(insert(r), rows)
        other.execute(select(r.c.number).where(r.c.tenant == "default").with_for_update()).all()
        saving = thread.submit(ledger.intake.save, new, record_of(clock, new))
        wait_until(lambda: waiting_for_locks(engine) == 1)
        other.execute(select(tables.documents.c.id).with_for_update()).all()
        other.rollback()
        saving.result()
    assert numbers == [1213]
    assert counts(engine) == {"versions": 2, "ingests": 2, "outbox": 4, "revision": 4}


def test_a_save_that_waited_too_long_for_a_lock_is_done_again_once(database: URL, engine: Engine) -> None:
    clock = FixedClock(START)
    impatient = open_engine(text_url(database), lock_wait=1)
    numbers = errors_of(impatient)
    with engine.connect() as other, ThreadPoolExecutor(1) as thread:
        intake, new = SqlIntake(impatient, clock), new_version(clock, ZH)
        intake.save(new, record_of(clock, new))
        other.execute(select(tables.documents.c.id).with_for_update()).all()
        late = new_version(clock, EN, before=intake.latest_tree("default", "policy"))
        saving = thread.submit(intake.save, late, record_of(clock, late))
        wait_until(lambda: numbers == [1205])
        other.rollback()
        saving.result()
    impatient.dispose()
    assert counts(engine) == {"versions": 2, "ingests": 2, "outbox": 4, "revision": 4}


def test_a_save_whose_connection_is_killed_after_any_of_its_statements_is_done_again_once(
    database: URL, engine: Engine, clock: FixedClock, pool: Pool
) -> None:
    for number in range(1, 30):
        wipe(engine)
        add(sql_ledger(engine, clock, pool), ZH)
        with killing(text_url(database), number) as (killed, killable):
            intake = SqlIntake(killable, clock)
            new = new_version(clock, EN, before=SqlIntake(engine, clock).latest_tree("default", "policy"))
            intake.save(new, record_of(clock, new))
            assert intake.latest("default", "policy") == new.version
        assert counts(engine) == {"versions": 2, "ingests": 2, "outbox": 4, "revision": 4}, number
        if not killed:
            break
    assert number > 10  # as many statements as there are


@pytest.mark.parametrize("side", ["before", "after"])
async def test_what_lost_its_connection_at_commit_is_done_once(
    database: URL, engine: Engine, clock: FixedClock, pool: Pool, side: Side
) -> None:
    with cutting_proxy(database) as proxy:
        cut = open_engine(text_url(proxy.url))
        ledger = sql_ledger(cut, clock, pool)

        def arm() -> None:
            proxy.cut_at = side

        new = new_version(clock, ZH)
        arm()
        ledger.intake.save(new, record_of(clock, new))
        assert counts(engine) == {"versions": 1, "ingests": 1, "outbox": 2, "revision": 2}
        arm()
        ledger.intake.record(replace(record_of(clock, new), status=IngestStatus.FAILED))
        assert counts(engine)["ingests"] == 2
        arm()
        rows = await ledger.outbox.claim("w", 1, LEASE)
        assert [row.attempts for row in rows] == [0]
        arm()
        await ledger.outbox.release("w", [rows[0].id], "down", timedelta(seconds=5))
        clock.advance(5)
        rows = await ledger.outbox.claim("w", 10, LEASE)
        assert [row.attempts for row in rows] == [1, 0]
        arm()
        await ledger.outbox.settle("w", [rows[0].id])
        assert await ledger.outbox.waiting() == 1
        run = a_run(clock)
        arm()
        await ledger.runs.save(run)
        assert await ledger.runs.run(READER, run.id) == run
        arm()
        assert ledger.intake.delete("default", "policy") is True
        assert ledger.intake.delete("default", "policy") is False
        assert counts(engine) == {"versions": 1, "ingests": 2, "outbox": 3, "revision": 4}
        arm()
        assert ledger.intake.latest("default", "policy") == new.version  # a read
        assert proxy.cuts == 8
        cut.dispose()


@pytest.mark.parametrize("side", ["before", "after"])
async def test_what_must_not_be_done_twice_says_that_it_may_have_been_done(
    database: URL, engine: Engine, clock: FixedClock, pool: Pool, side: Side
) -> None:
    with cutting_proxy(database) as proxy:
        cut = open_engine(text_url(proxy.url))
        ledger = sql_ledger(cut, clock, pool)
        add(ledger, ZH)
        for doubtful in (ledger.outbox.take_back, lambda: ledger.outbox.unpark("x"), lambda: ledger.outbox.forget("x")):
            proxy.cut_at = side
            with pytest.raises(StoreUnavailable, match="may have been kept"):
                await doubtful()
        assert proxy.cuts == 3
        assert await ledger.outbox.waiting() == 2
        cut.dispose()


async def test_a_save_that_comes_second_is_refused_also_when_its_connection_was_lost(
    database: URL, engine: Engine, clock: FixedClock, pool: Pool
) -> None:
    ledger = sql_ledger(engine, clock, pool)
    first = add(ledger, ZH)
    late = new_version(clock, MIXED, before=ledger.intake.latest_tree("default", "policy"))
    add(ledger, EN)
    before = counts(engine)
    with killing(text_url(database), 1) as (killed, killable):
        with pytest.raises(StoreConflict):
            SqlIntake(killable, clock).save(late, record_of(clock, late))
        assert killed
    assert counts(engine) == before
    assert (await ledger.library.history(READER, "policy"))[0] == first.version


# -- migrations


def test_the_migrated_tables_are_those_the_code_uses(engine: Engine) -> None:
    assert differences(engine) == []


def test_migrating_again_changes_nothing_and_a_newer_ledger_is_left_alone() -> None:
    with own_database() as url:
        engine = open_engine(text_url(url))
        migrate(engine)
        migrate(engine)
        assert differences(engine) == []
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreUnavailable, match="upgrade the program"):
            migrate(engine)
        engine.dispose()


def test_a_migration_that_is_cut_short_after_each_of_its_changes_in_turn_is_completed_in_the_end() -> None:
    with own_database() as url:
        cuts = 0
        while cuts < 60:
            with killing(text_url(url), 1, only=("CREATE", "ALTER", "DROP")) as (killed, killable):
                if not cut_short(killable):
                    break
                assert killed
            cuts += 1
        assert 15 < cuts < 60  # as many changes as there are, each of them made once
        engine = open_engine(text_url(url))
        assert differences(engine) == []
        migrate(engine)
        assert differences(engine) == []
        engine.dispose()


def test_several_processes_may_migrate_an_empty_database_at_once() -> None:
    imports = "import sys; from stores.ledger import migrate, open_engine"
    code = f"{imports}; url = sys.stdin.readline(); migrate(open_engine(url.strip()))"
    with own_database() as url:
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            for _ in range(4)
        ]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(text_url(url) + "\n")
            process.stdin.flush()
        for process in processes:
            assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)
        engine = open_engine(text_url(url))
        assert differences(engine) == []
        with engine.connect() as connection:
            revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        assert revisions == [newest_revision()]
        engine.dispose()


# -- size


async def test_a_document_of_twenty_million_characters_is_kept(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    words = random.Random(1).randbytes(20_000_000).decode("latin-1")  # hardly to be compressed
    ledger = sql_ledger(engine, clock, pool)
    new = new_version(clock, [words[start : start + 10_000] for start in range(0, len(words), 10_000)])
    ledger.intake.save(new, record_of(clock, new))
    assert (await ledger.library.tree(READER, new.version.id)).text == words


# -- helpers


def cut_short(engine: Engine) -> bool:
    try:
        migrate(engine)
    except StoreUnavailable:
        return True
    return False


def errors_of(engine: Engine) -> list[int]:
    """The server's error numbers as they come from now on."""
    numbers: list[int] = []
    event.listen(engine, "handle_error", lambda context: numbers.append(context.original_exception.args[0]))
    return numbers


@contextmanager
def killing(url: str, number: int, only: tuple[str, ...] = ("",)) -> Iterator[tuple[list[int], Engine]]:
    """An engine whose connection is killed by the server after its `number`th statement, once; and those killed."""
    engine = open_engine(url)
    killed: list[int] = []
    seen = itertools.count(1)

    def kill(connection: Connection, cursor: Any, statement: str, *rest: object) -> None:
        if statement.lstrip().startswith(only) and next(seen) == number:
            thread = connection.connection.dbapi_connection.thread_id()  # type: ignore[union-attr]
            with as_user(make_url(url)) as other:
                other.execute(f"KILL CONNECTION {thread}")
            killed.append(thread)

    event.listen(engine, "after_cursor_execute", kill)
    yield killed, engine
    engine.dispose()


def waiting_for_locks(engine: Engine) -> int:
    """How many transactions of this user's wait for a row, as the server's process list tells it."""
    with engine.connect() as connection:
        rows = connection.execute(text("SHOW FULL PROCESSLIST")).mappings().all()
    return sum(
        row["db"] == engine.url.database
        and row["Command"] == "Query"
        and (row["Info"] or "").startswith(("UPDATE", "SELECT documents"))
        and row["Time"] >= 1
        for row in rows
    )


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        found = {
            name: connection.execute(select(func.count()).select_from(tables.metadata.tables[name])).scalar_one()
            for name in ("versions", "ingests", "outbox")
        }
        r = tables.revisions.c
        total = connection.execute(select(func.sum(r.number)).where(r.tenant == "default")).scalar_one()
    return found | {"revision": int(total or 0)}


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, tables.metadata))
