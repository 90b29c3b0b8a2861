"""Pages of the closed loop: the filters their records know, and what to say when nothing is left."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from lib.data.filters import Filters
from lib.metrics.format import count_text, value_text
from lib.metrics.registry import get_metric
from lib.ui import cached
from lib.ui.figure_text import only_row
from lib.ui.filter_query import PARAMETERS
from lib.ui.filter_state import set_filters
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.view import View

#: Records of the loop know no kind of sampling; the figures count all kinds and say so.
OMITTED: Final = ("sampling",)
#: What records of the loop do not say.
_UNKNOWN: Final = ("category", "stage", "purpose", "tier", "campaign", "place")


def loop_view(view: View) -> View:
    """The view without the filters that no record of the loop knows; each of them is named on the page."""
    known_to, asked = known_view(view)
    if not asked:
        return view
    known = known_to.filters
    names = view.snapshot.names
    words = "；".join(
        f"{PARAMETERS[name]}（现为{'、'.join(names.get(value, value) for value in getattr(view.filters, name))}）"
        for name in asked
    )
    st.warning(f"闭环记录不分{plain(words)}，本页数字没有按此筛选。", icon=":material/filter_alt_off:")
    st.button(
        "去掉这些筛选",
        key="loop.known",
        icon=":material/filter_alt_off:",
        on_click=set_filters,
        args=(known,),
    )
    return known_to


def known_view(view: View) -> tuple[View, tuple[str, ...]]:
    """The view without those filters, and the names of the fields that were taken out."""
    asked = tuple(name for name in _UNKNOWN if getattr(view.filters, name))
    return replace(view, filters=view.filters.with_(**{name: () for name in asked})), asked


def has_records(view: View, metric_ids: Sequence[str]) -> bool:
    """Whether any of the counts finds a record; if not, the page explains it and offers to widen the filters."""
    if found_records(view, view.filters, metric_ids):
        return True
    st.info(
        f"没有记录：{plain(view.sentence.removeprefix('范围：'))}。这里没有数字可算，不等于零。",
        icon=":material/filter_alt_off:",
    )
    with page_part(skeleton_height=60):
        ways = [(words, wider, found_records(view, wider, metric_ids)) for words, wider in _wider(view)]
        if not any(found for _, _, found in ways):
            st.caption("放宽任何一个条件都没有记录。请恢复默认，或同时放宽几个条件。")
        for words, wider, found in ways:
            if found:
                st.button(
                    f"{plain(words)}（{plain(found)}）",
                    key=f"empty.{words}",
                    icon=":material/filter_alt_off:",
                    on_click=set_filters,
                    args=(wider,),
                )
    return False


def found_records(view: View, filters: Filters, metric_ids: Sequence[str]) -> str:
    """The counts that find something, in words; empty if none does."""
    words = []
    for metric_id in metric_ids:
        # Producers do not say from which source their samples came.
        asked = filters.with_(source=()) if metric_id == "clinic_eligible" else filters
        number = only_row(cached.result(view.source, metric_id, asked))["numerator"]
        if number and number > 0:
            metric = get_metric(metric_id)
            words.append(f"{metric.name} {value_text(metric, number)}")
    return "，".join(words)


def _wider(view: View) -> list[tuple[str, Filters]]:
    filters, names = view.filters, view.snapshot.names
    ways: list[tuple[str, Filters]] = []
    if filters.source:
        ways.append((f"不限来源（现为{'、'.join(filters.source)}）", filters.with_(source=())))
    if filters.district is not None:
        shown = names.get(filters.district, filters.district)
        ways.append((f"不限属地（现为{shown}）", filters.with_(district=None)))
    as_of = view.choices.as_of
    whole = filters.with_(start=as_of.replace(year=view.choices.first_year, month=1, day=1), end=as_of)
    ways.append((f"期间改为{whole.period_sentence()}", whole))
    return ways


def rows_text(number: int) -> str:
    """How many rows a list has."""
    return f"共 {count_text(number)} 行"
