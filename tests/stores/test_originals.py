"""The port Originals: the same claims in memory and on a folder, and what only a file system can break."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stores.errors import NotFound, StoreCorrupt, StoreUnavailable
from stores.memory import MemoryOriginals
from stores.originals_folder import FolderOriginals
from stores.ports import Originals
from tests.stores.contract_originals import SAMPLES, OriginalsContract, hash_of

ROOT = Path(__file__).resolve().parents[2]
DATA = SAMPLES["binary"]
HASH = hash_of(DATA)


class TestMemoryOriginals(OriginalsContract):
    @pytest.fixture
    def originals(self) -> Originals:
        return MemoryOriginals()


class TestFolderOriginals(OriginalsContract):
    @pytest.fixture
    def originals(self, tmp_path: Path) -> Originals:
        return FolderOriginals(tmp_path / "deep" / "originals")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "originals"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def started(folder: Path, before: str = "") -> subprocess.Popen[bytes]:
    """A process that puts DATA once it is told to, and says how that ended."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from stores.errors import StoreError\n"
        "from stores.originals_folder import FolderOriginals\n"
        f"{before}\n"
        "data = bytes(range(256)) * 5_000\n"
        "sys.stdin.read(1)\n"
        "try:\n"
        f"    FolderOriginals(Path(sys.argv[1])).put('default', {HASH!r}, data)\n"
        "except StoreError as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    command = [sys.executable, "-c", code, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)


def test_bytes_outlive_the_process(folder: Path) -> None:
    assert started(folder).communicate(b"!", timeout=60) == (b"", b"")
    assert FolderOriginals(folder).get("default", HASH) == DATA


def test_processes_that_put_the_same_bytes_at_once_leave_one_whole_file(folder: Path) -> None:
    writers = [started(folder) for _ in range(4)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"!")
        writer.stdin.flush()
    for writer in writers:
        assert (writer.communicate(timeout=60), writer.returncode) == ((b"", b""), 0)
    (kept,) = files_in(folder)
    assert kept.read_bytes() == DATA


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:1000] + bytes([data[1000] ^ 1]) + data[1001:],
        lambda data: data + b"\n",
        lambda data: b"",
    ],
    ids=["cut", "flipped bit", "longer", "empty"],
)
def test_a_damaged_file_is_noticed_and_the_same_bytes_put_again_mend_it(folder: Path, damage: object) -> None:
    originals = FolderOriginals(folder)
    originals.put("default", HASH, DATA)
    (kept,) = files_in(folder)
    kept.write_bytes(damage(DATA))  # type: ignore[operator]  # one of the lambdas above
    with pytest.raises(StoreCorrupt, match="restore it"):
        originals.get("default", HASH)
    originals.put("default", HASH, DATA)
    assert originals.get("default", HASH) == DATA
    assert len(files_in(folder)) == 1


def test_whoever_was_killed_while_writing_leaves_one_file_that_the_same_bytes_take_up(folder: Path) -> None:
    killed = "import os, signal\nos.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)"
    for _ in range(3):
        with started(folder, killed) as writer:
            writer.communicate(b"!", timeout=60)
        assert writer.returncode == -signal.SIGKILL
        assert [path.name for path in files_in(folder)] == [f".new-{HASH}"]
    (left,) = files_in(folder)
    left.write_bytes(b"half of it")
    FolderOriginals(folder).put("default", HASH, DATA)
    (kept,) = files_in(folder)
    assert (kept.name, kept.read_bytes()) == (HASH, DATA)


def test_a_full_disk_leaves_no_half_written_file(folder: Path) -> None:
    full = (  # the kernel refuses to write past 100,000 bytes, as a full disk would in the middle of a file
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))"
    )
    said, wrong = started(folder, full).communicate(b"!", timeout=60)
    assert wrong == b""
    assert said.startswith(b"StoreUnavailable the original could not be kept in ")
    assert files_in(folder) == []
    with pytest.raises(NotFound):
        FolderOriginals(folder).get("default", HASH)


def test_a_folder_that_cannot_be_made_is_unavailable_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "originals").write_text("a file stands where the folder should be")
    originals = FolderOriginals(tmp_path / "originals")
    for ask in (lambda: originals.put("default", HASH, DATA), lambda: originals.get("default", HASH)):
        with pytest.raises(StoreUnavailable, match=str(tmp_path)):
            ask()


def test_something_else_under_the_name_is_unavailable_not_overwritten(folder: Path) -> None:
    originals = FolderOriginals(folder)
    originals.put("default", HASH, DATA)
    (kept,) = files_in(folder)
    kept.unlink()
    kept.mkdir()
    (kept / "something").write_text("of somebody else")
    for ask in (lambda: originals.put("default", HASH, DATA), lambda: originals.get("default", HASH)):
        with pytest.raises(StoreUnavailable):
            ask()
    assert [path.name for path in files_in(folder)] == ["something"]


def test_nobody_else_may_read_what_is_kept(folder: Path) -> None:
    FolderOriginals(folder).put("default", HASH, DATA)
    (kept,) = files_in(folder)
    assert kept.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (kept.parent, kept.parent.parent, folder))
