"""A deck -> ParsedDocument."""

import re
from collections.abc import Sequence
from itertools import groupby

from lxml import etree

from docs_ingest.errors import IngestError, NeedsOcr
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.drafts import Draft, Drafts, joined
from docs_ingest.readers.office.colours import A
from docs_ingest.readers.office.facts import hidden_letters, said, unknown_symbols
from docs_ingest.readers.office.links import R, inward
from docs_ingest.readers.package import Kind, Package
from docs_ingest.readers.pptx.masters import Masters, P
from docs_ingest.readers.pptx.slides import Slide, SlideReader

_KIND = Kind("PowerPoint presentation", "an old .ppt", ".pptx", "PowerPoint")
_P14 = "{http://schemas.microsoft.com/office/powerpoint/2010/main}"
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_NO_TITLE = re.compile(
    r"(?:microsoft )?powerpoint(?: presentation| 演示文稿)?|(?:presentation|演示文稿|slide|幻灯片) ?\d*|.*\.pptx?",
    re.IGNORECASE,
)
_ENTRIES = f"{P}sldIdLst/{P}sldId"
_WIDTH, _HEIGHT = 9_144_000.0, 6_858_000.0  # EMU, where the deck does not say


def read_pptx(data: bytes, max_characters: int, max_unpacked_bytes: int) -> ParsedDocument:
    """Blocks of a presentation, each with the number of its slide as `page`.

    Raises IngestError when the file is damaged, protected or no presentation,
    NeedsOcr when its slides hold pictures and no text, LimitExceeded when it
    unpacks to more than `max_unpacked_bytes` or holds more than `max_characters`.
    """
    package = Package(data, max_unpacked_bytes, _KIND)
    main = package.main_part("ppt/presentation.xml", "ppt/")
    deck = package.xml(main)
    slides, sections = _slides(package, main, deck)
    width, height = _size(deck)
    reader = SlideReader(package, Masters(package, deck), width, height, title_level=2 if any(sections) else 1)
    drafts = Drafts(max_characters)
    for section, together in groupby(zip(slides, sections, strict=True), key=lambda pair: pair[1]):
        _read_section(section, [slide for slide, _ in together], reader, drafts)
    if not any(draft.kind.citable for draft in drafts.all) and _hold_pictures(slides):
        raise NeedsOcr(
            f"the {len(slides)} slides are pictures without text: "
            "save them as PDF, run text recognition (OCR) on that and send the result"
        )
    text, blocks, links = joined(drafts.all)
    return ParsedDocument(
        format="pptx",
        parser=f"lxml-{'.'.join(str(n) for n in etree.LXML_VERSION[:3])}",
        text=text,
        blocks=blocks,
        pages=len(slides),
        title=_title(package, drafts.all),
        notes=_facts(package, deck, slides, reader, drafts.all),
        links=links,
        page_labels=_labels(deck, len(slides)),
    )


def _read_section(name: tuple[int, str] | None, slides: Sequence[Slide], reader: SlideReader, drafts: Drafts) -> None:
    if name is not None:
        hidden = all(slide.hidden for slide in slides)
        kind = BlockKind.HIDDEN if hidden else BlockKind.HEADING
        drafts.add(Draft(kind, name[1], level=None if hidden else 1, page=slides[0].number))
    for slide in slides:
        drafts.name_next([slide.path])
        for draft in reader.read(slide):
            drafts.add(draft)


def _slides(package: Package, main: str, deck: etree._Element) -> tuple[list[Slide], list[tuple[int, str] | None]]:
    """The slides in the order of the show, each part once, and the section (its place and name) of each."""
    parts = inward(package, main)
    by_id = _sections(deck)
    slides: list[Slide] = []
    sections: list[tuple[int, str] | None] = []
    read: set[str] = set()
    for entry in deck.iterfind(_ENTRIES):
        number = len(slides) + 1
        kind, path = parts.get(entry.get(f"{R}id", ""), ("", ""))
        if kind != "slide":
            raise IngestError(f"slide {number} is missing in this {package.kind.name}: {package.kind.resave}")
        if path in read:  # a small file may name a slide a thousand times
            continue
        read.add(path)
        slides.append(Slide(number, path, package.xml(path)))
        sections.append(by_id.get(entry.get("id", "")))
    return slides, sections


def _sections(deck: etree._Element) -> dict[str, tuple[int, str]]:
    """Id of a slide -> place and name of its section."""
    found: dict[str, tuple[int, str]] = {}
    for place, section in enumerate(deck.iter(f"{_P14}section")):
        name = " ".join(section.get("name", "").split())
        for entry in section.iter(f"{_P14}sldId") if name else ():
            found[entry.get("id", "")] = (place, name)
    return found


def _size(deck: etree._Element) -> tuple[float, float]:
    size = deck.find(f"{P}sldSz")
    said = ["", ""] if size is None else [size.get("cx", ""), size.get("cy", "")]
    if not all(words.isascii() and words.isdigit() and len(words) < 10 for words in said):
        return _WIDTH, _HEIGHT
    return float(said[0]), float(said[1])


def _labels(deck: etree._Element, count: int) -> tuple[str, ...]:
    """The numbers of the slides, where they do not begin with one."""
    first = deck.get("firstSlideNum", "1")
    if first == "1" or not (first.isascii() and first.isdigit() and len(first) < 6):
        return ()
    return tuple(str(int(first) + i) for i in range(count))


def _hold_pictures(slides: Sequence[Slide]) -> bool:
    return any(next(slide.root.iter(f"{P}pic", f"{A}blip"), None) is not None for slide in slides)


def _title(package: Package, drafts: Sequence[Draft]) -> str | None:
    """The title in the properties, unless a program made it up; else that of the first slide that has one."""
    core = package.core()
    words = " ".join(((None if core is None else core.findtext(_DC_TITLE)) or "").split())
    if words and not _NO_TITLE.fullmatch(words):
        return words
    titles = [draft for draft in drafts if draft.kind is BlockKind.HEADING]
    lowest = max((draft.level or 0 for draft in titles), default=0)
    return next((draft.words for draft in titles if draft.level == lowest), None)


def _facts(
    package: Package, deck: etree._Element, slides: Sequence[Slide], reader: SlideReader, drafts: Sequence[Draft]
) -> tuple[str, ...]:
    """What a person should know about how the deck was read."""
    comments = 0
    for slide in slides:
        for kind, path in inward(package, slide.path).values():
            if kind == "comments":
                comments += sum(etree.QName(element).localname == "cm" for element in package.xml(path).iter())
    found = said(sum(slide.hidden for slide in slides), "hidden slide", "not citable")
    found += said(sum(1 for _ in deck.iterfind(_ENTRIES)) - len(slides), "slide", "stored as another one is, read once")
    found += said(comments, "comment", "not part of the text")
    for name, count in sorted(reader.unread.items()):
        found += said(count, name, "not read")
    return (*found, *unknown_symbols(reader.unknown), *hidden_letters(drafts))
