"""A Word document -> ParsedDocument."""

import re
from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from docs_ingest.errors import NeedsOcr
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.docx.facts import facts, holds_pictures
from docs_ingest.readers.docx.hidden import Ground, is_colour_shown, page_of
from docs_ingest.readers.docx.notes import KINDS, Notes
from docs_ingest.readers.docx.numbering import Numbering, W
from docs_ingest.readers.docx.paragraphs import Source
from docs_ingest.readers.docx.story import Story
from docs_ingest.readers.docx.styles import Styles
from docs_ingest.readers.drafts import Draft, Drafts, joined
from docs_ingest.readers.office.colours import theme_colours
from docs_ingest.readers.office.diagrams import diagram_points
from docs_ingest.readers.office.links import inward, outward
from docs_ingest.readers.package import Kind, Package

_KIND = Kind("Word document", "an old .doc", ".docx", "Word")
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_NO_TITLE = re.compile(r"(?:microsoft word|untitled|document\d*$|文档\d*$|无标题)|\.docx?$", re.IGNORECASE)


def read_docx(data: bytes, max_characters: int, max_unpacked_bytes: int) -> ParsedDocument:
    """Blocks of a Word document, a template or one with macros.

    Raises IngestError when the file is damaged, protected or no Word document,
    NeedsOcr when it holds pictures and no text, LimitExceeded when it unpacks to
    more than `max_unpacked_bytes` or holds more than `max_characters`. A document
    without text has no blocks.
    """
    package = Package(data, max_unpacked_bytes, _KIND)
    main = _Main(package, package.main_part("word/document.xml", "word/"))
    drafts = main.read(max_characters)
    if not drafts and (collections := package.parts_of(main.path, "glossaryDocument")):
        main = _Main(package, collections[0])  # building blocks and nothing else: they are what a person sees
        drafts = main.read(max_characters)
    drafts = [*_settled(drafts), *main.page_furniture(max_characters)]
    if not any(draft.kind.citable for draft in drafts) and holds_pictures(main.document):
        raise NeedsOcr(
            "the document holds pictures without text: "
            "print it to PDF, run text recognition (OCR) on that and send the result"
        )
    text, blocks, links = joined(drafts)
    return ParsedDocument(
        format="docx",
        parser=f"lxml-{'.'.join(str(n) for n in etree.LXML_VERSION[:3])}",
        text=text,
        blocks=blocks,
        title=_title(package, drafts),
        notes=facts(package, main.path, [main.document, *main.notes.texts], drafts, main.source.unknown),
        links=links,
    )


class _Main:
    """The part that holds the main text, with what other parts of the package say of it."""

    def __init__(self, package: Package, path: str) -> None:
        self.path = path
        self.document = package.xml(path)
        self._package = package
        self._inward = inward(package, path)
        settings = package.part_of(path, "settings")
        theme = theme_colours(package.part_of(path, "theme"))
        page = page_of(self.document, theme, is_colour_shown(settings))
        styles = Styles(package.part_of(path, "styles"))
        self.source = Source(styles, page, outward(package, path), self._diagram)
        self.notes = Notes(
            {kind: package.part_of(path, f"{kind}s") for kind in KINDS},
            {kind: links for kind in KINDS for links in self._links_of(f"{kind}s")},
            settings,
            list(self.document.iter(f"{W}sectPr")),
        )

    def read(self, max_characters: int) -> list[Draft]:
        drafts = Drafts(max_characters)
        numbering = Numbering(self._package.part_of(self.path, "numbering"))
        Story(self.source, numbering, self.notes, drafts).read_body(self.document)
        return drafts.all

    def page_furniture(self, max_characters: int) -> list[Draft]:
        """Headers, then footers, each text once."""
        words: dict[tuple[BlockKind, str], None] = {}
        for kind in ("header", "footer"):
            for path in self._package.parts_of(self.path, kind):
                drafts = Drafts(max_characters)
                story = Story(replace(self.source, links={}), Numbering(None), Notes({}, {}, None, ()), drafts)
                story.read(self._package.xml(path), Ground(self.source.page.colour))
                for draft in drafts.all:
                    hidden = draft.kind is BlockKind.HIDDEN
                    words[BlockKind.HIDDEN if hidden else BlockKind.FURNITURE, draft.words] = None
        return [Draft(kind, one) for kind, one in words]

    def _links_of(self, kind: str) -> list[dict[str, str]]:
        return [outward(self._package, path) for path in self._package.parts_of(self.path, kind)[:1]]

    def _diagram(self, key: str) -> list[tuple[str, int]]:
        found = self._inward.get(key)
        return [] if found is None else diagram_points(self._package.xml(found[1]))


def _settled(drafts: Sequence[Draft]) -> list[Draft]:
    """The title is a heading where there are others; alone it would keep the look of text from being used."""
    if not any(d.kind is BlockKind.HEADING for d in drafts):
        return list(drafts)
    return [replace(d, kind=BlockKind.HEADING, level=1) if d.title else d for d in drafts]


def _title(package: Package, drafts: Sequence[Draft]) -> str | None:
    """The title in the properties, unless a program made it up; else the paragraph styled as title."""
    core = package.core()
    found = None if core is None else core.findtext(_DC_TITLE)
    words = " ".join((found or "").split())
    if words and not _NO_TITLE.search(words):
        return words
    return next((" ".join(d.words.split()) for d in drafts if d.title), None)
