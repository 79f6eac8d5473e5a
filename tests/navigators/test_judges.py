"""Judges, and what is done with what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.judges import JudgeCall, Judgement, LexicalJudge, RecordedJudge, valid_picks
from stores.records import Candidate, Note, Pick, QueryHits, Signpost


def candidate(n: int, best: float, coverage: float = 0.5, count: int = 1) -> Candidate:
    signpost = Signpost(f"doc@1#0.{n}", (), "section", None, None, "", 10, 1, ())
    return Candidate(f"c{n:02d}", signpost, QueryHits(best, coverage, count, ""))


CALL = JudgeCall("q", (), "doc@1#0", tuple(candidate(i, s) for i, s in enumerate([0.2, 0.9, 0.0, 0.5])), round=2)


async def test_a_node_is_worth_what_its_best_passage_is_worth() -> None:
    picks = (await LexicalJudge().judge(CALL)).picks
    assert [(p.local, p.score) for p in picks][:3] == [("c01", 0.9), ("c03", 0.5), ("c00", 0.2)]


async def test_a_node_without_any_hit_is_not_picked() -> None:
    call = JudgeCall("q", (), "doc@1#0", (candidate(0, 0.0, 0.0, 0),))
    assert not (await LexicalJudge().judge(call)).picks


@pytest.mark.parametrize(
    "pick",
    [
        Pick("c09", "doc@1#0.9", 0.5, "a label that was not shown"),
        Pick("c01", "doc@1#0.3", 0.5, "the label of one node with the place of another"),
        Pick("c01", "other@1#0.1", 0.5, "another document"),
        Pick("c01", "doc@1#0.1", 1.5, "a score out of range"),
        Pick("c01", "doc@1#0.1", float("nan"), "no number"),
    ],
)
def test_a_pick_that_was_not_offered_is_thrown_out_and_named(pick: Pick) -> None:
    kept, invalid = valid_picks(CALL, Judgement((pick,)))
    assert not kept
    assert invalid == (pick.local,)


def test_the_same_label_twice_counts_once() -> None:
    pick = Pick("c01", "doc@1#0.1", 0.5, "")
    kept, invalid = valid_picks(CALL, Judgement((pick, pick)))
    assert kept == (pick,)
    assert invalid == ("c01",)


@given(st.lists(st.builds(Pick, st.text(max_size=4), st.text(max_size=12), st.floats(), st.text(max_size=5))))
def test_whatever_a_judge_says_only_shown_candidates_remain(picks: list[Pick]) -> None:
    kept, _ = valid_picks(CALL, Judgement(tuple(picks)))
    shown = {c.local: c.signpost.place for c in CALL.candidates}
    assert all(shown[p.local] == p.place and 0 <= p.score <= 1 for p in kept)


async def test_a_recorded_judge_says_the_same_again_and_nothing_else() -> None:
    pick = Pick("c01", "doc@1#0.1", 0.5, "")
    judge = RecordedJudge("lexical/1", [Note(2, "judge", "doc@1#0", picks=(pick,))])
    assert (await judge.judge(CALL)).picks == (pick,)
    with pytest.raises(KeyError):
        await judge.judge(JudgeCall("q", (), "doc@1#0.7", (), round=2))
