"""The filters of a reader's tab: kept in the session, written to the address, read back from it.

The address is the truth when it names filters (a link, F5, the back button); without any (a page of the menu was
opened) the filters of the session go on.
"""

from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.data.filters import Filters
from lib.ui.choices import Choices
from lib.ui.filter_query import PARAMETERS, in_reach, read_filters

_CURRENT: Final = "filters.current"
_MARKS: Final = "filters.marks"


def current_filters(choices: Choices) -> tuple[Filters, tuple[str, ...]]:
    """Filters of this run, with a note for every value of the address that was left out."""
    query = {name: st.query_params[name] for name in PARAMETERS if name in st.query_params}
    kept = st.session_state.get(_CURRENT)
    if isinstance(kept, Filters) and in_reach(kept, choices) and query in ({}, kept.to_query()):
        filters: Filters = kept
        notes: tuple[str, ...] = ()
    else:
        filters, notes = read_filters(query, choices)
    set_filters(filters)
    return filters, notes


def set_filters(filters: Filters) -> None:
    """Make these the filters of the tab and of the address; the address's other parameters stay."""
    st.session_state[_CURRENT] = filters
    _write({name: value for name, value in filters.to_query().items() if name in PARAMETERS}, set(PARAMETERS))


def held_filters() -> Filters:
    """The filters as they stand before this run's widgets were read; only for callbacks of the filter bar."""
    held: Filters = st.session_state[_CURRENT]
    return held


def filters_of_tab() -> Filters | None:
    """The filters of the tab; None where nothing was filtered yet."""
    held = st.session_state.get(_CURRENT)
    return held if isinstance(held, Filters) else None


def hold(key: str, value: object) -> None:
    """Make a widget show a value. Call it right before the widget; the widget must not be given a default.

    The state is set only where it differs, as setting it at every run would undo a click made meanwhile; but always
    on a page that was just opened, where the state still read under the key is that of the page before.
    """
    marks: dict[str, str] = st.session_state.setdefault(_MARKS, {})
    page = _page()
    if marks.get(key) != page or st.session_state.get(key) != value:
        st.session_state[key] = value
        marks[key] = page


def set_parameter(name: str, value: str | None) -> None:
    """Write one parameter of a page's own to the address, or take it out."""
    _write({} if value is None else {name: value}, {name})


def _page() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context is not None else ""


def _write(changes: dict[str, str], owned: set[str]) -> None:
    # One message for all: each write would otherwise be a step of the browser's back button.
    kept = {name: st.query_params.get_all(name) for name in st.query_params if name not in owned}
    wanted = {**kept, **{name: [value] for name, value in changes.items()}}
    if wanted != {name: st.query_params.get_all(name) for name in st.query_params}:
        st.query_params.from_dict(wanted)
