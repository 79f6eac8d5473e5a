"""What the gates catch and what they stop wrongly, on sentences of real documents changed by rule.

    .venv/bin/python bench/gates.py --data ../shared/data [--each 400]

Each sentence stands in a passage with its neighbours and is cited whole. An
attack changes the claim (a number, not, must and may, a name) or the citation
(the quote of another passage, the id of another passage); a harmless rewrite says
the same otherwise. Made by rule, so the figures say what the gates do with such
changes, not what models write.
"""

import argparse
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from docs_ingest.readers.markdown import read_markdown
from docs_ingest.readers.pdf.reader import PdfLimits, read_pdf
from docs_ingest.sentences import sentence_spans
from navigators.checks import check_draft
from navigators.drafts import Draft, DraftCite, DraftClaim
from stores.records import Citation, Passage, Road

Change = Callable[[str, random.Random], str | None]
_HAN_DIGITS = "一二三四五六七八九"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=400, help="sentences per change and language")
    parser.add_argument("--show", type=int, default=0, help="print so many misses and false alarms of each kind")
    options = parser.parse_args()
    for language, passages in (("en", _english(options.data)), ("zh", _chinese(options.data))):
        _measure(language, passages, options.each, options.show)


def _english(data: Path) -> list[list[str]]:
    files = sorted((data / "docs" / "en").glob("*.pdf"))
    limits = PdfLimits(5_000, 20_000_000)
    return [p for f in files for p in _passages(read_pdf(f.read_bytes(), limits, lambda page, pages: None))]


def _chinese(data: Path) -> list[list[str]]:
    return [p for f in sorted((data / "docs" / "zh").glob("*.md")) for p in _passages(read_markdown(f.read_bytes()))]


def _passages(parsed) -> Iterator[list[str]]:  # type: ignore[no-untyped-def]
    """Paragraphs as lists of their sentences."""
    for block in parsed.blocks:
        if block.kind.value == "paragraph":
            words = parsed.text[block.start : block.end]
            sentences = [words[s:e] for s, e in sentence_spans(words)]
            if any(_usable(s) for s in sentences):
                yield sentences


def _usable(sentence: str) -> bool:
    han = sum("\u4e00" <= c <= "\u9fff" for c in sentence)
    return 20 <= han <= 120 if han else 50 <= len(sentence) <= 300 and sentence[0].isupper() and sentence[-1] == "."


def _measure(language: str, passages: list[list[str]], each: int, show: int) -> None:
    rng = random.Random(7)
    pool = [(p, s) for p in passages for s in p if _usable(s)]
    rng.shuffle(pool)
    print(f"{language}: {len(pool)} sentences")
    begun, claims = time.perf_counter(), 0
    for name, change in _ATTACKS[language].items():
        caught, misses, total = 0, [], 0
        for passage, sentence in pool:
            changed = change(sentence, rng)
            if changed is None or changed == sentence or total == each:
                continue
            total += 1
            passed = _passes(changed, "p00", sentence, passage, rng.choice(passages))
            caught += not passed
            if passed:
                misses.append(f"{sentence}\n      -> {changed}")
        claims += total
        _report("attack", name, caught, total, misses[:show])
    for name in ("quote of another passage", "id of another passage"):
        caught = 0
        for passage, sentence in pool[:each]:
            other = rng.choice([p for p in passages[:500] if p is not passage])
            quote, id_ = (sentence, "p01") if name.startswith("id") else (other[0], "p00")
            caught += not _passes(sentence, id_, quote, passage, other)
        _report("attack", name, caught, min(each, len(pool)), [])
    for name, change in _HARMLESS[language].items():
        stopped, alarms, total = 0, [], 0
        for passage, sentence in pool:
            changed = change(sentence, rng)
            if changed is None or changed == sentence or total == each:
                continue
            total += 1
            passed = _passes(changed, "p00", sentence, passage, rng.choice(passages))
            stopped += not passed
            if not passed:
                alarms.append(f"{sentence}\n      -> {changed}  [{_why(changed, sentence, passage)}]")
        claims += total
        _report("harmless", name, stopped, total, alarms[:show])
    print(f"  {(time.perf_counter() - begun) / claims * 1000:.2f} ms a claim\n")


def _report(kind: str, name: str, stopped: int, total: int, examples: list[str]) -> None:
    word = "caught" if kind == "attack" else "stopped"
    share = f"{100 * stopped / total:5.1f} %" if total else "      -"
    print(f"  {kind:9} {name:28} {word:8} {stopped:4} of {total:4}  {share}")
    for example in examples:
        print(f"      {example}")


def _held(local: str, sentences: list[str], start: int) -> Passage:
    text = " ".join(sentences)
    return Passage(local, "v", "doc", 1, "0", None, (), None, start, start + len(text), text, 1.0, Road.NAVIGATE)


def _outcome(claim: str, id_: str, quote: str, passage: list[str], other: list[str]):  # type: ignore[no-untyped-def]
    opened = {"p00": _held("p00", passage, 0), "p01": _held("p01", other, 100_000)}

    def cite(held: Passage, start: int, end: int) -> Citation:
        return Citation("doc", 1, "0", None, None, start, end, held.text[start - held.start : end - held.start])

    draft = Draft((DraftClaim(claim, "fact", (DraftCite(id_, quote),)),))
    return check_draft(draft, opened, "", cite)


def _passes(claim: str, id_: str, quote: str, passage: list[str], other: list[str]) -> bool:
    return bool(_outcome(claim, id_, quote, passage, other).claims)


def _why(claim: str, sentence: str, passage: list[str]) -> str:
    rejected = _outcome(claim, "p00", sentence, passage, ["x"]).rejected
    return rejected[0].verdicts[-1].reason if rejected else ""


def _swap(pattern: str, replacements: dict[str, str]) -> Change:
    """Replace the first match by what stands for it."""
    found = re.compile(pattern)

    def change(sentence: str, rng: random.Random) -> str | None:
        match = found.search(sentence)
        if match is None or match.group() not in replacements:
            return None
        return sentence[: match.start()] + replacements[match.group()] + sentence[match.end() :]

    return change


def _number_en(sentence: str, rng: random.Random) -> str | None:
    numbers = list(re.finditer(r"(?<![\w.,-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w-])", sentence))
    if not numbers:
        return None
    match = rng.choice(numbers)
    changed = str(rng.choice([int(float(match.group().replace(",", ""))) + rng.randint(1, 9), 7391]))
    return sentence[: match.start()] + changed + sentence[match.end() :]


def _number_zh(sentence: str, rng: random.Random) -> str | None:
    match = re.search(
        r"[一二三四五六七八九十百]+(?=[年日月天倍个次万元名人份])|(?<=百分之)[一二三四五六七八九十]+|\d+", sentence
    )
    if match is None or (match.group() == "一" and sentence[match.end()] in "个次"):
        return None
    other = str(int(match.group()) + 3) if match.group().isdigit() else rng.choice(["六", "十七", "四十"])
    return None if other == match.group() else sentence[: match.start()] + other + sentence[match.end() :]


def _entity_en(sentence: str, rng: random.Random) -> str | None:
    match = re.search(r"(?<=[a-z,] )(?:[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})*|[A-Z]{3,5})(?=[ ,.])", sentence)
    if match is None:
        return None
    return sentence[: match.start()] + rng.choice(["Zurich Insurance", "Nordea", "BaFin"]) + sentence[match.end() :]


def _entity_zh(sentence: str, rng: random.Random) -> str | None:
    match = re.search(
        r"国务院|中国人民银行|银行业监督管理机构|反洗钱行政主管部门|公安机关|人民法院|国家网信部门|道路运输管理机构|交通运输主管部门|商业银行|海关|金融机构",
        sentence,
    )
    if match is None:
        return None
    other = rng.choice([n for n in ("税务总局", "最高人民检察院", "证券交易所", "自然资源部") if n not in sentence])
    return sentence[: match.start()] + other + sentence[match.end() :]


_ATTACKS: dict[str, dict[str, Change]] = {
    "en": {
        "number changed": _number_en,
        "negation put in or out": _swap(
            r"\b(?:must|shall|may|is|are|will|does|should|can)(?: not)?\b",
            {
                **{w: f"{w} not" for w in ("must", "shall", "may", "is", "are", "will", "should", "can", "does")},
                **{f"{w} not": w for w in ("must", "shall", "may", "is", "are", "will", "should", "can", "does")},
            },
        ),
        "must made may, may made must": _swap(
            r"\b(?:must|shall|may|is required to|are required to)\b(?! not)",
            {"must": "may", "shall": "may", "may": "must", "is required to": "may", "are required to": "may"},
        ),
        "name changed": _entity_en,
    },
    "zh": {
        "number changed": _number_zh,
        "negation put in or out": _swap(
            r"不得(?![超低高少])|应当|可以|不予|未按照|属于",
            {"不得": "可以", "应当": "不得", "可以": "不得", "不予": "予以", "未按照": "按照", "属于": "不属于"},
        ),
        "must made may, may made must": _swap(
            r"应当|必须|可以|有权", {"应当": "可以", "必须": "可以", "可以": "应当", "有权": "应当"}
        ),
        "name changed": _entity_zh,
    },
}


def _spaces(sentence: str, rng: random.Random) -> str | None:
    return re.sub(r"(?<=[，,；;])\s?", "  ", sentence)


def _wide(sentence: str, rng: random.Random) -> str | None:
    return sentence.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})


def _digits_zh(sentence: str, rng: random.Random) -> str | None:
    match = re.search(
        r"(?<![一二三四五六七八九十百零])([一二三四五六七八九])?十([一二三四五六七八九])?(?=[年日天万元条名])", sentence
    )
    if match is None:
        return None
    value = (_HAN_DIGITS.index(match[1]) + 1 if match[1] else 1) * 10 + (
        _HAN_DIGITS.index(match[2]) + 1 if match[2] else 0
    )
    return sentence[: match.start()] + str(value) + sentence[match.end() :]


def _last_clause(sentence: str, rng: random.Random) -> str | None:
    parts = re.split(r"(?<=[，；])", sentence)
    return "".join(parts[1:]) if len(parts) > 2 else None


def _first_clause_en(sentence: str, rng: random.Random) -> str | None:
    parts = re.split(r"(?<=, )", sentence)
    rest = "".join(parts[1:])
    return rest[0].upper() + rest[1:] if len(parts) > 1 and len(rest) > 60 else None


_HARMLESS: dict[str, dict[str, Change]] = {
    "en": {
        "spaces": _spaces,
        "wide digits": _wide,
        "must for shall": _swap(
            r"\b(?:must|shall|is required to)\b", {"must": "shall", "shall": "must", "is required to": "must"}
        ),
        "per cent for %": _swap(r"(?<=\d)(?: percent|%)", {" percent": "%", "%": " per cent"}),
        "first phrase left out": _first_clause_en,
    },
    "zh": {
        "spaces": _spaces,
        "wide digits": _wide,
        "必须 for 应当": _swap(r"应当|必须", {"应当": "必须", "必须": "应当"}),
        "figures for 十": _digits_zh,
        "first clause left out": _last_clause,
    },
}

if __name__ == "__main__":
    main()
