"""Several things asked at once, and what strong passages point to."""

import pytest

from navigators.state import Question
from stores.records import Note, Outcome, Road, Run
from tests.navigators.house import SmallHouse

CODE_EN = """\
# Lending code
## 1. Definitions
1.1 “Eligible Borrower” means a company that has been audited for three years.
## 2. Loans
2.1 A loan is granted to an Eligible Borrower subject to the limits of Section 4.2 below.
2.2 Words about branches and their opening hours.
## 4. Limits
4.1 Limits are set by the board.
4.2 No loan exceeds 5 million dollars in any year.
"""
CODE_ZH = """\
# 贷款管理办法
## 第一章 总则
第一条 本办法所称合格借款人，是指经审计满三年的企业。
第二条 向合格借款人发放贷款的，应当遵守本办法第九条规定的限额。
## 第二章 限额
第八条 限额由董事会确定。
第九条 单笔金额不得超过五百万元。
"""
TWO_YEARS = "# Report\n" + "".join(
    f"## {year}\nThe net revenue of the group was {amount} million dollars in {year}.\n"
    + "The group has branches, and its staff is trained.\n" * 6
    for year, amount in ((2019, 41), (2020, 57), (2021, 63))
)


async def asked(text: str, question: str, name: str = "code.md") -> Run:
    house = SmallHouse()
    await house.take_in(name, text)
    run = await house.navigator.ask(Question(question))
    assert await house.navigator.replay(run, Question(question)) == []
    return run


def notes_of(run: Run, step: str) -> list[Note]:
    return [n for n in run.notes if n.step == step]


@pytest.mark.parametrize(
    ("text", "question", "target", "term"),
    [
        (CODE_EN, "To whom is a loan granted?", "No loan exceeds 5 million", "“Eligible Borrower” means"),
        (CODE_ZH, "向谁发放贷款应当遵守限额？", "不得超过五百万元", "本办法所称合格借款人"),
    ],
)
async def test_what_a_strong_passage_refers_to_and_its_terms_are_read_with_the_reason(
    text: str, question: str, target: str, term: str
) -> None:
    run = await asked(text, question)
    read = " ".join(p.text for p in run.passages)
    assert target in read
    assert term in read
    reasons = [p.reason for n in notes_of(run, "follow") for p in n.picks]
    followed = [p for p in run.passages if p.road is Road.FOLLOWED]
    assert len(followed) <= len(reasons)
    assert all("@1#" in reason for reason in reasons), "each says from which passage it was followed"


async def test_every_facet_of_a_comparison_is_read_for_and_answered() -> None:
    run = await asked(TWO_YEARS, "What was net revenue in 2019 and 2021?")
    assert run.outcome is Outcome.ANSWERED
    assert [f.covered for f in run.facets] == [True, True]
    quotes = " ".join(c.quote for claim in run.claims for c in claim.citations)
    assert "41 million" in quotes
    assert "63 million" in quotes
    assert "57 million" not in quotes


async def test_a_facet_that_is_not_found_says_where_it_looked() -> None:
    run = await asked(TWO_YEARS, "What was net revenue in 2019? Which zebra won the xylophone contest?")
    assert run.outcome is Outcome.PARTIAL
    found, missing = run.facets
    assert found.covered
    assert not found.best
    assert not missing.covered
    assert missing.looked == len(run.passages)


async def test_nothing_is_followed_where_the_limit_is_nought() -> None:
    house = SmallHouse()
    await house.take_in("code.md", CODE_EN)
    house.navigator.limits = type(house.navigator.limits)(followed=0)
    run = await house.navigator.ask(Question("To whom is a loan granted?"))
    assert not [p for p in run.passages if p.road is Road.FOLLOWED]


async def test_a_ranking_gives_every_facet_its_turn() -> None:
    house = SmallHouse()
    await house.take_in("report.md", TWO_YEARS)
    found = await house.navigator.retrieve(Question("What was net revenue in 2019 and in 2021?"), 2)
    assert {words for p in found for words in ("41 million", "63 million") if words in p.text} == {
        "41 million",
        "63 million",
    }
