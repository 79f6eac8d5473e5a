"""The navigator: a question goes in, a run comes out.

    answer cache -> versions this reader may see -> the graph -> record -> cache -> run

`ask` answers, `retrieve` stops at the ranked passages, `replay` walks a stored
run again and says whether anything came out differently.
"""

import hashlib
import json
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from navigators.asked import Wordings
from navigators.budget import STANDARD, Budget, Limits, limits_for
from navigators.flights import Answer, Flights, in_turn
from navigators.glossary import Glossary, load_glossary
from navigators.judges import Judge, LexicalJudge, RecordedJudge
from navigators.merging import WINDOW, merged
from navigators.naming import RecordedNames
from navigators.recorded import AsItStood, RecordedKeywords, differences, recorded_indexes
from navigators.routes import may_fall_back
from navigators.run_record import run_of
from navigators.shelf import Shelf
from navigators.splitting import split_facets
from navigators.state import Question, Walk, WalkState
from navigators.steps.answer import to_passage, within
from navigators.writers import ExtractiveWriter, RecordedWriter, Writer
from stores.errors import NotFound, StoreUnavailable
from stores.events import Emit, RunBegun, RunDone, ignore
from stores.ids import Clock
from stores.ports import Cache, Library, Runs, Searchable
from stores.records import (
    Cost,
    Outcome,
    Passage,
    Roads,
    Run,
    Version,
    VersionUsed,
)

VERSION = "navigators/5"
"""Part of the answer cache's key: bump it when the same question over the same text may be answered otherwise."""

_CACHED = timedelta(hours=24)
_KEPT = 128  # runs at hand, of some 60 kB each


async def _walked(start: WalkState, walk: Walk, *, writing: bool = True) -> WalkState:
    """The state at the end of the graph; without writing, at the ranked passages."""
    # LangGraph takes half a second to import, and most commands ask nothing.
    from navigators.graph import ask_graph, retrieve_graph, walk_through  # noqa: PLC0415

    return await walk_through(ask_graph() if writing else retrieve_graph(), start, walk)


@dataclass(slots=True)
class Navigator:
    """Everything a question needs, wired once."""

    library: Library
    runs: Runs
    clock: Clock
    keywords: Searchable | None = None
    cache: Cache | None = None
    judge: Judge = field(default_factory=LexicalJudge)
    writer: Writer = field(default_factory=ExtractiveWriter)
    shelf: Shelf = field(default_factory=Shelf)
    limits: Limits = STANDARD
    glossary: Glossary = field(default_factory=load_glossary)
    flights: Flights = field(default_factory=Flights)
    _kept: OrderedDict[str, Run] = field(default_factory=OrderedDict, repr=False)
    semantic: Mapping[str, Searchable] = field(default_factory=dict)  # name -> index of passages by their meaning

    async def ask(self, question: Question, *, emit: Emit = ignore) -> Run:
        """Answer a question and keep the run.

        Raises NotFound when a named document does not exist, StoreUnavailable
        when the ledger does not answer. Everything else is an outcome.
        """
        if self.cache is None:
            return await self._run_through(question, emit)
        begun = self.clock.monotonic()
        key = await self._cache_key(question)
        earlier, cache_away = await self._looked_up(key, question)
        if earlier is None:
            start = lambda: self._run_in_turn(key, question, emit, cache_away)  # noqa: E731
            earlier, mine = await self.flights.join(key, start)
            if mine:
                return earlier
        again = self._again(earlier, begun)
        await self.runs.save_again(again)
        emit(RunDone(again.id, again.outcome.value, again.cost.seconds))
        return again

    async def _run_in_turn(self, key: str, question: Question, emit: Emit, cache_away: bool) -> Answer:
        """Run a question unless another process is at it; its answer goes into the cache."""
        if cache_away:
            return Answer(await self._run_through(question, emit, ("cache",)), own=True)
        assert self.cache is not None
        cache = self.cache

        async def start() -> Run:
            run = await self._run_through(question, emit)
            if run.outcome in (Outcome.ANSWERED, Outcome.PARTIAL) and not run.degraded:
                self._keep(run)
                with suppress(StoreUnavailable):  # the answer stands; it is only not kept at hand
                    await cache.put(key, run.id.encode(), _CACHED)
            return run

        limits = limits_for(question.effort, self.limits)
        return await in_turn(cache, key, limits.seconds, lambda: self._earlier(key, question), start)

    async def _run_through(self, question: Question, emit: Emit, degraded: tuple[str, ...] = ()) -> Run:
        """Walk, and keep the run; `degraded`: what is known to be away already."""
        versions = await self._versions(question)
        walk = self._walk(question, emit)
        start = WalkState(versions=tuple(versions), facets=walk.wordings.facets, degraded=list(degraded))
        emit(RunBegun(walk.run, len(versions)))
        started_at = self.clock.now()
        state = await _walked(start, walk)
        run = replace(run_of(walk, state), started_at=started_at)
        await self.runs.save(run)
        emit(RunDone(run.id, run.outcome.value, run.cost.seconds))
        return run

    async def retrieve(
        self, question: Question, k: int, *, tokens: int | None = None, emit: Emit = ignore
    ) -> list[Passage]:
        """The best `k` passages, best first; neighbours in a short section come as one. Raises as `ask` does.

        With `tokens`, as many of the best as fit so many (estimated; one at least), each as small as it is: a
        section around them would spend tokens on words that nothing pointed to.

        On `Roads.AUTO` both roads are taken where there is an index of meaning: nothing is written here whose open
        facets could say that navigation was not enough, and both find more (`docs/measured.md`).
        """
        if question.roads is Roads.AUTO and self.semantic:
            question = replace(question, roads=Roads.BOTH)
        versions = await self._versions(question)
        most = max(k, WINDOW, self.limits.passages)
        limits = replace(self.limits, passages=most, facet_passages=most, passage_tokens=10**9)
        walk = self._walk(question, emit, limits)
        start = WalkState(versions=tuple(versions), facets=walk.wordings.facets)
        state = await _walked(start, walk, writing=False)
        ranked = state.ranking.facets_in_turn(len(state.facets))
        if tokens is None:
            ranked = merged(ranked, walk.readings, walk.budget.limits.merge_tokens)[:k]
        else:
            ranked = within(ranked[:k], tokens)
        return [to_passage(walk, seen, f"p{i:02d}") for i, seen in enumerate(ranked)]

    async def replay(self, run: Run, question: Question) -> list[str]:
        """Walk a stored run again over the same versions with its recorded picks and drafts.

        Returns what came out differently, one line each; empty when nothing
        did. No model takes part. Raises NotFound when a version it read has
        been deleted since.
        """
        question = replace(question, as_of=run.as_of or run.started_at.date())
        pinned = [await self._pinned(question, used) for used in run.versions]
        versions = sorted(pinned, key=lambda version: version.document)  # as the ledger lists them
        walk = replace(
            self._walk(question, ignore),
            judge=RecordedJudge(run.judge, run.notes),
            writer=RecordedWriter(run.generator, run.drafts, run.notes),
            keywords=RecordedKeywords(run.notes),
            semantic=recorded_indexes(run.notes),
            falls_back=run.fell_back is not None,
            named=RecordedNames(run.notes),
            library=AsItStood(self.library),
            run=run.id,
        )
        start = WalkState(versions=tuple(versions), facets=walk.wordings.facets)
        try:
            state = await _walked(start, walk)
        except KeyError as missing:
            return [f"the replay asked about {missing}, which the run did not"]
        return differences(run, run_of(walk, state))

    def _walk(self, question: Question, emit: Emit, limits: Limits | None = None) -> Walk:
        walk = Walk(
            run=self.clock.new_id(),
            question=question,
            library=self.library,
            keywords=self.keywords,
            judge=self.judge,
            writer=self.writer,
            shelf=self.shelf,
            budget=Budget(limits_for(question.effort, limits or self.limits), self.clock),
            clock=self.clock,
            emit=emit,
            wordings=Wordings(question.text, split_facets(question.text), self.glossary),
            semantic=self.semantic,
        )
        if may_fall_back(walk):
            walk.budget.reserve = min(walk.budget.limits.fallback_seconds, walk.budget.limits.seconds / 4)
        return walk

    async def _versions(self, question: Question) -> list[Version]:
        """The versions in scope; a document that was named must exist."""
        for document in question.documents:
            await self.library.history(question.reader, document)
        return await self.library.versions(
            question.reader,
            collection=question.collection,
            documents=question.documents or None,
            as_of=question.as_of,
        )

    async def _pinned(self, question: Question, used: VersionUsed) -> Version:
        for version in await self.library.history(question.reader, used.document):
            if version.id == used.version_id:
                return replace(version, derivation=used.derivation)
        raise NotFound(f"version {used.version} of {used.document} is no longer kept")

    async def _cache_key(self, question: Question) -> str:
        """Over who may see what, the state of the collection, what makes the answer, and the question itself."""
        reader = question.reader
        parts = [
            VERSION,
            reader.tenant,
            reader.subject,
            sorted(reader.groups),
            sorted(reader.scopes),
            question.collection,
            sorted(question.documents),
            (question.as_of or self.clock.now().date()).isoformat(),
            question.effort.value,
            question.roads.value,
            sorted(self.semantic),
            self.judge.name,
            self.writer.name,
            repr(self.limits),
            self.glossary.name,
            await self.library.revision(reader, question.collection),
            " ".join(unicodedata.normalize("NFKC", question.text).split()),
        ]
        return "answer:" + hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()

    async def _looked_up(self, key: str, question: Question) -> tuple[Run | None, bool]:
        """An earlier answer, or None; and whether the cache was away."""
        try:
            return await self._earlier(key, question), False
        except StoreUnavailable:
            return None, True

    async def _earlier(self, key: str, question: Question) -> Run | None:
        """An earlier answer to the same question, if every version it read still stands. Raises StoreUnavailable."""
        assert self.cache is not None
        stored = await self.cache.get(key)
        if stored is None:
            return None
        try:
            run_id = stored.decode()
            earlier = self._kept.get(run_id) or await self.runs.run(question.reader, run_id)
        except (NotFound, UnicodeDecodeError):
            return None
        if earlier.tenant != question.reader.tenant:
            return None
        cited = [v.version_id for v in earlier.versions]
        standing = await self.library.standing(question.reader, cited, as_of=question.as_of)
        if any(standing.get(v) != "current" for v in cited):
            return None
        self._keep(earlier)
        return earlier

    def _keep(self, run: Run) -> None:
        """Runs served lately stay at hand: they never change."""
        self._kept[run.id] = run
        self._kept.move_to_end(run.id)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def _again(self, earlier: Run, begun: float) -> Run:
        """An earlier run as the answer to the same question asked again."""
        return replace(
            earlier,
            id=self.clock.new_id(),
            started_at=self.clock.now(),
            cached_from=earlier.cached_from or earlier.id,
            cost=Cost(seconds=round(self.clock.monotonic() - begun, 4)),
        )
