"""The ledger: one contract in memory and on SQLite, and what only SQL can break."""

import re
import sqlite3
import subprocess
import sys
import traceback
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Delete, Dialect, Engine, Update, delete, event, func, select, text, update
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects.mysql import mariadb
from sqlalchemy.schema import CreateTable

from stores.errors import StoreConflict, StoreCorrupt, StoreUnavailable
from stores.ids import FixedClock
from stores.ledger import SqlIntake, migrate, open_engine, run_to_json, tables
from stores.ledger import engine as ledger_engine
from stores.ledger.rows import pack_text
from stores.memory import MemoryLedger
from stores.pool import Pool
from tests.stores.contract_ledger import LEASE, TARGETS, LedgerContract, a_run
from tests.stores.mysql import sql_ledger
from tests.stores.samples import EN, MIXED, READER, STRANGER, ZH, Ledger, add, new_version, record_of
from tests.stores.writers import two_writers_and_a_reader


class TestMemoryLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, clock: FixedClock) -> Ledger:
        memory = MemoryLedger(clock)
        return Ledger(memory.library, memory.intake, memory.outbox, memory.runs, clock)

    @pytest.fixture
    def two_targets(self, clock: FixedClock) -> Ledger:
        memory = MemoryLedger(clock, targets=TARGETS)
        return Ledger(memory.library, memory.intake, memory.outbox, memory.runs, clock)


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, engine: Engine, clock: FixedClock, pool: Pool) -> Ledger:
        return sql_ledger(engine, clock, pool)

    @pytest.fixture
    def two_targets(self, engine: Engine, clock: FixedClock, pool: Pool) -> Ledger:
        return sql_ledger(engine, clock, pool, TARGETS)


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool("ledger", threads=2, queue=20)
    yield pool
    pool.close()


# -- writers and readers at once


def test_two_writers_of_one_document_lose_no_update_and_no_reader_sees_half_a_version(
    tmp_path: Path, engine: Engine
) -> None:
    engines = [open_engine(f"sqlite:///{tmp_path / 'ledger.db'}") for _ in range(3)]
    two_writers_and_a_reader(*engines, each=100)
    for one in engines:
        one.dispose()


# -- lists of versions that are kept


async def test_a_list_of_versions_that_was_read_before_is_never_served_after_another_process_wrote(
    engine: Engine, clock: FixedClock, pool: Pool
) -> None:
    here, there = sql_ledger(engine, clock, pool), sql_ledger(engine, clock, pool)

    async def listed(**scope: str) -> list[str]:
        first, again = [await here.library.versions(READER, **scope) for _ in range(2)]  # type: ignore[arg-type]
        assert first == again
        return [v.name for v in first]

    assert await listed() == []
    add(there, ZH, document="a")
    assert await listed() == ["a@1"]
    add(there, EN, document="a")
    add(there, EN, document="b", collection="notes")
    assert await listed() == ["a@2", "b@1"]
    assert await listed(collection="notes") == ["b@1"]
    add(there, MIXED, document="a", collection="notes")
    assert await listed(collection="notes") == ["a@3", "b@1"]
    there.intake.delete("default", "a")
    assert await listed() == await listed(collection="notes") == ["b@1"]
    assert await here.library.versions(STRANGER) == []


async def test_a_kept_list_of_versions_is_that_of_its_day_and_nobody_can_change_it(
    engine: Engine, clock: FixedClock, pool: Pool
) -> None:
    ledger = sql_ledger(engine, clock, pool)
    add(ledger, ZH, effective_from=date(2020, 1, 1))
    add(ledger, EN, effective_from=date(2026, 3, 3))  # the day after the clock's
    for _ in range(2):
        assert [v.number for v in await ledger.library.versions(READER)] == [1]
        assert [v.number for v in await ledger.library.versions(READER, as_of=date(2026, 3, 3))] == [2]
        assert await ledger.library.versions(READER, as_of=date(2019, 1, 1)) == []
    (await ledger.library.versions(READER)).clear()
    clock.advance(86_400)
    assert [v.number for v in await ledger.library.versions(READER)] == [2]
    for day in range(1, 20):  # more than are kept
        assert len(await ledger.library.versions(READER, as_of=date(2026, 3, day))) == 1


# -- damage


async def test_a_flipped_byte_in_a_stored_text_is_noticed(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    new = add(ledger, (*ZH, *EN, *MIXED))
    with engine.begin() as connection:
        blob = connection.execute(select(tables.derivations.c.text)).scalar_one()
    for position in range(len(blob)):
        damaged = blob[:position] + bytes([blob[position] ^ 0x10]) + blob[position + 1 :]
        with engine.connect().execution_options(writer=True) as connection, connection.begin():
            connection.execute(update(tables.derivations).values(text=damaged))
        with pytest.raises(StoreCorrupt):
            ledger.intake.latest_tree("default", "policy")
    with pytest.raises(StoreCorrupt, match="policy@1"):
        await ledger.library.tree(READER, new.version.id)


async def test_another_text_than_the_one_written_is_noticed(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    new = add(ledger, ZH)
    _write(engine, update(tables.derivations).values(text=pack_text(new.text.replace("应当", "可以"))))
    with pytest.raises(StoreCorrupt):
        await ledger.library.tree(READER, new.version.id)


@pytest.mark.parametrize(
    "damage",
    [
        update(tables.derivations).values(lines=b"\x00not compressed"),
        update(tables.derivations).values(lines=zlib.compress(b"[[1],[2,3]]")),
        update(tables.derivations).values(tables=b"\x00not compressed"),
        update(tables.derivations).values(tables=zlib.compress(b"[[1, 2]]")),
        update(tables.derivations).values(page_labels='["iv"'),
        update(tables.derivations).values(notes="7"),
        update(tables.versions).values(effective_source="hearsay"),
        update(tables.nodes).where(tables.nodes.c.ord == 1).values(kind="poem"),
        delete(tables.nodes).where(tables.nodes.c.ord == 2),
    ],
    ids=["lines", "line columns", "tables", "table", "labels", "notes", "source", "kind", "lost node"],
)
async def test_damage_to_what_a_tree_is_made_of_is_noticed(
    engine: Engine, clock: FixedClock, pool: Pool, damage: Update | Delete
) -> None:
    ledger = sql_ledger(engine, clock, pool)
    new = add(ledger, ZH)
    _write(engine, damage)
    with pytest.raises(StoreCorrupt):
        await ledger.library.tree(READER, new.version.id)


async def test_edges_and_steps_of_an_unknown_kind_are_noticed(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    add(ledger, ZH)
    version = add(ledger, EN).version
    _write(engine, update(tables.edges).where(tables.edges.c.ord == 1).values(kind="rumour"))
    _write(engine, update(tables.lineage).where(tables.lineage.c.ord == 1).values(state="lost"))
    for read in (ledger.library.edges(READER, version.id), ledger.library.lineage(READER, version.id)):
        with pytest.raises(StoreCorrupt, match="unknown"):
            await read


async def test_a_changed_run_is_noticed(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    run = a_run(clock)
    await ledger.runs.save(run)
    for record in (b"nonsense", zlib.compress(run_to_json(replace(run, answer="可以")))):
        _write(engine, update(tables.runs).values(record=record))
        with pytest.raises(StoreCorrupt):
            await ledger.runs.run(READER, run.id)


async def test_a_damaged_outbox_row_is_noticed(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    add(ledger, ZH)
    _write(engine, update(tables.outbox).values(entry=b'{"key": "k"}'))
    with pytest.raises(StoreCorrupt):
        await ledger.outbox.claim("w", 10, LEASE)


def test_a_file_that_is_no_database_is_corrupt(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"%PDF-1.7 is not a ledger" * 100)
    engine = open_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(StoreCorrupt):
        migrate(engine)
    engine.dispose()


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'missing' / 'ledger.db'}")
    with pytest.raises(StoreUnavailable):
        migrate(engine)
    engine.dispose()


def test_a_ledger_without_tables_says_what_to_do(tmp_path: Path, clock: FixedClock) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with pytest.raises(StoreUnavailable, match="run the migration"):
        SqlIntake(engine, clock).latest("default", "policy")
    engine.dispose()


def test_a_locked_file_is_unavailable_and_its_message_holds_no_document_text(
    tmp_path: Path, engine: Engine, clock: FixedClock
) -> None:
    holder = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    impatient = open_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    event.listen(impatient, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 10"))
    holder.execute("BEGIN IMMEDIATE")
    new = new_version(clock, ZH)
    with pytest.raises(StoreUnavailable, match="locked") as told:
        SqlIntake(impatient, clock).save(new, record_of(clock, new))
    assert "客户" not in "".join(traceback.format_exception(told.value))
    assert SqlIntake(impatient, clock).latest("default", "policy") is None  # readers do not wait for writers
    holder.close()
    impatient.dispose()


def test_a_failed_save_leaves_every_table_as_it_was(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    first = add(ledger, ZH)
    tree = ledger.intake.latest_tree("default", "policy")
    before = _counts(engine)
    late = new_version(clock, EN, before=tree)
    record = record_of(clock, late)
    for spoiled in (
        replace(late, follows=None),
        replace(late, nodes=(*late.nodes, late.nodes[-1])),  # fails in the middle of the transaction
        replace(late, version=replace(late.version, number=first.version.number)),
    ):
        with pytest.raises(StoreConflict):
            ledger.intake.save(spoiled, record)
    with pytest.raises(ValueError, match="time zone"):
        ledger.intake.save(late, replace(record, at=record.at.replace(tzinfo=None)))
    assert _counts(engine) == before
    assert ledger.intake.latest_tree("default", "policy") == tree


# -- migrations


def test_migrating_again_changes_nothing_and_keeps_what_is_there(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    add(sql_ledger(engine, clock, pool), ZH)
    before = _counts(engine)
    migrate(engine)
    migrate(engine)
    assert _counts(engine) == before


def test_a_ledger_of_a_newer_program_is_left_alone_and_said_to_be_so(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="upgrade the program"):
        migrate(engine)


def test_the_newest_revision_is_the_head_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(ledger_engine.__file__).parent.parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [ledger_engine.newest_revision()]


def test_the_migrated_tables_are_those_the_code_uses(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
        made = {row.name: row.sql for row in rows}
    for table in tables.metadata.sorted_tables:
        assert _words(made[table.name]) == _words(str(CreateTable(table).compile(engine)))


def test_two_processes_may_open_a_fresh_file_at_once(tmp_path: Path) -> None:
    imports = "import sys; from stores.ledger import migrate, open_engine"
    code = f"{imports}; sys.stdin.read(1); migrate(open_engine(sys.argv[1]))"
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    command = [sys.executable, "-c", code, url]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[2])
        for _ in range(2)
    ]
    for process in both:
        assert process.stdin is not None
        process.stdin.write(b"!")
        process.stdin.flush()
    for process in both:
        assert (process.communicate(timeout=30)[1], process.returncode) == (b"", 0)
    engine = open_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == [
            ledger_engine.newest_revision()
        ]
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


@pytest.mark.parametrize("dialect", [mysql.dialect(), mariadb.MariaDBDialect()], ids=["mysql", "mariadb"])
def test_the_tables_fit_mysql_too(dialect: Dialect) -> None:
    for table in tables.metadata.sorted_tables:
        made = str(CreateTable(table).compile(dialect=dialect))
        assert "COLLATE utf8mb4_bin" in made and "ENGINE=InnoDB" in made, made
        assert not re.search(r"\b(TEXT|BLOB|FLOAT|DATETIME)\b(?!\()", made), made  # cut at 64 kB, or imprecise
        assert all(int(size) <= 191 for size in re.findall(r"VARCHAR\((\d+)\)", made)), made
    assert "seq BIGINT NOT NULL AUTO_INCREMENT" in str(CreateTable(tables.outbox).compile(dialect=dialect))


def test_a_ledger_in_memory_is_not_asked_of_sqlite() -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="MemoryLedger"):
            open_engine(url)


def test_times_without_a_zone_are_refused_and_others_kept_in_utc(engine: Engine, clock: FixedClock, pool: Pool) -> None:
    ledger = sql_ledger(engine, clock, pool)
    new = new_version(clock, ZH)
    beijing = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=8)))
    ledger.intake.save(new, replace(record_of(clock, new), at=beijing))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT at FROM ingests").scalar() == "2026-03-01 17:02:03.456789"
    with pytest.raises(ValueError, match="time zone"):
        ledger.intake.record(replace(record_of(clock, new), at=beijing.replace(tzinfo=None)))


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_written_where_only_utf8_goes(text: str) -> None:
    tables.escape(text).encode("utf-8")
    assert tables.unescape(tables.escape(text)) == text


def _write(engine: Engine, statement: Update | Delete) -> None:
    with engine.connect().execution_options(writer=True) as connection, connection.begin():
        connection.execute(statement)


def _counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.metadata.tables.items()
        } | {"revision": connection.execute(select(func.sum(tables.revisions.c.number))).scalar_one()}


def _words(sql: str) -> list[str]:
    """A table's definition line by line, in no order: constraints may be listed in another."""
    lines = re.sub(r", (?=[a-z_]+ [A-Z])", ",\n", sql).splitlines()  # a column added later stands behind another
    return sorted(line.strip().rstrip(",") for line in lines if line.strip())
