import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.docx import read_docx
from docs_ingest.readers.docx_numbering import chinese, formatted

MOST = 1_000_000
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = f'xmlns:w="{NAMESPACE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def package(body: str, **parts: str) -> bytes:
    """A Word file with this body and other parts of the folder word/, by name without suffix."""
    files = {
        "[Content_Types].xml": CONTENT_TYPES,
        "word/document.xml": f"<w:document {NS}><w:body>{body}</w:body></w:document>",
        **{f"word/{name}.xml": words for name, words in parts.items()},
    }
    return zipped(files)


def zipped(files: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in files.items():
            archive.writestr(name, words)
    return held.getvalue()


def saved(document: Document) -> bytes:
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def read(data: bytes) -> ParsedDocument:
    parsed = read_docx(data, MOST, 10 * MOST)
    parsed.check()
    return parsed


def shown(data: bytes) -> list[tuple[str, str]]:
    """(kind, words) of each block."""
    parsed = read(data)
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def run(words: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(inner: str, properties: str = "") -> str:
    inner = inner if inner.startswith("<") else run(inner)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def numbered(words: str, num: int, level: int = 0) -> str:
    return paragraph(words, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')


def level(at: int, number_format: str, words: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>{more}'
        f'<w:lvlText w:val="{words}"/></w:lvl>'
    )


def numbering(*levels: str, nums: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>') -> str:
    return f'<w:numbering {NS}><w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{nums}</w:numbering>'


def letters(words: str) -> int:
    return sum(c.isalpha() for c in words)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Lending policy", "Loans are approved by two people."),
        ("授信管理办法", "贷款由两人审批。"),
        ("授信 Policy", "贷款 loans 由 two 人审批。"),
    ],
)
def test_headings_and_paragraphs_are_lines_in_every_language(title: str, words: str) -> None:
    document = docx.Document()
    document.add_heading(title, 1)
    document.add_paragraph(words)
    document.add_heading(title, 3)
    parsed = read(saved(document))
    assert parsed.text == f"{title}\n{words}\n{title}"
    assert [(b.kind, b.level) for b in parsed.blocks] == [
        (BlockKind.HEADING, 1),
        (BlockKind.PARAGRAPH, None),
        (BlockKind.HEADING, 3),
    ]
    assert parsed.format == "docx"


def test_title_style_is_a_heading_only_beside_other_headings() -> None:
    document = docx.Document()
    document.core_properties.title = ""
    document.add_heading("章程", 0)
    document.add_paragraph("第一条 x")
    alone = read(saved(document))
    assert [b.kind for b in alone.blocks] == [BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]
    assert alone.title == "章程"
    document.add_heading("附则", 1)
    assert [b.level for b in read(saved(document)).blocks] == [1, None, 1]


def test_heading_is_inherited_through_the_style_and_a_sentence_is_none() -> None:
    styles = (
        f'<w:styles {NS}><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="own"><w:name w:val="条标题"/><w:basedOn w:val="1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="x"/><w:basedOn w:val="loop"/></w:style></w:styles>'
    )
    own = '<w:pStyle w:val="own"/>'
    body = (
        paragraph("总则 General", own)
        + paragraph("本办法自发布之日起施行。", own)
        + paragraph("a", "<w:outlineLvl w:val='0'/>")
    )
    body += paragraph("b", '<w:pStyle w:val="1"/><w:outlineLvl w:val="9"/>') + paragraph(
        "c", '<w:pStyle w:val="loop"/>'
    )
    found = read(package(body, styles=styles)).blocks
    assert [b.level for b in found] == [2, None, 1, None, None]


def test_chinese_articles_are_numbered_and_stay_paragraphs_while_their_items_are_items() -> None:
    levels = (
        level(0, "chineseCountingThousand", "第%1条"),
        level(1, "chineseCounting", "（%2）", '<w:suff w:val="nothing"/>'),
    )
    body = (
        numbered("目的", 1)
        + numbered("甲", 1, 1)
        + numbered("乙", 1, 1)
        + numbered("scope 范围", 1)
        + numbered("丙", 1, 1)
    )
    assert shown(package(body, numbering=numbering(*levels))) == [
        ("paragraph", "第一条 目的"),
        ("item", "（一）甲"),
        ("item", "（二）乙"),
        ("paragraph", "第二条 scope 范围"),
        ("item", "（一）丙"),
    ]


def test_multilevel_numbers_restart_and_legal_numbers_are_digits() -> None:
    levels = (
        level(0, "upperRoman", "Part %1"),
        level(1, "decimal", "%1.%2", "<w:isLgl/>"),
        level(2, "lowerLetter", "(%3)"),
    )
    body = "".join(
        numbered(w, 1, at) for w, at in [("A", 0), ("b", 1), ("c", 2), ("d", 2), ("e", 1), ("f", 2), ("G", 0), ("h", 1)]
    )
    assert [words for _, words in shown(package(body, numbering=numbering(*levels)))] == [
        *("Part I A", "1.1 b", "(a) c", "(b) d", "1.2 e", "(a) f", "Part II G", "2.1 h"),
    ]


def test_lists_of_one_definition_count_on_unless_one_overrides_the_start() -> None:
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/>'
        "</w:lvlOverride></w:num>"
    )
    body = numbered("a", 1) + numbered("b", 2) + numbered("c", 3) + numbered("d", 3) + numbered("e", 9)
    data = package(body, numbering=numbering(level(0, "decimalZero", "%1."), nums=nums))
    assert [words for _, words in shown(data)] == ["01. a", "02. b", "07. c", "08. d", "e"]


def test_number_comes_from_the_style_and_its_base_and_zero_switches_it_off() -> None:
    styles = (
        f'<w:styles {NS}><w:style w:type="paragraph" w:styleId="base"><w:name w:val="base"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="own">'
        '<w:name w:val="own"/><w:basedOn w:val="base"/></w:style></w:styles>'
    )
    levels = (level(0, "decimal", "%1"), level(1, "decimal", "%1.%2", '<w:pStyle w:val="own"/>'))
    off = '<w:pStyle w:val="own"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    body = paragraph("A", '<w:pStyle w:val="base"/>') + paragraph("b", '<w:pStyle w:val="own"/>') + paragraph("c", off)
    found = read(package(body, numbering=numbering(*levels), styles=styles))
    assert found.text == "1 A\n1.1 b\nc"
    assert [b.level for b in found.blocks] == [1, 2, None]


def test_bullets_are_drawn_alike_whatever_their_font() -> None:
    levels = (level(0, "bullet", "\uf0b7"), level(1, "bullet", "o"), level(2, "bullet", "–"), level(3, "none", ""))
    body = "".join(numbered("条 x", 1, at) for at in range(4))
    assert [words for _, words in shown(package(body, numbering=numbering(*levels)))] == [
        "• 条 x",
        "• 条 x",
        "– 条 x",
        "条 x",
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1005, "一千零五"),
        (10020, "一万零二十"),
    ],
)
def test_chinese_counting(value: int, words: str) -> None:
    assert chinese(value) == words


@pytest.mark.parametrize(
    ("number_format", "value", "words"),
    [
        ("lowerLetter", 28, "bb"),
        ("lowerRoman", 14, "xiv"),
        ("japaneseCounting", 111, "百十一"),
        ("ideographTraditional", 3, "丙"),
        ("decimalEnclosedCircle", 3, "③"),
        ("unheardOf", 3, "3"),
        ("none", 3, ""),
        ("decimal", 0, "0"),
    ],
)
def test_number_formats(number_format: str, value: int, words: str) -> None:
    assert formatted(value, number_format) == words


def test_tracked_changes_are_accepted_and_counted() -> None:
    body = paragraph(
        run("保留 kept ")
        + f"<w:ins w:id='1'>{run('新增 added ')}</w:ins><w:del w:id='2'><w:r><w:delText>gone</w:delText></w:r></w:del>"
        f"<w:moveFrom w:id='3'>{run('old')}</w:moveFrom><w:moveTo w:id='4'>{run('moved')}</w:moveTo>"
    )
    parsed = read(package(body))
    assert parsed.text == "保留 kept 新增 added moved"
    assert parsed.notes == ("3 tracked changes accepted",)


def test_paragraph_whose_mark_was_deleted_goes_on_in_the_next_one_and_takes_no_number() -> None:
    deleted = paragraph(run("第一 "), '<w:numPr><w:numId w:val="1"/></w:numPr><w:rPr><w:del w:id="1"/></w:rPr>')
    data = package(deleted + numbered("second", 1), numbering=numbering(level(0, "decimal", "%1.")))
    assert shown(data) == [("item", "1. 第一 second")]


def test_footnotes_follow_the_block_that_refers_to_them() -> None:
    notes = (
        f'<w:footnotes {NS}><w:footnote w:type="separator" w:id="0">{paragraph("---")}</w:footnote>'
        f'<w:footnote w:id="7">{paragraph("净额 net")}{paragraph("more")}</w:footnote></w:footnotes>'
    )
    ends = f'<w:endnotes {NS}><w:endnote w:id="2">{paragraph("来源 source")}</w:endnote></w:endnotes>'
    body = paragraph(run("费用 fee") + '<w:r><w:footnoteReference w:id="7"/></w:r>' + run("。")) + paragraph("next")
    body += paragraph(run("last") + '<w:r><w:endnoteReference w:id="2"/></w:r>')
    assert shown(package(body, footnotes=notes, endnotes=ends)) == [
        ("paragraph", "费用 fee。"),
        ("footnote", "[1] 净额 net more"),
        ("paragraph", "next"),
        ("paragraph", "last"),
        ("footnote", "[i] 来源 source"),
    ]


def test_table_rows_share_a_group_and_merged_cells_are_written_once() -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    words = [["等级 Level", "限额", "Who"], ["高", "5万", "Board"], ["", "10", "主任"]]
    for cells, row in zip(words, table.rows, strict=True):
        for one, cell in zip(cells, row.cells, strict=True):
            cell.text = one
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(1, 1).merge(table.cell(1, 2))
    parsed = read(saved(document))
    assert parsed.text.split("\n") == ["等级 Level | 限额 | Who", "高 | 5万 Board", "| 10 | 主任"]
    assert [(b.kind, b.group, b.header) for b in parsed.blocks] == [
        (BlockKind.ROW, 1, True),
        (BlockKind.ROW, 1, False),
        (BlockKind.ROW, 1, False),
    ]


def test_nested_tables_are_flattened_and_one_cell_is_a_frame() -> None:
    document = docx.Document()
    outer = document.add_table(1, 2)
    outer.cell(0, 0).text = "外"
    inner = outer.cell(0, 0).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text, outer.cell(0, 1).text = "a", "b", "右"
    document.add_table(1, 1).cell(0, 0).text = "boxed 框"
    assert shown(saved(document)) == [("row", "外 a b | 右"), ("paragraph", "boxed 框")]


def test_hidden_runs_are_apart_from_what_is_seen() -> None:
    styles = (
        f'<w:styles {NS}><w:style w:type="character" w:styleId="h"><w:name w:val="h"/><w:rPr><w:vanish/></w:rPr>'
        "</w:style></w:styles>"
    )
    body = paragraph(run("可见 seen ") + run("忽略 ignore", "<w:vanish/>") + run("end")) + paragraph(
        run("all", '<w:rStyle w:val="h"/>')
    )
    body += paragraph(run("shown", '<w:vanish w:val="0"/>'))
    assert shown(package(body, styles=styles)) == [
        ("paragraph", "可见 seen end"),
        ("hidden", "忽略 ignore"),
        ("hidden", "all"),
        ("paragraph", "shown"),
    ]


def test_fields_boxes_links_and_marks_are_read_once() -> None:
    body = paragraph(
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>"
        f"<w:r><w:fldChar w:fldCharType='separate'/></w:r>{run('第三条')}<w:r><w:fldChar w:fldCharType='end'/></w:r>"
        f"<w:hyperlink>{run(' link')}</w:hyperlink><w:sdt><w:sdtContent>{run(' 选')}</w:sdtContent></w:sdt>"
        "<w:r><w:tab/><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>"
        f"<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{paragraph('框 box')}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{paragraph('框 box')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert shown(package(body)) == [("paragraph", "第三条 link 选 a-b c"), ("paragraph", "框 box")]


def test_headers_and_footers_are_furniture_once_at_the_end() -> None:
    document = docx.Document()
    document.add_paragraph("text")
    document.sections[0].header.paragraphs[0].text = "内部 Internal"
    document.sections[0].footer.paragraphs[0].text = "内部 Internal"
    assert shown(saved(document)) == [("paragraph", "text"), ("furniture", "内部 Internal")]


def test_printed_contents_are_furniture() -> None:
    styles = f'<w:styles {NS}><w:style w:type="paragraph" w:styleId="T"><w:name w:val="toc 1"/></w:style></w:styles>'
    body = paragraph("第一章 总则 1", '<w:pStyle w:val="T"/>') + paragraph("第一章 总则")
    assert [kind for kind, _ in shown(package(body, styles=styles))] == ["furniture", "paragraph"]


def test_size_bold_and_centre_are_told() -> None:
    document = docx.Document()
    one = document.add_paragraph()
    one.alignment = 1
    words = one.add_run("第一章 Chapter")
    words.bold, words.font.size = True, Pt(16)
    document.add_paragraph("正文").add_run(" bold").bold = True
    found = read(saved(document)).blocks
    assert [(b.size, b.bold, b.centered) for b in found] == [(16.0, True, True), (11.0, False, False)]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("客户尽职调查办法", "客户尽职调查办法"),
        ("Microsoft Word - x.doc", None),
        ("Document1", None),
        ("Fee Policy 办法", "Fee Policy 办法"),
    ],
)
def test_title_of_the_properties_is_used_unless_a_program_made_it_up(written: str, title: str | None) -> None:
    document = docx.Document()
    document.add_paragraph("x")
    document.core_properties.title = written
    assert read(saved(document)).title == title


def test_document_without_text_has_no_blocks() -> None:
    assert read(package("<w:p/>")).blocks == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not a zip at all", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "without a password"),
        (zipped({"a.txt": "x"}), "no Word document"),
        (package(paragraph("words " * 400))[:-200], "damaged"),
        (zipped({"word/document.xml": "<w:document>"}), "cannot be read"),
        (package("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000), "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(IngestError, match=reason):
        read(data)


def test_damaged_part_is_refused() -> None:
    data = bytearray(package(paragraph("".join(chr(0x4E00 + i * 7 % 5000) for i in range(4000)))))
    at = data.find(b"word/document.xml") + 400
    data[at : at + 40] = bytes(40)
    with pytest.raises(IngestError):
        read(bytes(data))


def test_entity_bomb_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    body = f"{bomb}]><w:document {NS}><w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
    with pytest.raises(IngestError):
        read(zipped({"word/document.xml": body}))


def test_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = package(paragraph("x"), theme="0" * 20 * MOST)
    assert len(bomb) < 50_000
    with pytest.raises(LimitExceeded, match="CITEPATH_MAX_FILE_MB"):
        read(bomb)


def test_thousands_of_styles_and_notes_that_lead_to_each_other_are_read() -> None:
    styles = f"<w:styles {NS}>" + "".join(
        f'<w:style w:type="paragraph" w:styleId="s{i}"><w:basedOn w:val="s{i + 1}"/></w:style>' for i in range(5000)
    )
    mark = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    notes = "".join(
        f'<w:footnote w:id="{i}">{paragraph(run("注") + mark.format(i + 1))}</w:footnote>' for i in range(3000)
    )
    body = paragraph(run("a") + mark.format(0), '<w:pStyle w:val="s0"/>')
    data = package(body, styles=f"{styles}</w:styles>", footnotes=f"<w:footnotes {NS}>{notes}</w:footnotes>")
    assert len(read(data).blocks) == 3001


@pytest.mark.parametrize("value", ["nan", "9" * 5000, "-1", "", "x"])
def test_numbers_that_are_none_are_passed_over(value: str) -> None:
    properties = (
        f'<w:outlineLvl w:val="{value}"/><w:ind w:left="{value}"/>'
        f'<w:numPr><w:ilvl w:val="{value}"/><w:numId w:val="1"/></w:numPr>'
    )
    data = package(
        paragraph(run("字", f'<w:sz w:val="{value}"/>'), properties), numbering=numbering(level(0, "decimal", "%1."))
    )
    assert shown(data) == [("item", "1. 字")]


def test_limit_on_characters_names_its_setting() -> None:
    with pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"):
        read_docx(package(paragraph("word " * 30)), 99, MOST)


def _plain(document: Document, words: str) -> None:
    document.add_paragraph(words)


def _cell(document: Document, words: str) -> None:
    document.add_table(2, 2).cell(1, 0).text = words


def _link(document: Document, words: str) -> None:
    element = document.add_paragraph()._p
    element.append(parse_xml(f"<w:hyperlink {NS}>{run('')}</w:hyperlink>"))
    element[-1][0][-1].text = words


def _heading(document: Document, words: str) -> None:
    document.add_heading(words, 2)


def _hidden(document: Document, words: str) -> None:
    document.add_paragraph().add_run(words).font.hidden = True


_WORDS = st.text(alphabet="abc 第三条审批é&<>\"'\u3000\t\n", min_size=1, max_size=30)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([_plain, _cell, _link, _heading, _hidden]), _WORDS), max_size=12))
def test_letters_in_are_letters_out(parts: list[tuple[Callable[[Document, str], None], str]]) -> None:
    document = docx.Document()
    for add, words in parts:
        add(document, words)
    data = saved(document)
    parsed = read(data)
    assert letters(parsed.text) == sum(letters(words) for _, words in parts)
    assert parsed == read(data)
