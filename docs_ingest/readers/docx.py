"""Word documents: the words of each paragraph as they stand in the file, numbers resolved.

    package (zip, bounded)  ->  parts (lxml, hardened)  ->  paragraphs and tables in order
        ->  blocks, one on each line of the canonical text

Read from the XML itself: asking python-docx for the style of each paragraph is
a hundred times slower. Deletions are dropped and insertions kept, as if all
tracked changes had been accepted; comments are not part of the text.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.readers.docx_numbering import Number, Numbering, W, formatted

_VAL = f"{W}val"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_STRICT = (  # strict OOXML differs from what Word writes by default in its names only
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _ID[1:-3].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", _MATH_TEXT[1:-2].encode()),
)
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RESAVE = "open it in Word, save it again as .docx and send it again"
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|标题|標題", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目錄)\s*\d", re.IGNORECASE)
_LIST = re.compile(r"list (?:bullet|number)\b", re.IGNORECASE)
_SECTION_NUMBER = re.compile(r"第.+[编編章节節条條款篇]|(?:article|section|chapter|part)\b", re.IGNORECASE)
_NO_TITLE = re.compile(r"(?:microsoft word|untitled|document\d*$|文档\d*$|无标题)|\.docx?$", re.IGNORECASE)
_LONGEST_HEADING = 200  # characters: longer text in a heading style is an article, not its heading
_SENTENCE_ENDS = ("。", "；", "!", "！")
_OFF = ("0", "false", "off", "none")
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
    package = _Package(data, max_unpacked_bytes)
    main = package.main_part()
    styles = _Styles(package.part_of(main, "styles"))
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


class _Package:
    """The zip file: nothing is unpacked before the sizes it announces are added up."""

    def __init__(self, data: bytes, max_unpacked_bytes: int) -> None:
        if data.startswith(_OLE2):
            raise IngestError("this file is encrypted or an old .doc: save it as .docx without a password")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise IngestError(f"this Word document is damaged or cut short ({error}): {_RESAVE}") from error
        size = sum(info.file_size for info in self._zip.infolist())
        if size > max_unpacked_bytes:
            raise LimitExceeded(
                f"the file unpacks to {size / 1e6:,.0f} MB, more than the {max_unpacked_bytes / 1e6:,.0f} MB allowed: "
                "split it, or raise CITEPATH_MAX_FILE_MB"
            )
        self._names = {info.filename.lstrip("/"): info for info in self._zip.infolist()}

    def main_part(self) -> str:
        """Path of the document's text; almost always word/document.xml."""
        if "word/document.xml" in self._names:
            return "word/document.xml"
        found = [path for kind, path in self._relations("") if kind == "officeDocument"]
        if not found or found[0] not in self._names or not found[0].startswith("word/"):
            raise IngestError(f"this is no Word document, word/document.xml is missing in it: {_RESAVE}")
        return found[0]

    def parts_of(self, main: str, kind: str) -> list[str]:
        """Paths of the parts the main part uses as this kind, in the order of their names."""
        found = {path for named, path in self._relations(main) if named == kind and path in self._names}
        usual = f"word/{kind}.xml"
        return sorted(found or ({usual} & self._names.keys()), key=lambda path: (len(path), path))

    def part_of(self, main: str, kind: str) -> etree._Element | None:
        paths = self.parts_of(main, kind)
        return self.xml(paths[0]) if paths else None

    def core(self) -> etree._Element | None:
        return self.xml("docProps/core.xml") if "docProps/core.xml" in self._names else None

    def xml(self, path: str) -> etree._Element:
        """One part, parsed without entities, network or unbounded depth."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(self._bytes(path), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise IngestError(f"{path} of this Word document cannot be read ({error}): {_RESAVE}") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise IngestError(f"{path} of this Word document declares entities, which Word never does: {_RESAVE}")
        return root

    def _bytes(self, path: str) -> bytes:
        info = self._names[path]
        if info.flag_bits & 1:
            raise IngestError("this Word document has a password: save it as .docx without one")
        try:
            data = self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise IngestError(f"{path} of this Word document is damaged ({error}): {_RESAVE}") from error
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        return data

    def _relations(self, part: str) -> Iterator[tuple[str, str]]:
        """(kind, path) of each part that a part, or the package (""), refers to."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._names:
            return
        for element in self.xml(path).iter(_RELATIONSHIP):
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
                yield element.get("Type", "").rpartition("/")[2], target.lstrip("/")


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style, with all it is based on, says of paragraphs and runs; None where it says nothing."""

    name: str = ""
    heading: int | None = None  # 1 is the highest; 0 says that it is body text
    title: bool = False
    num_id: str | None = None
    ilvl: int | None = None
    listed: bool = False
    contents: bool = False
    size: float | None = None
    bold: bool | None = None
    hidden: bool | None = None
    centered: bool | None = None
    indent: float | None = None


class _Styles:
    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._styles: dict[str, _Style] = {}
        self.body = _Style()
        self._size: float | None = 10.0  # what Word takes where nothing is said
        if root is None:
            return
        defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._size = (None if defaults is None else _half_points(defaults)) or self._size
        default = ""
        for element in root.iter(f"{W}style"):
            key = element.get(f"{W}styleId", "")
            self._elements[key] = element
            if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default", "0") not in _OFF:
                default = key
        self.body = self.style(default)

    def style(self, key: str | None) -> _Style:
        """A style by its id; the body style where there is none of this id."""
        chain: dict[str, None] = {}  # in order, and quick to ask: files may base thousands on each other, or in a ring
        at = key
        while at is not None and at in self._elements and at not in self._styles and at not in chain:
            chain[at] = None
            based = self._elements[at].find(f"{W}basedOn")
            at = None if based is None else based.get(_VAL)
        found = self._styles.get(at or "", _Style(size=self._size))
        for one in reversed(chain):
            found = _inherited(one, self._elements[one], found)
            self._styles[one] = found
        return found if key in self._elements else self.body

    def run(self, key: str | None) -> _Style:
        """A character style; says nothing where there is none of this id."""
        found = self.style(key) if key in self._elements else _Style()
        return found if found.size != self._size else replace(found, size=None)


def _inherited(key: str, element: etree._Element, base: _Style) -> _Style:
    name = _value(element, "name") or key
    paragraph, run = element.find(f"{W}pPr"), element.find(f"{W}rPr")
    own = base if paragraph is None else _with_paragraph(base, paragraph)
    own = own if run is None else _with_run(own, run)
    named = _HEADING.fullmatch(name) or _HEADING.fullmatch(key)
    outline = None if paragraph is None else _outline(paragraph)
    heading = outline if outline is not None else int(named[1]) if named else base.heading
    return replace(
        own,
        name=name,
        heading=heading,
        title=base.title or bool(_TITLE.fullmatch(name) or _TITLE.fullmatch(key)),
        listed=base.listed or _LIST.match(name) is not None,
        contents=base.contents or _CONTENTS.fullmatch(name) is not None,
    )


def _with_paragraph(style: _Style, properties: etree._Element) -> _Style:
    """A style with what paragraph properties say over it."""
    numbered = properties.find(f"{W}numPr")
    if numbered is not None:
        ilvl = _value(numbered, "ilvl")
        num_id = _value(numbered, "numId")
        level = _whole(ilvl)
        level = style.ilvl if level is None else level
        style = replace(style, num_id=style.num_id if num_id is None else num_id, ilvl=level)
    if (side := _value(properties, "jc")) is not None:
        style = replace(style, centered=side == "center")
    indent = properties.find(f"{W}ind")
    left = None if indent is None else _whole(indent.get(f"{W}left", indent.get(f"{W}start")))
    return style if left is None else replace(style, indent=left / 20)


def _with_run(style: _Style, properties: etree._Element) -> _Style:
    """A style with what run properties say over it."""
    return replace(
        style,
        size=_half_points(properties) or style.size,
        bold=_switch(properties, "b", style.bold),
        hidden=_switch(properties, "vanish", style.hidden),
    )


def _value(element: etree._Element, name: str) -> str | None:
    found = element.find(f"{W}{name}")
    return None if found is None else found.get(_VAL)


def _switch(properties: etree._Element, name: str, otherwise: bool | None) -> bool | None:
    found = properties.find(f"{W}{name}")
    return otherwise if found is None else found.get(_VAL, "1") not in _OFF


def _half_points(properties: etree._Element) -> float | None:
    size = _whole(_value(properties, "sz"))
    return size / 2 if size and size > 0 else None


def _outline(properties: etree._Element) -> int | None:
    """The outline level, 1 the highest; 0 for body text, None where nothing is said."""
    level = _whole(_value(properties, "outlineLvl"))
    if level is None or level < 0:
        return None
    return level + 1 if level < 9 else 0


def _whole(words: str | None) -> int | None:
    """A whole number of sane length, as all numbers in these parts are."""
    return int(words) if words is not None and re.fullmatch(r"-?[0-9]{1,9}", words) else None


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

    def add(self, words: str, look: _Style) -> None:
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
        styles: _Styles,
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

    def _style_of(self, element: etree._Element) -> _Style:
        properties = element.find(f"{W}pPr")
        if properties is None:
            return self._styles.body
        key = _value(properties, "pStyle")
        style = self._styles.style(key)
        direct = properties.find(f"{W}numPr")
        if style.num_id is not None and (direct is None or direct.find(f"{W}ilvl") is None):
            level = self._numbering.level_of_style(style.num_id, key or "")
            style = style if level is None else replace(style, ilvl=level)
        style = _with_paragraph(style, properties)
        outline = _outline(properties)
        return style if outline is None else replace(style, heading=outline)

    def _number(self, element: etree._Element, style: _Style) -> Number | None:
        """The paragraph's number. Counts on: a paragraph whose mark is hidden takes no part."""
        if style.num_id in (None, "0") or _hidden_mark(element):
            return None
        assert style.num_id is not None
        return self._numbering.number(style.num_id, style.ilvl or 0)

    def _gathered(self, element: etree._Element, style: _Style) -> _Paragraph:
        """The words of a paragraph, of all it contains that is neither dropped nor a text box."""
        gathered = _Paragraph()
        instruction: list[bool] = []  # for each open field: whether we are before its result
        stack: list[tuple[Iterator[etree._Element], _Style]] = [(iter(element), style)]
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

    def _run_look(self, run: etree._Element, look: _Style) -> _Style:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return look
        named = _value(properties, "rStyle")
        if named is not None:
            style = self._styles.run(named)
            look = replace(
                look,
                size=style.size or look.size,
                bold=look.bold if style.bold is None else style.bold,
                hidden=look.hidden if style.hidden is None else style.hidden,
            )
        return _with_run(look, properties)

    def _emit(self, gathered: _Paragraph, style: _Style, number: Number | None) -> None:
        words = _line(gathered.seen)
        if words:
            self._add(self._drafted(words, gathered, style, number))
        if hidden := _line(gathered.hidden):
            self._add(_Draft(BlockKind.HIDDEN, hidden))
        self._add_notes(gathered)
        for box in gathered.boxes:
            self.read(box)

    def _drafted(self, words: str, gathered: _Paragraph, style: _Style, number: Number | None) -> _Draft:
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
    return mark is not None and bool(_switch(mark, "vanish", False)) and mark.find(f"{W}specVanish") is None


def _marked(element: etree._Element, properties: str, name: str) -> bool:
    found = element.find(f"{W}{properties}")
    return found is not None and bool(_switch(found, name, False))


def _deleted(element: etree._Element, properties: str) -> bool:
    """Whether a row or a cell is marked as deleted."""
    found = element.find(f"{W}{properties}")
    return found is not None and (found.find(f"{W}del") is not None or found.find(f"{W}cellDel") is not None)


def _goes_on_from_above(cell: etree._Element) -> bool:
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    return merged is not None and merged.get(_VAL, "continue") == "continue"


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


def _page_furniture(package: _Package, main: str, styles: _Styles, max_characters: int) -> list[_Draft]:
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


def _title(package: _Package, drafts: list[_Draft]) -> str | None:
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
