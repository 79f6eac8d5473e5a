"""References and definitions against gold that was made by hand, by reading: precision and recall of each kind.

    .venv/bin/python bench/references.py --data ../shared/data [--kind contracts] [--list]
    .venv/bin/python bench/references.py --data ../shared/data --kind contracts --sample 40

`--sample` prints the leaves that the gold is made from: drawn with a fixed
seed, at most three of a document (six of a filing), of those that hold words
like those of a reference by a pattern that is not the product's. Everything
that such a leaf refers to was written down, before anybody looked at the
product's edges (`bench/gold/references-*.jsonl`, without the words). Sample 1
is what the rules were mended by; sample 2 was drawn afterwards, without the
documents of sample 1 (of filings: without its leaves), and mended by as well;
sample 3 was drawn after that, without those of samples 1 and 2.

    references    start, end (within the leaf), to: a place | "outside" (another document) | "none" (nowhere)
    a place       start, end in the canonical text (end null: no node was cut there), opening, address (to look it up)
    definitions   start, end of the term

A list (“Sections 2.1 and 3”) is one reference for each member, a range one for
each place in it. What a place says of itself (本法, “this Section 8.05” in
8.05) is no reference, nor is “above” without a name, nor a name in quotes that
is to be replaced; 前款 and “Id.” are. Laws and standards named as wholes, by
title, short title or acronym (not “the Act”), are references (“outside”); of
other contracts, forms and filings only named places in them are.

An edge is right when its words meet those of a gold reference that nothing else
has met and its target is the place meant: a node that begins where the place
begins and is the very node, its parent or its child. An edge that leads out of
the document or nowhere is right only for “outside” and “none”; one that
leads to a larger place, because what was named is not found below it, is wrong.
Where the text has changed since, places are found again by their opening words
(a hash); leaves whose words are gone are named as stale and not counted.
"""

import argparse
import gzip
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from docs_ingest.derive import Derived, derive
from docs_ingest.limits import Limits
from docs_ingest.readers.read import read_document
from stores.records import Edge, EdgeKind, Node, NodeKind, parent_address

KINDS = ("statutes", "contracts", "filings")
GOLD = Path(__file__).parent / "gold"
_SEED = 20261127  # of sample 1; those of samples 2 and 3 are one and two more
_LEAVES = {"statutes": 3, "contracts": 3, "filings": 6}  # of one document, at most; there are 13 filings
_OPENING = 40  # letters and figures
_LIKE = re.compile(
    r"\b(?i:sections?|secs?\.|articles?|notes?|items?|exhibits?|schedules?|parts?|clauses?|(?:sub)?paragraphs?|subsections?|"
    r"annex(?:es)?|append(?:ix|ices)|attachments?|chapters?|pages?|tables?|rules?)\s+[\"“(]?(?:\d|[A-Z]{1,5}\b|\([a-z0-9])"
    r"|§|\b(?i:above|below|preceding|aforementioned|supra|infra)\b|\bId\."
    r"|[”\"]\s+(?:shall\s+)?(?:means?|refers?)\b|\b(?i:see|refer\s+to)\s+(?:the\s+)?[“\"A-Z]"
    r"|第\s?[一二三四五六七八九十百千〇零\d]+\s?[编章节条款项目]|[前上][一二两三四]?[条款项]|[本同该]条(?!例)|《|是指|附[件表录则]"
)


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int | None
    opening: str


@dataclass(slots=True)
class _Wanted:
    """A gold reference or definition, and the edge that met it."""

    start: int
    end: int
    to: _Place | str
    edge: Edge | None = None


@dataclass(slots=True)
class _Score:
    gold: int = 0
    predicted: int = 0
    right: int = 0
    lines: list[str] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: "_Score") -> "_Score":
        self.gold += other.gold
        self.predicted += other.predicted
        self.right += other.right
        self.lines += other.lines
        self.causes += other.causes
        return self


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kind", choices=KINDS, help="only this one")
    parser.add_argument("--list", action="store_true", help="name every miss and every wrong edge")
    parser.add_argument("--sample", type=int, metavar="N", help="print N leaves to make gold from instead")
    parser.add_argument("--seed", type=int, default=_SEED)
    options = parser.parse_args()
    kinds = [options.kind] if options.kind else [k for k in KINDS if (GOLD / f"references-{k}.jsonl").exists()]
    if options.sample:
        for kind in kinds:
            for name, made, leaf in sample(options.data, kind, options.sample, options.seed):
                print(f"== {name}#{leaf.address}\n{made.text[leaf.start : leaf.end].rstrip()}\n")
        return
    print(f"{'kind and sample':28}{'gold':>6}{'predicted':>11}{'right':>7}{'precision':>11}{'recall':>8}")
    for kind in kinds:
        _print_kind(options.data, kind, options.list)


def documents(data: Path, kind: str) -> dict[str, tuple[bytes, str]]:
    """Name of each document of a kind -> its bytes and file name."""
    if kind == "filings":
        folder = data / "dev" / "financebench_pdf"
        return {f.stem: (f.read_bytes(), f.name) for f in sorted(folder.glob("*_10[KQ].pdf"))}
    made: dict[str, tuple[bytes, str]] = {}
    if kind == "statutes":
        for file in sorted((data / "docs" / "zh").glob("*.md")):
            made[file.stem] = (file.read_bytes(), file.name)
    name, suffix = ("stard_laws", "md") if kind == "statutes" else ("cuad", "txt")
    with gzip.open(data / "dev" / f"{name}.dev.documents.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            made[row["doc_id"]] = (row["text"].encode("utf-8", "surrogatepass"), f"{row['title']}.{suffix}")
    return made


def read(data: bytes, file_name: str) -> Derived:
    """What an ingest makes of a file."""
    return derive(read_document(data, file_name, Limits(), lambda page, pages: None), Path(file_name).stem)


def sample(data: Path, kind: str, count: int, seed: int) -> Iterator[tuple[str, Derived, Node]]:
    """Leaves drawn at random, a few of each document; the first n are the same for every count."""
    draw = random.Random(seed)
    held = documents(data, kind)
    names = sorted(held)
    draw.shuffle(names)
    for name in names:
        made = read(*held[name])
        leaves = [n for n in made.nodes if n.leaf and n.kind.citable and n.kind is not NodeKind.HEADING]
        leaves = [n for n in leaves if _refers(made.text, n)]
        for leaf in sorted(draw.sample(leaves, min(_LEAVES[kind], len(leaves))), key=lambda n: n.start):
            if count == 0:
                return
            count -= 1
            yield name, made, leaf


def _refers(text: str, leaf: Node) -> bool:
    """Whether words like those of a reference stand in a leaf, not only as the number it begins with."""
    lead = re.match(r"[\s#*]*", text[leaf.start : leaf.end])
    begin = leaf.start + (lead.end() if lead else 0)
    return any(match.start() > begin for match in _LIKE.finditer(text, leaf.start, leaf.end))


def opening(text: str, start: int) -> str:
    """A hash of the first letters and figures from a place on: it says where the place went when the text changed."""
    letters: list[str] = []
    for c in text[start : start + 10 * _OPENING]:
        if c.isalnum():
            letters.append(c)
        if len(letters) == _OPENING:
            break
    return hashlib.sha256("".join(letters).casefold().encode()).hexdigest()[:16]


def bare_start(text: str, start: int) -> int:
    """Where the words of a place begin: white space and marks of headings passed over."""
    while start < len(text) and (text[start].isspace() or text[start] in "#*"):
        start += 1
    return start


class Scored:
    """One document's tree as gold is compared with it."""

    def __init__(self, made: Derived) -> None:
        self.made = made
        self._nodes = {n.address: n for n in made.nodes}
        self._begins: dict[int, list[Node]] = {}
        for node in made.nodes:
            self._begins.setdefault(bare_start(made.text, node.start), []).append(node)
        self._opening = cache(lambda start: opening(made.text, start))

    def leaf_at(self, row: dict[str, Any]) -> tuple[int, int] | None:
        """Where the words of a gold leaf stand; None where they do not any more."""
        leaf = row["leaf"]
        text = self.made.text
        words = text[leaf["start"] : leaf["end"]].encode("utf-8", "surrogatepass")
        if hashlib.sha256(words).hexdigest() == leaf["sha256"]:
            return leaf["start"], leaf["end"]
        same = [n for n in self.made.nodes if n.content_hash == leaf["sha256"]]
        nearest = min(same, key=lambda n: abs(n.start - leaf["start"]), default=None)
        return None if nearest is None else (nearest.start, nearest.end)

    def meant(self, target: str, place: _Place, shift: int) -> bool:
        """Whether the node at `target` is the place meant: the very node, its parent or its child, beginning there."""
        begin = self._begin(place, shift)
        here = self._begins.get(begin, []) if begin is not None else []
        if target not in {n.address for n in here}:
            return False
        if place.end is None:
            return True
        length = place.end - place.start
        very = min(here, key=lambda n: abs(n.size - length)).address
        return target == very or parent_address(target) == very or target == parent_address(very)

    def _begin(self, place: _Place, shift: int) -> int | None:
        """Where a place begins today: where it did, or where its opening words stand now."""
        begin = bare_start(self.made.text, min(place.start, len(self.made.text)))
        if self._opening(begin) == place.opening:
            return begin
        same = [b for b in self._begins if self._opening(b) == place.opening]
        return min(same, key=lambda b: abs(b - place.start - shift), default=None)


def _print_kind(data: Path, kind: str, listed: bool) -> None:
    held = documents(data, kind)
    rows = [json.loads(line) for line in (GOLD / f"references-{kind}.jsonl").read_text(encoding="utf-8").splitlines()]
    scores = {(row["sample"], what): _Score() for row in rows for what in ("references", "definitions")}
    stale = []
    for name in dict.fromkeys(row["document"] for row in rows):
        one = Scored(read(*held[name]))
        for row in (r for r in rows if r["document"] == name):
            at = one.leaf_at(row)
            if at is None:
                stale.append(f"{name}#{row['leaf']['address']}")
                continue
            scores[row["sample"], "references"] += _references(one, row, at)
            scores[row["sample"], "definitions"] += _definitions(one, row, at)
    for (drawn, what), score in scores.items():
        print(
            f"{f'{kind} {drawn}, {what}':28}{score.gold:6}{score.predicted:11}{score.right:7}"
            f"{score.right / max(1, score.predicted):11.3f}{score.right / max(1, score.gold):8.3f}"
        )
        if score.causes:
            print(f"{'':30}{', '.join(f'{cause}: {n}' for cause, n in score.causes.most_common())}")
        for line in score.lines if listed else ():
            print(f"    {line}")
    if stale:
        print(f"  stale, not counted: {', '.join(stale)}")


def _references(one: Scored, row: dict[str, Any], at: tuple[int, int]) -> _Score:
    shift = at[0] - row["leaf"]["start"]
    gold = [_Wanted(at[0] + r["start"], at[0] + r["end"], _to(r["to"])) for r in row["references"]]
    edges = _edges(one.made.edges, EdgeKind.REFERENCE, at)
    left = []
    for edge in edges:
        met = next((g for g in gold if g.edge is None and _meet(g, edge) and _right(one, g, edge, shift)), None)
        if met is None:
            left.append(edge)
        else:
            met.edge = edge
    score = _Score(len(gold), len(edges), len(edges) - len(left))
    for edge in left:
        near = [g for g in gold if _meet(g, edge)]
        cause = _cause(edge, near)
        score.causes[cause] += 1
        score.lines.append(f"{cause}: {_where(one, row, at, edge.start, edge.end)} -> {_led(edge)}")
    for wanted in (g for g in gold if g.edge is None):
        if not any(_meet(wanted, edge) for edge in left):
            score.causes["missed"] += 1
            due = wanted.to if isinstance(wanted.to, str) else f"place at {wanted.to.start}"
            score.lines.append(f"missed: {_where(one, row, at, wanted.start, wanted.end)}, due: {due}")
    return score


def _to(to: str | dict[str, Any]) -> _Place | str:
    return to if isinstance(to, str) else _Place(to["start"], to["end"], to["opening"])


def _right(one: Scored, gold: _Wanted, edge: Edge, shift: int) -> bool:
    if isinstance(gold.to, str):
        return edge.target is None
    return edge.target is not None and not edge.document and one.meant(edge.target, gold.to, shift)


def _cause(edge: Edge, near: Sequence[_Wanted]) -> str:
    if not near:
        return "no reference"
    if all(isinstance(g.to, str) for g in near):
        return "led to a place here, due outside" if edge.target else "counted twice"
    if edge.target is None:
        return "said to be another document" if edge.document else "not resolved"
    return "only a part of the way" if edge.reason else "wrong place"


def _definitions(one: Scored, row: dict[str, Any], at: tuple[int, int]) -> _Score:
    gold = [_Wanted(at[0] + d["start"], at[0] + d["end"], "") for d in row["definitions"]]
    edges = _edges(one.made.edges, EdgeKind.DEFINITION, at)
    score = _Score(len(gold), len(edges))
    for edge in edges:
        met = next((g for g in gold if g.edge is None and _meet(g, edge)), None)
        if met is None:
            score.lines.append(f"no definition: {_where(one, row, at, edge.start, edge.end)}")
        else:
            met.edge = edge
            score.right += 1
    missed = (g for g in gold if g.edge is None)
    score.lines += [f"missed: {_where(one, row, at, g.start, g.end)}" for g in missed]
    return score


def _edges(edges: Sequence[Edge], kind: EdgeKind, at: tuple[int, int]) -> list[Edge]:
    return [e for e in edges if e.kind is kind and at[0] <= e.start < at[1]]


def _meet(gold: _Wanted, edge: Edge) -> bool:
    return gold.start < edge.end and edge.start < gold.end


def _where(one: Scored, row: dict[str, Any], at: tuple[int, int], start: int, end: int) -> str:
    words = " ".join(one.made.text[start:end].split())[:60]
    return f"{row['document']}#{row['leaf']['address']}+{start - at[0]} “{words}”"


def _led(edge: Edge) -> str:
    return ", ".join(filter(None, (edge.target, edge.document, edge.reason))) or "nowhere"


if __name__ == "__main__":
    main()
