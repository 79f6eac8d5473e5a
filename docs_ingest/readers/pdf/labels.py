"""What is printed on each page as its number: iv, 12, A-3. Citations name it beside the number of the page in the file.

A file may say so itself. Mostly it does not: then a number in a running head or
foot counts that goes up by one from page to page with at least two others.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from docs_ingest.readers.pdf.furniture import Trimmed, roman_number
from docs_ingest.readers.pdf.outline import said

_NUMBER = re.compile(
    r"(?<![\w.,/$%-])(?:(?P<lead>[A-Z]{1,2}-)?(?P<n>\d{1,4})(?![\d.,/%]|-\w)|(?P<roman>[ivxlc]{1,7})(?!\w))"
)
_SUPPORT = 3  # pages whose numbers go on together
_CANDIDATES = 12  # numbers of one page


@dataclass(frozen=True, slots=True)
class _Numbered:
    label: str
    series: tuple[str, int]  # how it is written, and by how much the file's own count is ahead


def page_labels(document: pdfium.PdfDocument, parts: Sequence[Trimmed]) -> tuple[str, ...]:
    """One per page, "" where nothing is printed; empty where no page has a number."""
    stated = tuple(_stated(document, index) for index in range(len(document)))
    return stated if any(stated) else _printed(parts)


def _stated(document: pdfium.PdfDocument, index: int) -> str:
    label = said(raw.FPDF_GetPageLabel, document, index).strip()
    return "" if "\ufffd" in label else label


def _printed(parts: Sequence[Trimmed]) -> tuple[str, ...]:
    found = [list(_numbers(part, page)) for page, part in enumerate(parts, 1)]
    support = Counter(series for numbers in found for series in {n.series for n in numbers})
    labels = []
    for numbers in found:
        best = max(numbers, key=lambda n: support[n.series], default=None)
        labels.append(best.label if best is not None and support[best.series] >= _SUPPORT else "")
    return tuple(labels) if any(labels) else ()


def _numbers(part: Trimmed, page: int) -> Iterator[_Numbered]:
    words = " \n ".join(row.text for row in (*part.head, *part.foot))
    for _, match in zip(range(_CANDIDATES), _NUMBER.finditer(words), strict=False):
        if match["roman"]:
            value, style = roman_number(match["roman"]), "roman"
        else:
            value, style = int(match["n"]), match["lead"] or ""
        yield _Numbered(match[0], (style, page - value))
