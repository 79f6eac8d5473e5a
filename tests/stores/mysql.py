"""A database of its own on the real MariaDB for each module that asks, and the server's root where a test needs it."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
from pymysql.cursors import Cursor
from sqlalchemy import URL, Engine, make_url

from stores.ids import FixedClock
from stores.ledger import SqlIntake, SqlLibrary, SqlOutbox, SqlRuns, tables
from stores.pool import Pool
from tests.servers import url_of
from tests.stores.samples import Ledger


@contextmanager
def own_database() -> Iterator[URL]:
    """An empty database that nobody else uses; dropped at the end."""
    url = make_url(url_of("mysql"))
    name = f"citepath_{secrets.token_hex(6)}"
    with as_user(url) as cursor:
        cursor.execute(f"CREATE DATABASE {name}")  # with the server's character set: the tables say their own
    try:
        yield url.set(database=name)
    finally:
        with as_user(url) as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@contextmanager
def as_user(url: URL) -> Iterator[Cursor]:
    """A cursor beside the ledger's own connections, with autocommit."""
    connection = pymysql.connect(
        host=url.host,
        port=url.port or 3306,
        user=url.username,
        password=str(url.password),
        database=url.database,
        autocommit=True,
        read_timeout=30,
    )
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextmanager
def as_root() -> Iterator[Cursor]:
    """A cursor that may do everything: for tests that may stop the server too."""
    socket = Path(os.environ["SERVICES_RUN"]) / "mariadb" / "socket"
    connection = pymysql.connect(unix_socket=str(socket), user="root", autocommit=True, read_timeout=30)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def wipe(engine: Engine) -> None:
    """Empty all tables but the migration's; much quicker than a new database."""
    with engine.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())


def text_url(url: URL) -> str:
    """The URL with its password, as `open_engine` takes it."""
    return url.render_as_string(hide_password=False)


def sql_ledger(engine: Engine, clock: FixedClock, pool: Pool, targets: tuple[str, ...] = ("keywords",)) -> Ledger:
    return Ledger(
        SqlLibrary(engine, pool, clock),
        SqlIntake(engine, clock, targets=targets),
        SqlOutbox(engine, pool, clock),
        SqlRuns(engine, pool),
        clock,
    )
