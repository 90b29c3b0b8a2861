"""Mutated input at every function: a clear ValueError or a documented missing result, never a warning or a
number.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from lib.stats import (
    comparison,
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
    trend,
    xmr,
)

NAN = float("nan")

TWO_VECTORS: dict[str, Callable[[Any, Any], Any]] = {
    "wilson": intervals.wilson,
    "newcombe": lambda x, n: intervals.newcombe_difference(x, n, 1, 2),
    "small_sample": intervals.small_sample,
    "proportion_chart": control_charts.proportion_chart,
    "exact_flags": funnel.exact_flags,
    "normal_flags": funnel.normal_flags,
    "overdispersion": funnel.overdispersion,
    "rank_interval": ranks.rank_interval,
    "comparison": lambda x, n: comparison.standardised_comparison(x, n, x, n),
    "standardised_lift": lambda x, n: lift.standardised_lift(x, n, x, n),
    "cochran_armitage": lambda x, n: trend.cochran_armitage(x, n, np.arange(np.size(x))),
}
IMPOSSIBLE = {
    "x above n": ([5, 1], [3, 4]),
    "negative x": ([-1, 1], [3, 4]),
    "negative n": ([0, 0], [3, -4]),
    "missing n": ([1, 1], [3, NAN]),
    "infinite n": ([1, 1], [3, np.inf]),
    "text": (["many", 1], [3, 4]),
    "unequal lengths": ([1, 1, 1], [3, 4]),
}


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("function", TWO_VECTORS)
@pytest.mark.parametrize("mutation", IMPOSSIBLE)
def test_impossible_counts_are_refused(function: str, mutation: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        TWO_VECTORS[function](*IMPOSSIBLE[mutation])


@pytest.mark.parametrize("function", sorted(set(TWO_VECTORS) - {"wilson", "newcombe", "small_sample"}))
def test_empty_vectors_are_refused(function: str) -> None:
    with pytest.raises(ValueError, match=r"at least 1|no unit"):
        TWO_VECTORS[function]([], [])


def test_error_names_the_offending_values() -> None:
    with pytest.raises(ValueError, match=r"x must not exceed n: x \[1\]=9; n \[1\]=4"):
        intervals.wilson([1, 9], [3, 4])
    with pytest.raises(ValueError, match=r"n must not be negative: \[0\]=-3"):
        intervals.wilson([1], [-3])


def test_nothing_tested_is_missing() -> None:
    lower, upper = intervals.wilson([0, 1], [0, 5])
    assert np.isnan([lower[0], upper[0]]).all()
    assert np.isfinite([lower[1], upper[1]]).all()
    assert np.isnan(standardisation.indirect_ratio(0, 0)).all()
    assert np.isnan(power.detection_probability(0.02, 0.03, 0))
    assert rounding.published_rate(0, 0) is None
    assert lift.rate_ratio(0, 0, 1, 2).ratio is None
    assert list(funnel.exact_flags([0, 1], [0, 10])) == ["No data", "Not significant"]
    assert np.isnan(ranks.rank_interval([0, 1], [0, 10], draws=100).rank[0])


def test_missing_numerator_is_missing() -> None:
    assert np.isnan(intervals.wilson(NAN, 10)).all()
    assert np.isnan(intervals.newcombe_difference(1, 2, NAN, 3)).all()
    assert rounding.published_rate(NAN, 10) is None
    assert np.isnan(control_charts.proportion_chart([1, NAN, 2, 4], [9, 9, 9, 9]).rate[1])


SINGLE_SERIES: dict[str, Callable[[Any], Any]] = {
    "xmr": xmr.xmr_chart,
    "runs": lambda values: runs.runs_analysis(values, 1.0),
    "mann_kendall": trend.mann_kendall,
    "kaplan_meier": lambda values: survival.kaplan_meier(values, np.ones(np.size(values))),
    "counts": ranks.count_rank_interval,
    "p_values": funnel.benjamini_hochberg,
}


@pytest.mark.parametrize("function", SINGLE_SERIES)
@pytest.mark.parametrize("values", [[], [[1.0, 2.0]], ["a"], [np.inf, 1.0]], ids=repr)
def test_unusable_series_are_refused(function: str, values: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        SINGLE_SERIES[function](values)


def test_one_point_gives_no_limits() -> None:
    assert np.isnan(xmr.xmr_chart([4.0]).upper).all()
    chart = control_charts.proportion_chart([1], [10])
    assert np.isnan(chart.upper).all()
    assert not chart.outside.any()
    assert runs.runs_analysis([1.0], 1.0).signal is None
    assert funnel.overdispersion([1], [10]).tau2 == 0.0


def test_constant_series_have_no_signal() -> None:
    chart = xmr.xmr_chart([0.1] * 15)
    assert np.isnan(chart.lower).all()
    assert set(chart.special_cause) == {"Common Cause"}
    assert not control_charts.proportion_chart([3] * 15, [30] * 15).outside.any()
    assert runs.runs_analysis([0.1] * 15, 0.1).n_useful == 0
    assert trend.mann_kendall([2.0] * 9).p == 1.0
    assert trend.recent_trend(range(5), [3] * 5, [90] * 5).trend == "No significant change"


def test_all_or_none_failing_has_no_limits() -> None:
    for failures in (0, 30):
        for prime in (True, False):
            chart = control_charts.proportion_chart([failures] * 4, [30] * 4, prime=prime)
            assert np.isnan(chart.upper).all()
            assert not chart.outside.any()


REFUSED: dict[str, Callable[[], Any]] = {
    "confidence 95": lambda: intervals.wilson(1, 2, 95),
    "confidence 1": lambda: intervals.wilson(1, 2, 1.0),
    "confidence nan": lambda: survival.kaplan_meier([1], [1], NAN),
    "include too short": lambda: control_charts.proportion_chart([1, 2], [9, 9], include=[True]),
    "include not boolean": lambda: control_charts.proportion_chart([1, 2], [9, 9], include=[1, 2]),
    "nothing included": lambda: control_charts.proportion_chart([1, 2], [9, 9], include=[False, False]),
    "u chart without exposure": lambda: control_charts.rate_chart([1, 2], [0, 3]),
    "xmr with a gap": lambda: xmr.xmr_chart([1, NAN, 3]),
    "xmr rebase outside": lambda: xmr.xmr_chart([1, 2, 3], rebase_at=[3]),
    "xmr fix 0": lambda: xmr.xmr_chart([1, 2, 3], fix_after=0),
    "xmr direction": lambda: xmr.xmr_chart([1, 2], improvement="up"),  # type: ignore[arg-type]
    "runs without centre": lambda: runs.runs_analysis([1, 2], NAN),
    "runs centre length": lambda: runs.runs_analysis([1, 2], [1, 2, 3]),
    "fractions in exact flags": lambda: funnel.exact_flags([1.5], [3]),
    "observed without expected": lambda: funnel.ratio_flags([1], [0]),
    "baseline above 1": lambda: funnel.proportion_limits(2, [10]),
    "baseline missing": lambda: funnel.proportion_limits(NAN, [10]),
    "exact limits at 0": lambda: funnel.exact_limits(0, [10]),
    "grid of 0": lambda: funnel.ratio_limits([0, 1]),
    "p-value above 1": lambda: funnel.benjamini_hochberg([1.2]),
    "log of zero": lambda: funnel.overdispersion([0, 1], [1, 2], "ratio_log"),
    "unknown transform": lambda: funnel.overdispersion([0, 1], [1, 2], "logit"),  # type: ignore[arg-type]
    "stratum without reference": lambda: standardisation.expected_count([1, 2], [1, 0], [10, 0]),
    "strata unequal": lambda: standardisation.expected_count([1, 2], [1], [10]),
    "negative observed": lambda: standardisation.indirect_ratio(-1, 2),
    "missing expected": lambda: standardisation.indirect_ratio(1, NAN),
    "empty stratum": lambda: standardisation.direct_rate([1], [0], [1]),
    "standard error 0": lambda: ranks.rank_confidence_set([1, 2], [0, 1]),
    "few draws": lambda: ranks.rank_interval([1], [2], draws=3),
    "trend with one score": lambda: trend.cochran_armitage([1, 2], [9, 9], [1, 1]),
    "trend without failures": lambda: trend.cochran_armitage([0, 0], [9, 9], [1, 2]),
    "one value": lambda: trend.mann_kendall([1]),
    "negative duration": lambda: survival.kaplan_meier([-1], [1]),
    "missing duration": lambda: survival.kaplan_meier([NAN], [1]),
    "closed twice": lambda: survival.kaplan_meier([1], [2]),
    "closed too short": lambda: survival.kaplan_meier([1, 2], [1]),
    "group too short": lambda: survival.logrank([1, 2], [1, 1], ["a"]),
    "negative day": lambda: survival.survival_at(survival.kaplan_meier([1], [1]), -1),
    "ratio of vectors": lambda: lift.rate_ratio([1], [2], [1], [2]),  # type: ignore[arg-type]
    "ratio of fractions": lambda: lift.rate_ratio(1.5, 3, 1, 3),
    "negative count": lambda: suppression.primary([-1]),
    "missing count": lambda: suppression.primary([NAN]),
    "table without rows": lambda: suppression.audit([], []),
    "mask of another shape": lambda: suppression.audit([[1, 2]], [[1]]),
    "negative display": lambda: suppression.round_to_five(-1),
    "fraction display": lambda: suppression.round_to_five(4.2),
    "too large display": lambda: suppression.round_to_five(100_000_001),
    "decimals": lambda: rounding.published_rate(1, 3, -1),
    "rate above 1": lambda: power.detection_probability(0.02, 1.1, 10),
    "centre 0": lambda: power.detection_probability(0, 0.1, 10),
    "fraction tested": lambda: power.detection_probability(0.02, 0.1, 1.5),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_a_message(case: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        REFUSED[case]()
