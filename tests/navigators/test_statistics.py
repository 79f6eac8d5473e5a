"""Which passages meet a question's words, and how well."""

import pytest

from navigators.facets import Ask
from navigators.statistics import TreeStatistics, pooled
from tests.navigators.trees import GLOSSARY, POLICY, STATUTE, tree_of


def best(text: str, question: str) -> str:
    statistics = TreeStatistics(tree_of(text))
    found = statistics.evidence(Ask(question))
    top = max(found, key=lambda i: found[i].score)
    return statistics.tree.text_of(statistics.passages[top]).strip()


@pytest.mark.parametrize(
    ("text", "question", "begins"),
    [
        (STATUTE, "客户身份资料在业务关系结束后应当至少保存多少年？", "第三十四条"),
        (STATUTE, "未保存客户身份资料处多少罚款？", "第五十二条"),
        (POLICY, "How long are telephone recordings kept?", "2.2"),
        (POLICY, "retention of customer records in years", "2.1"),
        (GLOSSARY, "STR 应当在几个工作日内提交?", "## 1. Reports"),
    ],
)
def test_the_passage_that_answers_has_the_most_evidence(text: str, question: str, begins: str) -> None:
    assert best(text, question).startswith(begins)


def test_evidence_is_between_nought_and_one_in_every_document() -> None:
    for text in (STATUTE, POLICY, GLOSSARY):
        for question in ("客户身份资料保存十年", "records kept for 7 years", "STR 报告", text[:300]):
            for one in TreeStatistics(tree_of(text)).evidence(Ask(question)).values():
                assert 0.0 <= one.score <= 1.0
                assert 0.0 <= one.coverage <= 1.0


def test_a_question_without_known_words_finds_nothing() -> None:
    assert not TreeStatistics(tree_of(POLICY)).evidence(Ask("zebra xylophone"))
    assert not TreeStatistics(tree_of(STATUTE)).evidence(Ask("？"))


def test_headings_above_a_passage_count_for_it() -> None:
    statistics = TreeStatistics(tree_of(POLICY))
    found = statistics.evidence(Ask("retention"))
    words = {statistics.tree.text_of(statistics.passages[i]).strip()[:3] for i in found}
    assert {"2.1", "2.2"} <= words


def test_counts_of_several_documents_add_up() -> None:
    one, other = TreeStatistics(tree_of(POLICY)), TreeStatistics(tree_of(GLOSSARY))
    both = pooled([one.counts(["kept", "3"]), other.counts(["kept", "3"])])
    assert both.passages == len(one.passages) + len(other.passages)
    assert both.idf("kept") < both.idf("never")
