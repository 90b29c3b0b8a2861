"""Properties that hold for every input (hypothesis): estimates inside limits, monotone flags and curves."""

import contextlib
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from lib.stats import (
    control_charts,
    funnel,
    intervals,
    lift,
    power,
    ranks,
    rounding,
    runs,
    standardisation,
    suppression,
    survival,
    xmr,
)

quick = settings(max_examples=60, deadline=None, derandomize=True)
some = settings(max_examples=20, deadline=None, derandomize=True)


@st.composite
def proportion(draw: st.DrawFn, largest: int = 5000) -> tuple[int, int]:
    """Draw 0 <= x <= n, n >= 1."""
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


def series_of(size: int = 12) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Draw several proportions."""
    return st.lists(proportion(400), min_size=3, max_size=size)


@quick
@given(proportion(), st.floats(0.5, 0.999))
def test_wilson_contains_the_rate_and_mirrors(counts: tuple[int, int], confidence: float) -> None:
    x, n = counts
    lower, upper = intervals.wilson(x, n, confidence)
    assert 0.0 <= lower <= x / n <= upper <= 1.0
    mirrored_lower, mirrored_upper = intervals.wilson(n - x, n, confidence)
    assert np.allclose([1 - mirrored_upper, 1 - mirrored_lower], [lower, upper], atol=1e-12)
    assert (lower == 0.0) == (x == 0)
    assert (upper == 1.0) == (x == n)


@quick
@given(proportion(), st.integers(2, 20))
def test_wilson_narrows_with_more_tests(counts: tuple[int, int], factor: int) -> None:
    x, n = counts
    lower, upper = intervals.wilson([x, x * factor], [n, n * factor])
    assert upper[1] - lower[1] < upper[0] - lower[0]


@quick
@given(proportion(), proportion())
def test_newcombe_contains_the_difference_and_turns_sign(a: tuple[int, int], b: tuple[int, int]) -> None:
    difference, lower, upper = intervals.newcombe_difference(*a, *b)
    assert -1.0 <= lower <= difference <= upper <= 1.0
    other, other_lower, other_upper = intervals.newcombe_difference(*b, *a)
    assert np.allclose([other, other_lower, other_upper], [-difference, -upper, -lower])


@quick
@given(st.integers(0, 300), st.floats(0.1, 300.0))
def test_ratio_contains_itself(observed: int, expected: float) -> None:
    ratio, lower, upper = standardisation.indirect_ratio(observed, expected)
    assert lower <= ratio <= upper


@some
@given(proportion(300), proportion(300))
def test_lift_contains_itself_and_inverts(a: tuple[int, int], b: tuple[int, int]) -> None:
    forth, back = lift.rate_ratio(*a, *b), lift.rate_ratio(*b, *a)
    if forth.ratio is None or back.ratio is None:
        return
    assert forth.lower is not None
    assert forth.upper is not None
    assert back.upper is not None
    assert forth.lower <= forth.ratio * (1 + 1e-9)
    assert forth.ratio <= forth.upper * (1 + 1e-9)
    assert np.isclose(forth.lower * back.upper, 1.0, rtol=1e-3)


@quick
@given(series_of())
def test_charts_keep_their_order_and_bounds(points: list[tuple[int, int]]) -> None:
    x, n = (np.array(column) for column in zip(*points, strict=True))
    for prime in (True, False):
        chart = control_charts.proportion_chart(x, n, prime=prime)
        known = ~np.isnan(chart.upper)
        lines = [
            chart.lower,
            chart.lower_warning,
            np.full(x.size, chart.centre),
            chart.upper_warning,
            chart.upper,
        ]
        for below, above in pairwise(lines):
            assert (below[known] <= above[known] + 1e-12).all()
        assert ((chart.lower[known] >= 0) & (chart.upper[known] <= 1)).all()
        assert not (chart.outside & (chart.rate >= chart.lower) & (chart.rate <= chart.upper)).any()


@quick
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=40))
def test_xmr_marks_every_point_outside(values: list[float]) -> None:
    chart = xmr.xmr_chart(values)
    series = np.array(values)
    outside = (series > chart.upper) | (series < chart.lower)
    assert set(chart.special_cause[outside]) <= {"Above UCL", "Below LCL"}
    assert not np.isin(chart.special_cause[~outside], ["Above UCL", "Below LCL"]).any()


@quick
@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=60))
def test_runs_count_every_useful_point(values: list[float]) -> None:
    result = runs.runs_analysis(values, 0.0)
    assert result.n_useful == sum(value != 0 for value in values)
    assert result.longest_run <= result.n_useful
    assert result.crossings <= max(result.n_useful - 1, 0)


@quick
@given(st.floats(0.001, 0.5), st.integers(1, 2000))
def test_flags_grow_with_the_count(baseline: float, n: int) -> None:
    order = ["Low (0.001)", "Low (0.025)", "Not significant", "High (0.025)", "High (0.001)"]
    x = np.unique(np.linspace(0, n, 40).astype(int))
    places = [order.index(flag) for flag in funnel.exact_flags(x, np.full(x.size, n), baseline)]
    assert places == sorted(places)


@quick
@given(st.floats(0.001, 0.5), st.integers(1, 3000))
def test_exact_flags_never_alarm_above_nominal(baseline: float, n: int) -> None:
    x = np.arange(n + 1)
    flags = funnel.exact_flags(x, np.full(n + 1, n), baseline)
    chance = binom.pmf(x, n, baseline)
    assert chance[np.char.startswith(flags, "High")].sum() <= 0.025
    assert chance[np.char.startswith(flags, "Low")].sum() <= 0.025
    assert chance[flags == "High (0.001)"].sum() <= 0.001


@quick
@given(series_of())
def test_overdispersion_never_narrows(points: list[tuple[int, int]]) -> None:
    x, n = (np.array(column) for column in zip(*points, strict=True))
    result = funnel.overdispersion(x, n)
    assert result.phi >= 0.0
    assert result.tau2 >= 0.0
    assert (np.abs(result.z_adjusted) <= np.abs(result.z) + 1e-12).all()
    lower, upper = funnel.overdispersed_limits(result, n)
    assert ((lower >= 0) & (lower <= result.target + 1e-12)).all()
    assert ((upper <= 1) & (upper >= result.target - 1e-12)).all()


@some
@given(st.lists(proportion(200), min_size=1, max_size=8))
def test_rank_intervals_stay_on_the_ladder(points: list[tuple[int, int]]) -> None:
    x, n = zip(*points, strict=True)
    result = ranks.rank_interval(x, n, draws=400)
    assert ((result.lower >= 1) & (result.upper <= len(points)) & (result.lower <= result.upper)).all()
    counts = ranks.count_rank_interval(x)
    assert ((counts.lower <= counts.rank) & (counts.rank <= counts.upper)).all()


@some
@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40))
def test_completion_curves_only_fall(cases: list[tuple[int, bool]]) -> None:
    days, closed = zip(*cases, strict=True)
    result = survival.kaplan_meier(days, closed)
    assert (np.diff(result.survival) <= 1e-12).all()
    assert ((result.survival >= 0) & (result.survival <= 1)).all()
    assert result.n_event.sum() == sum(closed)
    known = ~np.isnan(result.lower)
    assert (result.lower[known] <= result.survival[known] + 1e-12).all()
    assert (result.survival[known] <= result.upper[known] + 1e-12).all()


@some
@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 40), min_size=width, max_size=width), min_size=2, max_size=4
        )
    )
)
def test_protected_tables_pass_their_audit(table: list[list[int]]) -> None:
    numbers = np.array(table)
    hidden = None
    with contextlib.suppress(ValueError):
        hidden = suppression.protect_table(numbers)
    if hidden is None:
        # Refusal is right only when the sums alone tell too much, every cell being hidden.
        lowest, highest = suppression.audit(numbers, np.ones(numbers.shape))
        assert (highest - lowest).min() < 5
        return
    lowest, highest = suppression.audit(numbers, hidden)
    assert (hidden | ~suppression.primary(numbers)).all()
    assert (highest[hidden] - lowest[hidden] >= 5 - 1e-6).all()
    assert ((lowest <= numbers + 1e-6) & (numbers <= highest + 1e-6)).all()


@quick
@given(proportion(), st.integers(0, 4))
def test_published_rates_are_the_nearest(counts: tuple[int, int], decimals: int) -> None:
    x, n = counts
    shown = rounding.published_rate(x, n, decimals)
    assert shown is not None
    assert abs(shown - 100 * x / n) <= 0.5 * 10**-decimals + 1e-9


@quick
@given(st.floats(0.005, 0.2), st.integers(30, 20000), st.floats(0.1, 0.95))
def test_detectable_rate_is_detected(p0: float, n: int, probability: float) -> None:
    rate = float(power.detectable_rate(p0, n, probability))
    assert rate >= p0
    assert float(power.detection_probability(p0, rate, n)) >= probability - 1e-6
