"""English sentences changed: what says something else, and what says the same."""

import random
import re
from fractions import Fraction
from itertools import pairwise

from bench.gate_changes.making import NUMBER_WORDS, Change, both, english, made, number_word, swap, whole

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MONTH = "|".join(_MONTHS)
_AUX = "is|are|was|were|has|have|had|will|would|can|could|should|must|shall|may|do|does|did"
_FIGURE = r"(?<![\w.,$§/-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w./-]|,\d)"


def _other_number(match: re.Match[str], rng: random.Random) -> str | None:
    value = match.group().replace(",", "")
    other = str(round(float(value) + rng.randint(1, 9), 2)) if "." in value else str(int(value) + rng.randint(1, 9))
    return rng.choice([other, "7391", other[0] + other])


def _other_word(match: re.Match[str], rng: random.Random) -> str | None:
    value = number_word(match.group())
    return None if value is None else english(value % 90 + rng.randint(1, 9))


def _day(match: re.Match[str], rng: random.Random) -> str:
    return f"{match[1]} {int(match[2]) % 28 + 1}{match[3]}"


def _year(match: re.Match[str], rng: random.Random) -> str:
    return str(int(match.group()) + rng.choice([-10, -1, 1, 2, 10]))


def _section(match: re.Match[str], rng: random.Random) -> str:
    return f"{match[1]}{int(match[2]) + rng.randint(1, 9)}"


def _range_end(match: re.Match[str], rng: random.Random) -> str | None:
    low, high = match[1].replace(",", ""), match[3].replace(",", "")
    if float(low) >= float(high):
        return None
    return rng.choice([f"{match[1]}{match[2]}{int(float(high)) + 5}", f"{match[3]}{match[2]}{match[1]}"])


def _entity(match: re.Match[str], rng: random.Random) -> str:
    return rng.choice(["Zurich Insurance", "Nordea", "BaFin", "Margaret Hollis", "Lisbon", "Deutsche Telekom"])


def _roles(sentence: str, rng: random.Random) -> str | None:
    """Two names of a sentence change places."""
    found = list(
        re.finditer(
            r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*|^(?!The |Each |In |This )[A-Z][a-z]{2,} [A-Z][a-z]+", sentence
        )
    )
    pairs = [
        (a, b)
        for i, a in enumerate(found)
        for b in found[i + 1 :]
        if a.group() not in b.group()
        and b.group() not in a.group()
        and re.search(r"\b[a-z]{4,}\b", sentence[a.end() : b.start()])
    ]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    between = sentence[a.end() : b.start()]
    return sentence[: a.start()] + b.group() + between + a.group() + sentence[b.end() :]


def _two_numbers(sentence: str, rng: random.Random) -> str | None:
    """Two numbers of a sentence change places."""
    found = list(re.finditer(rf"{_FIGURE}", sentence))
    pairs = [(a, b) for a, b in pairwise(found) if a.group() != b.group() and b.start() > a.end() + 9]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return sentence[: a.start()] + b.group() + sentence[a.end() : b.start()] + a.group() + sentence[b.end() :]


_NEGATION_IN = made(
    rf"\b(?:{_AUX})\b(?! not\b| n['’]t| only| rather)(?<!\w['’]t)(?= [a-z])",
    lambda match, rng: f"{match.group()} {rng.choice(['not', 'not', 'never'])}" if match.group() != "May" else None,
)
_CONTRACTED_IN = made(
    r"\b(?:is|are|was|were|has|have|had|would|could|should|does|did|do)\b(?! not\b)(?= [a-z])",
    lambda match, rng: f"{match.group()}n't",
)
_NEGATION_OUT = made(
    rf"\b({_AUX}) (?:not|never)\b(?! only| limited)|\bcannot\b|\b(?:does|do|did) not (?=[a-z]+)|"
    rf"\b(is|are|was|were|has|have|had|would|could|should|does|did|do)n['’]t\b",
    lambda match, rng: "can" if match.group().lower() == "cannot" else (match[1] or match[2] or ""),
    re.IGNORECASE,
)
_NO_OUT = swap(
    r"\b(?:no(?= [a-z]{3,}(?<!longer)(?<!more)(?<!later)(?<!less))|"
    r"neither(?= [a-z]+ [a-z]+)|never|without|none of|unable to|failed to|fails to|"
    r"refused to|unless|except)\b(?! limit| prejudice)",
    {
        "no": "a",
        "neither": "either",
        "never": ("always", "often"),
        "without": "with",
        "none of": "all of",
        "unable to": "able to",
        "failed to": "managed to",
        "fails to": "manages to",
        "refused to": "agreed to",
        "unless": "if",
        "except": "including",
    },
    re.IGNORECASE,
)
_WITH_OUT = swap(
    r"\b(?:with(?! (?:respect|regard|reference|effect))|always|able to|all of(?= the)|every|if(?! not))\b(?= [a-z])",
    {"with": "without", "always": "never", "able to": "unable to", "all of": "none of", "every": "no", "if": "unless"},
)

_DIRECTION = both(
    {
        "more than": "less than",
        "at least": "at most",
        "increased": "decreased",
        "increase": "decrease",
        "above": "below",
        "before": "after",
        "higher": "lower",
        "greater than": "less than",
        "rose": "fell",
        "maximum": "minimum",
        "earlier": "later",
        "increases": "decreases",
        "increasing": "decreasing",
        "growth": "decline",
        "gains": "losses",
        "exceeds": "falls below",
        "exceeded": "fell below",
        "prior to": "after",
        "up to": "at least",
        "no later than": "no earlier than",
        "not less than": "not more than",
        "no more than": "no less than",
        "larger": "smaller",
        "faster": "slower",
        "inflows": "outflows",
        "acceptance": "rejection",
        "higher than": "lower than",
        "within": "after",
        "over": "under",
    }
)
_DIRECTION |= {"after": "before", "less than": "more than", "fewer than": "more than", "under": "over"}
_DIRECTION_WORDS = made(
    r"\b(?:(?:more|less|greater|fewer) than|at least|increased?|"
    r"decreased?|increas(?:es|ing)|decreas(?:es|ing)|above|below|"
    r"before|after(?! all)|higher(?: than)?|lower(?: than)?|rose|"
    r"fell|maximum|minimum|earlier|later|growth|decline|gains|losses|"
    r"exceed(?:s|ed)|prior to|up to(?= [\d$a-z]+ ?\w*)|n(?:o|ot) (?:later|less|more) than|larger|smaller|faster|slower|"
    r"within(?= (?:\d|\w+ (?:\(\d+\) )?(?:days|months|years|hours|business)))|over(?= [\d$])|under(?= \$?\d))\b",
    lambda match, rng: _DIRECTION.get(match.group().lower()),
    re.IGNORECASE,
)

_ORDINAL = both({"first": "third", "second": "fourth", "1st": "3rd", "2nd": "4th", "19th": "18th", "20th": "17th"})


ATTACKS: dict[str, Change] = {
    "number, digits": made(_FIGURE, _other_number),
    "number, words": made(rf"\b(?:{NUMBER_WORDS})\b(?! of\b)", _other_word, re.IGNORECASE),
    "unit": swap(
        r"(?<=[\d\w)] )(?:business days|days|months|years|hours|minutes|"
        r"weeks|kg|g|mg|ml|km|miles|metres|meters|mm|cm|pounds)\b"
        r"(?<=\d [a-z]{2})|(?<=\d )(?:days|months|years|hours|minutes|weeks|miles|business days|pounds)\b|"
        r"(?<=\) )(?:days|months|years|hours|business days)\b|"
        r"(?<=teen )years\b|(?:(?<=two )|(?<=three )|(?<=five )|(?<=six ))"
        r"(?:days|months|years|hours|weeks)\b|(?<=\d)(?:kg|g|mg|ml|"
        r"km|mm|cm)\b|(?<!US)\$(?=\d)|USD(?= ?\d)|€(?=\d)|£(?=\d)",
        {
            "business days": "months",
            "days": ("months", "weeks", "business days"),
            "months": ("days", "years"),
            "years": ("months", "days"),
            "hours": "days",
            "minutes": "hours",
            "weeks": "days",
            "kg": "g",
            "g": "kg",
            "mg": "g",
            "ml": "mg",
            "km": "miles",
            "miles": "kilometres",
            "metres": "feet",
            "meters": "feet",
            "mm": "cm",
            "cm": "mm",
            "pounds": "dollars",
            "$": ("€", "CNY "),
            "usd": "CNY",
            "€": "$",
            "£": "$",
        },
    ),
    "scale": swap(
        r"(?<=\d )(?:thousand|million|billion|trillion)\b",
        {
            "thousand": ("million", ""),
            "million": ("billion", "thousand", ""),
            "billion": ("million", "trillion", ""),
            "trillion": "billion",
        },
    ),
    "per cent, points, plain": swap(
        r"(?<=\d)(?: ?percentage points?| basis points| ?percent| per cent|%)",
        {
            "%": (" percentage points", ""),
            " percent": (" percentage points", ""),
            "percent": (" percentage points",),
            " per cent": ("", " basis points"),
            " percentage points": (" percent", ""),
            " percentage point": " percent",
            " basis points": (" percent", " percentage points"),
        },
    ),
    "date, day": made(rf"\b({_MONTH}) (\d{{1,2}})(,? (?:19|20)\d\d)", _day),
    "date, month": made(
        rf"\b(?:{_MONTH})(?= \d)", lambda m, rng: _MONTHS[(_MONTHS.index(m.group()) + rng.randint(1, 11)) % 12]
    ),
    "date, year": made(r"(?<![\d,.$])(?:19|20)\d\d(?![\d,.-]\d)(?!\w)", _year),
    "negation in": _NEGATION_IN,
    "negation in, contracted": _CONTRACTED_IN,
    "negation out": _NEGATION_OUT,
    "no, never, without out": _NO_OUT,
    "without, unless in": _WITH_OUT,
    "must and may": swap(
        r"\b(?:must|shall|may|will be required to|is required to|"
        r"are required to|is entitled to|are entitled to|need not|"
        r"may elect to|has the right to|is obligated to)\b(?! not)",
        {
            "must": ("may", "need not"),
            "shall": ("may", "is entitled to"),
            "may": ("must", "shall", "is required to"),
            "is required to": "may",
            "are required to": "may",
            "is entitled to": "must",
            "are entitled to": "shall",
            "need not": "must",
            "will be required to": "may",
            "may elect to": "shall",
            "has the right to": "must",
            "is obligated to": "may",
        },
    ),
    "direction": _DIRECTION_WORDS,
    "ordinal": swap(r"\b(?:first(?! of all)|second|third|fourth|1st|2nd|19th|20th)\b(?! time)", _ORDINAL),
    "section number": made(r"\b((?:Section|Article|Rule|Item|Exhibit|Note|Part|Form|Table|Figure) )(\d+)\b", _section),
    "range end": made(
        r"(?<![\d.,-])(\d[\d,.]*)(%? ?(?:to|-|–|(?<=between \d )and|"
        r"(?<=between \d\d )and) ?\$?)(\d[\d,]*(?<!,))(?![\d-])(?![.,]\d)",
        _range_end,
    ),
    "name": made(
        rf"(?<=[a-z,] )(?!(?:{_MONTH})\b)(?:[A-Z][a-z]{{3,}}(?: [A-Z][a-z]{{3,}})*|[A-Z]{{3,5}})(?=[ ,.])", _entity
    ),
    "names exchanged": _roles,
    "numbers exchanged": _two_numbers,
    "hidden character": made(
        r"\b(?:not|must|may|[0-9]{2,})\b", lambda m, rng: m.group()[:1] + "\u200b" + m.group()[1:]
    ),
    "look-alike letter": made(
        r"\b(?:not|no|must|shall|may|more|less|above|before|after)\b",
        lambda m, rng: m.group().translate(str.maketrans("oae", "\u043e\u0430\u0435")),
    ),
}


def _comma_number(match: re.Match[str], rng: random.Random) -> str | None:
    """1.2 million as 1,200,000."""
    size = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}[match[2]]
    value = Fraction(match[1].replace(",", "")) * size
    return f"{int(value):,}" if value.denominator == 1 else None


def _in_millions(match: re.Match[str], rng: random.Random) -> str | None:
    value = int(match.group().replace(",", ""))
    return f"{value / 10**6:g} million" if value >= 10**6 and value % 10**5 == 0 else None


def _word_of(match: re.Match[str], rng: random.Random) -> str | None:
    return english(int(match.group())) if 2 <= int(match.group()) < 100 else None


def _digits_of(match: re.Match[str], rng: random.Random) -> str | None:
    value = number_word(match.group())
    return None if value is None else str(value)


def _twice(match: re.Match[str], rng: random.Random) -> str | None:
    word = english(int(match[1]))
    return f"{word} ({match[1]})" if word and int(match[1]) > 1 else None


def _iso(match: re.Match[str], rng: random.Random) -> str:
    return f"{match[3]}-{_MONTHS.index(match[1]) + 1:02}-{int(match[2]):02}"


def _british(match: re.Match[str], rng: random.Random) -> str:
    return f"{match[2]} {match[1]} {match[3]}"


def _short_month(match: re.Match[str], rng: random.Random) -> str | None:
    return f"{match[1][:3]}. {match[2]}, {match[3]}" if match[1] != "May" else None


def _first_left_out(sentence: str) -> str | None:
    parts = re.split(r"(?<=, )", sentence)
    rest = "".join(parts[1:])
    governs = re.search(r"\b(?:no|not|never|neither|nor|unless|except|without|if|only)\b", parts[0], re.IGNORECASE)
    return rest[0].upper() + rest[1:] if len(parts) > 1 and len(rest) > 60 and not governs else None


def _last_left_out(sentence: str) -> str | None:
    parts = re.split(r"(?=, )", sentence)
    kept = "".join(parts[:-1])
    return f"{kept}." if len(parts) > 1 and len(kept) > 50 and len(parts[-1]) > 12 else None


def _moved(sentence: str) -> str | None:
    """In 2020, the bank did this. -> The bank did this in 2020."""
    match = re.fullmatch(
        r"((?:In|On|As of|During|After|Before|Since|For|At|If|When) [^,]{3,60}), ([^,;:]{30,})\.", sentence
    )
    if match is None:
        return None
    rest = match[2][0].upper() + match[2][1:]
    return f"{rest}, {match[1][0].lower()}{match[1][1:]}."


def _plural(match: re.Match[str], rng: random.Random) -> str | None:
    word = match.group()
    return word.removesuffix("s") if word.endswith("s") else f"{word}s"


_CONTRACT = {
    f"{w} not": f"{w}n't"
    for w in ["is", "are", "was", "were", "has", "have", "had", "would", "could", "should", "does", "did", "do", "must"]
} | {"cannot": "can't", "will not": "won't"}


REWRITES: dict[str, Change] = {
    "untouched": lambda sentence, rng: sentence,
    "spaces": whole(lambda s: re.sub(r"(?<=[,;])(?!\d)\s?", "  ", s)),
    "width": whole(lambda s: s.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789%,"})),
    "must for shall": swap(
        r"(?<!nor )(?<!event )\b(?:must|shall|is required to|are required to)\b(?! be required| not| never| in no)",
        {
            "must": ("shall", "is required to"),
            "shall": ("must", "is required to"),
            "is required to": "must",
            "are required to": "must",
        },
    ),
    "can for may": swap(
        r"(?<=[a-z] )may(?= [a-z])(?! not| be (?:required|obliged))|\bis entitled to\b|\bis permitted to\b",
        {"may": ("can", "is permitted to", "is allowed to"), "is entitled to": "may", "is permitted to": "may"},
    ),
    "must not for may not": swap(
        r"\b(?:may not|must not|shall not|cannot|is not permitted to)\b(?! (?:have|be exhaustive))",
        {
            "may not": ("must not", "cannot"),
            "must not": ("may not", "shall not", "is not allowed to"),
            "shall not": ("must not", "may not", "is not permitted to"),
            "cannot": "can not",
            "is not permitted to": "may not",
        },
    ),
    "per cent": swap(r"(?<=\d)(?: percent|%)", {" percent": "%", "%": (" per cent", " percent")}),
    "words for figures": made(
        r"(?<![\w.,$§/-])\d{1,2}(?= (?:days|months|years|hours|members|people|times|percent)\b)", _word_of
    ),
    "figures for words": made(rf"\b(?:{NUMBER_WORDS})(?= [a-z]+s\b)", _digits_of),
    "thirty (30) days": made(r"(?<![\w.,$§/-])(\d{1,2})(?= (?:days|months|years|hours)\b)", _twice),
    "1.2 million, 1,200,000": made(r"(?<![\w.,])(\d+(?:\.\d+)?) (thousand|million|billion|trillion)\b", _comma_number),
    "1,200,000, 1.2 million": made(r"(?<![\w.,])\d{1,3}(?:,\d{3}){2,}(?![\d,.]\d)", _in_millions),
    "USD for $": made(r"(?<![\w])\$ ?(?=\d)", lambda m, rng: rng.choice(["USD ", "US$"])),
    "2024-03-01": made(rf"\b({_MONTH}) (\d{{1,2}}), ((?:19|20)\d\d)", _iso),
    "1 March 2024": made(rf"\b({_MONTH}) (\d{{1,2}}), ((?:19|20)\d\d)", _british),
    "Mar. 1, 2024": made(rf"\b({_MONTH}) (\d{{1,2}}), ((?:19|20)\d\d)", _short_month),
    "first phrase left out": whole(_first_left_out),
    "last phrase left out": whole(_last_left_out),
    "phrase moved": whole(_moved),
    "no less than": swap(
        r"\b(?:at least|at most|no more than|no less than|not less than|"
        r"more than|no later than|prior to|not exceed)\b(?= [\d$a-z])",
        {
            "at least": ("no less than", "not less than", "a minimum of"),
            "at most": ("no more than", "up to"),
            "no more than": ("at most", "not more than"),
            "no less than": "at least",
            "not less than": "at least",
            "more than": ("over",),
            "no later than": ("not later than",),
            "prior to": "before",
            "not exceed": "not be more than",
        },
        re.IGNORECASE,
    ),
    "no later than": swap(
        r"\bwithin(?= (?:\d+|\w+) (?:\(\d+\) )?(?:business |"
        r"calendar )?(?:days|months|years|hours) (?:after|of|from|following))",
        {"within": "no later than"},
    ),
    "synonyms": swap(
        r"\b(?:increased|decreased|rose|fell|begins|ends|buy|purchase|"
        r"however|because|approximately|obtain|provide|such as)\b",
        {
            "increased": ("rose", "grew"),
            "decreased": ("fell", "declined"),
            "rose": "increased",
            "fell": "decreased",
            "begins": "starts",
            "ends": "finishes",
            "buy": "purchase",
            "purchase": "buy",
            "however": "but",
            "because": "since",
            "approximately": ("about", "around"),
            "obtain": "get",
            "provide": "supply",
            "such as": "including",
        },
    ),
    "singular or plural": made(r"(?<= )[a-z]{4,}(?<!s)(?<!is)s(?=[ .,])", _plural),
    "contraction": swap(rf"\b(?:{'|'.join(_CONTRACT)})\b", _CONTRACT),
    "contraction undone": swap(
        r"\b(?:isn|aren|wasn|weren|hasn|haven|hadn|wouldn|couldn|shouldn|doesn|didn|don)['’]t\b",
        {
            f"{w}n{a}t": f"{w} not"
            for w in ["is", "are", "was", "were", "has", "have", "had", "would", "could", "should", "does", "did", "do"]
            for a in "'’"
        },
    ),
    "label in front": whole(lambda s: f"According to Section 4.2, {s[0].lower() if s[1:2].islower() else s[0]}{s[1:]}"),
    "connective in front": lambda s, rng: (
        f"{rng.choice(['In addition', 'Specifically', 'However', 'As the document says'])}, "
        f"{s[0].lower() if s[1:2].islower() else s[0]}{s[1:]}"
    ),
    "noun for pronoun": swap(r"^(?:It|They|He|She)\b", dict.fromkeys(("it", "they", "he", "she"), "Hollis Partners")),
}
"""The cited passage is labelled 4.2 and the question names Hollis Partners."""
