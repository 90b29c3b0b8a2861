"""Tiles: one figure each, with its counts, its interval and the same period a year earlier."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lib.metrics.analyses.same_months import days_with_data, months_of
from lib.metrics.analyses.year_on_year import YearOnYear
from lib.metrics.compute import Result
from lib.metrics.format import change_text
from lib.metrics.metric import Metric
from lib.metrics.registry import get_metric
from lib.ui import cached
from lib.ui.figure_text import change_word, counts_lines, excluded_text, figure_value, is_additive
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.view import View

_NARROWEST: Final = 215


def tiles(view: View, metric_ids: Sequence[str]) -> None:
    """A row of tiles; they stack on a narrow screen. A tile that cannot be computed says why in its place."""
    with st.grid(len(metric_ids), min_column_width=_NARROWEST, gap="small"):
        for metric_id in metric_ids:
            with st.container(border=True, height="stretch", gap="xsmall"), page_part(skeleton_height=None):
                _tile(view, get_metric(metric_id))


def _tile(view: View, metric: Metric) -> None:
    now = view.result(metric.id)
    comparison = (
        cached.comparison_with_last_year(view.source, metric.id, view.filters)
        if is_additive(metric)
        else None
    )
    change = comparison.change if comparison is not None else None
    st.metric(
        metric.name,
        figure_value(now),
        delta=change_word(change) if change is not None else None,
        delta_color="off",
        delta_arrow="off",
        delta_description="比上年同期" if change is not None else None,
        help=_explained(now, comparison),
    )
    lines = [*counts_lines(now)] or [_year_before(view, metric)]
    if comparison is not None and comparison.left_out:
        lines.append(_compared(comparison))
    st.caption("  \n".join(plain(line) for line in lines))


def _year_before(view: View, metric: Metric) -> str:
    """The count of the same days a year earlier, cut at the day of the data, or why there is none to compare."""
    same_days = days_with_data(view.filters, view.snapshot.as_of)
    if same_days is None:
        return "期间在数据截止日之后，没有上年同期"
    earlier = same_days.previous_year()
    first = cached.first_day(view.source, metric.id)
    if months_of(earlier)[0] < first.year * 100 + first.month:
        return f"上年同期数据不全（{first.year}年{first.month}月起有数据）"
    value = figure_value(view.result(metric.id, filters=earlier))
    cut = "" if same_days == view.filters else f"（{earlier.period_sentence()}）"
    return f"上年同期{cut} {value}"


def _compared(comparison: YearOnYear) -> str:
    return "没有两年都齐的月份，不作同比" if comparison.change is None else f"同比只比{comparison.period}"


def _explained(now: Result, comparison: YearOnYear | None) -> str:
    parts = [now.metric.description, excluded_text(now), now.sentence]
    if comparison is not None:
        if comparison.change is not None:
            parts.append(f"上年同期{comparison.before.text}，{change_text(comparison.change)}")
        parts += comparison.notes
    return plain("；".join(part.rstrip("。") for part in parts if part) + "。")
