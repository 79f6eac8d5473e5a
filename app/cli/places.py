"""tree, show, references: what one version of a document holds, and where."""

import argparse
import asyncio
import re
from dataclasses import dataclass

from app.cli.output import print_json, print_text
from app.errors import CommandError
from app.past import Now, what_became
from app.render.documents import edges_text, hidden_text, place_text, tree_text
from app.resources import House, open_house
from app.settings import Settings
from app.views.documents import edge_view, hidden_view, place_view, tree_view
from docs_ingest.references.lookup import look_up
from docs_ingest.sandbox import Box
from navigators.places import lines_of
from stores.errors import NotFound
from stores.records import Node, Reader, Tree

_PLACE = re.compile(r"^(?P<document>[^@#]+)(?:@(?P<version>\d+))?(?:#(?P<address>\d+(?:\.\d+)*))?$")
_NO_ORIGINAL = "the uploaded file was not kept (CITEPATH_KEEP_ORIGINALS)"


def parse_place(text: str) -> tuple[str, int | None, str | None]:
    """`DOCUMENT[@VERSION][#ADDRESS]` taken apart. Raises CommandError."""
    match = _PLACE.match(text)
    if match is None:
        raise CommandError(f"{text!r} is no place: write DOCUMENT, DOCUMENT@VERSION or DOCUMENT@VERSION#ADDRESS")
    number = match["version"]
    return match["document"], int(number) if number else None, match["address"]


async def find_tree(house: House, place: str) -> tuple[Tree, str | None]:
    """The version a place names, and its address there if it names one. Raises NotFound, CommandError."""
    document, number, address = parse_place(place)
    reader = Reader(house.settings.tenant)
    version = await house.library.version(reader, document, number)
    return await house.library.tree(reader, version.id), address


async def tree(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        whole, _ = await find_tree(house, options.document)
    if options.hidden:
        print_json(hidden_view(whole)) if options.json else print_text(hidden_text(whole))
    elif options.json:
        print_json(tree_view(whole, options.depth))
    else:
        print_text(tree_text(whole, options.depth))
    return 0


@dataclass(frozen=True, slots=True)
class _Shown:
    node: Node
    became: Now | None
    characters: list[tuple[int, int, Box]] | None


async def show(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        whole, address = await find_tree(house, options.place)
        nodes = _named_places(whole, options.label) if options.label else [_place(whole, address, options.place)]
        standing = await house.library.standing(Reader(settings.tenant), [whole.version.id])
        shown = []
        for node in nodes:
            became = await what_became(house, whole, node)
            boxes = await _characters(house, whole, node) if options.characters else None
            shown.append(_Shown(node, became, boxes))
    state = standing[whole.version.id]
    if options.json:
        views = [{**place_view(whole, s.node, s.became, s.characters), "standing": state} for s in shown]
        print_json(views[0] if not options.label else {"label": options.label, "places": views})
    else:
        print_text("\n\n".join(place_text(whole, s.node, state, s.became, s.characters) for s in shown))
    return 0


def _place(whole: Tree, address: str | None, written: str) -> Node:
    version = whole.version
    if address is None:
        raise CommandError(
            f"{written!r} names no place: write DOCUMENT@VERSION#ADDRESS, for instance {version.document}@1#0, "
            "or name it by --label"
        )
    node = whole.node(address)
    if node is None:
        raise CommandError(f"{version.name} has no place {address}: `citepath tree {version.name}` lists them")
    return node


def _named_places(whole: Tree, label: str) -> list[Node]:
    found = look_up(whole.nodes, label)
    if not found.addresses:
        like = f"; like it: {', '.join(found.near)}" if found.near else ""
        raise CommandError(
            f"{whole.version.name}: {'; '.join(found.missing)}{like} (`citepath tree {whole.version.name}` lists all)"
        )
    return [whole.by_address[address] for address in found.addresses]


async def _characters(house: House, whole: Tree, node: Node) -> list[tuple[int, int, Box]]:
    """(offset, page, box) of the characters of a place, from the file as it was uploaded."""
    version = whole.version
    if version.format != "pdf":
        raise CommandError(f"{version.name} is {version.format}: only characters of a PDF have boxes")
    data = await asyncio.to_thread(original, house, version.source_hash)
    if data is None:
        raise CommandError(f"{_NO_ORIGINAL}: boxes of characters need it, those of lines do not")
    lines = lines_of(whole, node.start, node.end)

    def read() -> list[tuple[int, int, Box]]:
        with house.reading() as reading:
            return reading.character_boxes(data, whole.text, lines)

    return [box for box in await asyncio.to_thread(read) if node.start <= box[0] < node.end]


def original(house: House, source_hash: str) -> bytes | None:
    """The bytes as they were uploaded; None where they are not kept."""
    if house.originals is None:
        return None
    try:
        return house.originals.get(house.settings.tenant, source_hash)
    except NotFound:
        return None


async def references(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        whole, address = await find_tree(house, options.place)
        edges = await house.library.edges(Reader(settings.tenant), whole.version.id)
    if address is not None:
        _place(whole, address, options.place)
        edges = [e for e in edges if f"{e.source}.".startswith(f"{address}.") or e.target == address]
    if options.unresolved:
        edges = [e for e in edges if e.reason]
    if options.json:
        print_json({"document": whole.version.document, "version": whole.version.number,
                    "edges": [edge_view(whole, e) for e in edges]})  # fmt: skip
    else:
        print_text(edges_text(whole, edges))
    return 0
