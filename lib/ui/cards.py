"""Tiles: one figure each, with its counts, its interval and the same period a year earlier."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lib.metrics.compute import Result
from lib.metrics.metric import Metric
from lib.metrics.registry import get_metric
from lib.ui.figure_text import counts_lines, excluded_text, figure_value
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.view import View
from lib.ui.year_before import YearBefore, year_before

_NARROWEST: Final = 215


def tiles(view: View, metric_ids: Sequence[str]) -> None:
    """A row of tiles; they stack on a narrow screen. A tile that cannot be computed says why in its place."""
    with st.grid(len(metric_ids), min_column_width=_NARROWEST, gap="small"):
        for metric_id in metric_ids:
            with st.container(border=True, height="stretch", gap="xsmall"), page_part(skeleton_height=None):
                _tile(view, get_metric(metric_id))


def _tile(view: View, metric: Metric) -> None:
    now, earlier = view.result(metric.id), year_before(view, metric)
    st.metric(
        metric.name,
        figure_value(now),
        delta=earlier.word,
        delta_color="off",
        delta_arrow="off",
        delta_description="比上年同期" if earlier.word is not None else None,
        help=_explained(now, earlier),
    )
    st.caption("  \n".join(plain(line) for line in (*counts_lines(now), earlier.line)))


def _explained(now: Result, earlier: YearBefore) -> str:
    parts = (now.metric.description, excluded_text(now), now.sentence, *earlier.details)
    return plain("；".join(part.rstrip("。") for part in parts if part) + "。")
