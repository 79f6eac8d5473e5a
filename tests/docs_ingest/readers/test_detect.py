"""What a file is, whatever it is called."""

import io
import zipfile

import pytest

from docs_ingest.errors import IngestError
from docs_ingest.readers.detect import Format, detect

PDF = b"%PDF-1.7\n..."
CUT_DOCX = b"PK\x03\x04...word/document.xml..."


def package(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return made.getvalue()


DOCX = package("[Content_Types].xml", "word/document.xml")
XLSX = package("[Content_Types].xml", "xl/workbook.xml")
DECK = package("[Content_Types].xml", "ppt/presentation.xml", "ppt/embeddings/word/document.docx")
BOOK = package("mimetype", "META-INF/container.xml", "OEBPS/word/one.xhtml")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PDF, "a.pdf", Format.PDF),
        (PDF, "no-suffix", Format.PDF),
        (b"\n\n" + PDF, "a.PDF", Format.PDF),
        (DOCX, "办法.docx", Format.DOCX),
        (DOCX, "template.dotm", Format.DOCX),
        (DOCX, "no-suffix", Format.DOCX),
        (CUT_DOCX, "a.docx", Format.DOCX),
        (XLSX, "台账.xlsx", Format.XLSX),
        (XLSX, "a.XLSM", Format.XLSX),
        (DECK, "a.pptx", Format.PPTX),
        (DECK, "upload", Format.PPTX),
        (BOOK, "a.epub", Format.EPUB),
        (b"a,b\n1,2\n", "a.csv", Format.CSV),
        (b"a\tb\n", "a.tsv", Format.CSV),
        (b"MZ is what two letters say", "a.txt", Format.TEXT),
        (b"<!DOCTYPE html><p>x", "a.html", Format.HTML),
        (b"\xef\xbb\xbf<html>", "page", Format.HTML),
        (b"<p>fragment", "a.htm", Format.HTML),
        ("# 标题".encode(), "a.md", Format.MARKDOWN),
        ("第一条".encode("gb18030"), "a.txt", Format.TEXT),
        (b"words", "README", Format.TEXT),
        ("words".encode("utf-16"), "a.txt", Format.TEXT),
    ],
)
def test_files_are_known_by_their_content(data: bytes, name: str, kind: Format) -> None:
    assert detect(data, name) is kind


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.pdf", "empty"),
        (b" \n ", "a.txt", "empty"),
        (DOCX, "a.pdf", r"named \.pdf.*Word document.*rename it so that it ends in \.docx"),
        (PDF, "a.docx", r"named \.docx.*a PDF.*\.pdf"),
        (PDF, "a.txt", "a PDF"),
        (b"just words", "a.pdf", r"named \.pdf, but its content is text"),
        (b"<html>error page</html>", "report.pdf", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.docx", "save it as .docx, .xlsx or .pptx without a password"),
        (b"\x89PNG....", "scan.png", "PNG picture.*are read"),
        (package("content.xml", "styles.xml"), "a.odt", "another Office format"),
        (package("one.txt"), "a.zip", "ZIP archive.*unpack it and send what is in it"),
        (XLSX, "a.docx", r"named \.docx.*Excel workbook.*\.xlsx"),
        (DECK, "a.docx", r"named \.docx.*PowerPoint presentation.*\.pptx"),
        (b"abc\x00\x01\x02", "a.bin", "binary"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data: bytes, name: str, said: str) -> None:
    with pytest.raises(IngestError, match=said):
        detect(data, name)
