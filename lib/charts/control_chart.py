"""Control chart of a rate by month, quarter or year: points, centre line, 3σ limits, flags, provisional periods.

Frame, one row per period in time order: period (2025, 20251 or 202501), numerator, denominator, value, lower, upper
(95 % Wilson), centre, limit_lower, limit_upper (fractions, NaN where there are none), flag ("", high, low, run),
provisional (bool), completeness (share of samples with a result, may be NaN). Rates are fractions.
"""

from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned
from lib.charts.events import placed_events
from lib.charts.labels import (
    PERIOD_LABEL,
    Measure,
    fraction_text,
    period_name,
    quotient_text,
    range_text,
    rate_axis,
    rate_text,
    require_columns,
    tooltip,
    with_texts,
    words,
)
from lib.charts.theme import FLAG_ROLES, FLAGGED, IS_NARROW, Role, colour, hatch, painted, readable, shape
from lib.metrics.format import is_missing

COLUMNS: Final = (
    *("period", "numerator", "denominator", "value", "lower", "upper", "centre"),
    *("limit_lower", "limit_upper", "flag", "provisional", "completeness"),
)
#: More flags than this are not written out beside their points; the table has them.
LABELLED_FLAGS: Final = 6
#: The key is always whole: a chart whose specification stays the same takes new rows without being built anew.
KEY: Final = tuple(role.value for role in (Role.WITHIN, Role.ABOVE, Role.BELOW, Role.RUN, Role.PROVISIONAL))


def control_chart(
    frame: pd.DataFrame,
    *,
    measure: Measure | None = None,
    target: float | None = None,
    events: pd.DataFrame | None = None,
    height: int = 320,
) -> Drawing:
    """Draw the chart. `target` is a fraction; `events` (period, text) marks rebased limits and changed definitions."""
    require_columns(frame, COLUMNS, "control_chart")
    points = prepared(frame)
    frames = {"points": points}
    if target is not None:
        frames["target"] = pd.DataFrame({"target": [target], "word": [f"目标 {rate_text(target)}"]})
    if events is not None and not events.empty:
        frames["events"] = placed_events(points, events)
    plan = _plan(measure or Measure(), "target" in frames, "events" in frames)
    return drawing(plan, frames, height=height)


@planned
def _plan(measure: Measure, has_target: bool, has_events: bool) -> Sketch:
    layers = [_provisional(), *_limits(), *_series(measure)]
    layers += _target() if has_target else []
    layers += _events() if has_events else []
    return Sketch(layers=layers, top=16 if has_events else 0, roles=KEY)


def prepared(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with roles and texts; provisional periods carry neither limits nor flags."""
    points = with_texts(frame.reset_index(drop=True))
    provisional = points["provisional"].astype(bool)
    limits = ["limit_lower", "limit_upper"]
    points[limits] = points[limits].astype(float).mask(provisional)
    points["role"] = [
        Role.PROVISIONAL.value if waiting else FLAG_ROLES[flag].value
        for waiting, flag in zip(provisional, points["flag"], strict=True)
    ]
    points["period_text"] = [period_name(period) for period in points["period"]]
    points["centre_text"] = [rate_text(value) for value in points["centre"]]
    points["limits_text"] = [
        range_text(rate_text(low), rate_text(high))
        for low, high in zip(points["limit_lower"], points["limit_upper"], strict=True)
    ]
    points["completeness_text"] = [rate_text(value) for value in points["completeness"]]
    points["text_above"], points["text_below"] = _mark_texts(points)
    limited = points.index[points["limit_upper"].notna()]
    points["is_last"] = points.index == (limited[-1] if len(limited) else points.index[-1:].max())
    return points


def _mark_texts(points: pd.DataFrame) -> tuple[list[str], list[str]]:
    """What stands above and below the points: the values of the latest flags, empty text everywhere else.

    A layer that is left without rows would have no extent, and Vega warns of it.
    """
    outside = points["role"].isin([Role.ABOVE.value, Role.BELOW.value])
    latest = set(points.index[outside][-LABELLED_FLAGS:])
    rows = list(zip(points.index, points["role"], points["value_text"], strict=True))
    above, below = (
        [text if row in latest and (role == Role.BELOW.value) is is_below else "" for row, role, text in rows]
        for is_below in (False, True)
    )
    return above, below


def _x(position: float = 0.5) -> alt.X:
    axis = alt.Axis(
        title=None,
        labelExpr=PERIOD_LABEL,
        labelAngle=0,
        labelOverlap="parity",
        labelSeparation=10,
        ticks=False,
        labelFlush=False,
    )
    scale = alt.Scale(paddingInner=0, paddingOuter=0)
    return alt.X(field="period", type="ordinal", axis=axis, scale=scale, bandPosition=position)


def _y(field: str) -> alt.Y:
    scale = alt.Scale(zero=False, nice=True)
    return alt.Y(field=field, type="quantitative", axis=rate_axis(), scale=scale)


def _provisional() -> alt.Chart:
    base = named("points").transform_filter("datum.provisional")
    return base.mark_rect(fill=hatch(stripes=24, lean=0.12), tooltip=None).encode(x=_x())


def _limits() -> list[alt.Chart]:
    base = named("points").encode(x=_x())
    band = base.mark_area(interpolate="step", opacity=0.10, tooltip=None)
    edge = base.mark_line(interpolate="step", strokeDash=[5, 3], strokeWidth=1, tooltip=None)
    centre = base.mark_line(interpolate="step", strokeWidth=1.2, tooltip=None)
    lines = [
        band.encode(y=_y("limit_lower"), y2=alt.Y2(field="limit_upper")),
        edge.encode(y=_y("limit_lower")),
        edge.encode(y=_y("limit_upper")),
        centre.encode(y=_y("centre")),
    ]
    # The name of each line stands at the right edge of the plot, level with its last value.
    last = named("points").transform_filter("datum.is_last").encode(x=alt.value("width"))
    names = [
        last.mark_text(align="left", dx=5, fontSize=11, text=word, tooltip=None).encode(y=_y(field))
        for field, word in (("limit_upper", "上限"), ("centre", "均值"), ("limit_lower", "下限"))
    ]
    return [*(painted(line, Role.GUIDE) for line in lines), *(painted(name, Role.NOTE) for name in names)]


def _series(measure: Measure) -> list[alt.Chart]:
    lines = [
        *(("period_text", "周期"), ("value_text", measure.name)),
        ("fraction_text", f"{measure.numerator}/{measure.denominator}"),
        *(("interval_text", "95%置信区间"), ("centre_text", "均值"), ("limits_text", "控制界限")),
        *(("role", "判定"), ("completeness_text", "出结果比例")),
    ]
    base = named("points").encode(x=_x(), y=_y("value"))
    # A provisional rate will still move: nothing leads the eye to it.
    line = base.transform_filter("!datum.provisional").mark_line(strokeWidth=1.4, tooltip=None)
    dots = base.mark_point(filled=True, size=64, opacity=1)
    dots = dots.encode(color=colour(), shape=shape(), tooltip=tooltip(lines))
    above = base.mark_text(dy=-13, fontSize=11, tooltip=None).encode(text=words("text_above"))
    below = base.mark_text(dy=14, fontSize=11, tooltip=None).encode(text=words("text_below"))
    empty = named("points").transform_filter("!isValid(datum.value)").encode(x=_x())
    dash = empty.mark_text(text="无样本", baseline="bottom", dy=-2, fontSize=11, tooltip=None)
    dash = dash.encode(y=alt.value("height"))
    texts = [*readable(above, Role.TEXT), *readable(below, Role.TEXT), painted(dash, Role.NOTE)]
    return [painted(line, Role.WITHIN), *texts, dots]


def _target() -> list[alt.Chart]:
    base = named("target").encode(y=_y("target"))
    rule = base.mark_rule(strokeWidth=1.2, strokeDash=[1, 3], tooltip=None)
    word = base.mark_text(align="left", dx=4, dy=-7, fontSize=11, tooltip=None)
    word = word.encode(x=alt.value(0), text=words("word"))
    return [painted(rule, Role.TEXT), *readable(word, Role.TEXT)]


def _events() -> list[alt.Chart]:
    base = named("events").encode(x=_x(position=0))
    rule = base.mark_rule(strokeWidth=1, strokeDash=[2, 2]).encode(tooltip=tooltip([("text", "说明")]))
    text = base.transform_calculate(shown=f"{IS_NARROW} ? datum.sign : datum.words")
    text = text.encode(y=alt.value(0), text=words("shown"))
    right = text.transform_filter("datum.late").mark_text(
        align="right", baseline="bottom", dx=-3, dy=-6, fontSize=11, limit=220, tooltip=None
    )
    left = text.transform_filter("!datum.late").mark_text(
        align="left", baseline="bottom", dx=3, dy=-6, fontSize=11, limit=220, tooltip=None
    )
    return [painted(layer, Role.NOTE) for layer in (rule, right, left)]


def describe_control_chart(frame: pd.DataFrame, *, measure: Measure | None = None) -> str:
    """Alternative text: measure, periods, range, latest final value with its counts, number of flags."""
    require_columns(frame, COLUMNS, "describe_control_chart")
    measure = measure or Measure()
    points = prepared(frame)
    known = points[points["value"].notna()]
    if known.empty:
        return f"{measure.name}控制图：所选范围没有可计算的周期。"
    first, last = (period_name(points["period"].iloc[place]) for place in (0, -1))
    parts = [
        f"{measure.name}控制图，{first}至{last}，共{len(points)}期",
        _range_sentence(known),
        _latest_sentence(known, measure),
        _flag_sentence(points),
    ]
    return "；".join(part for part in parts if part) + "。"


def _range_sentence(known: pd.DataFrame) -> str:
    final = known.loc[~known["provisional"].astype(bool), "value"]
    return "" if final.empty else f"最低{rate_text(final.min())}，最高{rate_text(final.max())}"


def _latest_sentence(known: pd.DataFrame, measure: Measure) -> str:
    final = known[~known["provisional"].astype(bool)]
    row = (final if not final.empty else known).iloc[-1]
    state = "（暂定）" if bool(row["provisional"]) else ""
    centre = "" if is_missing(float(row["centre"])) else f"，均值{rate_text(row['centre'])}"
    rate = quotient_text(row["numerator"], row["denominator"])
    counts = fraction_text(row["numerator"], row["denominator"])
    return (
        f"最近一期{period_name(row['period'])}{state}{measure.name}{rate}（{counts}{measure.unit}）{centre}"
    )


def _flag_sentence(points: pd.DataFrame) -> str:
    counts = points["role"].value_counts()
    flagged = [
        f"{role.value}{counts[role.value]}期" for role in Role if role in FLAGGED and role.value in counts
    ]
    waiting = int(counts.get(Role.PROVISIONAL.value, 0))
    sentence = "统计提示：" + "，".join(flagged) if flagged else "没有统计提示"
    return sentence + (f"；暂定{waiting}期，不参与判定" if waiting else "")
