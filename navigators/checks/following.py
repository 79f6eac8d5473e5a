"""Gate G4, third part: a claim that follows a cited sentence word by word, and what it changes in it.

Numbers, units, negations, limits, directions, ordinals and names are compared
with what they replace, so a number that stands elsewhere in the sentence, or in
another cited one, does not pass in this place.
"""

import re
from collections.abc import Iterator, Sequence

from navigators.checks.alignment import Aligned, Change, joined
from navigators.checks.names import han_names
from navigators.checks.polarity import compared
from navigators.checks.quantities import UNITS, Quantity, agrees, counted, negative, quantities
from navigators.checks.wording import Finding

_MOVABLE = ("negation", "modality")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LEAST_NAME = 2  # characters
_PRONOUN = re.compile(r"该|其|本|此|他|她|它|上述|前述|前款|有关|相关|双方|当事人")
_RANGE = re.compile(
    r"\d[%‰年月日元倍万]?\s*(?:to|[-–—~]|至|到)\s*\$?\d|[一二三四五六七八九十百千万亿][年月日元倍]?(?:至|到|[-—~])|between\b"
)
_ORDINALS = (
    "first 1st 第一 首",
    "second 2nd 第二",
    "third 3rd 第三",
    "fourth 4th 第四",
    "fifth 5th 第五",
    "sixth 6th 第六",
    "seventh 7th 第七",
    "eighth 8th 第八",
    "ninth 9th 第九",
    "tenth 10th 第十",
    "last 最后 末",
)
_ORDINAL = {word: i for i, row in enumerate(_ORDINALS) for word in row.split()}
_ORDINAL_WORD = re.compile(
    "|".join(rf"\b{w}\b" if w.isascii() else w for w in sorted(_ORDINAL, key=len, reverse=True))
    + r"|\b\d+(?:st|nd|rd|th)\b"
)


def changed(laid: Aligned, sinks: bool) -> Iterator[Finding]:
    """What a claim puts in the place of other words of the sentence it follows. `sinks`: a fall by 5 % is -5 %."""
    for one, other in laid.exchanged():
        if not joined(one, other):
            yield Finding("order", one.put, other.put)
    for change in laid.changes:
        if not change.clause:
            yield from _number(change, sinks)
            yield from _unit(change)
            yield from _polarity(change)
            yield from _ordinal(change)
            yield from _name(change)


def _polarity(change: Change) -> Iterator[Finding]:
    """A not, must or may that has only moved inside its clause (禁止任何人…, 任何人不得…) is no change."""
    moved: bool | None = None
    for finding in compared(*change.shown):
        if finding.code in _MOVABLE:
            if moved is None:
                moved = not any(f.code in _MOVABLE for f in compared(*change.clauses))
            if moved:
                continue
        yield finding


def _number(change: Change, sinks: bool) -> Iterator[Finding]:
    said, true = change.numbers
    mine, theirs = list(counted(quantities(said))), list(counted(quantities(true)))
    labels = bool(change.put and change.taken)  # a label put in front stands for no other one
    for quantity in mine:
        alike = [q for q in theirs if (q.kind == "label") == (quantity.kind == "label")]
        if not alike or (quantity.kind == "label" and not labels):
            continue
        if not any(agrees(quantity, q) or (sinks and agrees(negative(quantity), q)) for q in alike):
            if not change.only_numeric and _all_there(change):
                return  # in other words and another order
            yield Finding(quantity.kind, quantity.text.strip(), true)
            return
    if _RANGE.search(true) and _reversed(mine, theirs):
        yield Finding("number", said, true)


def _unit(change: Change) -> Iterator[Finding]:
    """Another unit in the place of one, also behind a number that is blacked out: [***] days, [***] months."""
    said, true = UNITS.get(change.put, ""), UNITS.get(change.taken, "")
    if said and true and said != true:
        yield Finding("number", change.put, change.taken)


def _all_there(change: Change) -> bool:
    """Whether each number of the claim is in the sentence, as often as the claim says it."""
    left = list(counted(quantities(change.cited.text)))
    for quantity in counted(quantities(change.claim.text)):
        there = next((q for q in left if agrees(quantity, q)), None)
        if there is None:
            return False
        left.remove(there)
    return True


def _reversed(mine: Sequence[Quantity], theirs: Sequence[Quantity]) -> bool:
    """Whether the same numbers stand in another order: 10 to 5 for 5 to 10."""
    values = [q.value for q in mine], [q.value for q in theirs]
    return values[0] != values[1] and sorted(map(str, values[0])) == sorted(map(str, values[1]))


def _ordinal(change: Change) -> Iterator[Finding]:
    said, true = ({_ORDINAL.get(w, w) for w in _ORDINAL_WORD.findall(text)} for text in change.shown)
    if said - true and true - said:
        yield Finding("label", change.shown[0], change.shown[1])


def _name(change: Change) -> Iterator[Finding]:
    """Another Chinese name, or another word where a name stands; not its abbreviation, and no pronoun."""
    put, taken = change.put, change.taken
    if min(len(put), len(taken)) < _LEAST_NAME or not _HAN.match(put[-1]) or _PRONOUN.search(put):
        return
    said, true = (set(han_names(text)) for text in change.shown)
    lost = {n for n in true - said if not set(put) <= set(n)}
    if lost and not set(put) <= set(taken):
        yield Finding("entity", put, ", ".join(sorted(lost)), "other")
