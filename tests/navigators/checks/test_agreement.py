"""Two documents that contradict one another."""

import pytest

from navigators.checks.agreement import contradictions
from stores.records import Citation, Claim, ClaimKind


def claim(text: str, document: str, facets: tuple[str, ...] = ("f0",)) -> Claim:
    citation = Citation(document, 1, "0.1", None, None, 0, len(text), text)
    return Claim(text, ClaimKind.FACT, (citation,), (), facets)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("客户身份资料应当至少保存十年。", "客户身份资料应当至少保存5年。"),
        ("Customer records are kept for seven years.", "Customer records are kept for ten years after the end."),
        ("The limit is 15 per cent of capital.", "The limit is 10% of capital."),
        ("A level D complaint may be extended.", "A level D complaint may not be extended."),
        ("分支机构可以开立账户。", "分支机构不得开立账户。"),
        ("STR 报告应当在3个工作日内提交。", "STR 报告应当在5个工作日内提交。"),
    ],
)
def test_documents_that_say_otherwise_are_noticed_on_both_sides(one: str, other: str) -> None:
    found = contradictions([claim(one, "law"), claim(other, "policy")])
    assert set(found) == {0, 1}
    assert "policy@1#0.1" in found[0]
    assert "law@1#0.1" in found[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("客户身份资料应当至少保存十年。", "客户身份资料应当至少保存10年。"),
        ("Customer records are kept for seven years.", "Telephone recordings are erased after 180 days."),
        ("第三条 客户身份资料保存十年。", "第九条 客户身份资料保存十年。"),
        ("In 2023 the limit was 15 per cent.", "In 2024 the limit was 15 per cent."),
    ],
)
def test_documents_that_agree_or_speak_of_other_things_are_left_alone(one: str, other: str) -> None:
    assert contradictions([claim(one, "law"), claim(other, "policy")]) == {}


def test_differing_rules_of_one_document_are_no_contradiction() -> None:
    rows = [claim("Level B | 15 business days", "procedure"), claim("Level C | 30 business days", "procedure")]
    assert contradictions(rows) == {}


def test_claims_on_different_facets_are_not_compared() -> None:
    one = claim("Customer records are kept for seven years.", "law", ("f0",))
    other = claim("Customer records are kept for ten years.", "policy", ("f1",))
    assert contradictions([one, other]) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The agreement was signed on 1 March 2024.", "The agreement was signed on 3 March 2024."),
        ("本办法自2024年3月1日起施行。", "本办法自2024年5月1日起施行。"),
        ("The committee has 5 members of the board.", "The committee has 7 members of the board."),
        ("The committee has 12 branches in the country.", "The committee has 15 branches in the country."),
        ("委员会下设12个专门小组。", "委员会下设15个专门小组。"),
        ("Net sales increased by 4% and costs fell by 2%.", "Net sales increased by 4% and costs fell by 3%."),
        ("净利润增长百分之四，成本下降百分之二。", "净利润增长4%，成本下降3%。"),
        ("Deposits above the threshold are reported.", "Deposits below the threshold are reported."),
    ],
)
def test_dates_of_events_bare_numbers_percentages_and_directions_are_compared(one: str, other: str) -> None:
    assert set(contradictions([claim(one, "law"), claim(other, "policy")])) == {0, 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("As of 1 March 2023 the limit was 15 per cent.", "As of 1 March 2024 the limit was 10 per cent."),
        ("2022年净利润增长4%。", "2023年净利润增长6%。"),
        ("Level B complaints are answered in 15 days.", "Level C complaints are answered in 30 days."),
        ("Records of Alpha Bank are kept for 7 years.", "Records of Beta Trust are kept for 9 years."),
        ("The limit is 15 per cent of capital.", "The limit is 15% of capital."),
        ("保存期限不少于十年。", "保存期限至少为10年。"),
        ("The agreement was signed on 1 March 2024.", "The agreement was signed on March 1, 2024."),
    ],
)
def test_other_years_and_other_subjects_do_not_contradict(one: str, other: str) -> None:
    assert contradictions([claim(one, "law"), claim(other, "policy")]) == {}


def test_a_warning_says_both_in_the_language_of_the_claim() -> None:
    zh = contradictions([claim("客户身份资料应当保存十年。", "law"), claim("客户身份资料应当保存5年。", "policy")])
    assert zh[0] == "policy@1#0.1 的说法不同（number：5年，这里是十年）"
    en = contradictions([claim("Records are kept for ten years.", "law"), claim("Records are kept for 5 years.", "p")])
    assert en[0] == "p@1#0.1 says otherwise (number: 5 years, here ten years)"
