"""The four stores beside the embedded default: how fast indexes follow, answers come, and all of it grows.

    tests/services/with-stores.sh .venv/bin/python bench/four_stores.py   # both, at 1, 4 and 16 times
    .venv/bin/python bench/four_stores.py --embedded --sizes 1

Documents are made, half of them Chinese; the model is feature hashing, so that what is measured are the stores and not
a model. Every size of every house runs in a process of its own, one after the other.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

Json = dict[str, Any]

BASE = 10  # documents at size 1
SECTIONS, PARAGRAPHS = 8, 6
NEW = 12  # documents that come in one by one
ASKED = 40  # questions for each road
HITS = 400
SUBJECTS = [
    "incident",
    "supplier",
    "collateral",
    "complaint",
    "retention",
    "audit",
    "training",
    "outage",
    "merger",
    "fee",
]
SUBJECTS_ZH = ["事件", "供应商", "抵押物", "投诉", "保存", "审计", "培训", "中断", "合并", "费用"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--embedded", action="store_true", help="the embedded default alone")
    parser.add_argument("--one", nargs=3, metavar=("HOUSE", "SIZE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        house, size, folder = options.one
        print(json.dumps(asyncio.run(_measured(house, int(size), Path(folder)))))
        return
    houses = ["embedded"] if options.embedded else ["embedded", "servers"]
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="citepath-bench-") as folder:
            found = {house: _process(house, size, Path(folder) / house) for house in houses}
        _show(size, found)


def _process(house: str, size: int, folder: Path) -> Json:
    folder.mkdir()
    command = [sys.executable, __file__, "--one", house, str(size), str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    result: Json = json.loads(done.stdout.splitlines()[-1])
    return result


def _show(size: int, found: dict[str, Json]) -> None:
    """A row for each figure; the last column is servers over embedded."""
    first = next(iter(found.values()))
    print(f"\nsize {size}: {first['documents']} documents, {first['passages']} passages")
    print(f"{'':44}" + "".join(f"{house:>12}" for house in found) + f"{'ratio':>10}")
    for name in dict.fromkeys(name for figures in found.values() for name in figures["figures"]):
        values = [figures["figures"].get(name) for figures in found.values()]
        cells = "".join(f"{'-' if v is None else f'{v:,.4g}':>12}" for v in values)
        both = len(values) == 2 and None not in values and values[0]
        print(f"{name:44}{cells}" + (f"{values[1] / values[0]:10.2f}" if both else f"{'':10}"))
    sys.stdout.flush()


# -- one house of one size, in a process of its own


async def _measured(kind: str, size: int, folder: Path) -> Json:
    from app.resources import open_house  # noqa: PLC0415 (in the process that is measured only)

    documents = BASE * size
    paths = [_written(folder / "in", i) for i in range(documents)]
    settings = _settings(kind, folder)
    try:
        async with open_house(settings) as house:
            figures: dict[str, float] = {}
            await _filled(house, paths, figures)
            passages = await house.keywords.count()
            await _held_against_the_ledger(house, passages, figures)
            await _found_after_commit(house, folder / "new", figures)
            await _asked(house, figures)
            await _served_again(house, figures)
            figures["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"documents": documents, "passages": passages, "figures": figures}
    finally:
        _dropped(settings)


def _written(folder: Path, number: int) -> Path:
    """A document of its own, the same in every run; every other one is Chinese."""
    folder.mkdir(exist_ok=True)
    random_ = random.Random(number)
    path = folder / f"rules-{number}.md"
    path.write_text("\n\n".join(_lines(random_, number)) + "\n", encoding="utf-8")
    return path


def _lines(random_: random.Random, number: int) -> Iterator[str]:
    zh = number % 2 == 1
    yield f"# 管理办法 {number}" if zh else f"# Rules {number}"
    for section in range(1, SECTIONS + 1):
        at = random_.randrange(len(SUBJECTS))
        yield f"## 第{section}章 {SUBJECTS_ZH[at]}" if zh else f"## {section} {SUBJECTS[at].title()}"
        for article in range((section - 1) * PARAGRAPHS + 1, section * PARAGRAPHS + 1):
            other, days = random_.randrange(len(SUBJECTS)), random_.randrange(2, 400)
            if zh:
                report = f"就{SUBJECTS_ZH[other]}向第{number}号委员会书面报告，并保存记录"
                yield f"第{article}条 {SUBJECTS_ZH[at]}部门应当在{days}日内{report}。"
            else:
                report = f"report every {SUBJECTS[other]} to committee {number} in writing and keep a record of it"
                yield f"§ {article} Within {days} days the {SUBJECTS[at]} officer must {report}."


def _settings(kind: str, folder: Path) -> Any:
    from app.settings import Settings  # noqa: PLC0415

    common: Json = {"home": folder / "home", "embedding_url": "hashing"}
    if kind == "embedded":
        return Settings(**common)
    name = f"citepath_bench_{secrets.token_hex(4)}"
    (folder / "password").write_text(urlsplit(os.environ["CITEPATH_TEST_MYSQL_URL"]).password or "", encoding="utf-8")
    _sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    passwords = {f"{store}_password_file": folder / "password" for store in ("ledger", "keywords", "cache")}
    return Settings(
        **common,
        **passwords,
        ledger_url=f"{_with_user('MYSQL').rpartition('/')[0]}/{name}",
        keywords_url=_with_user("ELASTIC"),
        vectors_url=os.environ["CITEPATH_TEST_MILVUS_URL"],
        cache_url=_with_user("REDIS"),
        index_prefix=name,
    )


def _with_user(server: str) -> str:
    at = urlsplit(os.environ[f"CITEPATH_TEST_{server}_URL"])
    user = f"{at.username}@" if at.username else ""
    return at._replace(netloc=f"{user}{at.hostname}:{at.port}", query="").geturl()


def _sql(statement: str) -> None:
    import pymysql  # noqa: PLC0415

    at = urlsplit(os.environ["CITEPATH_TEST_MYSQL_URL"])
    who = {"host": at.hostname, "port": at.port, "user": at.username, "password": at.password}
    with pymysql.connect(**who) as connection:
        connection.cursor().execute(statement)


def _dropped(settings: Any) -> None:
    if settings.ledger_url is not None:
        _sql(f"DROP DATABASE IF EXISTS {settings.ledger_url.rpartition('/')[2]}")


async def _filled(house: Any, paths: Sequence[Path], figures: dict[str, float]) -> None:
    """Taken in, then each index told by itself."""
    from docs_ingest.sync import sync  # noqa: PLC0415
    from stores.events import ignore  # noqa: PLC0415

    begun = time.perf_counter()
    await _taken_in(house, paths)
    figures["ingest, documents/s"] = len(paths) / (time.perf_counter() - begun)
    for name, index in house.indexes.items():
        begun = time.perf_counter()
        told = await sync(house.outbox, index, "bench", house.clock, target=name, emit=ignore)
        assert told.all_told, told
        figures[f"sync {name}, passages/s"] = told.rows / (time.perf_counter() - begun)


async def _taken_in(house: Any, paths: Sequence[Path]) -> None:
    from app.taking_in import Job, TakingIn  # noqa: PLC0415
    from stores.events import ignore  # noqa: PLC0415

    jobs = [Job(path=path, document=path.stem) for path in paths]
    records = await asyncio.to_thread(TakingIn(house, ignore).take_in, jobs)
    assert all(record.status.value == "ready" for record in records), records


async def _held_against_the_ledger(house: Any, passages: int, figures: dict[str, float]) -> None:
    from stores.events import ignore  # noqa: PLC0415

    for name in house.indexes:
        for what in ("reconcile", "reindex"):
            begun = time.perf_counter()
            found = await getattr(house.comparing(name, ignore), what)()
            assert found.expected == passages and (found.none or what == "reindex"), found
            figures[f"{what} {name}, passages/s"] = passages / (time.perf_counter() - begun)


async def _found_after_commit(house: Any, folder: Path, figures: dict[str, float]) -> None:
    """From the commit of a small document to the first hybrid search that names it; and until navigation does."""
    from navigators.state import Question  # noqa: PLC0415
    from stores.events import ignore  # noqa: PLC0415
    from stores.records import Roads  # noqa: PLC0415

    await asyncio.to_thread(folder.mkdir)
    waits: dict[Roads, list[float]] = {Roads.NAVIGATE: [], Roads.HYBRID: []}
    for number in range(NEW):
        word = f"zyx{number}quark"
        path = folder / f"new-{number}.md"
        path.write_text(f"# News\n\nThe {word} committee meets every {number + 2} days.\n", encoding="utf-8")
        await _taken_in(house, [path])
        committed = time.perf_counter()
        for roads, taken in waits.items():
            if roads is Roads.HYBRID:
                await house.sync(ignore)
            question = Question(f"How often does the {word} committee meet?", roads=roads)
            while path.stem not in {p.document for p in await house.navigator.retrieve(question, 3)}:
                pass  # asking takes long enough
            taken.append(time.perf_counter() - committed)
    for roads, taken in waits.items():
        figures[f"commit to found by {roads.value}, ms p50"] = 1000 * statistics.median(taken)
        figures[f"commit to found by {roads.value}, ms max"] = 1000 * max(taken)


async def _asked(house: Any, figures: dict[str, float]) -> None:
    """Warm questions on each road, without the answer cache."""
    from navigators.state import Question  # noqa: PLC0415
    from stores.records import Roads  # noqa: PLC0415

    navigator = replace(house.navigator, cache=None)
    for roads in (Roads.NAVIGATE, Roads.HYBRID, Roads.BOTH):
        questions = [Question(text, roads=roads) for text in _questions()]
        for question in questions[:5]:
            await navigator.ask(question)
        taken = await _times([lambda q=q: navigator.ask(q) for q in questions])  # type: ignore[misc]
        _latency(figures, f"ask {roads.value}", taken)


def _questions() -> list[str]:
    en = [f"Within how many days must the {a} officer report every {b}?" for a in SUBJECTS for b in SUBJECTS[:2]]
    zh = [f"{a}部门应当在多少日内就{b}报告？" for a in SUBJECTS_ZH for b in SUBJECTS_ZH[:2]]
    return [text for pair in zip(en, zh, strict=True) for text in pair][:ASKED]


async def _served_again(house: Any, figures: dict[str, float]) -> None:
    """Answers from the cache beside a bare get of the store beneath it; many askers at once."""
    from navigators.state import Question  # noqa: PLC0415

    question = Question(f"{_questions()[0]} Please.")
    await house.navigator.ask(question)
    hits = await _times([lambda: house.navigator.ask(question)] * HITS)
    _latency(figures, "answer served again", hits)
    _latency(figures, "bare get", await _times([await _bare_get(house)] * HITS))
    begun = time.perf_counter()
    for _ in range(HITS // 20):
        await asyncio.gather(*(house.navigator.ask(question) for _ in range(20)))
    figures["served again, 20 askers at once, answers/s"] = HITS / (time.perf_counter() - begun)
    new = Question(f"{_questions()[0]} Now, please.")
    runs = await asyncio.gather(*(house.navigator.ask(new) for _ in range(50)))
    figures["runs for 50 askers of one new question"] = sum(run.cached_from is None for run in runs)


async def _bare_get(house: Any) -> Callable[[], Awaitable[Any]]:
    """One get of the store beneath the cache, by its own client."""
    if house.settings.cache_url is None:
        await house.cache.put("bare", b"x" * 36, _hour())
        return lambda: house.cache.get("bare")
    from redis.asyncio import Redis  # noqa: PLC0415

    client = Redis.from_url(os.environ["CITEPATH_TEST_REDIS_URL"])
    await client.set("bare", b"x" * 36)
    return lambda: client.get("bare")


def _hour() -> Any:
    from datetime import timedelta  # noqa: PLC0415

    return timedelta(hours=1)


async def _times(calls: Sequence[Callable[[], Awaitable[Any]]]) -> list[float]:
    taken = []
    for call in calls:
        begun = time.perf_counter()
        await call()
        taken.append(time.perf_counter() - begun)
    return taken


def _latency(figures: dict[str, float], name: str, taken: Sequence[float]) -> None:
    ordered = sorted(taken)
    figures[f"{name}, ms p50"] = 1000 * ordered[len(ordered) // 2]
    figures[f"{name}, ms p99"] = 1000 * ordered[int(0.99 * (len(ordered) - 1))]


if __name__ == "__main__":
    main()
