"""What commands print: results on standard output, errors on standard error. Nobody else prints."""

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from app.errors import CommandError


def print_json(value: dict[str, Any]) -> None:
    """One JSON object, readable by people too."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_text(text: str) -> None:
    """Text for people, wrapped to the terminal; document text is never read as markup."""
    Console(highlight=False, soft_wrap=True).print(text, markup=False)


def terminal_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    return Console().width


def print_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Lines with a colour each ("" for none), never wrapped; coloured on a terminal only, and not with NO_COLOR."""
    console = Console(highlight=False, soft_wrap=True)
    for text, colour in lines:
        console.print(Text(text, style=colour))


def write_page(path: Path, page: str) -> None:
    """Write a page whole or not at all; readable by its owner only, since it holds the words of documents.

    Raises CommandError, saying what to do.
    """
    path = path.resolve()  # a link stays a link
    if path.is_dir():
        raise CommandError(f"{path} is a folder: name a file in it, for instance {path / 'run.html'}")
    if path.exists() and not path.is_file():
        raise CommandError(f"{path} is no file that can be replaced: name another")
    if not path.parent.is_dir():
        raise CommandError(f"{path.parent} is no folder: make it first, or name a file elsewhere")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(page)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(f"{path} was not written ({error.strerror}): name a file elsewhere") from error


def print_error(message: str) -> None:
    print(f"citepath: {message}", file=sys.stderr)
