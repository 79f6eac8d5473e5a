"""Texts made comparable without losing where each character stood.

`fold` evens out width, case, quotes, dashes and white space; `squeeze` drops
spaces and hyphens on top: what another extractor of the same PDF does to a
quote (found in 63 of 400 quotes raw, 381 folded, 396 squeezed; FACTS).
"""

import re
import unicodedata
from dataclasses import dataclass

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

_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text[i]` was made of the character at `offsets[i]` of the original."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of `text[start:end]`, whole characters."""
        return self.offsets[start], self.offsets[end - 1] + 1


def fold(text: str) -> Folded:
    """Width, case, quotes, dashes and runs of white space evened out."""
    kept: list[str] = []
    offsets: list[int] = []
    for i, char in enumerate(text):
        for c in _folded(char):
            if c == " " and (not kept or kept[-1] == " "):
                continue
            kept.append(c)
            offsets.append(i)
    return Folded("".join(kept), tuple(offsets))


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
    """Without spaces and hyphens."""
    kept = [(c, o) for c, o in zip(folded.text, folded.offsets, strict=True) if c not in " -"]
    return Folded("".join(c for c, _ in kept), tuple(o for _, o in kept))


def squeezed(text: str) -> str:
    """A text folded and squeezed, where offsets do not matter."""
    return squeeze(fold(text)).text
