"""Control chart of a rate over time: Laney p′ limits, runs rules, provisional periods, power note. One query."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.judgement import COMPLETE, SMALL, completeness, numbers
from lib.metrics.compute import Result, compute
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.format import rate_text
from lib.metrics.metric import Metric
from lib.stats.control_charts import ProportionChart, proportion_chart
from lib.stats.funnel import HIGH_OUTER, exact_flags
from lib.stats.power import detection_probability
from lib.stats.runs import RunsAnalysis, runs_analysis

Period = Literal["month", "quarter", "year"]
_MONTHS: Final[dict[Period, int]] = {"month": 1, "quarter": 3, "year": 12}
_WORDS: Final[dict[Period, str]] = {"month": "月", "quarter": "季度", "year": "年"}
#: Below this number of final periods the limits are trial limits.
SETTLED: Final = 13
#: Below this many expected failures a period the chart over-alarms.
RARE: Final = 5
#: The rise the power note asks about: half as much again.
RISE: Final = 1.5


@dataclass(frozen=True, kw_only=True, eq=False)
class ControlChart:
    """Periods in order with limits and flags.

    `frame`: period (code), period_name, numerator, denominator, value, lower, upper, centre, limit_lower,
    limit_upper, flag ("", high, low, run), provisional, completeness, excluded columns. `centre` and limits come
    from final periods only.
    """

    result: Result
    period: Period
    frame: pd.DataFrame
    centre: float
    sigma_z: float
    runs: RunsAnalysis | None
    notes: tuple[str, ...]


def control_chart(
    snapshot: Snapshot,
    metric: Metric,
    filters: Filters,
    scope: Scope,
    *,
    period: Period = "month",
    complete_at: float = COMPLETE,
) -> ControlChart:
    """Chart a proportion by period. A period is provisional while it runs or while results are missing."""
    if not metric.is_proportion:
        raise ValueError(f"指标“{metric.name}”不是比率，不能作控制图")
    result = compute(snapshot, metric, filters, scope, by=(period,))
    frame = periods_filled(result.frame, period)
    share = completeness(frame)
    running = np.array(
        [period_end(int(code), period) > snapshot.as_of for code in frame["period"]], dtype=bool
    )
    # NaN (nothing to wait for) compares as not below the limit.
    provisional = running | (share < complete_at)
    chart = _chart(frame, ~provisional)
    frame = frame.assign(completeness=share, provisional=provisional, **_limits(frame, chart))
    runs = _runs(frame, chart)
    frame["flag"] = _flags(frame, chart, runs)
    return ControlChart(
        result=result,
        period=period,
        frame=frame,
        centre=chart.centre if chart else float("nan"),
        sigma_z=chart.sigma_z if chart else float("nan"),
        runs=runs,
        notes=tuple(_notes(frame, period, metric, chart, runs)),
    )


def periods_filled(frame: pd.DataFrame, period: Period) -> pd.DataFrame:
    """One row for every period from the first to the last; a period without samples has no value, not a 0."""
    known = frame[frame[period].notna()].rename(columns={period: "period", f"{period}_name": "period_name"})
    if known.empty:
        return known.reset_index(drop=True)
    first, last = int(known["period"].min()), int(known["period"].max())
    codes = [first]
    while codes[-1] < last:
        codes.append(_code(period_end(codes[-1], period) + timedelta(days=1), period))
    filled = pd.DataFrame({"period": codes}).merge(known.astype({"period": "int64"}), how="left", on="period")
    filled["period_name"] = [DIMENSIONS[period].label(code, {}) for code in codes]
    filled["denominator"] = filled["denominator"].fillna(0)
    return filled


def period_end(code: int, period: Period) -> date:
    """Last day of a period: 202502 → 28 February 2025, 20251 → 31 March, 2025 → 31 December."""
    if period == "year":
        return date(code, 12, 31)
    year, part = divmod(code, 100 if period == "month" else 10)
    month = part * _MONTHS[period]
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _code(day: date, period: Period) -> int:
    if period == "year":
        return day.year
    return day.year * 100 + day.month if period == "month" else day.year * 10 + (day.month + 2) // 3


def _chart(frame: pd.DataFrame, final: np.ndarray) -> ProportionChart | None:
    tested = numbers(frame["denominator"]) if len(frame) else np.empty(0)
    if not (final & (tested > 0)).any():
        return None
    failed = np.where(tested > 0, numbers(frame["numerator"]), np.nan)
    chart = proportion_chart(failed, tested, include=final)
    # Steps between rare failures look calmer than chance allows; limits narrower than binomial would mark noise.
    return chart if not chart.sigma_z < 1 else proportion_chart(failed, tested, include=final, prime=False)


def _limits(frame: pd.DataFrame, chart: ProportionChart | None) -> dict[str, np.ndarray]:
    if chart is None:
        nothing = np.full(len(frame), np.nan)
        return {"centre": nothing, "limit_lower": nothing, "limit_upper": nothing}
    centre = np.full(len(frame), chart.centre)
    return {"centre": centre, "limit_lower": chart.lower, "limit_upper": chart.upper}


def _final_values(frame: pd.DataFrame) -> np.ndarray:
    return np.where(frame["provisional"], np.nan, numbers(frame["value"]))


def _runs(frame: pd.DataFrame, chart: ProportionChart | None) -> RunsAnalysis | None:
    return None if chart is None else runs_analysis(_final_values(frame), chart.centre)


def _flags(frame: pd.DataFrame, chart: ProportionChart | None, runs: RunsAnalysis | None) -> list[str]:
    if chart is None or runs is None:
        return [""] * len(frame)
    values = _final_values(frame)
    failed, tested = numbers(frame["numerator"]), numbers(frame["denominator"])
    in_run = _long_runs(values, chart.centre, runs.longest_run_max)
    flags = np.where(in_run & (not _is_rare(frame, chart)), "run", "").astype(object)
    # Where few failures are expected the limits are too narrow above: the exact tail decides.
    sure = tested * chart.centre >= RARE
    if 0 < chart.centre < 1:
        sure |= exact_flags(np.nan_to_num(failed), tested, chart.centre) == HIGH_OUTER
    enough = tested >= SMALL
    flags[(values > chart.upper) & sure & enough] = "high"
    flags[(values < chart.lower) & enough] = "low"
    return [str(flag) for flag in flags]


def _is_rare(frame: pd.DataFrame, chart: ProportionChart) -> bool:
    """Whether a typical period is expected to have so few failures that most lie below the mean anyway."""
    return bool(chart.centre * _typical(frame) < RARE)


def _typical(frame: pd.DataFrame) -> int:
    """Tests of a typical final period."""
    tested = numbers(frame["denominator"])[~frame["provisional"].to_numpy(dtype=bool)]
    return int(np.median(tested[tested > 0]))


def _long_runs(values: np.ndarray, centre: float, longest: int | None) -> np.ndarray:
    """Points of runs on one side that are longer than chance allows; points on the line do not break a run."""
    marked = np.zeros(values.size, dtype=bool)
    useful = np.flatnonzero(~np.isnan(values) & ~np.isclose(values, centre, rtol=1e-12, atol=0))
    if longest is None or not useful.size:
        return marked
    sides = np.sign(values[useful] - centre)
    for run in np.split(useful, np.flatnonzero(np.diff(sides)) + 1):
        if run.size > longest:
            marked[run] = True
    return marked


def _notes(
    frame: pd.DataFrame,
    period: Period,
    metric: Metric,
    chart: ProportionChart | None,
    runs: RunsAnalysis | None,
) -> list[str]:
    if chart is None or runs is None:
        return [f"没有结果已齐的{_WORDS[period]}份，暂不画控制限。"] if len(frame) else ["所选范围没有样品。"]
    final = frame[~frame["provisional"] & (numbers(frame["denominator"]) > 0)]
    rare, typical = _is_rare(frame, chart), _typical(frame)
    notes = [_provisional_note(frame), _power_note(chart, typical, period, metric)]
    notes += [] if rare else [_runs_note(runs)]
    if len(final) < SETTLED:
        notes.append(f"结果已齐的只有{len(final)}期，不足{SETTLED}期，控制限是试用限。")
    if rare:
        notes.append(
            f"每{_WORDS[period]}预期不足{RARE}批次：只标记精确概率也属罕见的{_WORDS[period]}份，不作连续偏移的判断，宜改看更长的周期。"
        )
    if (numbers(final["denominator"]) < SMALL).any():
        notes.append(f"样品不足{SMALL}批次的{_WORDS[period]}份不作标记。")
    return [note for note in notes if note]


def _provisional_note(frame: pd.DataFrame) -> str:
    waiting = frame.loc[frame["provisional"], "period_name"]
    if waiting.empty:
        return ""
    return f"{'、'.join(waiting)}尚未结束或结果未齐（不足{rate_text(COMPLETE, 0)}），为暂定，不计入控制限、提示和同比。"


def _power_note(chart: ProportionChart, typical: int, period: Period, metric: Metric) -> str:
    risen = chart.centre * RISE
    if not 0 < chart.centre < 1 or risen >= 1 or not np.isfinite(chart.sigma_z):
        return ""
    seen = float(detection_probability(chart.centre, risen, typical, max(chart.sigma_z, 1e-9)))
    word = _WORDS[period]
    return (
        f"按每{word}约{typical:,}批次，{metric.name}从{rate_text(chart.centre)}升到{rate_text(risen)}时，"
        f"单{word}越出控制限的可能约为{rate_text(seen, 0)}；没有提示不等于没有变化。"
    )


def _runs_note(runs: RunsAnalysis) -> str:
    if runs.too_few:
        return "可用的期数少于10，游程规则暂不足以判断。"
    if not runs.signal:
        return ""
    return (
        "整段看，各期停在均值同一侧过久或来回过少：图中这段时间内水平可能变过（未必在最近），宜分段查看；"
        "这与只比两年相同月份的同比是两个问题，结论可以不同。"
    )
