"""Plain text and its encodings."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.errors import IngestError
from docs_ingest.parsed import BlockKind
from docs_ingest.readers.text.reader import decode, read_text

MIXED = "第一条 The Bank (本行) must keep records for 10 years。\nSecond paragraph."


def words_of(text: str) -> list[tuple[str, str]]:
    parsed = read_text(text.encode())
    parsed.check()
    return [(b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("text", [MIXED, "客户身份资料应当至少保存十年。", "Café, naïve: “plain” words only 仅此。"])
def test_the_canonical_text_is_the_source_in_every_encoding(encoding: str, text: str) -> None:
    assert read_text(text.encode(encoding)).text == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_kept_character_for_character(text: str) -> None:
    if text.startswith("\ufeff") or text.count("\x00") > len(text) // 100:
        return
    parsed = read_text(text.encode())
    assert parsed.text == text
    parsed.check()


def test_line_breaks_of_windows_stay() -> None:
    assert read_text("第一条 甲。\r\n\r\n第二条 乙。\r\n".encode()).text == "第一条 甲。\r\n\r\n第二条 乙。\r\n"


@pytest.mark.parametrize("data", ["Größe und Maß für Bücher".encode("latin-1"), "“quoted” café".encode("cp1252")])
def test_text_in_an_unknown_encoding_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(IngestError, match="save it as UTF-8"):
        decode(data)


def test_half_a_chinese_character_is_refused() -> None:
    with pytest.raises(IngestError, match="UTF-8"):
        decode("保存十年".encode()[:-1] + b" and more English words to follow")


def test_number_marks_are_headings_as_in_markdown() -> None:
    assert words_of("# 总则\n第一条 甲。\n## Scope\nText.") == [
        ("heading", "# 总则"),
        ("paragraph", "第一条 甲。"),
        ("heading", "## Scope"),
        ("paragraph", "Text."),
    ]


def test_a_line_is_a_paragraph() -> None:
    assert [kind for kind, _ in words_of("One paragraph.\nAnother one.\n\nA third 第三段。")] == ["paragraph"] * 3


WRAPPED = """\
The service provider must report every incident to the bank within four
hours after it was noticed, and must give the bank all it needs to judge
what the incident means for its customers and for its own operations.

    (a) the report names the systems that were touched, the customers and
        the time;
    (b) the report is sent by mail and by telephone to the address that is
        given in the schedule of the contract for this purpose.
The bank answers every report within one business day after it came in,
in writing."""


def test_lines_wrapped_at_a_width_are_joined_to_paragraphs() -> None:
    blocks = words_of(WRAPPED)
    assert [words.split()[0] for _, words in blocks] == ["The", "(a)", "(b)", "The"]
    assert blocks[0][1].endswith("operations.")


def test_bullets_are_items_and_rules_are_furniture() -> None:
    assert [kind for kind, _ in words_of("Things:\n- one thing\n• 另一项\n-----\nEnd.")] == [
        "paragraph",
        "item",
        "item",
        "furniture",
        "paragraph",
    ]


def test_columns_set_apart_by_spaces_are_rows_of_one_table() -> None:
    parsed = read_text(
        "限额如下：\n\n  审批人    信用方式    担保方式\n  支行行长    不授权    200\n\n第六条 完。".encode()
    )
    rows = [b for b in parsed.blocks if b.kind is BlockKind.ROW]
    assert len(rows) == 2
    assert len({b.group for b in rows}) == 1


def test_piped_rows_are_a_table_and_their_rule_is_furniture() -> None:
    kinds = [kind for kind, _ in words_of("| 级别 | Name |\n| --- | --- |\n| 一级 | Major |")]
    assert kinds == ["row", "furniture", "row"]


def test_binary_data_is_refused() -> None:
    with pytest.raises(IngestError, match="binary"):
        read_text(b"\x00\x01" * 500)


@pytest.mark.parametrize(
    ("number", "foot"),
    [
        ("{n}", "Reseller Agreement, Confidential"),
        ("第 {n} 页", "业务外包合同（机密）"),
        ("- {n} -", "Agreement 协议 2020"),
    ],
)
def test_page_numbers_and_running_feet_left_in_text_are_furniture(number: str, foot: str) -> None:
    pages = [
        f"Lot {n * 7} is delivered by the Supplier with\n{number.format(n=n)}\n{foot}\n"
        f"the goods of order {n}.\n\n供应商应当"
        for n in range(1, 6)
    ]
    parsed = read_text("\n".join(pages).encode())
    parsed.check()
    beside = [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind is BlockKind.FURNITURE]
    assert beside.count(foot) == 5
    assert len(beside) == 10


def test_what_a_form_says_again_and_again_is_no_furniture() -> None:
    form = "\n".join(
        f"Question {n}: was the file complete?\nNot applicable here.\n本项不适用于本次检查。" for n in range(9)
    )
    parsed = read_text(form.encode())
    assert not [b for b in parsed.blocks if b.kind is BlockKind.FURNITURE]


def test_numbers_alone_on_lines_that_count_nothing_are_kept() -> None:
    parsed = read_text("Sales\n12\n\nCosts\n7\n\nProfit\n5\n\n人数\n31\n".encode())
    assert not [b for b in parsed.blocks if b.kind is BlockKind.FURNITURE]


def cells(text: str) -> list[tuple[bool, list[tuple[int, str]]]]:
    """Of each row: whether it is a head, and its cells with their columns."""
    parsed = read_text(text.encode())
    parsed.check()
    rows = [b for b in parsed.blocks if b.kind is BlockKind.ROW]
    assert len({b.group for b in rows}) == 1
    return [(b.header, [(c.column, text[c.start : c.end]) for c in b.cells]) for b in rows]


def test_cells_stand_in_the_column_that_all_rows_leave_room_for() -> None:
    text = (
        "Item                 2023      2022\n"
        "Net sales          37,845    36,220\n"
        "Interest                        412\n"
        "Cost of sales      15,245\n"
    )
    assert cells(text) == [
        (False, [(0, "Item"), (1, "2023"), (2, "2022")]),
        (False, [(0, "Net sales"), (1, "37,845"), (2, "36,220")]),
        (False, [(0, "Interest"), (2, "412")]),
        (False, [(0, "Cost of sales"), (1, "15,245")]),
    ]


def test_han_characters_take_two_columns() -> None:
    text = (
        "项目            本年余额    上年余额\n"
        "货币资金           1,200       1,100\n"
        "拆出资金                         300\n"
    )
    assert cells(text) == [
        (True, [(0, "项目"), (1, "本年余额"), (2, "上年余额")]),
        (False, [(0, "货币资金"), (1, "1,200"), (2, "1,100")]),
        (False, [(0, "拆出资金"), (2, "300")]),
    ]


def test_tabs_part_cells_and_the_rule_below_the_first_rows_makes_them_heads() -> None:
    text = "Role\tLimit\tCurrency\n----------\nManager\t5\tmillion\nClerk\t1\tmillion\n"
    assert cells(text)[0] == (True, [(0, "Role"), (1, "Limit"), (2, "Currency")])
    assert [head for head, _ in cells(text)] == [True, False, False]


def test_bars_part_cells_and_empty_ones_keep_their_place() -> None:
    text = "| Role | Limit | Note |\n|---|---|---|\n| 经理 |  | see 3.1 |\n| Clerk | 1 \\| 2 | |\n"
    assert cells(text) == [
        (True, [(0, "Role"), (1, "Limit"), (2, "Note")]),
        (False, [(0, "经理"), (2, "see 3.1")]),
        (False, [(0, "Clerk"), (1, "1 \\| 2")]),
    ]


def test_a_frame_around_a_table_parts_no_rows_from_it() -> None:
    text = (
        "=====================\nRole      Limit   Unit\n---------------------\n"
        "Manager   5       mn\nClerk     1       mn\n====================="
    )
    assert [head for head, _ in cells(text)] == [True, False, False]


@pytest.mark.parametrize("line_end", ["\n", "\r", "\u2028"])
def test_columns_are_found_in_tables_of_any_width_and_length_without_delay(line_end: str) -> None:
    wide = ("   ".join(["甲", "12"] * 6_000) + line_end) * 2
    long = (" Net   甲   12" + line_end) * 6_000
    began = time.process_time()
    assert [len(row) for _, row in cells(wide)] == [12_000] * 2
    assert cells(long)[-1] == (False, [(0, "Net"), (1, "甲"), (2, "12")])
    assert time.process_time() - began < 4
