"""Running heads, running feet and page numbers: what is printed on page after page.

A row is furniture when the same words (a number that counts the pages set aside) stand at the same
height near the top or bottom of pages close to each other, or when it is the
outermost row of its page and only a page number. Looked at from the edge of
the page inwards, and no further than the first row that is neither. Where that would
leave nothing of the whole document, its pages repeat its text: none of it is furniture.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from docs_ingest.readers.pdf.layout import Row

_BAND = 0.14  # of the page's height, at each end
_DEEP = 4  # rows from the edge that may be furniture
_STEP = 6.0  # points within which two heights are the same
_NEAR = 2  # pages between two uses: left and right pages differ
_USES = 3  # pages at least, and one more in a document of
_LONG = 20  # pages: there tables go on over three
_NUMBERS = 4  # of a row that are tried as its page's
_DIGITS = re.compile(r"(?<!\d)\d{1,9}(?!\d)")  # no page has a longer number
_ROMAN = re.compile(r"(?<![^\s|-])[ivxlc]{1,7}$")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_PAGE_NUMBER = re.compile(
    r"[-–—\s|]*+(?:page|p\.|第)?\s*(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]-\d{1,3})\s*+页?"
    r"(?:\s*(?:of|/|[,，]?\s*共)\s*\d{1,4}\s*页?)?[-–—\s|]*",
    re.IGNORECASE,
)

_Uses = defaultdict[tuple[bool, str, int], set[int]]  # end of the page, words, height in steps -> pages


@dataclass(frozen=True, slots=True)
class PageRows:
    number: int  # 1-based
    width: float
    height: float
    rows: tuple[Row, ...]  # from top to bottom
    hidden: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A page with its furniture set apart."""

    head: tuple[Row, ...]
    body: tuple[Row, ...]
    foot: tuple[Row, ...]


def trimmed(pages: Sequence[PageRows]) -> list[Trimmed]:
    """One per page, in order."""
    uses: _Uses = defaultdict(set)
    counted: Counter[str] = Counter()
    for page in pages:
        for at_top in (True, False):
            for row in _edge(page, at_top):
                for key in _keys(row, page.number):
                    uses[at_top, key, round(row.top / _STEP)].add(page.number)
        counted.update({key for row in (*page.rows[:1], *page.rows[-1:]) for key in _keys(row, page.number)[1:]})
    wanted = 2 if len(pages) < 4 else _USES if len(pages) < _LONG else _USES + 1
    parts = [_trim(page, uses, counted, wanted) for page in pages]
    return parts if any(part.body for part in parts) else [Trimmed((), page.rows, ()) for page in pages]


def _edge(page: PageRows, at_top: bool) -> list[Row]:
    """Rows of one end of the page, outermost first."""
    rows = page.rows[:_DEEP] if at_top else page.rows[: -_DEEP - 1 : -1]
    band = _BAND * page.height
    return [row for row in rows if (row.bottom <= band if at_top else row.top >= page.height - band)]


def _keys(row: Row, page: int) -> list[str]:
    """The words as they are, and once for each number in them that may count the pages."""
    text = " ".join(row.text.split()).casefold()
    keys = [text]
    for match in list(_DIGITS.finditer(text))[:_NUMBERS]:
        keys.append(f"{text[: match.start()]}#{int(match[0]) - page}#{text[match.end() :]}")
    if roman := _ROMAN.search(text):
        keys.append(f"{text[: roman.start()]}#{roman_number(roman[0]) - page}#")
    return keys


def roman_number(number: str) -> int:
    """The value of a number in small Roman letters; letters in no Roman order give some number too."""
    values = [_ROMAN_DIGITS[c] for c in number]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _trim(page: PageRows, uses: _Uses, counted: Counter[str], wanted: int) -> Trimmed:
    def count(at_top: bool) -> int:
        rows = 0
        for i, row in enumerate(_edge(page, at_top)):
            lone = _PAGE_NUMBER.fullmatch(row.text) is not None
            if not lone and not _repeats(page.number, at_top, row, uses, wanted):
                break
            rows = i + 1
        outermost = page.rows[:1] if at_top else page.rows[-1:]
        counts = [key for row in outermost for key in _keys(row, page.number)[1:]]
        if not rows and any(counted[key] >= wanted for key in counts):
            rows = 1  # the page ends early, and its number with it
        return rows

    head = count(True)
    foot = min(count(False), len(page.rows) - head)
    past = len(page.rows) - foot
    return Trimmed(page.rows[:head], page.rows[head:past], page.rows[past:])


def _repeats(number: int, at_top: bool, row: Row, uses: _Uses, wanted: int) -> bool:
    """Whether these words at this height are on neighbouring pages too, and on `wanted` pages in all."""
    step = round(row.top / _STEP)
    for key in _keys(row, number):
        same = [uses[at_top, key, near] for near in (step - 1, step, step + 1) if (at_top, key, near) in uses]
        near = any(number + away in pages for pages in same for away in range(-_NEAR, _NEAR + 1) if away)
        if near and sum(map(len, same)) >= wanted:
            return True
    return False
