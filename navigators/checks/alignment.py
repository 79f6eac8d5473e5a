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
_CONTRACTED = re.compile(r"\b(?:(wo)|(ca)|(sha)|([a-z]+))n['’]t\b|\bcannot\b", re.IGNORECASE)
_FOLLOWS = 0.7  # of the claim's words, from which it follows a sentence
_MOSTLY = 0.9  # of the claim's words in one sentence: the other cited ones are not looked at
_CLEARLY = 3  # words more in all sentences together than in one
_WHOLE = 0.8  # of both texts
_LONGEST = 700  # words of a claim or sentence that are compared
_LARGEST = 14  # words that a change may replace; more is another clause
_AROUND = 3  # words shown on each side of a change
_MOST_NUMERIC = 8  # words that a number is extended by
_UNIT_WORDS = 3  # words behind a number that may be its unit
_JOINED = 1  # kept words between two changes that are one
_BREAK = re.compile(r"[,.:](?!\d)|[;!?，；：。！？、()（）]")
_CLAUSE_END = re.compile(rf"{_BREAK.pattern.replace('、', '').replace('()（）', '')}|\b(?:and|but|or)\b")
_CLAUSE_LATIN, _CLAUSE_HAN = 6, 9  # words put in or left out that are a clause of their own
_JOINS = frozenset(["and", "or", "the", "a", "an", "和", "与", "及", "或", "以", "者", "並", "與"])


def plain(text: str) -> str:
    """Width and case evened out, n't written as not."""
    return written_out(" ".join(unicodedata.normalize("NFKC", text).lower().split()))


def written_out(text: str) -> str:
    """n't as not."""
    return _CONTRACTED.sub(_in_full, text)


def _in_full(match: re.Match[str]) -> str:
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

    def clause(self, start: int, end: int) -> str:
        """The text around the words, up to the next marks or conjunctions."""
        a, b = self.span(start, end)
        low = max((m.end() for m in _CLAUSE_END.finditer(self.text, 0, a)), default=0)
        high = _CLAUSE_END.search(self.text, b)
        return self.text[low : high.start() if high else len(self.text)]

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
    def clauses(self) -> tuple[str, str]:
        """The clause of the claim and that of the cited text which the change is in."""
        return self.claim.clause(*self.claim_at), self.cited.clause(*self.cited_at)

    @property
    def only_numeric(self) -> bool:
        """Whether parts of numbers, and nothing else, stand for one another."""
        words = self.claim.words[slice(*self.claim_at)] + self.cited.words[slice(*self.cited_at)]
        return all(NUMERIC.fullmatch(w) for w in words)

    @property
    def numbers(self) -> tuple[str, str]:
        """Claim and cited text of the number that the change is a part of."""
        return self.claim.numeric(*self.claim_at), self.cited.numeric(*self.cited_at)

    @property
    def clause(self) -> bool:
        """Whether a clause was left out, put in or merged, rather than words of one exchanged."""
        put, taken = self.put, self.taken
        if not put or not taken:
            words, at = (self.cited, self.cited_at) if taken else (self.claim, self.claim_at)
            long = at[1] - at[0] >= (_CLAUSE_LATIN if (put or taken).isascii() else _CLAUSE_HAN)
            return (
                long
                or bool(_BREAK.search(put or taken))
                or all(edge is None or _BREAK.search(edge) for edge in self._edges(words, at))
            )
        return bool(_BREAK.search(put)) != bool(_BREAK.search(taken))

    @staticmethod
    def _edges(words: Words, at: tuple[int, int]) -> tuple[str | None, str | None]:
        """What stands between the change and the words before and behind it; None at the ends of the text."""
        start, end = words.span(*at)
        before = words.text[words.span(at[0] - 1, at[0])[1] : start] if at[0] else None
        return before, words.text[end : words.span(at[1], at[1] + 1)[0]] if at[1] < len(words.words) else None


@dataclass(frozen=True, slots=True)
class Aligned:
    """A claim laid beside the cited sentence that it follows."""

    changes: tuple[Change, ...]
    whole: bool  # nearly all of the sentence is in the claim, and nearly all of the claim in the sentence

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
    """The claim beside the sentence that it shares most words with, in order; None where it follows none.

    Beside all of them together, where it clearly shares more with them than with any one.
    """
    mine = Words(claim)
    if not mine.words or len(mine.words) > _LONGEST:
        return None
    best = max((_laid(mine, Words(s)) for s in sentences), key=lambda one: (one.kept, -len(one.cited.words)))
    if len(sentences) > 1 and best.kept < _MOSTLY * len(mine.words):
        together = _laid(mine, Words(" ".join(sentences)))
        best = together if together.kept > best.kept + _CLEARLY else best
    if best.kept < _FOLLOWS * len(mine.words):
        return None
    whole = best.kept >= _WHOLE * max(len(mine.words), len(best.cited.words))
    return Aligned(tuple(best.changes()), whole)


@dataclass(frozen=True, slots=True)
class _Laid:
    claim: Words
    cited: Words
    blocks: tuple[tuple[int, int, int, int], ...]  # words kept: start and end in the cited text, in the claim

    @property
    def kept(self) -> int:
        return sum(b[1] - b[0] for b in self.blocks)

    def changes(self) -> Iterator[Change]:
        """What stands between kept words, where it is no longer than a phrase."""
        ends = len(self.cited.words), len(self.claim.words)
        gaps = list(_gaps(self.blocks, *ends, self.cited))
        edges = [(0, 0, 0, 0), *gaps, (ends[0], ends[0], ends[1], ends[1])]
        for before, (a, b, c, d), behind in zip(edges, gaps, edges[2:], strict=False):
            if b - a <= _LARGEST and d - c <= _LARGEST:
                yield Change(self.claim, self.cited, (c, d), (a, b), (a - before[1], behind[0] - b))


def _laid(claim: Words, cited: Words) -> _Laid:
    if len(cited.words) > _LONGEST:
        return _Laid(claim, cited, ())
    ops = Levenshtein.opcodes(cited.words, claim.words)
    return _Laid(
        claim, cited, tuple((o.src_start, o.src_end, o.dest_start, o.dest_end) for o in ops if o.tag == "equal")
    )


def _gaps(
    blocks: Sequence[tuple[int, int, int, int]], cited: int, claim: int, words: Words
) -> Iterator[tuple[int, int, int, int]]:
    """Spans between blocks of kept words; a single kept word between two changes of one clause belongs to them."""
    start = (0, 0)
    for a, b, c, d in [*blocks, (cited, cited, claim, claim)]:
        inner = a > 0 and b < cited and c > 0 and d < claim
        if inner and b - a <= _JOINED and (a, c) != start and not _BREAK.search(words.between(start[0], b)):
            continue
        if (a, c) != start:
            yield start[0], a, start[1], c
        start = (b, d)
