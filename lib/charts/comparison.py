"""Two or more kinds of sampling side by side (targeted and routine, a campaign and the ordinary work), never pooled.

Frame, one row per kind: label, numerator, denominator, value, lower, upper (95 % Wilson).
"""

from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned
from lib.charts.labels import Measure, name_channel, rate_axis, require_columns, tooltip, with_texts, words
from lib.charts.theme import Measured, Role, painted, readable, shape

COLUMNS: Final = ("label", "numerator", "denominator", "value", "lower", "upper")
ROW_HEIGHT: Final = 46


def comparison_chart(frame: pd.DataFrame, *, measure: Measure | None = None) -> Drawing:
    """A dot with its interval per kind on one scale from zero, the rate and both counts above each."""
    require_columns(frame, COLUMNS, "comparison_chart")
    rows = with_texts(frame.reset_index(drop=True)).assign(role=Role.WITHIN.value, place=range(len(frame)))
    rows["beside_text"] = rows["value_text"] + "（" + rows["fraction_text"] + "）"
    return drawing(_plan(measure or Measure()), {"rows": rows}, rows=max(2, len(rows)) * ROW_HEIGHT)


@planned
def _plan(measure: Measure) -> Sketch:
    along = Measured(axis=rate_axis(), scale=alt.Scale(zero=True, nice=True))
    lines = [
        *(("label", "抽样性质"), ("value_text", measure.name)),
        *(("fraction_text", f"{measure.numerator}/{measure.denominator}"), ("interval_text", "95%置信区间")),
    ]
    base = named("rows").encode(y=name_channel("label"), tooltip=tooltip(lines))
    whisker = base.mark_rule(strokeWidth=1.8).encode(x=along.x("lower"), x2=alt.X2(field="upper"))
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(x=along.x("value"), shape=shape())
    text = base.mark_text(align="left", dy=-13, fontSize=12)
    text = text.encode(x=along.x("lower"), text=words("beside_text"))
    layers = [*readable(text, Role.TEXT), painted(whisker, Role.GUIDE), painted(dots, Role.WITHIN)]
    return Sketch(layers=layers, right=20)


def describe_comparison(frame: pd.DataFrame, *, measure: Measure | None = None, sentence: str = "") -> str:
    """Alternative text: every kind with rate, counts and interval; `sentence` adds the lift in the page's measure."""
    require_columns(frame, COLUMNS, "describe_comparison")
    measure = measure or Measure()
    rows = with_texts(frame)
    if rows.empty:
        return f"{measure.name}对比：所选范围没有样品。"
    parts = [
        f"{row.label}{row.value_text}（{row.fraction_text}{measure.unit}，95%置信区间{row.interval_text}）"
        for row in rows.itertuples()
    ]
    return f"{measure.name}按抽样性质对比：" + "；".join([*parts, *([sentence] if sentence else [])]) + "。"
