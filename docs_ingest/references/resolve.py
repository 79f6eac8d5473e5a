"""What is named -> the address where it stands.

Places are found by the eIds of the tree (`chp_3__art_12__para_2`): the steps
that are named must stand in this order in an eId that ends with the last of
them. Of several such places the one nearest to where the words stand counts.

A label may stand a thousand times in a text and be named as often, so nothing
here goes through all places of a label for each time that it is named.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

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
_Way = tuple[str | None, tuple[Step, ...]]  # (address of the place below which it is looked for, the steps)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a named place stands, or why it is not there. Both are set when only a part of the way was found."""

    address: str | None
    reason: str = ""


class Places:
    """The labelled places of one tree."""

    def __init__(self, nodes: Sequence[Node], text: str = "") -> None:
        """`text` is that of the nodes; without it footnotes are not found by their numbers."""
        nodes = sorted(nodes, key=lambda n: n.order)
        self._nodes = {n.address: n for n in nodes}
        self._options_of: dict[_Way, list[_Option]] = {}  # what was looked for before
        self._best_of: dict[_Way, dict[str, str]] = {}
        self._members_of: dict[tuple[str, NodeKind], list[str]] = {}
        self._above: dict[tuple[str, str], dict[tuple[str, str], list[_Option]]] = {}
        self._footnotes: dict[str, list[Node]] = defaultdict(list)
        for node in nodes if text else ():
            if node.kind is NodeKind.FOOTNOTE and (leading := _LEADING_NUMBER.match(text, node.start, node.end)):
                self._footnotes[leading[1]].append(node)
        self._ending: dict[tuple[str, str], list[_Option]] = defaultdict(list)
        self._articles: dict[str, int] = {}  # in document order, each with its place in it
        self._beside_policies: set[str] = set()  # what holds the notes to financial statements
        for node in nodes:
            path = _path(node)
            if not path:
                continue
            for family, number in dict.fromkeys((path[-1], (path[-1][0], _arabic(path[-1][1])))):
                self._ending[family, number].append((path, node.address))
            if path[-1][0] in ("art", "sec"):
                self._articles[node.address] = len(self._articles)
                if _POLICIES.search(node.title or "") and (above := parent_address(node.address)) is not None:
                    self._beside_policies.add(above)
        self._in_order = list(self._articles)

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
        at = bisect_left(notes, source.order, key=lambda n: n.order)
        return Found(min(notes[max(at - 1, 0) : at + 1], key=lambda n: abs(n.order - source.order)).address)

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
        options = self._options(None, steps[1:])
        after = bisect_right(options, self._nodes[part].order, key=self._order)
        following = (options[i][1] for i in range(after, len(options)))
        return next((address for address in following if self._nodes[address].kind is NodeKind.SECTION), None)

    def every(self, steps: Sequence[Step]) -> list[str]:
        """All places that steps from the top lead to, in document order: whoever asks stands nowhere."""
        return [address for _, address in self._options(None, steps)]

    def _named(self, base: str | None, steps: Sequence[Step], source: Node) -> str | None:
        """The option nearest to the source: of those that share most of the way with it, the best."""
        way = (base, tuple(steps))
        best = self._best_of.get(way)
        if best is None:
            best = self._best_of[way] = self._best(self._options(base, steps), steps)
        return next((best[address] for address in _upwards(source.address) if address in best), None)

    def _best(self, options: Sequence[_Option], steps: Sequence[Step]) -> dict[str, str]:
        """Of each address, which of the options at or below it counts.

        Those with fewest steps left out; then the number as it is written, not deep, early.
        """
        passed = [_left_out(path, steps) if path else 0 for path, _ in options]
        fewest = min(passed, default=0)
        nearest = [o for o, left_out in zip(options, passed, strict=True) if left_out == fewest]
        nearest.sort(key=lambda o: (bool(o[0]) and o[0][-1][1] != steps[-1].number, len(o[0]), self._order(o)))
        best: dict[str, str] = {}
        for _, address in nearest:
            for above in _upwards(address):
                if above in best:
                    break
                best[above] = address
        return best

    def _order(self, option: _Option) -> int:
        return self._nodes[option[1]].order

    def _options(self, base: str | None, steps: Sequence[Step]) -> list[_Option]:
        """The places below `base` that the steps lead to, of the first kind that there is, in document order."""
        way = (base, tuple(steps))
        if way not in self._options_of:
            self._options_of[way] = self._looked_for(base, steps)
        return self._options_of[way]

    def _looked_for(self, base: str | None, steps: Sequence[Step]) -> list[_Option]:
        last = steps[-1]
        for families in _kinds(last):
            options = [
                option
                for family in families
                for among in self._among((family, _arabic(last.number)), steps)
                for option in self._inside(base, among)
                if _leads(option[0], steps)
            ]
            if options:
                options = sorted(dict.fromkeys(options), key=self._order)
                return self._structural(last, options)
        if last.family == "para" and last.number == "1" and len(steps) > 1:
            return self._options(base, steps[:-1])  # an article of one paragraph is that paragraph
        if last.family == "para" and last.number == "1" and base is not None:
            return [((), base)]
        in_notes = self._in_notes(last) if last.family == "note" else None
        return [] if in_notes is None else [((), in_notes)]

    def _among(self, label: tuple[str, str], steps: Sequence[Step]) -> Iterator[Sequence[_Option]]:
        """Places with a label that stand below one with the label of the step before the last, where there is one."""
        if len(steps) < 2:
            yield self._ending.get(label, ())
            return
        if label not in self._above:
            above: dict[tuple[str, str], list[_Option]] = defaultdict(list)
            for option in self._ending.get(label, ()):
                for family, number in dict.fromkeys((family, _arabic(number)) for family, number in option[0][:-1]):
                    above[family, number].append(option)
            self._above[label] = above
        step = steps[-2]
        for family in _SISTERS.get(step.family, (step.family,)):
            yield self._above[label].get((family, _arabic(step.number)), ())

    def _inside(self, base: str | None, options: Sequence[_Option]) -> Iterator[_Option]:
        """Those of the options, which are in document order, that are `base` or stand below it."""
        first = 0 if base is None else bisect_left(options, self._nodes[base].order, key=self._order)
        for i in range(first, len(options)):
            if base is not None and not _holds(base, options[i][1]):
                return
            yield options[i]

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
                before = self._articles_before(article)
                found = next(islice(before, named.back - 1, None), None)
                return found, "" if found else "nothing stands before it"
            case Relative.PARAGRAPH_BEFORE:
                return self._paragraph_before(source, article, named.back)
            case _:
                return self._item_before(source, named.back)

    def _articles_before(self, article: str) -> Iterator[str]:
        """The last one first; without those that hold it."""
        for i in range(self._articles.get(article, 0) - 1, -1, -1):
            if not _holds(self._in_order[i], article):
                yield self._in_order[i]

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
        paragraphs = self._members(article, NodeKind.PARAGRAPH)
        at = bisect_right(paragraphs, source.order, key=lambda a: self._nodes[a].order)
        if at and _holds(paragraphs[at - 1], source.address):
            at -= 1  # else an item outside any paragraph, a table: what was written last before it
        return (paragraphs[at - back], "") if at >= back else (None, "no paragraph stands before it in this section")

    def _members(self, address: str, kind: NodeKind) -> list[str]:
        """What stands below a place and is of this kind, those of groups too."""
        if (address, kind) not in self._members_of:
            self._members_of[address, kind] = [a for a in self._below(address) if self._nodes[a].kind is kind]
        return self._members_of[address, kind]

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
            items = self._members(above, NodeKind.ITEM)
            at = bisect_left(items, self._nodes[address].order, key=lambda a: self._nodes[a].order)
            return (items[at - back], "") if at >= back else (None, "no item stands before it")
        return None, "it stands in no list"


def _kinds(last: Step) -> list[tuple[str, ...]]:
    """Families in which a place named so may be labelled, the first that has any being the one meant."""
    if last.family == "paragraph":
        return [
            ("item", "sec", "art"),
            ("para",),
        ]  # whichever is nearest: exhibits number their paragraphs in their own way
    if last.family == "item" and last.number.isalpha():
        return [("item",), ("sec",)]
    return [(family,) for family in _SISTERS.get(last.family, (last.family,))]


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


def _upwards(address: str) -> Iterator[str]:
    """An address and those above it, up to the root."""
    yield address
    while above := parent_address(address):
        yield (address := above)


def _holds(one: str, other: str) -> bool:
    """Whether a place is another one or holds it."""
    return other == one or other.startswith(f"{one}.")


def shared_steps(one: str, other: str) -> int:
    """How many steps two addresses share from the root down."""
    count = 0
    for a, b in zip(one.split("."), other.split("."), strict=False):
        if a != b:
            break
        count += 1
    return count
