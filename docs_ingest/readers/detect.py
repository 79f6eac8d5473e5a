"""Which format bytes are in, by what they hold; the file's name only decides between kinds of text."""

from enum import StrEnum
from pathlib import PurePath

from docs_ingest.errors import IngestError


class Format(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"


_BY_SUFFIX = {
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
}
_BINARY = (Format.PDF, Format.DOCX)
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NAMES = {Format.PDF: "a PDF", Format.DOCX: "a Word document (.docx)", Format.HTML: "a web page (.html)"}
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
    (b"MZ", "a program"),
)
_READ = "PDF, DOCX, HTML, Markdown and text (UTF-8 or GB18030) are read"
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
        if b"word/" in data:
            return Format.DOCX
        if suffix == ".docx":
            return Format.DOCX  # damaged perhaps: its reader says how
        raise IngestError(f"this is a ZIP archive or another Office format, which is not read: {_READ}")
    if data.startswith(_OLE2):
        raise IngestError(
            "this is an old Office file (.doc, .xls, .ppt) or one with a password: "
            "save it as .docx without a password and send it again"
        )
    for magic, name in _KNOWN_OTHERS:
        if data.startswith(magic):
            raise IngestError(f"this is {name}, which is not read: {_READ}")
    if b"\x00" in head and not data.startswith(_UTF16):
        raise IngestError(f"this is binary data of a kind that is not read: {_READ}")
    lead = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lead.startswith((b"<!doctype html", b"<html")):
        return Format.HTML
    return None


def _mislabelled(suffix: str, held: Format | None, named: Format) -> None:
    says = _NAMES.get(held, "text") if held is not None else "text"
    ends = "that of its content" if held is None else f".{held.value}"
    expected = _NAMES.get(named, "text")
    raise IngestError(
        f"the file is named {suffix}, but its content is {says}, not {expected}: "
        f"if that is right, rename it so that it ends in {ends} and send it again; if not, it is damaged"
    )
