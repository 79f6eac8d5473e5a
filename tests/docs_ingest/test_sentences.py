"""Sentences of both languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["第一条 甲应当保存。", "乙（见附件）不得。", "丙；", "丁！"],
        ["他说：“不得。”", "然后离开。"],
        ["The bank must report.", "It has four hours.", "Really?", "Yes!"],
        ["Under U.S. law (see No. 5 and Sec. 3.2) it pays 5.5 million.", "It stops."],
        ["Mr. Smith and J. Morgan of Acme Inc. agreed.", "They signed on Jan. 5, 2024."],
        ["The exclusion was discussed.34", "In 2005 a rule was adopted."],
        ["1. The first.", "2. The second."],
        ["本行应当在3日内提交 STR。", "The Bank files it within 3 days.", "然后结束。"],
        ["“Quoted words.”", "Next (in brackets.)", "End."],
        ["Version 2.1 applies, e.g. to loans.", "It replaces 2.0."],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


def test_chinese_sentences_need_no_space_between_them() -> None:
    assert sentences("甲应当保存。乙不得。“丙。”丁") == ["甲应当保存。", "乙不得。", "“丙。”", "丁"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("## 1. Reports 报告\nA report is filed.", ["## 1. Reports 报告", "A report is filed."]),
        ("(a) the report;\n(b) the answer;\n\nEnd", ["(a) the report;", "(b) the answer;", "End"]),
        ("第三条 总则\n第四条 范围", ["第三条 总则", "第四条 范围"]),
        (
            "The provider reports every incident to the bank within four\nhours after it was noticed.",
            ["The provider reports every incident to the bank within four\nhours after it was noticed."],
        ),
        ("| 手机银行 | 4小时 |\n| 内部系统 | 24小时 |", ["| 手机银行 | 4小时 |", "| 内部系统 | 24小时 |"]),
    ],
)
def test_line_breaks_end_sentences_unless_the_line_is_wrapped(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@given(st.text(alphabet="aB1 .。！!?；;\n\r（）()“”\"'、，,第条中文No", max_size=200) | st.text(max_size=100))
def test_every_character_that_is_not_white_space_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    "piece", [".", "a. ", "（", '!"', "\n", "1.", "。", "x\n", "中文没有标点\n", "No. ", " ", " x\t"]
)
def test_hostile_repetition_is_split_in_linear_time(piece: str) -> None:
    began = time.process_time()
    spans = sentence_spans("甲" + piece * (200_000 // len(piece)) + "end")
    assert len(spans) <= 200_000
    assert time.process_time() - began < 5
