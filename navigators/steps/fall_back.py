"""The second road as a whole: every index is asked at once, and what they name is joined to the ledger.

Taken where it was asked for, and where navigation came to an end without an
answer to all of the question; why is noted.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace

from navigators.frontier import Seen
from navigators.hybrid import Searched, as_scores, fused, leads
from navigators.naming import picks_of
from navigators.shelf import Reading
from navigators.state import Update, Walk, WalkState
from navigators.steps.common import noted, seen_node
from navigators.steps.find import in_scope, readings_of, said, search_keywords
from stores.errors import StoreUnavailable
from stores.ports import KEYWORDS, Searchable
from stores.records import Fallback, IndexHit, Note, Pick, Place, Road, Roads, Version

_NEIGHBOURS = 4  # of the best passages, whose neighbours are read too where there is room
_BESIDE = 0.5  # of a passage's score, for a neighbour

_Scores = Mapping[int, Mapping[str, float]]
"""Asked -> passage key -> what it is worth."""


async def fall_back(state: WalkState, walk: Walk) -> Update:
    """All indexes at once -> fusion -> the ledger -> passages beside those of navigation."""
    with walk.budget.timed("fall_back"):
        named, degraded = await _search_all(state, walk)
        searched = [replace(one, hits=tuple(in_scope(one.hits, state.versions))) for one in named]
        ranked = fused(searched)
        beside = bool(state.frontier.passages)  # then `blended` wants leads
        scores = leads(searched) if beside else {asked: as_scores(keys) for asked, keys in ranked.items()}
        in_order = _in_order(ranked, scores)
        opened = await _opened(in_order, searched, state, walk)
        found, dropped = await _joined(in_order, scores, searched, walk)
        detail: dict[str, str | int | float] = {"found": len(found), "dropped": sum(dropped.values())}
        outside = sum(len(one.hits) for one in named) - sum(len(one.hits) for one in searched)
        dropped += Counter({"not_in_scope": outside} if outside else {})
    reason = _why(state, walk)
    note = Note(
        state.round,
        "fall_back",
        reason.value,
        candidates=len(in_order),
        kept=tuple(f"{walk.readings[s.version_id].opened.tree.version.name}#{s.address}" for s in found[:20]),
        detail=detail,
    )
    searches = [noted(walk, _search_note(state.round, one)) for one in searched]
    return {
        "hybrid": tuple(found),
        "fell_back": reason,
        "repaired": False,
        "repairs": (),
        "dropped": dict(Counter(state.dropped) + dropped),
        "degraded": degraded,
        "notes": [*searches, noted(walk, opened), noted(walk, note)],
    }


def _why(state: WalkState, walk: Walk) -> Fallback:
    """Why navigation is not enough."""
    if walk.question.roads in (Roads.HYBRID, Roads.BOTH):
        return Fallback.ASKED
    if state.stopped:
        return Fallback.DEADLINE if state.stopped == "deadline" else Fallback.BUDGET
    opened = [reading.opened.tree.version for reading in walk.readings.values()]
    if opened and all(version.structure_source == "balanced" for version in opened):
        return Fallback.NO_STRUCTURE
    return Fallback.OPEN_FACETS


def _search_note(round_: int, one: Searched) -> Note:
    picks = tuple(Pick(h.key, h.document, h.score, "named") for h in one.hits)
    return Note(round_, "search", one.index, len(one.hits), picks, detail={"asked": one.asked, "text": one.text})


async def _search_all(state: WalkState, walk: Walk) -> tuple[list[Searched], list[str]]:
    """Every index, asked the question and its facets, under one deadline; and the indexes that did not answer."""
    limits = walk.budget.limits
    deadline = asyncio.get_running_loop().time() + min(walk.budget.remaining, limits.fallback_seconds)
    texts = [walk.question.text, *(ask.text for ask in walk.wordings.own.apart)]
    tasks: list[tuple[str, int, str, Awaitable[Sequence[IndexHit]]]] = [
        (name, asked, text, _search(index, text, walk))
        for name, index in walk.semantic.items()
        for asked, text in enumerate(texts)
    ]
    if walk.keywords is not None:
        known = state.hits if state.round or state.hits else None  # the same question was asked of it before
        tasks.append((KEYWORDS, 0, texts[0], _known(known) if known else search_keywords(walk.keywords, state, walk)))
    answers = await asyncio.gather(*(_in_time(work, deadline) for *_, work in tasks))
    searched = [
        Searched(name, asked, text, tuple(hits))
        for (name, asked, text, _), hits in zip(tasks, answers, strict=True)
        if hits is not None
    ]
    silent = [name for (name, *_), hits in zip(tasks, answers, strict=True) if hits is None]
    return searched, list(dict.fromkeys(silent))


async def _search(index: Searchable, text: str, walk: Walk) -> Sequence[IndexHit]:
    question = walk.question
    return await index.search(
        question.reader.tenant,
        text,
        walk.budget.limits.proposals,
        collection=question.collection,
        documents=question.documents or None,
    )


async def _known(hits: Sequence[IndexHit]) -> Sequence[IndexHit]:
    return hits


async def _in_time(work: Awaitable[Sequence[IndexHit]], deadline: float) -> Sequence[IndexHit] | None:
    """What an index says, or None where it does not answer by then: the others go on."""
    try:
        async with asyncio.timeout_at(deadline):
            return await work
    except (StoreUnavailable, TimeoutError):
        return None


async def _opened(in_order: Sequence[str], searched: Sequence[Searched], state: WalkState, walk: Walk) -> Note:
    """Open the documents that are named and not open yet, best first, as many as the limits allow."""
    document_of = {hit.key: hit.document for one in searched for hit in one.hits}
    named = dict.fromkeys(document_of[key] for key in in_order)
    versions = {v.document: v for v in state.versions}
    chosen = _affordable([versions[d] for d in named if versions[d].id not in walk.readings], walk)
    shares = walk.named(state.versions, said(walk)) if chosen else []
    if chosen:
        walk.readings = {**walk.readings, **await readings_of(chosen, walk, shares)}
    return Note(
        state.round,
        "open",
        "documents",
        candidates=len(state.versions),
        picks=picks_of(shares, [v.document for v in chosen]),
        kept=tuple(v.name for v in chosen),
        reason="named by the indexes",
    )


def _affordable(versions: Sequence[Version], walk: Walk) -> list[Version]:
    """Those that the limits of documents and characters still allow; one at least where none is open."""
    limits = walk.budget.limits
    room = max(0, limits.documents - len(walk.readings))
    characters = limits.document_characters - sum(r.opened.tree.version.characters for r in walk.readings.values())
    chosen: list[Version] = []
    for version in versions[:room]:
        characters -= version.characters
        if characters < 0 and (chosen or walk.readings):
            break
        chosen.append(version)
    return chosen


def _in_order(ranked: Mapping[int, Sequence[str]], scores: _Scores) -> list[str]:
    """All keys that were named, by the best of their scores, then by the best of their ranks."""
    best: dict[str, tuple[float, int]] = {}
    for keys in ranked.values():
        for rank, key in enumerate(keys):
            score = max(of.get(key, 0.0) for of in scores.values()) if scores else 0.0
            best[key] = min((-score, rank), best.get(key, (-score, rank)))
    return sorted(best, key=lambda key: best[key])


async def _joined(
    in_order: Sequence[str], scores: _Scores, searched: Sequence[Searched], walk: Walk
) -> tuple[list[Seen], Counter[str]]:
    """What the indexes name, as it stands in the ledger: best first; what does not stand is counted."""
    document_of = {hit.key: hit.document for one in searched for hit in one.hits}
    places = await walk.library.places(walk.question.reader, in_order, list(walk.readings))
    opened = {reading.opened.tree.version.document for reading in walk.readings.values()}
    found: dict[tuple[str, str], Seen] = {}
    dropped: Counter[str] = Counter()
    for key in in_order:
        standing = places.get(key, [])
        if not standing:
            dropped["superseded" if document_of[key] in opened else "not_opened"] += 1
        for place in standing:
            seen = _seen(walk.readings[place.version_id], place, key, scores)
            found.setdefault(seen.key, seen)
    return _with_neighbours(list(found.values()), walk), dropped


def _seen(reading: Reading, place: Place, key: str, scores: _Scores) -> Seen:
    node = reading.opened.tree.by_address[place.address]
    seen = seen_node(reading, node, scores.get(0, {}).get(key, 0.0), Road.HYBRID)
    facets = tuple(scores.get(i + 1, {}).get(key, 0.0) for i in range(len(seen.facets)))
    return replace(seen, facets=facets)


def _with_neighbours(found: list[Seen], walk: Walk) -> list[Seen]:
    """Behind what was named, the passages before and after the best of it: what is said in one breath."""
    known = {seen.key for seen in found}
    beside: list[Seen] = []
    for seen in found[:_NEIGHBOURS]:
        reading = walk.readings[seen.version_id]
        passages = reading.opened.statistics.passages
        at = next((i for i, node in enumerate(passages) if node.address == seen.address), None)
        for i in (at - 1, at + 1) if at is not None else ():
            if 0 <= i < len(passages) and (seen.version_id, passages[i].address) not in known:
                neighbour = seen_node(reading, passages[i], round(seen.score * _BESIDE, 6), Road.HYBRID)
                neighbour = replace(neighbour, facets=tuple(round(of * _BESIDE, 6) for of in seen.facets))
                known.add(neighbour.key)
                beside.append(neighbour)
    return [*found, *beside]
