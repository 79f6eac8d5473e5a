"""Main statements of real filings: are they tables whose rows say alone what they are?

    .venv/bin/python bench/statements.py --data ../shared/data [--rows 40] [--seed 7] [--list]

`bench/gold/statements.jsonl` names every balance sheet, statement of income and
statement of cash flows that the DEV filings print, with what a reader sees
there: caption, unit, and the words at the head of each column of amounts. It
was written from the pages, not from the product's tables.

pypdfium2 is asked for the amounts that a page prints, without the product's
code. Numbers that follow each other without a word between them are one line of
amounts, unless the words of a row go on behind them (“5.00 par value”); where a
line has as many as the statement has columns (a dash counts), the first belongs
to the first column, and so on. An amount counts

    in a row    when a row of a table on that page holds it
    carried     when the reading of that row (`tables.row_reading`) holds the caption
                and the unit, and the amount stands under every word of its own
                column's head (of some column's, where the line is a shorter one)

A statement is `found` when 95 % of its amounts are carried. Of all other tables
of the filings only this is counted, which no gold is needed for: those with two
rows of figures or more, and how many of them have a head over every column in
which a figure stands. `--rows` prints as many readings drawn at random from the
rows of all the statements, `--list` the amounts that are not carried.
"""

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2 as pdfium

from docs_ingest.derive import derive
from docs_ingest.limits import Limits
from docs_ingest.readers.read import read_document
from docs_ingest.tables import row_reading
from docs_ingest.uploads import Upload, new_version
from stores.ids import SystemClock
from stores.records import Table, TableRow, Tree

GOLD = Path(__file__).parent / "gold" / "statements.jsonl"
_FOUND = 0.95  # of a statement's amounts
# A number as filings print it, with its sign; or a dash that stands for none.
_TOKEN = re.compile(
    r"[($€£]*\s*[-–—]?\s*\$?\s*(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+)\s*[)%*]*|(?P<dash>[-–—])(?=\s|$)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Statement:
    """One printed statement: where it is and what its reader is told."""

    document: str
    pages: Sequence[int]
    kind: str  # balance, income, cash
    caption: str
    unit: str
    columns: Sequence[Sequence[str]]  # words at the head of each column of amounts, from left to right
    begins: str = ""  # where it does not begin at the top of its page
    ends: str = ""  # where it does not end with its page


@dataclass(slots=True)
class Found:
    """How many of a statement's amounts are where they ought to be."""

    printed: int = 0
    in_row: int = 0
    carried: int = 0
    missing: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return self.carried >= _FOUND * self.printed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    statements = [Statement(**json.loads(line)) for line in GOLD.read_text("utf-8").splitlines()]
    files = options.data / "dev" / "financebench_pdf"
    results: list[tuple[Statement, Found]] = []
    readings: list[str] = []
    counted: list[bool] = []
    for file in sorted(files.glob("*.pdf")):
        tree = _tree(file)
        counted += _headed(tree)
        for one in (s for s in statements if s.document == file.stem):
            results.append((one, found(tree, file, one)))
            _print(*results[-1], listed=options.list)
            readings += [f"{file.stem} p. {page}: {words}" for page, words in _readings(tree, one)]
    _summary(results, len(list(files.glob("*.pdf"))))
    print(f"  {len(counted)} tables of figures, {sum(counted)} with a head over each of their columns")
    for words in random.Random(options.seed).sample(readings, min(options.rows, len(readings))):
        print(f"  {words}")


def found(tree: Tree, file: Path, statement: Statement) -> Found:
    """The amounts of one statement in the tables of its document."""
    made = Found()
    for page in statement.pages:
        held = _held(tree, page, statement)
        for amount, column in _printed(file, page, statement):
            made.printed += 1
            cells = held.get(amount, [])
            good = next((c for c in cells if c and (column is None or column in c)), None)
            taken = good if good is not None else next(iter(cells), None)
            if taken is not None:
                cells.remove(taken)
            made.in_row += taken is not None
            made.carried += good is not None
            if good is None:
                made.missing.append(f"p. {page} {amount}" + (" (in a row)" if taken is not None else ""))
    return made


def _printed(file: Path, page: int, statement: Statement) -> Iterator[tuple[str, int | None]]:
    """Each amount that pypdfium2 reads on a page of a statement, with the number of its column where that is plain."""
    document = pdfium.PdfDocument(file)
    try:
        words = " ".join(document[page - 1].get_textpage().get_text_range().split())
    finally:
        document.close()
    words = words[max(words.find(statement.begins), 0) :]
    words = words[: words.find(statement.ends, 1)] if statement.ends in words[1:] and statement.ends else words
    for line in _lines_of_amounts(words, len(statement.columns)):
        known = len(line) == len(statement.columns)
        yield from ((amount, at if known else None) for at, amount in enumerate(line) if amount)


def _lines_of_amounts(words: str, columns: int) -> Iterator[list[str]]:
    """Numbers in sequence, "" for a dash, no more than there are columns."""
    line: list[str] = []
    last = 0
    for match in _TOKEN.finditer(words):
        between = words[last : match.start()].strip(" $")
        if between or _closes_words(match[0]):
            yield from _of_amounts(line, between, columns)
            line = []
        if not _closes_words(match[0]):
            line.append(match["amount"] or "")
        last = match.end()
    yield from _of_amounts(line, words[last:].strip(), columns)


def _closes_words(token: str) -> bool:
    """“(Notes 1 and 2)”, “(2021, $230)”: the end of words in brackets, no amount."""
    return ")" in token and "(" not in token


def _of_amounts(line: list[str], after: str, columns: int) -> Iterator[list[str]]:
    """What is no amount is out: a day or year, the number of a note, numbers that the words of a row go on after."""
    if after[:1].islower() or after[:1] in {",", ";", "."} or any(_YEAR.fullmatch(amount) for amount in line):
        return
    line = line[-columns:]
    if any("," in amount or "." in amount for amount in line) or sum(map(bool, line)) > 1:
        yield line


def _held(tree: Tree, page: int, statement: Statement) -> dict[str, list[frozenset[int]]]:
    """Amount -> for each cell that holds it, the columns whose heads it stands under; none where the row lacks more."""
    held: dict[str, list[frozenset[int]]] = defaultdict(list)
    for table, row in _rows_on(tree, page):
        reading = _letters(row_reading(tree, row.address) or "")
        named = _letters(statement.caption) in reading and _letters(statement.unit) in reading
        for cell in row.cells:
            head = _letters(table.columns[cell.column]) if cell.column < len(table.columns) else ""
            under = {
                at for at, words in enumerate(statement.columns) if named and all(_letters(w) in head for w in words)
            }
            for match in _TOKEN.finditer(tree.text[cell.start : cell.end]):
                if match["amount"]:
                    held[match["amount"]].append(frozenset(under))
    return held


def _rows_on(tree: Tree, page: int) -> Iterator[tuple[Table, TableRow]]:
    for table in tree.tables:
        yield from ((table, row) for row in table.rows if not row.header and tree.by_address[row.address].page == page)


def _headed(tree: Tree) -> Iterator[bool]:
    """For each table with two rows of figures or more, whether every column with a figure has a head."""
    for table in tree.tables:
        columns: list[set[int]] = []
        for row in (row for row in table.rows if not row.header):
            cells = [c for c in row.cells if c.column and _TOKEN.fullmatch(tree.text[c.start : c.end].strip())]
            columns += [{c.column for c in cells}] if cells else []
        if len(columns) > 1:
            yield all(table.columns[column] for column in set().union(*columns))


def _readings(tree: Tree, statement: Statement) -> Iterator[tuple[int, str]]:
    for page in statement.pages:
        for _, row in _rows_on(tree, page):
            yield page, row_reading(tree, row.address) or ""


def _tree(file: Path) -> Tree:
    upload = Upload(file.read_bytes(), file.name, file.stem)
    derived = derive(read_document(upload.data, file.name, Limits(), lambda page, pages: None), file.stem)
    version = new_version(upload, derived, None, None, SystemClock())
    return Tree(version, derived.text, derived.nodes, derived.lines, derived.tables)


def _letters(words: str) -> str:
    return "".join(c for c in words.casefold() if c.isalnum())


def _print(one: Statement, made: Found, listed: bool) -> None:
    pages = ", ".join(map(str, one.pages))
    print(
        f"{'  ' if made.whole else '! '}{one.document[:40]:42}{one.kind:9}p. {pages:8}"
        f"{made.printed:5} amounts{made.in_row:5} in a row{made.carried:5} carried",
        flush=True,
    )
    if listed and made.missing:
        print(f"      {'; '.join(made.missing)}")


def _summary(results: Sequence[tuple[Statement, Found]], files: int) -> None:
    documents = len({one.document for one, _ in results})
    print(f"\n{len(results)} statements in {documents} of {files} filings")
    kinds = Counter(one.kind for one, _ in results)
    for kind in (*kinds, "all"):
        some = [made for one, made in results if kind in (one.kind, "all")]
        printed, in_row, carried = (sum(getattr(f, part) for f in some) for part in ("printed", "in_row", "carried"))
        print(
            f"  {kind:9}{sum(f.whole for f in some):3} of {len(some):2} found whole;"
            f"{printed:6} amounts, {in_row / printed:.3f} in a row, {carried / printed:.3f} carried"
        )


if __name__ == "__main__":
    main()
