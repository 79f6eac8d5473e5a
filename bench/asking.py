"""Asking in one document and over a corpus of five million tokens, beside one flat keyword query over the same leaves.

    .venv/bin/python bench/asking.py --data ../shared/data/dev [--questions 100] [--passes 2] [--profile]

The corpus is stard_laws, covidqa and xquad_en, shuffled (seed 7) and taken in one
after another: a sixteenth, a quarter, all of it. At each size, in a process of its
own, the same questions are asked in their own document and over everything, without
the answer cache; after each question one flat tantivy query (body only, ten hits, in
the same scope) is made on the same index. `first` is the first pass, in which
documents are opened; `warm` are the passes after it. `cold` is a process that starts,
opens the stores and asks one question. `cpu` is processor time, of all threads: the
steadier figure where others use the machine. Memory is the peak resident size.
`--profile` adds the functions that took the warm passes' time, in the loop and in its worker
threads (not in the ledger's own).
"""

import argparse
import asyncio
import cProfile
import gzip
import json
import pstats
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_SETS = ("stard_laws", "covidqa", "xquad_en")
_SIZES = (16, 4, 1)  # shares of the corpus: one of so many
_TOP = 28  # functions of a profile
_OUTSIDE = "outside the steps"

Json = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the question sets")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--passes", type=int, default=2, help="warm passes")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(_SIZES), help="one of so many documents")
    parser.add_argument("--home", type=Path, help="keep the corpus here, and use what is there")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--one", choices=("cold", "document", "corpus"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(asyncio.run(_one(options))))
        return
    with tempfile.TemporaryDirectory(prefix="citepath-asking-") as folder:
        _grow(options, options.home or Path(folder))


def _grow(options: argparse.Namespace, home: Path) -> None:
    """Take the corpus in at each of its sizes, and measure."""
    documents, questions = _corpus(options.data, options.questions)
    home.mkdir(parents=True, exist_ok=True)
    (home / "questions.json").write_text(json.dumps(questions), encoding="utf-8")
    print(f"{len(questions)} questions, {options.passes} warm passes; times in ms, ratios to the flat query\n")
    for share in options.sizes:
        some = documents[: len(documents) // share]
        held = asyncio.run(_take_in(home / f"of-{share}", some))
        tokens = sum(len(d["text"].encode()) for d in some) / 4e6
        print(f"{len(some)} documents, {tokens:.2f} million tokens, {held} passages", flush=True)
        cold = _process("cold", home / f"of-{share}", options)
        print(f"  cold: {cold['seconds'] * 1e3:.0f} ms to the first answer, {cold['mb']:.0f} MB")
        for job in ("document", "corpus"):
            _show(job, _process(job, home / f"of-{share}", options))
        print(flush=True)


def _corpus(data: Path, wanted: int) -> tuple[list[Json], list[Json]]:
    """The documents in their order, and as many questions on the first of them as on the last."""
    documents = [
        {"id": f"{name}-{row['doc_id']}", "title": row.get("title") or row["doc_id"], "text": row["text"]}
        for name in _SETS
        for row in _rows(data / f"{name}.dev.documents.jsonl.gz")
    ]
    random.Random(7).shuffle(documents)
    first = {d["id"] for d in documents[: len(documents) // max(_SIZES)]}
    questions = [
        {"text": row["question"], "document": f"{name}-{document}"}
        for name in _SETS
        for row in _rows(data / f"{name}.dev.questions.jsonl.gz")
        if (document := row.get("doc_id")) and row.get("answerable", True) and f"{name}-{document}" in first
    ]
    random.Random(7).shuffle(questions)
    return documents, questions[:wanted]


def _rows(path: Path) -> Iterator[Json]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


async def _take_in(home: Path, documents: Sequence[Json]) -> int:
    """Ingest what is not there yet; how many passages the index holds then."""
    from app.resources import open_house  # noqa: PLC0415 (the processes that measure import only what they need)
    from app.settings import Settings  # noqa: PLC0415
    from docs_ingest.ingest import ingest  # noqa: PLC0415
    from docs_ingest.uploads import Upload  # noqa: PLC0415
    from stores.events import ignore  # noqa: PLC0415
    from stores.records import Reader  # noqa: PLC0415

    async with open_house(Settings(home=home)) as house:
        there = {d.id for d in await house.library.documents(Reader())}
        with house.reading() as reading:
            for row in documents:
                if row["id"] not in there:
                    upload = Upload(row["text"].encode(), f"{row['id']}.txt", document=row["id"], title=row["title"])
                    ingest(upload, reading=reading, intake=house.intake, clock=house.clock)
        await house.sync(ignore)
        return await house.keywords.count()


def _process(job: str, home: Path, options: argparse.Namespace) -> Json:
    command = [sys.executable, __file__, "--data", str(options.data), "--one", job, "--home", str(home)]
    command += ["--passes", str(options.passes), *(["--profile"] if options.profile else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    result: Json = json.loads(done.stdout.splitlines()[-1])
    return result


async def _one(options: argparse.Namespace) -> Json:
    """One measurement in this process."""
    begun = time.perf_counter()
    from app.resources import open_house  # noqa: PLC0415 (importing is part of what is measured)
    from app.settings import Settings  # noqa: PLC0415

    rows = json.loads((options.home.parent / "questions.json").read_text(encoding="utf-8"))
    async with open_house(Settings(home=options.home, cache_answers=False)) as house:
        if options.one == "cold":
            await _ask(house, rows[0], in_document=False)
            return {"seconds": time.perf_counter() - begun, "mb": _peak()}
        return await _passes(house, rows, options)


async def _passes(house: Any, rows: Sequence[Json], options: argparse.Namespace) -> Json:
    from navigators.graph import ask_graph  # noqa: PLC0415
    from stores.keywords_tantivy import TantivyKeywords  # noqa: PLC0415

    ask_graph()  # its import is part of the cold start, not of the first question here
    flat = TantivyKeywords(next(options.home.glob("keywords-*")), headings_weight=0.0, title_weight=0.0)
    inside = options.one == "document"
    await flat.search("default", "warm", 10)
    started = _peak()
    figures: dict[str, list[float]] = defaultdict(list)
    steps: defaultdict[str, float] = defaultdict(float)
    for number in range(options.passes + 1):
        name = "warm" if number else "first"
        with _profiled(options.profile and number > 0):
            for row in rows:
                worked = time.process_time()
                seconds, cost = await _ask(house, row, in_document=inside)
                figures[name].append(seconds)
                figures[f"{name} cpu"].append(time.process_time() - worked)
                begun = time.perf_counter()
                await flat.search("default", row["text"], 10, documents=[row["document"]] if inside else None)
                figures[f"{name} flat"].append(time.perf_counter() - begun)
                if number:
                    for step, spent in cost.items():
                        steps[step] += spent
                    steps[_OUTSIDE] += seconds - sum(cost.values())
        if not number:
            opened = _peak()
    await flat.close()
    return {
        "figures": figures,
        "steps": {step: spent / len(figures["warm"]) for step, spent in steps.items()},
        "mb": {"before": started, "first pass": opened, "end": _peak()},
        "shelf": house.navigator.shelf.size,
    }


async def _ask(house: Any, row: Json, in_document: bool) -> tuple[float, dict[str, float]]:
    from navigators.state import Question  # noqa: PLC0415

    begun = time.perf_counter()
    run = await house.navigator.ask(Question(row["text"], documents=(row["document"],) if in_document else ()))
    return time.perf_counter() - begun, dict(run.cost.steps)


@contextmanager
def _profiled(on: bool) -> Iterator[None]:
    """Profile the loop and its worker threads, and print where the time went to standard error."""
    if not on:
        yield
        return
    profiles = [cProfile.Profile()]
    lock = threading.Lock()

    def in_thread() -> None:
        profile = cProfile.Profile()
        with lock:
            profiles.append(profile)
        profile.enable()

    loop = asyncio.get_running_loop()
    workers = ThreadPoolExecutor(1, initializer=in_thread)
    loop.set_default_executor(workers)
    profiles[0].enable()
    yield
    profiles[0].disable()
    workers.shutdown()
    loop.set_default_executor(ThreadPoolExecutor())
    for profile in profiles:
        profile.create_stats()
    found = pstats.Stats(*profiles, stream=sys.stderr)
    found.sort_stats("tottime").print_stats(_TOP)
    found.sort_stats("cumtime").print_stats(_TOP)


def _peak() -> float:
    """Most resident megabytes of this process; ru_maxrss would count what the parent held when it forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _show(job: str, found: Json) -> None:
    print(f"  {job:9}{'p50':>9}{'p99':>9}{'flat p50':>10}{'p99':>8}{'ratio p50':>11}{'p99':>8}{'cpu p50':>10}")
    for name in ("first", "warm"):
        ours, flat = _quantiles(found["figures"][name]), _quantiles(found["figures"][f"{name} flat"])
        print(
            f"  {name:>9}{ours[0]:9.1f}{ours[1]:9.1f}{flat[0]:10.2f}{flat[1]:8.2f}"
            f"{ours[0] / flat[0]:11.0f}{ours[1] / flat[1]:8.0f}{_quantiles(found['figures'][f'{name} cpu'])[0]:10.1f}"
        )
    whole = sum(found["steps"].values())
    shares = sorted(found["steps"].items(), key=lambda item: -item[1])
    print("    warm, by step: " + ", ".join(f"{s} {t * 1e3:.1f} ms ({t / whole:.0%})" for s, t in shares))
    mb = found["mb"]
    print(
        f"    memory: {mb['before']:.0f} MB before the first question, {mb['first pass']:.0f} after the first pass, "
        f"{mb['end']:.0f} at the end; the shelf holds {found['shelf'] / 1e6:.1f} MB of text",
        flush=True,
    )


def _quantiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 99th of a hundred, in milliseconds."""
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1e3, ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1e3


if __name__ == "__main__":
    main()
