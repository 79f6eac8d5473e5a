"""Headings told by how they look: larger, bold, centred or in capitals, and not a sentence."""

from collections import Counter
from dataclasses import dataclass

from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.structure.labels import Rank, column_head_like, heading_like

_LARGER = 1.12  # times the body size
_CLUSTERS = 5  # ranks TYPOGRAPHIC .. TYPOGRAPHIC + 4
_MAX_SHARE = 0.25  # a document whose blocks look like headings more often than this has none


@dataclass(frozen=True, slots=True)
class Look:
    """How a block looks, rounded so that equal looks compare equal."""

    size: float
    bold: bool
    capitals: bool


def typographic_ranks(parsed: ParsedDocument) -> dict[int, int]:
    """Index of each block that looks like a heading -> its rank. Larger types rank higher."""
    body = _body_size(parsed)
    bold_body = _mostly_bold(parsed)
    looks: dict[int, Look] = {}
    text_blocks = 0
    for i, block in enumerate(parsed.blocks):
        if block.kind is not BlockKind.PARAGRAPH:
            continue
        text_blocks += 1
        words = parsed.text[block.start : block.end]
        if len(words) <= 200 and heading_like(words) and not column_head_like(words):
            look = _look(block, words)
            if _stands_out(look, body, bold_body):
                looks[i] = look
    if not looks or len(looks) > max(1, text_blocks * _MAX_SHARE):
        return {}
    order = sorted(set(looks.values()), key=lambda k: (-k.size, not k.capitals, not k.bold))
    return {i: Rank.TYPOGRAPHIC + min(order.index(look), _CLUSTERS - 1) for i, look in looks.items()}


def _look(block: Block, words: str) -> Look:
    letters = [c for c in words if c.isalpha() and (c.isupper() or c.islower())]
    capitals = len(letters) >= 4 and sum(c.isupper() for c in letters) >= 0.9 * len(letters)
    return Look(round((block.size or 0.0) * 2) / 2, block.bold, capitals)


def _stands_out(look: Look, body: float, bold_body: bool) -> bool:
    larger = bool(body) and look.size >= body * _LARGER
    return larger or (look.bold and not bold_body) or look.capitals


def _body_size(parsed: ParsedDocument) -> float:
    weight: Counter[float] = Counter()
    for block in parsed.blocks:
        if block.size is not None and block.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW):
            weight[round(block.size * 2) / 2] += block.end - block.start
    return weight.most_common(1)[0][0] if weight else 0.0


def _mostly_bold(parsed: ParsedDocument) -> bool:
    bold = sum(b.end - b.start for b in parsed.blocks if b.bold)
    return bold * 2 > sum(b.end - b.start for b in parsed.blocks)
