"""What people read at a terminal. Pure functions from records to text."""

from collections.abc import Sequence
from itertools import groupby

from navigators.places import lines_of
from navigators.signposts import breadcrumb, place_label
from stores.records import (
    Citation,
    Document,
    IngestRecord,
    Node,
    Note,
    Passage,
    Run,
    RunSummary,
    Tree,
    VerdictState,
    Version,
    place_name,
)

_WARNING = VerdictState.PARTIAL
_QUOTE = 300  # characters of a quote or passage shown
_OPENING = 72


def answer_text(run: Run) -> str:
    """The answer, numbered citations, what was not found or not let through, outcome, coverage and time."""
    parts = [run.answer]
    citations = [c for claim in run.claims for c in claim.citations]
    if citations:
        parts.append("\n".join(f"[{i}] {_citation(c)}" for i, c in enumerate(citations, 1)))
    warned = [f"  ! {_short(c.text, 80)}: {v.reason}" for c in run.claims for v in c.verdicts if v.state is _WARNING]
    if warned:
        parts.append("\n".join(["documents contradict one another:", *warned]))
    missing = [f"  not found: {f.text}" for f in run.facets if not f.covered]
    if missing and len(run.facets) > 1:
        parts.append("\n".join(missing))
    if run.rejected:
        parts.append("\n".join(_rejected(run)))
    parts.append("\n".join(_foot(run)))
    return "\n\n".join(parts)


def _citation(citation: Citation) -> str:
    place = place_name(citation.document, citation.version, citation.address)
    where = [place, *([citation.label] if citation.label else [])]
    if citation.page is not None:
        where.append(f"page {citation.page}")
    return f"{'  '.join(where)}\n    “{_short(citation.quote, _QUOTE)}”"


def _rejected(run: Run) -> list[str]:
    lines = [f"{len(run.rejected)} sentence{'s' if len(run.rejected) > 1 else ''} did not pass the checks:"]
    for rejected in run.rejected:
        why = "; ".join(f"{v.check} {v.reason}" for v in rejected.verdicts if v.state.value != "supported")
        lines.append(f"  – {_short(rejected.text, 120)} ({why})")
    return lines


def _foot(run: Run) -> list[str]:
    outcome = run.outcome.value + (f": {run.reason}" if run.reason else "")
    lines = [f"outcome   {outcome}", f"written   {run.generator}; judged by {run.judge}"]
    if run.degraded:
        lines.append(f"missing   {', '.join(run.degraded)}: answered without")
    lines += coverage_lines(run)
    cached = f", answer of run {run.cached_from} served again" if run.cached_from else ""
    lines.append(f"run       {run.id}  {run.cost.seconds:.2f} s, {run.cost.rounds} rounds{cached}")
    return lines


def coverage_lines(run: Run) -> list[str]:
    """Where was looked, document by document."""
    coverage = run.coverage
    lines = [f"looked    in {coverage.looked_at} of {coverage.considered} documents"]
    for d in sorted(coverage.documents, key=lambda d: (-d.read, d.document))[:8]:
        lines.append(
            f"          {d.document}@{d.version}: {d.read} of {d.passages} passages read in full, "
            f"{d.judged} judged by signpost, {d.unseen} not looked at"
        )
    if len(coverage.documents) > 8:
        lines.append(f"          and {len(coverage.documents) - 8} more (citepath trace {run.id})")
    return lines


def passages_text(passages: Sequence[Passage]) -> str:
    """Ranked passages, best first."""
    if not passages:
        return "no passage meets any word of the question"
    return "\n\n".join(_passage(i, p) for i, p in enumerate(passages, 1))


def _passage(rank: int, passage: Passage) -> str:
    place = place_name(passage.document, passage.version, passage.address)
    where = [f"{rank:2}.", f"{passage.score:.3f}", place, passage.label or ""]
    where.append(f"page {passage.page}" if passage.page is not None else "")
    head = "  ".join(w for w in where if w)
    return f"{head}  ({passage.road.value})\n    {_short(passage.text, _QUOTE)}"


def runs_text(runs: Sequence[RunSummary]) -> str:
    """Runs, newest first."""
    if not runs:
        return "nothing was asked yet: citepath ask “…”"
    return "\n".join(
        f"{r.id}  {r.started_at:%Y-%m-%d %H:%M:%S}  {r.outcome.value:21}  {r.seconds:6.2f} s  {_short(r.question, 80)}"
        for r in runs
    )


def trace_text(run: Run, different: Sequence[str] | None) -> str:
    """The scratchpad round by round; `different` is what a replay gave otherwise, None if there was none."""
    parts = [f"run {run.id}\n{run.question}", _versions_read(run)]
    for number, notes in groupby(run.notes, key=lambda n: n.round):
        head = "before the first round" if number == 0 else f"round {number}"
        parts.append("\n".join([head, *(line for n in notes for line in _note(n))]))
    parts.append("\n".join(_foot(run)))
    if different is not None:
        said = ["replay    the same picks, passages and claims"] if not different else []
        parts.append("\n".join([*said, *(f"replay    {d}" for d in different)]))
    return "\n\n".join(parts)


def _versions_read(run: Run) -> str:
    rows = [f"  {v.document}@{v.version}  root {v.root_hash[:16]}…  {v.parser}" for v in run.versions]
    return "\n".join(["documents opened", *rows]) if rows else "no document was opened"


def _note(note: Note) -> list[str]:
    figures = [f"{note.candidates} candidates"] if note.candidates else []
    if note.entropy is not None:
        figures.append(f"entropy {note.entropy:.2f}")
    if note.width is not None:
        figures.append(f"width {note.width}")
    figures += [f"{key} {value}" for key, value in note.detail.items()]
    figures += [note.reason] if note.reason else []
    lines = [f"  {note.step:9} {note.subject}" + (f"  ({', '.join(figures)})" if figures else "")]
    if note.step == "judge":
        lines += [f"              {p.score:.3f}  {p.place}  {p.reason}" for p in note.picks[:5]]
        lines += [f"              … and {len(note.picks) - 5} more"] if len(note.picks) > 5 else []
    elif note.step in ("plan", "open"):
        lines += [f"              {place}" for place in note.kept[:8]]
        lines += [f"              … and {len(note.kept) - 8} more"] if len(note.kept) > 8 else []
    return lines


def documents_text(
    rows: Sequence[tuple[Document, Sequence[Version], Version | None]], failed: Sequence[IngestRecord]
) -> str:
    """Documents with their versions, the one in force marked, and uploads that came to nothing."""
    lines = []
    for document, versions, current in rows:
        lines.append(f"{document.id}  “{_short(document.title, 80)}”  [{document.collection}]")
        for v in versions:
            mark = "*" if current is not None and v.number == current.number else " "
            since = f"from {v.effective_from}" if v.effective_from else "undated"
            size = f"{v.pages} pages" if v.pages else f"{v.characters:,} characters"
            lines.append(
                f"  {mark} @{v.number}  {since:15}  {v.format:8}  {v.language:5}  {size}, {v.nodes} nodes, "
                f"structure from {v.structure_source} ({v.confidence:.2f})"
            )
    if not rows:
        lines.append("no documents yet: citepath ingest PATH")
    if failed:
        lines.append("\nnot taken in:")
        lines += [f"  {r.file_name}: {r.status.value}: {r.reason}" for r in failed]
    return "\n".join(lines)


def tree_text(tree: Tree, depth: int | None) -> str:
    """The tree with addresses, as deep as asked."""
    version = tree.version
    lines = [
        f"{version.name}  “{_short(version.title, 80)}”  {version.characters:,} characters, {version.nodes} nodes",
        f"structure from {version.structure_source}, confidence {version.confidence:.2f}; root {version.root_hash}",
    ]
    for node in tree.nodes[1:]:
        if depth is None or node.depth <= depth:
            lines.append(_tree_line(tree, node))
    return "\n".join(lines)


def _tree_line(tree: Tree, node: Node) -> str:
    page = f"  p. {node.page}" if node.page is not None else ""
    words = node.title or tree.text[node.start : min(node.end, node.start + _OPENING * 2)]
    label = f"[{node.label}] " if node.label and not words.startswith(node.label) else ""
    below = f"  ({node.children})" if node.children else ""
    return f"{'  ' * (node.depth - 1)}{node.address}  {node.kind.value}  {label}{_short(words, _OPENING)}{below}{page}"


def place_text(tree: Tree, node: Node, standing: str) -> str:
    """One place with its words."""
    lines = lines_of(tree, node.start, node.end)
    pages = sorted({line.page for line in lines if line.page is not None})
    label = place_label(tree, node)
    head = [
        place_name(tree.version.document, tree.version.number, node.address),
        " › ".join(breadcrumb(tree, node)),
        "  ".join(
            [
                node.kind.value,
                *([label] if label else []),
                *([f"page {'–'.join(str(p) for p in sorted({pages[0], pages[-1]}))}"] if pages else []),
                f"characters {node.start}–{node.end}",
                f"version {standing}",
            ]
        ),
        f"SHA-256 {node.content_hash}",
    ]
    return "\n".join([*head, "", tree.text_of(node).strip()])


def _short(text: str, limit: int) -> str:
    """On one line, at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
