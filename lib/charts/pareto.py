"""Pareto chart of failing items with its two denominators: all failing items, or all failing batches.

Frame, one row per item: item, label, group_name, numerator (failing items 项次), share_items, share_items_lower,
share_items_upper, share_batches, cumulative (of share_items), is_other. Rows come sorted; "other" is always drawn last.
Optional: batches (failing batches with the item), total_items, total_batches for the counts in the tooltip.
"""

from typing import Final, Literal

import altair as alt
import pandas as pd

from lib.charts.drawing import Drawing, Sketch, drawing, named, planned
from lib.charts.labels import (
    count_text,
    name_channel,
    range_text,
    rate_text,
    require_columns,
    tooltip,
    words,
)
from lib.charts.theme import IS_NARROW, Measured, Role, painted
from lib.metrics.format import is_missing

COLUMNS: Final = (
    *("item", "label", "group_name", "numerator", "share_items", "share_items_lower", "share_items_upper"),
    *("share_batches", "cumulative", "is_other"),
)
Base = Literal["items", "batches"]
ROW_HEIGHT: Final = 28
WORDS: Final[dict[Base, str]] = {"items": "占不合格项次", "batches": "占不合格批次"}


def pareto_chart(frame: pd.DataFrame, *, base: Base = "items") -> Drawing:
    """Bars from zero; the cumulative line belongs to the item base only (shares of batches may exceed 100 %)."""
    require_columns(frame, COLUMNS, "pareto_chart")
    rows = prepared(frame, base)
    return drawing(_plan(base), {"rows": rows}, rows=max(2, len(rows)) * ROW_HEIGHT)


@planned
def _plan(base: Base) -> Sketch:
    scale = alt.Scale(domain=[0, 1]) if base == "items" else alt.Scale(zero=True, domainMin=0)
    axis = alt.Axis(title=None, format=".0%", tickCount=5, domain=False, ticks=False, labelFlush=False)
    along = Measured(axis=axis, scale=scale)
    lines = [
        *(("label", "项目"), ("group_name", "项目组"), ("items_text", "项次/不合格项次合计")),
        *(
            ("share_text", WORDS["items"]),
            ("interval_text", "95%置信区间"),
            ("batches_text", WORDS["batches"]),
        ),
        *((("cumulative_text", "累计占项次"),) if base == "items" else ()),
    ]
    chart = named("rows").encode(y=name_channel("label", gap=0.3), tooltip=tooltip(lines))
    bars = painted(chart.mark_bar(opacity=0.75).encode(x=along.x("share")), Role.WITHIN)
    texts = chart.transform_calculate(shown=f"{IS_NARROW} ? datum.rate_text : datum.bar_text")
    texts = texts.mark_text(align="left", dx=9, fontSize=12)
    texts = texts.encode(x=along.x("share"), text=words("shown"))
    layers = [bars, *(_cumulative(chart, along) if base == "items" else ()), painted(texts, Role.TEXT)]
    return Sketch(layers=layers, right=0 if base == "items" else 70)


def prepared(frame: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Rows with texts, "other" last."""
    other = frame["is_other"].astype(bool)
    rows = pd.concat([frame[~other], frame[other]], ignore_index=True)
    total = (
        rows["total_items"] if "total_items" in rows else pd.Series(rows["numerator"].sum(), index=rows.index)
    )
    rows["share"] = rows[f"share_{base}"].astype(float)
    rows["share_text"] = [rate_text(value) for value in rows["share_items"]]
    rows["batches_text"] = _batch_texts(rows)
    rows["items_text"] = [
        f"{count_text(x)}/{count_text(n)}项次" for x, n in zip(rows["numerator"], total, strict=True)
    ]
    rows["interval_text"] = [
        range_text(rate_text(low), rate_text(high))
        for low, high in zip(rows["share_items_lower"], rows["share_items_upper"], strict=True)
    ]
    rows["cumulative_text"] = [rate_text(value) for value in rows["cumulative"]]
    counts = rows["numerator"] if base == "items" or "batches" not in rows else rows["batches"]
    unit = "批次" if base == "batches" and "batches" in rows else "项次"
    rows["rate_text"] = [rate_text(share) for share in rows["share"]]
    rows["bar_text"] = [
        f"{rate_text(share)}（{count_text(count)}{unit}）"
        for share, count in zip(rows["share"], counts, strict=True)
    ]
    # Batches of several items cannot be added up, so "other" may have no share of batches.
    rows = rows[rows["share"].notna()]
    return rows.assign(place=range(len(rows)))


def _batch_texts(rows: pd.DataFrame) -> list[str]:
    shares = [rate_text(value) for value in rows["share_batches"]]
    if "batches" not in rows or "total_batches" not in rows:
        return shares
    return [
        share if is_missing(count) else f"{share}（{count_text(count)}/{count_text(total)}批次）"
        for share, count, total in zip(shares, rows["batches"], rows["total_batches"], strict=True)
    ]


def _cumulative(chart: alt.Chart, along: Measured) -> list[alt.Chart]:
    line = chart.mark_line(strokeWidth=1.2, strokeDash=[4, 3], tooltip=None).encode(x=along.x("cumulative"))
    dots = chart.mark_point(filled=True, size=26, opacity=1).encode(x=along.x("cumulative"))
    return [painted(line, Role.NOTE), painted(dots, Role.NOTE)]


def describe_pareto(frame: pd.DataFrame, *, base: Base = "items") -> str:
    """Alternative text: number of items, the leading three with their shares and counts, the cumulative share."""
    require_columns(frame, COLUMNS, "describe_pareto")
    if frame.empty:
        return "不合格项目构成：所选范围没有不合格项目。"
    rows = prepared(frame, base)
    named = rows[~rows["is_other"].astype(bool)]
    first = named.head(3)
    parts = [
        f"不合格项目构成（{WORDS[base]}），列出{len(named)}项，合计{count_text(rows['numerator'].sum())}项次"
    ]
    if not first.empty:
        leaders = "、".join(f"{row.label}{row.bar_text}" for row in first.itertuples())
        together = f"，累计{rate_text(first['cumulative'].iloc[-1])}" if base == "items" else ""
        parts.append(f"前{len(first)}项：{leaders}{together}")
    return "；".join(parts) + "。"
