"""A draft: what a writer hands in, taken apart and bounded before any gate looks at it (gate G0).

A reply is untrusted: `parse_draft` never raises, whatever it is given; what it
cannot use comes back as a `DraftFault` with a code and a message for the one
re-ask.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

MOST_CLAIMS = 60
MOST_CITES = 12
LONGEST_TEXT = 2_000  # characters of a claim
LONGEST_QUOTE = 2_000
LONGEST_REPLY = 400_000
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(?P<inside>.*?)\n?\s*```\s*\Z", re.DOTALL | re.IGNORECASE)

Kind = Literal["fact", "frame"]
FaultCode = Literal["cut_off", "empty", "not_json", "wrong_shape", "too_long"]


@dataclass(frozen=True, slots=True)
class DraftCite:
    id: str  # local id of a passage opened in this run
    quote: str  # words of that passage, as the writer says


@dataclass(frozen=True, slots=True)
class DraftClaim:
    text: str
    kind: Kind  # fact: needs a citation; frame: connects claims and states nothing
    cites: tuple[DraftCite, ...]
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    claims: tuple[DraftClaim, ...]


@dataclass(frozen=True, slots=True)
class DraftFault:
    """A reply that is no draft."""

    code: FaultCode
    message: str


class _WrongShapeError(Exception):
    """Said inside this module only."""


def parse_draft(raw: str | None, finish_reason: str | None) -> Draft | DraftFault:
    """A writer's reply as a draft. `finish_reason` is the server's; anything but `stop` is no answer.

    Takes a JSON object `{"claims": [{"text", "kind", "cites": [{"id", "quote"}], "facets"}]}`, alone or in one
    code fence; `kind` defaults to `fact`, which asks for more; unknown keys are ignored.
    """
    if finish_reason != "stop":
        return DraftFault("cut_off", f"the reply did not end by itself (finish reason {finish_reason!r})")
    if raw is None or not raw.strip():
        return DraftFault("empty", "the reply is empty")
    if len(raw) > LONGEST_REPLY:
        return DraftFault("too_long", f"the reply has more than {LONGEST_REPLY} characters")
    fenced = _FENCE.match(raw)
    try:
        value = json.loads(fenced["inside"] if fenced else raw, strict=False, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return DraftFault("not_json", f"the reply is not one JSON object: {str(error)[:200]}")
    try:
        return Draft(tuple(_claim(c) for c in _list(_object(value, "the reply"), "claims", MOST_CLAIMS)))
    except _WrongShapeError as error:
        return DraftFault("wrong_shape", str(error))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _claim(value: object) -> DraftClaim:
    claim = _object(value, "a claim")
    kind = claim.get("kind", "fact")
    if kind not in ("fact", "frame"):
        raise _WrongShapeError("`kind` is `fact` or `frame`")
    facets = claim.get("facets") or []
    if not isinstance(facets, list) or len(facets) > MOST_CITES or not all(isinstance(f, str) for f in facets):
        raise _WrongShapeError(f"`facets` is a list of at most {MOST_CITES} names")
    return DraftClaim(
        text=_text(claim, "text", LONGEST_TEXT),
        kind="frame" if kind == "frame" else "fact",
        cites=tuple(_cite(c) for c in _list(claim, "cites", MOST_CITES)),
        facets=tuple(f[:40] for f in facets),
    )


def _cite(value: object) -> DraftCite:
    cite = _object(value, "a citation")
    return DraftCite(_text(cite, "id", 40), _text(cite, "quote", LONGEST_QUOTE))


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _WrongShapeError(f"{what} is not an object")
    return value


def _list(value: dict[str, Any], key: str, most: int) -> list[Any]:
    found = value.get(key)
    if not isinstance(found, list):
        raise _WrongShapeError(f"`{key}` is not a list")
    if len(found) > most:
        raise _WrongShapeError(f"`{key}` holds {len(found)} things, more than {most}")
    return found


def _text(value: dict[str, Any], key: str, most: int) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise _WrongShapeError(f"`{key}` is not a text")
    if len(found) > most:
        raise _WrongShapeError(f"`{key}` has {len(found)} characters, more than {most}")
    return found
