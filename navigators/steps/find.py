"""Which documents: the keyword index proposes passages, documents are chosen and opened."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import accumulate, zip_longest

from navigators.budget import Limits
from navigators.frontier import Seen
from navigators.fusion import reciprocal_ranks
from navigators.naming import picks_of
from navigators.shelf import OpenVersion, Reading, read_question
from navigators.state import Update, Walk, WalkState
from navigators.statistics import pooled
from navigators.steps.common import noted, seen_node
from navigators.worth import worth_of
from stores.errors import StoreUnavailable
from stores.ports import Searchable
from stores.records import IndexHit, Note, Pick, Road, Version

_NAMED = 0.4  # share of its name from which a document is opened for it


async def propose(state: WalkState, walk: Walk) -> Update:
    """The second road: the keyword index names passages; it adds to what navigation finds, and never subtracts."""
    with walk.budget.timed("propose"):
        hits: list[IndexHit] = []
        degraded: list[str] = []
        if walk.keywords is None:
            degraded.append("keywords")
        elif state.versions:
            try:
                async with asyncio.timeout(walk.budget.remaining):
                    hits = await search_keywords(walk.keywords, state, walk)
            except (StoreUnavailable, TimeoutError):
                degraded.append("keywords")
        inside = in_scope(hits, state.versions)
        dropped = {"not_in_scope": len(hits) - len(inside)} if len(inside) < len(hits) else {}
    note = Note(
        0,
        "propose",
        "keywords",
        candidates=len(inside),
        picks=tuple(Pick(h.key, h.document, h.score, "keyword index") for h in inside),
        reason="degraded" if degraded else "",
    )
    return {"hits": tuple(inside), "dropped": dropped, "degraded": degraded, "notes": [noted(walk, note)]}


def in_scope(hits: Sequence[IndexHit], versions: Sequence[Version]) -> list[IndexHit]:
    """Hits in documents that this reader may see and the question is asked of; an index may name others still."""
    known = {v.document for v in versions}
    return [h for h in hits if h.document in known]


async def search_keywords(keywords: Searchable, state: WalkState, walk: Walk) -> list[IndexHit]:
    """The best passages for the question, then those for each facet and for the words of the other language."""
    languages = sorted({v.language for v in state.versions if walk.wordings.foreign(v.language)})
    asked = [walk.wordings.own, *map(walk.wordings.for_index, languages)]
    texts = [walk.question.text, *(a.whole.text for a in asked[1:]), *(ask.text for a in asked for ask in a.apart)]
    rankings = [
        await keywords.search(
            walk.question.reader.tenant,
            text,
            walk.budget.limits.proposals,
            collection=walk.question.collection,
            documents=walk.question.documents or None,
        )
        for text in dict.fromkeys(texts)
        if text.strip()
    ]
    return _in_turn(rankings, walk.budget.limits.proposals)


def _in_turn(rankings: Sequence[Sequence[IndexHit]], most: int) -> list[IndexHit]:
    """All of the first ranking, then what the others add, the best of each in turn, so many together."""
    first = list(rankings[0]) if rankings else []
    known = {h.key for h in first}
    added: dict[str, IndexHit] = {}
    for hit in (h for rank in zip_longest(*rankings[1:]) for h in rank if h is not None):
        if hit.key not in known and len(added) < most:
            added.setdefault(hit.key, hit)
    return [*first, *added.values()]


async def choose(state: WalkState, walk: Walk) -> Update:
    """Which documents to open: by their best proposed passages and by how much of their name the question says."""
    with walk.budget.timed("open"):
        shares = walk.named(state.versions, said(walk))
        greatest = {v.document: max(some[v.document] for some in shares) for v in state.versions}
        chosen = choose_documents(state.versions, state.hits, greatest, walk.budget.limits)
        walk.readings = await readings_of(chosen, walk, shares)
        readings = walk.readings.values()
        proposed, dropped = await _proposed(state.hits, walk)
        roots = [seen_node(r, r.opened.tree.nodes[0], r.hits_below(r.opened.tree.nodes[0]).best) for r in readings]
        frontier = state.frontier.joined(roots).joined(proposed)
    note = Note(
        0,
        "open",
        "documents",
        candidates=len(state.versions),
        picks=picks_of(shares, [v.document for v in chosen]),
        kept=tuple(v.name for v in chosen),
        reason="all in scope" if len(chosen) == len(state.versions) else "best passages and names",
        detail={"proposed": len(proposed), "dropped": sum(dropped.values())},
    )
    return {"frontier": frontier, "dropped": {**state.dropped, **dropped}, "notes": [noted(walk, note)]}


async def readings_of(
    versions: Sequence[Version], walk: Walk, shares: Sequence[Mapping[str, float]]
) -> dict[str, Reading]:
    """Version id -> the question over that version, opened. `shares`: see `_read_all`."""
    opened = [await walk.shelf.open(walk.library, walk.question.reader, v) for v in versions]
    readings = await asyncio.to_thread(_read_all, opened, walk, shares)
    return {r.opened.tree.version.id: r for r in readings}


def said(walk: Walk) -> list[str]:
    """The question, and its facets where there are several."""
    return [walk.question.text, *(ask.text for ask in walk.wordings.own.apart)]


def choose_documents(
    versions: Sequence[Version], hits: Sequence[IndexHit], shares: Mapping[str, float], limits: Limits
) -> list[Version]:
    """All versions if they are few and short, else the best by two rankings, fused by rank; one at least.

    `shares`: how much of each document's name the question says (`navigators.naming`).
    """
    limit = limits.documents
    if len(versions) <= limit and sum(v.characters for v in versions) <= limits.document_characters:
        return list(versions)
    by_document = {v.document: v for v in versions}
    by_hits = list(dict.fromkeys(h.document for h in hits))
    by_name = sorted((d for d, share in shares.items() if share >= _NAMED), key=lambda d: (-shares[d], d))
    fused = [document for document, _ in reciprocal_ranks(by_hits, by_name[:limit])]
    best = [by_document[d] for d in fused[:limit]] or list(versions[:limit])
    sizes = accumulate(v.characters for v in best)
    return [v for v, size in zip(best, sizes, strict=True) if size <= limits.document_characters] or best[:1]


def _read_all(opened: Sequence[OpenVersion], walk: Walk, shares: Sequence[Mapping[str, float]]) -> list[Reading]:
    """Each document is asked in its own language; where the glossary knows half the question, a quarter is left.

    `shares`: how much of each document's name the question says, then each facet.

    Squared, because the few words that are known are met whole: without it, passages of the other language pushed
    the right ones out (`bench/languages.py`).
    """
    if not opened:
        return []
    asked = [walk.wordings.for_document(one.statistics) for one in opened]
    terms = {t for one in asked for ask in (one.whole, *one.apart) for t in ask.weights}
    collection = pooled(one.statistics.counts(terms) for one in opened) if len(opened) > 1 else None
    documents = [one.statistics for one in opened]
    each = list(zip(*((one.whole, *one.apart) for one in asked), strict=True))
    worths = [worth_of(documents, asks, collection, some) for asks, some in zip(each, shares, strict=True)]
    return [
        read_question(
            one,
            (words.whole, *words.apart),
            collection,
            [worth[one.tree.version.document] * words.whole.known**2 for worth in worths],
        )
        for one, words in zip(opened, asked, strict=True)
    ]


async def _proposed(hits: Sequence[IndexHit], walk: Walk) -> tuple[list[Seen], dict[str, int]]:
    """Proposed passages, joined to the ledger: only what stands in an opened version goes on; the rest is counted."""
    places = await walk.library.places(walk.question.reader, [h.key for h in hits], list(walk.readings))
    opened = {r.opened.tree.version.document for r in walk.readings.values()}
    seen: list[Seen] = []
    dropped: dict[str, int] = {}
    for hit in hits:
        standing = places.get(hit.key)
        if not standing:
            why = "superseded" if hit.document in opened else "not_opened"
            dropped[why] = dropped.get(why, 0) + 1
            continue
        for place in standing:
            reading = walk.readings[place.version_id]
            node = reading.opened.tree.by_address[place.address]
            seen.append(seen_node(reading, node, reading.hits_below(node).best, Road.KEYWORDS))
    return seen, dropped
