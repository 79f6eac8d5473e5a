"""What a page hides by its styles: attributes and the simple rules of its style sheets."""

import re
from collections.abc import Iterator

from lxml import etree

_ZERO = re.compile(r"0*(?:\.0*)?(?:px|pt|em|rem|ex|%|vw|vh)?")
_FAR_OUT = re.compile(r"-\d{3,}(?:\.\d*)?(?:px|pt|em|rem|%)?|-\d{4,}.*")


def declarations(style: str) -> dict[str, str]:
    """Property -> value of a style attribute or a rule, in small letters; of two, the last."""
    found: dict[str, str] = {}
    for declaration in style.lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def hides(style: dict[str, str]) -> bool | None:
    """Whether declarations make text unseen; None where they say nothing of it."""
    said = [style[name] for name in ("display", "visibility", "opacity", "font-size") if name in style]
    if (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or ("opacity" in style and _is_zero(style["opacity"]))
        or ("font-size" in style and _is_zero(style["font-size"]))
        or style.get("color") == "transparent"
        or any(_FAR_OUT.fullmatch(style.get(name, "")) for name in ("text-indent", "left", "top", "margin-left"))
    ):
        return True
    return False if said else None


def _is_zero(value: str) -> bool:
    return value not in ("", ".") and value[:1] in "0." and _ZERO.fullmatch(value) is not None


def hiding_rules(root: etree._Element) -> dict[frozenset[str], bool]:
    """Simple selectors (p, .remark, #draft, p.remark, .a.b) of the page's style sheets -> whether they hide."""
    rules: dict[frozenset[str], bool] = {}
    for sheet in root.iter("style"):
        parent = sheet.getparent()
        if (parent is not None and parent.tag == "noscript") or "print" in sheet.get("media", ""):
            continue
        for selectors, body in _rules(sheet.text or ""):
            said = hides(declarations(body))
            if said is None:
                continue
            for selector in selectors.split(","):
                if re.fullmatch(r"(?:[A-Za-z][A-Za-z0-9]*)?(?:[.#][\w-]+){0,2}", selector.strip()):
                    parts = re.findall(r"[.#]?[\w-]+", selector.strip())
                    rules[frozenset(parts)] = said
    rules.pop(frozenset(), None)
    return rules


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of a style sheet; of @-rules, only what holds for any screen."""
    sheet = _without(sheet, "/*", "*/")
    at = 0
    while (brace := sheet.find("{", at)) >= 0:
        prelude = sheet[at:brace].rpartition(";")[2].rpartition("}")[2].strip()
        at = brace + 1
        if prelude.startswith("@"):
            if not re.fullmatch(r"@media\s+(?:only\s+)?(?:screen|all)|@layer.*|@supports.*", prelude):
                at = _after_block(sheet, at)
            continue
        close = sheet.find("}", at)
        close = len(sheet) if close < 0 else close
        yield prelude, sheet[at:close]
        at = close + 1


def _after_block(sheet: str, at: int) -> int:
    depth = 1
    for match in re.compile(r"[{}]").finditer(sheet, at):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end()
    return len(sheet)


def _without(words: str, opens: str, closes: str) -> str:
    kept: list[str] = []
    at = 0
    while (begin := words.find(opens, at)) >= 0:
        kept.append(words[at:begin])
        end = words.find(closes, begin + len(opens))
        at = len(words) if end < 0 else end + len(closes)
    kept.append(words[at:])
    return " ".join(kept)


def selectors(element: etree._Element) -> Iterator[frozenset[str]]:
    """Simple selectors an element answers to, the most specific first."""
    tag, key = str(element.tag), element.get("id", "")
    classes = classes_of(element)
    if key:
        yield frozenset({tag, f"#{key}"})
        yield frozenset({f"#{key}"})
    if 1 < len(classes) <= 8:
        for i, one in enumerate(classes):
            for other in classes[i + 1 :]:
                yield frozenset({f".{one}", f".{other}"})
    for one in reversed(classes):
        yield frozenset({tag, f".{one}"})
    for one in reversed(classes):
        yield frozenset({f".{one}"})
    yield frozenset({tag})


def classes_of(element: etree._Element) -> list[str]:
    return element.get("class", "").split()
