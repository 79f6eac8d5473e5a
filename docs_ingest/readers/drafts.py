"""Blocks before they have a place in the text: what readers of Office files gather, one on each line in the end.

A reader drafts block after block and ties words to names of places (bookmarks,
slides); when all are there, `joined` lays them out and the ties become links.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from docs_ingest.errors import LimitExceeded
from docs_ingest.parsed import Block, BlockKind, Cell, Link


@dataclass(frozen=True, slots=True)
class Tie:
    """Words that lead somewhere else; offsets count from the first of the words they are among."""

    start: int
    end: int
    name: str | None = None  # of a place in the same file
    href: str | None = None  # where it leads outside the file

    def moved(self, by: int) -> "Tie":
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(slots=True)
class Words:
    """The words of one line while they are gathered, and their ties."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    ties: list[Tie] = field(default_factory=list)

    @property
    def ends_in_figure(self) -> bool:
        return bool(self.pieces) and self.pieces[-1][-1:].isdecimal()

    def add(self, words: str) -> None:
        self.pieces.append(words)
        self.length += len(words)

    def tie(self, begins: int, name: str | None, href: str | None) -> None:
        """Tie all words from an offset on; the same ties inside or just before them are one with it."""
        if self.length <= begins:
            return
        while self.ties and self.ties[-1].end >= begins and (self.ties[-1].name, self.ties[-1].href) == (name, href):
            begins = min(begins, self.ties.pop().start)
        self.ties.append(Tie(begins, self.length, name, href))

    def follow(self, other: "Words", gap: str = "") -> None:
        if gap and self.length and other.length:
            self.add(gap)
        self.ties += (tie.moved(self.length) for tie in other.ties)
        self.pieces += other.pieces
        self.length += other.length

    def line(self, before: str = "") -> tuple[str, tuple[Tie, ...]]:
        """The words after what is drawn before them, without white space at their ends; and their ties."""
        raw = "".join(self.pieces)
        bare = raw.strip()
        words = before + bare if bare else ""
        shift = len(before) - (len(raw) - len(raw.lstrip()))
        return words, tuple(tie for one in self.ties if (tie := _trimmed(words, one.moved(shift))) is not None)

    def settled(self, before: str = "") -> "Words":
        """The same as one line."""
        words, ties = self.line(before)
        return Words([words] if words else [], len(words), list(ties))


def _trimmed(words: str, tie: Tie) -> Tie | None:
    """A tie without white space at its ends; None where nothing is left."""
    start, end = max(tie.start, 0), min(tie.end, len(words))
    inner = words[start:end]
    start += len(inner) - len(inner.lstrip())
    end = start + len(inner.strip())
    return replace(tie, start=start, end=end) if start < end else None


@dataclass(frozen=True, slots=True)
class Draft:
    """A block whose cells and ties count from the start of its own words."""

    kind: BlockKind
    words: str
    level: int | None = None
    page: int | None = None
    size: float | None = None
    bold: bool = False
    centered: bool = False
    indent: float | None = None
    group: int | None = None
    header: bool = False
    cells: tuple[Cell, ...] = ()
    ties: tuple[Tie, ...] = ()
    names: tuple[str, ...] = ()  # by which ties find this block
    title: bool = False  # styled as the title of the whole


class Drafts:
    """The blocks so far, and no more characters than allowed."""

    def __init__(self, max_characters: int) -> None:
        self.all: list[Draft] = []
        self._room = self._allowed = max_characters
        self._names: list[str] = []

    def name_next(self, names: Iterable[str]) -> None:
        """Names of the place where the next block will stand."""
        self._names += names

    def add(self, draft: Draft) -> None:
        """Raises LimitExceeded when there is no room for it."""
        self._room -= len(draft.words) + 1
        if self._room < -1:
            raise LimitExceeded(
                f"the file holds more than the {self._allowed:,} characters allowed: "
                "split it, or raise CITEPATH_MAX_CHARACTERS"
            )
        if self._names:
            draft = replace(draft, names=(*draft.names, *self._names))
            self._names.clear()
        self.all.append(draft)


def joined(drafts: Sequence[Draft]) -> tuple[str, tuple[Block, ...], tuple[Link, ...]]:
    """The canonical text, its blocks, and its links; a tie to a name that no block has is dropped."""
    blocks: list[Block] = []
    places: dict[str, int] = {}
    at = 0
    for draft in drafts:
        blocks.append(_block(draft, at))
        for name in draft.names:
            places.setdefault(name, at)
        at += len(draft.words) + 1
    links: list[Link] = []
    for draft, block in zip(drafts, blocks, strict=True):
        for tie in draft.ties:
            to = None if tie.name is None else places.get(tie.name)
            if to is not None or tie.href is not None:
                links.append(Link(block.start + tie.start, block.start + tie.end, to, tie.href))
    links.sort(key=lambda link: (link.start, -link.end))
    return "\n".join(draft.words for draft in drafts), tuple(blocks), tuple(links)


def _block(draft: Draft, at: int) -> Block:
    return Block(
        draft.kind,
        at,
        at + len(draft.words),
        level=draft.level,
        page=draft.page,
        size=draft.size,
        bold=draft.bold,
        centered=draft.centered,
        indent=draft.indent,
        group=draft.group,
        header=draft.header,
        cells=tuple(Cell(at + c.start, at + c.end, c.column, c.span) for c in draft.cells),
    )


def joined_cells(cells: Sequence[tuple[str, int, int]]) -> tuple[str, tuple[Cell, ...], tuple[int, ...]]:
    """A row of (words, column, span): its line, its cells, and where the words of each begin in the line.

    Words have no white space at their ends. Cells stand between bars, empty ones
    too, so that a reader of the line sees how many there are.
    """
    line = " | ".join(words for words, _, _ in cells)
    bare = line.lstrip()
    at = len(bare) - len(line)  # before the bar of a leading empty cell
    spans: list[Cell] = []
    begins: list[int] = []
    for words, column, span in cells:
        begins.append(at)
        if words:
            spans.append(Cell(at, at + len(words), column, span))
        at += len(words) + len(" | ")
    return bare.rstrip(), tuple(spans), tuple(begins)
