"""Two languages in one collection, and questions in one language about documents in the other.

    .venv/bin/python bench/languages.py --data ../shared/data/dev [--sample 100]

First: the questions of four sets, each asked of its own set's documents and then
of all four together, so that a language that pushes the other out would show.
Second: the questions of xquad_zh asked of the English text of the same articles,
and the other way round, with the glossary and without it (`none`: numbers, names
and labels alone).
"""

import argparse
import asyncio
import gzip
import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.evaluation import Options, evaluate
from app.resources import House, open_house
from app.settings import Settings
from navigators.glossary import Glossary, load_glossary
from stores.events import ignore

SETS = ("xquad_en", "xquad_zh", "covidqa", "cmrc")
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the question sets")
    parser.add_argument("--sample", type=int, default=100, help="questions of each set")
    options = parser.parse_args()
    asyncio.run(_together(options.data, options.sample))
    asyncio.run(_across(options.data, options.sample))


async def _together(data: Path, sample: int) -> None:
    everything = [row for name in SETS for row in _rows(data / f"{name}.dev.documents.jsonl.gz")]
    print("recall@10, Citepath / flat BM25   alone           all four sets in one collection")
    for name in SETS:
        questions = list(_rows(data / f"{name}.dev.questions.jsonl.gz"))
        alone = await _recall(_rows(data / f"{name}.dev.documents.jsonl.gz"), questions, sample)
        mixed = await _recall(everything, questions, sample)
        print(f"{name:30}    {alone[0]:.3f} / {alone[1]:.3f}   {mixed[0]:.3f} / {mixed[1]:.3f}", flush=True)


async def _across(data: Path, sample: int) -> None:
    print("\nrecall@10 in the text of the other language     glossary   none")
    for asked, told in (("xquad_zh", "xquad_en"), ("xquad_en", "xquad_zh")):
        evidence = {_article(row): row for row in _rows(data / f"{told}.dev.questions.jsonl.gz")}
        questions = [
            evidence[_article(row)] | {"question": row["question"]}
            for row in _rows(data / f"{asked}.dev.questions.jsonl.gz")
            if _article(row) in evidence
        ]
        documents = list(_rows(data / f"{told}.dev.documents.jsonl.gz"))
        found = [
            (await _recall(documents, questions, sample, glossary))[0] for glossary in (load_glossary(), Glossary(()))
        ]
        print(f"questions of {asked}, text of {told:12}       {found[0]:.3f}    {found[1]:.3f}", flush=True)


def _article(row: Mapping[str, Any]) -> str:
    """The same question has the same id in both languages, behind the name of its set."""
    return str(row["qid"]).split("-", 1)[1]


async def _recall(
    documents: Iterable[Row], questions: Iterable[Row], sample: int, glossary: Glossary | None = None
) -> tuple[float, float]:
    """recall@10 of Citepath and of flat BM25, every question asked of all these documents."""
    with tempfile.TemporaryDirectory(prefix="citepath-bench-") as folder:
        files = [Path(folder, name) for name in ("documents.jsonl", "questions.jsonl")]
        for file, rows in zip(files, (documents, questions), strict=True):
            file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        async with open_house(Settings(home=Path(folder, "home"))) as house:
            _with(house, glossary)
            found = await evaluate(Options(files[0], files[1], mode="corpus", sample=sample), house, ignore)
    return found["citepath"]["recall@10"], found["bm25"]["recall@10"]


def _with(house: House, glossary: Glossary | None) -> None:
    if glossary is not None:
        house.navigator.glossary = glossary


def _rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
