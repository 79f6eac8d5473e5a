"""A PDF looked at again: the box of each character of some lines, and how many letters stand on each page.

The canonical text was made of pdfium's characters, so its characters are found
again by walking both in step; spaces and what joins broken lines have no box.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from docs_ingest.readers.pdf.lines import Box, Frame, page_text

_SLACK = 1.5  # points a character may stand outside the box of its line


def letters_of_pages(data: bytes) -> list[int]:
    """Letters on each page as pdfium gives them, hidden ones included. Raises pypdfium2.PdfiumError."""
    document = pdfium.PdfDocument(data)
    try:
        return [_letters(document, index) for index in range(len(document))]
    finally:
        document.close()


def _letters(document: pdfium.PdfDocument, index: int) -> int:
    page = document[index]
    try:
        textpage = page.get_textpage()
        try:
            return sum(map(str.isalpha, page_text(textpage)))
        finally:
            textpage.close()
    finally:
        page.close()


def character_boxes(data: bytes, lines: Sequence[list[Any]]) -> list[tuple[int, int, Box]]:
    """(offset, page, box) of each printed character; `lines`: [offset, words, page, box]."""
    document = pdfium.PdfDocument(data)
    found: list[tuple[int, int, Box]] = []
    try:
        for number, on_page in groupby(lines, key=lambda line: int(line[2])):
            if not 1 <= number <= len(document):
                continue
            page = document[number - 1]
            try:
                printed = _printed(page)
            finally:
                page.close()
            for offset, words, _, box in on_page:
                found += [(offset + at, number, one) for at, one in _matched(words, box, printed)]
    finally:
        document.close()
    return found


def _printed(page: pdfium.PdfPage) -> list[tuple[str, Box]]:
    """The characters of a page in stream order, with their boxes."""
    frame = Frame.of(page)
    textpage = page.get_textpage()
    rect = raw.FS_RECTF()
    made = []
    try:
        for i, char in enumerate(page_text(textpage)):
            if char.isspace() or not raw.FPDFText_GetLooseCharBox(textpage.raw, i, rect):
                continue
            made.append((char, frame.box(rect.left, rect.bottom, rect.right, rect.top)))
    finally:
        textpage.close()
    return made


def _matched(words: str, line: Sequence[float], printed: Sequence[tuple[str, Box]]) -> list[tuple[int, Box]]:
    """Place in the line's words and box of each character that is found inside the line, in step."""
    inside = [(char, box) for char, box in printed if _in(box, line)]
    inside.sort(key=lambda one: one[1][0])
    made = []
    at = 0
    for i, char in enumerate(words):
        if char.isspace():
            continue
        step = next((k for k in range(at, min(at + 4, len(inside))) if inside[k][0] == char), None)
        if step is not None:
            made.append((i, inside[step][1]))
            at = step + 1
    return made


def _in(box: Box, line: Sequence[float]) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return line[0] - _SLACK <= across <= line[2] + _SLACK and line[1] - _SLACK <= down <= line[3] + _SLACK
