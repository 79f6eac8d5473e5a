"""What a question asks for: its words with their weight, and what kind of answer fits."""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from stores.tokens import index_terms

# Words that ask or instruct, and name nothing that could be found. Neutral on purpose: nothing in here
# was taken from a question set.
_ASKING_ZH = re.compile(
    "请问|请根据|请说明|请列出|请|多少|多长时间|多長時間|多长|多久|多大|多高|几个|幾個|几种|几次|如何|怎么样|怎么|怎样|怎麼樣|怎麼|什么|什麼|甚麼|是否|是不是|有没有|有沒有|能否|可否|"
    "哪些|哪个|哪個|哪一个|哪一個|哪一|哪里|哪裡|哪裏|何时|何時|何处|何處|为什么|為什麼|为何|為何|谁|誰|吗|嗎|呢|[？?]"
)
_ASKING_EN = frozenset(
    """what which who whom whose when where why how many much please based according tell give list describe explain
    answer question does do did is are was were can could would should shall may might will have has had the a an of
    """.split()  # noqa: SIM905 (a list of quoted words is harder to read)
)
_NUMBER_ZH = re.compile("多少|几[个次种项名倍成]|百分之几|比例|金额|数额|人数|多[长久大高]|最高|最低|上限|下限")
_NUMBER_EN = re.compile(
    r"\b(how (many|much|large|high|old)|what (percent|share)|number|maximum|minimum|total|average|percentage|amount|"
    r"ratio|margin|rate)\b|"
    r"\b(what|which|calculate|compute)\b.{0,80}\b(loss|income|revenue|profit|cost|expense|sales|earning|asset|liabilit|"
    r"balance|price|fee|capital|expenditure|dividend|cash flow|turnover)",
    re.IGNORECASE,
)
_WHEN_ZH = re.compile("何时|何時|什么时[候间]|什麼時[候間]|哪[一]?[年天日月]|日期")
_WHEN_EN = re.compile(r"\b(when|what (date|year|day|month))\b", re.IGNORECASE)
_SPAN_ZH = re.compile("多久|多长时间|多長時間|几[年月日天]|多少[个個]?(?:工作)?[年月日天]|期限|时限|時限|周期|年限")
_SPAN_EN = re.compile(
    r"\b(how (long|soon|quickly|often|many (business |working |calendar )?(days|weeks|months|years|hours|minutes))|"
    r"time limit|deadline|period|(by|until) when)\b",
    re.IGNORECASE,
)


class Wants(StrEnum):
    """The kind of answer a facet asks for."""

    NUMBER = "number"
    DAY = "day"  # when
    SPAN = "span"  # how long
    ANY = "any"


_KINDS = (
    (Wants.SPAN, (_SPAN_ZH, _SPAN_EN)),
    (Wants.DAY, (_WHEN_ZH, _WHEN_EN)),
    (Wants.NUMBER, (_NUMBER_ZH, _NUMBER_EN)),
)


@dataclass(frozen=True)
class Ask:
    """A question, or one facet of it, as words to look for."""

    text: str
    kind: Wants | None = None  # where the words no longer say it: of a question in another language's words
    known: float = 1.0  # share of the question's words that have one in that language

    @cached_property
    def weights(self) -> dict[str, float]:
        """Term -> how often the question says it; words that only ask are left out unless nothing remains."""
        counts = Counter(index_terms(without_asking(self.text)))
        return dict(counts or Counter(index_terms(self.text)))

    @cached_property
    def wants(self) -> Wants:
        if self.kind is not None:
            return self.kind
        for wanted, patterns in _KINDS:
            if any(pattern.search(self.text) for pattern in patterns):
                return wanted
        return Wants.ANY


def without_asking(text: str) -> str:
    """The question without the words that only ask; line breaks stand where they were, so no bigram is made up."""
    words = re.sub(r"[A-Za-z]+", lambda m: "\n" if m.group().lower() in _ASKING_EN else m.group(), text)
    return _ASKING_ZH.sub("\n", words)
