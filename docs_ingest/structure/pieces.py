"""What the cascade hands to the tree: pieces in text order, some of which open sections."""

from dataclasses import dataclass

from docs_ingest.parsed import BlockKind
from docs_ingest.structure.labels import Label


@dataclass(frozen=True, slots=True)
class Piece:
    """One block, or a part of one, with what it means.

    `rank` set: it opens a section that closes every open section of the same
    rank or a lower one (higher number). `heading_end` then says how far the
    heading's words go; equal to `start` when the section begins with its body
    (an article whose label stands in front of its first sentence).
    """

    kind: BlockKind
    start: int
    end: int
    rank: float | None = None
    heading_end: int = 0
    label: Label | None = None
    title: str | None = None
    item_level: int = 0
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A heading that was announced elsewhere (outline, contents) and found in the text."""

    start: int
    end: int
    rank: float
    title: str


@dataclass(frozen=True, slots=True)
class Structure:
    pieces: tuple[Piece, ...]
    source: str  # native, outline, contents, grammar, numbering, typography, balanced; joined by "+"
    confidence: float  # 0..1
    announced: int = 0  # entries of the outline or the printed contents
    anchored: int = 0  # how many of them were found in the text
