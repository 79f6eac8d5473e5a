"""Gate G6, one part of it: whether two documents that an answer cites contradict one another.

Two claims on the same thing from different documents contradict when they share
most of their words and differ in a number of the same kind, or in not, must and
may. Within one document differing rules stand side by side for differing cases,
so only different documents are compared. It warns: which of the two is right is
for a person to say.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

from navigators.checks.polarity import disagreements
from navigators.checks.quantities import Quantity, counted, quantities
from stores.records import Claim, ClaimKind, place_name
from stores.tokens import index_terms, numeric

_SAME_SUBJECT = 0.5  # of all content terms of two claims


def contradictions(claims: Sequence[Claim]) -> dict[int, str]:
    """Index of each claim that another one contradicts -> what the other says otherwise, and where it stands."""
    found: dict[int, str] = {}
    for (i, one), (j, other) in combinations(enumerate(claims), 2):
        if _comparable(one, other):
            reason = next(_differences(one.text, other.text), None)
            if reason is not None:
                found.setdefault(i, f"{_place(other)} says otherwise ({reason})")
                found.setdefault(j, f"{_place(one)} says otherwise ({reason})")
    return found


def _comparable(one: Claim, other: Claim) -> bool:
    """Facts on the same facet, from different documents, in mostly the same words."""
    if one.kind is not ClaimKind.FACT or other.kind is not ClaimKind.FACT:
        return False
    if not one.citations or not other.citations or not set(one.facets) & set(other.facets):
        return False
    if {c.document for c in one.citations} & {c.document for c in other.citations}:
        return False
    a, b = _terms(one.text), _terms(other.text)
    return len(a & b) >= _SAME_SUBJECT * max(1, min(len(a), len(b)))


def _terms(text: str) -> set[str]:
    return {t for t in index_terms(text) if len(t) > 1 and not numeric(t)}


def _differences(one: str, other: str) -> Iterator[str]:
    theirs = list(counted(quantities(other)))
    for mine in counted(quantities(one)):
        alike = [q for q in theirs if _same_kind(mine, q)]
        if alike and all(q.value != mine.value for q in alike):
            yield f"{mine.text.strip()}, {alike[0].text.strip()}"
    yield from (f"{f.code}: {f.said}, {f.true}" for f in disagreements(one, [other]))


def _same_kind(one: Quantity, other: Quantity) -> bool:
    """Of one kind and unit: labels and dates of two documents differ without contradiction."""
    return one.kind == other.kind and one.kind in ("number", "percent") and bool(one.unit) and one.unit == other.unit


def _place(claim: Claim) -> str:
    cited = claim.citations[0]
    return place_name(cited.document, cited.version, cited.address)
