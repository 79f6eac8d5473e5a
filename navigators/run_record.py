"""A finished walk as the run that is kept, and the answer it gives."""

from collections.abc import Sequence

from navigators.coverage import coverage_of
from navigators.messages import NOTHING, language_of_question
from navigators.state import Walk, WalkState
from stores.records import Claim, Outcome, Run, VersionUsed


def run_of(walk: Walk, state: WalkState) -> Run:
    """The record of a finished walk."""
    question = walk.question
    opened = [r.opened for r in walk.readings.values()]
    outcome = state.outcome or Outcome.FAILED
    return Run(
        id=walk.run,
        tenant=question.reader.tenant,
        subject=question.reader.subject,
        question=question.text,
        collection=question.collection,
        documents=question.documents,
        as_of=question.as_of,
        effort=question.effort,
        started_at=walk.clock.now(),
        outcome=outcome,
        generator=walk.writer.name,
        judge=walk.judge.name,
        answer=answer_text(question.text, state.claims),
        claims=state.claims,
        rejected=tuple(state.rejected),
        facets=state.facets,
        coverage=coverage_of(
            [one.tree for one in opened], state.passages, judged_addresses(state), state.versions, state.dropped
        ),
        degraded=tuple(sorted(set(state.degraded))),
        cost=walk.budget.cost(),
        versions=tuple(
            VersionUsed(v.id, v.document, v.number, v.derivation, v.source_hash, v.text_hash, v.root_hash, v.parser)
            for v in (one.tree.version for one in opened)
        ),
        notes=tuple(state.notes),
        passages=state.passages,
        reason=state.reason,
        drafts=tuple(state.drafts),
        roads=question.roads,
        fell_back=state.fell_back,
    )


def judged_addresses(state: WalkState) -> dict[str, frozenset[str]]:
    """Version id -> addresses whose signposts were put before the judge."""
    shown: dict[str, set[str]] = {}
    for branch in state.judged:
        shown.setdefault(branch.node.version_id, set()).update(branch.shown)
    return {version: frozenset(addresses) for version, addresses in shown.items()}


def answer_text(question: str, claims: Sequence[Claim]) -> str:
    """The claims as one text, each followed by the numbers of its citations: [1], [2], ..."""
    if not claims:
        return NOTHING[language_of_question(question)]
    sentences = []
    number = 0
    for claim in claims:
        marks = ""
        for _ in claim.citations:
            number += 1
            marks += f"[{number}]"
        sentences.append(f"{claim.text} {marks}".strip())
    return "\n".join(sentences)
