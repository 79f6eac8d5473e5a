"""How fast files are taken in: against bare pypdfium2, by format, and as they grow; peak memory of parent and child.

    .venv/bin/python bench/reading.py --data ../shared/data [--times 3]

Every figure is taken in a process of its own. `bare` opens the PDF and asks
pypdfium2 for the text of every page (get_text_range); `parse to commit` is what
`citepath ingest` does up to the end of the ledger's transaction, in a house of its
own, the reading child's start included. The two take turns; printed are medians.
Memory is the peak resident size of the process and of its largest reading child.
The pages of the growth are the 408-page PDF's first 25, once, 4 and 16 times.
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
from pathlib import Path

import pypdfium2 as pdfium

ROOT = Path(__file__).resolve().parent.parent
_LONG = (
    Path("docs/en/sec-regulation-best-interest-proposed-rule.pdf"),
    Path("dev/financebench_pdf/PEPSICO_2022_10K.pdf"),
)
_GROWTH = (1, 4, 16)
_PAGES = 25
_PARAGRAPHS = 2_000  # of the text that is written in every format

_WORDS = "The bank keeps records for ten years. 银行应当保存记录十年。"

Run = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the shared data; without it only the made files")
    parser.add_argument("--times", type=int, default=3, help="runs of each")
    parser.add_argument("--one", choices=("bare", "ingest"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(
            json.dumps(
                _bare(options.file)
                if options.one == "bare"
                else asyncio.run(_ingest(options.file.read_bytes(), options.file))
            )
        )
        return
    with tempfile.TemporaryDirectory(prefix="citepath-reading-") as folder:
        if options.data:
            _against_bare([options.data / path for path in _LONG], options.times)
            _growth(options.data / _LONG[0], Path(folder), options.times)
        _formats(Path(folder), options.times)


def _against_bare(files: list[Path], times: int) -> None:
    print(f"{'parse to commit against bare pypdfium2':44}{'bare':>9}{'ours':>9}{'speed':>7}{'parent':>11}{'child':>9}")
    for file in files:
        taken: dict[str, list[Run]] = {"bare": [], "ingest": []}
        for _ in range(times):
            for job, runs in taken.items():
                runs.append(_process(job, file))
        bare, ours = (_median(runs) for runs in taken.values())
        print(
            f"  {file.stem[:34]:36}{_pages(file):4} p{bare['seconds']:7.2f} s{ours['seconds']:7.2f} s"
            f"{bare['seconds'] / ours['seconds']:7.2f}{ours['parent']:8.0f} MB{ours['child']:6.0f} MB",
            flush=True,
        )


def _growth(file: Path, folder: Path, times: int) -> None:
    print("growth: per page, and in brackets to the shortest")
    first: Run | None = None
    for factor in _GROWTH:
        path = folder / f"growth-{factor}.pdf"
        _repeat(file, factor, path)
        run = _median([_process("ingest", path) for _ in range(times)])
        pages = _PAGES * factor
        first = first or {"seconds": run["seconds"] / pages, "mb": (run["parent"] + run["child"]) / pages}
        seconds, mb = run["seconds"] / pages, (run["parent"] + run["child"]) / pages
        print(
            f"  {pages:4} pages{seconds * 1e3:9.1f} ms ({seconds / first['seconds']:.2f})"
            f"{mb:9.2f} MB ({mb / first['mb']:.2f}){run['parent']:9.0f} MB parent{run['child']:7.0f} MB child",
            flush=True,
        )


def _repeat(file: Path, times: int, path: Path) -> None:
    source, made = pdfium.PdfDocument(file), pdfium.PdfDocument.new()
    for _ in range(times):
        made.import_pages(source, list(range(_PAGES)))
    made.save(path)
    made.close()
    source.close()


def _formats(folder: Path, times: int) -> None:
    print(f"one text of {_PARAGRAPHS:,} paragraphs in every format")
    base: float | None = None
    for kind in ("txt", "md", "html", "csv", "docx", "xlsx", "pptx", "epub", "pdf"):
        path = folder / f"text.{kind}"
        path.write_bytes(_written(kind))
        run = _median([_process("ingest", path) for _ in range(times)])
        rate = _PARAGRAPHS / run["seconds"]
        base = base or rate
        print(
            f"  {kind:6}{path.stat().st_size / 1e3:8.0f} kB{run['seconds']:8.2f} s{rate:8.0f} paragraphs/s "
            f"({rate / base:.2f}){run['parent']:9.0f} MB parent{run['child']:7.0f} MB child",
            flush=True,
        )


def _written(kind: str) -> bytes:
    """The same paragraphs in every format; PDF as broken lines, 20 to a page."""
    from bench.hostile_files.packages import honest  # noqa: PLC0415 (the writers must not weigh on what is measured)
    from bench.hostile_files.pdfs import report  # noqa: PLC0415

    lines = [f"{i}. {_WORDS}" for i in range(1, _PARAGRAPHS + 1)]
    match kind:
        case "txt" | "md":
            return "\n\n".join(lines).encode()
        case "html":
            return f"<meta charset=utf-8><body>{''.join(f'<p>{line}</p>' for line in lines)}".encode()
        case "csv":
            return "\n".join(f'{i},"{line}"' for i, line in enumerate(lines)).encode()
        case "pdf":
            return report(_PARAGRAPHS // 20)
        case _:
            return honest(kind, _PARAGRAPHS)


def _process(job: str, file: Path) -> Run:
    command = [sys.executable, __file__, "--one", job, "--file", str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=None)
    result: Run = json.loads(done.stdout.splitlines()[-1])
    return result


def _median(runs: list[Run]) -> Run:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def _pages(file: Path) -> int:
    document = pdfium.PdfDocument(file)
    try:
        return len(document)
    finally:
        document.close()


def _peaks(seconds: float) -> Run:
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"seconds": seconds, "parent": own, "child": child}


def _bare(file: Path) -> Run:
    begun = time.perf_counter()
    document = pdfium.PdfDocument(file)
    characters = sum(len(page.get_textpage().get_text_range()) for page in document)
    document.close()
    assert characters
    return _peaks(time.perf_counter() - begun)


async def _ingest(data: bytes, file: Path) -> Run:
    from app.resources import open_house  # noqa: PLC0415 (bare shows the memory of what it imports, and of no more)
    from app.settings import Settings  # noqa: PLC0415
    from docs_ingest.ingest import ingest  # noqa: PLC0415
    from docs_ingest.uploads import Upload  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="citepath-reading-") as home:
        async with open_house(Settings(home=Path(home))) as house:
            begun = time.perf_counter()
            with house.reading() as reading:
                upload = Upload(data, file.name)
                record = ingest(upload, reading=reading, intake=house.intake, clock=house.clock)
            seconds = time.perf_counter() - begun
            assert record.version == 1, record.reason
    return _peaks(seconds)


if __name__ == "__main__":
    main()
