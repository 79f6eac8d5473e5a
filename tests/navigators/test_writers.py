"""The extractive writer: what it shows stands word for word in what was read, and passes the gates."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.checks.gates import check_draft
from navigators.drafts import Draft
from navigators.facets import Ask
from navigators.splitting import split_facets
from navigators.writers import ExtractiveWriter, Thresholds, WriteCall
from stores.records import Citation, Passage, Road
from stores.tokens import index_terms

PIECES = (
    "第九条 申请人应当提交下列材料：",
    "（一）申请书；",
    "（二）营业执照，有效期不得少于三个月；",
    "前款规定的期限为十日。",
    "本条自2024年1月1日起施行。",
    "The applicant shall submit the following:",
    "(a) an application form that is not older than ten days;",
    "(b) a licence.",
    "Such period may be extended by USD 5,000.",
    "This Section does not apply to banks.",
    "系统 | 恢复时间目标 | 恢复点目标",
    "手机银行 | 4小时 | 15分钟",
    "| Inventories | 44,435 | −610 |",
    "STR 报告 shall be filed within 3 个工作日.",
    "## 3.1 Screening",
    "Is it filed?",
)
QUESTIONS = (
    "申请人应当提交哪些材料？",
    "手机银行的恢复时间目标是多少？",
    "What shall the applicant submit, and how long is the period?",
    "STR 报告 when filed? 期限多久？",
)


def passage(text: str, number: int, start: int = 0, score: float = 0.5) -> Passage:
    end = start + len(text)
    return Passage(f"p{number:02d}", "v", "doc", 1, "0.1", None, ("Doc",), None, start, end, text, score, Road.NAVIGATE)


async def drafted(question: str, passages: Sequence[Passage], thresholds: Thresholds | None = None) -> Draft:
    rarity = dict.fromkeys(Ask(question).weights, 1.0)
    call = WriteCall(question, split_facets(question), tuple(passages), rarity)
    draft = await ExtractiveWriter(thresholds).write(call)
    assert isinstance(draft, Draft)
    return draft


def place(one: Passage, start: int, end: int) -> Citation:
    quote = one.text[start - one.start : end - one.start]
    return Citation(one.document, 1, one.address, None, None, start, end, quote)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=7), max_size=4), st.sampled_from(QUESTIONS))
async def test_every_cite_is_a_slice_of_its_passage_and_every_claim_passes_the_gates(
    texts: list[list[str]], question: str
) -> None:
    passages, at = [], 0
    for number, pieces in enumerate(texts):
        passages.append(passage("\n\n".join(pieces), number, at))
        at += len(passages[-1].text) + 2
    draft = await drafted(question, passages, Thresholds(answer=0.0))
    by_local = {p.local: p for p in passages}
    for claim in draft.claims:
        assert claim.cites
        assert all(cite.quote and cite.quote in by_local[cite.id].text for cite in claim.cites)
        assert set(index_terms(claim.text)) <= {t for cite in claim.cites for t in index_terms(cite.quote)}
    checked = check_draft(draft, by_local, question, place)
    assert checked.rejected == ()


@pytest.mark.parametrize("question", QUESTIONS)
async def test_empty_passages_give_no_claim(question: str) -> None:
    assert (await drafted(question, [], Thresholds(answer=0.0))).claims == ()
    assert (await drafted(question, [passage("", 0), passage(" \n", 1)], Thresholds(answer=0.0))).claims == ()


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which bank issues the licence for payment services?", "The bank is open on Sundays."),
        ("哪个部门负责审批支付业务许可证？", "该部门周日开放。"),
        ("STR 报告由哪个部门 approve？", "该部门周日 open。"),
    ],
)
async def test_weak_evidence_is_no_answer(question: str, text: str) -> None:
    assert (await drafted(question, [passage(text, 0)])).claims == ()
    assert (await drafted(question, [passage(text, 0)], Thresholds(answer=0.0))).claims


async def test_at_most_so_many_sentences_answer_a_facet() -> None:
    text = " ".join(f"Records of kind {n} are kept for {n} years." for n in range(2, 9))
    draft = await drafted("How long are records kept?", [passage(text, 0)])
    assert len(draft.claims) == Thresholds().most


async def test_a_clear_winner_is_shown_alone() -> None:
    text = "Telephone recordings are kept for six months. The bank is open on Sundays. Records are old."
    draft = await drafted("How long are telephone recordings kept?", [passage(text, 0)])
    assert [claim.text for claim in draft.claims] == ["Telephone recordings are kept for six months."]


async def test_an_item_that_is_shown_with_its_stem_is_not_shown_again() -> None:
    text = "The applicant shall submit the following documents:\n\n(a) an application;\n\n(b) a licence."
    draft = await drafted("Which documents shall the applicant submit?", [passage(text, 0)], Thresholds(also=99.0))
    assert [claim.text for claim in draft.claims] == [" ".join(text.split())]


async def test_a_sentence_that_answers_two_facets_is_one_claim() -> None:
    text = "Complaints are answered by the manager within ten days."
    question = "Who answers complaints, and how long does an answer to complaints take?"
    draft = await drafted(question, [passage(text, 0)], Thresholds(answer=0.0))
    (claim,) = draft.claims
    assert set(claim.facets) == {"f0", "f1"}
