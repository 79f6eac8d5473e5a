"""The gates G1 to G4 over a whole draft, claim by claim. Pure, and never raises on any draft.

What comes out as a citation was found in the passage it names and is sliced
from the store; what did not pass comes out as rejected, with the gate and the
reason, and as a repair with the true text for the one repair round.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from docs_ingest.sentences import sentence_spans
from navigators.checks.citations import Located, locate, propose
from navigators.checks.facts import Evidence, unfounded
from navigators.checks.folding import UNSEEN, squeezed
from navigators.checks.polarity import disagreements, polarity
from navigators.checks.quantities import counted, quantities
from navigators.drafts import Draft, DraftCite, DraftClaim
from stores.records import Citation, Claim, ClaimKind, Passage, Rejected, Verdict, VerdictState

_HINT = 600  # characters of the true text in a repair
_LONGEST_FRAME = 200  # characters of a sentence that goes without a citation


Cite = Callable[[Passage, int, int], Citation]


@dataclass(frozen=True, slots=True)
class Repair:
    """What the writer is told once about a claim that did not pass."""

    claim: int  # its place in the draft
    text: str
    code: str  # "G1 unknown id", "G4 number", ...
    hint: str  # the true text of the place, at most 600 characters


@dataclass(frozen=True, slots=True)
class Checked:
    claims: tuple[Claim, ...]
    rejected: tuple[Rejected, ...]
    repairs: tuple[Repair, ...]
    ghosts: int  # ids that were never opened


@dataclass(frozen=True, slots=True)
class _Failure:
    gate: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quote found in its passage."""

    passage: Passage
    located: Located


def check_draft(draft: Draft, passages: Mapping[str, Passage], question: str, cite: Cite) -> Checked:
    """Pass every claim of a draft through the gates.

    `passages` are those opened in this run, by local id; `cite(passage, start,
    end)` makes the citation of a span given in absolute code points.
    """
    claims: list[Claim] = []
    rejected: list[Rejected] = []
    repairs: list[Repair] = []
    ghosts = 0
    said: set[str] = set()
    for number, drafted in enumerate(draft.claims):
        text = " ".join(drafted.text.split())
        ghosts += sum(c.id not in passages for c in drafted.cites)
        passed, outcome = _checked(drafted, text, passages, question)
        if isinstance(outcome, _Failure):
            verdict = Verdict(outcome.gate, VerdictState.UNSUPPORTED, outcome.reason)
            rejected.append(Rejected(text, (*passed, verdict)))
            repairs.append(Repair(number, text, f"{outcome.gate} {outcome.reason}", outcome.hint[:_HINT]))
            continue
        if squeezed(text) in said:
            continue  # said already, word for word
        said.add(squeezed(text))
        citations = tuple(dict.fromkeys(_cited(q, cite) for q in outcome))
        claims.append(Claim(text, ClaimKind(drafted.kind), citations, passed, drafted.facets))
    return Checked(tuple(claims), tuple(rejected), tuple(repairs), ghosts)


def _cited(quote: _Quote, cite: Cite) -> Citation:
    start = quote.passage.start
    return cite(quote.passage, start + quote.located.start, start + quote.located.end)


def _checked(
    drafted: DraftClaim, text: str, passages: Mapping[str, Passage], question: str
) -> tuple[tuple[Verdict, ...], Sequence[_Quote] | _Failure]:
    """The verdicts so far, and the quotes that were found or what stopped the claim."""
    if not text or not any(c.isalnum() for c in text):
        return (), _Failure("G0", "a claim without words")
    if UNSEEN.search(drafted.text):
        return (), _Failure("G0", "hidden characters")
    unknown = [c.id for c in drafted.cites if c.id not in passages]
    if unknown:
        return (), _Failure("G1", f"unknown id {unknown[0][:20]!r}", f"ids opened: {', '.join(sorted(passages)[:60])}")
    verdicts = [_supported("G1")] if drafted.cites else []
    quotes: list[_Quote] = []
    for wanted in drafted.cites:
        found = locate(wanted.quote, passages[wanted.id].text)
        if found is None:
            return tuple(verdicts), _not_there(wanted, passages[wanted.id])
        quotes.append(_Quote(passages[wanted.id], found))
    if quotes:
        verdicts.append(_supported("G2", ", ".join(dict.fromkeys(q.located.how for q in quotes))))
    elif drafted.kind == "frame" and _states_nothing(text, question):
        return (Verdict("G3", VerdictState.SUPPORTED, "states nothing"),), quotes
    else:
        return tuple(verdicts), _Failure("G3", "no citation")
    verdicts.append(_supported("G3"))
    failure = _contradicted(text, quotes, question)
    if failure is not None:
        return tuple(verdicts), failure
    return (*verdicts, _supported("G4")), quotes


def _supported(gate: str, reason: str = "") -> Verdict:
    return Verdict(gate, VerdictState.SUPPORTED, reason)


def _not_there(wanted: DraftCite, passage: Passage) -> _Failure:
    """G2 failed: the hint shows the most similar true words, or how the passage begins."""
    span = propose(wanted.quote, passage.text)
    true = passage.text[span[0] : span[1]] if span is not None else passage.text
    return _Failure("G2", "the quote is not in the passage", true)


def _states_nothing(text: str, question: str) -> bool:
    """Whether a sentence may go without a citation: short, no number, no name but the question's, no duty."""
    if len(text) > _LONGEST_FRAME or any(counted(quantities(text))):
        return False
    if any(reason == "entity" for reason, _ in unfounded(text, Evidence("", question=question))):
        return False
    stance = polarity(text)
    return not (stance.modalities or stance.bounds or stance.negated)


def _contradicted(text: str, quotes: Sequence[_Quote], question: str) -> _Failure | None:
    """G4: the claim against the sentences it cites; None when nothing speaks against it."""
    sentences = [s for q in quotes for s in _sentences_around(q)]
    shown = " ".join(dict.fromkeys(sentences))
    if squeezed(text) in {squeezed(s) for s in sentences} | {squeezed(shown)}:
        return None  # word for word
    headings = "\n".join(f"{q.passage.document} {' '.join(q.passage.breadcrumb)}" for q in quotes)
    labels = tuple(q.passage.label for q in quotes if q.passage.label)
    for reason, words in unfounded(text, Evidence(shown, headings, labels, question)):
        return _Failure("G4", f"{reason}: {words[:80]}", shown)
    for stance, words in disagreements(text, list(dict.fromkeys(sentences))):
        return _Failure("G4", stance, words)
    return None


def _sentences_around(quote: _Quote) -> list[str]:
    """The whole sentences of the passage that a quote touches."""
    text, at = quote.passage.text, quote.located
    return [text[s:e] for s, e in sentence_spans(text) if s < at.end and e > at.start]
