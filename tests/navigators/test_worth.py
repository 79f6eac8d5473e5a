"""What evidence in each document is worth, where several are asked at once."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from navigators.budget import Limits
from navigators.facets import Ask
from navigators.statistics import TreeStatistics, pooled
from navigators.steps.find import choose_documents
from navigators.worth import worth_of
from stores.records import IndexHit
from tests.navigators.trees import tree_of

THROUGHOUT = tree_of("# Leave\n" + "Annual leave is taken in full days.\n" * 5, document="leave", title="Leave rules")
ONCE = tree_of(
    "# Travel\n" + "Tickets are booked by the office.\n" * 4 + "Annual leave is no travel.", document="travel"
)


def worth(question: str, shares: dict[str, float], *trees: TreeStatistics) -> dict[str, float]:
    ask = Ask(question)
    collection = pooled(one.counts(ask.weights) for one in trees) if len(trees) > 1 else None
    return worth_of(trees, [ask] * len(trees), collection, shares)


LEAVE, TRAVEL = TreeStatistics(THROUGHOUT), TreeStatistics(ONCE)


def test_a_document_that_speaks_of_the_matter_throughout_is_worth_more() -> None:
    found = worth("how is annual leave taken?", {"leave": 0.0, "travel": 0.0}, LEAVE, TRAVEL)
    assert found["leave"] == 1.0
    assert 0.5 < found["travel"] < 1.0, "a paragraph in another document can still win"


def test_the_named_document_is_worth_more_than_any_other() -> None:
    found = worth("annual leave in the travel rules", {"leave": 0.0, "travel": 1.0}, LEAVE, TRAVEL)
    assert found["travel"] == 1.0 > found["leave"]


def test_one_document_is_worth_itself() -> None:
    assert worth("annual leave", {"leave": 0.3}, LEAVE) == {"leave": 1.0}


@given(
    st.text(alphabet="abc leave tickets 年假 天\n?", max_size=30),
    st.fixed_dictionaries({"leave": st.floats(0, 1), "travel": st.floats(0, 1)}),
)
def test_worth_is_a_share_whatever_is_asked(question: str, shares: dict[str, float]) -> None:
    found = worth(question, shares, LEAVE, TRAVEL)
    assert max(found.values()) == 1.0
    assert all(0 < one <= 1 for one in found.values())


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_of_a_name_is_never_worth_less(less: float, more: float) -> None:
    less, more = sorted((less, more))
    before = worth("annual leave", {"leave": less, "travel": 0.0}, LEAVE, TRAVEL)
    after = worth("annual leave", {"leave": more, "travel": 0.0}, LEAVE, TRAVEL)
    assert after["leave"] >= before["leave"]


def test_documents_are_opened_up_to_so_many_characters_and_always_one() -> None:
    versions = [
        replace(tree_of("# Rules\nWords.", document=f"d{i}", title=f"Rules {i}").version, characters=100)
        for i in range(6)
    ]
    hits = [IndexHit(f"key{i}", f"d{i}", 1.0) for i in (4, 2, 0)]
    shares = dict.fromkeys((v.document for v in versions), 0.0)

    def opened(documents: int, characters: int) -> list[str]:
        limits = Limits(documents=documents, document_characters=characters)
        return [v.document for v in choose_documents(versions, hits, shares, limits)]

    assert opened(6, 600) == ["d0", "d1", "d2", "d3", "d4", "d5"], "all, where they are few and short"
    assert opened(6, 250) == ["d4", "d2"]
    assert opened(2, 600) == ["d4", "d2"]
    assert opened(6, 10) == ["d4"]
