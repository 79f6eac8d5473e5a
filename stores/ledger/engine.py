"""Opening the ledger's database, and the seam at which its errors become ours.

Readers and writers say which they are: `reading(engine)` and `writing(engine)`
give a connection inside one transaction. On SQLite a writer takes the write
lock at once (BEGIN IMMEDIATE): four writers are then ten times as fast as when
they collide at their first write.
"""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from stores.errors import StoreConflict, StoreCorrupt, StoreError, StoreUnavailable

T = TypeVar("T")

BUSY_MS = 5000  # a SQLite writer waits this long for the others
MIGRATION_WAIT_S = 60  # and this long for another process that migrates
CHUNK = 500  # most values in one IN list

_MIGRATIONS = Path(__file__).parent.parent / "migrations"
_CORRUPT = ("malformed", "not a database", "file is encrypted")


def open_engine(url: str, *, password: str | None = None, ca_file: Path | None = None) -> Engine:
    """An engine for `sqlite:///path` or `mysql+pymysql://user@host/database`. Connects to nothing yet.

    `password` and `ca_file` (the authority that signed the server's certificate) are for MySQL.

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
    options: dict[str, object] = {"connect_timeout": 5, "read_timeout": 30, "write_timeout": 30}
    if ca_file is not None:
        options["ssl"] = {"ca": str(ca_file)}
    if password is not None:
        parsed = parsed.set(password=password)
    return create_engine(
        parsed.update_query_dict({"charset": "utf8mb4"}),
        pool_pre_ping=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args=options,
        **common,
    )


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
    with _translated(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection whose writes are kept together at the end, or none of them if anything rises."""
    with _translated(), engine.connect() as connection:
        connection = connection.execution_options(writer=True)
        with connection.begin():
            yield connection


@contextmanager
def _translated() -> Iterator[None]:
    """SQLAlchemy's errors in our own words."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("the ledger is overloaded: all its connections are in use, try again") from error
    except IntegrityError as error:
        raise StoreConflict("somebody else wrote the same row first: read again and decide anew") from error
    except DBAPIError as error:
        raise _in_our_words(error) from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):
            raise error.orig from None  # a value our own column types refuse
        raise StoreError("the ledger was given a value it cannot hold") from error


def _in_our_words(error: DBAPIError) -> StoreError:
    said = str(error.orig)
    if isinstance(error, DatabaseError) and any(word in said for word in _CORRUPT):
        return StoreCorrupt(f"the ledger's file is damaged ({said}): stop and restore it from a backup")
    if isinstance(error, OperationalError) and ("no such table" in said or "no such column" in said):
        return StoreUnavailable(f"the ledger's tables are not those of this version ({said}): run the migration")
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return StoreUnavailable(f"the ledger did not answer ({said}): try again")
    return StoreError(f"the ledger refused a statement ({type(error.orig).__name__})")


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision; changes nothing where they are.

    Any number of processes may call it at once: they take turns. Raises
    StoreUnavailable when a newer program has brought them further already.
    """
    with _translated(), engine.connect() as connection:
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
    with _translated(), engine.connect() as connection:
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
    got = connection.execute(text("SELECT GET_LOCK('citepath-migrate', :wait)"), {"wait": MIGRATION_WAIT_S}).scalar()
    connection.commit()
    if got != 1:
        raise StoreUnavailable(f"another process has been migrating the ledger for {MIGRATION_WAIT_S} s: try again")
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK('citepath-migrate')"))
        connection.commit()


def chunked(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """`values` in pieces short enough for one IN list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
