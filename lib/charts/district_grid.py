"""Districts by measures, one row per district: value, both counts and interval in every cell, a mark where flagged.

Frame, one row per district and measure: name, measure (short words, "\\n" where a line may break), value_text,
fraction_text, interval_text, flag ("", high_95, …), chance_flag (what chance alone would flag), direction_text (which
way is better), small (bool); rows and columns keep the order of the frame. A cell without cases shows "—". Colour and
shape say what is unusual, never what is good: the measures have different directions, which words say.
"""

from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned, roles_of
from lib.charts.labels import MISSING, placed, require_columns, tooltip, words
from lib.charts.theme import FLAGGED, IS_NARROW, Role, colour, outlined, painted, roles_of_groups, shape

COLUMNS: Final = (
    *("name", "measure", "measure_name", "value_text", "fraction_text"),
    *("interval_text", "direction_text", "flag", "chance_flag", "small"),
)
ROW_HEIGHT: Final = 52
#: What the four lines of the heads take beyond the room that every chart has for its axis.
_HEAD_LINES: Final = 34
#: Windows in which a cell holds its value and mark only; those in which its interval is set smaller.
_IS_TIGHT: Final = "windowSize()[0] < 1000"
_IS_MIDDLING: Final = "windowSize()[0] < 1280"
_LINES: Final = (
    *(("name", "地区"), ("measure_name", "指标"), ("value_text", "数值"), ("fraction_text", "分子/分母")),
    *(("interval_text", "95%置信区间"), ("role", "判定"), ("direction_text", "方向")),
)


def district_grid(frame: pd.DataFrame) -> Drawing:
    """Draw the cells; in a narrow window only the values and the marks remain."""
    require_columns(frame, COLUMNS, "district_grid")
    cells = with_places(frame)
    plan = _plan(roles_of(cells[cells["role"] != Role.WITHIN.value]))
    rows = max(1, cells["name"].nunique()) * ROW_HEIGHT + _HEAD_LINES
    return drawing(plan, {"cells": cells}, rows=rows, closest=0.9)


def with_places(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `role`, `is_flagged`, `is_small` and the places of rows and columns."""
    cells = frame.reset_index(drop=True)
    empty = cells["value_text"] == MISSING
    small = cells["small"].astype(bool) & ~empty
    cells["role"] = [
        Role.SMALL.value if few else role.value
        for few, role in zip(small, roles_of_groups(cells), strict=True)
    ]
    cells["is_flagged"] = cells["role"] != Role.WITHIN.value
    cells["is_small"] = small
    for name in ("name", "measure"):
        order = {value: place for place, value in enumerate(dict.fromkeys(cells[name]))}
        cells[f"{name}_place"] = cells[name].map(order)
    return cells


@planned
def _plan(roles: tuple[str, ...]) -> Sketch:
    base = named("cells").encode(x=_x(), y=_y(), tooltip=tooltip(_LINES))
    frame = outlined(base.mark_rect(fill="transparent", strokeWidth=0.6, strokeOpacity=0.45), Role.GUIDE)
    hollow = base.transform_filter("datum.is_small")
    hollow = hollow.mark_rect(fill="transparent", strokeWidth=1, strokeDash=[3, 3])
    value = base.mark_text(fontSize=_wide(13, 10.5), dy=_wide(-14, -8)).encode(text=words("value_text"))
    small_words = alt.ExprRef(expr=f"{_IS_MIDDLING} ? 9.5 : 10.5")
    counts = base.mark_text(fontSize=small_words, dy=2, opacity=_wide(1, 0)).encode(
        text=words("fraction_text")
    )
    interval = base.mark_text(fontSize=small_words, dy=16, opacity=_wide(1, 0)).encode(
        text=words("interval_text")
    )
    layers = [frame, outlined(hollow, Role.GUIDE), painted(value, Role.TEXT)]
    layers += [painted(counts, Role.NOTE), painted(interval, Role.NOTE)]
    layers += [_marks(0.1, 0.22, _wide(60, 0)), _marks(0.5, 0.75, _wide(0, 50))]
    return Sketch(layers=layers, roles=roles, key_columns=2)


def _marks(across: float, down: float, size: alt.ExprRef) -> alt.Chart:
    flagged = named("cells").transform_filter("datum.is_flagged").encode(x=_x(across), y=_y(down))
    marks = flagged.mark_point(filled=True, size=size, opacity=1)
    return marks.encode(color=colour(), shape=shape(), tooltip=tooltip(_LINES))


def _wide(otherwise: float, narrow: float) -> alt.ExprRef:
    return alt.ExprRef(expr=f"{_IS_TIGHT} ? {narrow} : {otherwise}")


def _x(position: float = 0.5) -> alt.X:
    axis = alt.Axis(
        title=None,
        orient="top",
        labelAngle=0,
        labelExpr="split(datum.label, '\\n')",
        labelLineHeight=14,
        labelOverlap=False,
        labelFontSize=_wide(12, 10.5),
        ticks=False,
        domain=False,
        labelFlush=False,
        labelPadding=48,
    )
    return alt.X(
        field="measure",
        type="nominal",
        sort=placed("measure_place"),
        scale=alt.Scale(paddingInner=0.02),
        axis=axis,
        bandPosition=position,
    )


def _y(position: float = 0.5) -> alt.Y:
    axis = alt.Axis(
        title=None,
        ticks=False,
        domain=False,
        labelLimit=alt.ExprRef(expr=f"{IS_NARROW} ? 66 : {_IS_MIDDLING} ? 126 : 200"),
        labelPadding=6,
        labelOverlap=False,
    )
    scale = alt.Scale(paddingInner=0.06)
    return alt.Y(
        field="name",
        type="nominal",
        sort=placed("name_place"),
        scale=scale,
        axis=axis,
        bandPosition=position,
    )


def _direction(words_of_direction: str) -> str:
    return f"（{words_of_direction}）" if words_of_direction else ""


def describe_district_grid(frame: pd.DataFrame) -> str:
    """Alternative text: size of the grid, every flagged cell with its counts, cells with few cases."""
    require_columns(frame, COLUMNS, "describe_district_grid")
    cells = with_places(frame)
    size = f"{cells['name'].nunique()}个地区×{cells['measure'].nunique()}项指标对照"
    flagged = cells[cells["role"].isin([role.value for role in FLAGGED])]
    marks = [
        f"{row.name_}{row.measure_name}{row.value_text}（{row.fraction_text}），{row.role}{_direction(str(row.direction_text))}"
        for row in flagged.rename(columns={"name": "name_"}).itertuples()
    ]
    small = int(cells["is_small"].sum())
    parts = [
        size,
        f"统计提示{len(marks)}处：{'；'.join(marks)}" if marks else "没有统计提示",
        f"分母不足的{small}格不作判断" if small else "",
    ]
    return "；".join(part for part in parts if part) + "。"
