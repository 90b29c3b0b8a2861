"""The parts of 总览."""

from typing import Final

import pandas as pd
import streamlit as st

from lib.metrics.format import count_text, decimal_text
from lib.ui import cached
from lib.ui.cards import tiles
from lib.ui.chart_block import chart_block
from lib.ui.metric_words import DIRECTION_WORDS
from lib.ui.overview_alerts import alert_words, is_alert
from lib.ui.overview_loop import loop_alerts, loop_row
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.rate_page import METRIC, course_of
from lib.ui.view import View

TILES: Final = ("unqualified_rate", "batches_sampled", "disposal_on_time_rate", "repeat_offenders")
_SHOWN: Final = 4
_FEWEST_DISTRICTS: Final = 2


def headline(view: View) -> None:
    """Four figures of sampling, and four of the closed loop and the duties."""
    tiles(view, TILES)
    loop_row(view)


def loop_without_samples(view: View) -> None:
    """The closed loop and the duties stand on records of their own: they are shown where no sample is."""
    loop_row(view)
    loop_alerts(view)


def course_and_changes(view: View) -> None:
    """The main chart, and beside it what moved."""
    left, right = st.columns((5, 3), gap="medium")
    with left:
        _course(view)
    with right:
        _what_moved(view)
        _districts_beyond(view)
        loop_alerts(view)


def _course(view: View) -> None:
    with page_part(skeleton_height=300):
        chart_block(view, course_of(view, METRIC, "month", 280))


def _what_moved(view: View) -> None:
    with page_part("与上年同期比较", skeleton_height=120):
        lines, notes = moved_lines(view)
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        st.caption("  \n".join(plain(note) for note in notes))


def moved_lines(view: View) -> tuple[list[str], list[str]]:
    """What changed since the year before: the whole, then the groups that moved most; and the notes on it."""
    moved = cached.moved(view.source, METRIC, view.filters)
    whole = cached.comparison_with_last_year(view.source, METRIC, view.filters)
    lines = [whole.phrase, *(f"{sentence}。" for sentence in moved.frame["sentence"].head(_SHOWN))]
    notes = list(moved.notes)
    if len(moved.frame) > _SHOWN:
        notes.append(f"只列出差别最明显的{_SHOWN}组，共{len(moved.frame)}组。")
    return lines, notes


def _districts_beyond(view: View) -> None:
    """Districts whose failures are beyond what their own mix leads to expect, and the way to the comparison."""
    with page_part(skeleton_height=80):
        lines, notes = district_lines(view)
        if not lines:
            return
        st.subheader("地区比较提示", anchor=False)
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        st.caption(plain("".join(notes)))
        st.page_link(
            "pages/sampling/unqualified_rate.py",
            label="查看地区比较",
            icon=":material/map:",
            query_params={**view.filters.to_query(), "section": "districts"},
        )


def district_lines(view: View) -> tuple[list[str], list[str]]:
    """What the comparison of districts points to, and the notes on it; nothing where there are not two to compare."""
    comparison = cached.districts(view.source, METRIC, view.filters)
    compared = comparison.adjusted[~comparison.adjusted["small"]]
    if len(compared) < _FEWEST_DISTRICTS:
        return [], []
    return beyond_expectation(compared), [comparison.notes[0], "提示供核实原因，不等于工作优劣。"]


def beyond_expectation(compared: pd.DataFrame) -> list[str]:
    """One neutral sentence for each district beyond 99.8 %, or one that says there is none."""
    flagged = compared[is_alert(compared)]
    if flagged.empty:
        return [f"{len(compared)}个地区的实际与预期之比都没有越出99.8%界限。"]
    return [
        f"{row.district}：实际不合格{count_text(row.observed)}批次，按品类、环节构成预期"
        f"{decimal_text(row.expected, 1)}批次，之比{decimal_text(row.ratio)}，"
        f"{alert_words(str(row.flag), str(row.chance_flag), DIRECTION_WORDS['lower'])}。"
        for row in flagged.rename(columns={"name": "district"}).itertuples()
    ]
