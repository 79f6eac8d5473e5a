"""From `argv` to an exit code.

Only what understanding a command takes is imported here: `citepath --help` and
a mistyped command must not wait a second for stores and readers.
"""

import sys
from collections.abc import Sequence

from app.cli.parser import command_line


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = command_line().parse_args(argv)
    try:
        from app.cli.run import run_command  # noqa: PLC0415 (the product itself: see above)

        return run_command(options)
    except KeyboardInterrupt:
        print("citepath: interrupted; nothing was left half done", file=sys.stderr)  # noqa: T201 (nothing else is here yet)
        return 130
    except BrokenPipeError:
        return 0
