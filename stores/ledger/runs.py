"""Questions with everything that happened, kept whole."""

import hashlib
import zlib
from collections.abc import Callable

from sqlalchemy import Connection, Engine, insert, select

from stores.errors import NotFound, StoreConflict, StoreCorrupt
from stores.ledger import tables as t
from stores.ledger.engine import reading, writing
from stores.ledger.faults import repeatable
from stores.ledger.run_json import again_from_json, again_to_json, run_from_json, run_to_json
from stores.pool import Pool
from stores.records import Outcome, Reader, Run, RunSummary


class SqlRuns:
    """The port `Runs` on SQL."""

    def __init__(self, engine: Engine, pool: Pool) -> None:
        self._engine = engine
        self._pool = pool

    async def save(self, run: Run) -> None:
        """Raises StoreConflict when another run has this run's id."""
        await self._pool.run(self._save, run)

    async def save_again(self, run: Run) -> None:
        await self._pool.run(self._save_again, run)

    async def run(self, reader: Reader, run_id: str) -> Run:
        return await self._pool.run(self._run, reader, run_id)

    async def latest(self, reader: Reader, *, limit: int = 50) -> list[RunSummary]:
        return await self._pool.run(self._latest, reader, limit)

    @repeatable
    def _save(self, run: Run) -> None:
        self._keep_once(run, lambda connection: run_to_json(run))

    @repeatable
    def _save_again(self, run: Run) -> None:
        r = t.runs.c
        earlier = select(r.record_hash).where(r.tenant == run.tenant, r.id == run.cached_from)

        def record(connection: Connection) -> bytes:
            earlier_hash = connection.execute(earlier).scalar_one_or_none()
            if earlier_hash is None:
                raise NotFound(f"there is no run {run.cached_from} to be served again")
            return again_to_json(run, earlier_hash)

        self._keep_once(run, record)

    def _keep_once(self, run: Run, record: Callable[[Connection], bytes]) -> None:
        """Keep a run; who comes at the same moment as another looks again whether it was this run."""

        def write() -> None:
            with writing(self._engine) as connection:
                _keep(connection, run, record(connection))

        try:
            write()
        except StoreConflict:
            write()

    @repeatable
    def _run(self, reader: Reader, run_id: str) -> Run:
        with reading(self._engine) as connection:
            record, _ = _record(connection, reader, run_id)
            again = again_from_json(record)
            if again is None:
                return run_from_json(record)
            record, record_hash = _record(connection, reader, again.earlier)
        if record_hash != again.earlier_hash:
            raise StoreCorrupt(f"the stored run {run_id} stands on another one than it did: restore it from a backup")
        return again.of(run_from_json(record))

    @repeatable
    def _latest(self, reader: Reader, limit: int) -> list[RunSummary]:
        r = t.runs.c
        query = (
            select(r.id, r.question, r.outcome, r.started_at, r.seconds)
            .where(r.tenant == reader.tenant)
            .order_by(r.started_at.desc(), r.id.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [
                RunSummary(id_, question, Outcome(outcome), started_at, seconds)
                for id_, question, outcome, started_at, seconds in connection.execute(query)
            ]


def _keep(connection: Connection, run: Run, record: bytes) -> None:
    """Write a record under the run's id. Raises StoreConflict when another one is there."""
    r = t.runs.c
    record_hash = hashlib.sha256(record).hexdigest()
    kept = connection.execute(select(r.record_hash).where(r.id == run.id)).scalar_one_or_none()
    if kept == record_hash:
        return
    if kept is not None:
        raise StoreConflict(f"another run is kept under {run.id}: runs are never changed")
    values = {
        "id": run.id,
        "tenant": run.tenant,
        "question": run.question,
        "outcome": run.outcome.value,
        "started_at": run.started_at,
        "seconds": run.cost.seconds,
        "record_hash": record_hash,
        "record": zlib.compress(record),
    }
    connection.execute(insert(t.runs), values)


def _record(connection: Connection, reader: Reader, run_id: str) -> tuple[bytes, str]:
    """A run's record and its hash, which it has. Raises NotFound, StoreCorrupt."""
    r = t.runs.c
    query = select(r.record, r.record_hash).where(r.tenant == reader.tenant, r.id == run_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"there is no run {run_id}")
    try:
        record = zlib.decompress(row.record)
    except zlib.error as error:
        raise StoreCorrupt(f"the stored run {run_id} is damaged: restore the ledger from a backup") from error
    if hashlib.sha256(record).hexdigest() != row.record_hash:
        raise StoreCorrupt(f"the stored run {run_id} does not have its hash: restore the ledger from a backup")
    return record, row.record_hash
