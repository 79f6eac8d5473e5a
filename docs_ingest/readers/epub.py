"""Books in EPUB 2 and 3: their pages in the order of reading, each read as a web page is.

    zip (bounded) -> container.xml -> package document -> spine -> pages (html/walk.py) -> blocks

What the book says beside its pages is used where it can be: titles of the table
of contents make headings of the paragraphs they lead to, footnotes follow the
block that calls them, links between pages lead to places in the text. Numbers of
printed pages are furniture: they stand in the middle of sentences.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.entities import html5
from urllib.parse import unquote

from lxml import etree

from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.drafts import Draft, Tie, joined
from docs_ingest.readers.html.contents import folded, without_contents
from docs_ingest.readers.html.frame import Note, Page, types_of
from docs_ingest.readers.html.reader import (
    PARSER,
    check_blocks,
    check_source,
    facts,
    first_heading,
    outside,
    tree_of,
    with_sizes,
)
from docs_ingest.readers.html.source import decoded, source_letters
from docs_ingest.readers.html.style import Rules, linked_sheets, sheets_of
from docs_ingest.readers.html.survey import surveyed
from docs_ingest.readers.html.walk import NoteSpan, Walk
from docs_ingest.readers.package import Kind, Package

_KIND = Kind("EPUB book", "an old Office file", ".epub")
_WAY = "open it in a program that reads books, save or print it as PDF and send that"
_CONTAINER = "META-INF/container.xml"
_FONT_ALGORITHMS = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
_PICTURES = ("img", "image", "svg", "object", "picture")
_MOST_SHEETS = 30_000_000  # characters of style sheets, each counted as often as pages ask for it anew
_MOST_ENTRIES = 20_000  # of the table of contents
_MOST_NAMED = 5  # missing parts that a note names
_REACH = 3  # blocks after the place an entry of the contents leads to, in which its title may stand
_MANY_PICTURES = 0.25  # of the pages: a person should know
_TITLES = (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM)  # what may be one
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,31});")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def read_epub(data: bytes, max_characters: int, max_unpacked_bytes: int) -> ParsedDocument:
    """Blocks of a book, its pages one after the other.

    Raises IngestError when the file is damaged, protected or no EPUB, NeedsOcr
    when its pages are pictures, LimitExceeded when it unpacks to more than
    `max_unpacked_bytes` or holds more than `max_characters`.
    """
    package = Package(data, max_unpacked_bytes, _KIND)
    _refuse_protected(package)
    book = _book(package)
    reading = _Reading(package, book, Walk(max_characters))
    for path in book.pages:
        reading.read(path)
    walk = reading.walk
    check_blocks(walk.gathering, name=_KIND.name, way=_WAY)
    if not any(draft.kind.citable for draft in walk.gathering.drafts):
        _refuse_unread(book, reading)
    headed = _with_headings(walk.gathering.drafts, book.contents)
    drafts = with_sizes(_with_notes(without_contents(headed), walk.notes))
    text, blocks, links = joined(drafts)
    return ParsedDocument(
        format="epub",
        parser=PARSER,
        text=text,
        blocks=blocks,
        title=book.title or first_heading(drafts),
        notes=(*_facts(book, reading), *facts(drafts, counted=reading.counted)),
        links=links,
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the table of contents."""

    title: str
    level: int  # 1 is the highest
    name: str  # of the place it leads to


@dataclass(frozen=True, slots=True)
class _Book:
    """What the package document says."""

    title: str | None
    pages: tuple[str, ...]  # paths of the pages in the order of reading, what stands outside of it at the end
    pictures: tuple[str, ...]  # pages that are no text at all
    missing: tuple[str, ...]  # pages that are listed and not in the file
    contents: tuple[_Entry, ...]


def _refuse_protected(package: Package) -> None:
    protected = "META-INF/sinf.xml" in package
    if "META-INF/rights.xml" in package:
        rights = package.read("META-INF/rights.xml").lower()
        protected = protected or b"adobe" in rights or b"apple" in rights or b"fairplay" in rights
    if "META-INF/encryption.xml" in package:
        methods = _xml(package, "META-INF/encryption.xml").iter("EncryptionMethod")
        protected = protected or any(method.get("Algorithm", "") not in _FONT_ALGORITHMS for method in methods)
    if protected:
        raise IngestError(
            "this EPUB book is protected against copying (DRM), so its text cannot be read: "
            "ask where it comes from for a copy without protection, or for a PDF"
        )


def _book(package: Package) -> _Book:
    path = _package_path(package)
    root = _xml(package, path)
    items = {item.get("id", ""): item for item in root.iter("item")}
    spine = next(root.iter("spine"), None)
    references = [] if spine is None else [ref for ref in spine if ref.tag == "itemref"]
    references.sort(key=lambda ref: ref.get("linear", "yes").strip().lower() == "no")
    pages: dict[str, None] = {}
    pictures: dict[str, None] = {}
    missing: dict[str, None] = {}
    for reference in references:
        item = items.get(reference.get("idref", ""))
        target = "" if item is None else _resolved(package, path, item.get("href", ""))
        if item is None or target not in package:
            name = reference.get("idref", "") if item is None else item.get("href", "")
            missing[name] = None
        elif item.get("media-type", "").startswith("image/") and not target.lower().endswith(".svg"):
            pictures[target] = None
        else:
            pages[target] = None
    if not pages and not pictures:
        listed = "none of the pages it lists is in the file" if missing else "it lists no pages"
        raise IngestError(f"this EPUB book cannot be read, {listed}: {_KIND.resave}")
    title = next((words for element in root.iter("title") if (words := _words(element))), None)
    contents = tuple(_contents(package, path, list(items.values())))
    return _Book(title, tuple(pages), tuple(pictures), tuple(missing), contents)


def _package_path(package: Package) -> str:
    """Path of the package document, or of the only one there is where the container does not lead to it."""
    if _CONTAINER in package:
        for element in _xml(package, _CONTAINER).iter("rootfile"):
            path = posixpath.normpath(element.get("full-path", ""))
            if path in package:
                return path
    found = [name for name in package.names if name.lower().endswith(".opf")]
    if len(found) != 1:
        raise IngestError(f"this is no EPUB book, the list of its pages is missing: {_KIND.resave}")
    return found[0]


def _resolved(package: Package, base: str, href: str) -> str:
    """The path that a reference in one part leads to; one that climbs out of the package is no part's."""
    bare = href.partition("#")[0].partition("?")[0].strip()
    paths = [posixpath.normpath(posixpath.join(posixpath.dirname(base), one)) for one in (unquote(bare), bare)]
    return next((path for path in paths if path in package), paths[0])


def _contents(package: Package, base: str, items: Sequence[etree._Element]) -> Iterator[_Entry]:
    """The table of contents of EPUB 3 (nav), else that of EPUB 2 (NCX); none where it cannot be read."""
    navs = [item for item in items if "nav" in item.get("properties", "").split()]
    ncxs = [item for item in items if item.get("media-type") == "application/x-dtbncx+xml"]
    for item, entries in (*((one, _nav_entries) for one in navs), *((one, _ncx_entries) for one in ncxs)):
        path = _resolved(package, base, item.get("href", ""))
        if path not in package:
            continue
        try:
            root = _parsed(_source(package.read(path)))
        except etree.XMLSyntaxError:
            continue
        found = [
            _Entry(title, level, _name(package, path, href))
            for title, level, href in entries(root)
            if title and href and not _SCHEME.match(href)
        ]
        if found:
            yield from found[:_MOST_ENTRIES]
            return


def _nav_entries(root: etree._Element) -> Iterator[tuple[str, int, str]]:
    """(title, level, href) of the lines of a navigation document."""
    navs = list(root.iter("nav"))
    chosen = next((nav for nav in navs if {"toc", "doc-toc"} & set(types_of(nav))), navs[0] if navs else None)
    if chosen is None:
        return
    level = 0
    for event, element in etree.iterwalk(chosen, events=("start", "end")):
        if element.tag == "ol":
            level += 1 if event == "start" else -1
        elif element.tag == "a" and event == "start":
            yield _words(element), max(level, 1), element.get("href", "").strip()


def _ncx_entries(root: etree._Element) -> Iterator[tuple[str, int, str]]:
    level = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag != "navPoint":
            continue
        level += 1 if event == "start" else -1
        if event == "start":
            label, content = element.find("navLabel"), element.find("content")
            yield (
                "" if label is None else _words(label),
                level,
                "" if content is None else content.get("src", "").strip(),
            )


def _words(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _name(package: Package, page: str, href: str) -> str:
    """The name of the place that a reference leads to: `path`, or `path#id`."""
    fragment = unquote(href.partition("#")[2])
    path = page if href.startswith("#") else _resolved(package, page, href)
    return f"{path}#{fragment}" if fragment else path


@dataclass(slots=True)
class _Reading:
    """Reads the pages of a book one after the other."""

    package: Package
    book: _Book
    walk: Walk
    counted: bool = False
    bare: int = 0  # pages with pictures and without text
    unread: list[str] = field(default_factory=list)  # parts that are no pages
    _rules: dict[tuple[str, ...], Rules] = field(default_factory=dict)
    _sheets: int = 0  # characters of style sheets read

    def read(self, path: str) -> None:
        source = _source(self.package.read(path))
        if "<" not in source:
            self.unread.append(path)
            return
        gathering = self.walk.gathering
        before = gathering.letters
        root = _page(source)
        if root is not None:
            gathering.name(path)
            self._walk(path, root)
            pictured = next(root.iter(*_PICTURES), None) is not None
            self.bare += pictured and gathering.letters == before
        check_source(source_letters(source), gathering.letters - before, name=f"EPUB book ({path})", way=_WAY)

    def _walk(self, path: str, root: etree._Element) -> None:
        rules = self._rules_of(path, root)
        self.counted = self.counted or rules.counted
        survey = surveyed(root, framed=False)
        self.walk.read(Page(root, survey, rules, on_site=False, name_of=_namer(path), tie_of=self._tier(path)))

    def _rules_of(self, path: str, root: etree._Element) -> Rules:
        linked = [_resolved(self.package, path, href) for href in linked_sheets(root)]
        inside = sheets_of(root)
        key = (*linked, "", *inside)
        if key not in self._rules:
            held = [one for one in linked if one in self.package]
            sheets = [*(self.package.read(one).decode("utf-8", "replace") for one in held), *inside]
            self._sheets += sum(map(len, sheets))
            if self._sheets > _MOST_SHEETS:
                raise LimitExceeded(f"the style sheets of this EPUB book are larger than any book needs: {_WAY}")
            self._rules[key] = Rules(sheets, whole=len(held) == len(linked))
        return self._rules[key]

    def _tier(self, path: str) -> Callable[[str], Tie | None]:
        def tie(href: str) -> Tie | None:
            href = href.strip()
            if _SCHEME.match(href):
                return outside(href)
            return Tie(0, 0, name=_name(self.package, path, href)) if href else None

        return tie


def _page(source: str) -> etree._Element | None:
    """A page; broken ones are read as browsers read broken pages."""
    try:
        return _parsed(source)
    except etree.XMLSyntaxError:
        return tree_of(source)


def _namer(path: str) -> Callable[[str], str]:
    return lambda key: f"{path}#{key}"


def _source(data: bytes) -> str:
    """A part as text: UTF-8 unless that does not fit, whatever is declared."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decoded(data)


def _xml(package: Package, path: str) -> etree._Element:
    """A part that says what is in the book."""
    try:
        return _parsed(_source(package.read(path)))
    except etree.XMLSyntaxError as error:
        raise IngestError(f"{path} of this EPUB book cannot be read: {_KIND.resave}") from error


def _parsed(source: str) -> etree._Element:
    """The elements of a part without their namespaces; no entities but those of HTML, no network, no great depth."""
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(_ENTITY.sub(_character, source).encode(), parser)
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):  # type: ignore[union-attr] # not in the stubs
        raise IngestError(
            f"a part of this EPUB book declares entities, which no program that makes books does: {_KIND.resave}"
        )
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def _character(entity: re.Match[str]) -> str:
    """A named character of HTML by its number; a name that is none stays what it looks like."""
    name = entity[1]
    if name in _OF_XML:
        return entity[0]
    found = html5.get(f"{name};")
    return f"&amp;{name};" if found is None else "".join(f"&#{ord(c)};" for c in found)


def _refuse_unread(book: _Book, reading: _Reading) -> None:
    """Say why there is no text."""
    if reading.bare or book.pictures:
        raise NeedsOcr(
            f"the {len(book.pages) + len(book.pictures):,} pages of this book are pictures without text: "
            "save it as PDF, run text recognition (OCR) on that and send the result"
        )
    if reading.unread:
        raise IngestError(f"what this EPUB book lists as its pages are none ({reading.unread[0]}): {_KIND.resave}")


def _facts(book: _Book, reading: _Reading) -> tuple[str, ...]:
    """What a person should know about how the book was read."""
    found: list[str] = []
    lost = [*book.missing, *reading.unread]
    whole = len(book.pages) + len(book.pictures) + len(book.missing)
    if lost:
        names = ", ".join(one[:80] for one in lost[:_MOST_NAMED]) + (", ..." if len(lost) > _MOST_NAMED else "")
        found.append(f"{len(lost):,} of {whole:,} pages of the book are missing in the file: {names}")
    bare = reading.bare + len(book.pictures)
    if bare > 1 and bare >= whole * _MANY_PICTURES:
        found.append(f"{bare:,} of {whole:,} pages of the book are pictures without text")
    return tuple(found)


def _with_headings(drafts: Sequence[Draft], contents: Sequence[_Entry]) -> list[Draft]:
    """Paragraphs that are titles in the table of contents become headings, at the level of their like."""
    places: dict[str, int] = {}
    for i, draft in enumerate(drafts):
        for name in draft.names:
            places.setdefault(name, i)
    found = [(entry, at) for entry in contents if (at := _titled(drafts, places.get(entry.name), entry)) is not None]
    levels: dict[int, Counter[int]] = {}
    for entry, at in found:
        if drafts[at].kind is BlockKind.HEADING:
            levels.setdefault(entry.level, Counter())[drafts[at].level or 1] += 1
    changed = list(drafts)
    for entry, at in found:
        if drafts[at].kind is not BlockKind.HEADING:
            like = levels.get(entry.level)
            level = min(entry.level, 9) if like is None else like.most_common(1)[0][0]
            changed[at] = replace(drafts[at], kind=BlockKind.HEADING, level=level, group=None)
    return changed


def _titled(drafts: Sequence[Draft], at: int | None, entry: _Entry) -> int | None:
    """The block with the title of an entry, at the place it leads to or just below."""
    wanted = folded(entry.title)
    if at is None or not wanted:
        return None
    near = [i for i in range(at, min(at + 2 * _REACH, len(drafts))) if drafts[i].kind.citable][:_REACH]
    longest = 4 * len(entry.title) + 40  # characters, signs and spaces among them
    titled = (i for i in near if drafts[i].kind in _TITLES and folded(drafts[i].words[:longest]) == wanted)
    return next(titled, None)


def _with_notes(drafts: Sequence[Draft], notes: Sequence[NoteSpan]) -> list[Draft]:
    """Footnotes behind the block that calls them first; behind the table where that is a row."""
    feet = [span for span in notes if span.kind is Note.FOOT]
    inside = {i: span for span in feet for i in range(span.begin, span.end)}
    called = _callers(drafts, inside)
    moved = {id(span) for spans in called.values() for span in spans}
    out: list[Draft] = []
    waiting: list[NoteSpan] = []
    for i, draft in enumerate(drafts):
        span = inside.get(i)
        if span is not None and id(span) in moved:
            continue
        if waiting and not _goes_on(drafts, i):
            out += (drafts[j] for one in waiting for j in range(one.begin, one.end))
            waiting = []
        out.append(draft)
        waiting += called.get(i, ())
    return [*out, *(drafts[j] for one in waiting for j in range(one.begin, one.end))]


def _callers(drafts: Sequence[Draft], inside: Mapping[int, NoteSpan]) -> dict[int, list[NoteSpan]]:
    """The notes that each block is the first to call."""
    by_name: dict[str, NoteSpan] = {}
    for i, span in inside.items():
        for name in drafts[i].names:
            by_name.setdefault(name, span)
    called: dict[int, list[NoteSpan]] = {}
    taken: set[int] = set()
    for i, draft in enumerate(drafts):
        for tie in draft.ties if i not in inside else ():
            note = by_name.get(tie.name or "")
            if note is not None and id(note) not in taken:
                taken.add(id(note))
                called.setdefault(i, []).append(note)
    return called


def _goes_on(drafts: Sequence[Draft], at: int) -> bool:
    """Whether a block is a row of the same table as the one before."""
    before = drafts[at - 1]
    return before.kind is BlockKind.ROW and drafts[at].kind is BlockKind.ROW and before.group == drafts[at].group
