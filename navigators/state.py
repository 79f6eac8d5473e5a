"""What the graph carries from step to step, and what its steps work with.

`WalkState` is data: it changes only through the updates that steps return.
`Walk` is the run's surroundings: the ports, the budget, the question; steps use
it and never change the question.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from navigators.asked import Wordings
from navigators.budget import Budget
from navigators.checks.gates import Repair
from navigators.drafts import Draft
from navigators.frontier import Frontier, Seen
from navigators.hybrid import blended
from navigators.judges import Judge
from navigators.naming import named_each
from navigators.shelf import Reading, Shelf
from navigators.writers import Writer
from stores.events import Emit
from stores.ids import Clock
from stores.ports import Library, Searchable
from stores.records import (
    Claim,
    Effort,
    Facet,
    Fallback,
    IndexHit,
    Note,
    Outcome,
    Passage,
    Pick,
    Reader,
    Rejected,
    Roads,
    Version,
)

Update = dict[str, Any]
"""What a step changes in the state, by field name; LangGraph merges it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, of what, as of when."""

    text: str
    reader: Reader = field(default_factory=Reader)
    collection: str | None = None
    documents: tuple[str, ...] = ()  # empty: all of the collection
    as_of: date | None = None
    effort: Effort = Effort.STANDARD
    roads: Roads = Roads.AUTO


@dataclass(slots=True)
class Walk:
    """One run's surroundings."""

    run: str
    question: Question
    library: Library
    keywords: Searchable | None  # None: there is no keyword index, and the answer says so
    judge: Judge
    writer: Writer
    shelf: Shelf
    budget: Budget
    clock: Clock
    emit: Emit
    wordings: Wordings
    named: Callable[[Sequence[Version], Sequence[str]], list[dict[str, float]]] = named_each
    readings: dict[str, Reading] = field(default_factory=dict)  # version id -> the question over that version
    semantic: Mapping[str, Searchable] = field(default_factory=dict)  # name -> index of passages by their meaning
    falls_back: bool | None = None  # in a replay: whether the run did; None: as it turns out


@dataclass(frozen=True, slots=True)
class JudgeTask:
    """One branch of a round: judge the children of one open node."""

    round: int
    node: Seen
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What came back from one branch."""

    round: int
    node: Seen
    picks: tuple[Pick, ...]
    seen: tuple[Seen, ...]  # the picked children, ready for the frontier
    shown: tuple[str, ...]  # addresses of all children shown
    note: Note


@dataclass(slots=True)
class WalkState:
    """The graph's state. Lists with a reducer only grow."""

    versions: tuple[Version, ...] = ()
    hits: tuple[IndexHit, ...] = ()
    facets: tuple[Facet, ...] = ()
    frontier: Frontier = field(default_factory=Frontier.empty)
    opening: tuple[Seen, ...] = ()  # what the current round opens
    round: int = 0
    widened: int = 0
    hybrid: tuple[Seen, ...] = ()  # what the hybrid road found, best first
    fell_back: Fallback | None = None  # why it was taken, once it was
    followed: tuple[Seen, ...] = ()  # places that strong passages point to
    judged: Annotated[list[Judged], operator.add] = field(default_factory=list)
    notes: Annotated[list[Note], operator.add] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    degraded: Annotated[list[str], operator.add] = field(default_factory=list)
    passages: tuple[Passage, ...] = ()
    draft: Draft | None = None
    drafts: Annotated[list[str], operator.add] = field(default_factory=list)
    repairs: tuple[Repair, ...] = ()
    repaired: bool = False
    claims: tuple[Claim, ...] = ()
    rejected: Annotated[list[Rejected], operator.add] = field(default_factory=list)
    stopped: str = ""  # which budget ended the walk, if one did
    outcome: Outcome | None = None
    reason: str = ""

    @property
    def ranking(self) -> Frontier:
        """The frontier as it is read: with what the hybrid road found, where that was taken."""
        return blended(self.frontier, self.hybrid, len(self.facets))
