"""Words gathered on the walk through a page become drafts of blocks.

A list item carries the number a browser draws in front of it. A term and its
meaning (<dt>, <dd>) are one item, with a colon between them where the author
put no sign of his own; a note whose mark stands apart is one with its mark.
"""

import re
from dataclasses import dataclass, replace

from docs_ingest.errors import LimitExceeded
from docs_ingest.parsed import BlockKind
from docs_ingest.readers.drafts import Draft, Tie
from docs_ingest.readers.html.frame import Frame, Place
from docs_ingest.readers.html.furniture import is_phrase
from docs_ingest.readers.html.lists import writes_number
from docs_ingest.readers.html.look import Look
from docs_ingest.readers.html.source import count_letters
from docs_ingest.readers.html.words import BREAK, Line, Piece, line_of, paragraphs, squeezed, wide

_LONGEST_HEADING = 200  # characters: longer text in a heading tag is a paragraph
_LONGEST_TERM = 200  # characters: a longer <dt> stands for itself
_MOST_LINKED = 20  # blocks that one link goes over: with more of them it was never closed
_MOST_TERMS = 4  # that share one meaning
_MARK = re.compile(r"[\[(（【]?(?:\d{1,4}|[*†‡§]{1,3}|[a-zA-Z]|[ivxIVX]{1,6}|[①-⑳])[\])）】.]?")  # of a note
_PARTED = tuple(":：.。;；,，、—–-?？!！")
_BLANK = Look()


@dataclass(slots=True)
class _Link:
    tie: Tie
    blocks: int = 0  # that it went over


class Gathering:
    """Takes the words of pages in order and drafts their blocks."""

    def __init__(self, max_characters: int) -> None:
        self.drafts: list[Draft] = []
        self.letters = 0  # in text nodes that are not dropped
        self.letters_to_keep = 0  # of these, all but pronunciations
        self.drawn = 0  # letters that are not in the pages: numbers of lists (a., iv.)
        self.on_site = False  # what frames a site is looked for
        self._room = self._allowed = max_characters
        self._pieces: list[tuple[Piece, Frame]] = []
        self._aside: dict[Place, list[str]] = {Place.FURNITURE: [], Place.HIDDEN: []}
        self._links: list[_Link] = []
        self._numbers: list[tuple[int, str]] = []  # items whose number has not been written yet
        self._names: list[str] = []  # of places, for the next block
        self._terms: list[tuple[list[Piece], Frame]] = []  # each <dt> that waits for its <dd>
        self._begun: set[int] = set()  # items that have their first block

    def text(self, words: str | None, frame: Frame) -> None:
        """A text node. Raises LimitExceeded past the characters allowed."""
        if not words:
            return
        letters = count_letters(words)
        self.letters += letters
        goes = frame.goes
        if goes is Place.NOWHERE:
            return
        self.letters_to_keep += letters
        bare = words.strip()
        self._room -= len(bare)
        if self._room < 0:
            raise LimitExceeded(
                f"the file holds more than the {self._allowed:,} characters allowed: "
                "split it, or raise CITEPATH_MAX_CHARACTERS"
            )
        if goes is not Place.TEXT:
            self._aside[goes].append(words)
            return
        if bare and self._numbers:
            self._write_numbers(bare, frame)
        set_words = words.replace("\r\n", "\n").replace("\r", "\n") if frame.look.pre else squeezed(words)
        self._pieces.append((Piece(set_words, frame.look, frame.link), frame))

    def line_break(self, frame: Frame) -> None:
        if frame.goes is Place.TEXT:
            self._pieces.append((Piece(BREAK, replace(frame.look, pre=False)), frame))
        elif frame.goes is not Place.NOWHERE:
            self._aside[frame.goes].append(" ")

    def space(self) -> None:
        """A block begins or ends where that parts no blocks: inside a cell."""
        self._pieces.append((Piece(" ", _BLANK), Frame()))
        for words in self._aside.values():
            words.append(" ")

    def part(self, place: Place) -> None:
        """An element begins that goes to another place than the one it is in."""
        if place in self._aside:
            self._aside[place].append(" ")

    def name(self, name: str) -> None:
        """The place here has a name that links may call."""
        self._pieces.append((Piece("", _BLANK, name=name), Frame()))

    def link(self, tie: Tie) -> int:
        """A link begins; its number goes into the frame of what is in it."""
        self._links.append(_Link(tie))
        return len(self._links) - 1

    def begin_item(self, item: int, number: str) -> None:
        if number:
            self._numbers.append((item, number))

    def end_item(self, item: int | None) -> None:
        """A number whose item has no words is not written."""
        if self._numbers and self._numbers[-1][0] == item:
            self._numbers.pop()

    def _write_numbers(self, words: str, frame: Frame) -> None:
        if writes_number(words):
            self._numbers.pop()
        for _, number in self._numbers:
            self._pieces.append((Piece(number, replace(frame.look, pre=False)), frame))
            self.drawn += count_letters(number)
        self._numbers.clear()

    def flush(self) -> None:
        """What was gathered is a block; what was gathered beside it is furniture or hidden."""
        pieces, self._pieces = self._pieces, []
        first = next((frame for piece, frame in pieces if piece.words.strip()), None)
        if first is None:
            self._names += (piece.name for piece, _ in pieces if piece.name is not None)
        else:
            self._add_text([piece for piece, _ in pieces], first)
        for place, kind in ((Place.FURNITURE, BlockKind.FURNITURE), (Place.HIDDEN, BlockKind.HIDDEN)):
            words = " ".join("".join(self._aside[place]).split())
            self._aside[place].clear()
            if words:
                self.drafts.append(Draft(kind, words))

    def cell(self) -> tuple[Line, tuple[Tie, ...]]:
        """What was gathered is the words of a cell."""
        line = line_of([piece for piece, _ in self._pieces], flat=True)
        self._pieces.clear()
        self._names += line.late
        return line, self._ties(line)

    def add(self, draft: Draft) -> None:
        """The next block of the text, which takes the names that wait for it."""
        self.settle_terms()
        if self._names:
            draft = replace(draft, names=(*self._names, *draft.names))
            self._names.clear()
        self.drafts.append(draft)

    def settle_terms(self) -> None:
        """Terms that have no meaning stand for themselves."""
        terms, self._terms = self._terms, []
        for pieces, frame in terms:
            kind = BlockKind.ITEM if frame.note is None else BlockKind.FOOTNOTE
            self._add_line(line_of(pieces, flat=True), frame, kind, frame.depth or None, frame.group)

    def _add_text(self, pieces: list[Piece], frame: Frame) -> None:
        if frame.heading is not None:
            self._begun.add(frame.item or 0)
            line = line_of(pieces, flat=True)
            kind = BlockKind.HEADING if len(line.words) <= _LONGEST_HEADING else BlockKind.PARAGRAPH
            self._add_line(line, frame, kind, frame.heading if kind is BlockKind.HEADING else None)
            return
        if frame.term or (frame.note is not None and _MARK.fullmatch(line_of(pieces, flat=True).words)):
            self._hold_term(pieces, frame)
            return
        joined = bool(self._terms) and (
            frame.meaning or (frame.note is not None and self._terms[-1][1].note is not None)
        )
        if joined:
            pieces = [*self._joined_terms(frame), *pieces]
        for part in paragraphs(pieces):
            self._add_paragraph(line_of(part), frame, joined=joined)

    def _add_paragraph(self, line: Line, frame: Frame, *, joined: bool) -> None:
        if frame.note is not None:
            self._add_line(line, frame, BlockKind.FOOTNOTE)
        elif line.words and frame.item is not None and frame.item not in self._begun:
            self._begun.add(frame.item)
            level = frame.depth + (frame.meaning and not joined)
            self._add_line(line, frame, BlockKind.ITEM, level, frame.group)
        else:
            self._add_line(line, frame, BlockKind.PARAGRAPH)

    def _add_line(
        self, line: Line, frame: Frame, kind: BlockKind, level: int | None = None, group: int | None = None
    ) -> None:
        if not line.words:
            self._names += (*line.names, *line.late)
            return
        if self.on_site and kind is not BlockKind.HEADING and is_phrase(line.words):
            self._names += (*line.names, *line.late)
            self.drafts.append(Draft(BlockKind.FURNITURE, line.words))
            return
        self.add(
            Draft(
                kind,
                line.words,
                level=level,
                size=line.size,
                bold=line.bold,
                centered=frame.look.centered,
                group=group,
                ties=self._ties(line),
                names=line.names,
            )
        )
        self._names += line.late

    def _ties(self, line: Line) -> tuple[Tie, ...]:
        found: list[Tie] = []
        for start, end, number in line.links:
            link = self._links[number]
            link.blocks += 1
            if link.blocks <= _MOST_LINKED:
                found.append(replace(link.tie, start=start, end=end))
        return tuple(found)

    def _hold_term(self, pieces: list[Piece], frame: Frame) -> None:
        """Keep a term for its meaning."""
        self._terms.append((_trimmed(pieces), frame))
        long = sum(len(piece.words) for piece in pieces) > _LONGEST_TERM
        if long or len(self._terms) > _MOST_TERMS:
            self.settle_terms()

    def _joined_terms(self, frame: Frame) -> list[Piece]:
        """The terms that wait, with the sign that parts them from their meaning."""
        joined: list[Piece] = []
        for i, (pieces, _) in enumerate(self._terms):
            words = line_of(pieces, flat=True).words
            last = i == len(self._terms) - 1
            if words.endswith(_PARTED) or (frame.note is not None and _MARK.fullmatch(words)):
                sign = " "
            elif wide(words[-1:]):
                sign = "：" if last else "、"
            else:
                sign = ": " if last else ", "
            joined += [*pieces, Piece(sign, _BLANK)]
        self._terms.clear()
        return joined


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """The pieces on one line, without white space behind the last word."""
    flat = [replace(piece, words=squeezed(piece.words), look=replace(piece.look, pre=False)) for piece in pieces]
    last = next(i for i in range(len(flat) - 1, -1, -1) if flat[i].words.strip())
    flat[last] = replace(flat[last], words=flat[last].words.rstrip())
    return [*flat[: last + 1], *(piece for piece in flat[last + 1 :] if piece.name is not None)]
