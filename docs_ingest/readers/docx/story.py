"""One story of a Word document (its body, a header, a text box) as drafts of blocks, in order.

paragraph  ->  number drawn before it, kind by its style  ->  block, then its notes and text boxes
table      ->  a block for each row, its cells by column; a table that only frames text is read through
"""

import re
from dataclasses import replace

from lxml import etree

from docs_ingest.parsed import BlockKind
from docs_ingest.readers.docx.content import BOOKMARK, PARAGRAPH, content, mark_is_gone, mark_is_hidden
from docs_ingest.readers.docx.hidden import Ground, frame_off_page, on_pictures, on_shade
from docs_ingest.readers.docx.notes import Notes
from docs_ingest.readers.docx.numbering import Number, Numbering, W
from docs_ingest.readers.docx.paragraphs import Box, Gathered, NoteMark, Source, gathered
from docs_ingest.readers.docx.styles import MOST_LOOKS, Style, outline_level, value, with_paragraph
from docs_ingest.readers.docx.tables import GridCell, GridRow, grid_rows, heads_of, paragraphs_in
from docs_ingest.readers.drafts import Draft, Drafts, Tie, Words, joined_cells
from docs_ingest.readers.office.links import R

_SECTION_NUMBER = re.compile(r"第.+[编編章节節条條款篇]|(?:article|section|chapter|part)\b", re.IGNORECASE)
_LONGEST_HEADING = 200  # characters: longer text in a heading style is an article, not its heading
_SENTENCE_ENDS = ("。", "；", "!", "！")


class Story:
    """Reads what it is given in order; numbers, notes and tables count on from one call to the next."""

    def __init__(self, source: Source, numbering: Numbering, notes: Notes, drafts: Drafts) -> None:
        self._source = source
        self._note_sources = {kind: replace(source, links=links) for kind, links in notes.links.items()}
        self._numbering = numbering
        self._notes = notes
        self._drafts = drafts
        self._tables = self._section = self._page = 0
        self._looks: dict[bytes, Style] = {}
        self._open: Gathered | None = None  # its paragraph mark is gone: the next paragraph goes on with it

    def read_body(self, document: etree._Element) -> None:
        """The main text, which stands on pages; a damaged file may have it in several bodies, or in none."""
        elements = list(content(document))
        ground, on_picture = Ground(self._source.page.colour), Ground(None)
        pictured = on_pictures(elements, self._source.page) or [False] * len(elements)
        for element, is_pictured in zip(elements, pictured, strict=True):
            self._element(element, on_picture if is_pictured else ground)
            if element.find(f"{W}pPr/{W}sectPr") is not None:
                self._section += 1
        self._close()

    def read(self, root: etree._Element, ground: Ground) -> None:
        for element in content(root):
            self._element(element, ground)
        self._close()

    def _element(self, element: etree._Element, ground: Ground) -> None:
        if element.tag == PARAGRAPH:
            self._paragraph(element, ground)
        elif element.tag == BOOKMARK:
            self._drafts.name_next([element.get(f"{W}name", "").lower()])
        else:
            self._close()
            self._table(element, ground)

    def _close(self) -> None:
        """A paragraph whose mark is gone stays as it is where no other follows."""
        if self._open is not None:
            left, self._open = self._open, None
            self._emit(left, self._source.styles.body, None)

    def _paragraph(self, element: etree._Element, ground: Ground) -> None:
        style = self._style_of(element)
        if frame_off_page(element, self._source.page):
            ground = Ground(None, hidden=True)
        found = gathered(element, style, ground, self._source)
        if self._open is not None:
            self._open.follow(found)
            found, self._open = self._open, None
        if mark_is_gone(element):
            self._open = found
        else:
            self._emit(found, style, self._number(element, style))

    def _style_of(self, element: etree._Element) -> Style:
        properties = element.find(f"{W}pPr")
        if properties is None:
            return self._source.styles.body
        written = etree.tostring(properties, with_tail=False)
        if written not in self._looks:
            if len(self._looks) >= MOST_LOOKS:
                self._looks.clear()
            self._looks[written] = self._styled(properties)
        return self._looks[written]

    def _styled(self, properties: etree._Element) -> Style:
        """The style of paragraphs with these properties."""
        key = value(properties, "pStyle")
        style = self._source.styles.style(key)
        direct = properties.find(f"{W}numPr")
        if style.num_id is not None and (direct is None or direct.find(f"{W}ilvl") is None):
            level = self._numbering.level_of_style(style.num_id, key or "")
            style = style if level is None else replace(style, ilvl=level)
        style = with_paragraph(style, properties)
        outline = outline_level(properties)
        return style if outline is None else replace(style, heading=outline)

    def _number(self, element: etree._Element, style: Style) -> Number | None:
        """The paragraph's number. Counts on: a paragraph whose mark is hidden takes no part."""
        if style.num_id is None or style.num_id == "0" or mark_is_hidden(element):
            return None
        return self._numbering.number(style.num_id, style.ilvl or 0)

    def _emit(self, found: Gathered, style: Style, number: Number | None) -> None:
        self._drafts.name_next(found.names)
        before = number.text if number else ""
        words, ties = found.seen.line(before)
        if words:
            draft = self._drafted(words, len(before), found, style, number)
            self._drafts.add(replace(draft, ties=ties))
        self._add_unseen("".join(found.hidden), "".join(found.prompts))
        self._page, page = self._page + found.pages, self._page
        self._add_notes(found.notes, page)
        self._add_drawn(found)
        for box in found.boxes:
            self.read(box.element, Ground(None, box.hidden))

    def _drafted(self, words: str, begins: int, found: Gathered, style: Style, number: Number | None) -> Draft:
        """A paragraph whose own words begin after its number."""
        own = words[begins:]
        kind, level, group = BlockKind.PARAGRAPH, None, None
        if style.contents:
            kind = BlockKind.FURNITURE
        elif style.heading and len(own) <= _LONGEST_HEADING and not own.endswith(_SENTENCE_ENDS):
            kind, level = BlockKind.HEADING, style.heading
        elif number is not None and number.text and not style.title and not _SECTION_NUMBER.match(number.text):
            kind, level, group = BlockKind.ITEM, number.level + 1, number.group
        elif style.listed and number is None:
            kind, level = BlockKind.ITEM, 1
        return Draft(
            kind,
            words,
            level=level,
            size=found.sizes.most_common(1)[0][0] if found.sizes else None,
            bold=found.plain == 0,
            centered=bool(style.centered),
            indent=style.indent,
            group=group,
            title=style.title and kind is BlockKind.PARAGRAPH,
        )

    def _add_unseen(self, hidden: str, prompts: str) -> None:
        if hidden := hidden.strip():
            self._drafts.add(Draft(BlockKind.HIDDEN, hidden))
        if prompts := prompts.strip():
            self._drafts.add(Draft(BlockKind.FURNITURE, prompts))

    def _add_drawn(self, found: Gathered) -> None:
        """Words in drawings: lettering, then diagrams."""
        for words in found.art:
            self._drafts.add(Draft(BlockKind.PARAGRAPH, words))
        for diagram in found.diagrams:
            for words, level in self._source.diagram(diagram.get(f"{R}dm", "")):
                self._drafts.add(Draft(BlockKind.ITEM, words, level=level))

    def _add_notes(self, marks: list[NoteMark], page: int) -> None:
        """Footnotes and endnotes, right after the block that refers to them; each is written once."""
        todo = marks[::-1]
        while todo:
            mark = todo.pop()
            taken = self._notes.take(mark, self._section, page + mark.page)
            if taken is None:
                continue
            note, drawn = taken
            source = self._note_sources[mark.kind]
            found = self._flat(note, Ground(source.page.colour, mark.hidden), source)
            words, ties = found.seen.line(f"{drawn} " if drawn else "")
            if words:
                self._drafts.name_next(found.names)
                self._drafts.add(Draft(BlockKind.FOOTNOTE, words, ties=ties))
            self._add_unseen("".join(found.hidden), "".join(found.prompts))
            todo += found.notes[::-1]

    def _flat(self, root: etree._Element, ground: Ground, source: Source) -> Gathered:
        """All paragraphs under an element on one line, and what else they hold."""
        line = Gathered()
        todo = [Box(root, ground.hidden)]
        while todo:
            box = todo.pop()
            under = ground if box.element is root else Ground(None, box.hidden)
            boxes: list[Box] = []
            left = Gathered()  # of a paragraph whose mark is gone
            for element in content(box.element, into_tables=True):
                if element.tag == BOOKMARK:
                    line.names.append(element.get(f"{W}name", "").lower())
                    continue
                style = self._style_of(element)
                left.follow(gathered(element, style, under, source))
                if mark_is_gone(element):
                    continue
                number = self._number(element, style)
                boxes += left.boxes
                line.follow(replace(left, seen=left.seen.settled(number.text if number else "")), gap=" ")
                left = Gathered()
            boxes += left.boxes
            line.follow(replace(left, seen=left.seen.settled()), gap=" ")
            todo += reversed(boxes)
        for words in line.art:
            line.seen.follow(Words([words], len(words)), gap=" ")
        return line

    def _table(self, table: etree._Element, ground: Ground) -> None:
        rows = grid_rows(table)
        properties = table.find(f"{W}tblPr")
        ground = on_shade(ground, properties, self._source.page)
        if properties is not None and self._source.styles.paints_cells(value(properties, "tblStyle")):
            ground = Ground(None, ground.hidden)
        if self._is_frame(rows):
            for row in rows:
                for cell in row.cells:
                    self.read(cell.element, self._cell_ground(cell, ground))
            return
        self._tables += 1
        heads = heads_of(rows)
        for i, row in enumerate(rows):
            self._row(row, i < heads, ground)

    def _row(self, row: GridRow, header: bool, ground: Ground) -> None:
        ground = Ground(ground.colour, hidden=True) if row.hidden else ground
        flats = [self._flat(cell.element, self._cell_ground(cell, ground), self._source) for cell in row.cells]
        lines = [flat.seen.line() for flat in flats]
        line, cells, begins = joined_cells(
            [(words, cell.column, cell.span) for cell, (words, _) in zip(row.cells, lines, strict=True)]
        )
        ties: list[Tie] = []
        for begin, flat, (_, own) in zip(begins, flats, lines, strict=True):
            ties += (tie.moved(begin) for tie in own)
            self._drafts.name_next(flat.names)
        if cells:
            indent = self._indent(row.cells[0])
            draft = Draft(BlockKind.ROW, line, group=self._tables, header=header, indent=indent)
            self._drafts.add(replace(draft, cells=cells, ties=tuple(ties)))
        self._add_unseen(_together([flat.hidden for flat in flats]), _together([flat.prompts for flat in flats]))
        for flat in flats:
            self._add_notes(flat.notes, self._page)
            self._add_drawn(replace(flat, art=[]))
            self._page += flat.pages

    def _cell_ground(self, cell: GridCell, ground: Ground) -> Ground:
        """What the words of a cell stand on; those of a part of the cell above are not drawn."""
        ground = on_shade(ground, cell.element.find(f"{W}tcPr"), self._source.page)
        return Ground(ground.colour, hidden=True) if cell.continued else ground

    def _indent(self, cell: GridCell) -> float | None:
        first = next(paragraphs_in(cell), None)
        return None if first is None or cell.column else self._style_of(first).indent

    def _is_frame(self, rows: list[GridRow]) -> bool:
        """Whether a table only frames text: one cell, or cells with headings or articles in them."""
        cells = [cell for row in rows for cell in row.cells]
        if len(cells) == 1:
            return True
        return any(self._style_of(paragraph).heading for cell in cells for paragraph in paragraphs_in(cell))


def _together(cells: list[list[str]]) -> str:
    return " ".join(filter(None, map("".join, cells)))
