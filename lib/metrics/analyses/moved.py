"""What moved: groups whose rate differs from the same months a year before by more than chance, all groups weighed.

Two queries by month and one per period and dimension. Fisher's exact test per group, Benjamini–Hochberg over all
groups looked at.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.comparability import why_not_compared
from lib.metrics.analyses.judgement import COMPLETE, SMALL, numbers
from lib.metrics.analyses.same_months import SameMonths, same_months
from lib.metrics.analyses.year_on_year import check_additive
from lib.metrics.compute import compute
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.format import change_of, change_text, rate_with_counts_text
from lib.metrics.metric import Metric
from lib.stats.funnel import adjusted_p_values

_RATE: Final = 0.05
_COUNTS: Final = ("numerator", "denominator")
_COLUMNS: Final = ("dimension", "code", "name", "now_x", "now_n", "before_x", "before_n", "p_value")

Split = Callable[[Filters, tuple[str, ...]], pd.DataFrame]


@dataclass(frozen=True, kw_only=True, eq=False)
class Moved:
    """`frame`: dimension, code, name, now_x, now_n, before_x, before_n, difference, lower, upper, p_value,
    q_value, sentence; only groups that moved, smallest q first. `compared`: how many groups were looked at.
    """

    metric: Metric
    filters: Filters
    frame: pd.DataFrame
    compared: int
    notes: tuple[str, ...]


def what_moved(
    snapshot: Snapshot,
    metric: Metric,
    filters: Filters,
    scope: Scope,
    *,
    dimensions: Sequence[str] = ("category", "division"),
    rate: float = _RATE,
    complete_at: float = COMPLETE,
) -> Moved:
    """Groups of the dimensions that changed, at a false discovery rate over all of them together."""
    check_additive(metric)
    now = compute(snapshot, metric, filters, scope, by=("month",))
    before = compute(snapshot, metric, filters.previous_year(), scope, by=("month",))
    months = same_months(filters, now.frame, before.frame, snapshot.as_of, complete_at)

    def split(asked: Filters, by: tuple[str, ...]) -> pd.DataFrame:
        return compute(snapshot, metric, asked, scope, by=by, with_excluded=False).frame

    unlike = why_not_compared(snapshot, filters, scope)
    tables = [] if unlike else [_both_years(split, months, name) for name in dimensions]
    groups = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(_COLUMNS))
    q_values = adjusted_p_values(groups["p_value"]) if len(groups) else np.empty(0)
    moved = groups.assign(q_value=q_values)
    moved = moved[moved["q_value"] <= rate].sort_values(["q_value", "dimension", "code"], ignore_index=True)
    return Moved(
        metric=metric,
        filters=now.filters,
        frame=_worded(moved, metric, months.period),
        compared=len(groups),
        notes=(f"{unlike}。",) if unlike else _notes(len(groups), len(moved), months, rate),
    )


def _both_years(split: Split, months: SameMonths, name: str) -> pd.DataFrame:
    now = _sums(split, months.filters, name, months.kept)
    before = _sums(split, months.filters.previous_year(), name, months.kept_before)
    both = now.merge(before, on="code", suffixes=("", "_before"))
    enough = (both["denominator"] >= SMALL) & (both["denominator_before"] >= SMALL)
    both = both[enough].rename(
        columns={
            "numerator": "now_x",
            "denominator": "now_n",
            "numerator_before": "before_x",
            "denominator_before": "before_n",
        }
    )
    counts = both[["now_x", "now_n", "before_x", "before_n"]].to_numpy(dtype="int64")
    p_values = [_p_value(*(int(count) for count in row)) for row in counts]
    return both.assign(dimension=name, p_value=pd.Series(p_values, index=both.index, dtype="float64"))[
        list(_COLUMNS)
    ]


def _sums(split: Split, filters: Filters, name: str, months: tuple[int, ...]) -> pd.DataFrame:
    frame = split(filters, (name, "month"))
    frame = frame[frame["month"].isin(months)]
    known = frame[frame[name].notna()].rename(columns={name: "code", f"{name}_name": "name"})
    whole = known.assign(**{count: np.nan_to_num(numbers(known[count])).astype("int64") for count in _COUNTS})
    return whole.groupby(["code", "name"], as_index=False)[list(_COUNTS)].sum()


def _p_value(x1: int, n1: int, x2: int, n2: int) -> float:
    return float(fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).pvalue)


def _worded(moved: pd.DataFrame, metric: Metric, period: str) -> pd.DataFrame:
    changes = [change_of(row.now_x, row.now_n, row.before_x, row.before_n) for row in moved.itertuples()]
    sentences = [
        f"{row.name_}{period}{metric.name}{rate_with_counts_text(row.now_x, row.now_n)}，"
        f"比上年同期{rate_with_counts_text(row.before_x, row.before_n)}{change_text(change)}"
        for row, change in zip(moved.rename(columns={"name": "name_"}).itertuples(), changes, strict=True)
    ]
    known = [change for change in changes if change is not None]
    return moved.assign(
        dimension_name=[DIMENSIONS[name].name for name in moved["dimension"]],
        difference=[change.difference for change in known],
        lower=[change.lower for change in known],
        upper=[change.upper for change in known],
        sentence=sentences,
    )


def _notes(compared: int, moved: int, months: SameMonths, rate: float) -> tuple[str, ...]:
    if not months.kept:
        return (f"{months.period}没有两年数据都齐的月份，不作比较。", *months.notes())
    looked_at = f"共比较{compared}组（两年各不少于{SMALL}批次），"
    found = (
        f"列出的{moved}组在考虑多次比较后仍超出偶然（错误发现率{rate:.0%}）。"
        if moved
        else "没有哪一组的变化超出偶然波动。"
    )
    return (looked_at + found, *months.notes())
