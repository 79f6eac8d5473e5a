"""Which documents a question names: by how much of a title, or of an id, it says.

A word that few titles have tells more than one that most have, so words count
by their rarity among the titles in scope: of “Costco 2021 10K” it is the
company that names it. Evidence in a document is worth more the more of its name
was said:

    evidence * (1 + 2 share^2)

Squared, because most questions say a word or two of many titles (“the labour
contract” is half the title of a law), and few say a whole one. Measured in
`docs/measured.md`; a share that is added, or not squared, loses on statutes
what it gains on filings.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import fsum, log

from stores.records import Version
from stores.tokens import index_terms

_WEIGHT = 2.0


def named(versions: Sequence[Version], question: str) -> dict[str, float]:
    """Document -> share of its title or of its id that the question says, 0..1, by rarity among these versions."""
    asked = set(index_terms(question))
    names = {v.document: (_words(v.title), _words(v.document)) for v in versions}
    frequency = Counter(term for title, own in names.values() for term in title | own)
    rarity = {t: log(1 + (len(versions) - n + 0.5) / (n + 0.5)) for t, n in frequency.items()}
    return {document: max(_share(words, asked, rarity) for words in both) for document, both in names.items()}


@lru_cache(maxsize=100_000)  # asked again with every question
def _words(name: str) -> frozenset[str]:
    return frozenset(index_terms(name))


def _share(words: frozenset[str], asked: set[str], rarity: Mapping[str, float]) -> float:
    whole = fsum(rarity[t] for t in words)  # the same in every order, and so in every process
    return fsum(rarity[t] for t in words & asked) / whole if whole else 0.0


def factors(shares: Mapping[str, float]) -> dict[str, float]:
    """What evidence in each document is multiplied by; 1 for the one that is named best, so scores stay in 0..1."""
    worth = {document: 1 + _WEIGHT * share**2 for document, share in shares.items()}
    most = max(worth.values(), default=1.0)
    return {document: one / most for document, one in worth.items()}
