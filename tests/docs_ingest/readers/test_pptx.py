"""What `read_pptx` promises, on decks made here of the fewest parts."""

import io
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs_ingest.errors import IngestError, LimitExceeded, NeedsOcr
from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.readers.pptx.reader import read_pptx
from docs_ingest.readers.pptx.tables import shown as shown_value
from docs_ingest.readers.pptx.text import automatic_number

MOST = 1_000_000
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
NS = (
    f'xmlns:a="{DRAWING}/main" xmlns:c="{DRAWING}/chart" xmlns:d="{DRAWING}/diagram" '
    f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{OFFICE}/relationships" '
    f'xmlns:m="{OFFICE}/math" xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main"'
)
WIDTH, HEIGHT = 9_144_000, 6_858_000
Relation = tuple[str, str, str]  # id, kind, target: a path in the package, or an address with a scheme


@dataclass
class Deck:
    """A deck to be: each slide the shapes on it."""

    slides: Sequence[str]
    master: str = ""  # shapes of the master
    layout: str = ""
    text_styles: str = ""  # of the master
    background: str = ""  # of the master
    sections: Sequence[tuple[str, Sequence[int]]] = ()  # name, numbers of slides
    notes: dict[int, str] = field(default_factory=dict)  # number of a slide -> shapes of its notes
    hidden: Sequence[int] = ()
    parts: dict[str, str] = field(default_factory=dict)
    relations: Sequence[Relation] = ()  # of every slide
    attributes: str = ""
    order: Sequence[int] = ()

    def files(self) -> dict[str, str]:
        numbers = range(1, len(self.slides) + 1)
        files = {"ppt/presentation.xml": self._presentation(), **self.parts}
        rels = {"ppt/presentation.xml": [(f"s{n}", "slide", f"ppt/slides/slide{n}.xml") for n in numbers]}
        for n, shapes in zip(numbers, self.slides, strict=True):
            path = f"ppt/slides/slide{n}.xml"
            files[path] = tree("sld", shapes, ' show="0"' if n in self.hidden else "")
            rels[path] = [("layout", "slideLayout", "ppt/slideLayouts/l.xml"), *self.relations]
            if n in self.notes:
                files[f"ppt/notesSlides/n{n}.xml"] = tree("notes", self.notes[n])
                rels[path].append(("notes", "notesSlide", f"ppt/notesSlides/n{n}.xml"))
        files["ppt/slideLayouts/l.xml"] = tree("sldLayout", self.layout)
        rels["ppt/slideLayouts/l.xml"] = [("m", "slideMaster", "ppt/slideMasters/m.xml")]
        files["ppt/slideMasters/m.xml"] = self._master()
        rels["ppt/slideMasters/m.xml"] = [("t", "theme", "ppt/theme/t.xml")]
        files["ppt/theme/t.xml"] = THEME
        for path, targets in rels.items():
            folder, _, name = path.rpartition("/")
            files[f"{folder}/_rels/{name}.rels"] = relationships(targets)
        return files

    def _presentation(self) -> str:
        listed = "".join(f'<p:sldId id="{255 + n}" r:id="s{n}"/>' for n in self.order or range(1, len(self.slides) + 1))
        named = ""
        for name, members in self.sections:
            inner = "".join(f'<p14:sldId id="{255 + n}"/>' for n in members)
            named += f'<p14:section name="{name}"><p14:sldIdLst>{inner}</p14:sldIdLst></p14:section>'
        return (
            f'<p:presentation {NS} {self.attributes}><p:sldIdLst>{listed}</p:sldIdLst><p:sldSz cx="{WIDTH}" '
            f'cy="{HEIGHT}"/><p:extLst><p:ext><p14:sectionLst>{named}</p14:sectionLst></p:ext></p:extLst>'
            "</p:presentation>"
        )

    def _master(self) -> str:
        names = 'bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2"'
        return (
            tree("sldMaster", self.master)
            .replace("<p:spTree>", f"{self.background}<p:spTree>")
            .replace(
                "</p:sldMaster>",
                f"<p:clrMap {names}/><p:txStyles>{self.text_styles}</p:txStyles></p:sldMaster>",
            )
        )

    def data(self) -> bytes:
        return zipped(self.files())


THEME = (
    f'<a:theme {NS}><a:themeElements><a:clrScheme name="x"><a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1>'
    '<a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1><a:accent1><a:srgbClr val="1F3864"/></a:accent1>'
    "</a:clrScheme></a:themeElements></a:theme>"
)


def tree(name: str, shapes: str, attributes: str = "") -> str:
    return f"<p:{name} {NS}{attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{name}>"


def relationships(targets: Sequence[Relation]) -> str:
    said = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/relationships/{kind}" '
        f'Target="{target if ":" in target else "/" + target}" '
        f'TargetMode="{"External" if ":" in target else "Internal"}"/>'
        for key, kind, target in targets
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{said}</Relationships>'


def zipped(files: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in files.items():
            archive.writestr(name, words)
    return held.getvalue()


def run(words: str, properties: str = "", attributes: str = "") -> str:
    return f"<a:r><a:rPr {attributes}>{properties}</a:rPr><a:t>{words}</a:t></a:r>"


def para(inner: str, properties: str = "", level: int = 0) -> str:
    inner = inner if inner.startswith("<") else run(inner)
    return f'<a:p><a:pPr lvl="{level}">{properties}</a:pPr>{inner}</a:p>'


def frame(left: float, top: float, width: float = 10, height: float = 10) -> str:
    """A place in percent of the slide."""
    x, y, cx, cy = (round(n * of / 100) for n, of in zip((left, top, width, height), (WIDTH, HEIGHT) * 2, strict=True))
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'


def shape(*paragraphs: str, at: str = "", kind: str = "", fill: str = "", named: str = "", more: str = "") -> str:
    inner = "".join(p if p.startswith("<") else para(p) for p in paragraphs)
    mark = f"<p:ph {kind}/>" if kind else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x" {named}/><p:cNvSpPr/><p:nvPr>{mark}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{at}{fill}</p:spPr>{more}<p:txBody><a:bodyPr/>{inner}</p:txBody></p:sp>"
    )


def title(words: str) -> str:
    return shape(words, kind='type="title"')


def graphic(inner: str, at: str = "") -> str:
    at = at.replace("a:xfrm", "p:xfrm")
    return (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="1" name="x"/><p:cNvGraphicFramePr/><p:nvPr/>'
        f"</p:nvGraphicFramePr>{at}<a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic></p:graphicFrame>"
    )


def solid(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'


def read(deck: Deck | bytes) -> ParsedDocument:
    parsed = read_pptx(deck.data() if isinstance(deck, Deck) else deck, MOST, 10 * MOST)
    parsed.check()
    return parsed


def shown(deck: Deck | str) -> list[tuple[str, str]]:
    """(kind, words) of each block; of a deck, or of one slide with these shapes."""
    parsed = read(deck if isinstance(deck, Deck) else Deck([deck]))
    return [(block.kind.value, words_of(parsed, block)) for block in parsed.blocks]


def words_of(parsed: ParsedDocument, block: Block) -> str:
    return parsed.text[block.start : block.end]


@pytest.mark.parametrize(
    ("name", "words"),
    [("Lending", "Two people approve."), ("授信", "贷款由两人审批。"), ("授信 Policy", "贷款 loans 由 two 人审批。")],
)
def test_slides_are_pages_and_their_titles_headings_in_every_language(name: str, words: str) -> None:
    parsed = read(Deck([shape(words) + title(name), shape(words)]))
    assert parsed.text == f"{name}\n{words}\n{words}"
    assert [(b.kind, b.level, b.page) for b in parsed.blocks] == [
        (BlockKind.HEADING, 1, 1),
        (BlockKind.PARAGRAPH, None, 1),
        (BlockKind.PARAGRAPH, None, 2),
    ]
    assert (parsed.format, parsed.pages, parsed.title, parsed.page_labels) == ("pptx", 2, name, ())


def test_slides_come_in_the_order_of_the_show_and_are_labelled_as_numbered() -> None:
    parsed = read(Deck([shape("甲 first"), shape("乙 second")], order=[2, 1], attributes='firstSlideNum="5"'))
    assert [(words_of(parsed, b), b.page) for b in parsed.blocks] == [("乙 second", 1), ("甲 first", 2)]
    assert parsed.page_labels == ("5", "6")


def test_slide_that_the_show_names_again_is_read_once() -> None:
    parsed = read(Deck([title("甲"), title("b")], order=[2, *[1] * 3, 2]))
    assert [words_of(parsed, block) for block in parsed.blocks] == ["b", "甲"]
    assert (parsed.pages, parsed.notes) == (2, ("3 slides stored as another one is, read once",))


def test_sections_stand_above_the_titles_of_their_slides() -> None:
    deck = Deck(
        [title("目的"), title("Scope"), title("处罚"), title("隐")],
        sections=[("总则 General", [1, 2]), ("罚则", [3]), ("附 hidden", [4])],
        hidden=[4],
    )
    parsed = read(deck)
    assert [(words_of(parsed, b), b.kind.value, b.level, b.page) for b in parsed.blocks] == [
        ("总则 General", "heading", 1, 1),
        ("目的", "heading", 2, 1),
        ("Scope", "heading", 2, 2),
        ("罚则", "heading", 1, 3),
        ("处罚", "heading", 2, 3),
        ("附 hidden", "hidden", None, 4),
        ("隐", "hidden", None, 4),
    ]
    assert parsed.title == "目的"


def test_shapes_are_read_from_top_to_bottom_and_from_left_to_right_where_level() -> None:
    shapes = [(50, 30, "4 右 right"), (5, 32, "3 左 left"), (5, 60, "5 下"), (60, 10, "2"), (5, 10, "1 top")]
    slide = "".join(shape(words, at=frame(left, top)) for left, top, words in shapes)
    assert [words[0] for _, words in shown(slide + title("0 题"))] == ["0", "1", "2", "3", "4", "5"]


def test_shapes_of_a_group_stay_together_in_their_own_measure() -> None:
    inner = shape("组二 b", at=frame(0, 50)) + shape("组一 a", at=frame(0, 0))
    place = (
        '<p:grpSpPr><a:xfrm><a:off x="4572000" y="1371600"/><a:ext cx="914400" cy="685800"/>'
        f'<a:chOff x="0" y="0"/><a:chExt cx="{WIDTH}" cy="{HEIGHT}"/></a:xfrm></p:grpSpPr>'
    )
    group = f"<p:grpSp><p:nvGrpSpPr><p:cNvPr id='2' name='g'/></p:nvGrpSpPr>{place}{inner}</p:grpSp>"
    slide = shape("后 last", at=frame(0, 26)) + group + shape("先 first", at=frame(0, 5))
    assert [words for _, words in shown(slide)] == ["先 first", "组一 a", "组二 b", "后 last"]
    off = group.replace('x="4572000"', 'x="94572000"')
    assert [kind for kind, _ in shown(slide.replace(group, off))] == ["paragraph", "hidden", "hidden", "paragraph"]


def test_placeholders_stand_where_their_layout_or_master_puts_them() -> None:
    layout = shape("提示 prompt", kind='type="body" idx="7"', at=frame(0, 10)) + shape("x", kind='idx="8"')
    master = shape("prompt", kind='type="body" idx="1"', at=frame(0, 80))
    slide = shape("三 third", kind='idx="8"') + shape("二", at=frame(0, 40)) + shape("一 first", kind='idx="7"')
    found = shown(Deck([slide], layout=layout, master=master))
    assert [words for _, words in found] == ["一 first", "二", "三 third"]


def test_bullets_and_levels_are_inherited_and_drawn() -> None:
    styles = (
        '<p:bodyStyle><a:lvl1pPr><a:buChar char="•"/><a:defRPr sz="2800" b="1"/></a:lvl1pPr>'
        '<a:lvl2pPr algn="ctr"><a:buFont typeface="Wingdings"/><a:buChar char="&#252;"/></a:lvl2pPr></p:bodyStyle>'
    )
    slide = shape(
        para("一级 one"), para("二级 two", level=1), para("无", "<a:buNone/>"), para("深", level=2), kind='idx="1"'
    ) + shape("文本框 box")
    parsed = read(Deck([slide], text_styles=styles))
    assert [(words_of(parsed, b), b.kind.value, b.level, b.group) for b in parsed.blocks] == [
        ("• 一级 one", "item", 1, 1),
        ("✓ 二级 two", "item", 2, 1),
        ("无", "paragraph", None, None),
        ("深", "item", 3, 1),
        ("文本框 box", "paragraph", None, None),
    ]
    assert [(b.size, b.bold, b.centered) for b in parsed.blocks[:2]] == [(28.0, True, False), (None, False, True)]


def test_automatic_numbers_count_by_level_and_begin_anew() -> None:
    def auto(words: str, scheme: str, level: int = 0, start: int = 1) -> str:
        return para(words, f'<a:buAutoNum type="{scheme}" startAt="{start}"/>', level)

    slide = shape(
        auto("甲", "ea1ChsPeriod"),
        auto("a", "alphaLcParenR", 1),
        auto("b", "alphaLcParenR", 1),
        "<a:p/>",
        auto("乙", "ea1ChsPeriod"),
        auto("c", "alphaLcParenR", 1),
        para("断 break"),
        auto("丙", "ea1ChsPeriod"),
        auto("x", "romanLcParenBoth", start=4),
    )
    assert [words for _, words in shown(slide)] == [
        *("一、 甲", "a) a", "b) b", "二、 乙", "a) c", "断 break", "一、 丙", "(iv) x")
    ]


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ("arabicPeriod", "12."),
        ("arabicParenR", "12)"),
        ("arabicPlain", "12"),
        ("alphaUcPeriod", "L."),
        ("romanUcPeriod", "XII."),
        ("ea1ChsPeriod", "十二、"),
        ("ea1ChsPlain", "十二"),
        ("circleNumDbPlain", "⑫"),
        ("arabicDbPeriod", "１２．"),
        ("unheardOf", "12."),
    ],
)
def test_schemes_of_automatic_numbers(scheme: str, words: str) -> None:
    assert automatic_number(scheme, 12) == words


def tc(words: str, attributes: str = "", fill: str = "") -> str:
    return f"<a:tc {attributes}><a:txBody>{para(words)}</a:txBody><a:tcPr>{fill}</a:tcPr></a:tc>"


def table(*rows: str, first: int = 1) -> str:
    inner = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    return graphic(f'<a:tbl><a:tblPr firstRow="{first}"/>{inner}</a:tbl>')


def test_tables_have_cells_by_column_with_merged_ones_written_once() -> None:
    grid = table(
        tc("地区 Region", 'rowSpan="2"') + tc("限额 Limits", 'gridSpan="2"') + tc("", 'hMerge="1"'),
        tc("under 下", 'vMerge="1"') + tc("2024") + tc("2025年"),
        tc("North") + tc("5万") + tc("6万"),
    )
    parsed = read(Deck([grid, table(tc("a") + tc("甲"), tc("b") + tc("乙"), first=0)]))
    rows = [b for b in parsed.blocks if b.kind is BlockKind.ROW]
    assert [words_of(parsed, b) for b in parsed.blocks] == [
        *("地区 Region | 限额 Limits", "| 2024 | 2025年", "under 下", "North | 5万 | 6万", "a | 甲", "b | 乙")
    ]
    assert [(b.header, b.group, b.page) for b in rows] == [
        *((True, 1, 1), (True, 1, 1), (False, 1, 1), (False, 2, 2), (False, 2, 2))
    ]
    assert [(parsed.text[c.start : c.end], c.column, c.span) for b in rows[:2] for c in b.cells] == [
        *(("地区 Region", 0, 1), ("限额 Limits", 1, 2), ("2024", 1, 1), ("2025年", 2, 1))
    ]


def cache(name: str, values: Sequence[str], shape: str = "str", code: str = "General") -> str:
    points = "".join(f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, value in enumerate(values))
    code = f"<c:formatCode>{code}</c:formatCode>" if shape == "num" else ""
    return f"<c:{name}><c:{shape}Ref><c:{shape}Cache>{code}{points}</c:{shape}Cache></c:{shape}Ref></c:{name}>"


def test_charts_are_tables_of_the_figures_kept_beside_them() -> None:
    categories = cache("cat", ["一季度 Q1", "Q2"])
    series = (
        f"<c:ser>{cache('tx', ['收入 Revenue'])}{categories}{cache('val', ['4.3000000000000007', '12'], 'num')}</c:ser>"
        f"<c:ser>{cache('tx', ['占比'])}{categories}{cache('val', ['0.256', '0.5'], 'num', '0.0%')}</c:ser>"
    )
    named = f"<c:title><c:tx><c:rich>{para('业绩 Results')}</c:rich></c:tx></c:title>"
    plot = f"<c:plotArea><c:barChart>{series}</c:barChart></c:plotArea>"
    chart = f"<c:chartSpace {NS}><c:chart>{named}{plot}</c:chart></c:chartSpace>"
    deck = Deck(
        [graphic('<c:chart r:id="c"/>')],
        parts={"ppt/charts/c.xml": chart},
        relations=[("c", "chart", "ppt/charts/c.xml")],
    )
    parsed = read(deck)
    assert parsed.text.split("\n") == [
        "业绩 Results",
        "| 收入 Revenue | 占比",
        "一季度 Q1 | 4.3 | 25.6%",
        "Q2 | 12 | 50.0%",
    ]
    assert [b.header for b in parsed.blocks] == [False, True, False, False]
    assert [c.column for c in parsed.blocks[1].cells] == [1, 2]


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        ("45292", "yyyy-mm-dd", "2024-01-01"),
        ("45292", "#,##0", "45292"),
        ("0.5", "h:mm", "0.5"),
        ("一月", "General", "一月"),
        ("1e3", "General", "1000"),
        ("nan", "0%", "nan%"),
    ],
)
def test_values_are_shown_as_their_format_shows_them(value: str, code: str, words: str) -> None:
    assert shown_value(value, code) == words


def test_diagrams_are_items_under_the_point_they_belong_to() -> None:
    def point(key: str, words: str, kind: str = "node") -> str:
        return f'<d:pt modelId="{key}" type="{kind}"><d:t>{para(words)}</d:t></d:pt>'

    points = point("0", "", "doc") + point("2", "审批 approve") + point("1", "申请") + point("3", "材料 papers")
    ties = "".join(
        f'<d:cxn srcId="{a}" destId="{b}" srcOrd="{n}"/>' for a, b, n in [("0", "2", 1), ("0", "1", 0), ("1", "3", 0)]
    )
    points += point("9", "画 drawn", "pres")
    model = f"<d:dataModel {NS}><d:ptLst>{points}</d:ptLst><d:cxnLst>{ties}</d:cxnLst></d:dataModel>"
    deck = Deck(
        [graphic('<d:relIds r:dm="d"/>')],
        parts={"ppt/diagrams/d.xml": model},
        relations=[("d", "diagramData", "ppt/diagrams/d.xml")],
    )
    parsed = read(deck)
    assert [(words_of(parsed, b), b.kind.value, b.level) for b in parsed.blocks] == [
        *(("申请", "item", 1), ("材料 papers", "item", 2), ("审批 approve", "item", 1))
    ]


def test_notes_of_the_speaker_are_footnotes_after_their_slide() -> None:
    notes = shape("讲稿 notes", "more", kind='type="body" idx="1"') + shape("1", kind='type="sldNum" idx="4"')
    found = shown(Deck([shape("甲 a"), shape("乙")], notes={1: notes}))
    assert found == [
        ("paragraph", "甲 a"),
        ("footnote", "讲稿 notes"),
        ("footnote", "more"),
        ("furniture", "1"),
        ("paragraph", "乙"),
    ]


def test_footers_and_words_of_the_master_are_furniture_once() -> None:
    footer = shape("内部 Internal", kind='type="ftr" idx="11"')
    number = shape('<a:p><a:fld type="slidenum"><a:t>{}</a:t></a:fld></a:p>', kind='type="sldNum" idx="12"')
    slides = [shape(f"{n} 甲") + footer + number.format(n) for n in (1, 2)]
    deck = Deck(slides, master=shape("机密 Confidential") + footer, layout=shape("提示 prompt", kind='type="title"'))
    assert shown(deck) == [
        ("paragraph", "1 甲"),
        ("furniture", "内部 Internal"),
        ("furniture", "1"),
        ("furniture", "机密 Confidential"),
        ("paragraph", "2 甲"),
        ("furniture", "2"),
    ]


def test_hidden_slides_are_hidden_with_their_notes_and_do_not_use_up_furniture() -> None:
    footer = shape("页脚 footer", kind='type="ftr"')
    deck = Deck([title("隐 Draft") + footer, shape("见 seen") + footer], hidden=[1], notes={1: shape("稿 notes")})
    parsed = read(deck)
    assert [(b.kind.value, words_of(parsed, b), b.page) for b in parsed.blocks] == [
        ("hidden", "隐 Draft", 1),
        ("hidden", "页脚 footer", 1),
        ("hidden", "稿 notes", 1),
        ("paragraph", "见 seen", 2),
        ("furniture", "页脚 footer", 2),
    ]
    assert parsed.notes[0] == "1 hidden slide not citable"


@pytest.mark.parametrize(
    ("made", "is_hidden"),
    [
        (shape("文 words", named='hidden="1"'), True),
        (shape("文 words", at=frame(-30, 10, 20)), True),
        (shape("文 words", at=frame(100, 10)), True),
        (shape("文 words", at=frame(10, 120)), True),
        (shape("文 words", at=frame(-5, 10, 20)), False),
        (shape("文 words", at=frame(0, 0, 0, 0)), False),
        (
            f"<p:grpSp><p:nvGrpSpPr><p:cNvPr id='2' name='g' hidden='1'/></p:nvGrpSpPr>{shape('文 words')}</p:grpSp>",
            True,
        ),
        (shape(para(run("文 words", attributes='sz="100"'))), True),
        (shape(para(run("文 words", "<a:noFill/>"))), True),
        (
            shape(
                para(run("文 words", '<a:solidFill><a:srgbClr val="0"><a:alpha val="0"/></a:srgbClr></a:solidFill>'))
            ),
            False,
        ),
        (
            shape(para(run("文 words", solid("000000").replace("/></a:s", '><a:alpha val="0"/></a:srgbClr></a:s')))),
            True,
        ),
    ],
)
def test_what_does_not_show_on_the_slide_is_hidden(made: str, is_hidden: bool) -> None:
    found = {words: kind for kind, words in shown(made + shape("看 shown"))}
    assert found == {"文 words": "hidden" if is_hidden else "paragraph", "看 shown": "paragraph"}


WHITE = para(run("白 white", solid("FFFFFF")))
THEMED = para(run("白 white", '<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'))
PALE = para(run("白 white", '<a:solidFill><a:schemeClr val="tx1"><a:lumOff val="99000"/></a:schemeClr></a:solidFill>'))
HERE = frame(10, 10, 20, 20)
PICTURE = (
    f"<p:pic><p:nvPicPr><p:cNvPr id='3' name='p'/><p:nvPr/></p:nvPicPr><p:spPr>{frame(0, 0, 50, 50)}</p:spPr></p:pic>"
)
DARK_GROUND = f"<p:bg><p:bgPr>{solid('102030')}</p:bgPr></p:bg>"
THEME_GROUND = '<p:bg><p:bgRef idx="1001"><a:schemeClr val="bg1"/></p:bgRef></p:bg>'
PICTURE_GROUND = "<p:bg><p:bgPr><a:blipFill/></p:bgPr></p:bg>"


@pytest.mark.parametrize("words", [WHITE, THEMED, PALE])
@pytest.mark.parametrize(
    ("below", "fill", "background", "is_hidden"),
    [
        ("", "", "", True),
        ("", "", THEME_GROUND, True),
        ("", "<a:noFill/>", "", True),
        ("", solid("FFFFFF"), DARK_GROUND, True),
        ("", solid("1F3864"), "", False),
        ("", "<a:gradFill/>", "", False),
        ("", "", DARK_GROUND, False),
        ("", "", PICTURE_GROUND, False),
        (PICTURE, "", "", False),
        (shape(at=frame(0, 0, 50, 50), fill=solid("1F3864")), "", "", False),
        (shape(at=frame(0, 0, 15, 15), fill=solid("FFFFFF")), "", "", False),
        (shape(at=frame(0, 0, 50, 50), fill=solid("FFFFFF")), "", DARK_GROUND, True),
        (shape(at=frame(60, 60), fill=solid("1F3864")), "", "", True),
    ],
)
def test_white_words_are_hidden_only_where_nothing_dark_is_behind(
    words: str, below: str, fill: str, background: str, is_hidden: bool
) -> None:
    deck = Deck([below + shape(words, at=HERE, fill=fill)], background=background)
    assert shown(deck) == [("hidden" if is_hidden else "paragraph", "白 white")]


def test_white_words_on_a_dark_box_of_the_master_a_marker_or_a_table_are_seen() -> None:
    box = shape(at=frame(0, 0, 100, 100), fill=solid("1F3864"))
    assert shown(Deck([shape(WHITE, at=HERE)], master=box)) == [("paragraph", "白 white")]
    marked = f"<a:highlight><a:srgbClr val='1F3864'/></a:highlight>{solid('FFFFFF')}"
    assert shown(shape(para(run("白 white", marked)), at=HERE)) == [("paragraph", "白 white")]
    in_table = tc("x").replace(para("x"), WHITE)
    assert shown(table(in_table + tc("b"))) == [("row", "白 white | b")]
    filled = in_table.replace("<a:tcPr>", f"<a:tcPr>{solid('FFFFFF')}")
    assert shown(table(filled + tc("b"))) == [("row", "| b"), ("hidden", "白 white")]


def test_links_lead_to_slides_and_out_of_the_deck() -> None:
    def linked(words: str, key: str) -> str:
        return run(words, f'<a:hlinkClick r:id="{key}"/>')

    deck = Deck(
        [
            shape(para(run("见 ") + linked("附录", "j") + linked(" annex", "j") + run(" ") + linked("官网 site", "w"))),
            title("附录 Annex"),
        ],
        relations=[("j", "slide", "ppt/slides/slide2.xml"), ("w", "hyperlink", "https://a.cn/规定")],
    )
    parsed = read(deck)
    assert [(parsed.text[k.start : k.end], k.to, k.href) for k in parsed.links] == [
        ("附录 annex", parsed.text.index("附录 Annex"), None),
        ("官网 site", None, "https://a.cn/规定"),
    ]


def test_formulas_breaks_small_figures_and_symbols_are_read() -> None:
    formula = (
        "<m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f></m:oMath>"
    )
    words = para(
        run("比率 ratio ")
        + f"<a14:m>{formula}</a14:m><a:br/>"
        + run("10")
        + run("6", attributes='baseline="30000"')
        + run("&#252;", '<a:latin typeface="Wingdings"/>')
        + run("_x000B_末")
    )
    choice = f'<mc:Choice Requires="a14">{shape(words)}</mc:Choice>'
    chosen = f"<mc:AlternateContent>{choice}<mc:Fallback>{shape('')}</mc:Fallback></mc:AlternateContent>"
    assert shown(chosen) == [("paragraph", "比率 ratio a/b 10^6✓ 末")]


def test_comments_and_things_not_read_are_mentioned() -> None:
    comments = f"<p:cmLst {NS}><p:cm><p:text>批注</p:text></p:cm><p:cm/></p:cmLst>"
    new_chart = '<x:chart xmlns:x="http://schemas.microsoft.com/office/drawing/2014/chartex" r:id="n"/>'
    deck = Deck(
        [shape("甲 a") + graphic("<p:oleObj/>") + graphic(new_chart)],
        parts={"ppt/comments/c.xml": comments},
        relations=[("c", "comments", "ppt/comments/c.xml")],
    )
    assert read(deck).notes == ("2 comments not part of the text", "1 chart not read", "1 embedded object not read")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("授信 Policy", "授信 Policy"),
        ("PowerPoint 演示文稿", "首页 Home"),
        ("Presentation1", "首页 Home"),
        ("", "首页 Home"),
    ],
)
def test_title_of_the_properties_is_used_unless_a_program_made_it_up(written: str, name: str) -> None:
    core = f'<x xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{written}</dc:title></x>'
    assert read(Deck([title("首页 Home")], parts={"docProps/core.xml": core})).title == name


def test_a_deck_of_pictures_needs_text_recognition() -> None:
    with pytest.raises(NeedsOcr, match="OCR"):
        read(Deck([PICTURE, PICTURE + shape("1", kind='type="sldNum"')]))
    assert read(Deck([""])).blocks == ()


def test_long_words_in_a_title_are_no_heading() -> None:
    assert [kind for kind, _ in shown(title("长 long " * 40))] == ["paragraph"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not a zip at all", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "without a password"),
        (zipped({"a.txt": "x"}), "no PowerPoint presentation"),
        (Deck([shape("x" * 400)]).data()[:-200], "damaged"),
        (zipped({"ppt/presentation.xml": "<p:presentation>"}), "cannot be read"),
        (zipped({k: w for k, w in Deck([shape("x")]).files().items() if "slide1.xml" not in k}), "slide 1 is missing"),
        (Deck(["<p:grpSp>" * 100_000 + "</p:grpSp>" * 100_000]).data(), "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(IngestError, match=reason):
        read(data)


def test_limits_name_their_settings() -> None:
    deck = Deck([shape("word " * 30)])
    with pytest.raises(LimitExceeded, match="CITEPATH_MAX_CHARACTERS"):
        read_pptx(deck.data(), 99, MOST)
    with pytest.raises(LimitExceeded, match="CITEPATH_MAX_FILE_MB"):
        read_pptx(Deck([shape("x")], parts={"ppt/media/x.xml": "0" * 2 * MOST}).data(), MOST, MOST)


@pytest.mark.parametrize("value", ["nan", "9" * 5000, "-1", "", "x", "²"])
def test_numbers_that_are_none_are_passed_over(value: str) -> None:
    made = shape(
        f'<a:p><a:pPr lvl="{value}"><a:buAutoNum type="arabicPeriod" startAt="{value}"/></a:pPr>'
        f'<a:r><a:rPr sz="{value}" baseline="{value}"/><a:t>字</a:t></a:r></a:p>',
        at=f'<a:xfrm rot="{value}"><a:off x="1" y="1"/><a:ext cx="1" cy="{value}"/></a:xfrm>',
    )
    assert shown(made + table(tc("a", f'gridSpan="{value}"') + tc("b")))[0] == ("item", "1. 字")


@pytest.mark.parametrize(
    "slide",
    [
        shape(WHITE, at=HERE) * 3_000,
        shape(para(run("字") * 20_000)),
        shape(*["x"] * 10_000),
        shape(para(run("x", '<a:hlinkClick r:id="w"/>') * 8_000)),
        "<p:grpSp>" * 60 + shape("x", at=HERE) * 500 + "</p:grpSp>" * 60,
    ],
    ids=["shapes", "runs", "paragraphs", "links", "groups"],
)
def test_hostile_slides_are_read_in_linear_time(slide: str) -> None:
    data = Deck([slide], relations=[("w", "hyperlink", "https://a.cn")]).data()
    began = time.process_time()
    read_pptx(data, 10 * MOST, 100 * MOST)
    assert time.process_time() - began < 4


_WORDS = st.text(alphabet="abc 第三条审批é\u3000", min_size=1, max_size=20)
_PLACES = st.integers(-40, 120)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(_WORDS, _PLACES, _PLACES, st.booleans()), max_size=6), min_size=1, max_size=4))
def test_letters_in_are_letters_out_each_on_its_slide(slides: list[list[tuple[str, int, int, bool]]]) -> None:
    made = [
        "".join(
            shape(para(run(words, solid("FFFFFF") if white else "")), at=frame(left, top))
            for words, left, top, white in shapes
        )
        for shapes in slides
    ]
    data = Deck(made).data()
    parsed = read(data)
    for number, shapes in enumerate(slides, start=1):
        seen = "".join(words_of(parsed, block) for block in parsed.blocks if block.page == number)
        assert sorted(filter(str.isalpha, seen)) == sorted(c for words, *_ in shapes for c in words if c.isalpha())
    assert parsed == read(data)
