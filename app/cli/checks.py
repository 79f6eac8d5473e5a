"""eval, doctor."""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.cli.output import print_json, print_text
from app.cli.progress import progress
from app.doctor import Finding, examine
from app.errors import CommandError
from app.evaluation import CANDIDATES, DEPTHS, TOKENS, WHO, EvaluationError, Options
from app.evaluation import evaluate as evaluate_sets
from app.resources import open_house
from app.settings import Settings
from app.views.documents import Json

_MARKS = {"ok": "✓", "warning": "!", "failed": "✗"}


async def evaluate(options: argparse.Namespace, settings: Settings) -> int:
    """Measure retrieval in a store of its own, which is thrown away."""
    chosen = Options(
        documents=options.documents,
        questions=options.questions,
        mode=options.mode,
        sample=options.sample,
        seed=options.seed,
        limit_documents=options.limit_documents,
        pdf_dir=options.pdf_dir,
        with_title=options.with_title,
        several=options.several,
    )
    with tempfile.TemporaryDirectory(prefix="citepath-eval-") as home, progress() as emit:
        own = settings.model_copy(update={"home": Path(home), "tenant": "default"})
        async with open_house(own) as house:
            try:
                figures = await evaluate_sets(chosen, house, emit)
            except EvaluationError as error:
                raise CommandError(str(error)) from error
    if options.json:
        print_json(figures)
    else:
        print_text(_figures_text(figures))
    return 0


def _figures_text(figures: Json) -> str:
    rows = _figures_rows(figures, [*(f"recall@{k}" for k in DEPTHS), "all@10", "mrr", "tokens@10"])
    deep = [f"recall@{CANDIDATES}", *(f"recall@{tokens}t" for tokens in TOKENS)]
    rows += ["the best candidates, and what so many tokens from the top hold:", *_figures_rows(figures, deep)]
    seconds = figures["seconds"]
    rows.append(
        f"{figures['n']} questions, {figures['documents']} documents, mode {figures['mode']}; "
        f"ingest {seconds['ingest']} s, a question {seconds['citepath']} s beside {seconds['bm25']} s; "
        "pages: whole ones, or windows of 500 tokens"
    )
    return "\n".join(rows)


def _figures_rows(figures: Json, names: Sequence[str]) -> list[str]:
    rows = [f"{'':10}" + "".join(f"{name:>14}" for name in names)]
    for who in WHO:
        cells = [f"{figures[who][n]:14.0f}" if n == "tokens@10" else f"{figures[who][n]:14.3f}" for n in names]
        rows.append(f"{who:10}" + "".join(cells))
    return rows


async def doctor(options: argparse.Namespace, settings: Settings) -> int:
    """Say whether everything is in order; exit code 1 when something is not."""
    findings = await examine(settings)
    if options.json:
        print_json({"findings": [{"name": f.name, "state": f.state, "message": f.message} for f in findings]})
    else:
        print_text(_findings_text(findings))
    return 1 if any(f.state == "failed" for f in findings) else 0


def _findings_text(findings: list[Finding]) -> str:
    return "\n".join(f"{_MARKS[f.state]} {f.name:10} {f.message}" for f in findings)
