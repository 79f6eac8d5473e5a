"""Retrieval measured on question sets: what counts as found, and the shape of the figures."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from app.evaluation import Found, Gold, Tally, meets, pieces_of_pages
from stores.records import Line
from tests.app.conftest import Command
from tests.navigators.trees import tree_of

LAW = "第一条 为了预防洗钱，制定本法。\n第二条 客户身份资料应当至少保存十年。\n第三条 本法自公布之日起施行。"
POLICY = "This policy is for the whole Bank.\nRecords are kept for seven years.\nThe board approves every exception."


def row(qid: str, document: str, question: str, text: str, words: str, **more: Any) -> dict[str, Any]:
    start = text.index(words)
    evidence = [{"doc_id": document, "spans": [[start, start + len(words)]]}]
    return {"qid": qid, "doc_id": document, "question": question, "evidence": evidence, "answerable": True, **more}


@pytest.fixture
def sets(tmp_path: Path) -> tuple[Path, Path]:
    """Two documents and four questions, two of which cannot be used."""
    documents = tmp_path / "documents.jsonl.gz"
    with gzip.open(documents, "wt", encoding="utf-8") as out:
        for id_, text in (("law", LAW), ("policy", POLICY)):
            out.write(json.dumps({"doc_id": id_, "title": id_, "lang": "zh", "text": text}, ensure_ascii=False) + "\n")
    questions = tmp_path / "questions.jsonl"
    rows = [
        row("q1", "law", "客户身份资料保存多少年？", LAW, "至少保存十年"),
        row("q2", "policy", "How long are records kept?", POLICY, "seven years"),
        row("q3", "law", "谁知道？", LAW, "制定本法", answerable=False),
        row("q4", "law", "见图？", LAW, "制定本法", retrieval_ok=False),
    ]
    questions.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    return documents, questions


@pytest.mark.parametrize("mode", ["document", "corpus"])
def test_all_retrievals_are_measured_in_the_same_run(fresh: Command, sets: tuple[Path, Path], mode: str) -> None:
    documents, questions = map(str, sets)
    done = fresh("eval", "retrieval", "--documents", documents, "--questions", questions, "--mode", mode, "--json")
    assert done.code == 0, done.err
    keys = {"recall@1", "recall@5", "recall@10", "recall@20", "all@10", "documents@10", "mrr", "tokens@10"}
    keys |= {"recall@60", "recall@2000t", "recall@4000t", "recall@8000t"}
    assert set(done.json["citepath"]) == set(done.json["bm25"]) == set(done.json["pages"]) == keys
    assert done.json["n"] == 2
    assert done.json["mode"] == mode
    assert done.json["citepath"]["recall@1"] == 1.0
    assert "seconds" in done.json


def test_the_house_of_the_reader_is_not_touched(fresh: Command, sets: tuple[Path, Path], tmp_path: Path) -> None:
    documents, questions = map(str, sets)
    fresh("eval", "retrieval", "--documents", documents, "--questions", questions, "--json")
    assert fresh("documents", "--json").json["documents"] == []


def test_a_sample_is_the_same_every_time(fresh: Command, sets: tuple[Path, Path]) -> None:
    documents, questions = map(str, sets)
    asked = ["eval", "retrieval", "--documents", documents, "--questions", questions, "--sample", "1", "--json"]
    one, other = fresh(*asked).json, fresh(*asked).json
    assert one["n"] == 1
    assert one["citepath"] == other["citepath"]


@pytest.mark.parametrize(
    ("more", "said"), [(["--limit-documents", "0"], "from 1 up"), (["--questions", "/none"], "No such file")]
)
def test_what_cannot_be_measured_says_why(fresh: Command, sets: tuple[Path, Path], more: list[str], said: str) -> None:
    documents, questions = map(str, sets)
    done = fresh("eval", "retrieval", "--documents", documents, "--questions", questions, *more)
    assert done.code != 0
    assert said in done.err


def test_a_broken_line_is_named(fresh: Command, sets: tuple[Path, Path]) -> None:
    documents, questions = sets
    questions.write_text('{"qid": 1\n')
    done = fresh("eval", "retrieval", "--documents", str(documents), "--questions", str(questions))
    assert done.code == 1
    assert "line 1 is not JSON" in done.err


def found(start: int, end: int, pages: range = range(0)) -> Found:
    return Found("doc", start, end, pages, 10)


@pytest.mark.parametrize(
    ("passage", "gold", "counts"),
    [
        (found(0, 100), Gold("doc", ((40, 60),)), True),
        (found(0, 100), Gold("doc", ((90, 110),)), True),  # half of the gold
        (found(0, 100), Gold("doc", ((95, 115),)), False),  # a quarter of it
        (found(50, 60), Gold("doc", ((0, 1000),)), True),  # inside a long gold
        (found(0, 100), Gold("doc", ((500, 600), (10, 20))), True),  # one of its spans
        (found(0, 100), Gold("other", ((0, 100),)), False),
        (found(0, 100, range(3, 5)), Gold("doc", page=4), True),
        (found(0, 100, range(3, 5)), Gold("doc", page=5), False),
    ],
)
def test_what_counts_as_found(passage: Found, gold: Gold, counts: bool) -> None:
    assert meets(passage, gold) is counts


def test_only_questions_with_evidence_in_several_documents_are_asked_where_that_is_wanted(
    fresh: Command, sets: tuple[Path, Path]
) -> None:
    documents, questions = sets
    both = row("q5", "law", "客户身份资料和 records 保存多少年？", LAW, "至少保存十年", doc_ids=["law", "policy"])
    both["evidence"] += row("", "policy", "", POLICY, "seven years")["evidence"]
    paged = {"qid": "q6", "doc_ids": ["law", "policy"], "question": "哪一页？", "evidence": [
        {"doc_id": "law", "page": 0}, {"doc_id": "policy", "page": 3}]}  # fmt: skip
    with questions.open("a", encoding="utf-8") as out:
        out.write("".join(f"\n{json.dumps(r, ensure_ascii=False)}" for r in (both, paged)))
    asked = ["--documents", str(documents), "--questions", str(questions), "--mode", "corpus", "--several", "--json"]
    done = fresh("eval", "retrieval", *asked).json
    assert done["n"] == 2
    assert done["citepath"]["all@10"] == 0.5, "a text has no pages: nothing is found there"


def test_pages_are_whole_and_without_pages_windows_tile_the_leaves() -> None:
    lines = [f"{i}. {'银行应当保存记录。Records are kept. ' * 4}" for i in range(60)]
    text = "\n".join(lines)
    windows = [found for _, found in pieces_of_pages(tree_of(text))]
    assert "".join(text[w.start : w.end] for w in windows) == text
    assert all(300 < w.tokens <= 500 for w in windows[:-1])
    starts = [text.index(line) for line in lines]
    on_paper = tuple(
        Line(at, at + len(line), 1 + i // 20) for i, (at, line) in enumerate(zip(starts, lines, strict=True))
    )
    pages = [found for _, found in pieces_of_pages(tree_of(text, lines=on_paper))]
    assert [(p.start, p.end, list(p.pages)) for p in pages] == [
        (starts[i], starts[i + 19] + len(lines[i + 19]), [1 + i // 20]) for i in (0, 20, 40)
    ]


def test_figures_are_means_over_questions() -> None:
    tally = Tally()
    golds = [Gold("doc", ((0, 10),)), Gold("doc", ((20, 30),))]
    tally.add([found(0, 10), found(50, 60), found(20, 30)], golds)
    tally.add([found(50, 60)], [golds[0]])
    means = tally.means()
    assert means["recall@1"] == 0.25
    assert means["recall@5"] == 0.5
    assert means["all@10"] == 0.5
    assert means["documents@10"] == 0.5
    assert means["mrr"] == 0.5
    assert means["tokens@10"] == 20


def test_what_so_many_tokens_hold_is_read_from_the_top() -> None:
    tally = Tally()
    tally.add([Found("doc", at, at + 10, range(0), 1_500) for at in (50, 0, 20)], [Gold("doc", ((0, 10),))])
    means = tally.means()
    assert (means["recall@2000t"], means["recall@4000t"], means["recall@8000t"]) == (0.0, 1.0, 1.0)
    tally = Tally()
    tally.add([Found("doc", 0, 10, range(0), 9_000)], [Gold("doc", ((0, 10),))])
    assert tally.means()["recall@2000t"] == 1.0, "the first passage always counts"
