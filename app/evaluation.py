"""Retrieval measured on question sets with gold evidence, beside two flat indexes in the same run.

`bm25` ranks the same leaves, `pages` whole pages (of documents without pages,
windows of leaves in a row, about 500 tokens), both by their words alone. What a
reader is given is compared at equal tokens.

A gold passage counts as found when a retrieved passage overlaps it by at least
half of the shorter of the two, or, where the gold is a page, stands on that
page. `evidence` lists required passages; the spans inside one are alternatives.
"""

import gzip
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.resources import House
from docs_ingest.derive import index_entries
from docs_ingest.ingest import ingest
from docs_ingest.uploads import Upload
from navigators.state import Question
from stores.events import Emit, QuestionScored
from stores.keywords_tantivy import TantivyKeywords
from stores.records import IndexEntry, IngestStatus, Line, NodeKind, Reader, Tree
from stores.tokens import estimate_tokens

DEPTHS = (1, 5, 10, 20)
CANDIDATES = 60  # that a model would choose among
WHO = ("citepath", "bm25", "pages")
TOKENS = (2_000, 4_000, 8_000)  # estimated, read from the top of the ranking
_DEEPEST = 200  # passages ranked, so that 8,000 tokens are there
_WINDOW = 500  # estimated tokens of a window, where there are no pages
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
    several: bool = False  # only questions whose evidence stands in several documents


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

    def add(self, found: Sequence[Found], gold: Sequence[Gold], small: Sequence[Found] | None = None) -> None:
        """`small`: what is retrieved within tokens, where that is not the beginning of what is found."""
        ranks = _ranks(found, gold)
        small = found if small is None else small
        small_ranks = _ranks(small, gold)
        for k in (*DEPTHS, CANDIDATES):
            self.sums[f"recall@{k}"] += sum(r is not None and r < k for r in ranks) / len(gold)
        for tokens in TOKENS:
            within = _within(small, tokens)
            self.sums[f"recall@{tokens}t"] += sum(r is not None and r < within for r in small_ranks) / len(gold)
        self.sums["all@10"] += float(all(r is not None and r < 10 for r in ranks))
        asked = {g.document for g in gold}
        met = {g.document for g, r in zip(gold, ranks, strict=True) if r is not None and r < 10}
        self.sums["documents@10"] += len(met) / len(asked)
        first = min((r for r in ranks if r is not None), default=None)
        self.sums["mrr"] += 0.0 if first is None else 1 / (first + 1)
        self.sums["tokens@10"] += sum(f.tokens for f in found[:10])
        self.questions += 1

    def means(self) -> dict[str, float]:
        names = [*(f"recall@{k}" for k in (*DEPTHS, CANDIDATES)), *(f"recall@{t}t" for t in TOKENS)]
        names += ["all@10", "documents@10", "mrr", "tokens@10"]
        return {name: round(self.sums[name] / max(1, self.questions), 4) for name in names}


def _ranks(found: Sequence[Found], gold: Sequence[Gold]) -> list[int | None]:
    return [next((i for i, f in enumerate(found) if meets(f, g)), None) for g in gold]


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
    documents, questions = chosen(options)
    trees = await take_in(options, documents, house, emit)
    questions = [q for q in questions if all(d in trees for d in q.documents)]
    if not questions:
        raise EvaluationError("no question is left: its documents could not be read (see the lines above)")
    ingested = time.monotonic()
    tallies = {who: Tally() for who in WHO}
    flat = {
        "bm25": _Flat(trees, _leaves, corpus=options.mode == "corpus"),
        "pages": _Flat(trees, pieces_of_pages, corpus=options.mode == "corpus"),
    }
    seconds: defaultdict[str, float] = defaultdict(float)
    for i, question in enumerate(questions, 1):
        scope = () if options.mode == "corpus" else question.documents
        start = time.perf_counter()
        asked = Question(question.text, Reader(_TENANT), documents=scope)
        passages = await house.navigator.retrieve(asked, _DEEPEST)
        seconds["citepath"] += time.perf_counter() - start
        small = await house.navigator.retrieve(asked, _DEEPEST, tokens=max(TOKENS))
        found_by_us, within_tokens = (
            [found_at(trees[p.document], p.address) for p in some] for some in (passages, small)
        )
        tallies["citepath"].add(found_by_us, question.gold, within_tokens)
        for who, index in flat.items():
            start = time.perf_counter()
            found = await index.search(question.text, scope, _DEEPEST)
            seconds[who] += time.perf_counter() - start
            tallies[who].add(found, question.gold)
        emit(QuestionScored(i, len(questions)))
    for index in flat.values():
        await index.close()
    return {
        "mode": options.mode,
        "n": len(questions),
        "documents": len(trees),
        **{who: tally.means() for who, tally in tallies.items()},
        "seconds": {
            "ingest": round(ingested - begun, 2),
            **{who: round(seconds[who] / len(questions), 4) for who in WHO},
            "total": round(time.monotonic() - begun, 2),
        },
    }


def chosen(options: Options) -> tuple[dict[str, dict[str, Any]], list[EvalQuestion]]:
    """The documents and the sample of questions to run."""
    documents = {row["doc_id"]: row for row in _rows(options.documents)}
    if options.limit_documents is not None:
        documents = dict(list(documents.items())[: options.limit_documents])
    readable = {d for d, row in documents.items() if "text" in row or pdf_of(row, options) is not None}
    questions = [q for row in _rows(options.questions) if (q := _question(row, documents, options)) is not None]
    questions = [q for q in questions if readable.issuperset(q.documents)]
    if options.several:
        questions = [q for q in questions if len({g.document for g in q.gold}) > 1]
    if not questions:
        raise EvaluationError(
            "no question has gold evidence in a readable document; check --documents, --pdf-dir, --limit-documents and "
            "--several"
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
    gold += [
        Gold(e["doc_id"], page=e["page"] + 1 - base) for e in row.get("evidence") or () if e.get("page") is not None
    ]
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


def pdf_of(row: Mapping[str, Any], options: Options) -> Path | None:
    """Where a document's PDF lies: in --pdf-dir, beside the file, or in a folder beside it."""
    if "pdf" not in row:
        return None
    name = Path(row["pdf"])
    beside = options.documents.parent
    places = [beside / name, beside / name.name, *sorted(beside.glob(f"*/{name.name}"))]
    if options.pdf_dir is not None:
        places = [options.pdf_dir / name, options.pdf_dir / name.name]
    return next((p for p in places if p.is_file()), None)


async def take_in(
    options: Options, documents: Mapping[str, Mapping[str, Any]], house: House, emit: Emit
) -> dict[str, Tree]:
    """Every document through the real ingest walk and into the keyword index."""
    trees: dict[str, Tree] = {}
    with house.reading() as reading:
        for id_, row in documents.items():
            pdf = pdf_of(row, options)
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


def found_at(tree: Tree, address: str) -> Found:
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


_Piece = tuple[IndexEntry, Found]
"""Something a flat index ranks, and what it is to the scoring."""


class _Flat:
    """Flat BM25 over pieces of the documents, body only: idf of the one document, or of the corpus."""

    def __init__(self, trees: Mapping[str, Tree], pieces: Callable[[Tree], list[_Piece]], corpus: bool) -> None:
        self._trees = trees
        self._pieces = pieces
        self._corpus = corpus
        self._found: dict[tuple[str, str], Found] = {}
        self._built: dict[tuple[str, ...], TantivyKeywords] = {}

    async def search(self, question: str, documents: tuple[str, ...], k: int) -> list[Found]:
        scope = tuple(self._trees) if self._corpus else documents
        index = self._built.get(scope)
        if index is None:
            if not self._corpus and len(self._built) > 50:
                await self.close()
            index = self._built[scope] = TantivyKeywords(None, headings_weight=0.0, title_weight=0.0)
            pieces = [piece for d in scope for piece in self._pieces(self._trees[d])]
            self._found.update({(entry.document, entry.key): found for entry, found in pieces})
            await index.apply([entry for entry, _ in pieces], [], at=datetime.now(UTC))
        hits = await index.search(_TENANT, question, k)
        return [self._found[h.document, h.key] for h in hits]

    async def close(self) -> None:
        for index in self._built.values():
            await index.close()
        self._built.clear()


def _leaves(tree: Tree) -> list[_Piece]:
    """The passages of a version. Headings alone are left out: they could only take places from what stands under."""
    places = {n.passage_key: n for n in tree.nodes if n.passage_key}
    entries = index_entries(tree.version, _TENANT, tree.text, tree.nodes, tree.tables)
    return [(e, found_at(tree, places[e.key].address)) for e in entries if places[e.key].kind is not NodeKind.HEADING]


def pieces_of_pages(tree: Tree) -> list[_Piece]:
    """The pages of a version; where it has none, leaves in a row, of about 500 tokens together."""
    spans: list[tuple[int, int, range]] = []
    pages: dict[int, list[Line]] = {}
    for line in tree.lines:
        if line.page is not None:
            pages.setdefault(line.page, []).append(line)
    if pages:
        spans = [(lines[0].start, lines[-1].end, range(p, p + 1)) for p, lines in pages.items()]
    else:
        spans = [(start, end, range(0)) for start, end in _windows(tree)]
    version = tree.version
    pieces = []
    for start, end, on in spans:
        words = tree.text[start:end].strip()
        if words:
            key = f"{version.id}-{start}"
            entry = IndexEntry(key, _TENANT, version.collection, version.document, version.title, "", words)
            pieces.append((entry, Found(version.document, start, end, on, estimate_tokens(words))))
    return pieces


def _windows(tree: Tree) -> Iterator[tuple[int, int]]:
    """Spans of leaves in a row: a further one is taken while the window stays within 500 tokens."""
    begun, end = 0, 0
    for node in tree.nodes:
        if not node.leaf or not node.kind.citable:
            continue
        if end > begun and estimate_tokens(tree.text[begun : node.end]) > _WINDOW:
            yield begun, end
            begun = node.start
        end = node.end
    if end > begun:
        yield begun, end
