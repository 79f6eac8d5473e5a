"""What the elements of a page are to a reader: text, frame of the page, hidden; and what they pass on inside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from docs_ingest.readers.drafts import Tie
from docs_ingest.readers.html.look import Look
from docs_ingest.readers.html.style import Rules, classes_of, hides, known_unseen
from docs_ingest.readers.html.survey import Survey

DROPPED = frozenset({"script", "style", "template", "noscript", "title", "iframe", "noembed", "noframes"})
_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main menu nav ol optgroup option p
    plaintext pre search section select summary table tbody td textarea tfoot th thead tr ul xmp
"""
BLOCKS = frozenset(_BLOCK_NAMES.split())
HEADINGS = {f"h{n}": n for n in range(1, 7)}
LISTS = frozenset({"ul", "ol", "menu", "dir"})
CELLS = frozenset({"td", "th"})
TABLE_PARTS = frozenset({"thead", "tbody", "tfoot"})
PRE = frozenset({"pre", "listing", "xmp", "plaintext"})
CONTENT = frozenset({"main", "article", "section"})

_READINGS = frozenset({"rt", "rp"})  # pronunciation above the characters, which are the text
_UNDRAWN = frozenset({"annotation", "annotation-xml", "desc", "metadata"})  # in formulas and drawings
_FURNITURE_NAMES = "nav button select textarea datalist option optgroup object audio video canvas"
_FURNITURE = frozenset(_FURNITURE_NAMES.split())
_FURNITURE_ROLES = frozenset({"navigation", "search", "menu", "menubar", "pagebreak", "doc-pagebreak"})
_SITE = frozenset({"footer", "aside"})  # frames of a page on a site; in a book they are what its author put there
_SITE_ROLES = frozenset({"banner", "contentinfo", "complementary"})
_NOTE_CLASSES = frozenset({"footnote", "footnotes", "footnote-list"})
_FOOTNOTES = frozenset({"footnote", "footnotes", "doc-footnote"})
_ENDNOTES = frozenset({"endnote", "endnotes", "rearnote", "rearnotes", "doc-endnote", "doc-endnotes"})
_SINGLE_NOTES = frozenset({"footnote", "doc-footnote", "endnote", "doc-endnote", "rearnote"})
_TYPE = "{http://www.idpf.org/2007/ops}type"


class Place(StrEnum):
    """Where text goes: the page's own words, its frame, or what it does not show."""

    TEXT = "text"
    FURNITURE = "furniture"
    HIDDEN = "hidden"
    NOWHERE = "nowhere"


class Note(StrEnum):
    FOOT = "foot"  # stands with the text it belongs to
    END = "end"  # stands with the other notes


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it is walked through."""

    root: etree._Element
    survey: Survey
    rules: Rules
    on_site: bool  # with the bars of a site around it; the pages of a book have none
    name_of: Callable[[str], str]  # id in this page -> name among all pages that are read
    tie_of: Callable[[str], Tie | None]  # href -> where it leads; None for what is no link


@dataclass(frozen=True, slots=True)
class Frame:
    """What an element passes on to all that is in it."""

    place: Place = Place.TEXT
    look: Look = Look()  # noqa: RUF009 # frozen
    heading: int | None = None
    depth: int = 0  # of lists
    group: int | None = None
    item: int | None = None  # the innermost list item, counted through the pages
    note: Note | None = None
    content: bool = False  # inside main, article or section
    link: int | None = None  # the innermost link, counted through the pages
    term: bool = False  # inside the <dt> of a list of definitions
    meaning: bool = False  # inside its <dd>

    @property
    def goes(self) -> Place:
        """Where text straight inside the element goes."""
        return Place.HIDDEN if self.look.unseen and self.place is not Place.NOWHERE else self.place


def place_of(page: Page, element: etree._Element, frame: Frame, style: Mapping[str, str]) -> Place:
    """Where an element takes all that is in it; `frame` is that of its parent."""
    tag = element.tag
    if frame.place in (Place.NOWHERE, Place.HIDDEN):
        return frame.place
    if tag in _READINGS and _in_ruby(element):
        return Place.NOWHERE
    # Pages hide their whole body until a script has run; nobody ever sees such a page empty.
    if tag not in ("html", "body") and _is_hidden(element, style):
        return Place.HIDDEN
    if tag == "h1" and page.survey.lift_h1:
        return Place.TEXT
    if element in page.survey.furniture or _is_furniture(page, element, frame):
        return Place.FURNITURE
    return frame.place


def note_of(element: etree._Element, otherwise: Note | None) -> Note | None:
    """Which kind of note an element is or is in."""
    types = types_of(element)
    if not _FOOTNOTES.isdisjoint(types) or not _NOTE_CLASSES.isdisjoint(classes_of(element)):
        return Note.FOOT
    return otherwise if _ENDNOTES.isdisjoint(types) else Note.END


def is_one_note(element: etree._Element, around: Note | None) -> bool:
    """Whether an element is one whole note, or an item of a list of them."""
    if element.tag in ("li", "dd") and around is not None:
        return True
    named = "footnote" in classes_of(element) and element.tag != "dl"
    return named or not _SINGLE_NOTES.isdisjoint(types_of(element))


def types_of(element: etree._Element) -> list[str]:
    """What an element says it is to readers: its role and, in books, its type."""
    if not element.attrib:
        return []
    return f"{element.get('role', '')} {element.get('epub:type', '')} {element.get(_TYPE, '')}".lower().split()


def _is_furniture(page: Page, element: etree._Element, frame: Frame) -> bool:
    tag = element.tag
    types = types_of(element)
    if tag in _FURNITURE or not _FURNITURE_ROLES.isdisjoint(types):
        return True
    header = tag == "header" and not frame.content
    if page.on_site and (header or tag in _SITE or not _SITE_ROLES.isdisjoint(types)):
        return frame.note is None and note_of(element, None) is None
    return False


def _is_hidden(element: etree._Element, style: Mapping[str, str]) -> bool:
    if element.get("hidden", "until-found").strip().lower() != "until-found":
        return True
    if element.get("aria-hidden", "").strip().lower() == "true" or element.tag in _UNDRAWN:
        return True
    if element.tag == "dialog" and "open" not in element.attrib:
        return True
    return hides(style) or known_unseen(element, style)


def _in_ruby(element: etree._Element) -> bool:
    """Whether a reading stands where readings do: a stray, unclosed one would take the rest of the page with it."""
    parent = element.getparent()
    return parent is not None and parent.tag in ("ruby", "rtc", "rb", "rt")
