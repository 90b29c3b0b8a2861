"""The same months a year earlier, and the phrase an official can quote."""

from datetime import date

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.year_on_year import year_on_year
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, by_month, waiting

RATE = get_metric("unqualified_rate")
ALL = Scope.everything()
HALF = Filters(start=date(2025, 1, 1), end=date(2025, 6, 30))


def test_a_clear_change_is_said_in_percentage_points(make: Make) -> None:
    # Newcombe 1998, table II, case (a): 56/70 against 48/80 differ by 20.00 points (5.24 to 33.39).
    rows = by_month({(2025, 2): (56, 70), (2024, 2): (48, 80), (2024, 8): (9, 9), (2023, 2): (1, 1)})
    compared = year_on_year(make(sample=rows), RATE, HALF, ALL)
    assert compared.phrase == (
        "2025年1—6月监督抽检不合格率80.00%（56/70），"
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
    rows = by_month({(2025, 1): (5, 100), (2025, 6): (0, 50), (2024, 1): (4, 100), (2024, 6): (90, 100)})
    rows += waiting(50, day=date(2025, 6, 15))
    compared = year_on_year(make(sample=rows), RATE, HALF, ALL)
    assert (compared.now.numerator, compared.now.denominator) == (5, 100)
    assert (compared.before.numerator, compared.before.denominator) == (4, 100)
    assert compared.left_out == (202506,)
    assert compared.phrase.startswith("2025年1—5月监督抽检不合格率5.00%（5/100）")
    assert "2025年6月" in compared.notes[0]


def test_a_gap_in_the_middle_is_named(make: Make) -> None:
    rows = by_month({(2025, 1): (5, 100), (2025, 3): (1, 50), (2025, 6): (5, 100), (2024, 1): (4, 100)})
    rows += waiting(50, day=date(2025, 3, 15))
    phrase = year_on_year(make(sample=rows), RATE, HALF, ALL).phrase
    assert phrase.startswith("2025年1—6月（不含2025年3月）监督抽检不合格率5.00%（10/200）")


def test_nothing_to_compare_with(make: Make) -> None:
    compared = year_on_year(make(sample=by_month({(2025, 1): (5, 100)})), RATE, HALF, ALL)
    assert compared.change is None
    assert compared.phrase.endswith("没有可比的上年同期。")
    assert "2024年1—6月" in compared.notes[0]
    nothing = year_on_year(make(sample=waiting(9, day=date(2025, 1, 15))), RATE, HALF, ALL)
    assert "暂不作同比" in nothing.phrase


@pytest.mark.parametrize(
    "metric_id", ["batches_sampled", "repeat_offenders", "suspected_share", "batches_per_1000"]
)
def test_what_cannot_be_added_up_by_month_is_refused(metric_id: str, make: Make) -> None:
    with pytest.raises(ValueError, match="不作同比"):
        year_on_year(make(), get_metric(metric_id), HALF, ALL)
