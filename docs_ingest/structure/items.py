"""How deep list items are nested, told by their marks: (a) (i) (A), （一） 1. (1), in the order they first appear.

A mark of a kind that is open goes back to its level, another kind opens one
below. (i) after (h) is the letter, otherwise the Roman number.
"""

import re
from dataclasses import dataclass, field

from docs_ingest.structure.labels import Label

_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi")
_DEEPEST = 8


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


_WIDE = str.maketrans("（）．", "().")
