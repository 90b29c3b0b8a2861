"""The same period a year earlier: both pairs of counts, the change, its interval and a phrase. Two queries."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.comparability import why_not_compared
from lib.metrics.analyses.judgement import COMPLETE, numbers
from lib.metrics.analyses.same_months import SameMonths, same_months
from lib.metrics.compute import compute
from lib.metrics.format import Change, change_of, change_text, rate_with_counts_text
from lib.metrics.metric import Count, Metric

_CHANCE: Final = 0.05
_NO_MONTH: Final = "没有两年数据都齐的月份，不作同比"


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Numerator and denominator of one period."""

    numerator: int
    denominator: int

    @property
    def text(self) -> str:
        """The rate with its counts: 2.40%（70,174/2,921,763）."""
        return rate_with_counts_text(self.numerator, self.denominator)


@dataclass(frozen=True, kw_only=True, eq=False)
class YearOnYear:
    """Comparison of months that are final in both years; `period` says which, `months` why others are left out.

    `change` is None where the year before is no comparison, for the `reason` in Chinese; without a month to
    compare both sums are empty.
    """

    metric: Metric
    filters: Filters
    now: Sums
    before: Sums
    change: Change | None
    period: str
    phrase: str
    notes: tuple[str, ...]
    months: SameMonths
    reason: str = ""

    @property
    def left_out(self) -> tuple[int, ...]:
        """Months of the period that were not compared."""
        return self.months.left_out


@dataclass(frozen=True, kw_only=True)
class CountChange:
    """Two counts of rare things, one of each year, with the exact p-value of equal expected counts.

    Given their sum, the later count is binomial with probability ½ (Przyborowski & Wilenski 1940).
    """

    now: int
    before: int
    p_value: float

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would give so unequal counts in fewer than 5 of 100 cases."""
        return self.p_value < _CHANCE


def count_change(now: int, before: int) -> CountChange:
    """Compare two counts. Raises ValueError for a negative one."""
    if now < 0 or before < 0:
        raise ValueError(f"counts cannot be negative: {now}, {before}")
    total = now + before
    p_value = float(binomtest(now, total, 0.5).pvalue) if total else 1.0
    return CountChange(now=now, before=before, p_value=p_value)


def year_on_year(
    snapshot: Snapshot, metric: Metric, filters: Filters, scope: Scope, *, complete_at: float = COMPLETE
) -> YearOnYear:
    """Compare a proportion with the same months of the year before; only months final in both years count."""
    check_additive(metric)
    now = compute(snapshot, metric, filters, scope, by=("month",))
    before = compute(snapshot, metric, filters.previous_year(), scope, by=("month",))
    months = same_months(filters, now.frame, before.frame, snapshot.as_of, complete_at)
    first, second = _sums(now.frame, months.kept), _sums(before.frame, months.kept_before)
    unlike = why_not_compared(snapshot, filters, scope)
    reason = unlike or ("" if months.kept else _NO_MONTH)
    change = change_of(first.numerator, first.denominator, second.numerator, second.denominator)
    change = None if reason else change
    subject = f"{filters.period_sentence() if unlike else months.period}{metric.name}"
    return YearOnYear(
        metric=metric,
        filters=now.filters,
        now=first,
        before=second,
        change=change,
        period=months.period,
        phrase=_phrase(subject, first, second, change, f"：{reason}" if unlike else reason),
        notes=() if unlike else months.notes(),
        months=months,
        reason=reason,
    )


def check_additive(metric: Metric) -> None:
    """Refuse a metric whose months cannot be added up or compared as proportions."""
    distinct = any(isinstance(side, Count) and side.distinct for side in metric.sides)
    if not metric.is_proportion or distinct or "month" not in metric.dimensions:
        raise ValueError(f"指标“{metric.name}”不能逐月相加，不作同比")


def _sums(frame: pd.DataFrame, months: tuple[int, ...]) -> Sums:
    kept = frame[frame["month"].isin(months)]
    numerator, denominator = (int(np.nansum(numbers(kept[name]))) for name in ("numerator", "denominator"))
    return Sums(numerator=numerator, denominator=denominator)


def _phrase(subject: str, now: Sums, before: Sums, change: Change | None, reason: str) -> str:
    if change is None:
        return f"{subject}{reason}。"
    if not change.is_clear:
        return f"{subject}{now.text}，上年同期{before.text}，{change_text(change)}。"
    return f"{subject}{now.text}，比上年同期{before.text}{change_text(change)}。"
