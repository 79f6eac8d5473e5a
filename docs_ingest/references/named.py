"""What a text names: the common form of both languages, before it is looked for."""

from dataclasses import dataclass
from enum import StrEnum


class Relative(StrEnum):
    """Places named by where they stand from here."""

    HERE = "here"  # the section or article that holds the words: 第二款, paragraph (b)
    PARAGRAPH_BEFORE = "paragraph before"  # 前款, the preceding paragraph
    ARTICLE_BEFORE = "article before"  # 前条, the preceding section
    ITEM_BEFORE = "item before"  # 前项


@dataclass(frozen=True, slots=True)
class Step:
    """One step down to a place: the family and number of a label (`art`, `12`), as eIds are made of."""

    family: str
    number: str


@dataclass(frozen=True, slots=True)
class Named:
    """Words that name a place."""

    start: int  # text[start:end] are the words
    end: int
    label: str  # the place in one form: 第十二条第二款, Section 5.2(a)
    steps: tuple[Step, ...]  # from the outermost named down; empty: the whole document
    document: str = ""  # title of another document
    relative: Relative | None = None
    back: int = 1  # how many before, for the relative ones: 前两款
