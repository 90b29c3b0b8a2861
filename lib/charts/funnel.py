"""Funnel plots of districts: rate against samples with exact limits, or O/E against expected failures.

Frame, one row per district: code, name, numerator, denominator, value, lower, upper, flag ("", high_95, high_998,
low_95, low_998), small (bool), optional chance_flag (what chance alone would flag: a mark of its own where widened
limits hide a 99.8 % one); for O/E also observed, expected, ratio, ratio_lower, ratio_upper. Limits frame: n (or
expected failures), lower_95, upper_95, lower_998, upper_998. Districts are not ordered by their rate.
"""

from typing import Final, Literal

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned, roles_of
from lib.charts.labels import (
    Measure,
    count_text,
    range_text,
    rate_axis,
    rate_text,
    ratio_axis,
    ratio_text,
    require_columns,
    tooltip,
    with_texts,
    words,
)
from lib.charts.theme import FLAGGED, Measured, Role, colour, painted, readable, roles_of_groups, shape

COLUMNS: Final = ("code", "name", "numerator", "denominator", "value", "lower", "upper", "flag", "small")
RATIO_COLUMNS: Final = (*COLUMNS, "observed", "expected", "ratio", "ratio_lower", "ratio_upper")
LIMIT_COLUMNS: Final = ("n", "lower_95", "upper_95", "lower_998", "upper_998")
XScale = Literal["sqrt", "log"]
#: Height of a name as a share of the plot.
_LINE: Final = 0.055


def funnel_chart(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    baseline: float,
    measure: Measure | None = None,
    x_scale: XScale = "sqrt",
    height: int = 320,
) -> Drawing:
    """Rate of each district against its number of samples; `baseline` is the pooled rate of the filter (fraction)."""
    require_columns(frame, COLUMNS, "funnel_chart")
    centre = pd.DataFrame({"centre": [baseline], "word": [f"合计 {rate_text(baseline)}"]})
    return _draw(frame, limits, centre, measure or Measure(), x_scale, ratio=False, height=height)


def ratio_funnel_chart(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    measure: Measure | None = None,
    x_scale: XScale = "sqrt",
    height: int = 320,
) -> Drawing:
    """Observed over expected of each district against its expected failures; the centre is 1."""
    require_columns(frame, RATIO_COLUMNS, "ratio_funnel_chart")
    centre = pd.DataFrame({"centre": [1.0], "word": ["与预期相同"]})
    return _draw(frame, limits, centre, measure or Measure(), x_scale, ratio=True, height=height)


def _draw(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    centre: pd.DataFrame,
    measure: Measure,
    x_scale: XScale,
    *,
    ratio: bool,
    height: int,
) -> Drawing:
    size = "expected" if ratio else "denominator"
    points = with_roles(frame, size)
    value = "ratio" if ratio else "value"
    curves = _visible(limits, points, value)
    points["name_at"] = _names_apart(points, value, curves)
    centre = centre.assign(**_reach(points[size], curves["n"]))
    plan = _plan(measure, roles_of(points), ratio, x_scale)
    return drawing(plan, {"points": points, "limits": curves, "centre": centre}, height=height)


@planned
def _plan(measure: Measure, roles: tuple[str, ...], ratio: bool, x_scale: XScale) -> Sketch:
    axis = ratio_axis() if ratio else rate_axis()
    up = Measured(axis=axis, scale=alt.Scale(zero=True, nice=True))
    across = _size_axis(f"预期{measure.numerator}" if ratio else measure.denominator, x_scale)
    size, value = ("expected", "ratio") if ratio else ("denominator", "value")
    base = named("points").encode(x=across.x(size), y=up.y(value))
    dots = base.mark_point(filled=True, size=70, opacity=1)
    dots = dots.encode(color=colour(), shape=shape(), tooltip=tooltip(_lines(measure, ratio)))
    layers = [*_curves(across, up), *_centre(across, up), *_names(base.encode(y=up.y("name_at"))), dots]
    return Sketch(layers=layers, right=4, roles=roles, key_columns=2)


def _reach(sizes: pd.Series, limits: pd.Series) -> dict[str, float]:
    """From where to where the plot reaches: a little beyond the largest district, whose mark stays whole."""
    every = pd.concat([sizes.astype(float), limits.astype(float)])
    return {"start": every.min(), "end": every.max() * 1.05}


def _lines(measure: Measure, ratio: bool) -> list[tuple[str, str]]:
    counts = ("fraction_text", f"{measure.numerator}/{measure.denominator}")
    if not ratio:
        rate = [("value_text", measure.name), counts, ("interval_text", "95%置信区间")]
        return [("name", "地区"), *rate, ("role", "判定")]
    adjusted = [
        ("ratio_text", "实际/预期"),
        ("ratio_interval_text", "95%置信区间"),
        ("counts_text", "实际与预期"),
    ]
    return [
        ("name", "地区"),
        *adjusted,
        ("value_text", f"{measure.name}（未调整）"),
        counts,
        ("role", "判定"),
    ]


def with_roles(frame: pd.DataFrame, size: str = "denominator") -> pd.DataFrame:
    """Roles, texts and the side for each name (`size`: the column across); small samples carry no flag."""
    points = with_texts(frame.reset_index(drop=True))
    points["role"] = [
        Role.SMALL.value if small else role.value
        for small, role in zip(points["small"].astype(bool), roles_of_groups(points), strict=True)
    ]
    flagged = points["role"].isin([role.value for role in FLAGGED])
    points["mark_text"] = points["name"].where(flagged, "")
    across = points[size].astype(float)
    points["late"] = across > across.max() * 0.45
    if "ratio" in points:
        points["ratio_text"] = [ratio_text(value) for value in points["ratio"]]
        points["ratio_interval_text"] = [
            range_text(ratio_text(low), ratio_text(high))
            for low, high in zip(points["ratio_lower"], points["ratio_upper"], strict=True)
        ]
        points["counts_text"] = [
            f"实际{count_text(seen)}，预期{count_text(expected)}"
            for seen, expected in zip(points["observed"], points["expected"], strict=True)
        ]
    return points


def _size_axis(title: str, kind: XScale) -> Measured:
    scale = (
        alt.Scale(type="log", nice=False) if kind == "log" else alt.Scale(type="sqrt", zero=True, nice=False)
    )
    axis = alt.Axis(
        title=title,
        titleFontWeight="normal",
        format=",d",
        tickCount=5,
        grid=False,
        labelOverlap="greedy",
        labelSeparation=8,
        labelFlush=False,
    )
    return Measured(axis=axis, scale=scale)


def _visible(limits: pd.DataFrame, points: pd.DataFrame, value: str) -> pd.DataFrame:
    """Limits without their far ends at tiny samples, which would press all districts to the floor of the plot."""
    require_columns(limits, LIMIT_COLUMNS, "the limits of a funnel")
    curves = limits.sort_values("n").reset_index(drop=True)
    highest = pd.concat([points[value].astype(float), curves["upper_998"].tail(1)]).max()
    for level in ("95", "998"):
        upper = curves[f"upper_{level}"].astype(float)
        curves[f"upper_{level}"] = upper.where(upper <= highest * 1.35)
        curves[f"starts_{level}"] = curves.index == curves[f"upper_{level}"].first_valid_index()
    return curves


def _curves(across: Measured, up: Measured) -> list[alt.Chart]:
    base = named("limits").encode(x=across.x("n"))
    layers: list[alt.Chart] = []
    for level, dash, word in (("95", [5, 3], "95%"), ("998", [1, 0], "99.8%")):
        line = base.mark_line(strokeWidth=1, strokeDash=dash, tooltip=None)
        layers += [painted(line.encode(y=up.y(f"{side}_{level}")), Role.GUIDE) for side in ("lower", "upper")]
        # The curves run together at the right; their names stand where they begin. A layer left without rows
        # has no extent, of which Vega warns: rows without a name have empty text instead.
        start = base.transform_calculate(curve_name=f"datum.starts_{level} ? '{word}' : ''")
        start = start.encode(y=up.y(f"upper_{level}"), text=words("curve_name"))
        text = start.mark_text(align="left", dx=10, dy=-5, fontSize=11, tooltip=None)
        layers.append(painted(text, Role.NOTE))
    return layers


def _centre(across: Measured, up: Measured) -> list[alt.Chart]:
    base = named("centre").encode(y=up.y("centre"))
    line = base.mark_rule(strokeWidth=1.2, tooltip=None).encode(x=alt.value(0), x2=alt.value("width"))
    word = base.mark_text(align="left", dx=4, dy=-8, fontSize=11, tooltip=None)
    word = word.encode(x=alt.value(0), text=words("word"))
    # Without colour: it only stretches the axis to where the plot reaches.
    reach = base.mark_rule(opacity=0, tooltip=None).encode(x=across.x("start"), x2=alt.X2(field="end"))
    return [reach, painted(line, Role.GUIDE), *readable(word, Role.NOTE)]


def _names_apart(points: pd.DataFrame, value: str, curves: pd.DataFrame) -> list[float]:
    """Where the names stand: beside their marks, moved up where two on the same side would lie over each other."""
    at = points[value].astype(float).copy()
    gap = _LINE * float(max(at.max(), curves["upper_95"].max(), curves["upper_998"].max()))
    named_points = points[points["mark_text"] != ""]
    for _, side in named_points.groupby("late"):
        lowest_free = float("-inf")
        for row in at[side.index].sort_values().index:
            at[row] = max(at[row], lowest_free)
            lowest_free = at[row] + gap
    return [float(height) for height in at]


def _names(points: alt.Chart) -> list[alt.Chart]:
    """Names of the flagged districts, at the side that has room; empty text at the other and for all others."""
    right = points.transform_calculate(beside="datum.late ? '' : datum.mark_text")
    left = points.transform_calculate(beside="datum.late ? datum.mark_text : ''")
    texts = (
        right.mark_text(fontSize=12, align="left", dx=9, tooltip=None),
        left.mark_text(fontSize=12, align="right", dx=-9, tooltip=None),
    )
    return [layer for text in texts for layer in readable(text.encode(text=words("beside")), Role.TEXT)]


def describe_funnel(frame: pd.DataFrame, *, measure: Measure | None = None, ratio: bool = False) -> str:
    """Alternative text: how many districts, the range, who lies outside which limit, small samples."""
    measure = measure or Measure()
    require_columns(frame, RATIO_COLUMNS if ratio else COLUMNS, "describe_funnel")
    points = with_roles(frame)
    field, text = ("ratio", ratio_text) if ratio else ("value", rate_text)
    subject = f"各地区{measure.name}的实际与预期之比漏斗图" if ratio else f"各地区{measure.name}漏斗图"
    known = points[points[field].notna()]
    if known.empty:
        return f"{subject}：所选范围没有可比较的地区。"
    outside = [
        f"{role.value}：{'、'.join(names)}"
        for role in Role
        if role in FLAGGED and (names := known.loc[known["role"] == role.value, "name"].tolist())
    ]
    small = int((known["role"] == Role.SMALL.value).sum())
    parts = [
        f"{subject}，{len(known)}个地区，{text(known[field].min())}至{text(known[field].max())}",
        f"合计{count_text(known['numerator'].sum())}/{count_text(known['denominator'].sum())}{measure.unit}",
        "；".join(outside) if outside else "没有地区超出界限",
        f"样本不足的{small}个地区不参与判定" if small else "",
    ]
    return "；".join(part for part in parts if part) + "。"
