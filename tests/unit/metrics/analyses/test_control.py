"""Control chart: limits from final periods only, flags, gaps, notes."""

from datetime import date

import numpy as np
import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.control import control_chart, period_end
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, batches, by_month, waiting

RATE = get_metric("unqualified_rate")
ALL = Scope.everything()
YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
STEADY = {(2025, month): (x, 100) for month, x in enumerate((3, 6, 2, 5, 4, 1, 6, 3, 5), start=1)}


@pytest.mark.parametrize(
    ("code", "period", "last"),
    [
        (202502, "month", date(2025, 2, 28)),
        (202412, "month", date(2024, 12, 31)),
        (20251, "quarter", date(2025, 3, 31)),
        (20254, "quarter", date(2025, 12, 31)),
        (2024, "year", date(2024, 12, 31)),
    ],
)
def test_the_last_day_of_a_period(code: int, period: str, last: date) -> None:
    assert period_end(code, period) == last  # type: ignore[arg-type]


def test_limits_are_those_of_the_final_months(make: Make) -> None:
    rows = by_month(STEADY)
    # 100 sampled, 60 with a result, 3 unqualified: 5.00 % of 60, 40 waiting, not complete.
    rows += batches(3, 60, day=date(2025, 10, 15)) + waiting(40, day=date(2025, 10, 15))
    chart = control_chart(make(sample=rows), RATE, YEAR, ALL)
    last = chart.frame.iloc[-1]
    assert (last["numerator"], last["denominator"], last["excluded_pending"]) == (3, 60, 40)
    assert (last["value"], last["completeness"], bool(last["provisional"])) == (0.05, 0.6, True)
    assert not chart.frame["provisional"][:-1].any()
    assert chart.centre == pytest.approx(sum(x for x, _ in STEADY.values()) / 900)
    assert "2025年10月" in chart.notes[0]


def test_a_month_that_still_runs_is_provisional(make: Make) -> None:
    rows = by_month({**STEADY, (2025, 10): (4, 100)})
    frame = control_chart(make(sample=rows, as_of=date(2025, 10, 20)), RATE, YEAR, ALL).frame
    assert frame["provisional"].tolist() == [False] * 9 + [True]


def test_a_jump_is_flagged_and_a_provisional_jump_is_not(make: Make) -> None:
    jump = by_month({**STEADY, (2025, 9): (25, 100)})
    frame = control_chart(make(sample=jump), RATE, YEAR, ALL).frame
    assert frame["flag"].tolist()[8] == "high"
    assert "high" not in frame["flag"].tolist()[:8]
    rows = [*jump, *waiting(50, day=date(2025, 9, 15))]
    assert control_chart(make(sample=rows), RATE, YEAR, ALL).frame["flag"].tolist() == [""] * 9


def test_a_level_that_moved_is_marked_as_a_run(make: Make) -> None:
    months = [(2024, month) for month in range(1, 13)] + [(2025, month) for month in range(1, 10)]
    noise = (0, 8, -7, 4, -8, 7, 2, -5, 7, -8, 1)
    counts = {
        month: ((40 if number < 11 else 60) + noise[number % 11], 1000) for number, month in enumerate(months)
    }
    filters = YEAR.with_(start=date(2024, 1, 1))
    chart = control_chart(make(sample=by_month(counts)), RATE, filters, ALL)
    assert chart.runs is not None
    assert chart.runs.signal
    # 21 useful points: the longest run chance allows is round(log2 21) + 3 = 7; here 11 below, then 10 above.
    assert chart.frame["flag"].tolist() == ["run"] * 21
    assert any("这段时间内水平可能变过" in note for note in chart.notes)


def test_a_month_without_samples_has_no_value(make: Make) -> None:
    rows = by_month({(2025, 1): (3, 100), (2025, 4): (3, 100)})
    frame = control_chart(make(sample=rows), RATE, YEAR, ALL).frame
    assert frame["period"].tolist() == [202501, 202502, 202503, 202504]
    assert frame["period_name"].tolist()[1] == "2025年2月"
    assert np.isnan(frame["value"].to_numpy(dtype=float)[1:3]).all()
    assert frame["denominator"].tolist() == [100, 0, 0, 100]


def test_quarters(make: Make) -> None:
    frame = control_chart(make(sample=by_month(STEADY)), RATE, YEAR, ALL, period="quarter").frame
    assert frame["period"].tolist() == [20251, 20252, 20253]
    assert frame["numerator"].tolist() == [11, 10, 14]


def test_the_power_note_speaks_of_the_typical_month(make: Make) -> None:
    (note,) = [
        text
        for text in control_chart(make(sample=by_month(STEADY)), RATE, YEAR, ALL).notes
        if "约100批次" in text
    ]
    assert "从3.89%升到5.83%" in note
    assert "没有提示不等于没有变化" in note


def test_few_periods_and_rare_failures_are_said(make: Make) -> None:
    notes = "".join(control_chart(make(sample=by_month(STEADY)), RATE, YEAR, ALL).notes)
    assert "不足13期" in notes
    assert "预期不足5批次" in notes


def test_rare_failures_in_small_months_are_not_marked(make: Make) -> None:
    # One failure in some months of 14: each has about 1 chance in 5, and months without any are the rule.
    months = {(2025, month): (1 if month in (3, 8) else 0, 14) for month in range(1, 11)}
    chart = control_chart(make(sample=by_month(months)), RATE, YEAR, ALL)
    limits = chart.frame["limit_upper"].to_numpy(dtype=float)
    centre = 2 / 140
    assert limits == pytest.approx(np.full(10, centre + 3 * np.sqrt(centre * (1 - centre) / 14)))
    assert chart.frame["limit_lower"].tolist() == [0.0] * 10
    assert chart.frame["flag"].tolist() == [""] * 10
    assert any("不作连续偏移的判断" in note for note in chart.notes)
    assert any("样品不足30批次的月份不作标记" in note for note in chart.notes)


def test_a_rare_failure_is_marked_where_chance_cannot_explain_it(make: Make) -> None:
    months = {(2025, month): (6 if month == 9 else 0, 40) for month in range(1, 11)}
    flags = control_chart(make(sample=by_month(months)), RATE, YEAR, ALL).frame["flag"].tolist()
    assert flags == ["high" if month == 9 else "" for month in range(1, 11)]


@pytest.mark.parametrize("rows", [[], waiting(5), batches(0, 40)])
def test_nothing_to_draw_limits_from(rows: list[dict[str, object]], make: Make) -> None:
    chart = control_chart(make(sample=rows), RATE, YEAR, ALL)
    assert chart.frame["flag"].tolist() == [""] * len(chart.frame)
    assert np.isnan(chart.frame["limit_upper"].to_numpy(dtype=float)).all()


def test_a_count_has_no_control_chart(make: Make) -> None:
    with pytest.raises(ValueError, match="不是比率"):
        control_chart(make(), get_metric("batches_sampled"), YEAR, ALL)
