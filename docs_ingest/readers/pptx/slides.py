"""One slide as drafts of blocks: its title, what stands on it in reading order, then the speaker's notes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from docs_ingest.parsed import BlockKind
from docs_ingest.readers.drafts import Draft, Tie, Words, joined_cells
from docs_ingest.readers.office.colours import A, digits, filled
from docs_ingest.readers.office.diagrams import diagram_points
from docs_ingest.readers.office.links import R, inward, outward
from docs_ingest.readers.package import Package
from docs_ingest.readers.pptx.ground import Grounds
from docs_ingest.readers.pptx.masters import FURNITURE, TITLES, Look, Masters, P, text_styles
from docs_ingest.readers.pptx.shapes import Shape, read_shapes
from docs_ingest.readers.pptx.tables import C, TableCell, read_chart, table_cells, table_heads
from docs_ingest.readers.pptx.text import Line, Setting, lines_of

_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_NEW_CHART = "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart"
_LONGEST_HEADING = 200  # characters: longer text in a title's place is a paragraph
_OFF = ("0", "false")


@dataclass(frozen=True, slots=True)
class Slide:
    number: int  # 1-based
    path: str
    root: etree._Element

    @property
    def hidden(self) -> bool:
        return self.root.get("show", "1") in _OFF


@dataclass(slots=True)
class _Open:
    """The slide, or its notes, that is being read."""

    number: int
    path: str
    look: Look
    setting: Setting
    parts: dict[str, tuple[str, str]]  # relationship id -> (kind, path)
    grounds: Grounds


@dataclass(slots=True)
class SlideReader:
    """Reads slides in order; tables and lists count on, and what repeats is written once."""

    package: Package
    masters: Masters
    width: float  # of slides, in EMU
    height: float
    title_level: int
    unread: Counter[str] = field(default_factory=Counter)  # things that hold no text we can read, by name
    unknown: Counter[str] = field(default_factory=Counter)  # symbols not read, by font
    _tables: int = 0
    _lists: int = 0
    _written: set[str] = field(default_factory=set)  # furniture
    _own: dict[etree._Element, list[Shape]] = field(default_factory=dict)  # shapes that layouts and masters draw
    _done: set[etree._Element] = field(default_factory=set)  # of these, the ones whose words are written

    def read(self, slide: Slide) -> list[Draft]:
        shapes, opened = self._opened(slide.number, slide.path, slide.root)
        drafts: list[Draft] = []
        for shape in shapes:
            found = self._shape(shape, opened)
            drafts += map(_hidden, found) if shape.hidden or self._is_outside(shape) else found
        drafts += self._notes(opened)
        if slide.hidden:
            return [_hidden(draft) for draft in drafts]
        return list(self._once([*drafts, *self._inherited(opened)]))

    def _once(self, drafts: Sequence[Draft]) -> Iterator[Draft]:
        """Without furniture that an earlier slide showed."""
        for draft in drafts:
            if draft.kind is not BlockKind.FURNITURE or draft.words not in self._written:
                yield draft
            if draft.kind is BlockKind.FURNITURE:
                self._written.add(draft.words)

    def _opened(self, number: int, path: str, root: etree._Element) -> tuple[list[Shape], _Open]:
        look = self.masters.look(path, root)
        parts = inward(self.package, path)
        slides = {key: target for key, (kind, target) in parts.items() if kind == "slide"}
        setting = Setting(look.theme, outward(self.package, path), slides, self.unknown)
        shapes = read_shapes(root, look, self.height)
        under = [shape for layer in reversed(look.shown) for shape in self._drawn(layer, look)]
        return shapes, _Open(number, path, look, setting, parts, Grounds(shapes, under, look))

    def _drawn(self, layer: etree._Element, look: Look) -> list[Shape]:
        """What a layout or a master draws itself, from the bottom up: all but its placeholders."""
        if layer not in self._own:
            found = sorted(read_shapes(layer, look, self.height), key=lambda shape: shape.order)
            self._own[layer] = [shape for shape in found if shape.kind is None]
        return self._own[layer]

    def _is_outside(self, shape: Shape) -> bool:
        if shape.bounds is None:
            return False
        left, top, right, bottom = shape.bounds
        return (left < 0 >= right) or (top < 0 >= bottom) or left >= self.width or top >= self.height

    def _shape(self, shape: Shape, opened: _Open) -> Iterator[Draft]:
        if shape.element.tag == f"{P}graphicFrame":
            yield from self._graphic(shape, opened)
            return
        lines = list(_shape_lines(shape, opened))
        if shape.kind in FURNITURE:
            yield from self._furniture(lines, opened.number)
        elif shape.kind in TITLES:
            yield from self._title(lines, opened.number)
        else:
            yield from self._text(lines, opened.number)

    def _title(self, lines: Sequence[Line], page: int) -> Iterator[Draft]:
        title = Words()
        for line in lines:
            title.follow(Words([line.words], len(line.words), list(line.ties)), gap=" ")
        words, ties = title.line()
        if words and len(words) <= _LONGEST_HEADING:
            look = next(line for line in lines if line.words)
            level = self.title_level
            yield Draft(BlockKind.HEADING, words, level, page, look.size, look.bold, look.centered, ties=ties)
        elif words:
            yield Draft(BlockKind.PARAGRAPH, words, page=page, ties=ties)
        yield from _unseen([line.hidden for line in lines], page)

    def _text(self, lines: Sequence[Line], page: int) -> Iterator[Draft]:
        self._lists += 1
        for line in lines:
            kind, level, group = BlockKind.PARAGRAPH, None, None
            if line.item:
                kind, level, group = BlockKind.ITEM, line.level, self._lists
            if line.words:
                look = (line.size, line.bold, line.centered)
                yield Draft(kind, line.words, level, page, *look, group=group, ties=line.ties)
            yield from _unseen([line.hidden], page)

    def _furniture(self, lines: Sequence[Line], page: int) -> Iterator[Draft]:
        words = " ".join(line.words for line in lines if line.words)
        if words:
            yield Draft(BlockKind.FURNITURE, words, page=page)
        yield from _unseen([line.hidden for line in lines], page)

    def _inherited(self, opened: _Open) -> Iterator[Draft]:
        """Words of the layout and the master that show on the slide."""
        for root in opened.look.shown:
            if root in self._done:
                continue
            self._done.add(root)
            for shape in self._drawn(root, opened.look):
                if not shape.hidden and not self._is_outside(shape):
                    yield from self._furniture(list(_shape_lines(shape, opened)), opened.number)

    def _notes(self, opened: _Open) -> Iterator[Draft]:
        path = next((path for kind, path in opened.parts.values() if kind == "notesSlide"), None)
        if path is None:
            return
        shapes, notes = self._opened(opened.number, path, self.package.xml(path))
        for shape in shapes:
            for draft in self._shape(shape, notes):
                is_words = draft.kind.citable and draft.kind is not BlockKind.ROW
                yield replace(draft, kind=BlockKind.FOOTNOTE, level=None, group=None) if is_words else draft

    def _graphic(self, shape: Shape, opened: _Open) -> Iterator[Draft]:
        frame = shape.element
        if (table := next(frame.iter(f"{A}tbl"), None)) is not None:
            yield from self._table(table, opened)
        elif (chart := next(frame.iter(f"{C}chart"), None)) is not None:
            yield from self._chart(opened.parts.get(chart.get(f"{R}id", "")), opened.number)
        elif (diagram := next(frame.iter(_DIAGRAM), None)) is not None:
            yield from self._diagram(opened.parts.get(diagram.get(f"{R}dm", "")), opened.number)
        elif next(frame.iter(_NEW_CHART), None) is not None:
            self.unread["chart"] += 1
        else:
            self.unread["embedded object"] += 1

    def _table(self, table: etree._Element, opened: _Open) -> Iterator[Draft]:
        self._tables += 1
        rows = [[_read_cell(cell, opened) for cell in table_cells(row)] for row in table.iterchildren(f"{A}tr")]
        heads = table_heads(table, [[(words, cell) for words, _, _, cell in row] for row in rows])
        for i, row in enumerate(rows):
            drawn = [one for one in row if not one[3].beside]
            line, cells, begins = joined_cells([("" if c.below else w, c.column, c.span) for w, _, _, c in drawn])
            ties = [
                tie.moved(at)
                for at, (_, own, _, cell) in zip(begins, drawn, strict=True)
                for tie in own
                if not cell.below
            ]
            if cells:
                row_draft = Draft(BlockKind.ROW, line, page=opened.number, group=self._tables, header=i < heads)
                yield replace(row_draft, cells=cells, ties=tuple(ties))
            unseen = [f"{words} {hidden}" if cell.covered else hidden for words, _, hidden, cell in row]
            yield from _unseen(unseen, opened.number)

    def _chart(self, part: tuple[str, str] | None, page: int) -> Iterator[Draft]:
        if part is None:
            self.unread["chart"] += 1
            return
        chart = read_chart(self.package.xml(part[1]))
        for title in chart.titles:
            yield Draft(BlockKind.PARAGRAPH, title, page=page)
        self._tables += 1
        for i, row in enumerate(chart.rows):
            line, cells, _ = joined_cells([(words, column, 1) for column, words in enumerate(row)])
            if cells:
                draft = Draft(BlockKind.ROW, line, page=page, group=self._tables, header=i == 0)
                yield replace(draft, cells=cells)
        for label in chart.labels:
            yield Draft(BlockKind.PARAGRAPH, label, page=page)

    def _diagram(self, part: tuple[str, str] | None, page: int) -> Iterator[Draft]:
        if part is None:
            self.unread["diagram"] += 1
            return
        self._lists += 1
        for words, level in diagram_points(self.package.xml(part[1])):
            yield Draft(BlockKind.ITEM, words, level=level, page=page, group=self._lists)


def _shape_lines(shape: Shape, opened: _Open) -> Iterator[Line]:
    body = shape.element.find(f"{P}txBody")
    if body is not None:
        styles = text_styles(shape.element, opened.look)
        yield from lines_of(body, styles, opened.setting, lambda: opened.grounds.of(shape))


def _read_cell(cell: TableCell, opened: _Open) -> tuple[str, tuple[Tie, ...], str, TableCell]:
    """(seen, its ties, hidden, the cell) of a cell: all paragraphs on one line."""
    body = cell.element.find(f"{A}txBody")
    if body is None:
        return "", (), "", cell
    properties = cell.element.find(f"{A}tcPr")
    fill = None if properties is None else digits(filled(properties, opened.look.theme))
    # A table takes no bullets from the placeholder it stands in, and its style may paint what it likes.
    styles = [*body.findall(f"{A}lstStyle"), *opened.look.styles[-1:]]
    seen, hidden = Words(), []
    for line in lines_of(body, styles, opened.setting, lambda: fill):
        seen.follow(Words([line.words], len(line.words), list(line.ties)), gap=" ")
        hidden.append(line.hidden)
    words, ties = seen.line()
    return words, ties, " ".join(filter(None, hidden)), cell


def _hidden(draft: Draft) -> Draft:
    return Draft(BlockKind.HIDDEN, draft.words, page=draft.page)


def _unseen(words: Sequence[str], page: int) -> Iterator[Draft]:
    if line := " ".join(" ".join(words).split()):
        yield Draft(BlockKind.HIDDEN, line, page=page)
