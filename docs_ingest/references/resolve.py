"""What is named -> the address where it stands.

Places are found by the eIds of the tree (`chp_3__art_12__para_2`): the steps
that are named must stand in this order in an eId that ends with the last of
them. Of several such places the one nearest to where the words stand counts.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docs_ingest.references.named import Named, Relative, Step
from stores.records import Node, NodeKind, ancestors, parent_address

_SISTERS = {
    "sec": ("sec", "art", "clause", "chp"),
    "art": ("art", "sec", "clause"),
    "clause": ("clause", "sec", "art", "item"),
    "para": ("para", "item", "sec"),  # 第二款: counted
    "paragraph": ("item", "sec", "art", "para"),  # Paragraph 3: numbered
    "note": ("note",),
    "app": ("app", "annex", "schedule", "exhibit"),
    "annex": ("annex", "app", "schedule"),
    "schedule": ("schedule", "annex"),
    "attachment": ("attachment", "annex", "exhibit"),
}
_LEADING_NUMBER = re.compile(r"\s*[\[(]?(\d{1,4})[\])]?[.\s]")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_POLICIES = re.compile(
    r"accounting\s+policies|basis\s+of\s+(?:presentation|preparation)|会计政策|编制基础", re.IGNORECASE
)
_NOTES = ("notes to", "附注", "notes on")

_Option = tuple[tuple[tuple[str, str], ...], str]  # (the steps down to a place, its address)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a named place stands, or why it is not there. Both are set when only a part of the way was found."""

    address: str | None
    reason: str = ""


class Places:
    """The labelled places of one tree."""

    def __init__(self, nodes: Sequence[Node], text: str = "") -> None:
        """`text` is that of the nodes; without it footnotes are not found by their numbers."""
        self._nodes = {n.address: n for n in nodes}
        self._footnotes: dict[str, list[Node]] = defaultdict(list)
        for node in nodes if text else ():
            if node.kind is NodeKind.FOOTNOTE and (leading := _LEADING_NUMBER.match(text, node.start, node.end)):
                self._footnotes[leading[1]].append(node)
        self._ending: dict[tuple[str, str], list[_Option]] = defaultdict(list)
        self._articles: list[str] = []
        self._beside_policies: set[str] = set()  # what holds the notes to financial statements
        for node in nodes:
            path = _path(node)
            if not path:
                continue
            for family, number in dict.fromkeys((path[-1], (path[-1][0], _arabic(path[-1][1])))):
                self._ending[family, number].append((path, node.address))
            if path[-1][0] in ("art", "sec"):
                self._articles.append(node.address)
                if _POLICIES.search(node.title or "") and (above := parent_address(node.address)) is not None:
                    self._beside_policies.add(above)

    def find(self, named: Named, source: Node) -> Found:
        """Where `named`, said at `source`, stands."""
        if named.document:
            return Found(None, "another document")
        base: str | None = None
        if named.relative is not None:
            base, reason = self._relative(named, source)
            if base is None:
                return Found(None, reason)
        if not named.steps:
            return Found(base)
        if named.steps[0].family == "footnote":
            return self._footnote(named.steps[0].number, source)
        return self._down(base, named.steps, source)

    def _footnote(self, number: str, source: Node) -> Found:
        """The note with this number that is nearest; notes may be counted from 1 again."""
        notes = self._footnotes.get(number)
        if not notes:
            return Found(None, f"there is no footnote {number} here")
        return Found(min(notes, key=lambda n: abs(n.order - source.order)).address)

    def _down(self, base: str | None, steps: Sequence[Step], source: Node) -> Found:
        """The place that the steps lead to; the last one above it that is there, with what was not found below."""
        for length in range(len(steps), 0, -1):
            address = self._named(base, steps[:length], source)
            if address is not None:
                missing = steps[length:]
                if missing and (beside := self._beside(address, steps, source)) is not None:
                    return Found(beside)
                return Found(address, f"{_written(missing)} was not found below it" if missing else "")
        for shorter, whole in _otherwise(steps):
            address = self._named(base, shorter, source)
            if address is not None:
                return Found(address, "" if whole else f"{_written(steps)} was not found below it")
        first = steps[0]
        return Found(None, f"there is no {first.family} {first.number} here" if base is None else "not found there")

    def _beside(self, part: str, steps: Sequence[Step], source: Node) -> str | None:
        """The item of a Part whose heading does not hold its items: the first one printed after it."""
        if steps[0].family != "part" or len(steps) < 2:
            return None
        begins = self._nodes[part].order
        options = [o for o in self._options(None, steps[1:]) if self._nodes[o[1]].kind is NodeKind.SECTION]
        return min(
            (a for _, a in options if self._nodes[a].order > begins), key=lambda a: self._nodes[a].order, default=None
        )

    def every(self, steps: Sequence[Step]) -> list[str]:
        """All places that steps from the top lead to, in document order: whoever asks stands nowhere."""
        found = {address for _, address in self._options(None, steps)}
        return sorted(found, key=lambda address: self._nodes[address].order)

    def _named(self, base: str | None, steps: Sequence[Step], source: Node) -> str | None:
        options = self._options(base, steps)
        if not options:
            return None
        return min(options, key=lambda o: self._distance(o, steps, source))[1]

    def _options(self, base: str | None, steps: Sequence[Step]) -> list[_Option]:
        """The places below `base` that the steps lead to, of the first kind that there is."""
        last = steps[-1]
        lettered = ("item", "sec") if last.family == "item" and last.number.isalpha() else (last.family,)
        for family in _SISTERS.get(last.family, lettered):
            options = [
                (path, address)
                for path, address in self._ending.get((family, _arabic(last.number)), ())
                if (base is None or address == base or address.startswith(f"{base}.")) and _leads(path, steps)
            ]
            if options:
                return self._structural(last, options)
        if last.family == "para" and last.number == "1" and len(steps) > 1:
            return self._options(base, steps[:-1])  # an article of one paragraph is that paragraph
        if last.family == "para" and last.number == "1" and base is not None:
            return [((), base)]
        in_notes = self._in_notes(last) if last.family == "note" else None
        return [] if in_notes is None else [((), in_notes)]

    def _distance(self, option: _Option, steps: Sequence[Step], source: Node) -> tuple[int, int, bool, int, int]:
        """Nearest first: no steps left out, most of the way shared, the number as it is written, not deep, early."""
        path, address = option
        return (
            _left_out(path, steps) if path else 0,
            -shared_steps(address, source.address),
            bool(path) and path[-1][1] != steps[-1].number,
            len(path),
            self._nodes[address].order,
        )

    def _structural(self, last: Step, options: list[_Option]) -> list[_Option]:
        """Item 7A of a filing is a section, item (7) of a list is none: sections first, where there are any."""
        sections = [o for o in options if self._nodes[o[1]].kind is NodeKind.SECTION]
        return sections if last.family == "item" and sections and not last.number.isalpha() else options

    def _in_notes(self, last: Step) -> str | None:
        """Note 21 may be printed as “21.” or “(21)” below “Notes to the Consolidated Financial Statements”.

        Where no heading says so, the first note tells: it lies beside one on accounting policies.
        """
        options = [a for family in ("sec", "item") for _, a in self._ending.get((family, _arabic(last.number)), ())]
        for address in options:
            titles = [(self._nodes[a].title or "").casefold() for a in ancestors(address)]
            if any(mark in title for title in titles for mark in _NOTES):
                return address
        return next((a for a in options if parent_address(a) in self._beside_policies), None)

    def _relative(self, named: Named, source: Node) -> tuple[str | None, str]:
        article = self._enclosing(source)
        if article is None:
            return None, "it stands in no numbered section"
        match named.relative:
            case Relative.HERE:
                return self._here(named, source, article), ""
            case Relative.ARTICLE_BEFORE:
                at = self._articles.index(article) - named.back if article in self._articles else -1
                before = [a for a in self._articles if not article.startswith(f"{a}.")]
                at = before.index(article) - named.back if article in before else at
                return (before[at], "") if at >= 0 else (None, "nothing stands before it")
            case Relative.PARAGRAPH_BEFORE:
                return self._paragraph_before(source, article, named.back)
            case _:
                return self._item_before(source, named.back)

    def _here(self, named: Named, source: Node, article: str) -> str:
        """第二款 counts from the article; (b) and 第一项 from the nearest place that has them."""
        if named.steps and named.steps[0].family == "para":
            return article
        for address in reversed(list(ancestors(source.address))):
            if address == article:
                break
            if self._named(address, named.steps[:1], self._nodes[address]) is not None:
                return address
        return article

    def _enclosing(self, source: Node) -> str | None:
        """The article or section that holds a place, itself included; the innermost one."""
        for address in (source.address, *reversed(list(ancestors(source.address)))):
            node = self._nodes[address]
            if node.label is not None and node.kind is NodeKind.SECTION:
                return address
        return None

    def _paragraph_before(self, source: Node, article: str, back: int) -> tuple[str | None, str]:
        paragraphs = [a for a in self._below(article) if self._nodes[a].kind is NodeKind.PARAGRAPH]
        own = next(
            (i for i, a in enumerate(paragraphs) if source.address == a or source.address.startswith(f"{a}.")), None
        )
        if own is None:  # an item outside any paragraph, a table: what was written last before it
            own = sum(self._nodes[a].order < source.order for a in paragraphs)
        at = own - back
        return (paragraphs[at], "") if at >= 0 else (None, "no paragraph stands before it in this section")

    def _below(self, address: str) -> Iterator[str]:
        """Children, those of groups in their place."""
        for i in range(self._nodes[address].children):
            child = f"{address}.{i}"
            if self._nodes[child].kind is NodeKind.GROUP:
                yield from self._below(child)
            else:
                yield child

    def _item_before(self, source: Node, back: int) -> tuple[str | None, str]:
        for address in (source.address, *reversed(list(ancestors(source.address)))):
            if self._nodes[address].kind is not NodeKind.ITEM:
                continue
            above = parent_address(address)
            assert above is not None
            items = [a for a in self._below(above) if self._nodes[a].kind is NodeKind.ITEM]
            at = items.index(address) - back if address in items else -1
            return (items[at], "") if at >= 0 else (None, "no item stands before it")
        return None, "it stands in no list"


def _otherwise(steps: Sequence[Step]) -> Iterator[tuple[list[Step], bool]]:
    """Where a place may stand whose own number is no label, and whether that is the whole way.

    II.D.3.b as b below 3 below D below II; 3B as B below 3; 7.4.3 below 7.4 or 7.
    """
    first, *rest = steps
    parts = first.number.split("_")
    if len(parts) > 1 and any(not part.isdigit() for part in parts):
        nested = [Step(first.family, part) for part in parts]
        lettered = [*nested[:-1], Step("item", parts[-1])]
        yield [*nested, *rest], True
        yield [*lettered, *rest], True
        yield from ((nested[:length], False) for length in range(len(nested), 0, -1))
        return
    if match := re.fullmatch(r"(\d+)([a-z])", first.number):
        yield [Step(first.family, match[1]), Step("item", match[2])], not rest
        yield [Step(first.family, match[1])], False
    while len(parts := parts[:-1]) > 0:
        yield [Step(first.family, "_".join(parts))], False


def _written(steps: Sequence[Step]) -> str:
    return " ".join(f"{s.family} {s.number}" for s in steps)


def _path(node: Node) -> tuple[tuple[str, str], ...]:
    """An eId taken apart: `chp_2__art_5` -> (("chp", "2"), ("art", "5")); counters of doubles are left out."""
    if node.eid is None:
        return ()
    steps = []
    for part in node.eid.split("__"):
        family, _, number = part.partition("_")
        steps.append((family, number.partition("-")[0]))
    return tuple(steps)


def _leads(path: Sequence[tuple[str, str]], steps: Sequence[Step]) -> bool:
    """Whether the steps stand in this order on the way to a place; its last one is known to fit."""
    return _first_step(path, steps) >= 0


def _left_out(path: Sequence[tuple[str, str]], steps: Sequence[Step]) -> int:
    """How many steps of the way to a place are passed over between the steps that are named."""
    return len(path) - _first_step(path, steps) - len(steps)


def _first_step(path: Sequence[tuple[str, str]], steps: Sequence[Step]) -> int:
    """Which step of the way is the first one named, the others below it in their order; -1 where they are not."""
    at = len(path) - 1
    for step in reversed(steps[:-1]):
        families = _SISTERS.get(step.family, (step.family,))
        at -= 1
        while at >= 0 and not (path[at][0] in families and _arabic(path[at][1]) == _arabic(step.number)):
            at -= 1
        if at < 0:
            return -1
    return at


def _arabic(number: str) -> str:
    """iv -> 4, 5_03 -> 5_3; whatever is no Roman number stays. A single letter stays a letter, but for i, v and x."""
    number = re.sub(r"(?<![^_])0+(?=\d)", "", number)
    if len(number) < 2 and number not in ("i", "v", "x"):
        return number
    if any(c not in _ROMAN for c in number):
        return number
    values = [_ROMAN[c] for c in number]
    total = sum(-v if v < max(values[i + 1 :], default=0) else v for i, v in enumerate(values))
    return str(total)


def shared_steps(one: str, other: str) -> int:
    """How many steps two addresses share from the root down."""
    count = 0
    for a, b in zip(one.split("."), other.split("."), strict=False):
        if a != b:
            break
        count += 1
    return count
