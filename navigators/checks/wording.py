"""What a failed check says: its code, what the claim says and what the cited text says, zh and en side by side.

The code stands first and is the same in both languages (`number: ...`): notes, repairs and tests key on it.
"""

from dataclasses import dataclass
from typing import Literal

Code = Literal[
    "claim",
    "id",
    "quote",
    "citation",
    "number",
    "date",
    "percent",
    "label",
    "entity",
    "script",
    "unrelated",
    "negation",
    "modality",
    "bound",
    "direction",
    "order",
]
Language = Literal["en", "zh"]

_SHOWN = 60  # characters of words shown in a reason
LONGEST_REASON = 240  # characters


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a claim says otherwise than what it cites."""

    code: Code
    said: str  # words of the claim
    true: str = ""  # words of the cited text in their place, if there are any
    kind: str = ""  # which of the code's messages, where it has several
    where: str = ""  # the cited text around it


_SAYS = {
    "en": ("the claim says {said}; the cited text says {true}", "the claim says {said}; the cited text does not"),
    "zh": ("回答说“{said}”；所引原文说“{true}”", "回答说“{said}”；所引原文没有这样说"),
}
_OTHERWISE: dict[str, dict[str, str]] = {
    "en": {
        "claim empty": "there are no words in it",
        "claim hidden": "it holds hidden characters",
        "id": "{said} was not opened; opened: {true}",
        "quote": "the passage does not say “{said}”; most like it is “{true}”",
        "quote none": "the passage says nothing like “{said}”",
        "quote short": "“{said}” is too short to show anything",
        "citation": "the sentence states something and cites nothing",
        "entity": "{said} does not stand in the cited text",
        "entity other": "the claim names {said}; the cited text names {true}",
        "label": "{said} is not in the cited text or above it; there: {true}",
        "script": "{said} is written with letters that look like others",
        "unrelated": "the cited text is about something else: “{true}”",
        "negation dropped": "the claim leaves out a not of the cited text: “{true}”",
        "negation added": "the claim says not where the cited text does not: “{true}”",
        "order": "the claim exchanges {said} and {true}",
        "quote cut": "“{said}” begins or ends inside a word or number; the passage says “{true}”",
        "modality dropped": "the claim leaves out “{true}” of the cited text",
    },
    "zh": {
        "claim empty": "没有任何文字",
        "claim hidden": "含有不可见字符",
        "id": "{said} 没有被打开；已打开：{true}",
        "quote": "该段没有“{said}”；最接近的是“{true}”",
        "quote none": "该段没有与“{said}”相近的文字",
        "quote short": "“{said}”太短，不能作为依据",
        "citation": "这句话陈述了内容却没有引用",
        "entity": "所引原文中没有“{said}”",
        "entity other": "回答写的是“{said}”；所引原文写的是“{true}”",
        "label": "所引原文及其标题中没有“{said}”；那里是：{true}",
        "script": "“{said}”含有形似的其他文字",
        "unrelated": "所引原文说的是别的事：“{true}”",
        "negation dropped": "回答漏掉了所引原文的否定：“{true}”",
        "negation added": "所引原文没有否定，回答却加了否定：“{true}”",
        "order": "回答把“{said}”与“{true}”对调了",
        "quote cut": "“{said}”从一个词或数字的中间断开；该段原文是“{true}”",
        "modality dropped": "回答漏掉了所引原文的“{true}”",
    },
}


_NAMED_ZH = {
    "must": "应当",
    "may": "可以",
    "must not": "不得",
    "need not": "不必",
    "at most": "至多",
    "at least": "至少",
    "over": "超过",
    "under": "不足",
}


def said_otherwise(finding: Finding, place: str, language: Language) -> str:
    """What another document says otherwise (G6): `policy@1#0.1 says otherwise (number: ten years, not seven years)`."""
    said, true = _in(language, finding.said, finding.code), _in(language, finding.true, finding.code)
    if language == "zh":
        return f"{place} 的说法不同（{finding.code}：{true}，这里是{said}）"[:LONGEST_REASON]
    return f"{place} says otherwise ({finding.code}: {true}, here {said})"[:LONGEST_REASON]


def _in(language: Language, words: str, code: Code) -> str:
    """Names of must and may, of limits in a language; other words as they stand, shortened."""
    if language == "zh" and code in ("modality", "bound"):
        words = "、".join(_NAMED_ZH.get(one, one) for one in words.split(", "))
    return _short(words) or "-"


def message(finding: Finding, language: Language) -> str:
    """`number: the claim says 30 days; the cited text says 10 days`, at most 240 characters."""
    table = _OTHERWISE[language]
    template = table.get(f"{finding.code} {finding.kind}".strip()) or table.get(finding.code)
    if template is None:
        template = _SAYS[language][0 if finding.true else 1]
    words = template.format(
        said=_in(language, finding.said, finding.code), true=_in(language, finding.true, finding.code)
    )
    where = f": “{_short(finding.where)}”" if finding.where else ""
    return f"{finding.code}: {words}{where}"[:LONGEST_REASON]


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
