"""The outbox reaches the indexes.

Rows are claimed under a lease, told to their index in one batch, and settled. A
worker that dies in between loses nothing: its lease runs out, another one tells
the index the same again, and telling twice changes nothing.

    the index is away, or       the batch rests a little; no row is blamed
    takes nothing from anybody
    it refuses some entries     those count an attempt and rest longer each time, the others are settled
    a batch fails as a whole    it is told in halves, until the row that spoils it stands alone
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from stores.errors import EntriesRefused, StoreError, StoreUnavailable
from stores.events import Emit, PassagesSynced, ignore
from stores.ids import Clock
from stores.ports import KEYWORDS, Outbox, PassageIndex
from stores.records import OutboxRow

LEASE = timedelta(seconds=300)
RETRY_AFTER = timedelta(seconds=5)
BATCH = 2000  # passages a commit
EMBEDDED_BATCH = 500  # of those that a model must embed first: at two a second still within the lease
_NO_PASSAGE = ("", "no passage")  # a tenant and key that nobody has


@dataclass(frozen=True, slots=True)
class Told:
    """How the telling of one index ended."""

    rows: int  # that reached it
    refused: int = 0  # that it did not take
    away: str = ""  # why it could not be told the rest; "" where it could

    @property
    def all_told(self) -> bool:
        return not self.away and not self.refused


async def sync(
    outbox: Outbox,
    index: PassageIndex,
    worker: str,
    clock: Clock,
    *,
    target: str = KEYWORDS,
    emit: Emit = ignore,
    batch: int = BATCH,
) -> Told:
    """Tell one index all that waits for it; stops where the index does not answer.

    Raises StoreError only where the ledger fails.
    """
    telling = _Telling(outbox, index, worker, clock, target)
    while rows := await outbox.claim(worker, batch, LEASE, target=target):
        await telling.tell(rows)
        if telling.away:
            break
        emit(PassagesSynced(target, telling.rows, await outbox.waiting(target)))
    return Told(telling.rows, telling.refused, telling.away)


async def sync_all(
    outbox: Outbox, indexes: Mapping[str, PassageIndex], worker: str, clock: Clock, *, emit: Emit = ignore
) -> dict[str, Told]:
    """Tell every index at the same time; one that is away does not hold up the others."""
    told = await asyncio.gather(
        *(
            sync(outbox, index, worker, clock, target=target, emit=emit, batch=_batch(target))
            for target, index in indexes.items()
        )
    )
    return dict(zip(indexes, told, strict=True))


def _batch(target: str) -> int:
    return BATCH if target == KEYWORDS else EMBEDDED_BATCH


class _Telling:
    """One index being told."""

    def __init__(self, outbox: Outbox, index: PassageIndex, worker: str, clock: Clock, target: str) -> None:
        self._outbox = outbox
        self._index = index
        self._worker = worker
        self._clock = clock
        self._target = target
        self.rows = 0
        self.refused = 0
        self.away = ""

    async def tell(self, rows: Sequence[OutboxRow], *, takes_others: bool = False) -> None:
        """These rows, in order; where the batch fails, its halves. `takes_others`: the index has just taken some."""
        if self.away:
            await self._give_back(rows)
            return
        try:
            await self._apply(rows)
        except EntriesRefused as refused:
            await self._settle([row for row in rows if (row.tenant, row.key) not in refused.reasons])
            for about, reason in refused.reasons.items():
                await self._refuse([row for row in rows if (row.tenant, row.key) == about], reason)
        except StoreError as error:
            await self._failed(rows, error, takes_others)
        else:
            await self._settle(rows)

    async def _apply(self, rows: Sequence[OutboxRow]) -> None:
        last: dict[tuple[str, str], OutboxRow] = {}
        for row in rows:  # in order: the last word about a passage counts
            last[row.tenant, row.key] = row
        await self._index.apply(
            [row.entry for row in last.values() if row.entry is not None],
            [(row.tenant, row.key) for row in last.values() if row.entry is None],
            at=self._clock.now(),
        )

    async def _failed(self, rows: Sequence[OutboxRow], error: StoreError, takes_others: bool) -> None:
        """Either the index takes nothing at all, or something in the batch is more than it can take."""
        alone = len({(row.tenant, row.key) for row in rows}) == 1
        if isinstance(error, StoreUnavailable) and not (takes_others or await self._takes_anything()):
            self.away = str(error)
            await self._give_back(rows)
        elif alone:
            await self._refuse(rows, str(error))
        else:
            await self.tell(rows[: len(rows) // 2], takes_others=True)
            await self.tell(rows[len(rows) // 2 :], takes_others=True)

    async def _takes_anything(self) -> bool:
        """Whether the index is there and writable: it is told to forget a passage that it cannot have."""
        try:
            await self._index.apply([], [_NO_PASSAGE], at=self._clock.now())
        except StoreError:
            return False
        return True

    async def _settle(self, rows: Sequence[OutboxRow]) -> None:
        await self._outbox.settle(self._worker, [row.id for row in rows])
        self.rows += len(rows)

    async def _refuse(self, rows: Sequence[OutboxRow], reason: str) -> None:
        await self._outbox.release(self._worker, [row.id for row in rows], reason, RETRY_AFTER)
        self.refused += len(rows)

    async def _give_back(self, rows: Sequence[OutboxRow]) -> None:
        reason = f"{self._target}: {self.away}"
        await self._outbox.release(self._worker, [row.id for row in rows], reason, RETRY_AFTER, counts=False)
