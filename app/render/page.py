"""A run as one page: no script, nothing fetched, folding by the browser itself.

Every word of a document, question or answer goes through `_said`, which
escapes it; nothing else puts words between tags. The page is well-formed XML
too, so a strict parser can check it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from app.render.page_style import STYLE
from app.render.picture import CLASSES, picture
from app.render.way_words import SAID, SIGNS, STATES, fallback_words, more_of, name_of, why_of
from app.views.way import State, Way, WayPlace
from navigators.messages import language_of_question
from stores.records import Citation, Facet, Note, Pick, Rejected, Run, VerdictState, place_name

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_NUMBER = re.compile(r"\[(\d{1,4})\]")
_NOT_SHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def page_html(run: Run, ways: Sequence[Way]) -> str:
    """The whole page, in the language of the question."""
    language = language_of_question(run.question)
    said = SAID[language]
    body = [
        *_opening(run, said),
        *_answer(run, said),
        *_rejected(run, said),
        *_section(said["way"], _ways(ways, language)),
        *_section(said["picture"], _pictures(ways, language)),
        *_section(said["rounds"], _rounds(run, said)),
        *_section(said["coverage"], [*_coverage(run, said), *_versions(run, said)]),
        *_section(said["cost"], _cost(run, said)),
    ]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{language}">',
            '<head><meta charset="utf-8"/>',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}"/>',
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
            f"<title>{_said(run.question[:120])}</title>",
            f"<style>{STYLE}</style></head>",
            "<body><main>",
            *body,
            "</main></body></html>\n",
        ]
    )


def _said(words: object) -> str:
    """Words that came from anywhere, safe between tags and in quoted attributes."""
    return escape(_NOT_SHOWN.sub("\ufffd", str(words)))


def _section(head: str, parts: Iterable[str]) -> Iterator[str]:
    yield f"<section><h2>{_said(head)}</h2>"
    yield from parts
    yield "</section>"


def _table(heads: str, rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """`heads` are divided by `|`."""
    yield '<div class="scroll"><table><thead><tr>'
    yield "".join(f"<th>{_said(h)}</th>" for h in heads.split("|"))
    yield "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{_said(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody></table></div>"


def _opening(run: Run, said: dict[str, str]) -> Iterator[str]:
    yield f'<header><h1 class="words">{_said(run.question)}</h1>'
    reason = f": {run.reason}" if run.reason else ""
    yield f'<p class="outcome">{_said(said["outcome"])} <strong>{_said(run.outcome.value + reason)}</strong></p>'
    facts = [f"{said['run']} {run.id}", f"{run.started_at:%Y-%m-%d %H:%M:%S %Z}".strip()]
    facts.append(said["written"].format(generator=run.generator, judge=run.judge))
    if run.fell_back is not None:
        facts.append(fallback_words(run))
    if run.degraded:
        facts.append(said["missing"].format(what=", ".join(run.degraded)))
    if run.cached_from:
        facts.append(said["cached"].format(run=run.cached_from))
    yield f'<p class="quiet">{" · ".join(_said(f) for f in facts)}</p></header>'


def _answer(run: Run, said: dict[str, str]) -> Iterator[str]:
    citations = [c for claim in run.claims for c in claim.citations]
    known = {str(n) for n in range(1, len(citations) + 1)}

    def linked(number: re.Match[str]) -> str:
        return f'<a href="#cited-{number[1]}">{number[0]}</a>' if number[1] in known else number[0]

    yield from _section(said["answer"], [f'<p class="words">{_NUMBER.sub(linked, _said(run.answer))}</p>'])
    if citations:
        rows = [f'<li id="cited-{n}">{_citation(c, said)}</li>' for n, c in enumerate(citations, 1)]
        yield from _section(said["citations"], ["<ol>", *rows, "</ol>"])
    missing = [f for f in run.facets if not f.covered]
    if missing:
        yield from _section(said["not_found"], ["<ul>", *map(_missing, missing), "</ul>"])
    warned = [v for c in run.claims for v in c.verdicts if v.state is VerdictState.PARTIAL]
    if warned:
        yield "<ul>" + "".join(f"<li>! {_said(f'{v.check} {v.reason}')}</li>" for v in warned) + "</ul>"


def _missing(facet: Facet) -> str:
    """What was not found, and the places read that come nearest to it."""
    return f'<li class="words">{_said(" · ".join((facet.text, *facet.best)))}</li>'


def _citation(citation: Citation, said: dict[str, str]) -> str:
    where = [citation.label] if citation.label else []
    if citation.page is not None:
        where.append(said["page"].format(page=citation.page))
        if citation.page_label and citation.page_label != str(citation.page):
            where.append(said["printed"].format(label=citation.page_label))
    place = place_name(citation.document, citation.version, citation.address)
    hashed = f"SHA-256 {citation.content_hash}" if citation.content_hash else ""
    return (
        f"<code>{_said(place)}</code> {_said(' · '.join(where))}"
        f'<blockquote class="words">{_said(citation.quote)}</blockquote><p class="hash">{_said(hashed)}</p>'
    )


def _rejected(run: Run, said: dict[str, str]) -> Iterator[str]:
    if run.rejected:
        yield from _section(said["rejected"], ["<ul>", *(_rejected_claim(r) for r in run.rejected), "</ul>"])


def _rejected_claim(rejected: Rejected) -> str:
    why = "; ".join(f"{v.check} {v.reason}" for v in rejected.verdicts if v.state is not VerdictState.SUPPORTED)
    return f'<li><span class="words">{_said(rejected.text or "–")}</span> <span class="quiet">{_said(why)}</span></li>'


def _ways(ways: Sequence[Way], language: str) -> Iterator[str]:
    said = SAID[language]
    if not ways:
        yield f"<p>{_said(said['nothing'])}</p>"
        return
    legend = " ".join(f'<span class="{CLASSES[s]}">{SIGNS[s]} {_said(STATES[language][s])}</span>' for s in State)
    yield f'<p class="legend">{legend}</p>'
    for way in ways:
        title = said["gone"] if way.gone else way.title
        named = said["proposed"].format(n=way.proposed) if way.proposed else ""
        yield f'<h3>{_said(f"{way.document}@{way.version}")} <span class="words">{_said(title)}</span></h3>'
        yield f'<p class="quiet">{_said(named)}</p><ul class="way">'
        yield from _place(way, way.root, language)
        yield "</ul>"


def _place(way: Way, place: WayPlace, language: str) -> Iterator[str]:
    name = place_name(way.document, way.version, place.address)
    words = (
        f'<span class="{CLASSES[place.state]}">{SIGNS[place.state]} <b>{_said(STATES[language][place.state])}</b> '
        f"<code>{place.address}</code></span> "
        f'<span class="words">{_said(name_of(place))}</span> '
        f'<span class="quiet">{_said(why_of(place, language))}</span>'
    )
    yield f'<li data-place="{_said(name)}" data-state="{CLASSES[place.state]}">'
    if not place.below and not place.more:
        yield f"{words}</li>"
        return
    yield f'<details open="open"><summary>{words}</summary><ul>'
    for one in place.below:
        yield from _place(way, one, language)
    if place.more:
        yield f'<li class="more">{_said(more_of(place, language))}</li>'
    yield "</ul></details></li>"


def _pictures(ways: Sequence[Way], language: str) -> Iterator[str]:
    for way in ways:
        yield f'<details open="open"><summary>{_said(f"{way.document}@{way.version}")}</summary>'
        yield f"{picture(way, language)}</details>"


def _rounds(run: Run, said: dict[str, str]) -> Iterator[str]:
    for number, notes in groupby(run.notes, key=lambda n: n.round):
        head = said["before"] if number == 0 else said["round"].format(n=number)
        yield f"<details><summary>{_said(head)}</summary><ul>"
        for note in notes:
            yield from _note(note, said)
        yield "</ul></details>"


def _note(note: Note, said: dict[str, str]) -> Iterator[str]:
    figures = [said["candidates"].format(n=note.candidates)] if note.candidates else []
    figures += [
        f"{key} {value}" for key, value in (("entropy", note.entropy), ("width", note.width)) if value is not None
    ]
    figures += [f"{key} {value}" for key, value in note.detail.items()]
    figures += [note.reason] if note.reason else []
    yield f'<li><b>{_said(note.step)}</b> {_said(note.subject)} <span class="quiet">{_said(", ".join(figures))}</span>'
    if note.step == "judge" and note.picks:
        yield f"<ul>{''.join(_pick(p) for p in note.picks)}</ul>"
    elif note.kept:
        yield f"<ul>{''.join(f'<li><code>{_said(place)}</code></li>' for place in note.kept)}</ul>"
    yield "</li>"


def _pick(pick: Pick) -> str:
    return f'<li>{pick.score:.3f} <code>{_said(pick.place)}</code> <span class="quiet">{_said(pick.reason)}</span></li>'


def _coverage(run: Run, said: dict[str, str]) -> Iterator[str]:
    documents = sorted(run.coverage.documents, key=lambda d: (-d.read, d.document))
    yield from _table(
        said["coverage_head"],
        [
            (f"{d.document}@{d.version}", d.passages, d.read, d.judged, d.unseen, d.root_hash, d.read_hash or "–")
            for d in documents
        ],
    )


def _versions(run: Run, said: dict[str, str]) -> Iterator[str]:
    yield f"<h3>{_said(said['read_hashes'])}</h3>"
    yield from _table(
        said["versions_head"],
        [(f"{v.document}@{v.version}", v.derivation, v.parser, v.source_hash, v.text_hash) for v in run.versions],
    )


def _cost(run: Run, said: dict[str, str]) -> Iterator[str]:
    cost = run.cost
    figures = (cost.rounds, cost.judge_calls, cost.passages, cost.passage_tokens, cost.model_calls)
    yield from _table(said["cost_head"], [(*figures, f"{cost.seconds:.2f}")])
    steps = " · ".join(f"{step} {seconds:.3f} s" for step, seconds in cost.steps.items())
    yield f'<p class="quiet">{_said(steps)}</p>'
