"""What strong passages point to: places they refer to, terms they use, the stem of a list, the sentence before.

Followed places are read beside the passages and never take part in the ranking
(as further results they lose more than they bring; `docs/measured.md`). Each
comes with its reason in the scratchpad.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from navigators.frontier import Seen
from navigators.shelf import OpenVersion, Reading
from navigators.state import Update, Walk, WalkState
from navigators.steps.common import node_of, noted, place_of, seen_node
from stores.records import Edge, EdgeKind, Node, NodeKind, Note, Pick, Road

_STRONG = 8  # passages that are followed from
_FOR_TERMS = 3  # of the strongest: those whose terms are looked up
_OF_A_SECTION = 2  # passages of a section that is referred to
_ITEMS = 4  # of a list whose stem is strong
_BACK = 40  # passages looked back for the stem of an item
_WORTH = 0.5  # of the score of the passage that points there
_LEADS = (":", "：", "—")
_BACKWARD = re.compile(
    r"^.{0,12}?(?:\b(?:this|these|such|those|it|they|the (?:foregoing|preceding|above|same))\b|"
    r"前款|前项|前条|前述|上述|该|此)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Followed:
    node: Node
    reason: str


async def follow(state: WalkState, walk: Walk) -> Update:
    """The places that the strongest passages point to, at most so many."""
    limits = walk.budget.limits
    most = min(limits.followed, limits.passages // 4)
    with walk.budget.timed("follow"):
        strong = _strong(state)
        found: dict[tuple[str, str], tuple[Seen, str]] = {}
        for rank, seen in enumerate(strong if most and walk.budget.remaining > 0 else ()):
            reading = walk.readings[seen.version_id]
            edges = await walk.shelf.edges(walk.library, walk.question.reader, reading.opened)
            for one in _pointed_to(reading, node_of(walk, seen), edges, rank < _FOR_TERMS, walk.question.text):
                if one.node.passage_key is None or (seen.version_id, one.node.address) in found:
                    continue
                beside = replace(seen_node(reading, one.node, round(seen.score * _WORTH, 6)), road=Road.FOLLOWED)
                reason = f"{one.reason} {place_of(walk, seen.version_id, seen.address)}"
                found[beside.key] = (beside, reason)
        read = {s.key for s in state.ranking.best_passages()[: limits.passages * 2**state.widened - most]}
        chosen = [(seen, reason) for key, (seen, reason) in found.items() if key not in read][:most]
    note = Note(
        state.round,
        "follow",
        "passages",
        candidates=len(found),
        picks=tuple(
            Pick(f"f{i:02d}", place_of(walk, s.version_id, s.address), s.score, reason)
            for i, (s, reason) in enumerate(chosen)
        ),
        kept=tuple(place_of(walk, s.version_id, s.address) for s, _ in chosen),
    )
    return {"followed": tuple(s for s, _ in chosen), "notes": [noted(walk, note)]}


def _strong(state: WalkState) -> list[Seen]:
    """The best passages, and the best of each facet."""
    ranking = state.ranking
    best = ranking.best_passages()[:_STRONG]
    of_facets = [s for i in range(len(state.facets)) for s in ranking.best_for(i)[:1]]
    return list({s.key: s for s in (*best, *of_facets)}.values())


def _pointed_to(reading: Reading, node: Node, edges: Sequence[Edge], terms: bool, question: str) -> Iterator[_Followed]:
    """In order: what the passage refers to, what its terms mean, what it goes on from."""
    opened = reading.opened
    for edge in edges:
        if edge.kind is EdgeKind.REFERENCE and edge.target is not None and _inside(edge.source, node.address):
            for target in _passages_of(reading, edge.target):
                if not _inside(target.address, node.address):
                    yield _Followed(target, f"{edge.label} is referred to by")
    text = opened.tree.text_of(node) if terms else ""
    for edge in edges if terms else ():
        said = edge.kind is EdgeKind.DEFINITION and (_says(question, edge.label) or _says(text, edge.label))
        if said and not _inside(edge.source, node.address):
            yield from (_Followed(t, f"defines {edge.label!r} of") for t in _passages_of(reading, edge.source))
    yield from _beside(opened, node)


def _inside(address: str, above: str) -> bool:
    return f"{address}.".startswith(f"{above}.")


def _passages_of(reading: Reading, address: str) -> list[Node]:
    """The passage that a place is or lies in; of a section the passages that meet the question best, else its first."""
    opened = reading.opened
    node = opened.tree.by_address.get(address)
    if node is None:
        return []
    within = [n for n in opened.tree.path(node) if n.passage_key is not None]
    if within:
        return within[:1]
    below = [i for i in opened.passages_below(node) if opened.statistics.passages[i].kind is not NodeKind.HEADING]
    met = sorted((i for i in below if i in reading.evidence), key=lambda i: (-reading.evidence[i].score, i))
    return [opened.statistics.passages[i] for i in met[:_OF_A_SECTION] or below[:1]]


def _says(text: str, term: str) -> bool:
    """Whether a text uses a defined term: of Latin letters in whole words and as they are capitalised."""
    if term not in text or not term.isascii():
        return len(term) > 1 and term in text
    return len(term) > 2 and re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text) is not None


def _beside(opened: OpenVersion, node: Node) -> Iterator[_Followed]:
    """The stem of an item, the items of a stem, and what a passage that begins with “such” or 前款 goes on from."""
    passages = opened.statistics.passages
    at = opened.passages_below(node).start
    if not (at < len(passages) and passages[at].address == node.address):
        return
    text = opened.tree.text_of(node).strip()
    if node.kind is NodeKind.ITEM:
        stem = next((p for p in reversed(passages[max(0, at - _BACK) : at]) if p.kind is not NodeKind.ITEM), None)
        if stem is not None and opened.tree.text_of(stem).rstrip().endswith(_LEADS):
            yield _Followed(stem, "the list begins there of")
    elif text.endswith(_LEADS):
        for one in passages[at + 1 : at + 1 + _ITEMS]:
            if one.kind is not NodeKind.ITEM:
                break
            yield _Followed(one, "goes on from")
    if at and _BACKWARD.match(text) and passages[at - 1].kind is not NodeKind.HEADING:
        yield _Followed(passages[at - 1], "is gone on from by")
