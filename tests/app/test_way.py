"""The way of a run, drawn: what is in the drawing, how wide it is, and what a page may hold."""

import asyncio
import io
import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.render.columns import columns, cut, plain
from app.render.page import page_html
from app.render.picture import PLACES_DRAWN, picture
from app.render.way import NARROWEST, way_lines
from app.render.way_words import FALLBACKS, ROADS, SAID, STATES
from app.resources import open_house
from app.settings import Settings
from app.views.runs import run_view, trace_view
from app.views.way import PASSED_BY_SHOWN, State, Way, WayPlace, way_view, ways_of
from navigators.messages import language_of_question
from stores.records import Fallback, Reader, Road, Run
from tests.app.conftest import ROOT, Command, citepath
from tests.app.test_cli import KEEP_ZH, NO_ANSWER, REPORT_EN

MIXED = "名单筛查 a possible match is cleared by how many persons?"

_EMPTY = {"meta", "br", "hr", "img", "link", "input"}
_ELSEWHERE = {"script", "img", "iframe", "object", "embed", "link", "base", "form", "audio", "video", "use", "image"}


def places(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield root
    for one in root["below"]:
        yield from places(one)


def asked(bank: Command, question: str, *options: str) -> dict[str, Any]:
    return bank("ask", question, *options, "--json").json


@dataclass(frozen=True, slots=True)
class Walked:
    """A run of the sample documents as it was stored, and its way."""

    run: Run
    ways: tuple[Way, ...]

    @property
    def answer(self) -> dict[str, Any]:
        return run_view(self.run)

    @property
    def trace(self) -> dict[str, Any]:
        return {**trace_view(self.run), "way": way_view(self.ways)}


@pytest.fixture(scope="module")
def walked_home(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the questions were asked; never written to."""
    home = shutil.copytree(kept, tmp_path_factory.mktemp("walked") / "home")
    for question in (REPORT_EN, KEEP_ZH, MIXED, NO_ANSWER):
        done = citepath(home, "ask", question)
        assert done.code == 0, done.err
    return home


@pytest.fixture(scope="module")
def walked(walked_home: Path) -> dict[str, Walked]:
    """The runs by their question, read back from the ledger."""

    async def read() -> dict[str, Walked]:
        async with open_house(Settings(home=walked_home)) as house:
            found = {}
            for summary in await house.runs.latest(Reader()):
                run = await house.runs.run(Reader(), summary.id)
                trees = {v.version_id: await house.library.tree(Reader(), v.version_id) for v in run.versions}
                found[run.question] = Walked(run, ways_of(run, trees))
            return found

    return asyncio.run(read())


def page_of(bank: Command, run: str, file: Path) -> str:
    done = bank("trace", run, "--html", str(file))
    assert done.code == 0, done.err
    assert str(file) in done.out
    return file.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Every tag, attribute and style of a page as a browser would take them, and whether they nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("question", [REPORT_EN, KEEP_ZH, MIXED])
def test_the_way_holds_what_was_opened_read_and_cited_and_no_other(walked: dict[str, Walked], question: str) -> None:
    answer, trace = walked[question].answer, walked[question].trace
    drawn = {f"{w['document']}@{w['version']}#{p['address']}": p for w in trace["way"] for p in places(w["root"])}
    opened = {place for note in trace["notes"] if note["step"] == "plan" for place in note["kept"]}
    read = {f"{p['document']}@{p['version']}#{p['address']}" for p in trace["passages"]}
    cited = {f"{c['document']}@{c['version']}#{c['address']}" for one in answer["claims"] for c in one["citations"]}
    assert cited
    assert cited == {place for place, p in drawn.items() if p["state"] == "cited"}
    assert read - cited == {place for place, p in drawn.items() if p["state"] == "kept"}
    assert opened == {place for place, p in drawn.items() if p["state"] == "opened"}


def test_a_place_says_its_round_its_score_and_the_reason_of_the_judge(walked: dict[str, Walked]) -> None:
    trace = walked[REPORT_EN].trace
    rounds = {place: n["round"] for n in trace["notes"] if n["step"] == "plan" for place in n["kept"]}
    picks = {p["place"]: p for n in trace["notes"] if n["step"] == "judge" for p in n["picks"]}
    for way in trace["way"]:
        for place in places(way["root"]):
            name = f"{way['document']}@{way['version']}#{place['address']}"
            if name in picks:
                assert (place["score"], place["reason"]) == (picks[name]["score"], picks[name]["reason"])
            if place["state"] == "opened":
                assert place["round"] == rounds[name]


def test_of_many_places_passed_by_the_best_are_drawn_and_all_are_counted(walked: dict[str, Walked]) -> None:
    trace = walked[KEEP_ZH].trace
    shown = {n["subject"]: n for n in trace["notes"] if n["step"] == "judge"}
    counted = 0
    for way in trace["way"]:
        for place in places(way["root"]):
            passed = [p for p in place["below"] if p["state"] == "passed by" and not p["below"]]
            assert len(passed) <= PASSED_BY_SHOWN
            note = shown.get(f"{way['document']}@{way['version']}#{place['address']}")
            if note is not None:
                assert len(place["below"]) + place["more"] == note["candidates"]
            if place["more_best"] is not None:
                assert all(p["score"] >= place["more_best"] for p in passed)
            counted += place["more"]
    assert counted > 0


@pytest.mark.parametrize("width", [NARROWEST, 33, 80, 200])
@pytest.mark.parametrize("question", [REPORT_EN, KEEP_ZH, MIXED])
def test_no_line_of_the_tree_is_wider_than_asked(walked: dict[str, Walked], question: str, width: int) -> None:
    lines = way_lines(walked[question].ways, width, language_of_question(question))
    assert len(lines) > 20
    assert max(columns(line.text) for line in lines) <= width


def test_the_command_draws_as_wide_as_the_terminal(walked: dict[str, Walked], walked_home: Path) -> None:
    one = walked[KEEP_ZH]
    done = citepath(walked_home, "trace", one.run.id, COLUMNS="64")
    lines = [line.text for line in way_lines(one.ways, 64, "zh")]
    assert "\n".join(lines) in done.out
    assert max(columns(line) for line in lines) == 64
    assert "round 1" not in done.out
    assert "round 1" in citepath(walked_home, "trace", one.run.id, "--rounds").out


def test_json_gains_the_way_and_keeps_the_rest(walked: dict[str, Walked], walked_home: Path) -> None:
    one = walked[REPORT_EN]
    assert citepath(walked_home, "trace", one.run.id, "--json").json == json.loads(json.dumps(one.trace))


def test_columns_count_a_chinese_character_twice_and_a_mark_above_a_letter_not_at_all() -> None:
    assert columns("第十二条") == 8
    assert columns("Section 5.2（甲）") == 17
    assert columns("e\u0301") == 1
    for text in ("第十二条第二款", "Section 5.2", "第十二条 Section 5.2"):
        for limit in range(12):
            assert columns(cut(text, limit)) <= limit
    assert cut("第十二条", 8) == "第十二条"
    assert cut("第十二条", 6) == "第十…"


def test_a_title_cannot_move_the_cursor_or_turn_the_line_around() -> None:
    assert plain("a\x1b[2Jb\u202ec\nd") == "a[2Jbc d"


def in_a_terminal(home: Path, *arguments: str, **environment: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    settings = {"CITEPATH_HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "TERM": "xterm-256color"}
    command = [sys.executable, "-c", "from app.cli import main; raise SystemExit(main())", *arguments]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env={**settings, **environment}) as process:
        os.close(theirs)
        written = io.BytesIO()
        try:
            while part := os.read(ours, 65536):
                written.write(part)
        except OSError:
            pass  # how a terminal ends on Linux
        assert process.wait() == 0
    os.close(ours)
    return written.getvalue().decode()


def test_colours_are_for_terminals_and_not_for_those_who_want_none(
    walked: dict[str, Walked], walked_home: Path
) -> None:
    run = walked[REPORT_EN].run.id
    assert "\x1b" not in citepath(walked_home, "trace", run).out
    assert "\x1b[32m" in in_a_terminal(walked_home, "trace", run)
    assert "\x1b" not in in_a_terminal(walked_home, "trace", run, NO_COLOR="1")


def test_a_run_over_a_document_deleted_since_still_draws_with_addresses_only(
    bank: Command, walked: dict[str, Walked], tmp_path: Path
) -> None:
    run = asked(bank, REPORT_EN)["run"]
    before = walked[REPORT_EN].trace["way"]
    assert bank("delete", "outsourcing-policy").code == 0
    after = {w["document"]: w for w in bank("trace", run, "--json").json["way"]}
    gone = after["outsourcing-policy"]
    assert gone["gone"]
    assert {p["title"] + p["label"] for p in places(gone["root"])} == {""}
    (was,) = [w for w in before if w["document"] == "outsourcing-policy"]
    known = {(p["address"], p["state"]) for p in places(was["root"])}
    assert {(p["address"], p["state"]) for p in places(gone["root"])} == known
    assert not after["complaints-procedure"]["gone"]
    assert SAID["en"]["gone"] in bank("trace", run).out
    assert SAID["en"]["gone"] in page_of(bank, run, tmp_path / "run.html")


@pytest.mark.parametrize(("question", "language"), [(REPORT_EN, "en"), (KEEP_ZH, "zh"), (NO_ANSWER, "en")])
def test_the_page_is_well_formed_whole_and_in_the_language_of_its_question(
    walked: dict[str, Walked], question: str, language: str
) -> None:
    one = walked[question]
    answer, page = one.answer, page_html(one.run, one.ways)
    tags = Tags(page)
    assert tags.open == []
    tree = etree.fromstring(page.encode())
    assert tree.get("lang") == language
    drawn = {li.get("data-place"): li.get("data-state") for li in tree.iter("li") if li.get("data-place")}
    for claim in answer["claims"]:
        for c in claim["citations"]:
            assert drawn[f"{c['document']}@{c['version']}#{c['address']}"] == "cited"
    words = " ".join(tree.itertext())
    assert question in words
    assert answer["outcome"] in words
    for document in answer["coverage"]["documents"]:
        assert document["root_hash"] in words
    for rejected in answer["rejected"]:
        assert all(v["reason"] in words for v in rejected["verdicts"] if v["state"] != "supported")
    pictures = list(tree.iter("{http://www.w3.org/2000/svg}svg"))
    assert len(pictures) == len(one.ways)


def test_every_number_in_the_answer_leads_to_its_citation(walked: dict[str, Walked]) -> None:
    tree = etree.fromstring(page_html(walked[KEEP_ZH].run, walked[KEEP_ZH].ways).encode())
    known = {one.get("id") for one in tree.iter() if one.get("id")}
    links = [a.get("href") for a in tree.iter("a")]
    assert links
    assert {link.removeprefix("#") for link in links} <= known


def test_the_page_fetches_nothing_and_runs_nothing(walked: dict[str, Walked]) -> None:
    tags = Tags(page_html(walked[REPORT_EN].run, walked[REPORT_EN].ways))
    assert not _ELSEWHERE & set(tags.tags)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in tags.attributes
    for name, value in tags.attributes:
        assert name not in ("src", "srcset", "style")
        assert not name.startswith("on")
        assert name != "href" or (value or "").startswith("#")


HOSTILE = [
    "# <script>alert(1)</script> Retention",
    "",
    '## 1 Records "><img src=x onerror=alert(2)> kept',
    "",
    'Records of wire transfers are kept for seven years "><img src=x onerror=alert(3)>.',
    "",
    "## 2 Copies </title></svg><script>alert(4)</script>",
    "",
    "Copies of records of wire transfers <script>alert(5)</script> are destroyed &lt;after&gt; two years.",
    "",
]


def test_words_of_documents_and_questions_put_no_tag_into_the_page(fresh: Command, tmp_path: Path) -> None:
    file = tmp_path / "hostile.txt"
    file.write_text("\n".join(HOSTILE), encoding="utf-8")
    (tmp_path / "hostile.md").write_text("\n".join(HOSTILE).replace("<", "\\<"), encoding="utf-8")
    fresh("ingest", str(file), str(tmp_path / "hostile.md"))
    question = 'For how long "><img src=x onerror=alert(6)> <script>alert(7)</script> are wire transfers kept?'
    answer = asked(fresh, "For how many years are records of wire transfers kept?")
    assert "onerror" in json.dumps(answer["claims"])
    runs = (asked(fresh, question)["run"], answer["run"])
    pages = [page_of(fresh, run, tmp_path / f"{run}.html") for run in runs]
    for page in pages:
        tags = Tags(page)
        assert tags.open == []
        assert not _ELSEWHERE & set(tags.tags)
        assert not any(name.startswith("on") for name, _ in tags.attributes)
        etree.fromstring(page.encode())
    assert "&lt;script&gt;alert(7)" in pages[0]
    assert "&lt;script&gt;alert(1)" in pages[1]


def test_a_page_replaces_a_file_whole_and_never_a_folder(
    walked: dict[str, Walked], walked_home: Path, tmp_path: Path
) -> None:
    one = walked[REPORT_EN]
    run = one.run.id
    folder = tmp_path / "pages"
    folder.mkdir()
    for target, said in ((folder, "name a file in it"), (tmp_path / "none" / "run.html", "make it first")):
        done = citepath(walked_home, "trace", run, "--html", str(target))
        assert done.code == 1
        assert said in done.err
        assert "Traceback" not in done.err
    file = folder / "run.html"
    file.write_text("old")
    assert citepath(walked_home, "trace", run, "--html", str(file)).code == 0
    assert file.read_text(encoding="utf-8") == page_html(one.run, one.ways)
    assert [f.name for f in folder.iterdir()] == ["run.html"]


def test_an_answer_served_again_shows_the_way_of_the_run_it_came_from(bank: Command, tmp_path: Path) -> None:
    first = asked(bank, KEEP_ZH)["run"]
    again = asked(bank, KEEP_ZH)
    assert again["cached_from"] == first
    ways = [bank("trace", run, "--json").json["way"] for run in (first, again["run"])]
    assert ways[0] == ways[1]
    assert first in page_of(bank, again["run"], tmp_path / "run.html")


def test_a_run_that_opened_nothing_says_so(bank: Command, tmp_path: Path) -> None:
    run = asked(bank, REPORT_EN, "--document", "客户尽职调查管理办法", "--as-of", "1990-01-01")["run"]
    assert SAID["en"]["nothing"] in bank("trace", run).out
    assert SAID["en"]["nothing"] in page_of(bank, run, tmp_path / "run.html")


def test_both_languages_have_a_word_for_everything_drawn() -> None:
    assert SAID["zh"].keys() == SAID["en"].keys()
    for words in (STATES, ROADS, FALLBACKS):
        assert words["zh"].keys() == words["en"].keys()
    assert set(STATES["en"]) == set(State)
    assert set(ROADS["en"]) == set(Road)
    assert set(FALLBACKS["en"]) == set(Fallback)


def test_of_a_very_large_way_the_picture_shows_the_way_to_what_is_cited_and_says_so() -> None:
    read = [WayPlace(f"0.1.{i}", State.KEPT) for i in range(PLACES_DRAWN)]
    cited = WayPlace("0.0.0", State.CITED, citations=(1,))
    root = WayPlace("0", State.OPENED, below=(WayPlace("0.0", State.OPENED, below=(cited,)),
                                              WayPlace("0.1", State.OPENED, below=tuple(read))))  # fmt: skip
    drawn = picture(Way("policy", 1, "Policy", False, 0, root), "en")
    assert drawn.count("<rect") == 3
    assert SAID["en"]["cited_only"].format(n=PLACES_DRAWN + 4) in drawn


def test_boxes_of_a_picture_do_not_lie_on_one_another(walked: dict[str, Walked]) -> None:
    tree = etree.fromstring(page_html(walked[REPORT_EN].run, walked[REPORT_EN].ways).encode())
    for svg in tree.iter("{http://www.w3.org/2000/svg}svg"):
        boxes = [[float(r.get(side)) for side in ("x", "y", "width", "height")] for r in svg.iter("{*}rect")]
        for i, (x, y, width, height) in enumerate(boxes):
            assert x + width <= float(svg.get("width"))
            assert y + height <= float(svg.get("height"))
            assert all(abs(x - a) >= width or abs(y - b) >= height for a, b, _, _ in boxes[i + 1 :])
