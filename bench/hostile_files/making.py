"""Files by hand: the fewest parts of each format, so that every byte of them can be wrong on purpose."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
W_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_OFFICE}/relationships" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:m="{_OFFICE}/math" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
S_NS = f'xmlns="{_SHEETS}" xmlns:r="{_OFFICE}/relationships"'
P_NS = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{_OFFICE}/relationships"'
)
XML = '<?xml version="1.0" encoding="UTF-8"?>'

Part = bytes | str


@dataclass(frozen=True, slots=True)
class Bait:
    """What a file that reaches out would reach: a file with a secret in it, and a door that counts who knocks."""

    port: int  # on 127.0.0.1
    path: Path
    secret: str  # in the file

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bait"


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile file and how it may end."""

    name: str
    file_name: str
    build: Callable[[Bait], bytes]
    ends: frozenset[str] = frozenset({"ready", "failed", "needs_ocr"})


def case(name: str, file_name: str, build: Callable[[Bait], bytes], *ends: str) -> Case:
    """A case; without `ends` it may end in any way that is said clearly."""
    return Case(name, file_name, build, frozenset(ends) or Case.__dataclass_fields__["ends"].default)


def always(data: bytes) -> Callable[[Bait], bytes]:
    return lambda bait: data


def zipped(parts: Mapping[str, Part] | Iterable[tuple[str, Part]], level: int = 6) -> bytes:
    """A ZIP archive; the same name may come twice."""
    held = io.BytesIO()
    pairs = parts.items() if isinstance(parts, Mapping) else parts
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        for name, data in pairs:
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def relations(*found: tuple[str, str, str], outside: Sequence[tuple[str, str, str]] = ()) -> str:
    """(id, kind, target) of relationships; `outside`: those that lead out of the package."""
    inner = "".join(f'<Relationship Id="{i}" Type="{_OFFICE}/relationships/{k}" Target="{t}"/>' for i, k, t in found)
    inner += "".join(
        f'<Relationship Id="{i}" Type="{_OFFICE}/relationships/{k}" Target="{t}" TargetMode="External"/>'
        for i, k, t in outside
    )
    return f'{XML}<Relationships xmlns="{_PACKAGE}">{inner}</Relationships>'


def paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def docx_parts(body: str, more: Mapping[str, Part] | None = None, doctype: str = "") -> dict[str, Part]:
    return {
        "[Content_Types].xml": f"{XML}<Types/>",
        "_rels/.rels": relations(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": f"{XML}{doctype}<w:document {W_NS}><w:body>{body}</w:body></w:document>",
        **(more or {}),
    }


def docx(body: str, more: Mapping[str, Part] | None = None, doctype: str = "") -> bytes:
    return zipped(docx_parts(body, more, doctype))


def xlsx_parts(sheets: Sequence[str], more: Mapping[str, Part] | None = None, doctype: str = "") -> dict[str, Part]:
    """A workbook; each sheet is what stands in its <sheetData>."""
    listed = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="rId{i}"/>' for i in range(1, len(sheets) + 1))
    tied = relations(*((f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(sheets) + 1)))
    parts: dict[str, Part] = {
        "[Content_Types].xml": f"{XML}<Types/>",
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"{XML}<workbook {S_NS}><sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": tied,
    }
    for i, rows in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f"{XML}{doctype}<worksheet {S_NS}><sheetData>{rows}</sheetData></worksheet>"
        )
    return {**parts, **(more or {})}


def xlsx(sheets: Sequence[str], more: Mapping[str, Part] | None = None, doctype: str = "") -> bytes:
    return zipped(xlsx_parts(sheets, more, doctype))


def sheet_row(words: Iterable[str]) -> str:
    cells = "".join(f'<c t="inlineStr"><is><t>{w}</t></is></c>' for w in words)
    return f"<row>{cells}</row>"


def pptx_parts(slides: Sequence[str], more: Mapping[str, Part] | None = None, doctype: str = "") -> dict[str, Part]:
    """A deck; each slide is what stands in its shape tree."""
    listed = "".join(f'<p:sldId id="{255 + i}" r:id="rId{i}"/>' for i in range(1, len(slides) + 1))
    parts: dict[str, Part] = {
        "[Content_Types].xml": f"{XML}<Types/>",
        "_rels/.rels": relations(("rId1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"{XML}<p:presentation {P_NS}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"rId{i}", "slide", f"slides/slide{i}.xml") for i in range(1, len(slides) + 1))
        ),
    }
    for i, shapes in enumerate(slides, 1):
        parts[f"ppt/slides/slide{i}.xml"] = (
            f"{XML}{doctype}<p:sld {P_NS}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
    return {**parts, **(more or {})}


def pptx(slides: Sequence[str], more: Mapping[str, Part] | None = None, doctype: str = "") -> bytes:
    return zipped(pptx_parts(slides, more, doctype))


def shape(words: str, at: int = 0) -> str:
    return (
        f'<p:sp><p:spPr><a:xfrm><a:off x="0" y="{at}"/><a:ext cx="9" cy="9"/></a:xfrm></p:spPr>'
        f"<p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def epub_parts(
    pages: Sequence[str], more: Mapping[str, Part] | None = None, doctype: str = "", head: str = ""
) -> dict[str, Part]:
    """A book; each page is what stands in its <body>."""
    items = "".join(f'<item id="i{i}" href="{i}.xhtml" media-type="application/xhtml+xml"/>' for i in range(len(pages)))
    spine = "".join(f'<itemref idref="i{i}"/>' for i in range(len(pages)))
    parts: dict[str, Part] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f'{XML}<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
        "b.opf": f"{XML}<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for i, body in enumerate(pages):
        parts[f"{i}.xhtml"] = (
            f'{XML}{doctype}<html xmlns="http://www.w3.org/1999/xhtml"><head>{head}</head><body>{body}</body></html>'
        )
    return {**parts, **(more or {})}


def epub(pages: Sequence[str], more: Mapping[str, Part] | None = None, doctype: str = "", head: str = "") -> bytes:
    return zipped(epub_parts(pages, more, doctype, head))


@dataclass
class Pdf:
    """Objects of a PDF, counted from 1."""

    objects: list[bytes] = field(default_factory=list)

    def add(self, body: str | bytes) -> int:
        self.objects.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(self.objects)

    def reserve(self) -> int:
        """The number of an object that is set later."""
        return self.add("null")

    def set(self, number: int, body: str | bytes) -> None:
        self.objects[number - 1] = body.encode("latin-1") if isinstance(body, str) else body

    def stream(self, data: bytes, said: str = "", *, packed: bool = True) -> int:
        return self.add(stream_of(data, said, packed=packed))

    def page(self, contents: str, resources: str = "", said: str = "") -> str:
        """A page object's words; `contents` as in /Contents. Its parent is object 2."""
        box = "" if "/MediaBox" in said else "/MediaBox[0 0 612 792]"
        return f"<</Type/Page/Parent 2 0 R{box}/Contents {contents}/Resources<</Font<</F1 3 0 R>>{resources}>>{said}>>"

    def saved(self, root: int = 1, trailer: str = "") -> bytes:
        out = io.BytesIO()
        out.write(b"%PDF-1.7\n")
        offsets = []
        for number, body in enumerate(self.objects, 1):
            offsets.append(out.tell())
            out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        start = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
        out.write(b"".join(b"%010d 00000 n \n" % at for at in offsets))
        out.write(b"trailer\n<</Size %d/Root %d 0 R%b>>\n" % (len(offsets) + 1, root, trailer.encode()))
        out.write(b"startxref\n%d\n%%%%EOF\n" % start)
        return out.getvalue()


def stream_of(data: bytes, said: str = "", *, packed: bool = True) -> bytes:
    """A stream object's words."""
    if packed:
        data, said = zlib.compress(data, 9), f"/Filter/FlateDecode{said}"
    return b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(data), said.encode(), data)


def started(pages: Sequence[str] = (), count: int | None = None, catalog: str = "", font: str = "") -> Pdf:
    """A PDF with catalog (1), page tree (2) and font (3); `pages` are references such as `4 0 R`."""
    made = Pdf()
    made.add(f"<</Type/Catalog/Pages 2 0 R{catalog}>>")
    made.add(f"<</Type/Pages/Kids[{' '.join(pages)}]/Count {len(pages) if count is None else count}>>")
    made.add(font or "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    return made


def drawn(contents: bytes, resources: str = "", said: str = "", catalog: str = "", font: str = "") -> Pdf:
    """A PDF of one page (4) with these contents (5)."""
    made = started(["4 0 R"], catalog=catalog, font=font)
    made.add(made.page("5 0 R", resources, said))
    made.stream(contents)
    return made


def written(words: str, left: float = 72, top: float = 700, size: float = 12) -> bytes:
    """Words on a page."""
    return f"BT /F1 {size} Tf {left} {top} Td ({words}) Tj ET\n".encode("latin-1")


def deflated_zeros(megabytes: int, times: int = 1) -> bytes:
    """So many megabytes of spaces, packed `times` over."""
    packer = zlib.compressobj(9)
    block = b" " * 1_000_000
    data = b"".join([*(packer.compress(block) for _ in range(megabytes)), packer.flush()])
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


def central_sizes(data: bytes, name: str, size: int) -> bytes:
    """A ZIP archive that lies about the unpacked size of one of its entries, in both places."""
    out = bytearray(data)
    for mark, at_size, at_length, at_name in ((b"PK\x03\x04", 22, 26, 30), (b"PK\x01\x02", 24, 28, 46)):
        at = out.find(mark)
        while at >= 0:
            length = struct.unpack_from("<H", out, at + at_length)[0]
            if bytes(out[at + at_name : at + at_name + length]) == name.encode():
                struct.pack_into("<I", out, at + at_size, size)
            at = out.find(mark, at + 4)
    return bytes(out)


def overlapping(name: str, data: bytes, copies: int) -> bytes:
    """A ZIP archive whose entries all share the same packed bytes (D. Fifield, A better zip bomb, 2019)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    crc = zlib.crc32(data)
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(packed), len(data), len(name), 0)
    body = local + name.encode() + packed
    central = b""
    for i in range(copies):
        own = name if i == 0 else f"{name[:-4]}{i:06d}.xml"
        central += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(packed), len(data), len(own), 0, 0, 0, 0, 0, 0
        )
        central += own.encode()
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, copies, copies, len(central), len(body), 0)
    return body + central + end
