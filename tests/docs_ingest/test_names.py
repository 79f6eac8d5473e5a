"""Document ids and effective dates from file names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.errors import IngestError
from docs_ingest.names import MAX_ID, checked_id, document_id, read_name


@pytest.mark.parametrize(
    ("path", "document", "day"),
    [
        ("policy.pdf", "policy", None),
        ("反洗钱法.2024-11-08.md", "反洗钱法", date(2024, 11, 8)),
        ("folder/Retention policy (v2).docx", "Retention-policy-v2", None),
        ("rules_2023-01-01.txt", "rules", date(2023, 1, 1)),
        ("rules-2023-02-30.txt", "rules-2023-02-30", None),  # no such day
        ("8K_dated-2023-05-30.pdf", "8K_dated-2023-05-30", None),  # a report of that day, not a version from it on
        ("updated-2023-05-30.pdf", "updated", date(2023, 5, 30)),
        ("2024-11-08.md", "2024-11-08", None),
        ("管理办法 final.v3.html", "管理办法-final.v3", None),
        ("...", "document", None),
    ],
)
def test_a_name_gives_id_and_day(path: str, document: str, day: date | None) -> None:
    name = read_name(path)
    assert (name.document, name.effective_from) == (document, day)


@given(st.text(max_size=300))
def test_every_name_gives_an_id_that_can_be_written_in_a_citation(name: str) -> None:
    made = document_id(name)
    assert 1 <= len(made) <= MAX_ID
    assert not set("@# \n/") & set(made)
    assert checked_id(made) == made


@pytest.mark.parametrize("given_id", ["", "a b", "a@1", "a#0", "x" * 200, "a/b"])
def test_an_id_that_cannot_be_written_is_refused_with_one_that_can(given_id: str) -> None:
    with pytest.raises(IngestError, match="for instance"):
        checked_id(given_id)
