"""What must hold of whatever was read, whatever the bytes were. Each function raises Broken."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from lxml import etree

from docs_ingest.balance import FAN_OUT
from docs_ingest.derive import Derived
from docs_ingest.effective import Effective
from docs_ingest.lineage import Side, changed_words, follow
from docs_ingest.parsed import ParsedDocument
from docs_ingest.readers.text.reader import decode
from docs_ingest.sentences import sentence_spans
from docs_ingest.wire import as_json, from_json
from fuzzing.bend import unpacked
from stores.records import LineageState, LineageStep, NodeKind

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SEEN_IN = {  # parents through which a Word text is certainly seen
    "t": {"r"},
    "r": {"p", "hyperlink", "ins", "sdtContent"},
    "hyperlink": {"p"},
    "ins": {"p"},
    "p": {"tc", "body", "sdtContent"},
    "tc": {"tr"},
    "tr": {"tbl"},
    "tbl": {"body", "tc", "sdtContent"},
    "sdtContent": {"sdt"},
    "sdt": {"body", "p", "tc"},
    "body": {"document"},
}
_HARD_TO_SAY = (
    b"AlternateContent",
    b"fldChar",
    b"fldSimple",
    b"Symbol",
    b"dings",
    b"<w:del ",
    b"<w:del>",
    b"<w:del/>",
    b"cellDel",
    b"moveFrom",
    b"altChunk",
)


class Broken(AssertionError):
    """A promise that was not kept."""


def hold(kept: bool, promise: str) -> None:
    if not kept:
        raise Broken(promise)


def whole(derived: Derived) -> None:
    """The tree tiles the text, what lies beside it points into both, and the pipe changes nothing."""
    hold(from_json(json.loads(json.dumps(as_json(derived)))) == derived, "as_json and back is the same")
    addresses = {node.address for node in derived.nodes}
    hold(all(node.children <= FAN_OUT for node in derived.nodes), "no node has more than 20 children")
    leaves = [node for node in derived.nodes if node.leaf]
    hold(all(a.end == b.start for a, b in pairwise(leaves)), "leaves tile the text")
    hold(all(e.source in addresses for e in derived.edges), "an edge begins at a node")
    hold(all(e.target is None or e.target in addresses for e in derived.edges), "an edge leads to a node")
    hold(
        all(e.start < e.end and (e.label or e.document) for e in derived.edges),
        "an edge stands on words and names a place",
    )
    hold(all(t.address in addresses for t in derived.tables), "a table stands at a node")
    rows = [row.address for table in derived.tables for row in table.rows]
    hold(all(address in addresses for address in rows), "a row stands at a node")
    hold(len(set(rows)) == len(rows), "a row belongs to one table")
    _passages(derived)


def _passages(derived: Derived) -> None:
    keyed = [node for node in derived.nodes if node.passage_key is not None]
    hold(len({node.passage_key for node in keyed}) == len(keyed), "passage keys are unique")
    hold(all(a.end <= b.start for a, b in pairwise(keyed)), "passages do not nest")
    covered = [False] * len(derived.text)
    for node in keyed:
        covered[node.start : node.end] = [True] * (node.end - node.start)
    for node in derived.nodes:
        if node.leaf and node.kind.citable and node.kind is not NodeKind.HEADING:
            words = derived.text[node.start : node.end]
            hold(not words.strip() or all(covered[node.start : node.end]), "every citable leaf is in a passage")


def sentences(text: str) -> None:
    spans = sentence_spans(text)
    at = 0
    for start, end in spans:
        hold(at <= start < end <= len(text), "sentences are in order")
        hold(not text[at:start].strip(), "every letter is in a sentence")
        at = end
    hold(not text[at:].strip(), "every letter is in a sentence")


def source_is_text(data: bytes, parsed: ParsedDocument) -> None:
    hold(parsed.text == decode(data)[0], "the canonical text is the decoded source")


def letters_of_source(data: bytes, parsed: ParsedDocument) -> None:
    _arrived(decode(data)[0], parsed)


def letters_of_word(data: bytes, parsed: ParsedDocument) -> None:
    """Of documents in which it can be said which letters are seen."""
    main = unpacked(data).get("word/document.xml", b"")
    if any(mark in main for mark in _HARD_TO_SAY):
        return
    try:
        root = etree.fromstring(main, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return
    _arrived("".join(e.text or "" for e in root.iter(f"{_W}t") if _seen(e)), parsed)


def _seen(element: etree._Element) -> bool:
    tag = element.tag.removeprefix(_W)
    for parent in element.iterancestors():
        above = str(parent.tag).removeprefix(_W)
        if above not in _SEEN_IN.get(tag, ()):
            return False
        tag = above
    return tag == "document"


def _arrived(source: str, parsed: ParsedDocument) -> None:
    lost = _letters(source) - _letters(parsed.text)
    hold(not lost, f"no letter is lost ({''.join(lost)[:40]!r})")


def _letters(words: str) -> Counter[str]:
    return Counter(c for c in words.upper().lower() if c.isalnum())


def traced(old: Side, new: Side, steps: Sequence[LineageStep]) -> None:
    """A leaf of either version stands in exactly one step, but for what was split or merged."""
    _once(
        [s.old for s in steps if s.state is not LineageState.SPLIT],
        old,
        {s.old for s in steps if s.state is LineageState.SPLIT},
    )
    _once(
        [s.new for s in steps if s.state is not LineageState.MERGED],
        new,
        {s.new for s in steps if s.state is LineageState.MERGED},
    )
    words = {n.address: "".join(old.words(n).split()) for n in old.nodes}
    after = {n.address: "".join(new.words(n).split()) for n in new.nodes}
    for step in steps:
        hold((step.old is None) == (step.state is LineageState.INSERTED), "what has no old place was inserted")
        hold((step.new is None) == (step.state is LineageState.DELETED), "what has no new place was deleted")
        if step.state in (LineageState.SAME, LineageState.MOVED):
            hold(words[step.old or ""] == after[step.new or ""], "what is the same has the same words")
    for leaf in [s.old for s in steps if s.old is not None][:50]:
        became = follow([leaf], [steps])
        hold(all(address in after for address in became.addresses), "what a leaf became is in the new version")


def _once(named: Iterable[str | None], side: Side, several: set[str | None]) -> None:
    counted = Counter(address for address in named if address is not None)
    hold(all(n == 1 for n in counted.values()), "a leaf stands in one step")
    hold(not several & counted.keys(), "what was split or merged is nothing else as well")
    leaves = {n.address for n in side.nodes if n.leaf and n.kind not in (NodeKind.FURNITURE, NodeKind.HIDDEN)}
    hold(leaves == counted.keys() | (several - {None}), "every leaf stands in a step")


def told_apart(old: str, new: str) -> None:
    made = changed_words(old, new)
    hold("".join(w for kind, w in made if kind != "inserted") == old, "what stayed and what went is the old text")
    hold("".join(w for kind, w in made if kind != "deleted") == new, "what stayed and what came is the new text")


def stated(text: str, found: Effective | None) -> None:
    hold(found is None or 0 <= found.start < found.end <= len(text), "a day is stated by words of the text")
