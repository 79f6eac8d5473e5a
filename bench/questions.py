"""The main job on documents with known answers: every question with its outcome and first citation, right or wrong.

    .venv/bin/python bench/questions.py                                   the samples
    .venv/bin/python bench/questions.py --folder ../shared/data/docs     three agency PDFs and Chinese statutes

A citation is right when it stands in the right document and version and on one
of the answer's pages, under one of its labels, or holds one of its quotes. An
unanswerable question is right when it is not answered. `--named` keeps each
question to its own document instead of searching all of them.
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.resources import House, open_house
from app.settings import Settings
from docs_ingest.ingest import ingest
from docs_ingest.names import read_name
from docs_ingest.uploads import Upload
from navigators.state import Question
from stores.events import ignore
from stores.in_force import in_force
from stores.records import Citation, Outcome, Reader, Run

SAMPLES = Path(__file__).resolve().parent.parent / "samples"


@dataclass(frozen=True, slots=True)
class Scored:
    """One question with what became of it."""

    row: Mapping[str, Any]
    run: Run
    first: bool  # the first citation is right
    any: bool  # some citation is right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=SAMPLES, help="holds questions.json and the documents it names")
    parser.add_argument("--named", action="store_true", help="ask each question of its own document")
    parser.add_argument("--brief", action="store_true", help="the sums only")
    options = parser.parse_args()
    scored = asyncio.run(_run(options.folder, options.named))
    if not options.brief:
        for one in scored:
            print(_line(one))
    print(_sums(scored))


async def _run(folder: Path, named: bool) -> list[Scored]:
    rows = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="citepath-questions-") as home:
        async with open_house(Settings(home=Path(home), cache_answers=False)) as house:
            _take_in(house, folder, sorted({row["doc"] for row in rows} | _siblings(folder, rows)))
            await house.sync(ignore)
            return [await _ask(house, row, named) for row in rows]


def _siblings(folder: Path, rows: list[dict[str, Any]]) -> set[str]:
    """Everything that lies in the folders of the named documents: they are searched too."""
    folders = {(folder / row["doc"]).parent for row in rows}
    return {str(p.relative_to(folder)) for f in folders for p in f.iterdir() if p.is_file()}


def _take_in(house: House, folder: Path, names: list[str]) -> None:
    with house.reading() as reading:
        for name in names:
            upload = Upload((folder / name).read_bytes(), Path(name).name)
            record = ingest(upload, reading=reading, intake=house.intake, clock=house.clock)
            assert record.version is not None, f"{name}: {record.reason}"


async def _ask(house: House, row: dict[str, Any], named: bool) -> Scored:
    name = read_name(Path(row["doc"]).name)
    as_of = date.fromisoformat(row["as_of"]) if "as_of" in row else None
    documents = (name.document,) if named else ()
    run = await house.navigator.ask(Question(row["question"], documents=documents, as_of=as_of))
    citations = [c for claim in run.claims for c in claim.citations]
    if not row.get("answerable", True):
        right = run.outcome not in (Outcome.ANSWERED, Outcome.PARTIAL)
        return Scored(row, run, right, right)
    history = await house.library.history(Reader(), name.document)
    wanted = in_force(history, as_of or house.clock.now().date())
    marks = [
        wanted is not None and (c.document, c.version) == (name.document, wanted.number) and _on_the_spot(c, row)
        for c in citations
    ]
    return Scored(row, run, bool(marks) and marks[0], any(marks))


def _on_the_spot(citation: Citation, row: Mapping[str, Any]) -> bool:
    quote = "".join(citation.quote.split())
    return (
        citation.page in row.get("pages", ())
        or citation.label in row.get("labels", ())
        or any("".join(q.split()) in quote for q in row.get("quotes", ()))
    )


def _line(one: Scored) -> str:
    citations = [c for claim in one.run.claims for c in claim.citations]
    mark = "right" if one.first else "right, not first" if one.any else "WRONG"
    lines = [f"{mark:17} {one.row['question']}", f"{'':17}   due: {one.row.get('answer')}"]
    lines.append(f"{'':17}   {one.run.outcome.value}, {one.run.cost.seconds:.2f} s")
    for c in citations[:3]:
        page = f" p. {c.page}" if c.page is not None else ""
        words = " ".join(c.quote.split())
        lines.append(f"{'':17}   [{c.document}@{c.version}#{c.address} {c.label or ''}{page}] {words[:150]}")
    return "\n".join(lines)


def _sums(scored: list[Scored]) -> str:
    sums: Counter[str] = Counter()
    for one in scored:
        kind = "answerable" if one.row.get("answerable", True) else "unanswerable"
        sums[kind] += 1
        sums[f"{kind} first"] += one.first
        sums[f"{kind} any"] += one.any
        sums[f"{kind} answered"] += bool(one.run.claims)
    return (
        f"\nanswerable    {sums['answerable']:3}: {sums['answerable answered']} answered, "
        f"{sums['answerable first']} with the right citation first, {sums['answerable any']} with it anywhere\n"
        f"unanswerable  {sums['unanswerable']:3}: {sums['unanswerable answered']} answered (none should be)"
    )


if __name__ == "__main__":
    main()
