"""Which words of a claim are names."""

import pytest

from navigators.checks.names import names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A study of anti-HCV and SARS-CoV-2 by Cramér's group", {"anti-HCV", "SARS-CoV-2", "Cramér"}),
        ("Over 60% was paid on Mar. 1, 2024 in US$1.5M.", set()),
        ("由公安机关会同村民委员会处理", {"公安机关", "村民委员会"}),
        ("报告有关部门和该公司", set()),
        ("应当组织学习，必须向公司报告", set()),
        ("原告张某某与约翰·史密斯在上海签订合同", {"张某", "张某某", "约翰·史密", "上海"}),
        ("被告于2015年离开", set()),
    ],
)
def test_names_are_found_and_other_words_are_not(text: str, found: set[str]) -> None:
    assert set(names(text)) == found
