"""Locked in: what a process that reads documents cannot do any more, however it asks.

Each attempt is made in a process of its own that has locked itself in as the reading
child does. Calls that go straight to the kernel were looked up before, so that it is
the kernel that refuses them and not Python.
"""

import errno
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench.hostile_files.pdfs import report
from docs_ingest.confinement import LAYERS
from docs_ingest.kernel_calls import REFUSED
from docs_ingest.limits import Limits
from docs_ingest.sandbox import ReadingProcess, Request

ROOT = Path(__file__).resolve().parents[2]
HEADERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")

FORBIDDEN = (errno.EPERM, errno.EACCES, -1)  # -1: from the hook, which gives no number

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's layers are Linux's")

_PROBE = """
import ctypes, json, os, signal, socket, subprocess, sys
from docs_ingest import confinement
from docs_ingest.kernel_calls import landlock, refuse_calls

libc = ctypes.CDLL(None, use_errno=True)
system_open, system_socket, system_connect = libc.open, libc.socket, libc.connect
system_unlink, system_execv, system_kill, system_ptrace = libc.unlink, libc.execv, libc.kill, libc.ptrace
folder, port, parent = sys.argv[2], int(sys.argv[3]), os.getppid()
door = socket.socket()
address = b"\\x02\\x00" + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
os.close(os.open(f"{folder}/kept", os.O_CREAT | os.O_WRONLY))

def call(function, *arguments):
    ctypes.set_errno(0)
    return 0 if function(*arguments) >= 0 else ctypes.get_errno()

def python(what, *arguments):
    try:
        what(*arguments)
    except OSError as error:
        return error.errno or -1
    return 0

KERNEL = {
    "read": lambda: call(system_open, b"/etc/passwd", os.O_RDONLY),
    "write": lambda: call(system_open, f"{folder}/new".encode(), os.O_CREAT | os.O_WRONLY, 0o600),
    "remove": lambda: call(system_unlink, f"{folder}/kept".encode()),
    "connect": lambda: call(system_connect, door.fileno(), address, 16),
    "socket": lambda: call(system_socket, 2, 1, 0),
    "execute": lambda: call(system_execv, b"/no/such/program", None),
    "signal": lambda: call(system_kill, parent, 0),
    "trace": lambda: call(system_ptrace, 0, 0, 0, 0),
}
PYTHON = {
    "read": lambda: python(open, "/etc/passwd"),
    "write": lambda: python(open, f"{folder}/new", "w"),
    "list": lambda: python(os.listdir, "/"),
    "remove": lambda: python(os.remove, f"{folder}/kept"),
    "connect": lambda: python(door.connect, ("127.0.0.1", port)),
    "look up": lambda: python(socket.getaddrinfo, "localhost", 80),
    "execute": lambda: python(subprocess.run, ["/bin/true"]),
    "shell": lambda: python(os.system, "true"),
    "library": lambda: python(ctypes.CDLL, "libm.so.6"),
}
layer = {
    "none": lambda: None,
    "audit hook": lambda: sys.addaudithook(confinement._refuse),
    "Landlock": landlock,
    "seccomp": refuse_calls,
    "all": confinement.confine,
}[sys.argv[1]]
held = layer()
table = PYTHON if sys.argv[1] == "audit hook" else KERNEL
print(json.dumps({"held": held, **{name: attempt() for name, attempt in table.items()}}))
"""


def probed(layer: str, folder: Path) -> dict[str, object]:
    """What became of each attempt behind this layer: 0 or the number of the error."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE, layer, str(folder), str(door.getsockname()[1])],
            capture_output=True,
            cwd=ROOT,
            timeout=60,
            check=True,
        )
    made: dict[str, object] = json.loads(done.stdout)
    return made


def refused(found: dict[str, object]) -> set[str]:
    return {name for name, result in found.items() if name != "held" and result in FORBIDDEN}


@linux
def test_without_a_layer_the_attempts_that_the_kernel_refuses_go_through(tmp_path: Path) -> None:
    assert refused(probed("none", tmp_path)) == set()
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_the_audit_hook_refuses_what_python_offers(tmp_path: Path) -> None:
    found = probed("audit hook", tmp_path)
    assert refused(found) == set(found) - {"held"}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@linux
def test_landlock_alone_keeps_files_network_and_signals_away(tmp_path: Path) -> None:
    found = probed("Landlock", tmp_path)
    version = found["held"]
    assert isinstance(version, int)
    if version == 0:
        pytest.skip("this kernel has no Landlock")
    assert {"read", "write", "remove"} <= refused(found)
    assert "connect" in refused(found) or version < 4
    assert "signal" in refused(found) or version < 6
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@linux
def test_the_filter_of_calls_alone_keeps_files_network_and_processes_away(tmp_path: Path) -> None:
    found = probed("seccomp", tmp_path)
    if not found["held"]:
        pytest.skip("this kernel filters no calls")
    expected = {"read", "write", "remove", "connect", "socket", "execute", "trace"}
    assert {name: found[name] for name in expected} == dict.fromkeys(expected, errno.EPERM)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_all_layers_together_can_be_put_on(tmp_path: Path) -> None:
    held = probed("all", tmp_path)["held"]
    assert isinstance(held, list)
    assert set(held) <= set(LAYERS)
    assert "audit hook" in held


@linux
def test_the_reading_child_has_locked_itself_in_before_it_gets_a_file() -> None:
    with ReadingProcess() as reading:
        reading.derive(Request("第一条 Records.".encode(), "a.txt", "doc"))
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{reading.pid}/status").read_text().splitlines())
        assert "audit hook" in reading.confined
        assert ("seccomp" in reading.confined) == (status["Seccomp"] == "2")
        if len(reading.confined) > 1:
            assert status["NoNewPrivs"] == "1"
        fd = Path(f"/proc/{reading.pid}/fd")
        held = [str(one.readlink()) for one in fd.iterdir()]
    assert [one for one in held if not one.startswith(("pipe:", "/dev/null", "/proc/"))] == []


def test_a_long_pdf_is_read_by_helpers_that_are_locked_in_as_well() -> None:
    data = report(60)
    with ReadingProcess(Limits(helpers=2)) as shared, ReadingProcess(Limits(helpers=1)) as alone:
        made = shared.derive(Request(data, "a.pdf", "doc"))
        assert made == alone.derive(Request(data, "a.pdf", "doc"))
    assert made.pages == 60


@pytest.mark.parametrize("name", ["gb18030", "big5", "utf-16", "euc-jp", "cp1251", "shift_jis", "no-such-encoding"])
def test_encodings_are_at_hand_although_nothing_can_be_opened(name: str) -> None:
    words = "The records 2026".encode("utf-16" if name == "utf-16" else "ascii")
    with ReadingProcess() as reading:
        if name == "no-such-encoding":
            with pytest.raises(Exception, match="there is no text encoding"):
                reading.derive(Request(words, "a.txt", "doc", encoding=name))
        else:
            assert reading.derive(Request(words, "a.txt", "doc", encoding=name)).text == "The records 2026"


@pytest.mark.skipif(not HEADERS.exists(), reason="the kernel's headers are not installed")
def test_the_numbers_of_calls_are_those_of_the_kernels_headers() -> None:
    lines = [line.split() for line in HEADERS.read_text().splitlines() if line.startswith("#define __NR_")]
    numbers = {parts[1].removeprefix("__NR_"): int(parts[2]) for parts in lines}
    assert {name: numbers.get(name, calls[0]) for name, calls in REFUSED.items()} == {
        name: calls[0] for name, calls in REFUSED.items()
    }
