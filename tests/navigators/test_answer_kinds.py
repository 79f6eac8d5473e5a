"""What kind of thing is asked for, and whether words hold it."""

import pytest

from navigators.answer_kinds import Fit, Kind, Wanted, fit, wanted


@pytest.mark.parametrize(
    ("question", "kind", "unit"),
    [
        ("Why did the bank close the branch?", Kind.REASON, ""),
        ("原告为何解除合同？", Kind.REASON, ""),
        ("How long are records kept?", Kind.SPAN, ""),
        ("资料应当保存多少年？", Kind.SPAN, ""),
        ("When was the tower built?", Kind.DAY, ""),
        ("合同是何时签订的？", Kind.DAY, ""),
        ("How much did the ship cost?", Kind.MONEY, ""),
        ("被告尚欠货款多少？", Kind.MONEY, ""),
        ("How many career sacks did Jared Allen have?", Kind.COUNT, "sacks"),
        ("原告承包了多少亩土地？", Kind.COUNT, "亩"),
        ("该市的人口有多少？", Kind.NUMBER, ""),
        ("Who approves the exception?", Kind.PERSON, ""),
        ("Where may committees meet?", Kind.PLACE, ""),
        ("事故发生在何处？", Kind.PLACE, ""),
        ("What is a virion?", Kind.ANY, ""),
        ("Which indicator turns red when two findings are overdue?", Kind.ANY, ""),
        ("STR 由谁提交？", Kind.ANY, ""),
    ],
)
def test_a_question_says_what_kind_of_answer_it_wants(question: str, kind: Kind, unit: str) -> None:
    assert wanted(question) == Wanted(kind, unit)


@pytest.mark.parametrize(
    "question", ["May the time limit be extended?", "期限可否延长？", "保存期限是否为十年？", "STR 有没有时限？"]
)
def test_a_question_for_yes_or_no_wants_nothing_in_particular(question: str) -> None:
    assert wanted(question).kind is Kind.ANY


@pytest.mark.parametrize(
    ("question", "words", "held"),
    [
        ("When was the tower built?", "It was built in 1889.", Fit.RIGHT),
        ("When was the tower built?", "It was built within two years.", Fit.NEAR),
        ("When was the tower built?", "It was built of iron.", Fit.WRONG),
        ("合同是何时签订的？", "双方于2014年3月5日签订合同。", Fit.RIGHT),
        ("How long are records kept?", "Records are kept for seven years.", Fit.RIGHT),
        ("How long are records kept?", "Records are kept in the archive.", Fit.WRONG),
        ("被告尚欠货款多少？", "被告尚欠货款5万元。", Fit.RIGHT),
        ("被告尚欠货款多少？", "被告购买了30吨煤。", Fit.NEAR),
        ("被告尚欠货款多少？", "被告未支付货款。", Fit.WRONG),
        ("原告承包了多少亩土地？", "原告承包土地12.5亩。", Fit.RIGHT),
        ("原告承包了多少亩土地？", "原告承包土地，期限30年。", Fit.NEAR),
        ("How many fumbles did he force?", "He forced four fumbles.", Fit.RIGHT),
        ("How many fumbles did he force?", "He forced fumbles.", Fit.WRONG),
        ("Who approves it?", "It is approved by the Chief Risk Officer.", Fit.RIGHT),
        ("Who approves it?", "It is approved in writing.", Fit.WRONG),
        ("谁批准？", "由董事会批准。", Fit.ANY),
        ("Where may committees meet?", "Committees may meet at other places.", Fit.RIGHT),
        ("Where may committees meet?", "Committees meet weekly.", Fit.WRONG),
        ("事故发生在何处？", "事故发生在海安县城东镇。", Fit.RIGHT),
        ("Why was it closed?", "It was closed because of the flood.", Fit.RIGHT),
        ("原告为何辞职？", "原告于6月13日辞职。", Fit.WRONG),
        ("原告为何辞职？", "由于 overtime 未付，原告辞职。", Fit.RIGHT),
        ("What is a virion?", "A virion is a particle.", Fit.ANY),
    ],
)
def test_words_hold_it_or_something_near_or_not(question: str, words: str, held: Fit) -> None:
    assert fit(wanted(question), question, words) is held


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("When in 1999 did it open?", "It opened in 1999."),
        ("2015年何时开业？", "该店2015年开业。"),
        ("How many of the 12 members voted?", "The 12 members voted."),
        ("Who met Washington?", "The man met Washington."),
    ],
)
def test_what_the_question_says_itself_is_no_answer(question: str, words: str) -> None:
    assert fit(wanted(question), question, words) is Fit.WRONG
