"""The ledger in memory, behind its four ports."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from stores.errors import NotFound, StoreConflict, StoreCorrupt
from stores.ids import Clock
from stores.in_force import in_force
from stores.ports import KEYWORDS
from stores.records import (
    Document,
    Edge,
    IndexEntry,
    IngestRecord,
    LineageStep,
    NewVersion,
    OutboxRow,
    ParkedRow,
    Place,
    Reader,
    Run,
    RunSummary,
    Tree,
    Version,
)

_MAX_ATTEMPTS = 10  # as in stores.ledger.outbox


class MemoryLedger:
    """What a ledger keeps, behind its four ports: `library`, `intake`, `outbox` and `runs`."""

    def __init__(self, clock: Clock, targets: Sequence[str] = (KEYWORDS,)) -> None:
        """`targets`: the indexes that are told of every change."""
        kept = _Kept(clock, tuple(targets))
        self.library = MemoryLibrary(kept)
        self.intake = MemoryIntake(kept)
        self.outbox = MemoryOutbox(kept)
        self.runs = MemoryRuns(kept)


@dataclass(slots=True)
class _Waiting:
    """An outbox row with who holds it."""

    target: str
    row: OutboxRow
    holder: str | None = None
    lease_until: datetime | None = None
    not_before: datetime | None = None
    reason: str = ""


@dataclass
class _Kept:
    clock: Clock
    targets: tuple[str, ...]
    lock: threading.RLock = field(default_factory=threading.RLock)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    trees: dict[tuple[str, str], dict[int, dict[int, Tree]]] = field(default_factory=dict)  # number, derivation
    edges: dict[tuple[str, int], tuple[Edge, ...]] = field(default_factory=dict)  # version id, derivation
    lineage: dict[tuple[str, int], tuple[LineageStep, ...]] = field(default_factory=dict)
    outbox: list[_Waiting] = field(default_factory=list)
    ingests: list[tuple[str, IngestRecord]] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)
    revisions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def alive(self, tenant: str, document: str) -> bool:
        found = self.documents.get((tenant, document))
        return found is not None and found.deleted_at is None

    def history(self, tenant: str, document: str) -> list[Version]:
        """Current derivations, oldest number first, of a deleted document too."""
        numbers = self.trees.get((tenant, document), {})
        return [derivations[max(derivations)].version for _, derivations in sorted(numbers.items())]

    def seen(self, reader: Reader) -> list[Version]:
        """All versions this reader may see."""
        alive = [id_ for tenant, id_ in sorted(self.documents) if tenant == reader.tenant and self.alive(tenant, id_)]
        return [version for id_ in alive for version in self.history(reader.tenant, id_)]

    def tell(self, tenant: str, gone: Iterable[str], entries: Iterable[IndexEntry]) -> None:
        changes: list[tuple[str, IndexEntry | None]] = [(key, None) for key in gone]
        changes += [(entry.key, entry) for entry in entries]
        self.outbox += [
            _Waiting(target, OutboxRow(self.clock.new_id(), key, tenant, entry, 0))
            for target in self.targets
            for key, entry in changes
        ]

    def bump(self, tenant: str, *collections: str) -> None:
        self.revisions.update((tenant, collection) for collection in {"", *collections})


class MemoryLibrary:
    """The port `Library`."""

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept

    async def versions(
        self,
        reader: Reader,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
        as_of: date | None = None,
    ) -> list[Version]:
        named = None if documents is None else set(documents)
        with self._kept.lock:
            names = [
                d.id
                for d in self._documents(reader)
                if (collection is None or d.collection == collection) and (named is None or d.id in named)
            ]
            counting = (in_force(self._kept.history(reader.tenant, name), self._day(as_of)) for name in names)
            return [version for version in counting if version is not None]

    async def version(self, reader: Reader, document: str, number: int | None = None) -> Version:
        history = await self.history(reader, document)
        if number is None:
            version = in_force(history, self._day(None))
        else:
            version = next((v for v in history if v.number == number), None)
        if version is None:
            raise NotFound(f"{document} has no version {number or 'in force today'}")
        return version

    async def history(self, reader: Reader, document: str) -> list[Version]:
        with self._kept.lock:
            if not self._kept.alive(reader.tenant, document):
                raise NotFound(f"there is no document {document}")
            return self._kept.history(reader.tenant, document)

    async def tree(self, reader: Reader, version_id: str, derivation: int | None = None) -> Tree:
        with self._kept.lock:
            version = next((v for v in self._kept.seen(reader) if v.id == version_id), None)
            derivations = {} if version is None else self._kept.trees[reader.tenant, version.document][version.number]
            tree = derivations.get(derivation or max(derivations, default=1))
        if tree is None:
            raise NotFound(f"there is no version {version_id}, or no such derivation of it")
        if sha256(tree.text.encode("utf-8", "surrogatepass")).hexdigest() != tree.version.text_hash:
            raise StoreCorrupt(f"the stored text of {tree.version.name} does not have its hash")
        return tree

    async def edges(self, reader: Reader, version_id: str, derivation: int | None = None) -> list[Edge]:
        tree = await self.tree(reader, version_id, derivation)
        with self._kept.lock:
            return list(self._kept.edges[version_id, tree.version.derivation])

    async def lineage(self, reader: Reader, version_id: str) -> list[LineageStep]:
        tree = await self.tree(reader, version_id)
        with self._kept.lock:
            return list(self._kept.lineage[version_id, tree.version.derivation])

    async def places(self, reader: Reader, keys: Sequence[str], version_ids: Sequence[str]) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = defaultdict(list)
        wanted, inside = set(keys), set(version_ids)
        with self._kept.lock:
            for version in self._kept.seen(reader):
                if version.id not in inside:
                    continue
                tree = self._kept.trees[reader.tenant, version.document][version.number][version.derivation]
                for node in tree.nodes:
                    if node.passage_key is not None and node.passage_key in wanted:
                        place = Place(node.passage_key, version.id, version.document, version.number, node.address)
                        found[node.passage_key].append(place)
        return dict(found)

    async def standing(
        self, reader: Reader, version_ids: Sequence[str], *, as_of: date | None = None
    ) -> dict[str, str]:
        with self._kept.lock:
            known = {v.id for v in self._kept.seen(reader)}
        current = {v.id for v in await self.versions(reader, as_of=as_of)}
        return {
            id_: "current" if id_ in current else "superseded" if id_ in known else "deleted" for id_ in version_ids
        }

    async def documents(self, reader: Reader, *, collection: str | None = None) -> list[Document]:
        with self._kept.lock:
            return [d for d in self._documents(reader) if collection is None or d.collection == collection]

    async def revision(self, reader: Reader, collection: str | None) -> int:
        with self._kept.lock:
            return self._kept.revisions[reader.tenant, collection or ""]

    async def ingests(self, reader: Reader, *, limit: int = 100) -> list[IngestRecord]:
        with self._kept.lock:
            records = [record for tenant, record in self._kept.ingests if tenant == reader.tenant]
        return sorted(records, key=lambda record: (record.at, record.id), reverse=True)[:limit]

    def _day(self, as_of: date | None) -> date:
        return as_of or self._kept.clock.now().date()

    def _documents(self, reader: Reader) -> list[Document]:
        kept = self._kept.documents
        return [kept[key] for key in sorted(kept) if key[0] == reader.tenant and kept[key].deleted_at is None]


class MemoryIntake:
    """The port `Intake`."""

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept

    def latest(self, tenant: str, document: str) -> Version | None:
        with self._kept.lock:
            return next(reversed(self._kept.history(tenant, document)), None)

    def alive(self, tenant: str, document: str) -> bool:
        with self._kept.lock:
            return self._kept.alive(tenant, document)

    def latest_tree(self, tenant: str, document: str) -> Tree | None:
        with self._kept.lock:
            latest = self.latest(tenant, document)
            if latest is None:
                return None
            return self._kept.trees[tenant, document][latest.number][latest.derivation]

    def trees(self, tenant: str, document: str) -> list[Tree]:
        with self._kept.lock:
            numbers = self._kept.trees.get((tenant, document), {})
            return [derivations[max(derivations)] for _, derivations in sorted(numbers.items())]

    def with_source(self, tenant: str, document: str, source_hash: str) -> Version | None:
        with self._kept.lock:
            newest_first = reversed(self._kept.history(tenant, document))
            return next((v for v in newest_first if v.source_hash == source_hash), None)

    def save(self, new: NewVersion, record: IngestRecord) -> None:
        tenant, id_ = new.document.tenant, new.document.id
        with self._kept.lock:
            self._check(new)
            before = self._kept.documents.get((tenant, id_))
            created = new.document.created_at if before is None else before.created_at
            self._kept.documents[tenant, id_] = replace(new.document, created_at=created, deleted_at=None)
            derivations = self._kept.trees.setdefault((tenant, id_), {}).setdefault(new.version.number, {})
            version = new.version
            if derivations:  # the version stays as it was uploaded, only its reading is new
                version = _read_anew(next(iter(derivations.values())).version, version)
            derivations[version.derivation] = Tree(version, new.text, new.nodes, new.lines, new.tables, new.page_labels)
            self._kept.edges[version.id, version.derivation] = new.edges
            self._kept.lineage[version.id, version.derivation] = new.lineage
            self._kept.tell(tenant, (), new.entries)
            self._kept.ingests.append((record.tenant, record))
            self._kept.bump(tenant, new.document.collection, *([before.collection] if before is not None else []))

    def record(self, record: IngestRecord) -> None:
        with self._kept.lock:
            self._kept.ingests.append((record.tenant, record))

    def delete(self, tenant: str, document: str) -> bool:
        with self._kept.lock:
            if not self._kept.alive(tenant, document):
                return False
            there = self._kept.documents[tenant, document]
            self._kept.documents[tenant, document] = replace(there, deleted_at=self._kept.clock.now())
            versions = self._kept.trees[tenant, document].values()
            trees = (tree for derivations in versions for tree in derivations.values())
            keys = (n.passage_key for tree in trees for n in tree.nodes if n.passage_key is not None)
            self._kept.tell(tenant, dict.fromkeys(keys), ())
            self._kept.bump(tenant, there.collection)
            return True

    def _check(self, new: NewVersion) -> None:
        """Raises StoreConflict where somebody else wrote first."""
        tenant, id_ = new.document.tenant, new.document.id
        latest = self.latest(tenant, id_)
        if (None if latest is None else latest.number) != new.follows:
            raise StoreConflict(f"{id_} is no longer at version {new.follows}: somebody else wrote first")
        same_number = self._kept.trees.get((tenant, id_), {}).get(new.version.number, {})
        if new.version.derivation in same_number or any(
            tree.version.id != new.version.id for tree in same_number.values()
        ):
            raise StoreConflict(f"{new.version.name} is there already: compare again")
        told = {entry.key for entry in new.entries}
        untold = any(n.passage_key and n.passage_key not in told for n in new.nodes)
        if untold and new.follows is not None and not self._kept.alive(tenant, id_):
            raise StoreConflict(f"{id_} was deleted meanwhile: all its passages must be told again")


def _read_anew(first: Version, again: Version) -> Version:
    return replace(
        first,
        derivation=again.derivation,
        parser=again.parser,
        text_hash=again.text_hash,
        root_hash=again.root_hash,
        characters=again.characters,
        pages=again.pages,
        language=again.language,
        structure_source=again.structure_source,
        confidence=again.confidence,
        nodes=again.nodes,
        notes=again.notes,
    )


class MemoryOutbox:
    """The port `Outbox`, with the order and the parking of `stores.ledger.outbox`."""

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept

    async def claim(self, worker: str, limit: int, lease: timedelta, *, target: str = KEYWORDS) -> list[OutboxRow]:
        with self._kept.lock:
            now = self._kept.clock.now()
            taken: list[OutboxRow] = []
            busy: set[tuple[str, str]] = set()  # passages about which an older row is held or rests
            for waiting in [one for one in self._kept.outbox if one.target == target]:
                key = (waiting.row.tenant, waiting.row.key)
                held = waiting.lease_until is not None and waiting.lease_until > now
                parked = waiting.row.attempts >= _MAX_ATTEMPTS
                rests = waiting.not_before is not None and waiting.not_before > now
                if held or (rests and not parked):
                    busy.add(key)
                elif not parked and key not in busy and len(taken) < limit:
                    if waiting.holder is not None:  # its lease ran out: a failed attempt too
                        waiting.row = replace(waiting.row, attempts=waiting.row.attempts + 1)
                    waiting.holder, waiting.lease_until, waiting.not_before = worker, now + lease, None
                    taken.append(waiting.row)
            return taken

    async def settle(self, worker: str, done: Sequence[str]) -> None:
        with self._kept.lock:
            ids = set(done)
            newest: dict[tuple[str, str, str], int] = {}
            for position, waiting in enumerate(self._kept.outbox):
                if waiting.row.id in ids and waiting.holder == worker:
                    newest[waiting.target, waiting.row.tenant, waiting.row.key] = position
            self._kept.outbox = [
                waiting
                for position, waiting in enumerate(self._kept.outbox)
                if not (waiting.row.id in ids and waiting.holder == worker)
                and not (
                    waiting.row.attempts >= _MAX_ATTEMPTS
                    and position < newest.get((waiting.target, waiting.row.tenant, waiting.row.key), 0)
                )
            ]

    async def release(
        self, worker: str, failed: Sequence[str], reason: str, retry_after: timedelta, *, counts: bool = True
    ) -> None:
        with self._kept.lock:
            ids = set(failed)
            for waiting in self._kept.outbox:
                if waiting.row.id in ids and waiting.holder == worker:
                    rest = retry_after * (1 << min(waiting.row.attempts, _MAX_ATTEMPTS)) if counts else retry_after
                    waiting.row = replace(waiting.row, attempts=waiting.row.attempts + counts)
                    waiting.holder, waiting.lease_until, waiting.reason = None, None, reason
                    waiting.not_before = self._kept.clock.now() + rest

    async def take_back(self) -> None:
        with self._kept.lock:
            for waiting in self._kept.outbox:
                if waiting.lease_until is not None:
                    waiting.lease_until = min(waiting.lease_until, self._kept.clock.now())

    async def waiting(self, target: str | None = None) -> int:
        with self._kept.lock:
            return sum(target in (None, one.target) for one in self._kept.outbox)

    async def parked(self, *, limit: int = 100) -> list[ParkedRow]:
        with self._kept.lock:
            return [
                ParkedRow(one.row.id, one.target, one.row.tenant, one.row.key, one.row.attempts, one.reason)
                for one in self._kept.outbox
                if one.row.attempts >= _MAX_ATTEMPTS
            ][:limit]

    async def unpark(self, target: str) -> int:
        with self._kept.lock:
            parked = [one for one in self._kept.outbox if one.target == target and one.row.attempts >= _MAX_ATTEMPTS]
            for one in parked:
                one.row = replace(one.row, attempts=0)
                one.holder, one.lease_until, one.not_before = None, None, None
            return len(parked)

    async def forget(self, target: str) -> int:
        with self._kept.lock:
            before = len(self._kept.outbox)
            self._kept.outbox = [one for one in self._kept.outbox if one.target != target]
            return before - len(self._kept.outbox)


class MemoryRuns:
    """The port `Runs`."""

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept

    async def save(self, run: Run) -> None:
        with self._kept.lock:
            if self._kept.runs.setdefault(run.id, run) != run:
                raise StoreConflict(f"another run is kept under {run.id}: runs are never changed")

    async def save_again(self, run: Run) -> None:
        earlier = await self.run(Reader(run.tenant), run.cached_from or "")
        again = replace(earlier, id=run.id, started_at=run.started_at, cost=run.cost, cached_from=run.cached_from)
        await self.save(again)

    async def run(self, reader: Reader, run_id: str) -> Run:
        with self._kept.lock:
            run = self._kept.runs.get(run_id)
        if run is None or run.tenant != reader.tenant:
            raise NotFound(f"there is no run {run_id}")
        return run

    async def latest(self, reader: Reader, *, limit: int = 50) -> list[RunSummary]:
        with self._kept.lock:
            runs = [run for run in self._kept.runs.values() if run.tenant == reader.tenant]
        newest_first = sorted(runs, key=lambda run: (run.started_at, run.id), reverse=True)
        return [RunSummary(r.id, r.question, r.outcome, r.started_at, r.cost.seconds) for r in newest_first[:limit]]
