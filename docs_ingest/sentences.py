"""Sentences of both languages, by rule, in one pass.

Chinese sentences end at 。！？ and, as statutes list their cases, at ；. English
ones end at . ! ? before a space and something that can begin a sentence; known
abbreviations, initials, numbers and labels do not end them, and a footnote mark
may stand behind the stop. A line break ends a sentence too, unless the line
looks wrapped: long, without a stop, and not followed by a label.
"""

import re

from docs_ingest.structure.labels import label_at

_CLOSERS = "”’」』）】〉》)\\]\"'"
_STOP = re.compile(
    rf"(?P<han>[。！？；][。！？；]*[{_CLOSERS}]*)"
    rf"|(?P<latin>[.!?][.!?]*[{_CLOSERS}]*)(?P<note>\d{{1,3}}(?=\s))?"
    r"|(?P<line>(?<![ \t\u3000])[ \t\u3000]*[\r\n\x0b\x0c\x85\u2028\u2029]\s*)"
)
_WORDS = re.compile(r"\S+")
_ABBREVIATIONS = frozenset(
    _WORDS.findall(
        "no nos art arts sec secs sect para paras ch chap fig figs vol pt pp cf al etc approx vs v inc corp co ltd llc "
        "plc jr sr mr mrs ms dr prof rev gen gov hon st dept est ex reg regs supp app cir dist fed stat rel bull e.g "
        "i.e u.s u.k u.n jan feb mar apr jun jul aug sept sep oct nov dec"
    )
)
_LAST_WORD = re.compile(r"[A-Za-z][A-Za-z.]*$")
_BEGINNERS = frozenset(
    _WORDS.findall("the it this these those in on at a an he she they we if when while however but and for no")
)
_NEXT_WORD = re.compile(r"[A-Za-z]+")
_LABEL = re.compile(r"[#>*\-\s]*(?:\(?[0-9ivxIVX]{1,4}|\(?[A-Za-z]|§?\s?\d{1,3}(?:\.\d{1,3})*)$")
_WRAPPED = 46  # columns from which a line without a stop may go on in the next one
_LOOK_BACK = 64  # characters
_CELL = " | "  # between the cells of a row, in every format's canonical text
_BULLET = re.compile(r"[-*+•‣·▪●○■□◆◇|#>]")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, in order, without the white space around it.

    Every character that is not white space lies in exactly one span.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    line = 0  # where the current line begins
    for stop in _STOP.finditer(text):
        if stop.lastgroup == "line" or stop["line"] is not None:
            ends = _line_ends(text, line, stop.start(), stop.end())
            line = stop.end()
        elif stop["han"] is not None:
            ends = True
        else:
            ends = _latin_ends(text, start, stop)
        if ends:
            _add(spans, text, start, stop.end())
            start = stop.end()
    _add(spans, text, start, len(text))
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """One more sentence; what holds no letter or digit belongs to the one before, if they touch."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return
    short = end - start <= 4 and not any(c.isalnum() for c in text[start:end])
    if short and spans and spans[-1][1] == start:
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((start, end))


def _latin_ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether . ! or ? at this place ends the sentence that began at `start`."""
    after = text[stop.end() : stop.end() + 1]
    if after and not after.isspace() and not _han(after):
        return False
    if stop["latin"][0] != ".":
        return True
    following = text[stop.end() : stop.end() + _LOOK_BACK].lstrip()
    if stop["note"] is not None:
        before = text[stop.start() - 1 : stop.start()]
        return bool(before) and not before.isdigit() and not following[:1].islower()
    if following[:1].islower():
        return False
    back = text[max(start, stop.start() - _LOOK_BACK) : stop.start()]
    if _LABEL.fullmatch(back) and stop.start() - start < _LOOK_BACK:
        return False  # 1. or (a). at the start is a label
    return not _abbreviated(back, following)


def _abbreviated(back: str, following: str) -> bool:
    """Whether the stop belongs to the word before it."""
    word = _LAST_WORD.search(back)
    if word is None or not following:
        return False
    short = word.group().lower()
    initials = len(short) == 1 or (len(short) > 1 and short[-2] == ".")  # J. Smith, U.S. dollars
    if not initials and short not in _ABBREVIATIONS:
        return False
    if initials and len(short) == 1:
        return word.group().isupper()
    begins = _NEXT_WORD.match(following)
    return begins is None or begins.group().lower() not in _BEGINNERS


def _line_ends(text: str, line: int, end: int, following: int) -> bool:
    """Whether the line break at `end` ends a sentence; the next line begins at `following`."""
    gap = text[end:following].replace("\r\n", "\n").strip(" \t\u3000")
    if len(gap) > 1:
        return True  # a blank line
    head = text[line : line + 2].lstrip()
    if head.startswith("#") or _columns(text[max(line, end - _WRAPPED) : end]) < _WRAPPED:
        return True
    begins = text[following : following + _LOOK_BACK]
    if _CELL in text[max(line, end - _LOOK_BACK) : end] or _CELL in begins:
        return True  # rows of a table
    return bool(_BULLET.match(begins)) or label_at(begins) is not None


def _columns(words: str) -> int:
    """Width on a terminal: Han characters take two columns."""
    return len(words) + sum(map(_han, words))


def _han(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\uffef"
