"""Where a walk goes next: pure decisions over the state and the limits."""

from typing import Literal

from navigators.budget import Budget
from navigators.state import WalkState


def after_plan(state: WalkState) -> Literal["judge", "follow"]:
    """Judge what the round opens, or go on when nothing is left to open or the budget says so."""
    return "judge" if state.opening else "follow"


def after_check(state: WalkState, budget: Budget) -> Literal["write", "widen", "conclude"]:
    """One repair round; then read further while a facet is open and there is budget and something left to read."""
    if state.repairs and not state.repaired:
        return "write"
    covered = {facet for claim in state.claims for facet in claim.facets}
    is_open = any(facet.id not in covered for facet in state.facets)
    unread = len(state.frontier.passages) > len(state.passages) or bool(state.frontier.closed)
    can_widen = state.widened < budget.limits.widenings and budget.remaining > 0
    return "widen" if is_open and unread and can_widen else "conclude"
