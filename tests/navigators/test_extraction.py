"""Which sentence answers."""

import pytest

from navigators.extraction import sentences_for
from navigators.facets import Ask
from stores.records import Passage, Road


def passage(text: str, *breadcrumb: str, score: float = 0.5, local: str = "p00") -> Passage:
    return Passage(local, "v", "doc", 1, "0.1", None, breadcrumb, None, 0, len(text), text, score, Road.NAVIGATE)


def first(question: str, *passages: Passage) -> str:
    ask = Ask(question)
    return sentences_for(ask, passages, dict.fromkeys(ask.weights, 1.0))[0].quote


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "客户身份资料应当保存多少年？",
            "客户身份资料应当妥善保存。客户身份资料应当至少保存十年。",
            "客户身份资料应当至少保存十年。",
        ),
        (
            "How long are customer records kept?",
            "Customer records are kept in the archive. Customer records are kept for seven years.",
            "Customer records are kept for seven years.",
        ),
        (
            "When did the service launch?",
            "The service will launch other features. The service launched in July 2023.",
            "The service launched in July 2023.",
        ),
        (
            "STR 应当在几个工作日内提交？",
            "STR 应当提交合规部。STR 应当在3个工作日内 (business days) 提交。",
            "STR 应当在3个工作日内 (business days) 提交。",
        ),
    ],
)
def test_the_kind_of_answer_that_is_asked_for_decides(question: str, text: str, answer: str) -> None:
    assert first(question, passage(text)) == answer


def test_the_number_of_a_label_is_not_the_number_asked_for() -> None:
    text = "第三十条 资料应当保存。\n第三十一条 资料保存期限为五年。"
    assert first("资料保存多少年？", passage(text)).startswith("第三十一条")


def test_a_row_is_read_under_its_column_heads() -> None:
    table = "系统 | 恢复时间目标 | 恢复点目标\n核心账务系统 | 2小时 | 0\n手机银行 | 4小时 | 15分钟"
    assert first("手机银行的恢复时间目标是多少？", passage(table)) == "手机银行 | 4小时 | 15分钟"
    row = passage("手机银行 | 4小时 | 15分钟", "预案", "系统 | 恢复时间目标 | 恢复点目标")
    other = passage("手机银行服务的恢复。", "预案", local="p01")
    assert first("手机银行的恢复时间目标是多少？", other, row) == row.text


def test_a_heading_that_leads_to_its_text_is_no_answer() -> None:
    text = "## 3.1 Screening of customers 名单筛查\nCustomers are screened every night."
    assert first("How often are customers screened?", passage(text)) == "Customers are screened every night."


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Who audits the bank?",
            "The bank audits the Board. The Board of Auditors audits the bank.",
            "The Board of Auditors audits the bank.",
        ),
        (
            "银行由谁审计？",
            "审计部由银行管理。银行由外部机构审计。",
            "银行由外部机构审计。",
        ),
    ],
)
def test_words_in_the_order_of_the_question_count_more(question: str, text: str, answer: str) -> None:
    assert first(question, passage(text)) == answer


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Where did Polonia Warsaw play?",
            "Polonia Warsaw was founded by pupils. It played on a meadow. Pupils play.",
            "It played on a meadow.",
        ),
        (
            "长城公司的办公室设在何处？",
            "长城公司成立于1990年。其办公室设在北京市。学校有办公室。",
            "其办公室设在北京市。",
        ),
    ],
)
def test_of_two_sentences_the_one_beside_the_other_words_comes_first(question: str, text: str, answer: str) -> None:
    ask = Ask(question)
    found = [s.quote for s in sentences_for(ask, [passage(text)], dict.fromkeys(ask.weights, 1.0))]
    last = text[text.rindex(answer) + len(answer) :].strip()
    assert found.index(answer) < found.index(last)


def test_an_item_counts_the_words_of_its_stem_as_its_own() -> None:
    text = "The applicant shall submit:\n\n(a) a form.\n\nOther words.\n\nForms are printed."
    ask = Ask("Which form shall the applicant submit?")
    found = {s.quote: s for s in sentences_for(ask, [passage(text)], dict.fromkeys(ask.weights, 1.0))}
    assert found["(a) a form."].features.own == 1.0
    assert found["Forms are printed."].features.own < 0.5


def test_in_a_long_sentence_the_kind_of_answer_is_looked_for_near_the_words() -> None:
    far = "本案诉讼费用由被告承担，" + "原告与被告之间的其他事项由双方另行协商解决，" * 6 + "租金为五万元。"
    near = "本案诉讼费用为五万元，" + "原告与被告之间的其他事项由双方另行协商解决，" * 6 + "另行通知。"
    ask = Ask("本案诉讼费用是多少？")
    fits = [sentences_for(ask, [passage(t)], dict.fromkeys(ask.weights, 1.0))[0].features.fit for t in (far, near)]
    assert fits == [-1.0, 1.0]


def test_a_row_of_which_only_the_label_is_asked_for_scores_less() -> None:
    table = "系统 | 恢复时间目标 | 恢复点目标\n核心账务系统 | 2小时 | 0\n手机银行 | 4小时 | 15分钟"
    scores = []
    for question in ("核心账务系统的恢复时间目标？", "核心账务系统使用哪一种数据库？"):
        ask = Ask(question)
        best = sentences_for(ask, [passage(table)], dict.fromkeys(ask.weights, 1.0))[0]
        assert best.quote.startswith("核心账务系统")
        scores.append(best.score / best.features.own)
    assert scores[1] < 0.75 * scores[0]


def test_a_score_means_the_same_in_both_languages() -> None:
    english, chinese = Ask("records kept years"), Ask("资料保存方法")
    for ask, text in ((english, "Records are old."), (chinese, "资料很多。")):
        best = sentences_for(ask, [passage(text)], dict.fromkeys(ask.weights, 1.0))[0]
        scale = 1.0 if ask is english else 0.86
        assert best.score == pytest.approx(best.features.own / scale)


def test_quotes_are_slices_in_place() -> None:
    text = "# Records 记录\n\nRecords are kept.  Records\u3000are old. 记录应当保存。"
    ask = Ask("records kept 记录保存")
    for sentence in sentences_for(ask, [passage(text)], dict.fromkeys(ask.weights, 1.0)):
        assert text[sentence.start : sentence.end] == sentence.quote


def test_of_equal_sentences_the_one_in_the_better_passage_comes_first() -> None:
    weak = passage("Records are kept for ten years.", score=0.2)
    strong = passage("Records are kept for ten years.", score=0.9, local="p01")
    ask = Ask("How long are records kept?")
    best = sentences_for(ask, [weak, strong], dict.fromkeys(ask.weights, 1.0))[0]
    assert best.passage.local == "p01"


def test_scores_are_shares_and_nothing_met_is_nothing_found() -> None:
    ask = Ask("zebra xylophone 斑马")
    assert sentences_for(ask, [passage("Records are kept. 保存十年。")], {}) == []
    ask = Ask("records kept")
    for sentence in sentences_for(ask, [passage("Records are kept. 保存十年。")], {}):
        assert 0.0 <= sentence.score <= 1.0
