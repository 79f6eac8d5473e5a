"""Words of diagrams (SmartArt): the points of the data model, each under the one it belongs to."""

from lxml import etree

from docs_ingest.readers.office.colours import A

_D = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWN_ELSEWHERE = frozenset({"doc", "pres"})  # the diagram as a whole, and its parts as they are laid out


def diagram_points(model: etree._Element) -> list[tuple[str, int]]:
    """(words, level) of each point that holds words, from the top down; 1 is the highest level."""
    points = {
        point.get("modelId", ""): point
        for point in model.iter(f"{_D}pt")
        if point.get("type", "node") not in _DRAWN_ELSEWHERE
    }
    below = _children(model)
    roots = [p.get("modelId", "") for p in model.iter(f"{_D}pt") if p.get("type") == "doc"]
    found: list[tuple[str, int]] = []
    done = set(roots)
    todo = [(key, 1) for root in roots for key in below.get(root, [])][::-1]
    todo = [(key, 1) for key in reversed(points)] + todo  # what hangs below nothing comes last, as it stands
    while todo:
        key, level = todo.pop()
        if key in done:
            continue
        done.add(key)
        if key in points and (words := _words(points[key])):
            found.append((words, level))
        todo += [(child, level + 1) for child in reversed(below.get(key, []))]
    return found


def _children(model: etree._Element) -> dict[str, list[str]]:
    """Points below each point, in the order they are drawn."""
    ties: dict[str, list[tuple[int, str]]] = {}
    for tie in model.iter(f"{_D}cxn"):
        if tie.get("type", "parOf") == "parOf":
            order = tie.get("srcOrd", "")
            at = int(order) if order.isdecimal() and order.isascii() and len(order) < 9 else 0
            ties.setdefault(tie.get("srcId", ""), []).append((at, tie.get("destId", "")))
    return {source: [key for _, key in sorted(found, key=lambda one: one[0])] for source, found in ties.items()}


def _words(point: etree._Element) -> str:
    paragraphs = ("".join(text.text or "" for text in p.iter(f"{A}t")) for p in point.iter(f"{A}p"))
    return " ".join(" ".join(paragraphs).split())
