"""Many files taken in at once: as many reading processes as there are cores, one document after another in each.

The versions of one document are taken in one after the other, in the order of
their days; a bad file does not stop the others. Whoever is interrupted leaves
whole documents: each file is one transaction, and the same files again go on
where it stopped.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from app.resources import House
from docs_ingest.derive import Derived
from docs_ingest.errors import IngestError, NeedsOcr, ReadingStopped
from docs_ingest.ingest import ingest, named, requested
from docs_ingest.names import read_name
from docs_ingest.sandbox import ReadingProcess
from docs_ingest.uploads import Upload
from stores.errors import StoreConflict
from stores.events import Emit, FileBegun, FileDone, PageParsed
from stores.records import IngestRecord, IngestStatus

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """One file, as which document, with what its sender said."""

    path: Path
    document: str
    collection: str = "default"
    effective_from: date | None = None
    effective_to: date | None = None
    undated: bool = False
    encoding: str | None = None

    def upload(self, data: bytes, tenant: str) -> Upload:
        return Upload(
            data=data,
            file_name=self.path.name,
            document=self.document,
            collection=self.collection,
            tenant=tenant,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            undated=self.undated,
            encoding=self.encoding,
        )


@dataclass(frozen=True, slots=True)
class Tried:
    """A file that was read without being stored."""

    upload: Upload
    made: Derived | None
    status: IngestStatus
    reason: str | None


def in_order(jobs: Sequence[Job]) -> list[Job]:
    """By document, and the versions of one by their days."""
    return sorted(jobs, key=lambda j: (j.document, str(read_name(j.path.name).effective_from or ""), str(j.path)))


@dataclass
class TakingIn:
    """Files under way; `stop` ends it from another thread."""

    house: House
    emit: Emit
    _stopped: threading.Event = field(default_factory=threading.Event)
    _readings: list[ReadingProcess] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take_in(self, jobs: Sequence[Job]) -> list[IngestRecord]:
        """How each file ended, in the order of the jobs.

        Raises ReadingStopped after `stop`, StoreUnavailable as ingest does.
        """
        return self._each(jobs, self._take)

    def try_out(self, jobs: Sequence[Job]) -> list[Tried]:
        """What each file would become; nothing is stored."""
        return self._each(jobs, self._try)

    def stop(self) -> None:
        self._stopped.set()
        with self._lock:
            for reading in self._readings:
                reading.stop()

    def _each(self, jobs: Sequence[Job], work: Callable[[Job, ReadingProcess], T]) -> list[T]:
        """`work` on every job, the files of one document in one thread; its results in the order of the jobs."""
        numbered = list(enumerate(jobs))
        groups = [list(group) for _, group in groupby(numbered, key=lambda one: one[1].document)]
        waiting: SimpleQueue[list[tuple[int, Job]]] = SimpleQueue()
        for group in groups:
            waiting.put(group)
        results: dict[int, T] = {}
        workers = min(self.house.settings.readers, len(groups))

        def turn() -> None:
            with self._reading(workers) as reading:
                while (group := _next(waiting)) is not None:
                    for index, job in group:
                        self._begin(job, index + 1, len(jobs))
                        results[index] = work(job, reading)

        with ThreadPoolExecutor(workers, thread_name_prefix="taking-in") as pool:
            turns: list[Future[None]] = [pool.submit(turn) for _ in range(workers)]
            for one in turns:
                try:
                    one.result()
                except BaseException:
                    self.stop()  # the ledger does not answer, or somebody interrupts: the others need not go on
                    raise
        if self._stopped.is_set():
            raise ReadingStopped
        return [results[i] for i in range(len(jobs))]

    def _reading(self, workers: int) -> ReadingProcess:
        reading = self.house.reading(workers)
        with self._lock:
            self._readings.append(reading)
        return reading

    def _begin(self, job: Job, index: int, total: int) -> None:
        if self._stopped.is_set():
            raise ReadingStopped
        self.emit(FileBegun(job.path.name, index, total, _size(job.path)))

    def _loaded(self, job: Job) -> tuple[Upload, str | None]:
        """The file's bytes, and why they are not taken if they are too many or cannot be had."""
        most, tenant = self.house.settings.reading().max_bytes, self.house.settings.tenant
        size = _size(job.path)
        if size > most:
            reason = f"the file has {size / 1e6:.0f} MB, more than the {most / 1e6:.0f} MB allowed"
            return job.upload(b"", tenant), f"{reason}: split it, or raise CITEPATH_MAX_FILE_MB"
        try:
            return job.upload(job.path.read_bytes(), tenant), None
        except OSError as error:
            return job.upload(b"", tenant), f"the file could not be opened ({error.strerror}): see that it is there"

    def _take(self, job: Job, reading: ReadingProcess) -> IngestRecord:
        house = self.house
        upload, reason = self._loaded(job)
        if reason is not None:
            return house.refuse(upload, reason, self.emit)
        try:
            return ingest(
                upload,
                reading=reading,
                intake=house.intake,
                clock=house.clock,
                originals=house.originals,
                emit=self.emit,
            )
        except StoreConflict as error:
            return house.refuse(upload, f"{error}; send it again", self.emit)

    def _try(self, job: Job, reading: ReadingProcess) -> Tried:
        begun = self.house.clock.monotonic()
        upload, reason = self._loaded(job)
        made, status = None, IngestStatus.FAILED
        try:
            if reason is None:
                upload = named(upload)
                page_done = lambda page, pages: self.emit(PageParsed(upload.file_name, page, pages))  # noqa: E731
                made, status = reading.derive(requested(upload), page_done), IngestStatus.READY
        except IngestError as error:
            reason = str(error)
            status = IngestStatus.NEEDS_OCR if isinstance(error, NeedsOcr) else IngestStatus.FAILED
        self.emit(
            FileDone(
                file=upload.file_name,
                document=upload.document or "",
                version=None,
                status=status.value,
                reason=reason,
                pages=made.pages if made is not None else None,
                nodes=len(made.nodes) if made is not None else 0,
                seconds=self.house.clock.monotonic() - begun,
            )
        )
        return Tried(upload, made, status, reason)


def _next(waiting: SimpleQueue[list[tuple[int, Job]]]) -> list[tuple[int, Job]] | None:
    try:
        return waiting.get_nowait()
    except Empty:
        return None


def _size(path: Path) -> int:
    """In bytes; 0 where the file is gone or may not be looked at."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
