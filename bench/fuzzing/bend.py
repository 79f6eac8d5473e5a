"""Bytes bent by rule: in the terms of their format, so that readers get past the first check.

Every function takes what it bends, a source of chance and the most bytes the
result may have; the same chance gives the same result.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random

from lxml import etree

from fuzzing.fragments import CSS, EVERYTHING, MARKS, PDF, VALUES

Bend = Callable[[bytes, Random, int], bytes]
_PARTS = re.compile(r"\.(?:xml|rels|x?html|opf|ncx|vml)$|mimetype$")
_DULL = re.compile(r"theme|docProps|fontTable|webSettings|Layout|Master")
_MOST_ELEMENTS = 20_000
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_STREAM = re.compile(rb"(?<=stream\n)(.*?)(?=\n?endstream)", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>|[^<>]+")


def bent_bytes(data: bytes, chance: Random, most: int) -> bytes:
    """A few bytes changed, a piece cut, moved, repeated."""
    found = bytearray(data or b" ")
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(found) + 1)
        length = min(chance.choice((1, 2, 4, 16, 64, 256)), len(found) - at)
        match chance.randrange(6):
            case 0:
                del found[at : at + length]
            case 1:
                found[at:at] = chance.randbytes(chance.choice((1, 1, 2, 4)))
            case 2 if at < len(found):
                found[at] = chance.randrange(256)
            case 3:
                to = chance.randrange(len(found) + 1)
                found[to:to] = found[at : at + length]
            case 4:
                number = [m.span() for m in _NUMBER.finditer(found)]
                if number:
                    start, end = chance.choice(number)
                    found[start:end] = chance.choice(VALUES).encode()
            case _:
                found[at:at] = _fragment(chance)
        if not found:
            found = bytearray(b" ")
    return bytes(found[:most])


def _fragment(chance: Random) -> bytes:
    return chance.choice(EVERYTHING).encode("utf-8", "replace")


def bent_spelling(data: bytes, chance: Random, most: int) -> bytes:
    """Bytes that spell words, see `targets.document_of`: a few spell a long document."""
    return _stretched(bent_bytes(data, chance, most), chance, min(most, 4_000))


def bent_text(data: bytes, chance: Random, most: int) -> bytes:
    """Lines and words of a text put elsewhere, repeated, left out, and words that readers look for put in."""
    if chance.random() < 0.25:
        return bent_bytes(data, chance, most)
    pieces = re.split(r"((?:\r\n?|\n)+)", data.decode("utf-8", "replace"))
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        _bend_pieces(pieces, chance)
    return _stretched("".join(pieces).encode("utf-8", "replace"), chance, most)


def _bend_pieces(pieces: list[str], chance: Random) -> None:
    i, j = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    at = chance.randrange(len(pieces[i]) + 1)
    match chance.randrange(7):
        case 0 if len(pieces) > 1:
            del pieces[i]
        case 1:
            pieces.insert(j, pieces[i])
        case 2:
            pieces[i], pieces[j] = pieces[j], pieces[i]
        case 3:
            pieces[i] = pieces[i][:at] + chance.choice(MARKS) + pieces[i][at:]
        case 4:
            pieces[i] = chance.choice(EVERYTHING) + pieces[i]
        case 5:
            pieces[i] = pieces[i][:at] + pieces[j][chance.randrange(len(pieces[j]) + 1) :]
        case _:
            pieces[i] = pieces[i][:at] + chance.choice(EVERYTHING) + pieces[i][at:]


def _stretched(data: bytes, chance: Random, most: int) -> bytes:
    """Once in a while a piece of it a great many times over: what takes the square of its length shows then."""
    if chance.random() > 0.02 or not data:
        return data[:most]
    at = chance.randrange(len(data))
    piece = data[at : at + chance.choice((1, 2, 3, 8, 30, 200))]
    if not piece:
        return data[:most]
    return (data[:at] + piece * chance.randrange(most // len(piece)) + data[at:])[:most]


def bent_html(data: bytes, chance: Random, most: int) -> bytes:
    """Tags and text of a page, or its tree."""
    source = data.decode("utf-8", "replace")
    way = chance.random()
    if way < 0.2:
        return bent_text(data, chance, most)
    if way < 0.6:
        tokens = _TAG.findall(source) or [" "]
        for _ in range(chance.choice((1, 1, 2, 4))):
            _bend_pieces(tokens, chance)
        return _stretched("".join(tokens).encode("utf-8", "replace"), chance, most)
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        return bent_bytes(data, chance, most)
    if not isinstance(root, etree._Element):
        return bent_bytes(data, chance, most)
    bend_tree(root, root, chance, (*CSS, *VALUES))
    made = etree.tostring(root, encoding="utf-8", method=chance.choice(("html", "xml")))
    return made if len(made) <= most else data


def bend_tree(root: etree._Element, donor: etree._Element, chance: Random, values: Sequence[str] = VALUES) -> None:
    """Elements left out, doubled, moved, wrapped, renamed, taken from another tree; attributes and words changed."""
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        elements = [e for e in root.iter() if isinstance(e.tag, str)]
        others = [e for e in donor.iter() if isinstance(e.tag, str)]
        if len(elements) > _MOST_ELEMENTS or not others:
            return
        _bend_element(chance.choice(elements), elements, others, chance, values)


def _bend_element(
    one: etree._Element,
    elements: Sequence[etree._Element],
    others: Sequence[etree._Element],
    chance: Random,
    values: Sequence[str],
) -> None:
    parent = one.getparent()
    match chance.randrange(12):
        case 0 if parent is not None:
            parent.remove(one)
        case 1 if parent is not None:
            for _ in range(chance.choice((1, 1, 2, 20, 200))):
                parent.insert(parent.index(one), _copy(one))
        case 2:
            place = chance.choice(elements)
            place.insert(chance.randrange(len(place) + 1), _copy(chance.choice(others)))
        case 3 | 4 if one.attrib:
            one.set(chance.choice(list(one.attrib)), _value(others, chance, values))
        case 5 if one.attrib:
            del one.attrib[chance.choice(list(one.attrib))]
        case 6 | 7:
            given = chance.choice(others).attrib
            for name in list(given)[:3]:
                one.set(name, given[name] if chance.random() < 0.5 else _value(others, chance, values))
        case 8:
            one.text = _xml_safe(chance.choice(EVERYTHING) if chance.random() < 0.5 else chance.choice(VALUES))
        case 9:
            one.tag = chance.choice(others).tag
        case 10 if parent is not None and one.getroottree().getroot() is not one:
            for _ in range(chance.choice((1, 1, 3, 30))):
                _wrap(one, chance.choice(others).tag)
        case _:
            one.tail = _xml_safe(chance.choice(EVERYTHING))


def _copy(element: etree._Element) -> etree._Element:
    made = deepcopy(element)
    if sum(1 for _ in made.iter()) > 300:
        for child in list(made):
            made.remove(child)
    return made


def _wrap(element: etree._Element, tag: str) -> None:
    parent = element.getparent()
    if parent is not None:
        outer = etree.Element(tag)
        parent.replace(element, outer)
        outer.append(element)


def _value(others: Sequence[etree._Element], chance: Random, values: Sequence[str]) -> str:
    if chance.random() < 0.4:
        given = list(chance.choice(others).attrib.values())
        if given:
            return str(chance.choice(given))
    return _xml_safe(chance.choice(values))


def _xml_safe(words: str) -> str:
    return "".join(
        c for c in words if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe") or c > "\uffff"
    )


class PackageBend:
    """Parts of zip packages, unpacked and packed again without compression; other packages lend their elements."""

    def __init__(self, donors: Sequence[bytes]) -> None:
        self._donors = donors

    def __call__(self, data: bytes, chance: Random, most: int) -> bytes:
        parts = unpacked(data)
        if not parts or chance.random() < 0.02:
            return bent_bytes(data, chance, most)
        donor = unpacked(chance.choice(self._donors)) or parts
        for _ in range(chance.choice((1, 1, 2))):
            self._bend_part(parts, donor, chance)
        made = packed(parts)
        return made if len(made) <= most else data

    def _bend_part(self, parts: dict[str, bytes], donor: dict[str, bytes], chance: Random) -> None:
        names = [name for name in parts if _PARTS.search(name)]
        if not names:
            return
        name = (
            chance.choice([n for n in names if not _DULL.search(n)] or names)
            if chance.random() < 0.9
            else chance.choice(names)
        )
        way = chance.random()
        if way < 0.02:
            parts[name] = bent_bytes(parts[name], chance, len(parts[name]) + 1_000)
        elif way < 0.04:
            del parts[name]
        elif way < 0.06:
            parts[name] = parts[chance.choice(names)]
        elif way < 0.12:
            self._take(parts, donor, chance)
        elif way < 0.2 and name.endswith(("html", "xml")):
            parts[name] = _stretched_xml(parts[name], chance)
        else:
            lent = donor.get(name) or donor.get(chance.choice([n for n in donor if _PARTS.search(n)] or [name]), b"")
            parts[name] = _bent_xml(parts[name], lent or parts[name], chance)

    def _take(self, parts: dict[str, bytes], donor: dict[str, bytes], chance: Random) -> None:
        """A part that this package lacks or has otherwise, with whatever refers to it."""
        name = chance.choice(list(donor))
        parts[name] = donor[name]
        if chance.random() < 0.5:
            for referring in donor:
                if referring.endswith(".rels") or referring == "[Content_Types].xml":
                    parts[referring] = donor[referring]


def _bent_xml(data: bytes, lent: bytes, chance: Random) -> bytes:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root, donor = etree.fromstring(data, parser), etree.fromstring(lent, parser)
    except (etree.XMLSyntaxError, ValueError):
        return data
    if root is None or donor is None:
        return data
    bend_tree(root, donor, chance)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _stretched_xml(data: bytes, chance: Random) -> bytes:
    """One element many times over, or inside itself."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return data
    elements = [
        e for e in (root.iter() if root is not None else ()) if isinstance(e.tag, str) and e.getparent() is not None
    ]
    if not elements:
        return data
    one = chance.choice(elements)
    size = max(1, len(etree.tostring(one)))
    parent = one.getparent()
    assert parent is not None
    if chance.random() < 0.3:
        for _ in range(chance.choice((10, 60, 200))):
            _wrap(one, str(chance.choice((one.tag, parent.tag))))
    else:
        for _ in range(min(2_000, chance.randrange(1, 80_000) // size)):
            parent.append(deepcopy(one))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of a package by name; none where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return {info.filename: package.read(info) for info in package.infolist()}
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, OSError, EOFError, RuntimeError):
        return {}


def packed(parts: dict[str, bytes]) -> bytes:
    """A package without compression, so that its bytes are those of its parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def bent_pdf(data: bytes, chance: Random, most: int) -> bytes:
    """Operators and strings of content streams, numbers and keys of objects; lengths and offsets are left wrong."""
    if chance.random() < 0.05:
        return bent_bytes(data, chance, most)
    streams = [m.span() for m in _STREAM.finditer(data) if len(m.group()) < 60_000]
    start, end = chance.choice(streams) if streams and chance.random() < 0.75 else (0, len(data))
    lines = re.split(rb"(\r?\n)", data[start:end])
    for _ in range(chance.choice((1, 1, 2, 4))):
        _bend_lines(lines, chance)
    made = data[:start] + b"".join(lines) + data[end:]
    return made if len(made) <= most else data


def _bend_lines(lines: list[bytes], chance: Random) -> None:
    i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(7):
        case 0 if len(lines) > 1:
            del lines[i]
        case 1:
            lines[j:j] = [b"\n", lines[i], b"\n"] * chance.choice((1, 1, 2, 30))
        case 2:
            lines[i], lines[j] = lines[j], lines[i]
        case 3 | 4:
            numbers = [m.span() for m in _NUMBER.finditer(lines[i])]
            if numbers:
                a, b = chance.choice(numbers)
                lines[i] = (
                    lines[i][:a]
                    + chance.choice((*VALUES[:28], str(chance.randrange(-900, 900)))).encode()
                    + lines[i][b:]
                )
        case 5:
            lines[i:i] = [b"\n", chance.choice(PDF).encode(), b"\n"]
        case _:
            lines[i] = bent_bytes(lines[i], chance, len(lines[i]) + 50)
