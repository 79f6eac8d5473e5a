"""ask, retrieve, runs, trace, verify."""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from app.cli.output import print_json, print_lines, print_text, terminal_width, write_page
from app.errors import CommandError
from app.render.answers import (
    answer_text,
    checks_text,
    passages_text,
    replay_text,
    rounds_text,
    runs_text,
    trace_foot,
    trace_head,
)
from app.render.page import page_html
from app.render.way import COLOURS, way_lines
from app.resources import open_house
from app.settings import Settings
from app.verifying import trees_still_there, verified
from app.views.runs import checks_view, passages_view, run_view, summary_view, trace_view
from app.views.way import Way, walked, way_view, ways_of
from navigators.certificate import CheckState
from navigators.messages import language_of_question
from navigators.state import Question
from stores.records import Effort, Outcome, Reader, Run

_MOST_PASSAGES = 200  # where tokens say how many


async def ask(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        await house.catch_up()
        navigator = house.navigator if not options.no_cache else replace(house.navigator, cache=None)
        run = await navigator.ask(_question(options, settings, options.effort))
    if options.json:
        print_json(run_view(run))
    else:
        print_text(answer_text(run))
    return 1 if run.outcome is Outcome.FAILED else 0


async def retrieve(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        await house.catch_up()
        k = options.k or (_MOST_PASSAGES if options.tokens else 10)
        question = _question(options, settings, Effort.STANDARD)
        passages = await house.navigator.retrieve(question, k, tokens=options.tokens)
    if options.json:
        print_json(passages_view(passages))
    else:
        print_text(passages_text(passages))
    return 0


def _question(options: argparse.Namespace, settings: Settings, effort: Effort) -> Question:
    text = options.question.strip()
    if not text:
        raise CommandError("the question is empty")
    if len(text) > settings.max_question:
        raise CommandError(
            f"the question has {len(text)} characters, more than the {settings.max_question} allowed: "
            "shorten it, or raise CITEPATH_MAX_QUESTION"
        )
    return Question(
        text=text,
        reader=Reader(settings.tenant),
        collection=options.collection,
        documents=tuple(dict.fromkeys(options.document)),
        as_of=options.as_of,
        effort=effort,
        roads=options.road or settings.roads,
    )


async def runs(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        found = await house.runs.latest(Reader(settings.tenant), limit=options.limit)
    if options.json:
        print_json({"runs": [summary_view(s) for s in found]})
    else:
        print_text(runs_text(found))
    return 0


async def trace(options: argparse.Namespace, settings: Settings) -> int:
    async with open_house(settings) as house:
        run = await house.runs.run(Reader(settings.tenant), options.run_id)
        ways = ways_of(run, await trees_still_there(house, run, walked(run)))
        different = await house.navigator.replay(run, _asked(run)) if options.replay else None
    if options.html:
        write_page(options.html, page_html(run, ways))
    if options.json:
        replay = {} if different is None else {"replay": {"same": not different, "differences": different}}
        print_json({**trace_view(run), "way": way_view(ways), **replay})
    else:
        _print_trace(run, ways, options, different)
    return 1 if different else 0


async def verify(options: argparse.Namespace, settings: Settings) -> int:
    """Hold a run against the documents; exit code 1 unless all of it holds."""
    async with open_house(settings) as house:
        run = await house.runs.run(Reader(settings.tenant), options.run_id)
        checks = await verified(house, run)
    print_json(checks_view(run, checks)) if options.json else print_text(checks_text(run, checks))
    return 0 if all(c.state is CheckState.HOLDS for c in checks) else 1


def _print_trace(run: Run, ways: Sequence[Way], options: argparse.Namespace, different: Sequence[str] | None) -> None:
    """The drawn way between question and outcome, or where its page is; the rounds where they are asked for."""
    if options.html:
        print_text(f"written   {options.html}")
    else:
        print_text(f"{trace_head(run)}\n")
        lines = way_lines(ways, terminal_width(), language_of_question(run.question))
        print_lines((line.text, COLOURS[line.state] if line.state else "") for line in lines)
        rounds = [rounds_text(run)] if options.rounds else []
        print_text("\n\n".join(["", *rounds, trace_foot(run)])[1:])
    if different is not None:
        print_text(replay_text(different))


def _asked(run: Run) -> Question:
    """The question a run answered."""
    return Question(
        text=run.question,
        reader=Reader(run.tenant, run.subject),
        collection=run.collection,
        documents=run.documents,
        as_of=run.as_of,
        effort=run.effort,
        roads=run.roads,
    )
