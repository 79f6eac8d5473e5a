"""Random stories in either language, written as real files of every format."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
from docx import Document
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from bench.hostile_files.making import epub, pptx, shape

_EN = (
    "The Bank must keep every record for ten years.",
    "A provider reports an incident within four hours.",
    "No account may be opened for a shell bank",
    "Fees are due on the first business day; interest follows.",
)
_ZH = (
    "客户身份资料应当至少保存十年。",
    "金融机构不得为空壳银行开立账户。",
    "发生重大事件的，应当在四小时内报告",
    "违反前款规定的，由董事会处理；情节严重的，依法追究责任。",
)
_HEADS = {"en": ("Item", "Amount", "Year"), "zh": ("项目", "金额", "年度")}
_TITLES = {"en": ("Scope of the Rules", "Duties", "Final Provisions"), "zh": ("适用范围", "各方义务", "附则")}


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, a paragraph, a list item or a table, in words that stand nowhere else."""

    kind: str  # heading, paragraph, item, table
    words: str = ""
    rows: tuple[tuple[str, ...], ...] = ()  # the first holds the heads

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(cell for row in self.rows for cell in row) if self.rows else (self.words,)


Story = tuple[Part, ...]


@st.composite
def stories(draw: st.DrawFn, language: str) -> Story:
    """Two to eight parts; a number in each says which it is."""
    sentences, titles, heads = {"en": _EN, "zh": _ZH}[language], _TITLES[language], _HEADS[language]
    kinds = draw(
        st.lists(st.sampled_from(("heading", "paragraph", "paragraph", "item", "table")), min_size=1, max_size=7)
    )
    parts = []
    for i, kind in enumerate([*kinds, "paragraph"], 101):
        if kind == "table":
            count = draw(st.integers(1, 4))
            rows = tuple(
                (f"{draw(st.sampled_from(titles))} {i}-{n}", f"{i}{n}00", f"20{i % 100:02}") for n in range(count)
            )
            parts.append(Part("table", rows=(heads, *rows)))
        elif kind == "heading":
            parts.append(Part("heading", f"{draw(st.sampled_from(titles))} {i}"))
        else:
            chosen = draw(st.lists(st.sampled_from(sentences), min_size=1, max_size=3))
            parts.append(Part(kind, f"{i} {' '.join(chosen)}"))
    return tuple(parts)


def text(story: Story) -> str:
    lines = []
    for part in story:
        if part.kind == "table":
            lines += [" | ".join(row) for row in part.rows]
        else:
            lines.append(f"- {part.words}" if part.kind == "item" else part.words)
        lines.append("")
    return "\n".join(lines)


def markdown(story: Story) -> bytes:
    lines = []
    for part in story:
        if part.kind == "table":
            head, *rows = (f"| {' | '.join(row)} |" for row in part.rows)
            lines += [head, "|---" * len(part.rows[0]) + "|", *rows]
        else:
            lines.append({"heading": "## ", "item": "- "}.get(part.kind, "") + part.words)
        lines.append("")
    return "\n".join(lines).encode()


def _marked_up(story: Story) -> str:
    made = []
    for part in story:
        if part.kind == "table":
            head, *rows = part.rows
            cells = "".join(f"<th>{c}</th>" for c in head)
            body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
            made.append(f"<table><tr>{cells}</tr>{body}</table>")
        else:
            tag = {"heading": "h2", "item": "li"}.get(part.kind, "p")
            made.append(f"<ul><li>{part.words}</li></ul>" if tag == "li" else f"<{tag}>{part.words}</{tag}>")
    return "".join(made)


def html(story: Story) -> bytes:
    return f"<!DOCTYPE html><meta charset=utf-8><title>t</title><body>{_marked_up(story)}</body>".encode()


def book(story: Story) -> bytes:
    half = len(story) // 2
    return epub([_marked_up(one) for one in (story[:half], story[half:]) if one])


def docx(story: Story) -> bytes:
    document = Document()
    for part in story:
        if part.kind == "table":
            table = document.add_table(len(part.rows), len(part.rows[0]))
            for cells, row in zip(table.rows, part.rows, strict=True):
                for cell, words in zip(cells.cells, row, strict=True):
                    cell.text = words
        elif part.kind == "heading":
            document.add_heading(part.words, 2)
        else:
            document.add_paragraph(part.words, "List Bullet" if part.kind == "item" else None)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def slides(story: Story) -> bytes:
    """One slide of paragraphs each; a table's rows are lines."""
    lines = [words for part in story for words in ([" ".join(row) for row in part.rows] or [part.words])]
    return pptx([shape(words, 900_000) for words in lines])


def _rows(story: Story) -> list[tuple[str, ...]]:
    heads = ("No", "Words", "Note") if story[-1].words.isascii() else ("编号", "内容", "备注")
    words = [line for part in story for line in ([" ".join(row) for row in part.rows] or [part.words])]
    return [heads, *((f"R{n}", line, f"N{n}") for n, line in enumerate(words))]


def sheet(story: Story) -> bytes:
    made = openpyxl.Workbook()
    assert made.active is not None
    for row in _rows(story):
        made.active.append(row)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def delimited(story: Story) -> bytes:
    held = io.StringIO()
    csv.writer(held).writerows(_rows(story))
    return held.getvalue().encode()


def pdf(story: Story) -> bytes:
    """Paragraphs as broken lines, two or three to a page."""
    if "STSong-Light" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    held = io.BytesIO()
    canvas = Canvas(held, A4, invariant=True)
    top = 760.0
    for part in story:
        lines = [" ".join(row) for row in part.rows] or [part.words]
        for line in lines:
            canvas.setFont("STSong-Light" if not line.isascii() else "Helvetica", 16 if part.kind == "heading" else 10)
            for piece in _broken(line):
                canvas.drawString(72, top, piece)
                top -= 14
        top -= 16
        if top < 620:
            canvas.showPage()
            top = 760.0
    canvas.save()
    return held.getvalue()


def _broken(line: str) -> list[str]:
    """Lines of at most 70 letters, cut at blanks; Han text anywhere."""
    width = 70 if line.isascii() else 32
    pieces, rest = [], line
    while len(rest) > width:
        at = rest.rfind(" ", 1, width) if line.isascii() else width
        pieces.append(rest[:at])
        rest = rest[at:].lstrip()
    return [*pieces, rest]


WRITERS: dict[str, Callable[[Story], bytes]] = {
    "utf-8.txt": lambda story: text(story).encode(),
    "gb18030.txt": lambda story: text(story).encode("gb18030"),
    "utf-16.txt": lambda story: text(story).encode("utf-16"),
    "a.md": markdown,
    "a.html": html,
    "a.csv": delimited,
    "a.xlsx": sheet,
    "a.docx": docx,
    "a.pptx": slides,
    "a.epub": book,
    "a.pdf": pdf,
}
"""File name -> how a story becomes such a file."""
