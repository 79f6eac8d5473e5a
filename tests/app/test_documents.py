"""Which files a command takes, what they are called, and how a place is written."""

from pathlib import Path

import pytest

from app.cli.places import parse_place
from app.errors import CommandError
from app.files import find_files, ids_of


def ids(*paths: str) -> dict[str, str]:
    return {str(path): made for path, made in ids_of([Path(p) for p in paths]).items()}


def test_files_are_named_after_themselves() -> None:
    assert ids("a/policy.pdf", "a/反洗钱法.md") == {"a/policy.pdf": "policy", "a/反洗钱法.md": "反洗钱法"}


def test_dated_files_of_one_name_are_one_document() -> None:
    assert set(ids("a/law.2006-10-31.md", "a/law.2024-11-08.md").values()) == {"law"}


def test_files_of_one_name_in_two_folders_are_two_documents() -> None:
    assert ids("hk/policy.pdf", "sz/policy.pdf") == {"hk/policy.pdf": "hk-policy", "sz/policy.pdf": "sz-policy"}


def test_files_of_one_name_and_two_endings_are_two_documents() -> None:
    assert ids("a/policy.pdf", "a/policy.docx") == {"a/policy.pdf": "policy-pdf", "a/policy.docx": "policy-docx"}


def test_folders_are_searched_for_files_that_are_read(tmp_path: Path) -> None:
    for name in ("b.pdf", "a.txt", "deep/c.HTML", ".hidden/d.md", "~$e.docx", "f.odt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    files, passed_over = find_files([tmp_path])
    assert [f.name for f in files] == ["a.txt", "b.pdf", "c.HTML"]
    assert {f.name for f in passed_over} == {"d.md", "~$e.docx", "f.odt"}


def test_a_named_file_is_tried_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("x")
    assert find_files([tmp_path / "notes", tmp_path / "notes"])[0] == [tmp_path / "notes"]


def test_an_empty_folder_says_what_is_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"\.docx"):
        find_files([tmp_path])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("policy", ("policy", None, None)),
        ("反洗钱法@2", ("反洗钱法", 2, None)),
        ("反洗钱法@2#0.3.1", ("反洗钱法", 2, "0.3.1")),
        ("a.b-c_d@10#0", ("a.b-c_d", 10, "0")),
    ],
)
def test_places_are_taken_apart(text: str, place: tuple[str, int | None, str | None]) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["", "@1", "a@x", "a@1#x", "a@1#0.", "a#0#1"])
def test_what_is_no_place_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(CommandError, match="DOCUMENT@VERSION#ADDRESS"):
        parse_place(text)
