"""One reader per format: bytes -> `ParsedDocument`.

    detect.py    which format these bytes are, whatever the file is called
    text*.py     plain text and its encodings     markdown.py  CommonMark with tables
    html*.py     pages as a browser shows them    docx*.py     Word, numbering resolved
    package.py   zip packages of XML, bounded
    pdf*.py      lines with page and box, paragraphs, furniture, outline

Readers run in a child process that can be killed (`docs_ingest.sandbox`): they
may be slow, run out of memory or crash on hostile bytes, and harm nobody.
"""

from docs_ingest.readers.read import read_document

__all__ = ["read_document"]
