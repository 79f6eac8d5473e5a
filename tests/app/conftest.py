"""The command line as a person uses it, on a bank's documents."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = ROOT / "samples" / "documents"


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


def citepath(home: Path, *arguments: str, **environment: str) -> Done:
    """Run `citepath ARGUMENTS` in a process of its own, with nothing of our environment."""
    command = [sys.executable, "-c", "from app.cli import main; raise SystemExit(main())", *arguments]
    settings = {"CITEPATH_HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run(command, capture_output=True, env=settings, cwd=home.parent, timeout=120, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


Command = Callable[..., Done]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample documents taken in; never written to."""
    home = tmp_path_factory.mktemp("kept") / "home"
    done = citepath(home, "ingest", str(DOCUMENTS))
    assert done.code == 0, done.err
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    return shutil.copytree(kept, tmp_path / "home")


@pytest.fixture
def bank(home: Path) -> Command:
    """`bank("ask", "...")`: a command on the sample documents."""
    return lambda *arguments, **environment: citepath(home, *arguments, **environment)


@pytest.fixture
def fresh(tmp_path: Path) -> Command:
    """A command on an empty home."""
    return lambda *arguments, **environment: citepath(tmp_path / "empty", *arguments, **environment)
