"""Whether the constants of the passage formula are well chosen: each set judged by what the other sets would choose.

    .venv/bin/python bench/formula.py --data ../shared/data/dev [--sample 200]

The constants of `navigators/statistics.py` are varied one by one. For each set the
variant is chosen that the other sets like best (mean recall@10 in one document),
and its recall on the set left out stands beside that of the constants in use. A
choice that is worth something would gain on sets it has not seen.
"""

import argparse
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import navigators.statistics as formula
from app.evaluation import EvalQuestion, Found, Options, Tally, chosen, found_at, pdf_of
from docs_ingest.derive import derive
from docs_ingest.limits import Limits
from docs_ingest.readers import read_document
from docs_ingest.uploads import Upload, new_version
from navigators.facets import Ask
from navigators.statistics import TreeStatistics
from stores.ids import SystemClock
from stores.records import Tree

SETS = ("financebench", "stard_laws", "cuad", "covidqa")
VARIANTS: dict[str, dict[str, float]] = {
    "in use": {},
    "k1 .9": {"_K1": 0.9},
    "k1 2": {"_K1": 2.0},
    "b .5": {"_B": 0.5},
    "b .9": {"_B": 0.9},
    "head b .25": {"_HEAD_B": 0.25},
    "head b .75": {"_HEAD_B": 0.75},
    "coverage .2": {"_COVERAGE_POWER": 0.2},
    "coverage .5": {"_COVERAGE_POWER": 0.5},
    "coverage .8": {"_COVERAGE_POWER": 0.8},
    "numbers .3": {"_NUMBER_SHARE": 0.3},
    "numbers .6": {"_NUMBER_SHARE": 0.6},
    "bare heading .25": {"_BARE_HEADING": 0.25},
    "bare heading 1": {"_BARE_HEADING": 1.0},
}
_DEPTH = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the question sets")
    parser.add_argument("--sample", type=int, default=200, help="questions of each set")
    options = parser.parse_args()
    recall: dict[str, dict[str, float]] = {name: {} for name in VARIANTS}
    for name in SETS:
        trees, questions = _read(options.data, name, options.sample)
        for variant, constants in VARIANTS.items():
            with _set(constants):
                recall[variant][name] = _recall(trees, questions)
    print(f"{'recall@10 in one document':20}" + "".join(f"{name:>14}" for name in SETS))
    for variant, found in recall.items():
        print(f"{variant:20}     " + "".join(f"{found[name]:14.4f}" for name in SETS))
    print("\nleft out         chosen by the others    there    in use")
    for name in SETS:
        best = max(VARIANTS, key=lambda v: sum(recall[v][other] for other in SETS if other != name))
        print(f"{name:16} {best:20} {recall[best][name]:8.4f} {recall['in use'][name]:9.4f}")


@contextmanager
def _set(constants: dict[str, float]) -> Iterator[None]:
    """The formula with other constants."""
    before = {name: getattr(formula, name) for name in constants}
    for name, value in constants.items():
        setattr(formula, name, value)
    yield
    for name, value in before.items():
        setattr(formula, name, value)


def _read(data: Path, name: str, sample: int) -> tuple[dict[str, Tree], list[EvalQuestion]]:
    options = Options(data / f"{name}.dev.documents.jsonl.gz", data / f"{name}.dev.questions.jsonl.gz")
    documents, questions = chosen(options)
    if sample < len(questions):
        questions = random.Random(options.seed).sample(questions, sample)
    used = {document for question in questions for document in question.documents}
    trees = {}
    for id_, row in documents.items():
        if id_ in used:
            pdf = pdf_of(row, options)
            data_, file = (pdf.read_bytes(), pdf.name) if pdf else (row["text"].encode("utf-8"), f"{id_}.txt")
            trees[id_] = _tree(Upload(data_, file, document=id_, title=row.get("title")))
    return trees, questions


def _tree(upload: Upload) -> Tree:
    assert upload.document is not None
    made = derive(read_document(upload.data, upload.file_name, Limits(), lambda page, pages: None), upload.document)
    version = new_version(upload, made, None, None, SystemClock())
    return Tree(version, made.text, made.nodes, made.lines, made.tables, made.page_labels)


def _recall(trees: dict[str, Tree], questions: list[EvalQuestion]) -> float:
    statistics = {id_: TreeStatistics(tree) for id_, tree in trees.items()}
    tally = Tally()
    for question in questions:
        ranked = [
            (-evidence.score, id_, i)
            for id_ in question.documents
            for i, evidence in statistics[id_].evidence(Ask(question.text)).items()
        ]
        best: list[Found] = [
            found_at(trees[id_], statistics[id_].passages[i].address) for _, id_, i in sorted(ranked)[:_DEPTH]
        ]
        tally.add(best, question.gold)
    return tally.means()[f"recall@{_DEPTH}"]


if __name__ == "__main__":
    main()
