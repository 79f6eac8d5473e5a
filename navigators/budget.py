"""One deadline and one budget per run, passed down; whoever spends writes to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from stores.ids import Clock
from stores.records import Cost, Effort


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a run may go."""

    passages: int = 24  # read at most
    passage_tokens: int = 8_000  # estimated, over all passages read
    rounds: int = 16
    judge_calls: int = 400
    seconds: float = 30.0
    width_least: int = 4  # nodes opened a round when one clearly leads
    width_most: int = 24  # and when the scores are flat
    documents: int = 32  # opened at most
    document_characters: int = 10_000_000  # of text in the documents opened, beyond the first
    proposals: int = 60  # passages the keyword index is asked for, and as many again for facets and languages
    merge_tokens: int = 1_000  # of a node that `retrieve` shows in place of several passages in it; 0: none
    facet_passages: int = 3  # read for each facet where a question has several, whatever else is better
    followed: int = 6  # places that strong passages point to, read beside them; at most a quarter of all passages
    widenings: int = 1  # times the reading may be doubled when facets stay open
    fallback_seconds: float = 3.0  # longest time for asking all indexes at once; kept free at the end of the walk


STANDARD = Limits()


def limits_for(effort: Effort, base: Limits = STANDARD) -> Limits:
    """What an effort means in figures, from the standard ones."""
    if effort is Effort.QUICK:
        return replace(
            base,
            passages=min(base.passages, 12),
            rounds=min(base.rounds, 1),
            documents=min(base.documents, 4),
            widenings=0,
        )
    if effort is Effort.EXHAUSTIVE:
        return replace(
            base,
            passages=max(base.passages, 100_000),
            passage_tokens=max(base.passage_tokens, 20_000_000),
            rounds=max(base.rounds, 100),
            judge_calls=max(base.judge_calls, 100_000),
            seconds=max(base.seconds, 300.0),
            documents=max(base.documents, 10_000),
            document_characters=max(base.document_characters, 10**12),
            width_least=10_000,
            width_most=10_000,
            widenings=0,
        )
    return base


@dataclass(slots=True)
class Budget:
    """What a run has spent, and when it must end."""

    limits: Limits
    clock: Clock
    begun: float = field(init=False)
    reserve: float = 0.0  # seconds before the deadline at which narrowing ends, for what is to follow
    rounds: int = 0
    judge_calls: int = 0
    passages: int = 0
    passage_tokens: int = 0
    steps: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.begun = self.clock.monotonic()

    @property
    def seconds(self) -> float:
        return self.clock.monotonic() - self.begun

    @property
    def remaining(self) -> float:
        """Seconds until the deadline, never below zero."""
        return max(0.0, self.limits.seconds - self.seconds)

    @property
    def calls_left(self) -> int:
        """Judge calls that the next round may make; it makes them at the same time, so it must know beforehand."""
        return max(0, self.limits.judge_calls - self.judge_calls)

    def exhausted(self) -> str | None:
        """Which limit on the way down is used up, or None."""
        if self.remaining <= self.reserve:
            return "deadline"
        if self.rounds >= self.limits.rounds:
            return "rounds"
        if self.judge_calls >= self.limits.judge_calls:
            return "judge_calls"
        return None

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the time of the block to the step's time."""
        begun = self.clock.monotonic()
        try:
            yield
        finally:
            self.steps[step] = self.steps.get(step, 0.0) + self.clock.monotonic() - begun

    def cost(self) -> Cost:
        return Cost(
            rounds=self.rounds,
            judge_calls=self.judge_calls,
            passages=self.passages,
            passage_tokens=self.passage_tokens,
            seconds=round(self.seconds, 4),
            steps={step: round(seconds, 4) for step, seconds in self.steps.items()},
        )
