"""Words and numbers on charts: Chinese number forms, period names, tooltip lines, the words of a measure.

Rates are rounded once, half up; missing is "—", never 0.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import pandas as pd

from lib.charts.theme import IS_NARROW
from lib.metrics.format import MISSING, count_text, decimal_text, rate_of_counts_text, rate_text

_QUARTERS: Final = ("一", "二", "三", "四")


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Chinese names of a rate and its two counts, e.g. 不合格率, 不合格批次, 有结论批次; `unit` counts both."""

    name: str = "比率"
    numerator: str = "分子"
    denominator: str = "分母"
    unit: str = "批次"


def quotient_text(numerator: Any, denominator: Any) -> str:
    """numerator/denominator as 2.34%, rounded from the exact fraction; missing when nothing was counted."""
    return rate_of_counts_text(numerator, denominator)


def ratio_text(value: Any) -> str:
    """A ratio with two decimals: 1.25."""
    return decimal_text(value)


def range_text(lower: str, upper: str) -> str:
    """Two formatted ends as 2.01%—2.70%; missing if either end is."""
    return MISSING if MISSING in (lower, upper) else f"{lower}—{upper}"


def fraction_text(numerator: Any, denominator: Any) -> str:
    """The two counts as 123/5,254."""
    return f"{count_text(numerator)}/{count_text(denominator)}"


def period_name(period: int) -> str:
    """2025 → 2025年, 20251 → 2025年第一季度, 202501 → 2025年1月. Raises ``ValueError`` for anything else."""
    number = int(period)
    if 1900 <= number <= 2199:
        return f"{number}年"
    if 1900 <= number // 10 <= 2199 and 1 <= number % 10 <= 4:
        return f"{number // 10}年第{_QUARTERS[number % 10 - 1]}季度"
    if 1900 <= number // 100 <= 2199 and 1 <= number % 100 <= 12:
        return f"{number // 100}年{number % 100}月"
    raise ValueError(f"周期“{period}”应为 2025、20251 或 202501 这样的年、季度或月份")


#: Vega expression for a short axis label of a period: 25年1月, 25年1季, 2025年.
PERIOD_LABEL: Final = (
    "datum.value < 10000 ? datum.value + '年' : datum.value < 100000"
    " ? substring(toString(datum.value), 2, 4) + '年' + (datum.value % 10) + '季'"
    " : substring(toString(datum.value), 2, 4) + '年' + (datum.value % 100) + '月'"
)


def rate_axis(title: str | None = None) -> alt.Axis:
    """An axis of rates: few ticks, percent signs, no title (the page has one above the chart)."""
    return alt.Axis(
        title=title, format=".3~%", tickCount=5, domain=False, ticks=False, labelPadding=6, labelFlush=False
    )


def ratio_axis() -> alt.Axis:
    """An axis of ratios to expectation: few ticks, no title."""
    return alt.Axis(
        title=None, format=".2~f", tickCount=5, domain=False, ticks=False, labelPadding=6, labelFlush=False
    )


def count_axis() -> alt.Axis:
    """An axis of counts: whole numbers only."""
    return alt.Axis(
        title=None, format=",d", tickMinStep=1, tickCount=5, domain=False, ticks=False, labelPadding=6
    )


def name_axis() -> alt.Axis:
    """An axis of names in words, all of them; long ones are shortened (the tooltip has them in full)."""
    room = alt.ExprRef(expr=f"{IS_NARROW} ? 118 : 260")
    return alt.Axis(
        title=None,
        ticks=False,
        domain=False,
        labelLimit=room,
        labelPadding=6,
        labelOverlap=False,
        labelFlush=False,
    )


def placed(field: str = "place") -> alt.EncodingSortField:
    """Keep names in the order of a column of places: the frame's order, whatever the names are."""
    return alt.EncodingSortField(field=field, op="min", order="ascending")


def name_channel(field: str, *, gap: float = 0.1) -> alt.Y:
    """Names down the side, in the order of the column `place`."""
    scale = alt.Scale(paddingInner=gap)
    return alt.Y(field=field, type="nominal", sort=placed(), scale=scale, axis=name_axis())


def with_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `value_text`, `fraction_text` and `interval_text` to a frame of numerator, denominator, lower, upper."""
    rows = zip(frame["numerator"], frame["denominator"], frame["lower"], frame["upper"], strict=True)
    texts = [
        (quotient_text(x, n), fraction_text(x, n), range_text(rate_text(lower), rate_text(upper)))
        for x, n, lower, upper in rows
    ]
    columns = ["value_text", "fraction_text", "interval_text"]
    return (
        frame.assign(**dict(zip(columns, zip(*texts, strict=True), strict=True)))
        if texts
        else _empty(frame, columns)
    )


def tooltip(lines: Iterable[tuple[str, str]]) -> list[alt.Tooltip]:
    """Tooltip lines from (field of prepared text, Chinese title)."""
    return [alt.Tooltip(field=field, type="nominal", title=title) for field, title in lines]


def words(field: str) -> alt.Text:
    """Prepared text of a column."""
    return alt.Text(field=field, type="nominal")


def require_columns(frame: pd.DataFrame, names: Iterable[str], chart: str) -> None:
    """Raise ``ValueError`` naming the columns that a frame lacks."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise ValueError(
            f"{chart} needs the columns {', '.join(missing)}; the frame has {_listed(frame.columns)}"
        )


def _listed(names: Iterable[Hashable]) -> str:
    return ", ".join(str(name) for name in names)


def _empty(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return frame.assign(**{name: pd.Series(dtype="object") for name in columns})
