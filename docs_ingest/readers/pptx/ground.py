"""What is behind the words of a shape: its own fill, a shape below it, or the background of the slide.

Words of the colour of their ground cannot be seen. That is said only where the
ground is sure: pictures, gradients, tables and shapes that cover a part of the
words may make any colour readable.
"""

from collections.abc import Sequence

from lxml import etree

from docs_ingest.readers.office.colours import CLEAR, A, digits, drawn, filled
from docs_ingest.readers.pptx.masters import Look, P, inherited
from docs_ingest.readers.pptx.shapes import Bounds, Shape

_MOST = 400  # shapes of a slide: of more, what lies behind which is not worked out


class Grounds:
    """The grounds of the shapes of one slide, worked out when they are asked for."""

    def __init__(self, shapes: Sequence[Shape], under: Sequence[Shape], look: Look) -> None:
        """`under`: what layout and master draw, from the bottom up."""
        self._look = look
        self._pile = [*under, *sorted(shapes, key=lambda shape: shape.order)]  # from the bottom up
        self._first = len(under)
        self._paints: dict[etree._Element, str] = {}

    def of(self, shape: Shape) -> str | None:
        """Six digits of the colour behind a shape's words; None where that is not sure."""
        own = self._paint(shape)
        if own != CLEAR:
            return digits(own)
        if shape.bounds is None or len(self._pile) > _MOST:
            return None
        for below in reversed(self._pile[: self._first + shape.order]):
            if below.hidden or below.bounds is None or not _meet(below.bounds, shape.bounds):
                continue
            paint = self._paint(below)
            if paint != CLEAR:
                return digits(paint) if _holds(below.bounds, shape.bounds) else None
        return digits(self._look.ground)

    def _paint(self, shape: Shape) -> str:
        """What a shape paints behind its words: six digits, CLEAR, or "?"."""
        if shape.element not in self._paints:
            self._paints[shape.element] = self._painted(shape.element)
        return self._paints[shape.element]

    def _painted(self, element: etree._Element) -> str:
        if element.tag in (f"{P}pic", f"{P}graphicFrame"):
            return "?"
        for one in (element, *inherited(element, self._look)):
            properties = one.find(f"{P}spPr")
            said = None if properties is None else filled(properties, self._look.theme)
            if said is not None:
                return said
        reference = element.find(f"{P}style/{A}fillRef")
        if reference is None or reference.get("idx") == "0":
            return CLEAR
        return (drawn(reference, self._look.theme) or "?") if reference.get("idx") == "1" else "?"


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _holds(outer: Bounds, inner: Bounds) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]
