"""What a replay works with instead of the world: the ledger and the indexes as a stored run saw them.

`differences` says what came out otherwise the second time.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from stores.errors import StoreUnavailable
from stores.ports import KEYWORDS, Library
from stores.records import IndexHit, Note, Reader, Run

_REPLAYED_STEPS = frozenset({"plan", "judge", "fall_back", "follow", "read", "check", "conclude"})


class AsItStood:
    """The library on the day of a stored run: what was current then counts as current.

    What a version is today is no decision of the run; `citepath show` tells it.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    async def standing(
        self, reader: Reader, version_ids: Sequence[str], *, as_of: date | None = None
    ) -> dict[str, str]:
        return dict.fromkeys(version_ids, "current")


def recorded_indexes(notes: Sequence[Note]) -> dict[str, "RecordedIndex"]:
    """The indexes of meaning that a stored run asked, as they answered."""
    names = {n.subject for n in notes if n.step == "search" and n.subject != KEYWORDS}
    return {name: RecordedIndex([n for n in notes if n.step == "search" and n.subject == name]) for name in names}


class RecordedIndex:
    """An index as a stored run saw it: to the same text the same hits."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self._hits = {str(n.detail["text"]): [IndexHit(p.local, p.place, p.score) for p in n.picks] for n in notes}

    async def search(
        self,
        tenant: str,
        question: str,
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        if question not in self._hits:
            raise StoreUnavailable("the run had no answer of this index")
        return self._hits[question]


class RecordedKeywords:
    """The keyword index as a stored run saw it."""

    def __init__(self, notes: Sequence[Note]) -> None:
        asked = [n for n in notes if n.step == "propose" or (n.step == "search" and n.subject == KEYWORDS)]
        self._hits = [IndexHit(p.local, p.place, p.score) for n in asked[:1] for p in n.picks]

    async def search(
        self,
        tenant: str,
        question: str,
        k: int,
        *,
        collection: str | None = None,
        documents: Sequence[str] | None = None,
    ) -> list[IndexHit]:
        return self._hits  # all that came of all searches


def differences(stored: Run, replayed: Run) -> list[str]:
    """What a replay gave otherwise than the stored run, one line each."""
    found = []
    pairs = zip(_decisions(stored.notes), _decisions(replayed.notes), strict=False)
    found += [f"round {a.round} {a.step} {a.subject}: the decision differs" for a, b in pairs if a != b]
    if len(_decisions(stored.notes)) != len(_decisions(replayed.notes)):
        found.append("the number of decisions differs")
    if stored.passages != replayed.passages:
        found.append("other passages were read")
    if stored.claims != replayed.claims:
        found.append("other claims passed the gates")
    if stored.outcome != replayed.outcome:
        found.append(f"the outcome was {stored.outcome.value}, now {replayed.outcome.value}")
    if {v.version_id: v.root_hash for v in stored.versions} != {v.version_id: v.root_hash for v in replayed.versions}:
        found.append("the trees have other root hashes")
    return found


def _decisions(notes: Sequence[Note]) -> list[Note]:
    return [n for n in notes if n.step in _REPLAYED_STEPS]
