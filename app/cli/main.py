"""From `argv` to an exit code."""

import asyncio
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from app.cli.output import print_error, print_json
from app.cli.parser import Command, command_line
from app.errors import CommandError
from app.settings import Settings, load_settings
from docs_ingest.errors import IngestError
from stores.errors import StoreError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = command_line().parse_args(argv)
    run: Command = options.run
    try:
        settings = load_settings()
        return asyncio.run(run(options, settings))
    except ValidationError as error:
        return _fail(options.json, "\n".join(_setting_errors(error)))
    except (StoreError, IngestError, CommandError, OSError) as error:
        return _fail(options.json, str(error))
    except KeyboardInterrupt:
        print_error("interrupted; nothing was left half done")
        return 130
    except BrokenPipeError:
        return 0


def _setting_errors(error: ValidationError) -> list[str]:
    prefix = Settings.model_config.get("env_prefix", "")
    return [f"{prefix}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]


def _fail(as_json: bool, message: str) -> int:
    if as_json:
        print_json({"error": message})
    print_error(message)
    return 1
