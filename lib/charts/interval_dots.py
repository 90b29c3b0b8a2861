"""Dots with 95 % intervals per district: rates, or observed over expected with the crude rate beside. No ranking.

Frame: the funnel frame (see funnel.py). Districts keep the order of the frame, which is that of their codes.
"""

import math
from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned, roles_of
from lib.charts.funnel import COLUMNS, RATIO_COLUMNS, with_roles
from lib.charts.labels import (
    Measure,
    count_text,
    name_channel,
    rate_axis,
    rate_text,
    ratio_axis,
    ratio_text,
    require_columns,
    tooltip,
    words,
)
from lib.charts.theme import FLAGGED, Measured, Role, colour, painted, shape

ROW_HEIGHT: Final = 27


def interval_dots(
    frame: pd.DataFrame,
    *,
    measure: Measure | None = None,
    ratio: bool = False,
    reference: float | None = None,
) -> Drawing:
    """Rates with Wilson intervals; with `ratio` O/E with Byar intervals against 1. `reference`: a line to compare."""
    require_columns(frame, RATIO_COLUMNS if ratio else COLUMNS, "interval_dots")
    rows = with_roles(frame)
    rows["place"] = range(len(rows))
    rows = _within_sight(
        rows, *(("ratio", "ratio_lower", "ratio_upper") if ratio else ("value", "lower", "upper"))
    )
    line = 1.0 if ratio else reference
    frames = {"rows": rows} | ({} if line is None else {"reference": pd.DataFrame({"reference": [line]})})
    plan = _plan(measure or Measure(), roles_of(rows), ratio, "reference" in frames)
    return drawing(plan, frames, rows=max(2, len(rows)) * ROW_HEIGHT)


@planned
def _plan(measure: Measure, roles: tuple[str, ...], ratio: bool, has_reference: bool) -> Sketch:
    field = "ratio" if ratio else "value"
    axis = ratio_axis() if ratio else rate_axis()
    along = Measured(axis=axis, scale=alt.Scale(zero=True, nice=True))
    base = named("rows").encode(y=name_channel("name"), tooltip=tooltip(_lines(measure, ratio)))
    whisker = base.mark_rule(strokeWidth=1.6).encode(x=along.x("shown_low"), x2=alt.X2(field="shown_high"))
    dots = base.mark_point(filled=True, size=64, opacity=1)
    dots = dots.encode(x=along.x(field), color=colour(), shape=shape())
    arrow = base.mark_text(fontSize=10).encode(x=along.x("shown_high"), text=words("arrow"))
    beside = base.encode(x=alt.value("width"), text=words("value_text"))
    beside = beside.mark_text(align="left", dx=8, fontSize=11)
    layers = [*(_reference(along) if has_reference else ()), painted(whisker, Role.GUIDE), dots]
    layers += [
        painted(arrow, Role.NOTE),
        painted(beside, Role.NOTE),
        _heading("未调整" if ratio else measure.name),
    ]
    is_wordy = Role.CHANCE_ABOVE.value in roles or Role.CHANCE_BELOW.value in roles
    return Sketch(layers=layers, right=8, top=14, roles=roles, key_columns=1 if is_wordy else 2)


def _within_sight(rows: pd.DataFrame, field: str, low: str, high: str) -> pd.DataFrame:
    """Cut the intervals of small samples where those of the others end; an arrow says that they go on.

    Rows without an arrow have empty text: a layer left without rows has no extent, of which Vega warns.
    """
    full = rows.loc[rows["role"] != Role.SMALL.value, high].astype(float)
    end = max(full.max(), rows[field].astype(float).max()) * 1.08 if full.notna().any() else math.inf
    upper = rows[high].astype(float)
    return rows.assign(
        shown_low=rows[low].astype(float).clip(upper=end),
        shown_high=upper.clip(upper=end),
        arrow=(upper > end).map({True: "▶", False: ""}),
    )


def _lines(measure: Measure, ratio: bool) -> list[tuple[str, str]]:
    crude = [
        ("value_text", f"{measure.name}（未调整）" if ratio else measure.name),
        ("fraction_text", f"{measure.numerator}/{measure.denominator}"),
        ("interval_text", f"{measure.name}95%置信区间"),
        ("role", "判定"),
    ]
    if not ratio:
        return [("name", "地区"), *crude]
    adjusted = [
        ("ratio_text", "实际/预期"),
        ("ratio_interval_text", "比值95%置信区间"),
        ("counts_text", "实际与预期"),
    ]
    return [("name", "地区"), *adjusted, *crude]


def _reference(along: Measured) -> list[alt.Chart]:
    base = named("reference").encode(x=along.x("reference"))
    return [painted(base.mark_rule(strokeWidth=1.2, strokeDash=[5, 3], tooltip=None), Role.GUIDE)]


def _heading(text: str) -> alt.Chart:
    """The word above the column of crude rates at the right."""
    first = named("rows").transform_filter("datum.place === 0")
    word = first.mark_text(align="left", dx=8, dy=-4, baseline="bottom", fontSize=11, text=text, tooltip=None)
    return painted(word.encode(x=alt.value("width"), y=alt.value(0)), Role.NOTE)


def describe_interval_dots(
    frame: pd.DataFrame,
    *,
    measure: Measure | None = None,
    ratio: bool = False,
    reference: float | None = None,
) -> str:
    """Alternative text: districts, range, how many intervals miss the reference, flags. Names only those flagged."""
    require_columns(frame, RATIO_COLUMNS if ratio else COLUMNS, "describe_interval_dots")
    measure = measure or Measure()
    rows = with_roles(frame)
    field, low, high = ("ratio", "ratio_lower", "ratio_upper") if ratio else ("value", "lower", "upper")
    text = ratio_text if ratio else rate_text
    subject = f"各地区{measure.name}{'的实际与预期之比' if ratio else ''}及95%置信区间"
    known = rows[rows[field].notna()]
    if known.empty:
        return f"{subject}：所选范围没有可比较的地区。"
    line = 1.0 if ratio else reference
    parts = [
        f"{subject}，{len(known)}个地区，{text(known[field].min())}至{text(known[field].max())}",
        f"合计{count_text(known['numerator'].sum())}/{count_text(known['denominator'].sum())}{measure.unit}",
    ]
    if line is not None:
        apart = int(((known[low] > line) | (known[high] < line)).sum())
        parts.append(f"区间不含{text(line)}的有{apart}个")
    flagged = known[known["role"].isin([role.value for role in FLAGGED])]
    names = "、".join(
        f"{row.name_}（{row.role}）" for row in flagged.rename(columns={"name": "name_"}).itertuples()
    )
    parts.append(f"统计提示：{names}" if names else "没有统计提示")
    return "；".join(parts) + "。"
