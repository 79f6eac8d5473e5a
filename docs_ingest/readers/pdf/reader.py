"""A PDF -> ParsedDocument."""

from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.pdf.blocks import Chunk, Notes, measured, note_number, page_chunks
from docs_ingest.readers.pdf.furniture import PageRows, Trimmed, trimmed
from docs_ingest.readers.pdf.labels import page_labels
from docs_ingest.readers.pdf.layout import Row, rows_of
from docs_ingest.readers.pdf.lines import PageRuns
from docs_ingest.readers.pdf.outline import outline, title_of
from docs_ingest.readers.pdf.pages import FEW_LETTERS, Pages, letters_on, read_pages
from docs_ingest.readers.pdf.text import PageChunks, write


@dataclass(frozen=True, slots=True)
class PdfLimits:
    max_pages: int
    max_characters: int
    helpers: int = 1  # processes a long document may be shared out to


def read_pdf(data: bytes, limits: PdfLimits, page_done: Callable[[int, int], None]) -> ParsedDocument:
    """Read a PDF; `page_done(pages read, pages in all)` is called after each page.

    Raises NeedsOcr where pages are pictures, LimitExceeded past a limit, and
    IngestError where the file is encrypted, damaged or without pages.
    """
    document = _opened(data)
    try:
        count = len(document)
        if count > limits.max_pages:
            raise LimitExceeded(
                f"the PDF has {count:,} pages, more than the {limits.max_pages:,} allowed: "
                "split it, or raise CITEPATH_MAX_PAGES"
            )
        pages = read_pages(document, limits.max_characters, page_done, limits.helpers)
        _refuse_pictures(pages)
        rows = [_in_rows(page) for page in pages.runs]
        parts = trimmed(rows)
        written = write(_chunked(rows, parts))
        return ParsedDocument(
            format="pdf",
            parser=f"pypdfium2-{pdfium.version.PYPDFIUM_INFO}",
            text=written.text,
            blocks=written.blocks,
            lines=written.lines,
            outline=outline(document, {page.number: page.frame for page in pages.runs}),
            pages=count,
            title=title_of(document),
            notes=tuple(_notes(pages)),
            page_labels=page_labels(document, parts),
        )
    finally:
        document.close()


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise IngestError("the PDF is encrypted: remove the password and send it again") from error
        if error.err_code == raw.FPDF_ERR_SUCCESS:
            raise IngestError("the PDF has no pages: check that it was saved in full and send it again") from error
        raise IngestError(
            "the PDF is damaged or cut short: save or download it again in full and send it again"
        ) from error
    return document


def _notes(pages: Pages) -> list[str]:
    notes = []
    if pages.broken:
        notes.append(f"damaged pages left out: {len(pages.broken)}, the first is page {pages.broken[0]}")
    if pages.bare:
        notes.append(f"pages that are pictures without text: {len(pages.bare)}, the first is page {pages.bare[0]}")
    scans = sum(page.scanned for page in pages.runs)
    if scans:
        notes.append(f"scanned pages, whose text is what text recognition made of them: {scans}")
    hidden = [page.number for page in pages.runs if any(run.hidden for run in page.runs)]
    if hidden:
        notes.append(f"pages with text that cannot be seen: {len(hidden)}, the first is page {hidden[0]}")
    return notes


def _refuse_pictures(pages: Pages) -> None:
    letters = sum(letters_on(page) for page in pages.runs)
    if letters < FEW_LETTERS * len(pages.runs) and len(pages.bare) * 2 > len(pages.runs):
        raise NeedsOcr(
            f"{len(pages.bare)} of {len(pages.runs)} pages are pictures without text: "
            "run text recognition (OCR) on the PDF and send it again"
        )


def _in_rows(page: PageRuns) -> PageRows:
    rows = rows_of(page.runs)
    seen = tuple(row for row in rows if not row.hidden)
    hidden = tuple(row for row in rows if row.hidden)
    return PageRows(page.number, page.frame.width, page.frame.height, seen, hidden)


def _chunked(pages: list[PageRows], parts: list[Trimmed]) -> list[PageChunks]:
    usual = measured(part.body for part in parts)
    made: list[PageChunks] = []
    notes = Notes()
    for page, part in zip(pages, parts, strict=True):
        body = page_chunks(part.body, usual, notes)
        notes = _after(body, notes)
        made.append(PageChunks(page.number, (*_around(part, page, body),)))
    return made


def _after(body: list[Chunk], notes: Notes) -> Notes:
    numbers = [note_number(c.rows[0].text) or 0 for c in body if c.kind is BlockKind.FOOTNOTE]
    return Notes(bool(body) and body[-1].kind is BlockKind.FOOTNOTE, max(numbers, default=notes.last))


def _around(part: Trimmed, page: PageRows, body: list[Chunk]) -> list[Chunk]:
    """The blocks of a page between its running head and foot; what cannot be seen comes last."""
    head = [_single(BlockKind.FURNITURE, row) for row in part.head]
    foot = [_single(BlockKind.FURNITURE, row) for row in part.foot]
    return [*head, *body, *foot, *(_single(BlockKind.HIDDEN, row) for row in page.hidden)]


def _single(kind: BlockKind, row: Row) -> Chunk:
    return Chunk(kind, (row,), row.main.size, row.main.bold, indent=row.left)
