"""The words of one paragraph: what is seen, what is hidden, what is only a prompt, and where its links lead.

    runs, fields, hyperlinks, content controls, symbols, formulas  ->  Gathered

Text boxes, notes and diagrams are only met here; `story` reads them after
the paragraph that holds them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from docs_ingest.readers.docx.content import (
    BOOKMARK,
    DIAGRAM,
    DROPPED,
    MC,
    PAGE_BREAK,
    V,
    alternative,
    is_placeholder,
    words_of,
)
from docs_ingest.readers.docx.fields import OpenField, Target, drawn_by, linked, opened, target_of
from docs_ingest.readers.docx.hidden import WP, Ground, Page, off_page, unseen
from docs_ingest.readers.docx.numbering import W
from docs_ingest.readers.docx.styles import Style, Styles, switch
from docs_ingest.readers.drafts import Words
from docs_ingest.readers.office.colours import A
from docs_ingest.readers.office.links import R
from docs_ingest.readers.office.math import M, is_phantom, linear
from docs_ingest.readers.office.symbols import in_font, is_symbol_font, symbol

_SIGNS = {"superscript": "^", "subscript": "_"}
_FIGURE = re.compile(r"[+\-−]?\d+")


@dataclass(slots=True)
class Source:
    """What the paragraphs of one part need to be read."""

    styles: Styles
    page: Page
    links: Mapping[str, str] = field(default_factory=dict)  # relationship id -> address outside the package
    diagram: Callable[[str], Sequence[tuple[str, int]]] = lambda key: ()  # relationship id -> (words, level) in it
    unknown: Counter[str] = field(default_factory=Counter)  # symbols not read, by font


@dataclass(frozen=True, slots=True)
class NoteMark:
    """The place of a footnote or an endnote in its paragraph."""

    kind: str  # footnote, endnote
    key: str
    own: bool  # the author wrote the mark; it is not counted
    hidden: bool
    page: int  # page breaks between the start of the paragraph, or table row, and here


@dataclass(frozen=True, slots=True)
class Box:
    """A text box, read after the paragraph it is tied to."""

    element: etree._Element
    hidden: bool


@dataclass(slots=True)
class Gathered:
    """The words of one paragraph, or of several put on one line, while they are gathered."""

    seen: Words = field(default_factory=Words)
    hidden: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    sizes: Counter[float] = field(default_factory=Counter)
    plain: int = 0  # visible characters that are not bold
    notes: list[NoteMark] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    art: list[str] = field(default_factory=list)  # words drawn as pictures
    diagrams: list[etree._Element] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # bookmarks
    pages: int = 0  # page breaks passed

    def show(self, words: str, look: Style) -> None:
        self.seen.add(words)
        weight = len(words.strip())
        if weight and look.size:
            self.sizes[look.size] += weight
        self.plain += 0 if look.bold else weight

    def follow(self, other: "Gathered", gap: str = "") -> None:
        """Go on with the words of another paragraph on the same line."""
        self.seen.follow(other.seen, gap)
        for mine, theirs in ((self.hidden, other.hidden), (self.prompts, other.prompts)):
            mine += [gap, *theirs] if gap and mine and theirs else theirs
        self.sizes.update(other.sizes)
        self.plain += other.plain
        self.notes += (replace(note, page=note.page + self.pages) for note in other.notes)
        self.boxes += other.boxes
        self.art += other.art
        self.diagrams += other.diagrams
        self.names += other.names
        self.pages += other.pages


@dataclass(frozen=True, slots=True)
class _Level:
    """One element whose children are being read."""

    children: Iterator[etree._Element]
    look: Style
    unseen: bool
    prompt: bool
    target: Target | None = None  # where all of it leads
    begins: int = 0  # characters seen before it


def gathered(paragraph: etree._Element, look: Style, ground: Ground, source: Source) -> Gathered:
    """The words of a paragraph, of all it contains that is neither dropped nor a text box."""
    walk = _Walk(ground, source)
    walk.read(paragraph, look)
    return walk.found


class _Walk:
    def __init__(self, ground: Ground, source: Source) -> None:
        self.found = Gathered()
        self._ground = ground
        self._source = source
        self._fields: list[OpenField] = []
        self._outer: OpenField | None = None  # the outermost field whose result has not begun
        self._stack: list[_Level] = []

    def read(self, paragraph: etree._Element, look: Style) -> None:
        prompt = is_placeholder(paragraph)
        self._stack.append(_Level(iter(paragraph), look, self._is_unseen(look), prompt))
        while self._stack:
            level = self._stack[-1]
            child = next(level.children, None)
            if child is None:
                self._stack.pop()
                if level.target is not None:
                    self.found.seen.tie(level.begins, level.target.name, level.target.href)
            elif child.tag not in DROPPED:
                read = _READ.get(child.tag)
                if read is None:
                    self._enter(child, level)
                else:
                    read(self, child, level)
        while self._fields:
            self._end_field(self._fields.pop(), complete=False)

    def _is_unseen(self, look: Style) -> bool:
        return unseen(look, self._ground, self._source.page.theme)

    def _enter(self, element: etree._Element, level: _Level, target: Target | None = None) -> None:
        begins = self.found.seen.length
        self._stack.append(_Level(iter(element), level.look, level.unseen, level.prompt, target, begins))

    def _add(self, words: str, level: _Level) -> None:
        """Words where they belong; those inside the instruction of a field are no text."""
        if self._outer is not None:
            self._outer.held.append((words, level.look, level.unseen))
        elif level.unseen:
            self.found.hidden.append(words)
        elif level.prompt:
            self.found.prompts.append(words)
        else:
            self.found.show(words, level.look)

    def _text(self, element: etree._Element, level: _Level) -> None:
        words, look = words_of(element), level.look
        if look.font is not None and is_symbol_font(look.font):
            words, unknown = in_font(words, look.font)
            self._source.unknown[look.font] += unknown
        if look.raised in _SIGNS and _FIGURE.fullmatch(words) and self.found.seen.ends_in_figure:
            words = _SIGNS[look.raised] + words  # ten to the sixth is not 106
        self._add(words, level)

    def _space(self, element: etree._Element, level: _Level) -> None:
        self._add(" ", level)

    def _hyphen(self, element: etree._Element, level: _Level) -> None:
        self._add("-", level)

    def _symbol(self, element: etree._Element, level: _Level) -> None:
        font, place = element.get(f"{W}font", ""), element.get(f"{W}char", "")
        code = int(place, 16) if len(place) <= 6 and place.isascii() and place.isalnum() and _is_hex(place) else 0
        words = symbol(font, code)
        if words is None and not is_symbol_font(font) and 0x20 <= code < 0xD800:
            words = chr(code)  # of a font like any other
        if words is None:
            self._source.unknown[font] += 1
        else:
            self._add(words, level)

    def _run(self, element: etree._Element, level: _Level) -> None:
        look = self._source.styles.letters(level.look, element)
        if look is level.look:
            self._enter(element, level)
            return
        self._stack.append(_Level(iter(element), look, self._is_unseen(look), level.prompt))

    def _math(self, element: etree._Element, level: _Level) -> None:
        def shown(run: etree._Element) -> str:
            words = "".join(words_of(text) for text in run.iter(f"{W}t", f"{M}t"))
            if self._is_unseen(self._source.styles.letters(level.look, run)) or is_phantom(run):
                self.found.hidden.append(words)
                return ""
            return words

        self._add(linear(element, shown), level)

    def _field_mark(self, element: etree._Element, level: _Level) -> None:
        step = element.get(f"{W}fldCharType")
        if step == "begin":
            self._fields.append(opened(element, self.found.seen.length))
            self._outer = self._outer or self._fields[-1]
        elif step == "separate" and self._fields:
            last = self._fields[-1]
            last.in_result, last.begins = True, self.found.seen.length
            self._outer = None if self._outer is last else self._outer
        elif step == "end" and self._fields:
            last = self._fields.pop()
            self._outer = None if self._outer is last else self._outer
            self._draw(last, level)
            self._end_field(last, complete=True)

    def _draw(self, done: OpenField, level: _Level) -> None:
        """What a field draws itself, where it has no result."""
        words, prompt = (done.drawn, False) if done.drawn else drawn_by("".join(done.instruction))
        if words and self.found.seen.length == done.begins:
            self._add(words, replace(level, prompt=level.prompt or prompt))

    def _end_field(self, done: OpenField, *, complete: bool) -> None:
        if not complete and not done.in_result:
            for words, look, is_unseen in done.held:  # no field after all, or one that goes on in the next paragraph
                self.found.hidden.append(words) if is_unseen else self.found.show(words, look)
        target = target_of("".join(done.instruction))
        if target is not None:
            self.found.seen.tie(done.begins, target.name, target.href)

    def _instruction(self, element: etree._Element, level: _Level) -> None:
        if self._fields and not self._fields[-1].in_result:
            self._fields[-1].instruction.append(element.text or "")

    def _simple_field(self, element: etree._Element, level: _Level) -> None:
        self._enter(element, level, target_of(element.get(f"{W}instr", "")))

    def _hyperlink(self, element: etree._Element, level: _Level) -> None:
        address = self._source.links.get(element.get(f"{R}id", ""))
        self._enter(element, level, linked(address, element.get(f"{W}anchor")))

    def _bookmark(self, element: etree._Element, level: _Level) -> None:
        self.found.names.append(element.get(f"{W}name", "").lower())

    def _note(self, element: etree._Element, level: _Level) -> None:
        kind = element.tag.removeprefix(W).removesuffix("Reference")
        own = element.get(f"{W}customMarkFollows", "0") not in ("0", "false", "off")
        key = element.get(f"{W}id", "")
        self.found.notes.append(NoteMark(kind, key, own, level.unseen, self.found.pages))

    def _page_break(self, element: etree._Element, level: _Level) -> None:
        self.found.pages += 1

    def _box(self, element: etree._Element, level: _Level) -> None:
        self.found.boxes.append(Box(element, level.unseen))

    def _alternatives(self, element: etree._Element, level: _Level) -> None:
        if (chosen := alternative(element)) is not None:
            self._enter(chosen, level)

    def _shape(self, element: etree._Element, level: _Level) -> None:
        is_off = off_page(element, self._source.page)
        self._enter(element, replace(level, unseen=level.unseen or is_off))

    def _art(self, element: etree._Element, level: _Level) -> None:
        if words := " ".join(element.get("string", "").split()):
            (self.found.hidden if level.unseen else self.found.art).append(words)

    def _diagram(self, element: etree._Element, level: _Level) -> None:
        if not level.unseen:
            self.found.diagrams.append(element)

    def _drawn_text(self, element: etree._Element, level: _Level) -> None:
        if words := " ".join((element.text or "").split()):
            (self.found.hidden if level.unseen else self.found.art).append(words)

    def _control(self, element: etree._Element, level: _Level) -> None:
        properties = element.find(f"{W}sdtPr")
        prompt = properties is not None and bool(switch(properties, "showingPlcHdr", False))
        self._enter(element, replace(level, prompt=level.prompt or prompt))


def _is_hex(words: str) -> bool:
    return all(c in "0123456789abcdefABCDEF" for c in words) and words != ""


_READ: dict[str, Callable[[_Walk, etree._Element, _Level], None]] = {
    f"{W}t": _Walk._text,
    **{f"{W}{name}": _Walk._space for name in ("tab", "ptab", "br", "cr")},
    f"{W}noBreakHyphen": _Walk._hyphen,
    f"{W}sym": _Walk._symbol,
    f"{W}r": _Walk._run,
    f"{M}oMath": _Walk._math,
    f"{M}oMathPara": _Walk._math,
    f"{W}fldChar": _Walk._field_mark,
    f"{W}instrText": _Walk._instruction,
    f"{W}fldSimple": _Walk._simple_field,
    f"{W}hyperlink": _Walk._hyperlink,
    BOOKMARK: _Walk._bookmark,
    f"{W}footnoteReference": _Walk._note,
    f"{W}endnoteReference": _Walk._note,
    PAGE_BREAK: _Walk._page_break,
    f"{W}txbxContent": _Walk._box,
    f"{MC}AlternateContent": _Walk._alternatives,
    f"{WP}anchor": _Walk._shape,
    f"{WP}inline": _Walk._shape,
    **{f"{V}{name}": _Walk._shape for name in ("shape", "rect", "roundrect", "oval", "group", "line")},
    f"{V}textpath": _Walk._art,
    DIAGRAM: _Walk._diagram,
    f"{A}t": _Walk._drawn_text,
    f"{W}sdt": _Walk._control,
}
