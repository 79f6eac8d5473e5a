"""What a question asks for, one thing at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.splitting import split_facets


def parts(question: str) -> list[str]:
    return [f.text for f in split_facets(question)]


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How long are records kept?", 1),
        ("How long are records kept and who approves an exception?", 2),
        ("What is the limit? Who sets it?", 2),
        ("research and development cost in 2018", 1),
        ("客户身份资料应当保存多少年？", 1),
        ("客户身份资料保存多少年？由谁负责保存？", 2),
        ("报告期限是多少，以及向谁报告？", 2),
        ("STR 报告期限是多少？Who files it?", 2),
        ("???", 1),
        ("", 1),
    ],
)
def test_questions_are_split_into_what_they_ask_for(question: str, count: int) -> None:
    facets = split_facets(question)
    assert len(facets) == count
    assert [f.id for f in facets] == [f"f{i}" for i in range(count)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What was revenue in 2019 and 2020?", ["What was revenue in 2019?", "What was revenue in 2020?"]),
        (
            "Compare the duties of the lender with those of the borrower.",
            ["the duties of the lender.", "the duties of the borrower."],
        ),
        (
            "What are the interest rate, maturity, and collateral of the loan?",
            [
                "What are the interest rate of the loan?",
                "What are the maturity of the loan?",
                "What are the collateral of the loan?",
            ],
        ),
        (
            "For the loan, state: (1) the interest rate; (2) the maturity.",
            ["For the loan, state: the interest rate", "For the loan, state: the maturity."],
        ),
        ("比较2019年和2020年的营业收入", ["2019年的营业收入", "2020年的营业收入"]),
        ("银行与支付机构有什么区别？", ["银行", "支付机构"]),
        ("死亡蛇的捕猎方式与其它蛇类有什么不同？", ["死亡蛇的捕猎方式", "其它蛇类的捕猎方式"]),
        ("贷款利率、期限和担保方式是什么？", ["贷款利率是什么", "期限是什么", "担保方式是什么"]),
        (
            "客户身份资料、交易记录和评估报告分别保存多少年？",
            ["客户身份资料保存多少年", "交易记录保存多少年", "评估报告保存多少年"],
        ),
    ],
)
def test_things_that_are_listed_compared_or_told_apart_are_asked_one_by_one(question: str, expected: list[str]) -> None:
    assert [p.rstrip("?？") for p in parts(question)] == [p.rstrip("?？") for p in expected]


@pytest.mark.parametrize(
    "question",
    [
        "What is the FY2017 - FY2019 3 year average of capex?",
        "What is the average inventory between 2018 and 2019?",
        "What is the quick ratio? It is defined as: cash / liabilities. Answer in USD millions.",
        "Does it have a margin as of 2022? If it is not useful, then state that and explain why.",
        "Both parties and their affiliates agree to what?",
        "What did the ECDC and WHO regional office ask the countries?",
        "劳动者和用人单位发生争议怎么办？",
        "同一块承包地，承包合同和经营权证分别发给不同的农户，补偿费给谁?",
        "By how much did it increase its credit agreement on May 26, 2023?",
    ],
)
def test_what_is_one_thing_stays_one(question: str) -> None:
    assert len(parts(question)) == 1


@given(st.text(alphabet="abc what and 2019 2020 (1) (2) 和与、的？?;,.比较分别是什么", max_size=60))
def test_any_text_gives_one_to_six_facets_that_say_something(question: str) -> None:
    facets = split_facets(question)
    assert 1 <= len(facets) <= 6
    assert len({f.id for f in facets}) == len(facets)
    assert all(f.text for f in facets) or len(facets) == 1
