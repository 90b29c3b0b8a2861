"""Figures read as the published notices print them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.metrics.format import (
    change_of,
    change_text,
    count_text,
    decimal_text,
    interval_text,
    points_text,
    rate_of_counts_text,
    rate_text,
    rate_with_counts_text,
    value_text,
)
from lib.metrics.registry import get_metric


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0234497, "2.34%"),
        (0.02025, "2.03%"),
        (0.0, "0.00%"),
        (1.0, "100.00%"),
        (None, "—"),
        (float("nan"), "—"),
    ],
)
def test_rates_are_rounded_once_half_up(value: float | None, shown: str) -> None:
    assert rate_text(value) == shown


@pytest.mark.parametrize(
    ("x", "n", "shown"),
    [
        # First half of 2025 and the whole of 2023 as printed in the national notices.
        (70174, 2921763, "2.40%（70,174/2,921,763）"),
        (190872, 6997389, "2.73%（190,872/6,997,389）"),
        (187368, 6954438, "2.69%（187,368/6,954,438）"),
        (0, 12, "0.00%（0/12）"),
        (0, 0, "—（0/0）"),
    ],
)
def test_a_rate_stands_with_its_counts(x: int, n: int, shown: str) -> None:
    assert rate_with_counts_text(x, n) == shown


@given(x=st.integers(0, 10**7), extra=st.integers(0, 10**7))
def test_percent_of_counts_is_the_nearest_hundredth(x: int, extra: int) -> None:
    n = x + extra
    if n == 0:
        assert rate_of_counts_text(x, n) == "—"
        return
    shown = Fraction(rate_of_counts_text(x, n).rstrip("%"))
    exact = Fraction(100 * x, n)
    assert -Fraction(1, 200) < shown - exact <= Fraction(1, 200)


def test_counts_and_decimals() -> None:
    assert (count_text(1234567), count_text(0), count_text(None)) == ("1,234,567", "0", "—")
    assert (decimal_text(4.065), decimal_text(float("nan"))) == ("4.07", "—")
    assert interval_text(0.0238, 0.0242) == "2.38%—2.42%"
    assert interval_text(None, 0.1) == "—"


def test_values_read_by_the_kind_of_metric() -> None:
    assert value_text(get_metric("unqualified_rate"), 0.0234497) == "2.34%"
    assert value_text(get_metric("batches_per_1000"), 4.0666) == "4.07 批次/千人"
    assert value_text(get_metric("unqualified_batches"), 1234.0) == "1,234 批次"
    assert value_text(get_metric("disposal_overdue"), None) == "—"


def test_a_fall_is_in_percentage_points_with_its_interval() -> None:
    # Newcombe 1998, table II, case (a): 56/70 against 48/80 gives 0.2000 (0.0524 to 0.3339).
    change = change_of(48, 80, 56, 70)
    assert change_text(change) == "下降20.00个百分点（95%区间 -33.39—-5.24）"
    assert change_text(change_of(56, 70, 48, 80)) == "上升20.00个百分点（95%区间 +5.24—+33.39）"


@pytest.mark.parametrize(("now", "before"), [((3, 100), (2, 100)), ((0, 10), (0, 10))])
def test_what_chance_explains_is_no_change(now: tuple[int, int], before: tuple[int, int]) -> None:
    assert change_text(change_of(*now, *before)).startswith("未见明显变化")


def test_no_denominator_no_change() -> None:
    assert change_of(0, 0, 1, 10) is None
    assert change_text(None) == "—"


def test_direction_decides_what_is_better() -> None:
    fall = change_of(48, 80, 56, 70)
    assert fall is not None
    assert [fall.meaning(direction) for direction in ("lower", "higher", "neutral")] == [
        "better",
        "worse",
        "unclear",
    ]
    assert points_text(-0.00114) == "0.11个百分点"
