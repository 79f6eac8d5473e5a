"""Signposts: what a judge sees of a node before opening it.

Static: made of the version alone and byte-identical for every question, so a
model server's prefix cache serves every later question on the same node.
"""

from docs_ingest.tables import heads_of
from navigators.statistics import TreeStatistics
from stores.records import Node, NodeKind, Signpost, Tree, place_name
from stores.tokens import estimate_tokens

_OPENING = 160  # characters of a node's first words
_TERMS = 6


class Signposts:
    """The signposts of one version, each made once."""

    def __init__(self, statistics: TreeStatistics) -> None:
        self._statistics = statistics
        self._tree = statistics.tree
        self._made: dict[str, Signpost] = {}
        self._leaves = _leaf_counts(self._tree)

    def of(self, node: Node) -> Signpost:
        made = self._made.get(node.address)
        if made is None:
            made = self._made[node.address] = self._make(node)
        return made

    def _make(self, node: Node) -> Signpost:
        tree = self._tree
        return Signpost(
            place=place_name(tree.version.document, tree.version.number, node.address),
            breadcrumb=breadcrumb(tree, node),
            kind=node.kind.value,
            label=place_label(tree, node),
            title=node.title,
            opening=" ".join(tree.text[node.start : node.start + _OPENING * 3].split())[:_OPENING],
            tokens=estimate_tokens(tree.text_of(node)),
            leaves=self._leaves[node.address],
            terms=() if node.leaf else self._statistics.characteristic(node, _TERMS),
        )


def _leaf_counts(tree: Tree) -> dict[str, int]:
    counts: dict[str, int] = {}
    for node in reversed(tree.nodes):  # children come after their parent
        counts[node.address] = 1 if node.leaf else sum(counts[f"{node.address}.{i}"] for i in range(node.children))
    return counts


def breadcrumb(tree: Tree, node: Node) -> tuple[str, ...]:
    """Headings above a node, from the document's title down; of a table and its rows also caption and heads.

    Groups, which only keep fan-out small, are left out.
    """
    return (tree.version.title, *heads_of(tree, node))


def place_label(tree: Tree, node: Node) -> str | None:
    """What the author calls the place: the nearest section's label, with the list items below it.

    第三条 and its item （四） give `第三条（四）`; Section 2.4 and (a) give `2.4(a)`.
    """
    items: list[str] = []
    for above in reversed(tree.path(node)):
        if above.label is None:
            continue
        if above.kind is NodeKind.ITEM:
            items.append(above.label)
            continue
        return above.label + "".join(reversed(items))
    return "".join(reversed(items)) or None
