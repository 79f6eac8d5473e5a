"""Lists of contents inside pages: lines that lead to a heading of the same document and say the same words.

They are furniture. As text they would be cited for what only stands below the
heading, and their numbers (“3.4 Fees”) would open every section twice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from docs_ingest.parsed import BlockKind
from docs_ingest.readers.drafts import Draft

_FEWEST = 3  # lines in sequence: fewer are references
_REACH = 3  # blocks after the place a line leads to, among which the heading stands
_NUMBER = re.compile(r"\S{1,8}[.、]\s*|")  # what a browser draws in front of the link
_COUNT = re.compile(r"[\dA-Z.]{1,8}[.、\s]\s*")
_LABEL = 10  # letters of what stands before a number in a heading
_TITLE = re.compile(r"(?:table of )?contents|in this (?:section|chapter|part|article)|目\s*[录錄次]", re.IGNORECASE)


def without_contents(drafts: Sequence[Draft]) -> list[Draft]:
    """The blocks, those of lists of contents as furniture."""
    places: dict[str, int] = {}
    for i, draft in enumerate(drafts):
        for name in draft.names:
            places.setdefault(name, i)
    out = list(drafts)
    run: list[int] = []
    for i, draft in enumerate(drafts):
        if not draft.kind.citable:
            continue
        if _is_line(drafts, draft, places):
            run.append(i)
            continue
        _set_aside(out, run)
        run = [i] if _TITLE.fullmatch(draft.words.strip(" :：")) else []
    _set_aside(out, run)
    return out


def _set_aside(drafts: list[Draft], run: Sequence[int]) -> None:
    """Make a run of lines furniture, with its title where it has one."""
    titled = bool(run) and _TITLE.fullmatch(drafts[run[0]].words.strip(" :：")) is not None
    if len(run) - titled < _FEWEST:
        return
    for i in run:
        drafts[i] = replace(drafts[i], kind=BlockKind.FURNITURE, level=None, group=None, ties=())


def _is_line(drafts: Sequence[Draft], draft: Draft, places: Mapping[str, int]) -> bool:
    if draft.kind not in (BlockKind.ITEM, BlockKind.PARAGRAPH) or len(draft.ties) != 1:
        return False
    tie = draft.ties[0]
    at = places.get(tie.name or "")
    if at is None or tie.end != len(draft.words) or not _NUMBER.fullmatch(draft.words[: tie.start]):
        return False
    words = draft.words[tie.start :]
    near = (one.words for one in drafts[at : at + _REACH] if one.kind is BlockKind.HEADING)
    return any(_same(words, heading) for heading in near)


def _same(line: str, heading: str) -> bool:
    """Whether a line says the words of a heading; `1. Fees` may stand for `Chapter 1. Fees`."""
    wanted, found = folded(line), folded(heading)
    if wanted == found:
        return bool(found)
    bare = folded(_COUNT.sub("", line.strip()))
    return len(bare) > 1 and found.endswith(bare) and len(found) - len(wanted) <= _LABEL


def folded(words: str) -> str:
    """Letters and digits only, without case: what a title and its line in the contents have in common."""
    return "".join(c for c in words.casefold() if c.isalnum())
