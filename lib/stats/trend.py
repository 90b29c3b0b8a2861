"""Trend over years: Cochran–Armitage test, the Fingertips recent-trend marker, and Mann–Kendall.

- `cochran_armitage(x, n, score) -> TrendTest`
- `recent_trend(year, numerator, denominator, *, breaks=()) -> TrendMarker` (annual, independent points only)
- `mann_kendall(values, significance=0.05) -> MannKendall` (series that are not proportions)

Not for monthly or quarterly series: use a control chart there. Sources: Cochran 1954, Armitage 1955 (χ²
with N, as R prop.trend.test); Fingertips "Trend markers"; Mann 1945, Kendall 1975, Sen 1968.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm

from lib.stats.validation import (
    FloatArray,
    as_counts,
    as_proportion_counts,
    as_vector,
    check_confidence,
    refuse,
    same_length,
)

TREND_POINTS = 5
CRITICAL_CHI2 = 9.5495
CANNOT = "Cannot be calculated"
NO_CHANGE = "No significant change"


@dataclass(frozen=True, kw_only=True)
class TrendTest:
    """χ² with one degree of freedom, its p-value, and the signed root T (positive = rising)."""

    chi2: float
    p: float
    t: float


@dataclass(frozen=True, kw_only=True)
class TrendMarker:
    """Verdict and reason; chi2 and gradient (of the logit per year) are None when they cannot be
    calculated.
    """

    trend: str
    reason: str
    chi2: float | None = None
    gradient: float | None = None


@dataclass(frozen=True, kw_only=True)
class MannKendall:
    """trend: increasing, decreasing or no trend; score s with its variance; slope is Sen's (per step)."""

    trend: str
    significant: bool
    p: float
    z: float
    tau: float
    s: float
    variance: float
    slope: float


def cochran_armitage(x: ArrayLike, n: ArrayLike, score: ArrayLike) -> TrendTest:
    """Test a linear trend of x/n over scores.

    Raises ValueError when no test exists: fewer than two scores, nothing tested, no failure at all or
    nothing else.
    """
    failures, tested, position = as_vector("x", x), as_vector("n", n), as_vector("score", score)
    same_length(x=failures, n=tested, score=position)
    as_proportion_counts(failures, tested)
    total, cases = tested.sum(), failures.sum()
    if not 0.0 < cases < total:
        raise ValueError(f"no trend test: {cases:g} failures among {total:g} tested")
    # Centred scores keep the sums small: years like 2021 would cost digits.
    t = position - (tested * position).sum() / total
    spread = (tested * t**2).sum()
    if spread <= 0.0:
        raise ValueError("no trend test: all tested units share one score")
    covariance = (failures * t).sum()
    statistic = total * total * covariance**2 / (cases * (total - cases) * spread)
    value = float(statistic)
    return TrendTest(chi2=value, p=float(chi2.sf(value, 1)), t=float(np.sign(covariance) * np.sqrt(value)))


def recent_trend(
    year: ArrayLike, numerator: ArrayLike, denominator: ArrayLike, *, breaks: Sequence[float] = ()
) -> TrendMarker:
    """Judge the last five years: significant if χ² > 9.5495 (0.2 % level) and no single year turns the
    slope round.

    `breaks` are years from which a boundary or definition differs: a break inside the five years gives
    "Cannot be calculated". So do duplicate years, fewer than five points, missing values, and x = 0 or x = n.
    """
    years = as_vector("year", year, minimum=0)
    cases = as_counts(
        "numerator", as_vector("numerator", numerator, allow_missing=True, minimum=0), allow_missing=True
    )
    tested = as_counts(
        "denominator",
        as_vector("denominator", denominator, allow_missing=True, minimum=0),
        allow_missing=True,
    )
    same_length(year=years, numerator=cases, denominator=tested)
    refuse("numerator", cases, cases > tested, "must not exceed the denominator")
    order = np.argsort(years, kind="stable")[-TREND_POINTS:]
    obstacle = _obstacle(years, years[order], cases[order], tested[order], breaks)
    if obstacle:
        return TrendMarker(trend=CANNOT, reason=obstacle)
    return _verdict(years[order], cases[order], tested[order])


def mann_kendall(values: ArrayLike, significance: float = 0.05) -> MannKendall:
    """Test a monotone trend of a series in time order; missing values (NaN) are skipped. Needs two present
    values.

    Assumes independent points; a constant series has no trend (p = 1).
    """
    series = as_vector("values", values, allow_missing=True)
    check_confidence(significance)
    series = series[~np.isnan(series)]
    if series.size < 2:
        raise ValueError(f"values needs at least 2 present values, got {series.size}")
    first, second = np.triu_indices(series.size, 1)
    differences = series[second] - series[first]
    s, n = float(np.sign(differences).sum()), series.size
    ties = np.unique(series, return_counts=True)[1]
    variance = float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18.0
    z = (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else 0.0
    significant = bool(abs(z) > norm.ppf(1.0 - significance / 2.0))
    trend = ("increasing" if z > 0 else "decreasing") if significant else "no trend"
    return MannKendall(
        trend=trend,
        significant=significant,
        p=float(2.0 * norm.sf(abs(z))),
        z=float(z),
        tau=s / (0.5 * n * (n - 1)),
        s=s,
        variance=variance,
        slope=float(np.median(differences / (second - first))),
    )


def _obstacle(
    all_years: FloatArray, years: FloatArray, cases: FloatArray, tested: FloatArray, breaks: Sequence[float]
) -> str | None:
    reasons = [
        (np.unique(all_years).size < all_years.size, "Duplicate years in group"),
        (all_years.size < TREND_POINTS, "Not enough data points"),
        (bool(np.isnan(cases).any() or np.isnan(tested).any()), "Missing values"),
        (bool((cases == 0).any() or (cases == tested).any()), "No failures or only failures in a year"),
        (any(years.min(initial=np.inf) < b <= years.max(initial=-np.inf) for b in breaks), "Break in series"),
    ]
    return next((reason for holds, reason in reasons if holds), None)


def _verdict(years: FloatArray, cases: FloatArray, tested: FloatArray) -> TrendMarker:
    """Test the trend and leave out each year in turn: one year must not decide the direction."""
    chi2_value = cochran_armitage(cases, tested, years).chi2
    logit = np.log(cases / (tested - cases))
    slope = _slope(years, logit)
    without = [_slope(np.delete(years, i), np.delete(logit, i)) for i in range(years.size)]
    trend, reason = "Increasing" if slope > 0 else "Decreasing", "No outliers and significant trend"
    if chi2_value <= CRITICAL_CHI2:
        trend, reason = NO_CHANGE, "No significant trend"
    elif any(np.sign(other) != np.sign(slope) for other in without):
        trend, reason = NO_CHANGE, "Outlier found"
    return TrendMarker(trend=trend, reason=reason, chi2=chi2_value, gradient=slope)


def _slope(t: FloatArray, y: FloatArray) -> float:
    centred = t - t.mean()
    return float((centred * (y - y.mean())).sum() / (centred**2).sum())
