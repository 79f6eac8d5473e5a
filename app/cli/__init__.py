"""The command `citepath`.

    parser.py     what can be typed              run.py   a command carried out, errors as messages
    documents.py  ingest, documents, tree, show, delete
    questions.py  ask, retrieve, runs, trace, verify
    checks.py     eval, doctor
    progress.py   the stream of events as progress on a terminal

Exit codes: 0 all went well (an unanswerable question is an answer too), 1
something did not, 2 the command was not understood, 130 interrupted.
Results go to standard output, progress and errors to standard error.
"""

from app.cli.main import main

__all__ = ["main"]
