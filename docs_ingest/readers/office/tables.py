"""Which rows of a table in an Office file are heads of columns, where nothing in the file says so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_HEADS = 4  # rows of heads that nothing marks as such
_FIGURE = re.compile(r"[-−–+(（]?\s*(?:[$€£¥￥]\s*)?\d[\d,.\s]*[%‰]?\s*[)）]?|[-–—]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONGEST = 40  # characters of a figure or a head


@dataclass(frozen=True, slots=True)
class Outline:
    """What tells whether a row is one of heads."""

    groups: bool  # a cell of it stands over several columns, as a head of heads does
    continues: bool  # a cell of it is part of the one above
    values: bool  # a cell holds an amount or a sentence

    @staticmethod
    def of(cells: Sequence[tuple[str, int]], *, continues: bool) -> "Outline":
        """A row by (words, span) of its cells."""
        groups = any(span > 1 for _, span in cells) and (len(cells) > 1 or cells[0][1] > 2)
        values = any(_is_amount(words) for words, _ in cells[1:]) or any(len(words) > _LONGEST for words, _ in cells)
        return Outline(groups, continues, values)


def head_count(rows: Sequence[Outline], of: int) -> int:
    """Heads where no row is marked: the first of several, and those under a head that spans columns or rows.

    `rows` are the first of the table's `of` rows. A row of values is no head
    below another, nor is the only row.
    """
    count = min(1, of - 1)
    while 0 < count < min(len(rows), MOST_HEADS, of - 1):
        if not (rows[count - 1].groups or rows[count].continues) or rows[count].values:
            break
        count += 1
    return count


def _is_amount(words: str) -> bool:
    """Whether a cell holds nothing but a figure that is no year."""
    words = words.strip()
    return len(words) < _LONGEST and _FIGURE.fullmatch(words) is not None and not _YEAR.fullmatch(words)
