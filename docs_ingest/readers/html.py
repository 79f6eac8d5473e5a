"""Web pages: what a browser would show, one block on each line of the canonical text.

    bytes -> text (declared encoding, strict) -> tree (lxml) -> survey -> walk -> blocks

Navigation, page headers and footers, asides and form controls are furniture;
text the page hides (attribute, style, simple rules of its style sheets) is kept
as hidden. Parsers of broken HTML can lose text without a word: letters are
counted in the source, in the tree and in the blocks, and a page that lost more
than one in a hundred is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lxml import etree

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.readers.html_source import count_letters, decoded, source_letters
from docs_ingest.readers.html_style import classes_of, declarations, hides, hiding_rules, selectors

_KEPT = 0.99  # of the letters must arrive
_SLACK = 20  # letters by which the rough count of the source may be wrong
_DEEP = 2048  # libxml2 reads no deeper than this and then stops
_LONGEST_HEADING = 200  # characters: longer text in a heading tag is a paragraph
_MANY_PARAGRAPHS = 4  # in one cell: the table only arranges text
_WIDEST = 1000  # columns a cell may span, as in browsers
_MANY_HIDDEN = 0.2  # of the letters: a person should know

_DROPPED = frozenset({"script", "style", "template", "noscript", "title", "iframe", "noembed", "noframes"})
_READINGS = frozenset({"rt", "rp"})  # pronunciation above the characters, which are the text
_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main menu nav ol optgroup option p
    plaintext pre search section select summary table tbody td textarea tfoot th thead tr ul xmp
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_CELLS = frozenset({"td", "th"})
_PRE = frozenset({"pre", "listing", "xmp", "plaintext"})
_BOLD = frozenset({"b", "strong"})
_CONTENT = frozenset({"main", "article", "section"})
_FURNITURE_NAMES = "nav footer aside button select textarea datalist option optgroup object audio video canvas"
_FURNITURE = frozenset(_FURNITURE_NAMES.split())
_FURNITURE_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar"})
_NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote", "doc-endnotes"})


_END_OF_PAGE = re.compile(r"</(?:html|body)\s{0,20}>", re.IGNORECASE)  # libxml2 loses what follows, browsers show it
_SPACES = re.compile(r"[ \t\n\r\f]+")
_LABEL = re.compile(
    r"第[零〇○一二三四五六七八九十百千万两\d]{1,9}[编章节条]|(?:Article|Section|Chapter)\s+[\dIVXLC]+\b"
)
_INDENT = re.compile(r"[ ]*(?:\u3000|\xa0[ ]*\xa0)")


class _Place(StrEnum):
    """Where text goes: the page's own words, its frame, or what it does not show."""

    TEXT = "text"
    FURNITURE = "furniture"
    HIDDEN = "hidden"
    NOWHERE = "nowhere"


def read_html(data: bytes, max_characters: int) -> ParsedDocument:
    """Blocks of a web page. A page without text has no blocks.

    Raises IngestError when it cannot be decoded or more than one letter in a
    hundred would be lost, LimitExceeded past `max_characters`.
    """
    source = decoded(data)
    root = _tree(source)
    parser = f"lxml-{'.'.join(str(n) for n in etree.LXML_VERSION[:3])}"
    if root is None:
        _compare(source_letters(source), 0)
        return ParsedDocument("html", parser, "", ())
    walk = _Walk(_survey(root), hiding_rules(root), max_characters)
    walk.read(root)
    _compare(source_letters(source), walk.letters)
    kept = sum(count_letters(draft.words) for draft in walk.drafts)
    if kept < walk.letters_to_keep * _KEPT:
        _refuse(walk.letters_to_keep - kept, walk.letters_to_keep)
    text, blocks = _joined(walk.drafts)
    return ParsedDocument("html", parser, text, blocks, title=_title(root, walk.drafts), notes=_notes(walk.drafts))


def _tree(source: str) -> etree._Element | None:
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = etree.fromstring(_END_OF_PAGE.sub(" ", source).encode(), parser)
    except etree.XMLSyntaxError:
        return None  # nothing in it but comments; the count of letters says whether that is so
    return root if isinstance(root, etree._Element) else None


@dataclass(frozen=True, slots=True)
class _Survey:
    """What has to be known of a page before it is read."""

    frames: frozenset[int]  # tables, by their order in the page, that only arrange text
    lift_h1: bool  # the only h1 is in the page's header


def _survey(root: etree._Element) -> _Survey:
    frames: set[int] = set()
    tables: list[list[int]] = []  # open ones: [order, cells, paragraphs in this cell]
    order = headers = lifted = plain = deepest = 0
    for begins, element, depth in _steps(root):
        tag = element.tag
        deepest = max(deepest, depth)
        if tag == "header":
            headers += 1 if begins else -1
        if tag == "table" and begins:
            if tables:
                frames.add(tables[-1][0])
            if element.get("role") in ("presentation", "none"):
                frames.add(order)
            tables.append([order, 0, 0])
            order += 1
        elif tag == "table":
            if tables[-1][1] <= 1:
                frames.add(tables[-1][0])
            tables.pop()
        elif begins and tag in _HEADINGS:
            if tables:
                frames.add(tables[-1][0])
            lifted += tag == "h1" and headers > 0
            plain += tag == "h1" and headers == 0
        elif begins and tables and tag in _CELLS:
            tables[-1][1] += 1
            tables[-1][2] = 0
        elif begins and tables and tag == "p":
            tables[-1][2] += 1
            if tables[-1][2] >= _MANY_PARAGRAPHS:
                frames.add(tables[-1][0])
    if deepest >= _DEEP - 1:
        raise IngestError(
            f"this page nests its elements {_DEEP:,} deep or deeper, so that parts of it could not be read: "
            "save it from a browser as plain text or PDF and send that"
        )
    return _Survey(frozenset(frames), lifted > 0 and plain == 0)


def _steps(root: etree._Element) -> Iterator[tuple[bool, etree._Element, int]]:
    """Begin and end of each element in order, with its depth; not recursive."""
    stack = [(root, iter(root))]
    yield True, root, 1
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            yield False, element, len(stack)
            stack.pop()
        else:
            stack.append((child, iter(child)))
            yield True, child, len(stack)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What an element passes on to all that is in it."""

    place: _Place = _Place.TEXT
    heading: int | None = None
    depth: int = 0  # of lists
    group: int | None = None
    item: int | None = None  # the innermost list item, counted through the page
    bold: bool = False
    centered: bool = False
    pre: bool = False
    note: bool = False
    content: bool = False  # inside main, article or section


@dataclass(frozen=True, slots=True)
class _Draft:
    """A block before it has a place in the text."""

    kind: BlockKind
    words: str
    level: int | None = None
    bold: bool = False
    centered: bool = False
    group: int | None = None
    header: bool = False


@dataclass(slots=True)
class _Row:
    """A row of a data table while its cells are read."""

    cells: list[str] = field(default_factory=list)
    heads: int = 0
    column: int = 0
    in_head: bool = False


@dataclass(slots=True)
class _Table:
    frame: bool
    group: int = 0
    covered: dict[int, tuple[int, int]] = field(default_factory=dict)  # column -> (columns, rows) still covered
    in_head: bool = False


class _Walk:
    """Goes through the page once and drafts its blocks."""

    def __init__(self, survey: _Survey, rules: dict[frozenset[str], bool], max_characters: int) -> None:
        self.drafts: list[_Draft] = []
        self.letters = 0  # in text nodes that are not dropped
        self.letters_to_keep = 0  # of these, all but pronunciations
        self._survey = survey
        self._rules = rules
        self._room = self._allowed = max_characters
        self._pieces: list[tuple[str, _Frame]] = []
        self._aside: dict[_Place, list[str]] = {_Place.FURNITURE: [], _Place.HIDDEN: []}
        self._tables: list[_Table] = []
        self._row: _Row | None = None
        self._orders = self._groups = self._items = self._table_groups = 0
        self._begun: set[int] = set()  # items that have their first block

    def read(self, root: etree._Element) -> None:
        frame = self._begin(root, _Frame())
        stack = [(root, iter(root), frame)]
        self._text(root.text, frame)
        while stack:
            element, children, frame = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._end(element)
                if stack:
                    self._text(element.tail, stack[-1][2])
            elif child.tag in _DROPPED:
                self._text(child.tail, frame)
            else:
                inner = self._begin(child, frame)
                stack.append((child, iter(child), inner))
                self._text(child.text, inner)
        self._flush()

    def _text(self, words: str | None, frame: _Frame) -> None:
        if not words:
            return
        letters = count_letters(words)
        self.letters += letters
        if frame.place is _Place.NOWHERE:
            return
        self.letters_to_keep += letters
        self._room -= len(words.strip())
        if self._room < 0:
            raise LimitExceeded(
                f"the file holds more than the {self._allowed:,} characters allowed: "
                "split it, or raise CITEPATH_MAX_CHARACTERS"
            )
        if frame.place is _Place.TEXT:
            self._pieces.append((words if frame.pre else _SPACES.sub(" ", words), frame))
        else:
            self._aside[frame.place].append(words)

    def _begin(self, element: etree._Element, frame: _Frame) -> _Frame:
        tag = element.tag
        if tag == "br":
            self._line_break(frame)
            return frame
        if tag in _BLOCKS:
            self._boundary()
        style = declarations(element.get("style", ""))
        frame = replace(
            frame,
            place=self._place(element, frame, style),
            bold=_is_bold(tag, style, frame.bold),
            centered=_is_centered(element, style, frame.centered),
            pre=tag in _PRE or (style.get("white-space", "").startswith("pre") or frame.pre),
            note=frame.note or _is_note(element),
            content=frame.content or tag in _CONTENT,
        )
        if tag in _HEADINGS or element.get("role") == "heading":
            frame = replace(frame, heading=_HEADINGS.get(tag) or _aria_level(element))
        elif tag in _LISTS:
            self._groups += 1
            frame = replace(frame, depth=frame.depth + 1, group=self._groups)
        elif tag == "li":
            self._items += 1
            frame = replace(frame, item=self._items, depth=max(frame.depth, 1))
        else:
            self._begin_table_part(element)
        return frame

    def _begin_table_part(self, element: etree._Element) -> None:
        tag = element.tag
        if tag == "table":
            frame = self._orders in self._survey.frames
            self._orders += 1
            self._table_groups += not frame
            self._tables.append(_Table(frame, self._table_groups))
            return
        table = self._tables[-1] if self._tables else None
        if table is None or table.frame:
            return
        if tag == "thead":
            table.in_head = True
        elif tag == "tr":
            self._end_row()
            self._row = _Row(in_head=table.in_head)
        elif tag in _CELLS:
            self._begin_cell(element, table)

    def _begin_cell(self, element: etree._Element, table: _Table) -> None:
        if self._row is None:
            self._flush()
            self._row = _Row(in_head=table.in_head)
        row = self._row
        self._skip_covered(row, table)
        columns = min(_number(element.get("colspan")), _WIDEST)
        rows = _number(element.get("rowspan"))
        if rows > 1:
            table.covered[row.column] = (columns, rows - 1)
        row.column += columns
        row.heads += element.tag == "th"

    def _skip_covered(self, row: _Row, table: _Table) -> None:
        """An empty place for each cell that reaches down from a row above."""
        while row.column in table.covered:
            columns, rows = table.covered.pop(row.column)
            row.cells.append("")
            if rows > 1:
                table.covered[row.column] = (columns, rows - 1)
            row.column += columns

    def _end(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _CELLS and self._row is not None and self._tables and not self._tables[-1].frame:
            self._row.cells.append(self._cell_words())
            return
        if tag == "tr":
            self._end_row()
        elif tag == "thead" and self._tables:
            self._tables[-1].in_head = False
        elif tag == "table":
            self._end_row()
            self._tables.pop()
        if tag in _BLOCKS:
            self._boundary()

    def _end_row(self) -> None:
        row = self._row
        if row is None:
            return
        table = self._tables[-1]
        if left := self._cell_words():
            row.cells.append(left)  # text between cells, which broken pages have
        self._row = None
        words = " | ".join(row.cells).strip()
        if any(row.cells):
            header = row.in_head or row.heads >= sum(1 for cell in row.cells if cell)
            self._add(_Draft(BlockKind.ROW, words, group=table.group, header=header))
        self._flush()

    def _cell_words(self) -> str:
        words = _SPACES.sub(" ", "".join(piece for piece, _ in self._pieces)).strip()
        self._pieces.clear()
        return words

    def _line_break(self, frame: _Frame) -> None:
        if frame.place is _Place.TEXT:
            self._pieces.append(("\n", frame))
        elif frame.place is not _Place.NOWHERE:
            self._aside[frame.place].append(" ")

    def _boundary(self) -> None:
        """A block begins or ends: inside a cell that is a space, else the end of what was gathered."""
        if self._row is None:
            self._flush()
        else:
            self._pieces.append((" ", _Frame()))
            for words in self._aside.values():
                words.append(" ")

    def _flush(self) -> None:
        pieces, self._pieces = self._pieces, []
        seen = [(words, frame) for words, frame in pieces if words.strip()]
        if seen:
            self._add_text(pieces, seen)
        for place, kind in ((_Place.FURNITURE, BlockKind.FURNITURE), (_Place.HIDDEN, BlockKind.HIDDEN)):
            words = _SPACES.sub(" ", "".join(self._aside[place])).strip()
            self._aside[place].clear()
            if words:
                self._add(_Draft(kind, words))

    def _add_text(self, pieces: list[tuple[str, _Frame]], seen: list[tuple[str, _Frame]]) -> None:
        frame = seen[0][1]
        joined = "".join(words for words, _ in pieces)
        bold = all(f.bold for _, f in seen)
        if frame.heading is not None:
            words = " ".join(joined.split("\n"))
            words = re.sub(r" +", " ", words).strip()
            kind = BlockKind.HEADING if len(words) <= _LONGEST_HEADING else BlockKind.PARAGRAPH
            level = frame.heading if kind is BlockKind.HEADING else None
            self._add(_Draft(kind, words, level=level, bold=bold, centered=frame.centered))
            return
        for words in _paragraphs(joined, frame.pre):
            kind, level, group = BlockKind.PARAGRAPH, None, None
            if frame.note:
                kind = BlockKind.FOOTNOTE
            elif frame.item is not None and frame.item not in self._begun:
                self._begun.add(frame.item)
                kind, level, group = BlockKind.ITEM, frame.depth, frame.group
            self._add(_Draft(kind, words, level=level, bold=bold, centered=frame.centered, group=group))

    def _add(self, draft: _Draft) -> None:
        self.drafts.append(draft)

    def _place(self, element: etree._Element, frame: _Frame, style: dict[str, str]) -> _Place:
        tag = element.tag
        if frame.place in (_Place.NOWHERE, _Place.HIDDEN):
            return frame.place
        if tag in _READINGS and _in_ruby(element):
            return _Place.NOWHERE
        # Pages hide their whole body until a script has run; nobody ever sees such a page empty.
        if tag not in ("html", "body") and self._is_hidden(element, style):
            return _Place.HIDDEN
        if tag == "h1" and self._survey.lift_h1:
            return _Place.TEXT
        header = tag == "header" and not frame.content
        role = element.get("role", "")
        if (header or tag in _FURNITURE or role in _FURNITURE_ROLES) and not _is_note(element):
            return _Place.FURNITURE
        return frame.place

    def _is_hidden(self, element: etree._Element, style: dict[str, str]) -> bool:
        if "hidden" in element.attrib or element.get("aria-hidden", "").strip().lower() == "true":
            return True
        if element.tag == "dialog" and "open" not in element.attrib:
            return True
        said = hides(style)
        if said is None and self._rules:
            said = next((self._rules[key] for key in selectors(element) if key in self._rules), None)
        return bool(said)


def _in_ruby(element: etree._Element) -> bool:
    """Whether a reading stands where readings do: a stray, unclosed one would take the rest of the page with it."""
    parent = element.getparent()
    return parent is not None and parent.tag in ("ruby", "rtc", "rb", "rt")


def _is_bold(tag: str, style: dict[str, str], otherwise: bool) -> bool:
    weight = style.get("font-weight")
    if weight is not None:
        return weight.startswith("bold") or (weight.isdecimal() and int(weight[:6]) >= 600)
    return otherwise or tag in _BOLD


def _is_centered(element: etree._Element, style: dict[str, str], otherwise: bool) -> bool:
    side = style.get("text-align") or element.get("align", "").lower()
    if side:
        return side == "center"
    return otherwise or element.tag == "center"


def _is_note(element: etree._Element) -> bool:
    roles = f"{element.get('role', '')} {element.get('epub:type', '')}".split()
    return any(r in _NOTE_ROLES or f"doc-{r}" in _NOTE_ROLES for r in roles) or "footnotes" in classes_of(element)


def _aria_level(element: etree._Element) -> int:
    return min(_number(element.get("aria-level", "2")), 9)


def _number(words: str | None) -> int:
    words = (words or "").strip()
    return max(int(words[:6]), 1) if words.isascii() and words.isdigit() else 1


def _paragraphs(joined: str, pre: bool) -> Iterator[str]:
    """Lines parted by single breaks are one paragraph, unless one is empty, indented or begins with a label."""
    gathered: list[str] = []
    for raw in joined.replace("\r\n", "\n").split("\n"):
        words = raw.rstrip() if pre else re.sub(r" +", " ", raw).strip()
        bare = words.strip()
        if gathered and (not bare or _INDENT.match(raw) or _LABEL.match(bare)):
            yield ("\n" if pre else " ").join(gathered).strip()
            gathered = []
        if bare:
            gathered.append(words)
    if gathered:
        yield ("\n" if pre else " ").join(gathered).strip()


def _compare(expected: int, found: int) -> None:
    if found < expected * _KEPT - _SLACK or (found == 0 and expected > 0):
        _refuse(expected - found, expected)


def _refuse(lost: int, of: int) -> None:
    raise IngestError(
        f"parts of this HTML could not be read ({lost:,} of {of:,} letters): "
        "save it from a browser as plain text or PDF and send that"
    )


def _joined(drafts: list[_Draft]) -> tuple[str, tuple[Block, ...]]:
    blocks: list[Block] = []
    at = 0
    for d in drafts:
        end = at + len(d.words)
        blocks.append(
            Block(d.kind, at, end, level=d.level, bold=d.bold, centered=d.centered, group=d.group, header=d.header)
        )
        at = end + 1
    return "\n".join(d.words for d in drafts), tuple(blocks)


def _title(root: etree._Element, drafts: list[_Draft]) -> str | None:
    """The first h1; without one, what the page calls itself."""
    first = next((d.words for d in drafts if d.kind is BlockKind.HEADING and d.level == 1), None)
    if first is not None:
        return first
    for element in root.iter("title"):
        parent = element.getparent()
        if parent is not None and parent.tag != "svg" and (words := " ".join((element.text or "").split())):
            return words
    return None


def _notes(drafts: list[_Draft]) -> tuple[str, ...]:
    """What a person should know about how the page was read."""
    whole = sum(count_letters(d.words) for d in drafts)
    hidden = sum(count_letters(d.words) for d in drafts if d.kind is BlockKind.HIDDEN)
    if hidden <= whole * _MANY_HIDDEN:
        return ()
    return (f"{hidden:,} of {whole:,} letters are hidden by the page and cannot be cited",)
