"""Gate G0: what a writer hands in, before any gate looks at it."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.drafts import MOST_CLAIMS, Draft, DraftCite, DraftClaim, DraftFault, parse_draft

CLAIM = {"text": "保存十年 ten years.", "kind": "fact", "cites": [{"id": "p00", "quote": "十年"}], "facets": ["f0"]}
GOOD = json.dumps({"claims": [CLAIM]}, ensure_ascii=False)
DRAFT = Draft((DraftClaim("保存十年 ten years.", "fact", (DraftCite("p00", "十年"),), ("f0",)),))


@pytest.mark.parametrize("raw", [GOOD, f"```json\n{GOOD}\n```", f"  ```\n{GOOD}\n```\n", GOOD[:-1] + ', "more": 1}'])
def test_a_draft_is_taken_alone_or_in_one_fence(raw: str) -> None:
    assert parse_draft(raw, "stop") == DRAFT


def test_line_breaks_inside_strings_are_forgiven() -> None:
    draft = parse_draft(GOOD.replace("保存十年 ", "保存\n十年 "), "stop")
    assert isinstance(draft, Draft)
    assert draft.claims[0].text == "保存\n十年 ten years."


@pytest.mark.parametrize(
    ("raw", "finish_reason", "code"),
    [
        (GOOD, "length", "cut_off"),
        (GOOD, "content_filter", "cut_off"),
        (GOOD, None, "cut_off"),
        (None, "stop", "empty"),
        ("  \n", "stop", "empty"),
        ("The answer is ten years.", "stop", "not_json"),
        (GOOD[:-2], "stop", "not_json"),
        (GOOD + GOOD, "stop", "not_json"),
        ("[" * 100_000, "stop", "not_json"),
        ('{"claims": [NaN]}', "stop", "not_json"),
        ('{"claims": ' + "9" * 10_000 + "}", "stop", "not_json"),
        ("[]", "stop", "wrong_shape"),
        ('"claims"', "stop", "wrong_shape"),
        ('{"claims": {}}', "stop", "wrong_shape"),
        ('{"claims": [1]}', "stop", "wrong_shape"),
        ('{"claims": [{"text": 1, "cites": []}]}', "stop", "wrong_shape"),
        ('{"claims": [{"text": "x", "cites": [{"id": "p00"}]}]}', "stop", "wrong_shape"),
        ('{"claims": [{"text": "x", "kind": "truth", "cites": []}]}', "stop", "wrong_shape"),
        (json.dumps({"claims": [{**CLAIM, "text": "x" * 3000}]}), "stop", "wrong_shape"),
        (json.dumps({"claims": [CLAIM] * (MOST_CLAIMS + 1)}), "stop", "wrong_shape"),
        ("x" * 500_000, "stop", "too_long"),
    ],
)
def test_what_is_no_draft_is_a_fault_with_its_code(raw: str | None, finish_reason: str | None, code: str) -> None:
    fault = parse_draft(raw, finish_reason)
    assert isinstance(fault, DraftFault)
    assert fault.code == code
    assert fault.message


def test_a_claim_without_a_kind_is_a_fact_which_asks_for_more() -> None:
    draft = parse_draft('{"claims": [{"text": "x", "cites": []}]}', "stop")
    assert isinstance(draft, Draft)
    assert draft.claims[0].kind == "fact"


claims = st.builds(
    DraftClaim,
    st.text(max_size=50),
    st.sampled_from(["fact", "frame"]),
    st.lists(st.builds(DraftCite, st.text(max_size=8), st.text(max_size=50)), max_size=4).map(tuple),
    st.lists(st.text(max_size=8), max_size=3).map(tuple),
)


@given(st.lists(claims, max_size=5).map(tuple))
def test_a_draft_written_as_json_reads_back_without_loss(drafted: tuple[DraftClaim, ...]) -> None:
    draft = Draft(drafted)
    assert parse_draft(json.dumps(asdict(draft), ensure_ascii=False), "stop") == draft


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["claims", "text", "cites", "id"]), inner)
    ),
)


@given(st.text(max_size=100) | json_values.map(json.dumps))
def test_no_reply_ever_raises(raw: str) -> None:
    assert isinstance(parse_draft(raw, "stop"), (Draft, DraftFault))
