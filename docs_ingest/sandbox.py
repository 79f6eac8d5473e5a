"""The reading process: files are read in a child that can be killed, so hostile bytes harm nobody.

One child serves file after file: it reads, finds the structure and builds the
tree. Limits of memory and processor time are set inside it by the kernel, the
wall clock is kept here; a child that breaks one, or crashes, is killed and the
next file gets a fresh one. What comes back is plain data (`wire.py`), checked
on this side.

Requests are a JSON head, then the file; replies are JSON, `{"page": [n, total]}`
any number of times, then one `{"result": ...}` or `{"error": [kind, message]}`.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, TypeVar

from docs_ingest.derive import Derived
from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr, ReadingStopped
from docs_ingest.limits import Limits
from docs_ingest.pipe import Pipe
from docs_ingest.wire import from_json
from stores.records import Line

__all__ = ["Limits", "ReadingProcess", "Request"]

_ROOT = Path(__file__).resolve().parent.parent
_KINDS: dict[str, type[IngestError]] = {"failed": IngestError, "needs_ocr": NeedsOcr, "limit": LimitExceeded}
_START_SECONDS = 60.0  # for the child to import its readers on a busy machine
_EXPANSION = 200  # bytes of reply for each character that may be read: nodes, boxes of lines, edges

T = TypeVar("T")
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Request:
    """One file to be read."""

    data: bytes
    file_name: str  # decides between kinds of text
    document: str  # id: the same words in two documents are two passages
    encoding: str | None = None  # of a text file, where its sender knows it


class PageDone(Protocol):
    def __call__(self, page: int, pages: int) -> None: ...


def _no_pages(page: int, pages: int) -> None:
    pass


class ReadingProcess:
    """Reads files one by one in a child process. A context manager; for one thread at a time, but for `stop`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None
        self._files = 0
        self._stopped = False

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

    def stop(self) -> None:
        """End whatever is being read, from any thread: it raises ReadingStopped there. Nothing is read any more."""
        self._stopped = True
        child = self._child
        if child is not None:
            _end(child)

    def derive(self, request: Request, page_done: PageDone = _no_pages) -> Derived:
        """What a file holds, as a tree.

        Raises IngestError, NeedsOcr or LimitExceeded with a reason for whoever sent it.
        """
        head = {"file_name": request.file_name, "document": request.document, "encoding": request.encoding}
        return self._ask({"want": "derive", **head}, request.data, from_json, page_done)

    def letters(self, data: bytes) -> list[int]:
        """How many letters a PDF has on each page, whatever was made of them. Raises as `derive` does."""
        return self._ask({"want": "letters"}, data, lambda found: [int(n) for n in found])

    def character_boxes(self, data: bytes, text: str, lines: Sequence[Line]) -> list[tuple[int, int, Box]]:
        """(offset, page, box) of each character that is printed on these lines of a PDF.

        `lines` and their offsets are those of `text`. Raises as `derive` does.
        """
        plain = [[line.start, text[line.start : line.end], line.page, line.box] for line in lines if line.box]
        return self._ask({"want": "characters", "lines": plain}, data, _characters)

    def _ask(self, head: dict[str, Any], data: bytes, made: Callable[[Any], T], page_done: PageDone = _no_pages) -> T:
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
            result = self._exchange(child, head, data, made, page_done, deadline)
            answered = True
            return result
        except IngestError as error:
            if self._stopped:
                raise ReadingStopped from error
            answered = not isinstance(error, _ChildLost)
            raise
        finally:
            if not answered:
                self._kill()

    def _exchange(
        self,
        child: subprocess.Popen[bytes],
        head: dict[str, Any],
        data: bytes,
        made: Callable[[Any], T],
        page_done: PageDone,
        deadline: float,
    ) -> T:
        pipe = Pipe(child, deadline, most=self.limits.max_characters * _EXPANSION)
        try:
            pipe.send(json.dumps(head).encode(), data)
            while True:
                reply = json.loads(pipe.receive())
                if "page" in reply:
                    page_done(*reply["page"])
                elif "error" in reply:
                    kind, message = reply["error"]
                    raise _KINDS[kind](message)
                else:
                    return made(reply["result"])
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
        if self._stopped:
            raise ReadingStopped
        if self._child is None or self._child.poll() is not None:
            self._kill()  # one that died between two files leaves its pipes
            self._child = _start(self.limits)
            self._files = 0
        return self._child

    def _kill(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        _end(child)
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                _close_quietly(stream)
        child.wait()


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill a child with its helpers: the process group is its own, see `_start`."""
    if child.poll() is None:
        with suppress(ProcessLookupError):  # it may end between the two
            os.killpg(child.pid, signal.SIGKILL)


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


def _characters(found: list[list[Any]]) -> list[tuple[int, int, Box]]:
    made = []
    for offset, page, box in found:
        left, top, right, bottom = map(float, box)
        made.append((int(offset), int(page), (left, top, right, bottom)))
    return made
