"""How districts carry out their duties, one measure beside the other; never added up to one score, never ranked.

Each measure is a rate of the command line with its counts and interval. The unqualified rate is compared with what the
own mix leads to expect, the others with the pooled rate of the same filters. A measure whose tables do not know a
filter is refused by name and leaves the others standing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.districts import DistrictComparison, against_rate, district_comparison
from lib.metrics.analyses.judgement import HIDING, OVERDISPERSED, SMALL, hidden_names, numbers, small_groups
from lib.metrics.compute import Result, compute
from lib.metrics.format import decimal_text
from lib.metrics.metric import Metric
from lib.metrics.predicates import FilterNotApplicable
from lib.metrics.registry import get_metric
from lib.stats.ranks import rank_confidence_set, rank_interval

#: The measures in reading order; the first one is adjusted for what was sampled.
ADJUSTED: Final = "unqualified_rate"
MEASURES: Final = (
    ADJUSTED,
    "disposal_on_time_rate",
    "rectification_on_time_rate",
    "supervision_on_time_rate",
    "paper_rectification_rate",
    "complete_records_rate",
)
_SHOWN: Final = (
    *("code", "name", "numerator", "denominator", "value", "lower", "upper"),
    *("flag", "chance_flag", "small"),
)
_PLACES: Final = ("rank_lower", "rank_upper")
_RATIO: Final = ("observed", "expected", "ratio", "ratio_lower", "ratio_upper")


@dataclass(frozen=True, kw_only=True, eq=False)
class DistrictMeasure:
    """One measure of all districts, in the order of their codes.

    `frame`: code, name, numerator, denominator, value, lower, upper, flag, chance_flag (what chance alone would mark,
    before limits are widened), small, rank_lower, rank_upper (95 % places from the highest down, missing for small
    groups); the adjusted measure also has observed, expected, ratio and its
    interval, and its flag and places are those of the ratio. `baseline` is the pooled rate, `unknown` counts what
    belongs to no known district.
    """

    result: Result
    frame: pd.DataFrame
    limits: pd.DataFrame
    baseline: float
    phi: float
    unknown: int

    @property
    def metric(self) -> Metric:
        """What is measured."""
        return self.result.metric

    @property
    def is_adjusted(self) -> bool:
        """Whether districts are compared with their own expectation instead of the pooled rate."""
        return "ratio" in self.frame.columns

    @property
    def is_alone(self) -> bool:
        """Whether a single district stands there: what is expected of it would be its own failures."""
        return len(self.frame) == 1

    @property
    def compared(self) -> int:
        """Districts that were judged: enough cases, and a rate that is neither 0 nor 1 everywhere."""
        return int((~self.frame["small"]).sum()) if 0 < self.baseline < 1 else 0


@dataclass(frozen=True, kw_only=True, eq=False)
class DistrictRecord:
    """All measures that could be computed, and a sentence for each that was refused."""

    measures: tuple[DistrictMeasure, ...]
    refused: tuple[str, ...]
    notes: tuple[str, ...]


def district_record(
    snapshot: Snapshot,
    filters: Filters,
    scope: Scope,
    *,
    level: str = "division",
    metric_ids: Sequence[str] = MEASURES,
) -> DistrictRecord:
    """Every measure by district; a filter one table does not know refuses that measure alone."""
    measures, refused = [], []
    for metric_id in metric_ids:
        try:
            measures.append(district_measure(snapshot, get_metric(metric_id), filters, scope, level=level))
        except FilterNotApplicable as error:
            refused.append(f"{error}；本列不计算。")
    return DistrictRecord(measures=tuple(measures), refused=tuple(refused), notes=_notes(measures))


def district_measure(
    snapshot: Snapshot, metric: Metric, filters: Filters, scope: Scope, *, level: str = "division"
) -> DistrictMeasure:
    """One rate by district with flags; the unqualified rate against the own mix."""
    if metric.id == ADJUSTED:
        return _adjusted(district_comparison(snapshot, metric, filters, scope, level=level))
    dimension = level if level in metric.dimensions else level.removeprefix("made_")
    result = compute(snapshot, metric, filters, scope, by=(dimension,), with_excluded=False)
    frame = result.frame.rename(columns={dimension: "code", f"{dimension}_name": "name"})
    frame = frame.assign(numerator=frame["numerator"].fillna(0), denominator=frame["denominator"].fillna(0))
    unknown = int(frame.loc[frame["code"].isna(), "denominator"].sum())
    total = float(frame["denominator"].sum())
    baseline = float(frame["numerator"].sum()) / total if total else float("nan")
    known = frame[frame["code"].notna() & (frame["denominator"] > 0)].sort_values("code", ignore_index=True)
    points, limits, phi = against_rate(
        known.assign(small=small_groups(known["denominator"])).astype({"small": bool}), baseline
    )
    return DistrictMeasure(
        result=result,
        frame=_with_places(points)[[*_SHOWN, *_PLACES]],
        limits=limits,
        baseline=baseline,
        phi=phi,
        unknown=unknown,
    )


def _adjusted(comparison: DistrictComparison) -> DistrictMeasure:
    points = comparison.adjusted.astype({"small": bool})
    strata = comparison.strata
    return DistrictMeasure(
        result=comparison.result,
        frame=_with_places(points)[[*_SHOWN, *_RATIO, *_PLACES]],
        limits=comparison.adjusted_limits,
        baseline=comparison.baseline,
        phi=comparison.adjusted_phi,
        unknown=int(strata.loc[strata["code"].isna(), "denominator"].sum()),
    )


def _with_places(points: pd.DataFrame) -> pd.DataFrame:
    """Add which places a district may hold; small groups hold none and push nobody down."""
    lower, upper = np.full(len(points), np.nan), np.full(len(points), np.nan)
    judged = ~points["small"].to_numpy(dtype=bool)
    if judged.sum() > 1:
        kept = points[judged]
        if "ratio" in points.columns:
            # Half a failure more, so that a district without any has a spread too.
            observed, expected = numbers(kept["observed"]) + 0.5, np.maximum(numbers(kept["expected"]), 1e-9)
            places = rank_confidence_set(observed / expected, np.sqrt(observed) / expected)
        else:
            places = rank_interval(numbers(kept["numerator"]), numbers(kept["denominator"]))
        lower[judged], upper[judged] = places.lower, places.upper
    return points.assign(rank_lower=lower, rank_upper=upper)


def _notes(measures: Sequence[DistrictMeasure]) -> tuple[str, ...]:
    compared = sum(measure.compared for measure in measures if measure.compared > 1)
    if not compared:
        return ("可比较的地区不足两个，不作地区比较。",)
    notes = [
        f"各项共作{compared}次比较；即使各地没有差别，仅凭偶然预计至多约"
        f"{decimal_text(compared * 0.05, 1)}次越出95%界限、{decimal_text(compared * 0.002)}次越出99.8%界限。"
        "个别提示可能是误报，先核实再下结论。",
        "各项不相加、不计总分、不排名；地区按代码排列。",
    ]
    wide = [measure.metric.name for measure in measures if measure.phi > OVERDISPERSED]
    if wide:
        notes.append(
            f"{'、'.join(wide)}的地区差别大于偶然波动（离散系数φ大于{OVERDISPERSED:.0f}），界限已放宽。"
        )
    notes += [sentence for measure in measures if (sentence := _hidden(measure))]
    if any(measure.frame["small"].any() for measure in measures):
        notes.append(f"空心为分母不足{SMALL}，只列数字，不作判断。")
    return tuple(notes)


def _hidden(measure: DistrictMeasure) -> str:
    """Which districts the exact 99.8 % tail marks and widened limits do not; empty if there are none."""
    names = hidden_names(measure.frame)
    if not names:
        return ""
    spread = f"{measure.metric.name}（φ={decimal_text(measure.phi, 1)}）"
    return f"{spread}：只按偶然波动，{names}另以“仅按偶然波动”标记；{HIDING}"
