"""Labels at the start of a block, and what only looks like one."""

import pytest

from docs_ingest.parsed import Block, BlockKind
from docs_ingest.structure.labels import Rank, han_number, heading_like, label_at
from docs_ingest.structure.numbering import find_marks

HAN = [
    ("第一编 总则", "第一编", "bk", "1"),
    ("第二分编 所有权", "第二分编", "subbk", "2"),
    ("第三章 反洗钱义务", "第三章", "chp", "3"),
    ("第一节 一般规定", "第一节", "sec", "1"),
    ("第十二条 金融机构应当保存。", "第十二条", "art", "12"),
    ("第十二条　金融机构应当保存。", "第十二条", "art", "12"),
    ("第一百二十三条 有下列情形之一的，", "第一百二十三条", "art", "123"),
    ("第二十三条之一 本条新增。", "第二十三条之一", "art", "23_1"),
    ("第 5 条 The Bank 应当报告。", "第 5 条", "art", "5"),
    ("一、范围", "一、", "list", "1"),
    ("十二、附则", "十二、", "list", "12"),
]
HAN_ITEMS = [
    ("（一）建立业务关系；", "（一）", "1"),
    ("(二) 提供服务；", "(二)", "2"),
    ("（十一）其他情形。", "（十一）", "11"),
    ("1．范围", "1．", "1"),
    ("3、应当保存", "3、", "3"),
]
ENGLISH = [
    ("Part II General Provisions", "part", "ii"),
    ("PART 3", "part", "3"),
    ("Chapter 4. Duties", "chp", "4"),
    ("Article 5(2) Retention", "art", "5_2"),
    ("ARTICLE IV", "art", "iv"),
    ("Section 2.1 Scope", "sec", "2_1"),
    ("Section 12. The Bank must keep records.", "sec", "12"),
    ("§ 106.02 Terms", "sec", "106_02"),
    ("Schedule 1", "schedule", "1"),
    ("Annex A", "annex", "a"),
    ("Appendix B: Forms", "app", "b"),
    ("Note 21", "note", "21"),
    ("Item 1A. Risk Factors", "item", "1a"),
    ("Exhibit 10.2", "exhibit", "10_2"),
    ("1.1 Purpose", "sec", "1_1"),
    ("2.3.4 Deep down", "sec", "2_3_4"),
    ("1.1本办法适用于本行。", "sec", "1_1"),
    ("1. Purpose", "sec", "1"),
    ("II. Background", "sec", "ii"),
    ("A. Overview", "sec", "a"),
]
ENGLISH_ITEMS = [
    ("(a) the report;", "(a)", "a"),
    ("(iv) the answer;", "(iv)", "iv"),
    ("(12) the twelfth;", "(12)", "12"),
    ("b) another;", "b)", "b"),
    ("1. the first thing that is done, and it ends here.", "1.", "1"),
]
NONE = [
    "第三条规定的情形，",
    "第十二条、第十三条规定的义务",
    "第三条第二款所列人员",
    "第三方机构应当保存。",
    "第一次检查",
    "本法第五条",
    "一般规定",
    "一切单位和个人",
    "1.5 million people live here",
    "2019. The year began well.",
    "Part of the agreement is void.",
    "section of the road",
    "Article of clothing",
    "Items are listed below.",
    "Note that this does not apply.",
    "(see Section 5)",
    "(the “Bank”) is a company",
    "A bank must keep records.",
    "I. am not a heading because this sentence goes on and on until it is far longer than any heading would ever be, "
    "which a reader sees at once, and so must the program that reads in the reader's place, whatever it begins with.",
    "3 days after receipt",
    "12:30 the meeting began",
    "",
    "   ",
]


@pytest.mark.parametrize(("block", "text", "family", "number"), HAN)
def test_chinese_labels_are_read(block: str, text: str, family: str, number: str) -> None:
    label = label_at(block)
    assert label is not None
    assert (label.text, label.family, label.number) == (text, family, number)
    assert label.structural


@pytest.mark.parametrize(("block", "family", "number"), ENGLISH)
def test_english_labels_are_read(block: str, family: str, number: str) -> None:
    label = label_at(block)
    assert label is not None
    assert (label.family, label.number) == (family, number)
    assert label.structural


@pytest.mark.parametrize(("block", "text", "number"), HAN_ITEMS + ENGLISH_ITEMS)
def test_list_items_are_labelled_but_open_no_section(block: str, text: str, number: str) -> None:
    label = label_at(block)
    assert label is not None
    assert (label.text, label.number) == (text, number)
    assert not label.structural


@pytest.mark.parametrize("block", NONE)
def test_references_figures_and_ordinary_words_open_no_section(block: str) -> None:
    text = f"{block}\n"
    marks = find_marks(text, [Block(BlockKind.PARAGRAPH, 0, len(block))], {})
    label = label_at(block)
    assert not marks
    assert label is None or not label.structural or label.steps


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零三", 103),
        ("一百二十三", 123),
        ("二〇", 20),
        ("两千", 2000),
        ("12", 12),
        ("x", None),
    ],
)
def test_han_numerals_have_their_value(text: str, value: int | None) -> None:
    assert han_number(text) == value


@pytest.mark.parametrize(
    ("words", "like"),
    [
        ("Scope and purpose", True),
        ("总则", True),
        ("The Bank keeps records.", False),
        ("本办法适用于本行。", False),
        ("12", False),
        ("x" * 200, False),
    ],
)
def test_headings_are_short_and_no_sentences(words: str, like: bool) -> None:
    assert heading_like(words) is like


def test_ranks_nest_part_over_chapter_over_section_over_article() -> None:
    ranks = [
        label.rank
        for block in ("第一编 总则", "第二章 义务", "第三节 保存", "第四条 甲。")
        if (label := label_at(block))
    ]
    assert ranks == [Rank.PART, Rank.CHAPTER, Rank.SECTION, Rank.HAN_ARTICLE]
    assert ranks == sorted(r for r in ranks if r is not None)
