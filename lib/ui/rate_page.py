"""The parts of 抽检不合格率: each computes first and draws then."""

from datetime import date
from functools import partial
from typing import Final

import streamlit as st

from lib.charts.pareto import Base
from lib.data.filters import Filters
from lib.metrics.analyses.control import Period
from lib.ui import cached
from lib.ui.cards import tiles
from lib.ui.chart_block import Figure, chart_block
from lib.ui.item_figures import items_figure, kinds_figure
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.rate_figures import adjusted_figure, course_figure, funnel_figure, heat_figure
from lib.ui.url_choice import chosen, segments
from lib.ui.view import View

METRIC: Final = "unqualified_rate"
TILES: Final = (METRIC, "unqualified_batches", "batches_sampled")
SECTIONS: Final = {
    "course": "走势与同比",
    "districts": "地区比较",
    "products": "品类与环节",
    "items": "不合格项目",
    "kinds": "靶向与常规",
}
_PERIODS: Final = {"month": "按月", "quarter": "按季"}
_BASES: Final = {"items": "占项次", "batches": "占批次"}
#: How far back the course reaches, so that its limits stand on enough periods.
_YEARS_SHOWN: Final = {"month": 3, "quarter": 5}


def headline(view: View) -> None:
    """The figures of the period, each with its counts, interval and change."""
    tiles(view, TILES)


def section() -> str:
    """Which section the reader chose; only this one is computed."""
    return segments("section", "本页内容", SECTIONS)


def course(view: View, *, height: int = 300) -> None:
    """The p′ chart, reaching back beyond the chosen period so that its limits stand on enough periods."""
    step: Period = "quarter" if chosen("step", _PERIODS) == "quarter" else "month"
    with page_part(skeleton_height=height):
        control = partial(segments, "step", "周期", _PERIODS)
        chart_block(view, course_of(view, METRIC, step, height), control)


def last_year(view: View) -> None:
    """The same months a year earlier, in a sentence to copy."""
    with page_part("与上年同期比较", skeleton_height=90):
        comparison = cached.comparison_with_last_year(view.source, METRIC, view.filters)
        st.code(comparison.phrase, language=None, wrap_lines=True)
        notes = ("可直接复制引用。区间不含 0 才称上升或下降（Newcombe 法）。", *comparison.notes)
        st.caption("  \n".join(plain(note) for note in notes))


def districts(view: View) -> None:
    """Districts: adjusted for what was sampled first, then the crude funnel."""
    with page_part(skeleton_height=420):
        comparison = cached.districts(view.source, METRIC, view.filters)
        if comparison.crude.empty:
            st.info("所选范围没有可比较的地区。请把属地放宽到上一级。", icon=":material/filter_alt_off:")
            return
        if len(comparison.adjusted) > 1:
            chart_block(view, adjusted_figure(comparison))
        else:
            st.info("没有可比较的其他地区，不与自身比较，不算实际与预期之比。", icon=":material/info:")
        chart_block(view, funnel_figure(comparison))


def products(view: View) -> None:
    """Food categories by stage."""
    with page_part(skeleton_height=420):
        chart_block(view, heat_figure(cached.categories_and_stages(view.source, METRIC, view.filters)))


def items(view: View) -> None:
    """What failed, with both denominators."""
    with page_part(skeleton_height=420):
        pareto = cached.failing_items(view.source, view.filters)
        if pareto.frame.empty:
            st.info("所选范围没有不合格项目。", icon=":material/info:")
            return
        base: Base = "batches" if chosen("base", _BASES) == "batches" else "items"
        chart_block(view, items_figure(view, pareto, base), partial(segments, "base", "占比的分母", _BASES))


def kinds(view: View) -> None:
    """Targeted and campaign sampling beside routine sampling, never pooled."""
    with page_part(skeleton_height=240):
        chart_block(view, kinds_figure(cached.kinds_of_sampling(view.source, METRIC, view.filters)))


def drill(view: View) -> None:
    """The way to the rows behind the figures of this page."""
    st.page_link(
        "pages/sampling/sample_rows.py",
        label="查看不合格样品明细",
        icon=":material/table_rows:",
        query_params={**view.filters.to_query(), "rows": f"{METRIC}.numerator"},
    )


def course_of(view: View, metric_id: str, step: Period, height: int) -> Figure:
    """The p′ chart of a rate, reaching back far enough for its limits."""
    filters = reaching_back(view, step)
    chart = cached.course(view.source, metric_id, filters, step)
    title = f"{chart.result.metric.name}（{_PERIODS[step]}，{_with_data(view, metric_id, filters).period_sentence()}）"
    return course_figure(chart, cached.course_drawing(view.source, metric_id, filters, step, height), title)


def _with_data(view: View, metric_id: str, filters: Filters) -> Filters:
    """The filters without the days before the first data: a title names no years that are not drawn."""
    first = cached.first_day(view.source, metric_id).replace(day=1)
    return filters.with_(start=first) if filters.start < first <= filters.end else filters


def reaching_back(view: View, step: Period) -> Filters:
    """The filters with a start early enough for the chart, never before the first year of the data.

    Nor before the year in which a chosen category was split off another one: limits need like with like.
    """
    end = view.filters.end
    split = cached.split_categories(view.source, view.filters.category).values()
    first_year = max([view.choices.first_year, *(year or end.year for year in split)])
    first = date(max(end.year - _YEARS_SHOWN[step], first_year), 1, 1)
    start = min(view.filters.start, first)
    if step == "month" and end.month < 12 and start == first:
        start = date(first.year, end.month + 1, 1)
    return view.filters.with_(start=min(start, view.filters.start))
