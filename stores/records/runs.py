"""A run: one question from start to outcome, as data.

A run can be written to JSON and read back without loss; the answer, the trace
and the replay are views of it. Nothing in here is prose that was fed forward
unchecked.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Effort(StrEnum):
    QUICK = "quick"  # second road and one round
    STANDARD = "standard"
    EXHAUSTIVE = "exhaustive"  # every leaf in scope is read


class Roads(StrEnum):
    """Which roads a question may take."""

    NAVIGATE = "navigate"  # through the documents' trees
    HYBRID = "hybrid"  # flat, by the words and the meaning of passages
    BOTH = "both"
    AUTO = "auto"  # navigate, and fall back where that does not answer all of it; `retrieve`: both


class Fallback(StrEnum):
    """Why the hybrid road was taken."""

    ASKED = "asked"
    NO_STRUCTURE = "no_structure"  # the documents have no headings to go by
    OPEN_FACETS = "open_facets"  # something asked for was not found
    BUDGET = "budget"
    DEADLINE = "deadline"


class Outcome(StrEnum):
    ANSWERED = "answered"
    PARTIAL = "partial"  # some facets covered, the others named as not found
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    BUDGET_EXHAUSTED = "budget_exhausted"
    FAILED = "failed"


class Road(StrEnum):
    """How a passage was reached."""

    NAVIGATE = "navigate"  # from the root down
    KEYWORDS = "keywords"  # proposed by the keyword index
    BOTH = "both"
    HYBRID = "hybrid"  # found flat, by its words or its meaning
    FOLLOWED = "followed"  # a strong passage refers to it, needs its definition, or goes on from it


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing the question asks for."""

    id: str  # f0, f1, ...
    text: str
    covered: bool = False
    evidence: tuple[str, ...] = ()  # places (document@version#address) that cover it
    looked: int = 0  # passages read for it
    best: tuple[str, ...] = ()  # of a facet that was not found: the places read that come nearest to it


@dataclass(frozen=True, slots=True)
class Signpost:
    """The short static description of a node that a judge sees before opening it.

    A function of the version alone, never of the question, so that it is
    byte-identical for every question.
    """

    place: str  # document@version#address
    breadcrumb: tuple[str, ...]  # headings above, from the document's title down
    kind: str
    label: str | None
    title: str | None
    opening: str  # first words
    tokens: int  # estimated size
    leaves: int
    terms: tuple[str, ...]  # what distinguishes this node from its siblings


@dataclass(frozen=True, slots=True)
class QueryHits:
    """What the question's words meet below a node: facts, not a judgement."""

    best: float  # best evidence score of any passage below, 0..1
    coverage: float  # share of the question's weight met by that passage, 0..1
    count: int  # passages below with any hit that counts
    line: str  # the words around the best hit
    mass: float = 0.0  # sum of the evidence scores below


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node put before a judge, under a local label that means nothing elsewhere."""

    local: str  # c00..c19
    signpost: Signpost
    hits: QueryHits


@dataclass(frozen=True, slots=True)
class Pick:
    local: str
    place: str
    score: float  # 0..1, comparable over levels and documents
    reason: str  # short, from a closed vocabulary for lexical judges


@dataclass(frozen=True, slots=True)
class Note:
    """One decision of the scratchpad."""

    round: int
    step: str  # open, propose, plan, judge, search, fall_back, follow, read, write, check, repair, widen, conclude
    subject: str  # the place or thing decided about
    candidates: int = 0
    picks: tuple[Pick, ...] = ()
    kept: tuple[str, ...] = ()  # places that went on
    entropy: float | None = None  # of the candidates' scores, 0..1
    width: int | None = None  # how many were kept open because of it
    reason: str = ""
    detail: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A node opened for reading."""

    local: str  # p00..: the id a writer may cite, valid in this run only
    version_id: str
    document: str
    version: int
    address: str
    label: str | None
    breadcrumb: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    score: float
    road: Road


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact place; `quote` is sliced from the ledger, never taken from a reply."""

    document: str
    version: int
    address: str
    label: str | None
    page: int | None
    start: int
    end: int
    quote: str
    boxes: tuple[tuple[int, float, float, float, float], ...] = ()  # (page, left, top, right, bottom) per line
    derivation: int = 1
    content_hash: str = ""  # of the cited node, so that the place can be checked years later
    page_label: str | None = None  # what is printed on the page as its number, where that is known


class VerdictState(StrEnum):
    SUPPORTED = "supported"
    PARTIAL = "partial"
    UNSUPPORTED = "unsupported"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Verdict:
    check: str  # G0..G6
    state: VerdictState
    reason: str = ""


class ClaimKind(StrEnum):
    FACT = "fact"  # needs a citation
    FRAME = "frame"  # connects claims, states nothing: may go without


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the answer."""

    text: str
    kind: ClaimKind
    citations: tuple[Citation, ...]
    verdicts: tuple[Verdict, ...]
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A sentence that did not pass, with the checks that stopped it."""

    text: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class VersionUsed:
    """A version in scope of the run, with the hashes that prove what it held."""

    version_id: str
    document: str
    version: int
    derivation: int
    source_hash: str
    text_hash: str
    root_hash: str
    parser: str


@dataclass(frozen=True, slots=True)
class DocumentCoverage:
    """What of one version was read in full, judged by signpost, or not looked at (counts of passages)."""

    document: str
    version: int
    root_hash: str
    passages: int
    read: int
    judged: int  # a signpost on the way to it was judged, and it was not opened
    unseen: int
    read_hash: str = ""  # SHA-256 over addresses and hashes of the passages read, in document order; "" for none
    judged_hash: str = ""  # of those judged
    unseen_hash: str = ""  # of those not looked at


@dataclass(frozen=True, slots=True)
class Coverage:
    documents: tuple[DocumentCoverage, ...] = ()
    considered: int = 0  # documents in scope
    looked_at: int = 0  # documents that were opened
    dropped: dict[str, int] = field(default_factory=dict)  # index hits dropped at the ledger, by reason
    scope_hash: str = ""  # SHA-256 over names and root hashes of the documents in scope; "" for none


@dataclass(frozen=True, slots=True)
class Cost:
    rounds: int = 0
    judge_calls: int = 0
    passages: int = 0
    passage_tokens: int = 0  # estimated
    model_calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)  # seconds by step


@dataclass(frozen=True, slots=True)
class Run:
    id: str  # UUIDv7
    tenant: str
    subject: str
    question: str
    collection: str | None
    documents: tuple[str, ...]  # asked for by name; empty: all of the collection
    as_of: date | None
    effort: Effort
    started_at: datetime
    outcome: Outcome
    generator: str  # extractive, or the model's name
    judge: str
    answer: str
    claims: tuple[Claim, ...]
    rejected: tuple[Rejected, ...]
    facets: tuple[Facet, ...]
    coverage: Coverage
    degraded: tuple[str, ...]
    cost: Cost
    versions: tuple[VersionUsed, ...]
    notes: tuple[Note, ...]
    passages: tuple[Passage, ...]
    reason: str = ""  # why the outcome is not `answered`
    drafts: tuple[str, ...] = ()  # what the writer handed in, as JSON, in order: replayed through the gates
    cached_from: str | None = None  # the run whose checked answer was served again
    roads: Roads = Roads.NAVIGATE  # those asked for
    fell_back: Fallback | None = None  # why the hybrid road was taken, where it was


@dataclass(frozen=True, slots=True)
class RunSummary:
    id: str
    question: str
    outcome: Outcome
    started_at: datetime
    seconds: float
