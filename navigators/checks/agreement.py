"""Gate G6, one part of it: whether two documents that an answer cites contradict one another.

Two claims on the same thing from different documents contradict when they share
most of their words and differ in a number of the same kind, in the day of an
event, or in not, must and may. Within one document differing rules stand side by
side for differing cases, so only different documents are compared; claims for
different years, or that each name something the other does not, speak of
different things. It warns: which of the two is right is for a person to say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from navigators.checks.alignment import aligned, plain
from navigators.checks.facts import sinking
from navigators.checks.following import changed
from navigators.checks.names import names
from navigators.checks.polarity import disagreements
from navigators.checks.quantities import Quantity, agrees, counted, quantities
from navigators.checks.wording import Finding, said_otherwise
from navigators.messages import language_of_question
from stores.records import Claim, ClaimKind, place_name
from stores.tokens import index_terms, numeric

_SAME_SUBJECT = 0.5  # of all content terms of the shorter of two claims
_ALSO = 0.4  # of all content terms of the longer one
_NEARLY_ALIKE = 0.75  # of all content terms of both: bare numbers are compared too
_CONTRARY = ("number", "percent", "negation", "modality", "bound", "direction")
_LETTER = re.compile(r"(?<![\w'’])[A-Z](?![\w'’])")  # level B
_EVENT = re.compile(
    r"\b(?:sign(?:ed|ing)|adopted|founded|established|effective|"
    r"in(?:to)? force|issued|published|approved|born|died|launched|"
    r"enacted|amended|repealed|expires?|expired|due|starts?|started|begins?|began|ends?|ended)\b|"
    r"施行|生效|签订|签署|成立|发布|公布|通过|批准|出生|逝世|修订|废止|到期|届满|开始|结束|起算|截止"
)


@dataclass(frozen=True, slots=True)
class _Said:
    """A claim, taken apart once."""

    claim: Claim
    terms: frozenset[str]
    quantities: tuple[Quantity, ...]
    names: frozenset[str]

    @property
    def dates(self) -> list[Quantity]:
        return [q for q in self.quantities if q.kind == "date"]


def contradictions(claims: Sequence[Claim]) -> dict[int, str]:
    """Index of each claim that another one contradicts -> what the other says otherwise, and where it stands."""
    found: dict[int, str] = {}
    taken = [_said(c) if c.kind is ClaimKind.FACT and c.citations else None for c in claims]
    for (i, one), (j, other) in combinations(enumerate(taken), 2):
        if one is None or other is None or not _comparable(one, other):
            continue
        finding = next(_differences(one, other), None)
        if finding is not None:
            found.setdefault(i, _message(one.claim, finding, other.claim))
            turned = Finding(finding.code, finding.true, finding.said, finding.kind)
            found.setdefault(j, _message(other.claim, turned, one.claim))
    return found


def _message(claim: Claim, finding: Finding, other: Claim) -> str:
    cited = other.citations[0]
    place = place_name(cited.document, cited.version, cited.address)
    return said_otherwise(finding, place, "zh" if language_of_question(claim.text) == "zh" else "en")


def _said(claim: Claim) -> _Said:
    terms = frozenset(t for t in index_terms(plain(claim.text)) if len(t) > 1 and not numeric(t))
    behind_first = claim.text.partition(" ")[2] if claim.text[:1].isascii() else claim.text
    named = frozenset([*names(behind_first), *_LETTER.findall(behind_first)])
    return _Said(claim, terms, tuple(counted(quantities(claim.text))), named)


def _comparable(one: _Said, other: _Said) -> bool:
    """Facts on the same facet, from different documents, on the same thing, in mostly the same words."""
    if not set(one.claim.facets) & set(other.claim.facets):
        return False
    if {c.document for c in one.claim.citations} & {c.document for c in other.claim.citations}:
        return False
    if one.names - other.names and other.names - one.names:
        return False
    shared = len(one.terms & other.terms)
    shorter, longer = sorted((len(one.terms), len(other.terms)))
    return shared >= max(1, _SAME_SUBJECT * shorter, _ALSO * longer)


def _differences(one: _Said, other: _Said) -> Iterator[Finding]:
    alike = len(one.terms & other.terms) >= _NEARLY_ALIKE * len(one.terms | other.terms)
    if _apart(one.dates, other.dates):
        if alike and _EVENT.search(plain(one.claim.text)) and _EVENT.search(plain(other.claim.text)):
            yield Finding("date", one.dates[0].text.strip(), other.dates[0].text.strip())
        return  # of different times
    for mine in one.quantities:
        theirs = [q for q in other.quantities if _same_kind(mine, q, alike)]
        if theirs and not any(agrees(mine, q) for q in other.quantities):
            yield Finding(mine.kind, mine.text.strip(), theirs[0].text.strip())
    laid = aligned(one.claim.text, [other.claim.text])
    if laid is None:
        yield from disagreements(one.claim.text, [other.claim.text])
    else:
        sinks = sinking(one.claim.text, other.claim.text)
        yield from (f for f in changed(laid, sinks) if f.code in _CONTRARY and (alike or f.code != "number"))


def _apart(one: Sequence[Quantity], other: Sequence[Quantity]) -> bool:
    """Whether both name times, and none of the one's is one of the other's."""
    return bool(one and other) and not any(agrees(a, b) or agrees(b, a) for a in one for b in other)


def _same_kind(one: Quantity, other: Quantity, alike: bool) -> bool:
    """Numbers of one unit; those without a unit only where the claims are nearly alike."""
    if one.kind != other.kind or one.kind not in ("number", "percent") or one.unit != other.unit:
        return False
    return bool(one.unit) or alike
