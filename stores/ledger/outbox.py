"""Changes the indexes have not been told yet, claimed under leases. Every index (`target`) has rows of its own.

A row belongs to whoever set `claim` while it was free (compare and set), until
the lease runs out. Rows about the same passage reach an index in the order
they were written: a row waits while an older one about its key is held, or
rests after a failure.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from stores.ids import Clock
from stores.ledger import tables as t
from stores.ledger.engine import chunked, reading, writing
from stores.ledger.faults import persist, repeatable, undone_only
from stores.ledger.rows import OUTBOX_COLUMNS, PARKED_COLUMNS, outbox_row_from, parked_row_from
from stores.pool import Pool
from stores.ports import KEYWORDS
from stores.records import OutboxRow, ParkedRow

MAX_ATTEMPTS = 10
"""After so many failures a row is parked: counted by `waiting`, claimed no more, and no longer in anybody's way."""

_LOOKS = 8  # at free rows in one claim while others claim


class SqlOutbox:
    """The port `Outbox` on SQL."""

    def __init__(self, engine: Engine, pool: Pool, clock: Clock) -> None:
        self._engine = engine
        self._pool = pool
        self._clock = clock

    async def claim(self, worker: str, limit: int, lease: timedelta, *, target: str = KEYWORDS) -> list[OutboxRow]:
        return await self._pool.run(self._claim, worker, limit, lease, target)

    async def settle(self, worker: str, done: Sequence[str]) -> None:
        await self._pool.run(self._settle, worker, done)

    async def release(
        self, worker: str, failed: Sequence[str], reason: str, retry_after: timedelta, *, counts: bool = True
    ) -> None:
        await self._pool.run(self._release, worker, failed, reason, retry_after, counts)

    async def take_back(self) -> None:
        await self._pool.run(self._take_back)

    async def waiting(self, target: str | None = None) -> int:
        return await self._pool.run(self._waiting, target)

    async def parked(self, *, limit: int = 100) -> list[ParkedRow]:
        return await self._pool.run(self._parked, limit)

    async def unpark(self, target: str) -> int:
        return await self._pool.run(self._unpark, target)

    async def forget(self, target: str) -> int:
        return await self._pool.run(self._forget, target)

    def _claim(self, worker: str, limit: int, lease: timedelta, target: str) -> list[OutboxRow]:
        claim = self._clock.new_id()
        take = partial(self._take, claim, worker, limit, lease, target)

        def held_or_take() -> list[OutboxRow]:
            with reading(self._engine) as connection:
                return _held(connection, claim) or take()

        return persist(take, held_or_take)

    def _take(self, claim: str, worker: str, limit: int, lease: timedelta, target: str) -> list[OutboxRow]:
        """Whoever finds that others were faster at all it saw looks again: nothing would mean that nothing waits."""
        rows: list[OutboxRow] = []
        for _ in range(_LOOKS):
            with writing(self._engine) as connection:
                saw = _claim_free(connection, claim, worker, limit, self._clock.now(), lease, target)
                rows = _held(connection, claim)
            if rows or not saw:
                break
        return rows

    @repeatable
    def _settle(self, worker: str, done: Sequence[str]) -> None:
        o = t.outbox.c
        with writing(self._engine) as connection:
            for some in chunked(done):
                held = and_(o.id.in_(some), o.claimed_by == worker)
                told = connection.execute(select(o.seq, o.target, o.tenant, o.key).where(held)).all()
                _forget_parked(connection, [(row.seq, (row.target, row.tenant, row.key)) for row in told])
                connection.execute(delete(t.outbox).where(held))

    @repeatable
    def _release(self, worker: str, failed: Sequence[str], reason: str, retry_after: timedelta, counts: bool) -> None:
        o = t.outbox.c
        now = self._clock.now()
        with writing(self._engine) as connection:
            for some in chunked(failed):
                held = and_(o.id.in_(some), o.claimed_by == worker)
                for attempts in connection.execute(select(o.attempts).where(held).distinct()).scalars().all():
                    connection.execute(
                        update(t.outbox)
                        .where(held, o.attempts == attempts)
                        .values(
                            attempts=attempts + counts,
                            claim=None,
                            claimed_by=None,
                            lease_until=None,
                            not_before=now + (rest(retry_after, attempts) if counts else retry_after),
                            reason=reason,
                        )
                    )

    @undone_only
    def _take_back(self) -> None:
        o = t.outbox.c
        now = self._clock.now()
        with writing(self._engine) as connection:
            connection.execute(update(t.outbox).where(o.lease_until > now).values(lease_until=now))

    @repeatable
    def _waiting(self, target: str | None) -> int:
        o = t.outbox.c
        query = select(func.count()).select_from(t.outbox)
        with reading(self._engine) as connection:
            return int(connection.execute(query if target is None else query.where(o.target == target)).scalar_one())

    @repeatable
    def _parked(self, limit: int) -> list[ParkedRow]:
        o = t.outbox.c
        query = select(*PARKED_COLUMNS).where(o.attempts >= MAX_ATTEMPTS).order_by(o.seq).limit(limit)
        with reading(self._engine) as connection:
            return [parked_row_from(row) for row in connection.execute(query)]

    @undone_only
    def _unpark(self, target: str) -> int:
        o = t.outbox.c
        parked = and_(o.target == target, o.attempts >= MAX_ATTEMPTS)
        with writing(self._engine) as connection:
            return connection.execute(
                update(t.outbox)
                .where(parked)
                .values(attempts=0, claim=None, claimed_by=None, lease_until=None, not_before=None)
            ).rowcount

    @undone_only
    def _forget(self, target: str) -> int:
        with writing(self._engine) as connection:
            return connection.execute(delete(t.outbox).where(t.outbox.c.target == target)).rowcount


def rest(retry_after: timedelta, attempts: int) -> timedelta:
    """How long a row rests after a failure: twice as long each time.

    With five seconds at first the tenth failure comes after 85 minutes, so an
    index that was down for an hour parks nothing.
    """
    return retry_after * (1 << min(attempts, MAX_ATTEMPTS))


def _claim_free(
    connection: Connection, claim: str, worker: str, limit: int, now: datetime, lease: timedelta, target: str
) -> int:
    """Put `claim` on the oldest free rows of an index; how many we saw, of which others may have been faster at some.

    Others wait at the first row that both saw, so a row is never passed over while an older one is being claimed.
    """
    o = t.outbox.c
    ours = and_(o.target == target, _free(now), ~_older_waits(now, claim))
    free = connection.execute(select(o.seq).where(ours).order_by(o.seq).limit(limit)).scalars().all()
    for some in chunked(free):
        connection.execute(
            update(t.outbox)
            .where(o.seq.in_(some), _free(now))  # somebody may have been faster
            .values(
                # a lease that ran out is a failed attempt too: its worker may have died of the row
                attempts=o.attempts + case((o.claim.is_not(None), 1), else_=0),
                claim=claim,
                claimed_by=worker,
                lease_until=now + lease,
                not_before=None,
            )
        )
    _give_back_overtaking(connection, now, claim)
    return len(free)


def _held(connection: Connection, claim: str) -> list[OutboxRow]:
    o = t.outbox.c
    rows = connection.execute(select(*OUTBOX_COLUMNS).where(o.claim == claim).order_by(o.seq)).all()
    return [outbox_row_from(row) for row in rows]


def _free(now: datetime) -> ColumnElement[bool]:
    o = t.outbox.c
    return and_(
        o.attempts < MAX_ATTEMPTS,
        or_(o.lease_until.is_(None), o.lease_until <= now),
        or_(o.not_before.is_(None), o.not_before <= now),
    )


def _older_waits(now: datetime, claim: str) -> ColumnElement[bool]:
    """Whether an older row about the same passage is held under another claim, or rests."""
    o, older = t.outbox.c, t.outbox.alias("older")
    waits = (
        select(older.c.seq)
        .where(
            older.c.target == o.target,
            older.c.tenant == o.tenant,
            older.c.key == o.key,
            older.c.seq < o.seq,
            or_(
                and_(older.c.lease_until > now, older.c.claim != claim),
                and_(older.c.attempts < MAX_ATTEMPTS, older.c.not_before > now),
            ),
        )
        .correlate(t.outbox)
    )
    for dialect in ("mysql", "mariadb"):  # left alone, it reads all rows of the index for each row
        waits = waits.with_hint(older, "FORCE INDEX (ix_outbox_target_tenant_key_seq)", dialect)
    return waits.exists()


def _give_back_overtaking(connection: Connection, now: datetime, claim: str) -> None:
    """On MySQL somebody may have claimed an older row between our look and our claim: let the newer one go."""
    o = t.outbox.c
    ours = select(o.seq).where(o.claim == claim, _older_waits(now, claim))
    for some in chunked(connection.execute(ours).scalars().all()):
        connection.execute(
            update(t.outbox).where(o.seq.in_(some)).values(claim=None, claimed_by=None, lease_until=None)
        )


def _forget_parked(connection: Connection, told: Sequence[tuple[int, tuple[str, str, str]]]) -> None:
    """An index has heard something newer about these passages: what was parked about them is void."""
    o = t.outbox.c
    newest = {about: seq for seq, about in sorted(told)}
    targets, tenants, keys = (set(column) for column in zip(*newest, strict=True)) if newest else ((), (), ())
    parked = select(o.seq, o.target, o.tenant, o.key).where(
        o.target.in_(targets), o.tenant.in_(tenants), o.key.in_(keys), o.attempts >= MAX_ATTEMPTS
    )
    void = [row.seq for row in connection.execute(parked) if row.seq < newest.get(tuple(row)[1:], 0)]
    connection.execute(delete(t.outbox).where(o.seq.in_(void)))
