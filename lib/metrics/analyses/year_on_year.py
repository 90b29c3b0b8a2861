"""The same period a year earlier: both pairs of counts, the change, its interval and a phrase. Two queries."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.control import period_end
from lib.metrics.analyses.judgement import COMPLETE, completeness, numbers
from lib.metrics.compute import Result, compute
from lib.metrics.format import Change, change_of, change_text, rate_with_counts_text
from lib.metrics.metric import Count, Metric

_YEAR: Final = 100


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
    """Comparison of final months only. `change` is None where one of the periods has no denominator."""

    metric: Metric
    filters: Filters
    now: Sums
    before: Sums
    change: Change | None
    phrase: str
    notes: tuple[str, ...]
    left_out: tuple[int, ...]


def year_on_year(
    snapshot: Snapshot, metric: Metric, filters: Filters, scope: Scope, *, complete_at: float = COMPLETE
) -> YearOnYear:
    """Compare a proportion with the same months of the year before; provisional months are left out of both."""
    check_additive(metric)
    now = compute(snapshot, metric, filters, scope, by=("month",))
    earlier = filters.previous_year()
    before = compute(snapshot, metric, earlier, scope, by=("month",), with_excluded=False)
    left_out = provisional_months(snapshot, now, complete_at)
    first = _sums(now.frame, left_out)
    second = _sums(before.frame, tuple(month - _YEAR for month in left_out))
    change = change_of(first.numerator, first.denominator, second.numerator, second.denominator)
    return YearOnYear(
        metric=metric,
        filters=now.filters,
        now=first,
        before=second,
        change=change,
        phrase=_phrase(f"{compared_period(filters, left_out)}{metric.name}", first, second, change),
        notes=_notes(left_out, earlier, first, second),
        left_out=left_out,
    )


def provisional_months(
    snapshot: Snapshot, by_month: Result, complete_at: float = COMPLETE
) -> tuple[int, ...]:
    """Months that still run or whose results are not complete enough to compare."""
    frame = by_month.frame[by_month.frame["month"].notna()]
    if frame.empty:
        return ()
    running = np.array([period_end(int(month), "month") > snapshot.as_of for month in frame["month"]])
    waiting = running | (completeness(frame) < complete_at)
    return tuple(int(month) for month in frame.loc[waiting, "month"])


def check_additive(metric: Metric) -> None:
    """Refuse a metric whose months cannot be added up or compared as proportions."""
    distinct = any(isinstance(side, Count) and side.distinct for side in metric.sides)
    if not metric.is_proportion or distinct or "month" not in metric.dimensions:
        raise ValueError(f"指标“{metric.name}”不能逐月相加，不作同比")


def _sums(frame: pd.DataFrame, left_out: tuple[int, ...]) -> Sums:
    kept = frame[~frame["month"].isin(left_out)]
    numerator, denominator = (int(np.nansum(numbers(kept[name]))) for name in ("numerator", "denominator"))
    return Sums(numerator=numerator, denominator=denominator)


def compared_period(filters: Filters, left_out: tuple[int, ...]) -> str:
    """Words for the months that were compared: the period cut short at its end, or with the gaps named."""
    if not left_out:
        return filters.period_sentence()
    first = date(min(left_out) // _YEAR, min(left_out) % _YEAR, 1)
    last = filters.end.year * 12 + filters.end.month
    is_tail = last - (first.year * 12 + first.month) + 1 == len(left_out)
    if is_tail and first > filters.start:
        return filters.with_(end=first - timedelta(days=1)).period_sentence()
    return f"{filters.period_sentence()}（不含{_months(left_out)}）"


def _months(months: tuple[int, ...]) -> str:
    return "、".join(f"{month // _YEAR}年{month % _YEAR}月" for month in months)


def _phrase(subject: str, now: Sums, before: Sums, change: Change | None) -> str:
    if not now.denominator:
        return f"{subject}没有结果已齐的月份，暂不作同比。"
    if change is None:
        return f"{subject}{now.text}，没有可比的上年同期。"
    if not change.is_clear:
        return f"{subject}{now.text}，上年同期{before.text}，{change_text(change)}。"
    return f"{subject}{now.text}，比上年同期{before.text}{change_text(change)}。"


def _notes(left_out: tuple[int, ...], earlier: Filters, now: Sums, before: Sums) -> tuple[str, ...]:
    notes = []
    if left_out:
        notes.append(f"{_months(left_out)}尚未结束或结果未齐，两年的这些月份都未列入比较。")
    if now.denominator and not before.denominator:
        notes.append(f"上年同期（{earlier.period_sentence()}）没有已出结论的样品。")
    return tuple(notes)
