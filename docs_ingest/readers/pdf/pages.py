"""All pages of a PDF -> their runs, in several processes where there are pages enough.

Nine tenths of the time goes into pdfium and into asking it about single
characters, page by page, so a long document is shared out: helpers are forked
from the reading child once the document is open, helper n of N takes every Nth
page and sends plain tuples back through a pipe. The child that forked them only
collects. A helper stands under the same limits as the child and dies with it.
"""

import marshal
import os
import selectors
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.kernel_calls import die_with_parent
from docs_ingest.readers.pdf.hidden import has_picture
from docs_ingest.readers.pdf.lines import Frame, PageRuns, Run, page_runs

FEW_LETTERS = 8  # a page with fewer has no text to speak of
_ENOUGH_LETTERS = 1_000
_PAGES_EACH = 24  # below so many pages for each helper a fork costs more than it saves
_CHUNK = 1 << 20

PageDone = Callable[[int, int], None]


@dataclass(slots=True)
class Pages:
    """What was read: pages in order, damaged ones left out."""

    runs: list[PageRuns] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)  # pages with a picture and no text to speak of
    broken: list[int] = field(default_factory=list)


def read_pages(document: pdfium.PdfDocument, max_characters: int, page_done: PageDone, helpers: int = 1) -> Pages:
    """Read every page; `page_done(pages read, pages in all)` is called after each.

    Raises LimitExceeded past `max_characters`, MemoryError and TimeoutError where a
    helper ran into its limit, IngestError where no page can be read at all.
    """
    count = len(document)
    helpers = min(helpers, count // _PAGES_EACH)
    one_by_one = (_read_page(document, index) for index in range(count))
    found = Pages()
    characters = 0
    with _SharedOut(document, helpers) if helpers > 1 else _Alone(one_by_one) as results:
        for done, (number, runs, bare) in enumerate(results, 1):
            if runs is None:
                found.broken.append(number)
            else:
                found.runs.append(runs)
                found.bare += [number] if bare else []
                characters += sum(len(run.text) for run in runs.runs)
            if characters > max_characters:
                raise LimitExceeded(
                    f"the PDF holds more than the {max_characters:,} characters allowed "
                    f"by page {number:,} of {count:,}: split it, or raise CITEPATH_MAX_CHARACTERS"
                )
            page_done(done, count)
    if len(found.broken) == count:
        raise IngestError(
            "the PDF is damaged: none of its pages can be read; save or download it again in full and send it again"
        )
    found.runs.sort(key=lambda page: page.number)
    return Pages(found.runs, sorted(found.bare), sorted(found.broken))


_Result = tuple[int, PageRuns | None, bool]  # 1-based number; None where it is damaged; whether it is a bare picture


def _read_page(document: pdfium.PdfDocument, index: int) -> _Result:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return index + 1, None, False
    try:
        runs = page_runs(page, index + 1)
        return index + 1, runs, letters_on(runs) < FEW_LETTERS and has_picture(page)
    except pdfium.PdfiumError:
        return index + 1, None, False
    finally:
        page.close()


def letters_on(page: PageRuns) -> int:
    """Letters on a page; counting stops where there are clearly enough."""
    letters = 0
    for run in page.runs:
        letters += sum(map(str.isalpha, run.text))
        if letters >= _ENOUGH_LETTERS:
            break
    return letters


class _Alone:
    """Results read in this process."""

    def __init__(self, results: Iterator[_Result]) -> None:
        self._results = results

    def __enter__(self) -> Iterator[_Result]:
        return self._results

    def __exit__(self, *_: object) -> None:
        pass


class _SharedOut:
    """Results of forked helpers, as they come; the helpers are gone at the end, whatever happened."""

    def __init__(self, document: pdfium.PdfDocument, helpers: int) -> None:
        self._document = document
        self._helpers = helpers
        self._pids: list[int] = []

    def __enter__(self) -> Iterator[_Result]:
        pipes = []
        for at in range(self._helpers):
            out, into = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(out)
                _help(self._document, at, self._helpers, into)
            os.close(into)
            self._pids.append(pid)
            pipes.append(out)
        return _collected(pipes)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        ends = [_ended(pid) for pid in self._pids]
        if isinstance(error, MemoryError) and signal.SIGXCPU in ends:
            raise TimeoutError from error


def _ended(pid: int) -> int:
    """End a helper; the signal that it died of, 0 if it had finished."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _help(document: pdfium.PdfDocument, at: int, step: int, into: int) -> None:
    """The whole life of a helper: every `step`th page from `at` on. Never returns."""
    code = 1
    try:
        die_with_parent(signal.SIGKILL)
        for index in range(at, len(document), step):
            number, runs, bare = _read_page(document, index)
            _send(into, (number, None if runs is None else _plain(runs), bare))
        _send(into, None)
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's may be closed or flushed twice


def _send(into: int, message: Any) -> None:
    data = marshal.dumps(message)
    rest = memoryview(len(data).to_bytes(8, "big") + data)
    while rest:
        rest = rest[os.write(into, rest) :]


def _plain(page: PageRuns) -> tuple[Any, ...]:
    runs = [tuple(getattr(run, name) for name in Run.__slots__) for run in page.runs]
    return page.number, page.frame.plain, runs, page.scanned


def _from_plain(plain: tuple[Any, ...]) -> PageRuns:
    number, frame, runs, scanned = plain
    return PageRuns(number, Frame(*frame), tuple(Run(*run) for run in runs), scanned)


def _collected(pipes: list[int]) -> Iterator[_Result]:
    """Messages of all helpers as they arrive. Raises MemoryError where one ends without having finished."""
    held = {pipe: bytearray() for pipe in pipes}
    finished: set[int] = set()
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                pipe = key.fd
                chunk = os.read(pipe, _CHUNK)
                if not chunk:
                    selector.unregister(pipe)
                    os.close(pipe)
                    if pipe not in finished:
                        raise MemoryError
                    continue
                held[pipe] += chunk
                for message in _messages(held[pipe]):
                    if message is None:
                        finished.add(pipe)
                        continue
                    number, plain, bare = message
                    yield number, None if plain is None else _from_plain(plain), bare


def _messages(held: bytearray) -> Iterator[Any]:
    """Whole messages at the front of what has arrived, taken off it."""
    while len(held) >= 8:
        size = int.from_bytes(held[:8], "big")
        if len(held) < 8 + size:
            return
        message = marshal.loads(bytes(held[8 : 8 + size]))
        del held[: 8 + size]
        yield message
