"""The stay of this tab in a meeting, kept in the session; presses and the filter bar change it, the address follows."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.ui import meeting_address as address
from lib.ui.filter_state import filters_of_tab, set_filters
from lib.ui.meeting_keys import is_listening, told
from lib.ui.meeting_turns import MOVED, Press, Stay, after_filtering, after_moving, presses_of
from lib.ui.view import View

_STAY: Final = "meeting.stay"


def resumed() -> tuple[Stay, tuple[Press, ...]]:
    """The stay that goes on, and the presses that are not in it yet; one by the browser's address on arrival."""
    here = address.whole_address()
    kept = st.session_state.get(_STAY)
    if not isinstance(kept, Stay) or not is_listening() or _names(kept.asked) != _names(here):
        live = kept.live if isinstance(kept, Stay) else {}
        return Stay(secrets.token_hex(8), {}, {}, live=live).at(here), ()
    unheard = presses_of(told(), kept)
    if _is_history() and not any(press.what == MOVED for press in unheard):
        # The browser went back or forward and has yet to tell so: nothing pressed before that counts any longer, and
        # another address written now would take the rest of its history away.
        return replace(kept.at(here), filters=None), ()
    stay, presses = after_moving(kept, unheard)
    return after_filtering(stay, filters_of_tab()), presses


def keep(stay: Stay, view: View | None) -> Stay:
    """Make the stay's the address and its view's the filters of the tab.

    A run can be ended by the next one at each line. The address goes first: written twice it is still the same. What
    is kept then is whole, and says which filters the filter bar may still hold.
    """
    if view is not None:
        query = {**address.without_filters(stay.query), **view.filters.to_query()}
        stay = replace(stay, query=query, filters=view.filters, before=filters_of_tab())
    wanted = address.joined(stay.asked, stay.query)
    if wanted != address.whole_address() or wanted != stay.sent:
        address.send_address(wanted)
    stay = replace(stay, sent=wanted)
    st.session_state[_STAY] = stay
    if view is not None:
        set_filters(view.filters)
        stay = replace(stay, before=None)
        st.session_state[_STAY] = stay
    return stay


def change_version(version: int) -> None:
    """Go on with another data version; only for callbacks on the wall."""
    stay: Stay = st.session_state[_STAY]
    st.session_state[_STAY] = replace(stay, asked={**stay.asked, address.VERSION: str(version)})


def forget_stay() -> None:
    """End a meeting: the next one begins with the filters of its agenda, however this one was left."""
    st.session_state.pop(_STAY, None)


def _is_history() -> bool:
    """Whether this run was begun by a step in the browser's history."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _names(asked: Mapping[str, str]) -> tuple[str | None, str | None]:
    return asked.get(address.AGENDA), asked.get(address.SHOW)
