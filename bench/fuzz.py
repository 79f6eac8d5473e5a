"""Feed a reader bent files, guided by what code they reach, and keep what breaks it.

    python3.11 -m venv /tmp/fuzz && /tmp/fuzz/bin/pip install -r requirements.lock
    /tmp/fuzz/bin/pip install atheris==3.0.0
    PYTHONPATH=. /tmp/fuzz/bin/python bench/fuzz.py docx --seconds 600 [--corpus /tmp/fuzz/docx]
    PYTHONPATH=. /tmp/fuzz/bin/python bench/fuzz.py docx --try FILE ...

Atheris is no dependency of the project: whoever fuzzes installs it beside, in a second
step, since the lock names hashes. Its wheel for Python 3.11 on Linux x86-64 brings
libFuzzer; no compiler is needed. Targets are the readers (text, markdown, csv, html,
docx, xlsx, pptx, epub, pdf), each followed by structure, tree, references and the
way through the pipe; and `derive`, `effective` and `lineage` on documents made up
from labels, numbers and references of both languages.

A run goes on past what it finds: every kind of finding is kept once, by the
smallest file that shows it, in CORPUS.findings, beside the slowest file. A reader
that dies with its process (pdfium is native code) is started again. What counts:
an exception that is no IngestError, a promise of `fuzzing/promises.py` broken, or
more processor time than a file of that size may take.
"""

import argparse
import hashlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import atheris

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGETS = ("text", "markdown", "csv", "html", "docx", "xlsx", "pptx", "epub", "pdf", "derive", "effective", "lineage")
_MOST_BYTES = 120_000
_SECONDS = 1.5  # processor time that any file may take, measured: instrumented code takes two to three times as long
_SECONDS_FOR_100_KB = 10.0
_COVER = re.compile(r"#(\d+)\s.*cov: (\d+) ft: (\d+) corp: (\d+)")


class TooSlow(BaseException):
    """Not to be caught by whatever is running."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("format", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--corpus", type=Path, help="directory of files to begin with, and of those found")
    parser.add_argument(
        "--try", dest="files", type=Path, nargs="+", help="only run these files, and show what they raise"
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    corpus: Path = options.corpus or Path("/tmp/citepath-fuzz") / options.format
    if options.files:
        _try(options.format, corpus, options.files)
    elif options.child:
        _fuzz(options.format, corpus, options.seconds)
    else:
        _prepare(options.format, corpus)
        _supervise(options.format, corpus, options.seconds)


def _prepare(name: str, corpus: Path) -> None:
    """Seeds where there are none: the readers' tests make them."""
    corpus.mkdir(parents=True, exist_ok=True)
    if any(corpus.iterdir()):
        return
    if name in ("derive", "effective", "lineage"):
        for i in range(40):
            (corpus / f"seed{i}").write_bytes(Random(i).randbytes(10 + 4 * i))
        return
    seeds = Path("/tmp/citepath-fuzz/seeds")
    if not (seeds / name).exists():
        subprocess.run([sys.executable, "-m", "fuzzing.seeds", str(seeds)], env=_environment(), check=True)
    for path in (seeds / name).iterdir():
        (corpus / path.name).write_bytes(path.read_bytes())


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE)))}


def _supervise(name: str, corpus: Path, seconds: int) -> None:
    """Run children until the time is up; a child that died has found something."""
    deadline = time.monotonic() + seconds
    executions = deaths = 0
    last = ("0", "0", "0")
    while (left := int(deadline - time.monotonic())) > 0:
        command = [sys.executable, __file__, name, "--child", "--corpus", str(corpus), "--seconds", str(left)]
        child = subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, text=True, errors="replace")
        assert child.stderr is not None
        done = 0
        tail: list[str] = []
        for line in child.stderr:
            tail = [*tail[-40:], line]
            if match := _COVER.match(line):
                done, last = int(match[1]), match.groups()[1:]
        executions += done
        if child.wait() != 0:
            deaths += 1
            print(f"the child ended with {child.returncode}:", *tail, sep="\n  ")
            if done == 0 and deaths > 3:
                break
    print(f"{name}: {seconds} s, {executions:,} executions, {last[0]} edges, {last[1]} features, {last[2]} files kept, "
          f"{deaths} children died")  # fmt: skip
    for report in sorted(_findings(corpus).glob("*/report.json")):
        found = json.loads(report.read_text())
        print(f"  {found['count']:>6} x {found['key']}: {found['message'][:160]}")
        print(f"           {found['bytes']:,} bytes in {report.parent}")
    slowest = _findings(corpus) / "slowest.json"
    if slowest.exists():
        print("  slowest:", slowest.read_text())


def _findings(corpus: Path) -> Path:
    return corpus.with_name(f"{corpus.name}.findings")


@dataclass(slots=True)
class _Found:
    """What was found so far, on disk as soon as it is."""

    directory: Path
    counts: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0

    def add(self, error: BaseException, data: bytes) -> None:
        key = _key(error)
        self.counts[key] = self.counts.get(key, 0) + 1
        place = self.directory / hashlib.sha256(key.encode()).hexdigest()[:10]
        if len(data) < self.sizes.get(key, sys.maxsize):
            self.sizes[key] = len(data)
            place.mkdir(parents=True, exist_ok=True)
            (place / "input").write_bytes(data)
            (place / "trace.txt").write_text("".join(traceback.format_exception(error)), errors="backslashreplace")
        report = {"key": key, "message": str(error), "bytes": self.sizes[key], "count": self.counts[key]}
        (place / "report.json").write_text(json.dumps(report))

    def took(self, seconds: float, data: bytes) -> None:
        if seconds > max(self.slowest, 0.2):
            self.slowest = seconds
            self.directory.mkdir(parents=True, exist_ok=True)
            (self.directory / "slowest").write_bytes(data)
            (self.directory / "slowest.json").write_text(json.dumps({"seconds": round(seconds, 2), "bytes": len(data)}))


def _key(error: BaseException) -> str:
    """One for each place in our code where something breaks; of what is slow, one for each module."""
    if type(error).__name__ == "Broken":
        return f"Broken: {str(error).partition('(')[0].strip()}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/docs_ingest/" in f.filename]
    if not frames:
        frames = list(traceback.extract_tb(error.__traceback__))[-1:]
    last = frames[-1]
    place = last.filename.rpartition("docs_ingest/")[2]
    return f"{type(error).__name__} {place}" + ("" if isinstance(error, TooSlow) else f":{last.lineno} {last.name}")


@contextmanager
def _within(size: int) -> Iterator[None]:
    """Raise TooSlow where processor time runs out."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"more than {_allowed(size):.1f} s of processor time for {size:,} bytes")

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _allowed(size))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _allowed(size: int) -> float:
    return _SECONDS + _SECONDS_FOR_100_KB * size / 100_000


def _fuzz(name: str, corpus: Path, seconds: int) -> None:
    with atheris.instrument_imports(include=["docs_ingest"]):
        targets: Any = importlib.import_module("fuzzing.targets")
    target = targets.target(name, corpus)
    found = _Found(_findings(corpus))

    def run(data: bytes) -> None:
        begun = time.process_time()
        try:
            with _within(len(data)):
                target.run(data)
        except (Exception, TooSlow) as error:  # noqa: BLE001 - whatever it is, it is what we look for
            found.add(error, data)
        found.took(time.process_time() - begun, data)

    def bend(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)
        if chance.random() > target.own:
            return bytes(atheris.Mutate(data, most))
        try:
            return bytes(target.bend(data, chance, most))
        except ValueError:  # lxml takes no such name
            return bytes(atheris.Mutate(data, most))

    options = [
        f"-max_total_time={seconds}",
        f"-max_len={_MOST_BYTES}",
        "-len_control=0",
        "-entropic_scale_per_exec_time=1",  # else a few long files take all the time
        "-timeout=120",
        "-rss_limit_mb=3000",
    ]
    artifacts = f"-artifact_prefix={_findings(corpus)}/died-"
    _findings(corpus).mkdir(parents=True, exist_ok=True)
    atheris.Setup([sys.argv[0], *options, artifacts, str(corpus)], run, custom_mutator=bend)
    atheris.Fuzz()


def _try(name: str, corpus: Path, files: list[Path]) -> None:
    """Run files without instrumentation, once each."""
    sys.path.insert(0, str(HERE))
    targets: Any = importlib.import_module("fuzzing.targets")
    target = targets.target(name, corpus)
    for path in files:
        begun = time.process_time()
        try:
            target.run(path.read_bytes())
        except Exception:  # noqa: BLE001 - shown
            traceback.print_exc()
        print(f"{path}: {time.process_time() - begun:.2f} s")


if __name__ == "__main__":
    main()
