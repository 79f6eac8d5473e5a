"""What a person should look at before trusting a document: letters lost, damage, gaps. Pure.

What was read is compared with itself and, for a PDF whose bytes are kept, with
the letters its pages hold (`ReadingProcess.letters`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from stores.records import Node, NodeKind, Tree

_LETTERS_LOST = 0.98  # share of a page's letters below which it is suspicious
_FEW_LETTERS = 20  # of a page: below it nothing is said of its share
_DAMAGE = re.compile(
    r"[^\n]{0,20}(?:\ufffd|[\ue000-\uf8ff]{2,}|锟斤拷|烫烫烫|â€[™œ\x9d“”]|Ã[©¨¶¼¤±]|ï»¿|\(cid:\d+\))[^\n]{0,20}"
)
_LABEL_NUMBER = re.compile(r"^(?P<family>[a-z]+(?:_\d+)*)_(?P<number>\d+)$")
_MOST_GAPS = 200  # numbers missing in a row of labels beyond which the row is no count
_LONG_LEAF = 8_000  # characters of one passage
_BALANCED = "balanced"


class Concern(StrEnum):
    LETTERS_LOST = "letters_lost"  # the file has letters that the text has not
    EMPTY_PAGE = "empty_page"
    DAMAGE = "damage"  # letters that are no letters: encodings mixed up, fonts without names
    NO_BODY = "heading_without_body"
    NUMBER_MISSING = "number_missing"  # 第三条 and 第五条, but no 第四条
    NUMBER_TWICE = "number_twice"
    HIDDEN = "hidden_text"
    NO_STRUCTURE = "no_structure"
    LONG_PASSAGE = "long_passage"
    BARE_TABLE = "table_without_heads"


@dataclass(frozen=True, slots=True)
class Suspicion:
    concern: Concern
    message: str
    address: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class PageCover:
    """Letters of one page: in the canonical text, and in the file where that is known."""

    page: int
    letters: int
    in_file: int | None = None

    @property
    def share(self) -> float | None:
        """Of the file's letters, how many the text has; None where that is not known."""
        if self.in_file is None:
            return None
        return min(1.0, self.letters / self.in_file) if self.in_file else 1.0


@dataclass(frozen=True, slots=True)
class Quality:
    pages: tuple[PageCover, ...]  # empty for formats without pages
    suspicions: tuple[Suspicion, ...]

    @property
    def cover(self) -> float | None:
        """Share of the file's letters that the text has, over all pages; None where that is not known."""
        known = [p for p in self.pages if p.in_file is not None]
        held = sum(p.in_file or 0 for p in known)
        return min(1.0, sum(p.letters for p in known) / held) if held else None


def examine(tree: Tree, letters_in_file: Sequence[int] | None = None) -> Quality:
    """`letters_in_file`: of each page of the file, in order; None where they are not known."""
    pages = _pages(tree, letters_in_file)
    found = [
        *_page_suspicions(pages),
        *_damage(tree),
        *_sections(tree),
        *_numbers(tree),
        *_hidden(tree),
        *_tables(tree),
    ]
    if tree.version.structure_source == _BALANCED:
        found.insert(0, Suspicion(Concern.NO_STRUCTURE, "no headings were found: the text is cut into equal parts"))
    return Quality(pages, tuple(found))


def _pages(tree: Tree, letters_in_file: Sequence[int] | None) -> tuple[PageCover, ...]:
    counts: Counter[int] = Counter()
    for line in tree.lines:
        if line.page is not None:
            counts[line.page] += sum(map(str.isalpha, tree.text[line.start : line.end]))
    total = tree.version.pages or (len(letters_in_file) if letters_in_file else 0)
    if not counts and letters_in_file is None:
        return ()
    return tuple(
        PageCover(n, counts[n], letters_in_file[n - 1] if letters_in_file and n <= len(letters_in_file) else None)
        for n in range(1, total + 1)
    )


def _page_suspicions(pages: Sequence[PageCover]) -> Iterator[Suspicion]:
    for page in pages:
        if page.letters == 0 and not page.in_file:
            yield Suspicion(Concern.EMPTY_PAGE, "no text: blank, or a picture that needs OCR", page=page.page)
        elif page.share is not None and page.share < _LETTERS_LOST and (page.in_file or 0) >= _FEW_LETTERS:
            yield Suspicion(
                Concern.LETTERS_LOST, f"{page.letters:,} of {page.in_file:,} letters were read", page=page.page
            )


def _damage(tree: Tree) -> Iterator[Suspicion]:
    for match in _DAMAGE.finditer(tree.text):
        node = _leaf_at(tree, match.start())
        yield Suspicion(Concern.DAMAGE, " ".join(match.group().split()), node.address, node.page)


def _leaf_at(tree: Tree, offset: int) -> Node:
    node = tree.nodes[0]
    while not node.leaf:
        node = next(child for child in tree.children(node) if offset < child.end)
    return node


def _sections(tree: Tree) -> Iterator[Suspicion]:
    for node in tree.nodes:
        if node.kind is NodeKind.SECTION and _bare(tree, node):
            words = node.title or node.label or ""
            yield Suspicion(Concern.NO_BODY, f"“{words}” has no text below it", node.address, node.page)
        elif node.leaf and node.size > _LONG_LEAF and node.kind not in (NodeKind.FURNITURE, NodeKind.HIDDEN):
            yield Suspicion(Concern.LONG_PASSAGE, f"{node.size:,} characters in one piece", node.address, node.page)


def _bare(tree: Tree, section: Node) -> bool:
    """Whether a section is nothing but its heading. One paragraph under its label is a leaf too, but has no title."""
    if section.leaf:
        return section.title is not None
    return {c.kind for c in tree.children(section)} <= {NodeKind.HEADING, NodeKind.FURNITURE, NodeKind.HIDDEN}


def _numbers(tree: Tree) -> Iterator[Suspicion]:
    """Labels that should count up: articles through the whole document, other sections below one parent.

    第一条 beside Article 1 is the same article in the other language, not a second one.
    """
    last: dict[tuple[str, str, bool], int] = {}
    seen: set[tuple[str, bool]] = set()
    for node in tree.nodes:
        if node.kind is not NodeKind.SECTION or node.eid is None or node.label is None:
            continue
        above, _, own = node.eid.rpartition("__")
        own = re.sub(r"-\d+$", "", own)
        match = _LABEL_NUMBER.match(own)
        if match is None:
            continue
        han = not node.label.isascii()
        if (f"{above}__{own}", han) in seen:
            yield Suspicion(Concern.NUMBER_TWICE, f"{node.label} stands here again", node.address, node.page)
            continue
        seen.add((f"{above}__{own}", han))
        scope = ("" if match["family"].startswith("art") else above, match["family"], han)
        number, before = int(match["number"]), last.get(scope)
        if before is not None and before + 1 < number <= before + _MOST_GAPS:
            missing = f"{before + 1}" if number == before + 2 else f"{before + 1}–{number - 1}"
            yield Suspicion(
                Concern.NUMBER_MISSING,
                f"{node.label} comes after {match['family']} {before}: {missing} not found",
                node.address,
                node.page,
            )
        last[scope] = number


def _hidden(tree: Tree) -> Iterator[Suspicion]:
    for node in tree.nodes:
        if node.kind is NodeKind.HIDDEN and node.leaf:
            words = " ".join(tree.text_of(node).split())[:80]
            yield Suspicion(Concern.HIDDEN, f"nobody sees “{words}”", node.address, node.page)


def _tables(tree: Tree) -> Iterator[Suspicion]:
    for table in tree.tables:
        body = [r for r in table.rows if not r.header]
        widest = max((len(r.cells) for r in body), default=0)
        if widest >= 3 and not any(table.columns):
            node = tree.by_address[table.address]
            yield Suspicion(Concern.BARE_TABLE, f"{len(body)} rows without column heads", table.address, node.page)
