"""What 总览 says of the closed loop and the duties: four tiles, and what to look at, in neutral words."""

from typing import Any, Final

import streamlit as st

from lib.metrics.analyses.district_record import ADJUSTED, MEASURES
from lib.metrics.format import count_text
from lib.ui import district_cached
from lib.ui.figure_text import only_row
from lib.ui.filter_query import PARAMETERS
from lib.ui.loop_tiles import LoopTile, loop_tiles
from lib.ui.loop_view import known_view
from lib.ui.overview_alerts import flagged_districts
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.view import View

TILES: Final = (
    "clinic_coverage",
    "rectification_rate",
    "paper_rectification_rate",
    "supervision_on_time_rate",
)
#: Districts are named for these; their unqualified rate has a part of its own on the page.
_COMPARED: Final = tuple(one for one in MEASURES if one != ADJUSTED)
_LINKS: Final = (
    ("pages/loop/clinic.py", "流动诊所", ":material/medical_services:"),
    ("pages/loop/rectification.py", "整改闭环", ":material/published_with_changes:"),
    ("pages/accountability/districts.py", "属地责任", ":material/map:"),
    ("pages/accountability/supervision.py", "包保督导", ":material/assignment_turned_in:"),
)


def loop_row(view: View) -> None:
    """Four figures; filters that no record of the loop knows are named and left out."""
    known, left_out = known_view(view)
    loop_tiles(known, [LoopTile(metric_id) for metric_id in TILES])
    if left_out:
        words = "、".join(PARAMETERS[name] for name in left_out)
        st.caption(f"本行四项的记录不分{words}，没有按此筛选。")


def loop_alerts(view: View) -> None:
    """One line an area and one for each flagged district, with the way to the pages."""
    known, _ = known_view(view)
    with page_part("闭环与责任提示", skeleton_height=120):
        record = district_cached.record(known.source, known.filters, _COMPARED)
        lines = [*_areas(known), *flagged_districts(record)]
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
        st.caption("提示供核实原因，不等于工作优劣。")
        with st.container(horizontal=True, gap="small"):
            for page, label, icon in _LINKS:
                st.page_link(page, label=label, icon=icon, query_params=known.filters.to_query())


def _areas(view: View) -> list[str]:
    clinic = only_row(view.result("clinic_coverage"))
    number = {
        metric_id: _number(view, metric_id)
        for metric_id in (
            *("rectification_open", "rectification_overdue"),
            *("supervision_due", "supervision_overdue"),
        )
    }
    return [
        clinic_line(clinic["numerator"], clinic["denominator"]),
        f"整改：期间内发现、未完成{number['rectification_open']}项，其中逾期"
        f"{number['rectification_overdue']}项。",
        f"包保：应督导{number['supervision_due']}户次，到期未督导{number['supervision_overdue']}户次。",
    ]


def _number(view: View, metric_id: str) -> str:
    return count_text(only_row(view.result(metric_id))["numerator"])


def clinic_line(assisted: Any, eligible: Any) -> str:
    """Who was helped of those eligible; nobody eligible is not a coverage of anything."""
    if not eligible > 0:
        return "流动诊所：期间内没有符合帮扶条件的生产企业，不算覆盖率。"
    left = count_text(eligible - assisted)
    return f"流动诊所：符合条件的生产企业{count_text(eligible)}家，已帮扶{count_text(assisted)}家，未帮扶{left}家。"
