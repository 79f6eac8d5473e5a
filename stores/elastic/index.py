"""One index of Elasticsearch: an alias, and behind it one generation.

    NAME                the alias that is asked and written to
    NAME-first          the generation that whoever comes first creates
    NAME-<uuid>         one that `begin` created, with an alias NAME-<uuid>.begun until it is swapped in

Writes name an alias and say so, or Elasticsearch would create an index of its
own making where ours is gone. They bear the moment they were known to be true,
as a version, and are refused where something newer is held; of what is deleted
the moment is kept for an hour (`index.gc_deletes`).
"""

import asyncio
import hashlib
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from stores.elastic.server import ElasticServer, Refused, Work, said
from stores.errors import EntriesRefused, StoreUnavailable
from stores.records import Held, IndexEntry, IndexHit, VectorEntry

SCOPE: Mapping[str, Any] = {
    **{field: {"type": "keyword"} for field in ("tenant", "collection", "document", "key")},
    "fingerprint": {"type": "keyword", "index": False, "doc_values": False},
}
"""The fields that every index has."""

MOST_HITS = 10_000  # `index.max_result_window`, and the most neighbours a search may look at

_SETTINGS = {
    "number_of_shards": 1,  # word statistics are per shard, and ties are broken within one
    "auto_expand_replicas": "0-1",  # a single node is green without, two nodes have a copy each
    "gc_deletes": "1h",  # longer than any worker's lease: no write is older and still on its way
}
_BULK_BYTES = 1_000_000  # aiohttp warns from 2**20 on: a body is handed to the socket in one go
_BULK_CHANGES = 1_000
_PAGE = 2_000  # passages told at a time
_KEEP = "5m"  # between two pages
_MOST_TERMS = 60_000  # of one `terms` query: `index.max_terms_count` is 65,536
_TRIES = 3  # of a swap, where others swap too
_NOT_THERE = 404
_NO_INDEX = "index_not_found_exception"
_OVERTAKEN = 409  # what is held is newer
_PASSING = (403, 408, 429, 500, 502, 503, 504)  # not the entry's fault

_GUARD = b'{"update":{"_id":"none"}}\n{"doc":{}}\n'
"""Changes nothing; but deletions alone would create an index where ours is gone, even when told to name an alias."""

Place = tuple[str, str]  # tenant and key


@dataclass(frozen=True, slots=True)
class _Change:
    place: Place
    lines: bytes  # of the bulk request


class ElasticIndex:
    """The index `name` with these fields beside those of `SCOPE`; `unstored` ones are searched but not kept."""

    def __init__(
        self, server: ElasticServer, name: str, fields: Mapping[str, Any], unstored: Sequence[str], begun: str = ""
    ) -> None:
        self.name = name
        self._server = server
        self._fields = fields
        self._unstored = unstored
        self._begun = begun  # the generation this object is, where it is not the current one
        self._asked = begun or name
        self._known = bool(begun)  # whether it has been there: then it is not created in silence again

    async def apply(
        self,
        entries: Sequence[IndexEntry] | Sequence[VectorEntry],
        gone: Sequence[Place],
        at: datetime,
        fields_of: Callable[[Any], Mapping[str, Any]],
    ) -> None:
        """See `PassageIndex.apply`; `fields_of` gives an entry's own fields."""
        if not entries and not gone:
            return
        await self._ready(self._server.write_timeout)
        reasons: dict[Place, str] = {}
        changes = await asyncio.to_thread(_changes, entries, gone, at, fields_of, reasons)
        for bulk in _bulks(changes):
            reasons |= await self._written(bulk)
        await self._do(lambda client: client.indices.refresh(index=self._asked))
        if reasons:
            raise EntriesRefused(reasons)

    async def search(self, k: int, **body: Any) -> list[IndexHit]:
        """Best first, ties by key. `k` over MOST_HITS counts as that."""
        await self._ready(self._server.timeout)
        found = await self._ask(
            lambda client: client.search(
                index=self._asked,
                size=min(k, MOST_HITS),
                sort=[{"_score": "desc"}, {"key": "asc"}],
                source={"includes": ["key", "document"]},
                track_total_hits=False,
                allow_partial_search_results=False,
                **body,
            )
        )
        return [
            IndexHit(hit["_source"]["key"], hit["_source"]["document"], float(hit["_score"]))
            for hit in found["hits"]["hits"]
        ]

    async def count(self) -> int:
        await self._ready(self._server.timeout)
        return int((await self._ask(lambda client: client.count(index=self._asked)))["count"])

    async def held(self, tenant: str) -> AsyncIterator[Sequence[Held]]:
        """See `PassageIndex.held`: one state of the index, from the first page to the last."""
        await self._ready(self._server.timeout)
        opened = await self._do(lambda client: client.open_point_in_time(index=self._asked, keep_alive=_KEEP))
        try:
            async for page in self._pages(tenant, opened["id"]):
                yield page
        finally:
            with suppress(StoreUnavailable):  # it ends by itself
                await self._ask(lambda client: client.close_point_in_time(id=opened["id"]))

    async def begin(self) -> Self:
        begun = f"{self.name}-{uuid.uuid4().hex}"
        await self._create(begun, f"{begun}.begun")
        return type(self)(self._server, self.name, self._fields, self._unstored, begun)

    async def swap(self, fresh: Self) -> None:
        """The alias goes over in one step. Then all generations older than `fresh` are removed, whoever left them."""
        for left in reversed(range(_TRIES)):
            generations = await self._generations()
            if fresh._begun not in generations:
                raise StoreUnavailable(
                    f"{fresh._begun} is not there any more, a later rebuild has overtaken this one: "
                    "if none is under way, run `citepath reindex`"
                )
            try:
                await self._change_over(fresh._begun, generations)
                break
            except Refused as refused:
                if refused.status != _NOT_THERE or not left:  # another swap has removed an index meanwhile
                    raise
        self._known = True
        for index, created in generations.items():
            if created < generations[fresh._begun]:
                with suppress(Refused):  # in a snapshot, say: the next swap removes it
                    await self._remove(index)

    async def discard(self) -> None:
        if self._begun:
            await self._remove(self._begun)

    async def ping(self) -> None:
        """Raises StoreUnavailable unless the index can be asked and written to, and says what to do."""
        await self._ready(self._server.timeout)
        settings = await self._ask(
            lambda client: client.indices.get_settings(index=self._asked, name="index.blocks.*", flat_settings=True)
        )
        blocks = {name for of in settings.values() for name, value in of["settings"].items() if value == "true"}
        if blocks:
            raise StoreUnavailable(
                f"{self.name}: {said(403, 'cluster_block_exception')} (now set: {', '.join(sorted(blocks))})"
            )
        health = await self._ask(lambda client: client.cluster.health(index=self._asked, timeout="1s"))
        if health["status"] == "red":
            raise StoreUnavailable(
                f"{self.name} is red, a part of it has no copy that works: see GET _cluster/allocation/explain, "
                "or run `citepath reindex`"
            )

    async def _ready(self, timeout: float) -> None:
        """The first to come creates the index; one that is not ours is noticed."""
        if self._known:
            return
        behind = await self._behind(timeout)
        if not behind:
            with suppress(Refused):  # another process was first; or the next line finds nothing
                await self._create(f"{self.name}-first", self.name)
            behind = await self._behind(timeout)
        if len(behind) > 1 and f"{self.name}-first" in behind:  # a swap came between our look and our creation
            await self._remove(f"{self.name}-first")
            del behind[f"{self.name}-first"]
        self._check(behind)
        await self._ask(lambda client: client.cluster.health(index=self.name, wait_for_active_shards=1, timeout="1s"))
        self._known = True

    def _check(self, behind: Mapping[str, Any]) -> None:
        """Whether what stands behind the alias is one index of this form."""
        if not behind:
            raise StoreUnavailable(self._gone())
        if self.name in behind:
            raise StoreUnavailable(f"an index that is not Citepath's is called {self.name}: remove or rename it")
        if len(behind) > 1:
            raise StoreUnavailable(f"{self.name} stands for {len(behind)} indexes at once: run `citepath reindex`")
        for index, described in behind.items():
            if described.get("mappings", {}).get("_meta") != self._body()["mappings"]["_meta"]:
                raise StoreUnavailable(f"{index} has not the form of this Citepath: run `citepath reindex`")

    async def _behind(self, timeout: float) -> dict[str, Any]:
        """The indexes the alias stands for, with their mappings."""
        try:
            return dict(await self._server.ask(lambda client: client.indices.get(index=self.name), timeout=timeout))
        except Refused as refused:
            if refused.kind != _NO_INDEX:
                raise
            return {}

    async def _generations(self) -> dict[str, int]:
        """All generations of this index, asked or not, to the moment of their creation."""
        found = await self._do(
            lambda client: client.indices.get_settings(
                index=f"{self.name}-*", name="index.creation_date", flat_settings=True, expand_wildcards="all"
            )
        )
        ours = re.compile(re.escape(self.name) + "-(first|[0-9a-f]{32})")
        return {
            index: int(described["settings"]["index.creation_date"])
            for index, described in found.items()
            if ours.fullmatch(index)
        }

    async def _change_over(self, fresh: str, generations: Iterable[str]) -> None:
        actions: list[dict[str, Any]] = [
            {"remove": {"index": index, "alias": self.name, "must_exist": False}}
            for index in generations
            if index != fresh
        ]
        actions.append({"remove": {"index": fresh, "alias": f"{fresh}.begun", "must_exist": False}})
        actions.append({"add": {"index": fresh, "alias": self.name}})
        await self._do(lambda client: client.indices.update_aliases(actions=actions))

    async def _create(self, index: str, alias: str) -> None:
        body = self._body()
        await self._do(lambda client: client.indices.create(index=index, aliases={alias: {}}, **body))

    async def _remove(self, index: str) -> None:
        await self._do(lambda client: client.indices.delete(index=index, ignore_unavailable=True))

    def _body(self) -> dict[str, Any]:
        """What an index is created with. Its form is written into it, to be known again."""
        mapping = {
            "dynamic": "strict",
            "_source": {"excludes": list(self._unstored)},
            "properties": {**SCOPE, **self._fields},
        }
        form = hashlib.sha256(json.dumps(mapping, sort_keys=True).encode()).hexdigest()[:16]
        return {"settings": {"index": _SETTINGS}, "mappings": {**mapping, "_meta": {"citepath": form}}}

    async def _written(self, bulk: Sequence[_Change]) -> dict[Place, str]:
        """Which of these changes were refused for their own sake, and why."""
        alias = f"{self._begun}.begun" if self._begun else self.name
        lines: list[Any] = [_GUARD, *(change.lines for change in bulk)]
        told = await self._do(
            lambda client: client.bulk(
                operations=lines,
                index=alias,
                require_alias=True,
                filter_path=["items.*.status", "items.*.error.type", "items.*.error.caused_by.type"],
            )
        )
        refused = {}
        for change, item in zip(bulk, told["items"][1:], strict=True):
            [outcome] = item.values()
            error, status = outcome.get("error"), int(outcome["status"])
            if error is None or status == _OVERTAKEN:
                continue
            kind = str(error["type"])
            if kind == _NO_INDEX:
                raise StoreUnavailable(self._gone())
            if status in _PASSING:
                raise StoreUnavailable(f"{self.name} took nothing in: {said(status, kind)}")
            refused[change.place] = " <- ".join([kind, *[str(c["type"]) for c in [error.get("caused_by")] if c]])
        return refused

    async def _pages(self, tenant: str, reading: str) -> AsyncIterator[Sequence[Held]]:
        after: list[Any] | None = None
        while True:
            here = {} if after is None else {"search_after": after}
            found = await self._do(
                lambda client, here=here: client.search(  # type: ignore[misc]
                    pit={"id": reading, "keep_alive": _KEEP},
                    query={"bool": {"filter": scope(tenant)}},
                    sort=[{"_shard_doc": "asc"}],
                    size=_PAGE,
                    source={"includes": ["key", "fingerprint"]},
                    track_total_hits=False,
                    allow_partial_search_results=False,
                    **here,
                )
            )
            hits = found["hits"]["hits"]
            if hits:
                yield [Held(tenant, hit["_source"]["key"], hit["_source"]["fingerprint"]) for hit in hits]
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    async def _do(self, work: Work) -> Any:
        """As `_ask`, for what may take as long as a write."""
        return await self._ask(work, self._server.write_timeout)

    async def _ask(self, work: Work, timeout: float | None = None) -> Any:
        try:
            return await self._server.ask(work, timeout=timeout)
        except Refused as refused:
            if refused.kind != _NO_INDEX:
                raise
            raise StoreUnavailable(self._gone()) from None

    def _gone(self) -> str:
        if self._begun:
            return f"{self._begun} is not there any more: run `citepath reindex` again"
        return f"the index {self.name} has been removed: run `citepath reindex`"


def scope(tenant: str, collection: str | None = None, documents: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The filters that keep a search to what may be found."""
    filters: list[dict[str, Any]] = [{"term": {"tenant": tenant}}]
    if collection is not None:
        filters.append({"term": {"collection": collection}})
    if documents is not None:
        some = [list(documents[start : start + _MOST_TERMS]) for start in range(0, len(documents), _MOST_TERMS)]
        filters.append({"bool": {"should": [{"terms": {"document": part}} for part in some]}})
    return filters


def sendable(*values: str | None) -> bool:
    """Whether these can be written in UTF-8: lone surrogates cannot, so no index holds any."""
    return not any("\ud800" <= character <= "\udfff" for value in values if value for character in value)


def _id(place: Place) -> str:
    """Of a document: Elasticsearch takes 512 bytes at most, so a hash."""
    tenant, key = place
    return hashlib.sha256(f"{len(tenant)}:{tenant}{key}".encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _changes(
    entries: Sequence[IndexEntry] | Sequence[VectorEntry],
    gone: Sequence[Place],
    at: datetime,
    fields_of: Callable[[Any], Mapping[str, Any]],
    reasons: dict[Place, str],
) -> list[_Change]:
    """First what goes, then what comes; entries that cannot be sent get a reason instead."""
    version = {"version": int(at.timestamp() * 1000), "version_type": "external_gte"}
    changes = [_Change(place, _json({"delete": {"_id": _id(place), **version}})) for place in gone]
    for entry in entries:
        place = (entry.tenant, entry.key)
        kept = {field: getattr(entry, field) for field in SCOPE}
        if not sendable(*kept.values()):
            reasons[place] = "one of its names holds half a character (a lone surrogate)"
            continue
        action = _json({"index": {"_id": _id(place), **version}})
        changes.append(_Change(place, action + _json({**kept, **fields_of(entry)})))
    return changes


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _bulks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """In order, each of at most so many changes and, unless it is a single one, bytes."""
    bulk: list[_Change] = []
    size = 0
    for change in changes:
        if bulk and (len(bulk) == _BULK_CHANGES or size + len(change.lines) > _BULK_BYTES):
            yield bulk
            bulk, size = [], 0
        bulk.append(change)
        size += len(change.lines)
    if bulk:
        yield bulk
