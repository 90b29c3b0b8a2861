"""Values exactly on a rule's boundary, and options that no reference vector covers."""

import numpy as np
import pytest

from lib.stats import (
    control_charts,
    funnel,
    intervals,
    ranks,
    runs,
    standardisation,
    suppression,
    survival,
    xmr,
)


def test_small_sample_boundary() -> None:
    """Thirty tested and five failures are enough; one less of either is not."""
    assert list(intervals.small_sample([5, 5, 4], [30, 29, 30])) == [False, True, True]


def test_longest_run_boundary() -> None:
    """Ten useful points allow a run of round(log2 10) + 3 = 6; eleven allow no run of seven."""
    alternating = [-1, 1, -1, 1]
    assert runs.runs_analysis([1] * 6 + alternating, 0).signal is False
    assert runs.runs_analysis([1] * 7 + alternating, 0).signal is True


def test_too_few_points_are_marked() -> None:
    assert runs.runs_analysis([1, -1] * 4 + [1], 0).too_few
    assert not runs.runs_analysis([1, -1] * 5, 0).too_few


def test_missing_points_do_not_break_a_run() -> None:
    result = runs.runs_analysis([1, 1, np.nan, 1, 0, 1, -1], 0)
    assert (result.n_observed, result.n_useful, result.longest_run, result.crossings) == (7, 5, 4, 1)


def test_flag_boundary_is_strict() -> None:
    """P(X >= x) must lie below 2.5 %: two of two at 15.8 % has 2.4964 %, at 15.9 % it has 2.5281 %."""
    assert funnel.exact_flags(2, 2, 0.158) == "High (0.025)"
    assert funnel.exact_flags(2, 2, 0.159) == "Not significant"


def test_rebased_segments_stand_alone() -> None:
    first, second = [3.0, 4.0, 3.5, 4.5, 3.0, 4.0], [8.0, 9.0, 8.5, 9.5, 8.0]
    whole = xmr.xmr_chart(first + second, rebase_at=[6])
    parts = [xmr.xmr_chart(first), xmr.xmr_chart(second)]
    for name in ("mean", "lower", "upper"):
        assert np.allclose(getattr(whole, name), np.concatenate([getattr(part, name) for part in parts]))
    assert set(whole.special_cause) == {"Common Cause"}
    assert "Common Cause" not in xmr.xmr_chart([*first * 3, *second * 2]).special_cause[-5:]


def test_assurance_is_unknown_without_limits() -> None:
    assert xmr.xmr_chart([3.0] * 9, target=2).assurance is None
    assert xmr.xmr_chart([3.0, 4.0, 3.0, 4.0], target=2, improvement="neutral").assurance is None
    assert list(xmr.assurance(4, [1, np.nan], [3, np.nan], "increase")) == ["consistent_fail", ""]


def test_trial_limits_under_thirteen_points() -> None:
    values = [3.0, 4.0] * 10
    assert xmr.xmr_chart(values[:12]).trial_limits
    assert not xmr.xmr_chart(values[:13]).trial_limits
    assert xmr.xmr_chart(values, rebase_at=[10]).trial_limits


def test_untested_period_is_drawn_without_limits() -> None:
    chart = control_charts.proportion_chart([5, 0, 9, 4, 30], [100, 0, 100, 100, 100], prime=False)
    assert np.isnan([chart.rate[1], chart.upper[1], chart.lower[1]]).all()
    assert chart.centre == pytest.approx(48 / 400)
    assert list(chart.outside) == [False, False, False, False, True]


def test_laney_by_hand() -> None:
    """Four equal periods: sigma_z is the mean step of z over 1.128, the limits three of those wide."""
    x, n = np.array([2, 8, 4, 6]), np.full(4, 100)
    sigma = np.sqrt(0.05 * 0.95 / 100)
    sigma_z = (0.06 + 0.04 + 0.02) / 3 / sigma / 1.128
    chart = control_charts.proportion_chart(x, n, screen=False)
    assert chart.sigma_z == pytest.approx(sigma_z)
    assert chart.upper[0] == pytest.approx(0.05 + 3 * sigma * sigma_z)
    assert chart.upper_warning[0] == pytest.approx(0.05 + 2 * sigma * sigma_z)
    assert chart.lower[0] == 0.0


def test_interval_method_changes_at_ten() -> None:
    assert list(standardisation.interval_method([9, 10])) == ["Exact", "Byars"]
    assert np.isnan(standardisation.byar(1, 0.998)[0]), "a negative limit is missing, not 0"
    assert np.isnan(standardisation.direct_rate([4, 5], [100, 100], [1, 1])).all()
    assert standardisation.direct_rate([5, 5], [100, 100], [1, 1])[0] == pytest.approx(0.05)


def test_rank_of_the_smallest_first() -> None:
    x, n = [10, 400, 100], [1000, 1000, 1000]
    assert list(ranks.rank_interval(x, n, draws=500).rank) == [3, 1, 2]
    lowest = ranks.rank_interval(x, n, draws=500, highest_first=False)
    assert list(lowest.rank) == list(lowest.lower) == list(lowest.upper) == [1, 3, 2]
    estimate, se = ranks.smoothed_rate(x, n)
    clear = ranks.rank_confidence_set(estimate, se, highest_first=False, simultaneous=True, draws=500)
    assert list(clear.rank) == list(clear.lower) == list(clear.upper) == [1, 3, 2]


def test_same_seed_same_interval() -> None:
    first, again = (ranks.rank_interval([5, 6, 7], [100, 90, 80], draws=300) for _ in range(2))
    assert np.array_equal(first.lower, again.lower)
    assert np.array_equal(first.upper, again.upper)


def test_survival_intervals_of_the_other_scales() -> None:
    """One of four closed: S = 3/4, Greenwood 1/12; plain 0.75 ± 1.96·0.75·√(1/12), log 0.75·exp(±1.96·√(1/12))."""
    plain = survival.kaplan_meier([2, 5, 5, 5], [1, 0, 0, 0], interval="plain")
    assert plain.lower[0] == pytest.approx(0.75 - 1.959964 * 0.75 * np.sqrt(1 / 12), abs=1e-6)
    assert plain.upper[0] == 1.0
    log = survival.kaplan_meier([2, 5, 5, 5], [1, 0, 0, 0], interval="log")
    assert log.lower[0] == pytest.approx(0.75 * np.exp(-1.959964 * np.sqrt(1 / 12)), abs=1e-6)


def test_closure_on_the_last_day_is_within_the_limit() -> None:
    result = survival.kaplan_meier([10, 10, 20, 30], [1, 1, 1, 0])
    assert survival.closed_within(result, 10).share == pytest.approx(0.5)
    assert survival.closed_within(result, 9.5).share == pytest.approx(0.0)
    assert survival.closed_within(result, 10).n_at_risk == 4


def test_published_hiding_bounds() -> None:
    assert list(suppression.primary([0, 1, 4, 5])) == [False, True, True, False]
    assert list(suppression.primary([0, 1, 9, 10], 1, 9)) == [False, True, True, False]
    shown = [suppression.round_to_five(value) for value in (0, 1, 7, 8, 12, 13)]
    assert shown == ["0", "5", "5", "10", "10", "15"]
    assert suppression.round_to_five(3, small="*") == "*"
