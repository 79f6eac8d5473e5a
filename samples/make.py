"""Builds the sample PDF and DOCX files out of the texts in `content/`.

    python samples/make.py [FOLDER]     (default: samples/documents)

The same content gives the same bytes on every machine: dates are fixed, and
nothing is compressed, because compressors differ from one zlib to the next.
`tests/test_project.py` compares what is committed with what is built.

The content is plain text, one paragraph a line; its first characters say what it is:

    ! title    !! subtitle    @ key | value   (front page)
    # heading  ## heading below it
    = key | article, numbered by Word; `{key}` elsewhere becomes 第N条
    - or (a)   list item, `-` numbered by Word
    | a | b    table row; the first row is number and caption, the second the column heads
    ^1         the text of footnote 1, whose mark in the text is [^1]
"""

import io
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document as new_document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from reportlab.platypus.tableofcontents import TableOfContents

HERE = Path(__file__).parent
CONTENT = HERE / "content"
DOCUMENTS = HERE / "documents"

DOCX_DATES = {
    "客户尽职调查管理办法.2023-01-01": datetime(2022, 11, 18, 9, 0),
    "客户尽职调查管理办法.2025-07-01": datetime(2025, 5, 23, 9, 0),
}


def built() -> dict[str, bytes]:
    """File name to bytes, for every sample that is made rather than written."""
    files = {"outsourcing-policy.pdf": pdf(read("outsourcing-policy"))}
    for name, day in DOCX_DATES.items():
        files[f"{name}.docx"] = docx(read(name), day)
    return files


# --- content


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of content: its kind (the characters it began with) and the rest."""

    kind: str
    text: str

    @property
    def cells(self) -> list[str]:
        return [cell.strip() for cell in self.text.split("|")]


_KINDS = re.compile(r"(!!|!|@|##|#|=|-|\||\^\d+) +|(\([a-z]\)) ")


def read(name: str) -> list[Piece]:
    """The pieces of one content file, with `{key}` replaced by the number its article gets."""
    pieces = [_piece(line) for line in (CONTENT / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line]
    keys = [piece.cells[0] for piece in pieces if piece.kind == "="]
    numbers = {key: f"第{chinese_number(n)}条" for n, key in enumerate(keys, start=1)}
    return [Piece(p.kind, re.sub(r"\{(\w+)\}", lambda m: numbers[m[1]], p.text)) for p in pieces]


def _piece(line: str) -> Piece:
    mark = _KINDS.match(line)
    if mark is None:
        return Piece("", line)
    return Piece(mark[1], line[mark.end() :]) if mark[1] else Piece("(a)", line)


def tables(pieces: list[Piece]) -> Iterator[Piece | list[Piece]]:
    """The pieces in order, the rows of one table gathered into a list."""
    rows: list[Piece] = []
    for piece in pieces:
        if piece.kind == "|":
            rows.append(piece)
            continue
        if rows:
            yield rows
            rows = []
        yield piece
    if rows:
        yield rows


def chinese_number(n: int) -> str:
    """1 to 99, as Word's `chineseCountingThousand` writes them: 十, 十一, 二十一."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return head + (digits[ones] if ones or not tens else "")


# --- PDF

SERIF, BOLD = "Times-Roman", "Times-Bold"  # of the 14 every PDF reader has
_TEXT = ParagraphStyle("text", fontName=SERIF, fontSize=10.5, leading=14.5, alignment=TA_JUSTIFY, spaceAfter=6)
STYLES = {
    "": _TEXT,
    "(a)": ParagraphStyle("item", _TEXT, leftIndent=28, bulletIndent=10, spaceAfter=4),
    "#": ParagraphStyle("h1", fontName=BOLD, fontSize=15, leading=19, spaceBefore=16, spaceAfter=7, keepWithNext=1),
    "##": ParagraphStyle("h2", fontName=BOLD, fontSize=11.5, leading=15, spaceBefore=9, spaceAfter=4, keepWithNext=1),
    "!": ParagraphStyle("title", fontName=BOLD, fontSize=26, leading=32, alignment=TA_CENTER, spaceBefore=120),
    "!!": ParagraphStyle("subtitle", fontName=SERIF, fontSize=15, leading=22, alignment=TA_CENTER, spaceAfter=60),
    "caption": ParagraphStyle("caption", fontName=BOLD, fontSize=9.5, leading=13, spaceBefore=6, spaceAfter=4),
    "cell": ParagraphStyle("cell", fontName=SERIF, fontSize=9.5, leading=12),
    "head": ParagraphStyle("head", fontName=BOLD, fontSize=9.5, leading=12),
    "note": ParagraphStyle("note", fontName=SERIF, fontSize=8, leading=9.6, alignment=TA_JUSTIFY),
}


class FootnoteMark(Flowable):
    """Stands behind a paragraph, takes no room, and tells the page which note to print at its foot."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        notes: list[str] = self.canv.__dict__.setdefault("page_notes", [])
        notes.append(self.text)


class PolicyTemplate(BaseDocTemplate):
    """A4 with running header and footer, footnotes, bookmarks and a table of contents."""

    def __init__(self, file: io.BytesIO, *, title: str, running: str) -> None:
        super().__init__(
            file,
            pagesize=A4,
            title=title,
            author="Harbour & Lotus Bank",
            subject=running,
            creator="samples/make.py",
            leftMargin=2.6 * cm,
            rightMargin=2.6 * cm,
            topMargin=2.6 * cm,
            bottomMargin=3.4 * cm,
            invariant=1,
            pageCompression=0,
        )
        self.running = running
        self.headings = 0
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, id="body", showBoundary=0)
        self.addPageTemplates(
            [
                PageTemplate(id="front", frames=[frame], autoNextPageTemplate="body"),
                PageTemplate(id="body", frames=[frame], onPageEnd=self.furnish),
            ]
        )

    def furnish(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        left, right = self.leftMargin, self.leftMargin + self.width
        canvas.setFont(SERIF, 8.5)
        canvas.drawString(left, A4[1] - 1.6 * cm, self.running)
        canvas.drawRightString(right, A4[1] - 1.6 * cm, "Internal")
        canvas.drawString(left, 1.4 * cm, "HLB-POL-027 v4.1")
        canvas.drawRightString(right, 1.4 * cm, f"Page {canvas.getPageNumber()}")
        canvas.setLineWidth(0.4)
        canvas.line(left, A4[1] - 1.8 * cm, right, A4[1] - 1.8 * cm)
        notes: list[str] = canvas.__dict__.pop("page_notes", [])
        if not notes:
            return
        foot = self.bottomMargin - 8
        canvas.line(left, foot, left + 4 * cm, foot)
        for note in notes:
            drawn = Paragraph(note, STYLES["note"])
            _, height = drawn.wrap(self.width, 3 * cm)
            foot -= height + 2
            drawn.drawOn(canvas, left, foot)

    def beforeDocument(self) -> None:
        self.headings = 0

    def afterFlowable(self, flowable: Flowable) -> None:
        level = {"h1": 0, "h2": 1}.get(getattr(getattr(flowable, "style", None), "name", ""))
        if level is None:
            return
        text = flowable.getPlainText()
        self.headings += 1
        key = f"heading-{self.headings}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level, closed=False)
        self.notify("TOCEntry", (level, text, self.page, key))


def pdf(pieces: list[Piece]) -> bytes:
    """The policy as a PDF 1.4 file: front page, contents, body."""
    rl_config.invariant = 1
    notes = {p.kind[1:]: p.text for p in pieces if p.kind.startswith("^")}
    title = next(p.text for p in pieces if p.kind == "!")
    story: list[Flowable] = []
    front = [p.cells for p in pieces if p.kind == "@"]
    for piece in tables([p for p in pieces if not p.kind.startswith("^")]):
        if isinstance(piece, list):
            story.append(_pdf_table(piece))
        elif piece.kind == "@":
            if piece.cells == front[-1]:
                story += [_facts(front), PageBreak(), *_contents(), PageBreak()]
        else:
            story += _paragraph(piece, notes)
    file = io.BytesIO()
    PolicyTemplate(file, title=title, running=f"Harbour & Lotus Bank | {title}").multiBuild(story)
    return file.getvalue()


def _paragraph(piece: Piece, notes: dict[str, str]) -> list[Flowable]:
    marks = re.findall(r"\[\^(\d+)\]", piece.text)
    text = re.sub(r"\[\^(\d+)\]", r"<super size=7>\1</super>", _inline(piece.text, hyphens=piece.kind in ("", "(a)")))
    style = STYLES[piece.kind]
    if piece.kind == "(a)":
        label, text = text.split(" ", 1)
        made = Paragraph(text, style, bulletText=label)
    else:
        made = Paragraph(text, style)
    behind = [FootnoteMark(f"<super size=6>{n}</super> {_inline(notes[n], hyphens=False)}") for n in marks]
    return [made, *behind]


def _breaks() -> dict[str, str]:
    """Where long words may be broken, so that justified lines end in real hyphens."""
    words = (CONTENT / "hyphens.txt").read_text(encoding="ascii").split()
    return {word.replace("-", ""): word.replace("-", "\u00ad") for word in words}


_BREAKS = _breaks()


def _inline(text: str, *, hyphens: bool) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    if hyphens:
        text = re.sub(r"[a-z]{6,}", lambda m: _BREAKS.get(m[0], m[0]), text)
    return text


def _facts(rows: list[list[str]]) -> Flowable:
    table = Table([[Paragraph(a, STYLES["head"]), Paragraph(b, STYLES["cell"])] for a, b in rows], [5 * cm, 8 * cm])
    table.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)])
    return table


def _contents() -> list[Flowable]:
    contents = TableOfContents(dotsMinLevel=0)
    contents.levelStyles = [
        ParagraphStyle("toc1", fontName=BOLD, fontSize=10, leading=14, spaceBefore=3),
        ParagraphStyle("toc2", fontName=SERIF, fontSize=9.5, leading=12, leftIndent=16),
    ]
    heading = ParagraphStyle("contents", STYLES["#"])
    return [Paragraph("Contents", heading), contents]


def _pdf_table(rows: list[Piece]) -> Flowable:
    number, caption = rows[0].cells
    heads = [Paragraph(cell, STYLES["head"]) for cell in rows[1].cells]
    body = [[Paragraph(cell, STYLES["cell"]) for cell in row.cells] for row in rows[2:]]
    table = Table([heads, *body], repeatRows=1, hAlign="LEFT", colWidths=[15.3 * cm / len(heads)] * len(heads))
    table.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    return KeepTogether([Paragraph(f"{number}. {caption}", STYLES["caption"]), table, Spacer(1, 8)])


# --- DOCX

ARTICLES, ITEMS = 101, 102  # ids of the two abstract numberings


def docx(pieces: list[Piece], made: datetime) -> bytes:
    """The rules as a Word file: chapters typed, articles and items numbered by Word."""
    document = new_document()
    _page(document, header=next(p.text for p in pieces if p.kind == "!"))
    articles = _define_numbering(document)
    list_number = 0
    before = ""
    for piece in tables(pieces):
        if isinstance(piece, list):
            _docx_table(document, piece)
            before = "|"
            continue
        if piece.kind == "!":
            document.add_heading(piece.text, level=0)
        elif piece.kind == "!!":
            document.add_paragraph(piece.text).alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif piece.kind == "#":
            document.add_heading(piece.text, level=1).alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif piece.kind == "=":
            _number(document.add_paragraph(piece.text.split("|", 1)[1].strip()), articles)
        elif piece.kind == "-":
            if before != "-":
                list_number = _new_list(document, ITEMS)
            _number(document.add_paragraph(piece.text), list_number)
        else:
            document.add_paragraph(piece.text).paragraph_format.first_line_indent = Pt(21)
        before = piece.kind
    facts = document.core_properties
    facts.title = next(p.text for p in pieces if p.kind == "!")
    facts.author = facts.last_modified_by = "港莲银行合规部"
    facts.created = facts.modified = made
    facts.comments, facts.revision = "", 1
    file = io.BytesIO()
    document.save(file)
    return _fixed_zip(file.getvalue())


def _page(document: Any, *, header: str) -> None:  # python-docx hides its document class behind a function
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.8)
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    for style in ("Normal", "Title", "Heading 1"):
        fonts = document.styles[style].element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:ascii"), "Times New Roman")
        fonts.set(qn("w:hAnsi"), "Times New Roman")
        fonts.set(qn("w:eastAsia"), "宋体")
    used = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", "Title", "heading 1"}
    for style in document.styles.element.findall(qn("w:style")):
        name = style.find(qn("w:name")).get(qn("w:val"))
        if name not in used | {"header", "footer", "Title Char", "Heading 1 Char", "Header Char", "Footer Char"}:
            style.getparent().remove(style)
    section.header.paragraphs[0].text = header
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("内部资料　第 ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)
    foot.add_run(" 页")


def _define_numbering(document: Any) -> int:
    """Put both numberings into numbering.xml; returns the number id of the articles."""
    numbering = document.part.numbering_part.element
    first = numbering.find(qn("w:num"))
    for abstract, text, indent in ((ARTICLES, "第%1条", 0), (ITEMS, "（%1）", 420)):
        definition = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}"><w:multiLevelType w:val="singleLevel"/>'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>'
            f'<w:suff w:val="{"space" if abstract == ARTICLES else "nothing"}"/><w:lvlText w:val="{text}"/>'
            f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{indent}" w:firstLine="0"/></w:pPr></w:lvl></w:abstractNum>'
        )
        first.addprevious(definition)
    return _new_list(document, ARTICLES)


def _new_list(document: Any, abstract: int) -> int:
    """A list that starts counting at one."""
    numbering = document.part.numbering_part.element
    num = numbering.add_num(abstract)
    num.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(num.numId)


def _number(paragraph: Any, number: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = number


def _docx_table(document: Any, rows: list[Piece]) -> None:
    caption = document.add_paragraph(" ".join(rows[0].cells))
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.runs[0].bold = True
    table = document.add_table(rows=0, cols=len(rows[1].cells), style="Table Grid")
    for n, row in enumerate(rows[1:]):
        cells = table.add_row().cells
        for cell, text in zip(cells, row.cells, strict=True):
            cell.text = text
            cell.paragraphs[0].runs[0].bold = n == 0
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    document.add_paragraph("注：评分标准由合规部另行公布，每年调整一次。")


def _fixed_zip(zipped: bytes) -> bytes:
    """The same parts, stored instead of packed, all dated 1 January 1980."""
    dropped = re.compile(r"docProps/thumbnail|customXml/|word/stylesWithEffects")  # leftovers of the empty template
    entry = re.compile(r"<(?:Relationship|Override) [^>]*(?:thumbnail|customXml|stylesWithEffects)[^>]*/>")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            if dropped.match(name):
                continue
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.create_system, part.external_attr = 3, 0o644 << 16
            body = old.read(name)
            if name.endswith(".rels") or name == "[Content_Types].xml":
                body = entry.sub("", body.decode()).encode()
            new.writestr(part, body)
    return out.getvalue()


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else DOCUMENTS
    for name, content in built().items():
        (folder / name).write_bytes(content)
        print(f"{folder / name}: {len(content):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
