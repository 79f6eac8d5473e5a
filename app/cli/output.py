"""What commands print: results on standard output, errors on standard error. Nobody else prints."""

import json
import sys
from typing import Any

from rich.console import Console


def print_json(value: dict[str, Any]) -> None:
    """One JSON object, readable by people too."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_text(text: str) -> None:
    """Text for people, wrapped to the terminal; document text is never read as markup."""
    Console(highlight=False, soft_wrap=True).print(text, markup=False)


def print_error(message: str) -> None:
    print(f"citepath: {message}", file=sys.stderr)
