"""A round: plan what to open, judge the children of each in parallel, gather what was picked."""

from navigators.frontier import entropy, width_for
from navigators.judges import JudgeCall, invalid_reason, valid_picks
from navigators.state import Judged, JudgeTask, Update, Walk, WalkState
from navigators.steps.common import noted, place_of, seen_node, wanted_of_each
from stores.events import RoundBegun
from stores.records import Candidate, Effort, Note


async def plan(state: WalkState, walk: Walk) -> Update:
    """Which nodes the next round opens: best first, as many as the flatness of their scores asks for."""
    limits = walk.budget.limits
    enough = limits.passages * (2**state.widened)
    closed = state.frontier.best_closed()
    flatness = entropy([s.score for s in closed[: limits.width_most]])
    width = width_for(flatness, limits.width_least, limits.width_most)
    wanted = state.frontier.to_open(width, enough, wanted_of_each(state, limits))
    stopped = walk.budget.exhausted() if wanted else None
    opening = [] if stopped else wanted[: walk.budget.calls_left]
    if not opening:
        return {"opening": (), "stopped": stopped or ""}
    walk.budget.rounds += 1
    number = state.round + 1
    names = tuple(place_of(walk, s.version_id, s.address) for s in opening)
    walk.emit(RoundBegun(walk.run, number, names))
    note = Note(number, "plan", "frontier", candidates=len(closed), kept=names, entropy=round(flatness, 4), width=width)
    return {
        "round": number,
        "opening": tuple(opening),
        "frontier": state.frontier.with_opened(opening),
        "notes": [noted(walk, note)],
    }


async def judge(task: JudgeTask, walk: Walk) -> Update:
    """One branch of a round: the children of one open node before the judge."""
    with walk.budget.timed("judge"):
        reading = walk.readings[task.node.version_id]
        tree = reading.opened.tree
        node = tree.by_address[task.node.address]
        children = [c for c in tree.children(node) if c.kind.citable]
        hits = [reading.hits_below(child) for child in children]
        call = JudgeCall(
            question=walk.question.text,
            facets=task.facets,
            parent=place_of(walk, task.node.version_id, node.address),
            candidates=tuple(
                Candidate(f"c{i:02d}", reading.opened.signposts.of(child), hit)
                for i, (child, hit) in enumerate(zip(children, hits, strict=True))
            ),
            round=task.round,
        )
        walk.budget.judge_calls += 1
        picks, invalid = valid_picks(call, await walk.judge.judge(call))
        chosen = {p.local: p.score for p in picks}
        if walk.question.effort is Effort.EXHAUSTIVE:  # what was not picked is read too, last
            chosen = dict.fromkeys((c.local for c in call.candidates), 0.0) | chosen
        seen = tuple(
            seen_node(reading, child, chosen[f"c{i:02d}"]) for i, child in enumerate(children) if f"c{i:02d}" in chosen
        )
    note = Note(
        task.round,
        "judge",
        call.parent,
        candidates=len(children),
        picks=picks,
        kept=tuple(place_of(walk, s.version_id, s.address) for s in seen),
        entropy=round(entropy([h.best for h in hits]), 4),
        reason=invalid_reason(invalid),
    )
    return {"judged": [Judged(task.round, task.node, picks, seen, tuple(c.address for c in children), note)]}


async def gather(state: WalkState, walk: Walk) -> Update:
    """The branches of a round come together: picks join the frontier, notes go to the scratchpad."""
    branches = [j for j in state.judged if j.round == state.round]
    frontier = state.frontier.joined(s for j in branches for s in j.seen)
    return {"frontier": frontier, "opening": (), "notes": [noted(walk, j.note) for j in branches]}
