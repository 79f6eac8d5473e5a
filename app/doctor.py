"""The doctor: is everything in order here, and what to do if not. Looks, and mends nothing."""

import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from app.resources import House, open_house
from app.settings import MB, Settings
from docs_ingest.confinement import LAYERS
from docs_ingest.errors import IngestError
from docs_ingest.sandbox import Request
from stores.errors import StoreError
from stores.records import Reader

_LEAST_FREE = 500 * MB
_PARTS = ("sqlalchemy", "tantivy", "langgraph", "pypdfium2", "lxml", "markdown-it-py")


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: Literal["ok", "warning", "failed"]
    message: str  # what was found and, if it is not in order, what to do


async def examine(settings: Settings) -> list[Finding]:
    """Every check once; a failing one does not stop the others."""
    findings = [_software(), _settings(settings)]
    try:
        async with open_house(settings) as house:
            findings.append(_space(house))
            for name in house.pings:
                findings.append(await _ping(house, name))
            findings.append(await _documents(house))
            findings.extend([await _index(house, name) for name in house.indexes])
            findings.append(await _parked(house))
            findings.append(_meaning(house))
            findings.append(_reading(house))
    except (StoreError, OSError) as error:
        findings.append(
            Finding("ledger", "failed", f"{error}; CITEPATH_HOME is {settings.home}: is it the right folder?")
        )
    return findings


def _software() -> Finding:
    parts = ", ".join(f"{name} {version(name)}" for name in _PARTS)
    return Finding("software", "ok", f"citepath {version('citepath')} on Python {sys.version.split()[0]}; {parts}")


def _settings(settings: Settings) -> Finding:
    changed = sorted(settings.model_fields_set)
    said = ", ".join(f"CITEPATH_{name.upper()}={getattr(settings, name)}" for name in changed)
    return Finding("settings", "ok", said or "all at their defaults")


def _space(house: House) -> Finding:
    free = shutil.disk_usage(house.home).free
    held = sum(f.stat().st_size for f in house.home.rglob("*") if f.is_file())
    message = f"{house.home} holds {held / 1e6:.1f} MB, {free / 1e9:.1f} GB free"
    if free < _LEAST_FREE:
        return Finding("space", "warning", f"{message}: make room, or move CITEPATH_HOME to a larger disk")
    return Finding("space", "ok", message)


async def _ping(house: House, name: str) -> Finding:
    begun = house.clock.monotonic()
    try:
        await house.pings[name]()
    except StoreError as error:
        if name == "ledger":
            return Finding(name, "failed", str(error))
        return Finding(name, "warning", f"{error}; answers go on without it")
    return Finding(name, "ok", f"answers in {(house.clock.monotonic() - begun) * 1000:.0f} ms")


async def _documents(house: House) -> Finding:
    """Whether texts are what they were written as: the latest few are read and hashed."""
    reader = Reader(house.settings.tenant)
    try:
        versions = await house.library.versions(reader)
        for v in versions[-5:]:
            await house.library.tree(reader, v.id)
    except StoreError as error:
        return Finding("documents", "failed", f"{error}; restore {house.home / 'ledger.sqlite'} from its backup")
    if not versions:
        return Finding("documents", "warning", "none yet: citepath ingest PATH")
    languages = ", ".join(f"{sum(v.language == lang for v in versions)} {lang}" for lang in ("en", "zh", "mixed"))
    return Finding("documents", "ok", f"{len(versions)} in force ({languages}); texts agree with their hashes")


async def _index(house: House, name: str) -> Finding:
    """Whether an index knows everything; one that is away is no failure of the service, which answers without it."""
    finding = f"index {name}"
    try:
        waiting = await house.outbox.waiting(name)
        held = await house.indexes[name].count()
        versions = await house.library.versions(Reader(house.settings.tenant))
    except StoreError as error:
        return Finding(finding, "warning", f"{error}; answers go on without it")
    if held == 0 and versions and not waiting:
        return Finding(finding, "warning", f"empty, beside {len(versions)} documents: citepath reconcile")
    if waiting:
        return Finding(finding, "warning", f"{waiting} changes wait for it: citepath sync")
    return Finding(finding, "ok", f"{held} passages, nothing waiting")


async def _parked(house: House) -> Finding:
    try:
        parked = await house.outbox.parked(limit=1000)
    except StoreError as error:
        return Finding("parked", "failed", str(error))
    if not parked:
        return Finding("parked", "ok", "no change was refused for good")
    return Finding("parked", "warning", f"{len(parked)} changes were refused for good: citepath sync --parked")


def _meaning(house: House) -> Finding:
    """Whether there is a road of meaning: without a model there is none, and that is in order."""
    if not house.semantic:
        return Finding("meaning", "ok", "off: no CITEPATH_EMBEDDING_URL is set; words alone are searched")
    return Finding("meaning", "ok", f"on, in {', '.join(house.semantic)}")


def _reading(house: House) -> Finding:
    """Whether files can be read: one line goes through the reading process."""
    try:
        with house.reading() as reading:
            reading.derive(Request("第一条 This is a test.".encode(), "test.txt", "test"))
            held = reading.confined
    except (IngestError, OSError) as error:
        return Finding("reading", "failed", f"files cannot be read: {error}")
    message = f"the reading process starts and reads, locked in by {', '.join(held)}"
    missing = [layer for layer in LAYERS if layer not in held]
    if missing:
        return Finding(
            "reading",
            "warning",
            f"{message}; this system does not offer {' and '.join(missing)}: take in files of strangers on a Linux "
            "of version 5.13 or later, whose container may use them",
        )
    return Finding("reading", "ok", message)
