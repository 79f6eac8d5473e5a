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

HARD = (
    "Non-resident accounts are reviewed in 1-2 days; it is necessary to weigh 5kg of gold on arrival. "
    "The deposit is 人民币伍仟万元整. Revenue changed by -5% and the net result was (1,234) million. "
    "Long-term deposits of USD1,500 or more are kept for 半年, counted in ATMs and branches."
)
CYRILLIC = "n\u043et"  # reads like not


def passage(local: str, text: str, start: int = 100, label: str | None = None) -> Passage:
    return Passage(
        local, "v1", "policy", 1, "0.1", label, ("Outsourcing policy",), None, start, start + len(text), text, 0.9,
        Road.NAVIGATE,
    )  # fmt: skip


PASSAGES = {
    p.local: p
    for p in (
        passage("p00", ZH, 100, "第三十四条"),
        passage("p01", EN, 900, "6.3"),
        passage("p02", MIXED, 5000),
        passage("p03", HARD, 8000),
    )
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

REVIEW = ("p03", "Non-resident accounts are reviewed in 1-2 days")
GOLD = ("p03", "it is necessary to weigh 5kg of gold on arrival")
DEPOSIT = ("p03", "The deposit is 人民币伍仟万元整")
REVENUE = ("p03", "Revenue changed by -5% and the net result was (1,234) million.")
LONG = ("p03", "Long-term deposits of USD1,500 or more are kept for 半年, counted in ATMs and branches.")

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
    (
        "Non-resident accounts are reviewed in 1–2 days.",
        [("p03", "Non-resi-\ndent accounts are re-\nviewed in 1-2 days")],
    ),
    ("5 kg of gold must be weighed on arrival.", [("p03", "weigh 5kg  ofgold on arrival")]),
    ("The deposit is CNY 50 million.", [DEPOSIT]),
    ("The deposit is 5000万元.", [DEPOSIT]),
    ("Revenue decreased by 5%.", [REVENUE]),
    ("The net result was -1,234 million.", [REVENUE]),
    ("Long-term deposits of USD 1,500 or more are kept for 6 months.", [LONG]),
    ("Deposits are counted in each ATM.", [LONG]),
]

ATTACKS = [
    # forged and swapped ids
    ("G1", "客户身份资料应当至少保存十年。", [("p99", KEEP[1])]),
    ("G1", "客户身份资料应当至少保存十年。", [KEEP, ("p04", "anything")]),
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
    ("G4", "Non-resident accounts are reviewed in 12 days.", [REVIEW]),
    ("G4", "Gold of 6kg is weighed on arrival.", [GOLD]),
    ("G4", "Gold of 5g is weighed on arrival.", [GOLD]),
    ("G4", "The deposit is 人民币捌仟万元整.", [DEPOSIT]),
    ("G4", "Revenue changed by 5%.", [REVENUE]),
    ("G4", "The net result was 1,234 million.", [REVENUE]),
    ("G4", "Long-term deposits are kept for 半个月.", [LONG]),
    ("G2", "Revenue changed by 5%.", [("p03", "Revenue changed by 5%")]),
    ("G2", "Accounts are reviewed in 12 days.", [("p03", "accounts are reviewed in 12 days")]),
    ("G2", "Accounts are reviewed in 2 days.", [("p03", "2 days")]),
    ("G2", "Resident accounts are reviewed.", [("p03", "resident accounts are reviewed")]),
    ("G2", "Deposits of USD 500 or more are kept.", [("p03", "500 or more are kept")]),
    # labels and names
    ("G4", "合规部可以为第十七人延长上述期限，但不得超过二十年。", [EXTEND]),
    ("G4", "根据第四十三条，客户身份资料应当至少保存十年。", [KEEP]),
    ("G4", "Under Section 6.4, security incidents must be reported within four hours.", [REPORT]),
    ("G4", "审计部可以延长上述期限，但不得超过二十年。", [EXTEND]),
    ("G4", "根据《商业银行法》，客户身份资料应当至少保存十年。", [KEEP]),
    ("G4", "The Chief Risk Officer approves contracts above USD 5,000,000.", [BOARD]),
    ("G4", "Deloitte must report a security incident within four hours.", [REPORT]),
    ("G4", "An SAR is filed within 3 business days.", [STR]),
    ("G4", "It is necessary to file a SAR on arrival.", [GOLD]),
    ("G4", f"A level D complaint may not be extended, {CYRILLIC} by the Bank.", [LEVEL_D]),
    ("G4", "A level D complaint may n\u0336ot be extended.", [LEVEL_D]),
    ("G4", "The service provider must 𝗻𝗼𝘁 report a security incident.", [REPORT]),
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
        assert citation.quote in ZH + EN + MIXED + HARD
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
ids = st.sampled_from(["p00", "p01", "p02", "p03", "p04", ""])
drafts = st.lists(
    st.builds(
        DraftClaim,
        texts,
        st.sampled_from(["fact", "frame"]),
        st.lists(st.builds(DraftCite, ids, texts), max_size=3).map(tuple),
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


@pytest.mark.parametrize(
    "run",
    ["1", "1,", " ", "(1", "one hundred ", "一", "万", "壹", "第", "no ", "“a", "A", "1.", "半", "-1", "ab-", "百分之"],
)
def test_a_long_run_of_anything_in_text_and_quote_is_checked_to_the_end(run: str) -> None:
    long = run * 20_000
    held = {"p00": passage("p00", f"{ZH}{long}")}
    forged = DraftClaim(long, "fact", (DraftCite("p00", f"{long}x"),))
    other = DraftClaim(long, "fact", (DraftCite("p00", KEEP[1]),))
    assert check_draft(Draft((forged, other)), held, QUESTION, cite).rejected


REASONS = [
    ("客户身份资料应当至少保存五年。", [KEEP], "number: the claim says 五年; the cited text says 十年"),
    ("STR 应当在5个工作日内提交。", [STR], "number: the claim says 5个工作日; the cited text says 3个工作日"),
    (
        "The service provider may report a security incident within four hours.",
        [REPORT],
        "modality: the claim says may; the cited text says must: “",
    ),
    (
        "审计部可以延长上述期限，但不得超过二十年。",
        [EXTEND],
        "entity: 审计部 does not stand in the cited text: “合规部",
    ),
    ("A level D complaint may be extended.", [LEVEL_D], "negation: the claim leaves out a not of the cited text: “"),
    (
        "Under Section 6.4, incidents must be reported.",
        [REPORT],
        "label: section 6.4 is not in the cited text or above it",
    ),
    ("保存十年。", [("p99", "x")], "id: 'p99' was not opened; opened: p00, p01, p02, p03"),
    ("保存十年。", [("p00", "永久不得销毁")], "quote: the passage says nothing like “永久不得销毁”"),
    (
        "Incidents are reported.",
        [("p01", "eport a security")],
        "quote: “eport a security” begins or ends inside a word",
    ),
    ("保存十年。", [("p00", "的")], "quote: “的” is too short to show anything"),
    ("保存十年。", [], "citation: the sentence states something and cites nothing"),
]


@pytest.mark.parametrize(("text", "cites", "begins"), REASONS)
def test_a_reason_says_what_failed_and_what_the_text_says(text: str, cites: list[tuple[str, str]], begins: str) -> None:
    claim = DraftClaim(text, "fact", tuple(DraftCite(i, q) for i, q in cites))
    english = check_draft(Draft((claim,)), PASSAGES, "What must be kept?", cite)
    chinese = check_draft(Draft((claim,)), PASSAGES, "应当保存多久？", cite)
    reason = english.rejected[0].verdicts[-1].reason
    assert reason.startswith(begins), reason
    assert english.repairs[0].code.endswith(reason)
    translated = chinese.rejected[0].verdicts[-1].reason
    assert translated != reason
    assert translated.partition(":")[0] == reason.partition(":")[0]
    assert max(len(reason), len(translated)) <= 240


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_reason_grows_with_what_was_drafted(text: str, quote: str) -> None:
    outcome = check_draft(Draft((DraftClaim(text, "fact", (DraftCite("p00", quote),)),)), PASSAGES, QUESTION, cite)
    for rejected in outcome.rejected:
        assert all(len(v.reason) <= 240 for v in rejected.verdicts)


sentences = st.lists(words, min_size=1, max_size=8).map(" ".join).filter(lambda t: sum(map(str.isalnum, t)) > 4)


@given(sentences)
def test_an_untouched_sentence_always_passes(text: str) -> None:
    text = " ".join(text.replace("\u202e", "").split())
    held = {"p00": passage("p00", text)}

    def sliced(found: Passage, start: int, end: int) -> Citation:
        quote = found.text[start - found.start : end - found.start]
        return Citation(found.document, 1, "0", None, None, start, end, quote)

    outcome = check_draft(Draft((DraftClaim(text, "fact", (DraftCite("p00", text),)),)), held, QUESTION, sliced)
    assert not outcome.rejected
    assert outcome.claims[0].citations[0].quote in text
