"""Where a walk goes next: pure decisions over the state and the limits."""

from typing import Literal

from navigators.budget import Budget
from navigators.state import Walk, WalkState
from stores.records import Roads


def at_start(roads: Roads) -> Literal["propose", "fall_back"]:
    """Where a question sets out."""
    return "fall_back" if roads is Roads.HYBRID else "propose"


def after_plan(state: WalkState, roads: Roads) -> Literal["judge", "fall_back", "follow"]:
    """Judge what the round opens, or go on when nothing is left to open or the budget says so."""
    if state.opening:
        return "judge"
    return "fall_back" if roads is Roads.BOTH and state.fell_back is None else "follow"


def may_fall_back(walk: Walk) -> bool:
    """Whether a walk that navigates may end on the hybrid road: there it must find what navigation cannot."""
    roads = walk.question.roads
    return roads is Roads.BOTH or (roads is Roads.AUTO and bool(walk.semantic))


def after_check(state: WalkState, walk: Walk) -> Literal["write", "widen", "fall_back", "conclude"]:
    """One repair round; then further reading, then the other road, while a facet is open and there is budget."""
    if state.repairs and not state.repaired:
        return "write"
    if _can_widen(state, walk.budget):
        return "widen"
    if walk.falls_back is not None:  # a replay
        return "fall_back" if walk.falls_back and state.fell_back is None else "conclude"
    other_road = may_fall_back(walk) and state.fell_back is None and walk.budget.remaining > 0
    return "fall_back" if other_road and _is_open(state) else "conclude"


def _is_open(state: WalkState) -> bool:
    covered = {facet for claim in state.claims for facet in claim.facets}
    return any(facet.id not in covered for facet in state.facets)


def _can_widen(state: WalkState, budget: Budget) -> bool:
    if state.hybrid and not state.frontier.passages:
        return False  # nothing was navigated that could be read further
    unread = len(state.frontier.passages) > len(state.passages) or bool(state.frontier.closed)
    return _is_open(state) and unread and state.widened < budget.limits.widenings and budget.remaining > 0
