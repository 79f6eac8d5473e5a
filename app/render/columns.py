"""Words measured in the columns of a terminal: a Chinese character takes two."""

import unicodedata


def columns(text: str) -> int:
    """How many columns a line takes."""
    return sum(_width(c) for c in text)


def plain(text: str) -> str:
    """On one line and without characters that move the cursor or turn the direction of writing."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def cut(text: str, limit: int) -> str:
    """At most so many columns; what is cut ends in `…`."""
    if columns(text) <= limit:
        return text
    taken, used = "", 1  # one for the mark
    for c in text:
        used += _width(c)
        if used > limit:
            break
        taken += c
    return taken.rstrip() + "…" if limit > 0 else ""


def _width(c: str) -> int:
    if unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1
