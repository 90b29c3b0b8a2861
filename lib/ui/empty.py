"""When filters leave nothing: which of them does it, and one click to widen it."""

import streamlit as st

from lib.data.filters import ALL_SAMPLING, SIDE_NAMES, Filters
from lib.metrics.format import count_text
from lib.ui import cached
from lib.ui.figure_text import only_row
from lib.ui.filter_query import PARAMETERS
from lib.ui.filter_state import set_filters
from lib.ui.page_part import page_part
from lib.ui.periods import Period
from lib.ui.plain_text import plain
from lib.ui.view import View

_COUNTED = "batches_sampled"


def has_samples(view: View) -> bool:
    """Whether the filters leave any sample at all; if not, the page explains it instead of showing parts."""
    if _batches(view, view.filters):
        return True
    _explain(view)
    return False


def _explain(view: View) -> None:
    st.info(
        f"没有样品：{plain(view.sentence.removeprefix('范围：'))}。这里没有数字可算，不等于零。",
        icon=":material/filter_alt_off:",
    )
    with page_part(skeleton_height=60):
        ways = [(words, wider, _batches(view, wider)) for words, wider in _wider(view)]
        useful = [(words, wider, number) for words, wider, number in ways if number]
        if not useful:
            st.caption("放宽任何一个条件都没有样品。请恢复默认，或同时放宽几个条件。")
        for words, wider, number in useful:
            st.button(
                f"{plain(words)}（{count_text(number)} 批次）",
                key=f"empty.{words}",
                icon=":material/filter_alt_off:",
                on_click=set_filters,
                args=(wider,),
            )


def _wider(view: View) -> list[tuple[str, Filters]]:
    filters, names = view.filters, view.snapshot.names
    ways: list[tuple[str, Filters]] = []
    for name in ("category", "stage", "purpose", "tier", "campaign", "place", "source"):
        chosen = getattr(filters, name)
        if chosen:
            shown = "、".join(names.get(value, value) for value in chosen)
            ways.append((f"不限{PARAMETERS[name]}（现为{shown}）", filters.with_(**{name: ()})))
    if ALL_SAMPLING not in filters.sampling:
        ways.append(
            (f"不限抽样性质（现为{'、'.join(filters.sampling)}）", filters.with_(sampling=(ALL_SAMPLING,)))
        )
    if filters.district is not None:
        shown = names.get(filters.district, filters.district)
        ways.append((f"不限属地（现为{shown}）", filters.with_(district=None)))
    if filters.side == "made":
        ways.append((f"改按{SIDE_NAMES['found']}", filters.with_(side="found")))
    whole = _whole_period(view)
    ways.append(
        (
            f"期间改为{filters.with_(start=whole.start, end=whole.end).period_sentence()}",
            filters.with_(start=whole.start, end=whole.end),
        )
    )
    return ways


def _whole_period(view: View) -> Period:
    as_of = view.choices.as_of
    return Period(as_of.replace(year=view.choices.first_year, month=1, day=1), as_of)


def _batches(view: View, filters: Filters) -> int:
    return int(only_row(cached.result(view.source, _COUNTED, filters))["numerator"])
