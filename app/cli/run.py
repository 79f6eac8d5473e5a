"""A command that was understood, carried out: settings, stores, errors as messages."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from app.cli.output import print_error, print_json
from app.errors import CommandError
from app.settings import Settings, load_settings
from docs_ingest.errors import IngestError
from navigators.glossary import GlossaryError
from stores.errors import StoreError

Command = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, int]]


def command_named(name: str) -> Command:
    """The coroutine function behind a name such as `documents.ingest`, of this package."""
    module, _, function = name.partition(".")
    command: Command = getattr(import_module(f"app.cli.{module}"), function)
    return command


def run_command(options: argparse.Namespace) -> int:
    """Carry out `options.run`; whatever a person can put right ends as a message and exit code 1."""
    try:
        settings = load_settings()
        return asyncio.run(command_named(options.run)(options, settings))
    except ValidationError as error:
        return _fail(options.json, "\n".join(_setting_errors(error)))
    except (StoreError, IngestError, GlossaryError, CommandError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return _fail(options.json, str(error))


def _setting_errors(error: ValidationError) -> list[str]:
    prefix = Settings.model_config.get("env_prefix", "")
    return [f"{prefix}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]


def _fail(as_json: bool, message: str) -> int:
    if as_json:
        print_json({"error": message})
    print_error(message)
    return 1
