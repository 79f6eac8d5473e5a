"""Markdown: the canonical text is the decoded source; markdown-it says which lines are which blocks.

CommonMark with tables. Comments are hidden text, front matter and rules are
furniture; whatever lines no block claims (link definitions) are furniture too,
so that every letter of the source has its place.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import version

from markdown_it import MarkdownIt
from markdown_it.token import Token

from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.readers.text.columns import piped_cells
from docs_ingest.readers.text.reader import decode

_PARSER = f"markdown-it-py-{version('markdown-it-py')}"
_BREAK = re.compile(r"\r\n?|\n")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?:.*\r?\n)*?(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")
_TITLE = re.compile(r"^title:[ \t]*[\"']?(?P<title>[^\"'\r\n]+)", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAGS_ONLY = re.compile(r"(?:\s*</?[A-Za-z][^<>]*>)+\s*")


@cache
def _blocks_only() -> MarkdownIt:
    """The parser without its inline rules: spans of blocks are all we take from it."""
    return MarkdownIt("commonmark").enable("table").disable("inline")


def read_markdown(data: bytes, encoding: str | None = None) -> ParsedDocument:
    """Blocks of a Markdown file in a known encoding, or the one found. Raises IngestError when it cannot be decoded."""
    text, encoding = decode(data, encoding)
    front = _FRONT_MATTER.match(text)
    front_end = front.end() if front else 0
    lines = _LineSpans(text)
    blanked = re.sub(r"[^\r\n]", " ", text[:front_end]) + text[front_end:]
    found = [] if front is None else [Block(BlockKind.FURNITURE, 0, len(text[:front_end].rstrip()))]
    found += _Walk(text, lines).blocks(_blocks_only().parse(blanked))
    blocks = [
        replace(b, cells=piped_cells(text, b.start, b.end)) if b.kind is BlockKind.ROW else b
        for b in _with_gaps(text, _without_comments(text, found))
    ]
    title = _TITLE.search(front.group()) if front else None
    parser = f"{_PARSER}+{encoding}"
    return ParsedDocument("markdown", parser, text, tuple(blocks), title=title["title"].strip() if title else None)


class _LineSpans:
    """Offsets of source lines, counted as markdown-it counts them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.starts = [0, *(m.end() for m in _BREAK.finditer(text))]

    def span(self, first: int, after: int) -> tuple[int, int] | None:
        """From the first to the last character of lines `first` to `after - 1` that is not white space."""
        start = self.starts[min(first, len(self.starts) - 1)]
        end = self.starts[after] if after < len(self.starts) else len(self._text)
        words = self._text[start:end]
        if not words.strip():
            return None
        return start + len(words) - len(words.lstrip()), start + len(words.rstrip())


class _Walk:
    """Tokens in order, with the lists, items and tables they are inside of."""

    def __init__(self, text: str, lines: _LineSpans) -> None:
        self._text = text
        self._lines = lines
        self._lists = 0
        self._item_begins: list[int] = []  # first line of each open item that has no block yet, or -1
        self._tables = 0
        self._in_head = False

    def blocks(self, tokens: Sequence[Token]) -> list[Block]:
        found: list[Block] = []
        for token in tokens:
            block = self._block(token)
            if block is not None and (not found or block.start >= found[-1].end):
                found.append(block)
        return found

    def _block(self, token: Token) -> Block | None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._lists += 1
            case "bullet_list_close" | "ordered_list_close":
                self._lists -= 1
            case "list_item_open":
                self._item_begins.append(token.map[0] if token.map else -1)
            case "list_item_close":
                self._item_begins.pop()
            case "table_open":
                self._tables += 1
            case "thead_open":
                self._in_head = True
            case "thead_close":
                self._in_head = False
            case "heading_open":
                return self._made(token, BlockKind.HEADING, level=int(token.tag[1:]))
            case "paragraph_open" | "fence" | "code_block":
                return self._words(token)
            case "tr_open":
                return self._made(token, BlockKind.ROW, group=self._tables, header=self._in_head)
            case "html_block":
                return self._html(token)
            case "hr":
                return self._made(token, BlockKind.FURNITURE)
        return None

    def _made(
        self,
        token: Token,
        kind: BlockKind,
        level: int | None = None,
        group: int | None = None,
        header: bool = False,
        first: int | None = None,
    ) -> Block | None:
        if token.map is None:
            return None
        span = self._lines.span(token.map[0] if first is None else first, token.map[1])
        return None if span is None else Block(kind, *span, level=level, group=group, header=header)

    def _words(self, token: Token) -> Block | None:
        """A paragraph, or the words of a list item; further paragraphs of an item hang below it."""
        if not self._item_begins:
            return self._made(token, BlockKind.PARAGRAPH)
        begins, self._item_begins[-1] = self._item_begins[-1], -1
        further = begins < 0
        return self._made(token, BlockKind.ITEM, level=self._lists + further, first=None if further else begins)

    def _html(self, token: Token) -> Block | None:
        block = self._made(token, BlockKind.PARAGRAPH)
        if block is not None and _TAGS_ONLY.fullmatch(self._text[block.start : block.end]):
            return replace(block, kind=BlockKind.FURNITURE)
        return block


def _without_comments(text: str, blocks: Sequence[Block]) -> list[Block]:
    """HTML comments become hidden blocks of their own, also in the middle of a paragraph."""
    out: list[Block] = []
    for block in blocks:
        at = block.start
        if block.kind is not BlockKind.FURNITURE:
            for comment in _COMMENT.finditer(text, block.start, block.end):
                out += _trimmed(text, block, at, comment.start())
                out.append(Block(BlockKind.HIDDEN, comment.start(), comment.end()))
                at = comment.end()
        out += _trimmed(text, block, at, block.end)
    return out


def _trimmed(text: str, block: Block, start: int, end: int) -> list[Block]:
    words = text[start:end]
    if not words.strip():
        return []
    lead = len(words) - len(words.lstrip())
    return [replace(block, start=start + lead, end=start + len(words.rstrip()))]


def _with_gaps(text: str, blocks: Sequence[Block]) -> list[Block]:
    """What no block claims (link definitions, the rule under a table's head) is furniture."""
    out: list[Block] = []
    at = 0
    for block in [*blocks, None]:
        end = block.start if block is not None else len(text)
        out += _trimmed(text, Block(BlockKind.FURNITURE, at, at + 1), at, end)
        if block is not None:
            out.append(block)
            at = block.end
    return out
