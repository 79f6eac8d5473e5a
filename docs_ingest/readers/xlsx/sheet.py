"""The stored cells of one sheet, read row by row, with what the sheet says around them.

Values are the ones the program that saved the file worked out; nothing is
computed here. A formula that was never worked out is shown as it is written.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from lxml import etree

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.readers.xlsx.formats import general
from docs_ingest.readers.xlsx.styles import CellLook, S, count, decimal
from docs_ingest.readers.xlsx.workbook import Allowance, SheetPart, Workbook, one_line, streamed, unescaped, words_of

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CELLS = 2_000_000  # with something in them, in one workbook
_MOST_STORED = 20_000_000  # empty ones included, that only have a style
_MOST_RANGES = 200_000  # merged cells or links of one sheet
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_WHOLE = re.compile(r"-?[0-9]{1,40}")
_HYPERLINK = re.compile(r'\s*HYPERLINK\s*\(\s*"([^"]{1,2000})"\s*[,)]', re.IGNORECASE)
_ON = ("1", "true", "on")
_C, _V, _F, _IS = (f"{S}{name}" for name in ("c", "v", "f", "is"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell with something in it."""

    column: int  # 0 is A
    words: str
    look: CellLook
    figure: bool = False  # a number or a date
    shown: bool = True
    span: int = 1  # columns it stands over
    down: int = 1  # rows it stands over
    link: str | None = None  # a place outside, or "#" and a place in the workbook


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells; rows and columns count from 0 and are inside it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class StoredSheet:
    """A sheet as it is stored; rows by their number, from 0."""

    rows: dict[int, list[Entry]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: bytearray = field(default_factory=bytearray)  # a 1 for each; empty where none is hidden
    merged: list[Area] = field(default_factory=list)
    filtered: Area | None = None
    frozen: int = 0  # rows at the top that stay in sight
    root: etree._Element | None = None  # what the sheet says beside its rows


def read_sheet(book: Workbook, sheet: SheetPart, allowance: Allowance, counts: Counter[str]) -> StoredSheet:
    """The cells of a sheet; `counts` goes on counting what a person should know of the workbook.

    Raises IngestError where it is damaged, LimitExceeded past the number of
    cells or characters that are allowed.
    """
    reader = _Reader(book, sheet.name, allowance, counts)
    root = streamed(book.package, sheet.path, f"{S}row", reader.row)
    found = reader.found
    found.root = root
    found.hidden_columns = _hidden_columns(root)
    found.merged = [*_areas(root.iterfind(f"{S}mergeCells/{S}mergeCell"), sheet.name)]
    filtered = root.find(f"{S}autoFilter")
    found.filtered = None if filtered is None else area(filtered.get("ref", ""))
    pane = root.find(f"{S}sheetViews/{S}sheetView/{S}pane")
    if pane is not None and pane.get("state", "").startswith("frozen"):
        found.frozen = int(decimal(pane.get("ySplit")) or 0)
    return found


class _Reader:
    def __init__(self, book: Workbook, name: str, allowance: Allowance, counts: Counter[str]) -> None:
        self.found = StoredSheet()
        self._book = book
        self._name = name
        self._allowance = allowance
        self._counts = counts
        self._row = -1
        self._columns: dict[str, int] = {}
        self._looks: dict[str | None, CellLook] = {}
        self._shared: dict[str, str] = {}  # formulas that several cells share, by their number

    def row(self, element: etree._Element) -> None:
        number = element.get("r")
        self._row = self._row + 1 if number is None else count(number) - 1
        if not 0 <= self._row < MOST_ROWS:
            raise IngestError(f"the sheet {self._name!r} has a row {number}, which no sheet has: save it anew in Excel")
        if element.get("hidden") in _ON or decimal(element.get("ht")) == 0:
            self.found.hidden_rows.add(self._row)
        self._counts["stored"] += len(element)
        if self._counts["stored"] > _MOST_STORED:
            raise LimitExceeded(
                f"the workbook stores more than {_MOST_STORED:,} cells: delete empty rows and columns that have a style"
            )
        cells = self.found.rows.get(self._row, [])
        at = -1
        for child in element:
            if child.tag == _C:
                at = self._column(child.get("r"), at)
                if (cell := self._cell(child, at)) is not None:
                    cells.append(cell)
        if cells:
            self._keep(cells)

    def _keep(self, cells: list[Entry]) -> None:
        if any(a.column >= b.column for a, b in pairwise(cells)):
            cells.sort(key=lambda cell: cell.column)
            if any(a.column == b.column for a, b in pairwise(cells)):
                raise IngestError(
                    f"row {self._row + 1} of the sheet {self._name!r} holds a cell twice: save it anew in Excel"
                )
        self.found.rows[self._row] = cells

    def _column(self, reference: str | None, before: int) -> int:
        if reference is None:
            column = before + 1
        else:
            letters = reference.rstrip("0123456789")
            column = self._columns.get(letters, -1)
            if column < 0:
                column = self._columns[letters] = column_number(letters)
        if not 0 <= column < MOST_COLUMNS:
            raise IngestError(f"the sheet {self._name!r} has a cell {reference}, which no sheet has: save it anew")
        return column

    def _cell(self, element: etree._Element, column: int) -> Entry | None:
        value: str | None = None
        formula: etree._Element | None = None
        words: str | None = None
        for child in element:
            tag = child.tag
            if tag == _V:
                value = child.text
            elif tag == _F:
                formula = child
            elif tag == _IS:
                words = words_of(child)
        if value is None and words is None and formula is None:
            return None
        link = None if formula is None else self._formula(formula)
        look = self._look(element.get("s"))
        if value is None and words is None:
            return self._kept(column, self._unworked(formula), look, False, True, link)
        return self._valued(element.get("t", "n"), column, value if words is None else words, look, link)

    def _valued(self, kind: str, column: int, value: str | None, look: CellLook, link: str | None) -> Entry | None:
        stored = value or ""
        match kind:
            case "n" | "d":
                number = _number(stored) if kind == "n" else _day_number(stored, self._book.from_1904)
                if number is None:
                    return self._kept(column, one_line(stored), look, False, True, link)
                words = one_line(look.format.number(number, self._book.from_1904))
                if not words:  # zeros that are not shown are nothing; other numbers hide something
                    return self._kept(column, general(number), look, True, False, link) if number else None
                return self._kept(column, words, look, True, True, link)
            case "b":
                return self._kept(column, "TRUE" if stored.strip() in _ON else "FALSE", look, False, True, link)
            case "e":
                return self._kept(column, one_line(stored), look, False, True, link)
            case "s":
                stored = self._string(stored)
            case "str":
                stored = one_line(unescaped(stored))
        words = one_line(look.format.text(stored)) if look.format.sections else stored
        return self._kept(column, words or stored, look, False, bool(words), link)

    def _kept(
        self, column: int, words: str, look: CellLook, figure: bool, shown: bool, link: str | None
    ) -> Entry | None:
        words = words.strip() if figure else words.rstrip()
        if not words.strip():
            return None
        self._allowance.take(len(words))
        self._counts["cells"] += 1
        if self._counts["cells"] > MOST_CELLS:
            raise LimitExceeded(f"the workbook has more than {MOST_CELLS:,} cells with something in them: split it")
        return Entry(column, words, look, figure, shown, link=link)

    def _look(self, key: str | None) -> CellLook:
        found = self._looks.get(key)
        if found is None:
            at, looks = count(key), self._book.looks
            found = self._looks[key] = looks[at] if at < len(looks) else looks[0]
        return found

    def _string(self, key: str) -> str:
        at = count(key.strip())
        if at >= len(self._book.strings) or not key.strip().isdecimal():
            raise IngestError(
                f"row {self._row + 1} of the sheet {self._name!r} names words that are missing in the file: "
                f"{self._book.package.kind.resave}"
            )
        return self._book.strings[at]

    def _formula(self, formula: etree._Element) -> str | None:
        """Where a formula leads, if it makes a link; shared ones are kept for the cells that share them."""
        words = formula.text or ""
        if formula.get("t") == "shared" and words:
            self._shared[formula.get("si", "")] = words
        link = _HYPERLINK.match(words)
        return None if link is None else self._book.leads_to(link[1])

    def _unworked(self, formula: etree._Element | None) -> str:
        """A formula without a value, as it is written."""
        if formula is None:
            return ""
        words = formula.text or ""
        if not words:
            words = self._shared.get(formula.get("si", ""), "")
            self._counts["shared"] += bool(words)
        self._counts["formulas"] += bool(words)
        return one_line(f"={unescaped(words)}") if words else ""


def _number(stored: str) -> Decimal | None:
    """A stored number with the fifteen digits that Excel keeps; whole numbers with all of theirs."""
    stored = stored.strip()
    if _WHOLE.fullmatch(stored):
        return Decimal(stored)
    try:
        number = Decimal(f"{float(stored[:60]):.15g}")
    except (ValueError, InvalidOperation):
        return None
    return number if number.is_finite() else None


def _day_number(stored: str, from_1904: bool) -> Decimal | None:
    """A day written as ISO 8601 as the number it would otherwise be stored as."""
    try:
        moment = datetime.fromisoformat(stored.strip()).replace(tzinfo=None)
    except ValueError:
        try:
            clock = time.fromisoformat(stored.strip().removeprefix("T"))
        except ValueError:
            return None
        return Decimal(clock.hour * 3600 + clock.minute * 60 + clock.second) / 86_400
    days = (moment.date() - (date(1904, 1, 1) if from_1904 else date(1899, 12, 30))).days
    days -= not from_1904 and days < 61  # the 29th of February 1900
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return days + Decimal(seconds * 1_000_000 + moment.microsecond) / 86_400_000_000


def column_number(letters: str) -> int:
    """A is 0, XFD is 16383; -1 for what is no column."""
    if not re.fullmatch(r"[A-Za-z]{1,3}", letters):
        return -1
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_name(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def place(reference: str) -> tuple[int, int] | None:
    """(row, column) of a reference such as `$B$3`."""
    found = _REFERENCE.fullmatch(reference)
    return None if found is None else (int(found[2]) - 1, column_number(found[1]))


def area(reference: str) -> Area | None:
    """The rectangle of a reference such as `A1:C4`; None for what is none inside a sheet."""
    first, _, last = reference.partition(":")
    one, other = place(first), place(last or first)
    if one is None or other is None:
        return None
    found = Area(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))
    inside = 0 <= found.top <= found.bottom < MOST_ROWS and 0 <= found.left <= found.right < MOST_COLUMNS
    return found if inside else None


def _areas(elements: Iterator[etree._Element], name: str) -> Iterator[Area]:
    for i, element in enumerate(elements):
        if i == _MOST_RANGES:
            raise LimitExceeded(f"the sheet {name!r} has more than {_MOST_RANGES:,} merged cells: split it")
        if (found := area(element.get("ref", ""))) is not None:
            yield found


def _hidden_columns(root: etree._Element) -> bytearray:
    hidden = bytearray()
    for element in root.iterfind(f"{S}cols/{S}col"):
        if element.get("hidden") in _ON or decimal(element.get("width")) == 0:
            hidden = hidden or bytearray(MOST_COLUMNS)
            first, last = count(element.get("min")) - 1, min(count(element.get("max")), MOST_COLUMNS)
            if 0 <= first < last:
                hidden[first:last] = b"\x01" * (last - first)
    return hidden
