"""How the indexes stand to the ledger, as text for people."""

from collections.abc import Mapping, Sequence

from docs_ingest.reconcile import Differences
from docs_ingest.sync import Told
from stores.records import ParkedRow


def told_text(told: Mapping[str, Told], *, only_trouble: bool = False) -> str:
    """A line for each index; with `only_trouble`, for each that does not know everything yet."""
    lines = []
    for name, one in told.items():
        if one.away:
            lines.append(f"! {name}: could not be told everything ({one.away}); it waits: citepath sync")
        elif one.refused:
            lines.append(f"! {name}: {one.refused} changes were refused and are offered again later")
        elif not only_trouble:
            lines.append(f"✓ {name}: {one.rows} changes told")
    return "\n".join(lines)


def parked_text(rows: Sequence[ParkedRow]) -> str:
    if not rows:
        return "nothing is parked"
    lines = [f"{row.target:16} {row.key}  after {row.attempts} attempts: {row.reason}" for row in rows]
    return "\n".join([*lines, "offer them again: citepath sync --retry INDEX"])


def differences_text(name: str, found: Differences, *, mended: bool) -> str:
    if found.none:
        return f"✓ {name}: {found.expected} passages, no difference"
    counts = f"{found.missing} missing, {found.other} other, {found.left_over} left over"
    if not mended:
        return f"✗ {name}: of {found.expected} passages {counts}: citepath reconcile"
    if found.refused:
        reason = next(iter(found.refused.values()))
        return f"✗ {name}: {counts}; all mended but {len(found.refused)} that it refused: {reason}"
    return f"✓ {name}: {found.expected} passages; {counts}: mended"


def rebuilt_text(name: str, found: Differences) -> str:
    if found.refused:
        reason = next(iter(found.refused.values()))
        return f"✗ {name}: built anew without {len(found.refused)} passages that it refused: {reason}"
    return f"✓ {name}: built anew with {found.expected} passages"
