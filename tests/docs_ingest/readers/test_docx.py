import io
import time
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.shared import Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.docx.numbering import chinese, formatted
from docs_ingest.readers.docx.reader import read_docx
from docs_ingest.readers.office.symbols import in_font, symbol

MOST = 1_000_000
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NS = (
    f'xmlns:w="{NAMESPACE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:r="{RELATIONS}" xmlns:a="{DRAWING}/main" xmlns:wp="{DRAWING}/wordprocessingDrawing" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


def package(body: str, **parts: str) -> bytes:
    """A Word file with this body and other parts of the folder word/, by name without suffix."""
    return zipped(files_of(body, **parts))


def files_of(body: str, **parts: str) -> dict[str, str]:
    return {
        "[Content_Types].xml": CONTENT_TYPES,
        "word/document.xml": f"<w:document {NS}><w:body>{body}</w:body></w:document>",
        **{f"word/{name}.xml": words for name, words in parts.items()},
    }


def relations(*targets: tuple[str, str, str]) -> str:
    """A relationships part of (id, kind, target); targets with a scheme lead outside."""
    said = "".join(
        f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" Target="{target}" '
        f'TargetMode="{"External" if ":" in target else "Internal"}"/>'
        for key, kind, target in targets
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{said}</Relationships>'


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


def field(instruction: str, shown_words: str) -> str:
    def mark(step: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{step}"/></w:r>'

    told = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return mark("begin") + told + mark("separate") + shown_words + mark("end")


def bookmark(name: str) -> str:
    return f'<w:bookmarkStart w:id="1" w:name="{name}"/><w:bookmarkEnd w:id="1"/>'


def cell(words: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(words) if words else '<w:p/>'}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table(*rows: str, properties: str = "") -> str:
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr>{''.join(rows)}</w:tbl>"


def links(data: bytes) -> list[tuple[str, str | None, str | None]]:
    """(words, words of the block they lead to, href) of each link."""
    parsed = read(data)
    at = {block.start: parsed.text[block.start : block.end] for block in parsed.blocks}
    return [(parsed.text[k.start : k.end], None if k.to is None else at[k.to], k.href) for k in parsed.links]


def hidden(body: str, **parts: str) -> list[str]:
    return [words for kind, words in shown(package(body, **parts)) if kind == "hidden"]


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


def test_tracked_changes_are_accepted_and_counted_by_kind_and_author() -> None:
    body = paragraph(
        run("保留 kept ") + f"<w:ins w:id='1' w:author='王'>{run('新增 added ')}</w:ins>"
        "<w:del w:id='2' w:author='Lee'><w:r><w:delText>gone</w:delText></w:r></w:del>"
        f"<w:moveFrom w:id='3' w:author='王'>{run('old')}</w:moveFrom><w:moveTo w:id='4'>{run('moved')}</w:moveTo>"
    )
    body += f"<w:p><w:pPr><w:rPr><w:ins w:id='9' w:author='王'/></w:rPr></w:pPr>{run('next')}</w:p>"
    parsed = read(package(body))
    assert parsed.text == "保留 kept 新增 added moved\nnext"
    assert parsed.notes == ("4 tracked changes accepted: 2 insertions, 1 deletion, 1 move, by 2 authors",)


def test_a_move_over_several_paragraphs_leaves_nothing_behind_and_is_one_move() -> None:
    gone = "<w:rPr><w:moveFrom w:id='1' w:author='a'/></w:rPr>"
    num = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    start, end = "<w:moveFromRangeStart w:id='7' w:name='m'/>", "<w:moveFromRangeEnd w:id='7'/>"
    came = "<w:moveToRangeStart w:id='8' w:name='m'/>"
    body = (
        numbered("甲 first", 1)
        + start
        + paragraph(f"<w:moveFrom w:id='1'>{run('乙 moved')}</w:moveFrom>", num + gone)
        + paragraph(f"<w:moveFrom w:id='2'>{run('丙 moved')}</w:moveFrom>", num + gone)
        + end
        + numbered("丁 last", 1)
        + came
        + paragraph(f"<w:moveTo w:id='3'>{run('乙 moved')}</w:moveTo>", num)
        + paragraph(f"<w:moveTo w:id='4'>{run('丙 moved')}</w:moveTo>", num)
    )
    data = package(body, numbering=numbering(level(0, "chineseCounting", "%1、")))
    assert [words for _, words in shown(data)] == ["一、 甲 first", "二、 丁 last", "三、 乙 moved", "四、 丙 moved"]
    assert read(data).notes == ("1 tracked change accepted: 1 move, by 1 author",)


def test_deleted_rows_and_cells_are_gone() -> None:
    kept = row(cell("a"), cell("x", '<w:cellDel w:id="3"/>'), cell("乙"))
    data = package(table(kept, row(cell("gone"), properties='<w:del w:id="1"/>'), row(cell("c"), cell("丁"))))
    assert read(data).text == "a | 乙\nc | 丁"


def test_a_paragraph_whose_mark_is_gone_does_not_swallow_the_table_after_it() -> None:
    body = paragraph(run("前 before"), '<w:rPr><w:del w:id="1"/></w:rPr>') + table(row(cell("a"), cell("b")))
    assert shown(package(body)) == [("paragraph", "前 before"), ("row", "a | b")]


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


def note_marks(section: str = "", settings: str = "", breaks: bool = False) -> list[str]:
    """What is drawn before each of four notes: two in a section, one on its second page, and one in the next."""
    notes = "".join(f'<w:footnote w:id="{i}">{paragraph("注 note")}</w:footnote>' for i in range(1, 5))
    broken = "<w:r><w:lastRenderedPageBreak/></w:r>" if breaks else ""

    def mark(i: int) -> str:
        return f'<w:r><w:footnoteReference w:id="{i}"/></w:r>'

    ends = f"<w:sectPr>{section}</w:sectPr>"
    body = (
        paragraph(run("a") + mark(1) + mark(2))
        + table(row(cell("b"), f"<w:tc>{paragraph(run('c') + broken + mark(3))}</w:tc>"))
        + paragraph("d", ends)
        + paragraph(run("e") + mark(4))
        + ends
    )
    found = shown(
        package(
            body,
            footnotes=f"<w:footnotes {NS}>{notes}</w:footnotes>",
            settings=f"<w:settings {NS}>{settings}</w:settings>",
        )
    )
    return [words.partition(" ")[0] for kind, words in found if kind == "footnote"]


def test_marks_of_notes_are_counted_as_the_section_or_the_document_asks() -> None:
    def asked(*said: tuple[str, str]) -> str:
        return "<w:footnotePr>" + "".join(f'<w:{name} w:val="{words}"/>' for name, words in said) + "</w:footnotePr>"

    each_page = asked(("numFmt", "decimalEnclosedCircleChinese"), ("numRestart", "eachPage"))
    assert note_marks() == ["[1]", "[2]", "[3]", "[4]"]
    assert note_marks(asked(("numRestart", "eachSect"), ("numStart", "5"))) == ["[5]", "[6]", "[7]", "[5]"]
    assert note_marks(settings=each_page, breaks=True) == ["[①]", "[②]", "[①]", "[②]"]
    assert note_marks(settings=each_page) == ["[①]", "[②]", "[③]", "[④]"]
    assert note_marks(asked(("numFmt", "upperRoman")), each_page)[-1] == "[IV]"


def test_marks_written_by_the_author_are_not_counted_and_notes_of_hidden_words_are_hidden() -> None:
    notes = "".join(
        f'<w:footnote w:id="{i}">{paragraph(words)}</w:footnote>'
        for i, words in enumerate(["* 自 own", "隐 secret", "甲 x"])
    )
    body = paragraph(
        run("a")
        + '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="0"/><w:t>*</w:t></w:r>'
        + '<w:r><w:rPr><w:vanish/></w:rPr><w:footnoteReference w:id="1"/></w:r>'
        + '<w:r><w:footnoteReference w:id="2"/></w:r>'
    )
    assert shown(package(body, footnotes=f"<w:footnotes {NS}>{notes}</w:footnotes>")) == [
        ("paragraph", "a*"),
        ("footnote", "* 自 own"),
        ("hidden", "隐 secret"),
        ("footnote", "[1] 甲 x"),
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


def test_cells_know_their_column_over_spans_gaps_and_merged_cells() -> None:
    grid = table(
        row(cell("地区 Region", '<w:vMerge w:val="restart"/>'), cell("限额 Limits", '<w:gridSpan w:val="2"/>')),
        row(cell("", "<w:vMerge/>"), cell("2024"), cell("2025年")),
        row(cell("North"), cell("5万"), cell("6万")),
        row(cell("only 右"), properties='<w:gridBefore w:val="2"/>'),
        row(cell("a", '<w:hMerge w:val="restart"/>'), cell("", '<w:hMerge w:val="continue"/>'), cell("乙")),
    )
    parsed = read(package(grid))
    assert parsed.text.split("\n") == [
        "地区 Region | 限额 Limits",
        "| 2024 | 2025年",
        "North | 5万 | 6万",
        "only 右",
        "a | 乙",
    ]
    cells = [[(parsed.text[c.start : c.end], c.column, c.span) for c in block.cells] for block in parsed.blocks]
    assert cells == [
        [("地区 Region", 0, 1), ("限额 Limits", 1, 2)],
        [("2024", 1, 1), ("2025年", 2, 1)],
        [("North", 0, 1), ("5万", 1, 1), ("6万", 2, 1)],
        [("only 右", 2, 1)],
        [("a", 0, 2), ("乙", 2, 1)],
    ]
    assert [block.header for block in parsed.blocks] == [True, True, False, False, False]


def test_words_under_a_merged_cell_are_hidden_as_word_hides_them() -> None:
    grid = table(
        row(cell("上", '<w:vMerge w:val="restart"/>'), cell("a")), row(cell("under 下", "<w:vMerge/>"), cell("b"))
    )
    assert shown(package(grid)) == [("row", "上 | a"), ("row", "| b"), ("hidden", "under 下")]


HEAD = "<w:tblHeader/>"


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        ([row(cell("a"), cell("b")), row(cell("c"), cell("d"))], 1),
        ([row(cell("a"), cell("b"), properties=HEAD), row(cell("c"), cell("d"), properties=HEAD), row(cell("e"))], 2),
        ([row(cell("a"), properties=HEAD), row(cell("b"), properties=HEAD)], 1),  # all marked: said by mistake
        ([row(cell("a"), cell("b")), row(cell("c"), cell("d"), properties=HEAD), row(cell("e"))], 1),
        ([row(cell("表一 Fees", '<w:gridSpan w:val="3"/>')), row(*map(cell, "级限期")), row(*map(cell, "甲12"))], 2),
        ([row(cell("资产", '<w:gridSpan w:val="3"/>')), row(*map(cell, "现34")), row(*map(cell, "甲12"))], 1),
        ([row(cell("定义 Terms", '<w:gridSpan w:val="2"/>')), row(cell("甲"), cell("乙")), row(cell("c"))], 1),
    ],
)
def test_heads_of_columns_are_the_marked_rows_else_the_first_and_those_under_spans(rows: list[str], heads: int) -> None:
    blocks = read(package(table(*rows))).blocks
    assert [block.header for block in blocks] == [i < heads for i in range(len(rows))]


def test_a_caption_is_a_paragraph() -> None:
    styles = f'<w:styles {NS}><w:style w:type="paragraph" w:styleId="C"><w:name w:val="caption"/></w:style></w:styles>'
    body = paragraph(run("表 ") + field(" SEQ 表 ", run("1")) + run(" 费率 Fees"), '<w:pStyle w:val="C"/>')
    body += table(row(cell("a"), cell("b")))
    assert shown(package(body, styles=styles)) == [("paragraph", "表 1 费率 Fees"), ("row", "a | b")]


def test_indent_of_the_first_cell_is_the_rows() -> None:
    first = paragraph("现金", '<w:ind w:left="240"/>')
    inner = f"<w:tc>{first}</w:tc>"
    grid = table(row(cell("资产"), cell("1")), row(inner, cell("2")))
    assert [block.indent for block in read(package(grid)).blocks] == [None, 12.0]


def test_references_and_inner_hyperlinks_lead_to_the_block_of_their_bookmark() -> None:
    body = (
        paragraph(bookmark("_Ref9") + run("保管"), '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
        + paragraph(run("见 see ") + field(" REF _Ref9 \\r \\h ", run("第一") + run("条")) + run(" 与本条"))
        + bookmark("between")
        + table(row(cell("等级"), f"<w:tc>{paragraph(run('x') + field('PAGEREF between', run('3')))}</w:tc>"))
        + paragraph(f'<w:hyperlink w:anchor="BETWEEN">{run(" 附表 annex ")}</w:hyperlink>')
        + paragraph(f'<w:fldSimple w:instr="REF nowhere">{run("lost 失")}</w:fldSimple>')
        + paragraph(field(' HYPERLINK \\l "_Ref9" \\o "tip" ', run("条款 ") + field(" PAGEREF _Ref9 ", run("7"))))
    )
    data = package(body, numbering=numbering(level(0, "chineseCounting", "第%1条")))
    assert links(data) == [
        ("第一条", "第一条 保管", None),
        ("3", "等级 | x3", None),
        ("附表 annex", "等级 | x3", None),
        ("条款 7", "第一条 保管", None),
    ]


def test_hyperlinks_out_of_the_file_keep_their_address_in_text_cells_and_notes() -> None:
    note = paragraph(f'<w:hyperlink r:id="n">{run("注 note")}</w:hyperlink>')
    notes = f'<w:footnotes {NS}><w:footnote w:id="1">{note}</w:footnote></w:footnotes>'
    linked = f'<w:hyperlink r:id="a" w:anchor="s5">{run("官网 site")}</w:hyperlink>'
    body = (
        paragraph(run("访问 ") + linked + '<w:r><w:footnoteReference w:id="1"/></w:r>')
        + table(row(cell(""), f"<w:tc>{paragraph(run('到 ') + linked)}</w:tc>"))
        + paragraph(field('HYPERLINK "http://b.cn/a b?x=1" \\t "_blank"', run("乙")))
        + paragraph(f'<w:hyperlink r:id="missing">{run("nowhere")}</w:hyperlink>')
    )
    files = files_of(body, footnotes=notes)
    files["word/_rels/document.xml.rels"] = relations(
        ("a", "hyperlink", "https://a.cn/规定"), ("f", "footnotes", "footnotes.xml")
    )
    files["word/_rels/footnotes.xml.rels"] = relations(("n", "hyperlink", "mailto:x@b.cn"))
    assert links(zipped(files)) == [
        ("官网 site", None, "https://a.cn/规定#s5"),
        ("注 note", None, "mailto:x@b.cn"),
        ("官网 site", None, "https://a.cn/规定#s5"),
        ("乙", None, "http://b.cn/a b?x=1"),
    ]


def test_a_field_that_never_ends_loses_no_words() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    body = paragraph(run("前 ") + begin + "<w:r><w:instrText>IF x</w:instrText></w:r>" + run("后 after"))
    assert read(package(body)).text == "前 后 after"


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


DARK = '<w:shd w:val="clear" w:fill="1F3864"/>'


@pytest.mark.parametrize(
    "properties",
    [
        '<w:color w:val="FFFFFF"/>',
        '<w:color w:val="fdfdfd"/>',
        '<w:color w:val="000000" w:themeColor="background1"/>',
        '<w:color w:val="FF0000"/><w:highlight w:val="red"/>',
        '<w:color w:val="1F3864"/><w:shd w:val="clear" w:fill="1F3864"/>',
        '<w:sz w:val="2"/>',
        '<w:w w:val="1"/>',
        "<w:webHidden/>",
        "<w14:textFill><w14:noFill/></w14:textFill>",
        '<w14:textFill><w14:solidFill><w14:srgbClr w14:val="FFFFFF"/></w14:solidFill></w14:textFill>',
    ],
)
def test_words_nobody_can_see_are_hidden(properties: str) -> None:
    white = '<a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1>'
    theme = f'<a:theme xmlns:a="{DRAWING}/main"><a:clrScheme>{white}</a:clrScheme></a:theme>'
    data = package(paragraph(run("可见 ") + run("忽略 ignore", properties) + run("seen")), theme=theme)
    assert shown(data) == [("paragraph", "可见 seen"), ("hidden", "忽略 ignore")]
    assert read(data).notes == ("8 letters hidden by the file and not citable",)


@pytest.mark.parametrize(
    "properties",
    [
        '<w:color w:val="auto"/>',
        '<w:color w:val="FFFFFF"/><w:highlight w:val="darkBlue"/>',
        f'<w:color w:val="FFFFFF"/>{DARK}',
        '<w:color w:val="FFFFFF"/><w:shd w:val="pct50" w:fill="FFFFFF"/>',
        '<w:color w:val="D9D9D9"/>',
        '<w:sz w:val="4"/>',
        '<w:w w:val="50"/>',
        '<w:webHidden w:val="0"/>',
    ],
)
def test_words_that_can_be_seen_stay(properties: str) -> None:
    assert shown(package(paragraph(run("可见 seen", properties)))) == [("paragraph", "可见 seen")]


def test_white_words_are_seen_on_dark_paragraphs_cells_pages_and_painted_tables() -> None:
    white = run("白 white", '<w:color w:val="FFFFFF"/>')
    styles = (
        f'<w:styles {NS}><w:style w:type="table" w:styleId="T"><w:name w:val="T"/><w:basedOn w:val="U"/></w:style>'
        f'<w:style w:type="table" w:styleId="U"><w:tblStylePr w:type="firstRow"><w:tcPr>{DARK}</w:tcPr></w:tblStylePr>'
        '</w:style><w:style w:type="table" w:styleId="plain"><w:name w:val="Plain"/></w:style></w:styles>'
    )
    on_dark = paragraph(white, DARK) + table(row(f"<w:tc><w:tcPr>{DARK}</w:tcPr>{paragraph(white)}</w:tc>", cell("b")))
    painted = table(row(f"<w:tc>{paragraph(white)}</w:tc>", cell("b")), properties='<w:tblStyle w:val="T"/>')
    assert hidden(on_dark + painted, styles=styles) == []
    plain = table(row(f"<w:tc>{paragraph(white)}</w:tc>", cell("b")), properties='<w:tblStyle w:val="plain"/>')
    assert hidden(plain, styles=styles) == ["白 white"]
    files = files_of(paragraph(white), settings=f"<w:settings {NS}><w:displayBackgroundShape/></w:settings>")
    files["word/document.xml"] = files["word/document.xml"].replace(
        "<w:body>", '<w:background w:color="1F3864"/><w:body>'
    )
    assert shown(zipped(files)) == [("paragraph", "白 white")]
    del files["word/settings.xml"]  # then Word does not paint the page
    assert shown(zipped(files)) == [("hidden", "白 white")]


def test_white_words_beside_a_picture_on_the_same_page_are_seen() -> None:
    picture = (
        '<w:r><w:drawing><wp:anchor behindDoc="1"><wp:extent cx="7000000" cy="9000000"/></wp:anchor></w:drawing></w:r>'
    )
    white = paragraph(run("封面 cover", '<w:color w:val="FFFFFF"/>'))
    next_page = paragraph('<w:r><w:br w:type="page"/></w:r>')
    assert shown(package(paragraph(picture) + white + next_page + white)) == [
        ("paragraph", "封面 cover"),
        ("hidden", "封面 cover"),
    ]


def text_box(anchor: str, words: str = "框 box") -> str:
    held = f"<a:graphic><w:txbxContent>{paragraph(words)}</w:txbxContent></a:graphic>"
    return paragraph(run("正文 text") + f"<w:r><w:drawing><wp:anchor>{anchor}{held}</wp:anchor></w:drawing></w:r>")


def placed(across: int, down: int, origin: str = "page") -> str:
    return (
        f'<wp:positionH relativeFrom="{origin}"><wp:posOffset>{across}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="{origin}"><wp:posOffset>{down}</wp:posOffset></wp:positionV>'
        '<wp:extent cx="900000" cy="900000"/>'
    )


@pytest.mark.parametrize(
    ("body", "is_hidden"),
    [
        (text_box(placed(1_000, 1_000)), False),
        (text_box(placed(-800_000, 0)), False),
        (text_box(placed(-900_000, 0)), True),
        (text_box(placed(0, 30_000_000)), True),
        (text_box(placed(-1_000_000, 0, "margin")), False),
        (text_box(placed(-2_000_000, 0, "margin")), True),
        (text_box(placed(0, -2_000_000, "paragraph")), False),
        (text_box(placed(0, 0) + '<wp:docPr id="1" name="x" hidden="1"/>'), True),
        (paragraph("框 box", '<w:framePr w:w="900" w:x="-2000" w:hAnchor="page"/>'), True),
        (paragraph("框 box", '<w:framePr w:w="900" w:x="200" w:hAnchor="page"/>'), False),
        (
            paragraph(
                '<w:r><w:pict><v:shape style="position:absolute;margin-left:-5000pt;margin-top:0;width:90pt">'
                f"<v:textbox><w:txbxContent>{paragraph('框 box')}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
            ),
            True,
        ),
    ],
)
def test_words_off_the_page_are_hidden(body: str, is_hidden: bool) -> None:
    assert hidden(body) == (["框 box"] if is_hidden else [])
    assert "框 box" in read(package(body)).text


def test_page_numbers_of_contents_are_hidden_in_browsers_only() -> None:
    styles = f'<w:styles {NS}><w:style w:type="paragraph" w:styleId="T"><w:name w:val="toc 1"/></w:style></w:styles>'
    body = paragraph(run("总则 General ") + run("12", "<w:webHidden/>"), '<w:pStyle w:val="T"/>')
    assert shown(package(body, styles=styles)) == [("furniture", "总则 General 12")]


def control(inner: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


def test_content_controls_show_what_was_chosen_and_prompts_are_furniture() -> None:
    prompt = "<w:showingPlcHdr/>"
    body = (
        paragraph(
            run("币种 ") + control(run("人民币 CNY"), "<w:dropDownList/>") + control(run(" 2025年1月1日"), "<w:date/>")
        )
        + paragraph(run("姓名：") + control(run("单击输入 Click here"), prompt))
        + control(paragraph("选择一项 Choose"), prompt)
        + table(row(cell("日期"), f"<w:tc>{control(paragraph('点击 pick'), prompt)}</w:tc>"))
        + paragraph(
            control("<w:r><w:t>☒</w:t></w:r>")
            + run(" 是 ")
            + control('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>')
            + run(" no")
        )
    )
    assert shown(package(body)) == [
        ("paragraph", "币种 人民币 CNY 2025年1月1日"),
        ("paragraph", "姓名："),
        ("furniture", "单击输入 Click here"),
        ("furniture", "选择一项 Choose"),
        ("row", "日期 |"),
        ("furniture", "点击 pick"),
        ("paragraph", "☒ 是 □ no"),
    ]


def test_form_fields_of_older_word_show_their_box_and_their_choice() -> None:
    def form(data: str) -> str:
        begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
        told = '<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        return begin + told

    entries = '<w:listEntry w:val="甲 one"/><w:listEntry w:val="乙 two"/>'
    body = paragraph(
        form('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>')
        + run(" 是 yes ")
        + form('<w:checkBox><w:default w:val="0"/></w:checkBox>')
        + run(" 否 ")
        + form(f'<w:ddList><w:result w:val="1"/>{entries}</w:ddList>')
    )
    assert read(package(body)).text == "☒ 是 yes ☐ 否 乙 two"


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        (" eq \\o\\ac(○,3) ", "③"),
        (" EQ \\f(净利润,a+b) ", "净利润/(a+b)"),
        (" EQ \\r(3,\\f(1,2)) ", "√[3](1/2)"),
        (" EQ x\\s\\up5(2) ", "x^2"),
        (' SYMBOL 252 \\f "Wingdings" ', "✓"),
        (" PAGEREF x ", ""),
    ],
)
def test_fields_that_draw_their_instruction_are_read(instruction: str, words: str) -> None:
    empty = field(instruction, "").replace('<w:r><w:fldChar w:fldCharType="separate"/></w:r>', "")
    assert read(package(paragraph(run("第 ") + empty + run(" 项 item")))).text == f"第 {words} 项 item"
    assert read(package(paragraph(field(instruction, run("结果 result"))))).text == "结果 result"


def test_prompts_of_templates_are_furniture_and_hidden_rows_are_hidden() -> None:
    prompt = field(" MACROBUTTON NoMacro [单击 Click here] ", "")
    body = paragraph(run("姓名：") + prompt) + table(
        row(cell("a")), row(cell("隐"), cell("b"), properties="<w:hidden/>")
    )
    assert shown(package(body)) == [
        *(("paragraph", "姓名："), ("furniture", "[单击 Click here]"), ("row", "a"), ("hidden", "隐 b"))
    ]


def math(inner: str) -> str:
    return f"<m:oMath>{inner}</m:oMath>"


def mr(words: str) -> str:
    return f"<m:r><m:t>{words}</m:t></m:r>"


def part(name: str, **inner: str) -> str:
    return f"<m:{name}>{''.join(f'<m:{tag}>{words}</m:{tag}>' for tag, words in inner.items())}</m:{name}>"


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (part("f", num=mr("a"), den=mr("b")), "a/b"),
        (part("f", num=mr("净利润"), den=mr("总资产")), "净利润/总资产"),
        (part("f", num=mr("net income") + mr("+x"), den=mr("2a")), "(net income+x)/(2a)"),
        (part("sSup", e=mr("x"), sup=mr("2")) + mr("+") + part("sSub", e=mr("x"), sub=mr("i")), "x^2+x_i"),
        (part("sSup", e=mr("10"), sup=mr("n+1")), "10^(n+1)"),
        (part("rad", deg="", e=part("f", num=mr("1"), den=mr("n"))), "√(1/n)"),
        (part("rad", deg=mr("3"), e=mr("x")), "∛x"),
        (
            f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>{mr('i=1')}</m:sub><m:sup>{mr('n')}</m:sup>"
            f"<m:e>{part('sSub', e=mr('x'), sub=mr('i'))}</m:e></m:nary>",
            "∑_(i=1)^n x_i",
        ),
        ("<m:d>" + f"<m:e>{mr('甲')}</m:e><m:e>{mr('b')}</m:e>" + "</m:d>", "(甲|b)"),
        (part("func", fName=mr("log"), e=part("d", e=mr("x"))), "log (x)"),
        ("<m:m>" + part("mr", e=mr("a")) + part("mr", e=mr("b")) + "</m:m>", "[a; b]"),
        (mr("kept") + f"<w:del>{mr('gone')}</w:del>", "kept"),
    ],
)
def test_formulas_keep_their_meaning_on_one_line(formula: str, words: str) -> None:
    assert read(package(paragraph(run("设 ") + math(formula) + run(" 为")))).text == f"设 {words} 为"


def test_hidden_parts_of_a_formula_are_hidden() -> None:
    phantom = f"<m:phant><m:phantPr><m:show m:val='0'/></m:phantPr><m:e>{mr('幻 phantom')}</m:e></m:phant>"
    vanished = "<m:r><w:rPr><w:vanish/></w:rPr><m:t>隐</m:t></m:r>"
    assert shown(package(paragraph(math(mr("x") + phantom + vanished)))) == [
        ("paragraph", "x"),
        ("hidden", "隐幻 phantom"),
    ]


def test_small_figures_are_kept_apart_from_the_figures_they_follow() -> None:
    raised, lowered = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
    body = paragraph(
        run("约 10") + run("6", raised) + run(" 元, 1") + run("st", raised) + run(" H") + run("2", lowered) + run("O")
    )
    assert read(package(body)).text == "约 10^6 元, 1st H2O"


def test_symbols_are_characters_and_unknown_ones_are_mentioned() -> None:
    body = paragraph(
        '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:sym w:font="Symbol" w:char="F061"/></w:r>'
        + run(" 是 ")
        + "<w:r>"
        '<w:sym w:font="Wingdings" w:char="F0E0"/><w:sym w:font="Odd Font" w:char="F099"/></w:r>'
        + run("\uf0b3 ab", '<w:rFonts w:ascii="Symbol"/>')
    )
    parsed = read(package(body))
    assert parsed.text == "✓α 是 →≥ αβ"
    assert parsed.notes == ("1 symbol of the font “Odd Font” not read",)
    assert (symbol("wingdings", 0x6C), symbol("Arial", 0x6C)) == ("●", None)
    assert in_font("第§条", "Wingdings") == ("第▪条", 0)


def test_notes_say_what_was_left_out() -> None:
    body = (
        paragraph("正文 text")
        + '<w:altChunk r:id="x"/>'
        + paragraph('<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>')
        + paragraph(
            f'<w:r><w:drawing><wp:inline><c:chart xmlns:c="{DRAWING}/chart" r:id="c"/></wp:inline></w:drawing></w:r>'
        )
    )
    comments = f'<w:comments {NS}><w:comment w:id="1">{paragraph("批注")}</w:comment><w:comment w:id="2"/></w:comments>'
    parsed = read(package(body, comments=comments))
    assert parsed.text == "正文 text"
    assert parsed.notes == (
        "2 comments not part of the text",
        "1 embedded document not read",
        "1 embedded object not read",
        "1 chart not read",
    )


def test_words_of_diagrams_and_lettering_are_read() -> None:
    d = f'xmlns:d="{DRAWING}/diagram" xmlns:a="{DRAWING}/main"'

    def point(key: str, words: str) -> str:
        return f'<d:pt modelId="{key}"><d:t><a:p><a:r><a:t>{words}</a:t></a:r></a:p></d:t></d:pt>'

    ties = (("0", "2", 1), ("0", "1", 0), ("1", "3", 0))
    model = (
        f'<d:dataModel {d}><d:ptLst><d:pt modelId="0" type="doc"/>{point("2", "后 after")}{point("1", "先 first")}'
        f"{point('3', '下 below')}</d:ptLst><d:cxnLst>"
        + "".join(f'<d:cxn srcId="{a}" destId="{b}" srcOrd="{n}"/>' for a, b, n in ties)
        + "</d:cxnLst></d:dataModel>"
    )
    body = paragraph(
        run("图 figure") + f'<w:r><w:drawing><wp:inline><d:relIds {d} r:dm="m"/></wp:inline></w:drawing></w:r>'
        '<w:r><w:pict><v:shape><v:textpath string="艺术字 art"/></v:shape></w:pict></w:r>'
    )
    files = files_of(body) | {"word/diagrams/data1.xml": model}
    files["word/_rels/document.xml.rels"] = relations(("m", "diagramData", "diagrams/data1.xml"))
    parsed = read(zipped(files))
    assert parsed.text == "图 figure\n艺术字 art\n先 first\n下 below\n后 after"
    assert [block.level for block in parsed.blocks] == [None, None, 1, 2, 1]


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


def test_headers_of_first_and_even_pages_watermarks_and_their_hidden_words_are_kept_apart() -> None:
    document = docx.Document()
    document.add_paragraph("text")
    section = document.sections[0]
    section.different_first_page_header_footer = True
    document.settings.odd_and_even_pages_header_footer = True
    section.first_page_header.paragraphs[0].text = "首页 first"
    section.even_page_footer.paragraphs[0].text = "双页 even"
    section.header.paragraphs[0].add_run("隐 hidden").font.hidden = True
    mark = '<w:r><w:pict><v:shape><v:textpath string="草稿 DRAFT"/></v:shape></w:pict></w:r>'
    section.header.paragraphs[0]._p.append(parse_xml(mark.replace("<w:r>", f"<w:r {NS}>", 1)))
    assert sorted(shown(saved(document))[1:]) == [
        ("furniture", "双页 even"),
        ("furniture", "草稿 DRAFT"),
        ("furniture", "首页 first"),
        ("hidden", "隐 hidden"),
    ]


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


def test_a_document_of_pictures_needs_text_recognition() -> None:
    picture = '<w:r><w:drawing><wp:inline><a:blip r:embed="x"/></wp:inline></w:drawing></w:r>'
    with pytest.raises(NeedsOcr, match="OCR"):
        read(package(paragraph(picture)))
    assert read(package(paragraph(picture) + paragraph("字 words"))).text == "字 words"


def test_building_blocks_are_read_where_there_is_nothing_else() -> None:
    glossary = (
        f"<w:glossaryDocument {NS}><w:docParts><w:docPart><w:docPartPr><w:name w:val='x'/></w:docPartPr>"
        f"<w:docPartBody>{paragraph('保密条款 Confidentiality')}</w:docPartBody></w:docPart></w:docParts>"
        "</w:glossaryDocument>"
    )
    for body, words in (("<w:p/>", "保密条款 Confidentiality"), (paragraph("正文 text"), "正文 text")):
        files = files_of(body) | {"word/glossary/document.xml": glossary}
        files["word/_rels/document.xml.rels"] = relations(("g", "glossaryDocument", "glossary/document.xml"))
        assert read(zipped(files)).text == words


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


@pytest.mark.parametrize(
    "body",
    [
        paragraph(
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>" * 4_000
            + run("x") * 4_000
        ),
        paragraph("x", '<w:rPr><w:del w:id="1"/></w:rPr>') * 8_000,
        table(row(*["<w:tc><w:tcPr><w:gridSpan w:val='999999'/></w:tcPr><w:p/></w:tc>"] * 4_000, cell("x"))),
        paragraph(f'<w:hyperlink w:anchor="a">{run("x")}</w:hyperlink>' * 8_000) + bookmark("a") * 8_000,
        paragraph(math("<m:e>" * 60 + mr("x") * 2_000 + "</m:e>" * 60)),
    ],
    ids=["fields", "marks", "spans", "links", "formula"],
)
def test_hostile_bodies_are_read_in_linear_time(body: str) -> None:
    began = time.process_time()
    read(package(body))
    assert time.process_time() - began < 4


def test_a_second_body_is_read_as_well() -> None:
    data = package(paragraph("设 the first") + "</w:body><w:body>" + paragraph("第二 the second"))
    assert shown(data) == [("paragraph", "设 the first"), ("paragraph", "第二 the second")]


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


_CELLS = st.lists(
    st.tuples(_WORDS.map(lambda words: words.strip("\t\n \u3000&<>\"'")), st.integers(1, 4)), min_size=2, max_size=5
)


@settings(max_examples=25, deadline=None)
@given(st.lists(_CELLS, min_size=1, max_size=4), st.integers(0, 3))
def test_every_cell_is_its_words_in_its_column(rows: list[list[tuple[str, int]]], before: int) -> None:
    escaped = [[(w.replace("&", "&amp;").replace("<", "&lt;"), span) for w, span in cells] for cells in rows]
    grid = table(
        *(
            row(
                *(cell(run(words), f'<w:gridSpan w:val="{span}"/>') for words, span in cells),
                properties=f'<w:gridBefore w:val="{before}"/>',
            )
            for cells in escaped
        )
    )
    parsed = read(package(grid))
    expected = []
    for cells in rows:
        places = [before + sum(span for _, span in cells[:i]) for i in range(len(cells))]
        found = [(" ".join(w.split()), at, span) for (w, span), at in zip(cells, places, strict=True) if w.strip()]
        expected += [found] if found else []
    seen = [
        [(" ".join(parsed.text[c.start : c.end].split()), c.column, c.span) for c in block.cells]
        for block in parsed.blocks
    ]
    assert seen == expected


def test_a_pattern_of_numbers_as_long_as_a_book_is_cut() -> None:
    began = time.process_time()
    found = shown(package(numbered("字", 1) * 20, numbering=numbering(level(0, "decimal", "%1" * 500_000))))
    assert time.process_time() - began < 4
    assert found[0][1].startswith("1" * 500 + " 字")
