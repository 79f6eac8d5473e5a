"""Which documents a question names: by how much of a title, or of an id, it says.

A word that few titles have tells more than one that most have, so words count
by their rarity among the titles in scope: of “Costco 2021 10K” it is the
company that names it. Names in file names are often written together, so
“Activision Blizzard” in a question also says ACTIVISIONBLIZZARD, “PepsiCo”
PEPSICO, and “MGM”, which only begins it, says half of MGMRESORTS.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import fsum, log

from stores.records import Version
from stores.tokens import index_terms

_BEGINS = 0.5  # of a word of a name, said by an acronym that begins it
_ACRONYM = re.compile(r"\b[A-Z]{3,}\b")
_TOGETHER = 3  # words of a question that may be one word of a name
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+")


def named(versions: Sequence[Version], question: str) -> dict[str, float]:
    """Document -> share of its title or of its id that the question says, 0..1, by rarity among these versions."""
    asked = set(index_terms(question)) | _written_together(question)
    begun = tuple(set(index_terms(" ".join(_ACRONYM.findall(question)))))
    names = {v.document: (_words(v.title), _words(v.document)) for v in versions}
    frequency = Counter(term for title, own in names.values() for term in title | own)
    rarity = {t: log(1 + (len(versions) - n + 0.5) / (n + 0.5)) for t, n in frequency.items()}
    said = {t: _BEGINS for t in rarity if t.startswith(begun)} if begun else {}
    said |= dict.fromkeys(asked, 1.0)
    return {document: max(_share(words, said, rarity) for words in both) for document, both in names.items()}


def _written_together(question: str) -> set[str]:
    """Words that stand side by side, as one word: of two and of three, and each word with capitals inside."""
    words = _WORD.findall(question)
    runs = ("".join(words[i : i + n]).lower() for n in range(1, _TOGETHER + 1) for i in range(len(words) - n + 1))
    return set(index_terms(" ".join(runs)))


@lru_cache(maxsize=100_000)  # asked again with every question
def _words(name: str) -> frozenset[str]:
    return frozenset(index_terms(name))


def _share(words: frozenset[str], said: Mapping[str, float], rarity: Mapping[str, float]) -> float:
    whole = fsum(rarity[t] for t in words)  # the same in every order, and so in every process
    return fsum(rarity[t] * said[t] for t in words if t in said) / whole if whole else 0.0
