"""Formulas of Word and PowerPoint (OMML) as one line that reads sensibly: (a + b)/c, x^2, x_i, √(n + 1), ∑_(i=1)^n.

After the linear format of Unicode Technical Note 28: what a formula draws above,
below or small is joined by a sign, and put into brackets where it is more than
one number, letter or word. The letters alone would read a/b as ab and 10² as 102.
"""

import re
from collections.abc import Callable, Sequence

from lxml import etree

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{M}val"
_RUNS = frozenset({f"{M}r", f"{_W}r"})
_GONE = frozenset({f"{_W}del", f"{_W}moveFrom"})
_ONE = re.compile(r"[^\W\d_]|\d+(?:[.,]\d+)*%?|[A-Za-z]{3,}|[\u3400-\u9fff]+|[^\w\s]")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "|": "|", "⌈": "⌉", "⌊": "⌋", "‖": "‖"}
_ACCENT = "\u0302"  # what an accent is when the file does not say
_OFF = ("0", "off", "false")

RunWords = Callable[[etree._Element], str]


def linear(root: etree._Element, run_words: RunWords) -> str:
    """A formula on one line; `run_words` gives what is seen of one run."""
    order = [element for element in root.iter() if isinstance(element.tag, str)]
    words: dict[etree._Element, str] = {}
    for element in reversed(order):  # what is inside an element has been put into words before it
        inner = [(str(child.tag).removeprefix(M), words.pop(child, "")) for child in element]
        if element.tag in _RUNS:
            words[element] = run_words(element)
        elif element.tag not in _GONE:
            words[element] = _composed(element, inner)
    return " ".join(words.get(root, "").split())


def _composed(element: etree._Element, inner: Sequence[tuple[str, str]]) -> str:
    name = str(element.tag).removeprefix(M)
    match name:
        case "f":
            return _fraction(element, inner)
        case "sSup" | "sSub" | "sSubSup":
            return one_thing(_of(inner, "e")) + _scripts(inner)
        case "sPre":
            return f"{_scripts(inner)} {one_thing(_of(inner, 'e'))}"
        case "rad":
            return _root(_of(inner, "deg"), _of(inner, "e"))
        case "nary":
            return f"{_said(element, 'chr', '∫')}{_scripts(inner)} {_of(inner, 'e')}"
        case "d":
            return _delimited(element, inner)
        case "func":
            return f"{_of(inner, 'fName')} {_of(inner, 'e')}"
        case "limLow" | "limUpp":
            return _of(inner, "e") + _script("_" if name == "limLow" else "^", _of(inner, "lim"))
        case "acc":
            return _accented(_of(inner, "e"), _said(element, "chr", _ACCENT))
        case "bar":
            return _accented(_of(inner, "e"), "\u0332" if _said(element, "pos", "bot") == "bot" else "\u0305")
        case "m":
            return f"[{'; '.join(words for tag, words in inner if tag == 'mr')}]"
        case "mr":
            return ", ".join(words for tag, words in inner if tag == "e")
        case "eqArr":
            return "; ".join(words for tag, words in inner if tag == "e" and words)
        case "oMathPara":
            return " ".join(words for _, words in inner if words)
        case _:
            return "".join(words for _, words in inner)


def _fraction(element: etree._Element, inner: Sequence[tuple[str, str]]) -> str:
    line = "¦" if _said(element, "type", "bar") == "noBar" else "/"
    return f"{one_thing(_of(inner, 'num'))}{line}{one_thing(_of(inner, 'den'))}"


def _root(degree: str, words: str) -> str:
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(degree)
    return f"{sign}{one_thing(words)}" if sign else f"√[{degree}]{one_thing(words)}"


def _delimited(element: etree._Element, inner: Sequence[tuple[str, str]]) -> str:
    opens, closes = _said(element, "begChr", "("), _said(element, "endChr", ")")
    return opens + _said(element, "sepChr", "|").join(words for tag, words in inner if tag == "e") + closes


def _accented(words: str, sign: str) -> str:
    return words + sign if len(words) == 1 or not words else f"({words}){sign}"


def _scripts(inner: Sequence[tuple[str, str]]) -> str:
    return _script("_", _of(inner, "sub")) + _script("^", _of(inner, "sup"))


def _script(sign: str, words: str) -> str:
    return f"{sign}{one_thing(words)}" if words else ""


def one_thing(words: str) -> str:
    """Words in brackets, unless they are one thing anyhow."""
    words = words.strip()
    if not words or _ONE.fullmatch(words) or _bracketed(words):
        return words
    return f"({words})"


def _bracketed(words: str) -> bool:
    closes = _BRACKETS.get(words[0])
    return closes is not None and words.endswith(closes) and words.find(closes, 1) == len(words) - 1


def _of(inner: Sequence[tuple[str, str]], name: str) -> str:
    return next((words for tag, words in inner if tag == name), "")


def _said(element: etree._Element, name: str, otherwise: str) -> str:
    """A property of a formula's part, which may also be said to be empty."""
    found = element.find(f"{element.tag}Pr/{M}{name}")
    return otherwise if found is None else found.get(_VAL, "")


def is_phantom(run: etree._Element) -> bool:
    """Whether a run takes up room in a formula without being drawn."""
    for phantom in run.iterancestors(f"{M}phant"):
        shown = phantom.find(f"{M}phantPr/{M}show")
        if shown is not None and shown.get(_VAL, "1") in _OFF:
            return True
    return False
