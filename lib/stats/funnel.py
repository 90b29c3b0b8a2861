"""Funnel plot: exact flags for judging, limits for drawing.

Flags (judge by these): one-sided exact tails, P(X >= x) and P(X <= x), below 0.001 and 0.025; they never
exceed their nominal false-alarm rate, which normal limits do at low rates.
- `exact_flags(x, n, baseline=None) -> labels`; `exact_tails(...) -> (p_high, p_low)` (binomial, proportion)
- `ratio_flags(observed, expected) -> labels`; `ratio_tails(...) -> (p_high, p_low)` (Poisson, O/E)
- `normal_flags(x, n, baseline=None) -> labels` (published PHE rule for large or non-integer counts)
- `benjamini_hochberg(p_values, rate=0.05) -> bool array`; `adjusted_p_values(p_values)`
- `false_alarm_probability(expected, nominal)`

Limits (draw these):
- `proportion_limits(baseline, n_grid, confidence) -> (lower, upper)`: p0 ± z·√(p0(1-p0)/n), clipped to [0, 1]
- `exact_limits(baseline, n_grid, confidence, clip=True) -> (lower, upper)`: interpolated binomial
- `ratio_limits(expected_grid, confidence) -> (lower, upper)`: interpolated Poisson, as O/E
- `ratio_limits_at_observed(observed, confidence)`: PHE's pairs (expected, ratio) for a given number of events

Over-dispersion (`overdispersion`, `overdispersed_limits`, `overdispersion_flags`) lives in
`lib.stats.dispersion` and is re-exported here. Sources: Spiegelhalter 2005 (doi 10.1002/sim.1970); Seaton &
Manktelow 2012 (doi 10.1186/1471-2288-12-98); Fingertips technical guidance; Benjamini & Hochberg 1995.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, chi2, norm, poisson
from statsmodels.stats.multitest import multipletests

from lib.stats.dispersion import Overdispersion, overdispersed_limits, overdispersion, overdispersion_flags
from lib.stats.validation import (
    BoolArray,
    FloatArray,
    TextArray,
    as_counts,
    as_proportion_counts,
    as_vector,
    as_whole_counts,
    broadcast,
    check_confidence,
    check_fraction,
    refuse,
)

__all__ = [
    "Overdispersion",
    "adjusted_p_values",
    "benjamini_hochberg",
    "exact_flags",
    "exact_limits",
    "exact_tails",
    "false_alarm_probability",
    "normal_flags",
    "overdispersed_limits",
    "overdispersion",
    "overdispersion_flags",
    "proportion_limits",
    "ratio_flags",
    "ratio_limits",
    "ratio_limits_at_observed",
    "ratio_tails",
]

OUTER_TAIL = 0.001
INNER_TAIL = 0.025
HIGH_OUTER, HIGH_INNER = "High (0.001)", "High (0.025)"
LOW_OUTER, LOW_INNER = "Low (0.001)", "Low (0.025)"
NOT_SIGNIFICANT = "Not significant"
NO_DATA = "No data"


def exact_tails(x: ArrayLike, n: ArrayLike, baseline: float | None = None) -> tuple[FloatArray, FloatArray]:
    """Give P(X >= x) and P(X <= x) under Binomial(n, baseline); NaN where n = 0.

    `baseline` defaults to Σx/Σn of the units given. Raises ValueError for fractions, x > n, or nothing
    tested.
    """
    failures, tested = broadcast(x=as_whole_counts("x", x), n=as_whole_counts("n", n))
    as_proportion_counts(failures, tested)
    rate = _baseline(failures, tested, baseline)
    known = tested > 0
    high = np.where(known, binom.sf(failures - 1, tested, rate), np.nan)
    low = np.where(known, binom.cdf(failures, tested, rate), np.nan)
    return high, low


def exact_flags(x: ArrayLike, n: ArrayLike, baseline: float | None = None) -> TextArray:
    """Label each unit by its exact binomial tails; "No data" where n = 0."""
    return _labels(*exact_tails(x, n, baseline))


def ratio_tails(observed: ArrayLike, expected: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Give P(X >= O) and P(X <= O) under Poisson(E); NaN where E = 0 (O > 0 with E = 0 raises ValueError)."""
    counts, mean = broadcast(
        observed=as_whole_counts("observed", observed), expected=as_counts("expected", expected)
    )
    refuse("observed", counts, (mean == 0) & (counts > 0), "must be 0 where nothing is expected")
    known = mean > 0
    high = np.where(known, poisson.sf(counts - 1, mean), np.nan)
    low = np.where(known, poisson.cdf(counts, mean), np.nan)
    return high, low


def ratio_flags(observed: ArrayLike, expected: ArrayLike) -> TextArray:
    """Label each unit's O/E by its exact Poisson tails; "No data" where E = 0."""
    return _labels(*ratio_tails(observed, expected))


def normal_flags(x: ArrayLike, n: ArrayLike, baseline: float | None = None) -> TextArray:
    """Label by PHE's normal limits; kept for large non-integer counts. At low rates it over-alarms: prefer
    exact.
    """
    numerator, denominator = as_proportion_counts(as_counts("x", x), n)
    centre = _baseline(numerator, denominator, baseline)
    known = denominator > 0
    safe = np.where(known, denominator, 1.0)
    rate = np.where(known, numerator / safe, np.nan)
    inner = _normal_reach(centre, safe, 1 - 2 * INNER_TAIL)
    outer = _normal_reach(centre, safe, 1 - 2 * OUTER_TAIL)
    conditions = [
        ~known,
        rate > centre + outer,
        rate < centre - outer,
        rate > centre + inner,
        rate < centre - inner,
    ]
    return np.select(conditions, [NO_DATA, HIGH_OUTER, LOW_OUTER, HIGH_INNER, LOW_INNER], NOT_SIGNIFICANT)


def proportion_limits(
    baseline: float, n_grid: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Give the normal limits to draw over a grid of n > 0; right for drawing when n·p0·(1-p0) >= 10."""
    centre, tested = check_fraction("baseline", baseline), _positive("n_grid", n_grid)
    reach = _normal_reach(centre, tested, check_confidence(confidence))
    return np.clip(centre - reach, 0.0, 1.0), np.clip(centre + reach, 0.0, 1.0)


def exact_limits(
    baseline: float, n_grid: ArrayLike, confidence: float = 0.95, *, clip: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Give interpolated binomial limits over a grid of whole n > 0 (Spiegelhalter 2005, appendix A.1.1).

    The raw interpolation (`clip=False`) may fall slightly outside [0, 1] for small n.
    """
    centre, tested = check_fraction("baseline", baseline), as_whole_counts("n_grid", n_grid)
    _positive("n_grid", tested)
    if centre in (0.0, 1.0):
        raise ValueError(f"baseline must lie strictly between 0 and 1 for exact limits, got {baseline!r}")
    tail = (1.0 - check_confidence(confidence)) / 2.0
    lower, upper = (_interpolated(binom(tested, centre), q) / tested for q in (tail, 1.0 - tail))
    return (np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)) if clip else (lower, upper)


def ratio_limits(expected_grid: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Give interpolated Poisson prediction limits of O/E over a grid of expected counts > 0, lower clipped
    at 0.
    """
    mean = _positive("expected_grid", expected_grid)
    tail = (1.0 - check_confidence(confidence)) / 2.0
    lower, upper = (_interpolated(poisson(mean), q) / mean for q in (tail, 1.0 - tail))
    return np.maximum(lower, 0.0), np.maximum(upper, 0.0)


def ratio_limits_at_observed(
    observed: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Give (expected_lower, ratio_lower, expected_upper, ratio_upper) for O events, as PHE's lookup table
    does.

    `expected_lower` is the E under which O is just low (P(X <= O) = tail), `expected_upper` under which it
    is just high (P(X >= O) = tail); the ratios are O/E. O must be at least 1.
    """
    events = _positive("observed", observed)
    refuse("observed", events, events < 1, "must be at least 1")
    tail = (1.0 - check_confidence(confidence)) / 2.0
    expected_lower = chi2.ppf(1.0 - tail, 2.0 * events + 2.0) / 2.0
    expected_upper = chi2.ppf(tail, 2.0 * events) / 2.0
    return expected_lower, events / expected_lower, expected_upper, events / expected_upper


def adjusted_p_values(p_values: ArrayLike) -> FloatArray:
    """Give Benjamini–Hochberg adjusted p-values; missing ones (NaN) are left out and stay missing."""
    values = as_vector("p_values", p_values, allow_missing=True)
    refuse("p_values", values, (values < 0) | (values > 1), "must lie in [0, 1]")
    known = ~np.isnan(values)
    adjusted = np.full(values.size, np.nan)
    if known.any():
        adjusted[known] = multipletests(values[known], method="fdr_bh")[1]
    return adjusted


def benjamini_hochberg(p_values: ArrayLike, rate: float = 0.05) -> BoolArray:
    """Mark the discoveries at a false discovery rate; a missing p-value (NaN) is never marked."""
    return adjusted_p_values(p_values) <= check_confidence(rate)


def false_alarm_probability(
    expected: ArrayLike, nominal: float = INNER_TAIL
) -> tuple[FloatArray, FloatArray]:
    """Give the true probability that a unit exactly on average is flagged (high, low) by the exact Poisson
    rule.
    """
    mean = _positive("expected", expected)
    check_confidence(nominal)
    highest = poisson.isf(nominal, mean)
    high = np.where(
        poisson.sf(highest - 1, mean) < nominal, poisson.sf(highest - 1, mean), poisson.sf(highest, mean)
    )
    lowest = poisson.ppf(nominal, mean)
    low = np.where(
        poisson.cdf(lowest, mean) < nominal, poisson.cdf(lowest, mean), poisson.cdf(lowest - 1, mean)
    )
    return high, low


def _baseline(x: FloatArray, n: FloatArray, baseline: float | None) -> float:
    if baseline is not None:
        return check_fraction("baseline", baseline)
    total = float(n.sum())
    if total == 0.0:
        raise ValueError("no unit has n > 0: there is no baseline to compare with")
    return float(x.sum()) / total


def _labels(high: FloatArray, low: FloatArray) -> TextArray:
    conditions = [np.isnan(high), high < OUTER_TAIL, low < OUTER_TAIL, high < INNER_TAIL, low < INNER_TAIL]
    return np.select(conditions, [NO_DATA, HIGH_OUTER, LOW_OUTER, HIGH_INNER, LOW_INNER], NOT_SIGNIFICANT)


def _normal_reach(centre: float, n: FloatArray, confidence: float) -> FloatArray:
    return norm.ppf(0.5 + confidence / 2.0) * np.sqrt(centre * (1.0 - centre) / n)


def _interpolated(distribution: Any, quantile: float) -> FloatArray:
    """Interpolate the count whose cumulative probability is the quantile: r - (F(r) - q) / f(r)."""
    count = distribution.ppf(quantile)
    return count - (distribution.cdf(count) - quantile) / distribution.pmf(count)


def _positive(name: str, values: ArrayLike) -> FloatArray:
    numbers = as_counts(name, values)
    refuse(name, numbers, numbers == 0, "must be greater than 0")
    return numbers
