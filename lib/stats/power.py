"""What a control chart can see: the power note beside it.

- `detection_probability(p0, p1, n, sigma_z=1.0) -> probability` that one point leaves the 3-sigma limits
- `detectable_rate(p0, n, probability=0.8, sigma_z=1.0) -> rate`: smallest higher rate seen with that
  probability

p0 is the centre line, p1 the true new rate, n the number tested in the period. Limits are p0 ±
3·sigma_z·√(p0(1-p0)/n) as on the chart; the count is binomial. Example: at n = 400 a rise from 2.5 % to
3.75 % leaves the limits about 1 time in 8. Arrays broadcast; n = 0 gives NaN; rates outside [0, 1] or a
centre of 0 or 1 raise ValueError.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta, binom

from lib.stats.control_charts import CONTROL_SIGMAS
from lib.stats.validation import (
    FloatArray,
    as_numbers,
    as_single,
    as_whole_counts,
    broadcast,
    check_confidence,
    refuse,
)


def detection_probability(p0: ArrayLike, p1: ArrayLike, n: ArrayLike, sigma_z: float = 1.0) -> FloatArray:
    """Give the probability that one period at the true rate p1 lies outside the limits drawn around p0."""
    _, tested, highest, lowest = _limit_counts(p0, n, sigma_z)
    rate = as_numbers("p1", p1)
    refuse("p1", rate, ~((rate >= 0) & (rate <= 1)), "must lie in [0, 1]")
    above = binom.sf(highest, tested, rate)
    below = binom.cdf(lowest, tested, rate)
    return np.where(tested > 0, above + below, np.nan)


def detectable_rate(
    p0: ArrayLike, n: ArrayLike, probability: float = 0.8, sigma_z: float = 1.0
) -> FloatArray:
    """Give the smallest rate above p0 that one period shows above the upper limit with the given probability.

    NaN when no rate can (the upper limit lies at 100 % or nothing was tested).
    """
    check_confidence(probability)
    centre, tested, highest, _ = _limit_counts(p0, n, sigma_z)
    first = highest + 1.0
    possible = (tested > 0) & (first <= tested)
    # P(X >= k) as a function of the rate is the distribution function of Beta(k, n - k + 1): invert it.
    a, b = np.where(possible, first, 1.0), np.where(possible, tested - first + 1.0, 1.0)
    return np.where(possible, np.maximum(beta.ppf(probability, a, b), centre), np.nan)


def _limit_counts(
    p0: ArrayLike, n: ArrayLike, sigma_z: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Give the centre, n, the largest count inside the upper limit and the largest count below the lower
    one.
    """
    centre, tested = as_numbers("p0", p0), as_whole_counts("n", n)
    refuse("p0", centre, ~((centre > 0) & (centre < 1)), "must lie strictly between 0 and 1")
    if as_single("sigma_z", sigma_z) <= 0:
        raise ValueError(f"sigma_z must be a number above 0, got {sigma_z!r}")
    centre, tested = broadcast(p0=centre, n=tested)
    reach = CONTROL_SIGMAS * sigma_z * np.sqrt(centre * (1.0 - centre) * tested)
    highest = np.floor(np.minimum(centre * tested + reach, tested))
    lowest = np.ceil(np.maximum(centre * tested - reach, 0.0)) - 1.0
    return centre, tested, highest, lowest
