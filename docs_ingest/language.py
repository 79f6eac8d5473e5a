"""Which language a text is in, as far as search and display need to know."""

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
_SAMPLE = 200_000  # characters looked at


def language_of(text: str) -> str:
    """`zh`, `en` or `mixed`: a Han character counts as much as a Latin word."""
    sample = text[:_SAMPLE]
    han = len(_HAN.findall(sample))
    words = len(_LATIN.findall(sample))
    if han + words == 0:
        return "mixed"
    share = han / (han + words)
    return "zh" if share > 0.85 else "en" if share < 0.05 else "mixed"
