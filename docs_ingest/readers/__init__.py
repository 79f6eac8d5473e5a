"""One reader per format: bytes -> `ParsedDocument`.

    detect.py    which format these bytes are, whatever the file is called
    pdf/         lines with page and box, paragraphs, tables, furniture, outline
    docx/        Word, numbering resolved        pptx/        decks: pages are slides
    xlsx/        workbooks as their cells show   delimited.py CSV and TSV
    html/        pages as a browser shows them   epub.py      books of such pages
    markdown.py  CommonMark with tables          text/        plain text and its encodings
    office/      shared by Office formats        drafts.py    blocks before the text is put together
    package.py   zip packages of XML, bounded    unseen.py    characters that nobody sees

Readers run in a child process that can be killed (`docs_ingest.sandbox`): they
may be slow, run out of memory or crash on hostile bytes, and harm nobody.
"""

from docs_ingest.readers.read import read_document

__all__ = ["read_document"]
