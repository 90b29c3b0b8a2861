"""One figure in words: the value, and the line of counts and interval that stands with every value."""

from typing import Any

import pandas as pd

from lib.metrics.compute import Result
from lib.metrics.format import (
    MISSING,
    Change,
    count_text,
    decimal_text,
    interval_text,
    points_text,
    rate_of_counts_text,
    value_text,
)
from lib.metrics.metric import Count, Metric


def figure_value(result: Result) -> str:
    """The value of an undivided result: 2.34%, 5,254 批次, 4.10 批次/千人; "—" when nothing can be computed."""
    row = only_row(result)
    if result.metric.is_proportion:
        # From the counts, as published rates are, so that the digits agree on every page and in every file.
        return rate_of_counts_text(row["numerator"], row["denominator"])
    return value_text(result.metric, row["value"])


def counts_lines(result: Result) -> tuple[str, ...]:
    """Both counts, and the 95 % interval: 123/5,254 批次, 95% 区间 2.01%—2.70%. Empty for a plain count."""
    metric = result.metric
    if metric.denominator is None:
        return ()
    row = only_row(result)
    counts = f"{count_text(row['numerator'])}/{count_text(row['denominator'])}"
    unit = metric.numerator.unit if metric.is_proportion else metric.unit
    interval = _interval(result, row)
    return (f"{counts} {unit}", *((f"95% 区间 {interval}",) if interval != MISSING else ()))


def excluded_text(result: Result) -> str:
    """What is in neither count: 未计入：结果未出 120、复检中 3. Empty when nothing was left out."""
    row = only_row(result)
    numbers = [(label, row[column]) for column, label in result.excluded.items()]
    parts = [
        f"{label} {count_text(number)}" for label, number in numbers if not pd.isna(number) and number > 0
    ]
    return f"未计入：{'、'.join(parts)}" if parts else ""


def is_additive(metric: Metric) -> bool:
    """Whether the metric can be compared with the year before month by month."""
    distinct = any(isinstance(side, Count) and side.distinct for side in metric.sides)
    return metric.is_proportion and not distinct and "month" in metric.dimensions


def change_word(change: Change) -> str:
    """The change in few words: 上升0.31个百分点, 下降…, or 未见明显变化 when the interval holds zero."""
    if not change.is_clear:
        return "未见明显变化"
    return f"{'上升' if change.difference > 0 else '下降'}{points_text(change.difference)}"


def only_row(result: Result) -> Any:
    """The one row of an undivided result. Raises ValueError if it is divided."""
    if len(result.frame) != 1:
        raise ValueError(f"{result.metric.id} split by {result.by} is not one figure")
    return result.frame.iloc[0]


def _interval(result: Result, row: Any) -> str:
    if result.metric.is_proportion:
        return interval_text(row["lower"], row["upper"])
    ends = decimal_text(row["lower"]), decimal_text(row["upper"])
    return MISSING if MISSING in ends else "—".join(ends)
