"""ask, retrieve, runs, trace."""

import argparse
from dataclasses import replace

from app.cli.output import print_json, print_text
from app.errors import CommandError
from app.render.answers import answer_text, passages_text, runs_text, trace_text
from app.resources import open_house
from app.settings import Settings
from app.views.runs import passages_view, run_view, summary_view, trace_view
from navigators.state import Question
from stores.records import Effort, Outcome, Reader, Run


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
        passages = await house.navigator.retrieve(_question(options, settings, Effort.STANDARD), options.k)
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
        different = await house.navigator.replay(run, _asked(run)) if options.replay else None
    if options.json:
        replay = {} if different is None else {"replay": {"same": not different, "differences": different}}
        print_json({**trace_view(run), **replay})
    else:
        print_text(trace_text(run, different))
    return 1 if different else 0


def _asked(run: Run) -> Question:
    """The question a run answered."""
    return Question(
        text=run.question,
        reader=Reader(run.tenant, run.subject),
        collection=run.collection,
        documents=run.documents,
        as_of=run.as_of,
        effort=run.effort,
    )
