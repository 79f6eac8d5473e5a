"""The hybrid road: when it is taken and why, what it finds, and that nothing stale comes in on it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.budget import Limits
from navigators.drafts import Draft, DraftCite, DraftClaim, DraftFault
from navigators.frontier import Frontier, Seen
from navigators.hybrid import Searched, blended, fused, leads
from navigators.state import Question
from navigators.writers import ExtractiveWriter, WriteCall
from stores.errors import StoreUnavailable
from stores.records import Fallback, IndexHit, Outcome, Reader, Road, Roads, Run
from tests.navigators.house import SmallHouse
from tests.navigators.trees import GLOSSARY, POLICY, STATUTE

KEEP_ZH = "客户身份资料在业务关系结束后应当至少保存多少年？"
TAPES = "Which zebra won the xylophone contest?"  # no word of it stands in any document
WORDS = "180 days"  # and this is what a person would call its answer


class Meaning:
    """An index that knows what is meant: to any question the passages that hold certain words."""

    def __init__(self, house: SmallHouse, words: str, more: Sequence[IndexHit] = ()) -> None:
        self._house = house
        self._words = words
        self._more = list(more)
        self.asked: list[str] = []

    async def search(
        self,
        tenant: str,
        question: str,
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        self.asked.append(question)
        found = await self._house.keywords.search(tenant, self._words, k, collection=collection, documents=documents)
        return [*self._more, *found]


class Down(Meaning):
    async def search(self, tenant: str, question: str, k: int, **scope: object) -> list[IndexHit]:
        raise StoreUnavailable("down")


class Stalled(Meaning):
    async def search(self, tenant: str, question: str, k: int, **scope: object) -> list[IndexHit]:
        await asyncio.sleep(3600)
        return []


@dataclass
class Quoting(ExtractiveWriter):
    """Quotes the sentence around certain words from whatever passage holds them, for the first facet."""

    words: str = WORDS
    calls: int = 0

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        self.calls += 1
        for passage in call.passages:
            if self.words in passage.text:
                cite = DraftCite(passage.local, passage.text)
                return Draft((DraftClaim(passage.text, "fact", (cite,), (call.facets[0].id,)),))
        return Draft(())


@pytest.fixture
async def house() -> SmallHouse:
    house = SmallHouse()
    await house.take_in("反洗钱法.2024-11-08.md", STATUTE)
    await house.take_in("policy.md", POLICY)
    await house.take_in("glossary.md", GLOSSARY)
    house.navigator.cache = None
    return house


def quotes(run: Run) -> str:
    return " ".join(c.quote for claim in run.claims for c in claim.citations)


async def test_the_hybrid_road_answers_without_a_round_through_the_same_gates(house: SmallHouse) -> None:
    navigated = await house.navigator.ask(Question(KEEP_ZH, roads=Roads.NAVIGATE))
    run = await house.navigator.ask(Question(KEEP_ZH, roads=Roads.HYBRID))
    assert (run.outcome, run.cost.rounds, run.cost.judge_calls) == (Outcome.ANSWERED, 0, 0)
    assert run.fell_back is Fallback.ASKED
    assert "至少保存十年" in quotes(run)
    assert {p.road for p in run.passages} <= {Road.HYBRID, Road.FOLLOWED}
    assert run.claims[0].citations == navigated.claims[0].citations
    assert run.claims[0].verdicts == navigated.claims[0].verdicts


async def test_both_roads_are_read_together(house: SmallHouse) -> None:
    house.navigator.semantic = {"vectors": Meaning(house, WORDS)}
    run = await house.navigator.ask(Question(KEEP_ZH, roads=Roads.BOTH))
    assert run.fell_back is Fallback.ASKED
    assert "至少保存十年" in quotes(run)
    assert {Road.BOTH, Road.HYBRID} <= {p.road for p in run.passages}
    assert any(WORDS in p.text for p in run.passages)


async def test_what_navigation_does_not_find_is_found_by_its_meaning_and_why_is_on_record(house: SmallHouse) -> None:
    house.navigator.semantic = {"vectors": Meaning(house, WORDS)}
    house.navigator.writer = Quoting()
    without = await house.navigator.ask(Question(TAPES, roads=Roads.NAVIGATE))
    assert (without.outcome, without.fell_back) == (Outcome.INSUFFICIENT_EVIDENCE, None)
    run = await house.navigator.ask(Question(TAPES))
    assert (run.outcome, run.fell_back) == (Outcome.ANSWERED, Fallback.OPEN_FACETS)
    assert WORDS in quotes(run)
    assert [n.subject for n in run.notes if n.step == "fall_back"] == ["open_facets"]
    assert run.degraded == ()


async def test_an_answered_question_asks_no_other_road(house: SmallHouse) -> None:
    meaning = Meaning(house, WORDS)
    house.navigator.semantic = {"vectors": meaning}
    run = await house.navigator.ask(Question(KEEP_ZH))
    assert (run.outcome, run.fell_back, meaning.asked) == (Outcome.ANSWERED, None, [])


async def test_without_an_index_of_meaning_there_is_nothing_to_fall_back_on(house: SmallHouse) -> None:
    run = await house.navigator.ask(Question(TAPES))
    assert (run.fell_back, run.degraded) == (None, ())


async def test_no_road_is_taken_that_was_not_asked_for(house: SmallHouse) -> None:
    meaning = Meaning(house, WORDS)
    house.navigator.semantic = {"vectors": meaning}
    run = await house.navigator.ask(Question(TAPES, roads=Roads.NAVIGATE))
    assert (run.fell_back, meaning.asked) == (None, [])


async def test_a_walk_that_spends_its_budget_falls_back_and_says_so(house: SmallHouse) -> None:
    house.navigator.semantic = {"vectors": Meaning(house, WORDS)}
    house.navigator.writer = Quoting()
    house.navigator.limits = Limits(judge_calls=1)
    run = await house.navigator.ask(Question(TAPES))
    assert (run.outcome, run.fell_back) == (Outcome.ANSWERED, Fallback.BUDGET)


async def test_narrowing_ends_in_time_for_the_other_road(house: SmallHouse) -> None:
    class Slow(type(house.navigator.judge)):  # type: ignore[misc]
        async def judge(self, call: object) -> object:
            house.clock.advance(8)
            return await super().judge(call)

    house.navigator.judge = Slow()
    house.navigator.keywords = None
    house.navigator.semantic = {"vectors": Meaning(house, WORDS)}
    house.navigator.writer = Quoting()
    house.navigator.limits = Limits(seconds=9.5, fallback_seconds=2.0)
    kept = "How long are telephone recordings kept where nobody complains?"
    run = await house.navigator.ask(Question(kept, documents=("policy",)))
    assert (run.outcome, run.fell_back) == (Outcome.ANSWERED, Fallback.DEADLINE)


async def test_documents_without_headings_are_named_as_the_reason(house: SmallHouse) -> None:
    plain = "\n\n".join(f"Nothing of note happened on day {i} of the trial." for i in range(40))
    await house.take_in("plain.txt", plain + "\n\nTapes are wiped after 99 nights.")
    house.navigator.semantic = {"vectors": Meaning(house, "99 nights")}
    house.navigator.writer = Quoting(words="99 nights")
    run = await house.navigator.ask(Question(TAPES, documents=("plain",)))
    assert (run.outcome, run.fell_back) == (Outcome.ANSWERED, Fallback.NO_STRUCTURE)


@pytest.mark.parametrize("kind", [Down, Stalled])
async def test_an_index_that_does_not_answer_is_named_and_the_others_go_on(
    house: SmallHouse, kind: type[Meaning]
) -> None:
    house.navigator.semantic = {"vectors": kind(house, WORDS), "elastic_vectors": Meaning(house, WORDS)}
    house.navigator.writer = Quoting()
    house.navigator.limits = Limits(fallback_seconds=0.2)
    run = await house.navigator.ask(Question(TAPES))
    assert (run.outcome, run.degraded) == (Outcome.ANSWERED, ("vectors",))
    house.navigator.semantic = {"vectors": kind(house, WORDS)}
    alone = await house.navigator.ask(Question(KEEP_ZH, roads=Roads.BOTH))
    assert (alone.outcome, alone.degraded) == (Outcome.ANSWERED, ("vectors",))


async def test_every_index_down_is_an_outcome_and_no_error(house: SmallHouse) -> None:
    house.navigator.keywords = None
    house.navigator.semantic = {"vectors": Down(house, WORDS)}
    run = await house.navigator.ask(Question(KEEP_ZH, roads=Roads.HYBRID))
    assert run.outcome is Outcome.INSUFFICIENT_EVIDENCE
    assert run.degraded == ("vectors",)


async def test_what_is_stale_unknown_or_not_ours_never_comes_in(house: SmallHouse) -> None:
    (old,) = await house.ledger.library.history(Reader(), "policy")
    tree = await house.ledger.library.tree(Reader(), old.id)
    gone = next(n for n in tree.nodes if n.passage_key and WORDS in tree.text_of(n))
    assert gone.passage_key is not None
    await house.take_in("policy.md", POLICY.replace("180 days", "90 days"))
    stale = [
        IndexHit(gone.passage_key, "policy", 9.0),  # superseded
        IndexHit("never-there", "policy", 8.0),
        IndexHit("never-there", "deleted-document", 7.0),
    ]
    house.navigator.semantic = {"vectors": Meaning(house, "90 days", stale)}
    house.navigator.writer = Quoting(words="0 days")
    run = await house.navigator.ask(Question(TAPES, roads=Roads.HYBRID))
    assert run.outcome is Outcome.ANSWERED
    assert "180 days" not in quotes(run)
    assert "180 days" not in " ".join(p.text for p in run.passages)
    assert run.coverage.dropped == {"superseded": 2, "not_in_scope": 1}
    assert {(c.document, c.version) for claim in run.claims for c in claim.citations} == {("policy", 2)}


@pytest.mark.parametrize("question", [KEEP_ZH, TAPES])
@pytest.mark.parametrize("roads", list(Roads))
async def test_a_run_on_any_road_replays_the_same(house: SmallHouse, question: str, roads: Roads) -> None:
    house.navigator.semantic = {"vectors": Meaning(house, WORDS), "elastic_vectors": Down(house, WORDS)}
    run = await house.navigator.ask(Question(question, roads=roads))
    house.navigator.semantic = {}
    assert await house.navigator.replay(run, Question(question, roads=roads)) == []
    notes = tuple(n for n in run.notes if n.step != "fall_back")
    if run.fell_back is not None:
        assert await house.navigator.replay(replace(run, notes=notes), Question(question, roads=roads))


async def test_several_things_asked_are_each_searched_for(house: SmallHouse) -> None:
    meaning = Meaning(house, WORDS)
    house.navigator.semantic = {"vectors": meaning}
    run = await house.navigator.ask(
        Question("客户身份资料应当保存多少年？How long are telephone recordings kept?", roads=Roads.HYBRID)
    )
    assert len(run.facets) == 2
    assert len(meaning.asked) == 3


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


def ranked(index: str, keys: Sequence[str], asked: int = 0) -> Searched:
    hits = tuple(IndexHit(key, "doc", float(len(keys) - i)) for i, key in enumerate(keys))
    return Searched(index, asked, "?", hits)


@given(KEYS, KEYS)
def test_fusion_names_everything_once_and_what_both_put_first_comes_first(words: list[str], meaning: list[str]) -> None:
    found = fused([ranked("keywords", words), ranked("vectors", meaning)])[0]
    assert sorted(found) == sorted({*words, *meaning})
    if words and meaning and words[0] == meaning[0]:
        assert found[0] == words[0]


@given(KEYS, KEYS)
def test_a_second_copy_of_the_vectors_changes_nothing(words: list[str], meaning: list[str]) -> None:
    once = [ranked("keywords", words), ranked("vectors", meaning)]
    assert fused([*once, ranked("elastic_vectors", meaning)]) == fused(once)


@given(KEYS, KEYS)
def test_blending_loses_no_passage_of_either_road_and_touches_no_closed_node(one: list[str], other: list[str]) -> None:
    def seen(keys: Sequence[str], road: Road) -> list[Seen]:
        return [Seen("v", f"0.{ord(k)}", 1 - i / 10, 1.0, True, road) for i, k in enumerate(keys)]

    closed = Seen("v", "0.1", 0.3, 1.0, False, Road.NAVIGATE)
    frontier = Frontier.empty().joined([*seen(one, Road.NAVIGATE), closed])
    both = blended(frontier, seen(other, Road.HYBRID), 1)
    assert set(both.passages) == {("v", f"0.{ord(k)}") for k in {*one, *other}}
    assert both.closed == frontier.closed
    for key, passage in both.passages.items():
        letter = chr(int(key[1][2:]))
        expected = Road.BOTH if letter in one and letter in other else Road.HYBRID if letter in other else Road.NAVIGATE
        assert passage.road is expected
        assert 0 < passage.score <= 1


def near(*scores: float, index: str = "vectors", asked: int = 0) -> Searched:
    """What an index said: passages a, b, c ... with these similarities."""
    hits = tuple(IndexHit(letter, "doc", score) for letter, score in zip("abcdefgh", scores, strict=False))
    return Searched(index, asked, "?", hits)


def test_a_lead_is_what_a_passage_is_nearer_than_the_last_one_named() -> None:
    assert leads([near(0.8, 0.5, 0.4)]) == {0: {"a": 0.4, "b": 0.1, "c": 0.0}}
    assert leads([near(0.8, 0.4), near(0.7, 0.6, asked=1)]) == {0: {"a": 0.4, "b": 0.0}, 1: {"a": 0.1, "b": 0.0}}
    assert leads([near(), near(0.9, index="elastic_vectors")]) == {0: {"a": 0.0}}


def test_words_give_no_lead_and_a_second_copy_of_the_vectors_changes_none() -> None:
    once = [near(0.8, 0.5, 0.4)]
    assert leads([*once, near(19.0, 7.0, index="keywords")]) == leads(once)
    assert leads([*once, near(0.8, 0.5, 0.4, index="elastic_vectors")]) == leads(once)


def navigated(*scores: float) -> Frontier:
    """Passages a, b, c ... as navigation scored them."""
    return Frontier.empty().joined(Seen("v", f"0.{i}", s, 1.0, True, Road.NAVIGATE) for i, s in enumerate(scores))


def leading(lead: Mapping[str, float]) -> list[Seen]:
    return [Seen("v", f"0.{'abcdefgh'.index(k)}", one, 1.0, True, Road.HYBRID) for k, one in lead.items()]


def order(frontier: Frontier) -> str:
    return "".join("abcdefgh"[int(seen.address[2:])] for seen in frontier.best_passages())


def test_a_model_that_tells_nothing_apart_leaves_the_order_of_navigation() -> None:
    one = navigated(0.3, 0.25, 0.2, 0.15)
    flat = blended(one, leading(leads([near(0.31, 0.31, 0.31, 0.31, 0.31)])[0]), 1)
    assert order(flat) == "abcde"
    assert flat.best_passages()[0].score == 1


def test_a_passage_that_is_clearly_nearer_rises_and_one_of_meaning_alone_comes_among_the_best() -> None:
    one = navigated(0.3, 0.25, 0.2, 0.15)
    nearer = Searched(
        "vectors", 0, "?", tuple(IndexHit(k, "doc", of) for k, of in (("d", 0.9), ("f", 0.7), ("a", 0.2)))
    )
    both = blended(one, leading(leads([nearer])[0]), 1)
    assert order(both) == "dabcf"
    assert 0 < both.best_passages()[-1].score < both.best_passages()[0].score == 1


def test_each_facet_has_what_is_nearest_to_it_among_its_best() -> None:
    frontier = Frontier.empty().joined(
        Seen("v", f"0.{i}", s, 1.0, True, Road.NAVIGATE, facets=(s, 0.0)) for i, s in enumerate((0.6, 0.5))
    )
    other = Seen("v", "0.2", 0.1, 1.0, True, Road.HYBRID, facets=(0.0, 0.5))
    both = blended(frontier, [other], 2)
    assert [s.address for s in both.best_for(0)] == ["0.0", "0.1"]
    assert [s.address for s in both.best_for(1)] == ["0.2"]
    assert order(both) == "abc"


async def test_retrieving_takes_both_roads_by_itself_where_there_is_an_index_of_meaning(house: SmallHouse) -> None:
    alone = await house.navigator.retrieve(Question(KEEP_ZH), 5)
    assert {p.road for p in alone} <= {Road.NAVIGATE, Road.KEYWORDS, Road.BOTH}
    meaning = Meaning(house, WORDS)
    house.navigator.semantic = {"vectors": meaning}
    assert await house.navigator.retrieve(Question(KEEP_ZH, roads=Roads.NAVIGATE), 5) == alone
    assert meaning.asked == []
    both = await house.navigator.retrieve(Question(KEEP_ZH), 5)
    assert both == await house.navigator.retrieve(Question(KEEP_ZH, roads=Roads.BOTH), 5)
    assert meaning.asked == [KEEP_ZH, KEEP_ZH]
    assert any(WORDS in p.text for p in both)


async def test_what_only_words_name_does_not_disturb_what_was_navigated(house: SmallHouse) -> None:
    navigated = await house.navigator.retrieve(Question(KEEP_ZH, roads=Roads.NAVIGATE), 5)
    house.navigator.semantic = {"vectors": Down(house, WORDS)}
    both = await house.navigator.retrieve(Question(KEEP_ZH, roads=Roads.BOTH), 5)
    assert [p.address for p in both] == [p.address for p in navigated]
