"""What people read, in the language of their question."""

import string

from app.render.answers import _SAID
from navigators.messages import NOTHING, REASONS, Reason, language_of_question, reason_text
from tests.app.conftest import Command


def test_both_languages_say_the_same_things_with_the_same_figures() -> None:
    def fields(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert _SAID["zh"].keys() == _SAID["en"].keys()
    for key, english in _SAID["en"].items():
        assert fields(_SAID["zh"][key]) == fields(english)
    assert set(REASONS["zh"]) == set(REASONS["en"]) == set(Reason)
    assert NOTHING.keys() == REASONS.keys()


def test_the_language_is_that_of_the_question() -> None:
    assert language_of_question("客户资料保存多久？") == "zh"
    assert language_of_question("How long are records kept?") == "en"
    assert language_of_question("STR 的报告期限 is what?") == "zh"
    assert reason_text("多久？", Reason.BUDGET, "deadline") == "预算已用完: deadline"
    assert reason_text("How long?", None) == ""


def test_a_chinese_question_is_answered_in_chinese_throughout(bank: Command) -> None:
    out = bank("ask", "信用卡透支的年利率是多少？").out
    assert "所检索的文件中没有可以回答这一问题的内容。" in out
    assert "没有足以回答这一问题的段落" in out
    assert "全文阅读" in out
    assert "looked" not in out
