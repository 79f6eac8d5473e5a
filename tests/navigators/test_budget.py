"""One budget per run."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.budget import STANDARD, Budget, Limits, limits_for
from navigators.fusion import reciprocal_ranks
from stores.ids import FixedClock
from stores.records import Effort


def budget(**limits: float) -> tuple[Budget, FixedClock]:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    return Budget(Limits(**limits), clock), clock


def test_nothing_is_exhausted_at_the_start() -> None:
    assert budget()[0].exhausted() is None


def test_each_limit_ends_the_walk_by_its_name() -> None:
    one, clock = budget(seconds=5.0)
    clock.advance(5.1)
    assert one.exhausted() == "deadline"
    assert one.remaining == 0.0
    two, _ = budget(rounds=2)
    two.rounds = 2
    assert two.exhausted() == "rounds"
    three, _ = budget(judge_calls=3)
    three.judge_calls = 3
    assert three.exhausted() == "judge_calls"


def test_time_is_counted_by_step() -> None:
    one, clock = budget()
    for _ in range(2):
        with one.timed("judge"):
            clock.advance(0.5)
    assert one.cost().steps == {"judge": 1.0}


def test_quick_reads_less_and_exhaustive_reads_everything() -> None:
    quick, everything = limits_for(Effort.QUICK), limits_for(Effort.EXHAUSTIVE)
    assert quick.rounds == 1
    assert quick.passages < STANDARD.passages < everything.passages
    assert limits_for(Effort.STANDARD) == STANDARD


@given(st.builds(Limits, **dict.fromkeys(("passages", "rounds", "documents", "widenings"), st.integers(0, 50))))
def test_quick_never_goes_further_than_the_limits_it_is_given(base: Limits) -> None:
    quick = limits_for(Effort.QUICK, base)
    assert all(getattr(quick, f.name) <= getattr(base, f.name) for f in fields(Limits))


def test_ranks_are_fused_without_looking_at_scores() -> None:
    fused = reciprocal_ranks(["a", "b", "c"], ["b", "d"])
    assert [item for item, _ in fused] == ["b", "a", "d", "c"]
    assert fused[0][1] == pytest.approx(1 / 62 + 1 / 61)
    assert reciprocal_ranks([], []) == []
