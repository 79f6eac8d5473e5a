"""The zip of a Word document, its parts, and how they are related; bounded before anything is unpacked."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.readers.docx_numbering import W

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RESAVE = "open it in Word, save it again as .docx and send it again"
_STRICT = (  # strict OOXML differs from what Word writes by default in its names only
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _OFFICE.encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", _MATH.encode()),
)


class Package:
    """The zip file: nothing is unpacked before the sizes it announces are added up."""

    def __init__(self, data: bytes, max_unpacked_bytes: int) -> None:
        if data.startswith(_OLE2):
            raise IngestError("this file is encrypted or an old .doc: save it as .docx without a password")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise IngestError(f"this Word document is damaged or cut short ({error}): {_RESAVE}") from error
        size = sum(info.file_size for info in self._zip.infolist())
        if size > max_unpacked_bytes:
            raise LimitExceeded(
                f"the file unpacks to {size / 1e6:,.0f} MB, more than the {max_unpacked_bytes / 1e6:,.0f} MB allowed: "
                "split it, or raise CITEPATH_MAX_FILE_MB"
            )
        self._names = {info.filename.lstrip("/"): info for info in self._zip.infolist()}

    def main_part(self) -> str:
        """Path of the document's text; almost always word/document.xml."""
        if "word/document.xml" in self._names:
            return "word/document.xml"
        found = [path for kind, path in self._relations("") if kind == "officeDocument"]
        if not found or found[0] not in self._names or not found[0].startswith("word/"):
            raise IngestError(f"this is no Word document, word/document.xml is missing in it: {_RESAVE}")
        return found[0]

    def parts_of(self, main: str, kind: str) -> list[str]:
        """Paths of the parts the main part uses as this kind, in the order of their names."""
        found = {path for named, path in self._relations(main) if named == kind and path in self._names}
        usual = f"word/{kind}.xml"
        return sorted(found or ({usual} & self._names.keys()), key=lambda path: (len(path), path))

    def part_of(self, main: str, kind: str) -> etree._Element | None:
        paths = self.parts_of(main, kind)
        return self.xml(paths[0]) if paths else None

    def core(self) -> etree._Element | None:
        return self.xml("docProps/core.xml") if "docProps/core.xml" in self._names else None

    def xml(self, path: str) -> etree._Element:
        """One part, parsed without entities, network or unbounded depth."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(self._bytes(path), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise IngestError(f"{path} of this Word document cannot be read ({error}): {_RESAVE}") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise IngestError(f"{path} of this Word document declares entities, which Word never does: {_RESAVE}")
        return root

    def _bytes(self, path: str) -> bytes:
        info = self._names[path]
        if info.flag_bits & 1:
            raise IngestError("this Word document has a password: save it as .docx without one")
        try:
            data = self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise IngestError(f"{path} of this Word document is damaged ({error}): {_RESAVE}") from error
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        return data

    def _relations(self, part: str) -> Iterator[tuple[str, str]]:
        """(kind, path) of each part that a part, or the package (""), refers to."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._names:
            return
        for element in self.xml(path).iter(_RELATIONSHIP):
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
                yield element.get("Type", "").rpartition("/")[2], target.lstrip("/")
