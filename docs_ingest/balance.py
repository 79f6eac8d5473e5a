"""The balanced split: text without shape becomes at most 20 pieces, each cut on a sentence end.

Sizes are counted in UTF-8 bytes, which weighs a Han character like three Latin
letters, about as a language model does; no tokenizer is needed, so trees never
depend on one.
"""

import re
from bisect import bisect_left
from itertools import pairwise

from docs_ingest.sentences import sentence_spans

FAN_OUT = 20
"""No node has more children than this."""

PART_BYTES = 800
"""Size that parts of a long paragraph aim at: about 100 to 200 tokens in either language."""

LONG_BYTES = 1200
"""A leaf longer than this is cut into parts."""

_CLAUSE = re.compile(r"[;；，,、:：]\s*|\s+")

Span = tuple[int, int]


def byte_length(text: str) -> int:
    """Length in UTF-8 bytes; lone surrogates count three."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def balanced_parts(text: str, start: int, end: int) -> list[Span]:
    """Spans that tile `text[start:end]`: one if it is short, else 2 to 20 of about equal size.

    Cuts stand on sentence ends where there is one near enough, else after a
    clause mark or a space, else between two characters. Pieces may still be
    longer than `LONG_BYTES` when 20 are not enough: split them again.
    """
    piece = text[start:end]
    size = byte_length(piece)
    if size <= LONG_BYTES:
        return [(start, end)]
    wanted = min(FAN_OUT, -(-size // PART_BYTES))
    cuts = _cuts(piece, wanted)
    return [(start + a, start + b) for a, b in pairwise([0, *cuts, len(piece)])]


def _cuts(piece: str, wanted: int) -> list[int]:
    """Up to `wanted - 1` offsets inside `piece`, ascending, near its equal divisions."""
    sentences = sentence_spans(piece)
    ends = [begin for begin, _ in sentences[1:]]
    step = len(piece) / wanted
    cuts: list[int] = []
    low = 0
    for n in range(1, wanted):
        ideal = round(n * step)
        reach = step / 2
        floor, ceiling = max(low + 1, round(ideal - reach)), min(len(piece) - 1, round(ideal + reach))
        if floor > ceiling:
            continue
        cut = _nearest(ends, ideal, floor, ceiling) or _clause_cut(piece, ideal, floor, ceiling)
        cuts.append(cut)
        low = cut
    return cuts


def _nearest(offsets: list[int], ideal: int, floor: int, ceiling: int) -> int | None:
    """The offset of an ascending list that is nearest to `ideal` within floor..ceiling."""
    at = bisect_left(offsets, ideal)
    near = [o for o in offsets[max(0, at - 1) : at + 1] if floor <= o <= ceiling]
    return min(near, key=lambda o: abs(o - ideal), default=None)


def _clause_cut(piece: str, ideal: int, floor: int, ceiling: int) -> int:
    """After a clause mark or space near `ideal`, or `ideal` itself."""
    marks = [floor + m.end() for m in _CLAUSE.finditer(piece[floor:ceiling])]
    found = _nearest(marks, ideal, floor, ceiling)
    return ideal if found is None else found
