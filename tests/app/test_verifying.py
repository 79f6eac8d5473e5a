"""`citepath verify RUN`: a stored run, held against the documents."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.resources import open_house
from app.settings import Settings
from stores.records import Reader, Run
from tests.app.conftest import DOCUMENTS, Command

KEEP_ZH = "客户身份资料在业务关系结束后至少保存多少年？"
REPORT_EN = "How soon must a service provider report a security incident that touches the Bank's information?"
NOWHERE = "Which zebra won the xylophone contest?"


def forged(home: Path, run_id: str, forge: Callable[[Run], Run]) -> str:
    """A stored run under another id, with something in it altered; its record has a proper hash."""

    async def write() -> str:
        async with open_house(Settings(home=home)) as house:
            run = await house.runs.run(Reader(), run_id)
            other = replace(forge(run), id=house.clock.new_id())
            await house.runs.save(other)
            return other.id

    return asyncio.run(write())


def one_more_read(run: Run) -> Run:
    """The certificate says of one passage that it was read, which only its signpost was."""
    first, *others = sorted(run.coverage.documents, key=lambda d: -d.judged)
    documents = [replace(first, read=first.read + 1, judged=first.judged - 1), *others]
    order = [d.document for d in run.coverage.documents]
    return replace(
        run, coverage=replace(run.coverage, documents=tuple(sorted(documents, key=lambda d: order.index(d.document))))
    )


@pytest.mark.parametrize(
    ("question", "more", "said"),
    [
        (KEEP_ZH, [], "全部与文件相符"),
        (REPORT_EN, ["--effort", "quick"], "all of it is as the documents say"),
        (NOWHERE, [], "all of it is as the documents say"),
        (KEEP_ZH, ["--as-of", "2024-06-30", "--effort", "exhaustive"], "全部与文件相符"),
        (KEEP_ZH, ["--as-of", "1999-01-01", "--document", "客户尽职调查管理办法"], "全部与文件相符"),
    ],
)
def test_an_untouched_run_holds_whatever_came_out_of_it(
    bank: Command, question: str, more: list[str], said: str
) -> None:
    run = bank("ask", question, *more, "--json").json["run"]
    done = bank("verify", run)
    assert done.code == 0
    assert said in done.out
    assert "✗" not in done.out


def test_an_answer_served_from_the_cache_holds_too(bank: Command) -> None:
    bank("ask", KEEP_ZH)
    again = bank("ask", KEEP_ZH, "--json").json
    assert again["cached_from"]
    done = bank("verify", again["run"], "--json").json
    assert done["holds"] is True
    assert {c["state"] for c in done["checks"]} == {"holds"}
    assert done["coverage"] == again["coverage"]


def test_an_altered_certificate_is_noticed_and_says_which_figure(bank: Command, home: Path) -> None:
    run = forged(home, bank("ask", NOWHERE, "--json").json["run"], one_more_read)
    done = bank("verify", run, "--json")
    assert done.code == 1
    assert done.json["holds"] is False
    (altered,) = [c for c in done.json["checks"] if c["state"] == "altered"]
    assert [fault.split(":")[0] for fault in altered["faults"]] == ["read", "judged"]
    said = bank("verify", run).out
    assert f"✗ {altered['subject']}" in said
    assert "do not rely on it" in said


def test_what_came_later_does_not_count_and_what_is_deleted_is_said_plainly(bank: Command, tmp_path: Path) -> None:
    run = bank("ask", REPORT_EN, "--json").json["run"]
    newer = tmp_path / "complaints-procedure.html"
    newer.write_bytes((DOCUMENTS / newer.name).read_bytes().replace(b"working days", b"working weeks"))
    other = tmp_path / "later.md"
    other.write_text("# Later\nA security incident is reported within one day.\n")
    bank("ingest", str(newer), str(other))
    assert bank("verify", run).code == 0, "a newer version, or another document, changes nothing in what was read"
    bank("delete", "outsourcing-policy")
    done = bank("verify", run, "--json")
    assert done.code == 1
    states = {c["subject"]: c["state"] for c in done.json["checks"]}
    assert states["outsourcing-policy@1"] == states["scope"] == "unchecked"
    assert states["complaints-procedure@1"] == "holds"
    (gone,) = [c for c in done.json["checks"] if c["subject"] == "outsourcing-policy@1"]
    assert "it was deleted since" in gone["faults"][0]


def test_a_run_that_does_not_exist_is_an_error(bank: Command) -> None:
    done = bank("verify", "nothing", "--json")
    assert done.code == 1
    assert "there is no run nothing" in done.json["error"]
