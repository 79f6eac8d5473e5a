"""What an answer says of itself, in the language of its question: zh and en side by side."""

from enum import StrEnum


class Reason(StrEnum):
    """Why an outcome is not `answered`."""

    NOT_IN_FORCE = "not_in_force"
    SOME_MISSING = "some_missing"
    BUDGET = "budget"
    TOO_WEAK = "too_weak"
    OTHER_LANGUAGE = "other_language"


NOTHING = {
    "en": "Nothing in the documents searched answers this.",
    "zh": "所检索的文件中没有可以回答这一问题的内容。",
}
REASONS = {
    "en": {
        Reason.NOT_IN_FORCE: "no document in scope was in force",
        Reason.SOME_MISSING: "some of what was asked was not found",
        Reason.BUDGET: "budget used up",
        Reason.TOO_WEAK: "no passage answers this well enough",
        Reason.OTHER_LANGUAGE: "documents are in Chinese, and the glossary (CITEPATH_GLOSSARY) has no word for",
    },
    "zh": {
        Reason.NOT_IN_FORCE: "范围内没有当日有效的文件",
        Reason.SOME_MISSING: "所问的内容有一部分没有找到",
        Reason.BUDGET: "预算已用完",
        Reason.TOO_WEAK: "没有足以回答这一问题的段落",
        Reason.OTHER_LANGUAGE: "文件为英文，术语表（CITEPATH_GLOSSARY）中没有以下词语的对应词",
    },
}


def language_of_question(question: str) -> str:
    """`zh` for a question with any Han character, else `en`."""
    return "zh" if any("\u3400" <= c <= "\u9fff" for c in question) else "en"


def reason_text(question: str, reason: Reason | None, detail: str = "") -> str:
    """A reason in the question's language, with a detail behind it; empty for none."""
    if reason is None:
        return ""
    words = REASONS[language_of_question(question)][reason]
    return f"{words}: {detail}" if detail else words
