"""The weights by which extraction ranks sentences, fitted with one set of questions left out in turn.

    .venv/bin/python bench/weights.py --data ../shared/data/dev [--each 150]

Every question is asked of its own document (as in `bench/answers.py`); of what the
walk read, the examined sentences of its first facet are kept with their features
and whether they overlap the gold evidence. The fit is a conditional logit (McFadden
1974): the chance of a sentence among those of its question is the softmax of its
rank; where several are right, any of them counts. Newton steps, each set with the
same weight, a ridge of .001.

Printed: the share of questions whose first, or first two, sentences are right with
the weights in use and with weights that were fitted on the other sets only; the
weights of each fit, and of all sets together, from which those in use are rounded.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields, replace
from math import exp
from pathlib import Path
from typing import Any

from app.resources import open_house
from app.settings import Settings
from bench.answers import inside, rows, sampled, take_in
from navigators.drafts import Draft
from navigators.extraction import WEIGHTS, Features, Sentence, sentences_for
from navigators.facets import Ask
from navigators.state import Question
from navigators.writers import WriteCall
from stores.events import ignore

SETS = ("xquad_en", "xquad_zh", "cmrc", "drcd", "covidqa", "cjrc", "stard_laws", "cuad")
_STEPS = 12
_RIDGE = 1e-3

Vector = list[float]
Choice = tuple[list[Vector], list[bool]]  # of one question: the features of its sentences, and which are right


class Collector:
    """Writes nothing and keeps the sentences that the first call shows."""

    name = "collector"

    def __init__(self) -> None:
        self.found: list[Sentence] = []

    async def write(self, call: WriteCall) -> Draft:
        self.found = self.found or sentences_for(Ask(call.facets[0].text), call.passages, call.rarity)
        return Draft(())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=150, help="questions of each set")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    choices = {name: asyncio.run(_choices(options.data, name, options.each, options.seed)) for name in SETS}
    in_use = list(astuple(WEIGHTS))
    names = [field.name for field in fields(Features)]
    print(f"{'left out':12}{'questions':>10}   in use: first  two   fitted on the others: first  two   {names}")
    for name in SETS:
        others = {other: held for other, held in choices.items() if other != name}
        fitted = fit(others)
        used, left = (_right(choices[name], weights) for weights in (in_use, fitted))
        figures = f"{used[0]:16.3f}{used[1]:6.3f}{left[0]:29.3f}{left[1]:6.3f}"
        print(f"{name:12}{len(choices[name]):10}{figures}   {_show(fitted)}")
    print(f"{'none':12}{'':61}   {_show(fit(choices))}\n{'in use':12}{'':61}   {_show(in_use)}")


def _show(weights: Sequence[float]) -> str:
    return " ".join(f"{w:6.2f}" for w in weights)


async def _choices(data: Path, name: str, each: int, seed: int) -> list[Choice]:
    documents = {row["doc_id"]: row for row in rows(data / f"{name}.dev.documents.jsonl.gz")}
    asked = sampled(data / f"{name}.dev.questions.jsonl.gz", documents, data, each, seed)
    with tempfile.TemporaryDirectory(prefix="citepath-weights-") as home:
        async with open_house(Settings(home=Path(home), cache_answers=False)) as house:
            take_in(house, {d: documents[d] for d in dict.fromkeys(r["doc_id"] for r in asked)}, data)
            await house.sync(ignore)
            made = []
            for row in asked:
                collector = Collector()
                navigator = replace(house.navigator, writer=collector)
                await navigator.ask(Question(row["question"], documents=(row["doc_id"],)))
                made.append(_choice(row, collector.found))
            return made


def _choice(row: Mapping[str, Any], found: Sequence[Sentence]) -> Choice:
    right = [inside(s.passage.start + s.start, s.passage.start + s.end, row) for s in found]
    return [list(astuple(s.features)) for s in found], right


def _right(choices: Sequence[Choice], weights: Sequence[float]) -> tuple[float, float]:
    """Share of the questions with a right sentence first, and among the first two."""
    first = two = 0
    for features, right in choices:
        order = sorted(range(len(features)), key=lambda i: -_dot(weights, features[i]))
        first += any(right[i] for i in order[:1])
        two += any(right[i] for i in order[:2])
    return first / len(choices), two / len(choices)


def fit(choices: Mapping[str, Sequence[Choice]]) -> Vector:
    """Newton's method; where several sentences are right, their shares are taken from the step before."""
    size = len(fields(Features))
    weights = [0.0] * size
    for _ in range(_STEPS):
        slope = [-_RIDGE * w for w in weights]
        bend = [[_RIDGE * (i == j) for j in range(size)] for i in range(size)]
        for held in choices.values():
            useful = [(features, right) for features, right in held if any(right)]
            for features, right in useful:
                _add(features, right, weights, 1 / len(useful), slope, bend)
        weights = [w + step for w, step in zip(weights, _solved(bend, slope), strict=True)]
    return weights


def _add(
    features: Sequence[Vector], right: Sequence[bool], weights: Vector, share: float, slope: Vector, bend: list[Vector]
) -> None:
    """One question's part of the slope, and of the (negative) curvature, of the likelihood."""
    ranks = [_dot(weights, f) for f in features]
    top = max(ranks)
    odds = [exp(r - top) for r in ranks]
    every, good = sum(odds), sum(o for o, is_right in zip(odds, right, strict=True) if is_right)
    mean = [0.0] * len(weights)
    square = [[0.0] * len(weights) for _ in weights]
    for f, o, is_right in zip(features, odds, right, strict=True):
        chance = o / every
        pull = share * ((o / good if is_right else 0.0) - chance)
        for i, x in enumerate(f):
            slope[i] += pull * x
            mean[i] += chance * x
            row = square[i]
            for j in range(i + 1):
                row[j] += chance * x * f[j]
    for i in range(len(weights)):
        for j in range(len(weights)):
            bend[i][j] += share * (square[max(i, j)][min(i, j)] - mean[i] * mean[j])


def _solved(matrix: Sequence[Vector], right: Vector) -> Vector:
    """x with matrix x = right: elimination with pivots."""
    rows_ = [[*row, r] for row, r in zip(matrix, right, strict=True)]
    size = len(rows_)
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(rows_[k][i]))
        rows_[i], rows_[pivot] = rows_[pivot], rows_[i]
        rows_[i] = [x / rows_[i][i] for x in rows_[i]]
        for k in range(size):
            if k != i:
                factor = rows_[k][i]
                rows_[k] = [x - factor * y for x, y in zip(rows_[k], rows_[i], strict=True)]
    return [row[-1] for row in rows_]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


if __name__ == "__main__":
    main()
