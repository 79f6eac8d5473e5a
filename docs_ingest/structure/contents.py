"""Printed tables of contents: they lead through a document and are no part of what it says.

A list of contents is a run of short blocks, and one of these:
    at least 3 that end in dots and a page number
    at least 3 below “Contents” or “目录”, each with a page number or said again further down
    at least 5 that end in page numbers which never fall, most of them said again on just these pages

Converters also leave a whole list in one block (“1. Scope 3 2. Term 4 3. Fees 7 ...”): at least 6 entries that fill
most of it, with page numbers that hardly ever fall.

They become furniture: kept, never evidence, and no second “6.3 Incidents”.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise, takewhile

from docs_ingest.parsed import Block, BlockKind, OutlineEntry, ParsedDocument
from docs_ingest.structure.anchors import folded
from docs_ingest.structure.labels import label_at

_TITLE = re.compile(
    r"^(?:table\s+of\s+contents|contents|index|list\s+of\s+(?:tables|figures|exhibits|annexes|appendices)|"
    r"目\s*[录錄次]|(?:图|表|附图|附表)\s*目\s*录)\s*[:：]?$",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:(?:\.\s?){3,}|[…·⋯]{2,}|_{4,})[\s|]*(?P<page>[A-Z]?-?\d{1,4}|[ivxlc]{1,6})\s*$")
_NUMBERED = re.compile(r"[^\s$€£¥￥(|][\s|]+(?P<page>[A-Z]?-?\d{1,4}|[ivxlc]{1,6})\s*$")
_FIGURES = re.compile(r"\|\s*[$€£¥￥(]?\s*[\d,.]+\)?\s*\|")
_LEAD = re.compile(r"^(?:(?:item|note|part|section)\s+)?[\divxlc]{1,4}[a-z]?\s?[.:)|—–-]*\s+", re.IGNORECASE)
_ONLY_NUMBER = re.compile(r"^[\s|]*(?:page|页|頁|页码)?[\s|]*(?:\d{1,4}|[ivxlc]{1,6})?[\s|]*$", re.IGNORECASE)
_PACKED = re.compile(
    r"(?:(?:article|section|clause|item|part|schedule|annex)\s+)?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}|[A-Z])\.?\s+"
    r"[A-Z“\"\u4e00-\u9fff][^\d;]{2,90}?[\s.]+(?P<page>\d{1,3})(?=\s|$)",
    re.IGNORECASE,
)
_LEAST_PACKED = 6
_FILLED = 0.6  # of such a block by its entries
_MOST_FALLS = 0.1  # of its page numbers: some titles end in a number
_LONGEST_PACKED = 20_000  # characters
_SENTENCE_END = (".", "。", ";", "；", "!", "！", "?", "？")
_LONGEST = 240  # characters of an entry
_GAP = 2  # blocks inside a list that are no entries: the first half of a long one, “Page”, the name of a part
_UNCOUNTED = 5  # how far a printed page number may lie above the number of pages
_MOST_PAGES = 1_500  # by which a page number can be told from a year where pages are not counted
_KEY = 12  # folded characters by which places said again are looked up
_MOST_SAID_AGAIN = 0.6
_MOST_LOOKED_AT = 500
_LEAST_ANNOUNCED = 5  # numbered entries below which a list announces nothing
_MOST_LEVELS = 6
_LONGEST_RUN = 1_500  # entries


@dataclass(frozen=True, slots=True)
class _Entry:
    index: int  # of the block
    folded: str  # its words without leader and page number
    bare: str  # the same without the number it begins with
    page: str
    leader: bool
    short: bool
    packed: bool = False  # a whole list in one block


@dataclass(frozen=True, slots=True)
class Contents:
    """A document with its lists of contents as furniture, and the headings each of them announces."""

    parsed: ParsedDocument
    lists: tuple[tuple[OutlineEntry, ...], ...]  # with the pages on which they stand; only where these could be told


def read_contents(parsed: ParsedDocument) -> Contents:
    """Find the lists of contents of a document."""
    entries = [
        _entry(parsed.text, index, block)
        for index, block in enumerate(parsed.blocks)
        if block.kind.citable and block.kind is not BlockKind.FOOTNOTE
    ]
    if len(entries) < 4:
        return Contents(parsed, ())
    lists = _Lists(parsed, entries)
    runs = lists.runs()
    found = {e.index for begin, end in runs for e in entries[begin:end]} | {e.index for e in entries if e.packed}
    found -= set(_announced_titles(parsed, entries, found))
    blocks = (
        replace(b, kind=BlockKind.FURNITURE, level=None, group=None, header=False, cells=()) if i in found else b
        for i, b in enumerate(parsed.blocks)
    )
    announced = [lists.announced(begin, end) for begin, end in runs]
    return Contents(replace(parsed, blocks=tuple(blocks)) if found else parsed, tuple(a for a in announced if a))


def _announced_titles(parsed: ParsedDocument, entries: Sequence[_Entry], found: set[int]) -> Iterator[int]:
    """Blocks above a list that the outline names, mostly “Contents” itself: they stay headings."""
    named = {(folded(e.title), e.page) for e in parsed.outline}
    return (e.index for e in entries if e.index in found and (e.folded, parsed.blocks[e.index].page) in named)


def _entry(text: str, index: int, block: Block) -> _Entry:
    last = _last_packed(text, block)
    if last or block.end - block.start > _LONGEST:
        begins = folded(text[block.start : block.start + 80])
        return _Entry(index, begins, begins, last, False, short=bool(last), packed=bool(last))
    words = text[block.start : block.end].strip(" |\n")
    leader = _LEADER.search(words)
    match = leader or (_NUMBERED.search(words) if _FIGURES.search(words) is None else None)
    bare = words[: match.start("page")] if match is not None else words
    bare = _LEADER.sub("", words) if leader is not None else bare
    return _Entry(
        index,
        folded(bare),
        folded(_LEAD.sub("", bare)),
        match["page"] if match is not None else "",
        leader is not None,
        short=(match is not None or not bare.rstrip(" |").endswith(_SENTENCE_END))
        and block.kind is not BlockKind.HEADING,
    )


def _last_packed(text: str, block: Block) -> str:
    """The last page number of a list of contents that is one block; empty where the block is none."""
    if block.end - block.start > _LONGEST_PACKED or block.kind is not BlockKind.PARAGRAPH:
        return ""
    if not text[block.start : block.end].rstrip()[-1:].isdigit():
        return ""
    found = list(_PACKED.finditer(text, block.start, block.end))
    if len(found) < _LEAST_PACKED or sum(len(m.group()) for m in found) < (block.end - block.start) * _FILLED:
        return ""
    falls = sum(int(one["page"]) > int(other["page"]) for one, other in pairwise(found))
    return found[-1]["page"] if falls <= len(found) * _MOST_FALLS else ""


class _Lists:
    def __init__(self, parsed: ParsedDocument, entries: Sequence[_Entry]) -> None:
        self._text = parsed.text
        self._blocks = parsed.blocks
        self._lines = parsed.lines
        self._entries = entries
        self._last_page = parsed.pages + _UNCOUNTED if parsed.pages else 0
        self._paged = any(block.page is not None for block in parsed.blocks)
        self._said: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._begins: list[set[str]] = []  # of each entry: its first words, with and without the number before them
        for at, entry in enumerate(entries):
            block = parsed.blocks[entry.index]
            words = parsed.text[block.start : min(block.end, block.start + 200)].lstrip(" |")
            begins_with = {folded(words), folded(_LEAD.sub("", words))}
            self._begins.append(begins_with)
            for begins in begins_with:
                self._said[begins[:_KEY]].append((at, begins))
        self._keys = sorted(self._said)

    def runs(self) -> list[tuple[int, int]]:
        """The lists: from which entry to which."""
        found = []
        at = 0
        while at < len(self._entries):
            end = self._run_end(at)
            if end is not None:
                found.append((at, end))
            at = end or at + 1
        return found

    def announced(self, begin: int, end: int) -> tuple[OutlineEntry, ...]:
        """The headings a list announces, on their real pages; none where the printed numbers fit no pages."""
        numbered = [k for k in range(begin, end) if self._entries[k].page.isdigit() and self._entries[k].folded]
        votes = Counter(offset for k in numbered for offset in self._offsets(k))
        if not votes or len(numbered) < _LEAST_ANNOUNCED:
            return ()
        offset, count = max(votes.items(), key=lambda vote: (vote[1], -abs(vote[0])))
        if count < max(3, len(numbered) // 3):
            return ()
        titles = [self._title(k) for k in numbered]
        levels = _levels(titles, [self._left(k) for k in numbered])
        return tuple(
            OutlineEntry(title, level, int(self._entries[k].page) + offset)
            for k, title, level in zip(numbered, titles, levels, strict=True)
        )

    def _left(self, at: int) -> int | None:
        """Left edge of an entry in steps of 8 points."""
        lines = self._lines
        first = bisect_right(lines, self._blocks[self._entries[at].index].start, key=lambda line: line.start) - 1
        box = lines[first].box if first >= 0 else None
        return None if box is None else round(box[0] / 8)

    def _title(self, at: int) -> str:
        block = self._blocks[self._entries[at].index]
        words = self._text[block.start : block.end].strip(" |\n")
        leader = _LEADER.search(words)
        bare = _LEADER.sub("", words) if leader is not None else words[: words.rstrip().rfind(self._entries[at].page)]
        return " ".join(bare.replace("|", " ").split())

    def _run_end(self, at: int) -> int | None:
        """Where the list that begins here ends; None where none begins here."""
        if self._is_title(at):
            return _end(list(self._members(at + 1, self._below_title)), 3)
        if self._entries[at].leader:
            return _end(list(self._members(at, lambda k: self._entries[k].leader)), 3)
        return self._counting(at) if self._numbered(self._entries[at]) else None

    def _numbered(self, entry: _Entry) -> bool:
        return entry.short and entry.page.isdigit() and 1 <= int(entry.page) <= self._last_page

    def _counting(self, at: int) -> int | None:
        """A run whose page numbers never fall, most of its words said again on these pages."""
        last = 0

        def fits(k: int) -> bool:
            nonlocal last
            entry = self._entries[k]
            if not self._numbered(entry) or int(entry.page) < last:
                return False
            last = int(entry.page)
            return True

        members = list(islice(self._members(at, fits), _LONGEST_RUN))
        offsets = Counter(offset for k in members for offset in self._offsets(k))
        trusted = max(offsets.values(), default=0) >= len(members) * _MOST_SAID_AGAIN
        return _end(members, 5) if trusted else None

    def _offsets(self, at: int) -> set[int]:
        """How far the pages on which an entry is said again lie behind the page number it gives."""
        if not self._paged:
            return set()
        number = int(self._entries[at].page)
        pages = (self._blocks[self._entries[k].index].page for k in self._later(at))
        return {page - number for page in pages if page is not None}

    def _is_title(self, at: int) -> bool:
        block = self._blocks[self._entries[at].index]
        return _TITLE.match(self._text[block.start : block.end].strip()) is not None

    def _below_title(self, at: int) -> bool:
        entry = self._entries[at]
        if not entry.short or not entry.folded:
            return False
        return entry.leader or self._has_page(entry) or self._said_again(at)

    def _has_page(self, entry: _Entry) -> bool:
        """Whether the entry ends in what can be the number of a page here; a year is mostly none."""
        return bool(entry.page) and (not entry.page.isdigit() or int(entry.page) <= (self._last_page or _MOST_PAGES))

    def _said_again(self, at: int) -> bool:
        """Whether a later block is these words; where they begin with a label it may go on after them."""
        block = self._blocks[self._entries[at].index]
        words = {self._entries[at].folded, self._entries[at].bare}
        labelled = label_at(self._text[block.start : block.end].lstrip(" |")) is not None
        return any(labelled or not words.isdisjoint(self._begins[k]) for k in self._later(at))

    def _later(self, at: int) -> Iterator[int]:
        """Later entries that begin with the words of this one, numbers before them aside."""
        for words in {self._entries[at].folded, self._entries[at].bare}:
            if len(words) >= (2 if not words.isascii() else 4):
                yield from self._begins_later(at, words)

    def _begins_later(self, at: int, words: str) -> Iterator[int]:
        keys = [words[:_KEY]]
        if len(words) < _KEY:
            first = bisect_left(self._keys, words)
            keys = list(takewhile(lambda k: k.startswith(words), islice(self._keys, first, first + _MOST_LOOKED_AT)))
        for key in keys:
            places = self._said.get(key, [])
            begin = bisect_right(places, (at, "\uffff" * 4))
            yield from (k for k, begins in places[begin : begin + _MOST_LOOKED_AT] if begins.startswith(words))

    def _members(self, at: int, fits: Callable[[int], bool]) -> Iterator[int]:
        """Entries from `at` on that fit, over short gaps; one said a second time is the text itself."""
        seen: set[str] = set()
        gap = 0
        while at < len(self._entries) and gap <= _GAP:
            entry = self._entries[at]
            block = self._blocks[entry.index]
            if _ONLY_NUMBER.match(self._text[block.start : block.end]) is not None:
                pass  # a page number in a line of its own
            elif entry.folded and entry.folded in seen:
                return
            elif fits(at):
                seen.add(entry.folded)
                gap = 0
                yield at
            elif not entry.short:
                return
            else:
                gap += 1
            at += 1


def _end(members: Sequence[int], least: int) -> int | None:
    return members[-1] + 1 if len(members) >= least else None


def _levels(titles: Sequence[str], lefts: Sequence[int | None]) -> list[int]:
    """1, 2, ... by left edge; titles with one kind of label (Section 2.1) share the level that most of them have."""
    steps = sorted({left for left in lefts if left is not None})[:_MOST_LEVELS]
    levels = [1 if left is None else bisect_right(steps, left) or 1 for left in lefts]
    kinds = [None if (label := label_at(title)) is None else (label.family, label.rank) for title in titles]
    usual: dict[object, Counter[int]] = defaultdict(Counter)
    for kind, level in zip(kinds, levels, strict=True):
        usual[kind][level] += 1
    return [
        level if kind is None else usual[kind].most_common(1)[0][0] for kind, level in zip(kinds, levels, strict=True)
    ]
