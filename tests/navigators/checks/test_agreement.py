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
