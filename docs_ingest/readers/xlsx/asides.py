"""What stands on a sheet and in no cell: remarks on cells, text boxes, charts, page headers, and links of cells."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from docs_ingest.readers.office.links import R, inward, outward
from docs_ingest.readers.package import Package
from docs_ingest.readers.xlsx.grid import Grid, Place
from docs_ingest.readers.xlsx.heads import Hints, MarkedTable
from docs_ingest.readers.xlsx.sheet import Area, StoredSheet, area, column_name, place
from docs_ingest.readers.xlsx.styles import S, count
from docs_ingest.readers.xlsx.workbook import SheetPart, Workbook, one_line, unescaped, words_of

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_DRAWN = ("chart", "chartEx", "diagramData")
_STANDS_IN = "[Threaded comment]"  # how Excel begins the remark that older programs show in place of a conversation
_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[LCRPNDTFAGZSXYBIUEOH])', re.IGNORECASE)
_BETWEEN = " /|-–—,，:："  # what stood before or after a page number
_KEPT_APART = "\x00"  # for an ampersand that is printed


def remarks(book: Workbook, sheet: SheetPart) -> dict[Place, list[str]]:
    """What was remarked on cells, conversations with who said it; each begins with the cell's name."""
    found: dict[Place, list[str]] = {}
    parts = inward(book.package, sheet.path).values()
    for path in (path for kind, path in parts if kind == "threadedComment"):
        for element in book.package.xml(path).iter("{*}threadedComment"):
            said = one_line(element.findtext("{*}text") or "").strip()
            _remark(found, element.get("ref", ""), said, book.people.get(element.get("personId", ""), ""))
    for path in (path for kind, path in parts if kind == "comments"):
        for element in book.package.xml(path).iterfind(f"{S}commentList/{S}comment"):
            text = element.find(f"{S}text")
            words = "" if text is None else words_of(text).strip()
            at = place(element.get("ref", ""))
            if not (at in found and words.startswith(_STANDS_IN)):
                _remark(found, element.get("ref", ""), words, "")
    return found


def _remark(found: dict[Place, list[str]], reference: str, words: str, who: str) -> None:
    at = place(reference)
    if at is None or not words:
        return
    said = f"{who}: {words}" if who else words
    found.setdefault(at, []).append(f"[{column_name(at[1])}{at[0] + 1}] {said}")


def cell_links(book: Workbook, sheet: SheetPart, root: etree._Element) -> dict[Place, str]:
    """Where cells lead: a place outside, or "#" and the name of a sheet."""
    targets = outward(book.package, sheet.path)
    found: dict[Place, str] = {}
    for element in root.iterfind(f"{S}hyperlinks/{S}hyperlink"):
        at = place(element.get("ref", "").partition(":")[0])
        href, location = targets.get(element.get(f"{R}id", "")), element.get("location", "")
        if at is None:
            continue
        if href is not None:
            found[at] = book.leads_to(f"{href}#{location}" if location else href)
        elif location:
            found[at] = book.leads_to(f"#{location}")
    return found


def hints(book: Workbook, sheet: SheetPart, stored: StoredSheet, grid: Grid) -> Hints:
    """What the sheet and its parts say of tables, in rows and columns of the grid."""
    tables = [MarkedTable(grid.area(at), heads) for at, heads in marked_tables(book.package, sheet.path)]
    filtered = None if stored.filtered is None else grid.area(stored.filtered)
    kept = max(stored.frozen, sheet.title_rows)
    return Hints(tuple(tables), filtered, grid.row(kept))


def marked_tables(package: Package, path: str) -> Iterator[tuple[Area, int]]:
    """(area as stored, rows of heads) of the tables that a sheet names."""
    for kind, part in inward(package, path).values():
        if kind == "table":
            root = package.xml(part)
            if (found := area(root.get("ref", ""))) is not None:
                yield found, count(root.get("headerRowCount", "1"))


def painted(package: Package, path: str, root: etree._Element) -> list[Area]:
    """Areas whose ground may have another colour than cell styles say."""
    found = [at for at, _ in marked_tables(package, path)]
    for element in root.iterfind(f"{S}conditionalFormatting"):
        found += filter(None, map(area, element.get("sqref", "").split()[:8]))
    return found


def drawn_words(package: Package, path: str) -> tuple[list[str], list[str], Mapping[str, int]]:
    """Words of text boxes and charts that a sheet shows, of those it hides, and how many pictures and charts it has."""
    seen: list[str] = []
    hidden: list[str] = []
    counts = {"pictures": 0, "charts": 0}
    for kind, drawing in inward(package, path).values():
        if kind != "drawing":
            continue
        for anchor in package.xml(drawing):
            unseen = any(e.get("hidden") in ("1", "true") for e in anchor.iter(f"{_XDR}cNvPr"))
            (hidden if unseen else seen).extend(_paragraphs(anchor))
            counts["pictures"] += sum(1 for _ in anchor.iter(f"{_XDR}pic"))
        for part_kind, part in inward(package, drawing).values():
            if part_kind in _DRAWN:
                seen += _paragraphs(package.xml(part))
                counts["charts"] += part_kind != "diagramData"
    return seen, hidden, counts


def _paragraphs(root: etree._Element) -> Iterator[str]:
    """The paragraphs of a drawing; of content stored in several versions the first that has words."""
    stack = [iter((root,))]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == f"{_A}p":
            words = "".join(e.text or "" if e.tag == f"{_A}t" else " " for e in child.iter(f"{_A}t", f"{_A}br"))
            if line := one_line(words).strip():
                yield line
        elif child.tag == f"{_MC}AlternateContent":
            chosen = next((v for v in child if next(v.iter(f"{_A}t"), None) is not None), None)
            if chosen is not None:
                stack.append(iter(chosen))
        else:
            stack.append(iter(child))


def page_words(root: etree._Element) -> list[str]:
    """What is printed above and below each page, without page numbers and the look of letters."""
    found: dict[str, None] = {}
    for element in root.iterfind(f"{S}headerFooter/*"):
        words = unescaped(element.text or "").replace("&&", _KEPT_APART)
        words = one_line(_CODE.sub(" ", words).replace(_KEPT_APART, "&"))
        if any(c.isalpha() for c in words):
            found[" ".join(words.split()).strip(_BETWEEN)] = None
    return list(found)
