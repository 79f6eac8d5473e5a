"""Lines of real filings as citations show them, against pypdfium2 itself: text, page and box of 200 drawn at random.

    .venv/bin/python bench/pdf_lines.py --data ../shared/data [--lines 200] [--seed 7]

A line is drawn from the lines that a citation's boxes come from, of all filings
alike. pypdfium2 is asked without the product's code:

    page   its words stand on the page that the line names
    text   the characters whose middle lies in the line's box, with 1 point around it,
           are the line's own, in reading order
    box    the box around those characters' loose boxes is the line's, each edge
           within 1.5 points; sideways also where blanks are part of it

Compared are printed characters: blanks, soft hyphens and what pdfium writes for a
hyphen at the end of a line (U+FFFE) are left out on both sides, and hyphens too
(but for the box, which a minus sign belongs to).
"""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from docs_ingest.limits import Limits
from docs_ingest.parsed import TextLine
from docs_ingest.readers.read import read_document

_AROUND = 1.0  # points
_EDGE = 1.5  # points
_UNPRINTED = frozenset("\ufffe\uffff\u00ad-\u2010\u2011\u200b\ufeff")

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What of one line pypdfium2 says too; `said` are its characters in the box."""

    page: bool
    text: bool
    box: bool
    said: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    files = sorted((options.data / "dev" / "financebench_pdf").glob("*.pdf"))
    lines = [(file, line, words) for file in files for line, words in _lines(file)]
    drawn = random.Random(options.seed).sample(lines, options.lines)
    found = [(file, line, words, agreement(file, line, words)) for file, line, words in drawn]
    print(f"{len(drawn)} of {len(lines):,} lines of {len(files)} filings, seed {options.seed}")
    for part in ("text", "page", "box"):
        print(f"  {part:6}{sum(getattr(one, part) for *_, one in found):5} of {len(found)}")
    print(f"  {'all':6}{sum(one.text and one.page and one.box for *_, one in found):5} of {len(found)}")
    for file, line, words, one in found:
        if not (one.text and one.page and one.box):
            wrong = ", ".join(part for part in ("text", "page", "box") if not getattr(one, part))
            print(f"    {file.stem} p. {line.page}: {wrong}: {words!r}; pypdfium2: {one.said!r}")


def _lines(file: Path) -> list[tuple[TextLine, str]]:
    parsed = read_document(file.read_bytes(), file.name, Limits(), lambda page, pages: None)
    return [(line, parsed.text[line.start : line.end]) for line in parsed.lines if line.page and line.box]


def agreement(file: Path, line: TextLine, words: str) -> Agreement:
    """Ask pypdfium2 for the page of a line and for the characters in its box."""
    assert line.page is not None and line.box is not None
    document = pdfium.PdfDocument(file)
    try:
        page = document[line.page - 1]
        characters = _characters(page)
    finally:
        document.close()
    whole = _printed("".join(char for char, _ in characters))
    inside = [(char, box) for char, box in characters if _in(box, line.box)]
    due = _printed(words)
    said = _printed("".join(char for char, _ in inside))
    around = _around([box for _, box in inside]) if inside else None
    return Agreement(
        page=due in whole or sorted(due) == sorted(said),
        text=said == due or _across(inside) == due,
        box=around is not None and all(abs(a - b) <= _EDGE for a, b in zip(around, line.box, strict=True)),
        said=said,
    )


def _characters(page: pdfium.PdfPage) -> list[tuple[str, Box]]:
    """The printed characters of a page in stream order; boxes left, top, right, bottom from the top left corner."""
    left, _, _, top = page.get_bbox()
    textpage = page.get_textpage()
    rect = raw.FS_RECTF()
    made = []
    for i in range(textpage.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(textpage.raw, i))
        if (_printed(char) or char == "-") and raw.FPDFText_GetLooseCharBox(textpage.raw, i, rect):
            made.append((char, (rect.left - left, top - rect.top, rect.right - left, top - rect.bottom)))
    return made


def _in(box: Box, line: Box) -> bool:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return line[0] - _AROUND <= across <= line[2] + _AROUND and line[1] - _AROUND <= down <= line[3] + _AROUND


def _across(characters: list[tuple[str, Box]]) -> str:
    return _printed("".join(char for char, _ in sorted(characters, key=lambda one: one[1][0])))


def _around(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _printed(words: str) -> str:
    return "".join(c for c in words if not c.isspace() and c not in _UNPRINTED and ord(c) >= 32)


if __name__ == "__main__":
    main()
