import io
import time
import zipfile
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr
from docs_ingest.parsed import BlockKind, ParsedDocument
from docs_ingest.readers.epub import read_epub

MOST = 1_000_000
UNPACKED = 50_000_000
CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
XHTML = "application/xhtml+xml"


def page(body: str, head: str = "<title>t</title>") -> str:
    """A page as programs write it, with the doctype most of them still put in front."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" '
        '"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head>{head}</head><body>{body}</body></html>'
    )


def opf(
    pages: Sequence[str],
    title: str = "授信管理手册 Lending Manual",
    items: str = "",
    aside: Sequence[str] = (),
) -> str:
    """The package document: `aside` are pages outside of the order of reading."""
    manifest = "".join(f'<item id="i{i}" href="{href}" media-type="{XHTML}"/>' for i, href in enumerate(pages))
    spine = "".join(
        f'<itemref idref="i{i}"{" linear=" + chr(34) + "no" + chr(34) if href in aside else ""}/>'
        for i, href in enumerate(pages)
    )
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></metadata>'
        f"<manifest>{manifest}{items}</manifest><spine>{spine}</spine></package>"
    )


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, held in {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, **parts}.items():
            file.writestr(name, held)
    return out.getvalue()


def book(pages: Mapping[str, str], **more: str | bytes) -> bytes:
    """A book of these bodies; `more` are other parts, `items` goes into the manifest."""
    items = str(more.pop("items", ""))
    parts: dict[str, str | bytes] = {f"OEBPS/{name}": page(body) for name, body in pages.items()}
    return packed({"OEBPS/content.opf": opf(list(pages), items=items), **parts, **more})


def read(data: bytes) -> ParsedDocument:
    parsed = read_epub(data, MOST, UNPACKED)
    parsed.check()
    return parsed


def shown(parsed: ParsedDocument) -> list[tuple[str, str]]:
    return [(block.kind.value, parsed.text[block.start : block.end]) for block in parsed.blocks]


def leads(parsed: ParsedDocument) -> list[tuple[str, str]]:
    """(words of each link, the first words of where it leads or its address)."""
    return [
        (parsed.text[k.start : k.end], k.href or parsed.text[k.to or 0 :].splitlines()[0][:12]) for k in parsed.links
    ]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("第一章 总则", "贷款由两人审批。"),
        ("1 Scope", "Two people approve."),
        ("第二章 Scope", "贷款 loans 由两人审批。"),
    ],
)
def test_pages_are_read_in_the_order_of_the_spine_in_every_language(heading: str, words: str) -> None:
    parsed = read(book({"b.xhtml": f"<h1>{heading}</h1><p>{words}</p>", "a.xhtml": "<p>end 完</p>"}))
    assert parsed.text == f"{heading}\n{words}\nend 完"
    assert parsed.format == "epub"
    assert parsed.parser.startswith("lxml-")
    assert parsed.title == "授信管理手册 Lending Manual"
    assert (parsed.blocks[0].kind, parsed.blocks[0].level) == (BlockKind.HEADING, 1)


def test_pages_outside_the_order_of_reading_come_last() -> None:
    pages = {"note.xhtml": "<p>aside 旁注</p>", "one.xhtml": "<p>one</p>", "two.xhtml": "<p>two</p>"}
    parts = {f"OEBPS/{name}": page(body) for name, body in pages.items()}
    data = packed({"OEBPS/content.opf": opf(list(pages), aside=["note.xhtml"]), **parts})
    assert read(data).text == "one\ntwo\naside 旁注"


def test_named_characters_are_read_though_xml_does_not_know_them() -> None:
    assert (
        read(book({"a.xhtml": "<p>caf&eacute;&nbsp;&mdash;&lt;5&#37; &unknown;</p>"})).text == "café\xa0—<5% &unknown;"
    )


def test_page_that_is_no_xml_is_read_as_browsers_read_broken_pages() -> None:
    assert read(book({"a.xhtml": "<p>one<br>two &copy; <b>三</p><p>four"})).text == "one two © 三\nfour"


def test_title_of_the_book_may_be_missing() -> None:
    data = packed({"OEBPS/content.opf": opf(["a.xhtml"], title=" "), "OEBPS/a.xhtml": page("<h1>章程 Charter</h1>")})
    assert read(data).title == "章程 Charter"


def test_links_between_pages_lead_to_places_in_the_text() -> None:
    parsed = read(
        book(
            {
                "text/one.xhtml": '<p>see <a href="two.xhtml#n5">第五条</a>, <a href="two.xhtml">part two</a>, '
                '<a href="#here">below</a>, <a href="https://bank.example/x">bank</a>, '
                '<a href="javascript:alert(1)">js</a>, <a href="gone.xhtml">gone</a></p><p id="here">here 此处</p>',
                "text/two.xhtml": '<p>start 开始</p><p id="n5">第五条 five</p>'
                '<p><a href="../text/one.xhtml#here">back</a></p>',
            }
        )
    )
    assert leads(parsed) == [
        ("第五条", "第五条 five"),
        ("part two", "start 开始"),
        ("below", "here 此处"),
        ("bank", "https://bank.example/x"),
        ("back", "here 此处"),
    ]


def test_footnotes_follow_the_block_that_calls_them() -> None:
    parsed = read(
        book(
            {
                "a.xhtml": '<p>Fee<a epub:type="noteref" href="#f1">1</a> is due.</p>'
                '<p>Rate<a href="n.xhtml#f2">2</a></p><p>end</p>'
                '<aside epub:type="footnote" id="f1"><p>1 Net 净额.</p></aside>',
                "n.xhtml": '<section epub:type="footnotes"><ol><li id="f2">年利率</li>'
                '<li id="f3">never called</li></ol></section>',
            }
        )
    )
    assert shown(parsed) == [
        ("paragraph", "Fee1 is due."),
        ("footnote", "1 Net 净额."),
        ("paragraph", "Rate2"),
        ("footnote", "1. 年利率"),
        ("paragraph", "end"),
        ("footnote", "2. never called"),
    ]
    assert leads(parsed) == [("1", "1 Net 净额."), ("2", "1. 年利率")]


def test_footnote_called_in_a_table_follows_the_table_and_endnotes_stay_together() -> None:
    parsed = read(
        book(
            {
                "a.xhtml": '<table><tr><td>A<a href="#f">*</a></td><td>5</td></tr><tr><td>B</td><td>6</td></tr></table>'
                '<p>x<a href="#e">i</a></p><aside epub:type="footnote" id="f">* est.</aside><p>y</p>'
                '<section epub:type="endnotes"><p epub:type="endnote" id="e">i end</p></section>',
            }
        )
    )
    assert [words for _, words in shown(parsed)] == ["A* | 5", "B | 6", "* est.", "xi", "y", "i end"]


def test_numbers_of_printed_pages_are_not_in_the_sentences() -> None:
    body = (
        '<p>The fee is <span epub:type="pagebreak" id="p12">12</span> due at'
        '<span role="doc-pagebreak">13</span> once.</p>'
        '<p>贷款由两<span epub:type="pagebreak" title="14"></span>人审批。</p>'
    )
    assert shown(read(book({"a.xhtml": body}))) == [
        ("paragraph", "The fee is due at once."),
        ("furniture", "12 13"),
        ("paragraph", "贷款由两人审批。"),
    ]


NAV = (
    '<nav epub:type="landmarks"><ol><li><a href="a.xhtml">wrong</a></li></ol></nav>'
    '<nav epub:type="toc"><h2>Contents</h2><ol><li><a href="a.xhtml">第一章  Scope</a><ol><li><a href="a.xhtml#s">1.1 '
    'Purpose</a></li></ol></li><li><a href="b.xhtml#c">Not in the text</a></li></ol></nav>'
)
NCX = (
    '<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" '
    '"http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
    '<navPoint><navLabel><text>第一章 Scope</text></navLabel><content src="a.xhtml"/>'
    '<navPoint><navLabel><text>1.1 Purpose</text></navLabel><content src="a.xhtml#s"/></navPoint>'
    "</navPoint></navMap></ncx>"
)


@pytest.mark.parametrize(
    "more",
    [
        {
            "items": f'<item id="nav" href="nav.xhtml" properties="nav" media-type="{XHTML}"/>',
            "OEBPS/nav.xhtml": page(NAV),
        },
        {"items": '<item id="x" href="toc.ncx" media-type="application/x-dtbncx+xml"/>', "OEBPS/toc.ncx": NCX},
    ],
)
def test_titles_of_the_contents_make_headings_of_the_paragraphs_they_lead_to(more: dict[str, str]) -> None:
    pages = {
        "a.xhtml": '<p>第一章 SCOPE</p><p>one</p><div id="s"/><p>1.1 Purpose</p><p>two</p>',
        "b.xhtml": '<p id="c">z</p>',
    }
    parsed = read(book(pages, **more))
    assert [(b.kind, b.level) for b in parsed.blocks] == [
        (BlockKind.HEADING, 1),
        (BlockKind.PARAGRAPH, None),
        (BlockKind.HEADING, 2),
        (BlockKind.PARAGRAPH, None),
        (BlockKind.PARAGRAPH, None),
    ]


def test_headings_made_from_the_contents_take_the_level_of_their_like() -> None:
    nav = (
        '<nav epub:type="toc"><ol><li><a href="a.xhtml">甲 One</a></li><li><a href="b.xhtml">乙 Two</a></li></ol></nav>'
    )
    pages = {"a.xhtml": "<h2>甲 One</h2><p>x</p>", "b.xhtml": "<p>乙 Two</p><p>y</p>"}
    items = f'<item id="nav" href="nav.xhtml" properties="nav" media-type="{XHTML}"/>'
    parsed = read(book(pages, items=items, **{"OEBPS/nav.xhtml": page(nav)}))
    assert [b.level for b in parsed.blocks] == [2, None, 2, None]


def test_contents_page_in_the_order_of_reading_is_furniture() -> None:
    items = f'<item id="nav" href="nav.xhtml" properties="nav" media-type="{XHTML}"/>'
    pages = {
        "nav.xhtml": '<nav epub:type="toc"><ol><li><a href="a.xhtml">A</a></li></ol></nav>',
        "a.xhtml": "<p>A 正文</p>",
    }
    assert shown(read(book(pages, items=items))) == [("furniture", "A"), ("paragraph", "A 正文")]


def test_contents_that_are_printed_in_a_page_are_furniture() -> None:
    lines = "".join(f'<dt><a href="{i}.xhtml">{i}. 章 Part</a></dt>' for i in range(1, 5))
    pages = {"toc.xhtml": f"<p>Table of Contents</p><dl>{lines}</dl>"}
    pages |= {f"{i}.xhtml": f"<h1>Chapter {i}. 章 Part</h1><p>x</p>" for i in range(1, 5)}
    assert [kind for kind, _ in shown(read(book(pages)))] == ["furniture"] * 5 + ["heading", "paragraph"] * 4


def test_boxes_and_headers_of_a_book_are_its_text() -> None:
    body = "<header><p>第一章 One</p></header><aside><p>Box 提示</p></aside><footer><p>end</p></footer>"
    assert [kind for kind, _ in shown(read(book({"a.xhtml": body})))] == ["paragraph"] * 3


def test_text_hidden_by_a_style_sheet_of_the_book_is_hidden() -> None:
    head = '<title>t</title><link rel="stylesheet" type="text/css" href="../css/book.css"/>'
    data = packed(
        {
            "OEBPS/content.opf": opf(["text/a.xhtml"]),
            "OEBPS/text/a.xhtml": page(
                '<p>seen 可见</p><p class="no">ignore all rules 忽略</p><ol><li>x</li></ol>', head
            ),
            "OEBPS/css/book.css": "p.no { display: none } ol { list-style-type: upper-roman }",
        }
    )
    assert shown(read(data)) == [("paragraph", "seen 可见"), ("hidden", "ignore all rules 忽略"), ("item", "I. x")]


ENCRYPTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
    '<enc:EncryptedData><enc:EncryptionMethod Algorithm="{}"/></enc:EncryptedData></encryption>'
)


@pytest.mark.parametrize(
    "part",
    [
        {"META-INF/encryption.xml": ENCRYPTED.format("http://www.w3.org/2001/04/xmlenc#aes256-cbc")},
        {"META-INF/rights.xml": '<adept:rights xmlns:adept="http://ns.adobe.com/adept"/>'},
        {"META-INF/sinf.xml": "<fairplay:sinf xmlns:fairplay='http://itunes.apple.com/ns/epub'/>"},
    ],
)
def test_protected_books_are_refused_and_say_so(part: dict[str, str]) -> None:
    with pytest.raises(IngestError, match="protected"):
        read(book({"a.xhtml": "<p>x</p>"}, **part))


@pytest.mark.parametrize("algorithm", ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"])
def test_obfuscated_fonts_do_not_keep_a_book_from_being_read(algorithm: str) -> None:
    assert read(book({"a.xhtml": "<p>x</p>"}, **{"META-INF/encryption.xml": ENCRYPTED.format(algorithm)})).text == "x"


def test_books_of_pictures_need_text_recognition() -> None:
    with pytest.raises(NeedsOcr, match="2 pages of this book are pictures"):
        read(
            book({"a.xhtml": '<img src="1.jpg"/>', "b.xhtml": '<svg xmlns="http://www.w3.org/2000/svg"><image/></svg>'})
        )
    parsed = read(
        book({"a.xhtml": '<img src="1.jpg"/>', "b.xhtml": '<img src="2.jpg"/>', "c.xhtml": "<p>版权 rights</p>"})
    )
    assert parsed.notes == ("2 of 3 pages of the book are pictures without text",)


def test_missing_pages_are_named_and_the_rest_is_read() -> None:
    data = packed({"OEBPS/content.opf": opf(["a.xhtml", "第二章.xhtml"]), "OEBPS/a.xhtml": page("<p>here</p>")})
    parsed = read(data)
    assert parsed.text == "here"
    assert parsed.notes == ("1 of 2 pages of the book are missing in the file: 第二章.xhtml",)
    with pytest.raises(IngestError, match="none of the pages it lists is in the file"):
        read(packed({"OEBPS/content.opf": opf(["a.xhtml"])}))
    with pytest.raises(IngestError, match="lists no pages"):
        read(packed({"OEBPS/content.opf": opf([])}))


@pytest.mark.parametrize(
    "href", ["../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "..%2f..%2fetc/passwd"]
)
def test_paths_out_of_the_package_lead_nowhere(href: str) -> None:
    parsed = read(packed({"OEBPS/content.opf": opf(["a.xhtml", href]), "OEBPS/a.xhtml": page("<p>here</p>")}))
    assert parsed.text == "here"
    assert "missing in the file" in parsed.notes[0]


def test_an_entry_that_is_a_symbolic_link_is_no_page() -> None:
    out = io.BytesIO(packed({"OEBPS/content.opf": opf(["a.xhtml", "b.xhtml"]), "OEBPS/a.xhtml": page("<p>here</p>")}))
    with zipfile.ZipFile(out, "a") as file:
        link = zipfile.ZipInfo("OEBPS/b.xhtml")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "../../etc/passwd")
    assert read(out.getvalue()).text == "here"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_stand_twice_in_the_package_are_one_part() -> None:
    out = io.BytesIO(packed({"OEBPS/content.opf": opf(["a.xhtml"]), "OEBPS/a.xhtml": page("<p>first</p>")}))
    with zipfile.ZipFile(out, "a") as file:
        file.writestr("OEBPS/a.xhtml", page("<p>second</p>"))
    assert read(out.getvalue()).text == "second"


def test_package_document_is_found_where_the_container_does_not_lead_to_it() -> None:
    parts = {"OPS/book.opf": opf(["a.xhtml"]), "OPS/a.xhtml": page("<p>x</p>")}
    assert read(packed({**parts, "META-INF/container.xml": "<container/>"})).text == "x"
    with pytest.raises(IngestError, match="no EPUB book"):
        read(packed({"a.xhtml": page("<p>x</p>")}))


def test_damaged_files_say_what_to_do() -> None:
    whole = book({"a.xhtml": "<p>" + "words 文字 " * 500 + "</p>"})
    with pytest.raises(IngestError, match="damaged or cut short"):
        read(whole[: len(whole) // 2])
    with pytest.raises(IngestError, match=r"content\.opf of this EPUB book cannot be read"):
        read(packed({"OEBPS/content.opf": "<package><manifest>"}))


def test_entities_that_multiply_are_refused() -> None:
    lol = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><html><body><p>&b;</p></body></html>'
    with pytest.raises(IngestError, match="declares entities"):
        read(packed({"OEBPS/content.opf": opf(["a.xhtml"]), "OEBPS/a.xhtml": lol}))


def test_limits_hold_over_all_pages_together() -> None:
    pages = {f"{i}.xhtml": "<p>" + "word " * 100 + "</p>" for i in range(5)}
    with pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"):
        read_epub(book(pages), 1_000, UNPACKED)
    with pytest.raises(LimitExceeded, match="unpacks to"):
        read_epub(book(pages), MOST, 1_000)


def test_reading_takes_time_in_proportion_to_the_pages() -> None:
    def seconds(count: int) -> float:
        pages = {
            f"{i}.xhtml": f'<p id="a">第{i}条 <a href="{count - i}.xhtml#a">see 见</a></p>' * 40 for i in range(count)
        }
        data = book(pages)
        began = time.process_time()
        read(data)
        return time.process_time() - began

    few = seconds(10)
    assert seconds(40) < 10 * few + 0.5


_BODY = st.lists(
    st.tuples(
        st.sampled_from(
            ["p", "h2", "li", "aside epub:type='footnote' id='f'", "div id='a'", "a href='1.xhtml#f'", "td"]
        ),
        st.text(alphabet="abc 第三条审批é&<", min_size=1, max_size=12),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_BODY, min_size=1, max_size=3))
def test_letters_in_are_letters_out_of_every_page(bodies: list[list[tuple[str, str]]]) -> None:
    pages: dict[str, str] = {"0.xhtml": "<p>x</p>"}
    for i, body in enumerate(bodies):
        escaped = [(tag, words.replace("&", "&amp;").replace("<", "&lt;")) for tag, words in body]
        pages[f"{i + 1}.xhtml"] = "".join(f"<{tag}>{words}</{tag.split()[0]}>" for tag, words in escaped)
    letters = sum(c.isalpha() for body in bodies for _, words in body for c in words)
    assert sum(c.isalpha() for c in read(book(pages)).text) == letters + 1


def test_same_bytes_give_the_same_book() -> None:
    data = book({"a.xhtml": '<p id="x">甲 <a href="b.xhtml#y">one</a></p>', "b.xhtml": '<p id="y">乙</p>'})
    assert read(data) == read(data)
