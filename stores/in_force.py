"""Which version of a document counts on which day: one rule for every store."""

from collections.abc import Iterable
from datetime import date

from stores.records import Version


def in_force(versions: Iterable[Version], day: date) -> Version | None:
    """The version in force on `day`, or None.

    A version without `effective_from` always was in force, one without
    `effective_to` still is. Of several, the one that began last counts, and of
    those that began together the one uploaded last.
    """
    standing = [
        v
        for v in versions
        if (v.effective_from is None or v.effective_from <= day) and (v.effective_to is None or day < v.effective_to)
    ]
    return max(standing, key=lambda v: (v.effective_from or date.min, v.number), default=None)
