"""The structure cascade: the best announced headings first, then what each block itself says.

    native headings  ->  PDF outline anchored in the text  ->  printed contents by vote
                 \\            |                              /
                  headings of the skeleton, then inside it, block by block:
                  labels (编 章 节 条, Part, Article, Section, 2.1)  ->  typography
                  and where nothing was found: the balanced split (see `tree`)

No language model takes part. What carried the most sections is named as the
source, with a confidence that says how much of what was announced was found.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from docs_ingest.parsed import Block, BlockKind, OutlineEntry, ParsedDocument
from docs_ingest.structure.anchors import anchor
from docs_ingest.structure.framing import PARTS, framed
from docs_ingest.structure.items import ItemLevels, lettered_items
from docs_ingest.structure.labels import Label, Rank, heading_like, label_at
from docs_ingest.structure.nesting import nested_looks
from docs_ingest.structure.numbering import Mark, find_marks
from docs_ingest.structure.pieces import Anchor, Piece, Structure
from docs_ingest.structure.typography import typographic_ranks

_CONFIDENCE = {
    "native": 0.95,
    "outline": 0.95,
    "contents": 0.85,
    "grammar": 0.9,
    "numbering": 0.75,
    "typography": 0.6,
    "balanced": 0.3,
}
_PART_BEGINS = re.compile(
    r"\s*(?P<label>(?=(?-i:[A-Z]))(?:Exhibit|Annex|Appendix|Schedule|Attachment|Addendum)\s+(?:[A-Z]{1,2}(?:-\d{1,3})?|\d{1,3}|[IVX]{1,5}))"
    r"[.:\s—–-]+(?=(?-i:[A-Z\[“\"(\u4e00-\u9fff]))",
    re.IGNORECASE,
)
_PAGE_BREAK = 4  # empty lines above what begins on a new page, in text without pages
_LOOK_BACK = 40
_OF_A_DOCUMENT = Rank.NATIVE - 0.5  # an exhibit holds whatever is announced inside it
_PART_OF_A_BLOCK = -1  # instead of a block's index: its looks say nothing of a part
_TRUSTED_SHARE = 0.5  # of the announced entries must be found for an outline or contents to be used


def find_structure(parsed: ParsedDocument, printed: Sequence[Sequence[OutlineEntry]] = ()) -> Structure:
    """Decide what every block means. Pure: the same parse gives the same structure.

    `printed`: the headings that each printed list of contents announces (`read_contents`).
    """
    skeleton = _skeleton(parsed, printed)
    native = any(b.kind is BlockKind.HEADING for b in parsed.blocks)
    looks = {} if native else typographic_ranks(parsed)
    headed = _headed(parsed, skeleton.anchors)
    marks = find_marks(parsed.text, parsed.blocks, headed)
    letters = lettered_items(parsed.text, parsed.blocks, {*headed, *marks, *looks})
    reader = _BlockReader(parsed, looks, marks, letters)
    pieces: list[Piece] = []
    todo = list(reversed(skeleton.anchors))
    for index, block in enumerate(parsed.blocks):
        inside = []
        while todo and todo[-1].start < block.end:
            inside.append(todo.pop())
        pieces.extend(reader.read(index, block, [a for a in inside if a.start >= block.start]))
    sizes = {b.start: b.size for b in parsed.blocks if b.size is not None}
    pieces = framed(parsed.text, nested_looks(_joined_headings(parsed.text, pieces), sizes))
    found = reader.sources
    if skeleton.source is not None:
        found[skeleton.source] += len(skeleton.anchors)
    names = [name for name, _ in found.most_common()] or ["balanced"]
    share = len(skeleton.anchors) / skeleton.announced if skeleton.announced and names[0] == skeleton.source else 1.0
    confidence = round(_CONFIDENCE[names[0]] * min(1.0, share), 3)
    return Structure(tuple(pieces), "+".join(names), confidence, skeleton.announced, len(skeleton.anchors))


@dataclass(frozen=True, slots=True)
class _Skeleton:
    """Announced headings found in the text, how many were announced, and by what."""

    anchors: tuple[Anchor, ...] = ()
    announced: int = 0
    source: str | None = None


def _skeleton(parsed: ParsedDocument, printed: Sequence[Sequence[OutlineEntry]]) -> _Skeleton:
    """The outline, and every list of contents that announces other headings: those of exhibits inside a filing."""
    if any(b.kind is BlockKind.HEADING for b in parsed.blocks):
        return _Skeleton()
    anchors: list[Anchor] = []
    announced = 0
    source = None
    for name, entries in [("outline", parsed.outline), *(("contents", one) for one in printed)]:
        if len(entries) < 2:
            continue
        made = anchor(parsed, [replace(e, level=e.level + 1) for e in entries] if anchors else entries)
        new = [a for a in made if not _taken(anchors, a)]
        if len(made) < len(entries) * _TRUSTED_SHARE or len(new) * 2 < len(made):
            continue
        anchors = sorted([*anchors, *new], key=lambda a: a.start)
        announced += len(entries) - (len(made) - len(new))
        source = source or name
    return _Skeleton(tuple(anchors), announced, source)


def _taken(anchors: Sequence[Anchor], new: Anchor) -> bool:
    at = bisect_right(anchors, new.start, key=lambda a: a.start)
    return (at > 0 and anchors[at - 1].end > new.start) or (at < len(anchors) and anchors[at].start < new.end)


def _headed(parsed: ParsedDocument, anchors: Sequence[Anchor]) -> dict[int, Label | None]:
    """Blocks that are headings by themselves or by an announcement, with their labels."""
    found: dict[int, Label | None] = {}
    at = 0
    for i, block in enumerate(parsed.blocks):
        while at < len(anchors) and anchors[at].end <= block.start:
            at += 1
        if at < len(anchors) and anchors[at].start < block.end:
            start = max(block.start, anchors[at].start)
            found[i] = label_at(parsed.text[start : min(block.end, anchors[at].end)])
        elif block.kind is BlockKind.HEADING:
            found[i] = label_at(_native_title(parsed.text[block.start : block.end]))
    return found


class _BlockReader:
    """Reads blocks one by one; remembers what carried sections."""

    def __init__(
        self,
        parsed: ParsedDocument,
        looks: Mapping[int, int],
        marks: Mapping[int, Sequence[Mark]],
        letters: Mapping[int, Label],
    ) -> None:
        self._text = parsed.text
        self._looks = looks
        self._marks = marks
        self._letters = letters
        self._levels = ItemLevels()
        self._tops = _page_tops(parsed.blocks)
        self.sources: Counter[str] = Counter()

    def read(self, index: int, block: Block, anchors: list[Anchor]) -> list[Piece]:
        """The pieces of one block: cut where announced headings and numbered sections begin."""
        pieces = self._pieces(index, block, anchors)
        if any(piece.rank is not None for piece in pieces):
            self._levels.begin_section()
        return pieces

    def _pieces(self, index: int, block: Block, anchors: list[Anchor]) -> list[Piece]:
        pieces: list[Piece] = []
        at = block.start
        for one in anchors:
            if self._text[at : one.start].strip():
                pieces.append(self._piece(index, replace(block, start=at, end=one.start)))
            end = min(one.end, block.end)
            pieces.append(self._announced(block, one, end))
            at = end
        if not anchors and index in self._marks:
            return self._numbered(index, block, self._marks[index])
        if self._text[at : block.end].strip():
            rest = replace(block, start=at)
            pieces.append(self._piece(index, rest) if at == block.start else self._plain(rest, None))
        return pieces

    def _numbered(self, index: int, block: Block, marks: Sequence[Mark]) -> list[Piece]:
        """A block in which numbered sections begin: what stands before the first, and each to the next."""
        self.sources["numbering"] += len(marks)
        pieces: list[Piece] = []
        if self._text[block.start : marks[0].start].strip():
            pieces.append(self._piece(_PART_OF_A_BLOCK, replace(block, end=marks[0].start)))
        ends = [*(mark.start for mark in marks[1:]), block.end]
        for mark, end in zip(marks, ends, strict=True):
            rest = self._text[mark.heading_end : end].strip()
            heading_end = mark.heading_end if rest else end
            rank = self._rank(index, mark.label, self._text[mark.start : end])
            pieces.append(Piece(BlockKind.PARAGRAPH, mark.start, end, rank, heading_end, mark.label, mark.title))
        return pieces

    def _announced(self, block: Block, one: Anchor, end: int) -> Piece:
        label = label_at(self._text[one.start : end])
        return Piece(BlockKind.HEADING, one.start, end, one.rank, end, _structural(label), one.title)

    def _piece(self, index: int, block: Block) -> Piece:
        words = self._text[block.start : block.end]
        if block.kind is BlockKind.HEADING:
            return self._native(block, words)
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM):
            return self._plain(block, None)
        label = self._letters.get(index) or label_at(words) or self._part(index, block)
        if label is not None and label.structural and not label.steps:
            return self._labelled(index, block, words, label)
        if index in self._looks:
            self.sources["typography"] += 1
            return Piece(
                BlockKind.HEADING, block.start, block.end, self._looks[index], block.end, None, " ".join(words.split())
            )
        return self._plain(block, label)

    def _part(self, index: int, block: Block) -> Label | None:
        """The label of an exhibit that begins on a new page and goes on in the same line, as converters leave it."""
        match = _PART_BEGINS.match(self._text, block.start, block.end)
        if match is None:
            return None
        above = self._text[max(0, block.start - _LOOK_BACK) : block.start]
        if index not in self._tops and above[len(above.rstrip()) :].count("\n") < _PAGE_BREAK:
            return None
        label = label_at(match["label"])
        return None if label is None else replace(label, length=match.end() - block.start)

    def _native(self, block: Block, words: str) -> Piece:
        self.sources["native"] += 1
        title = _native_title(words)
        label = label_at(title)
        rank = Rank.NATIVE + min(block.level or 1, 9) - 1
        return Piece(BlockKind.HEADING, block.start, block.end, rank, block.end, _structural(label), title)

    def _labelled(self, index: int, block: Block, words: str, label: Label) -> Piece:
        han = label.rank in (Rank.PART, Rank.CHAPTER, Rank.SECTION, Rank.HAN_ARTICLE) and "第" in label.text
        self.sources["grammar" if han else "numbering"] += 1
        rest = words[label.length :].strip()
        titled = not rest or (heading_like(rest) and label.rank != Rank.HAN_ARTICLE)
        title = " ".join(words.split()) if titled else None
        heading_end = block.end if titled else block.start
        rank = self._rank(index, label, words)
        return Piece(BlockKind.PARAGRAPH, block.start, block.end, rank, heading_end, label, title)

    def _rank(self, index: int, label: Label, words: str) -> float | None:
        """The rank of a label; a part of its own that begins on a page of its own stands above what is announced."""
        if index in self._tops and label.family in PARTS and label.length >= len(words.rstrip()):
            return _OF_A_DOCUMENT if label.family == "exhibit" else Rank.NATIVE
        return label.rank

    def _plain(self, block: Block, label: Label | None) -> Piece:
        item = block.kind is BlockKind.ITEM or (label is not None and not label.structural)
        kind = BlockKind.ITEM if item and block.kind is BlockKind.PARAGRAPH else block.kind
        label = label if label is not None and not label.structural else None
        level = 0
        if item:
            level = block.level or (self._levels.level(label) if label is not None else 1)
        return Piece(kind, block.start, block.end, None, 0, label, None, level, block.group)


def _page_tops(blocks: Sequence[Block]) -> set[int]:
    """Indexes of the blocks with which pages begin, page furniture aside."""
    tops: dict[int, int] = {}
    for i, block in enumerate(blocks):
        if block.page is not None and block.kind.citable:
            tops.setdefault(block.page, i)
    return set(tops.values())


def _native_title(words: str) -> str:
    return " ".join(words.strip().strip("#").strip("=- \t\r\n").split())


def _structural(label: Label | None) -> Label | None:
    """The label of a heading that is announced: “a. Fees” is a section then, no list item; (1) is no label of one."""
    if label is not None and not label.structural and label.text.endswith("."):
        return replace(label, family="sec", rank=Rank.LETTER)
    return label if label is not None and label.structural else None


def _joined_headings(text: str, pieces: list[Piece]) -> list[Piece]:
    """A label alone on its line (“ARTICLE IV”) takes the heading on the next line as its title."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and _bare(text, last) and _title_only(text, piece):
            title = " ".join(text[last.start : piece.end].split())
            joined[-1] = replace(last, end=piece.end, heading_end=piece.end, title=title)
        else:
            joined.append(piece)
    return joined


def _bare(text: str, piece: Piece) -> bool:
    return (
        piece.rank is not None
        and piece.label is not None
        and piece.label.rank != Rank.HAN_ARTICLE
        and piece.kind is BlockKind.PARAGRAPH
        and not text[piece.start + piece.label.length : piece.end].strip(" .:—-")
    )


def _title_only(text: str, piece: Piece) -> bool:
    if piece.label is not None or not heading_like(text[piece.start : piece.end]):
        return False
    if piece.rank is not None:
        return piece.rank >= Rank.TYPOGRAPHIC and piece.heading_end == piece.end
    words = text[piece.start : piece.end]
    return piece.kind is BlockKind.PARAGRAPH and len(words) <= 80 and words.strip()[:1].isupper()
