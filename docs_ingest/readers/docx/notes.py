"""Footnotes and endnotes: which note a mark stands for, and what the mark is.

Marks are counted as Word does: through the document, or anew in each section or
on each page (as far as Word left its page breaks in the file); in the format
that the section, or else the document, asks for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from docs_ingest.readers.docx.numbering import W, formatted
from docs_ingest.readers.docx.paragraphs import NoteMark
from docs_ingest.readers.docx.styles import value, whole

KINDS = ("footnote", "endnote")


@dataclass(frozen=True, slots=True)
class _Counting:
    format: str
    start: int = 1
    restart: str = "continuous"  # eachSect, eachPage


@dataclass(slots=True)
class _Count:
    """Where counting stands."""

    last: int | None = None
    section: int = 0
    page: int = 0


class Notes:
    """The notes of one document; each is handed out once, where it is first referred to."""

    def __init__(
        self,
        parts: Mapping[str, etree._Element | None],
        links: Mapping[str, Mapping[str, str]],
        settings: etree._Element | None,
        sections: Sequence[etree._Element],
    ) -> None:
        """`parts` and `links` by kind: the part that holds the notes, and where its relationships lead outside."""
        self._left = {kind: _by_id(parts.get(kind), kind) for kind in KINDS}
        self.links = {kind: links.get(kind, {}) for kind in KINDS}
        self.texts = [note for found in self._left.values() for note in found.values()]
        self._sections = [
            {kind: _counting(kind, [settings, section]) for kind in KINDS} for section in (*sections, None)
        ]
        self._counts = {kind: _Count() for kind in KINDS}

    def take(self, mark: NoteMark, section: int, page: int) -> tuple[etree._Element, str] | None:
        """The note of a mark and the mark as drawn, "" where the author wrote it; None for a note already taken."""
        note = self._left.get(mark.kind, {}).pop(mark.key, None)
        if note is None:
            return None
        if mark.own or mark.hidden:
            return note, ""
        counting = self._sections[min(section, len(self._sections) - 1)][mark.kind]
        return note, f"[{formatted(self._next(mark.kind, counting, section, page), counting.format)}]"

    def _next(self, kind: str, counting: _Counting, section: int, page: int) -> int:
        count = self._counts[kind]
        anew = (counting.restart == "eachSect" and section != count.section) or (
            counting.restart == "eachPage" and page != count.page
        )
        count.last = counting.start if count.last is None or anew else count.last + 1
        count.section, count.page = section, page
        return count.last


def _counting(kind: str, roots: Sequence[etree._Element | None]) -> _Counting:
    """What the last of several places that says something says."""
    said = {"numFmt": "decimal" if kind == "footnote" else "lowerRoman", "numStart": "1", "numRestart": "continuous"}
    for root in roots:
        found = None if root is None else root.find(f"{W}{kind}Pr")
        if found is not None:
            said |= {name: words for name in said if (words := value(found, name)) is not None}
    return _Counting(said["numFmt"], whole(said["numStart"]) or 1, said["numRestart"])


def _by_id(root: etree._Element | None, kind: str) -> dict[str, etree._Element]:
    """Notes by id, without the lines Word draws between notes and text."""
    if root is None:
        return {}
    found = root.iterchildren(f"{W}{kind}")
    return {note.get(f"{W}id", ""): note for note in found if note.get(f"{W}type", "normal") == "normal"}
