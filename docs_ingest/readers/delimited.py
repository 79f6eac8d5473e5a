"""Text in columns (CSV, TSV): rows as a spreadsheet would show them.

    bytes -> text -> delimiter, told by lines that agree on it -> records -> grid -> tables, titles and notes

The canonical text is the rows with bars between their cells, a line break in a
quoted cell as a space. Lines that agree on no delimiter are prose: they are
read as plain text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.drafts import Draft, Drafts, joined
from docs_ingest.readers.text.reader import decode, read_text
from docs_ingest.readers.xlsx.grid import GridRow
from docs_ingest.readers.xlsx.heads import Hints
from docs_ingest.readers.xlsx.sheet import MOST_CELLS, Entry
from docs_ingest.readers.xlsx.styles import CellLook
from docs_ingest.readers.xlsx.tables import TableWriter
from docs_ingest.readers.xlsx.workbook import Allowance, one_line

_DELIMITERS = ("\t", ";", ",", "|")  # of two that fit equally well the first
_SAMPLE = 200  # records looked at to find the delimiter
_SAMPLE_CHARACTERS = 200_000
_WITH = 0.5  # of the records have the delimiter
_AGREEING = 0.6  # of these have it equally often
_STRICT = 0.9  # the same for commas with a space behind them, as in prose
_PROSE = 0.5  # of the records end like a sentence
_NAMED = re.compile(r"sep=([^\r\n\"])[ \t]*(?:\r\n?|\n)", re.IGNORECASE)  # how Excel is told
_SENTENCE_ENDS = (".", "。", "!", "！", "?", "？", ";", "；", ":", "：")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_LOOK = CellLook()


def read_delimited(data: bytes, max_characters: int, encoding: str | None = None) -> ParsedDocument:
    """Blocks of a CSV or TSV file in a known encoding, or the one found.

    Raises IngestError when it cannot be decoded, LimitExceeded past
    `max_characters` or the number of cells a workbook may have.
    """
    text, encoding = decode(data, encoding)
    if text.count("\x00") > len(text) // 100:
        raise IngestError("this is binary data, not text: check that it is the right file")
    named = _NAMED.match(text)
    delimiter = named[1] if named else _delimiter(text)
    if delimiter is None:
        Allowance(max_characters).take(len(text))
        return replace(read_text(data, encoding), format="csv")
    drafts = Drafts(max_characters)
    if named:
        drafts.add(Draft(BlockKind.FURNITURE, named[0].strip()))
    rows = list(_rows(_records(text, delimiter, named.end() if named else 0)))
    TableWriter(drafts).write(rows, Hints())
    lines, blocks, _ = joined(drafts.all)
    return ParsedDocument("csv", f"delimited-{encoding}", lines, blocks)


def _delimiter(text: str) -> str | None:
    """The delimiter that most lines have equally often; None for prose."""
    sample = text[:_SAMPLE_CHARACTERS]
    fits = {delimiter: fit for delimiter in _DELIMITERS if (fit := _fit(sample, delimiter)) is not None}
    if ";" in fits and "," in fits and "," not in _DECIMAL_COMMA.sub("", sample):
        del fits[","]
    return max(fits, key=lambda delimiter: fits[delimiter], default=None)


def _fit(sample: str, delimiter: str) -> tuple[float, int] | None:
    """How well a delimiter fits, and into how many columns; None where it does not."""
    records = [r for r in islice(_records(sample, delimiter), _SAMPLE) if any(map(str.strip, r))]
    wide = [record for record in records if len(record) > 1]
    if not wide:
        return None
    columns, agreeing = Counter(map(len, wide)).most_common(1)[0]
    having, agreed = len(wide) / len(records), agreeing / len(wide)
    if delimiter in ",;" and '"' not in sample:
        ends = sum(record[-1].rstrip().endswith(_SENTENCE_ENDS) for record in records)
        spaced = sum(cell.startswith(" ") for record in wide for cell in record[1:])
        if ends > _PROSE * len(records):
            return None
        if spaced * 2 > sum(len(record) - 1 for record in wide) and min(having, agreed) < _STRICT:
            return None
    return (having * agreed, columns) if having >= _WITH and agreed >= _AGREEING else None


def _records(text: str, delimiter: str, start: int = 0) -> Iterator[list[str]]:
    """The lines of a text as cells. A quote that is never closed, or closed inside a cell, is a letter like others."""
    sign = re.escape(delimiter)
    cell = re.compile(rf'(?:[ ]*"(?P<quoted>(?:[^"]++|"")*+)"[ ]*|(?P<bare>[^{sign}\r\n]*))(?P<end>{sign}|\r\n?|\n|\Z)')
    record: list[str] = []
    for match in cell.finditer(text, start):
        quoted = match["quoted"]
        record.append(match["bare"] if quoted is None else quoted.replace('""', '"'))
        if match["end"] != delimiter:
            yield record
            record = []


def _rows(records: Iterable[Sequence[str]]) -> Iterator[GridRow]:
    cells = 0
    for number, record in enumerate(records):
        row = [
            Entry(column, words.rstrip(), _LOOK)
            for column, words in enumerate(map(one_line, record))
            if words and not words.isspace()
        ]
        cells += len(row)
        if cells > MOST_CELLS:
            raise LimitExceeded(f"the file has more than {MOST_CELLS:,} cells with something in them: split it")
        if row:
            yield GridRow(number, number, row)
