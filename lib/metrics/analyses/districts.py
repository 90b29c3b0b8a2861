"""Districts compared fairly: funnel of crude rates, and observed over expected by category × stage. One query.

Expected failures of a district are what its own mix of category and stage would give at the rates of all districts
together, same period and filters. A ratio compares a district with 1, never with another district; there is no order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, Unit
from lib.metrics.analyses.district_notes import notes_on_districts, notes_on_hidden, notes_on_mix
from lib.metrics.analyses.judgement import (
    ENOUGH_GROUPS,
    OVERDISPERSED,
    adjusted_labels,
    flag_names,
    numbers,
    small_groups,
)
from lib.metrics.analyses.reversal import reversals
from lib.metrics.compute import Result, compute
from lib.metrics.metric import Metric
from lib.stats.dispersion import Overdispersion, overdispersed_limits, overdispersion
from lib.stats.funnel import exact_flags, exact_limits, ratio_flags, ratio_limits
from lib.stats.intervals import wilson
from lib.stats.standardisation import indirect_ratio

STRATA: Final = ("category", "stage")
_GRID: Final = 60
_INNER, _OUTER = 0.95, 0.998
_KEYS: Final = ("code", "name")
_LEVELS: Final = ("province", "city", "division")


@dataclass(frozen=True, kw_only=True, eq=False)
class DistrictComparison:
    """Districts in the order of their codes.

    `crude` and `adjusted` hold the same columns (code, name, numerator, denominator, value, lower, upper, small,
    observed, expected, ratio, ratio_lower, ratio_upper) and differ in `flag` and `chance_flag` (what chance alone would
    mark, before limits are widened): against the pooled rate, or against what the own mix leads to expect. A single
    district has neither expectation nor ratio: it would be compared with itself.
    `*_limits`: n (tests, or expected failures) with 95 % and 99.8 % limits.
    `strata`: code, category, stage, tests, reference rate and expected failures that add up to `expected`.
    """

    result: Result
    level: str
    baseline: float
    crude: pd.DataFrame
    crude_limits: pd.DataFrame
    crude_phi: float
    adjusted: pd.DataFrame
    adjusted_limits: pd.DataFrame
    adjusted_phi: float
    strata: pd.DataFrame
    notes: tuple[str, ...]


def level_below(district: str | None, units: Sequence[Unit]) -> str:
    """The dimension one level below the chosen district: its cities or its counties."""
    level = next((unit.level for unit in units if unit.code == district), 0)
    if district is None:
        cities = {unit.parent_code for unit in units if unit.level == len(_LEVELS)}
        return "division" if len(cities) <= 1 else "city"
    return _LEVELS[min(level, len(_LEVELS) - 1)]


def district_comparison(
    snapshot: Snapshot, metric: Metric, filters: Filters, scope: Scope, *, level: str = "division"
) -> DistrictComparison:
    """Compare the districts of one level (`division`, `city`, `province`, or the `made_…` ones)."""
    if not metric.is_proportion:
        raise ValueError(f"指标“{metric.name}”不是比率，不能作地区比较")
    result = compute(snapshot, metric, filters, scope, by=(level, *STRATA), with_excluded=False)
    strata = _expected(result.frame.rename(columns={level: "code", f"{level}_name": "name"}))
    points, unknown = _points(strata)
    total_x, total_n = strata["numerator"].sum(), strata["denominator"].sum()
    baseline = float(total_x / total_n) if total_n else float("nan")
    crude, crude_limits, crude_phi = against_rate(points, baseline)
    adjusted, adjusted_limits, adjusted_phi = _against_expected(points)
    return DistrictComparison(
        result=result,
        level=level,
        baseline=baseline,
        crude=crude,
        crude_limits=crude_limits,
        crude_phi=crude_phi,
        adjusted=adjusted,
        adjusted_limits=adjusted_limits,
        adjusted_phi=adjusted_phi,
        strata=strata,
        notes=(
            *notes_on_districts(points, unknown, crude_phi, adjusted_phi),
            *notes_on_hidden(crude, adjusted),
            *notes_on_mix(reversals(points, strata, baseline), baseline),
        ),
    )


def _expected(frame: pd.DataFrame) -> pd.DataFrame:
    """Each district × category × stage with the rate of all districts there; unknown districts take part in it."""
    strata = frame[[*_KEYS, *STRATA, *(f"{name}_name" for name in STRATA), "numerator", "denominator"]].copy()
    for side in ("numerator", "denominator"):
        strata[side] = strata[side].fillna(0).astype("int64")
    sums = strata.groupby(list(STRATA), dropna=False)[["numerator", "denominator"]].transform("sum")
    rate = np.divide(
        sums["numerator"].to_numpy(float),
        sums["denominator"].to_numpy(float),
        out=np.zeros(len(strata)),
        where=sums["denominator"].to_numpy() > 0,
    )
    return strata.assign(reference_rate=rate, expected=rate * strata["denominator"])


def _points(strata: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """One row a district with tests, and how many tests have no known district."""
    sums = strata.groupby(list(_KEYS), dropna=False, as_index=False)[
        ["numerator", "denominator", "expected"]
    ].sum()
    unknown = int(sums.loc[sums["code"].isna(), "denominator"].sum())
    known = sums[sums["code"].notna() & (sums["denominator"] > 0)].sort_values("code", ignore_index=True)
    x, n = numbers(known["numerator"]), numbers(known["denominator"])
    lower, upper = wilson(x, n)
    # Adding up the expected failures of many strata leaves rounding noise where nothing failed anywhere.
    expected = np.where(numbers(known["expected"]) < 1e-12, 0.0, numbers(known["expected"]))
    ratio, low, high = indirect_ratio(x, expected)
    points = known.assign(
        value=x / n,
        lower=lower,
        upper=upper,
        small=small_groups(known["denominator"]),
        observed=known["numerator"],
        expected=expected,
        ratio=ratio,
        ratio_lower=low,
        ratio_upper=high,
    )
    return _alone(points) if len(points) == 1 else points, unknown


def _alone(points: pd.DataFrame) -> pd.DataFrame:
    """A single district would be compared with itself: neither expectation nor ratio."""
    return points.assign(**dict.fromkeys(("expected", "ratio", "ratio_lower", "ratio_upper"), np.nan))


def against_rate(points: pd.DataFrame, baseline: float) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Points (numerator, denominator, small) with `flag` and `chance_flag` against a pooled rate, the limits, and φ.

    φ is NaN where it is not known.
    """
    x, n = numbers(points["numerator"]), numbers(points["denominator"])
    if not 0 < baseline < 1:
        return points.assign(flag="", chance_flag=""), _no_limits(), float("nan")
    spread = _spread(x, n, points, ratio=False)
    labels = exact_flags(x, n, baseline)
    grid = np.unique(np.geomspace(max(1, n.min()), max(2, n.max()), _GRID).astype(int)).astype(float)
    bounds = {
        level: overdispersed_limits(spread, grid, level)
        if spread and spread.phi > OVERDISPERSED
        else exact_limits(baseline, grid, level)
        for level in (_INNER, _OUTER)
    }
    return _flagged(points, labels, spread), _limits(grid, bounds), spread.phi if spread else float("nan")


def _flagged(points: pd.DataFrame, labels: np.ndarray, spread: Overdispersion | None) -> pd.DataFrame:
    small = points["small"].to_numpy(dtype=bool)
    return points.assign(
        flag=flag_names(adjusted_labels(spread, labels) if spread else labels, small),
        chance_flag=flag_names(labels, small),
    )


def _against_expected(points: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    observed, expected = numbers(points["observed"]), numbers(points["expected"])
    if not (expected > 0).any():
        return points.assign(flag="", chance_flag=""), _no_limits(), float("nan")
    spread = _spread(observed, expected, points, ratio=True)
    labels = ratio_flags(observed, expected)
    known = expected[expected > 0]
    grid = np.geomspace(known.min(), max(known.max(), known.min() * 1.01), _GRID)
    bounds = {
        level: overdispersed_limits(spread, grid, level)
        if spread and spread.phi > OVERDISPERSED
        else ratio_limits(grid, level)
        for level in (_INNER, _OUTER)
    }
    return _flagged(points, labels, spread), _limits(grid, bounds), spread.phi if spread else float("nan")


def _spread(x: np.ndarray, base: np.ndarray, points: pd.DataFrame, *, ratio: bool) -> Overdispersion | None:
    usable = ~points["small"].to_numpy() & (base > 0)
    if usable.sum() < ENOUGH_GROUPS:
        return None
    return overdispersion(x, base, "ratio_square_root" if ratio else "proportion")


def _limits(grid: np.ndarray, bounds: dict[float, tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
    (low, high), (lowest, highest) = bounds[_INNER], bounds[_OUTER]
    return pd.DataFrame(
        {"n": grid, "lower_95": low, "upper_95": high, "lower_998": lowest, "upper_998": highest}
    )


def _no_limits() -> pd.DataFrame:
    names = ("n", "lower_95", "upper_95", "lower_998", "upper_998")
    return pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
