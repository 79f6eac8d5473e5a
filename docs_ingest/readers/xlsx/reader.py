"""A workbook -> ParsedDocument."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree

from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.drafts import Draft, Drafts, joined
from docs_ingest.readers.package import Kind, Package
from docs_ingest.readers.xlsx.asides import cell_links, drawn_words, hints, page_words, painted, remarks
from docs_ingest.readers.xlsx.grid import Grid, GridRow, grid_rows
from docs_ingest.readers.xlsx.sheet import StoredSheet, read_sheet
from docs_ingest.readers.xlsx.tables import TableWriter
from docs_ingest.readers.xlsx.workbook import Allowance, SheetPart, Workbook, place_name, read_workbook

_KIND = Kind("Excel workbook", "an old .xls", ".xlsx", "Excel")
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_NO_TITLE = re.compile(
    r"(?:microsoft excel|untitled|无标题|(?:book|sheet|workbook|工作簿|工作表)\s*\d*$|新建)|\.(?:xlsx?|xlsm|et|csv)$",
    re.IGNORECASE,
)
_MOST_NAMED = 5  # sheets in one note


def read_xlsx(data: bytes, max_characters: int, max_unpacked_bytes: int) -> ParsedDocument:
    """Blocks of a workbook.

    Raises IngestError when the file is damaged, protected or no workbook,
    LimitExceeded when it unpacks to more than `max_unpacked_bytes`, has more
    cells than `sheet.MOST_CELLS` or holds more than `max_characters`. A
    workbook without text has no blocks.
    """
    package = Package(data, max_unpacked_bytes, _KIND)
    book = read_workbook(package, max_characters)
    reader = _Reader(book, max_characters)
    for sheet in book.sheets:
        reader.sheet(sheet)
    reader.furniture()
    text, blocks, links = joined(reader.drafts.all)
    return ParsedDocument(
        format="xlsx",
        parser=f"lxml-{'.'.join(str(n) for n in etree.LXML_VERSION[:3])}",
        text=text,
        blocks=blocks,
        links=links,
        title=_title(package),
        notes=tuple(reader.facts()),
    )


class _Reader:
    """Reads sheet after sheet and drafts their blocks."""

    def __init__(self, book: Workbook, max_characters: int) -> None:
        self.drafts = Drafts(max_characters)
        self._book = book
        self._tables = TableWriter(self.drafts)
        self._allowance = Allowance(max_characters)
        self._counts: Counter[str] = Counter()
        self._empty: list[str] = []
        self._charts: list[str] = []
        self._hidden: list[str] = []
        self._unread: list[str] = []
        self._again: list[str] = []
        self._paths: set[str] = set()  # of the parts that were read
        self._printed: dict[str, None] = {}

    def sheet(self, sheet: SheetPart) -> None:
        """Each part once: a small file may name one a thousand times."""
        if sheet.path in self._paths:
            self._again.append(sheet.name)
            return
        self._paths.add(sheet.path)
        if sheet.kind == "chartsheet":
            self._charts.append(sheet.name)
            self._written(sheet, [], None)
        elif sheet.kind == "worksheet":
            stored = read_sheet(self._book, sheet, self._allowance, self._counts)
            self._worksheet(sheet, stored)
        else:
            self._unread.append(sheet.name)

    def _worksheet(self, sheet: SheetPart, stored: StoredSheet) -> None:
        assert stored.root is not None
        self._with_links(sheet, stored, stored.root)
        self._printed.update(dict.fromkeys(page_words(stored.root)))
        grid = Grid(stored)
        white = painted(self._book.package, sheet.path, stored.root)
        rows = list(grid_rows(stored, grid, remarks(self._book, sheet), white, self._counts))
        self._written(sheet, rows, (stored, grid))

    def _with_links(self, sheet: SheetPart, stored: StoredSheet, root: etree._Element) -> None:
        for (row, column), link in cell_links(self._book, sheet, root).items():
            cells = stored.rows.get(row, [])
            at = bisect_left(cells, column, key=lambda entry: entry.column)
            if at < len(cells) and cells[at].column == column:
                cells[at] = replace(cells[at], link=link)

    def _written(self, sheet: SheetPart, rows: Sequence[GridRow], known: tuple[StoredSheet, Grid] | None) -> None:
        seen, hidden, drawn = drawn_words(self._book.package, sheet.path)
        self._counts.update(drawn)
        if not rows and not seen and not hidden:
            if sheet.kind == "worksheet" and not drawn["charts"] and not drawn["pictures"]:
                self._empty.append(sheet.name)
            return
        name = sheet.name.strip()
        self.drafts.name_next([place_name(sheet.name)])
        if name:
            kind = BlockKind.HIDDEN if sheet.hidden else BlockKind.HEADING
            self.drafts.add(Draft(kind, name, level=None if sheet.hidden else 1))
        if sheet.hidden:
            self._hidden.append(sheet.name)
            self._tables.write_hidden(rows)
        elif known is not None:
            self._tables.write(rows, hints(self._book, sheet, *known))
        for words in seen:
            self.drafts.add(Draft(BlockKind.HIDDEN if sheet.hidden else BlockKind.PARAGRAPH, words))
        for words in hidden:
            self.drafts.add(Draft(BlockKind.HIDDEN, words))

    def furniture(self) -> None:
        """What is printed on each page, once, at the end."""
        for words in self._printed:
            self.drafts.add(Draft(BlockKind.FURNITURE, words))

    def facts(self) -> Iterator[str]:
        """What a person should know about how the file was read."""
        counts = self._counts
        if self._hidden:
            yield f"{_number(len(self._hidden), 'sheet')} hidden, kept and never cited: {_named(self._hidden)}"
        if counts["hidden rows"]:
            yield f"{_number(counts['hidden rows'], 'row')} hidden or filtered out, kept and never cited"
        if counts["hidden cells"]:
            yield f"{_number(counts['hidden cells'], 'cell')} not shown (hidden column, format, colour), never cited"
        if self._empty:
            yield f"{_number(len(self._empty), 'sheet')} empty: {_named(self._empty)}"
        if self._charts:
            yield f"{_number(len(self._charts), 'sheet')} with nothing but a chart: {_named(self._charts)}"
        if self._unread:
            yield f"{_number(len(self._unread), 'sheet')} of macros or dialogs not read: {_named(self._unread)}"
        if self._again:
            yield f"{_number(len(self._again), 'sheet')} stored as another one is, read once: {_named(self._again)}"
        if counts["formulas"]:
            yield f"{_number(counts['formulas'], 'formula')} never worked out, shown as written: save the file in Excel"
        if counts["shared"]:
            yield f"{_number(counts['shared'], 'formula')} of these shown as written in the first cell that shares it"
        if counts["charts"]:
            yield f"{_number(counts['charts'], 'chart')}: words read, figures only where they stand in cells"
        if counts["pictures"]:
            yield f"{_number(counts['pictures'], 'picture')} not read"


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'s' if count > 1 else ''}"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _title(package: Package) -> str | None:
    """The title in the properties, unless a program made it up."""
    core = package.core()
    words = " ".join(((None if core is None else core.findtext(_DC_TITLE)) or "").split())
    return words if words and not _NO_TITLE.search(words) else None
