"""Headings announced by a PDF outline or a printed list of contents, found in the text.

An entry is looked for on the page it names, by its letters and digits only
(case, spaces and punctuation differ between a bookmark and the page). Of several
places on the page, the one at the start of a line and nearest to the bookmark's
own height counts.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from docs_ingest.parsed import BlockKind, OutlineEntry, ParsedDocument, TextLine
from docs_ingest.structure.labels import Rank
from docs_ingest.structure.pieces import Anchor

_LEAD_NUMBER = re.compile(r"^[\divxIVX]{1,4}[.:]?\s+")
_SIMILAR = 86  # rapidfuzz ratio, 0..100, that a line must reach when no exact match stands on the page
_NEAR = 40.0  # points between a bookmark's height and its line


def fold(text: str) -> tuple[str, list[int]]:
    """Letters and digits only, case-folded, with the offset in `text` of each character kept."""
    if text.isascii():
        return folded(text), [i for i, char in enumerate(text) if char.isalnum()]
    pieces = [_letters(char) for char in text]
    return "".join(pieces), [i for i, piece in enumerate(pieces) for _ in piece]


def folded(text: str) -> str:
    """The same without the offsets."""
    if text.isascii():
        return "".join(filter(str.isalnum, text)).lower()
    return "".join(map(_letters, text))


@lru_cache(maxsize=1 << 14)
def _letters(char: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", char).casefold()))


@dataclass(frozen=True, slots=True)
class _Page:
    lines: tuple[TextLine, ...]
    start: int
    folded: str
    offsets: list[int]  # absolute, into the canonical text

    def line_at(self, offset: int) -> TextLine:
        return self.lines[max(0, bisect_right(self.lines, offset, key=lambda line: line.start) - 1)]


class _Pages:
    """The folded text of each page, made when first asked for."""

    def __init__(self, parsed: ParsedDocument) -> None:
        self._text = parsed.text
        outside = [(b.start, b.end) for b in parsed.blocks if b.kind in (BlockKind.FURNITURE, BlockKind.HIDDEN)]
        starts = [start for start, _ in outside]
        self._lines: dict[int, list[TextLine]] = {}
        for line in parsed.lines:
            at = bisect_right(starts, line.start) - 1
            if line.page is not None and line.end > line.start and not (at >= 0 and line.start < outside[at][1]):
                self._lines.setdefault(line.page, []).append(line)
        self._made: dict[int, _Page] = {}

    def __getitem__(self, page: int) -> _Page | None:
        lines = self._lines.get(page)
        if not lines:
            return None
        if page not in self._made:
            folded: list[str] = []
            offsets: list[int] = []
            for line in lines:
                words, at = fold(self._text[line.start : line.end])
                folded.append(words)
                offsets += [line.start + o for o in at]
            self._made[page] = _Page(tuple(lines), lines[0].start, "".join(folded), offsets)
        return self._made[page]


def anchor(parsed: ParsedDocument, entries: Sequence[OutlineEntry]) -> list[Anchor]:
    """The entries that could be found, in text order, without overlaps."""
    pages = _Pages(parsed)
    found: list[Anchor] = []
    for entry in entries:
        spot = _find(parsed.text, pages, entry)
        if spot is not None:
            rank = Rank.NATIVE + min(entry.level, 9) - 1
            found.append(Anchor(spot[0], spot[1], rank, " ".join(entry.title.split())))
    found.sort(key=lambda a: (a.start, a.rank))
    kept: list[Anchor] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _find(text: str, pages: _Pages, entry: OutlineEntry) -> tuple[int, int] | None:
    if entry.page is None:
        return None
    for page_number in (entry.page, entry.page + 1, entry.page - 1):
        page = pages[page_number]
        if page is None:
            continue
        top = entry.top if page_number == entry.page else None
        spot = _exact(text, page, entry.title, top) or _similar(text, page, entry.title, top)
        if spot is not None:
            return spot
    return None


def _exact(text: str, page: _Page, title: str, top: float | None) -> tuple[int, int] | None:
    for wanted in dict.fromkeys((folded(title), folded(_LEAD_NUMBER.sub("", title)))):
        if len(wanted) < 2:
            continue
        spots = []
        at = page.folded.find(wanted)
        while at >= 0:
            start, last = page.offsets[at], page.offsets[at + len(wanted) - 1]
            line = page.line_at(start)
            away = abs(line.box[1] - top) if top is not None and line.box is not None else 0.0
            leads = not text[line.start : start].strip(" \t.()0123456789")
            spots.append((not leads, away, start, last + 1))
            at = page.folded.find(wanted, at + 1)
        leading = [s for s in spots if not s[0]]
        if leading:
            best = min(leading)
            line = page.line_at(best[2])
            return line.start, best[3]
    return None


def _similar(text: str, page: _Page, title: str, top: float | None) -> tuple[int, int] | None:
    """The line at the bookmark's height, when it says nearly the same."""
    if top is None:
        return None
    wanted = folded(title)
    best: tuple[float, int, int] | None = None
    for line in page.lines:
        if line.box is None or abs(line.box[1] - top) > _NEAR:
            continue
        score = fuzz.ratio(wanted, folded(text[line.start : line.end]))
        if score >= _SIMILAR and (best is None or score > best[0]):
            best = (score, line.start, line.end)
    return None if best is None else (best[1], best[2])
