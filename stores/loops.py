"""Clients that belong to an event loop: one for each, closed when its loop ends.

An async client's sockets live in the loop that opened them. A command line runs
several loops in turn (`asyncio.run`), a server one, tests one each. So an
adapter keeps its client here, and gets that of the running loop.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

from stores.errors import StoreUnavailable

T = TypeVar("T")


class PerLoop(Generic[T]):
    """At most one `T` for each event loop, made when it is first asked for; safe to use from several threads."""

    def __init__(self, name: str, make: Callable[[], T], close: Callable[[T], Awaitable[None]]) -> None:
        self._name = name
        self._make = make
        self._close = close
        self._lock = threading.Lock()
        self._closed = False
        self._of: dict[asyncio.AbstractEventLoop, tuple[T, AsyncIterator[None]]] = {}

    async def get(self) -> T:
        """The running loop's own. Never suspends, so tasks of one loop cannot make two. Raises StoreUnavailable."""
        loop = asyncio.get_running_loop()
        found = self._of.get(loop)
        if found is not None:
            return found[0]
        if self._closed:
            raise StoreUnavailable(f"{self._name} is closed")
        made = self._make()
        guard = self._until_the_loop_ends(loop, made)
        with self._lock:
            for ended in [other for other in self._of if other.is_closed()]:
                del self._of[ended]  # ended without closing its generators: nothing can be closed in it any more
            self._of[loop] = (made, guard)
        await anext(guard)
        return made

    async def close(self) -> None:
        """Close the running loop's own and make no more. Those of other loops are closed as their loops end."""
        self._closed = True
        found = self._of.get(asyncio.get_running_loop())
        if found is not None:
            await anext(found[1], None)

    async def _until_the_loop_ends(self, loop: asyncio.AbstractEventLoop, made: T) -> AsyncIterator[None]:
        """Closes `made` when it is asked on, or by the loop itself.

        `asyncio.run` and `Runner.close` end every generator begun in their
        loop while it still runs; there is no other hook for "this loop ends".
        """
        try:
            yield
        finally:
            with self._lock:
                self._of.pop(loop, None)
            await self._close(made)
