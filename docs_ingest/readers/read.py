"""Bytes of any format -> one `ParsedDocument`, checked."""

from collections.abc import Callable

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.limits import Limits
from docs_ingest.parsed import ParsedDocument
from docs_ingest.readers.delimited import read_delimited
from docs_ingest.readers.detect import Format, detect
from docs_ingest.readers.docx.reader import read_docx
from docs_ingest.readers.epub import read_epub
from docs_ingest.readers.html.reader import read_html
from docs_ingest.readers.markdown import read_markdown
from docs_ingest.readers.pdf.reader import PdfLimits, read_pdf
from docs_ingest.readers.pptx.reader import read_pptx
from docs_ingest.readers.text.reader import read_text
from docs_ingest.readers.unseen import without_unseen
from docs_ingest.readers.xlsx.reader import read_xlsx

PageDone = Callable[[int, int], None]


def read_document(
    data: bytes, file_name: str, limits: Limits, page_done: PageDone, *, encoding: str | None = None
) -> ParsedDocument:
    """Read a file in its own format; `encoding` is that of text, where its sender knows it.

    Raises IngestError (NeedsOcr, LimitExceeded) with a reason for the sender.
    """
    if len(data) > limits.max_bytes:
        raise LimitExceeded(
            f"the file has {len(data) / 1e6:.1f} MB, more than the {limits.max_bytes / 1e6:.0f} MB allowed: "
            "split it, or raise CITEPATH_MAX_FILE_MB"
        )
    parsed = without_unseen(_read(detect(data, file_name, encoding), data, limits, page_done, encoding))
    if len(parsed.text) > limits.max_characters:
        raise LimitExceeded(
            f"the file holds {len(parsed.text):,} characters, more than the {limits.max_characters:,} allowed: "
            "split it, or raise CITEPATH_MAX_CHARACTERS"
        )
    if not any(block.kind.citable for block in parsed.blocks):
        raise IngestError("there is no text in this file: check that it is the right one")
    parsed.check()
    return parsed


def _read(kind: Format, data: bytes, limits: Limits, page_done: PageDone, encoding: str | None) -> ParsedDocument:
    match kind:
        case Format.PDF:
            return read_pdf(data, PdfLimits(limits.max_pages, limits.max_characters, limits.helpers), page_done)
        case Format.DOCX:
            return read_docx(data, limits.max_characters, limits.max_unpacked_bytes)
        case Format.XLSX:
            return read_xlsx(data, limits.max_characters, limits.max_unpacked_bytes)
        case Format.PPTX:
            return read_pptx(data, limits.max_characters, limits.max_unpacked_bytes)
        case Format.EPUB:
            return read_epub(data, limits.max_characters, limits.max_unpacked_bytes)
        case Format.HTML:
            return read_html(data, limits.max_characters)
        case Format.MARKDOWN:
            return read_markdown(data, encoding)
        case Format.CSV:
            return read_delimited(data, limits.max_characters, encoding)
        case Format.TEXT:
            return read_text(data, encoding)
