"""What a person should know about how an Office file was read, in words."""

from collections.abc import Mapping, Sequence

from docs_ingest.parsed import BlockKind
from docs_ingest.readers.drafts import Draft


def said(count: int, what: str, fate: str = "") -> list[str]:
    """One fact about a number of things; none about no things."""
    return [f"{count:,} {what}{'' if count == 1 else 's'} {fate}".rstrip()] if count else []


def hidden_letters(drafts: Sequence[Draft]) -> list[str]:
    hidden = sum(c.isalnum() for d in drafts if d.kind is BlockKind.HIDDEN for c in d.words)
    return said(hidden, "letter", "hidden by the file and not citable")


def unknown_symbols(unknown: Mapping[str, int]) -> list[str]:
    """`unknown`: symbols that were not read, by font."""
    fonts = sorted(unknown.items())
    return [fact for font, count in fonts for fact in said(count, "symbol", f"of the font “{font}” not read")]
