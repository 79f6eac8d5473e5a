"""The shelf: versions that were opened lately, with their statistics, kept because versions never change.

What is on the shelf is not thereby readable: every run first asks the ledger
which versions this reader may see, and takes only those from the shelf.
"""

import asyncio
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from navigators.facets import Ask
from navigators.signposts import Signposts
from navigators.statistics import COUNTS_AS_HIT, Evidence, TermCounts, TreeStatistics
from stores.ports import Library
from stores.records import Edge, Node, QueryHits, Reader, Tree, Version

_BYTES = 30_000_000  # of text in UTF-8 kept at most; each takes 14 (English filings) to 26 (Chinese laws) of memory


class OpenVersion:
    """A version ready to be walked: tree, statistics, signposts."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.size = len(tree.text.encode("utf-8", "surrogatepass"))
        self.statistics = TreeStatistics(tree)
        self.signposts = Signposts(self.statistics)
        self.edges: tuple[Edge, ...] | None = None  # read when first needed

    @cached_property
    def passage_starts(self) -> list[int]:
        return [node.start for node in self.statistics.passages]

    def passages_below(self, node: Node) -> range:
        """Indexes of the passages inside a node."""
        starts = self.passage_starts
        return range(bisect_left(starts, node.start), bisect_left(starts, node.end))


class Shelf:
    """Opened versions, least recently used ones dropped when they hold too much text."""

    def __init__(self, most: int = _BYTES) -> None:
        self._limit = most
        self._held: OrderedDict[tuple[str, int], OpenVersion] = OrderedDict()
        self._opening: dict[tuple[str, int], asyncio.Lock] = {}
        self.size = 0  # bytes of text held at the moment

    async def open(self, library: Library, reader: Reader, version: Version) -> OpenVersion:
        """A version the ledger has just named to this reader."""
        key = (version.id, version.derivation)
        lock = self._opening.setdefault(key, asyncio.Lock())
        async with lock:
            if key not in self._held:
                tree = await library.tree(reader, version.id, version.derivation)
                self._held[key] = await asyncio.to_thread(OpenVersion, tree)
                self.size += self._held[key].size
            self._held.move_to_end(key)
            opened = self._held[key]
        self._opening.pop(key, None)
        self._drop_oldest()
        return opened

    async def edges(self, library: Library, reader: Reader, opened: OpenVersion) -> tuple[Edge, ...]:
        """References and definitions of a version that this reader has open."""
        if opened.edges is None:
            version = opened.tree.version
            opened.edges = tuple(await library.edges(reader, version.id, version.derivation))
        return opened.edges

    def _drop_oldest(self) -> None:
        while len(self._held) > 1 and self.size > self._limit:
            _, oldest = self._held.popitem(last=False)
            self.size -= oldest.size


@dataclass(frozen=True)
class Reading:
    """One question over one opened version: where its words are met."""

    opened: OpenVersion
    ask: Ask
    evidence: Mapping[int, Evidence]
    facets: tuple[Mapping[int, Evidence], ...] = ()  # the same for each facet, where the question has several

    def facets_below(self, node: Node) -> tuple[float, ...]:
        """How well each facet is met inside a node at best, 0..1."""
        below = self.opened.passages_below(node)
        return tuple(
            max((evidence[i].score for i in below if i in evidence), default=0.0)
            if len(below) < len(evidence)
            else max((one.score for i, one in evidence.items() if i in below), default=0.0)
            for evidence in self.facets
        )

    @cached_property
    def _hit_indexes(self) -> list[int]:
        return sorted(self.evidence)

    @cached_property
    def _found_below(self) -> dict[str, QueryHits]:
        return {}

    def hits_below(self, node: Node) -> QueryHits:
        """What the question's words meet inside a node; found out once, since several steps ask."""
        found = self._found_below.get(node.address)
        if found is None:
            found = self._found_below[node.address] = self._hits_below(node)
        return found

    def _hits_below(self, node: Node) -> QueryHits:
        below = self.opened.passages_below(node)
        hits = self._hit_indexes
        inside = hits[bisect_left(hits, below.start) : bisect_left(hits, below.stop)]
        if not inside:
            return QueryHits(0.0, 0.0, 0, "")
        best = max(inside, key=lambda i: (self.evidence[i].score, -i))
        return QueryHits(
            best=self.evidence[best].score,
            coverage=self.evidence[best].coverage,
            count=sum(self.evidence[i].score >= COUNTS_AS_HIT for i in inside),
            line=self._line(best),
            mass=sum(self.evidence[i].score for i in inside),
        )

    def _line(self, passage: int) -> str:
        """The beginning of the best passage: what a person scanning the page would stop at."""
        node = self.opened.statistics.passages[passage]
        return " ".join(self.opened.tree.text[node.start : min(node.end, node.start + 480)].split())[:160]


def read_question(
    opened: OpenVersion, asks: Sequence[Ask], collection: TermCounts | None, worths: Sequence[float]
) -> Reading:
    """The evidence of a question, and of its facets behind it, in an opened version.

    `collection` mixes in how rare the words are over all documents asked; `worths` says for each of `asks` what its
    evidence in this document is multiplied by (0..1).
    """
    whole, *facets = (
        _weighed(opened.statistics.evidence(ask, collection), worth) for ask, worth in zip(asks, worths, strict=True)
    )
    return Reading(opened, asks[0], whole, tuple(facets))


def _weighed(evidence: Mapping[int, Evidence], worth: float) -> Mapping[int, Evidence]:
    if worth == 1.0:
        return evidence
    return {i: Evidence(one.score * worth, one.coverage) for i, one in evidence.items()}
