"""Lift: how many times more targeted sampling finds than routine sampling.

- `rate_ratio(x1, n1, x2, n2, confidence=0.95) -> RateRatio` (Koopman score interval)
- `extra_finds_per_hundred(x1, n1, x2, n2) -> float`
- `standardised_lift(targeted_x, targeted_n, routine_x, routine_n, confidence=0.95) -> StandardisedLift`

x2 = 0 gives ratio None and upper None ("at least the lower limit"), never an infinity; x1 = x2 = 0 and n =
0 give a missing ratio. Source: Koopman 1984; statsmodels' score interval, with our own inversion of
Pearson's χ² where a rate is 0 or 1, because there statsmodels is wrong (50/50 against 49/50).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import chi2
from statsmodels.stats.proportion import confint_proportions_2indep

from lib.stats.standardisation import expected_count, indirect_ratio
from lib.stats.validation import (
    FloatArray,
    as_proportion_counts,
    as_vector,
    as_whole_counts,
    check_confidence,
    same_length,
)

LARGEST_RATIO = 1e12
Counts = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class RateRatio:
    """p1/p2 with limits. None: ratio undefined (x2 = 0 or nothing tested) or limit unbounded (upper at x2 =
    0).
    """

    ratio: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, kw_only=True)
class StandardisedLift:
    """Lift within the strata both samplings reached, beside the crude one; `strata_left_out` counts the
    others.
    """

    crude: RateRatio
    observed: float
    expected: float
    ratio: float | None
    lower: float | None
    upper: float | None
    strata_used: int
    strata_left_out: int


def rate_ratio(x1: float, n1: float, x2: float, n2: float, confidence: float = 0.95) -> RateRatio:
    """Compare two rates by their ratio; single whole counts, ValueError for impossible ones."""
    first, tested1, second, tested2 = counts = _four_counts(x1, n1, x2, n2)
    check_confidence(confidence)
    if tested1 == 0 or tested2 == 0 or (first == 0 and second == 0):
        return RateRatio(ratio=None, lower=None, upper=None)
    ratio = None if second == 0 else (first / tested1) / (second / tested2)
    if 0 < first < tested1 and 0 < second < tested2:
        low, high = confint_proportions_2indep(
            *counts, compare="ratio", method="score", correction=False, alpha=1.0 - confidence
        )
        return RateRatio(ratio=ratio, lower=float(low), upper=float(high))
    return RateRatio(ratio=ratio, lower=_bound(counts, confidence, -1), upper=_bound(counts, confidence, +1))


def extra_finds_per_hundred(x1: float, n1: float, x2: float, n2: float) -> float | None:
    """Give the additional failures found per 100 tests moved to the first kind; None when nothing was
    tested.
    """
    x, n = as_proportion_counts(np.array([x1, x2], dtype=float), np.array([n1, n2], dtype=float))
    if (n == 0).any() or np.isnan(x).any():
        return None
    return float(100.0 * (x[0] / n[0] - x[1] / n[1]))


def standardised_lift(
    targeted_x: ArrayLike,
    targeted_n: ArrayLike,
    routine_x: ArrayLike,
    routine_n: ArrayLike,
    confidence: float = 0.95,
) -> StandardisedLift:
    """Compare targeted finds with what routine rates would have found in the same strata (e.g. category)."""
    x1, n1 = _strata("targeted", targeted_x, targeted_n)
    x2, n2 = _strata("routine", routine_x, routine_n)
    same_length(targeted=x1, routine=x2)
    common = (n1 > 0) & (n2 > 0)
    observed = float(x1[common].sum())
    expected = float(expected_count(n1[common], x2[common], n2[common])) if common.any() else 0.0
    ratio = lower = upper = None
    if expected > 0:
        ratio, lower, upper = (float(value) for value in indirect_ratio(observed, expected, confidence))
    return StandardisedLift(
        crude=rate_ratio(x1.sum(), n1.sum(), x2.sum(), n2.sum(), confidence),
        observed=observed,
        expected=expected,
        ratio=ratio,
        lower=lower,
        upper=upper,
        strata_used=int(common.sum()),
        strata_left_out=int(((n1 > 0) ^ (n2 > 0)).sum()),
    )


def _strata(name: str, x: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Check the whole counts of one kind of sampling, one pair per stratum."""
    failures = as_whole_counts(f"{name}_x", as_vector(f"{name}_x", x))
    tested = as_whole_counts(f"{name}_n", as_vector(f"{name}_n", n))
    same_length(**{f"{name}_x": failures, f"{name}_n": tested})
    as_proportion_counts(failures, tested)
    return failures, tested


def _four_counts(x1: float, n1: float, x2: float, n2: float) -> Counts:
    """Check single whole counts with x <= n."""
    named = {"x1": x1, "n1": n1, "x2": x2, "n2": n2}
    for name, value in named.items():
        if np.ndim(value):
            raise ValueError(f"{name} must be a single count, got shape {np.shape(value)}")
    first, tested1, second, tested2 = (float(as_whole_counts(name, value)) for name, value in named.items())
    as_proportion_counts(np.array([first, second]), np.array([tested1, tested2]))
    return first, tested1, second, tested2


def _score(theta: float, counts: Counts) -> float:
    """Give Pearson's χ² of the data under p1 = theta · p2 at the constrained maximum likelihood."""
    x1, n1, x2, n2 = counts
    a = (n1 + n2) * theta
    b = theta * (n1 + x2) + x1 + n2
    c = x1 + x2
    # The stable form of the smaller root: the textbook form cancels for large theta.
    p2 = 2.0 * c / (b + np.sqrt(max(b * b - 4.0 * a * c, 0.0)))
    return _pearson(x1, n1, theta * p2) + _pearson(x2, n2, p2)


def _pearson(x: float, n: float, p: float) -> float:
    """Give one sample's share of χ²; at p = 1 (or 0) only data that are all (or none) failures fit."""
    if p <= 0.0 or p >= 1.0:
        return 0.0 if x == n * min(max(p, 0.0), 1.0) else np.inf
    return (x - n * p) ** 2 / (n * p * (1.0 - p))


def _bound(counts: Counts, confidence: float, side: int) -> float | None:
    """Search the ratio where the score meets its critical value, above (+1) or below (-1) the estimate."""
    x1, n1, x2, n2 = counts
    if side < 0 and x1 == 0:
        return 0.0
    if side > 0 and x2 == 0:
        return None
    critical = float(chi2.ppf(confidence, 1))

    def excess(log_theta: float) -> float:
        return min(_score(float(np.exp(log_theta)), counts), 1e300) - critical

    # With a zero count the estimate is 0 or unbounded: start from the far end of that side.
    far = np.log(LARGEST_RATIO)
    start = np.log((x1 / n1) / (x2 / n2)) if x1 and x2 else -side * far
    step = 0.5
    while excess(start + side * step) < 0.0:
        step *= 2.0
        if step > 4.0 * far:
            raise ValueError(f"no limit found for {counts} at confidence {confidence}")
    end = start + side * step
    return float(np.exp(brentq(excess, min(start, end), max(start, end), xtol=1e-12, rtol=1e-12)))
