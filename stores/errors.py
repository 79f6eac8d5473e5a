"""What can go wrong in a store, said once and in our own words.

    StoreError
      EntriesRefused       an index took all but some entries: those are named
      StoreUnavailable     the store did not answer: try again, or go on without it
      StoreConflict        somebody else wrote first: read again and decide anew
      StoreCorrupt         what was read is not what was written: stop and restore
      NotFound             no such document, version, node or run for this reader

Adapters translate their vendor's errors into these at the seam; no vendor
exception passes it. Messages say what happened and what to do next, and never
hold passwords or document text.
"""

from collections.abc import Mapping


class StoreError(Exception):
    """Any failure of a store."""


class StoreUnavailable(StoreError):
    """The store did not answer, or not in time."""


class EntriesRefused(StoreError):
    """An index took all it was told but some entries, for reasons of their own."""

    def __init__(self, reasons: Mapping[tuple[str, str], str]) -> None:
        super().__init__(f"{len(reasons)} entries were refused: {next(iter(reasons.values()), '')}")
        self.reasons = dict(reasons)  # (tenant, key) -> what the index said


class StoreConflict(StoreError):
    """A compare-and-set write found that somebody else wrote first."""


class StoreCorrupt(StoreError):
    """What was read does not have the hash or shape it was written with."""


class NotFound(StoreError):
    """Nothing of that name that this reader may see."""
