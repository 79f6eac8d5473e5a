"""The gates G1 to G4 over a whole draft, claim by claim. Pure, and never raises on any draft.

What comes out as a citation was found in the passage it names and is sliced
from the store; what did not pass comes out as rejected, with the gate and the
reason, and as a repair with the true text for the one repair round.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from docs_ingest.sentences import sentence_spans
from docs_ingest.tables import CELL
from navigators.checks.alignment import aligned
from navigators.checks.citations import Located, locate, propose, substantial, whole_words
from navigators.checks.facts import Evidence, sinking, unfounded
from navigators.checks.folding import UNSEEN, squeezed
from navigators.checks.following import changed
from navigators.checks.polarity import disagreements, polarity
from navigators.checks.quantities import agrees, counted, quantities
from navigators.checks.wording import Finding, Language, message
from navigators.drafts import Draft, DraftCite, DraftClaim
from navigators.messages import language_of_question
from stores.records import Citation, Claim, ClaimKind, Passage, Rejected, Verdict, VerdictState
from stores.tokens import index_terms

_HINT = 600  # characters of the true text in a repair
_LONGEST_FRAME = 200  # characters of a sentence that goes without a citation
_IDS = 60  # of opened passages that a repair names
_BEFORE = 12  # characters shown before the place where a quote leaves the true words
_OWN_TERMS = 4  # content terms of a lead-in that neither the question has nor a lead-in needs
_LEAD = re.compile(
    r"[:：]\s*$|\b(?:follow(?:s|ing)|below|here|summary|sum up|in short|"
    r"overall|question|answer)\b|如下|以下|下列|综上|总之|关于|至于",
    re.IGNORECASE,
)
_LEAD_WORDS = re.compile(
    r"\b(?:documents?|texts?|passages?|sources?|rules?|says?|said|states?|stated|provides?|following|follows|below|here|found|"
    r"summary|short|overall|question|answers?|regarding|concerning|about|point|points|asked|relevant)\b|"
    r"文件|原文|资料|规定|如下|以下|下列|综上|所述|总之|关于|至于|问题|回答|答案|相关|内容|情况|方面|具体|说明|要点|根据|指出|载明",
    re.IGNORECASE,
)


Cite = Callable[[Passage, int, int], Citation]


@dataclass(frozen=True, slots=True)
class Repair:
    """What the writer is told once about a claim that did not pass."""

    claim: int  # its place in the draft
    text: str
    code: str  # "G1 id: ...", "G4 number: the claim says 30 days; the cited text says 10 days", ...
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
    finding: Finding
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
    language: Language = "zh" if language_of_question(question) == "zh" else "en"
    for number, drafted in enumerate(draft.claims):
        text = " ".join(drafted.text.split())
        ghosts += sum(c.id not in passages for c in drafted.cites)
        passed, outcome = _checked(drafted, text, passages, question)
        if isinstance(outcome, _Failure):
            reason = message(outcome.finding, language)
            rejected.append(Rejected(text, (*passed, Verdict(outcome.gate, VerdictState.UNSUPPORTED, reason))))
            repairs.append(Repair(number, text, f"{outcome.gate} {reason}", outcome.hint[:_HINT]))
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
        return (), _Failure("G0", Finding("claim", text, kind="empty"))
    if UNSEEN.search(drafted.text):
        return (), _Failure("G0", Finding("claim", text, kind="hidden"))
    unknown = [c.id for c in drafted.cites if c.id not in passages]
    if unknown:
        opened = ", ".join(sorted(passages)[:_IDS])
        return (), _Failure("G1", Finding("id", repr(unknown[0][:20]), opened), opened)
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
        return tuple(verdicts), _Failure("G3", Finding("citation", text))
    verdicts.append(_supported("G3"))
    failure = _contradicted(text, quotes, question)
    if failure is not None:
        return tuple(verdicts), failure
    return (*verdicts, _supported("G4")), quotes


def _supported(gate: str, reason: str = "") -> Verdict:
    return Verdict(gate, VerdictState.SUPPORTED, reason)


def _not_there(wanted: DraftCite, passage: Passage) -> _Failure:
    """G2 failed: the hint shows the most similar true words, or how the passage begins."""
    if not substantial(wanted.quote.strip()):
        return _Failure("G2", Finding("quote", wanted.quote, kind="short"), passage.text)
    span = propose(wanted.quote, passage.text)
    if span is None:
        return _Failure("G2", Finding("quote", wanted.quote, kind="none"), passage.text)
    start, end = whole_words(passage.text, span)
    true = passage.text[start:end]
    if (start, end) != span and squeezed(wanted.quote) == squeezed(passage.text[span[0] : span[1]]):
        return _Failure("G2", Finding("quote", wanted.quote, true, "cut"), true)
    return _Failure("G2", Finding("quote", *_where_they_part(wanted.quote, true)), true)


def _where_they_part(quote: str, true: str) -> tuple[str, str]:
    """Both texts from shortly before the first words that differ."""
    same = next((i for i, (a, b) in enumerate(zip(quote, true, strict=False)) if a != b), min(len(quote), len(true)))
    start = quote.rfind(" ", 0, max(0, same - _BEFORE)) + 1
    return quote[start:], true[start:]


def _states_nothing(text: str, question: str) -> bool:
    """Whether a sentence may go without a citation: short, no number, no name but the question's, no duty."""
    if len(text) > _LONGEST_FRAME or any(counted(quantities(text))):
        return False
    if any(finding.code == "entity" for finding in unfounded(text, Evidence("", question=question))):
        return False
    stance = polarity(text)
    return not (stance.modalities or stance.bounds or stance.negated) and _leads(text, question)


def _leads(text: str, question: str) -> bool:
    """Whether a sentence only leads over: it points at what follows, and has next to no words of its own."""
    if not _LEAD.search(text):
        return False
    own = {t for t in index_terms(_LEAD_WORDS.sub(" ", text)) if len(t) > 1} - set(index_terms(question))
    return len(own) <= _OWN_TERMS


def _contradicted(text: str, quotes: Sequence[_Quote], question: str) -> _Failure | None:
    """G4: the claim against the sentences it cites; None when nothing speaks against it."""
    sentences = list(dict.fromkeys(s for q in quotes for s in _sentences_around(q)))
    shown = " ".join(sentences)
    if squeezed(text) in {squeezed(s) for s in sentences} | {squeezed(shown)}:
        return None  # word for word
    headings = "\n".join(f"{q.passage.document} {' '.join(q.passage.breadcrumb)}" for q in quotes)
    labels = tuple(q.passage.label for q in quotes if q.passage.label)
    evidence = Evidence(shown, headings, labels, question)
    finding = next(unfounded(text, evidence), None)
    if finding is None:
        laid = aligned(text, sentences)
        followed = (f for f in changed(laid, sinking(text, shown)) if not _head(f, sentences, evidence)) if laid else ()
        finding = next(chain(followed, () if laid and laid.whole else disagreements(text, sentences)), None)
    return None if finding is None else _Failure("G4", finding, shown)


def _head(finding: Finding, sentences: Sequence[str], evidence: Evidence) -> bool:
    """Whether what a claim adds to the row of a table is the date or label that stands above it."""
    if finding.code not in ("date", "label") or not any(CELL in s for s in sentences):
        return False
    said = [q for q in quantities(finding.said) if q.kind in ("date", "label")]
    return bool(said) and all(any(agrees(q, lent) for lent in evidence.lent) for q in said)


def _sentences_around(quote: _Quote) -> list[str]:
    """The whole sentences of the passage that a quote touches."""
    text, at = quote.passage.text, quote.located
    return [text[s:e] for s, e in sentence_spans(text) if s < at.end and e > at.start]
