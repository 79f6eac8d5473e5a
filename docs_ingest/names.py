"""What a file is called, and what that says: document id, and the day a version begins.

`反洗钱法.2024-11-08.md` is the document `反洗钱法`, in force from that day; `policy.pdf`
is the document `policy`. `8K_dated-2023-05-30.pdf` is told from other reports by its
day, which stays in the id: reports of two days are two documents.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from docs_ingest.errors import IngestError

_DATED = re.compile(r"^(?P<name>.+?)[._-](?P<day>(?:19|20)\d{2}-\d{2}-\d{2})$")
_OWN_DAY = re.compile(r"(?:^|[^a-z])dated$", re.IGNORECASE)
_NOT_ID = re.compile(r"[^\w.\-]+")
MAX_ID = 120


@dataclass(frozen=True, slots=True)
class FileName:
    document: str  # id
    effective_from: date | None


def read_name(path: str) -> FileName:
    """Document id and effective date that a file's name gives."""
    stem = PurePath(path).stem
    dated = _DATED.match(stem)
    day = None
    if dated is not None and _OWN_DAY.search(dated["name"]) is None:
        try:
            day = date.fromisoformat(dated["day"])
            stem = dated["name"]
        except ValueError:
            day = None
    return FileName(document_id(stem), day)


def document_id(name: str) -> str:
    """A name as a document id: letters and digits of any script, `.`, `_`, `-`; at most 120 characters."""
    made = _NOT_ID.sub("-", name).strip("-.")[:MAX_ID]
    return made or "document"


def checked_id(given: str) -> str:
    """An id somebody chose. Raises IngestError when it could not be written in a citation."""
    if not given or len(given) > MAX_ID or document_id(given) != given:
        raise IngestError(
            f"the document id {given[:40]!r} cannot be used: take 1 to {MAX_ID} letters, digits, '.', '_' or '-' "
            f"(for instance {document_id(given)!r})"
        )
    return given
