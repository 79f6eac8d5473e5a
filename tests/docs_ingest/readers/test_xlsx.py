"""Excel workbooks."""

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.readers.package import Kind, Package
from docs_ingest.readers.xlsx.formats import BUILT_IN, number_format
from docs_ingest.readers.xlsx.reader import read_xlsx
from docs_ingest.readers.xlsx.sheet import MOST_CELLS, read_sheet
from docs_ingest.readers.xlsx.workbook import Allowance, read_workbook

MOST = 1_000_000
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NS = f'xmlns="{MAIN}" xmlns:r="{RELATIONS}"'
STRICT = "http://purl.oclc.org/ooxml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DRAWING = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
BOLD = Font(bold=True)
WHITE = Font(color="FFFFFFFF")


def saved(book: Workbook) -> bytes:
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def sheet_of(*rows: Sequence[object]) -> tuple[Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "S"
    for row in rows:
        sheet.append(list(row))
    return book, sheet


def related(**targets: str) -> str:
    """Relationships of a part: kind -> target."""
    inner = "".join(f'<Relationship Id="{k}" Type="{RELATIONS}/{k}" Target="{at}"/>' for k, at in targets.items())
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def package(body: str, before: str = "", after: str = "", book: str = "", files: dict[str, str] | None = None) -> bytes:
    """A workbook with one sheet S of these rows; further parts by their path in xl/."""
    sheets = '<sheets><sheet name="S" sheetId="1" r:id="worksheet"/></sheets>'
    parts = {
        "workbook.xml": f"<workbook {NS}>{book}{sheets}</workbook>",
        "_rels/workbook.xml.rels": related(worksheet="worksheets/sheet1.xml"),
        "worksheets/sheet1.xml": f"<worksheet {NS}>{before}<sheetData>{body}</sheetData>{after}</worksheet>",
        **(files or {}),
    }
    return zipped({f"xl/{path}": words for path, words in parts.items()})


def zipped(files: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in files.items():
            archive.writestr(name, words)
    return held.getvalue()


def unzipped(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def inline(words: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


def read(data: bytes | Workbook) -> ParsedDocument:
    parsed = read_xlsx(saved(data) if isinstance(data, Workbook) else data, MOST, 100 * MOST)
    parsed.check()
    return parsed


def shown(data: bytes | Workbook) -> list[tuple[str, str]]:
    """(kind, words) of each block; rows of heads are called heads."""
    parsed = read(data)
    return [("head" if b.header else b.kind.value, parsed.text[b.start : b.end]) for b in parsed.blocks]


def without_heading(data: bytes | Workbook) -> list[tuple[str, str]]:
    return [one for one in shown(data) if one[0] != "heading"]


def words_of(parsed: ParsedDocument, block: Block) -> str:
    return parsed.text[block.start : block.end]


def rows_of(data: bytes | Workbook) -> list[Block]:
    return [b for b in read(data).blocks if b.kind is BlockKind.ROW]


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("General", "0.30000000000000004", "0.3"),
        ("General", "1234567.891234", "1234567.891"),
        ("General", "110101199003071234", "110101199003071234"),
        ("General", "1E+25", "1E+25"),
        ("0.0%", "0.153", "15.3%"),
        ("0.00", "0.285", "0.29"),
        ("#,##0", "1234567.5", "1,234,568"),
        ("#,##0.00_);(#,##0.00)", "-1234.5", "(1,234.50)"),
        ('_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "0", "-"),
        ("[$¥-804]#,##0.00", "1234.5", "¥1,234.50"),
        ("[Red]-0.0", "5", "-5.0"),
        ("0.00,", "1234567", "1234.57"),
        ('0!.0,"万"', "123456", "12.3万"),
        ('[>=100000000]0.00,,"百万";[>=10000]0!.0,"万";0', "250000000", "250.00百万"),
        ('[>=100000000]0.00,,"百万";[>=10000]0!.0,"万";0', "-5", "-5"),
        ('[<0]"低于零 below "0;0', "-3", "低于零 below 3"),
        ("000-00-0000", "123456789", "123-45-6789"),
        ("0,000", "5", "0,005"),
        ("0.00E+00", "12345", "1.23E+04"),
        ("##0.0E+0", "12345", "12.3E+3"),
        ("0.0E+00", "9.96", "1.0E+01"),
        ("# ??/??", "3.14159", "3 14/99"),
        ("# ?/8", "0.25", "2/8"),
        ("[DBNum1]General", "105", "一百〇五"),
        ("[DBNum2][$-804]General", "120000034.5", "壹亿贰仟万零叁拾肆.伍"),
        ('General"元"', "-12.5", "-12.5元"),
        ('"是";"否"', "-1", "否"),
        ("@", "12", "12"),
        (";;;", "5", ""),
        ("#", "0", ""),
        ("yyyy-mm-dd", "61", "1900-03-01"),
        ("dd/mm/yyyy", "60", "29/02/1900"),
        ("yyyy-mm-dd", "59", "1900-02-28"),
        ("yyyy-mm-dd", "-5", "-5"),
        ('yyyy"年"m"月"d"日"', "45605", "2024年11月9日"),
        ('[DBNum1][$-804]yyyy"年"m"月"d"日"', "45605", "二〇二四年十一月九日"),
        ("mmm-yy", "45605", "Nov-24"),
        ("[$-804]ddd aaaa", "45605", "周六 星期六"),
        ("[$-F800]dddd, mmmm dd, yyyy", "45605", "2024-11-09"),
        ("m/d/yyyy h:mm;@", "45605.5", "11/9/2024 12:00"),
        ("h:mm AM/PM", "0.75", "6:00 PM"),
        ("mm:ss.0", "0.0007", "01:00.5"),
        ("[h]:mm", "1.5", "36:00"),
        ("y" * 400, "5", "5"),
    ],
)
def test_a_number_is_shown_as_its_format_says(code: str, value: str, expected: str) -> None:
    assert number_format(code).number(Decimal(value)) == expected


def test_formats_for_words_are_applied_to_words() -> None:
    assert number_format('"No. "@').text("5") == "No. 5"
    assert number_format("0.00").text("甲 A") == "甲 A"
    assert number_format(";;;").text("hidden") == ""


def test_every_built_in_format_shows_a_number() -> None:
    assert all(number_format(code).number(Decimal("12.5")) for code in BUILT_IN.values())


@given(
    st.text(alphabet='0#?,.%;@ymdhsE+-/[]"\\_*年元A >5', max_size=25), st.floats(allow_nan=False, allow_infinity=False)
)
def test_any_format_shows_any_number_without_harm(code: str, value: float) -> None:
    number_format(code).number(Decimal(f"{value:.15g}"))


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4))
def test_two_decimals_with_commas_agree_with_python(value: Decimal) -> None:
    expected = f"{abs(value):,.4f}"
    shown_as = number_format("#,##0.0000").number(value)
    assert shown_as.lstrip("-") == expected
    assert shown_as.startswith("-") == (value < 0)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Limits", ["Branch manager", "approves loans"]),
        ("授权表", ["支行行长", "审批贷款"]),
        ("授权 Limits", ["支行行长 Manager", "审批 loans"]),
    ],
)
def test_each_sheet_is_a_section_in_the_order_of_the_workbook(name: str, cells: list[str]) -> None:
    book, sheet = sheet_of(cells)
    sheet.title = name
    book.create_sheet("第二 Second", 0).append(["x", "y"])
    parsed = read(book)
    assert parsed.text == f"第二 Second\nx | y\n{name}\n{cells[0]} | {cells[1]}"
    headings = [b for b in parsed.blocks if b.kind is BlockKind.HEADING]
    assert [words_of(parsed, b) for b in headings] == ["第二 Second", name]
    assert {b.level for b in headings} == {1}
    assert parsed.format == "xlsx"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_kept_and_never_citable(state: str) -> None:
    book, _ = sheet_of(["seen", 1])
    secret = book.create_sheet("秘密 secret")
    secret.append(["密码 password", 42])
    secret["A1"].comment = Comment("remark 备注", "x")
    secret.sheet_state = state
    parsed = read(book)
    hidden = [words_of(parsed, b) for b in parsed.blocks if not b.kind.citable]
    assert hidden == ["秘密 secret", "密码 password | 42", "[A1] remark 备注"]
    assert any("1 sheet hidden" in note and "秘密 secret" in note for note in parsed.notes)


def test_hidden_rows_and_columns_are_kept_and_never_citable() -> None:
    book, sheet = sheet_of(["Item", "内部 Cost", "Fee"], ["Wire", 1, 20], ["电汇 secret", 2, 30], ["Draft", 3, 40])
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    assert without_heading(book) == [
        ("head", "Item | Fee"),
        ("row", "Wire | 20"),
        ("row", "Draft | 40"),
        ("hidden", "内部 Cost"),
        ("hidden", "1"),
        ("hidden", "电汇 secret | 2 | 30"),
        ("hidden", "3"),
    ]
    assert [[c.column for c in b.cells] for b in rows_of(book)] == [[0, 1]] * 3
    assert any("1 row hidden or filtered out" in note for note in read(book).notes)


def test_rows_that_a_filter_leaves_out_do_not_part_the_table() -> None:
    book, sheet = sheet_of(["No", "Name"], [1, "甲"], [2, "乙"], [3, "丙"], [4, "丁"])
    sheet.auto_filter.ref = "A1:B5"
    for row in (3, 4):
        sheet.row_dimensions[row].hidden = True
    rows = rows_of(book)
    assert len(rows) == 3
    assert len({b.group for b in rows}) == 1


def test_empty_sheets_are_named_and_nothing_is_invented_for_them() -> None:
    book, _ = sheet_of(["a", "b"])
    book.create_sheet("空白")
    parsed = read(book)
    assert "空白" not in parsed.text
    assert parsed.notes == ("1 sheet empty: 空白",)


def test_sheet_that_is_stored_as_another_one_is_read_once() -> None:
    again = '<sheets><sheet name="甲" sheetId="2" r:id="worksheet"/></sheets>'
    parsed = read(package(f"<row>{inline('见 a')}</row>", book=again))
    assert [words_of(parsed, block) for block in parsed.blocks] == ["甲", "见 a"]
    assert parsed.notes == ("1 sheet stored as another one is, read once: S",)


def test_the_title_of_a_chart_is_read_and_a_sheet_of_nothing_but_a_chart_is_named() -> None:
    book, sheet = sheet_of(["Year", "n"], ["2023", 4])
    chart = BarChart()
    chart.title = "Incidents 事件数"
    chart.add_data(Reference(sheet, min_col=2, min_row=2))
    sheet.add_chart(chart)
    alone = BarChart()
    alone.add_data(Reference(sheet, min_col=2, min_row=2))
    book.create_chartsheet("Chart 图").add_chart(alone)
    parsed = read(book)
    assert ("paragraph", "Incidents 事件数") in shown(book)
    assert "1 sheet with nothing but a chart: Chart 图" in parsed.notes
    assert any(note.startswith("2 charts:") for note in parsed.notes)


def test_titles_and_statements_above_a_table_and_notes_below_it_are_paragraphs() -> None:
    book, sheet = sheet_of(
        ["授信业务授权表 Limits of authority"],
        ["编制单位：总行", None, "单位：万元"],
        ["部门", "Unsecured", "Secured"],
        ["公司部", 100, 200],
        ["注：超过限额的须报总行。"],
    )
    sheet.merge_cells("A1:C1")
    assert without_heading(book) == [
        ("paragraph", "授信业务授权表 Limits of authority"),
        ("paragraph", "编制单位：总行"),
        ("paragraph", "单位：万元"),
        ("head", "部门 | Unsecured | Secured"),
        ("row", "公司部 | 100 | 200"),
        ("paragraph", "注：超过限额的须报总行。"),
    ]


def test_a_single_label_inside_a_table_is_a_row_of_it() -> None:
    book, _ = sheet_of(
        ["No.", "Question 问题", "Answer"], ["A. Governance"], [1, "Policy?", "Yes"], ["B. 安全"], [2, "加密?", "是"]
    )
    assert [kind for kind, _ in without_heading(book)] == ["head", "row", "row", "row", "row"]
    assert len({b.group for b in rows_of(book)}) == 1


def test_heads_of_several_rows_have_spans_and_merged_words_stand_once() -> None:
    book, sheet = sheet_of(
        ["部门", "审批人", "限额 Limits", None, "Date"],
        [None, None, "信用", "担保", None],
        ["公司部", "总经理", 1000, 2000, date(2024, 3, 1)],
        [None, "Deputy", 500, 800, date(2024, 3, 2)],
    )
    for place in ("A1:A2", "B1:B2", "C1:D1", "E1:E2", "A3:A4"):
        sheet.merge_cells(place)
    assert without_heading(book) == [
        ("head", "部门 | 审批人 | 限额 Limits | Date"),
        ("head", "|  | 信用 | 担保"),
        ("row", "公司部 | 总经理 | 1000 | 2000 | 2024-03-01"),
        ("row", "| Deputy | 500 | 800 | 2024-03-02"),
    ]
    spans = [[(c.column, c.span) for c in b.cells] for b in rows_of(book)]
    assert spans == [
        [(0, 1), (1, 1), (2, 2), (4, 1)],
        [(2, 1), (3, 1)],
        [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)],
        [(1, 1), (2, 1), (3, 1), (4, 1)],
    ]


def test_cells_hold_the_words_of_their_block() -> None:
    book, _ = sheet_of(["Item 项目", None, "A | B"], ["x", 1.5, "第三"])
    parsed = read(book)
    cells = [[parsed.text[c.start : c.end] for c in b.cells] for b in parsed.blocks if b.cells]
    assert cells == [["Item 项目", "A | B"], ["x", "1.5", "第三"]]


PLAIN = [["Branch", "甲", "south"], ["Office", "乙", "north"], ["Agency", "丙", "east"]]


def bold_first(sheet: Worksheet) -> None:
    for cell in sheet[1]:
        cell.font = BOLD


def filled_first(sheet: Worksheet) -> None:
    for cell in sheet[1]:
        cell.fill = PatternFill("solid", fgColor="FFDDEEFF")


def frozen(sheet: Worksheet) -> None:
    sheet.freeze_panes = "A2"


def printed_on_each_page(sheet: Worksheet) -> None:
    sheet.print_title_rows = "1:1"


def filtered(sheet: Worksheet) -> None:
    sheet.auto_filter.ref = "A1:C3"


def named_table(sheet: Worksheet) -> None:
    sheet.add_table(Table(displayName="T", ref="A1:C3"))


@pytest.mark.parametrize("mark", [bold_first, filled_first, frozen, printed_on_each_page, filtered, named_table])
def test_what_the_file_says_of_heads_is_believed(mark: Callable[[Worksheet], None]) -> None:
    book, sheet = sheet_of(*PLAIN)
    assert [b.header for b in rows_of(book)] == [False, False, False]
    mark(sheet)
    assert [b.header for b in rows_of(book)] == [True, False, False]


@pytest.mark.parametrize(
    "rows",
    [
        [["Item", "2023", "2024"], ["Cash", 1, 2], ["Loans", 3, 4]],
        [["项目", 2023, 2024], ["现金", 1, 2], ["贷款", 3, 4]],
        [["币种 Currency", "利率 Rate"], ["RMB", 0.035], ["USD", 0.05]],
        [
            ["Control ID", "Owner", "Description"],
            ["C-1", "Ops", "Reconcile accounts daily"],
            ["C-2", "IT", "Restore backups"],
        ],
        [["序号", "控制活动", "责任部门"], ["一", "复核", "运营部"], ["二", "对账", "财务部"]],
    ],
)
def test_words_above_figures_or_names_above_words_are_heads(rows: list[list[object]]) -> None:
    book, _ = sheet_of(*rows)
    assert [b.header for b in rows_of(book)] == [True, *[False] * (len(rows) - 1)]


@pytest.mark.parametrize(
    "rows",
    [
        [["公司名称", "某某银行"], ["地址", "上海市浦东新区"], ["联系人", "张三"]],
        [["Company", "Example Bank"], ["Address", "12 High Street"], ["联系人 Contact", "Li"]],
        [["Alpha", "none"], ["Beta", 100], ["Gamma", 200]],
        [["甲", "无"], ["乙", 100], ["丙", 200]],
        [["Zhang 张", 2019], ["Li 李", 2020], ["Wang 王", 2021]],
    ],
)
def test_a_row_of_data_is_not_taken_for_heads(rows: list[list[object]]) -> None:
    book, _ = sheet_of(*rows)
    assert [b.header for b in rows_of(book)] == [False] * len(rows)


def test_an_empty_row_parts_tables_with_heads_of_their_own() -> None:
    book, _ = sheet_of(["Item", "Fee"], ["Wire", 1], [], ["Tier", "利率"], ["A", 2])
    rows = rows_of(book)
    assert [b.header for b in rows] == [True, False, True, False]
    assert rows[0].group == rows[1].group != rows[2].group == rows[3].group


def test_a_part_without_heads_goes_on_in_the_columns_of_the_table_above() -> None:
    book, _ = sheet_of(
        ["项目", None, 2023, None, 2024],
        ["资产 Assets"],
        ["现金", None, 1, None, 2],
        [],
        ["负债"],
        ["存款", None, 3],
        [],
        [None, None, 9],
    )
    rows = rows_of(book)
    assert len({b.group for b in rows}) == 1
    assert [[c.column for c in b.cells] for b in rows] == [[0, 1, 2], [0], [0, 1, 2], [0], [0, 1], [1]]


def test_tables_side_by_side_are_tables_of_their_own() -> None:
    book, _ = sheet_of(["项目", "金额", None, "项目", "金额"], ["a", 1, None, "b", 2], ["c", 3, None, "d", 4])
    assert [words for _, words in without_heading(book)] == [
        "项目 | 金额",
        "a | 1",
        "c | 3",
        "项目 | 金额",
        "b | 2",
        "d | 4",
    ]
    assert [b.group for b in rows_of(book)] == [1, 1, 1, 2, 2, 2]


def test_an_empty_column_inside_a_table_does_not_tear_its_rows() -> None:
    book, _ = sheet_of(
        ["Item", None, 2023, 2022, None, "Ref", "Note"],
        ["现金", None, 1, 2, None, "a", "b"],
        ["Loans", None, 3, 4, None, "c", "d"],
    )
    assert [words for _, words in without_heading(book)][1] == "现金 | 1 | 2 | a | b"


def test_one_column_of_words_is_paragraphs() -> None:
    book, _ = sheet_of(["第一条 目的"], ["The Bank keeps records."], ["第三 Third"])
    assert [kind for kind, _ in without_heading(book)] == ["paragraph"] * 3


def test_indents_of_labels_are_told() -> None:
    book, sheet = sheet_of(["Item", "n"], ["Assets 资产", 1], ["Cash", 2], ["  Notes", 3])
    sheet["A3"].alignment = Alignment(indent=2)
    assert [b.indent for b in rows_of(book)] == [0.0, 0.0, 18.0, 6.0]


def test_values_are_shown_as_a_person_sees_them() -> None:
    book, sheet = sheet_of(
        ["k", "v"], ["b", True], ["t", time(9, 30)], ["d", date(2024, 2, 29)], ["m", datetime(2024, 2, 29, 8, 5)]
    )
    sheet["B6"], sheet["B7"] = 0.153, -1234.5
    sheet["B6"].number_format, sheet["B7"].number_format = "0.0%", '#,##0.00"元";(#,##0.00"元")'
    sheet["A6"], sheet["A7"] = "p", "元"
    values = [words.split(" | ")[1] for _, words in without_heading(book)[1:]]
    assert values == ["TRUE", "9:30:00", "2024-02-29", "2024-02-29 8:05:00", "15.3%", "(1,234.50元)"]


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    styles = f'<styleSheet {NS}><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    body = '<row><c><v>0</v></c><c t="d"><v>2024-02-29T12:00:00</v></c></row>'
    data = package(body, book='<workbookPr date1904="1"/>', files={"styles.xml": styles})
    assert without_heading(data) == [("row", "1904-01-01 | 2024-02-29")]
    assert without_heading(package(body, files={"styles.xml": styles})) == [("row", "1900-01-00 | 2024-02-29")]


def test_stored_values_of_formulas_are_read_and_errors_shown() -> None:
    body = (
        '<row><c><f>1+1</f><v>2</v></c><c t="str"><f>A1&amp;"x"</f><v>合计 total</v></c>'
        '<c t="e"><f>1/0</f><v>#DIV/0!</v></c><c t="b"><v>0</v></c></row>'
    )
    assert without_heading(package(body)) == [("row", "2 | 合计 total | #DIV/0! | FALSE")]


def test_a_formula_without_a_value_is_shown_as_written_and_noted() -> None:
    body = '<row><c><f t="shared" ref="A1:B1" si="0">SUM(A2:A9)</f></c><c><f t="shared" si="0"/></c></row>'
    parsed = read(package(body))
    assert parsed.text == "S\n=SUM(A2:A9) | =SUM(A2:A9)"
    assert any("2 formulas never worked out" in note for note in parsed.notes)
    assert any("1 formula of these" in note for note in parsed.notes)


def test_shared_words_with_runs_lose_their_pronunciation_only() -> None:
    strings = (
        f"<sst {NS}><si><r><t>東京</t></r><r><rPr><b/></rPr><t xml:space='preserve'> office</t></r>"
        '<rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si><si><t>two_x000D_\nlines 两行 _x005F_x</t></si></sst>'
    )
    body = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    assert without_heading(package(body, files={"sharedStrings.xml": strings})) == [
        ("row", "東京 office | two lines 两行 _x")
    ]


def test_a_missing_shared_word_is_refused() -> None:
    with pytest.raises(IngestError, match="row 1 of the sheet 'S' names words that are missing"):
        read(package('<row><c t="s"><v>7</v></c></row>'))


def test_remarks_are_footnotes_after_their_row() -> None:
    book, sheet = sheet_of(["Item", "Fee"], ["Wire", 20], ["Draft", 30])
    sheet["B2"].comment = Comment("Waived 免收\nfor staff", "Li")
    assert without_heading(book)[1:] == [
        ("row", "Wire | 20"),
        ("footnote", "[B2] Waived 免收 for staff"),
        ("row", "Draft | 30"),
    ]


def test_a_conversation_stands_in_place_of_its_notice() -> None:
    comments = (
        f'<comments {NS}><commentList><comment ref="A1"><text><t>[Threaded comment] Your version ...</t></text>'
        '</comment><comment ref="C9"><text><t>note 说明</t></text></comment></commentList></comments>'
    )
    threaded = (
        '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="A1" personId="p"><text>对吗？</text></threadedComment>'
        '<threadedComment ref="A1" personId="q"><text>Yes.</text></threadedComment></ThreadedComments>'
    )
    people = '<personList><person id="p" displayName="李雷"/><person id="q" displayName="Ann"/></personList>'
    files = {
        "comments1.xml": comments,
        "threads/t1.xml": threaded,
        "persons/person.xml": people,
        "_rels/workbook.xml.rels": related(worksheet="worksheets/sheet1.xml", person="persons/person.xml"),
        "worksheets/_rels/sheet1.xml.rels": related(comments="../comments1.xml", threadedComment="../threads/t1.xml"),
    }
    assert without_heading(package(f"<row>{inline('a')}{inline('b')}</row>", files=files)) == [
        ("row", "a | b"),
        ("footnote", "[A1] 李雷: 对吗？"),
        ("footnote", "[A1] Ann: Yes."),
        ("footnote", "[C9] note 说明"),
    ]


def test_links_lead_outside_or_to_the_heading_of_a_sheet() -> None:
    book, sheet = sheet_of(["site 网站", "to 授权", "formula"], ["x", "y", "z"])
    book.create_sheet("授权 Limits").append(["a", "b"])
    sheet["A1"].hyperlink = "https://example.com/x"
    sheet["B1"].hyperlink = "#'授权 Limits'!B5"
    parsed = read(book)
    outside, inside = parsed.links
    assert (parsed.text[outside.start : outside.end], outside.href) == ("site 网站", "https://example.com/x")
    assert inside.to is not None
    assert parsed.text[inside.start : inside.end] == "to 授权"
    assert parsed.text[inside.to :].startswith("授权 Limits")


def test_a_formula_that_makes_a_link_is_a_link() -> None:
    body = '<row><c t="str"><f>HYPERLINK("https://example.com/制度","see")</f><v>see 见</v></c></row>'
    parsed = read(package(body))
    assert [(parsed.text[k.start : k.end], k.href) for k in parsed.links] == [("see 见", "https://example.com/制度")]


def test_text_boxes_are_read_once_and_pictures_are_told_of() -> None:
    words = "<a:p><a:r><a:t>Approved </a:t></a:r><a:r><a:t>批准</a:t></a:r></a:p><a:p/>"
    box = f"<xdr:sp><xdr:txBody>{words}</xdr:txBody></xdr:sp>"
    drawing = (
        f"<xdr:wsDr {DRAWING}><xdr:twoCellAnchor><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></xdr:twoCellAnchor>"
        "<xdr:oneCellAnchor><xdr:pic/></xdr:oneCellAnchor></xdr:wsDr>"
    )
    files = {
        "drawings/drawing1.xml": drawing,
        "worksheets/_rels/sheet1.xml.rels": related(drawing="../drawings/drawing1.xml"),
    }
    parsed = read(package("<row/>", files=files))
    assert parsed.text == "S\nApproved 批准"
    assert parsed.notes == ("1 picture not read",)


def test_what_is_printed_on_each_page_is_furniture() -> None:
    book, sheet = sheet_of(["a", "b"])
    sheet.oddHeader.center.text = "机密 Confidential && internal"
    sheet.oddFooter.right.text = "&P / &N"
    assert shown(book)[-1] == ("furniture", "机密 Confidential & internal")


def test_words_that_cannot_be_seen_are_hidden() -> None:
    book, sheet = sheet_of(["Item", "说明"], ["white 白", "tiny"], ["format 格式", "x"])
    sheet["A2"].font = WHITE
    sheet["B2"].font = Font(size=1)
    sheet["A3"].number_format = ";;;"
    assert [words for kind, words in shown(book) if kind == "hidden"] == ["white 白 | tiny", "format 格式"]


def test_white_words_on_a_dark_ground_are_seen() -> None:
    book, sheet = sheet_of(["Item 项目", "Fee"], ["Wire", 1])
    for cell in sheet[1]:
        cell.font, cell.fill = WHITE, PatternFill("solid", fgColor="FF003366")
    assert without_heading(book)[0] == ("head", "Item 项目 | Fee")


def test_white_heads_of_a_named_table_are_seen() -> None:
    book, sheet = sheet_of(["Item", "Fee 费用"], ["Wire", 1])
    sheet["A1"].font = sheet["B1"].font = WHITE
    assert without_heading(book)[0][0] == "hidden"
    sheet.add_table(Table(displayName="T", ref="A1:B2"))
    assert without_heading(book)[0] == ("head", "Item | Fee 费用")


def test_zeros_that_a_format_leaves_out_are_nothing() -> None:
    book, sheet = sheet_of(["Item 项目", "n"], ["a", 0], ["b", 5])
    sheet["B2"].number_format = "0;-0;;@"
    assert without_heading(book)[1:] == [("row", "a"), ("row", "b | 5")]


def test_merged_words_show_where_their_first_cell_is_hidden() -> None:
    book, sheet = sheet_of(["标题 Over", None, None], ["x", "y", "z"], ["u", "v", "w"])
    sheet.merge_cells("A1:C1")
    sheet.column_dimensions["A"].hidden = True
    assert without_heading(book)[0] == ("paragraph", "标题 Over")


def test_words_under_merged_cells_are_hidden_not_lost() -> None:
    body = f"<row>{inline('甲')}{inline('under 下')}</row>"
    data = package(body, after='<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>')
    assert without_heading(data) == [("paragraph", "甲"), ("hidden", "under 下")]


def test_merged_cells_on_top_of_each_other_lose_nothing() -> None:
    body = f"<row>{inline('a')}{inline('b')}</row><row>{inline('c')}{inline('d')}</row>"
    after = '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="A2:B2"/><mergeCell ref="nonsense"/></mergeCells>'
    assert Counter("".join(words for _, words in without_heading(package(body, after=after)))) >= Counter("abcd")


def test_cells_out_of_order_or_without_names_find_their_places() -> None:
    body = (
        f'<row r="2"><c r="B2"><v>4</v></c><c r="A2"><v>3</v></c></row><row r="1">{inline("Item")}{inline("值")}</row>'
    )
    assert without_heading(package(body)) == [("head", "Item | 值"), ("row", "3 | 4")]


def test_a_cell_that_is_there_twice_is_refused() -> None:
    with pytest.raises(IngestError, match="row 1 of the sheet 'S' holds a cell twice"):
        read(package('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'))


def test_a_workbook_in_strict_names_is_read_like_any_other() -> None:
    data = package(f"<row>{inline('甲')}{inline('a')}</row>")
    files = {
        name: words.replace(MAIN, f"{STRICT}/spreadsheetml/main").replace(
            RELATIONS, f"{STRICT}/officeDocument/relationships"
        )
        for name, words in unzipped(data).items()
    }
    assert read(zipped(files)) == read(data)


@pytest.mark.parametrize(
    ("given_title", "expected"),
    [("Limits 授权手册", "Limits 授权手册"), ("", None), ("Book1", None), ("工作簿 2", None), ("rates.xlsx", None)],
)
def test_the_title_is_the_one_in_the_properties_unless_made_up(given_title: str, expected: str | None) -> None:
    book, _ = sheet_of(["a", "b"])
    book.properties.title = given_title
    assert read(book).title == expected


def test_a_sheet_that_says_it_is_huge_is_read_by_its_three_cells() -> None:
    body = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c>'
        '<c r="XFD1048576"><v>3</v></c></row>'
    )
    parsed = read(package(body, before='<dimension ref="A1:XFD1048576"/>'))
    assert parsed.text == "S\n1\n2 | 3"


def test_a_row_or_column_beyond_the_last_is_refused() -> None:
    for place in ('<row r="1048577"><c><v>1</v></c></row>', '<row><c r="XFE1"><v>1</v></c></row>'):
        with pytest.raises(IngestError, match="which no sheet has"):
            read(package(place))


def test_too_many_characters_are_refused_and_the_setting_is_named() -> None:
    strings = f"<sst {NS}><si><t>{'长' * 9_000}</t></si></sst>"
    body = "".join('<row><c t="s"><v>0</v></c></row>' for _ in range(200))
    with pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"):
        read(package(body, files={"sharedStrings.xml": strings}))
    wide = "".join(f'<row r="{i}">{"<c/>" * i}<c><v>1</v></c></row>' for i in range(1, 1_200))
    with pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"):
        read(package(wide))


@pytest.mark.parametrize(
    ("counted", "message"), [("cells", "cells with something"), ("stored", "rows and columns that")]
)
def test_too_many_cells_are_refused(counted: str, message: str) -> None:
    kind = Kind("Excel workbook", "an old .xls", ".xlsx")
    book = read_workbook(Package(package("<row><c><v>1</v></c></row>"), MOST, kind), MOST)
    already = Counter({counted: 10 * MOST_CELLS})
    with pytest.raises(LimitExceeded, match=message):
        read_sheet(book, book.sheets[0], Allowance(MOST), already)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(LimitExceeded, match="unpacks to"):
        read_xlsx(package("<row/>" * 400_000), MOST, MOST)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_entities_are_refused(part: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    files = unzipped(package("<row><c><v>1</v></c></row>"))
    files[part] = bomb + files[part].replace("<v>1", "<v>&b;")
    with pytest.raises(IngestError, match="declares entities"):
        read(zipped(files))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04 no zip", "damaged or cut short"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), r"encrypted or an old \.xls"),
        (zipped({"word/document.xml": "<x/>"}), "no Excel workbook"),
        (package("<row><c>"), "cannot be read"),
        (package("<c>" * 600), "cannot be read"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_a_reason(data: bytes, message: str) -> None:
    with pytest.raises(IngestError, match=message):
        read(data)


WORDS = st.text(alphabet="abcXYZ第三条审批限额é&<>\"' \u3000\n_|：。1234567890.,%-", max_size=12)
VALUES = st.one_of(st.none(), WORDS, st.booleans(), st.integers(-(10**9), 10**9), st.dates(date(1900, 3, 1)))


@settings(max_examples=60)
@given(st.lists(st.lists(VALUES, max_size=6), max_size=8), st.data())
def test_every_word_of_any_sheet_is_in_a_block(rows: list[list[object]], data: st.DataObject) -> None:
    book, sheet = sheet_of()
    for i, row in enumerate(rows, 1):
        for j, value in enumerate(row, 1):
            words = value.lstrip("=") if isinstance(value, str) else value
            sheet.cell(i, j).value = words
    for i in data.draw(st.lists(st.integers(1, 8), max_size=2)):
        sheet.row_dimensions[i].hidden = True
    if data.draw(st.booleans()):
        sheet.column_dimensions["B"].hidden = True
    for top in data.draw(st.lists(st.integers(1, 3), max_size=1)):
        sheet.merge_cells(start_row=top, end_row=top + 1, start_column=2, end_column=3)
    made = saved(book)
    parsed = read(made)
    expected: Counter[str] = Counter()
    for row in openpyxl.load_workbook(io.BytesIO(made)).active.iter_rows(values_only=True):  # type: ignore[union-attr]
        expected.update(c for value in row if isinstance(value, str) for c in value if c.isalpha())
    found = Counter(parsed.text[2:])
    assert not expected - found
    assert parsed == read(made)
