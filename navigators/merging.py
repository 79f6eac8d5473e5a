"""Passages that stand together are one: several hits in a short section are shown as the section.

Leaves are small (a paragraph, an item, a row), which finds the exact place; but
evidence that is spread over the paragraphs of an article takes a place in the
ranking for each of them. So the best passages are taken in order, and where a
passage has a neighbour among those taken already, under one node of at most so
many tokens of which they are a good part, that node takes the place of both.
Rows of a table stay rows: each reads alone; and groups, which hold neighbours by
their number, are no whole.
Measured in `docs/measured.md` (`citepath eval retrieval`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from navigators.frontier import Seen
from navigators.shelf import Reading
from stores.records import Node, NodeKind, Road, Tree, ancestors
from stores.tokens import estimate_tokens

_NO_WHOLE = (NodeKind.TABLE, NodeKind.GROUP)
_PART = 0.4  # of a node's tokens that the passages found in it must have
WINDOW = 40
"""Only so many of the best passages are put together: what follows comes as it is, so a longer list begins like a
shorter one."""


def merged(ranked: Sequence[Seen], readings: Mapping[str, Reading], tokens: int) -> list[Seen]:
    """The ranked passages, neighbours under a node of at most `tokens` put together; none with `tokens` 0.

    A merged one stands where the best of its members stood, with that one's
    score. No word comes twice.
    """
    taken: list[Seen] = []
    for rank, seen in enumerate(ranked):
        if any(_inside(seen, other) for other in taken[:WINDOW]):
            continue
        tree = readings[seen.version_id].opened.tree
        whole = _common(tree, seen, taken, tokens) if rank < WINDOW else None
        if whole is None:
            taken.append(seen)
            continue
        members = [i for i, other in enumerate(taken) if _below(other, seen.version_id, whole.address)]
        road = seen.road if all(taken[i].road is seen.road for i in members) else Road.BOTH
        size = estimate_tokens(tree.text_of(whole))
        taken[members[0]] = replace(taken[members[0]], address=whole.address, road=road, tokens=size)
        for i in reversed(members[1:]):
            del taken[i]
    return taken


def _common(tree: Tree, seen: Seen, taken: Sequence[Seen], tokens: int) -> Node | None:
    """The largest node of at most `tokens` of which this passage and some that were taken are a good part, or None."""
    found: Node | None = None
    for address in reversed(list(ancestors(seen.address))):
        node = tree.by_address[address]
        size = estimate_tokens(tree.text_of(node))
        if node.kind in _NO_WHOLE or size > tokens or not _citable(tree, node):
            break
        members = [other for other in taken if _below(other, seen.version_id, address)]
        if members and sum(_size(tree, one) for one in (seen, *members)) >= _PART * size:
            found = node
    return found


def _size(tree: Tree, seen: Seen) -> int:
    return estimate_tokens(tree.text_of(tree.by_address[seen.address]))


def _citable(tree: Tree, node: Node) -> bool:
    """Whether all of a node is evidence: hidden words and running heads inside it must not come along."""
    return node.kind.citable and all(_citable(tree, child) for child in tree.children(node))


def _below(seen: Seen, version_id: str, address: str) -> bool:
    return seen.version_id == version_id and seen.address.startswith(f"{address}.")


def _inside(seen: Seen, other: Seen) -> bool:
    return seen.key == other.key or _below(seen, other.version_id, other.address)
