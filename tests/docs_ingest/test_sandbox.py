"""The reading process: limits hold, bad files harm nobody, the next file is read."""

import os
import signal

import pytest

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.limits import Limits
from docs_ingest.sandbox import ReadingProcess

MIXED = "第一条 The Bank (本行) keeps records for ten years.\n第二条 乙。".encode()


def test_a_file_comes_back_as_it_was_read_here() -> None:
    with ReadingProcess() as reading:
        parsed = reading.read(MIXED, "a.txt")
        assert parsed.text == MIXED.decode()
        assert [parsed.text[b.start : b.end] for b in parsed.blocks] == MIXED.decode().split("\n")


def test_one_child_serves_many_files_and_bad_ones_do_not_end_it() -> None:
    with ReadingProcess() as reading:
        reading.read(MIXED, "a.txt")
        first = reading.pid
        for _ in range(3):
            with pytest.raises(IngestError):
                reading.read(b"%PDF-1.7 broken", "b.pdf")
            reading.read(MIXED, "a.txt")
        assert reading.pid == first


def test_a_child_that_dies_is_replaced_for_the_next_file() -> None:
    with ReadingProcess() as reading:
        reading.read(MIXED, "a.txt")
        assert reading.pid is not None
        os.kill(reading.pid, signal.SIGKILL)
        with pytest.raises(IngestError):
            reading.read(MIXED, "a.txt")
        assert reading.read(MIXED, "a.txt").text == MIXED.decode()


def test_no_child_is_left_behind() -> None:
    with ReadingProcess() as reading:
        reading.read(MIXED, "a.txt")
        pid = reading.pid
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    with (
        ReadingProcess(Limits(max_bytes=10)) as reading,
        pytest.raises(LimitExceeded, match="CITEPATH_MAX_FILE_MB"),
    ):
        reading.read(b"x" * 11, "a.txt")


def test_too_many_characters_are_refused() -> None:
    with (
        ReadingProcess(Limits(max_characters=100)) as reading,
        pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"),
    ):
        reading.read(b"word " * 21, "a.txt")


def test_reading_that_takes_too_long_is_stopped_and_the_next_file_is_read() -> None:
    slow = b"# " + b"> " * 60_000 + b"x"
    quick = Limits(wall_seconds=0.05)
    with ReadingProcess(quick) as reading:
        reading.read(MIXED, "a.txt")  # the first file gets the time to start on top
        with pytest.raises(LimitExceeded, match="CITEPATH_READ_SECONDS"):
            reading.read(slow * 40, "a.md")


def test_reading_that_needs_too_much_memory_ends_as_a_reason() -> None:
    with ReadingProcess(Limits(memory_bytes=400 * 1024 * 1024)) as reading:
        reading.read(MIXED, "a.txt")
        with pytest.raises(LimitExceeded, match="CITEPATH_READ_MEMORY_MB"):
            reading.read("一。\n".encode() * 3_000_000, "a.md")
        assert reading.read(MIXED, "a.txt").text == MIXED.decode()
