"""Words cut to fit a line."""


def short(text: str, limit: int) -> str:
    """On one line, at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
