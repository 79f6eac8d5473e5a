"""What the project says of itself is true."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.parser import command_line
from app.settings import Settings
from docs_ingest.limits import Limits
from docs_ingest.readers import read_document

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {f"CITEPATH_{name.upper()}" for name in Settings.model_fields}
QUESTIONS = json.loads((ROOT / "samples" / "questions.json").read_text(encoding="utf-8"))


def settings_in(readme: str) -> set[str]:
    """The settings a README's table names, `_SHORT` forms written out."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    named = re.findall(r"`(CITEPATH_[A-Z_]+|_[A-Z_]+)`", text)
    return {name if name.startswith("CITEPATH") else f"CITEPATH{name}" for name in named}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_both_readmes_name_every_setting_and_no_other(readme: str) -> None:
    assert settings_in(readme) == SETTINGS


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_both_readmes_name_every_command(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    usage = command_line().format_help()
    commands = re.search(r"\{([a-z,]+)\}", usage)
    names = commands[1].split(",") if commands else re.findall(r"^    ([a-z]+) ", usage, re.MULTILINE)
    assert names
    for name in names:
        assert f"citepath {name}" in text


def test_settings_named_in_messages_exist() -> None:
    for package in ("stores", "docs_ingest", "navigators", "app"):
        for file in (ROOT / package).rglob("*.py"):
            for name in re.findall(r"\bCITEPATH_[A-Z_]*[A-Z]\b", file.read_text(encoding="utf-8")):
                assert name in SETTINGS, f"{file}: {name}"


def test_both_readmes_say_the_same_in_code() -> None:
    makes = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    make = "|".join(sorted(makes, key=len, reverse=True))
    code = rf"citepath [a-z]+|docker compose [a-z]+|\bmake (?:{make})\b|--[a-z-]+|CITEPATH_[A-Z_]+"
    codes = [
        set(re.findall(code, (ROOT / readme).read_text(encoding="utf-8")))
        for readme in ("README.md", "README.zh-CN.md")
    ]
    assert codes[0] == codes[1]
    assert "make demo" in codes[0]


def test_the_locks_agree_with_each_other() -> None:
    pins = []
    for lock in ("requirements.lock", "requirements-run.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        pins.append(dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)))
        assert "--hash=sha256:" in text
        assert "index-url" not in text
    everything, needed = pins
    assert needed.items() <= everything.items()
    assert "pytest" not in needed


def test_the_samples_are_built_to_the_very_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(ROOT / "samples" / "make.py"), str(tmp_path)], check=True, capture_output=True)
    made = [f for f in tmp_path.iterdir() if f.is_file()]
    assert made
    for file in made:
        assert file.read_bytes() == (ROOT / "samples" / "documents" / file.name).read_bytes(), file.name


@pytest.mark.parametrize("row", [q for q in QUESTIONS if q.get("quotes")], ids=lambda q: q["question"][:30])
def test_the_sample_answers_stand_in_the_documents_as_they_are_read(row: dict[str, object]) -> None:
    path = ROOT / "samples" / str(row["doc"])
    text = read_document(path.read_bytes(), path.name, Limits(), lambda page, pages: None).text
    letters = _letters(text)
    quotes = row["quotes"]
    assert isinstance(quotes, list)
    for quote in quotes:
        assert _letters(quote) in letters


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
