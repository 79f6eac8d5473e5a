"""Hostile files through the real ingest: each is read or refused with a clear message, and leaves nothing behind.

The files are those of `bench/hostile_files`, one of each kind that is cheap to make; `bench/hostile.py` takes in
all of them, with memory and time.
"""

import asyncio
import random
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.resources import open_house
from app.settings import Settings
from app.taking_in import Job, TakingIn
from bench.hostile_files import CASES, Bait
from bench.hostile_files.making import case
from bench.hostile_files.packages import honest, lying
from bench.hostile_files.pdfs import content_bomb, report
from bench.hostile_files.texts import one_liner
from stores.events import ignore
from stores.records import IngestRecord, IngestStatus

SECRET = "the-secret-of-the-bait-9d2e"
SMALLER = (  # than those of the bench
    case("docx: says 10 bytes, is 400 MB", "a.docx", lambda bait: lying("docx", 10, 400)),
    case("pdf: content of 400 MB spaces", "a.pdf", lambda bait: content_bomb(400)),
    case("text: one line of 500 KB", "a.txt", lambda bait: one_liner(500_000, "The bank keeps 记录 for ten years. ")),
)
MADE = {case.name: case for case in (*CASES, *SMALLER)}

# Name of the file in the bench -> how it ends, and words of its message.
REFUSED = {
    "text: empty": ("failed", "the file is empty: check that it was saved or uploaded in full"),
    "pdf: user password": ("failed", "encrypted: remove the password"),
    "docx: encrypted (OLE2)": ("failed", "one with a password: save it as .* without a password"),
    "pdf: cut in half": ("failed", "damaged or cut short: save or download it again"),
    "docx: cut in half": ("failed", "damaged or cut short: open it in Word, save it again"),
    "pdf named .docx": ("failed", r"named \.docx, but its content is a PDF"),
    "docx: says 10 bytes, is 400 MB": ("failed", "needs more than 300 MB of memory .* CITEPATH_READ_MEMORY_MB"),
    "xlsx: 15,000 overlapping entries": ("failed", "save it again|split it"),
    "pdf: content of 400 MB spaces": ("failed", "needs more than 300 MB of memory.* CITEPATH_READ_MEMORY_MB"),
    "text: GB18030, odd end": ("failed", "neither UTF-8 .* save it as UTF-8"),
    "pdf: 10,000 pages, flat": ("failed", "10,000 pages, more than the 5,000 allowed: split it.* CITEPATH_MAX_PAGES"),
    "docx: billion laughs": ("failed", "save"),
    "xlsx: entity from outside": ("failed", "save"),
    "html: 200,000 nested div": ("failed", "nested|deep"),
    "pdf: picture of a page": ("needs_ocr", r"pictures without text: run text recognition \(OCR\)"),
}
READ = (
    "docx: names that climb",
    "epub: names that climb",
    "docx: reaches out",
    "epub: reaches out",
    "pdf: reaches out",
    "text: one line of 500 KB",
    "pdf: page tree in a ring",
    "pdf: contents in a ring",
)


@dataclass
class Taken:
    """What became of every file, and what was there after the refused ones."""

    records: dict[str, IngestRecord]
    rows: dict[str, int]  # table of the ledger -> rows it gained
    files: list[str]  # of the home, that were not there before
    home: Path
    knocks: list[str]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    folder = tmp_path_factory.mktemp("hostile")
    secret = folder / "secret.txt"
    secret.write_text(SECRET)
    knocks: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=answer, args=(door, knocks), daemon=True).start()
        bait = Bait(door.getsockname()[1], secret, SECRET)
        yield asyncio.run(take_in(folder, bait, knocks))


def answer(door: socket.socket, knocks: list[str]) -> None:
    with suppress(OSError):  # it closes
        while True:
            caller, address = door.accept()
            knocks.append(str(address))
            caller.close()


async def take_in(folder: Path, bait: Bait, knocks: list[str]) -> Taken:
    settings = Settings(home=folder / "home", readers=2, read_memory_mb=300, read_seconds=60)
    async with open_house(settings) as house:
        before, there = rows(settings.home), files(settings.home)
        refused = {name: write(folder / "refused", name, bait) for name in REFUSED} | flipped(folder / "flipped")
        work = TakingIn(house, ignore)
        jobs = [Job(path, f"refused-{n}") for n, path in enumerate(refused.values())]
        records = dict(zip(refused, await asyncio.to_thread(work.take_in, jobs), strict=True))
        gained = {name: count - before[name] for name, count in rows(settings.home).items()}
        left = sorted(set(files(settings.home)) - set(there))
        read = {name: write(folder / "read", name, bait) for name in READ}
        jobs = [Job(path, f"read-{n}") for n, path in enumerate(read.values())]
        records |= dict(zip(read, await asyncio.to_thread(work.take_in, jobs), strict=True))
        return Taken(records, gained, left, settings.home, knocks)


def write(folder: Path, name: str, bait: Bait) -> Path:
    made = MADE[name]
    path = folder / f"{len(list(folder.iterdir())) if folder.exists() else 0}" / made.file_name
    path.parent.mkdir(parents=True)
    path.write_bytes(made.build(bait))
    return path


def flipped(folder: Path) -> dict[str, Path]:
    """One good file of three formats with a byte in fifty changed: nothing of it can be read."""
    folder.mkdir()
    made = {}
    for kind in ("pdf", "docx", "epub"):
        data = bytearray(report() if kind == "pdf" else honest(kind))
        rng = random.Random(kind)
        for _ in range(len(data) // 50):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        made[f"{kind}: flipped"] = folder / f"a.{kind}"
        made[f"{kind}: flipped"].write_bytes(data)
    return made


def rows(home: Path) -> dict[str, int]:
    engine = create_engine(f"sqlite:///{home / 'ledger.sqlite'}")
    with engine.connect() as ledger:
        names = ledger.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        found = {name: int(ledger.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in names}
    engine.dispose()
    return found


def files(home: Path) -> list[str]:
    """Without the files of a database that is open."""
    found = (str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    return [name for name in found if not name.endswith(("-wal", "-shm", "-journal"))]


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_ends_with_a_message_that_says_what_to_do(taken: Taken, name: str) -> None:
    status, words = REFUSED[name]
    record = taken.records[name]
    assert record.reason is not None
    assert (record.status.value, record.version) == (status, None)
    assert re.search(words, record.reason), record.reason
    assert not re.search(r"Traceback|Error\b|exit status|0x[0-9a-f]{6}", record.reason)


@pytest.mark.parametrize("kind", ["pdf", "docx", "epub"])
def test_flipped_bits_end_with_a_message(taken: Taken, kind: str) -> None:
    record = taken.records[f"{kind}: flipped"]
    assert record.status is IngestStatus.FAILED
    assert re.search("save|send", record.reason or "")


def test_refused_files_leave_their_records_and_nothing_else(taken: Taken) -> None:
    assert {name: count for name, count in taken.rows.items() if count} == {"ingests": len(REFUSED) + 3}
    assert taken.files == []


@pytest.mark.parametrize("name", READ)
def test_a_file_that_reaches_out_or_is_odd_is_read_for_its_own_words(taken: Taken, name: str) -> None:
    record = taken.records[name]
    assert (record.status, record.version) == (IngestStatus.READY, 1), record.reason


def test_nothing_reached_a_file_or_the_network(taken: Taken) -> None:
    assert taken.knocks == []
    assert not list(taken.home.parent.rglob("climbed"))
    held = [path for path in taken.home.rglob("*") if path.is_file()]
    assert held
    # The originals name the secret's path; none of them holds its words, and no text taken from them does.
    assert [path for path in held if SECRET.encode() in path.read_bytes()] == []
