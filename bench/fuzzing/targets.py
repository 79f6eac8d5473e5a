"""One target for each reader, for structure, tree and references, for dates and for lineage.

A target takes any bytes and raises where something is wrong: an exception that
is no IngestError, or a promise that was not kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from docs_ingest.derive import Derived, derive
from docs_ingest.effective import effective_in
from docs_ingest.errors import IngestError
from docs_ingest.limits import Limits
from docs_ingest.lineage import Side, lineage
from docs_ingest.parsed import Block, BlockKind, Cell, Link, OutlineEntry, ParsedDocument, TextLine
from docs_ingest.readers import read_document
from fuzzing import promises
from fuzzing.bend import Bend, PackageBend, bent_bytes, bent_html, bent_pdf, bent_spelling, bent_text
from fuzzing.fragments import DATES, EVERYTHING
from fuzzing.promises import Broken

_LIMITS = Limits(max_bytes=2_000_000, max_pages=200, max_characters=2_000_000, max_nodes=200_000)
_OFTEN_TWICE = 16  # one in so many is read twice
_KINDS = (*BlockKind, *[BlockKind.PARAGRAPH] * 5, BlockKind.ROW, BlockKind.ROW, BlockKind.ITEM, BlockKind.HEADING)
_MOST_SENTENCES = 20_000  # characters

Run = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Target:
    run: Run
    bend: Bend
    own: float  # share of files bent by our rules, not by libFuzzer's


def target(name: str, seeds: Path) -> Target:
    """The target of that name; `seeds`: a directory of files, from which packages borrow parts."""
    if name in _MADE:
        return Target(_MADE[name], bent_spelling, own=0.3)
    letters, bend, own = _READERS[name]
    if bend is None:
        bend = PackageBend([path.read_bytes() for path in sorted(seeds.iterdir())] or [b""])
    return Target(_reading(name, letters), bend, own)


def _reading(name: str, letters: Callable[[bytes, ParsedDocument], None] | None) -> Run:
    file_name = f"sample.{_SUFFIXES.get(name, name)}"

    def read(data: bytes) -> None:
        try:
            parsed = read_document(data, file_name, _LIMITS, _no_pages)
        except IngestError:
            return
        if letters is not None and parsed.format == name:
            letters(data, parsed)
        if sum(data[-8:]) % _OFTEN_TWICE == 0 and read_document(data, file_name, _LIMITS, _no_pages) != parsed:
            raise Broken("the same bytes are read the same")
        _derived(parsed)

    return read


def _no_pages(page: int, pages: int) -> None:
    pass


def _derived(parsed: ParsedDocument) -> Derived | None:
    try:
        made = derive(parsed, "document", _LIMITS.max_nodes)
    except IngestError:
        return None
    promises.whole(made)
    return made


def _derive(data: bytes) -> None:
    parsed = document_of(iter(data))
    if parsed is not None:
        parsed.check()
        _derived(parsed)
        promises.sentences(parsed.text[:_MOST_SENTENCES])


def _effective(data: bytes) -> None:
    words = (*DATES, *EVERYTHING)
    text = "".join(words[byte % len(words)] for byte in data)
    promises.stated(text, effective_in(text))


def _lineage(data: bytes) -> None:
    """The first byte says how much of the rest is how the document was edited."""
    edits, body = data[1 : 1 + data[0] % 24], data[1 + data[0] % 24 :]
    blocks = _blocks(body)
    old = _side(blocks)
    new = _side(_edited(blocks, edits))
    if old is not None and new is not None:
        promises.traced(old, new, lineage(old, new))
        promises.told_apart(old.text[:400], new.text[:400])


def _side(blocks: list[bytes]) -> Side | None:
    parsed = document_of(iter(b"".join(blocks)))
    made = None if parsed is None else _derived(parsed)
    return None if made is None else Side(made.text, made.nodes)


def _blocks(body: bytes) -> list[bytes]:
    """The bytes of each block, cut as `document_of` reads them."""
    found = []
    at = 0
    while at < len(body):
        length = 3 + body[at + 2] % 12 if at + 2 < len(body) else 3
        found.append(body[at : at + length].ljust(3, b"\x00"))
        at += length
    return found


def _edited(blocks: list[bytes], edits: bytes) -> list[bytes]:
    made = list(blocks)
    for kind, place in zip(edits[::2], edits[1::2], strict=False):
        at = place % len(made) if made else 0
        match kind % 5:
            case 0:
                del made[at : at + 1]
            case 1 if made:
                made.insert((place * 7) % len(made), made[at])
            case 2 if made:
                made.append(made.pop(at))
            case 3 if made:
                made[at] = bent_bytes(made[at], Random(place), 12)
            case _:
                made[at : at + 2] = [b"".join(made[at : at + 2])[:15]]
    return made


def document_of(source: Iterator[int]) -> ParsedDocument | None:
    """A document spelled by bytes: of each block its kind, its looks, the number of its words, the words."""
    text = ""
    blocks: list[Block] = []
    for kind in source:
        looks, count = next(source, 0), next(source, 0) % 12
        words = "".join(EVERYTHING[next(source, 0) % len(EVERYTHING)] for _ in range(count)).strip()
        if not words:
            continue
        blocks.append(_block(_KINDS[kind % len(_KINDS)], looks, len(text), words))
        text += words + ("\n" if looks % 3 else "\n\n")
    if not blocks:
        return None
    lines = tuple(_lines(text, blocks))
    outline, links = (), ()
    if len(blocks) % 3 == 0:
        outline = tuple(
            OutlineEntry(text[b.start : b.end][:40], 1 + b.start % 3, _page(i), 40.0) for i, b in enumerate(blocks[::2])
        )
    if len(blocks) % 4 == 1:
        links = tuple(Link(b.start, b.end, blocks[-1 - i].start) for i, b in enumerate(blocks[:5]))
    return ParsedDocument("text", "fuzz", text, tuple(blocks), lines, outline, pages=_page(len(blocks)), links=links)


def _page(block: int) -> int:
    return 1 + block // 8


def _block(kind: BlockKind, looks: int, start: int, words: str) -> Block:
    end = start + len(words)
    level = 1 + looks % 6 if kind in (BlockKind.HEADING, BlockKind.ITEM) else None
    cells: tuple[Cell, ...] = ()
    if kind is BlockKind.ROW:
        middle = max(1, len(words) // 2)
        cells = (Cell(start, start + middle, 0), Cell(start + middle, end, 1 + looks % 3, 1 + looks // 64))[
            : 1 + looks % 2
        ]
        cells = tuple(cell for cell in cells if cell.start < cell.end)
    group = looks // 32 % 4 if kind in (BlockKind.ROW, BlockKind.ITEM) else None
    return Block(
        kind, start, end, level, size=9.0 + looks % 5, bold=looks % 7 == 0, indent=float(looks % 50), group=group,
        header=kind is BlockKind.ROW and looks % 5 == 0, cells=cells,
    )  # fmt: skip


def _lines(text: str, blocks: list[Block]) -> Iterator[TextLine]:
    for i, block in enumerate(blocks):
        yield TextLine(
            block.start, block.end, _page(i), (block.indent or 0.0, 40.0 * (i % 8), 500.0, 40.0 * (i % 8) + 9)
        )


_SUFFIXES = {"text": "txt", "markdown": "md"}
_READERS: dict[str, tuple[Callable[[bytes, ParsedDocument], None] | None, Bend | None, float]] = {
    "text": (promises.source_is_text, bent_text, 0.6),
    "markdown": (promises.source_is_text, bent_text, 0.6),
    "csv": (promises.letters_of_source, bent_text, 0.6),
    "html": (None, bent_html, 0.8),
    "docx": (promises.letters_of_word, None, 0.97),
    "xlsx": (None, None, 0.97),
    "pptx": (None, None, 0.97),
    "epub": (None, None, 0.97),
    "pdf": (None, bent_pdf, 0.9),
}
_MADE: dict[str, Run] = {"derive": _derive, "effective": _effective, "lineage": _lineage}
