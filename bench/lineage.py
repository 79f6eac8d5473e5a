"""What became of the articles of statutes between two versions, against what a reader of both texts decided.

    .venv/bin/python bench/lineage.py --data ../shared/data [--list]

`bench/gold/lineage.jsonl` has a row for every article of either version of a
pair: its label, a hash of its text (a row whose text has changed is named as
stale and not counted), what became of it or where it came from, and the labels
of the articles on the other side. Decided by reading:

    same       the words are the same; its own number and the width of brackets do not count
    edited     one article, other words
    split      its matter stands in several articles now (of a new one: in this and others)
    merged     its matter stands in one article with that of others
    deleted    its matter is gone, also where another one got its number
    inserted   of a new article: nothing of it stood there before

The product's lineage follows leaves. An article became what its leaves became:
the articles that hold them now, and of these the state by the same words
(moved counts as same: an article that moved with its words is found by its new
number). `exact` wants the very set of articles; `overlapping` one of them, or
none on both sides; `state` the state as well as the set.
"""

import argparse
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs_ingest.derive import Derived, derive
from docs_ingest.limits import Limits
from docs_ingest.lineage import Side, lineage
from docs_ingest.readers.read import read_document
from stores.records import LineageState, Node, NodeKind, ancestors

GOLD = Path(__file__).parent / "gold" / "lineage.jsonl"
_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇]+条(?:之[一二三四五六七八九十]+)?")
_UNTOUCHED = frozenset({LineageState.SAME, LineageState.MOVED})


@dataclass(frozen=True, slots=True)
class _Became:
    state: str
    articles: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--list", action="store_true", help="name every article that the product decides otherwise")
    options = parser.parse_args()
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    print(f"{'':44}{'articles':>9}{'exact':>7}{'overlapping':>13}{'state':>7}")
    for pair in dict.fromkeys(tuple(row["pair"]) for row in rows):
        of_pair = [row for row in rows if tuple(row["pair"]) == pair]
        _print_pair(options.data / "docs" / "zh", pair, of_pair, options.list)


def _print_pair(folder: Path, pair: tuple[str, str], rows: list[dict[str, Any]], listed: bool) -> None:
    old, new = (read(folder / f"{name}.md") for name in pair)
    texts = {"old": article_texts(old), "new": article_texts(new)}
    became = dict(zip(("old", "new"), _became(old, new), strict=True))
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    lines, stale = [], []
    for row in rows:
        side, article = row["side"], row["article"]
        if _hash(texts[side].get(article, "")) != row["sha256"]:
            stale.append(f"{side} {article}")
            continue
        gold, found = _Became(row["state"], tuple(row["articles"])), became[side][article]
        exact = set(gold.articles) == set(found.articles)
        overlapping = exact or bool(set(gold.articles) & set(found.articles))
        for key in ("all", gold.state):
            sums[key].update(
                articles=1, exact=exact, overlapping=overlapping, state=exact and gold.state == found.state
            )
        if not exact or gold.state != found.state:
            lines.append(f"{side} {article}: {_written(found)}, due: {_written(gold)}")
    print(f"{' -> '.join(pair)}")
    for key in ("all", *sorted(set(sums) - {"all"})):
        one = sums[key]
        print(f"  {key:42}{one['articles']:9}{one['exact']:7}{one['overlapping']:13}{one['state']:7}")
    for line in lines if listed else ():
        print(f"    {line}")
    if stale:
        print(f"  stale, not counted: {', '.join(stale)}")


def read(path: Path) -> Derived:
    """What an ingest makes of a file."""
    return derive(read_document(path.read_bytes(), path.name, Limits(), lambda page, pages: None), path.stem)


def article_texts(made: Derived) -> dict[str, str]:
    """Label of each article -> its words, with its number."""
    return {str(n.label): made.text[n.start : n.end].strip() for n in _articles(made)}


def _articles(made: Derived) -> Iterator[Node]:
    return (n for n in made.nodes if n.kind is NodeKind.SECTION and n.label and _ARTICLE.fullmatch(n.label))


def _became(old: Derived, new: Derived) -> tuple[dict[str, _Became], dict[str, _Became]]:
    """What the product says became of each article of the old version, and where each of the new one came from."""
    of_old, of_new = _article_of_leaf(old), _article_of_leaf(new)
    onward: dict[str, dict[str, None]] = {str(n.label): {} for n in _articles(old)}
    back: dict[str, dict[str, None]] = {str(n.label): {} for n in _articles(new)}
    touched: dict[tuple[str, str], bool] = defaultdict(bool)
    for step in lineage(Side(old.text, old.nodes), Side(new.text, new.nodes)):
        before, after = of_old.get(step.old or ""), of_new.get(step.new or "")
        if before and after:
            onward[before][after] = back[after][before] = None
        for side, article in (("old", before), ("new", after)):
            if article:
                touched[side, article] |= step.state not in _UNTOUCHED
    return (
        {
            article: _state(to, back, touched["old", article], "split", "merged", "deleted")
            for article, to in onward.items()
        },
        {
            article: _state(to, onward, touched["new", article], "merged", "split", "inserted")
            for article, to in back.items()
        },
    )


def _state(
    to: Mapping[str, None], reverse: Mapping[str, Mapping[str, None]], touched: bool, many: str, shared: str, none: str
) -> _Became:
    articles = tuple(to)
    if not articles:
        return _Became(none, ())
    if len(articles) > 1:
        return _Became(many, articles)
    if len(reverse[articles[0]]) > 1:
        return _Became(shared, articles)
    return _Became("edited" if touched else "same", articles)


def _article_of_leaf(made: Derived) -> dict[str, str]:
    articles = {n.address: str(n.label) for n in _articles(made)}
    held: dict[str, str] = {}
    for node in made.nodes:
        above = [articles[a] for a in (*ancestors(node.address), node.address) if a in articles]
        if node.leaf and above:
            held[node.address] = above[-1]
    return held


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _written(one: _Became) -> str:
    return f"{one.state} {'、'.join(one.articles)}".rstrip()


if __name__ == "__main__":
    main()
