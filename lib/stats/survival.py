"""Days until something is done, open cases included: Kaplan–Meier.

- `kaplan_meier(durations, closed, confidence=0.95, interval="log-log") -> KaplanMeier`
- `closed_within(result, day, minimum_at_risk=5, follow_up=None) -> ClosedWithin`: share closed within a limit
- `logrank(durations, closed, group) -> LogrankTest`

durations: days from start to closure, or to the data cut-off for open cases (>= 0; day 0 allowed); closed:
1 when verified closed, 0 when still open (right-censored). A case censored on day t is still at risk on day
t. The median is the first day with S <= 0.5 up to rounding (1e-9) and None when never reached: never 0,
never the mean of closed cases. Missing or negative durations raise ValueError. Sources: Kaplan & Meier
1958; Greenwood; log-log limits as in R survival; computed by lifelines except where noted (lifelines' own
median has a floating-point fault).
"""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from lib.stats.validation import (
    BoolArray,
    FloatArray,
    IntArray,
    as_counts,
    as_mask,
    as_single,
    as_vector,
    check_confidence,
)

Interval = Literal["log-log", "log", "plain"]
ROUNDING = 1e-9
MINIMUM_AT_RISK = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class KaplanMeier:
    """One row per distinct day. Limits are NaN where S is still 1 or has reached 0 (undefined there).

    `median_midpoint` is R's convention (middle of a flat stretch at exactly 0.5), for comparison only.
    """

    time: FloatArray
    n_risk: IntArray
    n_event: IntArray
    n_censor: IntArray
    survival: FloatArray
    lower: FloatArray
    upper: FloatArray
    n: int
    events: int
    median: float | None
    median_midpoint: float | None


@dataclass(frozen=True, kw_only=True)
class ClosedWithin:
    """Share closed by the end of day `day` (closure on that day counts).

    `too_early`: the longest follow-up is shorter than the limit, so every number but n_at_risk is None. Without
    `follow_up` it is taken from the durations, which end early for a cohort that is closed altogether.
    `shown`: enough cases were still at risk for the number to be printed (once every case is closed there is
    nobody left at risk; then the number of cases decides).
    """

    day: float
    share: float | None
    lower: float | None
    upper: float | None
    n_at_risk: int
    too_early: bool
    shown: bool


@dataclass(frozen=True, kw_only=True)
class LogrankTest:
    """χ² over groups - 1 degrees of freedom and its p-value; both None when no event or one group only."""

    chi2: float | None
    p: float | None


def kaplan_meier(
    durations: ArrayLike, closed: ArrayLike, confidence: float = 0.95, interval: Interval = "log-log"
) -> KaplanMeier:
    """Estimate the share still open after each day."""
    days, events = _checked(durations, closed)
    check_confidence(confidence)
    if interval not in ("log-log", "log", "plain"):
        raise ValueError(f"interval must be log-log, log or plain, got {interval!r}")
    time, n_risk, n_event, n_censor, survival = _table(days, events)
    lower, upper = _limits(survival, n_risk, n_event, confidence, interval)
    return KaplanMeier(
        time=time,
        n_risk=n_risk,
        n_event=n_event,
        n_censor=n_censor,
        survival=survival,
        lower=lower,
        upper=upper,
        n=days.size,
        events=int(events.sum()),
        median=_median(time, survival),
        median_midpoint=_median_midpoint(time, survival),
    )


def survival_at(result: KaplanMeier, day: float) -> tuple[float, float, float, int]:
    """Give (S, lower, upper, number at risk) on a day; S keeps its last value after the last day."""
    if as_single("day", day) < 0:
        raise ValueError(f"day must be a number of days >= 0, got {day!r}")
    later = int(np.searchsorted(result.time, day, side="right"))
    first = int(np.searchsorted(result.time, day, side="left"))
    at_risk = int(result.n_risk[first]) if first < result.time.size else 0
    if later == 0:
        return 1.0, float("nan"), float("nan"), at_risk
    row = later - 1
    return float(result.survival[row]), float(result.lower[row]), float(result.upper[row]), at_risk


def closed_within(
    result: KaplanMeier, day: float, minimum_at_risk: int = MINIMUM_AT_RISK, follow_up: float | None = None
) -> ClosedWithin:
    """Give the share closed within a time limit, or say that it is too early to tell.

    `follow_up`: days from the earliest start of the cohort to the data cut-off, where it is known.
    """
    survival, lower, upper, at_risk = survival_at(result, day)
    complete = survival <= ROUNDING
    is_young = follow_up is not None and day > follow_up
    if is_young or (day > result.time.max() and not complete):
        return ClosedWithin(
            day=day, share=None, lower=None, upper=None, n_at_risk=at_risk, too_early=True, shown=False
        )
    return ClosedWithin(
        day=day,
        share=1.0 - survival,
        lower=None if np.isnan(upper) else 1.0 - upper,
        upper=None if np.isnan(lower) else 1.0 - lower,
        n_at_risk=at_risk,
        too_early=False,
        shown=(result.n if complete else at_risk) >= minimum_at_risk,
    )


def logrank(durations: ArrayLike, closed: ArrayLike, group: ArrayLike) -> LogrankTest:
    """Compare completion curves of groups (labels of any kind)."""
    days, events = _checked(durations, closed)
    labels = np.asarray(group)
    if labels.shape != days.shape:
        raise ValueError(f"lengths differ: durations {days.shape}, group {labels.shape}")
    if not events.any() or np.unique(labels).size < 2:
        return LogrankTest(chi2=None, p=None)
    from lifelines.statistics import multivariate_logrank_test

    outcome = multivariate_logrank_test(days, labels, events)
    return LogrankTest(chi2=float(outcome.test_statistic), p=float(outcome.p_value))


def _checked(durations: ArrayLike, closed: ArrayLike) -> tuple[FloatArray, BoolArray]:
    days = as_counts("durations", as_vector("durations", durations))
    return days, as_mask("closed", closed, days.size)


def _table(
    days: FloatArray, events: BoolArray
) -> tuple[FloatArray, IntArray, IntArray, IntArray, FloatArray]:
    """Give day, number at risk, events, censored and S for each distinct day, from lifelines."""
    from lifelines import KaplanMeierFitter

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # lifelines warns about its own limits where the curve reaches 0; those limits are not used.
        warnings.simplefilter("ignore")
        fitter = KaplanMeierFitter().fit(days, events)
    table = fitter.event_table
    keep = (table["observed"] + table["censored"] > 0).to_numpy()
    n_risk, n_event, n_censor = (
        table[column].to_numpy(dtype=np.int64)[keep] for column in ("at_risk", "observed", "censored")
    )
    survival = fitter.survival_function_["KM_estimate"].to_numpy(dtype=float)[keep]
    return table.index.to_numpy(dtype=float)[keep], n_risk, n_event, n_censor, survival


def _limits(
    survival: FloatArray, n_risk: IntArray, n_event: IntArray, confidence: float, interval: Interval
) -> tuple[FloatArray, FloatArray]:
    """Give Greenwood limits on the chosen scale; lifelines offers log-log alone."""
    left = (n_risk - n_event).astype(float)
    greenwood = np.cumsum(n_event / np.where(left > 0, n_risk * left, np.nan))
    error = np.sqrt(greenwood) * norm.ppf(0.5 + confidence / 2.0)
    inside = (survival > ROUNDING) & (survival < 1.0)
    s = np.where(inside, survival, np.nan)
    if interval == "plain":
        return _ends(survival, np.maximum(s - error * s, 0.0), np.minimum(s + error * s, 1.0), inside)
    if interval == "log":
        return _ends(survival, s * np.exp(-error), np.minimum(s * np.exp(error), 1.0), inside)
    log_s = np.log(s)
    reach = error / np.abs(log_s)
    return np.exp(log_s * np.exp(reach)), np.exp(log_s * np.exp(-reach))


def _ends(
    survival: FloatArray, lower: FloatArray, upper: FloatArray, inside: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """On the plain and log scales S = 1 (nothing closed yet) has the limits 1 and 1, as R prints."""
    untouched = ~inside & (survival >= 1.0)
    return np.where(untouched, 1.0, lower), np.where(untouched, 1.0, upper)


def _median(time: FloatArray, survival: FloatArray) -> float | None:
    reached = survival <= 0.5 + ROUNDING
    return float(time[reached][0]) if reached.any() else None


def _median_midpoint(time: FloatArray, survival: FloatArray) -> float | None:
    reached = np.flatnonzero(survival <= 0.5 + ROUNDING)
    if not reached.size:
        return None
    first = reached[0]
    below = np.flatnonzero(survival < survival[first] - ROUNDING)
    if abs(survival[first] - 0.5) <= ROUNDING and below.size:
        return float((time[first] + time[below[0]]) / 2.0)
    return float(time[first])
