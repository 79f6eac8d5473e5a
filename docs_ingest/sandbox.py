"""The reading process: files are read in a child that can be killed, so hostile bytes harm nobody.

One child serves file after file: it reads, finds the structure and builds the
tree. Limits of memory and processor time are set inside it by the kernel, the
wall clock is kept here; a child that breaks one, or crashes, is killed and the
next file gets a fresh one. What comes back is plain data (`wire.py`), checked
on this side.

Protocol, over the child's standard input and output: a length of 8 bytes (big
endian), then that many bytes. Requests are a JSON head, then the file; replies
are JSON, `{"page": [n, total]}` any number of times, then one
`{"derived": {...}}` or `{"error": [kind, message]}`.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol

from docs_ingest.derive import Derived
from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr
from docs_ingest.limits import Limits
from docs_ingest.wire import from_json

__all__ = ["Limits", "ReadingProcess", "Request"]

_ROOT = Path(__file__).resolve().parent.parent
_KINDS: dict[str, type[IngestError]] = {"failed": IngestError, "needs_ocr": NeedsOcr, "limit": LimitExceeded}
_CHUNK = 1 << 16
_START_SECONDS = 60.0  # for the child to import its readers on a busy machine
_EXPANSION = 200  # bytes of reply for each character that may be read: nodes, boxes of lines, edges


@dataclass(frozen=True, slots=True)
class Request:
    """One file to be read."""

    data: bytes
    file_name: str  # decides between kinds of text
    document: str  # id: the same words in two documents are two passages
    encoding: str | None = None  # of a text file, where its sender knows it


class PageDone(Protocol):
    def __call__(self, page: int, pages: int) -> None: ...


class ReadingProcess:
    """Reads files one by one in a child process. A context manager; not for several threads at once."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._files = 0

    def __enter__(self) -> "ReadingProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._kill()

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return None if self._child is None else self._child.pid

    def derive(self, request: Request, page_done: PageDone | None = None) -> Derived:
        """What a file holds, as a tree.

        Raises IngestError, NeedsOcr or LimitExceeded with a reason for whoever sent it.
        """
        data = request.data
        if len(data) > self.limits.max_bytes:
            raise LimitExceeded(
                f"the file has {len(data) / 1e6:.1f} MB, more than the {self.limits.max_bytes / 1e6:.0f} MB allowed: "
                "split it, or raise CITEPATH_MAX_FILE_MB"
            )
        child = self._running()
        deadline = time.monotonic() + self.limits.wall_seconds + (_START_SECONDS if self._files == 0 else 0.0)
        self._files += 1
        answered = False
        try:
            made = self._exchange(child, request, page_done, deadline)
            answered = True
            return made
        except IngestError as error:
            answered = not isinstance(error, _ChildLost)
            raise
        finally:
            if not answered:
                self._kill()

    def _exchange(
        self, child: subprocess.Popen[bytes], request: Request, page_done: PageDone | None, deadline: float
    ) -> Derived:
        pipe = _Pipe(child, deadline, most=self.limits.max_characters * _EXPANSION)
        try:
            head = {"file_name": request.file_name, "document": request.document, "encoding": request.encoding}
            pipe.send(json.dumps(head).encode(), request.data)
            while True:
                reply = json.loads(pipe.receive())
                if "page" in reply:
                    if page_done is not None:
                        page_done(*reply["page"])
                elif "error" in reply:
                    kind, message = reply["error"]
                    raise _KINDS[kind](message)
                else:
                    return from_json(reply["derived"])
        except TimeoutError as error:
            raise _ChildLost(
                f"reading took longer than {self.limits.wall_seconds:g} s and was stopped: "
                "split the file, or raise CITEPATH_READ_SECONDS"
            ) from error
        except (EOFError, BrokenPipeError) as error:
            raise _ChildLost(self._why_lost(child)) from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _ChildLost(f"the file could not be read: its reader answered nonsense ({error})") from error

    def _why_lost(self, child: subprocess.Popen[bytes]) -> str:
        """What became of a child that stopped answering."""
        try:
            code = child.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            code = 0
        memory = self.limits.memory_bytes // (1024 * 1024)
        if code == -signal.SIGXCPU:
            return (
                f"reading took more than {self.limits.cpu_seconds:g} s of processor time and was stopped: "
                "split the file, or raise CITEPATH_READ_SECONDS"
            )
        return (
            f"the file broke its reader (exit status {code}), often by needing more than {memory} MB of memory: "
            "it may be damaged; open and save it anew, split it, or raise CITEPATH_READ_MEMORY_MB"
        )

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._child = _start(self.limits)
            self._files = 0
        return self._child

    def _kill(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            with suppress(ProcessLookupError):  # it may end between the two
                os.killpg(child.pid, signal.SIGKILL)  # with its helpers: the group is its own, see _start
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                _close_quietly(stream)
        child.wait()


def _close_quietly(stream: IO[bytes]) -> None:
    with suppress(BrokenPipeError):  # bytes the killed child will never read
        stream.close()


def _start(limits: Limits) -> subprocess.Popen[bytes]:
    """A child with nothing of our environment but where Python finds its modules."""
    environment = {"PYTHONPATH": os.pathsep.join([str(_ROOT), *sys.path[1:]]), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [sys.executable, "-m", "docs_ingest.reading_child", json.dumps(asdict(limits))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=tempfile.gettempdir(),
        start_new_session=True,
    )


class _ChildLost(LimitExceeded):
    """The child did not answer, or not in time: it must be replaced."""


class _Pipe:
    """Messages to and from the child, each wait within the deadline."""

    def __init__(self, child: subprocess.Popen[bytes], deadline: float, most: int) -> None:
        assert child.stdin is not None and child.stdout is not None
        self._in, self._out = child.stdin.fileno(), child.stdout.fileno()
        self._deadline = deadline
        self._most = most
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self._send(len(part).to_bytes(8, "big") + part)

    def _send(self, message: bytes) -> None:
        rest = memoryview(message)
        while rest:
            self._wait(self._in, selectors.EVENT_WRITE)
            rest = rest[os.write(self._in, rest[:_CHUNK]) :]

    def receive(self) -> bytes:
        """The next message. Raises EOFError when the child is gone, TimeoutError past the deadline."""
        size = int.from_bytes(self._take(8), "big")
        if size > self._most:
            raise ValueError(f"{size} bytes")
        return self._take(size)

    def _take(self, size: int) -> bytes:
        got = bytearray()
        while len(got) < size:
            self._wait(self._out, selectors.EVENT_READ)
            chunk = os.read(self._out, min(size - len(got), 1 << 20))
            if not chunk:
                raise EOFError
            got += chunk
        return bytes(got)

    def _wait(self, pipe: int, what: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, what)
            left = self._deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise TimeoutError
