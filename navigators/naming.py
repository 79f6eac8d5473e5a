"""Which documents a question names: by how much of a title, or of an id, it says.

A word that few titles have tells more than one that most have, so words count
by their rarity among the titles in scope: of “Costco 2021 10K” it is the
company that names it. Names in file names are often written together, so
“Activision Blizzard” in a question also says ACTIVISIONBLIZZARD, “PepsiCo”
PEPSICO, and “MGM”, which only begins it, says half of MGMRESORTS.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, log

from stores.records import Note, Pick, Version
from stores.tokens import index_terms

_BEGINS = 0.5  # of a word of a name, said by an acronym that begins it
_ACRONYM = re.compile(r"\b[A-Z]{3,}\b")
_TOGETHER = 3  # words of a question that may be one word of a name
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+")


def named(versions: Sequence[Version], question: str) -> dict[str, float]:
    """Document -> share of its title or of its id that the question says, 0..1, by rarity among these versions."""
    names = _names(tuple((v.document, v.title) for v in versions))
    begun = tuple(set(index_terms(" ".join(_ACRONYM.findall(question)))))
    said = {t: _BEGINS for t in names.rarity if t.startswith(begun)} if begun else {}
    said |= {t: 1.0 for t in set(index_terms(question)) | _written_together(question) if t in names.rarity}
    shares = dict.fromkeys(names.documents, 0.0)
    for at in {at for term in said for at in names.having[term]}:
        document, words, whole = names.each[at]
        share = fsum(names.rarity[t] * said[t] for t in words if t in said) / whole if whole else 0.0
        shares[document] = max(shares[document], share)
    return shares


def named_each(versions: Sequence[Version], texts: Sequence[str]) -> list[dict[str, float]]:
    """`named` for a question and each of its facets."""
    return [named(versions, text) for text in texts]


class RecordedNames:
    """Says again what a stored run's notes say of the documents it opened."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self._picks = [pick for note in notes if note.step == "open" for pick in note.picks]

    def __call__(self, versions: Sequence[Version], texts: Sequence[str]) -> list[dict[str, float]]:
        shares = [dict.fromkeys((v.document for v in versions), 0.0) for _ in texts]
        for pick in self._picks:
            shares[int(pick.local[1:])][pick.place] = pick.score
        return shares


def picks_of(shares: Sequence[Mapping[str, float]], documents: Sequence[str]) -> tuple[Pick, ...]:
    """How a note keeps the shares of the documents that were opened: n0 of the question, n1, ... of its facets."""
    return tuple(
        Pick(f"n{i}", document, some[document], "share of its name")
        for i, some in enumerate(shares)
        for document in documents
        if some[document]
    )


def _written_together(question: str) -> set[str]:
    """Words that stand side by side, as one word: of two and of three, and each word with capitals inside."""
    words = _WORD.findall(question)
    runs = ("".join(words[i : i + n]).lower() for n in range(1, _TOGETHER + 1) for i in range(len(words) - n + 1))
    return set(index_terms(" ".join(runs)))


@dataclass(frozen=True)
class _Names:
    """The titles and ids in scope, taken apart once: most questions are asked of the same documents."""

    documents: tuple[str, ...]
    rarity: dict[str, float]  # of each word
    each: list[tuple[str, frozenset[str], float]]  # document, words of a title or id, their rarities in sum
    having: dict[str, list[int]]  # word -> which of `each` have it


@lru_cache(maxsize=8)
def _names(names: tuple[tuple[str, str], ...]) -> _Names:
    """`names`: (document, title) of every version in scope."""
    words = {document: (_words(title), _words(document)) for document, title in names}
    frequency = Counter(term for title, own in words.values() for term in title | own)
    rarity = {t: log(1 + (len(names) - n + 0.5) / (n + 0.5)) for t, n in frequency.items()}
    each: list[tuple[str, frozenset[str], float]] = []
    having: dict[str, list[int]] = defaultdict(list)
    for document, both in words.items():
        for some in both:
            for term in some:
                having[term].append(len(each))
            # fsum: the same in every order, and so in every process
            each.append((document, some, fsum(rarity[t] for t in some)))
    return _Names(tuple(words), rarity, each, having)


@lru_cache(maxsize=100_000)  # asked again when a document comes or goes
def _words(name: str) -> frozenset[str]:
    return frozenset(index_terms(name))
