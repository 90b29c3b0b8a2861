"""Streamlit writes "Press Enter to apply" into fields for text and offers no setting for it."""

from typing import Final

import streamlit as st

_STYLE: Final = "<style>[data-testid='InputInstructions'] {display: none;}</style>"


def hide_input_hints() -> None:
    """Take the English hint out of the fields of this page; call it where a field for text is drawn."""
    st.html(_STYLE)
