"""Labels: what an author calls a place, read at the start of a block.

Both languages: 第十二条, 第三章, 一、, （一） and Part IV, Article 5, Section 2.1, § 106.02,
Item 7A., 2.1, (a). A label at the start of a line may also be a reference that
happens to stand there (“Section 5.2 shall apply”, “第十二条规定的”): those are told
apart by what follows them.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

_HAN_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "○": 0}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}


class Rank(IntEnum):
    """How high a heading stands: lower opens wider. A section closes all open ones of its rank or below."""

    NATIVE = 1  # + level - 1, up to 9: native headings, outline, printed contents
    TYPOGRAPHIC = 10  # + cluster, up to 14
    PART = 15
    TITLE = 16
    CHAPTER = 17
    ARTICLE = 18  # Article, Note
    SECTION = 19  # Section, §
    HAN_ARTICLE = 20  # 条
    ROMAN = 21  # I.
    HAN_LIST = 22  # 一、
    LETTER = 23  # A.
    DECIMAL = 24  # + depth - 1: 1, 1.1, 1.1.1


@dataclass(frozen=True, slots=True)
class Label:
    text: str  # as printed: 第十二条, Section 2.1, (a)
    family: str  # machine form of its kind: part, chp, sec, art, item, ...
    number: str  # machine form of its number: 12, 2_1, a
    rank: int | None  # None: a list item, not a section
    length: int  # code points of the block up to where the words begin
    steps: tuple[int, ...] = ()  # decimal numbering, for the check of its order

    @property
    def structural(self) -> bool:
        return self.rank is not None


def han_number(text: str) -> int | None:
    """The value of a Han numeral below ten thousand (十二, 一百零三, 二〇) or of digits; None if it is neither."""
    if text.isdigit():
        return int(text)
    if not any(c in _HAN_UNITS for c in text):
        digits = [_HAN_DIGITS.get(c) for c in text]
        return None if not text or None in digits else int("".join(map(str, digits)))
    total, digit = 0, 0
    for c in text:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _HAN_UNITS:
            total += (digit or 1) * _HAN_UNITS[c]
            digit = 0
        else:
            return None
    return total + digit


def han_numeral(number: int) -> str:
    """A number from 1 to 9,999 as a Han numeral: 12 -> 十二, 103 -> 一百零三."""
    made = ""
    zero = False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            made += f"{'零' if zero else ''}{'〇一二三四五六七八九'[digit]}{sign}"
        zero = made != "" and digit == 0
    return made.removeprefix("一") if 10 <= number < 20 else made


_NUM = r"[〇○零一二三四五六七八九十百千两\d]"
_HAN_STRUCTURE = {
    "编": ("bk", Rank.PART),
    "分编": ("subbk", Rank.TITLE),
    "章": ("chp", Rank.CHAPTER),
    "节": ("sec", Rank.SECTION),
    "条": ("art", Rank.HAN_ARTICLE),
}
_HAN = re.compile(
    rf"(?P<label>第\s*(?P<n>{_NUM}{{1,9}})\s*(?P<unit>分编|编|章|节|条)(?:之(?P<sub>{_NUM}{{1,3}}))?)"
    r"(?P<gap>[ \t\u3000]*)"
)
_HAN_REFERENCE = re.compile(r"(?:规定|所称|所列|第|[、，,和或及至到与的中之]|以[上下外]|款|项|前款)")
_HAN_ANNEX = re.compile(rf"(?P<label>附(?:件|表|录)\s*(?P<n>{_NUM}{{1,3}})?)(?P<gap>[ \t\u3000：:]*)")
_HAN_LIST = re.compile(r"(?P<label>(?P<n>[一二三四五六七八九十]{1,3})、)\s*")
_HAN_ITEM = re.compile(r"(?P<label>[（(](?P<n>[一二三四五六七八九十]{1,4}|\d{1,3})[)）])[ \t\u3000]*")
_FULL_DOT_ITEM = re.compile(r"(?P<label>(?P<n>\d{1,3})[．、])\s*")

_EN_WORDS = {
    "part": ("part", Rank.PART),
    "schedule": ("schedule", Rank.PART),
    "annex": ("annex", Rank.PART),
    "appendix": ("app", Rank.PART),
    "exhibit": ("exhibit", Rank.PART),
    "attachment": ("attachment", Rank.PART),
    "addendum": ("addendum", Rank.PART),
    "title": ("title", Rank.TITLE),
    "item": ("item", Rank.TITLE),
    "chapter": ("chp", Rank.CHAPTER),
    "article": ("art", Rank.ARTICLE),
    "clause": ("clause", Rank.ARTICLE),
    "note": ("note", Rank.ARTICLE),
    "section": ("sec", Rank.SECTION),
    "§": ("sec", Rank.SECTION),
    "sec.": ("sec", Rank.SECTION),
}
_EN = re.compile(
    rf"(?P<label>(?P<word>{'|'.join(map(re.escape, _EN_WORDS))})\s*"
    r"(?P<n>\d{1,4}[A-Z]?(?:[.-]\d{1,4}[a-z]?|\. 0\d){0,4}(?:\([a-z0-9]{1,4}\)){0,4}|"
    r"(?-i:[A-Z]{1,2}-\d{1,3}|[IVXLC]{1,7}|[A-Z])(?![a-z])))"
    r"(?P<after>\s+[—–|-]|[.:)—–-]*)(?P<gap>\s*)",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"(?P<label>(?P<n>\d{1,3}(?:\.\d{1,3}){1,4}))\.?(?P<gap>[ \t\u3000]+|(?=[\u4e00-\u9fff]))(?=\S)")
_SINGLE = re.compile(r"(?P<label>(?P<n>\d{1,3}))\.(?P<gap>[ \t\u3000]+)(?=\S)")
_ROMAN = re.compile(r"(?P<label>(?P<n>[IVX]{1,6}))\.(?P<gap>[ \t]+)(?=\S)")
_LETTER = re.compile(r"(?P<label>(?P<n>[A-Z]))\.(?P<gap>[ \t]+)(?=[A-Z\u4e00-\u9fff])")
_ITEM = re.compile(r"(?P<label>\((?P<n>[a-z]{1,4}|[A-Z]|\d{1,3})\)|(?P<m>[a-z]|[ivx]{1,5})\))(?P<gap>\s+)(?=\S)")
_LETTER_ITEM = re.compile(r"(?P<label>(?P<n>[a-z]|[ivx]{1,5})\.)(?P<gap>\s+)(?=[A-Z“\"\u4e00-\u9fff])")
_LONGEST_TITLE = 100
_SMALL_WORDS = frozenset({"with", "from", "into", "upon", "under", "over", "that", "this", "than", "between"})
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
# What stands over the columns of a table, and never over a section: a unit, a day, a period.
_COLUMN_HEAD = re.compile(
    r"\(?(?:[\w$’']+,?\s+){0,3}in\s+(?:thousands|millions|billions)\b[^()]{0,60}\)?|\(?unaudited\)?|fiscal\s+years?"
    r"|(?:(?:as\s+of|at|for\s+the|three|six|nine|twelve|\d\d?|fiscal|years?|quarters?|months|weeks|ended|and|"
    rf"(?:19|20)\d\d|{_MONTH}\s+\d\d?)[\s,]*)+",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.;,:。；，：!?！？]\s*$")


def heading_like(words: str) -> bool:
    """Whether a line could be a heading by its looks: short, not a sentence, with letters in it."""
    words = words.strip()
    return 0 < len(words) <= 160 and not _STOP.search(words) and sum(c.isalpha() for c in words) >= 2


def column_head_like(words: str) -> bool:
    """Whether a line is what stands over the columns of a table: a unit, a day, a period."""
    return _COLUMN_HEAD.fullmatch(" ".join(words.split())) is not None


def title_case(words: str) -> bool:
    """Whether words that end in a stop are a heading all the same: “Section 8.02 Notices, Etc.”"""
    words = words.strip()
    if len(words) > _LONGEST_TITLE or not words.endswith(".") or ". " in re.sub(r"\d\.", "", words):
        return False
    long = [w for w in re.findall(r"[^\W\d_]+", words) if len(w) > 3 and w.lower() not in _SMALL_WORDS]
    return bool(long) and all(w[0].isupper() for w in long)


def label_at(block: str) -> Label | None:
    """The label at the start of a block's text, or None."""
    head = block[:200].lstrip()
    lead = len(block[:200]) - len(head)
    for read in (_han_label, _word_label, _numbered_label, _item_label):
        found = read(head, block)
        if found is not None:
            return Label(found.text, found.family, found.number, found.rank, lead + found.length, found.steps)
    return None


def _han_label(head: str, block: str) -> Label | None:
    if match := _HAN.match(head):
        rest = head[match.end() :]
        if not match["gap"] and _HAN_REFERENCE.match(rest):
            return None
        number = han_number(match["n"])
        if number is None:
            return None
        sub = han_number(match["sub"]) if match["sub"] else None
        family, rank = _HAN_STRUCTURE[match["unit"]]
        if match["unit"] != "条" and not heading_like(block.strip()):
            return None
        name = f"{number}_{sub}" if sub is not None else str(number)
        return Label(match["label"], family, name, rank, match.end())
    if (match := _HAN_ANNEX.match(head)) and heading_like(block.strip()):
        number = han_number(match["n"]) if match["n"] else 1
        if match["gap"] or not head[match.end() :].strip() or match["n"]:
            return Label(match["label"].strip(), "annex", str(number), Rank.PART, match.end())
    if match := _HAN_LIST.match(head):
        return Label(match["label"], "list", str(han_number(match["n"])), Rank.HAN_LIST, match.end())
    return None


def _word_label(head: str, block: str) -> Label | None:
    match = _EN.match(head)
    if match is None or (match["word"][0].islower() and match["word"] != "§"):
        return None
    rest = head[match.end() :]
    bare = not rest.strip()
    marked = bool(match["after"]) and bool(match["gap"] or not rest or match["after"][-1] in "—–")
    titled = bool(match["gap"]) and rest[:1].isupper() and (heading_like(block.strip()) or title_case(block))
    if not (bare or marked or titled):
        return None
    family, rank = _EN_WORDS[match["word"].lower()]
    number = re.sub(r"[^0-9A-Za-z]+", "_", match["n"]).strip("_").lower()
    return Label(match["label"], family, number, rank, match.end())


def _numbered_label(head: str, block: str) -> Label | None:
    if match := _DECIMAL.match(head):
        steps = tuple(int(n) for n in match["n"].split("."))
        return Label(
            match["label"], "sec", match["n"].replace(".", "_"), Rank.DECIMAL + len(steps) - 1, match.end(), steps
        )
    short = heading_like(block.strip())
    if match := _SINGLE.match(head):
        number = match["n"]
        if short and (head[match.end()].isupper() or not head[match.end()].isascii()):
            return Label(match["label"], "sec", number, Rank.DECIMAL, match.end(), (int(number),))
        return Label(f"{number}.", "item", number, None, match.end())
    if short and (match := _ROMAN.match(head)):
        return Label(f"{match['n']}.", "sec", match["n"].lower(), Rank.ROMAN, match.end())
    if short and (match := _LETTER.match(head)):
        return Label(f"{match['n']}.", "sec", match["n"].lower(), Rank.LETTER, match.end())
    return None


def _item_label(head: str, block: str) -> Label | None:
    for pattern in (_HAN_ITEM, _FULL_DOT_ITEM):
        if match := pattern.match(head):
            return Label(match["label"], "item", str(han_number(match["n"])), None, match.end())
    if match := _ITEM.match(head):
        return Label(match["label"], "item", (match["n"] or match["m"]).lower(), None, match.end())
    if match := _LETTER_ITEM.match(head):
        return Label(match["label"], "item", match["n"], None, match.end())
    return None
