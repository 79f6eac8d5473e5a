"""Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.parsed import Block, BlockKind
from docs_ingest.readers.markdown import read_markdown

SAMPLE = """\
---
title: "Retention rules 保存规定"
---
# 总则 General

第一条 本行应当保存记录。The Bank keeps records
for ten years.

- first 第一项
- second
  - nested 嵌套

  a further paragraph of the second

| 级别 | Limit |
| --- | ---: |
| 一级 | 1,000 |

<!-- an internal note -->

Words <!-- hidden words --> around a comment.

```
code 代码
```

[link]: https://example.com
"""


def blocks_of(text: str) -> list[tuple[str, str, Block]]:
    parsed = read_markdown(text.encode())
    parsed.check()
    assert parsed.text == text
    return [(b.kind.value, parsed.text[b.start : b.end], b) for b in parsed.blocks]


def test_every_kind_of_block_is_found_where_it_stands() -> None:
    found = [(kind, words.splitlines()[0]) for kind, words, _ in blocks_of(SAMPLE)]
    assert found == [
        ("furniture", "---"),
        ("heading", "# 总则 General"),
        ("paragraph", "第一条 本行应当保存记录。The Bank keeps records"),
        ("item", "- first 第一项"),
        ("item", "- second"),
        ("item", "- nested 嵌套"),
        ("item", "a further paragraph of the second"),
        ("row", "| 级别 | Limit |"),
        ("furniture", "| --- | ---: |"),
        ("row", "| 一级 | 1,000 |"),
        ("hidden", "<!-- an internal note -->"),
        ("paragraph", "Words"),
        ("hidden", "<!-- hidden words -->"),
        ("paragraph", "around a comment."),
        ("paragraph", "```"),
        ("furniture", "[link]: https://example.com"),
    ]


def test_the_title_comes_from_the_front_matter() -> None:
    assert read_markdown(SAMPLE.encode()).title == "Retention rules 保存规定"


def test_list_items_know_how_deep_they_are_nested() -> None:
    levels = [b.level for kind, _, b in blocks_of(SAMPLE) if kind == "item"]
    assert levels == [1, 1, 2, 2]


def test_the_row_of_column_heads_is_marked() -> None:
    assert [b.header for kind, _, b in blocks_of(SAMPLE) if kind == "row"] == [True, False]


def test_underlined_headings_count_too() -> None:
    assert [(kind, b.level) for kind, _, b in blocks_of("标题\n====\n\nSub\n---\n\ntext")][:2] == [
        ("heading", 1),
        ("heading", 2),
    ]


@given(st.text(alphabet="#-*|>`<!ab中 \n\r\t1.[]()~_=", max_size=200))
def test_every_letter_of_any_source_is_in_a_block(text: str) -> None:
    read_markdown(b"x" + text.encode()).check()


def test_rows_have_cells_without_their_bars_also_around_a_comment() -> None:
    text = "| a | b |\n|---|---|\n| 1 <!-- x --> | 2 |\n"
    parsed = read_markdown(text.encode())
    parsed.check()
    rows = [b for b in parsed.blocks if b.kind is BlockKind.ROW]
    assert [[text[c.start : c.end] for c in b.cells] for b in rows] == [["a", "b"], ["1"], ["2"]]


@pytest.mark.parametrize("between", [" ", "\n", "  "])
def test_html_that_is_only_tags_is_furniture_however_many_there_are(between: str) -> None:
    tags = between.join(["<div>", *["<i>"] * 5_000, "</div>"])
    assert [kind for kind, _, _ in blocks_of(tags)] == ["furniture"]
    assert [kind for kind, _, _ in blocks_of(f"{tags}{between}审批 loan")] == ["paragraph"]
