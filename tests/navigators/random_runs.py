"""Runs at random: documents, questions, limits, efforts, judges and writers of every kind.

Everything runs on the shipped memory stores and a clock that moves only where a
judge, a writer or the index is asked, so that the deadline can fall anywhere.
"""

import asyncio
import random
from dataclasses import dataclass, field, replace
from math import nan

from hypothesis import strategies as st

from navigators.budget import Limits
from navigators.drafts import Draft, DraftCite, DraftClaim, DraftFault
from navigators.judges import JudgeCall, Judgement, LexicalJudge
from navigators.state import Question
from navigators.writers import ExtractiveWriter, Thresholds, WriteCall
from stores.events import Event, NoteTaken, RoundBegun, RunBegun
from stores.ids import FixedClock
from stores.memory import MemoryKeywords
from stores.records import Effort, IndexHit, Passage, Pick, Reader, Run, Tree, Version
from tests.navigators.house import SmallHouse

_EN = "bank records kept years customer report branch fee notice loss audit board risk 7 180 12% 2025"
_ZH = "银行 记录 保存 十年 客户 报告 分行 费用 通知 损失 审计 董事会 风险 应当 三个工作日"
WORDS = (*_EN.split(), *_ZH.split())
QUESTIONS = (
    "客户记录应当保存几年？",
    "How long are customer records kept?",
    "STR 报告 fee 是多少, and who reports to the board?",
)
FACETS = " and ".join(f"how many {word} are kept" for word in WORDS)
ODD = ("?", "的", "a" * 3_000, "保存" * 1_500, "zebra xylophone")


@dataclass(frozen=True)
class Case:
    """One question over documents that a seed makes."""

    seed: int
    shapes: tuple[tuple[int, int], ...]  # depth and fan-out of each document
    question: str
    named: int  # documents named by the question
    effort: Effort
    limits: Limits
    judge: str
    writer: str
    pace: float  # seconds that each call takes


def _text(depth: int, fan_out: int, dice: random.Random) -> str:
    """A Markdown document of sections in sections, each with paragraphs of some length in both languages."""
    lines = ["# Policy 制度"]

    def section(level: int) -> None:
        for i in range(dice.randint(1, fan_out)):
            if level < depth:
                lines.append(f"{'#' * (level + 1)} {i + 1}. {_sentence(dice, 2)}")
                section(level + 1)
            else:
                lines.append(f"{_sentence(dice, dice.choice([3, 8, 8, 60]))}.")

    section(1)
    return "\n\n".join(lines)


def _sentence(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(WORDS, k=words))


limits = st.builds(
    Limits,
    passages=st.sampled_from([1, 2, 3, 8, 24]),
    passage_tokens=st.sampled_from([1, 40, 300, 8_000]),
    rounds=st.sampled_from([0, 1, 2, 5, 16, 16]),
    judge_calls=st.sampled_from([0, 1, 2, 5, 12, 400, 400]),
    seconds=st.sampled_from([0.0, 1.0, 4.0, 30.0, 30.0, 30.0]),
    width_least=st.integers(1, 3),
    width_most=st.integers(3, 8),
    documents=st.integers(1, 4),
    proposals=st.integers(0, 10),
    merge_tokens=st.sampled_from([0, 800]),
    facet_passages=st.integers(1, 4),
    followed=st.sampled_from([0, 1, 6]),
    widenings=st.sampled_from([0, 1, 2, 6]),
)
cases = st.builds(
    Case,
    seed=st.integers(0, 10_000),
    shapes=st.lists(st.tuples(st.integers(1, 4), st.integers(2, 6)), min_size=1, max_size=6).map(tuple),
    question=st.sampled_from([*QUESTIONS * 3, FACETS, FACETS, *ODD]),
    named=st.sampled_from([0, 0, 1, 2]),
    effort=st.sampled_from([*Effort]),
    limits=limits,
    judge=st.sampled_from(["lexical", "lexical", "random", "random", "invalid", "all", "none"]),
    writer=st.sampled_from(["extractive", "extractive", "ghosts", "faulty"]),
    pace=st.sampled_from([0.0, 0.0, 0.0, 0.3, 2.0]),
)


@dataclass
class _Judge:
    """Picks as its kind says; counts its calls, each of which takes time."""

    kind: str
    dice: random.Random
    clock: FixedClock
    pace: float
    name: str = "dice"
    calls: int = 0

    async def judge(self, call: JudgeCall) -> Judgement:
        self.calls += 1
        self.clock.advance(self.pace)
        await asyncio.sleep(0)
        if self.kind == "lexical":
            return await LexicalJudge().judge(call)
        chosen = [] if self.kind == "none" else list(call.candidates)
        if self.kind == "random":
            chosen = [c for c in chosen if self.dice.random() < 0.6]
        picks = [Pick(c.local, c.signpost.place, self.dice.choice([0.0, 0.3, 1.0]), "dice") for c in chosen]
        if self.kind == "invalid":
            picks += [Pick("c99", "secret@1#0.1", 1.0, ""), *picks[:1]]
            picks = [replace(p, score=self.dice.choice([p.score, 7.0, -1.0, nan])) for p in picks]
        return Judgement(tuple(picks))


@dataclass
class _Writer:
    """Verbatim sentences, ids that were never opened (so that every draft is repaired), or no draft at all."""

    kind: str
    clock: FixedClock
    pace: float
    name: str = "dice"

    async def write(self, call: WriteCall) -> Draft | DraftFault:
        self.clock.advance(self.pace)
        if self.kind == "faulty":
            return DraftFault("not_json", "no JSON")
        if self.kind == "ghosts":
            return Draft((DraftClaim("Kept for 7 years.", "fact", (DraftCite("p99", "7 years"),), ("f0",)),))
        return await ExtractiveWriter(Thresholds(answer=0.2)).write(call)


@dataclass
class _SlowKeywords(MemoryKeywords):
    clock: FixedClock
    pace: float

    def __post_init__(self) -> None:
        super().__init__()

    async def search(self, *arguments: object, **scope: object) -> list[IndexHit]:
        self.clock.advance(self.pace)
        return await super().search(*arguments, **scope)  # type: ignore[arg-type]


@dataclass
class _Heard:
    """When rounds began and what was noted, in seconds since the run began."""

    clock: FixedClock
    begun: float = 0.0
    times: list[tuple[str, float]] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        if isinstance(event, RunBegun):
            self.begun = self.clock.monotonic()
        elif isinstance(event, RoundBegun):
            self.times.append(("round", self.clock.monotonic() - self.begun))
        elif isinstance(event, NoteTaken) and event.step == "widen":
            self.times.append(("widen", self.clock.monotonic() - self.begun))


@dataclass
class Asked:
    """What came out."""

    run: Run
    trees: dict[str, Tree]  # by version id
    scope: list[Version]
    judge: _Judge
    heard: _Heard
    replayed: list[str]  # what a replay gave otherwise
    retrieved: list[Passage]
    retrieve_calls: int


def asked(case: Case) -> Asked:
    """The case in a house of its own: asked, then retrieved."""
    return asyncio.run(_ask(case))


async def _ask(case: Case) -> Asked:
    dice = random.Random(case.seed)
    house = SmallHouse()
    navigator = house.navigator
    house.keywords = navigator.keywords = _SlowKeywords(house.clock, case.pace)
    for i, (depth, fan_out) in enumerate(case.shapes):
        await house.take_in(f"doc{i}.md", _text(depth, fan_out, dice))
    judge = _Judge(case.judge, dice, house.clock, case.pace)
    navigator.judge = judge
    navigator.writer = _Writer(case.writer, house.clock, case.pace)
    navigator.limits = case.limits
    names = tuple(f"doc{i}" for i in range(min(case.named, len(case.shapes))))
    question = Question(case.question, documents=names, effort=case.effort)
    heard = _Heard(house.clock)
    run = await navigator.ask(question, emit=heard)
    library = house.ledger.library
    trees = {v.version_id: await library.tree(Reader(), v.version_id) for v in run.versions}
    calls = judge.calls
    replayed = await navigator.replay(run, question)
    retrieved = await navigator.retrieve(question, 5)
    scope = await library.versions(Reader(), documents=names or None)
    return Asked(run, trees, scope, replace(judge, calls=calls), heard, replayed, retrieved, judge.calls - calls)
