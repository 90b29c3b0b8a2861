"""The same months a year earlier, and the phrase an official can quote."""

from datetime import date

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.year_on_year import Sums, count_change, year_on_year
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, by_month, waiting

RATE = get_metric("unqualified_rate")
ALL = Scope.everything()
HALF = Filters(start=date(2025, 1, 1), end=date(2025, 6, 30))
FEBRUARY = Filters(start=date(2025, 2, 1), end=date(2025, 2, 28))


def sums(numerator: int, denominator: int) -> Sums:
    """Both counts of one year."""
    return Sums(numerator=numerator, denominator=denominator)


def test_a_clear_change_is_said_in_percentage_points(make: Make) -> None:
    # Newcombe 1998, table II, case (a): 56/70 against 48/80 differ by 20.00 points (5.24 to 33.39).
    rows = by_month({(2025, 2): (56, 70), (2024, 2): (48, 80), (2024, 8): (9, 9), (2023, 2): (1, 1)})
    compared = year_on_year(make(sample=rows), RATE, FEBRUARY, ALL)
    assert compared.phrase == (
        "2025年2月监督抽检不合格率80.00%（56/70），"
        "比上年同期60.00%（48/80）上升20.00个百分点（95%区间 +5.24—+33.39）。"
    )
    assert compared.notes == ()


@pytest.mark.parametrize(
    ("now", "before"), [((12, 480), (25, 500)), ((3, 100), (2, 100)), ((10, 400), (10, 400))]
)
def test_the_arrow_needs_an_interval_without_zero(
    now: tuple[int, int], before: tuple[int, int], make: Make
) -> None:
    compared = year_on_year(make(sample=by_month({(2025, 2): now, (2024, 2): before})), RATE, HALF, ALL)
    is_clear = now == (12, 480)
    assert ("未见明显变化" in compared.phrase) is not is_clear
    assert ("下降2.50个百分点" in compared.phrase) is is_clear


def test_months_without_all_results_are_left_out_of_both_years(make: Make) -> None:
    rows = by_month({(2025, 5): (5, 100), (2025, 6): (0, 50), (2024, 5): (4, 100), (2024, 6): (90, 100)})
    rows += waiting(50, day=date(2025, 6, 15))
    asked = Filters(start=date(2025, 5, 1), end=date(2025, 6, 30))
    compared = year_on_year(make(sample=rows), RATE, asked, ALL)
    assert (compared.now, compared.before) == (sums(5, 100), sums(4, 100))
    assert compared.left_out == (202506,)
    assert compared.phrase.startswith("2025年5月监督抽检不合格率5.00%（5/100）")
    assert compared.notes == (
        "2025年6月尚未结束或结果未齐；这些月份两年都未列入，比较的是2025年5月与2024年5月。",
    )


def test_months_after_the_day_of_the_data_are_left_out_of_the_year_before(make: Make) -> None:
    # Data up to 31 October 2025; November and December of 2024 must not stand against nothing.
    rows = by_month({(2025, month): (1, 100) for month in range(1, 11)})
    rows += by_month({(2024, month): (2, 100) if month < 11 else (50, 100) for month in range(1, 13)})
    asked = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
    compared = year_on_year(make(sample=rows), RATE, asked, ALL)
    assert (compared.now, compared.before) == (sums(10, 1000), sums(20, 1000))
    assert compared.left_out == (202511, 202512)
    assert compared.phrase.startswith("2025年1—10月监督抽检不合格率1.00%（10/1,000）")
    assert compared.notes == (
        "2025年11—12月尚未结束或结果未齐；这些月份两年都未列入，比较的是2025年1—10月与2024年1—10月。",
    )


def test_months_before_the_first_data_are_left_out_of_the_later_year(make: Make) -> None:
    rows = by_month({(2021, month): (1, 100) if month < 11 else (3, 100) for month in range(1, 13)})
    rows += by_month({(2020, 11): (4, 100), (2020, 12): (4, 100)})
    asked = Filters(start=date(2021, 1, 1), end=date(2021, 12, 31))
    compared = year_on_year(make(sample=rows), RATE, asked, ALL)
    assert (compared.now, compared.before) == (sums(6, 200), sums(8, 200))
    assert compared.period == "2021年11—12月"
    assert compared.notes == (
        "2020年1—10月没有可计入的数据；这些月份两年都未列入，比较的是2021年11—12月与2020年11—12月。",
    )


def test_an_incomplete_month_of_the_earlier_year_is_left_out_of_both(make: Make) -> None:
    rows = by_month({(2025, 1): (5, 100), (2025, 2): (9, 100), (2024, 1): (4, 100), (2024, 2): (1, 94)})
    rows += waiting(6, day=date(2024, 2, 15))  # 94 of 100 final: under 95 %
    asked = Filters(start=date(2025, 1, 1), end=date(2025, 2, 28))
    compared = year_on_year(make(sample=rows), RATE, asked, ALL)
    assert (compared.now, compared.before) == (sums(5, 100), sums(4, 100))
    assert compared.notes[0].startswith("2024年2月结果未齐；")


def test_a_gap_in_the_middle_is_named(make: Make) -> None:
    months = {(year, month): (5, 100) for year in (2024, 2025) for month in (1, 2, 3, 5, 6)}
    rows = by_month(months) + waiting(50, day=date(2025, 3, 15))
    phrase = year_on_year(make(sample=rows), RATE, HALF, ALL).phrase
    assert phrase.startswith("2025年1—2月、5—6月监督抽检不合格率5.00%（20/400），上年同期5.00%（20/400）")


def test_days_of_a_partial_month_stay_the_same_days(make: Make) -> None:
    rows = by_month({(2025, month): (1, 100) for month in (3, 4)})
    rows += by_month({(2024, month): (1, 100) for month in (3, 4)})
    asked = Filters(start=date(2025, 3, 10), end=date(2025, 4, 20))
    assert year_on_year(make(sample=rows), RATE, asked, ALL).period == "2025年3月10日—2025年4月20日"


def test_nothing_to_compare_with(make: Make) -> None:
    compared = year_on_year(make(sample=by_month({(2025, 1): (5, 100)})), RATE, HALF, ALL)
    assert compared.change is None
    assert (compared.now, compared.before) == (sums(0, 0), sums(0, 0))
    assert compared.phrase == "2025年1—6月监督抽检不合格率没有两年数据都齐的月份，不作同比。"
    assert compared.notes == ("2025年2—6月没有可计入的数据；2024年1—6月没有可计入的数据。",)
    nothing = year_on_year(make(sample=waiting(9, day=date(2025, 1, 15))), RATE, HALF, ALL)
    assert "不作同比" in nothing.phrase


@pytest.mark.parametrize(
    "metric_id", ["batches_sampled", "repeat_offenders", "suspected_share", "batches_per_1000"]
)
def test_what_cannot_be_added_up_by_month_is_refused(metric_id: str, make: Make) -> None:
    with pytest.raises(ValueError, match="不作同比"):
        year_on_year(make(), get_metric(metric_id), HALF, ALL)


def test_complete_months_and_what_can_be_compared_in_one_run(make: Make) -> None:
    counts = {(year, month): (2, 100) for year in (2024, 2025) for month in (1, 2, 3, 4)}
    rows = by_month(counts) + waiting(50, day=date(2025, 4, 15))
    asked = Filters(start=date(2025, 1, 1), end=date(2025, 4, 30))
    months = year_on_year(make(sample=rows), RATE, asked, ALL).months
    assert months.final == (202501, 202502, 202503)
    assert months.waiting == (202504,)
    assert months.compared == Filters(start=date(2025, 1, 1), end=date(2025, 3, 31))


def test_a_gap_between_the_months_cannot_be_compared_as_one_period(make: Make) -> None:
    counts = {(year, month): (2, 100) for year in (2024, 2025) for month in (1, 2, 3)}
    rows = by_month(counts) + waiting(50, day=date(2024, 2, 15))
    asked = Filters(start=date(2025, 1, 1), end=date(2025, 3, 31))
    months = year_on_year(make(sample=rows), RATE, asked, ALL).months
    assert months.waiting == (202502,), "the year before waits"
    assert months.final == (202501, 202502, 202503)
    assert months.compared is None


@pytest.mark.parametrize(
    ("now", "before", "p_value"),
    # Sums of binomial coefficients over 2^n: 2·(C(21,0)+…+C(21,5))/2^21, 2·(1+…+C(10,3))/2^10, 2/2^5.
    [(16, 5, 55792 / 2**21), (7, 3, 352 / 1024), (0, 5, 2 / 32), (4, 4, 1.0), (0, 0, 1.0)],
)
def test_two_counts_are_compared_exactly(now: int, before: int, p_value: float) -> None:
    change = count_change(now, before)
    assert change.p_value == pytest.approx(p_value)
    assert change.is_clear is (p_value < 0.05)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        count_change(-1, 3)
