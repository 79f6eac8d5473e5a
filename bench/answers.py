"""Answering without a model: is the answer in what is cited, what does abstaining cost and save, whose words are said?

    .venv/bin/python bench/answers.py --data ../shared/data/dev [--each 250] [--only xquad_en,cmrc]

Every question is asked of its own document through the real walk of the embedded
default (`Navigator.ask`, gates and all). Three tables:

answers         per set, as shipped and forced (threshold 0: what it would say): share answered, share whose gold
                string stands in a cited quote, share with a citation inside the gold evidence (of filings: on its
                page), the same for the first citation alone, and how much was shown for it.
refusals        answerable questions and as many unanswerable ones of the same sets, English and Chinese apart: false
                answers and false refusals over thresholds, how many of the answered are right, and what a score means.
counterfactual  documents with an edited fact: the edited value in a cited quote, the original one.

An answer's string is compared with width, case and white space folded; an answer that is a bare figure
(“$59268.00”) as a number. A sentence counts as right in the refusals when it overlaps the gold evidence.
"""

import argparse
import asyncio
import gzip
import json
import random
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.resources import House, open_house
from app.settings import Settings
from docs_ingest.ingest import ingest
from docs_ingest.uploads import Upload
from navigators.drafts import Draft
from navigators.extraction import sentences_for
from navigators.facets import Ask
from navigators.state import Question
from navigators.writers import ExtractiveWriter, Thresholds, WriteCall
from stores.events import ignore
from stores.records import Run

SETS = (
    "xquad_en", "xquad_zh", "cmrc", "drcd", "covidqa", "cjrc", "financebench", "stard_laws", "cuad", "counterfactual",
)  # fmt: skip
ENGLISH = frozenset({"xquad_en", "covidqa", "financebench", "cuad"})
_MIXED = ("xquad_en", "cuad", "xquad_zh", "cmrc", "drcd", "cjrc")  # sets that have unanswerable questions, too
_FIGURE = re.compile(r"[-−]?[$€£¥]?\d[\d,]*(?:\.\d+)?%?")
_BANDS = (0.3, 0.4, 0.5, 0.56, 0.6, 0.7, 0.8, 0.9, 1.01)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one question."""

    answered: bool
    said: bool  # the gold string stands in a cited quote
    said_first: bool  # in the quote of the first citation
    placed: bool  # some citation is inside the gold evidence
    placed_first: bool
    memory: bool  # a value that was edited away stands in a cited quote
    claims: int
    citations: int
    characters: int  # of all claims


@dataclass(frozen=True, slots=True)
class Scored:
    """One question of the refusals: the best score that the walk saw, and whether that sentence is right."""

    english: bool
    kind: str  # of unanswerable questions; empty: answerable
    score: float
    right: bool


class Listener:
    """Writes nothing, so that the walk reads as far as it can, and keeps the best sentence it was shown."""

    name = "listener"

    def __init__(self) -> None:
        self.best: tuple[float, int, int] = (0.0, 0, 0)  # score, start and end in the document

    async def write(self, call: WriteCall) -> Draft:
        for facet in call.facets:
            for one in sentences_for(Ask(facet.text), call.passages, call.rarity)[:1]:
                start = one.passage.start
                self.best = max(self.best, (one.score, start + one.start, start + one.end))
        return Draft(())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=250, help="questions of each set")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default=",".join(SETS), help="these sets")
    options = parser.parse_args()
    refusals: list[Scored] = []
    print(_HEAD, flush=True)
    for name in options.only.split(","):
        outcome = asyncio.run(_run(options.data, name, options.each, options.seed))
        print(_answer_lines(name, outcome.answers), flush=True)
        refusals += outcome.refusals
    print_refusals(refusals)


@dataclass(frozen=True, slots=True)
class Outcome:
    answers: dict[str, list[Answered]]  # as shipped, forced
    refusals: list[Scored]


async def _run(data: Path, name: str, each: int, seed: int) -> Outcome:
    documents = {row["doc_id"]: row for row in rows(data / f"{name}.dev.documents.jsonl.gz")}
    answerable = sampled(data / f"{name}.dev.questions.jsonl.gz", documents, data, each, seed)
    refused = []
    if name in _MIXED:
        refused = [r for r in rows(data / "unanswerable.dev.questions.jsonl.gz") if r["source"] == name]
        random.Random(seed).shuffle(refused)
        refused = refused[: len(answerable)]
    with tempfile.TemporaryDirectory(prefix="citepath-answers-") as home:
        async with open_house(Settings(home=Path(home), cache_answers=False)) as house:
            used = dict.fromkeys(r["doc_id"] for r in (*answerable, *refused))
            take_in(house, {d: documents[d] for d in used}, data)
            await house.sync(ignore)
            answers = {
                how: [await _ask(house, row, writer) for row in answerable]
                for how, writer in (
                    ("shipped", ExtractiveWriter()),
                    ("forced", ExtractiveWriter(replace(Thresholds(), answer=0.0))),
                )
            }
            mixed = (*answerable[: len(refused)], *refused)
            return Outcome(answers, [await _score(house, row, name) for row in mixed])


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def sampled(path: Path, documents: Mapping[str, Row], data: Path, each: int, seed: int) -> list[dict[str, Any]]:
    """Answerable questions with gold in one readable document, a fixed sample."""
    usable = [
        row
        for row in rows(path)
        if row.get("answerable")
        and row.get("retrieval_ok") is not False
        and row.get("kind", "span") == "span"
        and (row.get("evidence") or row.get("gold_spans") or row.get("gold_pages"))
        and row.get("doc_id") in documents
        and readable(documents[row["doc_id"]], data)
    ]
    random.Random(seed).shuffle(usable)
    return usable[:each]


def readable(document: Row, data: Path) -> bool:
    return "text" in document or pdf_of(document, data).is_file()


def pdf_of(document: Row, data: Path) -> Path:
    return data / "financebench_pdf" / Path(document["pdf"]).name


def take_in(house: House, documents: Mapping[str, Row], data: Path) -> None:
    with house.reading() as reading:
        for id_, row in documents.items():
            if "text" in row:
                content, name = row["text"].encode("utf-8", "surrogatepass"), f"{id_}.txt"
            else:
                content, name = pdf_of(row, data).read_bytes(), pdf_of(row, data).name
            upload = Upload(content, name, document=id_, title=row.get("title"))
            record = ingest(upload, reading=reading, intake=house.intake, clock=house.clock)
            assert record.version is not None, f"{id_}: {record.reason}"


async def _ask(house: House, row: Row, writer: ExtractiveWriter) -> Answered:
    navigator = replace(house.navigator, writer=writer)
    return _judged(row, await navigator.ask(Question(row["question"], documents=(row["doc_id"],))))


def _judged(row: Row, run: Run) -> Answered:
    citations = [c for claim in run.claims for c in claim.citations]
    said = [says(c.quote, row["answers"]) for c in citations]
    pages = {page + 1 - row.get("page_base", 0) for page in row.get("gold_pages") or ()}
    placed = [inside(c.start, c.end, row) or c.page in pages for c in citations]
    memory = row.get("memory_answer")
    return Answered(
        answered=bool(run.claims),
        said=any(said),
        said_first=bool(said) and said[0],
        placed=any(placed),
        placed_first=bool(placed) and placed[0],
        memory=memory is not None and any(says(c.quote, [memory]) for c in citations),
        claims=len(run.claims),
        citations=len(citations),
        characters=sum(len(claim.text) for claim in run.claims),
    )


def inside(start: int, end: int, row: Row) -> bool:
    """Whether a span of the document overlaps a question's gold evidence."""
    spans = [s for e in row.get("evidence") or () for s in e["spans"]] or row.get("gold_spans") or ()
    return any(s < end and start < e for s, e in spans)


def says(quote: str, answers: Sequence[str]) -> bool:
    words = folded(quote)
    return any(folded(a) in words or _figure_in(a, quote) for a in answers if folded(a))


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _figure_in(answer: str, quote: str) -> bool:
    if not _FIGURE.fullmatch(answer.strip()) or "." not in answer:
        return False
    plain = answer.strip().translate(_NO_MARKS).rstrip("0").rstrip(".")
    return plain in {f.translate(_NO_MARKS) for f in _FIGURE.findall(quote)}


_NO_MARKS = str.maketrans("", "", "$€£¥,")


async def _score(house: House, row: Row, name: str) -> Scored:
    listener = Listener()
    navigator = replace(house.navigator, writer=listener)
    await navigator.ask(Question(row["question"], documents=(row["doc_id"],)))
    score, start, end = listener.best
    kind = "" if row.get("answerable") else row["kind"]
    return Scored(name in ENGLISH, kind, score, not kind and inside(start, end, row))


_HEAD = (
    f"{'set':16}{'':9}{'n':>5}{'answered':>10}{'string':>8}{'first':>7}{'place':>8}{'first':>7}   of answered: "
    f"{'string':>6}{'place':>7}{'claims':>8}{'cites':>7}{'characters':>12}"
)


def _answer_lines(name: str, answers: Mapping[str, Sequence[Answered]]) -> str:
    return "\n".join(_answer_line(name, how, found) for how, found in answers.items())


def _answer_line(name: str, how: str, found: Sequence[Answered]) -> str:
    count, given = len(found), [a for a in found if a.answered]

    def share(values: Sequence[float], of: int) -> float:
        return sum(values) / max(1, of)

    line = (
        f"{name:16}{how:9}{count:5}{share([a.answered for a in found], count):10.3f}"
        f"{share([a.said for a in found], count):8.3f}{share([a.said_first for a in found], count):7.3f}"
        f"{share([a.placed for a in found], count):8.3f}{share([a.placed_first for a in found], count):7.3f}"
        f"{'':16}{share([a.said for a in given], len(given)):6.3f}{share([a.placed for a in given], len(given)):7.3f}"
        f"{share([a.claims for a in given], len(given)):8.2f}{share([a.citations for a in given], len(given)):7.2f}"
        f"{share([a.characters for a in given], len(given)):12.0f}"
    )
    if name != "counterfactual":
        return line
    memory = share([a.memory for a in found], count)
    alone = share([a.memory and not a.said for a in found], count)
    return f"{line}\n{'':25}the original value in a cited quote {memory:.3f}, and not the edited one {alone:.3f}"


def print_refusals(scored: Sequence[Scored]) -> None:
    in_use = Thresholds().answer
    for english in (True, False):
        mixed = [s for s in scored if s.english is english]
        if not any(s.kind for s in mixed):
            continue
        can = [s for s in mixed if not s.kind]
        kinds = sorted({s.kind for s in mixed if s.kind})
        cannot = {kind: [s for s in mixed if s.kind == kind] for kind in kinds}
        sizes = ", ".join(f"{len(held)} {kind}" for kind, held in cannot.items())
        print(f"\n{'English' if english else 'Chinese'}: {len(can)} answerable, {sizes}")
        heads = "".join(f"{kind:>22}" for kind in kinds)
        print(f"threshold  false answers  false refusals  answered  of those right | answered of:{heads}")
        for threshold in sorted({*(step / 100 for step in range(36, 80, 4)), in_use}):
            print(_curve_line(threshold, can, cannot, in_use))
        print("score              " + "".join(f"{low:>7.2f}+" for low in _BANDS[:-1]))
        print("right (first sentence)" + "".join(_band(mixed, *band) for band in pairwise(_BANDS)))


def _curve_line(threshold: float, can: Sequence[Scored], cannot: Mapping[str, Sequence[Scored]], in_use: float) -> str:
    given = [s for s in can if s.score >= threshold]
    wrong = [s for held in cannot.values() for s in held]
    false = sum(s.score >= threshold for s in wrong) / len(wrong)
    right = sum(s.right for s in given) / max(1, len(given))
    kinds = "".join(f"{sum(s.score >= threshold for s in held) / len(held):22.3f}" for held in cannot.values())
    mark = " in use" if threshold == in_use else ""
    share = len(given) / len(can)
    return f"{threshold:9.2f}{false:15.3f}{1 - share:16.3f}{share:10.3f}{right:16.3f} | {'':12}{kinds}{mark}"


def _band(scored: Sequence[Scored], low: float, high: float) -> str:
    """Of all questions of the mixture with such a score: how many have their first sentence right."""
    held = [s.right for s in scored if low <= s.score < high]
    return f"{sum(held) / len(held):8.2f}" if len(held) >= 5 else f"{'-':>8}"


if __name__ == "__main__":
    main()
