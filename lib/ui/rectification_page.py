"""The parts of 整改闭环: each computes first and draws then."""

from typing import Final

import streamlit as st

from lib.data.filters import Filters
from lib.metrics.format import count_text
from lib.ui import loop_cached
from lib.ui.chart_block import chart_block
from lib.ui.figure_text import only_row
from lib.ui.loop_tiles import LoopTile, loop_tiles
from lib.ui.page_part import page_part
from lib.ui.paged_list import paged_list, printed_list
from lib.ui.rectification_cohorts import NO_CURVE, cohort_table, cohorts_figure, drawn_quarters
from lib.ui.rectification_figures import (
    ageing_figure,
    owners_figure,
    paper_figure,
    stages_figure,
)
from lib.ui.rectification_lists import item_choices, item_listing, paper_listing
from lib.ui.rectification_range import every_item, item_range
from lib.ui.tables import show_table
from lib.ui.url_choice import segments
from lib.ui.view import View

#: What must find something for the page to have anything to show.
COUNTED: Final = ("rectification_items", "paper_rectification")
SECTIONS: Final = {
    "stages": "五环流程",
    "open": "未完成与逾期",
    "cohorts": "完成进度",
    "list": "销号清单",
    "paper": "纸面整改",
}
_FORMS: Final = {"screen": "屏幕", "print": "打印"}


def headline(view: View) -> None:
    """Rates of the items found in the period, and what is open now whatever its found date."""
    every = every_item(view).filters
    tiles = (
        LoopTile("rectification_rate", name="到期整改率"),
        LoopTile("rectification_open", line=_open_line(view, every), filters=every),
        LoopTile("rectification_overdue", name="逾期未完成项数", line=_overdue_line(view), filters=every),
        LoopTile("paper_rectification_rate"),
    )
    loop_tiles(view, tiles)


def _open_line(view: View, every: Filters) -> str:
    """Both parts of the whole: reported done, and found in the period."""
    reported = _number(view, "rectification_self_reported", every)
    own = _number(view, "rectification_open", view.filters)
    return (
        f"截至{every.end.isoformat()}，不限发现日期\n其中自报完成、待现场验证 {reported} 项\n"
        f"其中本期发现 {own} 项"
    )


def _overdue_line(view: View) -> str:
    return f"不限发现日期\n其中本期发现 {_number(view, 'rectification_overdue', view.filters)} 项"


def _number(view: View, metric_id: str, filters: Filters) -> str:
    return count_text(only_row(view.result(metric_id, filters=filters))["numerator"])


def section() -> str:
    """Which section the reader chose; only this one is computed."""
    return segments("section", "本页内容", SECTIONS)


def stages(view: View) -> None:
    """Five stages with counts and median days."""
    with page_part(skeleton_height=320):
        found = loop_cached.stages(view.source, view.filters)
        if not found.frame["reached"].iloc[0]:
            st.info("所选期间没有发现的整改项。", icon=":material/info:")
            return
        chart_block(view, stages_figure(found, view.filters))


def still_open(view: View) -> None:
    """Age of open items, and which post has to see to them."""
    asked = item_range(view)
    with page_part(skeleton_height=320):
        found = asked.said(loop_cached.ageing(view.source, asked.filters))
        chart_block(view, ageing_figure(found, asked.filters))
    with page_part(skeleton_height=320):
        owners = asked.said(loop_cached.owners(view.source, asked.filters))
        if owners.frame.empty:
            st.info("所选范围没有未完成的整改项。", icon=":material/info:")
            return
        chart_block(view, owners_figure(owners, asked.filters))


def cohorts(view: View) -> None:
    """Completion curves by quarter, and the shares within 30, 60 and 90 days in a table."""
    with page_part(skeleton_height=420):
        found = loop_cached.cohorts(view.source, view.filters)
        if found.limits.empty:
            st.info("所选期间没有发现的整改项。", icon=":material/info:")
            return
        if drawn_quarters(found):
            chart_block(view, cohorts_figure(found, view.filters))
        else:
            st.info(NO_CURVE, icon=":material/info:")
        st.subheader("30、60、90天内的完成比例", anchor=False)
        show_table(*cohort_table(found), alt="各季度30、60、90天内的现场验证完成比例")


def item_list(view: View) -> None:
    """The 销号 list, on the screen or as a plain table to print."""
    asked = item_range(view)
    with page_part(skeleton_height=420):
        found = asked.said(loop_cached.items(view.source, asked.filters))
        listing = item_listing(found, asked.filters, item_choices(found))
        if segments("form", "清单形式", _FORMS) == "print":
            printed_list(view, listing)
        else:
            paged_list(view, listing)


def closed_on_paper(view: View) -> None:
    """Closings on paper by what makes them so, and the list with the evidence that is missing."""
    with page_part(skeleton_height=420):
        found = loop_cached.closed_on_paper(view.source, view.filters)
        claims = only_row(view.result("paper_rectification_rate"))["denominator"]
        loop_tiles(view, (LoopTile("rectification_recurrence_rate"), LoopTile("rectification_reopened_rate")))
        if not found.frame.empty:
            chart_block(view, paper_figure(found, view.filters, int(claims)))
        paged_list(view, paper_listing(found, view.filters))
