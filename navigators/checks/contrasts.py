"""Words that say the opposite of one another, in both languages: more and less, before and after, above and below.

A table of pairs, not of sentences. The first patterns mean a direction wherever
they stand; the second ones are looked at only where a claim has one in the place
of the other, because alone they mean many things (over, after, 内, 后).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    name: str
    one: re.Pattern[str]
    other: re.Pattern[str]


def _pair(name: str, one: str, one_zh: str, other: str, other_zh: str) -> Pair:
    return Pair(name, _pattern(one, one_zh), _pattern(other, other_zh))


def _pattern(en: str, zh: str) -> re.Pattern[str]:
    return re.compile("|".join(filter(None, (rf"\b(?:{en})\b" if en else "", zh))), re.IGNORECASE)


_ANYWHERE = (
    _pair(
        "change",
        r"increas(?:e[sd]?|ing)|rose|risen|rising|gr(?:e|o)w(?:s|n|ing|th)?|expand(?:s|ed|ing)?|expansion|climb(?:s|ed)",
        "增加|上升|提高|增长|上涨|扩大|增至|增多|升高|攀升|增強|增强|增長|上漲|擴大",
        r"decreas(?:e[sd]?|ing)|declin(?:e[sd]?|ing)|fell|fallen|falling|dropped|shr[aiu]nk|contract(?:ed|ion)|reduc(?:ed|tion)",
        "减少|下降|降低|下跌|缩小|减至|缩减|下滑|減少|縮小|减弱|減弱",
    ),
    _pair("level", "higher|larger|greater", "高于|大于|高於|大於", "lower|smaller|fewer", "低于|小于|低於|小於"),
    _pair(
        "time", "before|prior to", "之前|以前|届满前|早于|早於", "after", "之后|以后|届满后|晚于|之後|以後|晚於|迟于"
    ),
)
_IN_PLACE = (
    _pair(
        "time",
        "before|prior|earlier|within|until|preceding|early|ahead",
        "[前内內早]|提前|起初|最初|最先|首先|最早",
        "after|later|following|afterwards?|subsequent(?:ly)?|beyond|from|late|since",
        "[后後外晚迟]|推迟|延后|最后|最終|最终|最晚",
    ),
    _pair(
        "level",
        "more|above|over|exceed(?:s|ed|ing)?|up|max(?:imum|imal)|higher|largest|highest|most|greater|larger|faster|better|superior|longer",
        "[上高大多长升]|超过|超過|超出|最高|最大|最多",
        "less|below|under|down|min(?:imum|imal)|fewer|falls below|fell below|"
        "fails to exceed|lowest|smallest|least|lower|smaller|slower|worse|inferior|shorter",
        "[下低小少短降]|不足|不满|不滿|未满|未达|最低|最小|最少",
    ),
    _pair(
        "limit",
        "at least|no less|not less|no earlier|no sooner|or more|minimum",
        "至少|最少|不少|不低|以上|不得少|不得低",
        "at most|no more|not more|no later|not later|not exceed(?:ing)?|up to|maximum|or less",
        "至多|最多|不多|不高|不超|以下|以内|不得超|不得高",
    ),
    _pair(
        "change",
        r"increas\w*|ris\w+|rose|gr[eo]w\w*|gain\w*|rais\w+|improv\w+|expan\w+|appreciat\w*|accelerat\w*",
        "增|升|涨|漲|扩|擴|加",
        r"decreas\w*|declin\w*|fell|fall\w*|drop\w*|los[st]\w*|loss\w*|reduc\w*|lower\w*|worsen\w*|shr[aiu]nk|deteriorat\w*|depreciat\w*|decelerat\w*|slow\w*",
        "减|減|降|跌|缩|縮",
    ),
    _pair(
        "exception",
        "except|excluding|excludes?|other than|unless|without|exclusive",
        "除外|除非|不包括|不含|以外|之外",
        "including|includes?|inclusive|if|when|with|provided that",
        "在内|包括|包含|如果|若|内",
    ),
    _pair(
        "all",
        "all|every|always|each|both|any|everything|everyone|entire",
        "全部|一切|所有|总是|始终|均|都",
        "none|no|never|neither|nothing|nobody|some|few|hardly",
        "没有|从不|从未|部分|均不|都不|少数",
    ),
    _pair(
        "able",
        "able|capable|successful(?:ly)?|succeed\\w*|manag(?:e|es|ed)|agree[sd]?|accept\\w*|approv\\w*|allow\\w*|permit\\w*|grant\\w*",
        "能够|能|同意|接受|批准|准予|允许|成功|服从",
        "unable|incapable|fail\\w*|unsuccessful(?:ly)?|refus\\w*|reject\\w*|den(?:y|ies|ied)|disallow\\w*|prohibit\\w*|forbid\\w*|disagree\\w*|disapprov\\w*",
        "无法|不能|拒绝|拒不|不同意|驳回|禁止|失败|不服|不准|拒",
    ),
    _pair("sale", r"buy\w*|bought|purchas\w*", "买|購|购", r"sell\w*|sold", "卖|賣|出售"),
    _pair("flow", "inflows?", "流入", "outflows?", "流出"),
    _pair("income", "income", "收入", r"expens\w+", "支出|费用"),
    _pair("balance", "assets?", "资产", r"liabilit\w+", "负债"),
    _pair("result", "profits?|gains?", "盈利|利润", "loss(?:es)?", "亏损"),
    _pair("loan", r"lend\w*|lent", "出借|贷出", r"borrow\w*", "借入|借款"),
    _pair("trade", r"import(?!an)\w*", "进口", r"export\w*", "出口"),
    _pair("entry", "credit(?:ed)?", "贷方", "debit(?:ed)?", "借方"),
    _pair(
        "weight",
        "heav\\w+|strict\\w*|strong\\w*|aggravat\\w*",
        "从重|加重|严格|重",
        "light\\w*|lenient\\w*|weak\\w*|mitigat\\w*",
        "从轻|减轻|宽松|轻",
    ),
    _pair(
        "validity",
        "valid|legal|lawful|effective|enforceable",
        "有效|合法|生效|成立",
        "invalid|illegal|unlawful|ineffective|void|unenforceable",
        "无效|非法|违法|失效|不成立",
    ),
)


_LIMITS = re.compile(
    r"\b(?:no|not) (?:later|more|less|longer|fewer|earlier|sooner|higher|lower) than\b|"
    r"不(?:得|应|能)?(?:迟于|晚于|超过|少于|低于|高于|多于|早于|大于|小于)"
)
"""Limits said by denying their opposite (no later than, 不少于): `polarity` reads them."""


def against(claim: str, cited: str, *, in_place: bool = False) -> Iterator[tuple[str, str]]:
    """Pairs of words, the claim's and the cited ones, where the claim has one side and the cited text the other.

    What both say cancels out. `in_place`: the texts are short and stand for one another, so words that mean
    a direction only there count too.
    """
    claim, cited = _LIMITS.sub(" ", claim), _LIMITS.sub(" ", cited)
    for pair in _IN_PLACE if in_place else _ANYWHERE:
        mine, theirs = _counts(pair, claim), _counts(pair, cited)
        for one, other in ((0, 1), (1, 0)):
            said, meant = mine[one] - theirs[one], theirs[other] - mine[other]
            opposite = said and meant if in_place else said and meant and not theirs[one] and not mine[other]
            if opposite:
                yield next(iter(said)), next(iter(meant))
                break


def _counts(pair: Pair, text: str) -> tuple[Counter[str], Counter[str]]:
    return (
        Counter(m.group().lower() for m in pair.one.finditer(text)),
        Counter(m.group().lower() for m in pair.other.finditer(text)),
    )
