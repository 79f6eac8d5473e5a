"""A run as JSON and back, without loss.

Driven by the type hints of the records, so a new field needs no line here. The
bytes are canonical: keys sorted, no blanks, UTF-8, numbers as Python prints
them; a run read back gives the same bytes again. (RFC 8785 would print 1.0 as 1
and lose what it was.) Lone surrogates, which a PDF can hold, stay as they are.
"""

import json
import types
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from stores.errors import StoreCorrupt
from stores.records import Cost, Run

_PLAIN = (str, int, float, bool, type(None))

Decode = Callable[[Any], Any]


def run_to_json(run: Run) -> bytes:
    said = json.dumps(to_plain(run), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return said.encode("utf-8", "surrogatepass")


def run_from_json(data: bytes) -> Run:
    """The run that `run_to_json` wrote; fields it did not know yet get their defaults. Raises StoreCorrupt."""
    try:
        run = _decoder(Run)(json.loads(data.decode("utf-8", "surrogatepass")))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreCorrupt(f"a stored run cannot be read ({type(error).__name__}): restore it from a backup") from error
    assert isinstance(run, Run)
    return run


def again_to_json(run: Run, earlier_hash: str) -> bytes:
    """What a run served again has of its own; `earlier_hash` is that of the record it stands on."""
    own = {"cost": run.cost, "id": run.id, "started_at": run.started_at}
    plain = {name: to_plain(value) for name, value in own.items()}
    said = {**plain, "again": run.cached_from, "again_hash": earlier_hash}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def again_from_json(data: bytes) -> "Again | None":
    """What `again_to_json` wrote; None for the record of a whole run."""
    if b'"again":' not in data[:64]:
        return None
    try:
        plain = json.loads(data)
        own = {
            name: _decoder(hint)(plain[name]) for name, hint in (("cost", Cost), ("id", str), ("started_at", datetime))
        }
        return Again(plain["again"], plain["again_hash"], **own)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreCorrupt(f"a stored run cannot be read ({type(error).__name__}): restore it from a backup") from error


@dataclass(frozen=True, slots=True)
class Again:
    """A run served again: whose, and what it has of its own."""

    earlier: str
    earlier_hash: str
    cost: Cost
    id: str
    started_at: datetime

    def of(self, earlier: Run) -> Run:
        return replace(earlier, id=self.id, started_at=self.started_at, cost=self.cost, cached_from=self.earlier)


def to_plain(value: object) -> object:
    """Records, enums, dates and tuples as what JSON has."""
    if type(value) in _PLAIN:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        cls: Hashable = type(value)
        return {name: to_plain(getattr(value, name)) for name in _field_names(cls)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, dict):
        return {key: to_plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [to_plain(inner) for inner in value]
    raise TypeError(f"a run cannot hold a {type(value).__name__}")


@lru_cache(maxsize=256)
def _field_names(cls: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))


@lru_cache(maxsize=256)
def _decoder(hint: Any) -> Decode:
    """How to read JSON where the records say `hint`."""
    if hint in _PLAIN:
        return _same
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_decoder(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if hint is datetime or hint is date:
        return hint.fromisoformat
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _tuple_decoder(arguments)
    if origin is dict:
        inner = _decoder(arguments[1])
        return lambda value: {key: inner(v) for key, v in value.items()}
    if origin in (Union, types.UnionType):
        return _union_decoder(arguments)
    raise TypeError(f"a run's field of type {hint} has no JSON form")


def _same(value: Any) -> Any:
    return value


def _dataclass_decoder(cls: Any) -> Decode:
    hints = get_type_hints(cls)
    decoders = {f.name: _decoder(hints[f.name]) for f in fields(cls)}
    return lambda value: cls(**{name: decoders[name](inner) for name, inner in value.items()})


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decode:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        each = _decoder(arguments[0])
        return lambda value: tuple(each(inner) for inner in value)
    decoders = [_decoder(a) for a in arguments]
    return lambda value: tuple(decode(inner) for decode, inner in zip(decoders, value, strict=True))


def _union_decoder(arguments: tuple[Any, ...]) -> Decode:
    some = [_decoder(a) for a in arguments if a is not type(None)]
    if all(decode is _same for decode in some):
        return _same
    if len(some) > 1:
        raise TypeError(f"a run's field of {arguments} cannot be told apart in JSON")
    return lambda value: None if value is None else some[0](value)
