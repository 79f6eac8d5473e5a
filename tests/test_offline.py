"""Nothing on the embedded default speaks to the network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.conftest import DOCUMENTS, ROOT

WATCH = """
import sys

def watch(event, arguments):
    if event == "socket.bind" and arguments[1] == ("::1", 0):
        return  # how urllib3 finds out, when it is imported, whether this machine knows IPv6
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        with open({report!r}, "a") as report:
            report.write(f"{{event}} {{arguments[1:]}}\\n")

sys.addaudithook(watch)
"""

COMMANDS = [
    ["ingest", str(DOCUMENTS / "aml-glossary-术语.md"), str(DOCUMENTS / "outsourcing-policy.pdf")],
    ["ask", "Within how many days is an STR filed 可疑交易报告?"],
    ["retrieve", "报告"],
    ["runs"],
    ["doctor"],
]


def run(arguments: list[str], folder: Path, prefix: list[str]) -> str:
    environment = {
        "CITEPATH_HOME": str(folder / "home"),
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "LANGSMITH_TRACING": "true",  # what a careless shell may have set
        "LANGSMITH_API_KEY": "not-a-key",
        "PATH": "/usr/bin:/bin",
    }
    command = [*prefix, sys.executable, "-c", "from app.cli import main; raise SystemExit(main())", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_no_command_opens_a_connection_or_looks_up_a_name(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(report=str(report)))
    for command in COMMANDS:
        run(command, tmp_path, [])
    assert not report.exists(), report.read_text()


def test_the_watch_would_notice(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(report=str(report)))
    script = "import socket; s = socket.socket(); s.settimeout(0.1); s.connect_ex(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": str(tmp_path)}, check=True)
    assert "socket.connect" in report.read_text()


def test_every_command_works_where_there_is_no_network_at_all(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    alone = [unshare or "", "--user", "--map-root-user", "--net"]
    if unshare is None or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let a test have a network namespace of its own")
    for command in COMMANDS:
        run(command, tmp_path, alone)
