"""What the operator is told of the calendar, in time."""

from datetime import date

import pytest

from lib.data.doctor import _calendar_warning


@pytest.mark.parametrize(
    ("as_of", "left"), [(date(2026, 10, 3), 89), (date(2026, 11, 22), 39), (date(2026, 12, 31), 0)]
)
def test_fewer_than_ninety_days_after_the_data_are_said(as_of: date, left: int) -> None:
    words = _calendar_warning(date(2026, 12, 31), as_of)
    assert f"{as_of} 之后只余 {left} 天" in words
    assert "data/reference/workdays.csv" in words


def test_ninety_days_are_enough() -> None:
    assert _calendar_warning(date(2026, 12, 31), date(2026, 10, 2)) == ""
