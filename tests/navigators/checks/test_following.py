"""A claim in a sentence's own words: what it changes there is noticed, what it says otherwise but alike is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.checks import check_draft
from navigators.checks.alignment import aligned
from navigators.drafts import Draft, DraftCite, DraftClaim
from stores.records import Citation, Passage, Road

FEE = (
    "The fee is 5 to 10 percent of the price within thirty (30"
    ") days and may not exceed $100 million before 31 May 2020."
)
PARTIES = (
    "The Supplier shall indemnify the Distributor if the goods are not delivered, unless the first notice was late."
)
GROWTH = "Net sales increased 17.3% to $762.7 million and costs decreased by 2.5 percentage points in 2021."
FINE = "由公安机关责令改正，处一万元以上五万元以下的罚款；情节严重的，处百分之五至百分之十的罚款，并可以吊销许可证。"
TERM = "第二审人民法院应当在收到上诉状之日起三十日内通知原告张某某，不得晚于2024年3月1日，上海分公司除外。"


def cite(held: Passage, start: int, end: int) -> Citation:
    return Citation("doc", 1, "0", None, None, start, end, held.text[start - held.start : end - held.start])


def reason(claim: str, *sentences: str, question: str = "What does it say?") -> str:
    """Why a claim that cites whole sentences is stopped; empty when it passes."""
    text = " ".join(sentences)
    passage = Passage("p00", "v", "doc", 1, "0", None, (), None, 0, len(text), text, 1.0, Road.NAVIGATE)
    draft = Draft((DraftClaim(claim, "fact", tuple(DraftCite("p00", s) for s in sentences)),))
    rejected = check_draft(draft, {"p00": passage}, question, cite).rejected
    return rejected[0].verdicts[-1].reason if rejected else ""


CHANGES = [
    # a number that stands elsewhere in the sentence, another unit or scale, a range turned round
    (FEE, "5 to 10 percent", "10 to 5 percent", "percent"),
    (FEE, "5 to 10", "5 to 30", "percent"),
    (FEE, "thirty (30) days", "thirty (30) months", "number"),
    (FEE, "$100 million", "$100 billion", "number"),
    (FEE, "$100 million", "€100 million", "number"),
    (FEE, "31 May", "30 May", "date"),
    (GROWTH, "2.5 percentage points", "2.5 percent", "percent"),
    (GROWTH, "17.3%", "17.3 percentage points", "percent"),
    (FINE, "一万元以上五万元", "五万元以上一万元", "order"),
    (FINE, "一万元以上", "五万元以上", "number"),
    (FINE, "百分之五至百分之十", "百分之十至百分之五", "order"),
    (FINE, "百分之五", "千分之五", "number"),
    (TERM, "三十日", "三十个工作日", "number"),
    (TERM, "3月1日", "1月3日", "date"),
    # not, must, may, limits
    (FEE, "may not exceed", "may exceed", "modality"),
    (PARTIES, "shall indemnify", "may indemnify", "modality"),
    (PARTIES, "are not delivered", "are delivered", "negation"),
    (TERM, "应当在", "可以在", "modality"),
    (FINE, "可以吊销", "应当吊销", "modality"),
    (TERM, "除外", "在内", "negation"),
    # directions and opposites
    (FEE, "before 31 May", "after 31 May", "direction"),
    (GROWTH, "increased", "decreased", "direction"),
    (GROWTH, "decreased", "increased", "direction"),
    (FINE, "五万元以下", "五万元以上", "bound"),
    (TERM, "日内", "日后", "direction"),
    # ordinals, names, roles
    (PARTIES, "the first notice", "the second notice", "label"),
    (TERM, "第二审", "第一审", "label"),
    (TERM, "上海", "北京", "entity"),
    (TERM, "张某某", "李某某", "entity"),
    (TERM, "人民法院", "人民检察院", "entity"),
    (FINE, "公安机关", "登记机关", "entity"),
    (PARTIES, "The Supplier shall indemnify the Distributor", "The Distributor shall indemnify the Supplier", "order"),
]


@pytest.mark.parametrize(("sentence", "true", "said", "code"), CHANGES)
def test_what_a_claim_changes_in_a_sentence_is_named(sentence: str, true: str, said: str, code: str) -> None:
    assert true in sentence
    why = reason(sentence.replace(true, said, 1), sentence)
    assert why.startswith(f"{code}: "), why
    assert len(why) <= 240


ALIKE = [
    (
        FEE,
        "The fee is 5 to 10 percent of the price within 30 days and must not exceed USD 100,000,000 before 2020-05-31.",
    ),
    (
        PARTIES,
        "The Supplier must indemnify the Distributor if the goods aren't delivered, unless the first notice was late.",
    ),
    (
        PARTIES,
        "If the goods are undelivered, the Supplier shall indemnify the Distributor, unless the first notice was late.",
    ),
    (GROWTH, "In 2021, net sales rose 17.3% to $762,700,000 and costs fell by 2.5 percentage points."),
    (FINE, "由公安机关责令改正，处1万元以上50000元以下的罚款；情节严重的，处5%至10%的罚款，并有权吊销许可证。"),
    (FINE, "公安机关责令改正，并处一万元至五万元的罚款。"),
    (TERM, "第二审人民法院必须在收到上诉状之日起30日之内通知原告张某某，不得晚于2024-03-01，上海分公司除外。"),
    ("任何单位和个人不得非法收集、使用、加工他人个人信息。", "禁止任何单位和个人非法收集、使用他人个人信息。"),
    (
        "Access is denied unless the user has completed the training.",
        "Users who have not completed the training are denied access.",
    ),
    (
        "A complaint that is not resolved within 15 days is escalated.",
        "A complaint unresolved within 15 days is escalated.",
    ),
    ("董事会会议应当有过半数的董事出席方可举行。", "董事会会议须有过半数的董事出席才能举行。"),
    ("The report is due within 5 days after receipt.", "The report is due no later than 5 days after receipt."),
]


@pytest.mark.parametrize(("sentence", "claim"), ALIKE)
def test_the_same_in_other_words_passes(sentence: str, claim: str) -> None:
    assert reason(claim, sentence) == ""


def test_another_unit_is_noticed_where_the_number_is_blacked_out() -> None:
    assert reason("Payment is due in [***] months.", "Payment is due in [***] days.").startswith("number: ")


LEVELS = (
    "Level B complaints are answered in writing within 15 business days.",
    "Level C complaints are answered in writing within 30 business days.",
)
GRADES = ("一级保护动物的捕猎许可由省级机关审批，期限为10日。", "二级保护动物的捕猎许可由市级机关审批，期限为20日。")


@pytest.mark.parametrize(
    ("claim", "sentences"),
    [
        ("Level B complaints are answered in writing within 30 business days.", LEVELS),
        ("一级保护动物的捕猎许可由省级机关审批，期限为20日。", GRADES),
    ],
)
def test_the_number_of_another_cited_sentence_does_not_pass_in_this_one(claim: str, sentences: tuple[str, str]) -> None:
    assert reason(claim, *sentences).startswith("number: ")


@pytest.mark.parametrize("sentences", [LEVELS, GRADES])
def test_two_cited_sentences_may_be_said_in_one(sentences: tuple[str, str]) -> None:
    joint = ", and " if sentences[0].isascii() else "，"
    assert reason(sentences[0].rstrip(".。") + joint + sentences[1], *sentences) == ""


def test_and_may_turn_round_what_it_joins() -> None:
    assert reason("The Agent and the Bank sign the note.", "The Bank and the Agent sign the note.") == ""


words = st.sampled_from(
    [*FEE.split(), *PARTIES.split(), *TERM, *FINE, "not", "不", ",", "，", "10", "5%", "", "\u202e"]
)
texts = st.lists(words, max_size=30).map(" ".join) | st.text(max_size=60)


@given(texts, st.lists(texts, min_size=1, max_size=3))
def test_any_two_texts_can_be_laid_beside_one_another(claim: str, sentences: list[str]) -> None:
    laid = aligned(claim, sentences)
    for change in laid.changes if laid else ():
        assert change.shown
        assert change.numbers
        assert change.clauses


@given(st.lists(words, min_size=1, max_size=30).map(" ".join).filter(lambda t: any(c.isalnum() for c in t)))
def test_a_sentence_follows_itself_without_a_change(text: str) -> None:
    laid = aligned(text, [text])
    assert laid is None or laid.changes == ()
