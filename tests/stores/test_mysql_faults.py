"""MariaDB away, silent, killed, full or read-only: the ledger says so in time, loses nothing and comes back.

No engine of ours is opened anew when the server is back.
"""

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pymysql
import pytest
from sqlalchemy import URL, Engine

from stores.errors import StoreConflict, StoreError, StoreUnavailable
from stores.ids import FixedClock, SystemClock
from stores.ledger import SqlIntake, migrate, open_engine
from tests.servers import down, killed, stalled, started
from tests.stores.mysql import as_root, own_database, text_url
from tests.stores.samples import ZH, new_version, record_of

pytestmark = pytest.mark.faults

PATIENCE = 2  # seconds: the timeouts in these tests


@pytest.fixture
def database() -> Iterator[URL]:
    with own_database() as url:
        yield url


@pytest.fixture
def engine(database: URL) -> Iterator[Engine]:
    engine = open_engine(
        text_url(database), connect_timeout=PATIENCE, read_timeout=PATIENCE, write_timeout=PATIENCE, lock_wait=1
    )
    yield engine
    engine.dispose()


def save(engine: Engine, document: str = "policy") -> None:
    clock = SystemClock()
    new = new_version(clock, ZH, document=document)
    SqlIntake(engine, clock).save(new, record_of(clock, new))


def refused(work: Callable[[], object], said: str, error: type[StoreError] = StoreUnavailable) -> float:
    """Seconds until `work` was refused with these words, which hold neither password nor text."""
    begun = time.monotonic()
    with pytest.raises(error, match=said) as told:
        work()
    seconds = time.monotonic() - begun
    shown = "".join(traceback.format_exception(told.value))
    assert "citepath-test" not in shown and "客户" not in shown
    return seconds


def test_a_server_that_is_down_at_the_start_is_said_to_be_and_used_once_it_is_up(engine: Engine) -> None:
    with down("mysql"):
        assert refused(lambda: migrate(engine), "cannot be reached") < 5
        assert refused(lambda: save(engine), "cannot be reached") < 5
    migrate(engine)
    save(engine)
    assert SqlIntake(engine, SystemClock()).alive("default", "policy")


def test_a_server_that_stands_still_is_given_up_within_the_timeouts(engine: Engine) -> None:
    migrate(engine)
    save(engine, "before")
    with stalled("mysql"):
        intake = SqlIntake(engine, SystemClock())
        assert refused(lambda: intake.alive("default", "before"), "did not answer in time") < 12
        assert refused(lambda: save(engine), "did not answer in time") < 12
    save(engine)
    assert intake.alive("default", "before") and intake.alive("default", "policy")


def test_what_was_acknowledged_survives_a_kill_in_the_middle_of_saves_and_nothing_is_there_by_half(
    engine: Engine,
) -> None:
    migrate(engine)
    kept: list[str] = []
    enough = threading.Event()

    def write() -> None:
        """200 documents; one that the server did not acknowledge is saved again as another would: until it is there."""
        for n in range(200):
            until = time.monotonic() + 60
            while True:
                try:
                    save(engine, f"d{n}")
                except StoreUnavailable:
                    assert time.monotonic() < until
                    time.sleep(0.1)
                    continue
                except StoreConflict:
                    pass  # a try that we heard nothing of was kept
                break
            kept.append(f"d{n}")
            if n == 80:
                enough.set()

    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(write)
        assert enough.wait(60)
        killed("mysql")
        acknowledged = list(kept)
        started("mysql")
        intake = SqlIntake(engine, SystemClock())
        for document in acknowledged:
            assert [tree.text for tree in intake.trees("default", document)] == ["".join(ZH)]
        writing.result()
    assert len(acknowledged) < 200
    for n in range(200):
        (tree,) = intake.trees("default", f"d{n}")  # one version, whole: `trees` looks at nodes and hash
        assert len(tree.nodes) == 3
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar()
            for table in ("versions", "derivations", "ingests", "nodes", "outbox")
        ]
        assert found == [200, 200, 200, 600, 400]
        assert connection.exec_driver_sql("SELECT MAX(number) FROM revisions").scalar() == 200


def test_a_server_with_too_many_connections_is_said_to_have_them(database: URL, engine: Engine) -> None:
    migrate(engine)
    engine.dispose()
    with changed("max_connections", 10):
        held = []
        with pytest.raises(pymysql.err.OperationalError):
            while True:
                held.append(
                    pymysql.connect(
                        host=database.host, port=database.port, user=database.username, password=database.password
                    )
                )
        refused(lambda: save(engine), "too many connections")
        for connection in held:
            connection.close()
        eventually(lambda: save(engine))


def test_a_read_only_server_is_said_to_be_and_still_read(engine: Engine) -> None:
    migrate(engine)
    save(engine)
    with changed("read_only", 1):
        refused(lambda: save(engine, "other"), "read-only")
        assert SqlIntake(engine, SystemClock()).alive("default", "policy")
    save(engine, "other")


def test_what_the_server_takes_not_at_once_is_refused_with_the_setting_and_nothing_is_kept(engine: Engine) -> None:
    clock = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
    migrate(engine)
    engine.dispose()
    noise = "".join(chr(0x4E00 + (n * n * 7919 + n * 104729) % 20000) for n in range(2_000_000))
    new = new_version(clock, [noise[start : start + 2000] for start in range(0, len(noise), 2000)])
    intake = SqlIntake(engine, clock)
    with changed("max_allowed_packet", 1 << 20):
        refused(lambda: intake.save(new, record_of(clock, new)), "max_allowed_packet", StoreError)
        assert intake.latest("default", "policy") is None
        engine.dispose()
    intake.save(new, record_of(clock, new))
    tree = intake.latest_tree("default", "policy")
    assert tree is not None and tree.text == noise


@contextmanager
def changed(setting: str, value: int) -> Iterator[None]:
    """One of the server's settings, for new connections; as it was at the end."""
    with as_root() as cursor:
        cursor.execute(f"SELECT @@GLOBAL.{setting}")
        (before,) = cursor.fetchone() or (None,)
        cursor.execute(f"SET GLOBAL {setting} = {value}")
        try:
            yield
        finally:
            cursor.execute(f"SET GLOBAL {setting} = {before}")


def eventually(work: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            work()
        except StoreUnavailable:
            assert time.monotonic() < until
            time.sleep(0.1)
            continue
        return
