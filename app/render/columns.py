"""Words measured in the columns of a terminal: a Chinese character takes two."""

from rich.cells import cell_len as columns
from rich.cells import set_cell_size

__all__ = ["columns", "cut", "plain"]


def plain(text: str) -> str:
    """On one line and without characters that move the cursor or turn the direction of writing."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def cut(text: str, limit: int) -> str:
    """At most so many columns; what is cut ends in `…`."""
    if columns(text) <= limit:
        return text
    return set_cell_size(text, limit - 1).rstrip() + "…" if limit > 0 else ""
