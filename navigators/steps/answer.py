"""From the frontier to an answer: read, write, check, widen, conclude."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import zip_longest

from navigators.budget import Limits
from navigators.checks.agreement import contradictions
from navigators.checks.gates import check_draft
from navigators.drafts import DraftFault
from navigators.facets import Ask
from navigators.frontier import Seen
from navigators.messages import Reason, reason_text
from navigators.places import cite
from navigators.signposts import breadcrumb, place_label
from navigators.state import Update, Walk, WalkState
from navigators.statistics import pooled
from navigators.steps.common import node_of, noted, place_of, wanted_of_each
from navigators.writers import WriteCall
from stores.events import ClaimPassed, ClaimRejected, PassageRead
from stores.records import (
    Citation,
    Claim,
    Facet,
    Node,
    Note,
    Outcome,
    Passage,
    Rejected,
    Verdict,
    VerdictState,
    place_name,
)

_MISSING = 8  # words named that the glossary lacks
_NEAREST = 3  # places named for a facet that was not found


async def read(state: WalkState, walk: Walk) -> Update:
    """Open the best passages that the budget allows, in document order."""
    with walk.budget.timed("read"):
        limits = walk.budget.limits
        scale = 2 ** (state.widened + (bool(state.hybrid) and bool(state.frontier.passages)))
        chosen = _chosen(state, limits, limits.passages * scale, limits.passage_tokens * scale)
        order = {v.id: i for i, v in enumerate(state.versions)}
        chosen.sort(key=lambda s: (order[s.version_id], node_of(walk, s).start))
        passages = tuple(to_passage(walk, s, f"p{i:02d}") for i, s in enumerate(chosen))
        walk.budget.passages = len(passages)
        walk.budget.passage_tokens = sum(s.tokens for s in chosen)
        for passage in passages:
            place = place_name(passage.document, passage.version, passage.address)
            walk.emit(PassageRead(walk.run, place, passage.score))
    note = Note(
        state.round,
        "read",
        "passages",
        candidates=len(state.ranking.passages),
        kept=tuple(place_name(p.document, p.version, p.address) for p in passages),
        detail={"tokens": walk.budget.passage_tokens},
    )
    return {"passages": passages, "notes": [noted(walk, note)]}


def _chosen(state: WalkState, limits: Limits, passages: int, tokens: int) -> list[Seen]:
    """The best passages; where there are several facets first some of each; what was followed takes the last places."""
    frontier = state.ranking
    by_facet = [frontier.best_for(i)[:wanted] for i, wanted in enumerate(wanted_of_each(state, limits))]
    in_turn = [s for rank in zip_longest(*by_facet) for s in rank if s is not None]
    best = {s.key: s for s in (*in_turn[: passages // 2], *frontier.best_passages()[:passages])}
    followed = [s for s in state.followed if s.key not in best]
    kept = within([*best.values()][: passages - len(followed)], tokens - sum(s.tokens for s in followed))
    return within([*kept, *followed], tokens)


def within(best: Sequence[Seen], tokens: int) -> list[Seen]:
    """As many of the best as fit the token budget; at least one if there is any."""
    chosen: list[Seen] = []
    used = 0
    for one in best:
        if chosen and used + one.tokens > tokens:
            break
        chosen.append(one)
        used += one.tokens
    return chosen


def to_passage(walk: Walk, seen: Seen, local: str) -> Passage:
    tree = walk.readings[seen.version_id].opened.tree
    node = tree.by_address[seen.address]
    start, end = _trimmed(tree.text, node)
    return Passage(
        local=local,
        version_id=seen.version_id,
        document=tree.version.document,
        version=tree.version.number,
        address=node.address,
        label=place_label(tree, node),
        breadcrumb=breadcrumb(tree, node),
        page=node.page,
        start=start,
        end=end,
        text=tree.text[start:end],
        score=round(seen.score, 6),
        road=seen.road,
    )


def _trimmed(text: str, node: Node) -> tuple[int, int]:
    """A node's span without the white space around its words."""
    words = text[node.start : node.end]
    start = node.start + len(words) - len(words.lstrip())
    return start, node.end - (len(words) - len(words.rstrip()))


async def write(state: WalkState, walk: Walk) -> Update:
    """The writer drafts claims; after failed gates it is shown once what failed, with the true text."""
    with walk.budget.timed("write"):
        call = WriteCall(
            walk.question.text, state.facets, state.passages, _rarity(walk), _reworded(state, walk), state.repairs
        )
        again = bool(state.repairs)
        draft = await walk.writer.write(call) if state.passages else None
        if isinstance(draft, DraftFault) and not again:
            draft = await walk.writer.write(call)  # G0: one re-ask
    fault = draft if isinstance(draft, DraftFault) else None
    note = Note(
        state.round,
        "repair" if again else "write",
        walk.writer.name,
        candidates=len(state.passages),
        reason=fault.code if fault else "",
        detail={"claims": len(draft.claims)} if draft is not None and not isinstance(draft, DraftFault) else {},
    )
    update: Update = {"draft": None if fault else draft, "repaired": again, "notes": [noted(walk, note)]}
    if draft is not None and fault is None:
        update["drafts"] = [json.dumps(asdict(draft), ensure_ascii=False)]
    if fault:
        verdict = Verdict("G0", VerdictState.UNSUPPORTED, fault.code)
        update["rejected"] = [Rejected("", (verdict,))]
    return update


def _reworded(state: WalkState, walk: Walk) -> dict[str, dict[str, Ask]]:
    """Version id -> facet id -> how it is asked there, where that is not in the question's own words."""
    foreign = {
        id_: walk.wordings.for_document(reading.opened.statistics).facets
        for id_, reading in walk.readings.items()
        if walk.wordings.foreign(reading.opened.tree.version.language)
    }
    return {id_: {f.id: ask for f, ask in zip(state.facets, asks, strict=True)} for id_, asks in foreign.items()}


def _rarity(walk: Walk) -> Mapping[str, float]:
    asked = [walk.wordings.for_document(r.opened.statistics) for r in walk.readings.values()]
    terms = {t for one in (walk.wordings.own, *asked) for ask in (one.whole, *one.facets) for t in ask.weights}
    counts = pooled(r.opened.statistics.counts(terms) for r in walk.readings.values())
    return {t: counts.idf(t) for t in sorted(terms)}


async def check(state: WalkState, walk: Walk) -> Update:
    """The gates G1 to G4 over the whole draft; what passes is a claim, what does not is rejected or repaired once."""
    if state.draft is None:
        return {"repairs": ()}
    with walk.budget.timed("check"):
        passages = {p.local: p for p in state.passages}
        trees = {p.version_id: walk.readings[p.version_id].opened.tree for p in state.passages}

        def place(passage: Passage, start: int, end: int) -> Citation:
            return cite(trees[passage.version_id], passage, start, end)

        checked = check_draft(state.draft, passages, walk.question.text, place)
    repairable = bool(checked.repairs) and not state.repaired
    for i, claim in enumerate(checked.claims):
        walk.emit(ClaimPassed(walk.run, i, len(claim.citations)))
    for rejected in checked.rejected:
        failed = tuple(v.check for v in rejected.verdicts if v.state is not VerdictState.SUPPORTED)
        walk.emit(ClaimRejected(walk.run, failed))
    note = Note(
        state.round,
        "check",
        "gates",
        candidates=len(state.draft.claims),
        reason="repair" if repairable else "",
        detail={"passed": len(checked.claims), "rejected": len(checked.rejected), "ghosts": checked.ghosts},
    )
    return {
        "claims": checked.claims,
        "rejected": [] if repairable else list(checked.rejected),
        "repairs": checked.repairs if repairable else (),
        "notes": [noted(walk, note)],
    }


async def widen(state: WalkState, walk: Walk) -> Update:
    """Facets are still open and budget is left: read twice as far down the frontier."""
    note = Note(state.round, "widen", "frontier", reason="open facets", detail={"times": state.widened + 1})
    return {"widened": state.widened + 1, "repaired": False, "repairs": (), "notes": [noted(walk, note)]}


async def conclude(state: WalkState, walk: Walk) -> Update:
    """The final gate in the ledger, the facets, and the outcome."""
    with walk.budget.timed("conclude"):
        standing, withdrawn = await _still_standing(state, walk)
        claims = _with_warnings(standing)
        facets = tuple(_facet(i, f, claims, state, walk) for i, f in enumerate(state.facets))
    outcome, why = decide_outcome(bool(claims), all(f.covered for f in facets), state.stopped, bool(state.versions))
    unknown = _without_a_word(state, walk) if why is Reason.TOO_WEAK else ()
    if unknown:
        why = Reason.OTHER_LANGUAGE
    detail = state.stopped if why is Reason.BUDGET else ", ".join(unknown)
    reason = reason_text(walk.question.text, why, detail)
    note = Note(state.round, "conclude", outcome.value, candidates=len(state.claims), reason=reason)
    return {
        "claims": claims,
        "facets": facets,
        "rejected": withdrawn,
        "outcome": outcome,
        "reason": reason,
        "notes": [noted(walk, note)],
    }


def _without_a_word(state: WalkState, walk: Walk) -> tuple[str, ...]:
    """What the question says that the language of the documents read, or of all in scope, has no word for."""
    languages = {v.id: v.language for v in state.versions}
    read = {languages[p.version_id] for p in state.passages} or set(languages.values())
    foreign = sorted(read) if all(map(walk.wordings.foreign, read)) else []
    missing = [word for language in foreign for word in walk.wordings.for_index(language).missing]
    return tuple(dict.fromkeys(missing))[:_MISSING]


def _with_warnings(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Claims that another document contradicts say so (G6)."""
    said = contradictions(claims)
    return tuple(
        replace(c, verdicts=(*c.verdicts, Verdict("G6", VerdictState.PARTIAL, said[i]))) if i in said else c
        for i, c in enumerate(claims)
    )


def decide_outcome(claims: bool, covered: bool, stopped: str, versions: bool) -> tuple[Outcome, Reason | None]:
    """Which of the outcomes this is, and why if it is not `answered`."""
    if not versions:
        return Outcome.INSUFFICIENT_EVIDENCE, Reason.NOT_IN_FORCE
    if claims and covered:
        return Outcome.ANSWERED, None
    if claims:
        return Outcome.PARTIAL, Reason.SOME_MISSING
    if stopped:
        return Outcome.BUDGET_EXHAUSTED, Reason.BUDGET
    return Outcome.INSUFFICIENT_EVIDENCE, Reason.TOO_WEAK


async def _still_standing(state: WalkState, walk: Walk) -> tuple[tuple[Claim, ...], list[Rejected]]:
    """Drop claims whose version was superseded, deleted or withdrawn since the run began (G6)."""
    if not state.claims:
        return (), []
    used = {p.version_id: (p.document, p.version) for p in state.passages}
    standing = await walk.library.standing(walk.question.reader, list(used), as_of=walk.question.as_of)
    fallen = {used[v] for v in used if standing.get(v) != "current"}
    kept, withdrawn = [], []
    for claim in state.claims:
        if any((c.document, c.version) in fallen for c in claim.citations):
            verdict = Verdict("G6", VerdictState.UNSUPPORTED, "the cited version is no longer current")
            withdrawn.append(Rejected(claim.text, (*claim.verdicts, verdict)))
        else:
            kept.append(claim)
    return tuple(kept), withdrawn


def _facet(number: int, facet: Facet, claims: Sequence[Claim], state: WalkState, walk: Walk) -> Facet:
    """A facet as it ended: the places that cover it, or those that come nearest."""
    cited = [c for claim in claims if facet.id in claim.facets for c in claim.citations]
    places = tuple(dict.fromkeys(place_name(c.document, c.version, c.address) for c in cited))
    nearest = () if places else tuple(_nearest(number, state, walk))
    return replace(facet, covered=bool(places), evidence=places, looked=len(state.passages), best=nearest)


def _nearest(number: int, state: WalkState, walk: Walk) -> Iterator[str]:
    """The places read that meet a facet best, best first."""
    read = {(p.version_id, p.address) for p in state.passages}
    several = len(state.facets) > 1
    ranked = state.ranking.best_for(number) if several else state.ranking.best_passages()
    for seen in [s for s in ranked if s.key in read][:_NEAREST]:
        yield place_of(walk, seen.version_id, seen.address)
