"""What a new version changes: the lineage of its leaves, and what the indexes must be told.

Pure: `changes(old, new) -> Changes`. The cost of an update follows what changed:
a passage whose words and headings stayed makes no index operation. Passages of
older versions stay in the indexes, because they can be asked about as of their
day; the ledger decides which of them count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docs_ingest.lineage import Side, lineage
from stores.records import IndexEntry, LineageStep, Tree


@dataclass(frozen=True, slots=True)
class Changes:
    lineage: tuple[LineageStep, ...]
    entries: tuple[IndexEntry, ...]  # passages of which the indexes do not know so yet


def changes(old: Tree | None, new: Side, entries: Sequence[IndexEntry], told: Mapping[str, str]) -> Changes:
    """Compare a new version with the one it follows.

    `entries` are all passages of the new version; `told` is what the indexes
    know of the old one's, passage key -> fingerprint: nothing once a document
    has been deleted.
    """
    return Changes(
        lineage=tuple(lineage(Side(old.text, old.nodes), new)) if old is not None else (),
        entries=tuple(entry for entry in entries if told.get(entry.key) != entry.fingerprint),
    )
