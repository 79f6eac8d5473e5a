"""The way of a run at a terminal: a tree of places, one line each, never wider than asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.render.columns import columns, cut, plain
from app.render.way_words import SAID, SIGNS, STATES, more_of, name_of, why_of
from app.views.way import State, Way, WayPlace

NARROWEST = 20  # columns; a narrower terminal gets lines of this width
_LEAST_NAME = 12  # columns kept for a place's name before its reasons are cut

COLOURS = {State.CITED: "green", State.KEPT: "cyan", State.OPENED: "", State.PASSED_BY: "yellow", State.ON_THE_WAY: ""}
"""What a terminal that can show colours shows a line in; the sign says the same."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the state of the place on it, which may give it a colour."""

    text: str
    state: State | None = None


def way_lines(ways: Sequence[Way], width: int, language: str) -> list[Line]:
    """The trees of all versions with a legend above them."""
    width = max(width, NARROWEST)
    said = SAID[language]
    if not ways:
        return [Line(cut(said["nothing"], width))]
    legend = "  ".join(f"{SIGNS[s]} {STATES[language][s]}" for s in State)
    lines = [Line(cut(legend, width))]
    for way in ways:
        lines += [Line(""), Line(cut(_head(way, said), width))]
        lines += _place(way.root, "", "", width, language)
    return lines


def _head(way: Way, said: dict[str, str]) -> str:
    title = said["gone"] if way.gone else f"“{plain(way.title)}”"
    named = [said["proposed"].format(n=way.proposed)] if way.proposed else []
    return "  ".join([f"{plain(way.document)}@{way.version}", title, *named])


def _place(place: WayPlace, lead: str, under: str, width: int, language: str) -> Iterator[Line]:
    """A place after `lead`, and what is below it after `under` and its own branches."""
    yield Line(_line(place, lead, width, language), place.state)
    rows = len(place.below) + (place.more > 0)
    for i, one in enumerate(place.below, 1):
        branch, on = ("└─", "  ") if i == rows else ("├─", "│ ")
        yield from _place(one, under + branch, under + on, width, language)
    if place.more:
        yield Line(cut(f"{under}└─{more_of(place, language)}", width), State.PASSED_BY)


def _line(place: WayPlace, lead: str, width: int, language: str) -> str:
    """The name gives way before the reasons do."""
    head = f"{lead}{SIGNS[place.state]} {place.address}"
    why = plain(why_of(place, language, brief=True))
    room = max(_LEAST_NAME, width - columns(head) - columns(why) - 4)
    name = cut(plain(name_of(place)), room)
    return cut("  ".join(p for p in (head, name, why) if p), width)
