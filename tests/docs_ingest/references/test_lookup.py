"""Places looked up by the words a person writes for them, in both languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.derive import Derived, derive
from docs_ingest.readers.text.reader import read_text
from docs_ingest.references.lookup import LookedUp, look_up
from stores.records import Node

LAW = """# 中华人民共和国示范法

第一章 总则

第一条 为了示范，制定本法。
第二条 金融机构应当识别客户身份。
前款规定的客户包括单位和个人。
第三条 有下列情形之一的，应当报告：
（一）数额较大的；
（二）情节严重的。
有前款第一项行为的，处一万元以下罚款。
第三条之一 丙应当回避。

第二章 罚则

第一节 一般规定

第四条 违反第二条的，处罚款。
第十二条 本法自公布之日起施行。

附件一 表格

表格如下。
"""

CONTRACT = """SERVICE AGREEMENT

1. Definitions
1.1 “Affiliate” means any entity under common control.
2. Fees
2.1 The Customer pays the Fees:
(a) monthly; and
(b) on these dates:
(i) in spring;
(ii) in autumn.
2.2 Nothing here limits the law.
2.3 Fees are in euro.
3. Term
3.1 This Agreement ends in June.
3.2 Later on:
(a) in July.

SCHEDULE 1 Prices

The prices are fixed.

ARTICLE IV Final words

Words of the last article.

Item 7A. Market risk

Words about the market.
"""

MANUAL = """# 信贷手册 Lending manual

Section 1 Scope 范围

本节适用于 all branches 所有分行。

第二条 KYC 程序见 Section 1。

§ 3.2 Limits 限额

Limits of 限额 apply.
"""


def derived(text: str) -> Derived:
    return derive(read_text(text.encode()), "doc")


TREES = {"law": derived(LAW), "contract": derived(CONTRACT), "manual": derived(MANUAL)}


def found(name: str, words: str) -> LookedUp:
    return look_up(TREES[name].nodes, words)


def begins(name: str, words: str) -> list[str]:
    """The first lines of the places that were found."""
    made = TREES[name]
    nodes = {node.address: node for node in made.nodes}
    return [made.text[(n := nodes[a]).start : n.end].split("\n")[0] for a in found(name, words).addresses]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("第二条", "第二条 金融机构应"),
        ("第 二 条", "第二条 金融机构应"),
        ("第2条", "第二条 金融机构应"),
        ("第１２条", "第十二条 本法自公"),
        ("本法第二条", "第二条 金融机构应"),
        ("第二条第二款", "前款规定的客户包括"),
        ("第二条第一款", "第二条 金融机构应"),
        ("第三条第一款第（二）项", "（二）情节严重的。"),
        ("第三条第二项", "（二）情节严重的。"),
        ("第三条（二）", "（二）情节严重的。"),
        ("第三条之一", "第三条之一 丙应当"),
        ("第一章", "第一章 总则"),
        ("第二章第一节", "第一节 一般规定"),
        ("第二章第四条", "第四条 违反第二条"),
        ("附件1", "附件一 表格"),
        ("附件一", "附件一 表格"),
        ("Article 12", "第十二条 本法自公"),
        ("12", "第十二条 本法自公"),
    ],
)
def test_a_chinese_place_is_found_however_its_number_is_written(words: str, place: str) -> None:
    (line,) = begins("law", words)
    assert line.startswith(place)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("2.1", "2.1 The Cu"),
        ("Section 2.1", "2.1 The Cu"),
        ("section 2.1", "2.1 The Cu"),
        ("Sec. 2.1", "2.1 The Cu"),
        ("§2.1", "2.1 The Cu"),
        ("Clause 2.1", "2.1 The Cu"),
        ("2", "2. Fees"),
        ("2.", "2. Fees"),
        ("Article 2", "2. Fees"),
        ("2.1(b)", "(b) on the"),
        ("Section 2.1(b)(ii)", "(ii) in au"),
        ("Section 3.2(a)", "(a) in Jul"),
        ("schedule 1", "SCHEDULE 1"),
        ("Schedule 1 Prices", "SCHEDULE 1"),
        ("Article IV", "ARTICLE IV"),
        ("Article 4", "ARTICLE IV"),
        ("Item 7A", "Item 7A. M"),
    ],
)
def test_an_english_place_is_found_however_it_is_called(words: str, place: str) -> None:
    (line,) = begins("contract", words)
    assert line.startswith(place)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("Section 1", "Section 1 "),
        ("第一节", "Section 1 "),
        ("第二条", "第二条 KYC 程"),
        ("第 2 条", "第二条 KYC 程"),
        ("§ 3.2", "§ 3.2 Limi"),
        ("Section 3.2", "§ 3.2 Limi"),
        ("3.2", "§ 3.2 Limi"),
    ],
)
def test_a_mixed_document_is_asked_in_either_language(words: str, place: str) -> None:
    (line,) = begins("manual", words)
    assert line.startswith(place)


@pytest.mark.parametrize(
    ("name", "eid", "place"),
    [
        ("law", "chp_1__art_2", "第二条 金融机构应"),
        ("law", "chp_1__art_2__para_2", "前款规定的客户包括"),
        ("law", "chp_1__art_3__para_1__item_2", "（二）情节严重的。"),
        ("law", "art_2", "第二条 金融机构应"),
        ("contract", "sec_2_1__item_b", "(b) on the"),
        ("manual", "sec_3_2", "§ 3.2 Limi"),
    ],
)
def test_a_machine_name_is_a_name_and_so_is_its_end(name: str, eid: str, place: str) -> None:
    (line,) = begins(name, eid)
    assert line.startswith(place)


@pytest.mark.parametrize(
    ("name", "words", "numbers"),
    [
        ("law", "第一条至第三条", ["第一条", "第二条", "第三条"]),
        ("law", "第一条～第三条", ["第一条", "第二条", "第三条"]),
        ("law", "第一条、第四条和第十二条", ["第一条", "第四条", "第十二条"]),
        ("law", "2、3和12", ["第二条", "第三条", "第十二条"]),
        ("law", "2至4", ["第二条", "第三条", "第四条"]),
        ("law", "第三条第（一）项、第（二）项", ["（一）", "（二）"]),
        ("contract", "Sections 1.1, 2.1 and 3", ["1.1", "2.1", "3."]),
        ("contract", "Sections 2.1 through 2.3", ["2.1", "2.2", "2.3"]),
        ("contract", "2.1-2.3", ["2.1", "2.2", "2.3"]),
        ("contract", "2.1 – 2.3", ["2.1", "2.2", "2.3"]),
        ("contract", "2.1, 2.2 and 3.1", ["2.1", "2.2", "3.1"]),
        ("contract", "2.1(a) and (b)", ["(a)", "(b)"]),
        ("manual", "Section 1 and 3.2", ["Section 1", "§ 3.2"]),
    ],
)
def test_lists_and_ranges_give_each_place_in_their_order(name: str, words: str, numbers: list[str]) -> None:
    labels = {node.address: node.label for node in TREES[name].nodes}
    assert [labels[address] for address in found(name, words).addresses] == numbers


@pytest.mark.parametrize(
    ("name", "words", "places", "reason"),
    [
        ("law", "第一条和第九条", 1, "第九条: there is no art 9 here"),
        ("contract", "Sections 2.1 and 9.9", 1, "Section 9.9: there is no sec 9_9 here"),
        ("law", "第二条第七款", 0, "第二条第七款: para 7 was not found below it"),
        ("contract", "Section 2.1(z)", 0, "Section 2.1(z): item z was not found below it"),
        ("law", "第二款", 0, "第二款: say in which article or section"),
        ("contract", "paragraph (b)", 0, "Paragraph (b): say in which article or section"),
        ("law", "《公司法》第三条", 0, "第三条: that is a place in another document, 公司法"),
        (
            "contract",
            "Section 2 of the Exchange Act",
            0,
            "Section 2: that is a place in another document, Exchange Act",
        ),
        ("manual", "贷款 loans", 0, "“贷款 loans” names no numbered place"),
    ],
)
def test_what_is_not_there_is_said_beside_what_is(name: str, words: str, places: int, reason: str) -> None:
    result = found(name, words)
    assert len(result.addresses) == places
    assert result.missing == (reason,)


@pytest.mark.parametrize(
    ("name", "words", "like"),
    [
        ("law", "第十三条", "第十二条"),
        ("law", "第二十条", "第十二条"),
        ("contract", "Section 2.9", "2.1"),
        ("contract", "Setcion 2.2", "2.2"),
        ("contract", "7A", "Item 7A"),
        ("contract", "Schedule 2", "SCHEDULE 1"),
        ("contract", "Article VI", "ARTICLE IV"),
        ("manual", "§ 3.3", "§ 3.2"),
    ],
)
def test_labels_that_look_like_it_are_offered_where_nothing_fits(name: str, words: str, like: str) -> None:
    result = found(name, words)
    assert result.addresses == ()
    assert like in result.near


@pytest.mark.parametrize("words", ["nonsense", "不存在", "", "   ", "。", "()", "#"])
def test_words_that_name_nothing_find_nothing_and_are_like_nothing(words: str) -> None:
    for name in TREES:
        result = found(name, words)
        assert (result.addresses, result.near) == ((), ())
        assert result.missing == (f"“{words.strip()}” names no numbered place",)


def test_nothing_is_offered_where_something_was_found() -> None:
    assert found("law", "第二条").near == ()
    assert found("contract", "Sections 2.1 and 9.9").near == ()


TWICE = """# 合同 Contract

## 正文 Body

第一条 甲方付款。

Section 2.1. Payment is due in June.

## 附件 Annex

第一条 乙方交货。

Section 2.1. Delivery is due in July.
"""


@pytest.mark.parametrize("words", ["第一条", "第1条", "第 一 条", "Article 1"])
def test_a_label_that_stands_in_two_parts_gives_both(words: str) -> None:
    made = derived(TWICE)
    places = {n.address: made.text[n.start : n.end].strip() for n in made.nodes}
    result = look_up(made.nodes, words)
    assert [places[address][:9] for address in result.addresses] == ["第一条 甲方付款。", "第一条 乙方交货。"]


@pytest.mark.parametrize("words", ["Section 2.1", "2.1", "§ 2.1", "section 2.1"])
def test_a_section_that_stands_in_two_parts_gives_both(words: str) -> None:
    made = derived(TWICE)
    places = {n.address: made.text[n.start : n.end] for n in made.nodes}
    assert ["June" in places[a] for a in look_up(made.nodes, words).addresses] == [True, False]


def test_a_point_inside_a_number_counts() -> None:
    lines = "".join(f"{n}. Heading Number {n}\nWords of it.\n" for n in range(1, 22))
    made = derived(lines.replace("3. Heading", "2.1 Child of two\nIts words.\n3. Heading", 1))
    labels = {n.address: n.label for n in made.nodes}
    assert [labels[a] for a in look_up(made.nodes, "2.1").addresses] == ["2.1"]
    assert [labels[a] for a in look_up(made.nodes, "21").addresses] == ["21."]


def test_a_bare_number_is_a_section_before_it_is_a_list_item() -> None:
    text = "1. Scope\nIt covers:\n1. loans and deposits;\n2. guarantees.\n2. Duties\nThe Bank reports.\n"
    made = derived(text)
    nodes = {n.address: n for n in made.nodes}
    for words, title in (("1", "1. Scope"), ("2.", "2. Duties")):
        assert [nodes[a].title for a in look_up(made.nodes, words).addresses] == [title]


@given(st.sampled_from(sorted(TREES)), st.data())
def test_every_label_and_machine_name_of_a_tree_is_found_in_it(name: str, data: st.DataObject) -> None:
    nodes = TREES[name].nodes
    node: Node = data.draw(st.sampled_from([n for n in nodes if n.label or n.eid]))
    for words in filter(None, (node.label, node.eid)):
        assert node.address in look_up(nodes, words).addresses
        assert node.address in look_up(nodes, f"  {words.upper() if words == node.label else words}\u3000").addresses


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from("第一二条款项（）()1.2-–至、, Sections and附件"), max_size=30).map("".join)
)
def test_any_words_give_addresses_of_the_tree_or_a_reason(words: str) -> None:
    for made in TREES.values():
        result = look_up(made.nodes, words)
        assert set(result.addresses) <= {n.address for n in made.nodes}
        assert len(set(result.addresses)) == len(result.addresses)
        assert result.addresses or result.missing


@pytest.mark.parametrize("words", ["1, ", " , ", "1-", "(a)", "第一条、", "Section 1 and ", "9" * 50, "1 and "])
def test_words_without_end_are_looked_up_in_no_time(words: str) -> None:
    begun = time.monotonic()
    look_up(TREES["law"].nodes, words * 20_000)
    look_up(TREES["contract"].nodes, f"1{words * 20_000}x")
    assert time.monotonic() - begun < 2.0
