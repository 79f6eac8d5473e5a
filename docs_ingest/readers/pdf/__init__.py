"""PDF with a text layer: paragraphs, table rows, notes and furniture, each line with page and box.

    pages.py      all pages, in several processes     hidden.py   what cannot be seen on a page
    lines.py      one page -> runs of characters      characters.py  boxes of single characters
    layout.py     runs -> rows, columns in order      tables.py   rows that are a table's
    furniture.py  running heads and page numbers      blocks.py   rows -> paragraphs, items, notes
    text.py       blocks -> canonical text            outline.py  bookmarks and title
    labels.py     numbers printed on the pages

Pages are never rendered. pdfium is not thread safe and can be brought to any
memory use by a hostile file: call this in a process of its own.
"""
