"""How the indexes stand to the ledger, as JSON."""

from collections.abc import Mapping, Sequence

from app.views.documents import Json
from docs_ingest.reconcile import Differences
from docs_ingest.sync import Told
from stores.records import ParkedRow


def told_view(told: Mapping[str, Told]) -> Json:
    return {name: {"told": one.rows, "refused": one.refused, "away": one.away or None} for name, one in told.items()}


def differences_view(found: Differences) -> Json:
    return {
        "expected": found.expected,
        "missing": found.missing,
        "other": found.other,
        "left_over": found.left_over,
        "refused": [{"key": key, "reason": reason} for (_, key), reason in found.refused.items()],
    }


def parked_view(rows: Sequence[ParkedRow]) -> list[Json]:
    return [
        {"id": row.id, "index": row.target, "key": row.key, "attempts": row.attempts, "reason": row.reason}
        for row in rows
    ]
