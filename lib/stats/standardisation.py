"""Indirectly standardised ratio O/E with its interval, and direct standardisation for reference.

- `expected_count(n, reference_x, reference_n) -> E` (last axis = strata, e.g. food category × stage)
- `indirect_ratio(observed, expected, confidence=0.95) -> (ratio, lower, upper)`
- `indirect_rate(observed, expected, reference_rate, confidence=0.95, multiplier=1) -> (rate, lower, upper)`
- `count_interval(count, confidence=0.95) -> (lower, upper)`: exact χ² below 10, Byar from 10;
  `interval_method(count)`
- `byar(count, confidence=0.95)`, `exact_count_interval(count, confidence=0.95)`
- `poisson_rate(count, exposure, confidence=0.95, multiplier=1) -> (rate, lower, upper)`
- `direct_rate(x, n, weights, confidence=0.95, multiplier=1) -> (rate, lower, upper)` (not for districts)

A ratio compares a unit with 1, never with another unit's ratio: two ratios with different mixes are not
comparable. Sources: Breslow & Day 1987 (Byar); Dobson et al. 1991; Fingertips technical guidance; values as
PHEindicatormethods.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm

from lib.stats.validation import (
    FloatArray,
    TextArray,
    as_counts,
    as_single,
    as_vector,
    broadcast,
    check_confidence,
    refuse,
    same_length,
)

EXACT_BELOW = 10
MINIMUM_DIRECT_COUNT = 10


def exact_count_interval(count: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Give the exact Poisson interval of a count by χ²; lower is exactly 0 at count 0; NaN for a missing
    count.
    """
    observed = as_counts("count", count, allow_missing=True)
    tail = (1.0 - check_confidence(confidence)) / 2.0
    positive = np.where(observed > 0, observed, 1.0)
    lower = np.where(observed > 0, chi2.ppf(tail, 2.0 * positive) / 2.0, observed * 0.0)
    return lower, chi2.ppf(1.0 - tail, 2.0 * observed + 2.0) / 2.0


def byar(count: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Give Byar's approximate interval of a count; a negative or undefined lower limit is missing (NaN),
    never 0.
    """
    observed = as_counts("count", count, allow_missing=True)
    z = norm.ppf(0.5 + check_confidence(confidence) / 2.0)
    positive = np.where(observed > 0, observed, np.nan)
    lower = positive * (1.0 - 1.0 / (9.0 * positive) - z / (3.0 * np.sqrt(positive))) ** 3
    above = observed + 1.0
    upper = above * (1.0 - 1.0 / (9.0 * above) + z / (3.0 * np.sqrt(above))) ** 3
    return np.where(lower < 0.0, np.nan, lower), upper


def count_interval(count: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Give the interval of a count: exact below 10, Byar from 10 on."""
    observed = as_counts("count", count, allow_missing=True)
    small = observed < EXACT_BELOW
    exact, approximate = exact_count_interval(observed, confidence), byar(observed, confidence)
    return np.where(small, exact[0], approximate[0]), np.where(small, exact[1], approximate[1])


def interval_method(count: ArrayLike) -> TextArray:
    """Name the method `count_interval` uses for each count: "Exact" or "Byars"."""
    return np.where(as_counts("count", count) < EXACT_BELOW, "Exact", "Byars")


def expected_count(n: ArrayLike, reference_x: ArrayLike, reference_n: ArrayLike) -> FloatArray:
    """Give E = Σ n_k · X_k/N_k over the last axis. Missing n or reference_x count as 0, as Fingertips does.

    A stratum the unit tested (n > 0) but the reference did not (N = 0) raises ValueError: its rate is
    unknown.
    """
    tested = np.nan_to_num(as_counts("n", n, allow_missing=True), nan=0.0)
    failures = np.nan_to_num(as_counts("reference_x", reference_x, allow_missing=True), nan=0.0)
    reference = as_counts("reference_n", reference_n)
    if not tested.ndim or not tested.shape[-1]:
        raise ValueError("n must have at least one stratum along its last axis")
    if failures.shape != reference.shape or tested.shape[-1:] != reference.shape[-1:]:
        raise ValueError(
            f"lengths differ: n {tested.shape}, reference_x {failures.shape}, reference_n {reference.shape}"
        )
    tested_there, reference_there = np.broadcast_arrays(tested, reference)
    refuse("n", tested_there, (tested_there > 0) & (reference_there == 0), "has strata without a reference")
    rate = np.divide(failures, reference, out=np.zeros(reference.shape), where=reference > 0)
    return (tested * rate).sum(axis=-1)


def indirect_ratio(
    observed: ArrayLike, expected: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give O/E with the interval of O divided by E; NaN where E = 0 or O is missing."""
    return poisson_rate(observed, expected, confidence)


def indirect_rate(
    observed: ArrayLike,
    expected: ArrayLike,
    reference_rate: float,
    confidence: float = 0.95,
    multiplier: float = 1.0,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the standardised rate: O/E times the reference rate (ΣX/ΣN), times the multiplier."""
    scale = float(as_counts("reference_rate", reference_rate)) * as_single("multiplier", multiplier)
    ratio, lower, upper = indirect_ratio(observed, expected, confidence)
    return ratio * scale, lower * scale, upper * scale


def poisson_rate(
    count: ArrayLike, exposure: ArrayLike, confidence: float = 0.95, multiplier: float = 1.0
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give count/exposure with the interval of the count; NaN where exposure is 0 or the count missing."""
    observed, base = broadcast(
        count=as_counts("count", count, allow_missing=True), exposure=as_counts("exposure", exposure)
    )
    low, high = count_interval(observed, confidence)
    factor = as_single("multiplier", multiplier) / np.where(base > 0, base, np.nan)
    return observed * factor, low * factor, high * factor


def direct_rate(
    x: ArrayLike, n: ArrayLike, weights: ArrayLike, confidence: float = 0.95, multiplier: float = 1.0
) -> tuple[float, float, float]:
    """Give Σw·x/n / Σw with Dobson's interval; all three NaN when fewer than 10 failures (too few to show).

    A missing x counts as 0, as Fingertips does. Every stratum must have been tested (n > 0): ValueError
    otherwise.
    """
    failures = np.nan_to_num(
        as_counts("x", as_vector("x", x, allow_missing=True), allow_missing=True), nan=0.0
    )
    tested = as_counts("n", as_vector("n", n))
    weight = as_counts("weights", as_vector("weights", weights))
    same_length(x=failures, n=tested, weights=weight)
    refuse("n", tested, tested == 0, "must be greater than 0 in every stratum")
    if float(weight.sum()) == 0.0:
        raise ValueError("weights must not all be 0")
    total = float(failures.sum())
    if total < MINIMUM_DIRECT_COUNT:
        return float("nan"), float("nan"), float("nan")
    rate = float((weight * failures / tested).sum() / weight.sum())
    variance = float((weight**2 * failures / tested**2).sum() / weight.sum() ** 2)
    low, high = byar(total, confidence)
    scale = np.sqrt(variance / total)
    scaled = as_single("multiplier", multiplier)
    lower, upper = rate + scale * (low - total), rate + scale * (high - total)
    return float(rate * scaled), float(lower * scaled), float(upper * scaled)
