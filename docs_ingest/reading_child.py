"""The child of `docs_ingest.sandbox`: sets its own limits, locks itself in, then reads files until its input ends.

Started as `python -m docs_ingest.reading_child LIMITS` with LIMITS as JSON.
"""

import json
import os
import resource
import select
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from docs_ingest.confinement import confine
from docs_ingest.derive import derive
from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr
from docs_ingest.limits import Limits
from docs_ingest.readers import read_document
from docs_ingest.readers.pdf.characters import character_boxes, letters_of_pages
from docs_ingest.wire import as_json

_OPEN_FILES = 64
_SPENT = 4  # a child that keeps a quarter of its memory gives way: every file may have all of it


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)  # whatever a library prints must not reach the protocol
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    taken = _Taken()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _send(sink, {"confined": confine()})
    while (head := _receive(source)) is not None:
        data = _receive(source)
        assert data is not None
        _allow_seconds(limits.cpu_seconds)
        answer = _answer(data, json.loads(head), limits, sink)
        _send(sink, {**answer, "spent": taken.bytes() > limits.memory_bytes // _SPENT})


def _end_with_parent() -> None:
    """End when whoever asks is gone, also in the middle of a file: nobody is left to stop it at its limit.

    Not by a signal at the parent's death, which comes when the thread ends that started the child.
    """
    watched = select.poll()
    watched.register(0, 0)  # no events but the other end's closing
    while not any(event & (select.POLLHUP | select.POLLERR) for _, event in watched.poll()):
        pass
    os._exit(1)


class _Taken:
    """The address space of this process, by a file that is opened while files can be opened; 0 where there is none."""

    def __init__(self) -> None:
        try:
            self._source = os.open("/proc/self/statm", os.O_RDONLY)
        except OSError:
            self._source = -1

    def bytes(self) -> int:
        return 0 if self._source < 0 else int(os.pread(self._source, 64, 0).split()[0]) * resource.getpagesize()


def _allow_seconds(seconds: float) -> None:
    """Processor time for the next file, on top of what earlier ones took."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _answer(data: bytes, head: dict[str, Any], limits: Limits, sink: BinaryIO) -> dict[str, object]:
    try:
        return {"result": _wanted(data, head, limits, lambda page, pages: _send(sink, {"page": [page, pages]}))}
    except NeedsOcr as error:
        return {"error": ["needs_ocr", str(error)]}
    except LimitExceeded as error:
        return {"error": ["limit", str(error)]}
    except IngestError as error:
        return {"error": ["failed", str(error)]}
    except MemoryError:
        return {"error": ["limit", limits.too_much_memory]}
    except TimeoutError:
        return {"error": ["limit", limits.too_much_processor]}
    except RecursionError:
        return {"error": ["failed", "the file is nested too deeply to be read: save it anew in a simpler form"]}
    # Whatever else a library raises over hostile bytes is that file's fault: it must not stop the others.
    except Exception:  # noqa: BLE001
        return {"error": ["failed", "the file is damaged or not what its name says: save it anew"]}


def _wanted(data: bytes, head: dict[str, Any], limits: Limits, page_done: Callable[[int, int], None]) -> object:
    match head["want"]:
        case "derive":
            parsed = read_document(data, head["file_name"], limits, page_done, encoding=head["encoding"])
            return as_json(derive(parsed, head["document"], limits.max_nodes))
        case "letters":
            return letters_of_pages(data)
        case _:
            return character_boxes(data, head["lines"])


def _receive(source: BinaryIO) -> bytes | None:
    """One message, None at the end of input."""
    head = source.read(8)
    if len(head) < 8:
        return None
    return source.read(int.from_bytes(head, "big"))


def _send(sink: BinaryIO, message: dict[str, object]) -> None:
    data = json.dumps(message).encode()
    sink.write(len(data).to_bytes(8, "big") + data)
    sink.flush()


if __name__ == "__main__":
    main()
