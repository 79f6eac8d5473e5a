"""The ledger against an index: what differs, and how it is mended.

    reconcile   compares all that an index should hold with all it says it holds, and tells it the difference
    reindex     fills a new generation from the ledger and puts it in the place of the old one

Both go on while documents are taken in and questions asked, and both may be
stopped and begun again at any point. What an index should hold follows from the
ledger alone: every passage of every version of every living document, told as
its newest version has it.

Memory: some 200 bytes a passage of one tenant.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

from docs_ingest.derive import index_entries
from stores.errors import EntriesRefused, NotFound, StoreError
from stores.events import Emit, IndexCompared, ignore
from stores.ids import Clock
from stores.ports import Library, PassageIndex
from stores.records import IndexEntry, Reader

BATCH = 1000  # passages told at a time
_ROUNDS = 5  # of mending a new generation before it is put in place: documents may be coming in all the while


@dataclass(frozen=True, slots=True)
class Differences:
    """What an index and the ledger did not agree about, in passages; by then mended, but for those refused."""

    expected: int
    missing: int
    other: int  # held otherwise than the ledger says
    left_over: int  # held, and nothing that should be
    refused: dict[tuple[str, str], str] = field(default_factory=dict)  # (tenant, key) -> what the index said

    @property
    def none(self) -> bool:
        return not (self.missing or self.other or self.left_over)

    @property
    def count(self) -> int:
        return self.missing + self.other + self.left_over


@dataclass(frozen=True, slots=True)
class Comparing:
    """An index beside the ledger, for the passages of one reader's tenant, who must see all of them."""

    library: Library
    index: PassageIndex
    reader: Reader
    clock: Clock
    name: str = "index"
    emit: Emit = ignore

    async def reconcile(self, *, mend: bool = True) -> Differences:
        """Compare, and unless told otherwise mend. Raises StoreUnavailable when the ledger or the index is away."""
        revision = await self._revision()
        expected = await self._expected()
        wanted = {key: fingerprint for of_one in expected.values() for key, fingerprint in of_one.items()}
        total, other, left_over = len(wanted), 0, []
        async for page in self.index.held(self.reader.tenant):
            for held in page:
                fingerprint = wanted.get(held.key)
                if fingerprint is None:
                    left_over.append(held.key)
                elif fingerprint == held.fingerprint:
                    del wanted[held.key]
                else:
                    other += 1
        if left_over and await self._revision() != revision:
            since = {key for of_one in (await self._expected()).values() for key in of_one}
            left_over = [key for key in left_over if key not in since]
        refused: dict[tuple[str, str], str] = {}
        if mend:
            documents = [document for document, of_one in expected.items() if not wanted.keys().isdisjoint(of_one)]
            refused = await self._told(self._entries(documents), wanted.keys())
            await self._apply([], [(self.reader.tenant, key) for key in left_over], refused)
        return Differences(total, len(wanted) - other, other, len(left_over), refused)

    async def reindex(self) -> Differences:
        """Build the index anew beside the old one, which is asked until the new one is whole. Raises as `reconcile`."""
        fresh = await self.index.begin()
        beside = Comparing(self.library, fresh, self.reader, self.clock, self.name, self.emit)
        try:
            as_of = await self._revision()
            found = await beside.reconcile()
            for _ in range(_ROUNDS):
                if (now := await self._revision()) == as_of:
                    break
                as_of = now
                await beside.reconcile()
            await self.index.swap(fresh)
        except BaseException:
            await _discarded(fresh)
            raise
        if await self._revision() != as_of:  # something the old one was told while the new one took its place
            await self.reconcile()
        return found

    async def _revision(self) -> int:
        """A number that grows with every change of what the index should hold."""
        return await self.library.revision(self.reader, None)

    async def _expected(self) -> dict[str, dict[str, str]]:
        """Document -> passage key -> fingerprint, as the ledger stands."""
        documents = [d.id for d in await self.library.documents(self.reader)]
        found: dict[str, dict[str, str]] = {}
        for done, document in enumerate(documents, 1):
            found[document] = {entry.key: entry.fingerprint async for entry in self._entries([document])}
            self.emit(IndexCompared(self.name, done, len(documents)))
        return found

    async def _entries(self, documents: Iterable[str]) -> AsyncIterator[IndexEntry]:
        """All passages of these documents, each as its newest version has it."""
        for document in documents:
            entries: dict[str, IndexEntry] = {}
            try:
                for version in await self.library.history(self.reader, document):
                    tree = await self.library.tree(self.reader, version.id)
                    made = index_entries(tree.version, self.reader.tenant, tree.text, tree.nodes, tree.tables)
                    entries.update((entry.key, entry) for entry in made)
            except NotFound:
                continue  # deleted meanwhile
            for entry in entries.values():
                yield entry

    async def _told(self, entries: AsyncIterator[IndexEntry], wanted: Iterable[str]) -> dict[tuple[str, str], str]:
        """Tell the index those of the entries that are wanted; what it refused."""
        keys = set(wanted)
        refused: dict[tuple[str, str], str] = {}
        batch: list[IndexEntry] = []
        async for entry in entries:
            if entry.key in keys:
                batch.append(entry)
            if len(batch) == BATCH:
                await self._apply(batch, [], refused)
                batch = []
        await self._apply(batch, [], refused)
        return refused

    async def _apply(
        self, entries: Sequence[IndexEntry], gone: Sequence[tuple[str, str]], refused: dict[tuple[str, str], str]
    ) -> None:
        if not entries and not gone:
            return
        try:
            await self.index.apply(entries, gone, at=self.clock.now())
        except EntriesRefused as error:
            refused.update(error.reasons)


async def _discarded(fresh: PassageIndex) -> None:
    """A generation that came to nothing is removed if it can be; the next swap removes it otherwise."""
    try:
        await fresh.discard()
    except StoreError:
        await fresh.close()
