"""From a sentence that answers to a claim that can be read alone: a row with its heads, an item with its stem.

    手机银行 | 4小时 | 15分钟                       手机银行 | 恢复时间目标：4小时          cites: row, heads
    （二）营业执照；                               申请人应当提交下列材料：（二）营业执照；  cites: item, stem
    The applicant shall submit the following:     with the items that follow it           cites: one stretch
    前款规定的期限为十日。                           the same words                         cites: it, 前款

Every word of a claim stands in the spans it cites, and every cite is a slice of
its passage. What a place refers to (本条, 前款, the preceding paragraph, such
period) is shown by a second citation where that place was read too; it adds no
words to the claim.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from docs_ingest.sentences import sentence_spans
from docs_ingest.structure.labels import heading_like, label_at
from docs_ingest.tables import CELL
from navigators.checks.polarity import disagreements
from stores.records import Passage
from stores.tokens import index_terms

_MARK = re.compile(r"(?P<bullet>[-*+•‣·▪●○■□◆◇])\s|[(（]?[0-9A-Za-z一二三四五六七八九十]{1,4}[)）.．、]")
_COLON = re.compile(r"[：:][”’」』）)\"']*$")
_LEADS = re.compile(
    r"[：:][”’」』）)\"']*$|下列|如下|以下(?:情形|条件|材料|内容|事项)|\b(?:the )?following\b|as follows", re.IGNORECASE
)
_FURTHEST = 40  # sentences back to a stem
_MOST_ITEMS = 12
_LONGEST = 900  # characters of a stem with its items
_LONGEST_STEM = 400
_LONGEST_PARAGRAPH = 300  # characters of what a sentence refers to; of a longer paragraph its first sentence
_PARAGRAPH = re.compile(r"\S[^\n]*")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some words of a passage, by their place in its text."""

    passage: Passage
    start: int
    end: int

    @property
    def quote(self) -> str:
        return self.passage.text[self.start : self.end]

    def holds(self, other: "Slice") -> bool:
        same = self.passage.local == other.passage.local
        return same and self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Whole:
    """A claim's words and the slices that hold them, what answers first."""

    text: str
    cites: tuple[Slice, ...]


def whole_of(answer: Slice, passages: Sequence[Passage], asked: Collection[str]) -> Whole:
    """What is shown for a sentence. `asked`: the terms of the question, which choose the columns of a row."""
    if CELL in answer.quote:
        return _row(answer, passages, asked)
    spans = sentence_spans(answer.passage.text)
    at = next((i for i, (start, _) in enumerate(spans) if start == answer.start), None)
    parts = (answer,) if at is None else _with_list(answer, spans, at, passages)
    text = " ".join(" ".join(part.quote.split()) for part in parts)
    referred = None if at is None else _referred(answer, spans, at, passages)
    if referred is not None and not any(part.holds(referred) for part in parts):
        return Whole(text, (*_answer_first(text, parts), referred))
    return Whole(text, _answer_first(text, parts))


def _answer_first(text: str, parts: tuple[Slice, ...]) -> tuple[Slice, ...]:
    """Item before stem, unless gate G4 then takes a clause of one for one of the other: read in order it cannot."""
    turned = parts[::-1]
    return parts if any(disagreements(text, [part.quote for part in turned])) else turned


# Lists


def stem_of(text: str, spans: Sequence[Span], at: int) -> Span | None:
    """The sentence that a list item hangs on: “提交下列材料：” above （二）; None where it is no item or has none."""
    style = _item_style(text, spans[at])
    if style is None:
        return None
    for back in range(at - 1, max(-1, at - 1 - _FURTHEST), -1):
        words = text[slice(*spans[back])]
        other = _item_style(text, spans[back])
        if other == style:
            continue  # an item beside it
        if _LEADS.search(words) if other is None else _COLON.search(words):
            return spans[back]
        if other is None and _begins_line(text, spans[back][0]):
            return None
    return None


def _item_style(text: str, span: Span) -> str | None:
    """How a list item is numbered; None where it is none. (a) and (i) are lists one in another."""
    words = text[span[0] : min(span[1], span[0] + 40)]
    mark = _MARK.match(words)
    if mark is None:
        return None
    if mark["bullet"]:
        return mark["bullet"]
    label = label_at(words)
    if label is None or label.rank is not None:
        return None
    if not label.text.isascii():
        return "han"
    if label.number.isdigit():
        return "digit" + label.text.strip(label.number)
    return "roman" if set(label.number) <= set("ivx") else "letter"


def _begins_line(text: str, start: int) -> bool:
    return not text[:start].strip(" \t\u3000") or text[:start].rstrip(" \t\u3000").endswith("\n")


def _with_list(answer: Slice, spans: Sequence[Span], at: int, passages: Sequence[Passage]) -> tuple[Slice, ...]:
    """An item behind its stem, a stem with its items; anything else alone."""
    passage = answer.passage
    if _item_style(passage.text, spans[at]) is not None:
        stem = stem_of(passage.text, spans, at)
        above = Slice(passage, *stem) if stem is not None else _stem_elsewhere(answer, passages)
        if above is None or len(above.quote) > _LONGEST_STEM:
            return (answer,)
        touching = above.passage is passage and spans[at - 1] == (above.start, above.end)
        return (Slice(passage, above.start, answer.end),) if touching else (above, answer)
    if _COLON.search(answer.quote) is None:
        return (answer,)
    return (Slice(passage, answer.start, _end_of_list(passage.text, spans, at)),)


def _end_of_list(text: str, spans: Sequence[Span], at: int) -> int:
    """Where what a sentence with a colon leads to ends: its items, or the one sentence behind it."""
    end = spans[at][1]
    for i, (start, stop) in enumerate(spans[at + 1 : at + 1 + _MOST_ITEMS]):
        item = _item_style(text, (start, stop)) is not None
        heading = not item and heading_like(text[start:stop])
        if stop - spans[at][0] > _LONGEST or (i and not item) or heading:
            break
        end = stop
        if not item:
            break
    return end


def _stem_elsewhere(answer: Slice, passages: Sequence[Passage]) -> Slice | None:
    """The stem of an item that begins its passage, in the passage before it under the same heading."""
    own = answer.passage
    before = [p for p in passages if p.version_id == own.version_id and p.end <= own.start and _beside(p, own)]
    if not before:
        return None
    nearest = max(before, key=lambda p: p.end)
    spans = sentence_spans(nearest.text)
    if not spans or _COLON.search(nearest.text[slice(*spans[-1])]) is None:
        return None
    return Slice(nearest, *spans[-1])


def _beside(one: Passage, other: Passage) -> bool:
    """Whether two passages stand under the same heading."""
    return one.breadcrumb == other.breadcrumb or other.address.startswith(f"{one.address.rsplit('.', 1)[0]}.")


# Tables


def column_heads(passage: Passage) -> str:
    """Caption and column heads of the table that a passage is, or is a row of; empty where it is neither."""
    first, _, more = passage.text.partition("\n")
    if CELL not in first:
        return ""
    return _table_title(passage) or (first if CELL in more else "")


def _table_title(passage: Passage) -> str:
    """`caption (unit) | head | head` of the nearest table above, as its headings say it."""
    return next((words for words in reversed(passage.breadcrumb) if CELL in words), "")


def row_label(row: str) -> str:
    """The first cell of a row that says something."""
    return next((cell for cell in _cells(row) if cell), "")


def _cells(row: str) -> list[str]:
    """A bar at both ends is Markdown's; one at the beginning alone follows an empty cell."""
    row = row.strip()
    inner = row[1:-1] if row.startswith("|") and row.endswith("|") else row
    return [" ".join(cell.split()) for cell in inner.split("|")]


def _row(answer: Slice, passages: Sequence[Passage], asked: Collection[str]) -> Whole:
    """A row under its column heads, of which only those asked for are shown where the question names some."""
    alone = Whole(" ".join(answer.quote.split()), (answer,))
    heads = _head_row(answer, passages)
    if heads is None or _heads(answer.quote, _table_title(answer.passage)):
        return alone
    names = [name.rstrip(" ,:：，") for name in _cells(heads.quote)]
    cells = _cells(answer.quote)
    if len(names) != len(cells) or len(cells) < 2:
        return alone
    columns = [i for i in range(1, len(cells)) if any(c.isalnum() for c in cells[i])]
    named = [i for i in columns if not set(index_terms(names[i])).isdisjoint(asked)]
    colon = "：" if any("\u4e00" <= c <= "\u9fff" for c in answer.quote) else ": "
    shown = [f"{names[i]}{colon}{cells[i]}" if names[i] else cells[i] for i in named or columns]
    return Whole(CELL.join([cells[0], *shown] if cells[0] else shown), (answer, heads))


def _head_row(answer: Slice, passages: Sequence[Passage]) -> Slice | None:
    """The row of column heads, where it was read: the first of the passage, or another passage of the same table."""
    passage = answer.passage
    title = _table_title(passage)
    start, end = sentence_spans(passage.text)[0]
    first = passage.text[start:end]
    if start < answer.start and CELL in first and (not title or _heads(first, title)):
        return Slice(passage, start, end)
    return next((Slice(p, 0, len(p.text)) for p in passages if _is_head_of(p, passage, title)), None)


def _is_head_of(head: Passage, row: Passage, title: str) -> bool:
    near = head.version_id == row.version_id and head.end <= row.start and _table_title(head) == title
    return bool(title) and near and "\n" not in head.text and CELL in head.text and _heads(head.text, title)


def _heads(row: str, title: str) -> bool:
    """Whether a row holds the column heads that the table's title names."""
    cells = [c for c in _cells(row) if c]
    return bool(cells) and all(c in title for c in cells)


# References

_PARAGRAPH_BEFORE = re.compile(
    r"前[一二两三]?款|\b(?:preceding|foregoing|previous) (?:paragraph|subparagraph|subsection|sentence|clause)\b",
    re.IGNORECASE,
)
_ARTICLE_BEFORE = re.compile(r"前[一二两三]?条|\b(?:preceding|foregoing|previous) (?:article|section)\b", re.IGNORECASE)
_THIS_ARTICLE = re.compile(r"本条|本款|\bthis (?:article|section|paragraph|subsection|clause)\b", re.IGNORECASE)
_SUCH = re.compile(
    r"\bsuch (?P<en>period|term|date|notice|amount|time|deadline|report|request|information)s?\b"
    r"|(?:该|上述|前述)(?P<zh>期限|期间|期間|时间|金额|材料|款项|行为|人员|单位|情形|规定|申请|通知|报告)",
    re.IGNORECASE,
)


def _referred(answer: Slice, spans: Sequence[Span], at: int, passages: Sequence[Passage]) -> Slice | None:
    """The place that a sentence names without saying where it is, if it was read."""
    words = answer.quote
    if _ARTICLE_BEFORE.search(words):
        return _article_before(answer.passage, passages)
    if _PARAGRAPH_BEFORE.search(words):
        return _paragraph_before(answer, passages)
    if such := _SUCH.search(words):
        return _said_before(answer, spans, at, (such["en"] or such["zh"]).lower())
    return _opening(answer, passages) if _THIS_ARTICLE.search(words) else None


def _paragraph_before(answer: Slice, passages: Sequence[Passage]) -> Slice | None:
    own = answer.passage
    before = [m.span() for m in _PARAGRAPH.finditer(own.text) if m.end() <= answer.start]
    listed = [span for span in before if _item_style(own.text, span) is None]
    if listed:
        return _short(own, *(listed[-1]))
    touching = [
        p for p in passages if p.version_id == own.version_id and 0 <= own.start - p.end <= 4 and _beside(p, own)
    ]
    if not touching:
        return None
    nearest = max(touching, key=lambda p: p.end)
    return _short(nearest, *[m.span() for m in _PARAGRAPH.finditer(nearest.text)][-1])


def _article_before(own: Passage, passages: Sequence[Passage]) -> Slice | None:
    """The first words of the section before: the passage read last before it that opens a section of its own."""
    before = [p for p in passages if p.version_id == own.version_id and p.end <= own.start and p.label != own.label]
    nearest = max(before, key=lambda p: p.end, default=None)
    if nearest is None or own.start - nearest.end > _LONGEST or not _opens(nearest):
        return None
    return _short(nearest, 0, len(nearest.text))


def _said_before(answer: Slice, spans: Sequence[Span], at: int, noun: str) -> Slice | None:
    """The nearest of the three sentences before it that has the noun: “within a period of ten days”."""
    for start, end in reversed(spans[max(0, at - 3) : at]):
        if noun in answer.passage.text[start:end].lower():
            return Slice(answer.passage, start, end)
    return None


def _opening(answer: Slice, passages: Sequence[Passage]) -> Slice | None:
    """How the section begins in which a sentence stands: with its label."""
    own = answer.passage
    sections = [p for p in passages if p.version_id == own.version_id and p.label and p.label == own.label]
    first = next((p for p in sections if _opens(p) and p.start <= own.start), None)
    if first is None:
        return None
    start, end = sentence_spans(first.text)[0]
    return Slice(first, start, end)


def _opens(passage: Passage) -> bool:
    label = label_at(passage.text[:200])
    return label is not None and label.structural


def _short(passage: Passage, start: int, end: int) -> Slice:
    """A paragraph, or the first sentence of a long one."""
    if end - start > _LONGEST_PARAGRAPH:
        first, last = next(iter(_inside(passage.text, start, end)))
        return Slice(passage, first, last)
    return Slice(passage, start, end)


def _inside(text: str, start: int, end: int) -> Iterator[Span]:
    yield from ((start + s, start + e) for s, e in sentence_spans(text[start:end]))
