"""What is cited, changed: ids, quotes, versions, and two sentences put together."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from navigators.checks.quantities import Quantity, counted, quantities
from stores.records import Passage


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence in its passage, and another passage that was opened too."""

    sentence: str
    sentences: list[str]  # of its passage
    other: list[str]
    passages: Mapping[str, Passage]  # p00: its own, p01: the other


@dataclass(frozen=True, slots=True)
class Attempt:
    claim: str
    cites: tuple[tuple[str, str], ...]
    kind: str = "fact"


Citing = Callable[[Case, random.Random], Attempt | None]


def whole(case: Case, rng: random.Random) -> Attempt:
    return Attempt(case.sentence, (("p00", case.sentence),))


def _id(*forged: str) -> Citing:
    return lambda case, rng: Attempt(case.sentence, ((rng.choice(forged), case.sentence),))


def _quote_of_another(case: Case, rng: random.Random) -> Attempt | None:
    return Attempt(case.sentence, (("p00", case.other[0]),))


def _halves(case: Case, middle: str) -> tuple[str, str] | None:
    """The first and the last third of a sentence, at word ends."""
    words = re.findall(r"[A-Za-z0-9.,'’$%-]+|[^\sA-Za-z0-9]|\s+", case.sentence)
    if len(words) < 12:
        return None
    third = len(words) // 3
    return "".join(words[:third]).rstrip(), middle + "".join(words[2 * third :]).lstrip()


def _left_out(*middles: str) -> Citing:
    def make(case: Case, rng: random.Random) -> Attempt | None:
        halves = _halves(case, rng.choice(middles))
        return None if halves is None else Attempt(case.sentence, (("p00", "".join(halves)),))

    return make


def _two_sentences(case: Case, rng: random.Random) -> Attempt | None:
    """Two sentences that do not stand together, quoted as one."""
    at = case.sentences.index(case.sentence)
    far = [s for i, s in enumerate(case.sentences) if abs(i - at) > 1 and len(s) > 10]
    return Attempt(case.sentence, (("p00", f"{case.sentence} {rng.choice(far)}"),)) if far else None


def _two_passages(case: Case, rng: random.Random) -> Attempt | None:
    return Attempt(case.sentence, (("p00", f"{case.sentence} {case.other[0]}"),))


def _word_altered(case: Case, rng: random.Random) -> Attempt | None:
    words = list(re.finditer(r"\b[a-z]{4,}\b|[\u4e00-\u9fff]{2}", case.sentence))
    if not words:
        return None
    word = rng.choice(words)
    other = "原则" if not word.group().isascii() else "blue"
    quote = case.sentence[: word.start()] + other + case.sentence[word.end() :]
    return Attempt(case.sentence, (("p00", quote),)) if other != word.group() else None


def _too_short(case: Case, rng: random.Random) -> Attempt:
    return Attempt(case.sentence, (("p00", case.sentence[:1] if not case.sentence[0].isascii() else "the"),))


def _heading_only(case: Case, rng: random.Random) -> Attempt:
    """Words of the heading above, which is not in the passage."""
    return Attempt(case.sentence, (("p00", case.passages["p00"].breadcrumb[0]),))


def _frame(case: Case, rng: random.Random) -> Attempt | None:
    return Attempt(case.sentence, (), "frame")


def _frame_colon(case: Case, rng: random.Random) -> Attempt | None:
    """A factual sentence with a colon, dressed as a lead-in."""
    words = case.sentence.rstrip(".。；; ")
    return Attempt(words + (":" if words.isascii() else "："), (), "frame") if len(words) < 200 else None


def _older_version(case: Case, rng: random.Random) -> Attempt | None:
    """The older version of the passage had another word and it is quoted; only the new version was opened."""
    changed = _word_altered(case, rng)
    return None if changed is None else Attempt(changed.cites[0][1], changed.cites)


def _number_of_another(case: Case, rng: random.Random) -> Attempt | None:
    """The sentence with a number of another cited sentence of the same kind and unit."""
    mine = [q for q in counted(quantities(case.sentence)) if q.kind in ("number", "percent", "date")]
    for other in (s for s in [*case.sentences, *case.other] if s != case.sentence):
        for theirs in counted(quantities(other)):
            for own in mine:
                changed = _put(case.sentence, own, theirs)
                if changed is not None:
                    where = "p00" if other in case.sentences else "p01"
                    return Attempt(changed, (("p00", case.sentence), (where, other)))
    return None


def _put(sentence: str, own: Quantity, theirs: Quantity) -> str | None:
    alike = own.kind == theirs.kind and own.unit == theirs.unit and own.value != theirs.value
    printed, other = own.text.strip(), theirs.text.strip()
    if not alike or sentence.count(printed) != 1 or len(printed) < 1 or not other[:1].isalnum():
        return None
    if own.kind == "date" and [v is None for v in own.value] != [v is None for v in theirs.value]:
        return None
    if any(q.value == theirs.value for q in quantities(sentence)):
        return None
    return sentence.replace(printed, other)


ATTACKS: dict[str, Citing] = {
    "id of another passage": _id("p01"),
    "id never opened": _id("p02", "p17", "p99", "p100"),
    "id that looks alike": _id(
        "ｐ００", "p０0", "pO0", "p0o", "P00", "p 00", "p00 ", " p00", "p00\u200b", "р00", "00", "p0", "p000", "[p00]"
    ),
    "id like a path": _id(
        "../p00", "doc@1#0", "p00/..", "doc/p00", "file:p00", "p00#0.1", "p00;p01", "p00,p01", "*", "", "%70%30%30"
    ),
    "quote of another passage": _quote_of_another,
    "quote with words left out": _left_out(" "),
    "quote with an ellipsis": _left_out(" ... ", "...", "…", "……", " […] ", " [...] "),
    "two sentences quoted as one": _two_sentences,
    "two passages quoted as one": _two_passages,
    "quote with a word altered": _word_altered,
    "quote too short": _too_short,
    "heading quoted": _heading_only,
    "older version quoted": _older_version,
    "fact as a frame": _frame,
    "fact as a lead-in": _frame_colon,
    "number of another cited sentence": _number_of_another,
}


def _two_joined(case: Case, rng: random.Random) -> Attempt | None:
    """This sentence and the next one said in one, both cited."""
    at = case.sentences.index(case.sentence)
    if at + 1 >= len(case.sentences) or len(case.sentences[at + 1]) < 12:
        return None
    following = case.sentences[at + 1]
    latin = case.sentence.isascii()
    joint = ", and " if latin else "，"
    head = case.sentence.rstrip(".。；; ")
    tail = following[0].lower() + following[1:] if latin and following[1:2].islower() else following
    return Attempt(f"{head}{joint}{tail}", (("p00", case.sentence), ("p00", following)))


def _two_clauses(case: Case, rng: random.Random) -> Attempt | None:
    """The last clause of this sentence and the first of the next, both cited."""
    at = case.sentences.index(case.sentence)
    if at + 1 >= len(case.sentences):
        return None
    mine = re.split(r",(?!\d)\s*|[，;；]\s*", case.sentence.rstrip(".。；; "))
    theirs = re.split(r",(?!\d)\s*|[，;；]\s*", case.sentences[at + 1].rstrip(".。；; "))
    if len(mine) < 2 or len(mine[-1]) < 10 or len(theirs[0]) < 10 or not theirs[0][:1].isalnum():
        return None
    if re.search(
        r"\b(?:no|not|never|neither|nor|unless|except|without|if|only)\b|不|未|无|没|除|禁", ",".join(mine[:-1])
    ):
        return None
    joint, stop = (", and ", ".") if case.sentence.isascii() else ("，", "。")
    return Attempt(f"{mine[-1]}{joint}{theirs[0]}{stop}", (("p00", case.sentence), ("p00", case.sentences[at + 1])))


REWRITES: dict[str, Citing] = {"two sentences joined": _two_joined, "clauses of two sentences": _two_clauses}
