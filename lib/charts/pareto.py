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
from lib.charts.theme import Measured, Role, painted
from lib.metrics.format import is_missing

COLUMNS: Final = (
    *("item", "label", "group_name", "numerator", "share_items", "share_items_lower", "share_items_upper"),
    *("share_batches", "cumulative", "is_other"),
)
Base = Literal["items", "batches"]
ROW_HEIGHT: Final = 28
#: Columns of numbers right of the plot, and how many pixels beyond it each ends.
_SHARE_END: Final = 52
_COUNT_END: Final = 96
#: Pixels above the plot: the room for the key and the headings, and the height at which they stand.
_ABOVE: Final = 20
_KEY: Final = 12
WORDS: Final[dict[Base, str]] = {"items": "占不合格项次", "batches": "占不合格批次"}


def pareto_chart(frame: pd.DataFrame, *, base: Base = "items") -> Drawing:
    """Bars from zero; the cumulative line belongs to the item base only (shares of batches may exceed 100 %)."""
    require_columns(frame, COLUMNS, "pareto_chart")
    rows = prepared(frame, base)
    return drawing(_plan(base, _unit(rows, base)), {"rows": rows}, rows=max(2, len(rows)) * ROW_HEIGHT)


@planned
def _plan(base: Base, unit: str) -> Sketch:
    scale = alt.Scale(domain=[0, 1]) if base == "items" else alt.Scale(zero=True, domainMin=0)
    axis = alt.Axis(title=None, format=".0%", tickCount=5, domain=False, ticks=False, labelFlush=False)
    along = Measured(axis=axis, scale=scale)
    chart = named("rows").encode(y=name_channel("label", gap=0.3), tooltip=tooltip(_lines(base)))
    bars = painted(chart.mark_bar(opacity=0.75).encode(x=along.x("share")), Role.WITHIN)
    line = _cumulative(chart, along) if base == "items" else ()
    columns = [*_column(chart, "rate_text", _SHARE_END, "占比"), *_column(chart, "count", _COUNT_END, unit)]
    return Sketch(layers=[bars, *line, *columns], top=_ABOVE)


def _lines(base: Base) -> list[tuple[str, str]]:
    return [
        *(("label", "项目"), ("group_name", "项目组"), ("items_text", "项次/不合格项次合计")),
        *(
            ("share_text", WORDS["items"]),
            ("interval_text", "95%置信区间"),
            ("batches_text", WORDS["batches"]),
        ),
        *((("cumulative_text", "累计占项次"),) if base == "items" else ()),
    ]


def _column(chart: alt.Chart, field: str, end: int, heading: str) -> list[alt.Chart]:
    """Numbers right of the plot, where no line crosses them, ending `end` pixels beyond it, under their heading."""
    numbers = chart.mark_text(align="right", dx=end, fontSize=12)
    numbers = numbers.encode(x=alt.value("width"), text=words(field))
    top = _first().mark_text(align="right", dx=end, fontSize=11, text=heading, tooltip=None)
    top = top.encode(x=alt.value("width"), y=alt.value(-_KEY))
    return [painted(numbers, Role.TEXT), painted(top, Role.NOTE)]


def _first() -> alt.Chart:
    """One row, for marks that are drawn once."""
    return named("rows").transform_filter("datum.place === 0")


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
    counts = rows["numerator" if _unit(rows, base) == "项次" else "batches"]
    rows["rate_text"] = [rate_text(share) for share in rows["share"]]
    rows["count"] = [count_text(count) for count in counts]
    # Batches of several items cannot be added up, so "other" may have no share of batches.
    rows = rows[rows["share"].notna()]
    return rows.assign(place=range(len(rows)))


def _unit(rows: pd.DataFrame, base: Base) -> str:
    """What the counts beside the bars count."""
    return "批次" if base == "batches" and "batches" in rows else "项次"


def _batch_texts(rows: pd.DataFrame) -> list[str]:
    shares = [rate_text(value) for value in rows["share_batches"]]
    if "batches" not in rows or "total_batches" not in rows:
        return shares
    return [
        share if is_missing(count) else f"{share}（{count_text(count)}/{count_text(total)}批次）"
        for share, count, total in zip(shares, rows["batches"], rows["total_batches"], strict=True)
    ]


def _cumulative(chart: alt.Chart, along: Measured) -> list[alt.Chart]:
    """The line of the cumulative share, and its key above the plot: a piece of the line with its name."""
    line = chart.mark_line(strokeWidth=1.2, strokeDash=[4, 3], tooltip=None).encode(x=along.x("cumulative"))
    dots = chart.mark_point(filled=True, size=26, opacity=1).encode(x=along.x("cumulative"))
    first = _first().encode(y=alt.value(-_KEY))
    piece = first.mark_rule(strokeWidth=1.2, strokeDash=[4, 3], tooltip=None)
    piece = piece.encode(x=alt.value(0), x2=alt.value(26))
    dot = first.mark_point(filled=True, size=26, opacity=1, tooltip=None).encode(x=alt.value(13))
    name = first.mark_text(align="left", fontSize=11, text="累计占比", tooltip=None)
    name = name.encode(x=alt.value(32))
    return [painted(layer, Role.NOTE) for layer in (line, dots, piece, dot, name)]


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
        unit = _unit(rows, base)
        texts = zip(first["label"], first["rate_text"], first["count"], strict=True)
        leaders = "、".join(f"{label}{share}（{count}{unit}）" for label, share, count in texts)
        together = f"，累计{rate_text(first['cumulative'].iloc[-1])}" if base == "items" else ""
        parts.append(f"前{len(first)}项：{leaders}{together}")
    return "；".join(parts) + "。"
