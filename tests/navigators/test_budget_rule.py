"""Budgets hold in every run: random documents, questions, limits, efforts, judges and writers."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import example, given, settings

from navigators.budget import Limits, limits_for
from stores.records import Effort, Note, Outcome, Run, Tree, place_name
from stores.tokens import estimate_tokens
from tests.navigators.random_runs import QUESTIONS, Case, asked, cases

ALWAYS_REPAIRING = Case(1, ((3, 4),) * 4, QUESTIONS[1], 0, Effort.STANDARD,
                        Limits(passages=1, rounds=0, widenings=12), "lexical", "ghosts", 0.0)  # fmt: skip


def notes(run: Run, step: str) -> list[Note]:
    return [n for n in run.notes if n.step == step]


@settings(max_examples=60)
@given(cases)
@example(ALWAYS_REPAIRING)
def test_no_run_spends_more_than_it_may(case: Case) -> None:
    found = asked(case)
    run, allowed = found.run, limits_for(case.effort, case.limits)
    cost = run.cost

    widened = len(notes(run, "widen"))
    assert widened <= allowed.widenings
    scale = 2**widened  # each widening doubles what may be read
    assert cost.passages == len(run.passages) <= allowed.passages * scale
    assert cost.passage_tokens <= allowed.passage_tokens * scale or len(run.passages) == 1, "one is always read"
    assert sum(estimate_tokens(p.text) for p in run.passages) <= cost.passage_tokens

    assert cost.rounds == len(notes(run, "plan")) <= allowed.rounds
    assert cost.judge_calls == len(notes(run, "judge")) == found.judge.calls <= allowed.judge_calls
    assert all(len(n.kept) <= (n.width or 0) <= allowed.width_most for n in notes(run, "plan"))
    assert all(len(n.picks) <= 2 * allowed.proposals for n in notes(run, "propose")), "once more for facets, languages"
    assert all(len(n.kept) <= allowed.followed for n in notes(run, "follow"))
    assert len(run.versions) <= allowed.documents

    assert all(seconds < allowed.seconds for _, seconds in found.heard.times), "nothing more begins after the deadline"

    assert len(found.retrieved) <= 5
    assert found.retrieve_calls <= allowed.judge_calls


@settings(max_examples=45)
@given(cases)
def test_whatever_the_budget_cited_places_were_read_and_coverage_adds_up(case: Case) -> None:
    found = asked(case)
    run = found.run
    read = {(p.document, p.version): [q for q in run.passages if q.version_id == p.version_id] for p in run.passages}
    for citation in (c for claim in run.claims for c in claim.citations):
        passages = read[citation.document, citation.version]
        assert any(p.start <= citation.start < citation.end <= p.end for p in passages)
        assert any(f"{citation.address}.".startswith(f"{p.address}.") for p in passages)

    assert run.coverage.looked_at == len(run.coverage.documents) == len(run.versions) <= run.coverage.considered
    for document in run.coverage.documents:
        assert document.read + document.judged + document.unseen == document.passages
        assert document.read == len(read.get((document.document, document.version), []))
        assert min(document.read, document.judged, document.unseen) >= 0


@settings(max_examples=45)
@given(cases)
def test_a_run_says_its_budget_was_spent_only_when_that_ended_it(case: Case) -> None:
    found = asked(case)
    run, allowed = found.run, limits_for(case.effort, case.limits)
    spent = {
        "deadline": found.heard.clock.monotonic() - found.heard.begun >= allowed.seconds,
        "rounds": run.cost.rounds >= allowed.rounds,
        "judge_calls": run.cost.judge_calls >= allowed.judge_calls,
    }
    if run.outcome is Outcome.BUDGET_EXHAUSTED:
        assert any(spent.values())
        assert still_closed(run, found.trees.values()), "something was left to open"
    if case.effort is Effort.EXHAUSTIVE and not any(spent.values()):
        assert all(d.read == d.passages for d in run.coverage.documents)


@settings(max_examples=60)
@given(cases.map(lambda case: replace(case, pace=0.0)))
def test_every_run_that_time_did_not_end_replays_the_same(case: Case) -> None:
    assert asked(case).replayed == []


def still_closed(run: Run, trees: Iterable[Tree]) -> set[str]:
    """Places that the run had met, which hold passages and were never opened."""
    met, opened = set(), {place for n in notes(run, "plan") for place in n.kept}
    for tree in trees:
        version = tree.version
        places = {place_name(version.document, version.number, n.address): n for n in tree.nodes}
        root = place_name(version.document, version.number, "0")
        met |= {p for p in (root, *(k for n in notes(run, "judge") for k in n.kept))
                if p in places and places[p].passage_key is None}  # fmt: skip
    return met - opened
