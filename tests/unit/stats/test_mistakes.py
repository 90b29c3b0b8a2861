"""Mistakes of statistics dashboards that the functions themselves prevent."""

import json
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from lib.stats import (
    comparison,
    control_charts,
    funnel,
    intervals,
    lift,
    power,
    ranks,
    rounding,
    standardisation,
    suppression,
    survival,
    trend,
)

VECTORS = Path(__file__).parent / "vectors"


def test_small_samples_are_marked() -> None:
    """District 1/8 tops any list of raw rates; it must be recognisable."""
    assert list(intervals.small_sample([1, 4, 5, 0], [8, 400, 400, 0])) == [True, True, False, True]


def test_small_samples_have_no_place() -> None:
    x, n = [1, 30, 25, 20, 15], [8, 1000, 1000, 1000, 1000]
    interval = ranks.rank_interval(x, n, draws=2000)
    assert interval.rank[0] == 1
    assert (interval.lower[0], interval.upper[0]) == (1, 5)


def test_same_rates_with_different_mixes_are_equal() -> None:
    """Same stratum rates everywhere: every O/E is 1 although the crude rates differ sixfold."""
    rates, tested = (
        np.array([0.002, 0.02, 0.05]),
        np.array([[9000, 500, 500], [500, 500, 9000], [1000, 8000, 1000]]),
    )
    failures = tested * rates
    expected = standardisation.expected_count(tested, failures.sum(axis=0), tested.sum(axis=0))
    ratio, _, _ = standardisation.indirect_ratio(failures.sum(axis=1), expected)
    assert np.allclose(ratio, 1.0, atol=1e-9)
    crude = failures.sum(axis=1) / tested.sum(axis=1)
    assert crude.max() / crude.min() > 6


def test_simpson_is_noticed() -> None:
    """Kidney stones: 78.0 % below 82.6 % overall, higher in both strata."""
    result = comparison.standardised_comparison([81, 192], [87, 263], [234, 55], [270, 80])
    assert result.reversed_by_mix
    assert result.crude_difference == pytest.approx(273 / 350 - 289 / 350)
    assert (result.stratum_difference > 0).all()
    assert not comparison.standardised_comparison([5, 9], [100, 100], [2, 3], [100, 100]).reversed_by_mix


def test_ordinary_rate_is_grey() -> None:
    assert funnel.exact_flags(5, 100, 0.04) == "Not significant"


def test_two_points_are_not_a_change() -> None:
    _, lower, upper = intervals.newcombe_difference(3, 100, 2, 100)
    assert lower < 0 < upper
    difference, lower, upper = intervals.newcombe_difference(25, 500, 12, 480)
    assert difference == pytest.approx(0.025)
    assert (100 * lower, 100 * upper) == (pytest.approx(0.1, abs=0.1), pytest.approx(5.0, abs=0.2))


def test_chance_alarms_stay_rare() -> None:
    """200 districts in control: at most 5 % flagged (plus chance), alerts at 99.8 % about none."""
    generator = np.random.default_rng(7)
    n = generator.integers(200, 2000, 200)
    flags = funnel.exact_flags(generator.binomial(n, 0.02), n, 0.02)
    assert (flags != "Not significant").mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)
    assert np.isin(flags, ["High (0.001)", "Low (0.001)"]).sum() <= 2


def test_false_discovery_rate_agrees_with_the_textbook() -> None:
    """Benjamini & Hochberg 1995, section 3.2: 15 ordered p-values, the first four are discoveries at 5 %."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
    ]
    marked = funnel.benjamini_hochberg([*p, 0.7590, 1.0])
    assert list(np.flatnonzero(marked)) == [0, 1, 2, 3]


def test_open_cases_raise_the_median() -> None:
    closed = list(range(1, 51))
    before = survival.kaplan_meier(closed, [1] * 50)
    after = survival.kaplan_meier(closed + [200] * 50, [1] * 50 + [0] * 50)
    assert before.median == 25
    assert after.median == 50
    assert survival.kaplan_meier([5, 9, 200, 200, 200], [1, 1, 0, 0, 0]).median is None


def test_median_survives_rounding() -> None:
    """S(20) is exactly one half: the answer is 20, though binary fractions leave it above one half."""
    result = survival.kaplan_meier([3, 10, 20, 45, 45, 60], [1] * 6)
    assert (result.median, result.median_midpoint) == (20, 32.5)


def test_young_cohorts_are_too_early() -> None:
    young = survival.kaplan_meier([3, 5, 8, 10, 10], [1, 1, 0, 0, 0])
    assert survival.closed_within(young, 30).too_early
    assert survival.closed_within(young, 30).share is None
    grown = survival.kaplan_meier([3, 5, *[40] * 8], [1, 1, *[0] * 8])
    within = survival.closed_within(grown, 30)
    assert (within.share, within.n_at_risk, within.shown) == (pytest.approx(0.2), 8, True)
    done = survival.closed_within(survival.kaplan_meier([1, 2, 3, 4, 5], [1] * 5), 30)
    assert (done.share, done.too_early, done.shown) == (1.0, False, True)
    closed = survival.kaplan_meier([1, 2, 3, 4, 5], [1] * 5)
    assert survival.closed_within(closed, 30, follow_up=10).too_early, "closed, but begun ten days ago"
    assert survival.closed_within(closed, 30, follow_up=30).share == 1.0


def test_overdispersion_is_not_86_percent_outliers() -> None:
    """303 English areas: phi 242.28; 260 outside the 99.8 % limits become 2."""
    document = json.loads((VECTORS / "funnel_limits.public.json").read_text(encoding="utf-8"))
    case = next(case for case in document["cases"] if case["id"] == "phe_prop_significance_all303")
    x, n = case["input"]["numerator"], case["input"]["denominator"]
    outer = ["High (0.001)", "Low (0.001)"]
    result = funnel.overdispersion(x, n)
    assert result.phi == pytest.approx(242.28, abs=0.01)
    assert np.isin(funnel.normal_flags(x, n), outer).sum() == 260
    assert np.isin(funnel.overdispersion_flags(result), outer).sum() == 2


def test_later_spike_does_not_move_the_limits() -> None:
    x, n = np.array([9, 12, 10, 11, 8, 13, 9, 12]), np.full(8, 500)
    spiked = x.copy()
    spiked[-1] = 60
    include = np.arange(8) < 6
    before = control_charts.proportion_chart(x, n, include=include)
    after = control_charts.proportion_chart(spiked, n, include=include)
    assert np.array_equal(before.upper, after.upper)
    assert after.outside[-1]
    assert not before.outside[-1]


def test_zero_is_not_shown_as_safe() -> None:
    lower, upper = intervals.wilson(0, 12)
    assert (lower, round(100 * float(upper), 2)) == (0.0, 24.25)


def test_no_trend_across_a_break() -> None:
    years, x, n = range(2019, 2024), [10, 20, 40, 80, 160], [5000] * 5
    assert trend.recent_trend(years, x, n).trend == "Increasing"
    assert trend.recent_trend(years, x, n, breaks=[2021]).trend == "Cannot be calculated"
    assert trend.recent_trend(years, x, n, breaks=[2019, 2024]).trend == "Increasing"
    assert trend.recent_trend(years, [0, *x[1:]], n).trend == "Cannot be calculated"


def test_row_wise_hiding_leaks() -> None:
    """Two hidden cells of one row are each recovered from their columns; the audit sees it, the mend holds."""
    table = [[3, 10, 40], [30, 40, 50], [60, 25, 70]]
    by_row = np.array([[1, 1, 0], [0, 0, 0], [0, 0, 0]])
    lowest, highest = suppression.audit(table, by_row)
    assert np.allclose(lowest[0, :2], [3, 10])
    assert np.allclose(highest[0, :2], [3, 10])
    hidden = suppression.protect_table(table)
    assert hidden[0, 0]
    lowest, highest = suppression.audit(table, hidden)
    assert (highest[hidden] - lowest[hidden] >= 5).all()


def test_single_hidden_cell_takes_the_next_smallest() -> None:
    assert list(suppression.secondary([3, 0, 20, 9], [1, 0, 0, 0])) == [False, False, False, True]
    assert not suppression.secondary([3, 2, 20, 9], [1, 1, 0, 0]).any()
    grouped = suppression.secondary([3, 20, 9, 4, 8], [1, 0, 0, 0, 0], ["a", "a", "b", "b", "b"])
    assert list(grouped) == [False, True, False, False, False]


def test_hidden_parent_hides_two_children() -> None:
    ranks_of_children = suppression.smallest_ranks([0, 3, 10, 5, 8], ["A", "A", "A", "B", "B"])
    assert list(ranks_of_children) == [0, 1, 2, 1, 2]
    assert list(suppression.cascade(["A", "A", "A", "B", "B"], [1, 2, 3, 1, 2], ["A"])) == [1, 1, 0, 0, 0]


def test_halves_go_up_once() -> None:
    assert rounding.published_rate(81, 4000) == 2.03
    assert rounding.round_half_up(2.025) == 2.03
    assert rounding.rounding_gap([33.333, 33.333, 33.334]) == pytest.approx(0.01)


def test_lift_with_every_sample_failing() -> None:
    """50/50 against 49/50: the score limit of the package used otherwise excludes 1; ours does not."""
    result = lift.rate_ratio(50, 50, 49, 50)
    assert result.lower == pytest.approx(0.946915, abs=2e-6)
    faulty, _ = confint_proportions_2indep(50, 50, 49, 50, compare="ratio", method="score", correction=False)
    assert faulty > 1, "the package is mended: the special case can go"


def test_lift_without_routine_finds_is_a_lower_limit() -> None:
    result = lift.rate_ratio(12, 400, 0, 300)
    assert result.ratio is None
    assert result.upper is None
    assert result.lower is not None
    assert result.lower > 1


def test_standardised_lift_removes_the_mix() -> None:
    """Targeted sampling that only goes where rates are high finds more, but lifts nothing."""
    result = lift.standardised_lift([2, 100], [100, 1000], [20, 10], [1000, 100])
    assert result.crude.ratio == pytest.approx((102 / 1100) / (30 / 1100))
    assert result.ratio == pytest.approx(1.0)
    left_out = lift.standardised_lift([2, 100], [100, 1000], [20, 0], [1000, 0])
    assert (left_out.strata_used, left_out.strata_left_out) == (1, 1)
    assert left_out.ratio == pytest.approx(1.0)


def test_power_note() -> None:
    """At n = 400 a rise from 2.5 % to 3.75 % is seen about one time in eight."""
    assert float(power.detection_probability(0.025, 0.0375, 400)) == pytest.approx(1 / 8, abs=0.01)
    assert float(power.detectable_rate(0.025, 400, 0.8)) > 0.05


def test_limits_for_drawing_fit_the_flags() -> None:
    """Where the drawn exact limit is crossed clearly, the flag agrees."""
    _, upper = funnel.exact_limits(0.02, [500, 5000], 0.95)
    assert (
        list(funnel.exact_flags(np.ceil(upper * [500, 5000]) + 1, [500, 5000], 0.02)) == ["High (0.025)"] * 2
    )
    _, upper = funnel.ratio_limits([10.0, 200.0])
    assert list(funnel.ratio_flags(np.ceil(upper * [10, 200]) + 1, [10, 200])) == ["High (0.025)"] * 2


def test_ratio_limits_invert_the_poisson_tails() -> None:
    """The expected counts between which 10 events are unremarkable are the exact interval of 10 (published:
    4.80–18.39).
    """
    expected_lower, _, expected_upper, ratio = funnel.ratio_limits_at_observed(10)
    assert float(expected_upper) == pytest.approx(4.795, abs=1e-3)
    assert float(expected_lower) == pytest.approx(18.390, abs=1e-3)
    assert float(ratio) == pytest.approx(10 / 4.795389, abs=1e-5)


def test_mann_kendall_by_hand() -> None:
    """Six rising values: S = 15 pairs, Var = 6·5·17/18, Z = (S - 1)/√Var; a tie of two takes 18/18 from the
    variance.
    """
    result = trend.mann_kendall([1, 2, 3, 4, 5, 6])
    assert (result.s, result.tau, result.slope, result.trend) == (15, 1.0, 1.0, "increasing")
    assert result.z == pytest.approx(14 / np.sqrt(85 / 3))
    assert trend.mann_kendall([1, np.nan, 1, 2]).variance == pytest.approx((3 * 2 * 11 - 2 * 1 * 9) / 18)


def test_lifelines_agrees_with_the_limits_we_write() -> None:
    from lifelines import KaplanMeierFitter

    days, closed = [1, 3, 3, 5, 8, 9, 12, 14], [1, 1, 0, 1, 0, 1, 0, 0]
    limits = KaplanMeierFitter().fit(days, closed).confidence_interval_survival_function_.loc[[1, 3, 5, 9]]
    result = survival.kaplan_meier(days, closed)
    rows = np.isin(result.time, [1, 3, 5, 9])
    assert np.allclose(result.lower[rows], limits.iloc[:, 0])
    assert np.allclose(result.upper[rows], limits.iloc[:, 1])
