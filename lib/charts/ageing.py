"""Open cases by age band: how many are still open, how many of them beyond their time limit.

Frame, one row per band and state: band (orders the rows), label, open, overdue (bool). Overdue cases are solid, the
others outlined and pale: being late is a matter of law, not a statistical flag, and takes no colour of its own.
"""

from typing import Final

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned
from lib.charts.labels import count_axis, count_text, name_channel, require_columns, tooltip, words
from lib.charts.theme import Measured, Role, outlined, painted

COLUMNS: Final = ("band", "label", "open", "overdue")
ROW_HEIGHT: Final = 32


def ageing_chart(frame: pd.DataFrame, *, unit: str = "件") -> Drawing:
    """Horizontal bars from zero, overdue part first; `unit` counts the cases."""
    require_columns(frame, COLUMNS, "ageing_chart")
    bands = by_band(frame, unit)
    return drawing(_plan(), {"bands": bands}, rows=max(2, len(bands)) * ROW_HEIGHT)


@planned
def _plan() -> Sketch:
    along = Measured(axis=count_axis(), scale=alt.Scale(zero=True, domainMin=0, nice=True))
    lines = [("label", "已历时"), ("total_text", "未完成"), ("overdue_text", "其中超期")]
    base = named("bands").encode(y=name_channel("label", gap=0.35), tooltip=tooltip(lines))
    waiting = base.mark_bar(fillOpacity=0.15, strokeWidth=1)
    waiting = waiting.encode(x=along.x("late"), x2=alt.X2(field="total"))
    late = base.mark_bar(opacity=0.85).encode(x=along.x("start"), x2=alt.X2(field="late"))
    texts = base.mark_text(align="left", dx=6, fontSize=12)
    texts = texts.encode(x=along.x("total"), text=words("bar_text"))
    layers = [painted(outlined(waiting, Role.WITHIN), Role.WITHIN), painted(late, Role.WITHIN)]
    return Sketch(layers=[*layers, painted(texts, Role.TEXT)], right=96)


def by_band(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """One row per band: late, total and their words, in the order of `band`."""
    rows = frame.assign(late=frame["open"].where(frame["overdue"].astype(bool), 0))
    bands = rows.groupby(["band", "label"], as_index=False, sort=True).agg(
        late=("late", "sum"), total=("open", "sum")
    )
    bands["start"] = 0
    bands["place"] = range(len(bands))
    bands["total_text"] = [f"{count_text(total)}{unit}" for total in bands["total"]]
    bands["overdue_text"] = [f"{count_text(late)}{unit}" for late in bands["late"]]
    bands["bar_text"] = [
        f"{total}（超期{count_text(late)}）" if late else total
        for total, late in zip(bands["total_text"], bands["late"], strict=True)
    ]
    return bands


def describe_ageing(frame: pd.DataFrame, *, unit: str = "件") -> str:
    """Alternative text: open cases, how many overdue, each band."""
    require_columns(frame, COLUMNS, "describe_ageing")
    if frame.empty or not frame["open"].sum():
        return "未完成核查处置按已历时分布：没有未完成的。"
    bands = by_band(frame, unit)
    total, late = count_text(bands["total"].sum()), count_text(bands["late"].sum())
    rows = "；".join(f"{row.label}{row.bar_text}" for row in bands.itertuples())
    return f"未完成核查处置按已历时分布，共{total}{unit}，其中超期{late}{unit}；{rows}。"
