"""Word documents: the words of each paragraph as they stand in the file, numbers resolved.

    package (zip, bounded)  ->  parts (lxml, hardened)  ->  paragraphs and tables in order
        ->  blocks, one on each line of the canonical text

Read from the XML itself: asking python-docx for the style of each paragraph is
a hundred times slower. Deletions are dropped and insertions kept, as if all
tracked changes had been accepted; comments are not part of the text.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from docs_ingest.errors import LimitExceeded
from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.readers.docx_numbering import Number, Numbering, W, formatted
from docs_ingest.readers.docx_styles import VAL, Style, Styles, outline_level, switch, value, with_paragraph, with_run
from docs_ingest.readers.package import Kind, Package

_KIND = Kind("Word document", "an old .doc", ".docx", "Word")
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_SECTION_NUMBER = re.compile(r"第.+[编編章节節条條款篇]|(?:article|section|chapter|part)\b", re.IGNORECASE)
_NO_TITLE = re.compile(r"(?:microsoft word|untitled|document\d*$|文档\d*$|无标题)|\.docx?$", re.IGNORECASE)
_LONGEST_HEADING = 200  # characters: longer text in a heading style is an article, not its heading
_SENTENCE_ENDS = ("。", "；", "!", "！")
_DROPPED = frozenset(
    f"{W}{name}"
    for name in (
        *("del", "moveFrom", "delText", "instrText", "delInstrText", "rPr", "pPr", "sdtPr", "sdtEndPr", "sectPr"),
        *("tblPr", "tblGrid", "trPr", "tcPr", "tblPrEx", "rt", "rubyPr", "sym", "fldData", "smartTagPr"),
    )
)
_BREAKS = frozenset(f"{W}{name}" for name in ("tab", "ptab", "br", "cr"))
_REFERENCES = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote"}


def read_docx(data: bytes, max_characters: int, max_unpacked_bytes: int) -> ParsedDocument:
    """Blocks of a Word document.

    Raises IngestError when the file is damaged, protected or no Word document,
    LimitExceeded when it unpacks to more than `max_unpacked_bytes` or holds more
    than `max_characters`. A document without text has no blocks.
    """
    package = Package(data, max_unpacked_bytes, _KIND)
    main = package.main_part("word/document.xml", "word/")
    styles = Styles(package.part_of(main, "styles"))
    numbering = Numbering(package.part_of(main, "numbering"))
    notes = {kind: _notes(package.part_of(main, f"{kind}s"), kind) for kind in ("footnote", "endnote")}
    document = package.xml(main)
    reader = _Reader(styles, numbering, notes, max_characters)
    body = document.find(f"{W}body")
    reader.read(document if body is None else body)
    drafts = _settled(reader.drafts)
    drafts += _page_furniture(package, main, styles, max_characters)
    text, blocks = _joined(drafts)
    return ParsedDocument(
        format="docx",
        parser=f"lxml-{'.'.join(str(n) for n in etree.LXML_VERSION[:3])}",
        text=text,
        blocks=blocks,
        title=_title(package, reader.drafts),
        notes=_facts(document, list(notes.values())),
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A block before it has a place in the text."""

    kind: BlockKind
    words: str
    level: int | None = None
    size: float | None = None
    bold: bool = False
    centered: bool = False
    indent: float | None = None
    group: int | None = None
    header: bool = False
    title: bool = False


@dataclass(slots=True)
class _Paragraph:
    """The words of one paragraph while they are gathered."""

    seen: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    sizes: Counter[float] = field(default_factory=Counter)
    plain: int = 0  # visible characters that are not bold
    references: list[tuple[str, str]] = field(default_factory=list)  # (kind, id) of notes
    boxes: list[etree._Element] = field(default_factory=list)

    def add(self, words: str, look: Style) -> None:
        if look.hidden:
            self.hidden.append(words)
            return
        self.seen.append(words)
        weight = len(words.strip())
        if weight and look.size:
            self.sizes[look.size] += weight
        self.plain += 0 if look.bold else weight

    def take(self, other: "_Paragraph") -> None:
        """Go on after another paragraph whose mark was deleted."""
        self.seen[:0] = other.seen
        self.hidden[:0] = other.hidden
        self.sizes.update(other.sizes)
        self.plain += other.plain
        self.references[:0] = other.references
        self.boxes[:0] = other.boxes


class _Reader:
    """Walks one part in order and drafts its blocks."""

    def __init__(
        self,
        styles: Styles,
        numbering: Numbering,
        notes: dict[str, dict[str, etree._Element]],
        max_characters: int,
    ) -> None:
        self.drafts: list[_Draft] = []
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._room = self._allowed = max_characters
        self._noted: Counter[str] = Counter()
        self._tables = 0
        self._open: _Paragraph | None = None  # its paragraph mark was deleted: the next one goes on with it

    def read(self, root: etree._Element) -> None:
        for element in _content(root):
            if element.tag == f"{W}p":
                self._paragraph(element)
            else:
                self._table(element)
        if self._open is not None:
            left, self._open = self._open, None
            self._emit(left, self._styles.body, None)

    def _paragraph(self, element: etree._Element) -> None:
        style = self._style_of(element)
        gathered = self._gathered(element, style)
        if self._open is not None:
            gathered.take(self._open)
            self._open = None
        if element.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._open = gathered
            return
        self._emit(gathered, style, self._number(element, style))

    def _style_of(self, element: etree._Element) -> Style:
        properties = element.find(f"{W}pPr")
        if properties is None:
            return self._styles.body
        key = value(properties, "pStyle")
        style = self._styles.style(key)
        direct = properties.find(f"{W}numPr")
        if style.num_id is not None and (direct is None or direct.find(f"{W}ilvl") is None):
            level = self._numbering.level_of_style(style.num_id, key or "")
            style = style if level is None else replace(style, ilvl=level)
        style = with_paragraph(style, properties)
        outline = outline_level(properties)
        return style if outline is None else replace(style, heading=outline)

    def _number(self, element: etree._Element, style: Style) -> Number | None:
        """The paragraph's number. Counts on: a paragraph whose mark is hidden takes no part."""
        if style.num_id in (None, "0") or _hidden_mark(element):
            return None
        assert style.num_id is not None
        return self._numbering.number(style.num_id, style.ilvl or 0)

    def _gathered(self, element: etree._Element, style: Style) -> _Paragraph:
        """The words of a paragraph, of all it contains that is neither dropped nor a text box."""
        gathered = _Paragraph()
        instruction: list[bool] = []  # for each open field: whether we are before its result
        stack: list[tuple[Iterator[etree._Element], Style]] = [(iter(element), style)]
        while stack:
            children, look = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                continue
            tag = child.tag
            if tag in _DROPPED:
                continue
            if tag == f"{W}t" or tag == _MATH_TEXT:
                if not any(instruction):
                    gathered.add(_words(child), look)
            elif tag in _BREAKS:
                gathered.add(" ", look)
            elif tag == f"{W}noBreakHyphen":
                gathered.add("-", look)
            elif tag == f"{W}fldChar":
                _follow_field(instruction, child.get(f"{W}fldCharType"))
            elif tag in _REFERENCES:
                if not look.hidden:
                    gathered.references.append((_REFERENCES[tag], child.get(f"{W}id", "")))
            elif tag == f"{W}txbxContent":
                gathered.boxes.append(child)
            elif tag == f"{_MC}AlternateContent":
                if (chosen := _alternative(child)) is not None:
                    stack.append((iter(chosen), look))
            elif tag == f"{W}r":
                stack.append((iter(child), self._run_look(child, look)))
            else:
                stack.append((iter(child), look))
        return gathered

    def _run_look(self, run: etree._Element, look: Style) -> Style:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return look
        named = value(properties, "rStyle")
        if named is not None:
            style = self._styles.run(named)
            look = replace(
                look,
                size=style.size or look.size,
                bold=look.bold if style.bold is None else style.bold,
                hidden=look.hidden if style.hidden is None else style.hidden,
            )
        return with_run(look, properties)

    def _emit(self, gathered: _Paragraph, style: Style, number: Number | None) -> None:
        words = _line(gathered.seen)
        if words:
            self._add(self._drafted(words, gathered, style, number))
        if hidden := _line(gathered.hidden):
            self._add(_Draft(BlockKind.HIDDEN, hidden))
        self._add_notes(gathered)
        for box in gathered.boxes:
            self.read(box)

    def _drafted(self, words: str, gathered: _Paragraph, style: Style, number: Number | None) -> _Draft:
        full = (number.text if number else "") + words
        kind, level, group = BlockKind.PARAGRAPH, None, None
        if style.contents:
            kind = BlockKind.FURNITURE
        elif style.heading and len(words) <= _LONGEST_HEADING and not words.endswith(_SENTENCE_ENDS):
            kind, level = BlockKind.HEADING, style.heading
        elif number is not None and number.text and not style.title and not _SECTION_NUMBER.match(number.text):
            kind, level, group = BlockKind.ITEM, number.level + 1, number.group
        elif style.listed and number is None:
            kind, level = BlockKind.ITEM, 1
        return _Draft(
            kind,
            full,
            level=level,
            size=gathered.sizes.most_common(1)[0][0] if gathered.sizes else None,
            bold=gathered.plain == 0,
            centered=bool(style.centered),
            indent=style.indent,
            group=group,
            title=style.title and kind is BlockKind.PARAGRAPH,
        )

    def _add(self, draft: _Draft) -> None:
        self._room -= len(draft.words) + 1
        if self._room < -1:
            raise LimitExceeded(
                f"the file holds more than the {self._allowed:,} characters allowed: "
                "split it, or raise CITEPATH_MAX_CHARACTERS"
            )
        self.drafts.append(draft)

    def _add_notes(self, gathered: _Paragraph) -> None:
        """Footnotes and endnotes, right after the block that refers to them; each is written once."""
        todo = gathered.references[::-1]
        while todo:
            kind, key = todo.pop()
            note = self._notes.get(kind, {}).pop(key, None)
            if note is None:
                continue
            self._noted[kind] += 1
            mark = formatted(self._noted[kind], "decimal" if kind == "footnote" else "lowerRoman")
            seen, hidden, inner = self._flat(note)
            if seen:
                self._add(_Draft(BlockKind.FOOTNOTE, f"[{mark}] {seen}"))
            if hidden:
                self._add(_Draft(BlockKind.HIDDEN, hidden))
            todo += inner.references[::-1]

    def _flat(self, root: etree._Element) -> tuple[str, str, _Paragraph]:
        """All paragraphs under an element on one line: (visible, hidden, what else they hold)."""
        seen: list[str] = []
        hidden: list[str] = []
        rest = _Paragraph()
        todo = [root]
        while todo:
            boxes: list[etree._Element] = []
            for element in _content(todo.pop(), into_tables=True):
                style = self._style_of(element)
                gathered = self._gathered(element, style)
                number = self._number(element, style)
                if words := _line(gathered.seen):
                    seen.append((number.text if number else "") + words)
                hidden.append(_line(gathered.hidden))
                rest.references += gathered.references
                boxes += gathered.boxes
            todo += reversed(boxes)
        return " ".join(seen), " ".join(filter(None, hidden)), rest

    def _table(self, table: etree._Element) -> None:
        rows = [(row, list(_within(row, f"{W}tc"))) for row in _within(table, f"{W}tr") if not _deleted(row, "trPr")]
        if self._is_frame(rows):
            for _, cells in rows:
                for cell in cells:
                    self.read(cell)
            return
        self._tables += 1
        heads = [_marked(row, "trPr", "tblHeader") for row, _ in rows]
        for i, (_, cells) in enumerate(rows):
            header = heads[i] if any(heads) else i == 0 and len(rows) > 1
            self._row(cells, header)

    def _row(self, cells: list[etree._Element], header: bool) -> None:
        words: list[str] = []
        hidden: list[str] = []
        rest = _Paragraph()
        for cell in cells:
            if _deleted(cell, "tcPr"):
                continue
            if _goes_on_from_above(cell):
                words.append("")
                continue
            seen, unseen, inner = self._flat(cell)
            words.append(seen)
            hidden.append(unseen)
            rest.references += inner.references
        if any(words):
            line = " | ".join(words).strip()
            self._add(_Draft(BlockKind.ROW, line, group=self._tables, header=header))
        if unseen := " ".join(filter(None, hidden)):
            self._add(_Draft(BlockKind.HIDDEN, unseen))
        self._add_notes(rest)

    def _is_frame(self, rows: list[tuple[etree._Element, list[etree._Element]]]) -> bool:
        """Whether a table only frames text: one cell, or cells with headings or articles in them."""
        cells = [cell for _, row in rows for cell in row]
        if len(cells) == 1:
            return True
        return any(self._style_of(p).heading for cell in cells for p in cell.iterchildren(f"{W}p"))


def _content(root: etree._Element, *, into_tables: bool = False) -> Iterator[etree._Element]:
    """Paragraphs and tables under an element in order, through whatever wraps them."""
    stack = [iter(root)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag in _DROPPED:
            continue
        elif child.tag == f"{W}p" or (child.tag == f"{W}tbl" and not into_tables):
            yield child
        elif child.tag == f"{_MC}AlternateContent":
            if (chosen := _alternative(child)) is not None:
                stack.append(iter(chosen))
        else:
            stack.append(iter(child))


def _within(root: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Elements of a tag under an element, through what wraps them, not through each other or inner tables."""
    stack = [iter(root)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == tag:
            yield child
        elif child.tag not in _DROPPED and child.tag not in (f"{W}tbl", f"{W}p"):
            stack.append(iter(child))


def _alternative(element: etree._Element) -> etree._Element | None:
    """The one version to read of content stored in several: the first that holds text."""
    versions = [v for v in element if v.tag in (f"{_MC}Choice", f"{_MC}Fallback")]
    return next((v for v in versions if next(v.iter(f"{W}t", _MATH_TEXT), None) is not None), None)


def _follow_field(instruction: list[bool], step: str | None) -> None:
    if step == "begin":
        instruction.append(True)
    elif step == "separate" and instruction:
        instruction[-1] = False
    elif step == "end" and instruction:
        instruction.pop()


def _words(element: etree._Element) -> str:
    text = element.text or ""
    if element.get(_SPACE) != "preserve":
        text = text.strip(" \t\r\n")
    return text.replace("\r", " ").replace("\n", " ").replace("\t", " ")


def _line(words: list[str]) -> str:
    return "".join(words).strip()


def _hidden_mark(element: etree._Element) -> bool:
    mark = element.find(f"{W}pPr/{W}rPr")
    # A style separator hides its mark as well (specVanish); its paragraph is shown and numbered.
    return mark is not None and bool(switch(mark, "vanish", False)) and mark.find(f"{W}specVanish") is None


def _marked(element: etree._Element, properties: str, name: str) -> bool:
    found = element.find(f"{W}{properties}")
    return found is not None and bool(switch(found, name, False))


def _deleted(element: etree._Element, properties: str) -> bool:
    """Whether a row or a cell is marked as deleted."""
    found = element.find(f"{W}{properties}")
    return found is not None and (found.find(f"{W}del") is not None or found.find(f"{W}cellDel") is not None)


def _goes_on_from_above(cell: etree._Element) -> bool:
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    return merged is not None and merged.get(VAL, "continue") == "continue"


def _notes(root: etree._Element | None, kind: str) -> dict[str, etree._Element]:
    """Notes by id, without the lines Word draws between notes and text."""
    if root is None:
        return {}
    found = root.iterchildren(f"{W}{kind}")
    return {note.get(f"{W}id", ""): note for note in found if note.get(f"{W}type", "normal") == "normal"}


def _settled(drafts: list[_Draft]) -> list[_Draft]:
    """The title is a heading where there are others; alone it would keep the look of text from being used."""
    if not any(d.kind is BlockKind.HEADING for d in drafts):
        return list(drafts)
    return [replace(d, kind=BlockKind.HEADING, level=1) if d.title else d for d in drafts]


def _page_furniture(package: Package, main: str, styles: Styles, max_characters: int) -> list[_Draft]:
    """Headers, then footers, each text once."""
    words: dict[str, None] = {}
    for kind in ("header", "footer"):
        for path in package.parts_of(main, kind):
            reader = _Reader(styles, Numbering(None), {}, max_characters)
            reader.read(package.xml(path))
            words.update(dict.fromkeys(draft.words for draft in reader.drafts))
    return [_Draft(BlockKind.FURNITURE, one) for one in words]


def _joined(drafts: list[_Draft]) -> tuple[str, tuple[Block, ...]]:
    blocks: list[Block] = []
    at = 0
    for d in drafts:
        end = at + len(d.words)
        blocks.append(
            Block(
                d.kind,
                at,
                end,
                level=d.level,
                size=d.size,
                bold=d.bold,
                centered=d.centered,
                indent=d.indent,
                group=d.group,
                header=d.header,
            )
        )
        at = end + 1
    return "\n".join(d.words for d in drafts), tuple(blocks)


def _title(package: Package, drafts: list[_Draft]) -> str | None:
    """The title in the properties, unless a program made it up; else the paragraph styled as title."""
    core = package.core()
    found = None if core is None else core.findtext(_DC_TITLE)
    words = " ".join((found or "").split())
    if words and not _NO_TITLE.search(words):
        return words
    return next((" ".join(d.words.split()) for d in drafts if d.title), None)


def _facts(document: etree._Element, notes: list[dict[str, etree._Element]]) -> tuple[str, ...]:
    """What a person should know about how the file was read."""
    roots = [document, *(note for part in notes for note in part.values())]
    changes = sum(1 for root in roots for _ in root.iter(f"{W}ins", f"{W}del", f"{W}moveFrom"))
    embedded = sum(1 for _ in document.iter(f"{W}altChunk"))
    facts: list[str] = []
    if changes:
        facts.append(f"{changes} tracked change{'s' if changes > 1 else ''} accepted")
    if embedded:
        facts.append(f"{embedded} embedded document{'s' if embedded > 1 else ''} not read")
    return tuple(facts)
