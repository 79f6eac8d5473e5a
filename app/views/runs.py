"""Questions and their answers."""

from collections.abc import Sequence
from typing import Any

from navigators.certificate import Check, CheckState
from stores.records import Citation, Claim, Note, Passage, Rejected, Run, RunSummary, Verdict

Json = dict[str, Any]


def run_view(run: Run) -> Json:
    """What `ask --json` prints."""
    return {
        "run": run.id,
        "question": run.question,
        "outcome": run.outcome.value,
        "reason": run.reason,
        "generator": run.generator,
        "answer": run.answer,
        "claims": [_claim(c) for c in run.claims],
        "rejected": [_rejected(r) for r in run.rejected],
        "coverage": coverage_view(run),
        "facets": [
            {
                "id": f.id,
                "text": f.text,
                "covered": f.covered,
                "evidence": list(f.evidence),
                "looked": f.looked,
                "best": list(f.best),
            }
            for f in run.facets
        ],
        "degraded": list(run.degraded),
        "cost": _cost(run),
        "effort": run.effort.value,
        "roads": run.roads.value,
        "fell_back": run.fell_back.value if run.fell_back is not None else None,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "cached_from": run.cached_from,
    }


def _claim(claim: Claim) -> Json:
    return {
        "text": claim.text,
        "kind": claim.kind.value,
        "citations": [citation_view(c) for c in claim.citations],
        "verdicts": [_verdict(v) for v in claim.verdicts],
        "facets": list(claim.facets),
    }


def citation_view(citation: Citation) -> Json:
    return {
        "document": citation.document,
        "version": citation.version,
        "address": citation.address,
        "label": citation.label,
        "page": citation.page,
        "page_label": citation.page_label,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "boxes": [list(box) for box in citation.boxes],
        "derivation": citation.derivation,
        "content_hash": citation.content_hash,
    }


def _verdict(verdict: Verdict) -> Json:
    return {"check": verdict.check, "state": verdict.state.value, "reason": verdict.reason}


def _rejected(rejected: Rejected) -> Json:
    return {"text": rejected.text, "verdicts": [_verdict(v) for v in rejected.verdicts]}


def coverage_view(run: Run) -> Json:
    return {
        "considered": run.coverage.considered,
        "looked_at": run.coverage.looked_at,
        "documents": [
            {
                "document": d.document,
                "version": d.version,
                "root_hash": d.root_hash,
                "passages": d.passages,
                "read": d.read,
                "judged": d.judged,
                "unseen": d.unseen,
                "read_hash": d.read_hash,
                "judged_hash": d.judged_hash,
                "unseen_hash": d.unseen_hash,
            }
            for d in run.coverage.documents
        ],
        "dropped": dict(run.coverage.dropped),
        "scope_hash": run.coverage.scope_hash,
    }


def _cost(run: Run) -> Json:
    cost = run.cost
    return {
        "rounds": cost.rounds,
        "judge_calls": cost.judge_calls,
        "passages": cost.passages,
        "passage_tokens": cost.passage_tokens,
        "model_calls": cost.model_calls,
        "prompt_tokens": cost.prompt_tokens,
        "cached_tokens": cost.cached_tokens,
        "completion_tokens": cost.completion_tokens,
        "seconds": cost.seconds,
        "steps": dict(cost.steps),
    }


def passages_view(passages: Sequence[Passage]) -> Json:
    """What `retrieve --json` prints, best first."""
    return {
        "passages": [
            {
                "document": p.document,
                "version": p.version,
                "address": p.address,
                "label": p.label,
                "page": p.page,
                "start": p.start,
                "end": p.end,
                "text": p.text,
                "score": p.score,
                "road": p.road.value,
            }
            for p in passages
        ]
    }


def trace_view(run: Run) -> Json:
    """What `trace --json` prints: the scratchpad round by round, with what was in scope and read."""
    return {
        "run": run.id,
        "question": run.question,
        "outcome": run.outcome.value,
        "judge": run.judge,
        "generator": run.generator,
        "started_at": run.started_at.isoformat(),
        "cached_from": run.cached_from,
        "versions": [
            {
                "document": v.document,
                "version": v.version,
                "derivation": v.derivation,
                "source_hash": v.source_hash,
                "text_hash": v.text_hash,
                "root_hash": v.root_hash,
                "parser": v.parser,
            }
            for v in run.versions
        ],
        "notes": [_note(n) for n in run.notes],
        **passages_view(run.passages),
        "coverage": coverage_view(run),
        "cost": _cost(run),
    }


def _note(note: Note) -> Json:
    return {
        "round": note.round,
        "step": note.step,
        "subject": note.subject,
        "candidates": note.candidates,
        "picks": [{"local": p.local, "place": p.place, "score": p.score, "reason": p.reason} for p in note.picks],
        "kept": list(note.kept),
        "entropy": note.entropy,
        "width": note.width,
        "reason": note.reason,
        "detail": dict(note.detail),
    }


def checks_view(run: Run, checks: Sequence[Check]) -> Json:
    """What `verify --json` prints."""
    return {
        "run": run.id,
        "question": run.question,
        "outcome": run.outcome.value,
        "holds": all(c.state is CheckState.HOLDS for c in checks),
        "checks": [{"subject": c.subject, "state": c.state.value, "faults": list(c.faults)} for c in checks],
        "coverage": coverage_view(run),
    }


def summary_view(summary: RunSummary) -> Json:
    return {
        "run": summary.id,
        "question": summary.question,
        "outcome": summary.outcome.value,
        "started_at": summary.started_at.isoformat(),
        "seconds": summary.seconds,
    }
