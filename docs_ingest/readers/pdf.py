"""PDF with a text layer: paragraphs, table rows, notes and furniture, each line with page and box.

    pdf_lines.py      one page -> runs of characters      pdf_hidden.py   what cannot be seen on it
    pdf_layout.py     runs -> rows, columns in order      pdf_tables.py   rows that are a table's
    pdf_furniture.py  running heads and page numbers      pdf_blocks.py   rows -> paragraphs, items, notes
    pdf_text.py       blocks -> canonical text            pdf_outline.py  bookmarks and title

Pages are never rendered. pdfium is not thread safe and can be brought to any
memory use by a hostile file: call this in a process of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.pdf_blocks import Chunk, Notes, measured, note_number, page_chunks
from docs_ingest.readers.pdf_furniture import PageRows, Trimmed, trimmed
from docs_ingest.readers.pdf_hidden import has_picture
from docs_ingest.readers.pdf_layout import Row, rows_of
from docs_ingest.readers.pdf_lines import PageRuns, page_runs
from docs_ingest.readers.pdf_outline import outline, title_of
from docs_ingest.readers.pdf_text import PageChunks, write

_FEW_LETTERS = 8  # a page with fewer has no text to speak of
_ENOUGH_LETTERS = 1_000


@dataclass(frozen=True, slots=True)
class PdfLimits:
    max_pages: int
    max_characters: int


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
        pages, bare, notes = _read_pages(document, limits, page_done)
        _refuse_pictures(pages, bare)
        written = write(_chunked([_in_rows(page) for page in pages]))
        return ParsedDocument(
            format="pdf",
            parser=f"pypdfium2-{pdfium.version.PYPDFIUM_INFO}",
            text=written.text,
            blocks=written.blocks,
            lines=written.lines,
            outline=outline(document),
            pages=count,
            title=title_of(document),
            notes=tuple(notes),
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


def _read_pages(
    document: pdfium.PdfDocument, limits: PdfLimits, page_done: Callable[[int, int], None]
) -> tuple[list[PageRuns], int, list[str]]:
    """All pages, how many of them hold a picture but no text, and notes on what was found."""
    count = len(document)
    pages: list[PageRuns] = []
    broken: list[int] = []
    bare = characters = 0
    for index in range(count):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            broken.append(index + 1)
            continue
        try:
            runs = page_runs(page, index + 1)
            if _letters(runs) < _FEW_LETTERS and has_picture(page):
                bare += 1
        except pdfium.PdfiumError:
            broken.append(index + 1)
            continue
        finally:
            page.close()
        pages.append(runs)
        characters += sum(len(run.text) for run in runs.runs)
        if characters > limits.max_characters:
            raise LimitExceeded(
                f"the PDF holds more than the {limits.max_characters:,} characters allowed "
                f"by page {index + 1:,} of {count:,}: split it, or raise CITEPATH_MAX_CHARACTERS"
            )
        page_done(index + 1, count)
    if len(broken) == count:
        raise IngestError(
            "the PDF is damaged: none of its pages can be read; save or download it again in full and send it again"
        )
    return pages, bare, _notes(pages, bare, broken)


def _notes(pages: list[PageRuns], bare: int, broken: list[int]) -> list[str]:
    notes = []
    if broken:
        notes.append(f"damaged pages left out: {len(broken)}, the first is page {broken[0]}")
    if bare:
        notes.append(f"pages that are pictures without text: {bare}")
    scans = sum(page.scanned for page in pages)
    if scans:
        notes.append(f"scanned pages, whose text is what text recognition made of them: {scans}")
    hidden = [page.number for page in pages if any(run.hidden for run in page.runs)]
    if hidden:
        notes.append(f"pages with text that cannot be seen: {len(hidden)}, the first is page {hidden[0]}")
    return notes


def _letters(page: PageRuns) -> int:
    """Letters on a page; counting stops where there are clearly enough."""
    letters = 0
    for run in page.runs:
        letters += sum(map(str.isalpha, run.text))
        if letters >= _ENOUGH_LETTERS:
            break
    return letters


def _refuse_pictures(pages: list[PageRuns], bare: int) -> None:
    letters = sum(_letters(page) for page in pages)
    if letters < _FEW_LETTERS * len(pages) and bare * 2 > len(pages):
        raise NeedsOcr(
            f"{bare} of {len(pages)} pages are pictures without text: "
            "run text recognition (OCR) on the PDF and send it again"
        )


def _in_rows(page: PageRuns) -> PageRows:
    rows = rows_of(page.runs)
    seen = tuple(row for row in rows if not row.hidden)
    hidden = tuple(row for row in rows if row.hidden)
    return PageRows(page.number, page.width, page.height, seen, hidden)


def _chunked(pages: list[PageRows]) -> list[PageChunks]:
    parts = trimmed(pages)
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
