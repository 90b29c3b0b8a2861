"""A line the size of a word for a tile: no axes, the last final period marked, the details in the tooltip.

Frame: the first columns of the control chart frame (period, numerator, denominator, value, lower, upper, provisional).
"""

from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned
from lib.charts.labels import Measure, period_name, rate_text, require_columns, tooltip, with_texts
from lib.charts.theme import Role, colour, painted, shape

COLUMNS: Final = ("period", "numerator", "denominator", "value", "lower", "upper", "provisional")


def sparkline(frame: pd.DataFrame, *, measure: Measure | None = None, height: int = 44) -> Drawing:
    """The course of a rate; provisional periods are rings outside the line."""
    require_columns(frame, COLUMNS, "sparkline")
    return drawing(_plan(measure or Measure()), {"points": _marked(frame)}, height=height)


@planned
def _plan(measure: Measure) -> Sketch:
    lines = [
        *(("period_text", "周期"), ("value_text", measure.name)),
        *(("fraction_text", f"{measure.numerator}/{measure.denominator}"), ("interval_text", "95%置信区间")),
    ]
    x = alt.X(field="period", type="ordinal", axis=None, scale=alt.Scale(paddingOuter=0.4))
    y = alt.Y(field="value", type="quantitative", axis=None, scale=alt.Scale(zero=False))
    base = named("points").encode(x=x, y=y)
    line = base.transform_filter("!datum.provisional").mark_line(strokeWidth=1.4, tooltip=None)
    dots = base.transform_filter("datum.role !== ''").mark_point(
        filled=True, size=46, opacity=1, tooltip=None
    )
    touch = base.mark_point(filled=True, size=200, opacity=0).encode(tooltip=tooltip(lines))
    return Sketch(layers=[painted(line, Role.WITHIN), dots.encode(color=colour(), shape=shape()), touch])


def _marked(frame: pd.DataFrame) -> pd.DataFrame:
    points = with_texts(frame.reset_index(drop=True))
    points["period_text"] = [period_name(period) for period in points["period"]]
    provisional = points["provisional"].astype(bool)
    points["role"] = provisional.map({True: Role.PROVISIONAL.value, False: ""})
    final = points.index[~provisional & points["value"].notna()]
    if len(final):
        points.loc[final[-1], "role"] = Role.WITHIN.value
    return points


def describe_sparkline(frame: pd.DataFrame, *, measure: Measure | None = None) -> str:
    """Alternative text: periods, range, last final value with its counts."""
    require_columns(frame, COLUMNS, "describe_sparkline")
    measure = measure or Measure()
    points = _marked(frame)
    known = points[points["value"].notna()]
    if known.empty:
        return f"{measure.name}走势：没有可计算的周期。"
    final = known[known["role"] == Role.WITHIN.value]
    row = (final if not final.empty else known).iloc[-1]
    return (
        f"{measure.name}走势，{points['period_text'].iloc[0]}至{points['period_text'].iloc[-1]}，"
        f"{rate_text(known['value'].min())}至{rate_text(known['value'].max())}；"
        f"最近一期{row['period_text']}{row['value_text']}（{row['fraction_text']}{measure.unit}）。"
    )
