"""The shapes of a slide in the order a person reads them, with their places.

From top to bottom, and from left to right where tops are about level; the shapes
of a group stay together. Places in groups are worked out in the measure of the
slide.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from docs_ingest.readers.docx.content import MC
from docs_ingest.readers.office.colours import A
from docs_ingest.readers.office.math import M
from docs_ingest.readers.pptx.masters import TITLES, Look, P, inherited, placeholder

_LEVEL = 0.04  # of the slide's height: tops that differ by less are level
_ON = ("1", "true")
_WHOLE = re.compile(r"-?\d{1,12}")
_LEAVES = frozenset({f"{P}sp", f"{P}graphicFrame", f"{P}pic", f"{P}cxnSp"})
_GROUP = f"{P}grpSp"
_NAMED = tuple(f"{P}{name}/{P}cNvPr" for name in ("nvSpPr", "nvGraphicFramePr", "nvPicPr", "nvGrpSpPr", "nvCxnSpPr"))

Bounds = tuple[float, float, float, float]  # left, top, right, bottom in EMU


@dataclass(frozen=True, slots=True)
class Shape:
    element: etree._Element
    order: int  # of drawing: a later one covers earlier ones
    bounds: Bounds | None  # on the slide; None where the file does not say
    hidden: bool  # it, or a group around it, is switched off
    kind: str | None  # of placeholder; None for other shapes


@dataclass(frozen=True, slots=True)
class _Scale:
    """From the measure inside a group to that of the slide."""

    across: float = 1.0
    down: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def placed(self, bounds: Bounds) -> Bounds:
        left, top, right, bottom = bounds
        return (
            self.left + left * self.across,
            self.top + top * self.down,
            self.left + right * self.across,
            self.top + bottom * self.down,
        )


@dataclass(slots=True)
class _Node:
    """A shape, or a group with what is in it."""

    bounds: Bounds | None
    shape: Shape | None = None
    inner: list["_Node"] = field(default_factory=list)


def read_shapes(slide: etree._Element, look: Look, height: float) -> list[Shape]:
    """The shapes of a slide, or of notes, in reading order; titles first. `height` of the slide in EMU."""
    found: list[Shape] = []
    todo = list(reversed(_level(_nodes(slide, look), height)))
    while todo:
        node = todo.pop()
        if node.shape is not None:
            found.append(node.shape)
        todo += reversed(_level(node.inner, height))
    return sorted(found, key=lambda shape: shape.kind not in TITLES)


def _nodes(slide: etree._Element, look: Look) -> list[_Node]:
    """The shapes and groups of a slide as the file nests them."""
    root = _Node(None)
    order = 0
    tree = slide.find(f"{P}cSld/{P}spTree")
    if tree is None:
        return []
    todo: list[tuple[Iterator[etree._Element], _Node, _Scale, bool]] = [(iter(tree), root, _Scale(), False)]
    while todo:
        children, node, scale, hidden = todo[-1]
        child = next(children, None)
        if child is None:
            todo.pop()
        elif child.tag in _LEAVES:
            bounds = _bounds(child, look)
            mark = placeholder(child)
            kind = None if mark is None else mark.get("type", "obj")
            placed = None if bounds is None else scale.placed(bounds)
            shape = Shape(child, order, placed, hidden or _is_off(child), kind)
            node.inner.append(_Node(placed, shape))
            order += 1
        elif child.tag == _GROUP:
            inner, bounds = _inside(child, scale)
            group = _Node(bounds)
            node.inner.append(group)
            todo.append((iter(child), group, inner, hidden or _is_off(child)))
        elif child.tag == f"{MC}AlternateContent" and (chosen := _alternative(child)) is not None:
            todo.append((iter(chosen), node, scale, hidden))
    return root.inner


def _level(nodes: Sequence[_Node], height: float) -> list[_Node]:
    """Neighbours in reading order; what has no place comes last, as it stands in the file."""
    placed = sorted((n for n in nodes if n.bounds is not None), key=_top_left)
    rows: list[list[_Node]] = []
    for node in placed:
        if rows and _top_left(node)[0] - _top_left(rows[-1][0])[0] <= height * _LEVEL:
            rows[-1].append(node)
        else:
            rows.append([node])
    ordered = [node for row in rows for node in sorted(row, key=lambda n: _top_left(n)[::-1])]
    return ordered + [node for node in nodes if node.bounds is None]


def _top_left(node: _Node) -> tuple[float, float]:
    assert node.bounds is not None
    return node.bounds[1], node.bounds[0]


def _alternative(element: etree._Element) -> etree._Element | None:
    """The version to read of content stored in several: the first with words or a drawing made of data."""
    versions = [v for v in element if v.tag in (f"{MC}Choice", f"{MC}Fallback")]
    telling = (v for v in versions if next(v.iter(f"{A}t", f"{M}t", f"{P}graphicFrame"), None) is not None)
    return next(telling, versions[-1] if versions else None)


def _is_off(shape: etree._Element) -> bool:
    named = next((found for path in _NAMED if (found := shape.find(path)) is not None), None)
    return named is not None and named.get("hidden") in _ON


def _bounds(shape: etree._Element, look: Look) -> Bounds | None:
    for one in (shape, *inherited(shape, look)):
        transform = one.find(f"{P}xfrm") if one.tag == f"{P}graphicFrame" else one.find(f"{P}spPr/{A}xfrm")
        if transform is not None and (found := _rectangle(transform, "off", "ext")) is not None:
            return _turned(found, transform.get("rot", "0"))
    return None


def _turned(bounds: Bounds, angle: str) -> Bounds:
    """Room for a rectangle at any angle, where it is turned."""
    if not _WHOLE.fullmatch(angle) or int(angle) % 10_800_000 == 0:
        return bounds
    left, top, right, bottom = bounds
    across, down = (left + right) / 2, (top + bottom) / 2
    reach = max(right - left, bottom - top) / 2
    return across - reach, down - reach, across + reach, down + reach


def _rectangle(transform: etree._Element, place: str, size: str) -> Bounds | None:
    at, extent = transform.find(f"{A}{place}"), transform.find(f"{A}{size}")
    if at is None or extent is None:
        return None
    said = [at.get("x", ""), at.get("y", ""), extent.get("cx", ""), extent.get("cy", "")]
    if not all(_WHOLE.fullmatch(words) for words in said):
        return None
    left, top, width, height = map(float, said)
    return None if min(width, height) < 0 else (left, top, left + width, top + height)


def _inside(group: etree._Element, scale: _Scale) -> tuple[_Scale, Bounds | None]:
    """The scale of what is in a group, and where the group stands on the slide."""
    transform = group.find(f"{P}grpSpPr/{A}xfrm")
    outer = None if transform is None else _rectangle(transform, "off", "ext")
    if transform is None or outer is None:
        return scale, None
    placed = scale.placed(outer)
    inner = _rectangle(transform, "chOff", "chExt") or outer
    across = (placed[2] - placed[0]) / ((inner[2] - inner[0]) or 1.0)
    down = (placed[3] - placed[1]) / ((inner[3] - inner[1]) or 1.0)
    return _Scale(across, down, placed[0] - inner[0] * across, placed[1] - inner[1] * down), placed
