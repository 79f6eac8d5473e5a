"""The real servers beside the tests: where they are, and what can be done to them.

`tests/services/with-stores.sh CMD` starts them and sets `CITEPATH_TEST_<NAME>_URL`.
Tests that need them are marked: `stores` (any number at a time), or `faults`
(stop, stall or kill a server: alone). A marked test whose server is not there
fails; it never skips.

    with stalled("redis"):    # it still takes connections, and says nothing
    with down("mysql"):       # killed like by kill -9; started again on the data it had
    killed("milvus"); ...; started("milvus")

Each leaves the server answering again, also when the test in between fails
(after `killed`, only `started` does). A server is a tree of processes: a
launcher and what it launched; all of it is stopped or killed. Milvus does not
survive standing still for more than 15 s.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

SERVERS = ("redis", "mysql", "milvus", "elastic")
FOLDERS = {"redis": "redis", "mysql": "mariadb", "milvus": "milvus", "elastic": "elasticsearch"}
READY_SECONDS = 180.0
GONE_SECONDS = 20.0


def url_of(server: str) -> str:
    """The address of a server: redis, mysql, milvus, elastic."""
    url = os.environ.get(f"CITEPATH_TEST_{server.upper()}_URL")
    if url is None:
        pytest.fail(f"this test needs a real {server}: make stores")
    return url


@contextmanager
def stalled(server: str) -> Iterator[None]:
    """The server stands still: connections are taken by the kernel, nothing is answered."""
    stopped = _stopped(server)
    try:
        yield
    finally:
        for process in reversed(stopped):  # a launcher sees its child at work when it wakes
            _send(process, signal.SIGCONT)
        _wait_until_ready(server)


@contextmanager
def down(server: str) -> Iterator[None]:
    """The server is killed without a warning, and started again on the data it had."""
    killed(server)
    try:
        yield
    finally:
        started(server)


def killed(server: str) -> None:
    """Kill the server without a warning; on return none of its processes is left."""
    processes = _stopped(server)  # first, so that no launcher starts a child anew
    for process in processes:
        _send(process, signal.SIGKILL)
    _wait_for(lambda: not any(_alive(process) for process in processes), GONE_SECONDS, f"{server} to be gone")


def started(server: str) -> None:
    """Start a killed server on the data it had; on return it answers."""
    subprocess.run([_folder(server) / "start"], check=True, timeout=GONE_SECONDS)
    _wait_until_ready(server)


def processes_of(server: str) -> list[int]:
    """The ids of the server's live processes, a launcher before what it launched; none when it is down."""
    first = int((_folder(server) / "pid").read_text())
    found = [first] if _alive(first) else []
    for process in found:  # grows while it is walked
        found += [child for child, parent in _parents().items() if parent == process]
    return found


def is_ready(server: str) -> bool:
    """Whether the server answers now; asks for at most three seconds."""
    return subprocess.run([_folder(server) / "ready"], check=False).returncode == 0


def _stopped(server: str) -> list[int]:
    """Stop every process of the server; one that was started while the others were being stopped, too."""
    stopped: list[int] = []
    while fresh := [process for process in processes_of(server) if process not in stopped]:
        for process in fresh:
            _send(process, signal.SIGSTOP)
        stopped += fresh
    _wait_for(
        lambda: all(_state(process) in ("T", "t", "Z", None) for process in stopped),
        GONE_SECONDS,
        f"{server} to stand still",
    )
    return stopped


def _wait_until_ready(server: str) -> None:
    _wait_for(lambda: is_ready(server), READY_SECONDS, f"{server} to answer")


def _wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)


def _send(process: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it may have ended by itself
        os.kill(process, what)


def _alive(process: int) -> bool:
    """Whether any thread of it is; while one is, a process that ended may still hold its ports."""
    try:
        threads = len(list(Path(f"/proc/{process}/task").iterdir()))
    except (FileNotFoundError, ProcessLookupError):
        return False
    return threads > 1 or _state(process) not in ("Z", "X", None)


def _state(process: int) -> str | None:
    """R, S, D, T (stopped), Z (ended, not yet fetched), ...; None when there is no such process."""
    status = _status(process)
    return status[0] if status else None


def _parents() -> dict[int, int]:
    """The parent of each live process."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = {number: _status(number) for number in numbers}
    return {number: int(status[1]) for number, status in found.items() if status and status[0] not in ("Z", "X")}


def _status(process: int) -> list[str] | None:
    """What /proc/PID/stat says from the state on; the program's name before it may hold blanks and brackets."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _folder(server: str) -> Path:
    run = os.environ.get("SERVICES_RUN")
    if run is None:
        pytest.fail(f"this test stops {server}, which only servers started by with-stores.sh let it: make test-stores")
    return Path(run) / FOLDERS[server]
