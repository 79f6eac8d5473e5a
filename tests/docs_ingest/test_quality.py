"""What a person should look at before trusting a document, in both languages: each concern where it is, only there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docs_ingest.derive import derive
from docs_ingest.parsed import Block, BlockKind, Cell, ParsedDocument, TextLine
from docs_ingest.quality import Concern, Quality, Suspicion, examine
from stores.records import Tree
from tests.docs_ingest.random_documents import Spec, documents, parsed
from tests.navigators.trees import tree_of


@dataclass(frozen=True)
class Row:
    """A row of a table, by the words of its cells."""

    words: tuple[str, ...]
    header: bool = False


Line = str | Row | Spec
SOUND: dict[str, list[Line]] = {
    "zh": [
        Spec(BlockKind.HEADING, "第一章 总则", 1),
        "第一条 甲应当保存资料。",
        "第二条 乙不得开户。",
        Spec(BlockKind.HEADING, "第二章 义务", 1),
        "第三条 丙应当报告。",
        Row(("项目", "2024年", "2023年"), True),
        Row(("贷款", "12", "11")),
        Row(("存款", "14", "13")),
    ],
    "en": [
        Spec(BlockKind.HEADING, "Chapter 1 General", 1),
        "Article 1. The Bank keeps records.",
        "Article 2. It opens no account.",
        Spec(BlockKind.HEADING, "Chapter 2 Duties", 1),
        "Article 3. It reports.",
        Row(("Item", "2024", "2023"), True),
        Row(("Loans", "12", "11")),
        Row(("Deposits", "14", "13")),
    ],
    "mixed": [
        Spec(BlockKind.HEADING, "第一章 General 总则", 1),
        "第一条 The Bank 应当 keep records。",
        "第二条 No account 不得开户。",
        Spec(BlockKind.HEADING, "第二章 Duties 义务", 1),
        "第三条 It reports 报告。",
        Row(("项目 Item", "2024", "2023"), True),
        Row(("贷款 Loans", "12", "11")),
        Row(("存款 Deposits", "14", "13")),
    ],
}
languages = pytest.mark.parametrize("language", SOUND)


def tree(lines: Sequence[Line], pages: Sequence[int] = (), page_count: int | None = None) -> Tree:
    """A document of these lines, one block each; `pages`: on which page each stands."""
    blocks: list[Block] = []
    printed: list[TextLine] = []
    text = ""
    for i, line in enumerate(lines):
        words = " | ".join(line.words) if isinstance(line, Row) else line.words if isinstance(line, Spec) else line
        start, end = len(text), len(text) + len(words)
        if isinstance(line, Row):
            cells, at = [], start
            for column, cell in enumerate(line.words):
                cells.append(Cell(at, at + len(cell), column))
                at += len(cell) + 3
            blocks.append(Block(BlockKind.ROW, start, end, group=1, header=line.header, cells=tuple(cells)))
        elif isinstance(line, Spec):
            blocks.append(Block(line.kind, start, end, line.level, group=line.group))
        else:
            blocks.append(Block(BlockKind.PARAGRAPH, start, end))
        if pages:
            printed.append(TextLine(start, end, pages[i]))
        text += f"{words}\n"
    return tree_from(ParsedDocument("pdf", "test", text, tuple(blocks), tuple(printed), pages=page_count))


def tree_from(document: ParsedDocument) -> Tree:
    made = derive(document, "doc")
    version = replace(
        tree_of("x").version, structure_source=made.structure_source, pages=made.pages, nodes=len(made.nodes)
    )
    return Tree(version, made.text, made.nodes, made.lines, made.tables)


def concerns(quality: Quality) -> list[Concern]:
    return [s.concern for s in quality.suspicions]


def only(whole: Tree, letters: Sequence[int] | None = None) -> Suspicion:
    (found,) = examine(whole, letters).suspicions
    return found


def words_at(whole: Tree, found: Suspicion) -> str:
    assert found.address is not None
    return whole.text_of(whole.by_address[found.address]).strip()


@languages
def test_nothing_is_said_of_a_sound_document(language: str) -> None:
    assert examine(tree(SOUND[language])) == Quality((), ())


@languages
def test_nothing_is_said_of_pages_whose_letters_were_all_read(language: str) -> None:
    lines = SOUND[language]
    whole = tree(lines, [1] * 3 + [2] * 5, 2)
    letters = [sum(map(str.isalpha, whole.text[ln.start : ln.end])) for ln in whole.lines]
    quality = examine(whole, [sum(letters[:3]), sum(letters[3:])])
    assert quality.suspicions == ()
    assert [page.share for page in quality.pages] == [1.0, 1.0]
    assert quality.cover == 1.0


# -- pages


@languages
def test_a_page_whose_letters_were_lost_is_named_with_how_many(language: str) -> None:
    whole = tree(SOUND[language], [1] * 3 + [2] * 5, 2)
    first = sum(sum(map(str.isalpha, whole.text[ln.start : ln.end])) for ln in whole.lines[:3])
    second = sum(sum(map(str.isalpha, whole.text[ln.start : ln.end])) for ln in whole.lines[3:])
    quality = examine(whole, [first + 1000, second])
    (found,) = quality.suspicions
    assert (found.concern, found.page) == (Concern.LETTERS_LOST, 1)
    assert f"{first:,} of {first + 1000:,}" in found.message
    assert quality.cover is not None and quality.cover < 0.2


@languages
def test_a_page_of_few_letters_and_one_that_lost_nearly_none_are_not_named(language: str) -> None:
    long = [f"{line.words if isinstance(line, Spec) else line} 文字 words" * 20 for line in SOUND[language][:5]
            if not isinstance(line, Row)]  # fmt: skip
    whole = tree([*long, "甲 a"], [1] * len(long) + [2], 2)
    first = sum(sum(map(str.isalpha, whole.text[ln.start : ln.end])) for ln in whole.lines[:-1])
    assert Concern.LETTERS_LOST not in concerns(examine(whole, [first + first // 200, 15]))


@languages
@pytest.mark.parametrize("letters", [None, [60, 0, 60]])
def test_a_page_without_text_is_named(language: str, letters: list[int] | None) -> None:
    whole = tree(SOUND[language], [1] * 3 + [3] * 5, 3)
    empty = [s for s in examine(whole, letters).suspicions if s.concern is Concern.EMPTY_PAGE]
    assert [s.page for s in empty] == [2]


def test_a_page_whose_letters_were_all_lost_is_no_empty_page() -> None:
    whole = tree(SOUND["zh"], [1] * 3 + [3] * 5, 3)
    found = [s for s in examine(whole, [10, 400, 10]).suspicions if s.page == 2]
    assert [s.concern for s in found] == [Concern.LETTERS_LOST]


def test_formats_without_pages_have_no_empty_ones() -> None:
    assert examine(tree(SOUND["mixed"])).pages == ()
    assert examine(tree(SOUND["mixed"])).cover is None


# -- damage


@pytest.mark.parametrize(
    "words",
    ["客户\ufffd资料", "锟斤拷锟斤拷", "烫烫烫烫", "The bankâ€™s records", "cafÃ© and naÃ¯ve", "see (cid:17)(cid:3)",
     "\ue012\ue013\ue014", "ï»¿第一章", "资料 ï»¿ records"],
)  # fmt: skip
def test_damaged_letters_are_found_where_they_are(words: str) -> None:
    whole = tree([*SOUND["mixed"][:2], f"第二条 前 before {words} 后 after.", *SOUND["mixed"][3:]])
    found = only(whole)
    assert found.concern is Concern.DAMAGE
    assert words in words_at(whole, found)
    assert any(part in found.message for part in words.split())


@pytest.mark.parametrize(
    "words",
    [
        "客户资料 “引用” ‘单引’",
        "café, naïve, Ångström",
        "€ 5 and ™",
        "斤斤计较，滚烫",
        "\ue012",
        "Ã is a letter",
        "§ 5 ¶ 3",
    ],
)
def test_odd_but_whole_letters_are_no_damage(words: str) -> None:
    assert (
        examine(tree([*SOUND["mixed"][:2], f"第二条 前 before {words} 后 after.", *SOUND["mixed"][3:]])).suspicions
        == ()
    )


# -- sections


@languages
def test_a_heading_without_text_below_it_is_named(language: str) -> None:
    title = {"zh": "第三章 附则", "en": "Chapter 3 Final", "mixed": "第三章 Final 附则"}[language]
    whole = tree([*SOUND[language], Spec(BlockKind.HEADING, title, 1)])
    found = only(whole)
    assert (found.concern, words_at(whole, found)) == (Concern.NO_BODY, title)
    assert title in found.message


@languages
def test_a_heading_with_only_furniture_or_hidden_words_below_it_has_no_body(language: str) -> None:
    title = {"zh": "第三章 附则", "en": "Chapter 3 Final", "mixed": "第三章 Final 附则"}[language]
    for kind in (BlockKind.FURNITURE, BlockKind.HIDDEN):
        whole = tree([*SOUND[language], Spec(BlockKind.HEADING, title, 1), Spec(kind, "页眉 running head")])
        assert Concern.NO_BODY in concerns(examine(whole))


@languages
def test_a_chapter_of_articles_has_a_body(language: str) -> None:
    assert Concern.NO_BODY not in concerns(examine(tree(SOUND[language])))


@pytest.mark.parametrize("words", ["字" * 9_000, "x" * 9_000, "字x" * 4_500])
def test_words_that_could_not_be_cut_are_named(words: str) -> None:
    table = [Row(("项目 Item", "值 Value"), True), Row((words, "1")), Row(("b", "2"))]
    whole = tree(["第一条 甲。", *table])
    long = [s for s in examine(whole).suspicions if s.concern is Concern.LONG_PASSAGE]
    assert all(len(words_at(whole, s)) > 8_000 for s in long)
    assert len(long) == sum(n.leaf and n.size > 8_000 for n in whole.nodes)


# -- numbers


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["第一条 甲。", "第二条 乙。", "第四条 丁。"], "第四条 comes after art 2: 3 not found"),
        (["第一条 甲。", "第五条 戊。"], "第五条 comes after art 1: 2–4 not found"),
        (["Article 1. A.", "Article 2. B.", "Article 4. D."], "Article 4 comes after art 2: 3 not found"),
        (["Section 1. A.", "Section 3. 丙 C."], "Section 3 comes after sec 1: 2 not found"),
        (["第一条 Article one.", "第三条 丙 C."], "第三条 comes after art 1: 2 not found"),
    ],
)
def test_a_number_that_is_missing_is_named(lines: list[str], message: str) -> None:
    whole = tree(lines)
    found = only(whole)
    assert (found.concern, found.message) == (Concern.NUMBER_MISSING, message)
    assert words_at(whole, found) == lines[-1]


@pytest.mark.parametrize(
    ("lines", "label"),
    [
        (["第一条 甲。", "第二条 乙。", "第二条 丙。", "第三条 丁。"], "第二条"),
        (["Article 1. A.", "Article 2. B.", "Article 2. C."], "Article 2"),
        (["第一条 甲 A。", "第一条 乙 B。", "第二条 丙。"], "第一条"),
    ],
)
def test_a_number_that_stands_twice_is_named(lines: list[str], label: str) -> None:
    whole = tree(lines)
    found = only(whole)
    assert (found.concern, found.message) == (Concern.NUMBER_TWICE, f"{label} stands here again")
    assert whole.by_address[found.address or ""].eid in {"art_1-2", "art_2-2"}


@pytest.mark.parametrize(
    "lines",
    [
        ["第一条 甲。", "第二条 乙。", "第二条之一 丙。", "第三条 丁。"],
        ["第十条 甲。", "第十一条 乙。"],
        ["第一章 总则", "第一条 甲。", "第二条 乙。", "第二章 义务", "第三条 丙。"],
        ["Chapter 1 A", "Section 1. A.", "Section 2. B.", "Chapter 2 B", "Section 1. A.", "Section 2. B."],
        ["Part I General", "Article 1. A.", "Part II Special", "Article 2. B."],
        ["附件一 表格", "甲。", "附件二 清单", "乙。"],
        ["1. Scope", "1.1 It is wide.", "1.2 It is long.", "2. Terms", "2.1 A. 甲。", "2.2 B. 乙。"],
        ["第一条 甲。", "Article 1. A.", "第二条 乙。", "Article 2. B."],
    ],
)
def test_numbers_that_go_on_are_not_named(lines: list[str]) -> None:
    assert not {Concern.NUMBER_MISSING, Concern.NUMBER_TWICE} & set(concerns(examine(tree(lines))))


# -- the rest


@languages
def test_words_that_nobody_sees_are_shown(language: str) -> None:
    words = {"zh": "忽略以上内容", "en": "ignore the above", "mixed": "ignore 以上内容"}[language]
    whole = tree([*SOUND[language][:5], Spec(BlockKind.HIDDEN, words), *SOUND[language][5:]])
    found = only(whole)
    assert (found.concern, words_at(whole, found)) == (Concern.HIDDEN, words)
    assert words in found.message


@pytest.mark.parametrize(
    "words", ["这里只有一段话，没有标题。", "Only words without headings.", "只有 words 没有标题。"]
)
def test_a_text_without_headings_is_named_first(words: str) -> None:
    found = examine(tree([words * 3] * 5)).suspicions
    assert [s.concern for s in found] == [Concern.NO_STRUCTURE]
    assert Concern.NO_STRUCTURE not in concerns(examine(tree(["第一条 甲。", words * 3])))


@languages
def test_a_wide_table_without_heads_is_named(language: str) -> None:
    bare = [replace(line, header=False) if isinstance(line, Row) else line for line in SOUND[language]]
    whole = tree(bare)
    found = only(whole)
    assert found.concern is Concern.BARE_TABLE
    assert found.message == "3 rows without column heads"
    assert words_at(whole, found) == "\n".join(whole.text.split("\n")[5:]).strip()


@languages
def test_a_table_of_two_columns_needs_no_heads(language: str) -> None:
    narrow = [
        replace(line, words=line.words[:2], header=False) if isinstance(line, Row) else line for line in SOUND[language]
    ]
    assert examine(tree(narrow)).suspicions == ()


@settings(max_examples=60)
@given(documents, st.booleans())
def test_every_suspicion_leads_to_a_place_of_the_tree(specs: tuple[Spec, ...], with_pages: bool) -> None:
    document = parsed(specs)
    if with_pages:
        lines = tuple(TextLine(b.start, b.end, 1 + i // 5) for i, b in enumerate(document.blocks))
        document = replace(document, lines=lines, pages=1 + len(lines) // 5)
    if not any(b.kind.citable for b in document.blocks):
        return
    whole = tree_from(document)
    quality = examine(whole, [50] * (document.pages or 0) if with_pages else None)
    for found in quality.suspicions:
        assert found.message
        assert found.address is None or found.address in whole.by_address
    hidden = [s.address for s in quality.suspicions if s.concern is Concern.HIDDEN]
    assert hidden == [n.address for n in whole.nodes if n.kind.value == "hidden" and n.leaf]
    assert len(quality.pages) == (document.pages if with_pages else 0)
    assert all(page.share is None or 0.0 <= page.share <= 1.0 for page in quality.pages)
