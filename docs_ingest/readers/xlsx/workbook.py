"""A workbook without its cells: which sheets there are, their shared words, styles and dates, and named places."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.readers.office.colours import theme_colours
from docs_ingest.readers.office.links import R, inward
from docs_ingest.readers.package import Package
from docs_ingest.readers.xlsx.styles import CellLook, S, cell_looks

_CHUNK = 1 << 18  # bytes given to the XML parser at once
_ON = ("1", "true", "on")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_READ_ASIDE = frozenset({f"{S}rPh", f"{S}phoneticPr", f"{S}rPr"})  # how words are pronounced and look
_TITLE_ROWS = re.compile(r"\$(\d{1,7}):\$(\d{1,7})")
_SHEET_OF = re.compile(r"(?:'((?:[^']|'')+)'|([^'!(),]+))!")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet as the workbook names it."""

    name: str
    kind: str  # worksheet, chartsheet, dialogsheet, xlMacrosheet
    path: str
    hidden: bool
    title_rows: int  # repeated at the top of each printed page: rows from the first to this one; 0 for none


@dataclass(slots=True)
class Allowance:
    """How many characters may still be read from cells."""

    most: int
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.most

    def take(self, characters: int) -> None:
        """Raises LimitExceeded when there are not so many left."""
        self.left -= characters
        if self.left < 0:
            raise LimitExceeded(
                f"the file holds more than the {self.most:,} characters allowed: "
                "split it, or raise CITEPATH_MAX_CHARACTERS"
            )


@dataclass(frozen=True, slots=True)
class Workbook:
    package: Package
    sheets: tuple[SheetPart, ...]
    strings: tuple[str, ...]
    looks: tuple[CellLook, ...]
    from_1904: bool
    names: dict[str, str]  # defined name, in small letters -> name of the sheet it leads to
    people: dict[str, str]  # id -> name of those who comment

    def leads_to(self, link: str) -> str:
        """A link as drafts tie it: as written, or the name of the place that a sheet has in drafts."""
        if not link.startswith("#"):
            return link
        return place_name(sheet_of(link[1:]) or self.names.get(link[1:].lower(), ""))


def place_name(sheet: str) -> str:
    """By which name links find a sheet; Excel does not tell small letters from capitals."""
    return f"#{sheet.casefold()}"


def read_workbook(package: Package, max_characters: int) -> Workbook:
    """Raises IngestError where a part is missing or damaged, LimitExceeded where its words are too many."""
    main = package.main_part("xl/workbook.xml", "xl/")
    root = package.xml(main)
    properties = root.find(f"{S}workbookPr")
    styles = package.part_of(main, "styles")
    theme = package.part_of(main, "theme")
    strings = package.parts_of(main, "sharedStrings")
    return Workbook(
        package,
        _sheets(package, main, root),
        tuple(_strings(package, strings[0], Allowance(max_characters))) if strings else (),
        tuple(cell_looks(styles, theme_colours(theme))),
        properties is not None and properties.get("date1904") in _ON,
        _names(root),
        _people(package, main),
    )


def _sheets(package: Package, main: str, root: etree._Element) -> tuple[SheetPart, ...]:
    parts = inward(package, main)
    titles = _title_rows(root)
    found = []
    for i, element in enumerate(root.iterfind(f"{S}sheets/{S}sheet")):
        name = one_line(element.get("name", ""))
        kind, path = parts.get(element.get(f"{R}id", ""), ("", ""))
        if not path:
            raise IngestError(f"the sheet {name!r} is missing in this {package.kind.name}: {package.kind.resave}")
        hidden = element.get("state", "visible") != "visible"
        found.append(SheetPart(name, kind, path, hidden, titles.get(str(i), 0)))
    return tuple(found)


def _title_rows(root: etree._Element) -> dict[str, int]:
    """Position of a sheet -> how many rows at its top are repeated on each page."""
    found = {}
    for element in root.iterfind(f"{S}definedNames/{S}definedName"):
        if element.get("name") == "_xlnm.Print_Titles" and (rows := _TITLE_ROWS.search(element.text or "")):
            found[element.get("localSheetId", "")] = int(rows[2])
    return found


def _names(root: etree._Element) -> dict[str, str]:
    found = {}
    for element in root.iterfind(f"{S}definedNames/{S}definedName"):
        sheet = sheet_of(element.text or "")
        if sheet:
            found[element.get("name", "").lower()] = sheet
    return found


def sheet_of(place: str) -> str:
    """The sheet that a place such as `'Limits 2024'!B3` is on; "" where it names none."""
    found = _SHEET_OF.match(place[:300])
    return "" if found is None else (found[1] or found[2] or "").replace("''", "'")


def _people(package: Package, main: str) -> dict[str, str]:
    paths = package.parts_of(main, "person")
    people = (e for path in paths for e in package.xml(path).iter("{*}person"))
    return {person.get("id", ""): one_line(person.get("displayName", "")) for person in people}


def _strings(package: Package, path: str, allowance: Allowance) -> list[str]:
    strings: list[str] = []

    def keep(element: etree._Element) -> None:
        words = words_of(element)
        allowance.take(len(words))
        strings.append(words)

    streamed(package, path, f"{S}si", keep)
    return strings


def words_of(element: etree._Element) -> str:
    """The words of a text with runs, without how they are pronounced."""
    if len(element) == 1 and element[0].tag == f"{S}t":
        return one_line(unescaped(element[0].text or ""))
    found: list[str] = []
    stack = [iter(element)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == f"{S}t":
            found.append(unescaped(child.text or ""))
        elif child.tag not in _READ_ASIDE:
            stack.append(iter(child))
    return one_line("".join(found))


def unescaped(words: str) -> str:
    """`_x000D_` and its like as the characters they stand for (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPE.sub(_character, words) if "_x" in words else words


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)


def one_line(words: str) -> str:
    """Words with line breaks and tabs as single spaces."""
    return words if words.isprintable() else _BREAKS.sub(" ", words)


def streamed(package: Package, path: str, tag: str, each: Callable[[etree._Element], None]) -> etree._Element:
    """Hand over each element of a tag as it is read, then forget it; the rest of the part comes back.

    A sheet of a million rows as one tree takes gigabytes.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=tag,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    data = memoryview(package.read(path))
    try:
        for at in range(0, len(data), _CHUNK):
            parser.feed(bytes(data[at : at + _CHUNK]))
            for event, element in cast(Iterator[tuple[str, etree._Element]], parser.read_events()):
                _refuse_entities(package, path, element)
                if event == "end":
                    each(element)
                    _forget(element)
        root = parser.close()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise IngestError(f"{path} of this {package.kind.name} cannot be read: {package.kind.resave}") from error
    _refuse_entities(package, path, root)
    return root


def _forget(element: etree._Element) -> None:
    element.clear()
    before, parent = element.getprevious(), element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)  # the parser may still hold on to the last one


def _refuse_entities(package: Package, path: str, element: etree._Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise IngestError(
            f"{path} of this {package.kind.name} declares entities, which no program that writes such files does: "
            f"{package.kind.resave}"
        )
