"""A choice of a page's own that is part of its address: which section, which period, which rows."""

from collections.abc import Mapping

import streamlit as st

from lib.ui.filter_state import hold, set_parameter


def chosen(name: str, options: Mapping[str, str]) -> str:
    """The id that the address names, the first one by default. Any control for it may be drawn later."""
    asked = st.query_params.get(name, "")
    return asked if asked in options else next(iter(options))


def segments(name: str, label: str, options: Mapping[str, str]) -> str:
    """A row of segments (id → Chinese words); returns the chosen id."""
    held = _held(name, options)
    st.segmented_control(
        label,
        list(options),
        format_func=lambda option: options.get(option, option),
        key=_key(name),
        required=True,
        label_visibility="collapsed",
        wrap=True,
        on_change=_apply,
        args=(name,),
    )
    return held


def dropdown(name: str, label: str, options: Mapping[str, str], *, width: int) -> str:
    """A list to choose one from (id → Chinese words); returns the chosen id."""
    held = _held(name, options)
    st.selectbox(
        label,
        list(options),
        format_func=lambda option: options.get(option, option),
        key=_key(name),
        placeholder="请选择",
        width=width,
        on_change=_apply,
        args=(name,),
    )
    return held


def _held(name: str, options: Mapping[str, str]) -> str:
    held = chosen(name, options)
    hold(_key(name), held)
    return held


def _key(name: str) -> str:
    return f"choice.{name}"


def _apply(name: str) -> None:
    set_parameter(name, st.session_state[_key(name)])
