"""Locking the reading child in, before it touches the first byte of a document.

    audit hook   Python's own ways out: files, sockets, processes, libraries
    Landlock     no file can be opened, read or changed, no TCP, no signal to others (Linux 5.13 and later)
    seccomp      the calls that open, connect, execute or trace fail, whoever makes them (x86_64, aarch64)

Each layer holds without the others, and what a kernel lacks is left out and said:
reading itself needs none of them. What is open stays open, so whatever is loaded
late has to be loaded before; `confine` sees to text encodings.
"""

import encodings
import importlib
import sys
from contextlib import suppress
from encodings.aliases import aliases
from pathlib import Path

from docs_ingest.kernel_calls import landlock, refuse_calls

__all__ = ["LAYERS", "confine"]

LAYERS = ("audit hook", "Landlock", "seccomp")

_REFUSED = frozenset(
    {
        *("os.chflags", "os.chmod", "os.chown", "os.link", "os.listdir", "os.listxattr", "os.mkdir", "os.remove"),
        *("os.removexattr", "os.rename", "os.rmdir", "os.scandir", "os.setxattr", "os.symlink", "os.truncate"),
        *("os.utime", "os.exec", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.spawn"),
        *("ctypes.call_function", "ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle", "subprocess.Popen"),
    }
)
_REFUSED_FAMILIES = ("socket.", "shutil.", "tempfile.")


def confine() -> tuple[str, ...]:
    """Lock this process and those it forks in, for good; the layers of `LAYERS` that hold here."""
    _load_encodings()
    kernel = (landlock() > 0, refuse_calls())
    sys.addaudithook(_refuse)  # the last, since it would refuse the others
    return tuple(name for name, holds in zip(LAYERS, (True, *kernel), strict=True) if holds)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        refused = not isinstance(arguments[0], int)  # a number is a file that is open already
    else:
        refused = event in _REFUSED or event.startswith(_REFUSED_FAMILIES)
    if refused:
        raise PermissionError(f"{event} is not allowed to the process that reads documents")


def _load_encodings() -> None:
    """Every text encoding that a file or its sender may name."""
    for name in sorted({*aliases.values(), *(path.stem for path in Path(encodings.__path__[0]).glob("*.py"))}):
        with suppress(ImportError):  # those of other systems
            importlib.import_module(f"encodings.{name}")
