"""Hostile files through the real ingest: each is read or refused with a clear message, and leaves nothing behind.

    .venv/bin/python bench/hostile.py [--only "pdf: .*bookmarks"] [--flips 40] [--list]
    .venv/bin/python bench/hostile.py --only flips

Each file of `hostile_files/` is taken in as `citepath ingest` does it on the embedded
default, by a process that has a CITEPATH_HOME of its own and a fresh reading child for
each file; after some thirty files, or one that it did not stand, it is replaced. Printed are
how it ended, the seconds from opening the file to its record in the ledger, and
the peak resident memory of three: the reading child, its largest helper, and the
process that takes in. Memory is VmHWM of /proc/PID/status, read every few
milliseconds of the whole tree of processes; the kernel keeps the peak itself, so
only what a process took in its last milliseconds before it was killed is missed.

A mark in front of a line means that a promise was broken: `!` another outcome than
the file allows, a message that does not say what to do, a trace on standard error,
more than 1,000 MB in one process, something left in the ledger, on disk or among
the processes, a secret of the bait in the text, or a knock on its door.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text

from app.resources import House, open_house
from app.settings import load_settings
from app.taking_in import Job, TakingIn
from bench.hostile_files import CASES, Bait, Case
from bench.hostile_files.packages import FORMATS, flipped_parts, honest
from bench.hostile_files.pdfs import report
from stores.events import FileDone, ignore

ROOT = Path(__file__).resolve().parent.parent
MOST_MB = 1_000
_SECRET = "the-secret-of-the-bait-5f1c"
_HELPS = re.compile(
    r"\b(?:save|send|split|remove|raise|rename|run|check|ask|open it|leave the encoding|say utf-8|delete)\b"
)
_PATIENCE = 120.0  # seconds beyond the limit of reading, for starting and storing
_POLL = 0.01
_MOST_TAKEN = 30  # files into one home
_GROWN_MB = 350


def main() -> None:
    options = _options()
    if options.take:
        asyncio.run(_take())
        return
    chosen = [case for case in CASES if re.search(options.only, case.name)]
    if options.list:
        print("\n".join(case.name for case in chosen))
        return
    with tempfile.TemporaryDirectory(prefix="citepath-hostile-") as folder, _bait(Path(folder)) as (bait, knocks):
        print(_HEAD)
        taker = _Taker(Path(folder), knocks)
        good = [_shown(case, Path(folder), bait, taker) for case in chosen]
        if options.flips and (not options.only or options.only == "flips"):
            good += [_flips(kind, options.flips, Path(folder), taker) for kind in ("pdf", *FORMATS)]
        taker.end()
    raise SystemExit(not all(good))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="pattern of the names to try")
    parser.add_argument("--flips", type=int, default=40, help="damaged copies of one good file of each format")
    parser.add_argument("--list", action="store_true", help="name the files and stop")
    parser.add_argument("--take", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def _bait(folder: Path) -> Iterator[tuple[Bait, list[str]]]:
    """A file with a secret and a door on this machine; every knock is kept."""
    path = folder / "bait" / "secret.txt"
    path.parent.mkdir()
    path.write_text(_SECRET)
    knocks: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_answer, args=(door, knocks), daemon=True).start()
        yield Bait(door.getsockname()[1], path, _SECRET), knocks


def _answer(door: socket.socket, knocks: list[str]) -> None:
    with suppress(OSError):  # the door closes
        while True:
            caller, address = door.accept()
            knocks.append(f"{address}")
            caller.close()


@dataclass
class _Watched:
    """The processes of one run, and the most memory each took."""

    peaks: dict[int, tuple[int, int]] = field(default_factory=dict)  # process id -> (generation, MB)

    def look(self, pid: int, generation: int = 0) -> None:
        if (peak := _peak_mb(pid)) is not None:
            self.peaks[pid] = (generation, peak)
        for child in _children(pid):
            self.look(child, generation + 1)

    def most(self, generation: int) -> int:
        return max((peak for made, peak in self.peaks.values() if made == generation), default=0)

    def left(self) -> list[str]:
        """Processes that go on although their run has ended."""
        return [f"process {pid}" for pid in self.peaks if b"reading_child" in _command(pid)]


def _peak_mb(pid: int) -> int | None:
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1_000
    return None


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] + [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            if task.name != str(pid)
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@dataclass(frozen=True)
class _Ended:
    """How a file ended: status, reason, seconds, what it left, nodes; None where nothing was said."""

    file: tuple[str, str | None, float, list[str], int] | None
    wrong: list[str]
    watched: _Watched


class _Taker:
    """A process that takes in file after file into a home of its own; it is replaced when it has grown, or hangs."""

    def __init__(self, folder: Path, knocks: list[str]) -> None:
        self._home = folder / "home"
        self._said = folder / "standard-error.txt"
        self._knocks = knocks
        self._child: subprocess.Popen[bytes] | None = None
        self._taken = 0

    def take(self, path: Path) -> _Ended:
        """Take one file in, and watch the tree of processes meanwhile."""
        child = self._running()
        assert child.stdin is not None and child.stdout is not None
        Path(f"/proc/{child.pid}/clear_refs").write_text("5")  # its peak of memory begins anew
        child.stdin.write(f"{path}\n".encode())
        child.stdin.flush()
        watched = _Watched()
        deadline = time.monotonic() + load_settings().read_seconds + _PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while not selector.select(_POLL) and time.monotonic() < deadline:
                watched.look(child.pid)
            answered = bool(selector.select(0))
        line = child.stdout.readline() if answered else b""
        watched.look(child.pid)
        wrong = [] if line else ["it ended" if answered else "it hung"]
        if trace := self._said.read_text()[-300:].strip():
            wrong.append(f"standard error: {trace}")
        wrong += [f"{peak} MB" for _, peak in watched.peaks.values() if peak > MOST_MB]
        wrong += watched.left()
        wrong += ["the secret was read"] if _found(self._home, _SECRET.encode()) else []
        wrong += [f"somebody knocked: {knock}" for knock in self._knocks]
        self._knocks.clear()
        self._taken += 1
        if wrong or self._taken >= _MOST_TAKEN or watched.most(0) > _GROWN_MB:
            self.end()
        return _Ended(json.loads(line) if line else None, wrong, watched)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            environment = {**os.environ, "CITEPATH_HOME": str(self._home), "PYTHONPATH": str(ROOT)}
            with self._said.open("wb") as said:
                self._child = subprocess.Popen(
                    [sys.executable, __file__, "--take"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    env=environment,
                    cwd=ROOT,
                )
            self._taken = 0
            assert self._child.stdout is not None
            self._child.stdout.readline()  # the house is open
        return self._child

    def end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()
        _emptied(self._home)


def _found(folder: Path, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def _take() -> None:
    """Take in each file named on standard input; print how it ended and what it left, as JSON."""
    settings = load_settings()
    async with open_house(settings) as house:
        before = _kept(house)
        numbers = itertools.count(1)
        print(flush=True)
        while name := (await asyncio.to_thread(sys.stdin.readline)).strip():
            path = Path(name)
            done: list[FileDone] = []
            work = TakingIn(house, lambda event, done=done: done.append(event) if isinstance(event, FileDone) else None)
            begun = time.monotonic()
            [record] = await asyncio.to_thread(work.take_in, [Job(path, f"file-{next(numbers)}")])
            seconds = time.monotonic() - begun
            await house.sync(ignore)
            after = _kept(house)
            left = _left(before, after) if record.status.value != "ready" else []
            before = after
            print(json.dumps([record.status.value, record.reason, round(seconds, 2), left, done[0].nodes]), flush=True)


def _kept(house: House) -> dict[str, int]:
    """Rows of each table of the ledger, and the files of the house."""
    engine = create_engine(f"sqlite:///{house.home / 'ledger.sqlite'}")
    with engine.connect() as ledger:
        tables = ledger.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        kept = {name: int(ledger.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in tables}
    engine.dispose()
    passed = ("keywords-", "telling.lock")
    return kept | {str(path): 1 for path in house.home.rglob("*") if not any(name in str(path) for name in passed)}


def _left(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """What a file that was not taken in has left, beside its record."""
    expected = {**before, "ingests": before["ingests"] + 1}
    names = expected.keys() | after.keys()
    changed = [f"{name}: {expected.get(name, 0)} -> {after.get(name, 0)}" for name in sorted(names)]
    return [
        one
        for name, one in zip(sorted(names), changed, strict=True)
        if expected.get(name, 0) != after.get(name, 0) and not name.endswith(("-wal", "-shm", "-journal"))
    ]


_HEAD = f"{'':2}{'file':44} {'bytes':>11} {'outcome':9} {'s':>6} {'child':>6} {'helper':>6} {'parent':>6}  message"


def _shown(case: Case, folder: Path, bait: Bait, taker: _Taker) -> bool:
    data = case.build(bait)
    place = folder / "in"
    place.mkdir(exist_ok=True)
    path = place / case.file_name
    path.write_bytes(data)
    size = len(data)
    del data
    ended = taker.take(path)
    path.unlink()
    wrong = list(ended.wrong)
    status, reason, seconds, left, nodes = ended.file or ("nothing", None, 0.0, [], 0)
    wrong += [*left, *_broken_promises(case, status, reason)]
    watched = ended.watched
    message = reason or f"{nodes:,} nodes"
    print(
        f"{'! ' if wrong else '  '}{case.name:44} {size:11,} {status:9} {seconds:6.1f} {watched.most(1):6} "
        f"{watched.most(2):6} {watched.most(0):6}  {message}{'  <- ' + '; '.join(wrong) if wrong else ''}",
        flush=True,
    )
    return not wrong


def _broken_promises(case: Case, status: str, reason: str | None) -> list[str]:
    wrong = [] if status in case.ends else [f"{' or '.join(sorted(case.ends))} was due"]
    if status != "ready" and not (reason and _HELPS.search(reason)):
        wrong.append("the message does not say what to do")
    if reason and re.search(r"Traceback|Error\b|0x[0-9a-f]{6}|exit status", reason):
        wrong.append("the message speaks of the machine")
    return wrong


def _emptied(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def _flips(kind: str, count: int, folder: Path, taker: _Taker) -> bool:
    """Damaged copies of one good file: some with bits flipped in the file, some in the words before they are packed."""
    rng = random.Random(f"{kind} 1")
    good = report() if kind == "pdf" else honest(kind)
    anything = Case("", "", lambda bait: b"")
    wrong: list[str] = []
    reasons: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    slowest, peaks = 0.0, [0, 0, 0]
    for i in range(count):
        flips = rng.choice((1, 1, 2, 5, 20, 100))
        data = _flipped(good, flips, rng) if kind == "pdf" or i % 2 else flipped_parts(kind, flips, rng)
        path = folder / f"{kind}-{i}.{kind}"
        path.write_bytes(data)
        ended = taker.take(path)
        path.unlink()
        status, reason, seconds, left, _ = ended.file or ("nothing", None, 0.0, [], 0)
        wrong += [*ended.wrong, *left, *_broken_promises(anything, status, reason)]
        counts[status] += 1
        reasons.update([reason] if reason else [])
        slowest = max(slowest, seconds)
        peaks = [max(peak, ended.watched.most(at)) for at, peak in enumerate(peaks)]
    said = ", ".join(f"{n} {status}" for status, n in counts.most_common())
    name = f"{kind}: {count} copies with flipped bits"
    print(
        f"{'! ' if wrong else '  '}{name:44} {len(good):11,} {'':9} {slowest:6.1f} "
        f"{peaks[1]:6} {peaks[2]:6} {peaks[0]:6}  {said}{'  <- ' + '; '.join(wrong) if wrong else ''}"
    )
    for reason, times in reasons.most_common():
        print(f"      {times:3} x {reason}", flush=True)
    return not wrong


def _flipped(data: bytes, flips: int, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(flips):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


if __name__ == "__main__":
    main()
