"""What an update costs against what it changed, and what becomes of old citations.

    .venv/bin/python bench/updates.py --data ../shared/data

A long text of articles is taken in, then again with a share of them changed; each
figure is also given as its ratio to the first ingest, in a house of its own in the
same run. Then the versions of each statute of docs/zh come one after the other.

    changed      leaves that are not `same` or `moved` in the lineage of the new version
    re-indexed   operations of the keyword index: rows that the outbox held after the ingest
    written      bytes by which the ledger grew, from its own count of pages in use
    seconds      reading, comparison, transaction and sync; reading always takes all of the text

A citation of every leaf of the old version is kept before the update. Afterwards
its text is sliced again from the ledger, and must have the very same bytes; what
became of its place is counted by the state that `show` prints.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from app.past import what_became
from app.resources import House, open_house
from app.settings import Settings
from docs_ingest.derive import Derived, derive
from docs_ingest.ingest import ingest
from docs_ingest.limits import Limits
from docs_ingest.lineage import Side, lineage
from docs_ingest.names import read_name
from docs_ingest.readers.read import read_document
from docs_ingest.uploads import Upload
from stores.events import ignore
from stores.records import LineageState, Reader

_SHARES = (0, 1, 5, 20, 100)  # % of the articles
_ARTICLES = 1_000
_KEPT = frozenset({LineageState.SAME, LineageState.MOVED})
_FILING = Path("dev/financebench_pdf/PEPSICO_2022_10K.pdf")
_EDITED = 5  # paragraphs of the filing
_FOLLOWED = 40  # old citations whose place is followed, at even distances


@dataclass(frozen=True, slots=True)
class Cost:
    """What taking in one version cost."""

    leaves: int
    changed: int
    reindexed: int
    written: int
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the shared data; without it only the made text")
    options = parser.parse_args()
    print(f"a text of {_ARTICLES:,} articles, then a share of them changed; in brackets: to its first ingest")
    for share in _SHARES:
        asyncio.run(_made(share))
    if options.data:
        for _, files in groupby(sorted((options.data / "docs" / "zh").glob("*.md")), lambda f: f.name.split(".")[0]):
            asyncio.run(_statute(list(files)))
        _filing(options.data / _FILING)


def articles(changed: int) -> bytes:
    """A text in which every n-th article, `changed` in all, says something else."""
    step = _ARTICLES / changed if changed else 0
    other = {int(i * step) for i in range(changed)}
    lines = [
        f"第{_han(i + 1)}条　经营者从事第{i + 1}类业务的，应当在{7 + i % 23}日内向主管部门备案，"
        f"并{'每季度公布' if i in other else '妥善保存'}编号为{1000 + i}的有关资料。"
        for i in range(_ARTICLES)
    ]
    return "\n\n".join(lines).encode()


def _han(number: int) -> str:
    digits, units = "零一二三四五六七八九", ("", "十", "百", "千")
    made = ""
    for place, digit in enumerate(reversed(str(number))):
        made = (
            digits[int(digit)] + units[place] if digit != "0" else "零" if made[:1] not in ("", "零") else ""
        ) + made
    return made


async def _made(share: int) -> None:
    with tempfile.TemporaryDirectory(prefix="citepath-updates-") as home:
        async with open_house(Settings(home=Path(home))) as house:
            first = await _take_in(house, Upload(articles(0), "rules.txt"))
            cited = await _cited(house, "rules")
            # A blank at the end makes other bytes of the same words: without it the upload is told from its hash.
            second = await _take_in(house, Upload(articles(_ARTICLES * share // 100) + b"\n", "rules.txt"))
            print(f"  {share:3} %  {_written(second, first)}")
            print(f"         {await _old_citations(house, 'rules', cited)}", flush=True)


async def _statute(files: Sequence[Path]) -> None:
    if len(files) < 2:
        return
    print(f"{files[0].name.split('.')[0]}, {len(files)} versions")
    with tempfile.TemporaryDirectory(prefix="citepath-updates-") as home:
        async with open_house(Settings(home=Path(home))) as house:
            first = await _take_in(house, Upload(files[0].read_bytes(), files[0].name))
            document = read_name(files[0].name).document
            cited = await _cited(house, document)
            for file in files[1:]:
                later = await _take_in(house, Upload(file.read_bytes(), file.name))
                print(f"  {read_name(file.name).effective_from}  {_written(later, first)}")
            print(f"         {await _old_citations(house, document, cited)}", flush=True)


async def _take_in(house: House, upload: Upload) -> Cost:
    before = _size(house)
    begun = time.perf_counter()
    with house.reading() as reading:
        record = ingest(upload, reading=reading, intake=house.intake, clock=house.clock)
    assert record.version is not None, record.reason
    reindexed = await house.outbox.waiting()
    await house.sync(ignore)
    seconds = time.perf_counter() - begun
    reader = Reader()
    version = await house.library.version(reader, record.document, record.version)
    steps = await house.library.lineage(reader, version.id)
    tree = await house.library.tree(reader, version.id)
    leaves = sum(n.leaf and n.kind.citable for n in tree.nodes)
    changed = sum(step.state not in _KEPT for step in steps) if steps else leaves
    return Cost(leaves, changed, reindexed, _size(house) - before, seconds)


def _size(house: House) -> int:
    """Bytes of the ledger in use; not the file's, which grows in steps and behind its log."""
    with sqlite3.connect(house.home / "ledger.sqlite") as ledger:
        numbers = [ledger.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")]
        return int((numbers[0] - numbers[1]) * ledger.execute("PRAGMA page_size").fetchone()[0])


def _written(one: Cost, first: Cost) -> str:
    return (
        f"{one.leaves} leaves, {one.changed} changed, {one.reindexed} re-indexed "
        f"({one.reindexed / max(first.reindexed, 1):.2f}), {one.written / 1e3:.0f} kB written "
        f"({one.written / first.written:.2f}), {one.seconds:.2f} s ({one.seconds / first.seconds:.2f})"
    )


async def _cited(house: House, document: str) -> dict[str, bytes]:
    """Address of each leaf of the first version -> the bytes that a citation of it shows."""
    version = await house.library.version(Reader(), document, 1)
    tree = await house.library.tree(Reader(), version.id)
    return {n.address: tree.text_of(n).encode() for n in tree.nodes if n.leaf and n.kind.citable}


async def _old_citations(house: House, document: str, cited: Mapping[str, bytes]) -> str:
    """Whether the first version still says what was cited of it, and what became of its places."""
    version = await house.library.version(Reader(), document, 1)
    tree = await house.library.tree(Reader(), version.id)
    same = sum(tree.text_of(tree.by_address[a]).encode() == words for a, words in cited.items())
    followed = list(cited)[:: max(1, len(cited) // _FOLLOWED)]
    became: Counter[str] = Counter()
    for address in followed:
        now = await what_became(house, tree, tree.by_address[address])
        became[now.became.state.value if now is not None else "still in force"] += 1
    told = ", ".join(f"{count} {state}" for state, count in became.most_common())
    return f"old citations with the same bytes: {same} of {len(cited)}; of {len(followed)} places: {told}"


def _filing(path: Path) -> None:
    """The time of lineage between two versions of a long filing, a few paragraphs edited in the second."""
    made = derive(read_document(path.read_bytes(), path.name, Limits(), lambda page, pages: None), path.stem)
    new = _edited(made)
    begun = time.perf_counter()
    steps = lineage(Side(made.text, made.nodes), new)
    seconds = time.perf_counter() - begun
    states = Counter(step.state.value for step in steps)
    told = ", ".join(f"{count} {state}" for state, count in states.most_common())
    print(f"{path.stem}: {made.pages} pages, {len(steps)} leaves, lineage {seconds:.2f} s: {told}")


def _edited(made: Derived) -> Side:
    """The same tree with two words of equal length put into a few long paragraphs, far from one another."""
    long = [n for n in made.nodes if n.leaf and n.kind.citable and n.end - n.start > 300]
    text = made.text
    for node in long[:: max(1, len(long) // _EDITED)][:_EDITED]:
        words = "amended otherwise "
        text = text[: node.start + 50] + words + text[node.start + 50 + len(words) :]
    return Side(text, made.nodes)


if __name__ == "__main__":
    main()
