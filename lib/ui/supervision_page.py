"""The parts of 包保督导: each computes first and draws then. The quarter of the address is their period."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import streamlit as st

from lib.metrics.analyses.duty_lists import quarter_days
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.registry import get_metric
from lib.ui import supervision_cached
from lib.ui.chart_block import chart_block
from lib.ui.district_figures import dots_figure
from lib.ui.loop_tiles import LoopTile, loop_tiles
from lib.ui.loop_view import loop_view
from lib.ui.page_part import page_part
from lib.ui.paged_list import paged_list
from lib.ui.plain_text import plain
from lib.ui.rate_page import course_of
from lib.ui.supervision_lists import LIST_WORDS, cockpit_listing, listing_of
from lib.ui.url_choice import chosen, dropdown, segments
from lib.ui.view import View

SECTIONS: Final = {
    "progress": "本季进度",
    "tasks": "季初任务清单",
    "reminders": "季末提醒清单",
    "holders": "包保岗位变动",
}
_RATE: Final = "supervision_on_time_rate"
GROUPS: Final = {"binding_level": "按包保级别", "division": "按县区"}
_DAYS: Final = {"3": "3 天内", "7": "7 天内", "14": "14 天内"}
_HELD: Final = {"holders": "任职经过", "gaps": "空档"}
_TILES: Final = (
    "supervision_due",
    "supervision_done",
    "supervision_on_time_rate",
    "supervision_late",
    "supervision_overdue",
)


def quarter_view(view: View) -> View:
    """The view of one quarter: the one of the address, else the last one that the period of the filters reaches."""
    known = loop_view(view)
    found = supervision_cached.quarters(known.source, known.filters)
    if not found:
        return known
    first = last_reached(found, known.filters.end)
    label = DIMENSIONS["due_quarter"].label
    options = {str(one): label(one, {}) for one in found}
    quarter = int(dropdown("quarter", "应督导季度", options, width=220, default=str(first)))
    start, end = quarter_days(quarter)
    return replace(known, filters=known.filters.with_(start=start, end=end))


def last_reached(quarters: Sequence[int], end: date) -> int:
    """The last of the quarters (newest first) that has begun by that day, else the first one there is."""
    return next((one for one in quarters if quarter_days(one)[0] <= end), quarters[-1])


def quarter_of(view: View) -> int:
    """The quarter the view shows, like 20253."""
    start = view.filters.start
    return start.year * 10 + (start.month + 2) // 3


def has_duties(view: View) -> bool:
    """Whether anything is due; if not, the page says so and shows no figures."""
    if supervision_cached.quarters(view.source, view.filters):
        return True
    st.info(
        f"没有包保督导任务：{plain(view.sentence.removeprefix('范围：'))}。这里没有数字可算，不等于零。"
        "请放宽属地或来源，或恢复默认。",
        icon=":material/filter_alt_off:",
    )
    return False


def headline(view: View) -> None:
    """The figures of the quarter."""
    days = view.filters
    running = "，季度未结束，只表示进度" if view.choices.as_of < days.end else ""
    st.caption(
        plain(f"以下数字按应督导季度：{days.period_sentence()}{running}；筛选栏的期间只用来选初始季度。")
    )
    loop_tiles(view, [LoopTile(metric_id) for metric_id in _TILES])


def section() -> str:
    """Which section the reader chose; only this one is computed."""
    return segments("section", "本页内容", SECTIONS)


def progress(view: View) -> None:
    """By level and by district, and the course over the quarters."""
    with page_part(skeleton_height=240):
        by = segments("by", "分组", GROUPS)
        found = supervision_cached.cockpit(view.source, quarter_of(view), view.filters, by)
        paged_list(view, cockpit_listing(view, found, by), height=460)
    with page_part(skeleton_height=320):
        record = supervision_cached.districts(view.source, _RATE, view.filters)
        if record.measures and not record.measures[0].frame.empty:
            chart_block(view, dots_figure(record.measures[0]))
            st.caption(plain(record.notes[0]))
        else:
            st.info("本季还没有到期的户次，不算按期完成率。", icon=":material/info:")
    with page_part(skeleton_height=280):
        chart_block(view, course_of(view, _RATE, "quarter", 260))


def tasks(view: View) -> None:
    """Start of the quarter: who has to see whom."""
    _list(view, "tasks")


def reminders(view: View) -> None:
    """End of the quarter: what is still to be done, and what reminders achieved."""
    days = float(chosen("days", _DAYS, "7"))
    loop_tiles(
        view,
        (
            LoopTile("supervision_waiting"),
            LoopTile("supervision_reminded"),
            LoopTile("supervision_reminded_rate"),
            LoopTile("supervision_done_after_reminder_rate", (("days", days),), f"提醒后{days:.0f}天内"),
            LoopTile("supervision_reminders"),
        ),
    )
    segments("days", "提醒后几天内完成", _DAYS, "7")
    note = get_metric("supervision_done_after_reminder_rate").description
    st.caption(plain(f"{note}提醒之后完成不等于因提醒而完成。"))
    _list(view, "reminders")


def holders(view: View) -> None:
    """Which post held which subject during the quarter, hand-overs and gaps."""
    loop_tiles(
        view,
        (
            LoopTile("binding_coverage"),
            LoopTile("supervision_gaps"),
            LoopTile("supervision_changed_hands"),
        ),
    )
    chosen_list = segments("held", "清单", _HELD)
    _list(view, "gaps" if chosen_list == "gaps" else "holders")


def _list(view: View, name: supervision_cached.ListName) -> None:
    with page_part(skeleton_height=420):
        found = supervision_cached.quarter_list(view.source, name, quarter_of(view), view.filters)
        paged_list(view, listing_of(view, name, found, LIST_WORDS[name]), height=460)
