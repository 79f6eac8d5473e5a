"""The paragraphs of a shape: what is seen and what is not, bullets and numbers drawn, where links lead.

looks of text by level (inherited)  ->  run by run  ->  Line
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from lxml import etree

from docs_ingest.readers.docx.numbering import bullet_mark, formatted
from docs_ingest.readers.drafts import Tie, Words
from docs_ingest.readers.office.colours import CLEAR, A, Theme, alike, digits, drawn, filled
from docs_ingest.readers.office.links import R
from docs_ingest.readers.office.math import M, linear
from docs_ingest.readers.office.symbols import in_font, is_symbol_font, symbol

_A14 = "{http://schemas.microsoft.com/office/drawing/2010/main}"
_SMALLEST = 2.0  # points: smaller letters cannot be read
_DEEPEST = 9
_WHOLE = re.compile(r"-?\d{1,9}")
_ESCAPED = re.compile(r"_x000[BbDdAa]_|[\v\r\n\t]")  # a line break inside a text element
_FIGURE = re.compile(r"[+\-−]?\d+")
_SCHEME = re.compile(r"(?P<format>.*?)(?P<ends>ParenBoth|ParenR|Period|Plain|Minus)")
_FORMATS = {
    "arabic": "decimal",
    "arabicDb": "decimalFullWidth",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
    "circleNumDb": "decimalEnclosedCircle",
    "circleNumWdWhite": "decimalEnclosedCircle",
    "circleNumWdBlack": "decimalEnclosedCircle",
    "ea1Chs": "chineseCountingThousand",
    "ea1Cht": "taiwaneseCountingThousand",
    "ea1JpnChsDb": "chineseCountingThousand",
    "ea1JpnKor": "japaneseCounting",
}
_CHINESE = frozenset({"ea1Chs", "ea1Cht", "ea1JpnChsDb"})


@dataclass(frozen=True, slots=True)
class TextLook:
    """How the paragraphs of one level look, or the letters of a run; None where nothing is said."""

    bullet: str | None = None  # as drawn; "" for none
    scheme: str | None = None  # of automatic numbers; "" for none
    start: int = 1
    centered: bool = False
    size: float | None = None  # points
    bold: bool | None = None
    colour: str | None = None  # six digits, CLEAR, "?"
    marker: str | None = None  # colour of a text marker behind the letters, the same way
    font: str | None = None
    symbols: str | None = None  # font of letters in the private range
    bullet_font: str | None = None
    raised: int = 0  # above the line when positive, below when negative


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph."""

    words: str  # seen, after what is drawn before it
    hidden: str
    level: int  # 1 is the outermost
    item: bool
    ties: tuple[Tie, ...]
    size: float | None
    bold: bool
    centered: bool


@dataclass(slots=True)
class Setting:
    """What the text of one slide needs to be read."""

    theme: Theme
    links: Mapping[str, str]  # relationship id -> address outside the deck
    slides: Mapping[str, str]  # relationship id -> path of a slide in it
    unknown: Counter[str] = field(default_factory=Counter)  # symbols not read, by font


@dataclass(slots=True)
class _Numbers:
    """Automatic numbers through the paragraphs of one shape."""

    counts: list[tuple[str, int, int] | None] = field(default_factory=lambda: [None] * _DEEPEST)

    def drawn(self, level: int, look: TextLook) -> str:
        """What is drawn before the next paragraph of a level (0 is the outermost)."""
        self.counts[level + 1 :] = [None] * (_DEEPEST - level - 1)
        if not look.scheme:
            self.counts[level] = None
            return f"{look.bullet} " if look.bullet else ""
        last = self.counts[level]
        goes_on = last is not None and last[:2] == (look.scheme, look.start)
        count = last[2] + 1 if last is not None and goes_on else look.start
        self.counts[level] = (look.scheme, look.start, count)
        return f"{automatic_number(look.scheme, count)} "


def automatic_number(scheme: str, count: int) -> str:
    """A number as a scheme of PowerPoint draws it: 1., a), (iv), 一、, ③."""
    match = _SCHEME.fullmatch(scheme)
    name, ends = (match["format"], match["ends"]) if match else ("arabic", "Period")
    words = formatted(count, _FORMATS.get(name, "decimal"))
    match ends:
        case "ParenBoth":
            return f"({words})"
        case "ParenR":
            return f"{words})"
        case "Period":
            return f"{words}、" if name in _CHINESE else f"{words}．" if name == "arabicDb" else f"{words}."
        case "Minus":
            return f"{words}-"
        case _:
            return words


def lines_of(
    body: etree._Element,
    styles: Sequence[etree._Element],
    setting: Setting,
    ground: Callable[[], str | None],
) -> Iterator[Line]:
    """The paragraphs of a text body that hold words.

    `styles`: looks of text by level, the nearest first. `ground`: six digits of
    the colour behind the words; None where it is not known.
    """
    level_look = cache(lambda level: _level_look(styles, level, setting.theme))
    numbers = _Numbers()
    for paragraph in body.iterchildren(f"{A}p"):
        properties = paragraph.find(f"{A}pPr")
        said = "0" if properties is None else properties.get("lvl", "0")
        level = min(int(said), _DEEPEST - 1) if said.isascii() and said.isdigit() and len(said) < 3 else 0
        look = level_look(level)
        look = look if properties is None else _with_properties(look, properties, setting.theme)
        gathered = _Gathered(look, setting, ground)
        gathered.read(paragraph)
        plain = gathered.line("", level + 1)
        if plain.words:
            yield gathered.line(numbers.drawn(level, look), level + 1)
        elif plain.hidden:
            yield plain


def _level_look(styles: Sequence[etree._Element], level: int, theme: Theme) -> TextLook:
    look = TextLook()
    for style in reversed(styles):
        for name in ("defPPr", f"lvl{level + 1}pPr"):
            if (properties := style.find(f"{A}{name}")) is not None:
                look = _with_properties(look, properties, theme)
    return look


def _with_properties(look: TextLook, properties: etree._Element, theme: Theme) -> TextLook:
    """A look with what paragraph properties say over it."""
    if (side := properties.get("algn")) is not None:
        look = replace(look, centered=side == "ctr")
    for child in properties:
        match str(child.tag).removeprefix(A):
            case "buNone":
                look = replace(look, bullet="", scheme="")
            case "buFont":
                look = replace(look, bullet_font=child.get("typeface", ""))
            case "buChar":
                look = replace(look, bullet=_bullet(child.get("char", ""), look.bullet_font or ""), scheme="")
            case "buBlip":
                look = replace(look, bullet="•", scheme="")
            case "buAutoNum":
                start = child.get("startAt", "1")
                first = int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1
                look = replace(look, bullet="", scheme=child.get("type", "arabicPeriod"), start=first)
            case "defRPr":
                look = _with_letters(look, child, theme)
    return look


def _bullet(char: str, font: str) -> str:
    return symbol(font, ord(char)) or "•" if is_symbol_font(font) and len(char) == 1 else bullet_mark(char)


def _with_letters(look: TextLook, properties: etree._Element, theme: Theme) -> TextLook:
    """A look with what run properties say over it."""
    size, raised = properties.get("sz", ""), properties.get("baseline", "")
    if _WHOLE.fullmatch(size) and int(size) > 0:
        look = replace(look, size=int(size) / 100)
    if (bold := properties.get("b")) is not None:
        look = replace(look, bold=bold in ("1", "true"))
    if _WHOLE.fullmatch(raised):
        look = replace(look, raised=int(raised))
    if (colour := filled(properties, theme)) is not None:
        outlined = properties.find(f"{A}ln") is not None and properties.find(f"{A}ln/{A}noFill") is None
        look = replace(look, colour="?" if outlined else colour)
    if (marker := properties.find(f"{A}highlight")) is not None:
        look = replace(look, marker=drawn(marker, theme) or "?")
    if (font := properties.find(f"{A}latin")) is not None:
        look = replace(look, font=font.get("typeface"))
    if (font := properties.find(f"{A}sym")) is not None:
        look = replace(look, symbols=font.get("typeface"))
    return look


class _Gathered:
    """The words of one paragraph while they are read."""

    def __init__(self, look: TextLook, setting: Setting, ground: Callable[[], str | None]) -> None:
        self.seen = Words()
        self.hidden: list[str] = []
        self._look = look
        self._setting = setting
        self._ground = ground
        self._sizes: Counter[float] = Counter()
        self._plain = 0

    def read(self, paragraph: etree._Element) -> None:
        for child in paragraph:
            if child.tag in (f"{A}r", f"{A}fld"):
                self._run(child)
            elif child.tag == f"{A}br":
                self._add(" ", self._look)
            elif child.tag == f"{_A14}m":
                self._math(child)

    def line(self, before: str, level: int) -> Line:
        words, ties = self.seen.line(before)
        return Line(
            words,
            "".join(self.hidden).strip(),
            level,
            bool(before) or level > 1,
            ties,
            self._sizes.most_common(1)[0][0] if self._sizes else None,
            self._plain == 0,
            self._look.centered,
        )

    def _run(self, run: etree._Element) -> None:
        properties = run.find(f"{A}rPr")
        look = self._look if properties is None else _with_letters(self._look, properties, self._setting.theme)
        words = "".join(_ESCAPED.sub(" ", text.text or "") for text in run.iterchildren(f"{A}t"))
        for font, private_only in ((look.font, False), (look.symbols, True)):
            if font is not None and is_symbol_font(font):
                words, unknown = in_font(words, font, private_only=private_only)
                self._setting.unknown[font] += unknown
        if look.raised and _FIGURE.fullmatch(words) and self.seen.ends_in_figure:
            words = ("^" if look.raised > 0 else "_") + words  # ten to the sixth is not 106
        begins = self.seen.length
        self._add(words, look)
        if properties is not None:
            self._link(properties, begins)

    def _math(self, holder: etree._Element) -> None:
        def shown(run: etree._Element) -> str:
            return "".join(text.text or "" for text in run.iter(f"{M}t"))

        for formula in holder:
            self._add(linear(formula, shown), self._look)

    def _add(self, words: str, look: TextLook) -> None:
        if self._is_unseen(look) and words.strip():
            self.hidden.append(words)
            return
        self.seen.add(words)
        weight = len(words.strip())
        if weight and look.size:
            self._sizes[look.size] += weight
        self._plain += 0 if look.bold else weight

    def _is_unseen(self, look: TextLook) -> bool:
        if look.colour == CLEAR or (look.size is not None and look.size < _SMALLEST):
            return True
        colour = digits(look.colour)
        if colour is None:
            return False
        ground = self._ground() if look.marker is None else digits(look.marker)
        return ground is not None and alike(colour, ground)

    def _link(self, properties: etree._Element, begins: int) -> None:
        click = properties.find(f"{A}hlinkClick")
        key = "" if click is None else click.get(f"{R}id", "")
        slide, address = self._setting.slides.get(key), self._setting.links.get(key)
        if slide is not None or address is not None:
            self.seen.tie(begins, slide, address)
