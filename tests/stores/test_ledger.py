"""The ledger: one contract in memory and on SQLite, and what only SQL can break."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from stores.ids import FixedClock
from stores.ledger import SqlIntake, SqlLibrary, SqlOutbox, SqlRuns
from stores.memory import MemoryLedger
from stores.pool import Pool
from tests.stores.contract_ledger import LedgerContract
from tests.stores.samples import Ledger


class TestMemoryLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, clock: FixedClock) -> Ledger:
        memory = MemoryLedger(clock)
        return Ledger(memory.library, memory.intake, memory.outbox, memory.runs, clock)


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def ledger(self, engine: Engine, clock: FixedClock, pool: Pool) -> Ledger:
        return sql_ledger(engine, clock, pool)


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool("ledger", threads=2, queue=20)
    yield pool
    pool.close()


def sql_ledger(engine: Engine, clock: FixedClock, pool: Pool) -> Ledger:
    return Ledger(
        SqlLibrary(engine, pool, clock),
        SqlIntake(engine, clock),
        SqlOutbox(engine, pool, clock),
        SqlRuns(engine, pool),
        clock,
    )
