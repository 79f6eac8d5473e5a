"""The reading process: files are read in a child that can be killed, so hostile bytes harm nobody.

One child serves file after file: it reads, finds the structure and builds the
tree. Limits of memory and processor time are set inside it by the kernel, the
wall clock is kept here; a child that breaks one, or crashes, is killed and the
next file gets a fresh one. What comes back is plain data (`wire.py`), checked
on this side.

A child says once that it is ready, `{"confined": [...]}`, and how it has locked itself
in (`confinement.py`). Requests are a JSON head, then the file; replies are JSON,
`{"page": [n, total]}` any number of times, then one `{"result": ...}` or `{"error":
[kind, message]}`. `"spent": true` beside either: so much memory was taken that the
next file needs a fresh child.
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
_START_SECONDS = 60.0  # for the child to import its readers on a busy machine: no file's time
_READY_BYTES = 10_000

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
        self.confined: tuple[str, ...] = ()  # how the latest child has locked itself in, see `confinement.LAYERS`
        self._child: subprocess.Popen[bytes] | None = None
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
        pipe = Pipe(child, time.monotonic() + self.limits.wall_seconds, most=self.limits.memory_bytes)
        fit = False  # for the next file
        try:
            reply = self._exchange(child, pipe, head, data, page_done)
            fit = not reply.get("spent")
            if "error" in reply:
                kind, message = reply["error"]
                raise _KINDS[kind](message)
            return made(reply["result"])
        except IngestError as error:
            if self._stopped:
                raise ReadingStopped from error
            raise
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            fit = False
            raise IngestError(
                "the file broke its reader, whose answer makes no sense: save the file anew and send it again"
            ) from error
        finally:
            if not fit:
                self._kill()

    def _exchange(
        self, child: subprocess.Popen[bytes], pipe: Pipe, head: dict[str, Any], data: bytes, page_done: PageDone
    ) -> dict[str, Any]:
        """The child's last word on one file. Raises LimitExceeded where there is none, ValueError etc. on nonsense."""
        try:
            pipe.send(json.dumps(head).encode(), data)
            while "page" in (reply := json.loads(pipe.receive())):
                page_done(*reply["page"])
        except TimeoutError as error:
            raise LimitExceeded(
                f"reading took longer than {self.limits.wall_seconds:g} s and was stopped: "
                "split the file, or raise CITEPATH_READ_SECONDS"
            ) from error
        except (EOFError, BrokenPipeError) as error:
            raise LimitExceeded(self._why_lost(child)) from error
        return dict(reply)

    def _why_lost(self, child: subprocess.Popen[bytes]) -> str:
        """What became of a child that stopped answering."""
        try:
            code = child.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            code = 0
        if code == -signal.SIGXCPU:
            return self.limits.too_much_processor
        return (
            f"the file broke its reader: it is damaged, or needs more than {self.limits.megabytes} MB of memory; "
            "save it anew, split it, or raise CITEPATH_READ_MEMORY_MB"
        )

    def _running(self) -> subprocess.Popen[bytes]:
        if self._stopped:
            raise ReadingStopped
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._kill()  # one that died between two files leaves its pipes
        self._child = child = _start(self.limits)
        try:
            ready = json.loads(Pipe(child, time.monotonic() + _START_SECONDS, most=_READY_BYTES).receive())
            self.confined = tuple(map(str, ready["confined"]))
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            self._kill()
            if self._stopped:
                raise ReadingStopped from error
            raise IngestError(
                f"the reading process does not start in {_START_SECONDS:g} s and {self.limits.megabytes} MB of memory: "
                "run citepath doctor, or raise CITEPATH_READ_MEMORY_MB"
            ) from error
        return child

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


def _characters(found: list[list[Any]]) -> list[tuple[int, int, Box]]:
    made = []
    for offset, page, box in found:
        left, top, right, bottom = map(float, box)
        made.append((int(offset), int(page), (left, top, right, bottom)))
    return made
