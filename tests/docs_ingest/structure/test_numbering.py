"""Which numbers of a text count its sections."""

from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.structure import find_structure
from docs_ingest.structure.numbering import Mark, find_marks

PROSE = "The Supplier shall deliver the Products within ten days of the order."
PROSE_ZH = "供应商应当在收到订单后十日内交付产品。"


def blocks_of(*paragraphs: str) -> tuple[str, list[Block]]:
    text, blocks = "", []
    for words in paragraphs:
        blocks.append(Block(BlockKind.PARAGRAPH, len(text), len(text) + len(words)))
        text += words + "\n"
    return text, blocks


def marks_of(*paragraphs: str) -> list[Mark]:
    text, blocks = blocks_of(*paragraphs)
    return [mark for _, marks in sorted(find_marks(text, blocks, {}).items()) for mark in marks]


def labels(*paragraphs: str) -> list[str]:
    return [mark.label.text for mark in marks_of(*paragraphs)]


def titles(*paragraphs: str) -> list[str | None]:
    return [mark.title for mark in marks_of(*paragraphs)]


def test_numbers_at_the_start_of_blocks_open_sections_where_they_continue_the_count() -> None:
    assert labels(
        "1. Scope", f"1.1 {PROSE}", f"1.2 {PROSE}", "2. Terms", f"7.5 {PROSE}", f"2.1 {PROSE}", "2019 was a good year.",
        f"2.2 {PROSE}", "3. Fees",
    ) == ["1.", "1.1", "1.2", "2.", "2.1", "2.2", "3."]  # fmt: skip


def test_a_figure_that_comes_first_does_not_lead_the_count_astray() -> None:
    assert labels("1.5 Million units were sold.", "1. Scope", f"1.1 {PROSE}", f"1.2 {PROSE}", "2. Fees") == [
        "1.",
        "1.1",
        "1.2",
        "2.",
    ]


def test_sections_inside_one_long_line_are_found() -> None:
    line = (
        f"CONFIDENTIAL 1.1 {PROSE} 1.2 “GMP” means good practice as set forth in Section 1.26. 2. GRANT OF RIGHTS 2.1 "
        f"{PROSE} See Section 2.3 The rest stays. 2.2 {PROSE}"
    )
    assert labels("1. DEFINITIONS", line) == ["1.", "1.1", "1.2", "2.", "2.1", "2.2"]
    assert "2. GRANT OF RIGHTS" in titles("1. DEFINITIONS", line)


def test_chinese_and_mixed_sections_inside_a_line_are_found() -> None:
    zh = f"1.1 {PROSE_ZH}1.2 {PROSE_ZH} 1.3 {PROSE_ZH} 2. 价格 2.1 {PROSE_ZH}"
    mixed = f"1.1 {PROSE_ZH} 1.2 KYC 程序。 1.3 {PROSE} 1.4 {PROSE_ZH}"
    assert labels("1. 定义", zh) == ["1.", "1.1", "1.2", "1.3", "2.", "2.1"]
    assert labels("1. Definitions 定义", mixed) == ["1.", "1.1", "1.2", "1.3", "1.4"]


def test_one_or_two_numbers_inside_prose_open_nothing() -> None:
    assert labels(f"{PROSE} 1.1 {PROSE} 1.2 {PROSE}") == []


def test_a_reference_is_no_section() -> None:
    text = f"1.1 {PROSE} as described in Section 1.2 The Supplier pays. 1.2 {PROSE} 1.3 {PROSE} 1.4 {PROSE}"
    marks = marks_of("1. Scope", text)
    assert [m.label.text for m in marks] == ["1.", "1.1", "1.2", "1.3", "1.4"]
    assert marks[2].start > len("1. Scope\n") + text.index("pays")


def test_a_heading_may_be_run_in_before_its_text() -> None:
    found = marks_of(
        "1. Grant of License.",
        f"2. Term and Termination. {PROSE}",
        f"3. The Supplier shall pay. {PROSE}",
        f"4. Fees: {PROSE}",
        f"5. Governing Law — {PROSE}",
    )
    assert [m.title for m in found] == [
        "1. Grant of License",
        "2. Term and Termination",
        "4. Fees",
        "5. Governing Law",
    ]


def test_a_chinese_heading_may_be_run_in_before_its_text() -> None:
    assert titles(f"1.1 保密义务：{PROSE_ZH}", f"1.2 {PROSE_ZH}", f"1.3 争议的解决：{PROSE_ZH}") == [
        "1.1 保密义务",
        None,
        "1.3 争议的解决",
    ]


def test_numbered_sentences_without_sections_below_them_are_list_items() -> None:
    assert labels("1. The file is complete.", "2. The file is signed.", "3. The file is dated.") == []


def test_a_numbered_sentence_with_sections_below_it_is_one() -> None:
    assert labels(f"1. {PROSE}", f"1.1 {PROSE}", f"1.2 {PROSE}", f"2. {PROSE}", f"2.1 {PROSE}") == [
        "1.",
        "1.1",
        "1.2",
        "2.",
        "2.1",
    ]


def test_an_annex_may_count_from_one_again() -> None:
    assert labels(
        "1. Scope", f"1.1 {PROSE}", "2. Fees", f"2.1 {PROSE}", "Annex", "1. Products", f"1.1 {PROSE}", f"1.2 {PROSE}",
        "2. Prices", f"2.1 {PROSE}",
    ) == ["1.", "1.1", "2.", "2.1", "1.", "1.1", "1.2", "2.", "2.1"]  # fmt: skip


def test_a_list_inside_a_section_does_not_end_the_count() -> None:
    text = f"2.1 {PROSE} The steps are 1. Order. 2. Ship. 2.2 {PROSE} 2.3 {PROSE} 2.4 {PROSE}"
    assert labels("1. Scope", f"1.1 {PROSE}", "2. Fees", text)[-4:] == ["2.1", "2.2", "2.3", "2.4"]


def test_one_missing_number_does_not_end_the_count() -> None:
    assert labels("1. Scope", f"1.2 {PROSE}", f"1.4 {PROSE}", f"2.1 {PROSE}") == ["1.", "1.2", "1.4", "2.1"]


def test_numbers_with_spaces_in_them_are_read_as_they_are_meant() -> None:
    found = marks_of(f"2. 3. 6. {PROSE}", "1. Scope", *(f"1. {n}. {PROSE}" for n in range(1, 7)))
    assert [m.label.number for m in found] == ["1", "1_1", "1_2", "1_3", "1_4", "1_5", "1_6"]


def test_a_section_does_not_hold_one_that_counts_otherwise() -> None:
    text, blocks = blocks_of("2. Fees", f"2.1 {PROSE}", f"3.1 {PROSE}", f"3.2 {PROSE}")
    found = find_structure(ParsedDocument("text", "test", f"1. Scope\n{text}", _shifted(blocks)))
    from docs_ingest.tree import build_nodes  # noqa: PLC0415 (the only test here that needs a tree)

    nodes = build_nodes(ParsedDocument("text", "test", f"1. Scope\n{text}", _shifted(blocks)), found, "doc")
    depth = {n.label: n.depth for n in nodes if n.label}
    eids = {n.label: n.eid for n in nodes if n.label}
    assert depth["2.1"] == depth["2."] + 1
    assert depth["3.1"] == depth["2."]
    assert eids["2.1"] == "sec_2_1"


def _shifted(blocks: list[Block]) -> tuple[Block, ...]:
    by = len("1. Scope\n")
    moved = [Block(b.kind, b.start + by, b.end + by) for b in blocks]
    return (Block(BlockKind.PARAGRAPH, 0, by - 1), *moved)


@given(
    st.lists(
        st.sampled_from(["1. Scope", "1.1 A", f"2.1 {PROSE}", "3. Fees", PROSE, PROSE_ZH, "ARTICLE IV TERM", "x. Y"]),
        max_size=30,
    )
)
def test_marks_stand_in_order_inside_their_blocks(paragraphs: list[str]) -> None:
    text, blocks = blocks_of(*[" ".join([p, *paragraphs[: i % 4]]) for i, p in enumerate(paragraphs)])
    for index, marks in find_marks(text, blocks, {}).items():
        block = blocks[index]
        starts = [m.start for m in marks]
        assert starts == sorted(set(starts))
        assert all(block.start <= m.start <= m.heading_end <= block.end for m in marks)
        assert all(text[m.start : m.start + m.label.length].strip() for m in marks)


def test_a_very_long_line_of_numbers_is_read_in_one_pass() -> None:
    text = " ".join(f"{n % 97}.{n % 13} The word." for n in range(40_000))
    assert marks_of(text) is not None


def test_a_heading_in_capitals_needs_no_stop() -> None:
    line = "1. DEFINITIONS The following terms are used. 2. GENERAL, SCOPE 2.1 The Supplier delivers. 2.2 It does so."
    assert labels(line, f"3. TERM AND TERMINATION A party may end it. {PROSE}") == ["1.", "2.", "2.1", "2.2", "3."]
    assert titles(line)[:2] == ["1. DEFINITIONS", "2. GENERAL, SCOPE"]


def test_a_count_may_begin_late_where_it_goes_on_for_long() -> None:
    assert labels(f"2. Scope. {PROSE}", f"2.1 {PROSE}", f"2.2 {PROSE}", f"3. Fees. {PROSE}", f"3.1 {PROSE}") == [
        "2.", "2.1", "2.2", "3.", "3.1",
    ]  # fmt: skip
    assert labels(f"9.4 {PROSE}", f"9.5 {PROSE}", f"9.6 {PROSE}") == []
