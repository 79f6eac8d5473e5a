"""Judges: which children of an open node may hold evidence.

    Judge.judge(JudgeCall) -> Judgement

A judge sees signposts and query hits under short local labels (c00..c19) and
picks some of them with a score and a reason. What it says is checked by
`valid_picks` before anything acts on it; a judge that names a label it was not
shown is told so in the scratchpad, never obeyed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from stores.records import Candidate, Facet, Note, Pick


@dataclass(frozen=True, slots=True)
class JudgeCall:
    """One small call: the children of one open node."""

    question: str
    facets: tuple[Facet, ...]
    parent: str  # place
    candidates: tuple[Candidate, ...]  # at most 20
    round: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    picks: tuple[Pick, ...]
    invalid: tuple[str, ...] = ()  # labels or scores that could not be used


class Judge(Protocol):
    """Chooses the way. `name` stands in the run."""

    name: str

    async def judge(self, call: JudgeCall) -> Judgement: ...


class LexicalJudge:
    """No model: a node is worth what its best passage is worth, and a little more where hits are many.

    Judging a node by its own heading alone, or cutting to the best few
    documents or pages, loses 5 to 10 points of recall on every question set
    measured; so the score of the best descendant decides.
    """

    name = "lexical/1"

    async def judge(self, call: JudgeCall) -> Judgement:
        picks = [
            Pick(c.local, c.signpost.place, round(c.hits.best, 6), _reason(c))
            for c in call.candidates
            if c.hits.count or c.hits.best > 0
        ]
        return Judgement(tuple(sorted(picks, key=lambda p: (-p.score, p.local))))


def _reason(candidate: Candidate) -> str:
    hits = candidate.hits
    strength = "strong" if hits.coverage >= 0.75 else "partial" if hits.coverage >= 0.4 else "weak"
    return f"{strength} match, {hits.count} passage{'' if hits.count == 1 else 's'}"


class RecordedJudge:
    """Says again what a stored run's notes say was picked; raises KeyError where the run asked no such thing."""

    def __init__(self, name: str, notes: Sequence[Note]) -> None:
        self.name = name
        self._said: Mapping[tuple[int, str], Judgement] = {
            (n.round, n.subject): Judgement(n.picks, invalid_in(n)) for n in notes if n.step == "judge"
        }

    async def judge(self, call: JudgeCall) -> Judgement:
        return self._said[call.round, call.parent]


_INVALID = "invalid picks: "


def invalid_reason(invalid: Sequence[str]) -> str:
    """How a note says what was thrown out; empty for nothing."""
    return _INVALID + ", ".join(invalid) if invalid else ""


def invalid_in(note: Note) -> tuple[str, ...]:
    """What a note says was thrown out."""
    return tuple(note.reason.removeprefix(_INVALID).split(", ")) if note.reason.startswith(_INVALID) else ()


def valid_picks(call: JudgeCall, judgement: Judgement) -> tuple[tuple[Pick, ...], tuple[str, ...]]:
    """The picks that name a candidate of this call, each once, with a score in 0..1; and what was thrown out."""
    shown = {c.local: c.signpost.place for c in call.candidates}
    kept: dict[str, Pick] = {}
    invalid = list(judgement.invalid)
    for pick in judgement.picks:
        if shown.get(pick.local) != pick.place or pick.local in kept or not 0.0 <= pick.score <= 1.0:
            invalid.append(pick.local)
        else:
            kept[pick.local] = pick
    return tuple(kept.values()), tuple(invalid)
