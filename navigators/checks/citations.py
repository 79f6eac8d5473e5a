"""Gate G2: whether a quote is in the passage it is said to be from, and where exactly.

Exact words first, then folded, then without spaces and hyphens between words;
never a part of a word or of a number. Similarity never passes a quote: it may
only propose the true words for a repair.
"""

from dataclasses import dataclass

from rapidfuzz import fuzz

from navigators.checks.folding import How, Searched, fold, inside_word

_SIMILAR = 85.0  # rapidfuzz ratio, 0..100, from which other words are proposed
_LEAST_LETTERS = 4  # of a quote without Han characters or digits
_LEAST_SIGNS = 2  # of any quote: Han characters, letters or digits


@dataclass(frozen=True, slots=True)
class Located:
    """A quote found at `text[start:end]`."""

    start: int
    end: int
    how: How


def substantial(quote: str) -> bool:
    """Whether a quote says enough to be evidence: two Han characters or digits, or a word of four letters."""
    signs = [c for c in quote if c.isalnum()]
    if len(signs) < _LEAST_SIGNS:
        return False
    return len(signs) >= _LEAST_LETTERS or any(c.isdigit() or not c.isascii() for c in signs)


def locate(quote: str, text: str) -> Located | None:
    """The first place where a quote stands in a text as whole words, or None."""
    quote = quote.strip()
    found = Searched(text).find(quote) if substantial(quote) else None
    return None if found is None else Located(*found)


def propose(quote: str, text: str) -> tuple[int, int] | None:
    """The words of a text that are most like a quote, if they are like enough: for the repair hint only."""
    wanted, there = fold(quote), fold(text)
    if not wanted.text.strip() or not there.text:
        return None
    found = fuzz.partial_ratio_alignment(wanted.text, there.text, score_cutoff=_SIMILAR)
    if found is None or found.dest_end <= found.dest_start:
        return None
    return there.span(found.dest_start, found.dest_end)


def whole_words(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """A span widened to the ends of the words and numbers it cuts."""
    start, end = span
    while start > 0 and inside_word(text, start):
        start -= 1
    while end < len(text) and inside_word(text, end):
        end += 1
    return start, end
