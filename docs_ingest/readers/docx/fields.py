"""Fields of a Word document: what they show, and where references and hyperlinks lead.

A field is its instruction and its result, one after the other between marks:
`REF _Ref12 \\r \\h` | 第三条. Only the result is text; the instruction says what
it leads to. A few have no result and draw what the instruction says: boxes and
lists of forms, symbols, circled numbers and fractions (EQ), prompts of templates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from docs_ingest.readers.docx.numbering import W, formatted
from docs_ingest.readers.docx.styles import VAL, Style, switch, value, whole
from docs_ingest.readers.office.math import one_thing
from docs_ingest.readers.office.symbols import is_symbol_font, symbol

BOX, TICKED = "☐", "☒"
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"?|([^\s"]+)')
_ESCAPED = re.compile(r"\\(.)")
_LONGEST = 4_000  # characters of an instruction that are looked at
_REFERENCES = frozenset({"REF", "PAGEREF", "NOTEREF"})
_CODE = re.compile(r"[0-9]{1,5}|0[xX][0-9a-fA-F]{1,4}")
_SMALL = re.compile(r"[0-9]{1,2}")
_PART = re.compile(r"\\(?P<name>[a-z])(?P<options>(?:\\[a-z]{1,3}[0-9]{0,4})*)\((?P<inner>[^()\\]*)\)", re.IGNORECASE)
_DEEPEST = 12  # parts of an equation inside each other
_SWITCH = re.compile(r"\\[A-Za-z*#@!]")
_WITH_WORDS = frozenset({"\\o", "\\t", "\\d", "\\f"})  # switches that a word follows


@dataclass(frozen=True, slots=True)
class Target:
    """Where a field or a hyperlink leads; one of the two is set."""

    name: str | None = None  # a bookmark, in small letters: Word does not tell them apart
    href: str | None = None


@dataclass(slots=True)
class OpenField:
    """A field whose end has not come yet."""

    begins: int  # characters seen before it
    drawn: str = ""  # by the field itself: a check box, an entry of a list
    instruction: list[str] = field(default_factory=list)
    in_result: bool = False
    held: list[tuple[str, Style, bool]] = field(default_factory=list)  # words among the instruction


def opened(mark: etree._Element, begins: int) -> OpenField:
    form = mark.find(f"{W}ffData")
    return OpenField(begins, "" if form is None else _drawn(form))


def _drawn(form: etree._Element) -> str:
    if (box := form.find(f"{W}checkBox")) is not None:
        ticked = switch(box, "checked", switch(box, "default", False))
        return TICKED if ticked else BOX
    if (choice := form.find(f"{W}ddList")) is not None:
        entries = [entry.get(VAL, "") for entry in choice.iterchildren(f"{W}listEntry")]
        at = whole(value(choice, "result") or value(choice, "default")) or 0
        return entries[at] if 0 <= at < len(entries) else ""
    return ""


def drawn_by(instruction: str) -> tuple[str, bool]:
    """What a field without a result draws, and whether that is only a prompt."""
    name, _, rest = instruction[:_LONGEST].strip().partition(" ")
    match name.upper():
        case "EQ":
            return _equation(rest), False
        case "SYMBOL":
            return _symbol(rest), False
        case "MACROBUTTON" | "GOTOBUTTON":
            return rest.strip().partition(" ")[2].strip(), True
        case _:
            return "", False


def _symbol(instruction: str) -> str:
    words = list(_instruction_words(instruction))
    said = words[0] if words and _CODE.fullmatch(words[0]) else "0"
    code = int(said, 16 if said[:2] in ("0x", "0X") else 10)
    font = next((words[i + 1] for i in range(len(words) - 1) if words[i].lower() == "\\f"), "")
    return symbol(font, code) or (chr(code) if 0x20 <= code < 0xD800 and not is_symbol_font(font) else "")


def _equation(instruction: str) -> str:
    """An EQ field on one line, from the inside out: \\f(1,2) is 1/2, \\o\\ac(○,3) is ③."""
    words = instruction
    for _ in range(_DEEPEST):
        words, count = _PART.subn(_equation_part, words)
        if not count:
            break
    return words.replace("\\", "").strip()


def _equation_part(match: re.Match[str]) -> str:
    inner = [one.strip() for one in re.split("[,;，]", match["inner"])]
    match match["name"].lower(), inner:
        case "f", [above, below]:
            return f"{one_thing(above)}/{one_thing(below)}"
        case "r", [base]:
            return f"√{one_thing(base)}"
        case "r", [degree, base]:
            return f"√[{degree}]{one_thing(base)}"
        case "s", [small]:
            return ("_" if "\\do" in match["options"].lower() else "^") + one_thing(small)
        case "o", [("○" | "〇" | "◯"), mark]:
            return formatted(int(mark), "decimalEnclosedCircle") if _SMALL.fullmatch(mark) else f"({mark})"
        case "b", _:
            return f"({', '.join(inner)})"
        case _:
            return " ".join(inner)


def target_of(instruction: str) -> Target | None:
    """Where a field leads; None for those that lead nowhere."""
    words = _instruction_words(instruction)
    name = next(words, "")
    if name.upper() in _REFERENCES:
        return _to_bookmark(next((word for word in words if not _SWITCH.fullmatch(word)), ""))
    if name.upper() == "HYPERLINK":
        return _hyperlink(words)
    return _to_bookmark(name) if name.startswith("_Ref") else None


def _instruction_words(instruction: str) -> Iterator[str]:
    for match in _WORD.finditer(instruction[:_LONGEST]):
        yield match[2] if match[1] is None else _ESCAPED.sub(r"\1", match[1])


def _hyperlink(words: Iterator[str]) -> Target | None:
    address, anchor = "", ""
    for word in words:
        if word.lower() == "\\l":
            anchor = next(words, "")
        elif word.lower() in _WITH_WORDS:
            next(words, "")
        elif not _SWITCH.fullmatch(word):
            address = address or word
    return linked(address, anchor)


def linked(address: str | None, anchor: str | None) -> Target | None:
    """The target of a hyperlink with an address, an anchor in it, or both."""
    address, anchor = (address or "").strip(), (anchor or "").strip()
    if not address or address.startswith("#"):
        return _to_bookmark(address[1:] or anchor)
    return Target(href=f"{address}#{anchor}" if anchor and "#" not in address else address)


def _to_bookmark(name: str) -> Target | None:
    return Target(name=name.lower()) if name else None
