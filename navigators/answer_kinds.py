"""What kind of thing answers a question, and whether a few words hold one: a number, a day, a reason, a place ...

    wanted(question) -> Wanted            多少元 -> money; how many seats -> a count of seats; 是否 -> anything
    fit(wanted, question, words) -> Fit   right, near (a number, but no sum of money), wrong, or any

By rule, both languages, no lists of names: who is asked for is only looked for
in Latin script, where names have capitals. What a question says itself is never
its answer. How often the rules hold is in `docs/measured.md` (`bench/answers.py`).
"""

import re
from dataclasses import dataclass
from enum import Enum, StrEnum

from navigators.checks.quantities import Quantity, counted, quantities
from navigators.facets import Ask, Wants


class Kind(StrEnum):
    REASON = "reason"
    SPAN = "span"  # how long
    DAY = "day"  # when
    MONEY = "money"
    COUNT = "count"  # how many of something
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    ANY = "any"


class Fit(Enum):
    """How well words hold what is asked for."""

    RIGHT = 1
    NEAR = 0
    WRONG = -1
    ANY = None  # nothing in particular is asked for, or it cannot be told


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: Kind
    unit: str = ""  # of a count: 亩, seats


_ANY = Wanted(Kind.ANY)
_ASKING = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)\b", re.IGNORECASE)
"""The first one asks; a later one only joins: “Which indicator turns red when ...”."""
_YES_OR_NO = re.compile(
    r"\s*(?:is|are|was|were|do|does|did|may|must|can|could|shall|should|will|would|has|have|had)\b"
    "|.*(?:吗|嗎|是否|是不是|能否|可否|能不能|可不可以|有[没沒]有)",
    re.IGNORECASE | re.DOTALL,
)
_REASON = re.compile(
    r"\bwhy\b|\bwhat (?:is |was |are |were )?(?:the )?(?:main |primary )?(?:reasons?|causes?)\b"
    "|为什么|為什[麼么]|为何|為何|因何|原因|什么理由",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\b(?:what|which) (?:month|century|decade|time)\b"
    "|何时|何時|什么时[候间]|什麼時[候間]|哪一?[年天日月]|[几幾][月日号號]|年代|时间[是为為]|時間[是為]|哪个世纪|哪個世紀",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\bhow much (?:money|(?:did|does|was|were|is|are) .{0,60}\b(?:cost|pay|paid|spent|earn|raise|sold|donate)d?)\b"
    r"|\b(?:what|how much) .{0,30}\b(?:cost|price|fee|salary|budget|revenue|income|worth|profit|penalty|fine)\b"
    "|多少[钱錢元]|几[十百千万]?元|多少(?:数额|金额|资金|利息|损失|费|款|赔偿|利润|税|收入|工资)"
    "|(?:[价價][格值款钱錢]|费|費|[金数數余餘差税稅罚租存借贷欠本][额額]|工[资資]|薪|款|[资資]金|[损損]失|[赔賠][偿償]金?|利息|"
    "[本租押定订奖佣酬现]金|收入|利[润潤]|[债債][务務]|成本|[预預]算|[注註][册冊]资本|保额|[获獲]利)"
    "[^，。？?]{0,6}(?:多少|几何|[为是為][？?]?$)",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\bhow many (?P<en>(?:[\w-]+ ){0,2}?[\w-]+?)(?= (?:are|is|were|was|did|do|does|have|has|had|can|could|will|would|"
    r"in|of|on|at|per|to|that|for|from|by|with|must|may|should)\b|\?|$)"
    "|(?:多少|几|幾)(?P<zh>[个個名位种種项項次條条件家间間座部台辆輛架艘人亩畝米吨噸克度岁歲张張份票套站级級局场場分篇章首册集句"
    "层層户戶所支枚头頭只隻把块塊片平方公斤顿棵]{1,2})",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    "多少|[几幾]|面[积積]|[数數]量|人口|多[大高深宽寬远遠重]|高度|[长長]度|[总總][数數]|占比|率[是为為]"
)
_PERSON = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_PLACE = re.compile(
    r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|region|continent|county|river|island)\b"
    "|哪[里裡裏]|何[处處地]|什[么麼]地方|哪[一]?[个個]?(?:国|國|城|省|市|地|州|县|縣|区|區|镇|村)|位[于於]何|地[点點][是为為]",
    re.IGNORECASE,
)

_BECAUSE = re.compile(
    r"\b(?:because|due to|owing to|as a result|so that|so as|since|therefore|thus|hence|caus(?:e|ed|es|ing)|reasons?|"
    r"lead(?:s|ing)? to|led to|result(?:s|ed|ing)? (?:in|from)|allow(?:s|ed|ing)?|prevent(?:s|ed|ing)?|to \w+)\b"
    "|因|由[于於]|所以|[为為]了|[导導]致|致使|以便|[从從]而|故|使得|[为為]由|出[于於]|[鉴鑒][于於]",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"(?<![\d.,])(?:1[0-9]|20)\d\d(?![\d,%]|\.\d)s?|\b\w+ century|[一二三四五六七八九十\d]+世[纪紀]", re.IGNORECASE
)
_WORD_NUMBER = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twice|dozens?|hundreds?|thousands?|half|several|no)\b"
    "|[两二三四五六七八九十百兩]+[个個种種次名位年月日天人部座條条项項家]|一半|半数",
    re.IGNORECASE,
)
_SUM = re.compile(r"[\d万千百亿萬億]元|[$€£¥]")
_HAN_NUMERAL = r"[\d.,，零〇一二三四五六七八九十百千万亿两兩萬億余餘多几]"
_PLACE_EN = re.compile(
    r"\b(?:in|at|to|from|near|into|of|on|through|across|over|within|along|outside|inside)\s+(?:the\s+)?([A-Za-z][\w-]+)"
)
_PLACE_ZH = re.compile(
    "[省市县縣区區国國州路街岛島山河湖洋洲镇鎮村乡鄉港湾灣城室楼樓馆館店厂廠院校站场場部内內]|位[于於]|境"
)
_CAPITAL = re.compile(r"[A-Z][\w'’-]+")
_TIME_UNITS = frozenset({"minute", "hour", "day", "workday", "week", "month", "year"})
_CURRENCIES = frozenset({"CNY", "USD", "EUR", "GBP", "HKD"})


def wanted(question: str) -> Wanted:
    """The kind of answer a question (or one facet of it) asks for; the first rule that holds decides."""
    if _YES_OR_NO.match(question):
        return _ANY
    if asking := _ASKING.search(question):
        question = question[: asking.end()] + _ASKING.sub(" ", question[asking.end() :])
    if _REASON.search(question):
        return Wanted(Kind.REASON)
    wants = Ask(question).wants
    if wants is Wants.SPAN:
        return Wanted(Kind.SPAN)
    if wants is Wants.DAY or _DAY.search(question):
        return Wanted(Kind.DAY)
    if _MONEY.search(question):
        return Wanted(Kind.MONEY)
    if unit := _UNIT.search(question):
        return Wanted(Kind.COUNT, unit["zh"] or unit["en"].split()[-1].lower())
    if wants is Wants.NUMBER or _NUMBER.search(question):
        return Wanted(Kind.NUMBER)
    if _PERSON.search(question):
        return Wanted(Kind.PERSON)
    return Wanted(Kind.PLACE) if _PLACE.search(question) else _ANY


def fit(asked: Wanted, question: str, words: str) -> Fit:
    """Whether words hold the kind of thing asked for, beyond what the question says itself."""
    match asked.kind:
        case Kind.ANY:
            return Fit.ANY
        case Kind.REASON:
            return _right(_BECAUSE.search(words) is not None)
        case Kind.PERSON:
            return _person(question, words) if _mostly_latin(words) else Fit.ANY
        case Kind.PLACE:
            return _right(_place(question, words))
    said = question.lower()
    found = [q for q in counted(quantities(words)) if q.text.strip() not in said]
    if asked.kind is Kind.DAY:
        years = any(y.lower() not in said for y in _YEAR.findall(words))
        return Fit.RIGHT if years else _timed(any(q.kind == "date" for q in found), found)
    if asked.kind is Kind.SPAN:
        lasting = any(q.unit in _TIME_UNITS for q in found)
        return _right(lasting) if lasting else _near(any(q.kind == "date" for q in found))
    number = any(q.kind in ("number", "percent") for q in found)
    number = number or any(w.lower() not in said for w in _WORD_NUMBER.findall(words))
    return _numbered(asked, found, words) if number else Fit.WRONG


def _right(holds: bool) -> Fit:
    return Fit.RIGHT if holds else Fit.WRONG


def _near(holds: bool) -> Fit:
    return Fit.NEAR if holds else Fit.WRONG


def _timed(dated: bool, found: list[Quantity]) -> Fit:
    return Fit.RIGHT if dated else _near(any(q.unit in _TIME_UNITS for q in found))


def _numbered(asked: Wanted, found: list[Quantity], words: str) -> Fit:
    """There is a number; is it a sum of money, or one of what is counted?"""
    if asked.kind is Kind.MONEY:
        return Fit.RIGHT if any(q.unit in _CURRENCIES for q in found) or _SUM.search(words) else Fit.NEAR
    unit = asked.unit
    if not unit or unit.isascii() or unit[0] in "个個":
        return Fit.RIGHT
    counted_in = any(re.search(f"{_HAN_NUMERAL}+{re.escape(u)}", words) for u in {unit, unit[0]})
    return Fit.RIGHT if counted_in else Fit.NEAR


def _mostly_latin(words: str) -> bool:
    return sum(c.isascii() for c in words) * 2 > len(words)


def _person(question: str, words: str) -> Fit:
    """A word in capitals that the question does not say, and that does not only begin the sentence."""
    said = question.lower()
    names = [n for n in _CAPITAL.findall(words) if n.lower() not in said]
    return _right(len(names) > 1 or (bool(names) and not words.startswith(names[0])))


def _place(question: str, words: str) -> bool:
    if not _mostly_latin(words):
        return _PLACE_ZH.search(words) is not None
    said = question.lower()
    return any(place.lower() not in said for place in _PLACE_EN.findall(words))
