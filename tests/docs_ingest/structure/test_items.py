"""List items: the depth that their marks tell, and paragraphs that a capital letter counts."""

import pytest

from docs_ingest.parsed import Block, BlockKind
from docs_ingest.structure.items import ItemLevels, lettered_items
from docs_ingest.structure.labels import label_at


def levels(*marks: str) -> list[int]:
    count = ItemLevels()
    found = [label_at(f"{mark} words that go on") for mark in marks]
    return [count.level(label) for label in found if label is not None]


def lettered(*lines: str, sections: tuple[int, ...] = ()) -> list[str]:
    text = "\n".join(lines)
    blocks, at = [], 0
    for line in lines:
        blocks.append(Block(BlockKind.PARAGRAPH, at, at + len(line)))
        at += len(line) + 1
    return [f"{index} {label.text}" for index, label in lettered_items(text, blocks, sections).items()]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("(a) (b) (i) (ii) (c)", [1, 1, 2, 2, 1]),
        ("(g) (h) (i) (j)", [1, 1, 1, 1]),
        ("(a) (i) (A) (B) (ii) (b)", [1, 2, 3, 3, 2, 1]),
        ("（一） （二） （1） （2） （三）", [1, 1, 2, 2, 1]),
    ],
)
def test_the_marks_tell_how_deep_an_item_is(marks: str, expected: list[int]) -> None:
    assert levels(*marks.split()) == expected


def test_recitals_counted_in_capitals_are_items() -> None:
    assert lettered(
        "A. The Company owns the marks.", "It has used them since 1990.", "B. The Franchisee wishes to use them."
    ) == ["0 A.", "2 B."]
    assert lettered("A. “Term” 指合同的期限，自签署之日起计算。", "B. 双方可以书面变更本协议。") == ["0 A.", "1 B."]


@pytest.mark.parametrize(
    "lines",
    [
        ("J. Smith was elected to the board in 2019.", "K. Jones was elected to the board in 2020."),
        ("A. Smith was elected.", "C. Jones was elected."),
        ("A. The Company owns the marks.",),
    ],
)
def test_initials_of_names_and_letters_alone_count_nothing(lines: tuple[str, ...]) -> None:
    assert lettered(*lines) == []


def test_a_section_ends_the_row() -> None:
    lines = ("A. The first one is here.", "2. Term", "B. The second one is not its neighbour.")
    assert lettered(*lines, sections=(1,)) == []
