"""Heat map of a rate by food category and stage: the rate as text on a quiet shade of one hue.

Frame, one row per cell: category, category_name, stage, numerator, denominator, value, lower, upper, flag ("", high_95,
high_998, low_95, low_998), small (bool); optional chance_flag: what chance alone would flag, for the tooltip. A cell
without samples may be absent or have denominator 0: it is hatched and shows "—". The shade follows the rate and is no
judgement; only the mark of a flagged cell is.
"""

from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned, roles_of
from lib.charts.labels import (
    MISSING,
    Measure,
    count_text,
    name_axis,
    placed,
    rate_text,
    require_columns,
    tooltip,
    with_texts,
    words,
)
from lib.charts.theme import FLAG_ROLES, FLAGGED, Role, colour, hatch, outlined, painted, shape

COLUMNS: Final = (
    *("category", "category_name", "stage", "numerator", "denominator"),
    *("value", "lower", "upper", "flag", "small"),
)
ROW_HEIGHT: Final = 27
NO_SAMPLES: Final = "无样本"
_KEY: Final = "虚线框：样品不足30批次　斜线：没有样品"
_AXIS: Final = 24
_LEGEND_HEIGHT: Final = 18
STAGES: Final = ("生产", "流通", "餐饮", "网抽")


def heat_map(frame: pd.DataFrame, *, measure: Measure | None = None) -> Drawing:
    """Draw the cells; rows and columns keep the order in which the frame first names them."""
    require_columns(frame, COLUMNS, "heat_map")
    cells = full_grid(frame)
    rows = cells["category_name"].nunique()
    plan = _plan(measure or Measure(), roles_of(cells[cells["is_flagged"]]))
    return drawing(plan, {"cells": cells}, rows=max(3, rows) * ROW_HEIGHT)


@planned
def _plan(measure: Measure, roles: tuple[str, ...]) -> Sketch:
    lines = [
        *(("category_name", "食品大类"), ("stage", "环节"), ("value_text", measure.name)),
        ("fraction_text", f"{measure.numerator}/{measure.denominator}"),
        *(("interval_text", "95%置信区间"), ("verdict_text", "判定")),
    ]
    layers = [*_cells(lines), *_marks(lines), _legend()]
    return Sketch(layers=layers, top=_LEGEND_HEIGHT, roles=roles, own_fills=True, key_columns=2)


def _legend() -> alt.Chart:
    """What a dashed and what a hatched cell means, above the names of the stages."""
    first = named("cells").transform_filter("datum.category_place === 0 && datum.stage_place === 0")
    word = first.mark_text(align="left", baseline="bottom", dy=-_AXIS, fontSize=12, text=_KEY, tooltip=None)
    return painted(word.encode(x=alt.value(0), y=alt.value(0)), Role.NOTE)


def _x(position: float = 0.5) -> alt.X:
    return alt.X(
        field="stage",
        type="nominal",
        sort=placed("stage_place"),
        scale=alt.Scale(paddingInner=0.03),
        axis=alt.Axis(
            title=None,
            orient="top",
            labelAngle=0,
            ticks=False,
            domain=False,
            labelPadding=6,
            labelFlush=False,
        ),
        bandPosition=position,
    )


def _y() -> alt.Y:
    scale = alt.Scale(paddingInner=0.08)
    return alt.Y(
        field="category_name", type="nominal", sort=placed("category_place"), scale=scale, axis=name_axis()
    )


def full_grid(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for every category and stage named, with roles and texts; absent cells have no samples."""
    given = with_texts(frame.astype({"category": str, "category_name": str, "stage": str}))
    names = given[["category", "category_name"]].drop_duplicates("category")
    grid = names.merge(pd.DataFrame({"stage": _order(frame, "stage")}, dtype="object"), how="cross")
    cells = grid.merge(given.drop(columns="category_name"), on=["category", "stage"], how="left")
    without = ~(cells["denominator"].astype(float) > 0)
    cells["role"] = [
        NO_SAMPLES if missing else Role.SMALL.value if small is True or small == 1 else FLAG_ROLES[flag].value
        for missing, small, flag in zip(without, cells["small"], cells["flag"], strict=True)
    ]
    cells["verdict_text"] = _verdicts(cells)
    cells["kind"] = cells["role"].map({NO_SAMPLES: "missing", Role.SMALL.value: "small"}).fillna("full")
    cells["is_flagged"] = cells["role"].isin([role.value for role in FLAGGED])
    for name in ("category_name", "stage"):
        order = {value: place for place, value in enumerate(_order(frame, name))}
        cells[f"{name.removesuffix('_name')}_place"] = cells[name].astype(str).map(order)
    cells.loc[without, ["value_text", "interval_text"]] = MISSING
    cells.loc[without, "fraction_text"] = NO_SAMPLES
    return cells


def _verdicts(cells: pd.DataFrame) -> list[str]:
    """The role, and for a cell without a mark what chance alone would make of it."""
    if "chance_flag" not in cells:
        return cells["role"].tolist()
    inside = Role.WITHIN.value
    return [
        f"{role}（只按偶然波动则{FLAG_ROLES[flag].value}）" if role == inside and flag else role
        for role, flag in zip(cells["role"], cells["chance_flag"].fillna(""), strict=True)
    ]


def _order(frame: pd.DataFrame, name: str) -> list[str]:
    """Values in the order of the frame; the usual stages come first in their usual order."""
    found = list(dict.fromkeys(frame[name].astype(str)))
    return [stage for stage in STAGES if stage in found] + [value for value in found if value not in STAGES]


def _cells(lines: list[tuple[str, str]]) -> list[alt.Chart]:
    base = named("cells").encode(x=_x(), y=_y(), tooltip=tooltip(lines))
    shade = alt.Fill(field="value", type="quantitative", scale=alt.Scale(domainMin=0), legend=None)
    full = base.transform_filter("datum.kind === 'full'").mark_rect(cornerRadius=2).encode(fill=shade)
    small = base.transform_filter("datum.kind === 'small'")
    hollow = small.mark_rect(fill="transparent", strokeWidth=1, strokeDash=[3, 3], cornerRadius=2)
    missing = base.transform_filter("datum.kind === 'missing'")
    striped = missing.mark_rect(fill=hatch(stripes=16, lean=4), cornerRadius=2)
    text = base.mark_text(fontSize=12).encode(text=words("value_text"))
    plain = painted(text.transform_filter("datum.kind === 'full'"), Role.TEXT)
    quiet = painted(text.transform_filter("datum.kind !== 'full'"), Role.NOTE)
    return [full, outlined(hollow, Role.GUIDE), striped, plain, quiet]


def _marks(lines: list[tuple[str, str]]) -> list[alt.Chart]:
    flagged = named("cells").transform_filter("datum.is_flagged").encode(x=_x(0.9), y=_y())
    marks = flagged.mark_point(filled=True, size=55, opacity=1)
    return [marks.encode(color=colour(), shape=shape(), tooltip=tooltip(lines))]


def describe_heat_map(frame: pd.DataFrame, *, measure: Measure | None = None) -> str:
    """Alternative text: size of the grid, highest cell with its counts, flagged cells, cells without samples."""
    require_columns(frame, COLUMNS, "describe_heat_map")
    measure = measure or Measure()
    cells = full_grid(frame)
    size = f"{cells['category'].nunique()}个食品大类×{cells['stage'].nunique()}个环节"
    full = cells[cells["kind"] == "full"]
    if full.empty:
        return f"{measure.name}热力图，{size}；没有样本足够的格子。"
    top = full.loc[full["value"].astype(float).idxmax()]
    flagged = full[full["is_flagged"]]
    marks = [f"{row.category_name}（{row.stage}）{row.role}" for row in flagged.itertuples()]
    missing, small = (int((cells["kind"] == kind).sum()) for kind in ("missing", "small"))
    parts = [
        f"{measure.name}热力图，{size}",
        f"最高为{top['category_name']}（{top['stage']}）{rate_text(top['value'])}"
        f"（{count_text(top['numerator'])}/{count_text(top['denominator'])}{measure.unit}）",
        f"统计提示{len(marks)}格：{'、'.join(marks)}" if marks else "没有统计提示",
        f"样本不足{small}格" if small else "",
        f"无样本{missing}格" if missing else "",
    ]
    return "；".join(part for part in parts if part) + "。"
