"""What several steps need: names of places, notes, nodes on the frontier, how much is wanted of each facet."""

from navigators.budget import Limits
from navigators.frontier import Seen
from navigators.shelf import Reading
from navigators.state import Walk, WalkState
from stores.events import NoteTaken
from stores.records import Node, Note, Road, place_name
from stores.tokens import estimate_tokens


def seen_node(reading: Reading, node: Node, score: float, road: Road = Road.NAVIGATE) -> Seen:
    passage = node.passage_key is not None
    return Seen(
        version_id=reading.opened.tree.version.id,
        address=node.address,
        score=score,
        coverage=reading.hits_below(node).coverage,
        passage=passage,
        road=road,
        tokens=estimate_tokens(reading.opened.tree.text_of(node)) if passage else 0,
        facets=reading.facets_below(node),
    )


def node_of(walk: Walk, seen: Seen) -> Node:
    return walk.readings[seen.version_id].opened.tree.by_address[seen.address]


def place_of(walk: Walk, version_id: str, address: str) -> str:
    version = walk.readings[version_id].opened.tree.version
    return place_name(version.document, version.number, address)


def noted(walk: Walk, note: Note) -> Note:
    walk.emit(NoteTaken(walk.run, note.round, note.step, note.subject, len(note.kept), note.candidates))
    return note


def wanted_of_each(state: WalkState, limits: Limits) -> list[int]:
    """How many passages are wanted for each facet, where there are several: more for those that stayed open."""
    if len(state.facets) < 2:
        return []
    covered = {facet for claim in state.claims for facet in claim.facets}
    still = 1 + 2 * state.widened
    return [limits.facet_passages * (1 if f.id in covered else still) for f in state.facets]
