"""The period control: years, quarters and months from lists, or two days of one's own."""

from datetime import date
from typing import Final

import streamlit as st

from lib.data.filters import Filters
from lib.ui.choices import Choices
from lib.ui.filter_state import held_filters, hold, set_filters
from lib.ui.periods import CUSTOM, PERIOD_KINDS, Period, kind_of, period_around, periods

_KIND: Final = "filter.period_kind"
_LISTED: Final = "filter.period"
_FIRST_DAY: Final = "filter.first_day"
_LAST_DAY: Final = "filter.last_day"
_SHOWN_FOR: Final = "filters.period_shown"


def period_picker(filters: Filters, choices: Choices) -> None:
    """A popover named after the period of ``filters``; a choice takes effect in the run that it starts."""
    with st.popover(filters.period_sentence(), icon=":material/calendar_month:", key="filter.period_popover"):
        kind = _kind(filters, choices)
        if kind == CUSTOM:
            _two_days(filters, choices)
        else:
            _listed(kind, filters, choices)


def _kind(filters: Filters, choices: Choices) -> str:
    days = (filters.start, filters.end)
    kind = st.session_state.get(_KIND)
    if st.session_state.get(_SHOWN_FOR) != days or kind not in PERIOD_KINDS:
        kind = kind_of(*days, choices.first_year, choices.as_of, choices.final_end)
        st.session_state[_SHOWN_FOR] = days
    hold(_KIND, kind)
    st.segmented_control(
        "期间类型", PERIOD_KINDS, key=_KIND, required=True, on_change=_apply_kind, args=(choices,)
    )
    return str(kind)


def _listed(kind: str, filters: Filters, choices: Choices) -> None:
    options = periods(kind, choices.first_year, choices.as_of, choices.final_end)
    held = next((option for option in options if option.days == (filters.start, filters.end)), None)
    hold(_LISTED, held)
    st.selectbox(
        "期间",
        options,
        format_func=lambda period: period.label,
        key=_LISTED,
        placeholder="请选择期间",
        on_change=_apply_listed,
    )


def _two_days(filters: Filters, choices: Choices) -> None:
    for label, key, day in (("起始日期", _FIRST_DAY, filters.start), ("截止日期", _LAST_DAY, filters.end)):
        hold(key, day)
        st.date_input(
            label,
            key=key,
            min_value=min(date(choices.first_year, 1, 1), filters.start),
            max_value=max(choices.as_of, filters.end),
            format="YYYY-MM-DD",
            on_change=_apply_days,
        )


def _apply_kind(choices: Choices) -> None:
    kind = st.session_state[_KIND]
    if kind == CUSTOM:
        return
    _apply(period_around(kind, held_filters().end, choices.first_year, choices.as_of, choices.final_end))


def _apply_listed() -> None:
    if st.session_state[_LISTED] is not None:
        _apply(st.session_state[_LISTED])


def _apply_days() -> None:
    first, last = st.session_state[_FIRST_DAY], st.session_state[_LAST_DAY]
    if first and last:
        _apply(Period(min(first, last), max(first, last)))


def _apply(period: Period) -> None:
    # Marked as shown, so that the list stays on the kind the reader works in.
    st.session_state[_SHOWN_FOR] = period.days
    set_filters(held_filters().with_(start=period.start, end=period.end))
