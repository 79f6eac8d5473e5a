"""Printed contents are furniture; what only looks like them is not."""

import pytest

from docs_ingest.parsed import Block, BlockKind, Cell, ParsedDocument
from docs_ingest.structure.contents import read_contents

BODY = "The Bank keeps every record for ten years after the end of the business relationship."
ZH = "银行应当自业务关系结束之日起将客户身份资料至少保存十年。"


def document(
    *blocks: str, kinds: dict[int, BlockKind] | None = None, pages: dict[int, int] | None = None
) -> ParsedDocument:
    text = "".join(f"{b}\n" for b in blocks)
    made, at = [], 0
    for i, words in enumerate(blocks):
        kind = (kinds or {}).get(i, BlockKind.ROW if " | " in words else BlockKind.PARAGRAPH)
        cells = (Cell(at, at + len(words), 0),) if kind is BlockKind.ROW else ()
        made.append(Block(kind, at, at + len(words), page=(pages or {}).get(i), cells=cells))
        at += len(words) + 1
    return ParsedDocument("test", "test", text, tuple(made), pages=max(pages.values()) if pages else None)


def contents_of(parsed: ParsedDocument) -> list[str]:
    return [parsed.text[b.start : b.end] for b in read_contents(parsed).parsed.blocks if b.kind is BlockKind.FURNITURE]


def test_lines_that_lead_to_page_numbers_by_dots_are_contents() -> None:
    lines = ["1 Scope . . . . . . . 3", "2 Terms .......... 4", "2.1 Affiliate ····· 5", "Annex A …… A-1"]
    assert contents_of(document("Policy", *lines, "1 Scope", BODY)) == lines


def test_a_title_above_them_goes_with_them_and_a_second_half_of_a_line_too() -> None:
    lines = ["TABLE OF CONTENTS", "Page", "1 Arrangements with companies of the same", "group ........ 3",
             "2 Terms .......... 4", "3 Records .... 5"]  # fmt: skip
    assert contents_of(document(*lines, "1 Arrangements", BODY)) == lines


@pytest.mark.parametrize("title", ["目录", "目　　录", "目 录：", "目錄", "目次"])
def test_a_chinese_list_of_chapters_without_page_numbers_is_contents(title: str) -> None:
    lines = [title, "第一章　总则", "第二章　客户尽职调查", "第三章　附则"]
    body = ["第一章　总则", f"第一条　{ZH}", "第二章　客户尽职调查", f"第二条　{ZH}", "第三章　附则", f"第三条　{ZH}"]
    assert contents_of(document("反洗钱法", *lines, *body)) == lines


def test_an_english_list_of_parts_without_page_numbers_is_contents() -> None:
    lines = ["Contents", "I. Introduction", "II. Interpretation", "III. Economic Considerations"]
    body = ["I. Introduction", BODY, "II. Interpretation", BODY, "III. Economic Considerations", BODY]
    assert contents_of(document(*lines, *body)) == lines


def test_rows_with_the_pages_on_which_their_words_stand_are_contents_without_any_title() -> None:
    rows = [f"Item {n}. | {name} | {n + 1}" for n, name in enumerate(("Business", "Risk Factors", "Properties",
                                                                     "Legal Proceedings", "Exhibits"), 1)]  # fmt: skip
    body = ["Item 1. Business", "Item 2. RISK FACTORS", "Properties", "Item 4. Legal Proceedings", "Exhibits"]
    pages = dict.fromkeys(range(5), 2) | {5 + i: 4 + i for i in range(5)}
    assert contents_of(document(*rows, *body, pages=pages)) == rows


def test_a_table_whose_rows_are_said_again_in_another_table_is_none() -> None:
    rows = [f"{state} | {n}" for n, state in enumerate(("Alabama", "Alaska", "Arizona", "Iowa", "Ohio"), 1)]
    again = [f"{row.split(' | ')[0]} | {n}" for n, row in enumerate(rows, 7)]
    pages = dict.fromkeys(range(5), 8) | dict.fromkeys(range(5, 10), 9)
    assert contents_of(document(*rows, *again, pages=pages)) == []


def test_amounts_are_no_page_numbers() -> None:
    rows = [
        f"{name} | | $ {n * 10}" for n, name in enumerate(("Cash", "Receivables", "Inventory", "Goodwill", "Total"))
    ]
    again = [row.split(" | ")[0] for row in rows]
    pages = dict.fromkeys(range(5), 2) | dict.fromkeys(range(5, 10), 60)
    assert contents_of(document(*rows, *again, pages=pages)) == []


def test_the_first_heading_of_the_body_is_no_entry_though_it_is_said_again_later() -> None:
    lines = ["Contents", "Introduction", "Terms", "Records"]
    body = ["Introduction", BODY, "Terms", BODY, "Records", BODY, "Introduction", BODY]
    assert contents_of(document(*lines, *body)) == lines


def test_sentences_below_the_word_contents_are_none() -> None:
    assert contents_of(document("Contents", BODY, "The notice says:", BODY, ZH)) == []


def test_two_lines_with_dots_are_a_form_and_no_contents() -> None:
    assert contents_of(document("Name ............ 1", "Date ............ 2", BODY, BODY)) == []


def test_native_headings_are_never_entries() -> None:
    lines = ["Contents", "Introduction", "Terms", "Records"]
    kinds = dict.fromkeys(range(4), BlockKind.HEADING)
    assert contents_of(document(*lines, "Introduction", "Terms", "Records", BODY, kinds=kinds)) == []


PACKED = (
    "1. Definitions 1 1.1 Agreement 2 1.2 Business Day 2 2. Supply of Products 3 2.1 Orders and Forecasts 4 "
    "2.2 Delivery and Acceptance 5 3. Prices and Payment 7 4. Term and Termination 9 5. Confidentiality 11 "
    "6. Governing Law 14"
)


def test_a_whole_list_in_one_block_is_contents() -> None:
    assert contents_of(document("SUPPLY AGREEMENT", PACKED, f"1. Definitions. {BODY}", BODY)) == [PACKED]


def test_numbered_sentences_in_one_block_are_none() -> None:
    block = " ".join(f"{n}. The Bank keeps {40 - n} records for years in its branch." for n in range(1, 12))
    assert contents_of(document("POLICY", block, BODY)) == []
    falling = " ".join(f"{n}. Branch Number {40 - 3 * n}" for n in range(1, 12)) + BODY[:120]
    assert contents_of(document("POLICY", falling, BODY)) == []


def test_a_cover_page_below_a_link_to_the_contents_is_none() -> None:
    cover = [
        "Table of Contents",
        "UNITED STATES",
        "FORM 10-K",
        "☑ ANNUAL REPORT FOR THE FISCAL YEAR ENDED May 26, 2019",
    ]
    body = ["United States of America law applies.", "Form 10-K is filed.", BODY]
    assert contents_of(document(*cover, *body, pages=dict.fromkeys(range(7), 1))) == []
