"""A web page -> ParsedDocument."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from lxml import etree

from docs_ingest.errors import IngestError
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.drafts import Draft, Tie, joined
from docs_ingest.readers.html.blocks import Gathering
from docs_ingest.readers.html.contents import without_contents
from docs_ingest.readers.html.frame import Page
from docs_ingest.readers.html.source import count_letters, decoded, source_letters
from docs_ingest.readers.html.style import Rules, linked_sheets, sheets_of
from docs_ingest.readers.html.survey import surveyed
from docs_ingest.readers.html.walk import Walk

_KEPT = 0.99  # of the letters must arrive
_SLACK = 20  # letters by which the rough count of the source may be wrong
_WAY = "save it from a browser as plain text or PDF and send that"
_MANY_HIDDEN = 0.2  # of the letters: a person should know
_SIZED = 0.6  # of the text that has a size in points
_LONGEST_HREF = 2_048  # characters, as browsers and servers agree on
_NO_PLACE = re.compile(r"(?:javascript|vbscript|data|about|blob):", re.IGNORECASE)
_IGNORED = re.compile(r"[\x00-\x20]+")  # what browsers leave out of the beginning of an address

_END_OF_PAGE = re.compile(r"</(?:html|body)\s{0,20}>", re.IGNORECASE)  # libxml2 loses what follows, browsers show it

PARSER = f"lxml-{'.'.join(str(n) for n in etree.LXML_VERSION[:3])}"


def read_html(data: bytes, max_characters: int) -> ParsedDocument:
    """Blocks of a web page. A page without text has no blocks.

    Raises IngestError when it cannot be decoded or more than one letter in a
    hundred would be lost, LimitExceeded past `max_characters`.
    """
    source = decoded(data)
    root = tree_of(source)
    walk = Walk(max_characters)
    rules = Rules((), whole=True)
    if root is not None:
        rules = Rules(sheets_of(root), whole=not linked_sheets(root))
        walk.read(Page(root, surveyed(root, framed=True), rules, on_site=True, name_of=str, tie_of=_tie))
    check_source(source_letters(source), walk.gathering.letters)
    check_blocks(walk.gathering)
    drafts = with_sizes(without_contents(walk.gathering.drafts))
    text, blocks, links = joined(drafts)
    title = None if root is None else _title(root, drafts)
    return ParsedDocument(
        "html", PARSER, text, blocks, title=title, notes=facts(drafts, counted=rules.counted), links=links
    )


def tree_of(source: str) -> etree._Element | None:
    """The page as browsers would take it, however broken; None where nothing is in it."""
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = etree.fromstring(_END_OF_PAGE.sub(" ", source).encode(), parser)
    except etree.XMLSyntaxError:
        return None  # nothing in it but comments; the count of letters says whether that is so
    return root if isinstance(root, etree._Element) else None


def check_source(expected: int, found: int, *, name: str = "HTML", way: str = _WAY) -> None:
    """Raise IngestError where letters of a source are not in its tree.

    `name` and `way` are for the message: what was read, and what else its sender
    can do.
    """
    if found < expected * _KEPT - _SLACK or (found == 0 and expected > 0):
        _refuse(expected - found, expected, name, way)


def check_blocks(gathering: Gathering, *, name: str = "HTML", way: str = _WAY) -> None:
    """Raise IngestError where letters of the tree did not become blocks."""
    kept = sum(count_letters(draft.words) for draft in gathering.drafts) - gathering.drawn
    if kept < gathering.letters_to_keep * _KEPT:
        _refuse(gathering.letters_to_keep - kept, gathering.letters_to_keep, name, way)


def _refuse(lost: int, of: int, name: str, way: str) -> None:
    raise IngestError(f"parts of this {name} could not be read ({lost:,} of {of:,} letters): {way}")


def outside(href: str) -> Tie | None:
    """A link to another file or site; None for what leads to no place: scripts, data, addresses without end."""
    if not href or len(href) > _LONGEST_HREF or _NO_PLACE.match(_IGNORED.sub("", href[:80])):
        return None
    return Tie(0, 0, href=href)


def _tie(href: str) -> Tie | None:
    href = href.strip()
    if href.startswith("#"):
        return Tie(0, 0, name=unquote(href[1:]))
    return outside(href)


def with_sizes(drafts: Sequence[Draft]) -> list[Draft]:
    """The blocks, their sizes only where the page gives most of its text one: else there is nothing to compare with."""
    text = [draft for draft in drafts if draft.kind.citable]
    sized = sum(len(draft.words) for draft in text if draft.size is not None)
    if sized >= sum(len(draft.words) for draft in text) * _SIZED:
        return list(drafts)
    return [draft if draft.size is None else replace(draft, size=None) for draft in drafts]


def first_heading(drafts: Sequence[Draft]) -> str | None:
    return next((d.words for d in drafts if d.kind is BlockKind.HEADING and d.level == 1), None)


def _title(root: etree._Element, drafts: Sequence[Draft]) -> str | None:
    """The first h1; without one, what the page calls itself."""
    if (first := first_heading(drafts)) is not None:
        return first
    for element in root.iter("title"):
        parent = element.getparent()
        if parent is not None and parent.tag != "svg" and (words := " ".join((element.text or "").split())):
            return words
    return None


def facts(drafts: Sequence[Draft], *, counted: bool) -> tuple[str, ...]:
    """What a person should know about how pages were read. `counted`: their style sheets draw numbers."""
    whole = sum(count_letters(d.words) for d in drafts)
    hidden = sum(count_letters(d.words) for d in drafts if d.kind is BlockKind.HIDDEN)
    found: list[str] = []
    if hidden > whole * _MANY_HIDDEN:
        found.append(f"{hidden:,} of {whole:,} letters are hidden by the page and cannot be cited")
    if counted:
        found.append("numbers that only the style sheet draws (CSS counters) are not part of the text")
    return tuple(found)
