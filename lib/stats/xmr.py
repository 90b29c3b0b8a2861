"""XmR chart of single values (days, counts, indices) with the NHS "Making Data Count" rules.

- `xmr_chart(values, *, screen=True, fix_after=None, rebase_at=(), improvement="decrease", target=None) ->
  XmrChart`
- the rules alone: `seven_point_trend`, `two_in_three`, `seven_on_one_side`, `part_of_seven`, `assurance`

Limits: mean ± 2.66 · mean moving range, after one pass dropping ranges >= 3.267 · their mean. "Close" means
beyond two thirds of a limit but not outside it. Precedence: outside limits, 7-point trend (6 strictly
monotone steps), 2 of 3 close with all three on one side, 7 points on one side of the mean. Every point of a
pattern is marked. `rebase_at` starts a new segment at these 0-based positions; `fix_after` sets each
segment's limits from its first k points.

Missing: values must be present (a gap has no moving range: ValueError). With a single point, or when
screening leaves no range (a constant series), limits are NaN and no limit rule fires. Limits may be
negative; clip for display only. Source: R package NHSRplotthedots 0.2.2 (behaviour), Making Data Count (NHS
England).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lib.stats.control_charts import SCREENING_FACTOR
from lib.stats.runs import side_of_centre
from lib.stats.validation import BoolArray, FloatArray, IntArray, TextArray, as_single, as_vector, same_length

Improvement = Literal["increase", "decrease", "neutral"]

LIMIT_FACTOR = 2.66
CLOSE_FACTOR = 2.0 * (LIMIT_FACTOR / 3.0)
TRIAL_POINTS = 13
PATTERN = 7
COMMON_CAUSE = "Common Cause"
SIGNS = {"increase": 1, "decrease": -1, "neutral": 0}


@dataclass(frozen=True, kw_only=True, eq=False)
class XmrChart:
    """Per point: limits, cause in words, and its meaning; for the chart: the last point's meaning and the
    assurance.

    `trial_limits` marks limits from fewer than 13 points. `assurance` is None without target, for a neutral
    direction, or when limits are missing.
    """

    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    special_cause: TextArray
    point_type: TextArray
    variation: str
    assurance: str | None
    trial_limits: bool


def xmr_chart(
    values: ArrayLike,
    *,
    screen: bool = True,
    fix_after: int | None = None,
    rebase_at: Sequence[int] = (),
    improvement: Improvement = "decrease",
    target: float | None = None,
) -> XmrChart:
    """Draw the chart of a series in time order; see the module text for rules, missing values and errors."""
    series = as_vector("values", values)
    _check_options(fix_after, improvement)
    segments = np.split(series, _segment_starts(rebase_at, series.size))
    parts = [_segment(segment, screen, fix_after) for segment in segments]
    mean, lower, upper = (np.concatenate([part[index] for part in parts]) for index in range(3))
    causes = np.concatenate([part[3] for part in parts])
    point_type = np.array([_meaning(cause, SIGNS[improvement]) for cause in causes])
    verdict = None
    if target is not None and improvement != "neutral":
        verdict = str(assurance(target, lower[-1:], upper[-1:], improvement)[0]) or None
    shortest = min(min(segment.size, fix_after or segment.size) for segment in segments)
    return XmrChart(
        mean=mean,
        lower=lower,
        upper=upper,
        special_cause=causes,
        point_type=point_type,
        variation=str(point_type[-1]),
        assurance=verdict,
        trial_limits=shortest < TRIAL_POINTS,
    )


def seven_point_trend(values: ArrayLike) -> IntArray:
    """Give +1/-1 at each point that ends six strictly rising/falling steps, else 0; a tie breaks it."""
    series = as_vector("values", values, minimum=0)
    steps = np.sign(np.diff(series))
    result = np.zeros(series.size, dtype=np.int64)
    for end in range(PATTERN - 1, series.size):
        window = steps[end - PATTERN + 1 : end]
        if window[0] != 0 and (window == window[0]).all():
            result[end] = int(window[0])
    return result


def seven_on_one_side(sides: ArrayLike) -> IntArray:
    """Give 1 at each point that ends seven on one side of the mean (+1/-1); a point on the mean (0) breaks
    it.
    """
    series = as_vector("sides", sides, minimum=0)
    result = np.zeros(series.size, dtype=np.int64)
    for end in range(PATTERN - 1, series.size):
        window = series[end - PATTERN + 1 : end + 1]
        result[end] = int(window[0] != 0 and (window == window[0]).all())
    return result


def part_of_seven(ends: ArrayLike) -> IntArray:
    """Spread each pattern end (non-zero) over the seven points that make the pattern."""
    flags = as_vector("ends", ends, minimum=0)
    return np.array([int((flags[i : i + PATTERN] != 0).any()) for i in range(flags.size)], dtype=np.int64)


def two_in_three(close: ArrayLike, sides: ArrayLike) -> IntArray:
    """Mark every point of a window of three with two or more close to a limit, all three on the same side."""
    near, side = as_vector("close", close, minimum=0), as_vector("sides", sides, minimum=0)
    same_length(close=near, sides=side)
    result = np.zeros(near.size, dtype=np.int64)
    for start in range(near.size - 2):
        window = slice(start, start + 3)
        if near[window].sum() >= 2 and abs(side[window].sum()) == 3:
            result[window] = 1
    return result


def assurance(target: float, lower: ArrayLike, upper: ArrayLike, improvement: Improvement) -> TextArray:
    """Say whether the process will pass the target: consistent_pass, consistent_fail or inconsistent; "" if
    unknown.
    """
    low = as_vector("lower", lower, allow_missing=True)
    high = as_vector("upper", upper, allow_missing=True)
    same_length(lower=low, upper=high)
    if improvement not in ("increase", "decrease"):
        raise ValueError(f"improvement must be increase or decrease, got {improvement!r}")
    target = as_single("target", target)
    above, below = ("consistent_fail", "consistent_pass")
    if improvement == "decrease":
        above, below = below, above
    unknown = np.isnan(low) | np.isnan(high)
    return np.select([unknown, target > high, target < low], ["", above, below], "inconsistent")


def _check_options(fix_after: int | None, improvement: str) -> None:
    if improvement not in SIGNS:
        raise ValueError(f"improvement must be one of {sorted(SIGNS)}, got {improvement!r}")
    if fix_after is not None and fix_after < 1:
        raise ValueError(f"fix_after must be at least 1, got {fix_after!r}")


def _segment_starts(rebase_at: Sequence[int], size: int) -> list[int]:
    starts = sorted({int(position) for position in rebase_at})
    if any(not 0 <= position < size for position in starts):
        raise ValueError(f"rebase_at must lie within 0…{size - 1}, got {list(rebase_at)}")
    return [position for position in starts if position > 0]


def _segment(
    values: FloatArray, screen: bool, fix_after: int | None
) -> tuple[FloatArray, FloatArray, FloatArray, TextArray]:
    base = values[:fix_after]
    mean = base.sum() / base.size if (base != base[0]).any() else base[0]
    ranges = np.abs(np.diff(base))
    if screen and ranges.size:
        ranges = ranges[ranges < SCREENING_FACTOR * ranges.mean()]
    mean_range = ranges.mean() if ranges.size else np.nan
    reach = LIMIT_FACTOR * mean_range
    shape = np.ones(values.size)
    sides = side_of_centre(values, mean * shape)
    outside = (values > mean + reach) | (values < mean - reach)
    inner = CLOSE_FACTOR * mean_range
    close = ~outside & ((values > mean + inner) | (values < mean - inner))
    return (
        mean * shape,
        (mean - reach) * shape,
        (mean + reach) * shape,
        _causes(values, sides, outside, close),
    )


def _causes(values: FloatArray, sides: FloatArray, outside: BoolArray, close: BoolArray) -> TextArray:
    """Name each point's cause by precedence."""
    trend = part_of_seven(seven_point_trend(values)) == 1
    pairs = (two_in_three(close, sides) == 1) & close
    shift = part_of_seven(seven_on_one_side(sides)) == 1
    high = sides > 0
    rising = _trend_rises(values, trend)
    return np.select(
        [outside & high, outside, trend & rising, trend, pairs & high, pairs, shift & high, shift],
        [
            "Above UCL",
            "Below LCL",
            "7 Point Trend (Increasing)",
            "7 Point Trend (Decreasing)",
            "2 in 3 Above CL",
            "2 in 3 Below CL",
            "7 Points Above CL",
            "7 Points Below CL",
        ],
        COMMON_CAUSE,
    )


def _trend_rises(values: FloatArray, trend: BoolArray) -> BoolArray:
    """Give the direction at each point: that of the step after it if the trend goes on there, else before
    it.
    """
    steps = np.sign(np.diff(values))
    if not steps.size:
        return np.zeros(values.size, dtype=bool)
    after, before = np.append(steps, steps[-1]), np.insert(steps, 0, 0.0)
    goes_on = np.append(trend[1:], False) & trend
    return np.where(goes_on, after, before) > 0


def _meaning(cause: str, improvement: int) -> str:
    high = "Above" in cause or "Increasing" in cause
    if cause == COMMON_CAUSE:
        return "common_cause"
    if improvement == 0:
        return "special_cause_neutral_high" if high else "special_cause_neutral_low"
    return "special_cause_improvement" if high == (improvement > 0) else "special_cause_concern"
