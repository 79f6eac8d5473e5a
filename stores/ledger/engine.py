"""Opening the ledger's database; its errors become ours in faults.py.

Readers and writers say which they are: `reading(engine)` and `writing(engine)`
give a connection inside one transaction. On SQLite a writer takes the write
lock at once (BEGIN IMMEDIATE): four writers are then ten times as fast as when
they collide at their first write. MySQL runs at READ COMMITTED, so a writer
takes the lock of the row at which writers meet before it decides:

    operation           writers meet at             after deadlock,  after a loss during COMMIT
                                                    lock wait, loss
    reads               nothing: a version's rows   again            again
                        appear with one COMMIT
                        and never change
    Intake.save         the document's row          again            again unless its record (by id) is there
                        (FOR UPDATE, then compare
                        and set `latest`)
    Intake.record       its own id                  again            again unless it is there
    Intake.delete       the document's row          again            again; it was ours if `deleted_at` is ours
    Outbox.claim        the rows (compare and set)  again            what its claim id holds, else again
    Outbox.settle,      the rows, while claimed     again            again: what was settled or released is no
      release             by this worker                             longer this worker's
    Outbox.take_back    the rows                    again            not: others may have claimed since
    Outbox.unpark,      the rows                    again            not: the count would be wrong
      forget
    Runs.save,          its own id; what is there   again            again: the same run twice is one run
      save_again        is compared by hash
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from stores.errors import StoreError, StoreUnavailable
from stores.ledger.faults import committing, mark_ended, translated

T = TypeVar("T")

BUSY_MS = 5000  # a SQLite writer waits this long for the others
MIGRATION_WAIT_S = 60  # and this long for another process that migrates
_LOCK = "CONCAT('citepath-migrate ', MD5(DATABASE()))"  # the server's names are one space for all its databases
CHUNK = 500  # most values in one IN list

_MIGRATIONS = Path(__file__).parent.parent / "migrations"
_SQL_MODE = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
_LARGE = 500_000  # bytes of parameters from which on we ask whether the server takes so much; all servers take this
_DOUBLED = (b"\0", b"\n", b"\r", b"\x1a", b"'", b'"', b"\\")  # bytes that stand escaped in a statement


def open_engine(
    url: str,
    *,
    password: str | None = None,
    ca_file: Path | None = None,
    connect_timeout: int = 5,
    read_timeout: int = 30,
    write_timeout: int = 30,
    lock_wait: int = 5,
) -> Engine:
    """An engine for `sqlite:///path` or `mysql+pymysql://user@host/database`. Connects to nothing yet.

    All others are for MySQL: `password`, in place of one in the URL; `ca_file`,
    the authority that signed the server's certificate (without it the
    connection is not encrypted); and seconds, each at least 1: for a
    connection, for the next bytes from and to the server, and for a row that
    another writer holds.

    Raises ValueError for a SQLite database in memory: its connections would
    not see one another (`stores.memory.MemoryLedger` is meant for that).
    """
    parsed = make_url(url)
    common = {
        "json_serializer": partial(json.dumps, ensure_ascii=False),  # or Chinese JSON paths match nothing
        "hide_parameters": True,  # document text stays out of messages
        "pool_timeout": 1.0,
        "pool_size": 10,
        "max_overflow": 10,
    }
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("the ledger needs a SQLite file; for a ledger in memory take stores.memory.MemoryLedger")
        engine = create_engine(parsed, **common)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options: dict[str, object] = {
        "connect_timeout": connect_timeout,
        "read_timeout": read_timeout,
        "write_timeout": write_timeout,
    }
    if ca_file is not None:
        options["ssl"] = {"ca": str(ca_file)}
    return _open_mysql(parsed if password is None else parsed.set(password=password), options, lock_wait, common)


def _open_mysql(url: URL, options: dict[str, object], lock_wait: int, common: dict[str, Any]) -> Engine:
    engine = create_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        pool_pre_ping=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args=options,
        **common,
    )
    event.listen(engine, "connect", partial(_prepare_mysql, lock_wait))
    event.listen(engine, "before_cursor_execute", _check_size)
    event.listen(engine, "handle_error", mark_ended)
    return engine


def _prepare_mysql(lock_wait: int, connection: Any, entry: ConnectionPoolEntry) -> None:
    """Set for this session what the server may have set otherwise, and look that it took it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET SESSION sql_mode = %s, time_zone = '+00:00', innodb_lock_wait_timeout = %s", (_SQL_MODE, lock_wait)
        )
        cursor.execute(
            "SELECT @@session.sql_mode, @@session.time_zone, @@character_set_connection, @@session.max_allowed_packet"
        )
        mode, zone, characters, packet = cursor.fetchone()
    if (set(mode.split(",")), zone, characters) != (set(_SQL_MODE.split(",")), "+00:00", "utf8mb4"):
        raise StoreUnavailable(
            f"the ledger's server keeps sql_mode {mode}, time zone {zone} and characters {characters} for us, which "
            "would change what is stored: see what stands between us and it"
        )
    entry.info["max_allowed_packet"] = int(packet)


def _check_size(
    connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> None:
    """Refuse what the server would: it hangs up then, often before it has said why.

    PyMySQL cuts many rows into statements of 1 MB, but no row.
    """
    for row in parameters if executemany else (parameters,):
        if isinstance(row, dict) and (size := _size(row)) >= _LARGE:
            size += len(statement)
            most = connection.info["max_allowed_packet"]
            if size > most:
                raise StoreError(
                    f"one row needs {size / 1e6:.1f} MB and the ledger's server takes {most / 1e6:.1f} MB at once: "
                    "raise its max_allowed_packet"
                )


def _size(row: dict[str, Any]) -> int:
    """Bytes that a row takes in a statement, at least where they are many."""
    large = [value for value in row.values() if isinstance(value, bytes | str) and len(value) > _LARGE // 10]
    values = [value if isinstance(value, bytes) else value.encode("utf-8", "replace") for value in large]
    return sum(len(value) + sum(map(value.count, _DOUBLED)) for value in values)


def _prepare_sqlite(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    _use_wal(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL. SQLite does not wait for others here, so two that open a fresh file must try again."""
    for attempt in range(100):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
                return
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == 99:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writer = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that reads. On SQLite it sees one state from first to last statement; on MySQL each
    statement sees what is committed by then, which does for versions: they never change.
    """
    with translated(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection whose writes are kept together at the end, or none of them if anything rises."""
    with translated(), engine.connect() as connection:
        connection = connection.execution_options(writer=True)
        with connection.begin() as transaction:
            yield connection
            with committing():
                transaction.commit()


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision; changes nothing where they are.

    Any number of processes may call it at once: they take turns. Raises
    StoreUnavailable when a newer program has brought them further already.
    """
    with translated(), engine.connect() as connection:
        revision = _revision(connection)
    if revision == newest_revision():
        return
    if revision is not None and revision > newest_revision():
        raise StoreUnavailable(
            f"the ledger is at revision {revision}, this program knows {newest_revision()}: upgrade the program"
        )
    # Alembic takes a third of a second to import, and hardly any start needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with translated(), engine.connect() as connection:
        connection = connection.execution_options(writer=True)
        if engine.dialect.name == "sqlite":
            connection.connection.cursor().execute(f"PRAGMA busy_timeout = {MIGRATION_WAIT_S * 1000}")
        with _turn(connection), connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        connection.invalidate()  # its busy_timeout is not the usual one


def newest_revision() -> str:
    """The revision the tables of this program are at; revisions are named by the number their file begins with."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _revision(connection: Connection) -> str | None:
    """The revision the database is at; None where it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """One migration at a time. SQLite's transaction sees to that; MySQL commits at every DDL, so it needs a name."""
    if connection.dialect.name == "sqlite":
        yield
        return
    until = time.monotonic() + MIGRATION_WAIT_S
    while connection.execute(text(f"SELECT GET_LOCK({_LOCK}, 1)")).scalar() != 1:  # shorter than our read timeout
        connection.commit()
        if time.monotonic() > until:
            raise StoreUnavailable(f"another process has been migrating the ledger for {MIGRATION_WAIT_S} s: try again")
    connection.commit()
    try:
        yield
    finally:
        with suppress(DBAPIError):  # a lost connection has given the lock back
            connection.execute(text(f"SELECT RELEASE_LOCK({_LOCK})"))
            connection.commit()


def chunked(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """`values` in pieces short enough for one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
