"""Answers, passages and runs at a terminal."""

from collections.abc import Sequence
from itertools import groupby

from app.render.way_words import fallback_words
from app.render.words import short
from navigators.certificate import Check, CheckState
from navigators.messages import language_of_question
from stores.records import Citation, DocumentCoverage, Facet, Note, Passage, Run, RunSummary, VerdictState, place_name

_WARNING = VerdictState.PARTIAL
_QUOTE = 300  # characters of a quote or passage shown
_LISTED = 8  # documents of a coverage
_INDENT = " " * 10
_CHECKED = {CheckState.HOLDS: "✓", CheckState.ALTERED: "✗", CheckState.UNCHECKED: "?"}


_SAID = {
    "en": {
        "not_found": "not found",
        "nearest": "nearest",
        "rejected": "did not pass the checks",
        "contradiction": "documents contradict one another",
        "outcome": "outcome  ",
        "written": "written  ",
        "road": "road     ",
        "missing": "missing  ",
        "without": "answered without",
        "looked": "looked   ",
        "in_of": "in {looked} of {considered} documents",
        "document": "{read} of {passages} passages read in full, {judged} judged by signpost, {unseen} not looked at",
        "more": "and {more} more",
        "run": "run      ",
        "cost": "{seconds:.2f} s, {rounds} rounds",
        "cached": "answer of run {run} served again",
        "page": "page {page}",
        "printed": " (printed {label})",
        "holds": "all of it is as the documents say",
        "altered": "the run does not say what the documents say: do not rely on it",
        "unchecked": "what can still be checked is as the documents say; not all of it can",
    },
    "zh": {
        "not_found": "没有找到",
        "nearest": "最接近",
        "rejected": "未通过核对的句子",
        "contradiction": "文件之间互相矛盾",
        "outcome": "结果  ",
        "written": "作者  ",
        "road": "路径  ",
        "missing": "缺少  ",
        "without": "未使用它们作答",
        "looked": "查找  ",
        "in_of": "{considered} 份文件中的 {looked} 份",
        "document": "{passages} 段中全文阅读 {read} 段，凭路标判断 {judged} 段，未查看 {unseen} 段",
        "more": "以及另外 {more} 份",
        "run": "运行  ",
        "cost": "{seconds:.2f} 秒，{rounds} 轮",
        "cached": "再次给出运行 {run} 的答案",
        "page": "第 {page} 页",
        "printed": "（印刷页码 {label}）",
        "holds": "全部与文件相符",
        "altered": "这次运行的记录与文件不符：不要依赖它",
        "unchecked": "仍可核对的部分与文件相符，但有一部分已无法核对",
    },
}
"""What surrounds an answer, in the language of its question."""


def answer_text(run: Run) -> str:
    """The answer, numbered citations, what was not found or not let through, outcome, coverage and time."""
    said = _SAID[language_of_question(run.question)]
    parts = [run.answer]
    citations = [c for claim in run.claims for c in claim.citations]
    if citations:
        parts.append("\n".join(f"[{i}] {_citation(c, said)}" for i, c in enumerate(citations, 1)))
    warned = [f"  ! {short(c.text, 80)}: {v.reason}" for c in run.claims for v in c.verdicts if v.state is _WARNING]
    if warned:
        parts.append("\n".join([f"{said['contradiction']}:", *warned]))
    missing = [_missing(f, said) for f in run.facets if not f.covered and (f.best or len(run.facets) > 1)]
    if missing:
        parts.append("\n".join(missing))
    if run.rejected:
        parts.append("\n".join(_rejected(run, said)))
    parts.append("\n".join(_foot(run, said)))
    return "\n\n".join(parts)


def _missing(facet: Facet, said: dict[str, str]) -> str:
    """What was not found, and which of the places read come nearest to it."""
    nearest = f" ({said['nearest']}: {', '.join(facet.best)})" if facet.best else ""
    return f"  {said['not_found']}: {facet.text}{nearest}"


def _citation(citation: Citation, said: dict[str, str]) -> str:
    place = place_name(citation.document, citation.version, citation.address)
    where = [place, *([citation.label] if citation.label else [])]
    if citation.page is not None:
        printed = citation.page_label if citation.page_label != str(citation.page) else None
        page = said["page"].format(page=citation.page)
        where.append(page + (said["printed"].format(label=printed) if printed else ""))
    return f"{'  '.join(where)}\n    “{short(citation.quote, _QUOTE)}”"


def _rejected(run: Run, said: dict[str, str]) -> list[str]:
    lines = [f"{said['rejected']} ({len(run.rejected)}):"]
    for rejected in run.rejected:
        why = "; ".join(f"{v.check} {v.reason}" for v in rejected.verdicts if v.state is not VerdictState.SUPPORTED)
        lines.append(f"  – {short(rejected.text, 120)} ({why})")
    return lines


def _foot(run: Run, said: dict[str, str]) -> list[str]:
    outcome = run.outcome.value + (f": {run.reason}" if run.reason else "")
    lines = [f"{said['outcome']} {outcome}", f"{said['written']} {run.generator}; {run.judge}"]
    if run.fell_back is not None:
        lines.append(f"{said['road']} {fallback_words(run)}")
    if run.degraded:
        lines.append(f"{said['missing']} {', '.join(run.degraded)}: {said['without']}")
    lines += _coverage(run, said)
    cost = said["cost"].format(seconds=run.cost.seconds, rounds=run.cost.rounds)
    cached = f", {said['cached'].format(run=run.cached_from)}" if run.cached_from else ""
    lines.append(f"{said['run']} {run.id}  {cost}{cached}")
    return lines


def _coverage(run: Run, said: dict[str, str]) -> list[str]:
    """Where was looked, document by document."""
    coverage = run.coverage
    where = said["in_of"].format(looked=coverage.looked_at, considered=coverage.considered)
    lines = [f"{said['looked']} {where}"]
    for d in sorted(coverage.documents, key=lambda d: (-d.read, d.document))[:_LISTED]:
        lines.append(f"{_INDENT}{d.document}@{d.version}: {_shares(d, said)}")
    if len(coverage.documents) > _LISTED:
        lines.append(
            f"{_INDENT}{said['more'].format(more=len(coverage.documents) - _LISTED)} (citepath trace {run.id})"
        )
    return lines


def _shares(d: DocumentCoverage, said: dict[str, str]) -> str:
    return said["document"].format(read=d.read, passages=d.passages, judged=d.judged, unseen=d.unseen)


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
    return f"{head}  ({passage.road.value})\n    {short(passage.text, _QUOTE)}"


def runs_text(runs: Sequence[RunSummary]) -> str:
    """Runs, newest first."""
    if not runs:
        return "nothing was asked yet: citepath ask “…”"
    return "\n".join(
        f"{r.id}  {r.started_at:%Y-%m-%d %H:%M:%S}  {r.outcome.value:21}  {r.seconds:6.2f} s  {short(r.question, 80)}"
        for r in runs
    )


def trace_head(run: Run) -> str:
    """Which run it was, and what was asked."""
    return f"run {run.id}\n{run.question}"


def rounds_text(run: Run) -> str:
    """The scratchpad round by round."""
    parts = [_versions_read(run)]
    for number, notes in groupby(run.notes, key=lambda n: n.round):
        head = "before the first round" if number == 0 else f"round {number}"
        parts.append("\n".join([head, *(line for n in notes for line in _note(n))]))
    return "\n\n".join(parts)


def trace_foot(run: Run) -> str:
    """Outcome, where was looked, cost."""
    return "\n".join(_foot(run, _SAID[language_of_question(run.question)]))


def replay_text(different: Sequence[str]) -> str:
    """What a replay gave otherwise."""
    return "\n".join(f"replay    {d}" for d in different or ["the same picks, passages and claims"])


def checks_text(run: Run, checks: Sequence[Check]) -> str:
    """How a run compares with the documents: a line for the scope and each version, what does not hold below it."""
    said = _SAID[language_of_question(run.question)]
    lines = {f"{d.document}@{d.version}": _shares(d, said) for d in run.coverage.documents}
    lines["scope"] = said["in_of"].format(looked=run.coverage.looked_at, considered=run.coverage.considered)
    rows = [trace_head(run), ""]
    for check in checks:
        rows.append(f"{_CHECKED[check.state]} {check.subject}: {lines.get(check.subject, '')}")
        rows += [f"    {fault}" for fault in check.faults]
    states = {check.state for check in checks}
    worst = next(state for state in (CheckState.ALTERED, CheckState.UNCHECKED, CheckState.HOLDS) if state in states)
    return "\n".join([*rows, "", said[worst.value]])


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
