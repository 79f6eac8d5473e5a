"""`citepath ingest` killed with -9 in the middle, then the same folder again: whole, nothing twice, nobody left behind.

    .venv/bin/python bench/killed.py FOLDER [FOLDER...] [--homes 4] [--kills 1] [--moments files,commit,original,index]

The folders are taken in once without a kill. Then, in a fresh home each, the main
process is killed at moments of these kinds in turn, `--kills` times one after the
other, and the same command runs to its end. What is in the home then is compared
with the home that nobody disturbed: rows of every table of the ledger but the records of
uploads, hashes of every text and tree, passages in the keyword index, files.

    files    so many files are done, drawn from the second to the last but one, and up to a second has passed
    commit   the ledger's log has just grown after so many files: a transaction is being written
    original an uploaded file is being kept, after so many files
    index    the keyword index has just begun to grow: it is being told
    time     any moment of the undisturbed run

`torn`: the kill fell into a transaction; its pages are in the log without the end
that would make them count.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

import tantivy

ROOT = Path(__file__).resolve().parent.parent
_COMMAND = [sys.executable, "-c", "from app.cli import main; raise SystemExit(main())"]
_UPLOADS = "ingests"  # every run adds to them
_POLL = 0.001
_PATIENCE = 10.0  # seconds for the reading children to end


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--homes", type=int, default=4)
    parser.add_argument("--kills", type=int, default=1, help="in each home, one after the other")
    parser.add_argument("--moments", default="files,commit,original,index", help="of the kills, in turn")
    options = parser.parse_args()
    rng = random.Random(1)
    moments = options.moments.split(",")
    with tempfile.TemporaryDirectory(prefix="citepath-killed-") as folder:
        whole, seconds, said = _again(Path(folder) / "whole", options.folders)
        due = _kept(Path(folder) / "whole")
        print(f"undisturbed: {said}, {seconds:.1f} s; {due['rows of versions']} versions, {due['passages']} passages")
        good = True
        for n in range(options.homes):
            home = Path(folder) / f"home-{n}"
            kinds = [moments[(n * options.kills + k) % len(moments)] for k in range(options.kills)]
            for kind in kinds:
                good &= _killed(home, options.folders, kind, whole, seconds, rng)
            _, took, said = _again(home, options.folders)
            kept = _kept(home)
            names = [what for what in due | kept if kept.get(what) != due.get(what)]
            other = [f"{what}: {kept.get(what)}, not {due.get(what)}" for what in names]
            grown = f"{_megabytes(home):.1f} MB, not {_megabytes(Path(folder) / 'whole'):.1f}"
            print(f"  then {said}, {took:.1f} s, {grown}; {'; '.join(other) or 'all as undisturbed'}", flush=True)
            good &= not other
            shutil.rmtree(home)
    raise SystemExit(not good)


def _again(home: Path, folders: Sequence[Path]) -> tuple[int, float, str]:
    """Take the folders in to the end: number of files, seconds, how they ended."""
    begun = time.monotonic()
    command = [*_COMMAND, "ingest", *map(str, folders), "--json"]
    done = subprocess.run(command, env=_environment(home), check=True, capture_output=True, text=True)
    ended = json.loads(done.stdout)
    files = len(ended["files"])
    return files, time.monotonic() - begun, f"{files} files: {ended['ready']} taken in, {ended['unchanged']} unchanged"


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "CITEPATH_HOME": str(home), "PYTHONPATH": str(ROOT)}


def _killed(home: Path, folders: Sequence[Path], kind: str, files: int, seconds: float, rng: random.Random) -> bool:
    """Start, kill at a moment of this kind, and say what was there then; whether the children ended too."""
    begun = time.monotonic()
    command = [*_COMMAND, "ingest", *map(str, folders)]
    with subprocess.Popen(
        command, env=_environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        done: list[str] = []
        threading.Thread(target=lambda: done.extend(running.stderr or ()), daemon=True).start()
        _wait(kind, home, running, done, rng.randrange(2, max(3, files - 1)), rng.random() * seconds)
        ended = running.poll() is not None
        children = _below(running.pid)
        running.send_signal(signal.SIGKILL)
        running.wait()
    killed = time.monotonic()
    while (left := [c for c in children if _alive(c)]) and time.monotonic() < killed + _PATIENCE:
        time.sleep(_POLL)
    gone = f"{len(children)} children gone in {(time.monotonic() - killed) * 1e3:.0f} ms"
    state = _state(home) if (home / "ledger.sqlite").exists() else "no ledger yet"
    print(
        f"  {kind:8} {'ended' if ended else 'killed'} after {killed - begun:5.1f} s, {len(done)} files done; {state}; "
        f"{f'LEFT: {left}' if left else gone}",
        flush=True,
    )
    return not left


def _wait(
    kind: str, home: Path, running: subprocess.Popen[str], done: Sequence[str], files: int, seconds: float
) -> None:
    if kind == "time":
        with suppress(subprocess.TimeoutExpired):
            running.wait(seconds)
        return
    while kind != "index" and len(done) < files and running.poll() is None:
        time.sleep(_POLL)
    if kind == "files":
        time.sleep(min(1.0, seconds))
        return
    before = _grown(home, kind)
    while _grown(home, kind) <= before and running.poll() is None:
        time.sleep(_POLL)


def _grown(home: Path, kind: str) -> int:
    if kind == "original":
        return sum(1 for _ in home.glob("originals/*/*/.new-*"))
    if kind == "commit":
        log = home / "ledger.sqlite-wal"
        return log.stat().st_size if log.exists() else 0
    return sum(1 for _ in home.glob("keywords-*/*/*.store"))


def _below(pid: int) -> list[int]:
    """The processes below this one."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        direct = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [one for child in direct for one in (child, *_below(child))]


def _alive(pid: int) -> bool:
    """Whether it runs; a zombie that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _state(home: Path) -> str:
    """What the ledger holds right after a kill, before anybody writes to it again."""
    torn = _torn(home / "ledger.sqlite-wal")
    with closing(_opened(home)) as ledger:
        tables = {name for (name,) in ledger.execute("SELECT name FROM sqlite_master")}
        if "versions" not in tables:
            return "no tables yet"
        versions, most = ledger.execute("SELECT count(*), max(number) FROM versions").fetchone()
        waiting, claimed = ledger.execute("SELECT count(*), count(claim) FROM outbox").fetchone()
        sound = ledger.execute("PRAGMA integrity_check").fetchone()[0]
    half = sum(1 for _ in home.glob("originals/*/*/.new-*"))
    told = f"{waiting} passages wait" + (f", {claimed} of them claimed" if claimed else "")
    begun = f"{'torn, ' if torn else ''}{f'{half} original half kept, ' if half else ''}"
    return f"{begun}{versions} versions, highest number {most}, {told}, integrity {sound}"


def _megabytes(home: Path) -> float:
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e6


def _opened(home: Path) -> sqlite3.Connection:
    """The ledger, only to be read: its log is left for Citepath to take up."""
    return sqlite3.connect(f"file:{home / 'ledger.sqlite'}?mode=ro", uri=True)


def _torn(log: Path) -> bool:
    """Whether the last frame of a SQLite log is not the end of a transaction."""
    data = log.read_bytes() if log.exists() else b""
    size = int.from_bytes(data[8:12], "big") + 24  # a page with its head
    frames = [data[at : at + 24] for at in range(32, len(data) - size + 1, size)] if size > 24 else []
    ours = [frame for frame in frames if frame[8:16] == data[16:24]]
    return bool(ours) and ours[-1][4:8] == bytes(4)


def _kept(home: Path) -> dict[str, object]:
    """What a home holds, so that two can be compared."""
    kept: dict[str, object] = {}
    with closing(_opened(home)) as ledger:
        tables = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in tables:
            if name not in (_UPLOADS, "sqlite_sequence"):
                kept[f"rows of {name}"] = ledger.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        rows = ledger.execute(
            "SELECT document, v.number, source_hash, text_hash, root_hash "
            "FROM versions v JOIN derivations d ON d.version_id = v.id ORDER BY 1, 2, 3, 4, 5"
        ).fetchall()
        kept["hashes"] = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
        kept["versions beside the first of a text"] = len(rows) - len({row[2] for row in rows})
        kept["sound"] = ledger.execute("PRAGMA integrity_check").fetchone()[0]
        kept["rows without their parents"] = len(ledger.execute("PRAGMA foreign_key_check").fetchall())
    current = next(home.glob("keywords-*/current"))
    index = tantivy.Index.open(str(current.parent / current.read_text(encoding="ascii")))
    kept["passages"] = index.searcher().num_docs
    kept["other files"] = sorted(
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and not path.relative_to(home).parts[0].startswith(("keywords-", "ledger.", "cache."))
    )
    return kept


if __name__ == "__main__":
    main()
