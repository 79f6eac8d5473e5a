"""Many askers of the same new question cause one run.

In one process the second asker waits for the first one's run. Beside other
processes the turn is taken in the cache: whoever finds it taken looks for the
answer there, and runs the question himself once the turn is given back without
one, or has run out because its holder died.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from stores.errors import StoreUnavailable
from stores.ports import Cache
from stores.records import Run

_LOOK = 0.05  # seconds between two looks for another process's answer
_SPARE = 5.0  # seconds that a turn outlives the deadline of its question

Start = Callable[[], Awaitable[Run]]


@dataclass(slots=True)
class _Flight:
    task: asyncio.Task[Run]
    waiting: int = 0


@dataclass(slots=True)
class Flights:
    """The runs under way in this process, by the key under which their answers will be cached."""

    _flights: dict[str, _Flight] = field(default_factory=dict)

    async def join(self, key: str, start: Start) -> tuple[Run, bool]:
        """The run under this key, and whether it was begun for this caller; whatever it raises rises in all of them.

        A caller that is cancelled leaves the run to the others; with the last one it ends.
        """
        flight = self._flights.get(key)
        begun = flight is None
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(_run(start)))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task), begun
        finally:
            flight.waiting -= 1
            if flight.waiting == 0:
                self._landed(key, flight)

    def _landed(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        flight.task.cancel()  # of no effect where it is done


async def _run(start: Start) -> Run:
    return await start()


async def in_turn(
    cache: Cache, key: str, seconds: float, served: Callable[[], Awaitable[Run | None]], start: Start
) -> Run:
    """Run a question where no other process does, or wait for that one's answer.

    `served` looks for an answer in the cache; `seconds` is the deadline of the
    question. Without the cache everybody runs.
    """
    turn = f"turn:{key}"
    ttl = timedelta(seconds=seconds + _SPARE)
    try:
        mine = await cache.add(turn, b"1", ttl)
    except StoreUnavailable:
        return await start()
    if not mine:
        found = await _from_other(cache, turn, seconds, served)
        return found if found is not None else await start()
    try:
        return await start()
    finally:
        with suppress(StoreUnavailable):
            await asyncio.shield(cache.forget(turn))


async def _from_other(
    cache: Cache, turn: str, seconds: float, served: Callable[[], Awaitable[Run | None]]
) -> Run | None:
    """What another process answered; None once it has given up its turn without an answer, or half the time is gone."""
    with suppress(StoreUnavailable, TimeoutError):
        async with asyncio.timeout(seconds / 2):
            while True:
                taken = await cache.get(turn)
                found = await served()  # looked for last: the answer is there before the turn is given back
                if found is not None or taken is None:
                    return found
                await asyncio.sleep(_LOOK)
    return None
