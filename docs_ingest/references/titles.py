"""References that name a section by its heading: see “Risk Factors”, refer to the Glossary, 详见“风险因素”.

Only headings that stand in the document count: other words in quotes are no references. Headings of another paper
that is named beside them (under the caption “Election of Directors” in our Proxy Statement) lead to that one.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from docs_ingest.references.resolve import shared_steps
from stores.records import Edge, EdgeKind, Node, NodeKind

_EN = re.compile(
    r"\b(?:see(?:\s+also)?|refer(?:red|s)?\s+to|under|in|captioned|entitled|titled|headed|and(?:\s+to)?|or|to)\s+(?:the\s+)?"
    r"(?:(?:sections?|captions?|headings?|item)\s+(?:captioned\s+|entitled\s+|titled\s+)?)?"
    r"[“\"](?P<title>[^“”\"\n]{3,120})[”\"]",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?i:see(?:\s+also)?|refer\s+to|accompanying)\s+(?:the\s+)?"
    r"(?P<title>[A-Z][\w’'-]*(?:\s+(?:(?:of|and|to|the|for|in|on)\s+){0,2}[A-Z][\w’'-]*){0,8})"
)
_ZH = re.compile(r"(?:详见|参见|参阅|参照|见|按照|依照)(?:本[^，。；“「]{1,8}?)?[“「](?P<title>[^”」\n]{2,60})[”」]")
_PAPER = re.compile(
    r"\b(?:of|in|from|to)\s+(?:the|our|its|such)\s+(?:[\w’'-]+\s+){0,4}?"
    r"(?P<paper>(?:Definitive\s+)?(?:Proxy|Information|Registration)\s+Statement|Annual\s+Report\s+to\s+\w+|Prospectus)\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"\b(?:captions?|headings?|sections?|entitled|titled|captioned)\b", re.IGNORECASE)
_LEAD = re.compile(r"^(?:item|note|part|section)?\s*[\divxlc]{0,4}[a-z]?\s?[.:)|—–-]*\s+", re.IGNORECASE)


class Titles:
    """The headings of one tree."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = {n.address: n for n in nodes}
        self._titled: dict[str, list[str]] = defaultdict(list)
        for node in sorted(nodes, key=lambda n: n.order):
            if node.kind is NodeKind.SECTION and node.title:
                for words in {_letters(node.title), _letters(_LEAD.sub("", node.title))}:
                    self._titled[words].append(node.address)

    def references(self, text: str, node: Node) -> Iterator[Edge]:
        """The headings that the words of a node name."""
        words = text[node.start : node.end]
        quoted = "“" in words or '"' in words or "「" in words
        paper = _PAPER.search(words) if quoted and _CAPTION.search(words) else None
        for pattern in ((_EN, _ZH) if quoted else ()) + (_BARE,):
            for match in pattern.finditer(text, node.start, node.end):
                target = self._target(match["title"], node)
                start, end = match.span("title")
                label = " ".join(match["title"].split()).strip("-–— .,;:")
                if target is not None:
                    yield Edge(EdgeKind.REFERENCE, node.address, start, end, label, target)
                elif paper is not None and pattern is _EN and match["title"][:1].isupper():
                    document = " ".join(paper["paper"].split())
                    yield Edge(EdgeKind.REFERENCE, node.address, start, end, label, None, document, "another document")

    def _target(self, title: str, source: Node) -> str | None:
        """The nearest section of this heading that does not hold the words themselves.

        That is the last one before them or the first one after: what stands
        between two places of a part belongs to that part too.
        """
        named = _letters(title)
        if len(named) < 4 and named.isascii():
            return None
        sections = self._titled.get(named, [])
        after = bisect_right(sections, source.order, key=lambda a: self._nodes[a].order)
        earlier = (sections[i] for i in range(after - 1, -1, -1))
        before = next((a for a in earlier if not f"{source.address}.".startswith(f"{a}.")), None)
        options = [a for a in (before, *sections[after : after + 1]) if a is not None]
        return min(
            options,
            key=lambda a: (-shared_steps(a, source.address), abs(self._nodes[a].order - source.order)),
            default=None,
        )


def _letters(words: str) -> str:
    return "".join(c for c in words.casefold() if c.isalnum())
