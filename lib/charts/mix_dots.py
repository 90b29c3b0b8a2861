"""What a district samples and what it finds: its rate beside the rate its own mix leads to expect.

Frame, one row per district: name, numerator, denominator, value, lower, upper, expected_rate, small (bool); in the
order of the frame.
"""

from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned, roles_of
from lib.charts.labels import (
    Measure,
    name_channel,
    rate_axis,
    rate_text,
    require_columns,
    tooltip,
    with_texts,
)
from lib.charts.theme import Measured, Role, colour, painted, shape

COLUMNS: Final = (
    *("name", "numerator", "denominator", "value", "lower", "upper"),
    *("expected_rate", "small"),
)
ROW_HEIGHT: Final = 27


def mix_dots(frame: pd.DataFrame, *, baseline: float, measure: Measure | None = None) -> Drawing:
    """A dot at the district's rate, an upright stroke at what its mix leads to expect; `baseline`: pooled rate."""
    require_columns(frame, COLUMNS, "mix_dots")
    rows = _with_words(frame)
    plan = _plan(measure or Measure(), roles_of(rows))
    centre = pd.DataFrame({"baseline": [baseline]})
    return drawing(plan, {"rows": rows, "centre": centre}, rows=max(2, len(rows)) * ROW_HEIGHT)


@planned
def _plan(measure: Measure, roles: tuple[str, ...]) -> Sketch:
    along = Measured(axis=rate_axis(), scale=alt.Scale(zero=True, nice=True))
    lines = [
        *(
            ("name", "地区"),
            ("value_text", f"{measure.name}（实际）"),
            ("fraction_text", f"{measure.numerator}/{measure.denominator}"),
        ),
        *(("interval_text", "95%置信区间"), ("expected_text", "按本地构成预期"), ("role", "判定")),
    ]
    base = named("rows").encode(y=name_channel("name"), tooltip=tooltip(lines))
    between = base.mark_rule(strokeWidth=1.6).encode(x=along.x("expected_rate"), x2=alt.X2(field="value"))
    stroke = base.mark_tick(thickness=3, size=16).encode(x=along.x("expected_rate"))
    dots = base.mark_point(filled=True, size=64, opacity=1)
    dots = dots.encode(x=along.x("value"), color=colour(), shape=shape())
    line = named("centre").mark_rule(strokeWidth=1.2, strokeDash=[5, 3], tooltip=None)
    layers = [painted(line.encode(x=along.x("baseline")), Role.GUIDE), painted(between, Role.GUIDE)]
    return Sketch(layers=[*layers, painted(stroke, Role.NOTE), dots], right=16, roles=roles, key_columns=2)


def _with_words(frame: pd.DataFrame) -> pd.DataFrame:
    rows = with_texts(frame.reset_index(drop=True))
    role = rows["small"].map({True: Role.SMALL.value, False: Role.WITHIN.value})
    expected = [rate_text(value) for value in rows["expected_rate"]]
    return rows.assign(role=role, expected_text=expected, place=range(len(rows)))


def describe_mix_dots(frame: pd.DataFrame, *, baseline: float, measure: Measure | None = None) -> str:
    """Alternative text: the pooled rate and, for every district, rate, counts and expectation."""
    require_columns(frame, COLUMNS, "describe_mix_dots")
    rows, measure = _with_words(frame), measure or Measure()
    if rows.empty:
        return f"各地{measure.name}与构成：所选范围没有可比较的地区。"
    parts = [
        f"{row.name_}{row.value_text}（{row.fraction_text}{measure.unit}），按构成预期{row.expected_text}"
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]
    return f"各地{measure.name}与按本地构成的预期，合计{rate_text(baseline)}：" + "；".join(parts) + "。"
