"""The one stream of typed events: progress, traces and audit all read it.

Whoever does work emits these to the `Emit` it was given; nobody else prints or
logs progress. An event carries facts, never document text.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileBegun:
    file: str
    index: int  # 1-based
    total: int
    bytes: int


@dataclass(frozen=True, slots=True)
class PageParsed:
    file: str
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class FileDone:
    file: str
    document: str
    version: int | None
    status: str
    reason: str | None
    pages: int | None
    nodes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PassagesSynced:
    index: str
    done: int
    waiting: int


@dataclass(frozen=True, slots=True)
class IndexCompared:
    """Progress of a comparison of an index with the ledger."""

    index: str
    done: int  # documents
    total: int


@dataclass(frozen=True, slots=True)
class RunBegun:
    run: str
    documents: int


@dataclass(frozen=True, slots=True)
class RoundBegun:
    run: str
    round: int
    opened: tuple[str, ...]  # places


@dataclass(frozen=True, slots=True)
class NoteTaken:
    run: str
    round: int
    step: str
    subject: str
    kept: int
    candidates: int


@dataclass(frozen=True, slots=True)
class PassageRead:
    run: str
    place: str
    score: float


@dataclass(frozen=True, slots=True)
class ClaimPassed:
    run: str
    index: int
    citations: int


@dataclass(frozen=True, slots=True)
class ClaimRejected:
    run: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunDone:
    run: str
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class QuestionScored:
    """Progress of an evaluation."""

    done: int
    total: int


Event = (
    FileBegun
    | PageParsed
    | FileDone
    | PassagesSynced
    | IndexCompared
    | RunBegun
    | RoundBegun
    | NoteTaken
    | PassageRead
    | ClaimPassed
    | ClaimRejected
    | RunDone
    | QuestionScored
)

Emit = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener that is not there."""
