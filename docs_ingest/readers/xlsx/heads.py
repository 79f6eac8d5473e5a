"""Which rows of a table in a grid are heads of columns.

What the file says comes first (a table's own head row, a filter, rows that stay
in sight or are printed on each page), then how rows look (bold or filled, unlike
those below), then what stands in them: words above figures, or names above
words. A row is never dropped for it: heads are rows of the table as well.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from docs_ingest.readers.xlsx.grid import GridRow
from docs_ingest.readers.xlsx.sheet import Area, Entry

_MOST_HEADS = 5  # rows
_SAMPLE = 60  # rows looked at below the heads
_LONGEST_HEAD = 120  # characters
_LONGEST_NAME = 30
_PLAIN_SHARE = 0.34  # of the rows below that may look like heads
_FIGURE = re.compile(
    r"[(（<>≤≥~约]?\s*(?:[A-Z]{2,3}\s?\$?|[$€£¥￥])?\s*[+\-−–]?\s*(?:[$€£¥￥])?\d[\d,，]*(?:\.\d+)?"
    r"\s*(?:[%％‰]|bps?|[万亿]?元?|[天日年]|个月|days?|years?|months?)?[)）]?",
    re.IGNORECASE,
)
_DAY = r"(?:19|20)\d\d(?:[-/.年]\s?\d{1,2}(?:[-/.月]\s?\d{1,2}日?)?月?)?|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d"
_MONTH = r"\d{1,2}月(?:\d{1,2}日)?|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-\s.]*(?:\d{2,4})?"
_PERIOD = re.compile(
    rf"(?:{_DAY}|{_MONTH}|fy\s?\d{{2,4}}|[hq][1-4](?:\s?\d{{2,4}})?|第?[一二三四1-4]季度?)(?:年度?|[aef])?"
    r"(?:\s+\d{1,2}:\d\d(?::\d\d)?)?",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"n\.?/?a\.?|none|nil|tbd|[-–—/]+|无|不适用|不授权|待定|空", re.IGNORECASE)
_SENTENCE = re.compile(r"[。；！？!;]$|[a-z]{2}\.$|[:：]$")
_NAMES = re.compile(
    r"序号|编号|代码|代号|项目|科目|名称|类别|类型|种类|内容|描述|说明|备注|部门|岗位|姓名|日期|时间|金额|余额|比例|比率|利率|费率|限额|额度|单位"
    r"|数量|单价|合计|状态|级别|等级|频率|措施|依据|问题|答案|回答|要求|条款|条件|标准|责任人?|审批人?|风险点?|控制点?"
    r"|\b(?:no|nr|id|ref|code|items?|names?|types?|category|class|description|details?|contents?|remarks?|notes?|comments?|"
    r"departments?|owners?|dates?|time|amounts?|balance|rates?|limits?|units?|quantity|qty|price|total|status|level|grade|"
    r"frequency|controls?|risks?|measures?|questions?|answers?|response|requirements?|clauses?|conditions?|criteria|"
    r"approvers?|authority|currency|country|customers?|account|score|weight|evidence)\b\.?|#",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class MarkedTable:
    """A table that the file itself names."""

    area: Area  # in rows and columns of the grid
    heads: int  # rows at its top


@dataclass(frozen=True, slots=True)
class Hints:
    """What a sheet says of its tables."""

    tables: tuple[MarkedTable, ...] = ()
    filtered: Area | None = None
    kept: int = 0  # rows at the top of the grid that stay in sight or are printed on each page

    def marked(self, row: GridRow) -> bool:
        """Whether a row is one of a table that the file names, or of a filter."""
        if self.filtered is not None and self.filtered.top <= row.number <= self.filtered.bottom:
            return True
        return any(table.area.top <= row.number <= table.area.bottom for table in self.tables)


def head_count(rows: Sequence[GridRow], columns: Sequence[int], hints: Hints) -> int:
    """How many of the first rows of a table are heads. All rows have cells; `columns`: where cells begin."""
    said = _said(rows, hints)
    if said is not None:
        return min(said, len(rows))
    if len(rows) < 2:
        return 0
    return _extended(rows, _by_look(rows) or _by_values(rows, columns) or _by_names(rows, columns))


def _said(rows: Sequence[GridRow], hints: Hints) -> int | None:
    first, last = rows[0].number, rows[-1].number
    for table in hints.tables:
        if first <= table.area.top <= last and _beside(rows, table.area):
            above = [row for row in rows[: _MOST_HEADS + 1] if row.number < table.area.top]
            if len(above) <= _MOST_HEADS and all(is_headish(row) for row in above):
                return (len(above) if table.heads else 0) + table.heads
    if hints.filtered is not None and first <= hints.filtered.top < last and _beside(rows, hints.filtered):
        until = [row for row in rows[: _MOST_HEADS + 1] if row.number <= hints.filtered.top]
        if len(until) == 1 or (len(until) <= _MOST_HEADS and all(is_headish(row) for row in until)):
            return len(until)
    kept = [row for row in rows[: _MOST_HEADS + 1] if row.number < hints.kept]
    if 0 < len(kept) < len(rows) and len(kept) <= _MOST_HEADS and is_headish(kept[0]):
        return next((i for i, row in enumerate(kept) if not is_headish(row)), len(kept))
    return None


def _beside(rows: Sequence[GridRow], area: Area) -> bool:
    return any(area.left <= entry.column <= area.right for row in rows[:_SAMPLE] for entry in row.cells)


def is_figure(entry: Entry) -> bool:
    return entry.figure or (len(entry.words) <= 40 and _FIGURE.fullmatch(entry.words.strip()) is not None)


def is_period(entry: Entry) -> bool:
    """A year, a month, a day or a quarter: figures that are heads as often as values."""
    if entry.figure and entry.look.format.dated:
        return True
    return len(entry.words) <= 40 and _PERIOD.fullmatch(entry.words.strip()) is not None


def is_headish(row: GridRow) -> bool:
    """Whether a row could be one of heads: words or periods, and words in its first column if there are words."""
    periods = [is_period(entry) for entry in row.cells]
    if any(is_figure(e) and not p for e, p in zip(row.cells, periods, strict=True)):
        return False
    if any(len(entry.words) > _LONGEST_HEAD for entry in row.cells):
        return False
    return not periods[0] or all(periods)


def is_alone(row: GridRow) -> bool:
    return len(row.cells) == 1


def _by_look(rows: Sequence[GridRow]) -> int:
    return _by_mark(rows, lambda entry: entry.look.bold) or _by_mark(rows, lambda entry: entry.look.filled)


def _by_mark(rows: Sequence[GridRow], mark: Callable[[Entry], bool]) -> int:
    """Leading rows of which every cell has a mark that few rows below have."""
    count, wide = 0, False
    for row in rows[:_MOST_HEADS]:
        if not all(map(mark, row.cells)) or not is_headish(row) or (wide and is_alone(row)):
            break
        wide = wide or not is_alone(row)
        count += 1
    below = [row for row in rows[count : count + _SAMPLE] if not is_alone(row)]
    alike = sum(all(map(mark, row.cells)) for row in below)
    return count if wide and below and alike <= _PLAIN_SHARE * len(below) else 0


def _by_values(rows: Sequence[GridRow], columns: Sequence[int]) -> int:
    """One row of words or periods above columns of figures."""
    first = rows[0]
    if is_alone(first) or not is_headish(first) or sum(e.span for e in first.cells) * 2 < len(columns):
        return 0
    below = _below(rows)
    return int(any(_heads_figures(entry, _under(entry, below)) for entry in first.cells))


def _below(rows: Sequence[GridRow]) -> dict[int, list[Entry]]:
    """The cells of the first rows below the first, by column."""
    found: dict[int, list[Entry]] = {}
    for row in rows[1 : _SAMPLE + 1]:
        for entry in row.cells:
            found.setdefault(entry.column, []).append(entry)
    return found


def _under(head: Entry, below: Mapping[int, list[Entry]]) -> list[Entry]:
    return [entry for column in range(head.column, head.column + head.span) for entry in below.get(column, ())]


def _heads_figures(head: Entry, below: Sequence[Entry]) -> bool:
    figures = sum(map(is_figure, below))
    if figures * 2 <= len(below) or _NOTHING.fullmatch(head.words.strip()):
        return False
    return not is_period(head) or sum(map(is_period, below)) * 2 <= len(below)


def _by_names(rows: Sequence[GridRow], columns: Sequence[int]) -> int:
    """One row of short names, all different, for most columns, above words of another kind."""
    first = rows[0]
    words = [entry.words.strip() for entry in first.cells]
    if len(words) * 3 < len(columns) * 2 or len(words) < 2 or len(set(words)) < len(words) or not is_headish(first):
        return 0
    if any(len(w) > _LONGEST_NAME or _SENTENCE.search(w) or _NOTHING.fullmatch(w) for w in words):
        return 0
    known = sum(_NAMES.search(w) is not None for w in words)
    if known >= 2 and known * 2 >= len(words):
        return 1
    below = _below(rows)
    unlike = sum(_unlike(entry.words.strip(), _under(entry, below)) for entry in first.cells)
    return int(len(rows) > 2 and unlike * 2 >= len(words))


def _unlike(head: str, below: Sequence[Entry]) -> bool:
    """Whether words below a head are of another kind than it: numbered, longer by far, or repeated."""
    words = [entry.words.strip() for entry in below]
    if len(words) < 2 or head in words:
        return False
    numbered = sum(any(c.isdigit() for c in w) for w in words)
    if numbered > 0.6 * len(words) and not any(c.isdigit() for c in head):
        return True
    if median(map(len, words)) >= max(2 * len(head), 12):
        return True
    return len(words) > 2 and len(set(words)) <= 0.6 * len(words)


def _extended(rows: Sequence[GridRow], count: int) -> int:
    """More rows of heads, below ones that stand over several columns or reach down."""
    while 0 < count < min(_MOST_HEADS, len(rows) - 1):
        row, above = rows[count], rows[count - 1]
        if not is_headish(row):
            break
        reach = max(one.number + entry.down - 1 for one in rows[:count] for entry in one.cells)
        if row.number > reach and not _under_groups(above, row) and not _under_few(above, row, rows[count + 1]):
            break
        count += 1
    return count


def _under_groups(above: GridRow, row: GridRow) -> bool:
    """Whether every cell stands under a head of several columns, or under nothing."""
    over = [bisect_right(above.cells, entry.column, key=_column) - 1 for entry in row.cells]
    spans = [
        above.cells[at].span
        for at, entry in zip(over, row.cells, strict=True)
        if at >= 0 and entry.column < above.cells[at].column + above.cells[at].span
    ]
    return bool(spans) and min(spans) > 1


def _column(entry: Entry) -> int:
    return entry.column


def _under_few(above: GridRow, row: GridRow, below: GridRow) -> bool:
    """Heads of groups that are not merged: fewer than the heads below them, which stand over figures."""
    if len(above.cells) >= len(row.cells) or is_alone(row) or any(e.span > 1 for e in above.cells):
        return False
    columns = {entry.column for entry in row.cells}
    inside = all(entry.column in columns for entry in above.cells)
    return inside and any(is_figure(entry) and not is_period(entry) for entry in below.cells)
