"""The reading process: limits hold, bad files harm nobody, the next file is read."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.hostile_files.making import started, written
from docs_ingest.derive import derive
from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.limits import MEGABYTE, Limits
from docs_ingest.readers.text.reader import read_text
from docs_ingest.sandbox import ReadingProcess, Request
from docs_ingest.wire import as_json, from_json

ROOT = Path(__file__).resolve().parents[2]
MIXED = "第一条 The Bank (本行) keeps records for ten years.\n第二条 乙。".encode()
STARTING = 10.0  # seconds for a child to start on a busy machine, and for one to die


class Watched:
    """The processes of a reading group that were ever seen."""

    def __init__(self) -> None:
        self.seen: set[int] = set()

    def look(self, pid: int | None) -> None:
        if pid is not None:
            held = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            self.seen |= {pid, *map(int, held)}


def gone(pids: set[int]) -> bool:
    """Whether they all end by themselves within moments: a killed process first gives its memory back."""
    until = time.monotonic() + STARTING
    while (left := any(map(alive, pids))) and time.monotonic() < until:
        time.sleep(0.02)
    return not left


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def hanging_pdf() -> bytes:
    """Sixty pages, the last two of which keep pdfium busy for minutes: forms that draw ten forms each, nine deep."""
    made = started(count=60)
    words = made.stream(written("The bank keeps its records."))
    draw = made.stream(b"/X Do")
    form = made.stream(b"", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    for _ in range(9):
        inner = f"/Resources<</XObject<</X {form} 0 R>>>>"
        form = made.stream(b"/X Do " * 10, f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]{inner}")
    pages = [made.add(made.page(f"{words} 0 R")) for _ in range(58)]
    pages += [made.add(made.page(f"{draw} 0 R", f"/XObject<</X {form} 0 R>>")) for _ in range(2)]
    kids = " ".join(f"{page} 0 R" for page in pages)
    made.set(2, f"<</Type/Pages/Kids[{kids}]/Count 60>>")
    return made.saved()


def test_a_file_comes_back_as_it_was_derived_here() -> None:
    here = derive(read_text(MIXED), "doc")
    with ReadingProcess() as reading:
        assert reading.derive(Request(MIXED, "a.txt", "doc")) == here


def test_a_pdf_comes_back_with_tables_references_and_boxes() -> None:
    data = (ROOT / "samples" / "documents" / "outsourcing-policy.pdf").read_bytes()
    with ReadingProcess(Limits(helpers=2)) as reading:
        made = reading.derive(Request(data, "a.pdf", "doc"))
    assert made.tables
    assert made.edges
    assert any(line.box for line in made.lines)
    assert made == from_json(json.loads(json.dumps(as_json(made))))


@pytest.mark.parametrize(
    "lie",
    [
        lambda d: d["nodes"][1].__setitem__(6, "0" * 64),
        lambda d: d["nodes"][1].__setitem__(3, 3),
        lambda d: d["nodes"][1].__setitem__(0, "0.7"),
        lambda d: d["nodes"].pop(),
        lambda d: d.__setitem__("text", d["text"] + "more"),
        lambda d: d["edges"].append(["reference", "0", 5, 10_000, "x", None, "", ""]),
        lambda d: d["lines"].append([0, 10_000, 1, None]),
        lambda d: d["nodes"][1].__setitem__(2, "nonsense"),
        lambda d: d.__setitem__("notes", [7]),
    ],
)
def test_a_child_that_lies_about_its_tree_is_not_believed(lie: Callable[[dict[str, Any]], object]) -> None:
    plain = json.loads(json.dumps(as_json(derive(read_text(MIXED), "doc"))))
    lie(plain)
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(plain)


def test_one_child_serves_many_files_and_bad_ones_do_not_end_it() -> None:
    with ReadingProcess() as reading:
        reading.derive(Request(MIXED, "a.txt", "doc"))
        first = reading.pid
        for _ in range(3):
            with pytest.raises(IngestError):
                reading.derive(Request(b"%PDF-1.7 broken", "b.pdf", "doc"))
            reading.derive(Request(MIXED, "a.txt", "doc"))
        assert reading.pid == first


def test_a_child_that_dies_over_a_file_is_replaced_for_the_next_one() -> None:
    def kill(page: int, pages: int) -> None:
        assert reading.pid is not None
        os.kill(reading.pid, signal.SIGKILL)

    data = (ROOT / "samples" / "documents" / "outsourcing-policy.pdf").read_bytes()
    with ReadingProcess() as reading:
        with pytest.raises(IngestError, match="broke its reader"):
            reading.derive(Request(data, "a.pdf", "doc"), kill)
        assert reading.derive(Request(MIXED, "a.txt", "doc")).text == MIXED.decode()


def test_a_child_that_dies_between_two_files_is_replaced_and_nobody_notices() -> None:
    with ReadingProcess() as reading:
        reading.derive(Request(MIXED, "a.txt", "doc"))
        assert reading.pid is not None
        os.kill(reading.pid, signal.SIGKILL)
        os.waitid(os.P_PID, reading.pid, os.WEXITED | os.WNOWAIT)
        assert reading.derive(Request(MIXED, "a.txt", "doc")).text == MIXED.decode()


def test_no_child_is_left_behind() -> None:
    with ReadingProcess() as reading:
        reading.derive(Request(MIXED, "a.txt", "doc"))
        pid = reading.pid
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    with (
        ReadingProcess(Limits(max_bytes=10)) as reading,
        pytest.raises(LimitExceeded, match="CITEPATH_MAX_FILE_MB"),
    ):
        reading.derive(Request(b"x" * 11, "a.txt", "doc"))


def test_too_many_characters_are_refused() -> None:
    with (
        ReadingProcess(Limits(max_characters=100)) as reading,
        pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"),
    ):
        reading.derive(Request(b"word " * 21, "a.txt", "doc"))


def test_reading_that_takes_too_long_is_stopped_and_the_next_file_is_read() -> None:
    with ReadingProcess(Limits(wall_seconds=1.0)) as reading:
        for _ in range(2):  # the first file of a child has no more time than the next
            begun = time.monotonic()
            with pytest.raises(LimitExceeded, match=r"longer than 1 s .* CITEPATH_READ_SECONDS"):
                reading.derive(Request("一。\n".encode() * 3_000_000, "a.md", "doc"))
            assert time.monotonic() - begun < 1.0 + STARTING
            assert reading.pid is None
        assert reading.derive(Request(MIXED, "a.txt", "doc")).text == MIXED.decode()


def test_a_page_that_hangs_in_native_code_is_stopped_at_the_limit_with_every_helper() -> None:
    watched = Watched()
    with ReadingProcess(Limits(wall_seconds=2.0, helpers=2)) as reading:
        begun = time.monotonic()
        with pytest.raises(LimitExceeded, match=r"longer than 2 s .* CITEPATH_READ_SECONDS"):
            reading.derive(Request(hanging_pdf(), "a.pdf", "doc"), lambda page, pages: watched.look(reading.pid))
        assert time.monotonic() - begun < 2.0 + STARTING
    assert len(watched.seen) == 3  # the child and two helpers
    assert gone(watched.seen)


def test_a_helper_that_takes_too_much_processor_time_is_said_to_have_done_so() -> None:
    with (
        ReadingProcess(Limits(cpu_seconds=0.1, helpers=2)) as reading,
        pytest.raises(LimitExceeded, match=r"0.1 s of processor time .* CITEPATH_READ_SECONDS"),
    ):
        reading.derive(Request(hanging_pdf(), "a.pdf", "doc"))


def test_reading_that_needs_too_much_memory_ends_as_a_reason() -> None:
    with ReadingProcess(Limits(memory_bytes=400 * MEGABYTE)) as reading:
        reading.derive(Request(MIXED, "a.txt", "doc"))
        with pytest.raises(LimitExceeded, match=r"needs more than 400 MB .* CITEPATH_READ_MEMORY_MB"):
            reading.derive(Request("一。\n".encode() * 3_000_000, "a.md", "doc"))
        assert reading.derive(Request(MIXED, "a.txt", "doc")).text == MIXED.decode()


def test_a_child_that_keeps_much_memory_gives_way_so_that_the_next_file_has_all_of_it() -> None:
    with ReadingProcess(
        Limits(memory_bytes=120 * MEGABYTE)
    ) as reading:  # of which a quarter is less than it began with
        for _ in range(2):
            assert reading.derive(Request(MIXED, "a.txt", "doc")).text == MIXED.decode()
            assert reading.pid is None


def test_a_reading_process_that_cannot_start_says_what_to_do() -> None:
    with (
        ReadingProcess(Limits(memory_bytes=2**70)) as reading,  # no kernel takes that
        pytest.raises(IngestError, match=r"does not start .* run citepath doctor"),
    ):
        reading.derive(Request(MIXED, "a.txt", "doc"))


READS_A_FILE = """
from docs_ingest.sandbox import ReadingProcess, Request
with ReadingProcess() as process:
    process.derive(Request(b"# Words\\n\\nThe bank keeps records.", "a.md", "a"))
    print(process.pid, flush=True)
    process.derive(Request("".join(f"{n},words {n}\\n" for n in range(150_000)).encode(), "a.csv", "a"))
"""


def test_a_child_ends_with_its_parent_in_the_middle_of_a_file() -> None:
    with subprocess.Popen([sys.executable, "-c", READS_A_FILE], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.5)  # so many rows take it much longer than STARTING
        assert alive(child)
        parent.kill()
        assert gone({child})
