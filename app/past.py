"""What became of a place of an older version, in the version in force now."""

from dataclasses import dataclass
from itertools import takewhile

from app.resources import House
from docs_ingest.lineage import Became, Change, changed_words, follow
from stores.in_force import in_force
from stores.records import Node, Reader, Tree, Version


@dataclass(frozen=True, slots=True)
class Now:
    """`became` in `version`; the words that changed, where the place still stands somewhere."""

    version: Version
    became: Became
    words: tuple[tuple[Change, str], ...] = ()


async def what_became(house: House, tree: Tree, node: Node) -> Now | None:
    """None where the place's version is the one in force, or newer than it."""
    reader = Reader(house.settings.tenant)
    history = await house.library.history(reader, tree.version.document)
    current = in_force(history, house.clock.now().date())
    if current is None or current.number <= tree.version.number:
        return None
    between = [v for v in history if tree.version.number < v.number <= current.number]
    steps = [await house.library.lineage(reader, version.id) for version in between]
    became = follow(leaves_below(tree, node), steps)
    if became.place is None:
        return Now(current, became)
    newer = await house.library.tree(reader, current.id)
    after = "".join(newer.text_of(newer.by_address[a]) for a in became.addresses)
    return Now(current, became, tuple(changed_words(words_below(tree, node).strip(), after.strip())))


def leaves_below(tree: Tree, node: Node) -> list[str]:
    """Addresses of the leaves of a place, itself if it is one."""
    at = f"{node.address}."
    nodes = tree.nodes[node.order :]
    return [n.address for n in takewhile(lambda n: f"{n.address}.".startswith(at), nodes) if n.leaf]


def words_below(tree: Tree, node: Node) -> str:
    """The words of a place without page furniture and what nobody sees."""
    leaves = (tree.by_address[a] for a in leaves_below(tree, node))
    return "".join(tree.text_of(leaf) for leaf in leaves if leaf.kind.citable)
