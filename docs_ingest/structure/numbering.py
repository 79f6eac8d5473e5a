"""Numbered sections: which of the numbers in a text count its sections, also in the middle of a block.

Contracts that came through a converter are often one long line a page: “... in
Section 1.26. 2. GRANT OF RIGHTS 2.1 Aucta hereby grants ...”. Every number that
could begin a section is a candidate; of all candidates the longest run is kept
in which each number follows the one before (2.1 after 2, 3 after 2.7, 1 again
where an annex begins). “1.5 million” and “Section 2.3 shall apply” follow
nothing, or are left out because the run is longer without them.

A section may begin with its heading run in: “3. Term. The term of this ...”.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from docs_ingest.parsed import Block, BlockKind
from docs_ingest.structure.labels import Label, Rank, heading_like, label_at

_WHOLE = 1.0  # weight of a number at the start of a block
_INSIDE = 0.8  # of one in the middle
_LOOSE = 0.4  # of one after a word that ends no sentence
_BARE = 0.2  # of a single number without a heading after it: more often a list item than a section
_RESTART = 1.5  # cost of counting from 1 again
_MISSING = 0.5  # cost of one number that is left out
_JUMP = 0.9  # cost of going on with a later number, several left out
_LATEST_START = 3  # the number a count may begin with, those before it having been missed
_FURTHEST = 8  # sections on that a jump may lead; from the third on each costs as one that is missing
_LEAST_INSIDE = 3  # sections inside blocks below which none is believed
_LONGEST_TITLE = 100  # characters of a heading that is run in
_LONGEST_HAN_TITLE = 20
_LOOK_BACK = 40


def _number(between: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.,$€£¥%/(§#-])(?P<n>\d{{1,3}}(?:\.{between}\d{{1,3}}){{0,5}})(?P<dot>\.?)"
        r"(?P<gap>[\s\u3000]+|(?=[\u4e00-\u9fff]))(?=[A-Za-z“\"'‘(\[【《\u4e00-\u9fff*])"
    )


_NUMBER = _number("")
_SPACED = _number(r"\s?")
_SPACED_OUT = re.compile(r"(?<![\w.])\d{1,2}\. \d{1,2}(?:\. |[ \t]{2,})(?=\S)")  # 2. 3. as some converters leave 2.3
_MANY_SPACED = 5  # such numbers from which they are read so
_BEFORE = re.compile(r"(?:[.;:!?。；：！？”\"’')\]】*_]|\b[A-Z][A-Za-z'’&-]*|[A-Z]{2,})$")
_LISTED = re.compile(r"[;:.]\s{2,}$")  # before 4.12 in “...;     4.12 minor repairs;     4.13 ...”
_REFERS = re.compile(
    r"(?:\b(?:sections?|clauses?|articles?|paragraphs?|schedules?|exhibits?|annex(?:es)?|appendix|items?|rules?|parts?|"
    r"chapters?|notes?|tables?|figures?|no|nos|version|release|page|and|or|to|through|under|of|in|by|with|see|than|"
    r"from)\.?|[§第])$",
    re.IGNORECASE,
)
_PARTED = re.compile(r"[\s。；：！？”）】]")
_WORD_LABEL = re.compile(
    r"(?<=[.;:!?”\")\]*_\s])(?P<label>(?:ARTICLE|SECTION|CHAPTER|EXHIBIT|SCHEDULE|ANNEX|APPENDIX)\s*[-–—]?\s*"
    r"(?P<n>\d{1,3}|[IVXLC]{1,7}|[A-Z]))(?P<after>[.:)—–-]*)\s+(?=[A-Z][A-Z]+\b)"
)
_RUN_IN = re.compile(
    rf"(?P<title>[A-Z“\"‘][^.:!?。；：\n|]{{0,{_LONGEST_TITLE}}}?)\s*(?:[.:](?=[\s\"”]|$)|\s?[—–]\s?|\s-\s)[\"”]?"
)
_RUN_IN_ZH = re.compile(r"(?P<title>[\u4e00-\u9fff][\u4e00-\u9fff、和与及的]{1,14})[：:](?=\S)")
_CAPITAL_WORD = r"[A-Z(][A-Z&,/'’()–-]{1,40}"
_CAPITALS = re.compile(
    rf"(?P<title>(?=[^\n|]{{0,40}}[A-Z]{{4}})(?:{_CAPITAL_WORD}|[A-Z])(?:\s(?:(?:{_CAPITAL_WORD}|[A-Z&])\s){{0,9}}"
    rf"{_CAPITAL_WORD})?)(?=\s+(?:[“\"'‘(\[]?[A-Z][a-z ]|[“\"]|\d{{1,3}}\.\d))"
)
_SMALL = frozenset(
    re.findall(
        r"\S+", "a an and as at but by for from if in into nor of on or out over per the to under up upon via vs with"
    )
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a numbered section begins: `label.length` code points from `start` to its words."""

    start: int
    label: Label
    heading_end: int  # equal to `start` where the section begins with its text
    title: str | None


_Key = tuple[tuple[int, ...], bool]
"""Steps of a number or their beginning; whether a word stands before them: Item 1, ARTICLE 2."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    block: int
    start: int
    label: Label
    steps: tuple[int, ...]
    weight: float  # 0: it opens a section in any case, and the count may go on from it
    inside: bool


def find_marks(text: str, blocks: Sequence[Block], headed: Mapping[int, Label | None]) -> dict[int, list[Mark]]:
    """Index of each block in which numbered sections begin -> where, in text order.

    `headed`: blocks that are headings whatever their number says, with their label.
    """
    spaced = sum(1 for _ in islice(_SPACED_OUT.finditer(text), _MANY_SPACED)) == _MANY_SPACED
    number = _SPACED if spaced else _NUMBER
    candidates = [c for i, block in enumerate(blocks) for c in _candidates(text, i, block, headed, number)]
    kept = _longest_run(candidates)
    if sum(c.inside for c in kept) < _LEAST_INSIDE:
        kept = _longest_run([c for c in candidates if not c.inside])
    return _marks(text, blocks, [c for c in kept if c.block not in headed and (c.steps == c.label.steps or c.inside)])


def _candidates(
    text: str, index: int, block: Block, headed: Mapping[int, Label | None], number: re.Pattern[str]
) -> Iterator[_Candidate]:
    if index in headed or block.kind is BlockKind.HEADING:
        label = headed.get(index)
        if label is not None and (steps := _steps(label)):
            yield _Candidate(index, block.start, label, steps, 0.0, False)
        return
    if block.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM):
        return
    label = label_at(text[block.start : block.end])
    first = _at_start(text, index, block, label, number)
    if first is not None:
        yield first
    if block.kind is BlockKind.PARAGRAPH:
        yield from _inside(text, index, block, block.start + (label.length if label is not None else 0), number)


def _steps(label: Label) -> tuple[int, ...]:
    if label.steps:
        return label.steps
    return (int(label.number),) if label.structural and label.number.isascii() and label.number.isdigit() else ()


def _at_start(text: str, index: int, block: Block, label: Label | None, number: re.Pattern[str]) -> _Candidate | None:
    if label is not None and label.structural and not label.steps:
        return _Candidate(index, block.start, label, _steps(label), 0.0, False)
    match = number.match(text, block.start + _lead(text, block), block.end)
    if match is None or text[match.end()].islower():
        return None
    found = _numbered(match)
    whole = heading_like(text[match.end() : block.end])
    strong = len(found.steps) > 1 or whole or _title(text, match.end(), block.end) is not None
    return _Candidate(index, match.start(), found, found.steps, _WHOLE if strong else _BARE, False)


def _lead(text: str, block: Block) -> int:
    words = text[block.start : block.end]
    return len(words) - len(words.lstrip())


def _numbered(match: re.Match[str]) -> Label:
    steps = tuple(int(n) for n in match["n"].split("."))
    printed = match["n"] if len(steps) > 1 else f"{match['n']}{match['dot']}"
    name = "_".join(map(str, steps))
    return Label(printed, "sec", name, Rank.DECIMAL + len(steps) - 1, len(match.group()), steps)


def _inside(text: str, index: int, block: Block, start: int, number: re.Pattern[str]) -> Iterator[_Candidate]:
    """Candidates in the middle of a block, after the end of a sentence or a heading."""
    found = [c for m in number.finditer(text, start, block.end) if (c := _number_inside(text, index, block, m))]
    found += [_word_inside(index, m) for m in _WORD_LABEL.finditer(text, start, block.end)]
    yield from sorted(found, key=lambda c: c.start)


def _number_inside(text: str, index: int, block: Block, match: re.Match[str]) -> _Candidate | None:
    before = text[max(block.start, match.start() - _LOOK_BACK) : match.start()].rstrip()
    if not before or not _PARTED.match(text[match.start() - 1]):
        return None
    if _REFERS.search(before) is not None:
        return None
    label = _numbered(match)
    if text[match.end()].islower():
        listed = _LISTED.search(text[max(block.start, match.start() - _LOOK_BACK) : match.start()]) is not None
        return (
            _Candidate(index, match.start(), label, label.steps, _LOOSE, True) if listed and label.steps[1:] else None
        )
    after_sentence = _BEFORE.search(before) is not None
    if len(label.steps) > 1:
        return _Candidate(index, match.start(), label, label.steps, _INSIDE if after_sentence else _LOOSE, True)
    titled = _title(text, match.end(), block.end) or _heading_before_child(text, match.end(), block.end, label)
    if not (after_sentence and titled and match["dot"]):
        return None
    return _Candidate(index, match.start(), label, label.steps, _INSIDE, True)


def _word_inside(index: int, match: re.Match[str]) -> _Candidate:
    label = label_at(f"{match['label'].title()}: ")
    name = match["n"].lower()
    rank = label.rank if label is not None else Rank.ARTICLE
    family = label.family if label is not None else "art"
    made = Label(match["label"], family, name, rank, len(match.group()))
    return _Candidate(index, match.start(), made, _steps(made), 0.0, True)


def _longest_run(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The heaviest sequence in which each number follows the one before; labels that need no number are in it."""
    best: dict[_Key, tuple[float, int]] = {}  # steps or their beginning -> weight so far, last candidate
    top: tuple[float, int] = (0.0, -1)
    weights: list[float] = []
    before: list[int] = []
    for i, one in enumerate(candidates):
        if one.weight == 0.0:
            weight, last = top
        else:
            found = max((*_followed(one.steps, best, top), *_jumped(one.steps, candidates, top)), default=None)
            if found is None:
                weights.append(float("-inf"))
                before.append(-1)
                continue
            weight, last = found[0] + one.weight, found[1]
        weights.append(weight)
        before.append(last)
        for key in _keys(one):
            if key not in best or weight >= best[key][0]:
                best[key] = (weight, i)
        if weight >= top[0]:
            top = (weight, i)
    kept: list[_Candidate] = []
    at = top[1]
    while at >= 0:
        kept.append(candidates[at])
        at = before[at]
    certain = [c for c in candidates if c.weight == 0.0]
    return sorted({(c.block, c.start): c for c in (*certain, *kept)}.values(), key=lambda c: c.start)


def _keys(one: _Candidate) -> Iterator[_Key]:
    """What a candidate is the place of: its steps and their beginnings. “Item 1” heads 1.1, but no 2 follows it."""
    worded = bool(one.steps) and not one.label.steps
    for length in range(1, len(one.steps) + 1):
        yield one.steps[:length], worded and length == 1


def _followed(
    steps: tuple[int, ...], best: Mapping[_Key, tuple[float, int]], top: tuple[float, int]
) -> Iterator[tuple[float, int]]:
    """What a number may come after: weight so far, less what it costs, and the last candidate of it."""
    *above, last = steps
    parent = tuple(above)
    if steps[0] <= _LATEST_START and all(n <= 1 for n in steps[1:]):
        yield (top[0] - (_RESTART if top[1] >= 0 else 0.0) - _MISSING * max(0, steps[0] - 1), top[1])
    for heading in (best.get((parent, False)), best.get((parent, True))) if parent and last <= 2 else ():
        if heading is not None:
            yield heading[0] - (_MISSING if last == 2 else 0.0), heading[1]
    if (sibling := best.get(((*parent, last - 1), False))) is not None:
        yield sibling
    if (earlier := best.get(((*parent, last - 2), False))) is not None:
        yield earlier[0] - _MISSING, earlier[1]
    if parent and last <= 1:
        for worded in (False, True):
            if (uncle := best.get(((*parent[:-1], parent[-1] - 1), worded))) is not None:
                yield uncle[0] - _MISSING, uncle[1]


def _jumped(
    steps: tuple[int, ...], candidates: Sequence[_Candidate], top: tuple[float, int]
) -> Iterator[tuple[float, int]]:
    last = candidates[top[1]].steps if top[1] >= 0 else ()
    if last and steps > last and steps[0] - last[0] <= _FURTHEST:
        yield top[0] - _JUMP - _MISSING * max(0, steps[0] - last[0] - 2), top[1]


def _marks(text: str, blocks: Sequence[Block], kept: Sequence[_Candidate]) -> dict[int, list[Mark]]:
    made: dict[int, list[Mark]] = {}
    for i, one in enumerate(kept):
        following = kept[i + 1] if i + 1 < len(kept) else None
        end = blocks[one.block].end
        if following is not None and following.block == one.block:
            end = following.start
        mark = _mark(text, one, end, blocks[one.block])
        divided = (
            following is not None
            and following.steps[: len(one.steps)] == one.steps
            and len(following.steps) > len(one.steps)
        )
        if one.weight == _BARE and not divided:
            continue  # a list item
        made.setdefault(one.block, []).append(mark)
    return made


def _mark(text: str, one: _Candidate, end: int, block: Block) -> Mark:
    words = one.start + one.label.length
    rest = text[words:end].strip()
    alone = one.start == block.start + _lead(text, block) and end == block.end
    if not rest or (heading_like(rest) and (alone or _titled(rest))):
        stop = one.start + len(text[one.start : end].rstrip())
        return Mark(one.start, one.label, stop, " ".join(text[one.start : stop].split()))
    stop_at = _title(text, words, end)
    if stop_at is not None:
        return Mark(one.start, one.label, stop_at, " ".join(text[one.start : stop_at].split()).rstrip(" .:：—–-"))
    return Mark(one.start, one.label, one.start, None)


def _title(text: str, start: int, end: int) -> int | None:
    """Where a heading that is run in ends; None where there is none."""
    match = _RUN_IN.match(text, start, end)
    if match is not None and _titled(match["title"]):
        return match.end()
    for pattern in (_RUN_IN_ZH, _CAPITALS):
        if match := pattern.match(text, start, end):
            return match.end("title") if pattern is _CAPITALS else match.end()
    return None


def _heading_before_child(text: str, start: int, end: int, label: Label) -> int | None:
    """Where a heading without a stop ends, because its first subsection follows: 2. GRANT OF RIGHTS 2.1 ..."""
    match = re.compile(
        rf"(?P<title>[A-Z\u4e00-\u9fff][^.:!?|\n。；：]{{1,{_LONGEST_TITLE}}}?)\s+{label.steps[0]}\.\s?1(?!\d)"
    ).match(text, start, end)
    return match.end("title") if match is not None and _titled(match["title"]) else None


def _titled(words: str) -> bool:
    """Whether all words that matter begin with a capital, as in a heading; Chinese words whether they are few."""
    if "\u4e00" <= words[:1] <= "\u9fff":
        return len(words) <= _LONGEST_HAN_TITLE and not re.search(r"[，,]", words)
    found = re.findall(r"[^\W\d_][\w'’-]*", words)
    counted = [w for w in found if w.lower() not in _SMALL]
    return 0 < len(counted) <= 12 and all(w[0].isupper() for w in counted)
