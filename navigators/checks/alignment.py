"""Where a claim follows the words of a cited sentence, and what it changes there.

A claim that is mostly a sentence's own words is compared with it word by word:
a number, a unit, a not, a direction or a name that stands in the place of
another one says something else, even when it stands elsewhere in the sentence.
Claims in freer words are left to the rules that do not know places.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from navigators.checks.quantities import NUMERIC

_TOKEN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*|[^\W\d_]|[%‰$€£¥°]|(?<![\w.])-(?=[\d$])")
_CONTRACTED = re.compile(r"\b(?:(wo)|(ca)|(sha)|([a-z]+))n['’]t\b|\bcannot\b")
_FOLLOWS = 0.7  # of the claim's words, from which it follows a sentence
_LONGEST = 700  # words of a claim or sentence that are compared
_LARGEST = 14  # words that a change may replace; more is another clause
_AROUND = 3  # words shown on each side of a change
_MOST_NUMERIC = 8  # words that a number is extended by
_UNIT_WORDS = 3  # words behind a number that may be its unit
_JOINED = 1  # kept words between two changes that are one
_BREAK = re.compile(r"[,;:.!?，；：。！？、()（）]")
_JOINS = frozenset(["and", "or", "as", "well", "和", "与", "及", "或", "以", "者", "並", "與"])


def plain(text: str) -> str:
    """Width and case evened out, n't written as not."""
    folded = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return _CONTRACTED.sub(_written_out, folded) if "n't" in folded or "n’t" in folded or "cannot" in folded else folded


def _written_out(match: re.Match[str]) -> str:
    if match[1]:
        return "will not"
    if match[3]:
        return "shall not"
    return f"{match[4]} not" if match[4] else "can not"


class Words:
    """A text as words: Latin words, numbers, single Han characters and signs of money."""

    def __init__(self, text: str) -> None:
        self.text = plain(text)
        self._found = list(_TOKEN.finditer(self.text))
        self.words = [m.group() for m in self._found]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Of the text, from word `start` to before word `end`."""
        if start >= end:
            at = self._found[start].start() if start < len(self._found) else len(self.text)
            return at, at
        return self._found[start].start(), self._found[end - 1].end()

    def between(self, start: int, end: int) -> str:
        """The text from word `start` to before word `end`, with what stands between them."""
        if start >= end:
            return ""
        a, b = self.span(start, end)
        return self.text[a:b]

    def numeric(self, start: int, end: int) -> str:
        """The words with the rest of the number, date or amount they are part of, and its unit."""
        low = start
        while low > 0 and start - low < _MOST_NUMERIC and NUMERIC.fullmatch(self.words[low - 1]):
            low -= 1
        high = min(self._numeric_end(end) + _UNIT_WORDS, len(self.words))
        if NUMERIC.fullmatch(self.words[high - 1]):
            high = self._numeric_end(high)
        a, b = self.span(low, high)
        return self.text[a - 1 if self.text[a - 1 : a] == "(" else a : b + 1 if self.text[b : b + 1] == ")" else b]

    def _numeric_end(self, end: int) -> int:
        high = end
        while high < len(self.words) and high - end < _MOST_NUMERIC and NUMERIC.fullmatch(self.words[high]):
            high += 1
        return high


@dataclass(frozen=True, slots=True)
class Change:
    """What a claim has in the place of a cited sentence's words; either may be empty."""

    claim: Words
    cited: Words
    claim_at: tuple[int, int]
    cited_at: tuple[int, int]
    kept: tuple[int, int]  # words before and behind that stand in both

    @property
    def put(self) -> str:
        return self.claim.between(*self.claim_at)

    @property
    def taken(self) -> str:
        return self.cited.between(*self.cited_at)

    @property
    def shown(self) -> tuple[str, str]:
        """Claim and cited text around the change."""
        before, behind = (min(_AROUND, k) for k in self.kept)
        (a, b), (c, d) = self.claim_at, self.cited_at
        return self.claim.between(a - before, b + behind), self.cited.between(c - before, d + behind)

    @property
    def numbers(self) -> tuple[str, str]:
        """Claim and cited text of the number that the change is a part of."""
        return self.claim.numeric(*self.claim_at), self.cited.numeric(*self.cited_at)

    @property
    def clause(self) -> bool:
        """Whether a whole clause was left out or put in: no change of the words around it."""
        return (not self.put and bool(_BREAK.search(self._edges(self.cited, self.cited_at)))) or (
            not self.taken and bool(_BREAK.search(self._edges(self.claim, self.claim_at)))
        )

    @staticmethod
    def _edges(words: Words, at: tuple[int, int]) -> str:
        """What stands between the change and the words next to it."""
        start, end = words.span(*at)
        before = words.span(at[0] - 1, at[0])[1] if at[0] else start
        after = words.span(at[1], at[1] + 1)[0] if at[1] < len(words.words) else end
        return words.text[before:start] + words.text[end:after]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A claim laid beside the cited sentence that it follows."""

    sentence: str  # as printed
    changes: tuple[Change, ...]

    def exchanged(self) -> Iterator[tuple[Change, Change]]:
        """Two changes that give each other's words: two parts of the sentence have changed places."""
        for i, one in enumerate(self.changes):
            for other in self.changes[i + 1 :]:
                if one.put and one.put == other.taken and other.put and other.put == one.taken:
                    yield one, other


def joined(one: Change, other: Change) -> bool:
    """Whether only and, or stands between two changes: A and B, B and A."""
    between = one.cited.words[one.cited_at[1] : other.cited_at[0]]
    return all(w in _JOINS for w in between)


def aligned(claim: str, sentences: Sequence[str]) -> Aligned | None:
    """The claim beside the sentence that it shares most words with, in order; None where it follows none."""
    mine = Words(claim)
    if not mine.words or len(mine.words) > _LONGEST:
        return None
    best: tuple[int, int, str, list[Change]] | None = None
    for sentence in sentences:
        theirs = Words(sentence)
        if len(theirs.words) > _LONGEST:
            continue
        kept, changes = _compared(mine, theirs)
        if best is None or (kept, -len(theirs.words)) > best[:2]:
            best = (kept, -len(theirs.words), sentence, changes)
    if best is None or best[0] < _FOLLOWS * len(mine.words):
        return None
    return Aligned(best[2], tuple(best[3]))


def _compared(claim: Words, cited: Words) -> tuple[int, list[Change]]:
    """How many words stand in both, in order, and the changes between them that have kept words on both sides."""
    blocks = [
        (op.src_start, op.src_end, op.dest_start, op.dest_end)
        for op in Levenshtein.opcodes(cited.words, claim.words)
        if op.tag == "equal"
    ]
    kept = sum(b[1] - b[0] for b in blocks)
    gaps = list(_gaps(blocks, len(cited.words), len(claim.words)))
    edges = [(0, 0, 0, 0), *gaps, (len(cited.words),) * 2 + (len(claim.words),) * 2]
    changes = [
        Change(claim, cited, (c, d), (a, b), (a - before[1], behind[0] - b))
        for before, (a, b, c, d), behind in zip(edges, gaps, edges[2:], strict=False)
        if b - a <= _LARGEST and d - c <= _LARGEST
    ]
    return kept, changes


def _gaps(blocks: Sequence[tuple[int, int, int, int]], cited: int, claim: int) -> Iterator[tuple[int, int, int, int]]:
    """Spans between blocks of kept words; a block of a single word between two changes belongs to them."""
    start = (0, 0)
    for a, b, c, d in [*blocks, (cited, cited, claim, claim)]:
        inner = 0 < a and b < cited and 0 < c and d < claim
        if inner and b - a <= _JOINED and (a, c) != start:
            continue
        if (a, c) != start:
            yield start[0], a, start[1], c
        start = (b, d)
