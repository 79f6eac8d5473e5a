"""The row of a table with the head of its column: said in the claim, standing above the row."""

import pytest

from navigators.checks import check_draft
from navigators.drafts import Draft, DraftCite, DraftClaim
from stores.records import Citation, Passage, Road

ROW = "Gross property, plant and equipment | 31,992 | 31,456"
HEADS = ("Annual report", "Balance sheet | 2022 | 2021")


def passes(claim: str, row: str = ROW) -> bool:
    passage = Passage("p00", "v", "doc", 1, "0.1", None, HEADS, None, 0, len(row), row, 1.0, Road.NAVIGATE)

    def cite(held: Passage, start: int, end: int) -> Citation:
        return Citation("doc", 1, "0.1", None, None, start, end, held.text[start:end])

    draft = Draft((DraftClaim(claim, "fact", (DraftCite("p00", row),)),))
    return bool(check_draft(draft, {"p00": passage}, "", cite).claims)


def test_a_year_that_stands_over_the_row_may_be_said_with_it() -> None:
    assert passes("Gross property, plant and equipment | 2022: 31,992")


@pytest.mark.parametrize(
    "claim",
    [
        "Gross property, plant and equipment | 2023: 31,992",
        "Gross property, plant and equipment | 2022: 31,993",
    ],
)
def test_a_year_or_an_amount_that_stands_nowhere_may_not(claim: str) -> None:
    assert not passes(claim)
