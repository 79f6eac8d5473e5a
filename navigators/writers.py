"""Writers: passages in, a draft out. A draft is untrusted input until the gates have passed it.

    Writer.write(WriteCall) -> Draft | DraftFault

`ExtractiveWriter` needs no model: it answers with the sentences of the passages
that meet the question best, word for word, and with nothing when none is good
enough. It says so: `generator: extractive`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

from navigators.checks.folding import UNSEEN
from navigators.checks.gates import Repair
from navigators.drafts import Draft, DraftCite, DraftClaim, DraftFault, FaultCode, parse_draft
from navigators.extraction import Sentence, sentences_for
from navigators.facets import Ask
from stores.records import Facet, Note, Passage


@dataclass(frozen=True, slots=True)
class WriteCall:
    question: str
    facets: tuple[Facet, ...]
    passages: tuple[Passage, ...]  # in document order
    rarity: Mapping[str, float]  # idf of the question's terms over the opened versions
    reworded: Mapping[str, Mapping[str, Ask]] = field(default_factory=dict)  # version id -> facet id -> as asked there
    repairs: tuple[Repair, ...] = ()  # what did not pass, with the true text: the one repair round


class Writer(Protocol):
    """`name` is what the answer says made it."""

    name: str

    async def write(self, call: WriteCall) -> Draft | DraftFault: ...


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a sentence is good enough; chosen on the curve of `bench/abstention.py`, see `docs/measured.md`."""

    answer: float = 0.58  # of a facet's weight, met by the best sentence in its place
    also: float = 0.9  # of the best sentence's score, for a further sentence
    most: int = 3  # sentences a facet


class ExtractiveWriter:
    """Verbatim sentences, best first, each with its own place as its citation."""

    name = "extractive"

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self._thresholds = thresholds or Thresholds()

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        chosen: dict[tuple[str, str], DraftClaim] = {}
        for facet in call.facets:
            for sentence in self._best(call, facet):
                key = (sentence.passage.local, sentence.quote)
                before = chosen[key].facets if key in chosen else ()
                chosen[key] = DraftClaim(
                    text=" ".join(UNSEEN.sub("", sentence.quote).split()),
                    kind="fact",
                    cites=(DraftCite(sentence.passage.local, sentence.quote),),
                    facets=(*before, facet.id),
                )
        return Draft(tuple(chosen.values()))

    def _best(self, call: WriteCall, facet: Facet) -> list[Sentence]:
        limits = self._thresholds
        found = _sentences(call, facet)
        if not found or found[0].score < limits.answer:
            return []
        bar = max(limits.answer, found[0].score * limits.also)
        return [s for s in found if s.score >= bar][: limits.most]


def _sentences(call: WriteCall, facet: Facet) -> list[Sentence]:
    """The sentences that meet a facet, best first: each passage asked in its own language's words."""
    own = [p for p in call.passages if p.version_id not in call.reworded]
    found = sentences_for(Ask(facet.text), own, call.rarity)
    for version_id, asks in call.reworded.items():
        there = [p for p in call.passages if p.version_id == version_id]
        ask = asks[facet.id]
        found += [
            replace(s, score=s.score * ask.known, rank=s.rank * ask.known)
            for s in sentences_for(ask, there, call.rarity)
        ]
    return sorted(found, key=lambda s: -s.rank) if call.reworded else found


class RecordedWriter:
    """Hands in again, in order, what a stored run's writer handed in, and what was no draft."""

    def __init__(self, name: str, drafts: Sequence[str], notes: Sequence[Note]) -> None:
        self.name = name
        self._replies: list[Draft | DraftFault] = []
        left = list(drafts)
        for note in notes:
            if note.step not in ("write", "repair") or not note.candidates:  # nothing to write from
                continue
            if note.reason:  # a first reply that was no draft had been asked for once more
                self._replies += [DraftFault(cast(FaultCode, note.reason), "")] * (2 if note.step == "write" else 1)
            elif left:
                self._replies.append(parse_draft(left.pop(0), "stop"))

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        return self._replies.pop(0) if self._replies else Draft(())
