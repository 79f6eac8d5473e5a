"""What has to be known of a page before it is read: which tables only arrange text, and what frames the content.

The content is the innermost element that holds most of the running text: words
outside links, in stretches longer than a label. Outside it, bars of links are
furniture, and so is what is named like a frame and holds what frames hold. On a
page without running text (a list of documents) nothing is taken for a frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from docs_ingest.errors import IngestError
from docs_ingest.readers.html.furniture import Named, named
from docs_ingest.readers.html.source import count_letters

_DEEP = 2048  # libxml2 reads no deeper than this and then stops
_MANY_PARAGRAPHS = 4  # in one cell: the table only arranges text
_MANY_BREAKS = 8  # the same by <br>
_LONG_CELL = 1_500  # and by letters
_FEW_CELLS = 20  # of a table that arranges by the latter two
_RUNNING = 10  # letters in one stretch: a part of a text, not a label
_FEWEST_RUNNING = 100  # letters of a page that has a text
_LEAST_RUNNING = 0.05  # of all its letters, where it has fewer
_MAIN_SHARE = 0.6  # of the running text that the content holds at least
_FRAME_SHARE = 0.3  # and a frame at most
_FOOT_SHARE = 0.2
_BAR = 0.8  # of a bar's letters are links
_NAMED_BAR = 0.5
_BAR_LINKS = 3
_LINK_LETTERS = 30  # the mean that links of a bar do not pass
_FILES = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".et", ".ofd", ".zip", ".rar", ".csv", ".ppt", ".pptx")

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNREAD = frozenset({"script", "style", "template", "noscript", "title", "iframe", "select", "option", "textarea"})
_FRAMED = frozenset({"nav", "footer", "aside", *_UNREAD})
_CONTAINERS = frozenset({"div", "ul", "ol", "dl", "p", "section", "center", "table", "td", "span", "form", "menu"})
_CONTENT = frozenset({"body", "main", "article", *_CONTAINERS})


@dataclass(frozen=True, slots=True)
class Survey:
    tables: frozenset[etree._Element]  # those that only arrange text
    lift_h1: bool  # the only h1 is in the page's header
    furniture: frozenset[etree._Element]  # elements that frame the content


def surveyed(root: etree._Element, *, framed: bool) -> Survey:
    """Look through a page once. `framed`: it stands on a site, with bars around its content.

    Raises IngestError where it is nested deeper than it could be read.
    """
    tables = _Tables()
    headings = _Headings()
    weights = _Weights() if framed else None
    deepest = 0
    for begins, element, depth in _steps(root):
        deepest = max(deepest, depth)
        tables.step(begins, element)
        headings.step(begins, element.tag)
        if weights is not None:
            weights.step(begins, element, tables.innermost)
    if deepest >= _DEEP - 1:
        raise IngestError(
            f"this page nests its elements {_DEEP:,} deep or deeper, so that parts of it could not be read: "
            "save it from a browser as plain text or PDF and send that"
        )
    furniture = frozenset[etree._Element]() if weights is None else weights.furniture(tables.frames)
    return Survey(frozenset(tables.frames), headings.lifted > 0 and headings.plain == 0, furniture)


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


@dataclass(slots=True)
class _Headings:
    lifted: int = 0
    plain: int = 0
    _headers: int = 0

    def step(self, begins: bool, tag: str) -> None:
        if tag == "header":
            self._headers += 1 if begins else -1
        elif tag == "h1" and begins and self._headers:
            self.lifted += 1
        elif tag == "h1" and begins:
            self.plain += 1


@dataclass(slots=True)
class _Table:
    element: etree._Element
    cells: int = 0
    rows: int = 0
    in_row: int = 0  # cells of this row
    widest: int = 0  # cells of the row that has the most
    heads: int = 0
    marked: bool = False  # it has a head or a caption, as only tables of data do
    headed: bool = False  # there is a heading in it
    paragraphs: int = 0  # in this cell
    breaks: int = 0
    letters: int = 0
    most_paragraphs: int = 0  # in one cell
    most_breaks: int = 0
    most_letters: int = 0

    def end_cell(self) -> None:
        self.most_paragraphs = max(self.most_paragraphs, self.paragraphs)
        self.most_breaks = max(self.most_breaks, self.breaks)
        self.most_letters = max(self.most_letters, self.letters)
        self.paragraphs = self.breaks = self.letters = 0

    @property
    def is_frame(self) -> bool:
        if self.cells <= 1:
            return True
        if self.marked or self.heads >= 2 or (self.heads and self.rows > 1):
            return False
        long = self.cells <= _FEW_CELLS and (self.most_breaks >= _MANY_BREAKS or self.most_letters >= _LONG_CELL)
        return self.headed or long or self.widest <= 1 or self.most_paragraphs >= _MANY_PARAGRAPHS


class _Tables:
    """Tells tables that arrange text from tables of data."""

    def __init__(self) -> None:
        self.frames: set[etree._Element] = set()
        self._open: list[_Table] = []

    @property
    def innermost(self) -> etree._Element | None:
        return self._open[-1].element if self._open else None

    def step(self, begins: bool, element: etree._Element) -> None:
        tag = element.tag
        if tag == "table":
            self._begin(element) if begins else self._end()
        elif self._open:
            table = self._open[-1]
            if begins:
                self._count_in(table, tag)
            table.letters += count_letters((element.text if begins else element.tail) or "")

    def _begin(self, element: etree._Element) -> None:
        if self._open:
            self.frames.add(self._open[-1].element)  # a table inside another: the outer one arranges
        if element.get("role") in ("presentation", "none"):
            self.frames.add(element)
        self._open.append(_Table(element))

    def _end(self) -> None:
        table = self._open.pop()
        table.end_cell()
        if table.is_frame:
            self.frames.add(table.element)

    def _count_in(self, table: _Table, tag: str) -> None:
        if tag in ("td", "th"):
            table.cells += 1
            table.in_row += 1
            table.widest = max(table.widest, table.in_row)
            table.heads += tag == "th"
            table.end_cell()
        elif tag == "tr":
            table.rows += 1
            table.in_row = 0
        elif tag in ("thead", "caption"):
            table.marked = True
        elif tag in _HEADINGS:
            table.headed = True
        elif tag in ("p", "div", "br"):
            table.paragraphs += tag == "p"
            table.breaks += tag != "p"


@dataclass(slots=True)
class _Weight:
    """What an open element holds so far."""

    begin: int  # its place in the order of elements
    letters: int = 0
    linked: int = 0
    running: int = 0
    links: int = 0
    kept: int = 0  # of the links, those to files and to places in the page
    inputs: int = 0
    headed: bool = False  # it holds an h1


@dataclass(frozen=True, slots=True)
class _Candidate:
    element: etree._Element
    claim: Named | None
    weight: _Weight
    end: int  # place after its last element
    table: etree._Element | None  # the innermost one it is in


@dataclass(slots=True)
class _Weights:
    """Weighs what elements hold, and says which of them frame the content."""

    _stack: list[_Weight] = field(default_factory=list)
    _candidates: list[_Candidate] = field(default_factory=list)
    _mains: list[tuple[int, int, int]] = field(default_factory=list)  # running, begin, end
    _count: int = 0
    _links: int = 0  # links that are open
    _titles: int = 0  # headings that are open
    _unread: int = 0  # elements that are open and never content
    _letters: int = 0
    _running: int = 0
    _first: int = 0  # place of the element where running text begins

    def step(self, begins: bool, element: etree._Element, table: etree._Element | None) -> None:
        if begins:
            self._begin(element)
        else:
            self._end(element, table)

    def _begin(self, element: etree._Element) -> None:
        tag = element.tag
        weight = _Weight(self._count, headed=tag == "h1", inputs=tag in ("textarea", "input"))
        self._count += 1
        self._stack.append(weight)
        if tag in _FRAMED:
            self._unread += 1
        if tag in _HEADINGS:
            self._titles += 1
        if tag == "a" and "href" in element.attrib:
            self._links += 1
            weight.links = 1
            href = element.get("href", "").strip().lower()
            weight.kept = href.endswith(_FILES) or (href.startswith("#") and len(href) > 1)
        self._add(weight, element.text)

    def _end(self, element: etree._Element, table: etree._Element | None) -> None:
        tag = element.tag
        weight = self._stack.pop()
        if tag in _FRAMED:
            self._unread -= 1
        if tag in _HEADINGS:
            self._titles -= 1
        if tag == "a" and "href" in element.attrib:
            self._links -= 1
        if not self._unread and weight.letters and tag in _CONTENT:
            self._judge(element, weight, table)
        if self._stack:
            above = self._stack[-1]
            above.letters += weight.letters
            above.linked += weight.linked
            above.running += weight.running
            above.links += weight.links
            above.kept += weight.kept
            above.inputs += weight.inputs
            above.headed = above.headed or weight.headed
            self._add(above, element.tail)

    def _add(self, weight: _Weight, words: str | None) -> None:
        letters = 0 if not words or self._unread else count_letters(words)
        if not letters:
            return
        weight.letters += letters
        self._letters += letters
        if self._links:
            weight.linked += letters
        elif letters >= _RUNNING and not self._titles:
            weight.running += letters
            self._first = self._first or self._count
            self._running += letters

    def _judge(self, element: etree._Element, weight: _Weight, table: etree._Element | None) -> None:
        if weight.running and weight.running >= self._running * _MAIN_SHARE:
            self._mains.append((weight.running, weight.begin, self._count))
        if element.tag not in _CONTAINERS:
            return
        claim = named(element)
        if claim is not None or (weight.links >= _BAR_LINKS and weight.linked >= weight.letters * _BAR):
            self._candidates.append(_Candidate(element, claim, weight, self._count, table))

    def furniture(self, frames: set[etree._Element]) -> frozenset[etree._Element]:
        """The elements that frame the content; `frames`: tables that only arrange text."""
        if not self._running or (self._running < min(_FEWEST_RUNNING, self._letters * _LEAST_RUNNING)):
            return frozenset()
        content = next((m for m in self._mains if m[0] >= self._running * _MAIN_SHARE), None)
        begin, end = (0, self._count) if content is None else content[1:]
        return frozenset(one.element for one in self._candidates if self._frames(one, begin, end, frames))

    def _frames(self, one: _Candidate, begin: int, end: int, frames: set[etree._Element]) -> bool:
        weight = one.weight
        if weight.headed or weight.begin <= begin < one.end or (one.table is not None and one.table not in frames):
            return False
        share = weight.running / self._running
        inside = begin < weight.begin < end and weight.begin >= self._first
        bar = weight.linked >= weight.letters * _BAR and weight.links >= _BAR_LINKS
        match one.claim:
            case Named.FRAME:
                return share <= _FRAME_SHARE
            case Named.TALK:
                return (weight.inputs > 0 or not begin < weight.begin < end) and share <= _FRAME_SHARE
            case Named.FOOT if weight.begin >= end:
                return share <= _FOOT_SHARE
            case Named.LINKS | Named.SIDE if not (inside and one.claim is Named.SIDE):
                bar = weight.linked >= weight.letters * _NAMED_BAR and weight.links >= 2
            case _:
                bar = bar and not inside and weight.linked <= weight.links * _LINK_LETTERS
        return bar and weight.kept * 2 < weight.links
