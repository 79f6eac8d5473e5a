"""A question in one language about documents in the other, by words, numbers and labels."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.asked import Wordings
from navigators.facets import Wants
from navigators.glossary import Glossary, GlossaryError, load_glossary, read_pairs
from navigators.splitting import split_facets
from navigators.state import Question
from navigators.statistics import TreeStatistics
from stores.records import Outcome
from tests.navigators.house import SmallHouse
from tests.navigators.trees import POLICY, STATUTE, tree_of

SHIPPED = load_glossary()
SMALL = Glossary((("客户", ("customer", "client")), ("客户身份资料", ("customer identity data",)), ("罚款", ("fine",))))


@pytest.mark.parametrize(
    ("question", "language", "words"),
    [
        ("What fine for customer identity data?", "zh", {"罚款", "客户身份资料"}),
        ("the clients", "zh", {"客户"}),
        ("under Article 34", "zh", {"第三十四条"}),
        ("a fine of 12 for AML", "zh", {"罚款", "12", "十二", "AML"}),
        ("客户身份资料", "en", {"customer identity data"}),
        ("第三十四条的罚款", "en", {"Article 34", "fine"}),
        ("STR 的罚款", "en", {"STR", "fine"}),
    ],
)
def test_words_numbers_and_labels_have_their_like(question: str, language: str, words: set[str]) -> None:
    found = SMALL.into(question, language)
    assert {way for ways in found.words for way in ways} >= words


def test_the_longest_words_win_and_what_has_none_is_named() -> None:
    found = SMALL.into("Which fine for zebra identity?", "zh")
    assert found.missing == ("zebra", "identity")
    assert found.known == pytest.approx(1 / 3)
    assert SMALL.into("客户身份资料丢失", "en").words == (("customer identity data",),)
    assert SMALL.into("客户身份资料丢失", "en").missing == ("丢失",)


@given(st.text(max_size=60), st.sampled_from(["zh", "en"]))
def test_any_question_is_worded_without_failing(question: str, language: str) -> None:
    found = SHIPPED.into(question, language)
    assert 0.0 <= found.known <= 1.0
    assert all(found.words) or not found.words


@pytest.mark.parametrize("line", ["customer", "customer = 客户", "客户 =", "= customer"])
def test_a_line_that_is_no_pair_is_named_with_its_number(line: str) -> None:
    with pytest.raises(GlossaryError, match="line 2"):
        list(read_pairs(["# ok", line], "mine.txt"))


def test_ones_own_words_come_before_those_that_are_shipped(tmp_path: Path) -> None:
    own = tmp_path / "words.txt"
    own.write_text("客户 = patron  # as we say\n", encoding="utf-8")
    assert load_glossary(own).into("客户", "en").words == (("patron",),)
    assert load_glossary(own).name != SHIPPED.name


def test_of_several_words_a_document_is_asked_in_those_it_uses() -> None:
    tree = tree_of("# Rules\nThe client keeps the file. Every client signs.")
    statistics = TreeStatistics(replace(tree, version=replace(tree.version, language="en")))
    question = "客户应当保存多久？"
    asked = Wordings(question, split_facets(question), SMALL).for_document(statistics)
    assert set(asked.whole.weights) == {"client"}
    assert asked.whole.wants is Wants.SPAN, "what kind of answer is wanted is not lost on the way"


@pytest.fixture
async def house() -> SmallHouse:
    house = SmallHouse()
    await house.take_in("反洗钱法.md", STATUTE)
    await house.take_in("policy.md", POLICY)
    return house


@pytest.mark.parametrize(
    ("question", "document", "words"),
    [
        ("How long must customer identity data be retained?", "反洗钱法", "至少保存十年"),
        ("电话录音保存多少天？", "policy", "180 days"),
        ("客户身份资料在业务关系结束后保存多少年？", "反洗钱法", "至少保存十年"),
        ("How many days are telephone recordings kept?", "policy", "180 days"),
    ],
)
async def test_questions_are_answered_from_documents_of_either_language(
    house: SmallHouse, question: str, document: str, words: str
) -> None:
    run = await house.navigator.ask(Question(question))
    assert run.outcome is Outcome.ANSWERED
    cited = [c for claim in run.claims for c in claim.citations]
    assert {c.document for c in cited} == {document}
    assert words in " ".join(c.quote for c in cited)
    assert await house.navigator.replay(run, Question(question)) == []


async def test_words_that_the_glossary_lacks_are_said_when_nothing_is_found() -> None:
    house = SmallHouse()
    await house.take_in("反洗钱法.md", STATUTE)
    run = await house.navigator.ask(Question("Which xylophone must the zebra bring?"))
    assert run.outcome is Outcome.INSUFFICIENT_EVIDENCE
    assert "glossary" in run.reason
    assert "xylophone" in run.reason
    assert "zebra" in run.reason
