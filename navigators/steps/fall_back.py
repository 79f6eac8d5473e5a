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
from navigators.shelf import Reading
from navigators.state import Update, Walk, WalkState
from navigators.steps.common import noted, seen_node
from navigators.steps.find import in_scope, readings_of, search_keywords
from stores.errors import StoreUnavailable
from stores.ports import KEYWORDS, Searchable
from stores.records import Fallback, IndexHit, Note, Pick, Place, Road, Roads, Version

_NEIGHBOURS = 4  # of the best passages, whose neighbours are read too where there is room
_BESIDE = 0.5  # of a passage's score, for a neighbour


async def fall_back(state: WalkState, walk: Walk) -> Update:
    """All indexes at once -> fusion -> the ledger -> passages beside those of navigation."""
    with walk.budget.timed("fall_back"):
        named, degraded = await _search_all(state, walk)
        searched = [replace(one, hits=tuple(in_scope(one.hits, state.versions))) for one in named]
        ranked = fused(searched)
        found, dropped = await _joined(ranked, searched, state, walk)
        detail: dict[str, str | int | float] = {"found": len(found), "dropped": sum(dropped.values())}
        outside = sum(len(one.hits) for one in named) - sum(len(one.hits) for one in searched)
        dropped += Counter({"not_in_scope": outside} if outside else {})
    reason = _why(state, walk)
    note = Note(
        state.round,
        "fall_back",
        reason.value,
        candidates=len({key for keys in ranked.values() for key in keys}),
        kept=tuple(f"{walk.readings[s.version_id].opened.tree.version.name}#{s.address}" for s in found[:20]),
        detail=detail,
    )
    return {
        "hybrid": tuple(found),
        "fell_back": reason,
        "repaired": False,
        "repairs": (),
        "dropped": dict(Counter(state.dropped) + dropped),
        "degraded": degraded,
        "notes": [*(noted(walk, _search_note(state.round, one)) for one in searched), noted(walk, note)],
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


async def _joined(
    ranked: Mapping[int, Sequence[str]], searched: Sequence[Searched], state: WalkState, walk: Walk
) -> tuple[list[Seen], Counter[str]]:
    """What the indexes name, as it stands in the ledger: best first; what does not stand is counted.

    Scored by rank; beside what navigation found by the lead in meaning, as `blended` wants it.
    """
    beside = bool(state.frontier.passages)
    scores = leads(searched) if beside else {asked: as_scores(keys) for asked, keys in ranked.items()}
    best = {
        key: max((of.get(key, 0.0) for of in scores.values()), default=0.0) for keys in ranked.values() for key in keys
    }
    document_of = {hit.key: hit.document for one in searched for hit in one.hits}
    in_order = sorted(best, key=lambda key: -best[key])
    versions = {v.document: v for v in state.versions}
    named = [versions[d] for d in dict.fromkeys(document_of[key] for key in in_order)]
    places = await walk.library.places(walk.question.reader, in_order, [v.id for v in named])
    await _open(_standing(named, places), walk)
    found: dict[tuple[str, str], Seen] = {}
    dropped: Counter[str] = Counter()
    for key in in_order:
        standing = places.get(key, [])
        opened = [place for place in standing if place.version_id in walk.readings]
        if not opened:
            dropped["not_opened" if standing else "superseded"] += 1
        for place in opened:
            seen = _seen(walk.readings[place.version_id], place, key, scores)
            found.setdefault(seen.key, seen)
    return _with_neighbours(list(found.values()), walk), dropped


def _standing(named: Sequence[Version], places: Mapping[str, Sequence[Place]]) -> list[Version]:
    """The versions in which anything that was named stands, in the order of naming."""
    there = {place.version_id for some in places.values() for place in some}
    return [version for version in named if version.id in there]


async def _open(versions: Sequence[Version], walk: Walk) -> None:
    """Open what is not open yet, as many documents as the limits allow."""
    limits = walk.budget.limits
    room = max(0, limits.documents - len(walk.readings))
    characters = limits.document_characters - sum(r.opened.tree.version.characters for r in walk.readings.values())
    chosen: list[Version] = []
    for version in [v for v in versions if v.id not in walk.readings][:room]:
        characters -= version.characters
        if characters < 0 and (chosen or walk.readings):
            break
        chosen.append(version)
    if chosen:
        walk.readings = {**walk.readings, **await readings_of(chosen, walk)}


def _seen(reading: Reading, place: Place, key: str, scores: Mapping[int, Mapping[str, float]]) -> Seen:
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
                neighbour = replace(neighbour, facets=tuple(round(f * _BESIDE, 6) for f in seen.facets))
                known.add(neighbour.key)
                beside.append(neighbour)
    return [*found, *beside]
