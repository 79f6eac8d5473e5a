"""The ledger on a real MariaDB: the same contract, and what only a server with many writers can break."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine

from stores.ids import FixedClock
from stores.ledger import migrate, open_engine
from stores.pool import Pool
from tests.stores.contract_ledger import TARGETS, LedgerContract
from tests.stores.mysql import own_database, sql_ledger, text_url, wipe
from tests.stores.samples import Ledger

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
