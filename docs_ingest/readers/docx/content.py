"""Where the words of a Word part are: paragraphs, tables and bookmarks in order, through whatever wraps them.

Nothing here calls itself: files may nest elements as deep as the parser allows.
"""

from collections.abc import Iterator

from lxml import etree

from docs_ingest.readers.docx.numbering import W
from docs_ingest.readers.docx.styles import switch
from docs_ingest.readers.office.math import M

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
V = "{urn:schemas-microsoft-com:vml}"
PARAGRAPH, TABLE, ROW, CELL = f"{W}p", f"{W}tbl", f"{W}tr", f"{W}tc"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
BOOKMARK = f"{W}bookmarkStart"
PAGE_BREAK = f"{W}lastRenderedPageBreak"  # where pages ended when Word last laid the text out
DROPPED = frozenset(
    f"{W}{name}"
    for name in (
        *("del", "moveFrom", "delText", "delInstrText", "rPr", "pPr", "sdtPr", "sdtEndPr", "sectPr"),
        *("tblPr", "tblGrid", "trPr", "tcPr", "tblPrEx", "rt", "fldData", "smartTagPr", "docPartPr", "background"),
    )
)
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def content(root: etree._Element, *, into_tables: bool = False) -> Iterator[etree._Element]:
    """Paragraphs, tables and bookmarks between them under an element, in order."""
    stack = [iter(root)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag in DROPPED:
            continue
        elif child.tag in (PARAGRAPH, BOOKMARK) or (child.tag == TABLE and not into_tables):
            yield child
        elif child.tag == f"{MC}AlternateContent":
            if (chosen := alternative(child)) is not None:
                stack.append(iter(chosen))
        else:
            stack.append(iter(child))


def within(root: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """Elements of these tags under an element, not through each other, inner tables or paragraphs."""
    stack = [iter(root)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag in tags:
            yield child
        elif child.tag not in DROPPED and child.tag not in (TABLE, PARAGRAPH):
            stack.append(iter(child))


def alternative(element: etree._Element) -> etree._Element | None:
    """The one version to read of content stored in several: the first that holds text."""
    versions = [v for v in element if v.tag in (f"{MC}Choice", f"{MC}Fallback")]
    return next((v for v in versions if _holds_text(v)), None)


def _holds_text(element: etree._Element) -> bool:
    return next(element.iter(f"{W}t", f"{W}sym", f"{M}t", f"{V}textpath", DIAGRAM), None) is not None


def words_of(element: etree._Element) -> str:
    """The words of one text element, each break and tab in it a space."""
    text = element.text or ""
    if element.get(_SPACE) != "preserve":
        text = text.strip(" \t\r\n")
    return text.replace("\r", " ").replace("\n", " ").replace("\t", " ")


def is_placeholder(element: etree._Element) -> bool:
    """Whether an element stands in a content control that still shows its prompt (“Click here to enter text”)."""
    return any(_shows_prompt(control) for control in element.iterancestors(f"{W}sdt"))


def _shows_prompt(control: etree._Element) -> bool:
    properties = control.find(f"{W}sdtPr")
    return properties is not None and bool(switch(properties, "showingPlcHdr", False))


def marked(element: etree._Element, properties: str, name: str) -> bool:
    """Whether the properties of an element switch something on."""
    found = element.find(f"{W}{properties}")
    return found is not None and bool(switch(found, name, False))


def deleted(element: etree._Element, properties: str) -> bool:
    """Whether a row or a cell is marked as deleted."""
    found = element.find(f"{W}{properties}")
    return found is not None and (found.find(f"{W}del") is not None or found.find(f"{W}cellDel") is not None)


def mark_is_gone(paragraph: etree._Element) -> bool:
    """Whether the mark at a paragraph's end was deleted or moved away: the next paragraph goes on with it."""
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    return mark is not None and (mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None)


def mark_is_hidden(paragraph: etree._Element) -> bool:
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    # A style separator hides its mark as well (specVanish); its paragraph is shown and numbered.
    return mark is not None and bool(switch(mark, "vanish", False)) and mark.find(f"{W}specVanish") is None
