"""The frontier: seen but not opened, never thrown away."""

from hypothesis import given
from hypothesis import strategies as st

from navigators.frontier import Frontier, Seen, entropy, width_for
from stores.records import Road


def seen(address: str, score: float, passage: bool = False, road: Road = Road.NAVIGATE) -> Seen:
    return Seen("v", address, score, score, passage, road)


def addresses(nodes: list[Seen]) -> list[str]:
    return [n.address for n in nodes]


def test_the_best_closed_nodes_are_opened_first_and_ties_go_by_document_order() -> None:
    frontier = Frontier.empty().joined([seen("0.10", 0.5), seen("0.2", 0.5), seen("0.1", 0.9)])
    assert addresses(frontier.to_open(3, enough=5)) == ["0.1", "0.2", "0.10"]


def test_an_opened_node_leaves_and_never_comes_back() -> None:
    frontier = Frontier.empty().joined([seen("0.1", 0.9)])
    opened = frontier.with_opened(frontier.best_closed()).joined([seen("0.1", 1.0)])
    assert not opened.closed


def test_a_node_met_on_two_roads_keeps_its_better_score_and_says_both() -> None:
    frontier = Frontier.empty().joined([seen("0.1", 0.4, True)]).joined([seen("0.1", 0.3, True, Road.KEYWORDS)])
    (one,) = frontier.best_passages()
    assert (one.score, one.road) == (0.4, Road.BOTH)


def test_the_second_road_never_subtracts() -> None:
    before = Frontier.empty().joined([seen("0.1", 0.9, True), seen("0.2", 0.8)])
    after = before.joined([seen("0.3", 0.1, True, Road.KEYWORDS)])
    assert set(before.passages) <= set(after.passages)
    assert set(before.closed) <= set(after.closed)


def test_nodes_that_cannot_hold_anything_better_stay_closed_once_enough_is_known() -> None:
    known = [seen(f"0.0.{i}", 0.5 + i / 100, True) for i in range(5)]
    frontier = Frontier.empty().joined([*known, seen("0.1", 0.4), seen("0.2", 0.52)])
    assert addresses(frontier.to_open(10, enough=5)) == ["0.2"]
    assert addresses(frontier.to_open(10, enough=6)) == ["0.2", "0.1"]


scores = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(scores, scores)
def test_joining_in_any_order_gives_the_same_frontier(first: list[float], second: list[float]) -> None:
    a = [seen(f"0.{i}", s, i % 2 == 0) for i, s in enumerate(first)]
    b = [seen(f"0.{i}", s, i % 2 == 0, Road.KEYWORDS) for i, s in enumerate(second)]
    one, other = Frontier.empty().joined(a).joined(b), Frontier.empty().joined(b).joined(a)
    assert addresses(one.best_closed()) == addresses(other.best_closed())
    assert [(p.key, p.score, p.road) for p in one.best_passages()] == [
        (p.key, p.score, p.road) for p in other.best_passages()
    ]


@given(scores)
def test_entropy_is_between_nought_and_one(values: list[float]) -> None:
    assert 0.0 <= entropy(values) <= 1.0


def test_flat_scores_widen_and_a_clear_winner_narrows() -> None:
    flat, clear = entropy([0.3] * 20), entropy([0.95] + [0.001] * 19)
    assert flat > 0.99
    assert clear < 0.1
    assert width_for(flat, 4, 24) == 24
    assert width_for(clear, 4, 24) <= 6
