"""A question in one language about a document in the other: its words by a glossary, numbers and labels by rule.

    Glossary.into(text, language) -> Worded: for each word one or several of the other language

No translation: only what a plain file says (`glossary.txt`, edited by people;
further lines by `CITEPATH_GLOSSARY`), numerals (12, 十二) and labels (Article 12,
第十二条). What has no word in the other language is named, so that an answer can
say why nothing was found.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path

from docs_ingest.structure.labels import han_number, han_numeral
from navigators.facets import without_asking
from stores.tokens import index_terms

_HAN = re.compile("[\u3400-\u9fff]+")
_ARTICLE_EN = re.compile(r"\b(?:articles?|art\.)\s*(\d{1,4})\b", re.IGNORECASE)
_ARTICLE_ZH = re.compile("第([一二三四五六七八九十百零〇两\\d]{1,9})条")
_NUMBER = re.compile(r"(?<![\d.,])\d{1,4}(?![\d.,])")
_HOW = re.compile(r"\bhow\s+[a-z]+", re.IGNORECASE)
_NAME = re.compile(r"\b(?:[A-Z][A-Za-z]*[A-Z0-9][A-Za-z0-9]*|[A-Z]{2,})\b")  # acronyms, and names with capitals inside
_LONGEST = 8  # words of an English phrase, characters of a Chinese one times two
_MOST_LINES = 100_000


class GlossaryError(ValueError):
    """A line of a glossary file cannot be read; the message says which and how it should look."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A text in the words of another language."""

    words: tuple[tuple[str, ...], ...]  # each in one or several ways
    known: float  # 0..1, share of the text's words that have one there
    missing: tuple[str, ...]  # the others, as asked

    @property
    def text(self) -> str:
        """All words in all ways: for an index of many documents."""
        return " ".join(dict.fromkeys(way for ways in self.words for way in ways))


@dataclass(frozen=True)
class Glossary:
    """Pairs of words: Chinese, and one or several of English."""

    pairs: tuple[tuple[str, tuple[str, ...]], ...] = field(repr=False)

    @cached_property
    def name(self) -> str:
        """Changes with the words: part of what an answer depends on."""
        return hashlib.sha256(repr(self.pairs).encode()).hexdigest()[:12]

    @cached_property
    def _english(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for zh, english in self.pairs:
            found.setdefault(zh, english)
        return found

    @cached_property
    def _chinese(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """Stems of an English phrase -> Chinese words."""
        found: dict[tuple[str, ...], tuple[str, ...]] = {}
        for zh, english in self.pairs:
            for phrase in english:
                stems = tuple(index_terms(phrase))
                if stems and zh not in found.get(stems, ()):
                    found[stems] = (*found.get(stems, ()), zh)
        return found

    def into(self, text: str, language: str) -> Worded:
        """A question in the words of `zh` or `en`."""
        asked = without_asking(_HOW.sub(" ", text))
        words, missing, known = self._into_chinese(asked) if language == "zh" else self._into_english(asked)
        total = known + sum(_size(word) for word in missing)
        return Worded(tuple(dict.fromkeys(words)), known / total if total else 0.0, tuple(dict.fromkeys(missing)))

    def _into_chinese(self, text: str) -> tuple[list[tuple[str, ...]], list[str], int]:
        words: list[tuple[str, ...]] = [(f"第{han_numeral(int(n))}条",) for n in _ARTICLE_EN.findall(text) if int(n)]
        rest = _ARTICLE_EN.sub(" ", text)
        words += [(name,) for name in (*_HAN.findall(rest), *_NAME.findall(rest))]
        words += [(n, han_numeral(int(n))) if int(n) else (n,) for n in _NUMBER.findall(rest)]
        known = len(words)
        missing: list[str] = []
        for line in re.split(r"[\n,;.?!]", _NUMBER.sub(" ", _HAN.sub(" ", rest))):
            found, unknown = self._phrases(line)
            words += found
            known += len(found)
            missing += [w for w in unknown if not _NAME.fullmatch(w)]
        return words, missing, known

    def _phrases(self, line: str) -> tuple[list[tuple[str, ...]], list[str]]:
        """The longest phrases that the glossary has, from the left; and the words between them."""
        printed = [(w, index_terms(w)) for w in re.findall(r"[A-Za-z][A-Za-z'’-]*", line)]
        tokens = [(stem, i) for i, (_, stems) in enumerate(printed) for stem in stems]
        found: list[tuple[str, ...]] = []
        unknown: list[str] = []
        at = 0
        while at < len(tokens):
            for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
                chinese = self._chinese.get(tuple(stem for stem, _ in tokens[at : at + length]))
                if chinese:
                    found.append(chinese)
                    at += length
                    break
            else:
                unknown.append(printed[tokens[at][1]][0])
                at += 1
        return found, unknown

    def _into_english(self, text: str) -> tuple[list[tuple[str, ...]], list[str], int]:
        words: list[tuple[str, ...]] = [
            (f"Article {n}",) for label in _ARTICLE_ZH.findall(text) if (n := han_number(label))
        ]
        rest = _ARTICLE_ZH.sub(" ", text)
        words += [(word,) for word in re.findall(r"[A-Za-z0-9][A-Za-z0-9.,-]*", rest)]
        known = len(words)
        missing: list[str] = []
        for run in _HAN.findall(rest):
            found, unknown = self._han_words(run)
            words += [self._english[zh] for zh in found]
            known += len(found)
            missing += unknown
        return words, missing, known

    def _han_words(self, run: str) -> tuple[list[str], list[str]]:
        """The longest words of the glossary in a run of Han characters, from the left; and what lies between them."""
        found: list[str] = []
        unknown: list[str] = []
        at = begun = 0
        while at < len(run):
            length = next(
                (n for n in range(min(2 * _LONGEST, len(run) - at), 1, -1) if run[at : at + n] in self._english), 0
            )
            if not length:
                at += 1
                continue
            unknown.append(run[begun:at])
            found.append(run[at : at + length])
            at += length
            begun = at
        unknown.append(run[begun:])
        return found, [piece for piece in unknown if len(piece) > 1]


def _size(missing: str) -> int:
    """About how many words a piece without one is: two Han characters are one."""
    return (len(missing) + 1) // 2 if _HAN.match(missing) else 1


def read_pairs(lines: Iterable[str], source: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The pairs of a glossary file. Raises GlossaryError."""
    for number, line in enumerate(lines, 1):
        if number > _MOST_LINES:
            raise GlossaryError(f"{source} has more than {_MOST_LINES:,} lines: split it, or keep what is used")
        words = line.split("#", 1)[0].strip()
        if not words:
            continue
        chinese, equals, english = (part.strip() for part in words.partition("="))
        phrases = tuple(p.strip() for p in english.split(";") if p.strip())
        if not equals or not phrases or not _HAN.search(chinese):
            raise GlossaryError(f"{source} line {number}: write 反洗钱 = anti-money laundering; AML")
        yield chinese, phrases


@lru_cache(maxsize=8)
def load_glossary(extra: Path | None = None) -> Glossary:
    """The words that come with the project, behind those of a file of one's own.

    Raises GlossaryError for a line that is no pair, OSError when the file cannot be read.
    """
    own = (resources.files("navigators") / "glossary.txt").read_text(encoding="utf-8")
    pairs = list(read_pairs(own.splitlines(), "glossary.txt"))
    if extra is not None:
        pairs = [*read_pairs(extra.read_text(encoding="utf-8-sig").splitlines(), str(extra)), *pairs]
    return Glossary(tuple(pairs))
