"""The balanced split of text without shape."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.balance import FAN_OUT, LONG_BYTES, PART_BYTES, balanced_parts, byte_length

ZH = "客户身份资料在业务关系结束后，应当至少保存十年。"
EN = "The Bank must keep every record for ten years after the end. "


@given(
    st.text(alphabet="ab .。，\n中文！?;", min_size=1, max_size=60).filter(str.strip),
    st.integers(1, 400),
    st.integers(0, 30),
)
def test_parts_tile_the_text_and_are_never_more_than_twenty(piece: str, times: int, start: int) -> None:
    text = piece * times
    start = min(start, len(text) - 1)
    parts = balanced_parts(text, start, len(text))
    assert 1 <= len(parts) <= FAN_OUT
    assert (parts[0][0], parts[-1][1]) == (start, len(text))
    assert all(a[1] == b[0] for a, b in pairwise(parts))
    assert all(a < b for a, b in parts)


@pytest.mark.parametrize("sentence", [ZH, EN, f"{ZH}{EN}"])
def test_cuts_stand_on_sentence_ends(sentence: str) -> None:
    text = sentence * (6000 // byte_length(sentence))
    for start, end in balanced_parts(text, 0, len(text)):
        assert text[start:end].rstrip().endswith((".", "。"))
        assert text[start:end].lstrip()[0] in "客T"


def test_a_short_text_stays_whole() -> None:
    assert balanced_parts(ZH, 0, len(ZH)) == [(0, len(ZH))]


@pytest.mark.parametrize("text", ["中" * 3000, "x" * 9000, "word " * 1800])
def test_text_without_sentences_is_cut_all_the_same(text: str) -> None:
    sizes = [byte_length(text[a:b]) for a, b in balanced_parts(text, 0, len(text))]
    assert max(sizes) <= 2 * PART_BYTES
    assert len(sizes) >= 9000 // LONG_BYTES
