"""References: what texts name in either language, and the places that are meant."""

import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.derive import derive
from docs_ingest.readers.text.reader import read_text
from docs_ingest.references.chinese import documents_zh, references_zh
from docs_ingest.references.english import references_en
from docs_ingest.references.named import Relative
from stores.records import Edge, EdgeKind, parent_address

LAW = """# 中华人民共和国示范法

第一章 总则

第一条 为了示范，制定本法。
第二条 金融机构应当识别客户身份。
前款规定的客户包括单位和个人。
依照前两款规定取得的资料应当保存。
第三条 有下列情形之一的，应当报告：
（一）违反本法第二条第二款规定的；
（二）有前项行为，情节严重的；
（三）违反第二条规定的。
有前款第一项行为的，处一万元以下罚款。

第二章 罚则

第四条 违反本法第二条、第三条第一款第（二）项和第九条规定的，依照第一条至第三条处理。
第五条 依照前条处理的，适用《中华人民共和国行政处罚法》第三十二条，并可以参照刑法第一百九十一条。
"""

CONTRACT = """SERVICE AGREEMENT

1. Definitions
1.1 “Affiliate” means any entity under common control. The term “Fees” shall have the meaning in Section 2.1.
2. Fees
2.1 The Customer pays the Fees listed in Schedule 1:
(a) monthly; and
(b) on the dates in clause (a) above.
2.2 Nothing in Sections 1.1, 2.1 and 3 or in Section 2.1(b) limits Section 10(b) of the Securities Exchange Act of 1934.
3. Term
3.1 This Agreement ends as set out in Sections 2.1 through 3.1. See Section 9.9.

SCHEDULE 1 Prices

The prices under Article 2 are fixed.
"""


@dataclass(frozen=True)
class Place:
    """An edge, with its words and the beginning of the place it leads to."""

    words: str
    target: str | None
    edge: Edge


def references(text: str) -> list[Place]:
    made = derive(read_text(text.encode()), "doc")
    by_address = {n.address: n for n in made.nodes}
    found = []
    for edge in made.edges:
        if edge.kind is EdgeKind.REFERENCE:
            node = by_address.get(edge.target or "")
            target = made.text[node.start : node.end].strip()[:12] if node is not None else None
            found.append(Place(made.text[edge.start : edge.end], target, edge))
    return found


def leads(text: str, words: str) -> list[str | None]:
    return [place.target for place in references(text) if place.words == words]


@pytest.mark.parametrize(
    ("words", "targets"),
    [
        ("本法第二条第二款", ["前款规定的客户包括单位和"]),
        ("前款", ["第二条 金融机构应当识别"]),
        ("前两款", ["第二条 金融机构应当识别", "前款规定的客户包括单位和"]),
        ("前项", ["（一）违反本法第二条第二"]),
        ("前款第一项", ["（一）违反本法第二条第二"]),
        ("第三条第一款第（二）项", ["（二）有前项行为，情节严"]),
        ("前条", ["第四条 违反本法第二条、"]),
    ],
)
def test_chinese_references_lead_to_the_article_paragraph_or_item_they_name(words: str, targets: list[str]) -> None:
    assert leads(LAW, words) == targets


def test_a_chinese_range_leads_to_each_article_in_it() -> None:
    inside = [place for place in references(LAW) if LAW.index("依照第一条至") < place.edge.start < LAW.index("第五条")]
    assert {(place.edge.label, place.target) for place in inside} == {
        ("第一条", "第一条 为了示范，制定本法。"[:12]),
        ("第二条", "第二条 金融机构应当识别"),
        ("第三条", "第三条 有下列情形之一的"),
    }


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("第八条至第十一条", ["第八条", "第九条", "第十条", "第十一条"]),
        ("第19条—第21条", ["第19条", "第20条", "第21条"]),
        ("第九十九条～第一百零二条", ["第九十九条", "第一百条", "第一百零一条", "第一百零二条"]),
        ("第一条至第一百条", ["第一条", "第一百条"]),
        ("第五条至第三条", ["第五条", "第三条"]),
    ],
)
def test_what_is_between_is_named_as_the_ends_of_a_chinese_range_are(text: str, labels: list[str]) -> None:
    assert [named.label for named in references_zh(f"依照{text}处理", 0, len(text) + 4)] == labels


def test_what_is_not_there_is_kept_with_the_reason() -> None:
    (missing,) = [p for p in references(LAW) if p.words == "第九条"]
    assert missing.target is None
    assert "art 9" in missing.edge.reason
    (section,) = [p for p in references(CONTRACT) if p.words == "Section 9.9"]
    assert section.target is None
    assert "sec 9_9" in section.edge.reason


def test_another_document_is_named_by_its_title() -> None:
    named = {(p.edge.document, p.edge.label) for p in references(LAW) if p.edge.document}
    assert named == {("中华人民共和国行政处罚法", "第三十二条"), ("刑法", "第一百九十一条")}
    (act,) = [p for p in references(CONTRACT) if p.edge.document]
    assert (act.edge.document, act.edge.label) == ("Securities Exchange Act of 1934", "Section 10(b)")


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Section 2.1", "2.1 The Cust"),
        ("Schedule 1", "SCHEDULE 1 P"),
        ("clause (a)", "(a) monthly;"),
        ("Section 2.1(b)", "(b) on the d"),
        ("3", "3. Term\n3.1 "),
        ("Article 2", "2. Fees\n2.1 "),
    ],
)
def test_english_references_lead_to_the_section_or_item_they_name(words: str, target: str) -> None:
    assert target in leads(CONTRACT, words)


def test_an_english_range_leads_to_its_ends_and_what_is_between() -> None:
    text = "1. Scope\n1.1 A thing.\n1.2 A thing.\n1.3 A thing.\n1.4 See Sections 1.1 through 1.3 for all of it.\n"
    assert sorted(p.edge.label for p in references(text)) == ["Section 1.1", "Section 1.2", "Section 1.3"]


def test_a_place_does_not_refer_to_itself_by_its_own_label() -> None:
    assert not [p for p in references(LAW) if p.edge.target == p.edge.source]
    assert not list(references_zh("第十二条 本办法适用于本行。", 0, 14))
    assert not list(references_en("Section 5.2 Term. The term is one year.", 0, 39))


def test_a_mixed_sentence_gives_the_references_of_both_languages() -> None:
    text = "第一条 KYC 程序见 Section 4 及附件一。\n第二条 See 第一条 and Note 7.\n"
    assert {p.words for p in references(text)} == {"Section 4", "附件一", "第一条", "Note 7"}


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("see Notes 1 and 4", ["Note 1", "Note 4"]),
        ("under Part II, Item 8", ["Part II, Item 8"]),
        ("Sections 2.3, 2.4, 2.6 and 5 below", ["Section 2.3", "Section 2.4", "Section 2.6", "Section 5"]),
        ("by paragraph (b)(2) of this Section", ["Paragraph (b)(2)"]),
        ("§ 106.02 and §§ 3.1, 3.2", ["Section 106.02", "Section 3.1", "Section 3.2"]),
        ("as Exhibit A", ["Exhibit A"]),
        ("in Section 2.1(a) and (b)", ["Section 2.1(a)", "Section 2.1(b)"]),
        ("in Section 2.1(a)(i) or (iii)", ["Section 2.1(a)(i)", "Section 2.1(a)(iii)"]),
        ("in Section 2.1(a)(i), (ii) and (b)", ["Section 2.1(a)(i)", "Section 2.1(a)(ii)", "Section 2.1(b)"]),
        ("in Section 4(h) or (i)", ["Section 4(h)", "Section 4(i)"]),
        ("in Section 4 or (b) the Bank fails", ["Section 4"]),
        ("Each Party agrees in part to the article of trade and a note of 5 pages", []),
        ("rule out the part a bank plays", []),
        ("Section 13(a) or 15(d) of the Exchange Act", ["Section 13(a)", "Section 15(d)"]),
        ("as specified in Section 5 D.", ["Section 5D"]),
        ("for Section 5 A party may", ["Section 5"]),
        ("new Exhibits AA-1, AA-2 and B-12", ["Exhibit AA-1", "Exhibit AA-2", "Exhibit B-12"]),
        ("breach of Sections 8a - 8c", ["Section 8a", "Section 8b", "Section 8c"]),
        ("in Section 16.1(a) - (d)", ["Section 16.1(a)", "Section 16.1(b)", "Section 16.1(c)", "Section 16.1(d)"]),
        ("in Section 2(h) through (j)", ["Section 2(h)", "Section 2(i)", "Section 2(j)"]),
        (
            "Sections 4.4 [Title], 5.1 [Costs and Fees], 9 and 12.2 [Term] to 12.4 survive",
            ["Section 4.4", "Section 5.1", "Section 9", "Section 12.2", "Section 12.3", "Section 12.4"],
        ),
        ("a statement on Schedule 13D or Schedule TO is filed", []),
    ],
)
def test_english_words_that_name_places_are_told_from_those_that_do_not(text: str, labels: list[str]) -> None:
    assert [named.label for named in references_en(f"x {text}", 0, len(text) + 2)] == labels


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("依照第十二条、第十三条第二款处理", ["第十二条", "第十三条第二款"]),
        ("有第三款第（一）项、第（三）项情形", ["第三款第（一）项", "第三款第（三）项"]),
        ("第二百八十七条之一规定", ["第二百八十七条之一"]),
        ("见附表2。", ["附表2"]),
        ("第三方机构和第一线员工", []),
        ("第二款项目", []),
        ("依照第一条第二、三款", ["第一条第二款", "第一条第三款"]),
        (
            "依照第三条第一款第（三）、（四）项和第五项",
            ["第三条第一款第（三）项", "第三条第一款第（四）项", "第三条第一款第五项"],
        ),
        ("依照第十二、十三和十五条", ["第十二条", "第十三条", "第十五条"]),
        ("有前款所列第（一）、（三）项情形", ["前款第（一）项", "前款第（三）项"]),
    ],
)
def test_chinese_words_that_name_places_are_told_from_those_that_do_not(text: str, labels: list[str]) -> None:
    assert [named.label for named in references_zh(f"应{text}", 0, len(text) + 1)] == labels


def test_paragraphs_named_alone_count_from_the_article_they_stand_in() -> None:
    (named,) = references_zh("违反第二款规定", 0, 7)
    assert named.relative is Relative.HERE


def test_whole_acts_are_named_but_forms_and_licences_are_not() -> None:
    text = "根据《商业银行法》和《票据管理实施办法》，持《营业执照》办理。"
    assert [n.document for n in documents_zh(text, 0, len(text), set())] == ["商业银行法", "票据管理实施办法"]


@given(
    st.lists(
        st.sampled_from(
            [
                *"第十二条款项（一）、和至前两本法《》条附件1",
                "Section ",
                "2.1",
                "(a)",
                ", ",
                " and ",
                " of the ",
                "Act ",
                "§",
            ]
        ),
        max_size=60,
    )
)
def test_any_words_give_spans_inside_them(parts: list[str]) -> None:
    text = "".join(parts)
    for named in (*references_zh(text, 0, len(text)), *references_en(text, 0, len(text))):
        assert 0 <= named.start < named.end <= len(text)


@pytest.mark.parametrize(
    "words", ["第一条、", "Section 1, ", "前款", "§ 1 ", "《", "(a)", "至第二条", "as of the Act "]
)
def test_a_long_run_of_anything_is_read_to_the_end(words: str) -> None:
    text = words * 20_000
    assert sum(1 for _ in references_zh(text, 0, len(text))) >= 0
    assert sum(1 for _ in references_en(text, 0, len(text))) >= 0


@pytest.mark.parametrize(
    "part",
    [
        "第{n}编 甲\n第一条 乙\n第二条 见第一条。\n",
        "PART {n}\n\nArticle 1. Records\n\nArticle 2. See Article 1.\n\n",
    ],
)
def test_of_hundreds_of_places_with_one_label_the_nearest_is_found(part: str) -> None:
    text = "".join(part.format(n=n) for n in range(1, 401))
    found = references(text)
    assert len({place.edge.target for place in found}) == 400
    assert all(parent_address(place.edge.target or "") == parent_address(place.edge.source) for place in found)


@pytest.mark.parametrize(
    "words",
    [
        "第一条 见前条、第二条和第五条。\n",
        "Section 1. See Section 1.\n\n",
        "1. See Note 1 above.\n\n",
        "# 风险 Risks\n\n详见“风险 Risks”。\n\n",
    ],
)
def test_a_label_that_stands_and_is_named_a_thousand_times_is_no_delay(words: str) -> None:
    began = time.process_time()
    references(words * 2_500)
    assert time.process_time() - began < 6


FILING = """ANNUAL REPORT

PART I

ITEM 4. Mine Safety Disclosures

See Note 2 and Part II, Item 8 of this report.

ITEM 8. Financial Statements

1. Summary of Significant Accounting Policies

The statements are prepared under GAAP, as Exchange Act Rules 13a-15(e) and 15d-15(e) say.

2. Inventories

Inventories are valued at cost.
"""


def test_notes_without_a_heading_over_them_are_found_beside_the_one_on_policies() -> None:
    assert leads(FILING, "Note 2") == ["2. Inventori"]


def test_an_item_is_found_behind_the_part_that_does_not_hold_it() -> None:
    text = FILING.replace("ITEM 4. Mine", "PART II\n\nITEM 4. Mine")
    assert leads(text, "Part II, Item 8") == ["ITEM 8. Fina"]


def test_an_act_before_its_rules_is_no_reference_of_its_own() -> None:
    found = [(place.words, place.edge.document) for place in references(FILING) if place.edge.document]
    assert found == [("Rules 13a-15(e)", "Exchange Act"), ("15d-15(e)", "Exchange Act")]
