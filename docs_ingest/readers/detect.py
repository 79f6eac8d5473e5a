"""Which format bytes are in, by what they hold; the file's name only decides between kinds of text."""

import io
import zipfile
from enum import StrEnum
from pathlib import PurePath

from docs_ingest.errors import IngestError


class Format(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    EPUB = "epub"
    HTML = "html"
    MARKDOWN = "markdown"
    CSV = "csv"
    TEXT = "text"


_ENDINGS = {
    Format.PDF: (".pdf",),
    Format.DOCX: (".docx", ".docm", ".dotx", ".dotm"),
    Format.XLSX: (".xlsx", ".xlsm", ".xltx", ".xltm"),
    Format.PPTX: (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
    Format.EPUB: (".epub",),
    Format.HTML: (".html", ".htm", ".xhtml"),
    Format.MARKDOWN: (".md", ".markdown"),
    Format.CSV: (".csv", ".tsv"),
    Format.TEXT: (".txt",),
}
_BY_SUFFIX = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings}
SUFFIXES = frozenset(_BY_SUFFIX)
"""Endings of files that are read."""

_PACKAGES = {Format.DOCX: "word/", Format.XLSX: "xl/", Format.PPTX: "ppt/", Format.EPUB: "META-INF/container.xml"}
_BINARY = (Format.PDF, *_PACKAGES)
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NAMES = {
    Format.PDF: "a PDF",
    Format.DOCX: "a Word document (.docx)",
    Format.XLSX: "an Excel workbook (.xlsx)",
    Format.PPTX: "a PowerPoint presentation (.pptx)",
    Format.EPUB: "an EPUB book (.epub)",
    Format.HTML: "a web page (.html)",
}
_KNOWN_OTHERS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
)
_READ = "PDF, DOCX, XLSX, PPTX, EPUB, HTML, Markdown, CSV and text (UTF-8 or GB18030) are read"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def detect(data: bytes, file_name: str, encoding: str | None = None) -> Format:
    """The format to read these bytes in; `encoding` set says that they are text.

    Raises IngestError when they are empty, of a format that is not read, or of
    another one than the file's name says.
    """
    if not data.strip():
        raise IngestError("the file is empty: check that it was saved or uploaded in full")
    suffix = PurePath(file_name).suffix.lower()
    named = _BY_SUFFIX.get(suffix)
    held = _held(data, suffix) if encoding is None else None
    if held in _BINARY or named in _BINARY:
        if named is not None and held is not named:
            _mislabelled(suffix, held, named)
        assert held is not None
        return held
    return named or (Format.HTML if held is Format.HTML else Format.TEXT)


def _held(data: bytes, suffix: str) -> Format | None:
    """What the bytes say of themselves; None is text of some kind."""
    head = data[:1024]
    if b"%PDF-" in head:
        return Format.PDF
    if data.startswith(b"PK\x03\x04"):
        return _package(data, suffix)
    if data.startswith(_OLE2):
        raise IngestError(
            "this is an old Office file (.doc, .xls, .ppt) or one with a password: "
            "save it as .docx, .xlsx or .pptx without a password and send it again"
        )
    for magic, name in _KNOWN_OTHERS:
        if data.startswith(magic):
            raise IngestError(f"this is {name}, which is not read: {_READ}; save it as one of them")
    if b"\x00" in head and not data.startswith(_UTF16):
        raise IngestError(f"this is binary data of a kind that is not read: {_READ}; save it as one of them")
    lead = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lead.startswith((b"<!doctype html", b"<html")):
        return Format.HTML
    return None


def _package(data: bytes, suffix: str) -> Format:
    """Which of the formats that are ZIP packages; damaged ones by their name, their reader says what is wrong."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        names = [lead for lead in _PACKAGES.values() if lead.encode() in data]
    held = [kind for kind, lead in _PACKAGES.items() if any(name.startswith(lead) for name in names)]
    named = _BY_SUFFIX.get(suffix)
    if len(held) == 1 or (held and named not in held):
        return held[0]
    if named in _PACKAGES:
        return named
    raise IngestError(
        f"this is a ZIP archive or another Office format, which is not read: {_READ}; "
        "unpack it and send what is in it, or save it as one of them"
    )


def _mislabelled(suffix: str, held: Format | None, named: Format) -> None:
    says = _NAMES.get(held, "text") if held is not None else "text"
    ends = "that of its content" if held is None else _ENDINGS[held][0]
    expected = _NAMES.get(named, "text")
    raise IngestError(
        f"the file is named {suffix}, but its content is {says}, not {expected}: "
        f"if that is right, rename it so that it ends in {ends} and send it again; if not, it is damaged"
    )
