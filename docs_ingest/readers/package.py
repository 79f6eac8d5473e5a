"""Zip packages of XML parts (DOCX, XLSX, PPTX, EPUB): bounded before anything is unpacked, hardened when parsed.

Paths are names inside the package only: nothing is ever written to disk, so a
path that climbs out of the package leads nowhere.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from docs_ingest.errors import IngestError, LimitExceeded

_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_PARTS = 20_000
_STRICT = tuple(  # strict OOXML differs from what Office writes by default in its names only
    (f"http://purl.oclc.org/ooxml/{strict}".encode(), f"http://schemas.openxmlformats.org/{usual}".encode())
    for strict, usual in (
        ("wordprocessingml/main", "wordprocessingml/2006/main"),
        ("spreadsheetml/main", "spreadsheetml/2006/main"),
        ("presentationml/main", "presentationml/2006/main"),
        ("drawingml/main", "drawingml/2006/main"),
        ("officeDocument/relationships", "officeDocument/2006/relationships"),
        ("officeDocument/math", "officeDocument/2006/math"),
    )
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a package is, in the words of messages."""

    name: str  # "Word document"
    old: str  # what the same first bytes may be otherwise: "an old .doc"
    suffix: str  # ".docx"
    program: str = "the program it was made with"

    @property
    def resave(self) -> str:
        return f"open it in {self.program}, save it again as {self.suffix} and send it again"


class Package:
    """The zip file: nothing is unpacked before the sizes it announces are added up."""

    def __init__(self, data: bytes, max_unpacked_bytes: int, kind: Kind) -> None:
        self.kind = kind
        if data.startswith(_OLE2):
            raise IngestError(f"this file is encrypted or {kind.old}: save it as {kind.suffix} without a password")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise IngestError(f"this {kind.name} is damaged or cut short: {kind.resave}") from error
        parts = self._zip.infolist()
        if len(parts) > _MOST_PARTS:
            raise LimitExceeded(f"the file holds {len(parts):,} parts, more than the {_MOST_PARTS:,} allowed: split it")
        size = sum(info.file_size for info in parts)
        if size > max_unpacked_bytes:
            raise LimitExceeded(
                f"the file unpacks to {size / 1e6:,.0f} MB, more than the {max_unpacked_bytes / 1e6:,.0f} MB allowed: "
                "split it, or raise CITEPATH_MAX_FILE_MB"
            )
        self._parts = {info.filename.lstrip("/"): info for info in parts}

    def __contains__(self, path: object) -> bool:
        return path in self._parts

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Paths of all parts, in the order of the package."""
        return tuple(self._parts)

    def main_part(self, usual: str, folder: str) -> str:
        """Path of the part that holds the document; almost always the usual one."""
        if usual in self._parts:
            return usual
        found = [path for kind, _, path in self.relations("") if kind == "officeDocument"]
        if not found or found[0] not in self._parts or not found[0].startswith(folder):
            raise IngestError(f"this is no {self.kind.name}, {usual} is missing in it: {self.kind.resave}")
        return found[0]

    def parts_of(self, main: str, kind: str) -> list[str]:
        """Paths of the parts the main part uses as this kind, in the order of their names."""
        found = {path for named, _, path in self.relations(main) if named == kind and path in self._parts}
        usual = posixpath.join(posixpath.dirname(main), f"{kind}.xml")
        return sorted(found or ({usual} & self._parts.keys()), key=lambda path: (len(path), path))

    def part_of(self, main: str, kind: str) -> etree._Element | None:
        paths = self.parts_of(main, kind)
        return self.xml(paths[0]) if paths else None

    def core(self) -> etree._Element | None:
        """The properties (title, author) of an Office file."""
        return self.xml("docProps/core.xml") if "docProps/core.xml" in self._parts else None

    def xml(self, path: str) -> etree._Element:
        """One part, parsed without entities, network or unbounded depth."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(self.read(path), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise IngestError(f"{path} of this {self.kind.name} cannot be read: {self.kind.resave}") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise IngestError(
                f"{path} of this {self.kind.name} declares entities, which no program that writes such files does: "
                f"{self.kind.resave}"
            )
        return root

    def read(self, path: str) -> bytes:
        """The bytes of one part; strict names made the usual ones. Raises IngestError where they are damaged."""
        info = self._parts[path]
        if info.flag_bits & 1:
            raise IngestError(f"this {self.kind.name} has a password: save it as {self.kind.suffix} without one")
        try:
            data = self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise IngestError(f"{path} of this {self.kind.name} is damaged: {self.kind.resave}") from error
        if b"purl.oclc.org" in data:
            for strict, usual in _STRICT:
                data = data.replace(strict, usual)
        return data

    def relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """(kind, id, path) of each part inside the package that a part, or the package (""), refers to."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._parts:
            return
        for element in self.xml(path).iter(_RELATIONSHIP):
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
                yield element.get("Type", "").rpartition("/")[2], element.get("Id", ""), target.lstrip("/")
