"""Texts made comparable without losing where each character stood.

`fold` evens out width, case, quotes, dashes and white space; `squeeze` drops
spaces and hyphens between words on top: what another extractor of the same PDF
does to a quote (found in 63 of 400 quotes raw, 381 folded, 396 squeezed; FACTS).
It never makes another number: 1-2 stays apart from 12, and -5 from 5.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

How = Literal["exact", "folded", "spaceless"]

_SAME = {
    **dict.fromkeys("‘’‚‛′`´＇", "'"),
    **dict.fromkeys("“”„‟″«»＂「」『』", '"'),
    **dict.fromkeys("‐‑‒–—―−－─", "-"),
    **dict.fromkeys("，、", ","),
    "；": ";",
    "：": ":",
    "。": ".",
    "？": "?",
    "！": "!",
    "（": "(",
    "）": ")",
    "…": "...",
}
UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
    r"|[\ud800-\udfff]"
)
"""Characters that a reader does not see, or that turn the reading direction: not in a claim."""

_UNEVEN = re.compile(r"\A\s|\s\s|[^\S ]")  # white space that does not stay as it is
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text[i]` was made of the character at `offsets[i]` of the original."""

    text: str
    offsets: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of `text[start:end]`, whole characters."""
        return self.offsets[start], self.offsets[end - 1] + 1


def fold(text: str) -> Folded:
    """Width, case, quotes, dashes and runs of white space evened out."""
    if text.isascii() and not _UNEVEN.search(text):
        return Folded(text.lower().replace("`", "'"), range(len(text)))
    kept: list[str] = []
    offsets: list[int] = []
    for i, char in enumerate(text):
        for c in _folded(char):
            if c == " " and (not kept or kept[-1] == " "):
                continue
            kept.append(c)
            offsets.append(i)
    return Folded("".join(kept), tuple(offsets))


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if char in _DROPPED:
        return ""
    if char.isspace():
        return " "
    same = _SAME.get(char)
    if same is not None:
        return same
    if char.isascii():
        return char.lower()
    return "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFKC", char).casefold())


def squeeze(folded: Folded) -> Folded:
    """Without spaces and hyphens, but for those that tell two numbers, or a number and its sign, apart."""
    kept: list[str] = []
    offsets: list[int] = []
    end = 0
    for gap in _GAP.finditer(folded.text):
        kept.append(folded.text[end : gap.start()])
        offsets.extend(folded.offsets[end : gap.start()])
        end = gap.end()
        mark = _mark(folded.text[gap.start() - 1 : gap.start()], gap.group(), folded.text[end : end + 1])
        if mark:
            kept.append(mark)
            offsets.append(folded.offsets[gap.start()])
    kept.append(folded.text[end:])
    return Folded("".join(kept), (*offsets, *folded.offsets[end:]))


_GAP = re.compile(r"[ -]+")
_GAP_OF_WORDS = re.compile(r"[ -]++(?!\d)")
_SPACES = re.compile(r" +")


def _mark(before: str, gap: str, after: str) -> str:
    """What is left of a gap: nothing between words."""
    if not after.isdigit():
        return ""
    if "-" in gap:
        return "-"
    return " " if before.isdigit() else ""


def squeezed(text: str) -> str:
    """A text folded and squeezed, where offsets do not matter."""
    folded = _SPACES.sub(" ", "".join(map(_folded, text))).lstrip(" ")
    return _GAP.sub(_mark_of, _GAP_OF_WORDS.sub("", folded))


def _mark_of(gap: re.Match[str]) -> str:
    return _mark(gap.string[gap.start() - 1 : gap.start()], gap.group(), gap.string[gap.end() : gap.end() + 1])


class Searched:
    """A text made ready to look for words in, exactly, folded and squeezed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @cached_property
    def squeezed(self) -> Folded:
        return squeeze(self.folded)

    def find(self, words: str) -> tuple[int, int, How] | None:
        """Span and manner of the first place where words stand whole, or None."""
        span = self._whole(Folded(self.text, range(len(self.text))), words)
        if span is not None:
            return (*span, "exact")
        span = self._whole(self.folded, fold(words).text.strip())
        if span is not None:
            return (*span, "folded")
        span = self._whole(self.squeezed, squeezed(words))
        return None if span is None else (*span, "spaceless")

    def _whole(self, there: Folded, wanted: str) -> tuple[int, int] | None:
        at = there.text.find(wanted) if wanted else -1
        while at >= 0:
            start, end = there.span(at, at + len(wanted))
            if not inside_word(self.text, start) and not inside_word(self.text, end):
                return start, end
            at = there.text.find(wanted, at + 1)
        return None


def inside_word(text: str, at: int) -> bool:
    """Whether a cut before `text[at]` would part a word, a hyphenated word or a number written without Han."""
    left = at
    while left > 0 and text[left - 1] in _DROPPED:
        left -= 1
    right = at
    while right < len(text) and text[right] in _DROPPED:
        right += 1
    return _joined(text[max(0, left - 2) : left], text[right : right + 2])


_HYPHENS = "-\u2010\u2011"


def _joined(left: str, right: str) -> bool:
    """Whether two ends belong to one word: `lef|t`, `non-|resident`, `non|-resident`, `1.|5`, `1|,000`, `-|5`."""
    if not left or not right:
        return False
    if _lettered(left[-1]) and _lettered(right[0]):
        return left[-1].isdigit() == right[0].isdigit()
    if left[-1] in _HYPHENS and _lettered(right[0]):
        return (len(left) > 1 and _lettered(left[-2])) or (right[0].isdigit() and not left[:-1].strip())
    if right[0] in _HYPHENS and _lettered(left[-1]):
        return len(right) > 1 and _lettered(right[1])
    if left[-1] in ".," and right[0].isdigit():
        return len(left) > 1 and left[-2].isdigit()
    return right[0] in ".," and left[-1].isdigit() and len(right) > 1 and right[1].isdigit()


def _lettered(char: str) -> bool:
    return char.isalnum() and not _HAN.match(char)


_HAN = re.compile(r"[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
