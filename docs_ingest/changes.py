"""What a new version changes: the lineage of its leaves, and what the indexes must be told.

Pure: `changes(old, new) -> Changes`. The cost of an update follows what
changed: a passage whose words and headings stayed keeps its key and makes no
index operation. Passages of older versions stay in the indexes, because they
can be asked about as of their day; the ledger decides which of them count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from docs_ingest.lineage import Side, lineage
from stores.records import IndexEntry, LineageStep, Tree


@dataclass(frozen=True, slots=True)
class Changes:
    lineage: tuple[LineageStep, ...]
    entries: tuple[IndexEntry, ...]  # passages whose key is new


def changes(
    old: Tree | None, new: Side, entries: Sequence[IndexEntry], indexed: bool, renamed: bool = False
) -> Changes:
    """Compare a new version with the one it follows.

    `entries` are all passages of the new version; `indexed` says whether the
    old version's passages are in the indexes (they are not once a document has
    been deleted); `renamed`, whether its title or collection changed, which
    stand in every entry.
    """
    had = {n.passage_key for n in old.nodes if n.passage_key} if old is not None and indexed else set()
    return Changes(
        lineage=tuple(lineage(Side(old.text, old.nodes), new)) if old is not None else (),
        entries=tuple(entry for entry in entries if renamed or entry.key not in had),
    )
