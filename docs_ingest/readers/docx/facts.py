"""What a person should know about how a Word document was read: changes accepted, things left out."""

from collections import Counter
from collections.abc import Sequence

from lxml import etree

from docs_ingest.readers.docx.content import V
from docs_ingest.readers.docx.numbering import W
from docs_ingest.readers.drafts import Draft
from docs_ingest.readers.office.colours import A
from docs_ingest.readers.office.facts import hidden_letters, said, unknown_symbols
from docs_ingest.readers.package import Package

_OFFICE = "{urn:schemas-microsoft-com:office:office}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_NEW_CHART = "{http://schemas.microsoft.com/office/drawing/2014/chartex}chart"
_INSERTED = (f"{W}ins", f"{W}cellIns")
_DELETED = (f"{W}del", f"{W}cellDel")
_MOVED = (f"{W}moveFromRangeStart", f"{W}moveFrom")


def facts(
    package: Package, part: str, roots: Sequence[etree._Element], drafts: Sequence[Draft], unknown: Counter[str]
) -> tuple[str, ...]:
    """`roots`: the main text and the notes. `unknown`: symbols that were not read, by font."""
    found = _changes(roots)
    comments = package.part_of(part, "comments")
    if comments is not None:
        found += said(sum(1 for _ in comments.iter(f"{W}comment")), "comment", "not part of the text")
    found += said(_count(roots, f"{W}altChunk"), "embedded document", "not read")
    found += said(_count(roots, f"{W}subDoc"), "part", "in another file not read")
    found += said(_count(roots, f"{_OFFICE}OLEObject"), "embedded object", "not read")
    found += said(_count(roots, _CHART, _NEW_CHART), "chart", "not read")
    return (*found, *unknown_symbols(unknown), *hidden_letters(drafts))


def _changes(roots: Sequence[etree._Element]) -> list[str]:
    """How many tracked changes were accepted, of which kind and by how many people."""
    kinds = {
        "insertion": _all(roots, _INSERTED),
        "deletion": _all(roots, _DELETED),
        "move": _all(roots, _MOVED[:1]) or _all(roots, _MOVED[1:]),
    }
    changes = sum(len(found) for found in kinds.values())
    if not changes:
        return []
    parts = [one for kind, found in kinds.items() for one in said(len(found), kind)]
    tracked = _all(roots, (*_INSERTED, *_DELETED, *_MOVED))
    authors = {author for one in tracked if (author := one.get(f"{W}author"))}
    parts += [f"by {one}" for one in said(len(authors), "author")]
    return [f"{one}: {', '.join(parts)}" for one in said(changes, "tracked change", "accepted")]


def _all(roots: Sequence[etree._Element], tags: Sequence[str]) -> list[etree._Element]:
    return [element for root in roots for element in root.iter(*tags)]


def _count(roots: Sequence[etree._Element], *tags: str) -> int:
    return len(_all(roots, tags))


def holds_pictures(root: etree._Element) -> bool:
    return next(root.iter(f"{A}blip", f"{V}imagedata"), None) is not None
