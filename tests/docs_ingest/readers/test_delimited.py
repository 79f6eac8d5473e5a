"""CSV and TSV files."""

import csv
import io
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.delimited import read_delimited

MOST = 1_000_000
RATES = "币种,Rate,生效日期\nRMB 人民币,3.45%,2024-01-01\nUSD,5.33%,2024-02-01\n"


def read(text: str) -> ParsedDocument:
    parsed = read_delimited(text.encode(), MOST)
    parsed.check()
    return parsed


def shown(text: str) -> list[tuple[str, str]]:
    """(kind, words) of each block; rows of heads are called heads."""
    parsed = read(text)
    return [("head" if b.header else b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_rows_are_lines_with_bars_in_every_encoding(encoding: str) -> None:
    parsed = read_delimited(RATES.encode(encoding), MOST)
    assert parsed.text == "币种 | Rate | 生效日期\nRMB 人民币 | 3.45% | 2024-01-01\nUSD | 5.33% | 2024-02-01"
    assert [b.header for b in parsed.blocks] == [True, False, False]
    assert {b.group for b in parsed.blocks} == {1}
    assert parsed.format == "csv"
    cells = [[(parsed.text[c.start : c.end], c.column) for c in b.cells] for b in parsed.blocks]
    assert cells[1] == [("RMB 人民币", 0), ("3.45%", 1), ("2024-01-01", 2)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_the_one_the_lines_agree_on(delimiter: str, ends: str) -> None:
    rows = [["序号", "Item 项目", "Fee"], ["1", "Wire 汇款", "20"], ["2", "Draft", "30"]]
    text = "".join(delimiter.join(row) + ends for row in rows)
    assert shown(text) == [
        ("head", "序号 | Item 项目 | Fee"),
        ("row", "1 | Wire 汇款 | 20"),
        ("row", "2 | Draft | 30"),
    ]


def test_a_decimal_comma_is_no_delimiter() -> None:
    assert shown("1,5;2,5;3,5\n1,2;2,2;3,3\n") == [("row", "1,5 | 2,5 | 3,5"), ("row", "1,2 | 2,2 | 3,3")]


def test_the_delimiter_may_be_named_as_for_excel() -> None:
    assert shown("sep=#\nA 甲#B\n1#2\n") == [("furniture", "sep=#"), ("head", "A 甲 | B"), ("row", "1 | 2")]


def test_quoted_cells_hold_delimiters_quotes_and_line_breaks() -> None:
    text = 'Item,Note 备注\n"Wire,\r\ntransfer","say ""免收"""\nDraft,x\n'
    assert shown(text) == [("head", "Item | Note 备注"), ("row", 'Wire, transfer | say "免收"'), ("row", "Draft | x")]


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    assert shown('Item,"open\n甲,2\nb,3\n') == [("head", 'Item | "open'), ("row", "甲 | 2"), ("row", "b | 3")]


def test_ragged_rows_are_kept() -> None:
    parsed = read("项目,Fee\nWire,1\nDraft,2,extra 多余,more\nLetter\nGuarantee,,x\nBill,4\n")
    assert parsed.text.splitlines()[2:5] == ["Draft | 2 | extra 多余 | more", "Letter", "Guarantee |  | x"]
    assert [[c.column for c in b.cells] for b in parsed.blocks][2:5] == [[0, 1, 2, 3], [0], [0, 2]]


def test_titles_and_notes_around_a_table_are_paragraphs() -> None:
    assert shown("收费表 Fees\n\nItem,费用\nWire,1\nDraft,2\n\n注：不含税。\n") == [
        ("paragraph", "收费表 Fees"),
        ("head", "Item | 费用"),
        ("row", "Wire | 1"),
        ("row", "Draft | 2"),
        ("paragraph", "注：不含税。"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ID,Owner,Frequency\nC-1,Ops,Daily\nC-2,IT,Daily\n",
        "编号,责任部门,频率\n甲一,运营部,每日\n甲二,科技部,每日\n",
        "控制 Control,部门 Unit\nC-1,运营 Ops\nC-2,运营 Ops\nC-3,IT\n",
    ],
)
def test_short_names_above_words_are_heads(text: str) -> None:
    assert [b.header for b in read(text).blocks][:2] == [True, False]


def test_rows_of_the_same_kind_have_no_heads() -> None:
    assert [b.header for b in read("甲,1\n乙,2\nc,3\n").blocks] == [False, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "The Bank, as a rule, keeps records.\nIt does so, for ten years.\n",
        "本行应当保存客户资料；\n保存期限不少于十年。\n",
        "one\n二\nthree 三\n",
        "foxes, jumping over\nthe lazy dog and\nsome, more 文字\n",
        "Hello, world.",
    ],
)
def test_prose_is_read_as_plain_text(text: str) -> None:
    parsed = read(text)
    assert parsed.text == text
    assert {b.kind for b in parsed.blocks} == {BlockKind.PARAGRAPH}
    assert parsed.format == "csv"


def test_too_much_is_refused_and_the_setting_is_named() -> None:
    for text in ("a,b\n" * 1_000, "words 文字\n" * 1_000):
        with pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"):
            read_delimited(text.encode(), 2_000)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(IngestError, match="binary"):
        read_delimited(b"a,b\n" + bytes(500), MOST)
    with pytest.raises(IngestError, match="save it as UTF-8"):
        read_delimited("Größe,Maß\n1,2\n".encode("latin-1"), MOST)


@pytest.mark.parametrize("piece", ['"x""', '"""x,', '"a\n', '"",', 'a,"'])
def test_quotes_in_any_number_take_no_more_than_their_share_of_time(piece: str) -> None:
    took = []
    for times in (2_000, 16_000):
        begun = time.process_time()
        read(piece * times)
        took.append(time.process_time() - begun)
    assert took[1] < 40 * max(took[0], 0.01)  # 8 times as much text; 64 times as long if it were quadratic


WORDS = st.text(alphabet="abc第三条é&\"' \n\r_|：。;,.123", max_size=8)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=5), max_size=8))
def test_every_letter_of_any_table_is_in_a_block(rows: list[list[str]]) -> None:
    held = io.StringIO()
    csv.writer(held).writerows(rows)
    text = "x,y\n" + held.getvalue()
    parsed = read(text)
    assert Counter(filter(str.isalnum, parsed.text)) == Counter(filter(str.isalnum, text))
    assert parsed == read(text)


@given(st.text(alphabet='"a,;\t|\n\r 第。', max_size=40))
def test_every_letter_of_any_text_is_in_a_block(text: str) -> None:
    parsed = read(f"x{text}")
    assert Counter(filter(str.isalnum, parsed.text)) == Counter(filter(str.isalnum, f"x{text}"))
