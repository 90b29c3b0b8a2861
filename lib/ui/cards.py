"""Tiles: one figure each, with its counts, its interval and the same period a year earlier."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

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
    lines = [*counts_lines(now)] or [f"上年同期 {figure_value(_year_before(view, metric))}"]
    if comparison is not None and comparison.left_out:
        lines.append(f"含结果未齐的{_months(comparison.left_out)}，比较不含")
    st.caption("  \n".join(plain(line) for line in lines))


def _year_before(view: View, metric: Metric) -> Result:
    return view.result(metric.id, filters=view.filters.previous_year())


def _months(codes: Sequence[int]) -> str:
    return "、".join(f"{code % 100}月" for code in codes)


def _explained(now: Result, comparison: YearOnYear | None) -> str:
    parts = [now.metric.description, excluded_text(now), now.sentence]
    if comparison is not None:
        parts += [f"上年同期{comparison.before.text}，{change_text(comparison.change)}", *comparison.notes]
    return plain("；".join(part.rstrip("。") for part in parts if part) + "。")
