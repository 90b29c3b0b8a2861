"""Sections of a long page of which one is shown, and computed, at a time. The choice is part of the address."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from lib.ui.filter_state import set_parameter

_PARAMETER: Final = "section"
_KEY: Final = "page.section"


def chosen_section(sections: Mapping[str, str]) -> str:
    """Draw the choice (id → Chinese title) and return the id of the chosen section; the first one by default."""
    asked = st.query_params.get(_PARAMETER, "")
    held = asked if asked in sections else next(iter(sections))
    if st.session_state.get(_KEY) != held:
        st.session_state[_KEY] = held
    st.segmented_control(
        "本页内容",
        list(sections),
        format_func=lambda section: sections.get(section, section),
        key=_KEY,
        required=True,
        label_visibility="collapsed",
        wrap=True,
        on_change=_apply,
    )
    return held


def _apply() -> None:
    set_parameter(_PARAMETER, st.session_state[_KEY])
