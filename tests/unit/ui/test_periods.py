"""Periods on offer: expected days are read off a calendar."""

from datetime import date

import pytest

from lib.ui.periods import (
    CUSTOM,
    MONTH,
    QUARTER,
    YEAR,
    default_period,
    kind_of,
    last_complete_month_end,
    period_around,
    periods,
)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2025, 10, 31), date(2025, 10, 31)),
        (date(2025, 10, 30), date(2025, 9, 30)),
        (date(2024, 2, 28), date(2024, 1, 31)),
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(2026, 1, 15), date(2025, 12, 31)),
    ],
)
def test_last_complete_month(as_of: date, expected: date) -> None:
    assert last_complete_month_end(as_of) == expected


def test_default_is_the_year_up_to_its_last_month_with_complete_results() -> None:
    period = default_period(date(2025, 10, 31), date(2025, 9, 30))
    assert period.days == (date(2025, 1, 1), date(2025, 9, 30))


def test_default_is_the_year_before_while_no_month_of_this_one_is_complete() -> None:
    period = default_period(date(2026, 2, 15), date(2025, 12, 31))
    assert period.days == (date(2025, 1, 1), date(2025, 12, 31))


def test_default_without_any_complete_month_goes_by_the_calendar() -> None:
    assert default_period(date(2025, 10, 15), None).days == (date(2025, 1, 1), date(2025, 9, 30))
    assert default_period(date(2026, 1, 15), None).days == (date(2025, 1, 1), date(2025, 12, 31))


def test_the_running_year_is_listed_up_to_its_complete_months_first() -> None:
    listed = periods(YEAR, 2024, date(2025, 10, 31), date(2025, 9, 30))
    assert [period.label for period in listed] == [
        "2025年（截至9月，结果已齐）",
        "2025年（截至10月，含暂定）",
        "2024年",
    ]
    assert listed[0].days == (date(2025, 1, 1), date(2025, 9, 30))
    assert kind_of(*listed[0].days, 2024, date(2025, 10, 31), date(2025, 9, 30)) == YEAR
    around = period_around(YEAR, date(2025, 5, 1), 2024, date(2025, 10, 31), date(2025, 9, 30))
    assert around == listed[0]


def test_periods_with_open_results_say_so_in_every_list() -> None:
    months = periods(MONTH, 2025, date(2025, 10, 31), date(2025, 9, 30))
    assert [period.label for period in months][:2] == ["2025年10月（含暂定）", "2025年9月"]
    quarters = periods(QUARTER, 2025, date(2025, 10, 15), date(2025, 9, 30))
    assert quarters[0].label == "2025年第4季度（截至10月15日，含暂定）"
    last_year = periods(YEAR, 2025, date(2026, 1, 15), date(2025, 11, 30))
    assert [period.label for period in last_year] == [
        "2026年（截至1月15日，含暂定）",
        "2025年（截至11月，结果已齐）",
        "2025年（含暂定）",
    ]


def test_years_newest_first_and_the_running_one_says_how_far_it_reaches() -> None:
    listed = periods(YEAR, 2023, date(2025, 10, 31))
    assert [period.label for period in listed] == ["2025年（截至10月）", "2024年", "2023年"]
    assert listed[1].days == (date(2024, 1, 1), date(2024, 12, 31))


def test_quarters_start_and_end_with_their_months() -> None:
    listed = periods(QUARTER, 2024, date(2025, 3, 31))
    assert [period.label for period in listed][:2] == ["2025年第1季度", "2024年第4季度"]
    assert listed[1].days == (date(2024, 10, 1), date(2024, 12, 31))
    assert len(listed) == 5


def test_an_unfinished_month_is_cut_at_the_last_day_of_data() -> None:
    newest = periods(MONTH, 2025, date(2025, 10, 15))[0]
    assert newest.label == "2025年10月（截至10月15日）"
    assert newest.end == date(2025, 10, 15)


def test_kind_is_found_again_from_the_two_days() -> None:
    as_of = date(2025, 10, 31)
    for kind in (YEAR, QUARTER, MONTH):
        for period in periods(kind, 2021, as_of):
            found = kind_of(*period.days, 2021, as_of)
            assert period.days in {other.days for other in periods(found, 2021, as_of)}
    assert kind_of(date(2025, 1, 1), date(2025, 8, 31), 2021, as_of) == CUSTOM


def test_period_around_a_day() -> None:
    as_of = date(2025, 10, 31)
    assert period_around(QUARTER, date(2025, 8, 31), 2021, as_of).label == "2025年第3季度"
    assert period_around(MONTH, date(2019, 1, 1), 2021, as_of).label == "2021年1月"
