"""The parts of 流动诊所: each computes first and draws then."""

from typing import Final

import streamlit as st

from lib.metrics.analyses.firm_sheet import FirmSheet
from lib.metrics.format import value_text
from lib.ui import cached, loop_cached
from lib.ui.chart_block import chart_block
from lib.ui.clinic_figures import (
    areas_figure,
    coverage_figure,
    outcome_figure,
    outcome_table,
    suggestions_figure,
)
from lib.ui.clinic_lists import eligible_listing, sheet_listings, suggestion_listing
from lib.ui.figure_text import only_row
from lib.ui.filter_state import set_parameter
from lib.ui.loop_tiles import LoopTile, loop_tiles
from lib.ui.page_part import page_part
from lib.ui.paged_list import paged_list
from lib.ui.plain_text import plain
from lib.ui.tables import show_table
from lib.ui.url_choice import dropdown, number_in_address, segments, whole_number
from lib.ui.view import View

#: What must find something for the page to have anything to show.
COUNTED: Final = ("clinic_eligible", "clinic_visits")
SECTIONS: Final = {
    "eligible": "谁符合条件",
    "found": "发现的问题",
    "advice": "建议与落实",
    "outcome": "帮扶是否有效",
    "firm": "企业档案",
}
#: A sampling year rarely holds more unqualified batches of one producer.
LEAST: Final = 2
MOST: Final = 6


def threshold() -> int:
    """How many unqualified batches in a year make a producer eligible, as the address says."""
    return number_in_address("k", LEAST, MOST)


def headline(view: View, k: int) -> None:
    """Five figures: who was eligible, who got it, who was sent, what was found and advised."""
    limit = (("k", float(k)),)
    tiles = (
        LoopTile("clinic_eligible", limit, name="符合条件的生产企业"),
        LoopTile("clinic_coverage", limit),
        LoopTile("clinic_assisted", line=_counted(view, "clinic_finished", "clinic_rectifying")),
        LoopTile("clinic_experts", line=_counted(view, "clinic_handlers")),
        LoopTile(
            "clinic_problems",
            line=_counted(
                view,
                "clinic_suggestions",
                "clinic_problems_per_enterprise",
                "clinic_suggestions_per_enterprise",
            ),
        ),
    )
    loop_tiles(view, tiles)


def _counted(view: View, *metric_ids: str) -> str:
    results = [view.result(metric_id) for metric_id in metric_ids]
    return "，".join(
        f"{result.metric.name} {value_text(result.metric, only_row(result)['value'])}" for result in results
    )


def section() -> str:
    """Which section the reader chose, only this one is computed; and the threshold of eligibility beside it."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"
    ):
        chosen = segments("section", "本页内容", SECTIONS)
        whole_number("k", "符合条件：年内不合格不少于（批次）", least=LEAST, most=MOST)
    return chosen


def eligible(view: View, k: int) -> None:
    """Coverage by district, then every eligible producer and why."""
    with page_part(skeleton_height=360):
        found = loop_cached.eligible(view.source, view.filters, k)
        if not found.frame.empty:
            level = loop_cached.level(view.source, view.filters)
            split = cached.result(view.source, "clinic_coverage", view.filters, (level,), (("k", float(k)),))
            chart_block(view, coverage_figure(split, level, ()))
        paged_list(view, eligible_listing(found, view.filters, _open_firm))


def _open_firm(enterprise: str) -> None:
    """Go to the sheet of a firm of the list."""
    set_parameter("firm", enterprise)
    set_parameter("section", "firm")


def problems(view: View) -> None:
    """Diagnosis areas, most first."""
    with page_part(skeleton_height=320):
        pareto = loop_cached.diagnosis_areas(view.source, view.filters)
        if pareto.frame.empty:
            st.info("所选范围没有流动诊所发现的问题。", icon=":material/info:")
            return
        chart_block(view, areas_figure(pareto, view.filters))


def advice(view: View) -> None:
    """Suggestions by state, and the list of them."""
    with page_part(skeleton_height=320):
        found = loop_cached.suggestions(view.source, view.filters)
        if not found.frame.empty:
            chart_block(view, suggestions_figure(found, view.filters))
            loop_tiles(view, (LoopTile("advice_done_rate"), LoopTile("clinic_completion_rate")))
        paged_list(view, suggestion_listing(found, view.filters))


def outcome(view: View) -> None:
    """Does it help: time to the next unqualified batch, helped and as eligible without help."""
    with page_part(skeleton_height=460):
        found = loop_cached.outcome(view.source, view.filters)
        if found.curves.empty:
            st.info("所选期间没有可以随访的企业。请放宽期间或属地。", icon=":material/info:")
            return
        chart_block(view, outcome_figure(found, view.filters))
        st.subheader("365天内再次不合格与再抽样", anchor=False)
        st.caption(
            plain(
                "符合条件均指两批次及以上，不随上面的 k 变化；“未到期”是没有一家随访满365天，不是没有再次不合格。"
            )
        )
        show_table(*outcome_table(found), alt="365天内再次不合格与再抽样，已帮扶与符合条件未帮扶")


def firm(view: View, k: int) -> None:
    """One firm's sheet, from its visits to the samples after them."""
    with page_part(skeleton_height=460):
        options = _firms(view, k)
        if not options:
            st.info("所选范围没有符合条件或接受帮扶的企业。", icon=":material/info:")
            return
        chosen = dropdown("firm", "企业", options, width=460)
        sheet = loop_cached.sheet(view.source, chosen)
        scope_words = view.reader.scope.sentence(view.snapshot.names)
        st.caption(plain(_sheet_words(sheet)))
        for listing in sheet_listings(sheet, view.filters, scope_words):
            paged_list(view, listing, height=300)


def _firms(view: View, k: int) -> dict[str, str]:
    """Eligible producers and visited firms of the period: key → name."""
    listed = loop_cached.eligible(view.source, view.filters, k).frame
    visited = view.result("clinic_visits", by=("enterprise",)).frame
    pairs = [
        *zip(visited["enterprise"], visited["enterprise_name"], strict=True),
        *zip(listed["enterprise_key"], listed["enterprise_name"], strict=True),
    ]
    return {key: str(name or key) for key, name in pairs}


def _sheet_words(sheet: FirmSheet) -> str:
    concluded = sheet.samples["supervision_verdict"].notna()
    failed = int((sheet.samples["supervision_verdict"] == "不合格").sum())
    words = f"有结论 {int(concluded.sum())} 批次，其中不合格 {failed} 批次"
    if sheet.visited_on is None:
        return f"没有流动诊所上门记录；{words}。"
    after = sheet.samples[sheet.samples["after"]]
    again = int((after["supervision_verdict"] == "不合格").sum())
    return (
        f"首次上门 {sheet.visited_on.date().isoformat()}；{words}；上门之后有结论 "
        f"{int(after['supervision_verdict'].notna().sum())} 批次，其中不合格 {again} 批次。"
    )
