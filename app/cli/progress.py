"""The stream of events as progress on a terminal; on a pipe, one line a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from stores.events import Emit, Event, FileBegun, FileDone, IndexCompared, PageParsed, PassagesSynced, QuestionScored

MARKS = {"ready": "✓", "unchanged": "=", "failed": "✗", "needs_ocr": "✗"}


@contextmanager
def progress(quiet: bool = False) -> Iterator[Emit]:
    """A listener that shows how far long work has come, on standard error."""
    console = Console(stderr=True, highlight=False)
    if quiet:
        yield lambda event: None
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        yield _Listener(console, bar)


class _Listener:
    """Hears from any number of threads; one line of progress for each file under way."""

    def __init__(self, console: Console, bar: Progress) -> None:
        self._console = console
        self._bar = bar
        self._lock = Lock()
        self._files: TaskID | None = None
        self._pages: dict[str, TaskID] = {}
        self._other: dict[str, TaskID] = {}  # by what is done

    def __call__(self, event: Event) -> None:
        with self._lock:
            if isinstance(event, FileBegun):
                self._file_begun(event)
            elif isinstance(event, PageParsed):
                self._page_parsed(event)
            elif isinstance(event, FileDone):
                self._file_done(event)
            elif isinstance(event, PassagesSynced):
                self._step(f"{event.index}: passages told", event.done, event.done + event.waiting)
            elif isinstance(event, IndexCompared):
                self._step(f"{event.index}: documents compared", event.done, event.total)
            elif isinstance(event, QuestionScored):
                self._step("questions", event.done, event.total)

    def _file_begun(self, event: FileBegun) -> None:
        if self._files is None:
            self._files = self._bar.add_task("files", total=event.total, rate="")
        if event.file not in self._pages:
            self._pages[event.file] = self._bar.add_task(event.file[-40:], total=None, rate="")

    def _page_parsed(self, event: PageParsed) -> None:
        task_id = self._pages.get(event.file)
        if task_id is None:
            return
        speed = self._bar.tasks[self._bar.task_ids.index(task_id)].speed
        self._bar.update(task_id, completed=event.page, total=event.pages, rate=f"{speed:.0f} pages/s" if speed else "")

    def _file_done(self, event: FileDone) -> None:
        if self._files is not None:
            self._bar.advance(self._files)
        begun = self._pages.pop(event.file, None)
        if begun is not None:
            self._bar.remove_task(begun)
        name = event.document if event.version is None else f"{event.document}@{event.version}"
        size = f"{event.pages} pages, " if event.pages else ""
        rate = f", {event.pages / event.seconds:.0f} pages/s" if event.pages and event.seconds > 0 else ""
        read = (
            f"{size}{event.nodes} nodes, {event.seconds:.1f} s{rate}"
            if event.status == "ready" or not event.reason
            else ""
        )
        tail = "; ".join(words for words in (read, event.reason or "") if words)
        line = f"{MARKS[event.status]} {event.file}  {name}  {event.status}: {tail}"
        self._console.print(line, markup=False, soft_wrap=True)

    def _step(self, name: str, done: int, total: int) -> None:
        task = self._other.get(name)
        if task is None:
            task = self._other[name] = self._bar.add_task(name, total=total, rate="")
        self._bar.update(task, completed=done, total=total)
