"""The same period a year earlier, as a tile says it: which months were compared, last year's figure, the verdict."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column
from sqlalchemy.sql import visitors

from lib.data.filters import Filters
from lib.metrics.analyses.same_months import days_with_data, months_of
from lib.metrics.analyses.year_on_year import CountChange, YearOnYear, count_change
from lib.metrics.compute import Result
from lib.metrics.format import change_text, count_text, rate_of_counts_text
from lib.metrics.metric import Count, Metric
from lib.ui import cached, final_months
from lib.ui.figure_text import change_word, figure_value, is_additive, only_row

#: Columns that stay empty until the result is in.
_RESULTS: Final = frozenset({"supervision_verdict", "monitoring_verdict", "result_state", "verdict"})


@dataclass(frozen=True)
class YearBefore:
    """`word`: the change in few words, None where none can be called; `line` stands under the value; `details` in
    the help.
    """

    word: str | None
    line: str
    details: tuple[str, ...] = ()


def year_before(source: cached.Source, metric: Metric, filters: Filters) -> YearBefore:
    """Compare a figure with the year before, months without complete results left out."""
    if is_additive(metric):
        return _of_rate(cached.comparison_with_last_year(source, metric.id, filters))
    return _of_count(source, metric, filters)


def waits_for_results(metric: Metric) -> bool:
    """Whether the figure grows as results come in: a count of samples taken does not, one of failures does."""
    return any(
        isinstance(part, Column) and part.name in _RESULTS
        for side in metric.sides
        for predicate in side.where
        for part in visitors.iterate(predicate)
    )


def _of_rate(comparison: YearOnYear) -> YearBefore:
    if comparison.change is None:
        return YearBefore(None, comparison.reason, comparison.notes)
    line = f"上年同期 {comparison.before.text}"
    if comparison.left_out:
        now = rate_of_counts_text(comparison.now.numerator, comparison.now.denominator)
        line = f"同比只比{comparison.period}：{now}，{line}"
    details = (f"上年同期{comparison.before.text}，{change_text(comparison.change)}", *comparison.notes)
    return YearBefore(change_word(comparison.change), line, details)


def _of_count(source: cached.Source, metric: Metric, filters: Filters) -> YearBefore:
    same_days = days_with_data(filters, source.open().as_of)
    if same_days is None:
        return YearBefore(None, "期间在数据截止日之后，没有上年同期")
    unlike = cached.why_not_compared(source, filters)
    if unlike:
        return YearBefore(None, unlike)
    first = cached.first_day(source, metric.id)
    if months_of(same_days.previous_year())[0] < first.year * 100 + first.month:
        return YearBefore(None, f"上年同期数据不全（{first.year}年{first.month}月起有数据）")
    compared, notes = _final(source, metric, filters, same_days)
    if compared is None:
        return YearBefore(None, "所选月份结果未齐，不作同比", notes)
    now, before = (cached.result(source, metric.id, days) for days in (compared, compared.previous_year()))
    line = f"上年同期 {figure_value(before)}"
    if compared != filters:
        line = f"同比只比{compared.period_sentence()}：{figure_value(now)}，{line}"
    change = _count_change(now, before)
    if change is None:
        return YearBefore(None, line, notes)
    return YearBefore(_count_word(change, metric), line, (*notes, _how(change)))


def _final(
    source: cached.Source, metric: Metric, filters: Filters, same_days: Filters
) -> tuple[Filters | None, tuple[str, ...]]:
    """The days to compare: a figure that waits for results is compared over months complete in both years only."""
    if not waits_for_results(metric):
        return same_days, ()
    months = final_months.months_of(source, filters)
    return (months.compared, months.notes()) if months.waiting else (same_days, ())


def _count_change(now: Result, before: Result) -> CountChange | None:
    """Only numbers of different firms are called more or fewer: batches are judged by their rate."""
    metric = now.metric
    counts_different = isinstance(metric.numerator, Count) and bool(metric.numerator.distinct)
    if metric.denominator is not None or metric.direction == "neutral" or not counts_different:
        return None
    return count_change(*(int(only_row(result)["numerator"]) for result in (now, before)))


def _count_word(change: CountChange, metric: Metric) -> str:
    if not change.is_clear:
        return "未见明显变化"
    word = "增加" if change.now > change.before else "减少"
    return f"{word}{count_text(abs(change.now - change.before))}{metric.unit}"


def _how(change: CountChange) -> str:
    return f"{change.now}与{change.before}按两年预期相同的精确检验，p={change.p_value:.3f}，小于0.05才称增加或减少"
