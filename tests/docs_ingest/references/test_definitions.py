"""Definitions: the terms a text explains, in either language."""

import pytest

from docs_ingest.references.definitions import definitions_in


def terms(text: str) -> list[str]:
    return [d.term for d in definitions_in(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“Affiliate” means any entity under common control.", ["Affiliate"]),
        ('The term "Business Day" shall mean any day but Sunday.', ["Business Day"]),
        ("“Party” or “Parties” means the Bank or the Customer.", ["Party", "Parties"]),
        ("1.2 BANNER shall mean a picture of 468 by 60 pixels.", ["BANNER"]),
        ("1.3 ISA Client means a customer.   Initial Term means two years.", ["ISA Client", "Initial Term"]),
        ("This means that the Bank pays. It means nothing.", []),
        (
            "Harbour & Lotus Bank (the “Bank”) and Northgate Ltd (together with its affiliates, the “Supplier”)",
            ["Bank", "Supplier"],
        ),
        ("“Claim” includes a notice.", ["Claim"]),
        ("He said “hello” to the clerk.", []),
        ("The “best” offer won.", []),
    ],
)
def test_english_definitions(text: str, found: list[str]) -> None:
    assert terms(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("第二条 本法所称反洗钱，是指为了预防洗钱活动采取的措施。", ["反洗钱"]),
        ("（三）受益所有人，是指最终拥有或者控制客户的自然人。", ["受益所有人"]),
        ("港莲银行股份有限公司（以下简称“本行”）", ["本行"]),
        ("“可疑交易”指与客户身份不符的交易。", ["可疑交易"]),
        ("民事诉讼法第五十一条规定的其他组织，是指合法成立的组织。", ["其他组织"]),
        ("环境保护税法第十七条所称应税污染物排放地是指：", ["应税污染物排放地"]),
        ("本条第一款、第二款所称其他高级管理人员包括公司财务负责人。", ["其他高级管理人员"]),
        ("侵犯著作权罪中的“复制发行”，包括复制、发行的行为。", ["复制发行"]),
        ("航道维护尺度是指航道应当保持的水深。", ["航道维护尺度"]),
        ("第二条 电子签名，是指数据电文中所含的数据。", ["电子签名"]),
        ("第二条 归侨是指回国定居的华侨。", ["归侨"]),
        ("股票，指数上涨。", []),
        ("这是指前款的情形。", []),
        ("领导小组，指导各部门开展工作。", []),
        ("其中，是指前款所列。", []),
    ],
)
def test_chinese_definitions(text: str, found: list[str]) -> None:
    assert terms(text) == found


def test_a_mixed_definition_is_found_once() -> None:
    assert terms("“KYC”是指客户尽职调查（“know your customer”）。") == ["KYC", "know your customer"]


def test_a_definition_says_where_its_term_stands() -> None:
    text = "In this policy “Record” means any file."
    (one,) = definitions_in(text, 0, len(text))
    assert text[one.start : one.end] == "Record"


@pytest.mark.parametrize("words", ["“", "(the ", "本法所称", "是指", "，是指", "“a” means "])
def test_a_long_run_of_anything_is_read_to_the_end(words: str) -> None:
    text = words * 20_000
    assert len(terms(text)) >= 0
