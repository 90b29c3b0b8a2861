"""Bars of parts of totals: the part is solid, the rest of the total is outlined and pale. Words stand above each bar.

Frame, one row per bar in the order to draw: label, part, total (counts), text (the words above the bar). For open
items the part is what is overdue, for a stage of the loop what has reached it, for a Pareto the total is cumulative.
"""

from dataclasses import dataclass
from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned
from lib.charts.labels import count_axis, count_text, name_channel, require_columns, tooltip, words
from lib.charts.theme import Measured, Role, outlined, painted, readable

COLUMNS: Final = ("label", "part", "total", "text")
ROW_HEIGHT: Final = 48


@dataclass(frozen=True, kw_only=True)
class PartWords:
    """Chinese names of the rows, the part and the total, and the counting unit."""

    row: str
    part: str
    total: str
    unit: str


def part_bars(frame: pd.DataFrame, *, names: PartWords) -> Drawing:
    """Horizontal bars from zero in the order of the frame."""
    require_columns(frame, COLUMNS, "part_bars")
    rows = frame.assign(
        place=range(len(frame)),
        start=0,
        part_text=[f"{count_text(part)}{names.unit}" for part in frame["part"]],
        total_text=[f"{count_text(total)}{names.unit}" for total in frame["total"]],
    )
    return drawing(_plan(names), {"rows": rows}, rows=max(2, len(rows)) * ROW_HEIGHT)


@planned
def _plan(names: PartWords) -> Sketch:
    along = Measured(axis=count_axis(), scale=alt.Scale(zero=True, domainMin=0, nice=True))
    lines = [("label", names.row), ("part_text", names.part), ("total_text", names.total), ("text", "说明")]
    base = named("rows").encode(y=name_channel("label", gap=0.6), tooltip=tooltip(lines))
    whole = base.mark_bar(fillOpacity=0.15, strokeWidth=1)
    whole = whole.encode(x=along.x("start"), x2=alt.X2(field="total"))
    part = base.mark_bar(opacity=0.85).encode(x=along.x("start"), x2=alt.X2(field="part"))
    texts = base.mark_text(align="left", dy=-20, dx=2, fontSize=12)
    texts = texts.encode(x=along.x("start"), text=words("text"))
    bars = [painted(outlined(whole, Role.WITHIN), Role.WITHIN), painted(part, Role.WITHIN)]
    return Sketch(layers=[*bars, *readable(texts, Role.TEXT)], right=20, top=6)


def describe_part_bars(frame: pd.DataFrame, *, names: PartWords, subject: str) -> str:
    """Alternative text: the subject, then every row with its words."""
    require_columns(frame, COLUMNS, "describe_part_bars")
    if frame.empty:
        return f"{subject}：所选范围没有记录。"
    rows = "；".join(f"{row.label}{row.text}" for row in frame.itertuples())
    return f"{subject}，实心为{names.part}，空心为{names.total}：{rows}。"
