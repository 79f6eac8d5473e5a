"""What an update costs against what it changed, and what becomes of old citations.

    .venv/bin/python bench/updates.py --data ../shared/data

A long text of articles is taken in, then again with a share of them changed; each
figure is also given as its ratio to the first ingest, in a house of its own in the
same run. Then the versions of each statute of docs/zh come one after the other. Last
is the time of lineage alone: two filings as text, the text of their paragraphs with a
share of them reworded, taken out, put elsewhere or joined by a new one; a sheet and a
form of 20,000 lines, half of which change.

    changed      leaves that are not `same` or `moved` in the lineage of the new version
    re-indexed   operations of the keyword index: rows that the outbox held after the ingest
    written      bytes by which the ledger grew, from its own count of pages in use
    seconds      reading, comparison, transaction and sync; reading always takes all of the text

A citation of every leaf of the old version is kept before the update. Afterwards
its text is sliced again from the ledger, and must have the very same bytes; what
became of its place is counted by the state that `show` prints, for some drawn at random.
"""

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, cycle, groupby, pairwise
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
_FILINGS = tuple(Path("dev/financebench_pdf") / f"{name}_10K.pdf" for name in ("WALMART_2020", "PEPSICO_2022"))
_FILING_SHARES = (0, 1, 5, 20, 50)  # % of its paragraphs
_ROWS = 20_000  # of a sheet and a form
_FOLLOWED = 40  # old citations whose place is followed, drawn at random


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
        for filing in _FILINGS:
            _filing(options.data / filing)
    _rows()


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
    followed = random.Random(1).sample(list(cited), min(_FOLLOWED, len(cited)))
    became: Counter[str] = Counter()
    for address in followed:
        now = await what_became(house, tree, tree.by_address[address])
        became[now.became.state.value if now is not None else "still in force"] += 1
    told = ", ".join(f"{count} {state}" for state, count in became.most_common())
    return f"old citations with the same bytes: {same} of {len(cited)}; of {len(followed)} places: {told}"


def _filing(path: Path) -> None:
    """The time of lineage between two versions of a long filing."""
    made = _read(path.read_bytes(), path.name)
    leaves = [" ".join(made.text[n.start : n.end].split()) for n in made.nodes if n.leaf and n.kind.citable]
    before = _read("\n\n".join(leaves).encode(), "filing.txt")
    print(f"{path.stem} as text, {len(before.text):,} characters")
    for share in _FILING_SHARES:
        after = _read("\n\n".join(_edited(leaves, share)).encode(), "filing.txt")
        print(f"  {share:3} %  {_timed(Side(before.text, before.nodes), Side(after.text, after.nodes))}", flush=True)


def _read(data: bytes, name: str) -> Derived:
    return derive(read_document(data, name, Limits(), lambda page, pages: None), "filing")


def _edited(leaves: Sequence[str], share: int) -> Iterator[str]:
    """The paragraphs with a share of them changed, by each way in turn."""
    rng = random.Random(share)
    elsewhere = deque[str]()
    ways = cycle(("reworded", "reworded", "gone", "new", "elsewhere"))
    for leaf in leaves:
        way = next(ways) if rng.random() * 100 < share else "same"
        if way == "elsewhere":
            elsewhere.append(leaf)
        elif way != "gone":
            yield _reworded(leaf, rng) if way == "reworded" else leaf
        if way == "new":
            yield " ".join(rng.sample(words := rng.choice(leaves).split(), len(words)))
        if elsewhere and rng.random() < 0.01:
            yield elsewhere.popleft()
    yield from elsewhere


def _reworded(leaf: str, rng: random.Random) -> str:
    """One word in ten, and one at least, is another one."""
    words = leaf.split()
    for _ in range(1 + len(words) // 10 if words else 0):
        words[rng.randrange(len(words))] = "amended"
    return " ".join(words)


def _rows() -> None:
    """The same for lines that make comparing costly: every second one is new; the same two over and over."""
    rows = [f"account {n:06}, branch {n % 97}, balance {n * 7919 % 100_003}" for n in range(_ROWS)]
    new = [row if n % 2 else f"{row} as amended" for n, row in enumerate(rows)]
    print(f"{_ROWS:,} rows of which every second is new: {_timed(_flat(rows), _flat(new))}")
    form, other = (["The Bank keeps it.", answer] * (_ROWS // 2) for answer in ("Yes.", "No."))
    print(f"{_ROWS:,} lines of a form, all its answers changed: {_timed(_flat(form), _flat(other))}")


def _flat(lines: Sequence[str]) -> Side:
    """A version whose leaves are these lines, straight below its root."""
    text = "".join(f"{line}\n" for line in lines)
    ends = list(accumulate((len(line) + 1 for line in lines), initial=0))
    node = next(n for n in _read(b"A line.", "form.txt").nodes if n.leaf)
    places = enumerate(pairwise(ends))
    return Side(text, [replace(node, address=f"0.{n}", order=n, start=a, end=b) for n, (a, b) in places])


def _timed(old: Side, new: Side) -> str:
    begun = time.process_time()
    steps = lineage(old, new)
    seconds = time.process_time() - begun
    states = Counter(step.state.value for step in steps)
    told = ", ".join(f"{count} {state}" for state, count in states.most_common())
    return f"lineage {seconds:.2f} s; {told}"


if __name__ == "__main__":
    main()
