"""What a question asks for: its words and the kind of answer."""

import pytest

from navigators.facets import Ask, Wants


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("How many examples are listed?", Wants.NUMBER),
        ("What is the maximum fine?", Wants.NUMBER),
        ("资本充足率不得低于多少？", Wants.NUMBER),
        ("When did the service launch?", Wants.DAY),
        ("什么时候施行？", Wants.DAY),
        ("How long are records kept?", Wants.SPAN),
        ("How many business days does it take?", Wants.SPAN),
        ("记录保存多久？", Wants.SPAN),
        ("应当在几日内 report an STR?", Wants.SPAN),
        ("Who approves it?", Wants.ANY),
        ("由谁审批？", Wants.ANY),
        ("STR 什么时候提交 to the authority?", Wants.DAY),
    ],
)
def test_the_kind_of_answer_is_known(question: str, wants: Wants) -> None:
    assert Ask(question).wants is wants


@pytest.mark.parametrize(
    ("question", "kept", "dropped"),
    [
        ("How long must the Bank keep records?", {"bank", "keep", "record"}, {"how", "the"}),
        ("客户身份资料应当保存多少年？", {"客户", "资料", "保存"}, {"多少", "存多"}),
        ("请问 PEP 客户多久复核一次？", {"pep", "客户"}, {"请问"}),
    ],
)
def test_words_that_only_ask_are_not_looked_for(question: str, kept: set[str], dropped: set[str]) -> None:
    terms = set(Ask(question).weights)
    assert kept <= terms
    assert not dropped & terms


def test_a_question_of_asking_words_only_still_has_words() -> None:
    assert Ask("为什么").weights
