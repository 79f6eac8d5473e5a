"""The whole walk on the four real stores gives what the embedded default gives, in both languages."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from app.resources import House, open_house
from app.settings import Settings
from app.taking_in import Job, TakingIn
from navigators.state import Question
from stores.errors import NotFound
from stores.events import ignore
from stores.records import Outcome, Reader, Roads, Run
from tests.app.conftest import DOCUMENTS, ROOT
from tests.app.on_servers import drop_database, settings_on_servers

pytestmark = pytest.mark.stores

SAMPLES = json.loads((ROOT / "samples" / "questions.json").read_text(encoding="utf-8"))
RULES = "# 保存规则 Retention rules\n\n## 第一条 期限\n\n{zh}\n\n## 2 Periods\n\n{en}\n"
ZH, EN = "工单记录应当保存{n}年。", "Work tickets are kept for {n} years."


async def take_in(house: House, *paths: Path, sync: bool = True) -> None:
    jobs = [Job(path=path, document=path.name.partition(".")[0]) for path in paths]
    records = await asyncio.to_thread(TakingIn(house, ignore).take_in, jobs)
    assert all(r.status.value in ("ready", "unchanged") for r in records), records
    if sync:
        told = await house.sync(ignore)
        assert all(one.all_told for one in told.values()), told


def rules(folder: Path, years: int, name: str = "rules.md") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(RULES.format(zh=ZH.format(n=years), en=EN.format(n=years)), encoding="utf-8")
    return folder / name


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Settings]]:
    """Settings of the embedded default and of the four servers; both hold the sample documents."""
    folder = tmp_path_factory.mktemp("four")
    embedded = Settings(home=folder / "embedded", embedding_url="hashing")
    servers = settings_on_servers(folder / "servers")

    async def fill(settings: Settings) -> None:
        async with open_house(settings) as house:
            await take_in(house, *sorted(p for p in DOCUMENTS.iterdir() if p.is_file()))

    asyncio.run(fill(embedded))
    asyncio.run(fill(servers))
    yield embedded, servers
    drop_database(servers)


@pytest.fixture
async def houses(both: tuple[Settings, Settings]) -> AsyncIterator[tuple[House, House]]:
    async with open_house(both[0]) as embedded, open_house(both[1]) as served:
        yield embedded, served


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Settings]:
    """A house on the servers that this test may write to."""
    settings = settings_on_servers(tmp_path / "servers")
    yield settings
    drop_database(settings)


def said(run: Run) -> list[tuple[str, list[tuple[object, ...]]]]:
    """The claims of a run with their exact places."""
    return [
        (claim.text, [(c.document, c.version, c.address, c.start, c.end, c.quote, c.page) for c in claim.citations])
        for claim in run.claims
    ]


@pytest.mark.parametrize("roads", [Roads.NAVIGATE, Roads.AUTO, Roads.HYBRID])
async def test_every_sample_question_is_answered_alike_with_the_same_citations(
    houses: tuple[House, House], roads: Roads
) -> None:
    answered = 0
    for sample in SAMPLES:
        runs = [await house.navigator.ask(Question(sample["question"], roads=roads)) for house in houses]
        embedded, served = runs
        assert (served.outcome, said(served)) == (embedded.outcome, said(embedded)), sample["question"]
        assert served.degraded == embedded.degraded == ()
        answered += served.outcome is Outcome.ANSWERED
    assert answered >= len(SAMPLES) // 2


async def test_the_indexes_of_the_servers_hold_what_the_ledger_says(houses: tuple[House, House]) -> None:
    for house in houses:
        for name in house.indexes:
            found = await house.comparing(name, ignore).reconcile(mend=False)
            assert found.none and found.expected > 200, (name, found)


async def test_versions_dates_and_deletion_are_those_of_the_ledger_at_once(own: Settings, tmp_path: Path) -> None:
    async with open_house(own) as house:
        await take_in(house, rules(tmp_path / "a", 5, "rules.2020-01-01.md"))
        await take_in(house, rules(tmp_path / "b", 7, "rules.2024-01-01.md"))
        for question in ("工单记录应当保存多少年？", "How many years are work tickets kept?"):
            for roads in (Roads.NAVIGATE, Roads.HYBRID):
                now = await house.navigator.ask(Question(question, roads=roads))
                then = await house.navigator.ask(Question(question, roads=roads, as_of=date(2022, 5, 1)))
                assert {c.version for claim in now.claims for c in claim.citations} == {2}
                assert {c.version for claim in then.claims for c in claim.citations} == {1}
                assert "7" in now.answer and "5" in then.answer
        house.intake.delete(own.tenant, "rules")
        for roads in Roads:  # before any index has heard of it, and with answers in the cache
            run = await house.navigator.ask(Question("How many years are work tickets kept?", roads=roads))
            assert (run.claims, run.passages) == ((), ())
        await house.sync(ignore)
        for index in house.indexes.values():
            assert await index.count() == 0


async def test_while_indexes_are_not_told_nothing_old_or_deleted_is_cited(own: Settings, tmp_path: Path) -> None:
    questions = ["工单记录应当保存多少年？", "How many years are work tickets kept?"]
    async with open_house(own) as house:
        await take_in(house, rules(tmp_path / "v", 3), rules(tmp_path / "v", 40, "other.md"))
        for years in (4, 5, 6):
            await take_in(house, rules(tmp_path / "v", years), sync=False)
            runs = await all_roads(house, questions, documents=("rules",))
            assert all(cited(run) <= {("rules", years - 2)} for run in runs)
            assert any(cited(run) for run in runs)
        house.intake.delete(own.tenant, "rules")
        with pytest.raises(NotFound):
            await all_roads(house, questions, documents=("rules",))
        runs = await all_roads(house, questions)
        assert {place for run in runs for place in cited(run)} == {("other", 1)}
        assert not any(p.document == "rules" for run in runs for p in run.passages)


async def all_roads(house: House, questions: Sequence[str], documents: tuple[str, ...] = ()) -> list[Run]:
    asked = [Question(q, roads=roads, documents=documents) for q in questions for roads in Roads]
    return [await house.navigator.ask(question) for question in asked]


def cited(run: Run) -> set[tuple[str, int]]:
    return {(c.document, c.version) for claim in run.claims for c in claim.citations}


async def test_an_answer_is_served_again_by_another_process_from_the_cache(own: Settings, tmp_path: Path) -> None:
    question = Question("How many years are work tickets kept?")
    async with open_house(own) as one, open_house(own.model_copy(update={"home": tmp_path / "elsewhere"})) as other:
        await take_in(one, rules(tmp_path / "v", 3))
        runs = await asyncio.gather(*(house.navigator.ask(question) for house in (one, other) * 4))
        (first,) = [run for run in runs if run.cached_from is None]
        assert {run.cached_from for run in runs if run is not first} == {first.id}
        again = await other.navigator.ask(question)
        assert again.cached_from == first.id
        assert await one.runs.run(Reader(), again.id) == again
        await take_in(other, rules(tmp_path / "v", 9))
        assert "9" in (await one.navigator.ask(question)).answer


NAUGHTY = [
    "x' OR '1'='1",
    '" or tenant != "',
    "a\\",
    "}]}",
    "*",
    "_all",
    "%",
    "${jndi:x}",
    "k\nb",
    "x" * 60,
    "条款；--",
]


async def test_names_and_questions_are_never_read_as_syntax(own: Settings, tmp_path: Path) -> None:
    async with open_house(own) as house, open_house(own.model_copy(update={"tenant": "other"})) as stranger:
        await take_in(house, rules(tmp_path / "v", 3))
        for naughty in NAUGHTY:
            for roads in Roads:
                scoped = [Question(f"{naughty} work tickets kept years", roads=roads, collection=naughty)]
                scoped.append(Question(f"{naughty} work tickets", reader=Reader(tenant=naughty), roads=roads))
                for question in scoped:
                    run = await house.navigator.ask(question)
                    assert (run.claims, run.passages) == ((), ())
            for index in house.indexes.values():
                assert await index.search(naughty, "work tickets", 5) == []
                assert await index.search("default", "work tickets", 5, collection=naughty) == []
                assert await index.search("default", "work tickets", 5, documents=[naughty]) == []
                await index.search("default", naughty, 5)
        assert (
            await stranger.navigator.ask(Question("work tickets kept years", reader=Reader("other")))
        ).passages == ()
