"""What can be typed after `citepath`. Commands are named here and looked up when they are run (`app.cli.run`)."""

import argparse
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from stores.records import Effort, Roads


def command_line() -> argparse.ArgumentParser:
    """The parser of every command; each sets `run`, the name of the coroutine function that carries it out."""
    parser = argparse.ArgumentParser(
        prog="citepath",
        description="Answers from documents, every sentence tied to an exact place in an exact version.",
    )
    parser.add_argument("--version", action="version", version=f"citepath {version('citepath')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _document_commands(commands)
    _question_commands(commands)
    _index_commands(commands)
    _check_commands(commands)
    return parser


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add(commands: _Commands, name: str, run: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)
    return parser


def _document_commands(commands: _Commands) -> None:
    _ingest_command(commands)
    tree = _add(commands, "tree", "places.tree", "show a document's tree")
    tree.add_argument("document", metavar="DOCUMENT[@VERSION]")
    tree.add_argument("--depth", type=_natural, metavar="N", help="levels below the root")
    tree.add_argument("--hidden", action="store_true", help="list the text that nobody sees instead")
    show = _add(commands, "show", "places.show", "show the text of one place, and what became of it since")
    show.add_argument("place", metavar="DOCUMENT[@VERSION][#ADDRESS]")
    show.add_argument("--label", metavar="L", help="the place by its label instead: 第十二条第二款, Section 5.2, art_5")
    show.add_argument("--characters", action="store_true", help="with the box of every character (PDF)")
    references = _add(
        commands, "references", "places.references", "list references and definitions, and where they lead"
    )
    references.add_argument("place", metavar="DOCUMENT[@VERSION][#ADDRESS]")
    references.add_argument("--unresolved", action="store_true", help="only those that lead nowhere in this document")
    listing = _add(commands, "documents", "documents.listing", "list documents, versions, and uploads that failed")
    listing.add_argument("--collection", metavar="C")
    versions = _add(commands, "versions", "documents.versions", "list the versions of a document and what changed")
    versions.add_argument("document", metavar="DOCUMENT")
    diff = _add(commands, "diff", "documents.diff", "show what changed between two versions, with the words")
    diff.add_argument("old", metavar="DOCUMENT[@OLD]")
    diff.add_argument("new", nargs="?", metavar="DOCUMENT@NEW", help="default: the newest version")
    quality = _add(commands, "quality", "documents.quality", "say how well a document was read, and what to look at")
    quality.add_argument("document", metavar="DOCUMENT[@VERSION]")
    delete = _add(commands, "delete", "documents.delete", "delete a document: it answers no more, at once")
    delete.add_argument("document", metavar="DOCUMENT")


def _ingest_command(commands: _Commands) -> None:
    ingest = _add(commands, "ingest", "intake.ingest", "take in files or folders; each becomes a version")
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    ingest.add_argument("--collection", default="default", metavar="C")
    ingest.add_argument("--document", metavar="ID", help="document id (default: from the file's name)")
    ingest.add_argument("--effective-from", type=_day, metavar="DATE",
                        help="first day in force, YYYY-MM-DD (default: file name, then the text)")  # fmt: skip
    ingest.add_argument("--effective-to", type=_day, metavar="DATE", help="first day no longer in force")
    ingest.add_argument("--undated", action="store_true", help="do not read the day from the file's name or text")
    ingest.add_argument(
        "--encoding", metavar="E", help="encoding of text files (big5, gb18030, ...; default: found out)"
    )
    ingest.add_argument("--dry-run", action="store_true", help="show what the files would become; store nothing")


def _index_commands(commands: _Commands) -> None:
    sync = _add(commands, "sync", "indexes.sync", "tell the indexes what the ledger has changed")
    sync.add_argument("--watch", action="store_true", help="go on telling until interrupted")
    sync.add_argument("--parked", action="store_true", help="list the changes that an index has refused for good")
    sync.add_argument("--retry", metavar="INDEX", help="offer an index its refused changes again")
    sync.add_argument("--forget", metavar="INDEX", help="drop what waits for an index that is no longer used")
    reconcile = _add(commands, "reconcile", "indexes.reconcile", "compare the indexes with the ledger, and mend them")
    reconcile.add_argument("--index", metavar="INDEX", help="only this one (default: all)")
    reconcile.add_argument("--dry-run", action="store_true", help="only compare; exit code 1 where they differ")
    reindex = _add(commands, "reindex", "indexes.reindex", "build indexes anew beside the old ones, then change over")
    reindex.add_argument("--index", metavar="INDEX", help="only this one (default: all)")


def _question_commands(commands: _Commands) -> None:
    ask = _add(commands, "ask", "questions.ask", "answer a question with checked citations")
    _scope(ask)
    ask.add_argument("--effort", type=Effort, choices=list(Effort), default=Effort.STANDARD, metavar="E",
                     help="quick, standard or exhaustive")  # fmt: skip
    ask.add_argument("--road", type=Roads, choices=list(Roads), default=None, metavar="R",
                     help="navigate, hybrid, both or auto (default: CITEPATH_ROADS)")  # fmt: skip
    ask.add_argument("--no-cache", action="store_true", help="do not serve an earlier answer")
    retrieve = _add(commands, "retrieve", "questions.retrieve", "rank the passages for a question")
    _scope(retrieve)
    retrieve.add_argument("--road", type=Roads, choices=list(Roads), default=None, metavar="R",
                          help="navigate, hybrid, both or auto (default: CITEPATH_ROADS)")  # fmt: skip
    retrieve.add_argument("--k", type=_positive, default=None, metavar="N", help="passages at most (10)")
    retrieve.add_argument(
        "--tokens", type=_positive, default=None, metavar="N", help="as many passages as fit so many estimated tokens"
    )
    runs = _add(commands, "runs", "questions.runs", "list what was asked, newest first")
    runs.add_argument("--limit", type=_positive, default=50, metavar="N")
    trace = _add(
        commands, "trace", "questions.trace", "draw the way a run took: what was opened, read, passed by, and why"
    )
    trace.add_argument("run_id", metavar="RUN")
    trace.add_argument("--rounds", action="store_true", help="with every decision, round by round")
    trace.add_argument("--html", type=Path, metavar="FILE", help="write it as one page, with a picture, instead")
    trace.add_argument("--replay", action="store_true", help="walk it again and say what comes out differently")
    verify = _add(
        commands, "verify", "questions.verify", "check where a run looked, and what it read and cites, by the documents"
    )
    verify.add_argument("run_id", metavar="RUN")


def _scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--collection", metavar="C")
    parser.add_argument("--document", action="append", default=[], metavar="ID", help="may be given several times")
    parser.add_argument("--as-of", type=_day, metavar="DATE", help="the versions in force on that day, YYYY-MM-DD")


def _check_commands(commands: _Commands) -> None:
    group = commands.add_parser("eval", help="measure on question sets", description="measure on question sets")
    kinds = group.add_subparsers(title="measurements", required=True, metavar="WHAT")
    retrieval = _add(
        kinds, "retrieval", "checks.evaluate", "recall of required passages, beside flat BM25 and whole pages"
    )
    retrieval.add_argument("--documents", type=Path, required=True, metavar="F", help="JSON lines, plain or .gz")
    retrieval.add_argument("--questions", type=Path, required=True, metavar="F")
    retrieval.add_argument("--mode", choices=["document", "corpus"], default="document")
    retrieval.add_argument("--sample", type=_positive, metavar="N")
    retrieval.add_argument("--seed", type=int, default=7)
    retrieval.add_argument("--limit-documents", type=_positive, metavar="N")
    retrieval.add_argument("--pdf-dir", type=Path, metavar="DIR")
    retrieval.add_argument("--with-title", action="store_true", help="put the document's title into the question")
    retrieval.add_argument("--several", action="store_true", help="only questions with evidence in several documents")
    _add(commands, "doctor", "checks.doctor", "say whether everything is in order, and what to do if not")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it as YYYY-MM-DD") from None


def _natural(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 up")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)
