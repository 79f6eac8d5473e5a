"""Which documents a question names."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from math import fsum, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigators.naming import named
from navigators.state import Question
from stores.tokens import index_terms
from tests.navigators.house import SmallHouse
from tests.navigators.trees import tree_of

ROOT = Path(__file__).resolve().parent.parent.parent

FILINGS = [
    tree_of("# Report\nWords.", document=f"{who}-{year}-10k", title=f"{title} Annual Report {year}").version
    for who, title in (("nike", "Nike"), ("walmart", "Walmart"), ("costco", "Costco"))
    for year in (2019, 2020)
]
LAWS = [
    tree_of("# 法\n第一条 内容。", document=f"law-{i}", title=title).version
    for i, title in enumerate(("劳动合同法", "民法典", "反洗钱法", "商业银行法"))
]


def test_a_document_is_named_by_the_rare_words_of_its_title() -> None:
    shares = named(FILINGS, "What did the annual report of Costco say of inventories in 2020?")
    assert max(shares, key=lambda d: shares[d]) == "costco-2020-10k"
    assert shares["costco-2019-10k"] > shares["walmart-2020-10k"], "who it is of is rarer than the year"
    assert shares["walmart-2019-10k"] < shares["walmart-2020-10k"]


def test_an_id_names_as_well_as_a_title() -> None:
    shares = named(FILINGS, "inventories in nike-2019-10k")
    assert shares["nike-2019-10k"] == 1.0


def test_laws_are_named_too() -> None:
    shares = named(LAWS, "根据反洗钱法，客户身份资料保存多少年？")
    assert max(shares, key=lambda d: shares[d]) == "law-2"
    assert shares["law-2"] == 1.0


def test_names_written_together_are_named_by_their_parts() -> None:
    versions = [
        tree_of("# Report\nWords.", document=name, title=name).version
        for name in ("ACTIVISIONBLIZZARD_2019_10K", "PEPSICO_2019_10K", "MGMRESORTS_2019_10K", "NIKE_2019_10K")
    ]

    def best(question: str) -> str:
        shares = named(versions, question)
        return max(shares, key=lambda d: shares[d])

    assert best("revenue of Activision Blizzard in 2019") == "ACTIVISIONBLIZZARD_2019_10K"
    assert best("revenue of PepsiCo in 2019") == "PEPSICO_2019_10K"
    assert best("revenue of MGM in 2019") == "MGMRESORTS_2019_10K"
    assert len(set(named(versions, "the revenue in 2019").values())) == 1


NAMES = st.text("反洗钱法 2019-", max_size=8)


@given(st.dictionaries(NAMES.filter(bool), NAMES, min_size=1, max_size=6), NAMES)
def test_a_share_is_what_the_question_says_of_the_rarities_of_a_name(titles: dict[str, str], question: str) -> None:
    base = LAWS[0]
    versions = [replace(base, document=document, title=title) for document, title in titles.items()]
    words = {d: (set(index_terms(title)), set(index_terms(d))) for d, title in titles.items()}
    frequency = Counter(t for title, own in words.values() for t in title | own)

    def share(some: set[str]) -> float:
        rarity = {t: log(1 + (len(titles) - frequency[t] + 0.5) / (frequency[t] + 0.5)) for t in some}
        said = fsum(r for t, r in rarity.items() if t in index_terms(question))
        return said / fsum(rarity.values()) if some else 0.0

    assert named(versions, question) == {d: max(map(share, both)) for d, both in words.items()}


def test_shares_are_the_same_to_the_last_bit_in_every_process() -> None:
    asked = "from navigators.naming import named; from tests.navigators.test_naming import FILINGS, LAWS; "
    asked += "print([x.hex() for v in (FILINGS, LAWS) for x in named(v, '反洗钱 法 Costco report 2020 合同').values()])"
    said = {
        subprocess.run(
            [sys.executable, "-c", asked],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in range(4)
    }
    assert len(said) == 1


@pytest.mark.parametrize(
    "question",
    [
        "How many days is annual leave in the bank 7 annual report 2000?",
        "What is the pay of staff in bank 3 report and in bank 5 report?",
        "How long is annual leave in 2003 and 2004?",
        "Compare annual leave of bank 4 and bank 6.",
    ],
)
async def test_a_run_over_a_few_of_many_documents_replays_the_same(question: str) -> None:
    house = SmallHouse()
    for i in range(12):
        await house.take_in(
            f"bank-{i}-report-{2000 + i % 7}.md",
            f"# Bank {i} annual report {2000 + i % 7}\n## 1. Leave\nAnnual leave is {i + 5} days in the branch.\n"
            f"## 2. Pay\nThe pay of staff is {i * 10} dollars, see Section 1.\n",
        )
    house.navigator.limits = replace(house.navigator.limits, documents=4)
    run = await house.navigator.ask(Question(question))
    assert len(run.versions) == 4
    assert await house.navigator.replay(run, Question(question)) == []
