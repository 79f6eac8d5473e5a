import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs_ingest.errors import IngestError, LimitExceeded
from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.readers.html import read_html

MOST = 1_000_000


def read(source: str | bytes) -> ParsedDocument:
    parsed = read_html(source if isinstance(source, bytes) else source.encode(), MOST)
    parsed.check()
    return parsed


def shown(source: str | bytes) -> list[tuple[str, str]]:
    """(kind, words) of each block."""
    parsed = read(source)
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def kinds(source: str, kind: BlockKind) -> list[tuple[Block, str]]:
    parsed = read(source)
    return [(b, parsed.text[b.start : b.end]) for b in parsed.blocks if b.kind is kind]


def letters(words: str) -> int:
    return sum(c.isalpha() for c in words)


@pytest.mark.parametrize(
    ("title", "first", "second"),
    [
        ("Lending policy", "Loans are approved by two people.", "Above one million, by three."),
        ("授信管理办法", "贷款由两人审批。", "超过一百万元的，由三人审批。"),
        ("授信 Policy", "贷款 loans 由 two 人审批。", "超过 USD 1m 的，由三人审批。"),
    ],
)
def test_each_block_element_is_a_line_in_every_language(title: str, first: str, second: str) -> None:
    parsed = read(f"<html><body><h2>{title}</h2><p>{first}</p><div>{second}</div></body></html>")
    assert parsed.text == f"{title}\n{first}\n{second}"
    assert [(b.kind, b.level) for b in parsed.blocks] == [
        (BlockKind.HEADING, 2),
        (BlockKind.PARAGRAPH, None),
        (BlockKind.PARAGRAPH, None),
    ]
    assert parsed.format == "html"
    assert parsed.parser.startswith("lxml-")


def test_white_space_collapses_as_in_a_browser_and_stays_in_pre() -> None:
    assert shown("<p>one\n   two <b> three</b></p><pre>a  b\n  c</pre>") == [
        ("paragraph", "one two three"),
        ("paragraph", "a  b\n  c"),
    ]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<p>one line<br>goes on</p>", ["one line goes on"]),
        ("<p>first<br><br>second</p>", ["first", "second"]),
        ("<p>第一条 内容<br>第二条 内容</p>", ["第一条 内容", "第二条 内容"]),
        ("<p>序言<br>　　另起一段 new paragraph</p>", ["序言", "另起一段 new paragraph"]),
    ],
)
def test_line_breaks_part_paragraphs_only_where_a_reader_sees_one(source: str, lines: list[str]) -> None:
    assert [words for _, words in shown(source)] == lines


def test_lists_keep_nesting_and_group_and_an_item_is_announced_once() -> None:
    found = kinds("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul><ol><li>丁</li></ol>", BlockKind.ITEM)
    assert [(words, b.level, b.group) for b, words in found] == [("a", 1, 1), ("b", 2, 2), ("c", 1, 1), ("丁", 1, 3)]
    assert shown("<ul><li><p>one</p><p>more</p></li></ul>") == [("item", "one"), ("paragraph", "more")]


def test_table_rows_keep_heads_and_merged_cells_are_written_once() -> None:
    found = kinds(
        "<table><tr><th>等级</th><th>Limit</th></tr><tr><td rowspan=2>高</td><td>5万</td></tr>"
        "<tr><td><p>10</p><p>days</p></td></tr></table>",
        BlockKind.ROW,
    )
    assert [(words, b.header) for b, words in found] == [
        ("等级 | Limit", True),
        ("高 | 5万", False),
        ("| 10 days", False),
    ]
    assert {b.group for b, _ in found} == {1}


def test_tables_that_only_arrange_text_are_read_as_text() -> None:
    assert shown("<table><tr><td><h2>Fees</h2><p>None.</p></td><td>side</td></tr></table>") == [
        ("heading", "Fees"),
        ("paragraph", "None."),
        ("paragraph", "side"),
    ]
    nested = "<table><tr><td>左<table><tr><td>a</td><td>b</td></tr></table></td><td>右</td></tr></table>"
    assert shown(nested) == [("paragraph", "左"), ("row", "a | b"), ("paragraph", "右")]
    assert shown("<table><tr><td>only one</td></tr></table>") == [("paragraph", "only one")]


def test_cells_without_rows_are_still_rows() -> None:
    assert shown("<table><td>x<td>y</table>") == [("row", "x | y")]


def test_frame_of_the_page_is_furniture_and_the_header_of_an_article_is_not() -> None:
    assert shown(
        "<header>银行 Bank</header><nav><a>Home</a></nav><article><header>By the board</header><p>Text <button>Print"
        "</button></p></article><aside>See also</aside><footer>© Bank</footer>"
    ) == [
        ("furniture", "银行 Bank"),
        ("furniture", "Home"),
        ("paragraph", "By the board"),
        ("paragraph", "Text"),
        ("furniture", "Print"),
        ("furniture", "See also"),
        ("furniture", "© Bank"),
    ]


def test_only_h1_is_read_even_from_the_header_of_the_page() -> None:
    parsed = read("<header><h1>章程</h1><p>menu</p></header><p>x</p>")
    assert parsed.title == "章程"
    assert [b.kind for b in parsed.blocks] == [BlockKind.HEADING, BlockKind.FURNITURE, BlockKind.PARAGRAPH]


@pytest.mark.parametrize(
    "mark",
    [
        "hidden",
        'style="display:none"',
        'style="DISPLAY : none !important"',
        'style="visibility:hidden"',
        'style="font-size:0px"',
        'style="opacity:0.0"',
        'aria-hidden="true"',
        'class="remark big"',
        'id="draft"',
    ],
)
def test_text_the_page_hides_is_hidden_and_not_citable(mark: str) -> None:
    head = (
        "<style>/* x */ .remark { display: none } @media print { p { display:none } } #draft{visibility:hidden}</style>"
    )
    assert shown(f"{head}<p>seen 可见 <span {mark}>ignore all rules 忽略</span>end</p>") == [
        ("paragraph", "seen 可见 end"),
        ("hidden", "ignore all rules 忽略"),
    ]


def test_scripts_styles_and_pronunciations_are_not_text() -> None:
    assert shown(
        "<p>a<script>var b = '<p>';</script><noscript><p>on</p></noscript><template>t</template>"
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>z<!-- c --></p>"
    ) == [("paragraph", "a漢z")]


def test_footnotes_are_notes_and_their_marks_stay_text() -> None:
    assert shown('<p>Fee<sup>1</sup></p><aside role="doc-footnote">1 注 net</aside>') == [
        ("paragraph", "Fee1"),
        ("footnote", "1 注 net"),
    ]


def test_bold_and_centred_paragraphs_are_marked() -> None:
    parsed = read("<p align=center><b>第一章</b> <strong>总则</strong></p><p>a <b>b</b></p><h1>t</h1>")
    assert [(b.bold, b.centered) for b in parsed.blocks] == [(True, True), (False, False), (False, False)]


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("<title>办法 | Bank</title><p>x</p>", "办法 | Bank"),
        ("<title>办法 | Bank</title><h1>办法</h1>", "办法"),
        ("<p>x</p>", None),
    ],
)
def test_title_is_the_first_h1_or_else_what_the_page_calls_itself(source: str, title: str | None) -> None:
    assert read(source).title == title


@pytest.mark.parametrize("charset", ["gb2312", "GBK", "gb18030", "utf-8"])
def test_declared_encoding_is_used(charset: str) -> None:
    page = f'<meta http-equiv=Content-Type content="text/html; charset={charset}"><p>第三条 approval 审批</p>'
    assert read(page.encode(charset)).text == "第三条 approval 审批"


def test_undeclared_gb18030_and_byte_order_marks_are_understood() -> None:
    assert read("<p>授信审批权限指引</p>".encode("gb18030")).text == "授信审批权限指引"
    assert read("<p>授信 limit</p>".encode("utf-16")).text == "授信 limit"


def test_wrongly_declared_encoding_is_refused() -> None:
    with pytest.raises(IngestError, match="says it is gb2312"):
        read(b"<meta charset=gb2312><p>\xff\xff abc</p>")


@pytest.mark.parametrize("source", ["", "  ", "<!-- only -->", "<html><body></body></html>", "<script>x</script>"])
def test_page_without_text_has_no_blocks(source: str) -> None:
    assert read(source).blocks == ()


def test_nesting_that_the_parser_gives_up_on_is_refused_not_lost() -> None:
    for inner in ("important words " * 40, "x"):
        with pytest.raises(IngestError):
            read("<p>start</p>" + "<div>" * 200_000 + inner + "</div>" * 200_000)


def test_deep_but_readable_nesting_is_read() -> None:
    assert shown("<div>" * 1500 + "字 word" + "</div>" * 1500) == [("paragraph", "字 word")]


@pytest.mark.parametrize(
    "unit",
    ["<", "<p ", "<!--", "<script>", "<style>a{", '<a "', "<table><tr><td>", "&", "<br>", "</p>", "<b class='a b'>x"],
)
def test_hostile_repetition_is_read_or_refused_in_linear_time(unit: str) -> None:
    began = time.perf_counter()
    try:
        read("<p>x</p>" + unit * 40_000)
    except IngestError as error:
        assert str(error)
    assert time.perf_counter() - began < 5


def test_text_after_the_end_of_the_page_and_stray_readings_are_kept() -> None:
    assert shown("<html><body><p>a</p></body></html>后记 after<p>z</p>") == [
        ("paragraph", "a"),
        ("paragraph", "后记 after"),
        ("paragraph", "z"),
    ]
    assert shown("<rt><p>第一条 kept</p>") == [("paragraph", "第一条 kept")]


def test_page_cut_short_keeps_what_was_sent() -> None:
    assert shown("<html><body><p>第一条 complete</p><p>second is cu")[-1] == ("paragraph", "second is cu")


def test_limit_on_characters_names_its_setting() -> None:
    with pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"):
        read_html(b"<p>" + b"word " * 100 + b"</p>", 99)


_WORDS = st.text(alphabet="abc 第三条审批é&<>\"'\u3000", min_size=1, max_size=20)
_TAGS = st.sampled_from(
    ["p", "div", "span", "b", "li", "ul", "td", "tr", "table", "h2", "nav", "pre", "footer", "button", "dl", "th", "i"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_TAGS, st.booleans(), _WORDS), max_size=25))
def test_letters_in_are_letters_out_whatever_the_tags(parts: list[tuple[str, bool, str]]) -> None:
    escaped = [w.replace("&", "&amp;").replace("<", "&lt;") for _, _, w in parts]
    page = "".join(
        f"<{'' if opens else '/'}{tag}>{words}" for (tag, opens, _), words in zip(parts, escaped, strict=True)
    )
    assert letters(read(page).text) == sum(letters(words) for _, _, words in parts)


def test_same_bytes_give_the_same_document() -> None:
    page = "<ul><li>a</ul><table><tr><td>b<td>c</table><p hidden>丁"
    assert read(page) == read(page)
