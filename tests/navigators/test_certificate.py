"""The coverage certificate: an untouched run holds, and nothing in it can be altered unnoticed."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings

from navigators.certificate import CheckState, check_certificate
from navigators.state import Question
from stores.records import Outcome, Passage, Reader, Roads, Run, Tree, Version
from tests.navigators.house import SmallHouse
from tests.navigators.random_runs import asked, cases
from tests.navigators.trees import GLOSSARY, POLICY, STATUTE

KEEP = "How long are telephone recordings kept where nobody complains? 客户身份资料应当至少保存多少年？"
NOWHERE = "Which zebra won the xylophone contest?"


class Kept:
    """A run with what it can be held against."""

    def __init__(self, run: Run, trees: dict[str, Tree], scope: list[Version]) -> None:
        self.run, self.trees, self.scope = run, trees, scope

    def faults(self, run: Run | None = None) -> list[str]:
        checks = check_certificate(run or self.run, self.trees, self.scope)
        assert all(bool(c.faults) == (c.state is not CheckState.HOLDS) for c in checks)
        return [f"{c.subject}: {fault}" for c in checks for fault in c.faults]


async def kept(question: str, *documents: str, roads: Roads = Roads.AUTO) -> Kept:
    house = SmallHouse()
    await house.take_in("反洗钱法.2024-11-08.md", STATUTE)
    await house.take_in("policy.md", POLICY)
    await house.take_in("glossary.md", GLOSSARY)
    house.navigator.semantic = {"vectors": house.keywords}  # it stands in for an index of meaning
    run = await house.navigator.ask(Question(question, documents=documents, roads=roads))
    library = house.ledger.library
    trees = {v.version_id: await library.tree(Reader(), v.version_id) for v in run.versions}
    return Kept(run, trees, await library.versions(Reader(), documents=documents or None))


@settings(max_examples=60)
@given(cases)
def test_an_untouched_run_holds(case: Any) -> None:
    found = asked(case)
    assert Kept(found.run, found.trees, found.scope).faults() == []


@pytest.mark.parametrize("roads", list(Roads))
@pytest.mark.parametrize("question", [KEEP, NOWHERE])
async def test_a_run_on_any_road_holds_and_its_certificate_cannot_be_altered_unnoticed(
    question: str, roads: Roads
) -> None:
    one = await kept(question, roads=roads)
    assert one.faults() == []
    for coverage in altered_anywhere(one.run.coverage):
        assert one.faults(replace(one.run, coverage=coverage)), coverage


@pytest.mark.parametrize("question", [KEEP, NOWHERE])
async def test_nothing_in_a_certificate_can_be_altered_unnoticed(question: str) -> None:
    one = await kept(question)
    assert one.run.outcome is (Outcome.ANSWERED if question == KEEP else Outcome.INSUFFICIENT_EVIDENCE)
    assert one.faults() == []
    altered = list(altered_anywhere(one.run.coverage))
    assert len(altered) > 3 * len(fields(one.run.coverage.documents[0]))
    for coverage in altered:
        assert one.faults(replace(one.run, coverage=coverage)), coverage


async def test_no_version_hash_can_be_altered_unnoticed() -> None:
    one = await kept(KEEP)
    for versions in altered_anywhere(one.run.versions):
        assert one.faults(replace(one.run, versions=versions)), versions


async def test_no_passage_can_be_altered_dropped_or_added_unnoticed() -> None:
    one = await kept(KEEP)
    checked = {"version_id", "document", "version", "address", "label", "breadcrumb", "page", "start", "end", "text"}
    for i, passage in enumerate(one.run.passages):
        for name in checked & {f.name for f in fields(Passage)}:
            for value in altered_anywhere(getattr(passage, name)):
                passages = list(one.run.passages)
                passages[i] = replace(passage, **{name: value})
                assert one.faults(replace(one.run, passages=tuple(passages))), (name, value)
    for passages in (one.run.passages[1:], (*one.run.passages, one.run.passages[0]), one.run.passages[::-1]):
        assert one.faults(replace(one.run, passages=tuple(passages)))


async def test_no_citation_can_be_altered_unnoticed() -> None:
    one = await kept(KEEP)
    for i, claim in enumerate(one.run.claims):
        for citations in altered_anywhere(claim.citations, dropping=False):
            claims = list(one.run.claims)
            claims[i] = replace(claim, citations=citations)
            assert one.faults(replace(one.run, claims=tuple(claims))), citations


async def test_a_passage_dropped_from_the_list_the_notes_and_the_count_is_still_missed() -> None:
    one = await kept(KEEP)
    run = one.run
    gone = run.passages[0]
    place = f"{gone.document}@{gone.version}#{gone.address}"
    notes = tuple(replace(n, kept=tuple(k for k in n.kept if k != place)) if n.step == "read" else n for n in run.notes)
    documents = tuple(
        replace(d, read=d.read - 1, judged=d.judged + 1) if d.document == gone.document else d
        for d in run.coverage.documents
    )
    claims = tuple(c for c in run.claims if all(q.document != gone.document for q in c.citations))
    forged = replace(
        run,
        passages=run.passages[1:],
        notes=notes,
        claims=claims,
        coverage=replace(run.coverage, documents=documents),
    )
    assert any("read_hash" in fault for fault in one.faults(forged))


async def test_notes_of_the_judge_that_do_not_fit_the_tree_are_noticed() -> None:
    one = await kept(KEEP)
    judged = next(i for i, n in enumerate(one.run.notes) if n.step == "judge" and n.picks)
    note = one.run.notes[judged]
    for other in (
        replace(note, candidates=note.candidates + 1),
        replace(note, subject=f"{note.subject}.99"),
        replace(note, picks=(replace(note.picks[0], place="policy@1#0.9.9"),)),
    ):
        notes = (*one.run.notes[:judged], other, *one.run.notes[judged + 1 :])
        assert one.faults(replace(one.run, notes=notes)), other
    without = (*one.run.notes[:judged], *one.run.notes[judged + 1 :])
    assert one.faults(replace(one.run, notes=without))


async def test_a_tree_whose_words_were_altered_is_noticed() -> None:
    one = await kept(KEEP)
    for id_, tree in one.trees.items():
        text = tree.text.replace("十年", "五年").replace("180", "190").replace("within 3", "within 4")
        assert text != tree.text
        assert Kept(one.run, {**one.trees, id_: replace(tree, text=text)}, one.scope).faults()


async def test_a_deleted_version_is_said_to_be_deleted_and_the_others_are_checked_still() -> None:
    one = await kept(KEEP)
    gone = next(v for v in one.run.versions if v.document == "policy")
    trees = {id_: tree for id_, tree in one.trees.items() if id_ != gone.version_id}
    scope = [v for v in one.scope if v.document != "policy"]
    checks = {c.subject: c for c in check_certificate(one.run, trees, scope)}
    assert checks["policy@1"].state is CheckState.UNCHECKED
    assert "deleted" in checks["policy@1"].faults[0]
    assert checks["scope"].state is CheckState.UNCHECKED
    assert checks["glossary@1"].state is CheckState.HOLDS


async def test_a_document_that_is_left_out_of_the_scope_is_noticed() -> None:
    one = await kept(NOWHERE)
    checks = check_certificate(one.run, one.trees, one.scope[1:])
    assert checks[0].state is CheckState.UNCHECKED
    other = [replace(one.scope[0], root_hash="0" * 64), *one.scope[1:]]
    assert check_certificate(one.run, one.trees, other)[0].state is CheckState.ALTERED


async def test_a_run_of_an_earlier_version_is_not_called_altered_and_its_counts_are_checked() -> None:
    one = await kept(KEEP)
    documents = [replace(d, judged_hash="", unseen_hash="") for d in one.run.coverage.documents]
    old = replace(one.run, coverage=replace(one.run.coverage, documents=tuple(documents), scope_hash=""))
    checks = check_certificate(old, one.trees, one.scope)
    assert [c.state for c in checks] == [CheckState.UNCHECKED, *[CheckState.HOLDS] * 3]
    assert "before such hashes were kept" in checks[0].faults[0]
    documents[0] = replace(documents[0], judged=documents[0].judged - 1, unseen=documents[0].unseen + 1)
    forged = replace(old, coverage=replace(old.coverage, documents=tuple(documents)))
    assert check_certificate(forged, one.trees, one.scope)[1].state is CheckState.ALTERED


def altered_anywhere(value: Any, dropping: bool = True) -> Iterator[Any]:
    """The same value with one thing in it altered, in every place and several ways."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for other in altered_anywhere(getattr(value, field.name), dropping):
                yield replace(value, **{field.name: other})
    elif isinstance(value, tuple):
        for i, inner in enumerate(value):
            for other in altered_anywhere(inner, dropping):
                yield (*value[:i], other, *value[i + 1 :])
            if dropping:
                yield (*value[:i], *value[i + 1 :])
                yield (*value, inner)
        if len(set(value)) > 1 and dropping:
            yield value[::-1]
    elif isinstance(value, dict):
        yield {**value, "superseded": value.get("superseded", 0) + 1}
        for key, inner in value.items():
            yield {k: v for k, v in value.items() if k != key}
            yield from ({**value, key: other} for other in altered_anywhere(inner))
    elif isinstance(value, str):
        yield f"{value}0"
        if value:
            yield value[:-1]
            yield ("1" if value[0] == "0" else "0") + value[1:]
    elif isinstance(value, int | float):
        yield value + 1
        yield value - 1
    elif value is None:
        yield 1
    else:
        raise AssertionError(f"no way to alter a {type(value).__name__}")
