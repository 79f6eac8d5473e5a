"""sync, reconcile, reindex as a person uses them."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from app.resources import open_house
from app.settings import Settings
from app.taking_in import Job, TakingIn
from navigators.state import Question
from stores.events import ignore
from stores.records import Roads
from tests.app.conftest import DOCUMENTS, ROOT, Command, citepath

HASHING = {"CITEPATH_EMBEDDING_URL": "hashing"}


def test_after_an_ingest_nothing_waits_and_nothing_differs(bank: Command) -> None:
    assert bank("sync", "--json").json == {"indexes": {"keywords": {"told": 0, "refused": 0, "away": None}}}
    done = bank("reconcile", "--dry-run", "--json")
    found = done.json["indexes"]["keywords"]
    assert done.code == 0
    assert (found["missing"], found["other"], found["left_over"], found["refused"]) == (0, 0, 0, [])
    assert found["expected"] > 200
    assert bank("sync", "--parked").out.strip() == "nothing is parked"


def test_a_lost_index_is_noticed_and_mended(bank: Command, home: Path) -> None:
    for current in home.glob("keywords-*/current"):
        current.unlink()
    findings = {f["name"]: f for f in bank("doctor", "--json").json["findings"]}
    assert findings["index keywords"]["state"] == "warning"
    assert "citepath reconcile" in findings["index keywords"]["message"]
    seen = bank("reconcile", "--dry-run")
    assert seen.code == 1
    assert "missing" in seen.out
    assert "mended" in bank("reconcile").out
    assert bank("reconcile", "--dry-run").code == 0


def test_the_next_question_fills_an_index_that_was_lost(bank: Command, home: Path) -> None:
    for current in home.glob("keywords-*/current"):
        current.unlink()
    bank("ask", "How soon must an incident be reported?")
    assert bank("reconcile", "--dry-run").code == 0


def test_the_next_ingest_fills_what_was_lost_or_is_of_a_model_set_later(
    bank: Command, home: Path, tmp_path: Path
) -> None:
    for current in home.glob("keywords-*/current"):
        current.unlink()
    (tmp_path / "a.md").write_text("# A\n\nWork tickets are kept for 3 years.\n", encoding="utf-8")
    assert bank("ingest", str(tmp_path / "a.md"), **HASHING).code == 0
    assert bank("reconcile", "--dry-run", **HASHING).code == 0


def test_a_damaged_index_is_built_anew(bank: Command, home: Path) -> None:
    (name,) = home.glob("keywords-*/current")
    assert bank("reindex").out.startswith("✓ keywords: built anew with ")
    (after,) = home.glob("keywords-*/current")
    assert after.read_text() in {p.name for p in name.parent.iterdir() if p.is_dir()}
    assert len([p for p in name.parent.iterdir() if p.is_dir()]) == 1
    assert bank("reconcile", "--dry-run").code == 0


def test_a_model_that_is_set_later_gets_its_index_from_the_ledger(bank: Command) -> None:
    seen = bank("doctor", "--json", **HASHING).json["findings"]
    assert "citepath reconcile" in {f["name"]: f for f in seen}["index vectors"]["message"]
    assert bank("reconcile", "--index", "vectors", **HASHING).code == 0
    assert bank("reconcile", "--dry-run", **HASHING).code == 0
    done = bank("ask", "How soon must an incident be reported?", "--road", "hybrid", "--json", **HASHING).json
    assert (done["outcome"], done["roads"], done["fell_back"]) == ("answered", "hybrid", "asked")
    shown = bank("ask", "客户身份资料应当保存多少年？", "--road", "hybrid", **HASHING)
    assert "按要求混合检索" in shown.out


def test_an_index_that_is_no_longer_used_can_be_forgotten_and_one_in_use_cannot(fresh: Command, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nWork tickets are kept for 3 years.\n", encoding="utf-8")
    assert fresh("ingest", str(tmp_path / "a.md"), **HASHING).code == 0
    (tmp_path / "a.md").write_text("# A\n\nWork tickets are kept for 4 years.\n", encoding="utf-8")
    refused = fresh("sync", "--forget", "keywords")
    assert (refused.code, "citepath reindex" in refused.err) == (1, True)
    assert fresh("sync", "--forget", "vectors").out.strip() == "0 changes dropped"
    unknown = fresh("reindex", "--index", "nothing")
    assert (unknown.code, "there are: keywords" in unknown.err) == (1, True)


async def test_questions_go_on_while_an_index_is_built_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert citepath(home, "ingest", str(DOCUMENTS), **HASHING).code == 0
    asked = ("How soon must an incident be reported?", "客户身份资料应当保存多少年？")
    async with open_house(Settings(home=home, embedding_url="hashing", cache_answers=False)) as house:
        before = [await house.navigator.ask(Question(text, roads=Roads.BOTH)) for text in asked]
        rebuilding = asyncio.gather(*(house.comparing(name, ignore).reindex() for name in house.indexes))
        meanwhile = 0
        while not rebuilding.done():
            for text, expected in zip(asked, before, strict=True):
                run = await house.navigator.ask(Question(text, roads=Roads.BOTH))
                assert (run.claims, run.degraded) == (expected.claims, ())
                meanwhile += 1
        assert meanwhile
        assert all(found.missing == found.expected for found in await rebuilding)
        for name in house.indexes:
            assert (await house.comparing(name, ignore).reconcile(mend=False)).none


async def test_a_watching_sync_tells_what_comes_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "a.md").write_text("# A\n\nWork tickets are kept for 3 years.\n", encoding="utf-8")
    async with open_house(Settings(home=home)) as house:
        command = [sys.executable, "-c", "from app.cli import main; raise SystemExit(main())", "sync", "--watch"]
        environment = {"CITEPATH_HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
        watching = await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE)
        try:
            assert watching.stdout is not None
            jobs = [Job(path=tmp_path / "a.md", document="a")]
            await asyncio.to_thread(TakingIn(house, ignore).take_in, jobs)
            told = await asyncio.wait_for(watching.stdout.readline(), 30)
            assert b"keywords: 1 changes told" in told
            assert (await house.outbox.waiting(), await house.keywords.count()) == (0, 1)
        finally:
            watching.terminate()
            assert await asyncio.wait_for(watching.wait(), 30) == 0
