"""Taking turns over all processes of one machine: a file that one of them holds.

The kernel takes the turn back from a process that dies, however it dies, so
whoever gets it knows that nobody is left at what it stands for.
"""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from stores.errors import StoreUnavailable

_PAUSE = 0.02


@asynccontextmanager
async def turn(file: Path, seconds: float, what: str) -> AsyncIterator[None]:
    """Hold `file`, made where it is missing.

    Raises StoreUnavailable when another one has held it for `seconds`; `what`
    says in its message what it is at.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + seconds
        while not _held(handle):
            if time.monotonic() > deadline:
                raise StoreUnavailable(f"another process has been {what} for {seconds:g} s: try again when it is done")
            await asyncio.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)


def _held(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
