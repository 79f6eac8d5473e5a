"""Vectors searched one by one: the inner product with each of a tenant's, in memory and, if wanted, in a folder.

Exact, and needs nothing but numpy. Meant for up to some 30,000 vectors: all of
them are in memory (4 bytes a dimension and some 1,000 a row), and every `apply`
writes the whole file anew.

    FOLDER/current           the name of the generation that is asked
    FOLDER/<name>.vectors    a generation: one line of JSON about the rows, then the rows' 32-bit floats
    FOLDER/lock              held by whoever writes

Any number of processes of one machine may share a folder: writers wait for each
other, and what another one wrote is read at the next call. A file is written
beside the old one, flushed to the disk and put in its place in one step.
"""

import fcntl
import json
import os
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from stores.errors import StoreUnavailable
from stores.pool import Pool
from stores.records import Held, IndexHit, VectorEntry

Floats = NDArray[np.float32]

_CURRENT = "current"
_SUFFIX = ".vectors"
_PAGE = 2_000  # passages told at a time
_SECONDS = 10.0  # of a search
_TRIES = 3  # of a look, where others swap
_DIGITS = 6  # of a score: 32-bit floats hold no more, so vectors that are the same tie


@dataclass(frozen=True, slots=True)
class _Row:
    tenant: str
    key: str
    collection: str
    document: str
    fingerprint: str
    stamp: int  # ms: when this was known to be true
    vector: Floats


@dataclass(frozen=True, slots=True)
class _Table:
    """All of one tenant's rows, sorted by key, and their vectors below each other."""

    rows: list[_Row]
    vectors: Floats  # len(rows) x dimensions


@dataclass(frozen=True)
class _Generation:
    """What a generation holds at one moment; never changed, only replaced."""

    rows: dict[tuple[str, str], _Row] = field(default_factory=dict)
    seen: tuple[object, ...] = ()  # what told the file from another when it was read; () in memory
    tables: dict[str, _Table] = field(default_factory=dict)  # made when a tenant is first asked

    def table(self, tenant: str) -> _Table | None:
        if tenant not in self.tables:
            rows = sorted((row for row in self.rows.values() if row.tenant == tenant), key=lambda row: row.key)
            if not rows:
                return None
            self.tables[tenant] = _Table(rows, np.stack([row.vector for row in rows]))
        return self.tables[tenant]


class ExactVectors:
    """Vectors of so many dimensions; `path` None keeps them in memory. Opens nothing before the first call."""

    def __init__(self, dimensions: int, path: Path | None = None) -> None:
        if dimensions < 1:
            raise ValueError(f"vectors have a dimension or more, not {dimensions}")
        self._dimensions = dimensions
        self._path = path
        self._begun: str | None = None  # the generation this object is, where it is not the current one
        self._generation = _Generation()
        self._search_pool = Pool("exact vectors", threads=2, queue=64)
        self._write_pool = Pool("exact vectors, writer", threads=1, queue=8)

    async def apply(self, entries: Sequence[VectorEntry], gone: Sequence[tuple[str, str]], *, at: datetime) -> None:
        """See `Vectors.apply`. Refuses in silence what is older than what it holds, by milliseconds of `at`.

        Of what is gone it keeps no memory. Raises ValueError for vectors of other dimensions; nothing is in then.
        """
        stamp = int(at.timestamp() * 1000)
        rows = [self._row(entry, stamp) for entry in entries]
        if rows or gone:
            await self._write_pool.run(self._apply, rows, list(gone), stamp)

    async def search(
        self,
        tenant: str,
        vector: Sequence[float],
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        """See `Vectors.search`. Raises ValueError for a vector of other dimensions."""
        question = self._floats(vector)
        if k < 1:
            return []
        named = None if documents is None else frozenset(documents)
        return await self._search_pool.run(self._search, tenant, question, k, collection, named, timeout=_SECONDS)

    async def count(self) -> int:
        """See `Vectors.count`."""
        return len((await self._search_pool.run(self._now, timeout=_SECONDS)).rows)

    async def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """See `Vectors.held`: one state of the store, from the first page to the last."""
        generation = await self._search_pool.run(self._now, timeout=_SECONDS)
        rows = [row for row in generation.rows.values() if row.tenant == tenant]
        for start in range(0, len(rows), _PAGE):
            yield [Held(tenant, row.key, row.fingerprint) for row in rows[start : start + _PAGE]]

    async def begin(self) -> Self:
        """See `Vectors.begin`."""
        fresh = type(self)(self._dimensions, self._path)
        fresh._begun = uuid.uuid4().hex
        if self._path is not None:
            await self._write_pool.run(self._created, self._path, fresh._begun)
        return fresh

    async def swap(self, fresh: Self) -> None:
        """See `Vectors.swap`."""
        if self._path is not None and fresh._begun is not None:
            await self._write_pool.run(self._swapped, self._path, fresh._begun)
        self._generation = fresh._generation if self._path is None else _Generation()
        await fresh.close()

    async def discard(self) -> None:
        """See `Vectors.discard`."""
        if self._path is not None and self._begun is not None:
            await self._write_pool.run(self._file(self._path, self._begun).unlink, True)
        await self.close()

    async def close(self) -> None:
        self._search_pool.close()
        self._write_pool.close()

    def _row(self, entry: VectorEntry, stamp: int) -> _Row:
        vector = self._floats(entry.vector)
        return _Row(entry.tenant, entry.key, entry.collection, entry.document, entry.fingerprint, stamp, vector)

    def _floats(self, vector: Sequence[float]) -> Floats:
        if len(vector) != self._dimensions:
            raise ValueError(f"this store holds vectors of {self._dimensions} dimensions, not {len(vector)}")
        return np.asarray(vector, np.float32)

    def _search(
        self, tenant: str, question: Floats, k: int, collection: str | None, documents: frozenset[str] | None
    ) -> list[IndexHit]:
        table = self._now().table(tenant)
        if table is None:
            return []
        rows, vectors = table.rows, table.vectors
        if collection is not None or documents is not None:
            within = [
                i
                for i, row in enumerate(rows)
                if (collection is None or row.collection == collection)
                and (documents is None or row.document in documents)
            ]
            rows, vectors = [rows[i] for i in within], vectors[within]
        scores = np.minimum(np.round(vectors @ question, _DIGITS), 1)
        best = np.argsort(-scores, kind="stable")[:k]  # rows are sorted by key, so ties are too
        return [IndexHit(rows[i].key, rows[i].document, round(float(scores[i]), _DIGITS)) for i in best]

    def _apply(self, rows: list[_Row], gone: list[tuple[str, str]], stamp: int) -> None:
        with self._writing():
            before = self._now()
            after = dict(before.rows)
            for place in gone:
                if place in after and after[place].stamp <= stamp:
                    del after[place]
            for row in rows:
                held = after.get((row.tenant, row.key))
                if held is None or held.stamp <= stamp:
                    after[row.tenant, row.key] = row
            if self._path is None:
                self._generation = _Generation(after)
                return
            name = self._begun or _current(self._path)
            try:
                _write(self._file(self._path, name), self._dimensions, list(after.values()))
            except OSError as error:
                raise StoreUnavailable(f"the vectors in {self._path} cannot be written: {error}") from error
            self._generation = _Generation(after, self._seen(self._path))

    def _now(self) -> _Generation:
        """What is held now: another process may have written."""
        if self._path is None:
            return self._generation
        try:
            for left in reversed(range(_TRIES)):
                try:
                    return self._read(self._path)
                except FileNotFoundError:
                    if not left:  # or another process has swapped while we looked
                        raise
        except FileNotFoundError as error:
            raise StoreUnavailable(
                f"vectors in {self._path} have been removed ({error.filename}): run `citepath reindex`"
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable(
                f"the vectors in {self._path} cannot be read ({error}): run `citepath reindex`"
            ) from error
        raise AssertionError("the last try returns or raises")

    def _read(self, path: Path) -> _Generation:
        known, seen = self._generation, self._seen(path)
        if seen != known.seen:
            rows = _rows_of(self._file(path, str(seen[0])), self._dimensions)
            self._generation = known = _Generation(rows, seen)
        return known

    def _seen(self, path: Path) -> tuple[object, ...]:
        """The generation's name, and what changes with every write to it. The first to come creates the folder."""
        name = self._begun
        if name is None:
            try:
                name = _current(path)
            except FileNotFoundError:
                name = self._first(path)
        stat = self._file(path, name).stat()
        return name, stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _first(self, path: Path) -> str:
        """The name in `current`; the first one to come writes it, after the empty generation it names."""
        path.mkdir(parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        self._created(path, name)
        mine = path / f".{name}"
        mine.write_text(name, encoding="ascii")
        try:
            os.link(mine, path / _CURRENT)
        except FileExistsError:
            self._file(path, name).unlink()
        mine.unlink()
        return _current(path)

    def _created(self, path: Path, name: str) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
            _write(self._file(path, name), self._dimensions, [])
        except OSError as error:
            raise StoreUnavailable(f"vectors cannot be kept in {path}: {error}") from error

    def _swapped(self, path: Path, name: str) -> None:
        try:
            with self._writing():
                if not self._file(path, name).exists():
                    raise StoreUnavailable(
                        "a later rebuild of the vectors has overtaken this one: "
                        "if none is under way, run `citepath reindex`"
                    )
                mine = path / f".{name}"
                mine.write_text(name, encoding="ascii")
                mine.replace(path / _CURRENT)
                for old in set(path.glob(f"*{_SUFFIX}")) - {self._file(path, name)}:
                    old.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"the vectors in {path} could not be changed over: {error}") from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time, over all processes; within this one there is a single thread that writes."""
        if self._path is None:
            yield
            return
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"the vectors in {self._path} cannot be written: {error}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _file(self, path: Path, name: str) -> Path:
        return path / f"{name}{_SUFFIX}"


def _current(path: Path) -> str:
    return (path / _CURRENT).read_text(encoding="ascii")


def _write(file: Path, dimensions: int, rows: Sequence[_Row]) -> None:
    about = [[row.tenant, row.key, row.collection, row.document, row.fingerprint, row.stamp] for row in rows]
    head = json.dumps({"form": 1, "dimensions": dimensions, "rows": about}).encode("ascii") + b"\n"
    mine = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    try:
        with mine.open("wb") as out:
            out.write(head)
            if rows:
                out.write(np.stack([row.vector for row in rows]).astype("<f4").tobytes())
            out.flush()
            os.fsync(out.fileno())
        mine.replace(file)
    finally:
        with suppress(FileNotFoundError):
            mine.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # or the new name may not outlive a power cut
    finally:
        os.close(folder)


def _rows_of(file: Path, dimensions: int) -> dict[tuple[str, str], _Row]:
    """Raises ValueError for what was not written by `_write` with these dimensions."""
    head, _, body = file.read_bytes().partition(b"\n")
    about: dict[str, Any] = json.loads(head)
    if about["form"] != 1 or about["dimensions"] != dimensions:
        raise ValueError(f"they have {about['dimensions']} dimensions and not {dimensions}, or another form")
    vectors = np.frombuffer(body, "<f4").reshape(len(about["rows"]), dimensions)
    rows = {}
    for (*names, stamp), vector in zip(about["rows"], vectors, strict=True):
        tenant, key, collection, document, fingerprint = names
        rows[tenant, key] = _Row(tenant, key, collection, document, fingerprint, stamp, vector)
    return rows
