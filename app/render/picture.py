"""The way through one version as an SVG picture: boxes by depth, left to right."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from app.render.columns import cut, plain
from app.render.way_words import SAID, SIGNS, STATES, more_of, name_of, why_of
from app.views.way import State, Way, WayPlace, places_of

PLACES_DRAWN = 300  # of more than so many, only the way to what is cited is drawn
_WIDTH, _HEIGHT = 190, 36  # of a box, in pixels
_ACROSS, _DOWN = 220, 44  # from box to box
_COLUMNS = 28  # of words in a box
_EDGE = 4

CLASSES = {s: s.value.replace(" ", "-") for s in State}
"""The class of each state, in the picture and on the page."""


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    kind: str  # class
    head: str
    words: str
    told: str  # the whole of it, for who points at it or listens
    above: tuple[float, float] | None  # the middle of the right side of the box above


def picture(way: Way, language: str) -> str:
    """An `<svg>` element; all words escaped."""
    count = sum(1 for _ in places_of(way.root))
    root = way.root if count <= PLACES_DRAWN else _to_cited(way.root)
    root = replace(root, title=way.title)
    boxes, _, rows = _boxes(root, 0, 0, language)
    width = max(b.x for b in boxes) + _WIDTH + _EDGE
    height = rows * _DOWN + _EDGE
    name = escape(plain(f"{SAID[language]['way']}: {way.document}@{way.version}"))
    lines = "".join(_link(b) for b in boxes)
    drawn = "".join(_drawn(b) for b in boxes)
    only = "" if count <= PLACES_DRAWN else f"<p>{escape(SAID[language]['cited_only'].format(n=count))}</p>"
    return (
        f'{only}<div class="scroll"><svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}"><title>{name}</title>{lines}{drawn}</svg></div>'
    )


def _to_cited(place: WayPlace) -> WayPlace:
    """A place with only those below it that lead to a citation."""
    leads = [p for p in place.below if any(one.citations for one in places_of(p))]
    return replace(place, below=tuple(_to_cited(p) for p in leads), more=0, more_best=None)


def _boxes(place: WayPlace, depth: int, row: int, language: str) -> tuple[list[_Box], float, int]:
    """The boxes of a place and all below it from `row` on, the height of its own, and the first row after them.

    A place stands level with the first of what is below it, so that the picture is read from its upper left corner.
    """
    below: list[_Box] = []
    heights: list[float] = []
    after = row
    for one in place.below:
        boxes, y, after = _boxes(one, depth + 1, after, language)
        below += boxes
        heights.append(y)
    if place.more:
        more = more_of(place, language)
        heights.append(after * _DOWN + _EDGE)
        below.append(_Box((depth + 1) * _ACROSS + _EDGE, heights[-1], "more", "", more, more, None))
        after += 1
    y = heights[0] if heights else row * _DOWN + _EDGE
    x = depth * _ACROSS + _EDGE
    side = (x + _WIDTH, y + _HEIGHT / 2)
    direct = (depth + 1) * _ACROSS + _EDGE
    below = [replace(b, above=side) if b.x == direct else b for b in below]
    return [_box(place, x, y, language), *below], y, max(after, row + 1)


def _box(place: WayPlace, x: float, y: float, language: str) -> _Box:
    score = f"  {place.score:.3f}" if place.score is not None else ""
    cited = "".join(f"[{n}]" for n in place.citations)
    head = f"{SIGNS[place.state]} {place.address}{score}  {cited}".rstrip()
    told = [place.address, STATES[language][place.state], name_of(place), why_of(place, language)]
    return _Box(x, y, CLASSES[place.state], head, name_of(place), " · ".join(t for t in told if t), None)


def _link(box: _Box) -> str:
    if box.above is None:
        return ""
    (x, y), middle = box.above, box.y + _HEIGHT / 2
    bend = (x + box.x) / 2
    return f'<path class="link" d="M{x} {y}C{bend} {y} {bend} {middle} {box.x} {middle}"/>'


def _drawn(box: _Box) -> str:
    return "".join(_parts(box))


def _parts(box: _Box) -> Iterator[str]:
    x, y = box.x, box.y
    yield f'<g class="{box.kind}"><title>{escape(plain(box.told))}</title>'
    yield f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4"/>'
    if box.head:
        yield f'<text x="{x + 6}" y="{y + 15}">{escape(cut(plain(box.head), _COLUMNS))}</text>'
    under = y + 29 if box.head else y + 22
    yield f'<text x="{x + 6}" y="{under}">{escape(cut(plain(box.words), _COLUMNS))}</text></g>'
