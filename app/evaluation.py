"""Retrieval measured on question sets with gold evidence, beside flat BM25 over the same passages in the same run.

A gold passage counts as found when a retrieved passage overlaps it by at least
half of the shorter of the two, or, where the gold is a page, stands on that
page. `evidence` lists required passages; the spans inside one are alternatives.
"""

import gzip
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.resources import House
from docs_ingest.derive import keyword_entries
from docs_ingest.ingest import ingest
from docs_ingest.uploads import Upload
from navigators.state import Question
from stores.events import Emit, QuestionScored
from stores.keywords_tantivy import TantivyKeywords
from stores.records import IngestStatus, KeywordEntry, NodeKind, Reader, Tree
from stores.tokens import estimate_tokens

DEPTHS = (1, 5, 10, 20)
CANDIDATES = 60  # that a model would choose among
TOKENS = (2_000, 4_000, 8_000)  # estimated, read from the top of the ranking
_DEEPEST = 200  # passages ranked, so that 8,000 tokens are there
_TENANT = "default"


class EvaluationError(Exception):
    """The files or options cannot be evaluated; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Options:
    documents: Path
    questions: Path
    mode: str = "document"  # document: in the named document; corpus: in all of them
    sample: int | None = None
    seed: int = 7
    limit_documents: int | None = None
    pdf_dir: Path | None = None
    with_title: bool = False  # put the document's title into the question (needed where questions name no document)


@dataclass(frozen=True, slots=True)
class Gold:
    """One required passage: any of its spans, or its page."""

    document: str
    spans: tuple[tuple[int, int], ...] = ()
    page: int | None = None  # 1-based


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    id: str
    text: str
    documents: tuple[str, ...]
    gold: tuple[Gold, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A retrieved passage, as far as scoring needs it."""

    document: str
    start: int
    end: int
    pages: range
    tokens: int


@dataclass(slots=True)
class Tally:
    """Sums over questions; `means` gives the figures."""

    sums: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    questions: int = 0

    def add(self, found: Sequence[Found], gold: Sequence[Gold]) -> None:
        ranks = [next((i for i, f in enumerate(found) if meets(f, g)), None) for g in gold]
        for k in (*DEPTHS, CANDIDATES):
            self.sums[f"recall@{k}"] += sum(r is not None and r < k for r in ranks) / len(gold)
        for tokens in TOKENS:
            within = _within(found, tokens)
            self.sums[f"recall@{tokens}t"] += sum(r is not None and r < within for r in ranks) / len(gold)
        self.sums["all@10"] += float(all(r is not None and r < 10 for r in ranks))
        first = min((r for r in ranks if r is not None), default=None)
        self.sums["mrr"] += 0.0 if first is None else 1 / (first + 1)
        self.sums["tokens@10"] += sum(f.tokens for f in found[:10])
        self.questions += 1

    def means(self) -> dict[str, float]:
        names = [*(f"recall@{k}" for k in (*DEPTHS, CANDIDATES)), *(f"recall@{t}t" for t in TOKENS)]
        names += ["all@10", "mrr", "tokens@10"]
        return {name: round(self.sums[name] / max(1, self.questions), 4) for name in names}


def meets(found: Found, gold: Gold) -> bool:
    """Whether a retrieved passage is (a way to) a required one."""
    if found.document != gold.document:
        return False
    if gold.page is not None:
        return gold.page in found.pages
    return any(
        (shared := min(end, found.end) - max(start, found.start)) > 0
        and 2 * shared >= min(end - start, found.end - found.start)
        for start, end in gold.spans
    )


async def evaluate(options: Options, house: House, emit: Emit) -> dict[str, Any]:
    """The figures of one question set; `house` is a store of its own that nothing else uses."""
    begun = time.monotonic()
    documents, questions = _chosen(options)
    trees = await _ingested(options, documents, house, emit)
    questions = [q for q in questions if all(d in trees for d in q.documents)]
    if not questions:
        raise EvaluationError("no question is left: its documents could not be read (see the lines above)")
    ingested = time.monotonic()
    ours, flat = Tally(), Tally()
    bm25 = _Flat(trees, corpus=options.mode == "corpus")
    seconds: defaultdict[str, float] = defaultdict(float)
    for i, question in enumerate(questions, 1):
        scope = () if options.mode == "corpus" else question.documents
        start = time.perf_counter()
        passages = await house.navigator.retrieve(
            Question(question.text, Reader(_TENANT), documents=scope), _DEEPEST, emit=lambda event: None
        )
        seconds["citepath"] += time.perf_counter() - start
        ours.add([_found(trees[p.document], p.address) for p in passages], question.gold)
        start = time.perf_counter()
        hits = await bm25.search(question.text, scope, _DEEPEST)
        seconds["bm25"] += time.perf_counter() - start
        flat.add([_found(trees[document], address) for document, address in hits], question.gold)
        emit(QuestionScored(i, len(questions)))
    await bm25.close()
    return {
        "mode": options.mode,
        "n": len(questions),
        "documents": len(trees),
        "citepath": ours.means(),
        "bm25": flat.means(),
        "seconds": {
            "ingest": round(ingested - begun, 2),
            "citepath": round(seconds["citepath"] / len(questions), 4),
            "bm25": round(seconds["bm25"] / len(questions), 4),
            "total": round(time.monotonic() - begun, 2),
        },
    }


def _chosen(options: Options) -> tuple[dict[str, dict[str, Any]], list[EvalQuestion]]:
    """The documents and the sample of questions to run."""
    documents = {row["doc_id"]: row for row in _rows(options.documents)}
    if options.limit_documents is not None:
        documents = dict(list(documents.items())[: options.limit_documents])
    readable = {d for d, row in documents.items() if "text" in row or _pdf(row, options) is not None}
    questions = [q for row in _rows(options.questions) if (q := _question(row, documents, options)) is not None]
    questions = [q for q in questions if readable.issuperset(q.documents)]
    if not questions:
        raise EvaluationError(
            "no question has gold evidence in a readable document; check --documents, --pdf-dir and --limit-documents"
        )
    if options.sample is not None and options.sample < len(questions):
        questions = random.Random(options.seed).sample(questions, options.sample)
    if options.mode == "document":
        used = {d for q in questions for d in q.documents}
        documents = {d: row for d, row in documents.items() if d in used}
    return {d: row for d, row in documents.items() if d in readable}, questions


def _question(row: Mapping[str, Any], documents: Mapping[str, Any], options: Options) -> EvalQuestion | None:
    """A row as a question, or None where it has no gold that retrieval could find."""
    if not row.get("answerable", True) or row.get("retrieval_ok") is False or row.get("kind", "span") != "span":
        return None
    named = tuple(row.get("doc_ids") or ([row["doc_id"]] if row.get("doc_id") else []))
    gold = [
        Gold(e.get("doc_id") or named[0], tuple((s, t) for s, t in e["spans"]))
        for e in row.get("evidence") or ()
        if e.get("spans") and (e.get("doc_id") or named)
    ]
    base = row.get("page_base", 0)
    gold += [Gold(named[0], page=page + 1 - base) for page in row.get("gold_pages") or () if named and not gold]
    scope = tuple(dict.fromkeys((*named, *(g.document for g in gold))))
    if not gold or any(d not in documents for d in scope):
        return None
    text = row["question"]
    if options.with_title:
        text = f"In {documents[scope[0]].get('title', scope[0])}: {text}"
    return EvalQuestion(str(row["qid"]), text, scope, tuple(gold))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise EvaluationError(f"{path} line {number} is not JSON: {error}") from error


def _pdf(row: Mapping[str, Any], options: Options) -> Path | None:
    """Where a document's PDF lies: in --pdf-dir, beside the file, or in a folder beside it."""
    if "pdf" not in row:
        return None
    name = Path(row["pdf"])
    beside = options.documents.parent
    places = [beside / name, beside / name.name, *sorted(beside.glob(f"*/{name.name}"))]
    if options.pdf_dir is not None:
        places = [options.pdf_dir / name, options.pdf_dir / name.name]
    return next((p for p in places if p.is_file()), None)


async def _ingested(
    options: Options, documents: Mapping[str, Mapping[str, Any]], house: House, emit: Emit
) -> dict[str, Tree]:
    """Every document through the real ingest walk and into the keyword index."""
    trees: dict[str, Tree] = {}
    with house.reading() as reading:
        for id_, row in documents.items():
            pdf = _pdf(row, options)
            if pdf is not None:
                data, name = pdf.read_bytes(), pdf.name
            else:
                data, name = row["text"].encode("utf-8", "surrogatepass"), f"{id_}.txt"
            upload = Upload(data, name, document=id_, title=row.get("title"), tenant=_TENANT)
            record = ingest(upload, reading=reading, intake=house.intake, clock=house.clock, emit=emit)
            if record.status is IngestStatus.READY:
                tree = house.intake.latest_tree(_TENANT, id_)
                assert tree is not None
                trees[id_] = tree
    await house.sync(emit)
    return trees


def _found(tree: Tree, address: str) -> Found:
    node = tree.by_address[address]
    words = tree.text_of(node).strip()
    pages = range(node.page, (node.page_end or node.page) + 1) if node.page is not None else range(0)
    return Found(tree.version.document, node.start, node.start + len(words), pages, estimate_tokens(words))


def _within(found: Sequence[Found], tokens: int) -> int:
    """How many passages from the top fit so many tokens; the first always does."""
    used = 0
    for count, one in enumerate(found):
        used += one.tokens
        if used > tokens:
            return max(count, 1)
    return len(found)


class _Flat:
    """Flat BM25 over the same passages, body only: idf of the one document, or of the corpus."""

    def __init__(self, trees: Mapping[str, Tree], corpus: bool) -> None:
        self._trees = trees
        self._corpus = corpus
        self._addresses: dict[tuple[str, str], str] = {}
        self._built: dict[tuple[str, ...], TantivyKeywords] = {}

    async def search(self, question: str, documents: tuple[str, ...], k: int) -> list[tuple[str, str]]:
        scope = tuple(self._trees) if self._corpus else documents
        index = self._built.get(scope)
        if index is None:
            if not self._corpus and len(self._built) > 50:
                await self.close()
            index = self._built[scope] = TantivyKeywords(None, headings_weight=0.0, title_weight=0.0)
            await index.apply([e for d in scope for e in self._entries(self._trees[d])], [])
        hits = await index.search(_TENANT, question, k)
        return [(h.document, self._addresses[h.document, h.key]) for h in hits]

    def _entries(self, tree: Tree) -> list[KeywordEntry]:
        """Headings alone are left out: they could only take places from the passages they stand over."""
        bare = {n.passage_key for n in tree.nodes if n.passage_key and n.kind is NodeKind.HEADING}
        for node in tree.nodes:
            if node.passage_key:
                self._addresses[tree.version.document, node.passage_key] = node.address
        entries = keyword_entries(tree.version, _TENANT, tree.text, tree.nodes, tree.tables)
        return [e for e in entries if e.key not in bare]

    async def close(self) -> None:
        for index in self._built.values():
            await index.close()
        self._built.clear()
