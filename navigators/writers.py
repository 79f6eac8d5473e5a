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
from navigators.wholes import Slice, Whole, whole_of
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
    """When a sentence is good enough; chosen on the curves of `bench/answers.py`, see `docs/measured.md`."""

    answer: float = 0.56  # score of the best sentence from which a facet is answered
    also: float = 1.6  # of rank below the best, for a further sentence: odds of 1 to 5
    most: int = 3  # sentences a facet


_FOREIGN = 0.7  # of the score of a sentence that is asked in a glossary's words: a like word is not the same word


class ExtractiveWriter:
    """Verbatim sentences, best first, each with its own place as its citation, and with what it hangs on."""

    name = "extractive"

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self._thresholds = thresholds or Thresholds()

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        chosen: list[tuple[Whole, tuple[str, ...]]] = []
        for facet in call.facets:
            for sentence in self.best(facet, call):
                answer = Slice(sentence.passage, sentence.start, sentence.end)
                words = _asked(call, facet, sentence.passage.version_id).weights
                _add(chosen, answer, whole_of(answer, call.passages, words), facet.id)
        return Draft(tuple(_claim(whole, facets) for whole, facets in chosen))

    def best(self, facet: Facet, call: WriteCall) -> list[Sentence]:
        """The sentences that are shown for a facet; none when the best one is too weak.

        Documents of the question's own language first: of the others only the words of the glossary are known.
        """
        limits = self._thresholds
        for found in (_sentences(call, facet, foreign=False), _sentences(call, facet, foreign=True)):
            if found and found[0].score >= limits.answer:
                return [s for s in found if s.rank >= found[0].rank - limits.also][: limits.most]
        return []


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


def _asked(call: WriteCall, facet: Facet, version_id: str) -> Ask:
    """A facet in the words of a version's language."""
    return call.reworded[version_id][facet.id] if version_id in call.reworded else Ask(facet.text)


def _sentences(call: WriteCall, facet: Facet, *, foreign: bool) -> list[Sentence]:
    """The sentences that meet a facet, best first: each passage asked in its own language's words."""
    asks: dict[Ask, list[Passage]] = {}
    for passage in call.passages:
        if (passage.version_id in call.reworded) is foreign:
            asks.setdefault(_asked(call, facet, passage.version_id), []).append(passage)
    found = [
        replace(s, score=s.score * ask.known * (_FOREIGN if foreign else 1.0))
        for ask, passages in asks.items()
        for s in sentences_for(ask, passages, call.rarity)
    ]
    return sorted(found, key=lambda s: -s.rank) if len(asks) > 1 else found


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
