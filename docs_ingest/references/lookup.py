"""Where the words a person writes for a place (“第十二条第二款”, “Section 5.2”, “chp_2__art_5”) stand in a tree."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from docs_ingest.references.chinese import references_zh
from docs_ingest.references.english import references_en
from docs_ingest.references.named import Named
from docs_ingest.references.resolve import Places
from stores.records import Node

_BARE_NUMBER = re.compile(r"\d+(?:[.\-]\d+)*[A-Za-z]?(?:\([0-9A-Za-z]+\))*")
_NEAR = 5
_LEAST_NEAR = 55.0  # rapidfuzz score, 0..100


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Addresses of the places that were named, in the order of the words; what is like them where there are none."""

    addresses: tuple[str, ...]
    missing: tuple[str, ...] = ()  # what was named and not found, with the reason
    near: tuple[str, ...] = ()  # labels of the tree that look like it


def look_up(nodes: Sequence[Node], words: str) -> LookedUp:
    """The places of a tree that `words` name: a label or its machine form (eId), several, or a range of them."""
    wanted = words.strip()
    same = [n.address for n in nodes if wanted in (n.eid, n.label) or (n.label and _plain(n.label) == _plain(wanted))]
    if same:
        return LookedUp(tuple(same))
    places = Places(nodes)
    addresses: list[str] = []
    missing: list[str] = []
    for named in _named(wanted):
        found = places.find(named, nodes[0])
        if found.address is not None and not found.reason:
            addresses.append(found.address)
        else:
            missing.append(f"{named.label}: {found.reason}")
    if addresses:
        return LookedUp(tuple(dict.fromkeys(addresses)), tuple(missing))
    return LookedUp((), tuple(missing) or (f"“{wanted}” names no numbered place",), _near(nodes, wanted))


def _named(words: str) -> Iterator[Named]:
    """What the words name, read as they would be in the middle of a sentence."""
    for read, before in ((references_zh, "依照"), (references_en, "see ")):
        text = f"{before}{'Section ' if _BARE_NUMBER.fullmatch(words) else ''}{words}"
        found = [named for named in read(text, 0, len(text)) if named.steps and not named.document]
        if found:
            yield from found
            return


def _plain(label: str) -> str:
    return re.sub(r"[\s.。、:：]+", "", label).casefold()


def _near(nodes: Sequence[Node], wanted: str) -> tuple[str, ...]:
    labels = list(dict.fromkeys(n.label for n in nodes if n.label))
    found = process.extract(wanted, labels, scorer=fuzz.ratio, limit=_NEAR, score_cutoff=_LEAST_NEAR)
    return tuple(label for label, _, _ in found)
