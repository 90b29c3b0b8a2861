"""Kaplan–Meier curves of a few groups with their 95 % bands, and under the plot how many were still followed.

`curves`, one row per group and day of a change: group, day, share, lower, upper (fractions; NaN where undefined).
`at_risk`, one row per group and marked day: group, day, n_risk. Groups come in the order to draw. They are told apart
by dashes and by their names, not by colours: a group is no statistical flag.
"""

from dataclasses import dataclass
from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned
from lib.charts.labels import count_text, range_text, rate_axis, rate_text, require_columns, tooltip, words
from lib.charts.theme import IS_NARROW, Measured, Role, painted

CURVE_COLUMNS: Final = ("group", "day", "share", "lower", "upper")
RISK_COLUMNS: Final = ("group", "day", "n_risk")
#: A dash for each group in order; more groups than this cannot be told apart.
DASHES: Final = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 4], [12, 4])
_RISK_ROW: Final = 32
#: Pixels from the name of a row to its numbers.
_NAME_ROW: Final = 15
#: Pixels from the bottom of the plot to the first row of numbers: the axis stands between.
_BELOW: Final = 70


@dataclass(frozen=True, kw_only=True)
class CurveWords:
    """Chinese names of the days on the axis, the share, what a group consists of, and who is still followed."""

    days: str
    share: str
    counted: str
    followed: str = "当日在册"
    shows_band: bool = True


def step_curves(
    curves: pd.DataFrame, at_risk: pd.DataFrame, *, names: CurveWords, height: int = 300
) -> Drawing:
    """Step curves on days from zero and shares from 0 to 100 %. Raises ValueError for more than six groups."""
    require_columns(curves, CURVE_COLUMNS, "step_curves")
    require_columns(at_risk, RISK_COLUMNS, "step_curves")
    groups = tuple(dict.fromkeys(curves["group"]))
    if len(groups) > len(DASHES):
        raise ValueError(f"{len(groups)} groups cannot be told apart; draw at most {len(DASHES)}")
    last = float(max([*curves["day"], *at_risk["day"], 1]))
    lines = curves.assign(
        share_text=[rate_text(share) for share in curves["share"]],
        interval_text=[
            range_text(rate_text(low), rate_text(high))
            for low, high in zip(curves["lower"], curves["upper"], strict=True)
        ],
    )
    rows = at_risk.assign(
        risk_text=[count_text(number) for number in at_risk["n_risk"]],
        drop=[_BELOW + _RISK_ROW * groups.index(group) for group in at_risk["group"]],
    )
    marked = tuple(sorted({float(day) for day in at_risk["day"]}))
    plan = _plan(names, groups, last, marked)
    extra = _RISK_ROW * len(groups) + 36
    return drawing(plan, {"curves": lines, "risks": rows}, height=height + extra)


@planned
def _plan(names: CurveWords, groups: tuple[str, ...], last: float, marked: tuple[float, ...]) -> Sketch:
    # Numbers below the plot belong to the days that the axis names.
    at = {"values": list(marked)} if marked else {"tickMinStep": 1, "tickCount": 6}
    days = alt.Axis(title=names.days, format=",d", domain=False, ticks=False, grid=False, **at)
    along = Measured(axis=days, scale=alt.Scale(domain=[0, last], nice=False))
    up = Measured(axis=rate_axis(names.share), scale=alt.Scale(domain=[0, 1]))
    lines = [
        *(("group", names.counted), ("day_text", names.days)),
        *(("share_text", names.share), ("interval_text", "95%置信区间")),
    ]
    base = named("curves").transform_calculate(day_text="datum.day + '天'")
    columns = alt.ExprRef(expr=f"{IS_NARROW} ? 2 : 6")
    dash = alt.StrokeDash(
        field="group",
        type="nominal",
        sort=list(groups),
        scale=alt.Scale(range=[list(one) for one in DASHES[: len(groups)]]),
        legend=alt.Legend(
            title=None, orient="top", symbolSize=600, symbolType="stroke", labelLimit=240, columns=columns
        ),
    )
    curve = base.mark_line(interpolate="step-after", strokeWidth=2, tooltip=None)
    curve = curve.encode(x=along.x("day"), y=up.y("share"), strokeDash=dash)
    hover = base.mark_point(filled=True, size=160, opacity=0)
    hover = hover.encode(x=along.x("day"), y=up.y("share"), tooltip=tooltip(lines))
    layers = [painted(curve, Role.TEXT), painted(hover, Role.TEXT), *_risks(along, groups, names.followed)]
    if names.shows_band:
        band = base.mark_area(interpolate="step-after", opacity=0.13, line=False, tooltip=None)
        band = band.encode(
            x=along.x("day"),
            y=up.y("lower"),
            y2=alt.Y2(field="upper"),
            detail=alt.Detail(field="group", type="nominal"),
        )
        layers = [painted(band, Role.WITHIN), *layers]
    return Sketch(layers=layers, right=24)


def _risks(along: Measured, groups: tuple[str, ...], followed: str) -> list[alt.Chart]:
    """Under the axis for each group its name and a row of numbers."""
    layers = []
    for row, group in enumerate(groups):
        mine = named("risks").transform_filter(alt.FieldEqualPredicate(field="group", equal=group))
        below = _BELOW + _RISK_ROW * row
        name = mine.transform_filter("datum.day == 0").mark_text(
            fontSize=11, align="left", clip=False, tooltip=None
        )
        name = name.encode(
            x=alt.value(-4),
            y=alt.value(alt.ExprRef(expr=f"height + {below}")),
            text=alt.value(f"{group}（{followed}）"),
        )
        layers.append(painted(name, Role.NOTE))
        numbers = mine.mark_text(fontSize=11, clip=False, tooltip=None).encode(
            x=along.x("day"),
            y=alt.value(alt.ExprRef(expr=f"height + {below + _NAME_ROW}")),
            text=words("risk_text"),
        )
        layers.append(painted(numbers, Role.NOTE))
    return layers


def describe_step_curves(
    curves: pd.DataFrame, at_risk: pd.DataFrame, *, names: CurveWords, subject: str
) -> str:
    """Alternative text: each group with its first number followed, its last share and day."""
    if curves.empty:
        return f"{subject}：所选范围没有可随访的记录。"
    parts = []
    for group, rows in curves.groupby("group", sort=False):
        first = at_risk[at_risk["group"] == group]["n_risk"]
        number = count_text(first.iloc[0]) if len(first) else count_text(0)
        end = rows.iloc[-1]
        parts.append(f"{group}起始{number}，至第{int(end['day'])}天{names.share}{rate_text(end['share'])}")
    return f"{subject}：" + "；".join(parts) + "。"
