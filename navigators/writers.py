"""Writers: passages in, a draft out. A draft is untrusted input until the gates have passed it.

    Writer.write(WriteCall) -> Draft | DraftFault

`ExtractiveWriter` needs no model: it answers with the sentences of the passages
that meet the question best, word for word, and with nothing when none is good
enough. It says so: `generator: extractive`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from navigators.checks.folding import UNSEEN
from navigators.checks.gates import Repair
from navigators.drafts import Draft, DraftCite, DraftClaim, DraftFault, parse_draft
from navigators.extraction import Sentence, sentences_for
from navigators.facets import Ask
from navigators.wholes import Slice, Whole, whole_of
from stores.records import Facet, Passage


@dataclass(frozen=True, slots=True)
class WriteCall:
    question: str
    facets: tuple[Facet, ...]
    passages: tuple[Passage, ...]  # in document order
    rarity: Mapping[str, float]  # idf of the question's terms over the opened versions
    repairs: tuple[Repair, ...] = ()  # what did not pass, with the true text: the one repair round


class Writer(Protocol):
    """`name` is what the answer says made it."""

    name: str

    async def write(self, call: WriteCall) -> Draft | DraftFault: ...


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a sentence is good enough; chosen on the curves of `bench/answers.py`, see `docs/measured.md`."""

    answer: float = 0.56  # score of the best sentence from which a facet is answered
    also: float = 1.6  # of rank below the best, for a further sentence: odds of 1 to 5
    most: int = 3  # sentences a facet


class ExtractiveWriter:
    """Verbatim sentences, best first, each with its own place as its citation, and with what it hangs on."""

    name = "extractive"

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self._thresholds = thresholds or Thresholds()

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        chosen: list[tuple[Whole, tuple[str, ...]]] = []
        for facet in call.facets:
            ask = Ask(facet.text)
            for sentence in self.best(ask, call):
                answer = Slice(sentence.passage, sentence.start, sentence.end)
                _add(chosen, answer, whole_of(answer, call.passages, ask.weights), facet.id)
        return Draft(tuple(_claim(whole, facets) for whole, facets in chosen))

    def best(self, ask: Ask, call: WriteCall) -> list[Sentence]:
        """The sentences that are shown for a facet; none when the best one is too weak."""
        limits = self._thresholds
        found = sentences_for(ask, call.passages, call.rarity)
        if not found or found[0].score < limits.answer:
            return []
        return [s for s in found if s.rank >= found[0].rank - limits.also][: limits.most]


def _add(chosen: list[tuple[Whole, tuple[str, ...]]], answer: Slice, whole: Whole, facet: str) -> None:
    """One more claim, unless what it shows is shown already: then that one answers this facet too."""
    for i, (shown, facets) in enumerate(chosen):
        if any(cite.holds(answer) for cite in shown.cites):
            chosen[i] = (shown, facets if facet in facets else (*facets, facet))
            return
    chosen.append((whole, (facet,)))


def _claim(whole: Whole, facets: tuple[str, ...]) -> DraftClaim:
    return DraftClaim(
        text=UNSEEN.sub("", whole.text),
        kind="fact",
        cites=tuple(DraftCite(cite.passage.local, cite.quote) for cite in whole.cites),
        facets=facets,
    )


class RecordedWriter:
    """Hands in again, in order, what a stored run's writer handed in."""

    def __init__(self, name: str, drafts: Sequence[str]) -> None:
        self.name = name
        self._drafts = list(drafts)

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        return parse_draft(self._drafts.pop(0), "stop") if self._drafts else Draft(())
