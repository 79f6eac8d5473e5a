"""Answering without a model: how often the first sentence is right, and what abstaining costs and saves.

    .venv/bin/python bench/abstention.py --data ../shared/data/dev [--each 120]

For each question of the DEV sets the extractive writer's best sentence in the
named document: is it inside the gold evidence, and what is its score? Unanswerable
questions (absent clauses, refused ones, another document's) are scored too. The
curve shows, for each threshold, how many answerable questions would be answered,
how many of those rightly, and how many unanswerable ones wrongly.
"""

import argparse
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docs_ingest.readers.text.reader import read_text
from docs_ingest.structure import find_structure
from docs_ingest.tree import build_nodes
from navigators.extraction import sentences_for
from navigators.facets import Ask
from navigators.signposts import breadcrumb
from navigators.statistics import TreeStatistics
from navigators.writers import Thresholds
from stores.records import Passage, Road, Tree, Version

SETS = ("stard_laws", "cuad", "covidqa", "xquad_en", "xquad_zh", "cmrc", "drcd", "cjrc")
_READ = 24  # passages, as a question of standard effort reads


@dataclass(frozen=True, slots=True)
class Tried:
    kind: str
    answerable: bool
    score: float
    right: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=120, help="questions of each set and kind")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    documents = {d["doc_id"]: d for name in SETS for d in _rows(options.data / f"{name}.dev.documents.jsonl.gz")}
    held: dict[str, TreeStatistics] = {}
    tried = []
    for kind, row in _questions(options.data, options.each, options.seed):
        document = row["doc_id"]
        if document not in held:
            held[document] = TreeStatistics(_tree(documents[document]))
        tried.append(_try(kind, row, held[document]))
    _print_sets(tried)
    _print_curve(tried)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _questions(data: Path, each: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in SETS:
        rows = [r for r in _rows(data / f"{name}.dev.questions.jsonl.gz") if _usable(r)]
        random.Random(seed).shuffle(rows)
        yield from ((name, row) for row in rows[:each])
    taken: dict[str, int] = defaultdict(int)
    rows = [r for r in _rows(data / "unanswerable.dev.questions.jsonl.gz") if r["source"] in SETS]
    random.Random(seed).shuffle(rows)
    for row in rows:
        taken[row["kind"] + row["source"]] += 1
        if taken[row["kind"] + row["source"]] <= each:
            yield row["kind"], row


def _usable(row: dict[str, Any]) -> bool:
    found = row.get("answerable") and row.get("retrieval_ok") is not False and row.get("kind", "span") == "span"
    return bool(found and row.get("doc_id") and row.get("evidence"))


def _tree(row: dict[str, Any]) -> Tree:
    parsed = read_text(row["text"].encode("utf-8", "surrogatepass"))
    structure = find_structure(parsed)
    nodes = build_nodes(parsed, structure, row["doc_id"])
    version = Version(
        document=row["doc_id"],
        number=1,
        id=row["doc_id"],
        title=row.get("title", row["doc_id"]),
        collection="dev",
        file_name="",
        format="text",
        source_hash="",
        source_bytes=0,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        effective_from=None,
        effective_to=None,
        derivation=1,
        parser="",
        text_hash="",
        root_hash=nodes[0].subtree_hash,
        characters=len(parsed.text),
        pages=None,
        language="",
        structure_source=structure.source,
        confidence=structure.confidence,
        nodes=len(nodes),
    )
    return Tree(version, parsed.text, nodes, ())


def _try(kind: str, row: dict[str, Any], statistics: TreeStatistics) -> Tried:
    ask = Ask(row["question"])
    counts = statistics.counts(ask.weights)
    found = sentences_for(ask, _passages(ask, statistics), {t: counts.idf(t) for t in ask.weights})
    if not found:
        return Tried(kind, bool(row["answerable"]), 0.0, False)
    best = found[0]
    start = best.passage.start + best.passage.text.index(best.quote)
    spans = [span for evidence in row.get("evidence") or () for span in evidence["spans"]]
    right = any(s < start + len(best.quote) and start < e for s, e in spans)
    return Tried(kind, bool(row["answerable"]), best.score, right)


def _passages(ask: Ask, statistics: TreeStatistics) -> list[Passage]:
    evidence = statistics.evidence(ask)
    best = sorted(sorted(evidence, key=lambda i: (-evidence[i].score, i))[:_READ])
    tree = statistics.tree
    made = []
    for i in best:
        node = statistics.passages[i]
        words = tree.text_of(node)
        start = node.start + len(words) - len(words.lstrip())
        end = start + len(words.strip())
        above = breadcrumb(tree, node)
        made.append(
            Passage(f"p{i}", "v", tree.version.document, 1, node.address, None, above, None, start, end,
                    tree.text[start:end], evidence[i].score, Road.NAVIGATE)
        )  # fmt: skip
    return made


def _print_sets(tried: list[Tried]) -> None:
    kinds: dict[tuple[bool, str], list[Tried]] = defaultdict(list)
    for one in tried:
        kinds[not one.answerable, one.kind].append(one)
    print(f"{'set':26}{'questions':>10}{'first right':>13}   score at 10 / 50 / 90 % of the questions")
    for (unanswerable, kind), held in sorted(kinds.items()):
        scores = sorted(one.score for one in held)
        at = " / ".join(f"{scores[int(len(scores) * p)]:.2f}" for p in (0.1, 0.5, 0.9))
        right = "-" if unanswerable else f"{sum(one.right for one in held) / len(held):.3f}"
        print(f"{kind:26}{len(held):>10}{right:>13}   {at}")


def _print_curve(tried: list[Tried]) -> None:
    can = [one for one in tried if one.answerable]
    kinds = sorted({one.kind for one in tried if not one.answerable})
    head = "".join(f"{kind:>22}" for kind in kinds)
    print(f"\nthreshold   answered   of those right | answered though unanswerable:{head}")
    for step in range(35, 80, 5):
        answered = [one for one in can if one.score >= step / 100]
        wrong = []
        for kind in kinds:
            held = [one for one in tried if one.kind == kind and not one.answerable]
            wrong.append(f"{sum(one.score >= step / 100 for one in held) / len(held):>22.3f}")
        right = sum(one.right for one in answered) / max(1, len(answered))
        print(f"{step / 100:9.2f}{len(answered) / len(can):11.3f}{right:17.3f} |{'':30}{''.join(wrong)}")
    print(f"\nin use: {Thresholds().answer}")


if __name__ == "__main__":
    main()
