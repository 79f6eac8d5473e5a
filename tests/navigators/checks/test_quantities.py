"""Numbers as they are written: one value, whatever the notation."""

import pytest

from navigators.checks.quantities import Quantity, agrees, counted, quantities


def read(text: str) -> list[Quantity]:
    return list(counted(quantities(text)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("thirty (30) days", "30 days"),
        ("30 (thirty) days", "thirty days"),
        ("三十（30）日", "30天"),
        ("within (3) months", "within three months"),
        ("人民币3万美元", "30,000 dollars"),
        ("百分之一", "1%"),
        ("五%", "百分之五"),
        ("2.5个百分点", "2.5 percentage points"),
        ("5‰", "0.5%"),
        ("half of the capital", "50% of the capital"),
        ("a share of (27.3%)", "a share of 27.3 percent"),
        ("85%-90%", "85 per cent to 90 per cent"),
        ("十八周岁", "18岁"),
    ],
)
def test_the_same_number_in_other_notations_agrees(one: str, other: str) -> None:
    there = quantities(other)
    assert read(one)
    assert all(any(agrees(q, t) for t in there) for q in read(one))


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("2.5%", "2.5 percentage points"),
        ("2.5个百分点", "2.5%"),
        ("six months", "six (6) days"),
        ("twelve (3) times", "three (3) times"),
        ("4个月", "（四）其他运输工具"),
        ("€100 million", "$100 million dollars"),
        ("千分之五", "百分之五"),
        ("-5%", "5%"),
        ("5英里", "5公里"),
    ],
)
def test_another_unit_or_value_does_not(claim: str, text: str) -> None:
    there = quantities(text)
    assert not all(any(agrees(q, t) for t in there) for q in read(claim))
