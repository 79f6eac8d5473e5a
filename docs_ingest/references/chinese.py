"""References as Chinese texts write them.

第十二条、第十三条和第十五条第二款第（一）项        a list; what is not said again is taken over
第十二条至第十五条                                 a range, each of them
第（一）、（三）项, 第二、三款                     a list with one 第 and one unit
前款, 前两款, 前条第二款                           counted from here
《中华人民共和国公司法》第三条, 刑法第一百二十条     another document
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from docs_ingest.references.named import Named, Relative, Step
from docs_ingest.structure.labels import han_number, han_numeral

_N = "[〇○零一二三四五六七八九十百千两\\d]"
_UNITS = {"编": "bk", "分编": "subbk", "章": "chp", "节": "sec", "条": "art", "款": "para", "项": "item", "目": "point"}
_LEVEL = {unit: i for i, unit in enumerate(("编", "分编", "章", "节", "条", "款", "项", "目"))}
_UNIT = re.compile(
    rf"第\s*[（(]?\s*(?P<n>{_N}{{1,9}})\s*[)）]?\s*(?P<unit>分编|编|章|节|条|款|项|目)(?:之(?P<sub>{_N}{{1,3}}))?(?!件|目|项目)"
)
_BARE_N = rf"[（(]?{_N}{{1,9}}[)）]?"
_SHARED = re.compile(
    rf"第\s*(?P<all>{_BARE_N}(?:\s*[、，和或及与至到]\s*{_BARE_N}){{1,20}})\s*(?P<unit>编|章|节|条|款|项|目)(?!件|目|项目)"
)
_BARE_NUMBER = re.compile(rf"[（(]?(?P<n>{_N}{{1,9}})[)）]?")
_ORDINAL = re.compile("第")
_SEPARATOR = re.compile(r"\s*(?:、|，|和|或者?|及|以及|与|(?P<range>至|到|—|－|-|～|~))\s*")
_BEFORE = re.compile(r"(?:前|上)(?P<n>[一二两三四五六]?)(?P<unit>条|款|项)(?![目件])")
_OF_BEFORE = re.compile(r"(?:所列|所称|规定的|中)?(?=第)")  # 前款所列第（一）项
_ANNEX = re.compile(rf"(?P<label>附(?P<kind>件|表|录)\s*(?P<n>{_N}{{1,3}}))")
_BOOK = re.compile(r"《(?P<title>[^《》\n]{2,80}(?:〈[^〉]{1,60}〉[^《》\n]{0,40})?)》(?:（[^（）\n]{1,30}）)?")
_ACT_END = (
    "法|法典|条例|办法|规定|规则|细则|解释|决定|通知|准则|指引|指南|意见|制度|合同|协议|协定|公约|章程|标准|方案|规范|守则|预案|规程|批复|"
    "修正案|实施细则|通则|总则|安排|纪要|公告|议定书|承诺书|说明书|目录|名录|清单|表"
)
_IS_ACT = re.compile(rf"(?:{_ACT_END})(?:（[^）]{{1,20}}）)?$")
_OWN = re.compile(
    r"(?:本|该)(?:法典?|条例|办法|规定|规则|细则|解释|决定|通知|准则|指引|意见|制度|合同|协议|章程|规范|预案|规程|守则)(?:的)?$"
)
_SAME = re.compile(r"同(?:法|条例|办法)$")
_BARE_ACT = re.compile(r"(?P<run>[\u4e00-\u9fff]{1,24}?(?:法典|法|条例|公约))(?:（[^）]{1,20}）)?$")
_LEADS = re.compile(
    ".*(?:依照|按照|比照|根据|违反|符合|适用|属于|具有|实施|认定为|认定|构成|触犯|参照|遵守|执行|依据|修正后的?|修订前的?|修正前的?|"
    "应当以|以及|或者|规定的|所称的?|对于|关于|因|即|是|为|的|和|与|及|有|由|犯|对|按|依|以)"
)
_GAP = re.compile(r"(?:的|中的?|规定的|（[^（）]{1,30}）)?\s*$")
_MOST_IN_RANGE = 20
_LONGEST_ACT = 16


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    end: int
    unit: str
    number: str
    printed: str


def references_zh(text: str, start: int, end: int) -> Iterator[Named]:
    """The references of `text[start:end]`, in order; a label at the very start is no reference."""
    last_document = ""
    at = start
    before = list(_before(text, start, end))
    counted = {i for one in before for i in range(one.start, one.end)}
    for first in _starts(text, start, end):
        if first[0].start < at or first[0].start in counted:
            continue
        document, begin = _document(text, start, first[0].start, last_document)
        named, at = _list(text, end, first, document, begin)
        last_document = document or last_document
        yield from named
    yield from before
    yield from _annexes(text, start, end)


def _starts(text: str, start: int, end: int) -> Iterator[list[_Unit]]:
    lead = start + len(text[start:end]) - len(text[start:end].lstrip("# \t\r\n\u3000"))
    for at in _ORDINAL.finditer(text, start, end):
        units = _units_at(text, at.start(), end)
        if not units or text[at.start() - 1 : at.start()] in ("前", "上"):
            continue
        after = text[units[-1].end : units[-1].end + 1]
        if at.start() == lead and (units[-1].unit != "款" or after.isspace()):
            continue  # the label of this very place
        yield units


def _units_at(text: str, at: int, end: int) -> list[_Unit]:
    """The unit that is named here, or several that share their 第 and their unit; none where no unit is named."""
    if (shared := _SHARED.match(text, at, end)) is not None:
        return list(_shared(text, shared, at))
    match = _UNIT.match(text, at, end)
    return [] if match is None else [_unit(match)]


def _shared(text: str, match: re.Match[str], at: int) -> Iterator[_Unit]:
    """The members of 第（二）、（四）至（六）项, those inside a range too."""
    numbers = list(_BARE_NUMBER.finditer(text, match.start("all"), match.end("all")))
    for i, n in enumerate(numbers):
        start = n.start() if i else at
        stop = n.end() if i < len(numbers) - 1 else match.end()
        before = text[numbers[i - 1].end() : n.start()].strip() if i else ""
        low, high = _whole(_value(numbers[i - 1]["n"])), _whole(_value(n["n"]))
        if before in ("至", "到") and low is not None and high is not None and 1 < high - low <= _MOST_IN_RANGE:
            for number in range(low + 1, high):
                yield _Unit(start, stop, match["unit"], str(number), f"第{_like(n.group(), number)}{match['unit']}")
        yield _Unit(start, stop, match["unit"], _value(n["n"]), f"第{n.group()}{match['unit']}")


def _like(printed: str, number: int) -> str:
    """A number written as another one is: （四） after （二）, 4 after 2."""
    name = str(number) if re.search(r"\d", printed) else han_numeral(number)
    return re.sub(rf"{_N}+", name, printed)


def _value(number: str) -> str:
    value = han_number(number)
    return number if value is None else str(value)


def _unit(match: re.Match[str]) -> _Unit:
    number = _value(match["n"])
    if match["sub"]:
        number = f"{number}_{han_number(match['sub'])}"
    return _Unit(match.start(), match.end(), match["unit"], number, re.sub(r"\s", "", match.group()))


def _document(text: str, start: int, at: int, last: str) -> tuple[str, int]:
    """The other document that the words before a unit name, and where they begin; "" for this one."""
    before = text[max(start, at - 100) : at]
    offset = at - len(before)
    trimmed = before[: len(before) - len(_tail(before))]
    own = _OWN.search(trimmed)
    if own is not None:
        return "", offset + own.start()
    for book in _BOOK.finditer(trimmed):
        if book.end() == len(trimmed):
            return book["title"], offset + book.start()
    if _SAME.search(trimmed):
        return last, at
    act = _BARE_ACT.search(trimmed)
    if act is not None:
        run = act["run"]
        name = _LEADS.sub("", run) or run
        if 2 <= len(name) <= _LONGEST_ACT and name not in ("本法", "该法", "办法", "方法", "法", "条例"):
            return name, offset + act.start("run") + len(run) - len(name)
    return "", at


def _tail(before: str) -> str:
    match = _GAP.search(before)
    return match.group() if match is not None else ""


def _list(text: str, end: int, first: list[_Unit], document: str, begin: int) -> tuple[list[Named], int]:
    """Units with what follows them: further steps down, and further members of a list or range."""
    made: list[Named] = []
    path: list[_Unit] = []
    spread_from: _Unit | None = None
    where, units = begin, first
    while True:
        for one in units[:-1]:  # 第一、二款: all of them but the last are whole
            made.append(_named([*path, one], document, where, one.end))
            where = one.end + 1
        path = [*path, units[-1]]
        where = where if len(units) == 1 else units[-1].start
        at = units[-1].end
        below = _units_at(text, at, end)
        if below and _LEVEL[below[0].unit] > _LEVEL[path[-1].unit]:
            units = below
            continue
        made += _members(spread_from, path, document, where, at)
        spread_from = None
        separator = _SEPARATOR.match(text, at, end)
        units = _units_at(text, separator.end(), end) if separator is not None else []
        if separator is None or not units:
            return made, at
        if separator["range"]:
            spread_from = path[-1]
        path = [u for u in path if _LEVEL[u.unit] < _LEVEL[units[0].unit]]
        where = units[0].start


def _members(spread_from: _Unit | None, path: list[_Unit], document: str, where: int, end: int) -> Iterator[Named]:
    if spread_from is not None and spread_from.unit == path[-1].unit:
        low, high = _whole(spread_from.number), _whole(path[-1].number)
        if low is not None and high is not None and 1 < high - low <= _MOST_IN_RANGE:
            for number in range(low + 1, high):
                name = str(number) if re.search(r"\d", path[-1].printed) else han_numeral(number)
                between = replace(path[-1], number=str(number), printed=f"第{name}{path[-1].unit}")
                yield _named([*path[:-1], between], document, where, end)
    yield _named(path, document, where, end)


def _whole(number: str) -> int | None:
    return int(number) if number.isdigit() else None


def _named(path: list[_Unit], document: str, start: int, end: int) -> Named:
    steps = tuple(Step(_UNITS[u.unit], u.number) for u in path)
    here = not document and _LEVEL[path[0].unit] > _LEVEL["条"]
    return Named(start, end, "".join(u.printed for u in path), steps, document, Relative.HERE if here else None)


def _before(text: str, start: int, end: int) -> Iterator[Named]:
    """前款, 前两款, 前条第二款."""
    kinds = {"条": Relative.ARTICLE_BEFORE, "款": Relative.PARAGRAPH_BEFORE, "项": Relative.ITEM_BEFORE}
    for match in _BEFORE.finditer(text, start, end):
        many = han_number(match["n"]) if match["n"] else 1
        for below, begin, stop in _below(text, match, end):
            steps = tuple(Step(_UNITS[u.unit], u.number) for u in below)
            label = match.group() + "".join(u.printed for u in below)
            for back in range(many or 1, 0, -1):
                yield Named(begin, stop, label, steps, "", kinds[match["unit"]], back)


def _below(text: str, match: re.Match[str], end: int) -> Iterator[tuple[list[_Unit], int, int]]:
    """The ways down from 前款, each with where its words begin and end; without any, 前款 itself."""
    path: list[_Unit] = []
    begin = match.start()
    gap = _OF_BEFORE.match(text, match.end(), end)
    at = match.end() if gap is None else gap.end()
    while units := _units_at(text, at, end):
        for one in units[:-1]:
            yield [*path, one], begin, one.end
            begin = one.end + 1
        begin = begin if len(units) == 1 else units[-1].start
        path = [*path, units[-1]]
        at = units[-1].end
    yield path, begin, at if path else match.end()


def _annexes(text: str, start: int, end: int) -> Iterator[Named]:
    lead = start + len(text[start:end]) - len(text[start:end].lstrip("# \t\r\n\u3000"))
    for match in _ANNEX.finditer(text, start, end):
        number = han_number(match["n"])
        if match.start() != lead and number is not None:
            yield Named(match.start(), match.end(), match["label"], (Step("annex", str(number)),))


def documents_zh(text: str, start: int, end: int, taken: set[int]) -> Iterator[Named]:
    """Other documents named as wholes: 《中华人民共和国公司法》; `taken`: where a place in one was named already."""
    for book in _BOOK.finditer(text, start, end):
        if book.start() not in taken and _IS_ACT.search(book["title"]):
            yield Named(book.start(), book.end(), "", (), book["title"])
