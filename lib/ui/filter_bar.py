"""The filter bar: one row of controls at the top of a page, every control with its Chinese words.

Widgets show the filters, they do not hold them: before each run their state is set from the filters of the tab, and
a change goes through a callback into the filters and the address.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import streamlit as st

from lib.data.filters import ALL_SAMPLING, SAMPLING_KINDS, SIDE_NAMES, Filters
from lib.ui.choices import PURPOSES, STAGES, TIERS, Choices
from lib.ui.filter_state import held_filters, hold, set_filters
from lib.ui.period_picker import period_picker

_EVERYWHERE: Final = ""
_DISTRICT: Final = "filter.district"
_SIDE: Final = "filter.side"
_SAMPLING: Final = "filter.sampling"
_CHOSEN_BELOW: Final = {"stage": STAGES, "purpose": PURPOSES, "tier": TIERS}
_LABELS: Final = {"category": "食品大类", "stage": "环节", "purpose": "任务类别", "tier": "任务层级"}


def filter_bar(filters: Filters, choices: Choices) -> None:
    """Draw the controls for ``filters``; a change takes effect in the run that it starts."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filter.bar"):
        period_picker(filters, choices)
        _district(filters, choices)
        _several(
            "category", "食品大类：全部", list(choices.categories), filters, choices.categories, width=200
        )
        _several("stage", "环节：全部", STAGES, filters, width=145)
        with st.popover(_more_label(filters), width="content", key="filter.more"):
            _more(filters, choices)
        st.button(
            "恢复默认", key="filter.reset", type="tertiary", on_click=set_filters, args=(choices.default,)
        )


def _more(filters: Filters, choices: Choices) -> None:
    _several("purpose", "未选 = 全部", PURPOSES, filters, visible=True)
    _several("tier", "未选 = 全部", TIERS, filters, visible=True)
    hold(_SAMPLING, list(filters.sampling))
    st.multiselect(
        "抽样性质",
        (*SAMPLING_KINDS, ALL_SAMPLING),
        key=_SAMPLING,
        placeholder="未选 = 常规",
        select_all=False,
        on_change=_apply_sampling,
        help="默认只看常规抽样。靶向、专项等抽样有意挑选高风险对象，与常规抽样合并的不合格率不可与日常比较。",
    )
    hold(_SIDE, filters.side)
    st.radio(
        "地区口径", list(SIDE_NAMES), format_func=_side_name, key=_SIDE, on_change=_apply_one, args=("side",)
    )
    if filters.campaign:
        _several(
            "campaign", "未选 = 全部", sorted(choices.campaigns), filters, choices.campaigns, visible=True
        )


def _district(filters: Filters, choices: Choices) -> None:
    hold(_DISTRICT, filters.district or _EVERYWHERE)
    everywhere = [_EVERYWHERE] if len(choices.districts) > 1 or filters.district is None else []
    options = [*everywhere, *choices.listed_districts(filters.district)]
    st.selectbox(
        "属地",
        options,
        format_func=lambda code: choices.districts.get(code, "全部可见地区"),
        key=_DISTRICT,
        placeholder="属地",
        label_visibility="collapsed",
        width=170,
        on_change=_apply_one,
        args=("district",),
    )


def _several(
    name: str,
    placeholder: str,
    options: Sequence[str],
    filters: Filters,
    labels: Mapping[str, str] | None = None,
    *,
    width: int | None = None,
    visible: bool = False,
) -> None:
    key = f"filter.{name}"
    hold(key, [value for value in getattr(filters, name) if value in options])
    st.multiselect(
        _LABELS.get(name, "专项"),
        options,
        format_func=lambda value: (labels or {}).get(value, value),
        key=key,
        placeholder=placeholder,
        select_all=False,
        label_visibility="visible" if visible else "collapsed",
        width=width or "stretch",
        on_change=_apply_several,
        args=(name,),
    )


def _side_name(side: str) -> str:
    return next(name for code, name in SIDE_NAMES.items() if code == side)


def _more_label(filters: Filters) -> str:
    default = Filters(start=date.min, end=date.max)
    names = ("purpose", "tier", "sampling", "side", "campaign")
    changed = sum(getattr(filters, name) != getattr(default, name) for name in names)
    return f"更多筛选（{changed}）" if changed else "更多筛选"


def _apply_one(name: str) -> None:
    set_filters(held_filters().with_(**{name: st.session_state[f"filter.{name}"] or None}))


def _apply_several(name: str) -> None:
    set_filters(held_filters().with_(**{name: tuple(st.session_state[f"filter.{name}"])}))


def _apply_sampling() -> None:
    chosen = tuple(st.session_state[_SAMPLING])
    newly_all = ALL_SAMPLING in chosen and ALL_SAMPLING not in held_filters().sampling
    kinds = (ALL_SAMPLING,) if newly_all else tuple(kind for kind in chosen if kind != ALL_SAMPLING)
    default = Filters(start=date.min, end=date.max).sampling
    set_filters(held_filters().with_(sampling=kinds or default))
