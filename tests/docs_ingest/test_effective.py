"""From which day a text says it is in force, in both languages, and words that only look like it."""

import time
from calendar import month_name
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs_ingest.effective import effective_in

ARTICLES = "第一条 为了示范，制定本法。\n第二条 本法适用于境内机构。\n"

CHINESE = [
    (f"示范法\n{ARTICLES}第九条 本法自2025年1月1日起施行。", date(2025, 1, 1)),
    (f"示范办法\n{ARTICLES}第九条　本办法自 2024 年 7 月 1 日起正式施行。", date(2024, 7, 1)),
    (f"示范规定\n{ARTICLES}第九条 本规定自二〇二四年十一月八日起施行。", date(2024, 11, 8)),
    (f"示范规定\n{ARTICLES}第九条 本规定自二○一九年十二月三十一日起施行。", date(2019, 12, 31)),
    (f"示范制度\n{ARTICLES}第九条 本制度自2023年3月5日起生效，由总行解释。", date(2023, 3, 5)),
    (f"示范合同\n{ARTICLES}第九条 本合同自2022年2月28日起生效。", date(2022, 2, 28)),
    (f"示范细则\n{ARTICLES}第九条 本细则由某部负责解释，自2021年10月1日起执行。", date(2021, 10, 1)),
    (f"示範辦法\n{ARTICLES}第九條 本辦法自2020年5月1日起施行。", date(2020, 5, 1)),
    ("关于印发《示范办法》的通知\n本通知自2024年1月1日起施行。", date(2024, 1, 1)),
    (f"示范法\n{ARTICLES}第九条 本法自2025年1月1日起施行。《旧法》同时废止。", date(2025, 1, 1)),
]

PUBLISHED = [
    (f"示范办法\n（2024年3月5日发布）\n{ARTICLES}第九条 本办法自发布之日起施行。", date(2024, 3, 5)),
    (f"示范条例\n（2023年12月20日国务院令第1号公布）\n{ARTICLES}第九条 本条例自公布之日起施行。", date(2023, 12, 20)),
    (f"示范规定\n（2020年1月6日通过 2020年1月10日公布）\n{ARTICLES}第九条 本规定自公布之日起施行。", date(2020, 1, 10)),
    (f"示范办法\n{ARTICLES}第九条 本办法自发布之日起施行。", None),
]

AMENDED = [
    (
        "中华人民共和国示范法\n（1995年5月10日第八届全国人民代表大会常务委员会第十三次会议通过　"
        f"根据2003年12月27日《关于修改〈示范法〉的决定》第一次修正　"
        f"根据2015年8月29日《关于修改〈示范法〉的决定》第二次修正）\n{ARTICLES}"
        "第九条 本法自1995年7月1日起施行。",
        date(2015, 8, 29),
    ),
    (
        "示范法\n（2006年10月31日通过 2024年11月8日修订）\n" + ARTICLES + "第九条 本法自2025年1月1日起施行。",
        date(2025, 1, 1),
    ),
    (
        "示范规定\n（2007年6月11日发布 根据2018年7月26日某令修改）\n" + ARTICLES + "第九条 本规定自发布之日起施行。",
        date(2018, 7, 26),
    ),
    (
        "最高人民法院关于审理示范案件的解释\n（2012年9月17日通过，自2013年1月1日起施行；根据2020年12月23日修正，"
        "自2021年1月1日起施行）\n" + ARTICLES,
        date(2021, 1, 1),
    ),
]

ENGLISH = [
    ("This Policy takes effect on 1 July 2025.", date(2025, 7, 1)),
    ("This Policy shall take effect on July 1, 2025.", date(2025, 7, 1)),
    ("This Regulation shall enter into force on 17 January 2025.", date(2025, 1, 17)),
    ("This Act comes into force on the 1st day of April 2024.", date(2024, 4, 1)),
    ("This Code of Conduct is effective as of Sept. 15, 2023.", date(2023, 9, 15)),
    ("Record keeping policy\nEffective Date: January 1, 2020\n1. Scope", date(2020, 1, 1)),
    ("EFFECTIVE DATE: 2 Feb 2021", date(2021, 2, 2)),
    ("The Effective Date of this Agreement is March 3, 2019.", date(2019, 3, 3)),
    ("This Agreement is entered into as of March 3, 2019 (the “Effective Date”) by A and B.", date(2019, 3, 3)),
    ('SERVICE AGREEMENT dated as of 3rd March 2019 ("Effective Date")', date(2019, 3, 3)),
    ("Guidelines\nEffective 2022-06-30\nBanks must", date(2022, 6, 30)),
    ("effective from 31 December 2020, all branches", date(2020, 12, 31)),
    ("DATES: Effective date: May 5, 2021.", date(2021, 5, 5)),
    ("Lending policy, effective from 1 May 2024\n1. Scope", date(2024, 5, 1)),
    (
        "This Amendment No. 2 (the “Amendment”), effective as of May 5, 2021, is made by A.",
        date(2021, 5, 5),
    ),
    ("MAINTENANCE AGREEMENT, effective as of May 1, 2012, by and between A and B", date(2012, 5, 1)),
    ("Effective as of the 1st day of May, 2024", date(2024, 5, 1)),
    ("DATES: This rule is effective June 12, 2018.", date(2018, 6, 12)),
]

MIXED = [
    ("信贷手册 Lending manual\nEffective date: 1 May 2024\n第一条 贷款由两人审批。", date(2024, 5, 1)),
    ("Lending manual 信贷手册\nSection 1. Scope.\n本手册自2024年5月1日起施行。", date(2024, 5, 1)),
    (
        "KYC 管理办法 (KYC Policy)\n第九条 本办法自2024年5月1日起施行。",
        date(2024, 5, 1),
    ),
    ("协议 Agreement\nThis Agreement 本协议自2021年9月1日起生效。", date(2021, 9, 1)),
]

IMPOSSIBLE = [
    "本法自2025年2月30日起施行。",
    "本法自2025年13月1日起施行。",
    "本法自2025年0月1日起施行。",
    "本法自0025年1月1日起施行。",
    "本法自2999年1月1日起施行。",
    "本辦法自民國113年1月1日起施行。",
    "本辦法自中華民國一百一十三年一月一日施行。",
    "本辦法自113年1月1日施行。",
    "This Policy takes effect on 31 June 2025.",
    "This Policy takes effect on February 29, 2023.",
    "Effective Date: January 32, 2020",
    "Effective date: 2020-13-01",
    "Effective date: 2020-02-30",
    "This Policy takes effect on 1 July 25.",
]

ONLY_LOOKS_LIKE_IT = [
    "",
    "第一条 甲应当保存资料。The Bank keeps records.",
    "2025年1月1日，某行发布了年报。",
    "贷款自2025年1月1日起计息。",
    "甲方自2025年1月1日起任职。",
    "自2025年1月1日起，利率为百分之三。",
    "本法自公布之日起三十日后施行。",
    "The meeting was held on 1 July 2025.",
    "Employees hired effective immediately are paid on 1 July 2025.",
    "An effective date is agreed later.",
    "This Policy takes effect when the Board approves it.",
    "The Effective Date means the date on which all conditions are met.",
    "Effective communication on 1 July 2025 was praised.",
    "The rate was 5 % as of January 1, 2020.",
    "This Agreement is dated as of March 3, 2019 between A and B.",
    "The Companies Act (effective from 1 July 2024) applies to all branches.",
    "We adopted the standard, effective as of January 1, 2019, for all leases.",
    "A. Smith resigned effective as of May 5, 2021.",
    "Such termination shall become effective as of November 1, 2007.",
    "The parties entered into a Selling Agreement, effective as of December 1, 2002 and the addition of A to it.",
    "Fees rise, effective on 1 July 2025, to 5 %.",
    "示范办法\n第一条 根据《公司法》（自2024年7月1日起施行）制定本办法。",
    "各分行：根据《公司法》（自2024年7月1日起施行），现将有关事项通知如下。",
    "第三条 贷款利率（自2024年7月1日起执行）为百分之三。",
    "第三条 贷款利率 (effective as of July 1, 2024) 为百分之三。",
]


@pytest.mark.parametrize(("text", "day"), [*CHINESE, *PUBLISHED, *AMENDED])
def test_a_chinese_text_says_from_when_it_is_in_force(text: str, day: date | None) -> None:
    found = effective_in(text)
    assert (found.day if found else None) == day


@pytest.mark.parametrize(("text", "day"), ENGLISH)
def test_an_english_text_says_from_when_it_is_in_force(text: str, day: date) -> None:
    found = effective_in(text)
    assert found is not None and found.day == day


@pytest.mark.parametrize(("text", "day"), MIXED)
def test_a_mixed_text_says_it_in_either_language(text: str, day: date) -> None:
    found = effective_in(text)
    assert found is not None and found.day == day


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_days_that_are_none_or_of_another_calendar_are_not_guessed_at(text: str) -> None:
    assert effective_in(text) is None


@pytest.mark.parametrize("text", ONLY_LOOKS_LIKE_IT)
def test_words_that_only_look_like_it_say_nothing(text: str) -> None:
    assert effective_in(text) is None


@pytest.mark.parametrize(("text", "day"), [*CHINESE, *PUBLISHED[:3], *AMENDED, *ENGLISH, *MIXED])
def test_the_words_that_state_the_day_are_given_with_it(text: str, day: date) -> None:
    found = effective_in(text)
    assert found is not None
    words = text[found.start : found.end]
    assert 0 <= found.start < found.end <= len(text)
    assert any(c.isdigit() or c in "〇○零一二三四五六七八九" for c in words)


def test_an_impossible_day_does_not_hide_a_possible_one() -> None:
    found = effective_in("Effective Date: January 32, 2020. This Policy takes effect on 1 July 2025.")
    assert found is not None and found.day == date(2025, 7, 1)


def test_another_acts_day_is_not_this_ones() -> None:
    text = f"示范办法\n{ARTICLES}第八条 《旧法》自2001年1月1日起施行。\n第九条 本办法自2024年5月1日起施行。"
    found = effective_in(text)
    assert found is not None and found.day == date(2024, 5, 1)


def test_an_english_day_in_the_middle_of_a_long_text_is_somebody_elses() -> None:
    filler = "The Bank keeps records of every order that it receives. " * 400
    assert effective_in(f"{filler}This Policy takes effect on 1 July 2025. {filler}") is None
    found = effective_in(f"{filler}This Policy takes effect on 1 July 2025.")
    assert found is not None and found.day == date(2025, 7, 1)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_of_two_centuries_is_read_in_every_form(day: date) -> None:
    month = month_name[day.month]
    for text in (
        f"本法自{day.year}年{day.month}月{day.day}日起施行。",
        f"This Act takes effect on {day.day} {month} {day.year}.",
        f"This Act takes effect on {month} {day.day}, {day.year}.",
        f"This Act takes effect on {month[:3]}. {day.day}, {day.year}.",
        f"Effective date: {day.isoformat()}",
    ):
        found = effective_in(text)
        assert found is not None and found.day == day, text


@given(
    st.lists(
        st.sampled_from(
            [*"自本法起施行生效年月日〇一二十5/-. ", "2025", "1月", "Effective ", "date: ", "May 5, 2021", "this Act "]
        )
    )
)
def test_any_words_give_a_day_inside_them_or_none(parts: list[str]) -> None:
    text = "".join(parts)
    found = effective_in(text)
    assert found is None or 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    "piece",
    ["本法自2025年", "this a b c d ", "entered into ", "effective date of this ", "自", "2025年1月1日修订"],
)
def test_a_long_text_is_read_in_no_time(piece: str) -> None:
    begun = time.monotonic()
    effective_in(piece * 100_000)
    assert time.monotonic() - begun < 4.0
