"""Exact places: from a span inside a passage to the citation that shows it."""

from bisect import bisect_right

from navigators.signposts import place_label
from stores.records import Citation, Line, Node, Passage, Tree


def cite(tree: Tree, passage: Passage, start: int, end: int) -> Citation:
    """The citation of `text[start:end]` (code points of the canonical text), which lies inside the passage.

    It names the deepest node that holds the whole span; the quote is sliced
    from the canonical text. Raises ValueError when the span is not inside the
    passage.
    """
    if not passage.start <= start < end <= passage.end:
        raise ValueError(f"span {start}..{end} is not inside passage {passage.address}")
    node = deepest(tree, tree.by_address[passage.address], start, end)
    lines = lines_of(tree, start, end)
    page = lines[0].page if lines else node.page
    return Citation(
        document=tree.version.document,
        version=tree.version.number,
        address=node.address,
        label=place_label(tree, node),
        page=page,
        start=start,
        end=end,
        quote=tree.text[start:end],
        boxes=tuple((line.page, *line.box) for line in lines if line.page is not None and line.box is not None),
        derivation=tree.version.derivation,
        content_hash=node.content_hash,
        page_label=tree.page_label(page),
    )


def deepest(tree: Tree, node: Node, start: int, end: int) -> Node:
    """The deepest node at or below `node` that holds the span; trailing white space of a node does not count."""
    while True:
        inside = [c for c in tree.children(node) if c.start <= start and end <= c.end]
        if not inside:
            return node
        node = inside[0]


def lines_of(tree: Tree, start: int, end: int) -> list[Line]:
    """The printed lines that a span touches; empty where the format has none."""
    at = bisect_right(tree.lines, start, key=lambda line: line.start) - 1
    touched = []
    for line in tree.lines[max(0, at) :]:
        if line.start >= end:
            break
        if line.end > start:
            touched.append(line)
    return touched
