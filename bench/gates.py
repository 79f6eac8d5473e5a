"""What the gates catch and what they stop wrongly, on sentences of real documents changed by rule.

    .venv/bin/python bench/gates.py --data ../shared/data [--each 400] [--half looked|unseen] [--show 5] [--only WORDS]

Each sentence stands in a passage with its neighbours and is cited whole. An
attack changes the claim (a number, not, must and may, a name) or the citation
(ids, quotes, versions); a harmless rewrite says the same otherwise. Documents are
halved by the hash of their name: rules are mended while looking at misses of the
half `looked`; `unseen` says what they do elsewhere. Made by rule, so the figures
say what the gates do with such changes, not what models write.
"""

import argparse
import gzip
import hashlib
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench.gate_changes import chinese, citing, english
from bench.gate_changes.citing import Attempt, Case, Citing
from bench.gate_changes.making import Change
from docs_ingest.readers.markdown import read_markdown
from docs_ingest.readers.pdf.reader import PdfLimits, read_pdf
from docs_ingest.sentences import sentence_spans
from navigators.checks import Checked, check_draft
from navigators.checks.agreement import contradictions
from navigators.drafts import Draft, DraftCite, DraftClaim
from stores.records import Citation, Claim, ClaimKind, Passage, Road

HALVES = ("looked", "unseen")
_SETS = {"en": ("xquad_en", "covidqa", "cuad"), "zh": ("stard_laws", "xquad_zh", "cmrc", "drcd", "cjrc")}
_FILINGS = (
    "PEPSICO_2023_8K_dated-2023-05-05.pdf",
    "ULTABEAUTY_2023Q4_EARNINGS.pdf",
    "JOHNSON_JOHNSON_2022Q4_EARNINGS.pdf",
)
_CHANGES = {"en": (english.ATTACKS, english.REWRITES), "zh": (chinese.ATTACKS, chinese.REWRITES)}
_LABELS = {"en": "4.2", "zh": "第四条"}
_QUESTIONS = {"en": "What does Hollis Partners say?", "zh": "恒远集团应当如何？"}
_MOST_OF_ONE = 150  # sentences of one document
_CONTRARY = (
    "number, digits",
    "number, Han numerals",
    "per cent, points, plain",
    "negation in",
    "negation out",
    "must and may",
    "direction",
)
_AT_ONCE = 4  # rewrites of one sentence
_NOT_AT_ONCE = ("untouched", "width", "label in front", "connective in front", "traditional", "simplified")
_AROUND = 6  # sentences before and after, in a passage

Pool = list[tuple[list[str], str]]


@dataclass(frozen=True, slots=True)
class Tally:
    kind: str
    name: str
    stopped: int
    total: int
    examples: list[str]
    seconds: float  # in the gates, of processor time


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=400, help="sentences per change, language and half")
    parser.add_argument("--half", choices=HALVES, help="only this half of the documents")
    parser.add_argument("--language", choices=sorted(_SETS))
    parser.add_argument("--only", default="", help="only changes whose name matches this regular expression")
    parser.add_argument("--show", type=int, default=0, help="print so many misses and false alarms of each kind")
    options = parser.parse_args()
    for language in [options.language] if options.language else sorted(_SETS):
        pools = _pools(language, options.data)
        halves = [options.half] if options.half else list(HALVES)
        tallies = {h: _measured(language, pools[h], options.each, options.only) for h in halves}
        made = [t for row in tallies.values() for t in row]
        each = 1000 * sum(t.seconds for t in made) / max(1, sum(t.total for t in made))
        print(f"{language}: " + ", ".join(f"{len(pools[h])} sentences {h}" for h in halves))
        _print(tallies, options.show)
        for half in halves:
            _print_agreement(language, half, pools[half], options.each)
        print(f"  {each:.2f} ms a claim\n")


def _print_agreement(language: str, half: str, pool: Pool, each: int) -> None:
    """G6: how often documents that say otherwise are noticed, and those that say the same, or other things."""
    attacks, rewrites = _CHANGES[language]
    counts = {"says otherwise": [0, 0], "says the same": [0, 0]}
    for what, changes in (("says otherwise", attacks), ("says the same", rewrites)):
        for name, change in changes.items():
            if (name not in _CONTRARY and what == "says otherwise") or name in ("traditional", "simplified"):
                continue
            rng = random.Random(name)
            made = ((s, change(s, rng)) for _, s in pool)
            pairs = list(islice(((s, c) for s, c in made if c and c != s), each // 4))
            counts[what][0] += sum(bool(contradictions([_claim(s, "a"), _claim(c, "b")])) for s, c in pairs)
            counts[what][1] += len(pairs)
    others = contradictions([_claim(s, str(i)) for i, (_, s) in enumerate(pool[:each])])
    print(f"  G6 {half}: " + ", ".join(f"{k} {n} of {t} noticed" for k, (n, t) in counts.items()), end="; ")
    print(f"of {min(each, len(pool))} sentences of different documents {len(others)} warned about")


def _claim(text: str, document: str) -> Claim:
    citation = Citation(document, 1, "0.1", None, None, 0, len(text), text)
    return Claim(text, ClaimKind.FACT, (citation,), (), ("f0",))


def _print(tallies: dict[str, list[Tally]], show: int) -> None:
    for row in zip(*tallies.values(), strict=True):
        figures = "".join(
            f"{t.stopped:6} of {t.total:4} {100 * t.stopped / t.total:6.1f} %" if t.total else f"{'-':>23}" for t in row
        )
        print(f"  {row[0].kind:8} {row[0].name:34}{figures}{_mark(row)}")
        for tally in row:
            for example in tally.examples[:show]:
                print(f"      {example}")


def _mark(row: tuple[Tally, ...]) -> str:
    """A star behind what misses the aim: .95 of an attack caught, .02 of a rewrite stopped."""
    return (
        " *"
        if any(
            t.total and (t.stopped < 0.95 * t.total if t.kind == "attack" else t.stopped > 0.02 * t.total) for t in row
        )
        else ""
    )


def _pools(language: str, data: Path) -> dict[str, Pool]:
    """Usable sentences with their passage, by half, in a drawn order."""
    pools: dict[str, Pool] = {h: [] for h in HALVES}
    for name, paragraphs in _documents(language, data):
        rng = random.Random(name)
        found = [(_around(p, i), s) for p in paragraphs for i, s in enumerate(p) if _usable(s)]
        rng.shuffle(found)
        pools[half_of(name)] += found[:_MOST_OF_ONE]
    for pool in pools.values():
        random.Random(7).shuffle(pool)
    return pools


def half_of(name: str) -> str:
    """The half a document is in, by its name up to the first dot: versions of one text stay together."""
    return HALVES[hashlib.sha256(name.partition(".")[0].encode()).digest()[0] % 2]


def _documents(language: str, data: Path) -> Iterator[tuple[str, list[list[str]]]]:
    for name in _SETS[language]:
        with gzip.open(data / "dev" / f"{name}.dev.documents.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield record["doc_id"], [_sentences(p) for p in record["text"].split("\n\n")]
    if language == "zh":
        for path in sorted((data / "docs" / "zh").glob("*.md")):
            yield path.name, _paragraphs(read_markdown(path.read_bytes()))
        return
    filings = [data / "dev" / "financebench_pdf" / name for name in _FILINGS]
    limits = PdfLimits(5_000, 20_000_000)
    for path in [*sorted((data / "docs" / "en").glob("*.pdf")), *filings]:
        yield path.name, _paragraphs(read_pdf(path.read_bytes(), limits, lambda page, pages: None))


def _paragraphs(parsed) -> list[list[str]]:  # type: ignore[no-untyped-def]
    return [_sentences(parsed.text[b.start : b.end]) for b in parsed.blocks if b.kind.value == "paragraph"]


def _sentences(words: str) -> list[str]:
    return [words[s:e] for s, e in sentence_spans(words)]


def _around(paragraph: list[str], at: int) -> list[str]:
    return paragraph[max(0, at - _AROUND) : at + _AROUND + 1]


def _usable(sentence: str) -> bool:
    han = sum("\u4e00" <= c <= "\u9fff" for c in sentence)
    if han:
        return 15 <= han <= 140
    return 50 <= len(sentence) <= 350 and sentence[0].isupper() and sentence[-1] == "." and "\n" not in sentence


def _measured(language: str, pool: Pool, each: int, only: str) -> list[Tally]:
    attacks, rewrites = _CHANGES[language]
    changes: list[tuple[str, str, Citing]] = [("attack", n, c) for n, c in citing.ATTACKS.items()]
    changes += [("attack", n, _lifted(c)) for n, c in attacks.items()]
    changes += [("harmless", n, _lifted(c)) for n, c in rewrites.items()]
    changes += [
        ("harmless", "several at once", _lifted(_several(language))),
        *(("harmless", n, c) for n, c in citing.REWRITES.items()),
    ]
    return [_tally(language, pool, each, *change) for change in changes if re.search(only, change[1])]


def _lifted(change: Change) -> Citing:
    """A change of the sentence, cited whole."""

    def make(case: Case, rng: random.Random) -> Attempt | None:
        changed = change(case.sentence, rng)
        return None if changed is None else Attempt(changed, (("p00", case.sentence),))

    return make


def _several(language: str) -> Change:
    """Up to four rewrites one after another."""
    rewrites = [c for n, c in _CHANGES[language][1].items() if n not in _NOT_AT_ONCE]

    def change(sentence: str, rng: random.Random) -> str | None:
        changed, made = sentence, 0
        for rewrite in rng.sample(rewrites, len(rewrites)):
            other = rewrite(changed, rng)
            made += other is not None and other != changed
            changed = other or changed
            if made == _AT_ONCE:
                break
        return changed if made > 1 else None

    return change


def _tally(language: str, pool: Pool, each: int, kind: str, name: str, make: Citing) -> Tally:
    rng = random.Random(f"{language} {name}")
    stopped, total, examples, seconds = 0, 0, [], 0.0
    for sentences, sentence in pool:
        other = rng.choice(pool)[0]
        if total == each or other is sentences or not other:
            continue
        case = Case(sentence, sentences, other, _opened(language, sentences, other))
        attempt = make(case, rng)
        if attempt is None or (attempt.claim == sentence and kind == "harmless" and name != "untouched"):
            continue
        total += 1
        begun = time.process_time()
        outcome = _outcome(language, attempt, case)
        seconds += time.process_time() - begun
        passed = bool(outcome.claims)
        stopped += not passed
        if passed is (kind == "attack"):
            why = "" if passed else f"  [{outcome.rejected[0].verdicts[-1].reason}]"
            examples.append(f"{sentence}\n      -> {attempt.claim}{why}")
    return Tally(kind, name, stopped, total, examples, seconds)


def _opened(language: str, own: list[str], other: list[str]) -> dict[str, Passage]:
    return {"p00": _held("p00", language, own, 0), "p01": _held("p01", language, other, 100_000)}


def _held(local: str, language: str, sentences: list[str], start: int) -> Passage:
    text = " ".join(sentences)
    label = _LABELS[language] if local == "p00" else None
    above = ("Scope of application",) if language == "en" else ("适用范围与原则",)
    return Passage(local, "v", "doc", 1, "0", label, above, None, start, start + len(text), text, 1.0, Road.NAVIGATE)


def _outcome(language: str, attempt: Attempt, case: Case) -> Checked:
    def cite(held: Passage, start: int, end: int) -> Citation:
        return Citation("doc", 1, "0", None, None, start, end, held.text[start - held.start : end - held.start])

    cites = tuple(DraftCite(i, q) for i, q in attempt.cites)
    draft = Draft((DraftClaim(attempt.claim, "frame" if attempt.kind == "frame" else "fact", cites),))
    return check_draft(draft, case.passages, _QUESTIONS[language], cite)


if __name__ == "__main__":
    main()
