"""Questions that need two documents: retrieval over a whole set, beside flat BM25 and whole pages in the same run.

    .venv/bin/python bench/cross_documents.py --data ../shared/data/dev [--pairs 100]

`stard_laws, several` are the questions of that set whose required articles stand in
several laws. The data hold no others, so pairs are made by rule from the questions of
one document: all usable questions of a set are shuffled (seed 7), each is joined to the
next one left whose document is another (of filings: another company's), by words that
ask for both (“Compare two things. First: ... Second: ...”, “请分别回答：一、……二、……”);
the evidence of both is required. Every question is asked of all documents of its set.
`all@10` wants everything required among the first ten, `documents@10` is the share of
the documents needed of which anything required is among them.
"""

import argparse
import asyncio
import gzip
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.evaluation import WHO, Options, evaluate
from app.resources import open_house
from app.settings import Settings
from stores.events import ignore

Row = dict[str, Any]

_SHOWN = ("recall@10", "all@10", "documents@10", "recall@2000t", "recall@4000t", "recall@8000t")
_JOINED = {
    "en": "Compare two things. First: {0} Second: {1}",
    "zh": "请分别回答：一、{0} 二、{1}",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the question sets")
    parser.add_argument("--pairs", type=int, default=100, help="at most, of each set")
    options = parser.parse_args()
    print(f"{'':26}{'questions':>10}" + "".join(f"{name:>16}" for name in _SHOWN))
    with tempfile.TemporaryDirectory(prefix="citepath-cross-") as folder:
        _show("stard_laws, several", options.data, "stard_laws", None, Path(folder))
        for name, lang in (("financebench", "en"), ("covidqa", "en"), ("stard_laws", "zh")):
            questions = Path(folder) / f"{name}.jsonl"
            rows = pairs(options.data, name, lang)[: options.pairs]
            questions.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
            _show(f"{name}, pairs", options.data, name, questions, Path(folder))


def _show(title: str, data: Path, name: str, questions: Path | None, folder: Path) -> None:
    chosen = Options(
        documents=data / f"{name}.dev.documents.jsonl.gz",
        questions=questions or data / f"{name}.dev.questions.jsonl.gz",
        mode="corpus",
        several=True,
    )
    found = asyncio.run(_measured(chosen, folder / title))
    for who in WHO:
        figures = "".join(f"{found[who][figure]:16.3f}" for figure in _SHOWN)
        print(f"{title:26}{found['n']:>10}{figures}  {who}", flush=True)


async def _measured(options: Options, home: Path) -> Row:
    async with open_house(Settings(home=home)) as house:
        return await evaluate(options, house, ignore)


def pairs(data: Path, name: str, lang: str) -> list[Row]:
    """Questions of one document each, joined two by two."""
    at_hand = {p.stem for p in data.glob("*_pdf/*.pdf")}
    left = [
        row
        for row in _rows(data / f"{name}.dev.questions.jsonl.gz")
        if row.get("doc_id") and _usable(row) and (name != "financebench" or row["doc_id"] in at_hand)
    ]
    random.Random(7).shuffle(left)
    joined = []
    while left:
        first = left.pop(0)
        at = next((i for i, row in enumerate(left) if _whose(row) != _whose(first)), None)
        if at is None:
            break
        second = left.pop(at)
        joined.append(
            {
                "qid": f"{first['qid']}+{second['qid']}",
                "doc_ids": [first["doc_id"], second["doc_id"]],
                "question": _JOINED[lang].format(first["question"], second["question"]),
                "evidence": [*_evidence(first), *_evidence(second)],
            }
        )
    return joined


def _usable(row: Row) -> bool:
    return (
        row.get("answerable", True)
        and row.get("retrieval_ok") is not False
        and row.get("kind", "span") == "span"
        and bool(row.get("evidence") or row.get("gold_pages"))
    )


def _whose(row: Row) -> str:
    """The document; of a filing its company, which its id begins with."""
    return str(row["doc_id"]).split("_")[0]


def _evidence(row: Row) -> list[Row]:
    spans = [{"doc_id": row["doc_id"], "spans": e["spans"]} for e in row.get("evidence") or () if e.get("spans")]
    base = row.get("page_base", 0)
    return spans or [{"doc_id": row["doc_id"], "page": page - base} for page in row["gold_pages"]]


def _rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
