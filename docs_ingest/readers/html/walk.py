"""The walk through a page, or through the pages of a book one after the other.

Every text node goes to one of three places: the text, the frame of the page
(furniture), or what the page does not show (hidden). Where a block element
begins or ends, what was gathered becomes a block; inside a cell of a data table
it only becomes a space, and the row is the block.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml import etree

from docs_ingest.errors import LimitExceeded
from docs_ingest.parsed import BlockKind
from docs_ingest.readers.html.blocks import Gathering
from docs_ingest.readers.html.frame import (
    BLOCKS,
    CELLS,
    CONTENT,
    DROPPED,
    HEADINGS,
    LISTS,
    PRE,
    TABLE_PARTS,
    Frame,
    Note,
    Page,
    Place,
    is_one_note,
    note_of,
    place_of,
)
from docs_ingest.readers.html.lists import Lists
from docs_ingest.readers.html.look import looked
from docs_ingest.readers.html.table import Table

_SHAPED = frozenset({"table", "tr", "dl", "li", "dt", "dd", *LISTS, *CELLS, *TABLE_PARTS})
_ON_LINES = ("block", "flex", "grid", "table", "list-item", "flow-root")  # values of `display`
_MOST_MERGED = 2_000_000  # rows that merged cells reach down through, all cells together


@dataclass(frozen=True, slots=True)
class NoteSpan:
    """The blocks of one note, as places in the list of drafts."""

    begin: int
    end: int
    kind: Note


class Walk:
    """Reads pages in order into the drafts of one document."""

    def __init__(self, max_characters: int) -> None:
        self.gathering = Gathering(max_characters)
        self.notes: list[NoteSpan] = []
        self._tables: list[tuple[Table | None, int]] = []  # open ones, and where they begin; None only arranges text
        self._lists = Lists()
        self._terms: list[bool] = []  # open lists of definitions, and whether they have a term
        self._open_notes: list[tuple[etree._Element, int]] = []  # and where they begin
        self._groups = self._items = self._table_groups = self._merged = 0

    def read(self, page: Page) -> None:
        """Draft the blocks of a page. Raises LimitExceeded past the characters allowed."""
        gathering = self.gathering
        gathering.on_site = page.on_site
        root = page.root
        frame, breaks = self._begin(page, root, Frame())
        stack = [(root, iter(root), frame, breaks)]
        gathering.text(root.text, frame)
        while stack:
            element, children, frame, breaks = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._end(page, element, frame, breaks=breaks)
                if stack:
                    gathering.text(element.tail, stack[-1][2])
            elif child.tag in DROPPED or not isinstance(child.tag, str):
                gathering.text(child.tail, frame)
            else:
                inner, breaks = self._begin(page, child, frame)
                stack.append((child, iter(child), inner, breaks))
                gathering.text(child.text, inner)
        gathering.flush()
        gathering.settle_terms()

    def _begin(self, page: Page, element: etree._Element, outer: Frame) -> tuple[Frame, bool]:
        """The frame inside an element, and whether it stands on lines of its own."""
        tag = element.tag
        style = page.rules.open(element)
        if tag == "br":
            self.gathering.line_break(outer)
            return outer, False
        breaks = tag in BLOCKS or style.get("display", "").startswith(_ON_LINES)
        if breaks:
            self._boundary()
        frame = self._inside(page, element, outer, style)
        if frame.goes is not outer.goes:
            self.gathering.part(frame.goes)
        self._name(page, element)
        frame = self._shaped(page, element, frame, style)
        if tag in BLOCKS and frame.note is not None and is_one_note(element, outer.note):
            self._open_notes.append((element, len(self.gathering.drafts)))
        return frame, breaks

    def _shaped(self, page: Page, element: etree._Element, frame: Frame, style: Mapping[str, str]) -> Frame:
        """The frame inside an element that is a heading, a link, or part of a list or a table."""
        tag = element.tag
        if tag in HEADINGS or (element.get("role") == "heading" and tag not in _SHAPED):
            return replace(frame, heading=HEADINGS.get(tag) or _aria_level(element))
        if tag == "a" and "href" in element.attrib:
            return self._link(page, element, frame)
        if tag in LISTS or tag == "dl":
            return self._begin_list(element, frame, style)
        if tag in ("li", "dt", "dd"):
            return self._begin_item(element, frame, style)
        self._begin_table_part(page, element)
        return frame

    def _inside(self, page: Page, element: etree._Element, frame: Frame, style: Mapping[str, str]) -> Frame:
        tag = element.tag
        look = looked(element, style, frame.look, whole=page.rules.whole)
        place = place_of(page, element, frame, style)
        note = note_of(element, frame.note) if tag in BLOCKS else frame.note
        if tag in PRE and not look.pre:
            look = replace(look, pre=True)
        content = frame.content or tag in CONTENT
        if look is frame.look and place is frame.place and note is frame.note and content is frame.content:
            return frame
        return replace(frame, look=look, place=place, note=note, content=content)

    def _name(self, page: Page, element: etree._Element) -> None:
        for key in (element.get("id"), element.get("name") if element.tag == "a" else None):
            if key:
                self.gathering.name(page.name_of(key))

    def _link(self, page: Page, element: etree._Element, frame: Frame) -> Frame:
        tie = page.tie_of(element.get("href", ""))
        return replace(frame, link=None if tie is None else self.gathering.link(tie))

    def _begin_list(self, element: etree._Element, frame: Frame, style: Mapping[str, str]) -> Frame:
        self._groups += 1
        self.gathering.settle_terms()
        if element.tag == "dl":
            self._terms.append(False)
        else:
            self._lists.open(element, style)
        return replace(frame, depth=frame.depth + 1, group=self._groups, term=False, meaning=False)

    def _begin_item(self, element: etree._Element, frame: Frame, style: Mapping[str, str]) -> Frame:
        depth = max(frame.depth, 1)
        if element.tag == "dt":
            if self._terms:
                self._terms[-1] = True
            return replace(frame, item=None, depth=depth, term=bool(self._terms), meaning=False)
        if element.tag == "dd" and not (self._terms and self._terms[-1]):
            return replace(frame, term=False)  # a list of definitions without terms only sets text in
        self._items += 1
        if element.tag == "li" and frame.place is not Place.HIDDEN:
            self.gathering.begin_item(self._items, self._lists.number(element, style))
        return replace(frame, item=self._items, depth=depth, term=False, meaning=element.tag == "dd")

    def _begin_table_part(self, page: Page, element: etree._Element) -> None:
        tag = element.tag
        if tag == "table":
            arranges = element in page.survey.tables
            self._table_groups += not arranges
            table = None if arranges else Table(self._table_groups)
            self._tables.append((table, len(self.gathering.drafts)))
            return
        table = self._table
        if table is None:
            return
        if tag in TABLE_PARTS:
            self._end_row()
            table.end_part()
            if tag == "thead":
                table.begin_head()
        elif tag == "tr":
            self._end_row()
            self._begin_row(table)
        elif tag in CELLS:
            if not table.in_row:
                self.gathering.flush()
                self._begin_row(table)
            table.begin_cell(element)

    def _begin_row(self, table: Table) -> None:
        self._merged += table.reaching
        if self._merged > _MOST_MERGED:
            raise LimitExceeded(
                "the tables of this page merge more cells than can be read: save it from a browser as PDF and send that"
            )
        table.begin_row()

    @property
    def _table(self) -> Table | None:
        return self._tables[-1][0] if self._tables else None

    def _end(self, page: Page, element: etree._Element, frame: Frame, *, breaks: bool) -> None:
        tag = element.tag
        page.rules.close()
        table = self._table
        if tag in CELLS and table is not None and table.in_row:
            line, ties = self.gathering.cell()
            table.end_cell(line, ties)
            return
        if tag == "tr":
            self._end_row()
        elif tag in TABLE_PARTS and table is not None:
            self._end_row()
            table.end_part()
        elif tag == "table":
            self._end_table()
        if breaks:
            self._boundary()
        if tag == "li":
            self.gathering.end_item(frame.item)
        elif tag in LISTS:
            self._lists.close()
        elif tag == "dl":
            self._terms.pop()
            self.gathering.settle_terms()
        if self._open_notes and self._open_notes[-1][0] is element:
            begin, end = self._open_notes.pop()[1], len(self.gathering.drafts)
            if begin < end and frame.note is not None:
                self.notes.append(NoteSpan(begin, end, frame.note))

    def _end_row(self) -> None:
        table = self._table
        if table is None or not table.in_row:
            return
        line, ties = self.gathering.cell()
        if line.words:
            table.end_cell(line, ties)  # text between cells, which broken pages have
        row = table.end_row()
        if row is not None:
            self.gathering.add(row)
        self.gathering.flush()

    def _end_table(self) -> None:
        self._end_row()
        table, begin = self._tables.pop()
        if table is None:
            return
        heads = table.heads_unmarked()
        drafts = self.gathering.drafts
        for i in range(begin, len(drafts)):
            if heads and drafts[i].kind is BlockKind.ROW:
                drafts[i] = replace(drafts[i], header=True)
                heads -= 1

    def _boundary(self) -> None:
        """A block begins or ends: inside a cell that is a space, else the end of what was gathered."""
        table = self._table
        if table is not None and table.in_row:
            self.gathering.space()
        else:
            self.gathering.flush()


def _aria_level(element: etree._Element) -> int:
    words = element.get("aria-level", "2").strip()
    return min(max(int(words[:6]), 1), 9) if words.isascii() and words.isdigit() else 1
