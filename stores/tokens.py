"""Words of both languages, cut the same way for every index and every question.

One tokeniser for question, body, headings and titles: NFKC, lower case, CamelCase
and `FY2018` taken apart, thousands separators dropped, English stemmed
(Snowball) without stop words, Han runs as single characters and overlapping
bigrams. Bigrams reach the recall of a dictionary segmenter within a point at
1/28 of its time (measured in `docs/measured.md`), and need no dictionary.
"""

import re
import threading
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import snowballstemmer

VERSION = "tokens/2"
"""Part of every index's name: bump it when the same text would give other tokens."""

_HAN = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
)
_PIECES = re.compile(
    rf"(?P<number>\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)*)|(?P<han>[{_HAN}]+)|(?P<word>[^\W\d_{_HAN}]+)"
)
_WITHOUT_SHAPE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff"))
"""Characters inside words that nobody sees and that would cut them in two."""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HAN_NUMERAL = frozenset("〇零一二三四五六七八九十百千万亿萬億两")

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "me",
        "more",
        "most",
        "my",
        "no",
        "nor",
        "not",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "ours",
        "out",
        "over",
        "own",
        "s",
        "same",
        "she",
        "should",
        "so",
        "some",
        "such",
        "t",
        "than",
        "that",
        "the",
        "their",
        "theirs",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "yours",
    ]
)
"""English words too common to index."""

STOP_HAN = frozenset("的了是在和与及或等之其为以于也就都而把被着吗呢吧啊么")
"""Han characters too common to index alone; they stay inside bigrams."""


class _Stemmers(threading.local):
    """A stemmer for each thread: one keeps the word it is at in itself, and two threads would cut each other's."""

    def __init__(self) -> None:
        self.stem: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord


_stemmers = _Stemmers()


def _stem(word: str) -> str:
    return _stemmers.stem(word)


@lru_cache(maxsize=200_000)
def _word_terms(word: str) -> tuple[str, ...]:
    """Stems of one run of Latin (or other alphabetic) letters, as printed."""
    terms = []
    for part in _CAMEL.split(word):
        plain = part.lower()
        if not plain.isascii():
            plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
        if plain and plain not in STOP_WORDS:
            terms.append(_stem(plain))
    return tuple(terms)


def _han_terms(run: str) -> list[str]:
    """Not kept, as words are: runs seldom come again, and keeping 100,000 of them took 180 MB and more time."""
    return [c for c in run if c not in STOP_HAN] + [run[i : i + 2] for i in range(len(run) - 1)]


def index_terms(text: str) -> list[str]:
    """The tokens of a text, in order, repeated as often as they occur."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_WITHOUT_SHAPE))
    terms: list[str] = []
    for piece in _PIECES.finditer(text):
        if piece.lastgroup == "word":
            terms.extend(_word_terms(piece.group()))
        elif piece.lastgroup == "han":
            terms.extend(_han_terms(piece.group()))
        else:
            terms.append(piece.group().replace(",", ""))
    return terms


@lru_cache(maxsize=200_000)  # asked of every token of every text
def numeric(term: str) -> bool:
    """Whether a token is a number: digits, or Han numerals only."""
    return term[0].isdigit() or all(c in _HAN_NUMERAL for c in term)


def estimate_tokens(text: str) -> int:
    """About how many tokens a language model makes of a text: UTF-8 bytes over four, at least one."""
    return max(1, len(text.encode("utf-8", "replace")) // 4)
