"""What a reader hands over: the canonical text and what it saw of its shape.

A reader decides nothing about the tree. It says which spans of the text are
blocks, in order, and what each looked like; `structure` decides what they mean.
Promises every reader keeps (and `ParsedDocument.check` enforces):

- blocks are in text order and do not overlap; whatever lies between two blocks
  is white space;
- lines are in text order, do not overlap, and lie inside blocks;
- cells are in text order, do not overlap, and lie inside their row;
- the same bytes give the same ParsedDocument in every process.
"""

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    HEADING = "heading"  # native heading: the format itself says so; `level` is set
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"  # one table row; rows of one table share `group`
    FOOTNOTE = "footnote"
    FURNITURE = "furniture"
    HIDDEN = "hidden"

    @property
    def citable(self) -> bool:
        return self not in (BlockKind.FURNITURE, BlockKind.HIDDEN)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table row, by the words it holds. Empty cells are left out: their columns are simply missing."""

    start: int  # code points into the canonical text
    end: int
    column: int  # 0 is the leftmost of the table
    span: int = 1  # columns it stands over


@dataclass(frozen=True, slots=True)
class Block:
    kind: BlockKind
    start: int  # code points into the canonical text
    end: int
    level: int | None = None  # HEADING: 1 is the highest; ITEM: nesting depth, 1 is the outermost
    page: int | None = None  # 1-based
    size: float | None = None  # main font size in points
    bold: bool = False
    centered: bool = False
    indent: float | None = None  # left edge in points
    group: int | None = None  # ROW: which table; ITEM: which list
    header: bool = False  # ROW: a row of column heads
    cells: tuple[Cell, ...] = ()  # ROW: in text order, inside the block


@dataclass(frozen=True, slots=True)
class TextLine:
    start: int
    end: int
    page: int | None = None  # 1-based
    box: tuple[float, float, float, float] | None = None  # left, top, right, bottom, points from top left


@dataclass(frozen=True, slots=True)
class Link:
    """Words that the format itself ties to another place: a hyperlink, a cross reference."""

    start: int
    end: int
    to: int | None = None  # offset in this text of the place it leads to
    href: str | None = None  # where it leads outside this document, as written


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One bookmark of a PDF."""

    title: str
    level: int  # 1 is the highest
    page: int | None  # 1-based; None where the bookmark leads nowhere
    top: float | None = None  # points from the top of the page, where given


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    format: str  # pdf, docx, xlsx, pptx, epub, html, markdown, csv, text
    parser: str  # library and version that read the bytes: "pypdfium2-5.15.2"
    text: str
    blocks: tuple[Block, ...]
    lines: tuple[TextLine, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    pages: int | None = None
    title: str | None = None  # from the format's own metadata or first title
    notes: tuple[str, ...] = ()  # facts a person should know: "3 tracked changes accepted"
    links: tuple[Link, ...] = ()  # in text order
    page_labels: tuple[str, ...] = ()  # what is printed on each page (iv, A-3), where the format says so

    def check(self) -> None:
        """Raise ValueError where a promise of this module is broken."""
        at = 0
        for block in self.blocks:
            if not at <= block.start < block.end <= len(self.text):
                raise ValueError(f"block {block.start}..{block.end} is empty, out of order or outside the text")
            if self.text[at : block.start].strip():
                raise ValueError(f"text {at}..{block.start} is in no block")
            at = block.start
            for cell in block.cells:
                if not at <= cell.start < cell.end <= block.end or cell.column < 0 or cell.span < 1:
                    raise ValueError(f"cell {cell.start}..{cell.end} is empty, out of order or outside its row")
                at = cell.end
            at = block.end
        if self.text[at:].strip():
            raise ValueError(f"text {at}.. is in no block")
        at = 0
        for line in self.lines:
            if not at <= line.start <= line.end <= len(self.text):
                raise ValueError(f"line {line.start}..{line.end} is out of order or outside the text")
            at = line.end
        for link in self.links:
            if not 0 <= link.start < link.end <= len(self.text) or not 0 <= (link.to or 0) <= len(self.text):
                raise ValueError(f"link {link.start}..{link.end} is outside the text")
