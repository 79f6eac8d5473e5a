"""Openings and signatures of contracts stand beside the numbered sections, not loose and not inside the last one."""

import pytest

from docs_ingest.readers.text.reader import read_text
from docs_ingest.structure import find_structure, read_contents

ENGLISH = """SUPPLY AGREEMENT

THIS SUPPLY AGREEMENT (the “Agreement”) is made on 1 May 2024 between North Ltd and South Ltd.

WHEREAS, North makes pumps; and

1. Definitions. “Pump” means a pump made by North.

2. Term. This Agreement lasts three years.

3. Notices. Notices are sent in writing.

IN WITNESS WHEREOF, the parties have executed this Agreement.

North Ltd, by its director
"""
CHINESE = """设备租赁合同

甲方：北方租赁有限公司

乙方：南方制造有限公司

第一条 甲方向乙方出租设备一台。

第二条 租期三年，自交付之日起计算。

第三条 争议由甲方所在地人民法院管辖。

（以下无正文）

甲方（盖章）：北方租赁有限公司
"""


def opened(text: str) -> list[str]:
    """First words of each section that a text opens."""
    contents = read_contents(read_text(text.encode()))
    found = find_structure(contents.parsed, contents.lists)
    assert _words("".join(contents.parsed.text[p.start : p.end] for p in found.pieces)) == _words(text)
    return [contents.parsed.text[p.start : p.end].strip()[:7] for p in found.pieces if p.rank is not None]


def _words(text: str) -> str:
    return "".join(text.split())


def test_parties_recitals_and_signatures_are_sections_of_their_own() -> None:
    assert [s for s in opened(ENGLISH) if s != "SUPPLY "] == [
        "THIS SU",
        "1. Defi",
        "2. Term",
        "3. Noti",
        "IN WITN",
    ]
    assert [s[:3] for s in opened(CHINESE) if s != "设备租赁合同"] == ["甲方：", "第一条", "第二条", "第三条", "（以下"]


def test_signatures_in_the_line_of_the_last_section_are_parted_from_it() -> None:
    text = ENGLISH.replace("in writing.\n\nIN WITNESS", "in writing.     IN WITNESS")
    assert opened(text)[-2:] == ["3. Noti", "IN WITN"]


def test_an_exhibit_behind_the_signatures_has_its_own_frame() -> None:
    text = ENGLISH + "\nEXHIBIT A\n\n" + ENGLISH.replace("SUPPLY AGREEMENT", "GUARANTY AGREEMENT", 2)
    starts = opened(text)
    assert starts.count("IN WITN") == 2
    assert starts.index("IN WITN") < starts.index("EXHIBIT")


@pytest.mark.parametrize(
    "text",
    [
        "This Agreement between us is short.\n\nWHEREAS, it is.\n\nIN WITNESS WHEREOF, we sign.\n",
        "1. One. A first section.\n\n2. Two. Said in witness whereof.\n\n3. Three. The signature page of a book.\n",
        "第一条 甲方盖章后生效。\n\n第二条 本页无其他内容。\n\n第三条 签署页应当装订。\n",
    ],
)
def test_the_same_words_in_passing_frame_nothing(text: str) -> None:
    assert not {"IN WITN", "This Ag", "甲方盖章后生效", "签署页应当装订"} & set(opened(text))
