"""The outbox reaches the keyword index.

Rows are claimed under a lease, told to the index in one batch, and settled. A
worker that dies in between loses nothing: its lease runs out, another one tells
the index the same again, and telling twice changes nothing.
"""

from datetime import timedelta

from stores.errors import StoreError, StoreUnavailable
from stores.events import Emit, PassagesSynced, ignore
from stores.ports import Keywords, Outbox
from stores.records import OutboxRow

LEASE = timedelta(seconds=120)
RETRY_AFTER = timedelta(seconds=5)
BATCH = 2000  # passages a commit


async def sync(outbox: Outbox, keywords: Keywords, worker: str, *, emit: Emit = ignore, batch: int = BATCH) -> int:
    """Drain the outbox; return how many rows reached the index.

    Raises StoreUnavailable when the index does not take them: the rows are
    given back and come again later.
    """
    done = 0
    while rows := await outbox.claim(worker, batch, LEASE):
        await _tell(outbox, keywords, worker, rows)
        done += len(rows)
        emit(PassagesSynced(done, await outbox.waiting()))
    return done


async def _tell(outbox: Outbox, keywords: Keywords, worker: str, rows: list[OutboxRow]) -> None:
    last: dict[tuple[str, str], OutboxRow] = {}
    for row in rows:  # in order: the last word about a passage counts
        last[row.tenant, row.key] = row
    try:
        await keywords.apply(
            [row.entry for row in last.values() if row.entry is not None],
            [(row.tenant, row.key) for row in last.values() if row.entry is None],
        )
    except StoreError as error:
        await outbox.release(worker, [row.id for row in rows], str(error), RETRY_AFTER)
        raise StoreUnavailable(f"{len(rows)} passages wait for the keyword index: {error}") from error
    await outbox.settle(worker, [row.id for row in rows])
