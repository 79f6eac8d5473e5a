"""How a change is made: by a table of words, or by a function of one match."""

import random
import re
from collections.abc import Callable, Mapping

Change = Callable[[str, random.Random], str | None]


def swap(pattern: str, table: Mapping[str, str | tuple[str, ...]], flags: int = 0) -> Change:
    """Replace one of the matches, drawn, by what stands for it in the table (by lower case)."""
    return made(pattern, lambda match, rng: _drawn(table.get(match.group().lower()), rng), flags)


def words(table: Mapping[str, str | tuple[str, ...]], unless: str = "") -> Change:
    """Replace one of the table's words, as whole words where they are Latin; longest first."""
    ordered = "|".join(re.escape(w) for w in sorted(table, key=len, reverse=True))
    latin = next(iter(table)).isascii()
    return swap(rf"\b(?:{ordered})\b{unless}" if latin else rf"(?:{ordered}){unless}", table, re.IGNORECASE)


def made(pattern: str, make: Callable[[re.Match[str], random.Random], str | None], flags: int = 0) -> Change:
    """Replace one of the matches, drawn, by what `make` says; its capital letter stays."""
    found = re.compile(pattern, flags)

    def change(sentence: str, rng: random.Random) -> str | None:
        matches = list(found.finditer(sentence))
        rng.shuffle(matches)
        for match in matches:
            other = make(match, rng)
            if other is not None and other != match.group():
                if match.group()[:1].isupper() and match.start() == 0:
                    other = other[:1].upper() + other[1:]
                changed = sentence[: match.start()] + other + sentence[match.end() :]
                return re.sub(r"(?<=\S) {2,}", " ", changed)
        return None

    return change


def whole(make: Callable[[str], str | None]) -> Change:
    return lambda sentence, rng: make(sentence)


def _drawn(found: str | tuple[str, ...] | None, rng: random.Random) -> str | None:
    return rng.choice(found) if isinstance(found, tuple) else found


def both(table: Mapping[str, str]) -> dict[str, str]:
    """A table read in both directions."""
    return {**{v: k for k, v in table.items()}, **table}


def han(value: int) -> str:
    """A Han numeral below 10,000."""
    digits = "零一二三四五六七八九"
    if value < 20:
        return digits[value] if value < 10 else "十" + (digits[value - 10] if value > 10 else "")
    out = ""
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // size % 10
        if digit:
            out += digits[digit] + name
        elif out and not out.endswith("零") and value % size:
            out += "零"
    return out


_TO_NINE = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", *(f"{t}teen" for t in ("thir", "four", "fif", "six", "seven", "eigh", "nine")))
_ONES = [*_TO_NINE, *_TEENS]
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def english(value: int) -> str | None:
    """An English numeral below 100."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")
    return None


def number_word(word: str) -> int | None:
    """The value of an English numeral below 100."""
    first, _, last = word.lower().partition("-")
    if first in _ONES and not last:
        return _ONES.index(first)
    if first in _TENS:
        return _TENS.index(first) * 10 + (_ONES.index(last) if last in _ONES else 0)
    return None


NUMBER_WORDS = "|".join([*[f"{t}-{o}" for t in _TENS[2:] for o in _ONES[1:10]], *_TENS[2:], *reversed(_ONES[2:])])
