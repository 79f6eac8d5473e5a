"""What slides inherit from their layout, its master and the whole deck: places, looks of text, colours, grounds.

    slide shape  <-  placeholder of the layout  <-  placeholder of the master  <-  styles of the deck

Only what decides about words is read: where they stand, bullets, sizes, and
whether they can be told from what is behind them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from docs_ingest.readers.office.colours import WHITE, A, Theme, drawn, filled, theme_colours
from docs_ingest.readers.office.links import inward
from docs_ingest.readers.package import Package

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
TITLES = frozenset({"title", "ctrTitle"})
FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr"})
_PLAIN_MAP = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_NO = ("0", "false")


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of a slide's making: its layout or its master."""

    root: etree._Element
    numbered: Mapping[tuple[str, str], etree._Element]  # placeholders by kind and number
    kinds: Mapping[str, etree._Element]  # the first placeholder of each kind


@dataclass(frozen=True, slots=True)
class Look:
    """What a slide takes over from others, the nearest first."""

    layers: tuple[Layer, ...]  # layout, master
    shown: tuple[etree._Element, ...]  # of these, the ones whose own shapes are drawn on the slide
    theme: Theme  # with the names that slides use: tx1, bg1
    styles: tuple[etree._Element, ...]  # of text, by name of the level: master's txStyles, the deck's defaults
    ground: str  # colour of the background; "?" where it is a picture or a gradient


class Masters:
    """Layouts and masters of a deck, each part read once."""

    def __init__(self, package: Package, deck: etree._Element) -> None:
        self._package = package
        self._deck = deck
        self._layers: dict[str, Layer] = {}
        self._themes: dict[str, dict[str, str]] = {}
        self._relations: dict[str, dict[str, tuple[str, str]]] = {}

    def look(self, path: str, slide: etree._Element) -> Look:
        layout = self._related(path, "slideLayout")
        master = self._related(layout, "slideMaster")
        layers = [self._layer(one) for one in (layout, master) if one]
        theme = self._theme(master, [slide, *(layer.root for layer in layers)])
        shown = [] if slide.get("showMasterSp") in _NO else layers[:1]
        if shown and shown[0].root.get("showMasterSp") not in _NO:
            shown = layers
        styles = [style for layer in layers[1:] for style in layer.root.findall(f"{P}txStyles")]
        return Look(
            tuple(layers),
            tuple(layer.root for layer in shown),
            theme,
            (*styles, *self._deck.findall(f"{P}defaultTextStyle")),
            _ground([slide, *(layer.root for layer in layers)], theme),
        )

    def _related(self, part: str, kind: str) -> str:
        """The part of a kind that a part refers to; "" for none."""
        if part not in self._relations:
            self._relations[part] = inward(self._package, part) if part else {}
        return next((path for named, path in self._relations[part].values() if named == kind), "")

    def _layer(self, path: str) -> Layer:
        if path not in self._layers:
            root = self._package.xml(path)
            numbered: dict[tuple[str, str], etree._Element] = {}
            kinds: dict[str, etree._Element] = {}
            for shape in root.iter(f"{P}sp", f"{P}pic", f"{P}graphicFrame"):
                if (mark := placeholder(shape)) is not None:
                    numbered.setdefault((_kind(mark), mark.get("idx", "")), shape)
                    kinds.setdefault(_kind(mark), shape)
            self._layers[path] = Layer(root, numbered, kinds)
        return self._layers[path]

    def _theme(self, master: str, roots: Sequence[etree._Element]) -> dict[str, str]:
        """The colours by all names: those of the theme, and those a slide maps to them."""
        if master not in self._themes:
            path = self._related(master, "theme")
            self._themes[master] = theme_colours(self._package.xml(path) if path else None)
        plain = self._themes[master]
        named: Mapping[str, str] = _PLAIN_MAP
        for root in reversed(roots):
            for said in (root.find(f"{P}clrMap"), root.find(f"{P}clrMapOvr/{A}overrideClrMapping")):
                named = named if said is None else {str(name): str(colour) for name, colour in said.attrib.items()}
        return plain | {name: plain[colour] for name, colour in named.items() if colour in plain}


def placeholder(shape: etree._Element) -> etree._Element | None:
    """What says that a shape is a placeholder, and of which kind."""
    for kind in ("nvSpPr", "nvGraphicFramePr", "nvPicPr"):
        found = shape.find(f"{P}{kind}/{P}nvPr/{P}ph")
        if found is not None:
            return found
    return None


def inherited(shape: etree._Element, look: Look) -> list[etree._Element]:
    """The placeholders a shape takes after: that of the layout, then that of the master."""
    mark = placeholder(shape)
    found: list[etree._Element] = []
    for layer in look.layers:
        if mark is None:
            break
        kind = _kind(mark)
        model = layer.numbered.get((kind, mark.get("idx", "")), layer.kinds.get(kind))
        if model is not None:
            found.append(model)
            mark = placeholder(model)
    return found


def _kind(mark: etree._Element) -> str:
    """Kinds a master does not tell apart are one: all that holds content is body."""
    kind = mark.get("type", "obj")
    if kind in TITLES:
        return "title"
    return kind if kind in FURNITURE else "body"


def text_styles(shape: etree._Element, look: Look) -> list[etree._Element]:
    """Elements that hold looks of text by level (lvl1pPr ...), the nearest first."""
    models = inherited(shape, look)
    found = [style for one in (shape, *models) for style in one.findall(f"{P}txBody/{A}lstStyle")]
    mark = placeholder(shape)
    kind = None if mark is None else _kind(mark)
    name = {None: "otherStyle", "title": "titleStyle", "body": "bodyStyle"}.get(kind, "otherStyle")
    for style in look.styles if kind is not None else reversed(look.styles):
        inner = style.find(f"{P}{name}") if style.tag == f"{P}txStyles" else style
        if inner is not None:
            found.append(inner)
    return found


def _ground(roots: Sequence[etree._Element], theme: Theme) -> str:
    """The background: of the slide, else of its layout, else of its master."""
    for root in roots:
        said = root.find(f"{P}cSld/{P}bg")
        if said is None:
            continue
        for properties in said.findall(f"{P}bgPr"):
            return filled(properties, theme) or "?"
        for reference in said.findall(f"{P}bgRef"):
            plain = reference.get("idx") in ("1001", "0", "1000")  # the others are gradients and pictures
            return (drawn(reference, theme) or "?") if plain else "?"
    return WHITE
