"""A claim can be read alone: a row with its heads, an item with its stem, a reference with its place."""

import pytest

from docs_ingest.sentences import sentence_spans
from navigators.wholes import Slice, Whole, stem_of, whole_of
from stores.records import Passage, Road

LIST_ZH = "第九条 申请人应当提交下列材料：\n\n（一）申请书；\n\n（二）营业执照；\n\n（三）其他材料。"
LIST_EN = "2.1 The applicant shall submit the following:\n\n(a) an application form;\n\n(b) a licence."
NESTED = "The following apply:\n\n(a) for banks:\n\n(i) a licence;\n\n(ii) a seal.\n\n(b) for others: nothing."
TABLE = "系统 | 恢复时间目标 | 恢复点目标\n核心账务系统 | 2小时 | 0\n手机银行 | 4小时 | 15分钟"


def passage(text: str, *breadcrumb: str, local: str = "p00", start: int = 0, label: str | None = None) -> Passage:
    end = start + len(text)
    return Passage(local, "v", "doc", 1, "0.1", label, breadcrumb, None, start, end, text, 0.5, Road.NAVIGATE)


def shown(words: str, *passages: Passage, asked: tuple[str, ...] = ()) -> Whole:
    """The whole of the sentence that these words begin, in the first passage that has it."""
    home = next(p for p in passages if words in p.text)
    start, end = next(s for s in sentence_spans(home.text) if home.text.startswith(words, s[0]))
    return whole_of(Slice(home, start, end), passages, asked)


@pytest.mark.parametrize(
    ("text", "item", "claim", "cited"),
    [
        (
            LIST_ZH,
            "（二）",
            "第九条 申请人应当提交下列材料： （二）营业执照；",
            ["（二）营业执照；", "第九条 申请人应当提交下列材料："],
        ),
        (
            LIST_EN,
            "(b)",
            "2.1 The applicant shall submit the following: (b) a licence.",
            ["(b) a licence.", "2.1 The applicant shall submit the following:"],
        ),
        (
            "应当提交 (submit) 下列材料：\n\n1. STR 报告。\n\n2. KYC 记录。",
            "2.",
            "应当提交 (submit) 下列材料： 2. KYC 记录。",
            ["2. KYC 记录。", "应当提交 (submit) 下列材料："],
        ),
    ],
)
def test_an_item_is_shown_with_its_stem(text: str, item: str, claim: str, cited: list[str]) -> None:
    whole = shown(item, passage(text))
    assert whole.text == claim
    assert [cite.quote for cite in whole.cites] == cited


def test_the_first_item_and_its_stem_are_one_stretch() -> None:
    whole = shown("（一）", passage(LIST_ZH))
    assert [cite.quote for cite in whole.cites] == ["第九条 申请人应当提交下列材料：\n\n（一）申请书；"]


@pytest.mark.parametrize(
    ("text", "stem", "last"),
    [(LIST_ZH, "第九条", "（三）其他材料。"), (LIST_EN, "2.1", "(b) a licence.")],
)
def test_a_stem_is_shown_with_its_items(text: str, stem: str, last: str) -> None:
    (cite,) = shown(stem, passage(text)).cites
    assert cite.quote.endswith(last)


def test_an_item_of_an_inner_list_hangs_on_the_item_around_it() -> None:
    spans = sentence_spans(NESTED)
    stems = {NESTED[s:e]: stem_of(NESTED, spans, i) for i, (s, e) in enumerate(spans)}
    quoted = {words: NESTED[slice(*stem)] for words, stem in stems.items() if stem}
    assert quoted["(ii) a seal."] == "(a) for banks:"
    assert quoted["(b) for others: nothing."] == "The following apply:"


def test_a_sentence_that_is_no_item_has_no_stem() -> None:
    assert shown("Records", passage("The following apply: one. Records are kept.")).text == "Records are kept."


def test_the_stem_of_an_item_that_begins_its_passage_is_in_the_passage_before() -> None:
    above = passage("应当提交下列材料：", "办法", "第九条")
    items = passage("（五）营业执照；\n（六）章程。", "办法", "第九条", local="p01", start=40)
    assert shown("（五）", above, items).text == "应当提交下列材料： （五）营业执照；"


@pytest.mark.parametrize(
    ("asked", "claim"),
    [
        (("恢", "复", "恢复", "时间"), "手机银行 | 恢复时间目标：4小时"),
        ((), "手机银行 | 恢复时间目标：4小时 | 恢复点目标：15分钟"),
    ],
)
def test_a_row_is_shown_under_the_heads_that_the_question_names(asked: tuple[str, ...], claim: str) -> None:
    asked = tuple(t for t in asked if t in ("时间",))
    whole = shown("手机银行", passage(TABLE), asked=asked)
    assert whole.text == claim
    assert [cite.quote for cite in whole.cites] == [TABLE.splitlines()[2], TABLE.splitlines()[0]]


def test_a_year_chooses_its_column() -> None:
    table = "| Item | 2020 | 2019 |\n| Inventories | 44,435 | 44,269 |"
    assert shown("| Inventories", passage(table), asked=("2019",)).text == "Inventories | 2019: 44,269"


def test_a_row_whose_heads_were_not_read_is_shown_as_it_stands() -> None:
    row = passage("Inventories | 44,435 | 44,269", "Balance sheet | 2020 | 2019")
    assert shown("Inventories", row).text == row.text


def test_the_heads_of_a_row_may_stand_in_another_passage_of_its_table() -> None:
    title = "Balance sheet | 2020 | 2019"
    heads = passage(" | 2020 | 2019", title)
    row = passage("Inventories | 44,435 | 44,269", title, local="p01", start=30)
    whole = shown("Inventories", heads, row, asked=("2020",))
    assert whole.text == "Inventories | 2020: 44,435"
    assert [cite.passage.local for cite in whole.cites] == ["p01", "p00"]


def test_a_row_of_figures_above_another_is_not_its_heads() -> None:
    table = passage("Assessments | 2,912 | 2,791\nNet income | 10 | 20", "Statement | 2023 | 2022")
    assert shown("Net income", table).text == "Net income | 10 | 20"


@pytest.mark.parametrize(
    ("text", "sentence", "place"),
    [
        ("第九条 申请应当提交。\n\n前款规定的期限为十日。", "前款", "第九条 申请应当提交。"),
        ("It is filed.\n\nThe preceding paragraph does not apply to banks.", "The preceding", "It is filed."),
        ("It ends after a period of a day. Such period may be extended.", "Such", "It ends after a period of a day."),
        ("审查期限为十日。该期限可以延长。", "该期限", "审查期限为十日。"),
        ("第九条 申请应当提交 (filed)。\n\n本条不适用于 banks。", "本条", "第九条 申请应当提交 (filed)。"),
    ],
)  # fmt: skip
def test_what_a_sentence_refers_to_is_cited_with_it(text: str, sentence: str, place: str) -> None:
    label = "第九条" if text.startswith("第九条") else None
    whole = shown(sentence, passage(text, label=label))
    assert whole.text.startswith(sentence)
    assert [cite.quote for cite in whole.cites][1:] == [place]


def test_the_article_before_is_cited_where_it_was_read() -> None:
    ninth = passage("第九条 审查期限为十日。", label="第九条")
    tenth = passage("第十条 前条规定的期限可以延长。", label="第十条", local="p01", start=14)
    assert [c.quote for c in shown("第十条", ninth, tenth).cites] == [tenth.text, ninth.text]
    assert [c.quote for c in shown("第十条", tenth).cites] == [tenth.text]
