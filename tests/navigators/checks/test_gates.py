"""The gates: what a careless or hostile writer hands in does not get through."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.checks import check_draft
from navigators.drafts import Draft, DraftCite, DraftClaim
from stores.records import Citation, Passage, Road

ZH = (
    "第三十四条 金融机构应当按照规定建立客户身份资料和交易记录保存制度。"
    "客户身份资料在业务关系结束后，应当至少保存十年。"
    "合规部可以延长上述期限，但不得超过二十年。"
)
EN = (
    "6.3 The service provider must report a security incident to the Bank within four hours after it was noticed. "
    "A level D complaint may not be extended. "
    "Contracts above USD 5,000,000 are approved by the Board of Directors, all others by the Outsourcing Committee. "
    "The limit is 15 per cent of operating cost as of 12 July 2019."
)
MIXED = (
    "PEP 客户一律评为高风险 (high risk)，STR 应当在3个工作日内提交。"
    "The freeze is reported to the authority within 24 hours."
)


def passage(local: str, text: str, start: int = 100, label: str | None = None) -> Passage:
    return Passage(
        local, "v1", "policy", 1, "0.1", label, ("Outsourcing policy",), None, start, start + len(text), text, 0.9,
        Road.NAVIGATE,
    )  # fmt: skip


PASSAGES = {
    p.local: p
    for p in (passage("p00", ZH, 100, "第三十四条"), passage("p01", EN, 900, "6.3"), passage("p02", MIXED, 5000))
}
QUESTION = "What must be kept, and for how long? 应当保存多久？"


def cite(held: Passage, start: int, end: int) -> Citation:
    assert held.start <= start < end <= held.end
    quote = held.text[start - held.start : end - held.start]
    return Citation(held.document, held.version, held.address, held.label, None, start, end, quote)


def checked(text: str, *cites: tuple[str, str], kind: str = "fact"):  # type: ignore[no-untyped-def]
    claim = DraftClaim(text, "frame" if kind == "frame" else "fact", tuple(DraftCite(i, q) for i, q in cites))
    return check_draft(Draft((claim,)), PASSAGES, QUESTION, cite)


KEEP = ("p00", "客户身份资料在业务关系结束后，应当至少保存十年。")
EXTEND = ("p00", "合规部可以延长上述期限，但不得超过二十年。")
REPORT = ("p01", "must report a security incident to the Bank within four hours")
LEVEL_D = ("p01", "A level D complaint may not be extended.")
BOARD = ("p01", "Contracts above USD 5,000,000 are approved by the Board of Directors")
LIMIT = ("p01", "The limit is 15 per cent of operating cost as of 12 July 2019.")
STR = ("p02", "STR 应当在3个工作日内提交")
FREEZE = ("p02", "The freeze is reported to the authority within 24 hours.")

HONEST = [
    ("客户身份资料在业务关系结束后，应当至少保存十年。", [KEEP]),
    ("业务关系结束后，客户身份资料必须至少保存10年。", [KEEP]),
    ("客户身份资料至少保存十年。", [("p00", "应当至少保存十年")]),
    ("根据第三十四条，客户身份资料应当至少保存十年。", [KEEP]),
    ("合规部可以延长期限，但最长不得超过20年。", [EXTEND]),
    ("The service provider must report a security incident within four hours.", [REPORT]),
    ("The provider shall report a security incident to the Bank within 4 hours after it was noticed.", [REPORT]),
    ("Under Section 6.3, security incidents must be reported within four hours.", [REPORT]),
    ("A level D complaint cannot be extended.", [LEVEL_D]),
    ("The Board of Directors approves contracts above $5 million.", [BOARD]),
    ("The limit is 15% of operating cost (July 12, 2019).", [LIMIT]),
    ("STR 应当在三个工作日内提交。", [STR]),
    ("An STR is filed within 3 business days.", [STR]),
    (
        "The freeze is reported within 24 hours.",
        [("p02", "The   freeze is reported to the authority\nwithin 24 hours.")],
    ),
    ("The freeze is reported within ２４ hours.", [FREEZE]),
]

ATTACKS = [
    # forged and swapped ids
    ("G1", "客户身份资料应当至少保存十年。", [("p99", KEEP[1])]),
    ("G1", "客户身份资料应当至少保存十年。", [KEEP, ("p03", "anything")]),
    ("G1", "STR 应当在三个工作日内提交。", [("policy@1#0.1", STR[1])]),
    ("G2", "客户身份资料应当至少保存十年。", [("p01", KEEP[1])]),
    ("G2", "A level D complaint may not be extended.", [("p00", LEVEL_D[1])]),
    ("G2", "STR 应当在三个工作日内提交。", [("p01", STR[1])]),
    # words that stand nowhere, or not quite
    ("G2", "客户身份资料应当至少保存十年。", [("p00", "客户身份资料应当永久保存")]),
    ("G2", "A level D complaint may not be extended.", [("p01", "A level C complaint may not be extended.")]),
    ("G2", "Incidents are reported within four hours.", [("p01", "must report … within four hours")]),
    ("G2", "Incidents are reported within four hours.", [("p01", "the")]),
    ("G2", "客户身份资料应当至少保存十年。", [("p00", "的")]),
    ("G2", "Incidents are reported.", [("p01", "eport a security inciden")]),
    # no citation
    ("G3", "客户身份资料应当至少保存十年。", []),
    ("G3", "Incidents are reported within four hours.", []),
    # numbers in every notation
    ("G4", "客户身份资料应当至少保存五年。", [KEEP]),
    ("G4", "客户身份资料应当至少保存15年。", [KEEP]),
    ("G4", "客户身份资料应当至少保存十个月。", [KEEP]),
    ("G4", "合规部可以延长期限，但不得超过三十年。", [EXTEND]),
    ("G4", "客户身份资料应当至少保存二十年。", [KEEP]),  # stands in the next sentence, which is not cited
    ("G4", "The service provider must report a security incident within fourteen hours.", [REPORT]),
    ("G4", "The service provider must report a security incident within four days.", [REPORT]),
    ("G4", "Contracts above USD 50,000,000 are approved by the Board of Directors.", [BOARD]),
    ("G4", "Contracts above EUR 5,000,000 are approved by the Board of Directors.", [BOARD]),
    ("G4", "The limit is 51 per cent of operating cost.", [LIMIT]),
    ("G4", "The limit is 15 of operating cost as of 13 July 2019.", [LIMIT]),
    ("G4", "The limit is 15 per cent of operating cost as of July 2018.", [LIMIT]),
    ("G4", "STR 应当在三天内提交。", [STR]),  # days are not business days
    ("G4", "STR 应当在5个工作日内提交。", [STR]),
    ("G4", "The freeze is reported within 2４0 hours.", [FREEZE]),
    ("G4", "The freeze is reported within 𝟐𝟓 hours.", [FREEZE]),  # mathematical digits
    # labels and names
    ("G4", "根据第四十三条，客户身份资料应当至少保存十年。", [KEEP]),
    ("G4", "Under Section 6.4, security incidents must be reported within four hours.", [REPORT]),
    ("G4", "审计部可以延长上述期限，但不得超过二十年。", [EXTEND]),
    ("G4", "根据《商业银行法》，客户身份资料应当至少保存十年。", [KEEP]),
    ("G4", "The Chief Risk Officer approves contracts above USD 5,000,000.", [BOARD]),
    ("G4", "Deloitte must report a security incident within four hours.", [REPORT]),
    ("G4", "An SAR is filed within 3 business days.", [STR]),
    # not, must and may, at most and at least
    ("G4", "客户身份资料在业务关系结束后，不得至少保存十年。", [KEEP]),
    ("G4", "客户身份资料在业务关系结束后，可以至少保存十年。", [KEEP]),
    ("G4", "客户身份资料在业务关系结束后，应当最多保存十年。", [KEEP]),
    ("G4", "合规部不得延长上述期限。", [EXTEND]),
    ("G4", "合规部应当延长上述期限。", [EXTEND]),
    ("G4", "A level D complaint may be extended.", [LEVEL_D]),
    ("G4", "The service provider may report a security incident within four hours.", [REPORT]),
    ("G4", "The service provider must not report a security incident within four hours.", [REPORT]),
    ("G4", "STR 可以在三个工作日内提交。", [STR]),
    ("G4", "PEP 客户一律不评为高风险。", [("p02", "PEP 客户一律评为高风险 (high risk)")]),
    # about something else altogether
    ("G4", "Telephone recordings belong to whoever paid for the equipment.", [REPORT]),
    # what a person would not see
    ("G0", "客户身份资料应当至少保存\u200b十年。", [KEEP]),
    ("G0", "A level D complaint may not be\u202e extended.", [LEVEL_D]),
    ("G0", "   ", [KEEP]),
    ("G0", "。！？", [KEEP]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cites"), HONEST)
def test_an_honest_claim_passes_with_its_quote_sliced_from_the_store(text: str, cites: list[tuple[str, str]]) -> None:
    outcome = checked(text, *cites)
    assert not outcome.rejected, outcome.rejected
    (claim,) = outcome.claims
    for citation in claim.citations:
        assert citation.quote in ZH + EN + MIXED
    assert [v.check for v in claim.verdicts] == ["G1", "G2", "G3", "G4"]


@pytest.mark.parametrize(("gate", "text", "cites"), ATTACKS)
def test_an_attack_is_stopped_at_its_gate(gate: str, text: str, cites: list[tuple[str, str]]) -> None:
    outcome = checked(text, *cites)
    assert not outcome.claims
    (rejected,) = outcome.rejected
    assert rejected.verdicts[-1].check == gate
    assert rejected.verdicts[-1].reason
    (repair,) = outcome.repairs
    assert repair.code.startswith(gate)


def test_ids_that_were_never_opened_are_counted() -> None:
    assert checked("保存十年。", ("p98", "a"), ("p99", "b"), KEEP).ghosts == 2


def test_a_repair_shows_the_true_text() -> None:
    (repair,) = checked(
        "A level D complaint may not be extended.", ("p01", "A level C complaint may not be extended")
    ).repairs
    assert "A level D complaint may not be extended" in repair.hint
    (repair,) = checked("客户身份资料应当至少保存五年。", KEEP).repairs
    assert "保存十年" in repair.hint
    assert len(repair.hint) <= 600


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("Three rules apply:", False),
        ("The documents say this:", True),
        ("关于保存期限，规定如下：", True),
        ("保存期限为十年。", False),
        ("All of this must be done.", False),
        ("不得保存。", False),
        ("Deloitte was asked:", False),
        ("x" * 300, False),
    ],
)
def test_a_sentence_goes_without_a_citation_only_when_it_states_nothing(text: str, passes: bool) -> None:
    outcome = checked(text, kind="frame")
    assert bool(outcome.claims) is passes


def test_a_frame_that_cites_is_checked_like_a_fact() -> None:
    assert not checked("客户身份资料应当至少保存五年。", KEEP, kind="frame").claims


def test_the_same_sentence_twice_is_said_once() -> None:
    claim = DraftClaim(KEEP[1], "fact", (DraftCite(*KEEP),))
    again = replace(claim, text=f" {claim.text} ")
    assert len(check_draft(Draft((claim, again)), PASSAGES, QUESTION, cite).claims) == 1


def test_one_bad_claim_does_not_stop_the_others() -> None:
    good = DraftClaim(KEEP[1], "fact", (DraftCite(*KEEP),))
    bad = DraftClaim("保存五年。", "fact", (DraftCite(*KEEP),))
    outcome = check_draft(Draft((bad, good)), PASSAGES, QUESTION, cite)
    assert len(outcome.claims) == len(outcome.rejected) == 1


words = st.sampled_from(
    [*ZH.split("，"), *EN.split(". "), "四小时", "not", "must", "第五条", "\u202e", "15%", "", " ", "p00"]
)
texts = st.lists(words, max_size=4).map(" ".join) | st.text(max_size=30)
drafts = st.lists(
    st.builds(
        DraftClaim,
        texts,
        st.sampled_from(["fact", "frame"]),
        st.lists(st.builds(DraftCite, st.sampled_from(["p00", "p01", "p02", "p03", ""]), texts), max_size=3).map(tuple),
    ),
    max_size=4,
).map(lambda claims: Draft(tuple(claims)))


@given(drafts)
def test_whatever_is_drafted_only_true_quotes_come_out(draft: Draft) -> None:
    outcome = check_draft(draft, PASSAGES, QUESTION, cite)  # `cite` asserts that the span is inside the passage
    for claim in outcome.claims:
        assert claim.citations or claim.kind.value == "frame"
        assert claim.verdicts
    assert len(outcome.claims) + len(outcome.rejected) <= len(draft.claims)
