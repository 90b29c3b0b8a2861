"""Intervals for a rate and for the difference of two rates.

- `wilson(x, n, confidence=0.95) -> (lower, upper)`
- `newcombe_difference(x1, n1, x2, n2, confidence=0.95) -> (difference, lower, upper)`
- `small_sample(x, n) -> bool array`

All arguments are counts (not percentages) of any broadcastable shape; results are proportions in [0, 1]
(differences in [-1, 1]) as float arrays of that shape. n = 0 and a missing x give NaN; x < 0, x > n,
negative or missing n raise ValueError. Sources: Wilson 1927 without continuity correction; Newcombe 1998,
method 10.
"""

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.proportion import proportion_confint

from lib.stats.validation import BoolArray, FloatArray, as_proportion_counts, broadcast, check_confidence

MINIMUM_TESTED = 30
MINIMUM_FAILURES = 5


def wilson(x: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Give the Wilson score interval of x/n; lower is exactly 0 at x = 0, upper exactly 1 at x = n."""
    alpha = 1.0 - check_confidence(confidence)
    numerator, denominator = as_proportion_counts(x, n)
    lower, upper = np.full(numerator.shape, np.nan), np.full(numerator.shape, np.nan)
    known = (denominator > 0) & ~np.isnan(numerator)
    if known.any():
        lower[known], upper[known] = proportion_confint(
            numerator[known], denominator[known], alpha=alpha, method="wilson"
        )
    # Rounding leaves 1e-18 instead of the exact bound; a reader must see 0.00 % and 100.00 %.
    lower[known & (numerator == 0)] = 0.0
    upper[known & (numerator == denominator)] = 1.0
    return lower, upper


def newcombe_difference(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give x1/n1 - x2/n2 with Newcombe's hybrid score interval (method 10): two Wilson intervals combined.

    A change is called clear only when the interval excludes 0; the overlap of two single intervals says
    nothing.
    """
    lower1, upper1 = wilson(x1, n1, confidence)
    lower2, upper2 = wilson(x2, n2, confidence)
    rate1, rate2 = _rate(x1, n1), _rate(x2, n2)
    broadcast(first=rate1, second=rate2)
    difference = rate1 - rate2
    lower = difference - np.sqrt((rate1 - lower1) ** 2 + (upper2 - rate2) ** 2)
    upper = difference + np.sqrt((upper1 - rate1) ** 2 + (rate2 - lower2) ** 2)
    return difference, np.maximum(lower, -1.0), np.minimum(upper, 1.0)


def small_sample(x: ArrayLike, n: ArrayLike) -> BoolArray:
    """Mark rates that are shown grey and never ordered: fewer than 30 tested or fewer than 5 failures."""
    numerator, denominator = as_proportion_counts(x, n)
    return ~((denominator >= MINIMUM_TESTED) & (numerator >= MINIMUM_FAILURES))


def _rate(x: ArrayLike, n: ArrayLike) -> FloatArray:
    numerator, denominator = as_proportion_counts(x, n)
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)
