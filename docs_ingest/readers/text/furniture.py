"""Page numbers, running heads and feet that were left in plain text by whatever turned pages into it.

A line of text is furniture when it only counts pages and other lines go on with
the count, or when the same words come back again and again and break into
sentences or stand beside page numbers. Rules that never hit a form's repeated
“Not applicable.”, which breaks into nothing.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

_PAGE = re.compile(
    r"[-–—\s]*(?:page|p\.|第)?\s*(?P<n>\d{1,4})\s*页?(?:\s*(?:of|/|[,，]?\s*共)\s*\d{1,4}\s*页?)?[-–—\s]*",
    re.IGNORECASE,
)
_LEAST_PAGES = 3  # numbers in a count
_STEP = 2  # one page may carry no number
_USES = 3  # of the same words
_LONG = 12  # columns: shorter words may well stand alone for themselves
_LONGEST = 300
_APART = 4  # lines between two uses, in most cases
_BROKEN = 0.1  # share of the uses, and two at least, that break into a sentence or stand beside a page number
_ENDS = tuple(".。!！?？:：;；”\"')）|")


def furniture_of(lines: Sequence[str]) -> frozenset[int]:
    """Indexes of the lines (without the white space around them, none empty) that are furniture."""
    pages = _page_numbers(lines)
    uses: dict[str, list[int]] = defaultdict(list)
    for i, words in enumerate(lines):
        if _columns(words) >= _LONG and len(words) <= _LONGEST:
            uses[_countless(words)].append(i)
    repeated = {i for at in uses.values() if _runs(lines, at, pages) for i in at}
    return frozenset(pages | repeated)


def _columns(words: str) -> int:
    """Width on a terminal: Han characters take two."""
    return len(words) + sum("\u2e80" <= c <= "\uffef" for c in words)


def _countless(words: str) -> str:
    """The words with a page number in them left out: Page 3 of 22 Reseller Agreement."""
    return re.sub(
        r"\b(page\s+)\d{1,4}(\s+of\s+\d{1,4})?|第\s*\d{1,4}\s*页", r"\1#", words, flags=re.IGNORECASE
    ).casefold()


def _page_numbers(lines: Sequence[str]) -> set[int]:
    """Lines that are a page's number: at least three that count on from one another."""
    lone = [(i, int(m["n"])) for i, words in enumerate(lines) if len(words) <= 24 and (m := _PAGE.fullmatch(words))]
    found: set[int] = set()
    run: list[int] = []
    for before, after in pairwise([(-1, -10), *lone]):
        counts_on = 1 <= after[1] - before[1] <= _STEP and after[0] - before[0] > 1
        run = [*run, after[0]] if counts_on else [after[0]]
        if len(run) >= _LEAST_PAGES:
            found.update(run)
    return found


def _runs(lines: Sequence[str], at: Sequence[int], pages: set[int]) -> bool:
    """Whether words that stand at several places are a running head or foot."""
    if len(at) < _USES:
        return False
    apart = [b - a for a, b in pairwise(at)]
    if sorted(apart)[len(apart) // 4] < _APART and min(len(lines[i]) for i in at) < 40:
        return False
    broken = sum(_breaks(lines, i) or i - 1 in pages or i + 1 in pages for i in at)
    return broken >= max(2, _BROKEN * len(at))


def _breaks(lines: Sequence[str], i: int) -> bool:
    """Whether a line stands in the middle of a sentence."""
    if i == 0 or i + 1 >= len(lines):
        return False
    return not lines[i - 1].endswith(_ENDS) and lines[i + 1][:1].islower()
