"""What evidence in each document is worth, where several are asked at once.

    worth = (1 + 2 share^2) * (whole / greatest whole)^0.3, over the greatest worth

`share` is how much of the document's name the question says (`navigators.naming`):
squared, because most questions say a word or two of many titles (“the labour
contract” is half the title of a law), and few say a whole one. `whole` is the
BM25 score (b = 0.4) of the document's whole text: a document that speaks of the
matter throughout is likelier meant than one where a paragraph happens to have
the words. The power is small, because the best descendant must decide. Measured
in `docs/measured.md`; a share that is added, or not squared, loses on statutes
what it gains on filings, and so does a greater power.
"""

from collections.abc import Mapping, Sequence
from math import fsum

from navigators.facets import Ask
from navigators.statistics import TermCounts, TreeStatistics

_NAME = 2.0
_WHOLE = 0.3  # power
_K1 = 1.2
_B = 0.4
_LEAST = 1e-3  # of the greatest whole: where only a heading meets the question


def worth_of(
    documents: Sequence[TreeStatistics],
    asks: Sequence[Ask],
    collection: TermCounts | None,
    shares: Mapping[str, float],
) -> dict[str, float]:
    """Document -> what its evidence is multiplied by, 0..1; the greatest is 1, so that scores stay in 0..1.

    `asks`: the question as each document is asked it. `collection`: how rare its words are over these
    documents; None where there is one document.
    """
    if collection is None:
        return {one.tree.version.document: 1.0 for one in documents}
    wholes = _wholes(documents, asks, collection)
    worth = {d: (1 + _NAME * shares[d] ** 2) * whole**_WHOLE for d, whole in wholes.items()}
    greatest = max(worth.values(), default=1.0)
    return {document: one / greatest for document, one in worth.items()}


def _wholes(documents: Sequence[TreeStatistics], asks: Sequence[Ask], collection: TermCounts) -> dict[str, float]:
    """Document -> BM25 of its whole text, as a share of what is possible and then of the greatest of these."""
    mean = max(1.0, fsum(one.words for one in documents) / max(1, len(documents)))
    scores = {}
    for one, ask in zip(documents, asks, strict=True):
        norm = _K1 * (1 - _B + _B * one.words / mean)
        counts = {term: one.occurrences(term) for term in ask.weights}
        weights = {term: weight * collection.idf(term) for term, weight in ask.weights.items()}
        met = fsum(weights[term] * count / (count + norm) for term, count in counts.items())
        most = fsum(weights.values())
        scores[one.tree.version.document] = met / most if most else 0.0
    greatest = max(scores.values(), default=0.0)
    return {d: max(_LEAST, score / greatest) if greatest else 1.0 for d, score in scores.items()}
