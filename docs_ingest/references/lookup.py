"""Where the words a person writes for a place (“第十二条第二款”, “Section 5.2”, “chp_2__art_5”) stand in a tree."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from docs_ingest.references.chinese import references_zh
from docs_ingest.references.english import references_en
from docs_ingest.references.named import Named
from docs_ingest.references.resolve import Places
from stores.records import Node, NodeKind

_BARE = r"\d+(?:[.\-]\d+)*[A-Za-z]?(?:\s?\([0-9A-Za-z]+\))*"
_BETWEEN = r"\s*(?:(?:[,，、–—~～]|and|or|to|through|和|及|至|到)\s*)+"
_BARE_NUMBERS = re.compile(rf"{_BARE}(?:{_BETWEEN}(?:{_BARE}|(?:\([0-9A-Za-z]+\))+))*")
_HAN_SEPARATORS = str.maketrans({"，": ", ", "、": ", ", "和": " and ", "及": " and ", "~": "–", "～": "–"})
_BRACKET_ITEM = re.compile(r"(?<=[条款])\s*[（(](?P<n>[一二三四五六七八九十]{1,3}|\d{1,3})[)）]")
_NUMBER = re.compile(r"[\d.\-]*\d[A-Za-z]?$|[〇零一二三四五六七八九十百千]+")
_LONGEST = 300  # characters of words that are looked at
_NEAR = 5
_LEAST_NEAR = 55.0  # rapidfuzz score, 0..100


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Addresses of the places that were named, in the order of the words; what is like them where there are none."""

    addresses: tuple[str, ...]
    missing: tuple[str, ...] = ()  # what was named and not found, with the reason
    near: tuple[str, ...] = ()  # labels of the tree that look like it


def look_up(nodes: Sequence[Node], words: str) -> LookedUp:
    """The places of a tree that `words` name: a label or its machine form (eId), several, or a range of them.

    What fits several places gives all of them.
    """
    wanted = words[:_LONGEST].strip()
    same = _same(nodes, wanted)
    if same:
        return LookedUp(tuple(n.address for n in same))
    places = Places(nodes)
    first: LookedUp | None = None
    for reading in _readings(wanted):
        found = _found(places, reading, nodes[0])
        if found.addresses:
            return found
        first = first or found
    missing = first.missing if first is not None else (f"“{wanted}” names no numbered place",)
    return LookedUp((), missing, _near(nodes, wanted))


def _same(nodes: Sequence[Node], wanted: str) -> list[Node]:
    """The places with just this label or eId; sections first: 1. is Section 1 before it is an item of a list."""
    plain = _plain(wanted)
    if not plain:
        return []
    same = [n for n in nodes if n.label is not None and (n.eid == wanted or _plain(n.label) == plain)]
    same = same or [n for n in nodes if n.eid is not None and (n.eid == wanted or n.eid.endswith(f"__{wanted}"))]
    return [n for n in same if n.kind is NodeKind.SECTION] or same


def _found(places: Places, reading: Sequence[Named], root: Node) -> LookedUp:
    addresses: list[str] = []
    missing: list[str] = []
    for named in reading:
        every = [] if named.document or named.relative is not None else places.every(named.steps)
        addresses += every
        if not every:
            missing.append(f"{named.label}: {_reason(places, named, root)}")
    return LookedUp(tuple(dict.fromkeys(addresses)), tuple(missing))


def _reason(places: Places, named: Named, root: Node) -> str:
    if named.document:
        return f"that is a place in another document, {named.document}"
    return "say in which article or section" if named.relative is not None else places.find(named, root).reason


def _readings(words: str) -> Iterator[list[Named]]:
    """What the words name, read as they would be in the middle of a sentence; bare numbers are those of sections."""
    bare = _BARE_NUMBERS.fullmatch(words) is not None
    numbers = re.sub("[至到]", " to ", words.translate(_HAN_SEPARATORS)) if bare else words
    items = _BRACKET_ITEM.sub(r"第（\g<n>）项", words)
    for read, text in (
        (references_zh, f"依照{items}"),
        (references_en, f"see {'Sections ' if bare else ''}{numbers}"),
        (references_en, f"see Sections {numbers.replace('-', '–')}" if bare else ""),  # 2.1-2.3 is a range after all
    ):
        found = [named for named in read(text, 0, len(text)) if named.steps]
        if found:
            yield found


def _plain(label: str) -> str:
    return re.sub(r"\s+", "", label).rstrip(".。、:：").casefold()


def _near(nodes: Sequence[Node], wanted: str) -> tuple[str, ...]:
    if not any(map(str.isalnum, wanted)):
        return ()
    labels = list(dict.fromkeys(n.label for n in nodes if n.label))
    found = process.extract(wanted, labels, scorer=_alike, limit=_NEAR, score_cutoff=_LEAST_NEAR)
    return tuple(label for label, _, _ in found)


def _alike(one: str, other: str, **_: object) -> float:
    """How alike two labels are, or their numbers: “Section 2.9” and “2.1”, “7A” and “Item 7A”. 0..100."""
    one, other = one.casefold(), other.casefold()
    numbers = [m.group() if (m := _NUMBER.search(label.rstrip(". 条款项章节"))) else "" for label in (one, other)]
    by_number = fuzz.ratio(*numbers) if all(numbers) else 0.0
    return max(fuzz.ratio(one, other), by_number)
