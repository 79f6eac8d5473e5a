"""What frames the numbered sections of a contract: its opening and its signatures, as sections of their own.

Without this the parties and recitals of a contract lie loose beside its articles,
and the signatures inside the last of them. The words are the usual ones of the
trade (“THIS AGREEMENT is made”, “WHEREAS”, “IN WITNESS WHEREOF”; 鉴于, 以下无正文,
签署页); a document in which nothing is numbered is left as it is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from docs_ingest.parsed import BlockKind
from docs_ingest.structure.pieces import Piece

PARTS = frozenset({"exhibit", "annex", "app", "schedule", "attachment", "addendum"})
"""Families of labels that begin a document within the document."""

_DEEDS = "Agreement|Contract|Lease|Deed|Amendment|Undertaking|Guarantee|Guaranty|Indenture|Mortgage|Memorandum|Plan"
_OPENS = re.compile(
    rf"\s*(?:This\s(?:[\w&,’'“”\"()-]+\s){{0,12}}?(?:{_DEEDS})\b|(?:W\s?H\s?E\s?R\s?E\s?A\s?S|RECITALS?|PREAMBLE|BACKGROUND)\b|"
    r"(?:本|这份|兹).{0,12}(?:合同|协议|契约)(?:书)?.{0,6}(?:由|系|于)|鉴于[：:，]?|(?:甲\s*方|出租[方人]|委托[方人]|发包[方人])[：:（(])",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"(?:(?<=[.;:!?”\"\]\s_])|^)(?:IN\s+(?:WITNESS|TESTIMONY)\s+(?:WHEREOF|HEREOF|OF\s+WHICH|THEREOF)\b|"
    r"\[?(?:THE\s+)?SIGNATURES?\s+PAGES?\s+(?:FOLLOWS?|TO\s+FOLLOW)\b|AS\s+WITNESS\s+(?:WHEREOF|the\s+hands)\b)|"
    r"[（(【\[]?(?:以下|本页)(?:为签署页|为签字页|以下)?[，,]?无正文|^\s*(?:签署页|签字页)|"
    r"^\s*甲\s*方\s*[（(]?(?:盖章|签章|签字|公章)",
    re.IGNORECASE | re.MULTILINE,
)
_LEAST_NUMBERED = 3  # labelled sections from which a document has a body to frame
_LEAST_OPENING = 2  # paragraphs of an opening; one alone is its own place already


def framed(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces with openings and signatures as sections beside the numbered ones; no text is added or lost."""
    made: list[Piece] = []
    for part in _parts(pieces):
        numbered = [i for i, piece in enumerate(part) if _is_numbered(piece)]
        if len(numbered) < _LEAST_NUMBERED:
            made += part
            continue
        rank = min(part[i].rank or 0.0 for i in numbered)
        first, last = numbered[0], numbered[-1]
        made += [
            *_with_opening(text, part[:first], rank),
            *part[first:last],
            *_with_signatures(text, part[last:], rank),
        ]
    return made


def _parts(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """The document up to its first exhibit, and each exhibit."""
    begin = 0
    for i, piece in enumerate(pieces):
        if i > begin and piece.rank is not None and piece.label is not None and piece.label.family in PARTS:
            yield pieces[begin:i]
            begin = i
    yield pieces[begin:]


def _is_numbered(piece: Piece) -> bool:
    return piece.rank is not None and piece.label is not None and piece.label.family not in PARTS


def _with_opening(text: str, pieces: Sequence[Piece], rank: float) -> list[Piece]:
    """The first words that open a contract begin a section, up to the first numbered one."""
    for i, piece in enumerate(pieces):
        if not _is_plain(piece) or _OPENS.match(text, piece.start, piece.end) is None:
            continue
        rest = pieces[i:]
        if any(p.rank is not None and p.rank <= rank for p in rest):
            continue  # a heading as high as the numbered sections stands below it
        if sum(p.kind.citable for p in rest) >= _LEAST_OPENING:
            return [*pieces[:i], replace(piece, rank=rank, heading_end=piece.start), *pieces[i + 1 :]]
    return list(pieces)


def _with_signatures(text: str, pieces: Sequence[Piece], rank: float) -> list[Piece]:
    """The last section up to the words that close a contract, and a section from there."""
    for i, piece in enumerate(pieces):
        if not (_is_plain(piece) or i == 0):
            continue
        match = _CLOSES.search(text, max(piece.start, piece.heading_end), piece.end)
        if match is None:
            continue
        start = match.start()
        if not text[piece.start : start].strip():
            if i == 0:
                break  # the last section is the signatures
            return [*pieces[:i], replace(piece, rank=rank, heading_end=piece.start), *pieces[i + 1 :]]
        if not text[piece.heading_end if piece.rank is not None else piece.start : start].strip():
            break
        signed = Piece(BlockKind.PARAGRAPH, start, piece.end, rank, start)
        return [*pieces[:i], replace(piece, end=start), signed, *pieces[i + 1 :]]
    return list(pieces)


def _is_plain(piece: Piece) -> bool:
    return piece.rank is None and piece.kind is BlockKind.PARAGRAPH
