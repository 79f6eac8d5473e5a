"""Which documents a question names."""

import os
import subprocess
import sys
from pathlib import Path

from navigators.naming import named
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
