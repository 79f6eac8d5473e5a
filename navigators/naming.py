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

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, log

from stores.records import Version
from stores.tokens import index_terms

_WEIGHT = 2.0


def named(versions: Sequence[Version], question: str) -> dict[str, float]:
    """Document -> share of its title or of its id that the question says, 0..1, by rarity among these versions."""
    names = _names(tuple((v.document, v.title) for v in versions))
    asked = set(index_terms(question)) & names.rarity.keys()
    shares = dict.fromkeys(names.documents, 0.0)
    for at in {at for term in asked for at in names.having[term]}:
        document, words, whole = names.each[at]
        share = fsum(names.rarity[t] for t in words & asked) / whole if whole else 0.0
        shares[document] = max(shares[document], share)
    return shares


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


def factors(shares: Mapping[str, float]) -> dict[str, float]:
    """What evidence in each document is multiplied by; 1 for the one that is named best, so scores stay in 0..1."""
    worth = {document: 1 + _WEIGHT * share**2 for document, share in shares.items()}
    most = max(worth.values(), default=1.0)
    return {document: one / most for document, one in worth.items()}
