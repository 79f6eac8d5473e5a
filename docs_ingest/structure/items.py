"""List items: how deep they are nested, and which paragraphs that begin with a capital letter are items at all.

The depth is told by the marks: (a) (i) (A), （一） 1. (1), in the order they
first appear. A mark of a kind that is open goes back to its level, another kind
opens one below. (i) after (h) is the letter, otherwise the Roman number.

“B. Either party may ...” is an item where it follows an A, as the recitals of
contracts do; “J. Smith was elected ...” follows nothing.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from docs_ingest.parsed import Block, BlockKind
from docs_ingest.structure.labels import Label, label_at

_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi")
_DEEPEST = 8
_CAPITAL = re.compile(r"\s*(?P<label>(?P<n>[A-Z])\.)\s+(?=[A-Z“\"\u4e00-\u9fff])")
_FURTHEST = 20  # blocks from one lettered item to the next: an item may go on, or hold a list of its own


@dataclass(slots=True)
class _Open:
    kind: str
    last: str  # the mark's own letters or figures


@dataclass(slots=True)
class ItemLevels:
    """Counts through the items of one section; `level` is asked once for each item, in order."""

    _open: list[_Open] = field(default_factory=list)

    def begin_section(self) -> None:
        self._open.clear()

    def level(self, label: Label) -> int:
        """1 for the outermost."""
        kind = self._kind(label)
        for depth, one in enumerate(self._open):
            if one.kind == kind:
                del self._open[depth + 1 :]
                one.last = label.number
                return depth + 1
        if len(self._open) == _DEEPEST:
            self._open.pop()
        self._open.append(_Open(kind, label.number))
        return len(self._open)

    def _kind(self, label: Label) -> str:
        """The shape of a mark: its brackets, and whether it counts in letters, Roman or Han numbers or figures."""
        shape = re.sub(r"\w+", "#", label.text.translate(_WIDE))
        number = label.number
        if re.search(r"[一二三四五六七八九十]", label.text):
            return f"{shape} han"
        if number.isdigit():
            return f"{shape} figure"
        if label.text.strip("().）（").isupper():
            return f"{shape} capital"
        if number in _ROMAN and not self._next_letter(f"{shape} letter", number):
            return f"{shape} roman"
        return f"{shape} letter"

    def _next_letter(self, kind: str, number: str) -> bool:
        """Whether a letter that is a Roman number too goes on with letters that are open: (i) after (h)."""
        before = next((one.last for one in self._open if one.kind == kind), None)
        return before is not None and len(number) == 1 and len(before) == 1 and ord(number) - ord(before) == 1


def lettered_items(text: str, blocks: Sequence[Block], sections: Container[int]) -> dict[int, Label]:
    """Index of each paragraph that is one of A., B., C. in a row, with its label; `sections` end a row."""
    found: dict[int, Label] = {}
    row: list[tuple[int, Label]] = []
    for index, block in enumerate(blocks):
        if index in sections or block.kind is BlockKind.HEADING or (row and index - row[-1][0] > _FURTHEST):
            row = []
        label = _capital(text, block) if block.kind is BlockKind.PARAGRAPH and index not in sections else None
        if label is None:
            continue
        if label.number == "a":
            row = []
        elif not row or ord(label.number) - ord(row[-1][1].number) != 1:
            continue
        row.append((index, label))
        if len(row) > 1:
            found.update(row)
    return found


def _capital(text: str, block: Block) -> Label | None:
    match = _CAPITAL.match(text, block.start, block.end)
    if match is None or label_at(text[block.start : block.end]) is not None:
        return None
    return Label(match["label"], "item", match["n"].lower(), None, match.end() - block.start)


_WIDE = str.maketrans("（）．", "().")
