"""What became of each leaf between two versions: same, moved, edited, split, merged, inserted, deleted.

    equal runs of leaves                       same
    inside a run that was replaced             an alignment: one leaf with one, one with up to 6, up to 6 with one
    what is left of the run                    words that stand near by in another leaf: split off, or merged into it
    what is left on both sides                 the same words elsewhere: moved; similar words elsewhere: edited

Words are compared without their white space; whether signs are wide or narrow
（） () does not count. The same words under another number (第十二条 that was
第十一条) have moved. Pure.
"""

import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from stores.records import LineageState, LineageStep, Node, NodeKind, ancestors

_MOST_STEPS = 5_000_000  # of looking for equal runs, a second or two; two 10-K of one company need some 50,000
_SIMILAR = 50.0  # rapidfuzz ratio, 0..100, from which two leaves are one edited leaf
_ELSEWHERE = 72.0  # the same for leaves that are not in order
_WHOLE = 82.0  # from which several leaves together are another one
_GAIN = 4.0  # by which several together must be more alike than the best one alone
_MOST_PARTS = 6
_MOST_PAIRS = 4_000  # of leaves in a replaced run that are aligned; longer runs are paired greedily
_SAME_LABEL = 12.0  # added to the ratio of two leaves with the same number
_NEAR_BY = 3  # groups of an alignment from a leaf that holds another one's words
_SPLIT_OFF = 72.0  # rapidfuzz partial ratio from which the words of a leaf that came stand inside an old one
_MERGED = 80.0  # the same for a leaf that went inside a new one: statutes say many things in the same words
_LABEL = re.compile(r"第[一二三四五六七八九十百千零〇\d]+[条章节]|[（(][^（()）]{1,5}[)）]|\d+(?:\.\d+)*[.、．)]")
_WINDOW = 40
_MOST_ELSEWHERE = 300  # leaves on either side that are compared with all others
_LEAST_ELSEWHERE = 12  # characters: shorter words are alike by chance


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions compared."""

    text: str
    nodes: Sequence[Node]

    def words(self, node: Node) -> str:
        return self.text[node.start : node.end].strip()


@dataclass(frozen=True, slots=True)
class _Leaf:
    address: str
    words: str
    bare: str  # without white space
    label: str  # the number it begins with: （一）, (a), 第三条; "" for none
    plain: str  # folded to one width, without that number
    order: int = 0  # in its version


def lineage(old: Side, new: Side) -> list[LineageStep]:
    """The steps in the order of the new version, deletions where they stood.

    A leaf of either version stands in exactly one step, but for the parts of
    what was split or merged, which share their other side.
    """
    before, after = _leaves(old), _leaves(new)
    steps: list[LineageStep] = []
    for equal, (a1, a2), (b1, b2) in _runs([a.bare for a in before], [b.bare for b in after]):
        if equal:
            pairs = zip(before[a1:a2], after[b1:b2], strict=True)
            steps += [LineageStep(LineageState.SAME, a.address, b.address) for a, b in pairs]
        else:
            steps += _replaced(before[a1:a2], after[b1:b2])
    return _with_elsewhere(steps, {a.address: a for a in before}, {b.address: b for b in after})


_Run = tuple[bool, tuple[int, int], tuple[int, int]]  # whether both are equal; from where to where on either side


def _runs(before: Sequence[str], after: Sequence[str]) -> list[_Run]:
    """Runs of words or leaves that are equal, and between them those that are not.

    By the longest equal runs first, as difflib has it, which takes the square of
    the number of runs, and the cube for leaves that repeat: a sheet whose rows are
    half of them new, a form that says Yes and No. Where that is too much, by the least edits.
    """
    found: Iterable[tuple[str, int, int, int, int]]
    try:
        found = _Longest(before, after).get_opcodes()
    except _TooMuch:
        numbers: dict[str, int] = {}
        old, new = ([numbers.setdefault(words, len(numbers)) for words in side] for side in (before, after))
        found = [(op.tag, op.src_start, op.src_end, op.dest_start, op.dest_end) for op in Levenshtein.opcodes(old, new)]
    runs: list[_Run] = []
    for tag, a1, a2, b1, b2 in found:
        if tag != "equal" and runs and not runs[-1][0]:
            _, (a1, _), (b1, _) = runs.pop()
        runs.append((tag == "equal", (a1, a2), (b1, b2)))
    return runs


class _TooMuch(Exception):
    """There would be more steps than are allowed."""


class _Longest(SequenceMatcher[str]):
    """difflib's, with its steps counted beforehand. Raises _TooMuch."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__(None, before, after, autojunk=False)
        times = Counter(after)
        self._steps = list(accumulate((1 + times[words] for words in before), initial=0))
        self._left = _MOST_STEPS

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        self._left -= self._steps[ahi if ahi is not None else -1] - self._steps[alo]
        if self._left < 0:
            raise _TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)


def _leaves(side: Side) -> list[_Leaf]:
    kept = (n for n in side.nodes if n.leaf and n.kind not in (NodeKind.FURNITURE, NodeKind.HIDDEN))
    return [_leaf(n.address, side.words(n), n.order) for n in kept]


def _leaf(address: str, words: str, order: int) -> _Leaf:
    bare = re.sub(r"\s+", "", words)
    label = _LABEL.match(bare)
    number = "" if label is None else unicodedata.normalize("NFKC", label[0])
    plain = unicodedata.normalize("NFKC", bare[label.end() if label else 0 :])
    return _Leaf(address, words, bare, number, plain, order)


def _state(old: _Leaf, new: _Leaf) -> LineageState:
    """What one leaf that became another one went through."""
    if old.plain != new.plain:
        return LineageState.EDITED
    return LineageState.SAME if old.label == new.label else LineageState.MOVED


def _replaced(before: Sequence[_Leaf], after: Sequence[_Leaf]) -> list[LineageStep]:
    """The leaves of a replaced run, paired in order where one became the other; the rest came or went."""
    if not before or not after or len(before) * len(after) > _MOST_PAIRS:
        return _greedy(before, after)
    steps: list[LineageStep] = []
    for olds, news in _with_parts(_aligned(before, after)):
        if len(olds) > 1:
            steps += [LineageStep(LineageState.MERGED, a.address, news[0].address) for a in olds]
        elif len(news) > 1:
            steps += [LineageStep(LineageState.SPLIT, olds[0].address, b.address) for b in news]
        elif olds and news:
            steps.append(LineageStep(_state(olds[0], news[0]), olds[0].address, news[0].address))
        else:
            steps += [LineageStep(LineageState.DELETED, a.address, None) for a in olds]
            steps += [LineageStep(LineageState.INSERTED, None, b.address) for b in news]
    return steps


_Group = tuple[Sequence[_Leaf], Sequence[_Leaf]]


def _aligned(before: Sequence[_Leaf], after: Sequence[_Leaf]) -> list[_Group]:
    """The alignment whose pairs are most alike in sum, longer words counting more."""
    n, m = len(before), len(after)
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    way: list[list[tuple[int, int]]] = [[(0, 0)] * (m + 1) for _ in range(n + 1)]
    alike: dict[tuple[int, int], float] = {}
    for i in range(n, -1, -1):
        for j in range(m, -1, -1):
            options = [(best[i + 1][j], (1, 0))] if i < n else []
            options += [(best[i][j + 1], (0, 1))] if j < m else []
            if i < n and j < m:
                options += [(value + best[i + a][j + b], (a, b)) for value, a, b in _pairs(before, after, i, j, alike)]
            best[i][j], way[i][j] = max(options, default=(0.0, (0, 0)))
    groups: list[_Group] = []
    i = j = 0
    while i < n or j < m:
        a, b = way[i][j]
        groups.append((before[i : i + a], after[j : j + b]))
        i, j = i + a, j + b
    return groups


def _pairs(
    before: Sequence[_Leaf], after: Sequence[_Leaf], i: int, j: int, alike: dict[tuple[int, int], float]
) -> Iterator[tuple[float, int, int]]:
    """Worth of pairing what stands at i and j: one with one, one with several, several with one."""
    single = alike[i, j] = _alike(before[i], after[j])
    if single:
        yield single * _weight(before[i].bare, after[j].bare), 1, 1
    for whole, count, joined in _joined(before[i], after, j, single):
        yield whole * _weight(before[i].bare, joined), 1, count
    for whole, count, joined in _joined(after[j], before, i, single):
        yield whole * _weight(joined, after[j].bare), count, 1


def _joined(one: _Leaf, others: Sequence[_Leaf], at: int, single: float) -> Iterator[tuple[float, int, str]]:
    """Runs of others from `at` that together are what one is, and more so than the first of them alone is.

    Each as its ratio, the number of leaves and their words.
    """
    least = max(_WHOLE, single + _GAIN)
    length = len(others[at].bare)
    for count in range(2, min(_MOST_PARTS, len(others) - at) + 1):
        length += len(others[at + count - 1].bare)
        if length > 2 * len(one.bare) + 20:
            break
        if 200 * min(length, len(one.bare)) < least * (length + len(one.bare)):
            continue  # whatever the words: of two lengths so far apart the ratio is less
        joined = "".join([other.bare for other in others[at : at + count]])
        whole = fuzz.ratio(one.bare, joined, score_cutoff=least)
        if whole > single + _GAIN and _held(one, others[at : at + count]):
            yield whole, count, joined


def _alike(one: _Leaf, other: _Leaf) -> float:
    """rapidfuzz ratio, 0..100, a little more for the same number in a list; 0 where they are not alike."""
    same = _SAME_LABEL if one.label and one.label == other.label else 0.0
    score = fuzz.ratio(one.bare, other.bare, score_cutoff=_SIMILAR - same)
    return score + same if score else 0.0


def _with_parts(groups: Sequence[_Group]) -> list[_Group]:
    """Leaves that were left alone, put to a leaf near by that holds their words; a group may get several."""
    made = [(list(olds), list(news)) for olds, news in groups]
    for i, (olds, news) in enumerate(made):
        if len(olds) + len(news) != 1:
            continue
        near = [k for k in range(i - _NEAR_BY, i + _NEAR_BY + 1) if 0 <= k < len(made) and k != i]
        alone = (olds or news)[0]
        side = 1 if olds else 0  # the side whose leaves may hold its words
        best = max((k for k in near if made[k][side]), key=lambda k: _inside(alone, made[k], side), default=None)
        if best is not None and _inside(alone, made[best], side):
            made[best][1 - side].append(alone)
            made[best][1 - side].sort(key=lambda leaf: leaf.order)
            made[i][1 - side].clear()
    return [group for group in made if group[0] or group[1]]


def _inside(part: _Leaf, group: _Group, side: int) -> float:
    """How well the words of `part` stand inside the one leaf on that side of a group; 0 where they do not."""
    if len(group[side]) != 1 or len(group[1 - side]) >= _MOST_PARTS:
        return 0.0
    whole = group[side][0].bare
    words = part.bare[len(part.label) :]
    if len(words) < _LEAST_ELSEWHERE or len(words) > len(whole):
        return 0.0
    return fuzz.partial_ratio(words, whole, score_cutoff=_MERGED if side == 1 else _SPLIT_OFF)


def _held(whole: _Leaf, parts: Sequence[_Leaf]) -> bool:
    """Whether each part's words stand in the whole, nearly as they are."""
    return all(fuzz.partial_ratio(part.bare, whole.bare, score_cutoff=_WHOLE) > 0 for part in parts)


def _weight(one: str, other: str) -> float:
    return min(len(one), len(other), 400) + 1.0


def _greedy(before: Sequence[_Leaf], after: Sequence[_Leaf]) -> list[LineageStep]:
    """Pairs in order, each new leaf with the most similar old one that is near."""
    steps: list[LineageStep] = []
    done = 0
    for leaf in after:
        best, best_score = None, _SIMILAR
        for i in range(done, min(len(before), done + _WINDOW)):
            score = fuzz.ratio(before[i].bare, leaf.bare, score_cutoff=best_score)
            if score > best_score:
                best, best_score = i, score
        if best is None:
            steps.append(LineageStep(LineageState.INSERTED, None, leaf.address))
            continue
        steps += [LineageStep(LineageState.DELETED, a.address, None) for a in before[done:best]]
        steps.append(LineageStep(_state(before[best], leaf), before[best].address, leaf.address))
        done = best + 1
    return steps + [LineageStep(LineageState.DELETED, a.address, None) for a in before[done:]]


def _with_elsewhere(
    steps: Sequence[LineageStep], old: Mapping[str, _Leaf], new: Mapping[str, _Leaf]
) -> list[LineageStep]:
    """A deletion and an insertion of the same words are one move, of similar words one edit."""
    gone = [old[s.old] for s in steps if s.state is LineageState.DELETED and s.old is not None]
    come = [new[s.new] for s in steps if s.state is LineageState.INSERTED and s.new is not None]
    partner = _moved(gone, come)
    taken = set(partner.values())
    partner |= _similar([a for a in gone if a.address not in taken], [b for b in come if b.address not in partner])
    taken = set(partner.values())
    made: list[LineageStep] = []
    for step in steps:
        if step.state is LineageState.DELETED and step.old in taken:
            continue
        if step.state is LineageState.INSERTED and step.new in partner:
            edited = _state(old[partner[step.new]], new[step.new]) is LineageState.EDITED
            state = LineageState.EDITED if edited else LineageState.MOVED
            step = LineageStep(state, partner[step.new], step.new)
        made.append(step)
    return made


def _moved(gone: Sequence[_Leaf], come: Sequence[_Leaf]) -> dict[str, str]:
    """Address of each leaf that came -> that of the leaf with the very same words that went."""
    waiting: dict[str, deque[str]] = defaultdict(deque)
    for leaf in gone:
        waiting[_unnumbered(leaf)].append(leaf.address)
    return {leaf.address: waiting[key].popleft() for leaf in come if waiting.get(key := _unnumbered(leaf))}


def _unnumbered(leaf: _Leaf) -> str:
    """The words by which a leaf is known elsewhere: without its number where they are long enough to be its own."""
    return leaf.plain if len(leaf.plain) >= _LEAST_ELSEWHERE else leaf.label + leaf.plain


def _similar(gone: Sequence[_Leaf], come: Sequence[_Leaf]) -> dict[str, str]:
    """The same for similar words, the most similar first."""
    gone = [a for a in gone if len(a.bare) >= _LEAST_ELSEWHERE][:_MOST_ELSEWHERE]
    come = [b for b in come if len(b.bare) >= _LEAST_ELSEWHERE][:_MOST_ELSEWHERE]
    scored = [
        (score, i, j)
        for i, a in enumerate(gone)
        for j, b in enumerate(come)
        if (score := fuzz.ratio(a.bare, b.bare, score_cutoff=_ELSEWHERE))
    ]
    partner: dict[str, str] = {}
    taken: set[int] = set()
    for _, i, j in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if i not in taken and come[j].address not in partner:
            partner[come[j].address] = gone[i].address
            taken.add(i)
    return partner


Change = Literal["same", "deleted", "inserted"]

_TOKEN = re.compile(
    r"[\u2e80-\u9fff\uf900-\uffef]|[^\W\d_\u2e80-\u9fff\uf900-\uffef]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL
)


def changed_words(old: str, new: str) -> list[tuple[Change, str]]:
    """The words of both in order: what stayed, what went, what came. Han text is compared character by character."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    made: list[tuple[Change, str]] = []
    for equal, (a1, a2), (b1, b2) in _runs(before, after):
        if equal:
            made.append(("same", "".join(before[a1:a2])))
            continue
        if a2 > a1:
            made.append(("deleted", "".join(before[a1:a2])))
        if b2 > b1:
            made.append(("inserted", "".join(after[b1:b2])))
    return made


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a place in a later version."""

    state: LineageState  # of all its leaves together: same only if all are
    addresses: tuple[str, ...]  # of the leaves it became, in order; empty where it is gone
    place: str | None  # the smallest node that holds them all


def follow(leaves: Sequence[str], versions: Sequence[Sequence[LineageStep]]) -> Became:
    """Follow the leaves of a place through the lineage of one version after another."""
    state = LineageState.SAME
    at = list(leaves)
    for steps in versions:
        onward: dict[str, list[LineageStep]] = defaultdict(list)
        for step in steps:
            if step.old is not None:
                onward[step.old].append(step)
        taken = [step for leaf in at for step in onward.get(leaf, ())]
        state = max((state, *(s.state for s in taken)), key=_GRAVITY.index)
        at = list(dict.fromkeys(step.new for step in taken if step.new is not None))
    if not at:
        return Became(LineageState.DELETED, (), None)
    if state is LineageState.DELETED:
        state = LineageState.EDITED  # a part of it is left
    return Became(state, tuple(at), _common(at))


_GRAVITY = [
    LineageState.INSERTED,
    LineageState.SAME,
    LineageState.MOVED,
    LineageState.MERGED,
    LineageState.SPLIT,
    LineageState.EDITED,
    LineageState.DELETED,
]


def _common(addresses: Sequence[str]) -> str:
    if len(addresses) == 1:
        return addresses[0]
    place = ""
    for steps in zip(*([*ancestors(a), a] for a in addresses), strict=False):
        if len(set(steps)) > 1:
            break
        place = str(steps[0])
    return place
