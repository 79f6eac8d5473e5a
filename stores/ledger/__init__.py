"""The ledger: documents, versions, trees, runs and the outbox in SQL. The only truth.

    open_engine(url) -> migrate(engine) -> SqlIntake    the ingest walk writes versions
                                           SqlLibrary   questions read them
                                           SqlOutbox    sync tells the indexes
                                           SqlRuns      runs are kept

engine.py opens the database and says who waits for whom, faults.py translates
its errors and says what is done again, tables.py says what is kept, rows.py
turns rows into records, run_json.py a run into bytes.
"""

from sqlalchemy import Engine

from stores.ledger.engine import migrate, open_engine
from stores.ledger.intake import SqlIntake
from stores.ledger.library import SqlLibrary
from stores.ledger.outbox import MAX_ATTEMPTS, SqlOutbox
from stores.ledger.run_json import run_from_json, run_to_json
from stores.ledger.runs import SqlRuns

__all__ = [
    "MAX_ATTEMPTS",
    "Engine",
    "SqlIntake",
    "SqlLibrary",
    "SqlOutbox",
    "SqlRuns",
    "migrate",
    "open_engine",
    "run_from_json",
    "run_to_json",
]
