"""Time and peak memory of the main job, beside bare text extraction and one flat keyword query.

    make bench BENCH="--data ../shared/data"        the 408-page PDF
    make bench                                      the bundled sample PDF

Every figure is taken in a process of its own, several times, in turn with its
baseline; printed is the median and its ratio to the baseline. Memory is the peak
resident size of the process and, where there is one, of its reading child.

The other benches beside this file are run one by one: docs/measured.md lists their commands.
"""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "documents" / "outsourcing-policy.pdf"
BIG = Path("docs/en/sec-regulation-best-interest-proposed-rule.pdf")
QUESTION = {
    SAMPLE.name: "How soon must a service provider report a security incident?",
    BIG.name: "What does the disclosure obligation require a broker-dealer to disclose to a retail customer?",
}
_WARM = 15  # questions after the first one, in the same process


def main() -> None:
    options = _options()
    pdf = options.data / BIG if options.data else options.pdf
    if options.one:
        print(json.dumps(_one(options.one, pdf, Path(options.home))))
        return
    with tempfile.TemporaryDirectory(prefix="citepath-bench-") as home:
        _compare(pdf, Path(home), options.times)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the shared data")
    parser.add_argument("--pdf", type=Path, default=SAMPLE)
    parser.add_argument("--times", type=int, default=3, help="runs of each")
    parser.add_argument("--one", choices=sorted(_JOBS), help=argparse.SUPPRESS)
    parser.add_argument("--home", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def _compare(pdf: Path, home: Path, times: int) -> None:
    print(f"{pdf.name}, {pdf.stat().st_size / 1e6:.1f} MB; median of {times}, a process each\n", flush=True)
    ingest = _medians(["extract", "ingest"], pdf, home, times, fresh=True)
    _table("taking it in", ingest, "extract", "bare pypdfium2 text extraction")
    _one_process("ingest", pdf, home / "kept")
    ask = _medians(["query", "ask", "ask-warm"], pdf, home / "kept", times, fresh=False)
    _table("one question", ask, "query", "one flat tantivy query over the same passages, warm")


def _medians(jobs: list[str], pdf: Path, home: Path, times: int, fresh: bool) -> dict[str, dict[str, float]]:
    """Seconds and megabytes of each job, the jobs taking turns."""
    taken: dict[str, list[dict[str, float]]] = {job: [] for job in jobs}
    for i in range(times):
        for job in jobs:
            taken[job].append(_one_process(job, pdf, home / f"{job}-{i}" if fresh else home))
    return {
        job: {key: statistics.median(run[key] for run in runs) for key in ("seconds", "mb")}
        for job, runs in taken.items()
    }


def _one_process(job: str, pdf: Path, home: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", job, "--pdf", str(pdf), "--home", str(home)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _table(title: str, found: dict[str, dict[str, float]], base: str, what: str) -> None:
    print(f"{title:14}{'time':>12}{'ratio':>9}{'peak memory':>15}{'ratio':>8}   ({base} = {what})")
    for job, run in found.items():
        seconds, mb = run["seconds"], run["mb"]
        print(
            f"  {job:12}{_time(seconds):>12}{seconds / found[base]['seconds']:>9.1f}"
            f"{mb:>12.0f} MB{mb / found[base]['mb']:>8.1f}"
        )
    print(flush=True)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _one(job: str, pdf: Path, home: Path) -> dict[str, float]:
    seconds = _JOBS[job](pdf, home)
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": seconds, "mb": mb + child}


def _timed(work: Callable[[], Awaitable[object]]) -> float:
    async def run() -> float:
        begun = time.perf_counter()
        await work()
        return time.perf_counter() - begun

    return asyncio.run(run())


def _extract(pdf: Path, home: Path) -> float:
    import pypdfium2  # noqa: PLC0415 (each job shows the memory of what it imports, and of nothing else)

    begun = time.perf_counter()
    document = pypdfium2.PdfDocument(pdf)
    characters = sum(len(page.get_textpage().get_text_bounded()) for page in document)
    document.close()
    assert characters
    return time.perf_counter() - begun


def _ingest(pdf: Path, home: Path) -> float:
    from app.resources import open_house  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415
    from docs_ingest.ingest import ingest  # noqa: PLC0415
    from docs_ingest.uploads import Upload  # noqa: PLC0415
    from stores.events import ignore  # noqa: PLC0415

    upload = Upload(pdf.read_bytes(), pdf.name)

    async def work() -> None:
        async with open_house(Settings(home=home)) as house:
            with house.reading() as reading:
                record = ingest(upload, reading=reading, intake=house.intake, clock=house.clock)
            await house.sync(ignore)
            assert record.version == 1, record.reason

    return _timed(work)


def _ask(pdf: Path, home: Path, warm: int = 0) -> float:
    """The first question of a process; with `warm`, the median of the ones after it. Without the answer cache."""
    from app.resources import open_house  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415
    from navigators.state import Question  # noqa: PLC0415

    async def work() -> float:
        begun = time.perf_counter()
        async with open_house(Settings(home=home, cache_answers=False)) as house:
            question = Question(QUESTION.get(pdf.name, "What is this document about?"))
            run = await house.navigator.ask(question)
            taken = [time.perf_counter() - begun]
            for _ in range(warm):
                begun = time.perf_counter()
                await house.navigator.ask(question)
                taken.append(time.perf_counter() - begun)
            assert run.coverage.documents
            return statistics.median(taken[1:] or taken)

    return asyncio.run(work())


def _ask_warm(pdf: Path, home: Path) -> float:
    return _ask(pdf, home, _WARM)


def _query(pdf: Path, home: Path) -> float:
    from stores.keywords_tantivy import TantivyKeywords  # noqa: PLC0415

    folder = next(home.glob("keywords-*"))

    async def work() -> float:
        index = TantivyKeywords(folder, headings_weight=0.0, title_weight=0.0)
        taken = []
        for _ in range(_WARM):
            begun = time.perf_counter()
            hits = await index.search("default", QUESTION.get(pdf.name, "document"), 10)
            taken.append(time.perf_counter() - begun)
            assert hits
        await index.close()
        return statistics.median(taken)

    return asyncio.run(work())


_JOBS: dict[str, Callable[[Path, Path], float]] = {
    "extract": _extract,
    "ingest": _ingest,
    "ask": _ask,
    "ask-warm": _ask_warm,
    "query": _query,
}

if __name__ == "__main__":
    main()
