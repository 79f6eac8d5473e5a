"""Tables made readable row by row: caption, unit, column heads and the heads of rows that stand above a row.

A row says little alone: “Inventories | 44,435 | 44,269”. What it means stands
around it, so everything that is needed is put beside each row once, at ingest:

    Consolidated Balance Sheets (Amounts in millions)        caption, unit: the lines above the table
                             | As of January 31,             column heads, from top to bottom
                             | 2020    | 2019
    ASSETS                                                   heads of rows: rows with a label and nothing else
    Current assets:
    Inventories              | 44,435  | 44,269

    -> Consolidated Balance Sheets (Amounts in millions) › ASSETS › Current assets › Inventories:
       As of January 31, 2020: 44,435; As of January 31, 2019: 44,269

Pure: the same parse gives the same tables.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from docs_ingest.parsed import Block, BlockKind, Cell, ParsedDocument
from docs_ingest.structure import Structure
from docs_ingest.structure.labels import column_head_like, heading_like
from stores.records import Node, NodeKind, Table, TableCell, TableRow, Tree

_CAPTION_LINES = 5  # above a table
_LONGEST_CAPTION = 300  # characters of all its lines
_LONGEST_LINE = 160
_LONGEST_NAME = 60  # of a part of a table that goes on on the next page
_LINES_BETWEEN = 2
_MANY_COLUMNS = 4  # as many are hardly the same by chance
_INTRODUCTION = 240  # characters of a sentence that leads to a table with a colon
_INDENT = 2.0  # points further left that close the heads of rows above
_LONGEST_READING = 2_000
_UNIT = re.compile(
    r"\(([^()]{0,60}\b(?:in|of)\s+(?:thousands|millions|billions|hundreds|percent|%|(?:u\.?s\.?\s+)?dollars|euros?|"
    r"rmb|hk\$|us\$)[^()]{0,80})\)"
    r"|^\(?((?:\w+,?\s+){0,4}in\s+(?:thousands|millions|billions)\b[^()]{0,80})\)?$"
    r"|(?:金额)?(?<![制报送管本各属])单位\s*(?:[：:]|为)\s*([^\s，,；;。）)（(]{1,20})"
    r"|[（(]((?:人民币)?(?:百万|千万|十亿|[千万亿])?(?:元|美元|港元|欧元|股|吨|％|%)(?:人民币)?)[）)]",
    re.IGNORECASE,
)
_CAPTION_BELOW = re.compile(r"(?:table|exhibit|表)\s*[\dIVX一二三四五六七八九十]+", re.IGNORECASE)
_CONTINUED = re.compile(r"[（(]?\s*(?:continued|cont['’]?d\.?|续表?|續)\s*[)）]?\s*$", re.IGNORECASE)
_TOTAL = re.compile(r"(?:total|subtotal|sub-total|net\s+cash|合计|总计|小计|合計|總計)\b", re.IGNORECASE)
_FLOWS = re.compile(r"cash\s+flows?\s*(?:from|used\s+(?:in|for)|provided\s+by|[-–—:])\s*", re.IGNORECASE)

CELL = " | "
"""Stands between the cells of a row, in its words and in those of its heads."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table found among the blocks; its rows by the offset at which they begin."""

    first: int  # offset of its first row
    last: int  # offset of its last row
    caption: str
    unit: str
    columns: tuple[str, ...]
    rows: Mapping[int, TableRow]  # their address is still empty

    @property
    def title(self) -> str:
        """Caption, unit and column heads on one line, heads between bars."""
        unit = f" ({self.unit})" if self.unit and self.unit not in self.caption else ""
        heads = [head for head in self.columns if head]
        return CELL.join([f"{self.caption}{unit}".strip(), *heads]) if heads else f"{self.caption}{unit}".strip()


def find_tables(parsed: ParsedDocument, structure: Structure) -> dict[int, Drawn]:
    """The tables of a document, by the number its rows share (`Block.group`)."""
    sections = [(p.start, p.title) for p in structure.pieces if p.rank is not None and p.title]
    found: dict[int, Drawn] = {}
    last: tuple[Drawn, int] | None = None  # the table before, or the one it is a part of, and the index after its end
    for group, begin, end in _groups(parsed.blocks):
        drawn = whole = _drawn(parsed, begin, end, sections)
        if last is not None and (between := _going_on(parsed, last, drawn, begin)) is not None:
            whole = last[0]
            caption = " · ".join([whole.caption, *between])[:_LONGEST_CAPTION]
            drawn = replace(drawn, caption=caption, unit=whole.unit, columns=whole.columns)
        found[group] = drawn
        last = (whole, end)
    return found


def _groups(blocks: Sequence[Block]) -> Iterator[tuple[int, int, int]]:
    """(group, index of its first row, index after its last row) of each table in order."""
    bounds: dict[int, tuple[int, int]] = {}
    for i, block in enumerate(blocks):
        if block.kind is BlockKind.ROW and block.group is not None:
            begin, _ = bounds.get(block.group, (i, i))
            bounds[block.group] = (begin, i + 1)
    for group, (begin, end) in sorted(bounds.items(), key=lambda item: item[1]):
        yield group, begin, end


def _drawn(parsed: ParsedDocument, begin: int, end: int, sections: Sequence[tuple[int, str]]) -> Drawn:
    blocks = [b for b in parsed.blocks[begin:end] if b.kind is BlockKind.ROW and b.group == parsed.blocks[begin].group]
    heads = [b for b in blocks if b.header]
    caption, unit = _caption(parsed, begin, end, sections)
    columns, head_unit = _columns(parsed.text, heads, max((_last_column(b) for b in blocks), default=0) + 1)
    rows = dict(_rows(parsed.text, blocks))
    return Drawn(blocks[0].start, blocks[-1].start, caption, unit or head_unit, columns, rows)


def _last_column(block: Block) -> int:
    return max((c.column + c.span - 1 for c in block.cells), default=0)


def _going_on(parsed: ParsedDocument, last: tuple[Drawn, int], drawn: Drawn, begin: int) -> list[str] | None:
    """Where a table without heads is the rest of the one before: the lines between them that name this part of it.

    “(Continued)” between them says so. Without it only the top of the next page
    can be, with as many columns, and no more between than one line or two.
    """
    before, end = last
    if any(drawn.columns) or not any(before.columns) or len(drawn.columns) > len(before.columns):
        return None
    between = [b for b in parsed.blocks[end:begin] if b.kind.citable]
    words = [_one_line(parsed.text[b.start : b.end]) for b in between]
    if all(_CONTINUED.search(w) and len(w) < _LONGEST_LINE for w in words):
        return []
    turned = (parsed.blocks[end - 1].page or 0) + 1 == parsed.blocks[begin].page
    same = len(drawn.columns) == len(before.columns) >= _MANY_COLUMNS
    short = len(words) <= _LINES_BETWEEN and all(len(w) < _LONGEST_NAME and heading_like(w) for w in words)
    return words if turned and same and short else None


def _caption(parsed: ParsedDocument, begin: int, end: int, sections: Sequence[tuple[int, str]]) -> tuple[str, str]:
    """The words above a table that name it, and its unit; a numbered caption below; else the heading above."""
    lines: list[str] = []
    unit = ""
    for words in _lines_above(parsed, begin):
        stated = _unit(words)
        if stated and not unit:
            unit = stated
        if not stated or stated != words.strip("()（） "):
            lines.insert(0, words)
    start = parsed.blocks[begin].start
    above = next((title for at, title in reversed(sections) if at < start), "")
    if not lines:
        below = next((b for b in parsed.blocks[end : end + 2] if b.kind is BlockKind.PARAGRAPH), None)
        words = _one_line(parsed.text[below.start : below.end]) if below is not None else ""
        return (words if _CAPTION_BELOW.match(words) and len(words) <= _LONGEST_LINE else above), unit
    if above and all(_letters(above) != _letters(line) for line in lines) and len(lines) == 1 and ":" in lines[0][-1:]:
        lines.insert(0, above)
    return " · ".join(lines)[:_LONGEST_CAPTION], unit


def _lines_above(parsed: ParsedDocument, begin: int) -> Iterator[str]:
    """Lines just above a table that can be its caption, the nearest first.

    Of the page before only a sentence that leads to the table is one.
    """
    taken = 0
    for block in reversed(parsed.blocks[:begin]):
        if not block.kind.citable:
            continue
        words = _one_line(parsed.text[block.start : block.end]).strip("# ")
        headed = block.kind is BlockKind.HEADING
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING) or taken == _CAPTION_LINES:
            return
        if words.endswith((":", "：")) and len(words) <= _INTRODUCTION:
            yield words
            return
        longest = _LONGEST_CAPTION if block.centered else _LONGEST_LINE
        if len(words) > longest or not (headed or heading_like(words) or column_head_like(words) or _unit(words)):
            return
        if block.page != parsed.blocks[begin].page:
            return
        taken += 1
        yield words
        if headed:
            return


def _unit(words: str) -> str:
    match = _UNIT.search(words)
    return "" if match is None else next(g for g in match.groups() if g).strip(" ()（）")


def _columns(text: str, heads: Sequence[Block], count: int) -> tuple[tuple[str, ...], str]:
    """The head of each column, words from top to bottom, and the unit that a head states."""
    words: list[list[str]] = [[] for _ in range(count)]
    unit = ""
    for block in heads:
        for cell in block.cells:
            said = _one_line(text[cell.start : cell.end])
            if stated := _unit(said):
                unit = unit or stated
                if not cell.column:
                    continue  # the unit above the labels is no head of theirs
            for column in range(cell.column, min(cell.column + cell.span, count)):
                if said not in words[column]:
                    words[column].append(said)
    return tuple(" ".join(said) for said in words), unit


@dataclass(slots=True)
class _RowHead:
    """A row that names those below it, while it does."""

    indent: float
    capitals: bool
    words: str
    used: bool = False  # a row stands under it
    deeper: bool = False  # and further in than itself


def _rows(text: str, blocks: Sequence[Block]) -> Iterator[tuple[int, TableRow]]:
    """The rows by offset, each with the heads of rows it stands under."""
    heads: list[_RowHead] = []
    for block in blocks:
        cells = tuple(TableCell(c.start, c.end, c.column, c.span) for c in block.cells)
        if block.header:
            yield block.start, TableRow("", True, (), cells)
            continue
        label = _label(text, block.cells)
        new = _RowHead(block.indent or 0.0, label.isupper(), label.rstrip(" :："))
        if _is_head(block):
            while heads and _closes(new, heads[-1]):
                heads.pop()
            yield block.start, TableRow("", False, tuple(head.words for head in heads), cells)
            heads.append(new)
            continue
        total = _TOTAL.match(label)
        named = None if total is None else _named(heads, label[total.end() :])
        if named is not None:
            del heads[named + 1 :]  # what was opened inside it is over
        while named is None and label and heads and _left(new, heads[-1]):
            heads.pop()
        if named is None and total is not None and heads and not heads[-1].used:
            heads.pop()  # “Commitments and contingencies” has no rows of its own
        yield block.start, TableRow("", False, tuple(head.words for head in heads), cells)
        for head in heads:
            head.used = True
            head.deeper = head.deeper or (bool(label) and new.indent > head.indent + _INDENT)
        if named is not None:
            heads.pop()


def _is_head(block: Block) -> bool:
    """Whether a row only names the rows below it: a label and nothing else."""
    return len(block.cells) == 1 and block.cells[0].column == 0 and block.cells[0].span == 1


def _closes(new: _RowHead, last: _RowHead) -> bool:
    """Whether a head of rows ends the one before: it stands no deeper, unless capitals are above small letters."""
    if new.indent > last.indent + _INDENT:
        return False
    return new.indent < last.indent - _INDENT or new.capitals or not last.capitals


def _left(row: _RowHead, head: _RowHead) -> bool:
    """Whether a row no longer stands under a head: it is further left, or level with it after rows that stood deeper.

    “ASSETS” goes on over rows that are level with it, unless they are in capitals too.
    """
    level = head.deeper and row.indent <= head.indent + _INDENT and (row.capitals or not head.capitals)
    return level or row.indent < head.indent - _INDENT


def _named(heads: Sequence[_RowHead], total: str) -> int | None:
    """Which head a total names: “Total current assets” is the last row of “Current assets”, not of “Assets”."""
    words = _letters(total)
    kernels = [_letters(_FLOWS.sub("", head.words)) for head in heads]
    return max(
        (i for i, kernel in enumerate(kernels) if kernel and kernel in words),
        key=lambda i: len(kernels[i]),
        default=None,
    )


def _label(text: str, cells: Sequence[Cell]) -> str:
    return next((_one_line(text[c.start : c.end]) for c in cells if c.column == 0), "")


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _letters(words: str) -> str:
    return "".join(c for c in words.casefold() if c.isalnum())


def located(tables: Mapping[int, Drawn], nodes: Sequence[Node]) -> tuple[Table, ...]:
    """The tables at their addresses in a finished tree."""
    rows = {n.start: n.address for n in nodes if n.kind is NodeKind.ROW and n.leaf}
    places = {n.start: n.address for n in reversed(nodes) if n.kind is NodeKind.TABLE}
    made = []
    for drawn in sorted(tables.values(), key=lambda t: t.first):
        address = places.get(drawn.first)
        if address is None:
            continue
        placed = tuple(replace(row, address=rows[at]) for at, row in drawn.rows.items() if at in rows)
        made.append(Table(address, drawn.caption, drawn.unit, drawn.columns, placed))
    return tuple(made)


def heads_of(tree: Tree, node: Node) -> tuple[str, ...]:
    """The headings above a node, from the top down, as its author wrote them.

    Of a table, and of what is in it, that is also the table's caption with its
    unit and column heads, and the heads of rows it stands under.
    """
    above = [n for n in tree.path(node)[1:-1] if n.kind in (NodeKind.SECTION, NodeKind.TABLE)]
    titles = [n.title or n.label or "" for n in (*above, *([node] if node.kind is NodeKind.TABLE else []))]
    return (*(t for t in titles if t), *_row_heads(tree, node))


def _row_heads(tree: Tree, node: Node) -> tuple[str, ...]:
    """The heads of rows that a row, or the first of a group of rows, stands under."""
    address = f"{node.address}.0" if node.kind is NodeKind.GROUP else node.address
    found = tree.table_rows.get(address)
    return () if found is None else found[1].heads


def row_reading(tree: Tree, address: str) -> str | None:
    """A row with everything needed to read it alone; None where the place is no row of a table.

    `caption (unit) › heads of rows › label: column head: value; ...`
    """
    found = tree.table_rows.get(address)
    if found is None:
        return None
    table, row = found
    zh = (
        any("\u3400" <= c <= "\u9fff" for c in tree.text[row.cells[0].start : row.cells[-1].end])
        if row.cells
        else False
    )
    colon, semicolon = ("：", "；") if zh else (": ", "; ")
    unit = f" ({table.unit})" if table.unit and table.unit not in table.caption else ""
    above = [f"{table.caption}{unit}".strip(), *row.heads]
    label = ""
    values = []
    for cell in row.cells:
        words = _one_line(tree.text[cell.start : cell.end])
        head = table.columns[cell.column] if cell.column < len(table.columns) else ""
        if cell.column == 0 and not (head and len(table.columns) == 1):
            label = words
        else:
            values.append(f"{head}{colon}{words}" if head and not row.header else words)
    path = " › ".join(words for words in [*above, label] if words)
    reading = f"{path}{colon}{semicolon.join(values)}" if values and path else path or semicolon.join(values)
    return reading[:_LONGEST_READING]
