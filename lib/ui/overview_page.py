"""The parts of 总览."""

from typing import Final

import streamlit as st

from lib.ui import cached
from lib.ui.cards import tiles
from lib.ui.chart_block import chart_block
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.rate_figures import course_figure
from lib.ui.rate_page import METRIC, reaching_back
from lib.ui.view import View

TILES: Final = ("unqualified_rate", "batches_sampled", "disposal_on_time_rate", "repeat_offenders")
_SHOWN: Final = 4


def headline(view: View) -> None:
    """Four figures of the period."""
    tiles(view, TILES)


def course_and_changes(view: View) -> None:
    """The main chart, and beside it what moved."""
    left, right = st.columns((5, 3), gap="medium")
    with left:
        _course(view)
    with right:
        _what_moved(view)


def _course(view: View) -> None:
    with page_part(skeleton_height=300):
        filters = reaching_back(view, "month")
        chart = cached.course(view.source, METRIC, filters, "month")
        title = f"{chart.result.metric.name}（按月，{filters.period_sentence()}）"
        picture = cached.course_drawing(view.source, METRIC, filters, "month", 280)
        chart_block(view, course_figure(chart, picture, title))


def _what_moved(view: View) -> None:
    with page_part("与上年同期比较", skeleton_height=120):
        moved = cached.moved(view.source, METRIC, view.filters)
        whole = cached.comparison_with_last_year(view.source, METRIC, view.filters)
        lines = [whole.phrase, *(f"{sentence}。" for sentence in moved.frame["sentence"].head(_SHOWN))]
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        notes = list(moved.notes)
        if len(moved.frame) > _SHOWN:
            notes.append(f"只列出差别最明显的{_SHOWN}组，共{len(moved.frame)}组。")
        st.caption("  \n".join(plain(note) for note in notes))
