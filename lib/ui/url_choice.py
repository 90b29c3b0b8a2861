"""A choice of a page's own that is part of its address: which section, which period, which rows."""

from collections.abc import Mapping

import streamlit as st

from lib.ui.filter_state import hold, set_parameter


def chosen(name: str, options: Mapping[str, str], default: str | None = None) -> str:
    """The id that the address names, else `default` (the first one). Any control for it may be drawn later."""
    asked = st.query_params.get(name, "")
    return asked if asked in options else default or next(iter(options))


def segments(name: str, label: str, options: Mapping[str, str], default: str | None = None) -> str:
    """A row of segments (id → Chinese words); returns the chosen id."""
    held = _held(name, options, default)
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


def dropdown(
    name: str, label: str, options: Mapping[str, str], *, width: int, default: str | None = None
) -> str:
    """A list to choose one from (id → Chinese words); returns the chosen id."""
    held = _held(name, options, default)
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


def _held(name: str, options: Mapping[str, str], default: str | None) -> str:
    held = chosen(name, options, default)
    hold(_key(name), held)
    return held


def _key(name: str) -> str:
    return f"choice.{name}"


def _apply(name: str) -> None:
    set_parameter(name, st.session_state[_key(name)])


def number_in_address(name: str, least: int, most: int) -> int:
    """The whole number that the address names, the least by default; one out of reach counts for nothing."""
    return int(chosen(name, {str(number): "" for number in range(least, most + 1)}))


def whole_number(name: str, label: str, *, least: int, most: int) -> int:
    """A slider for the number in the address; returns it."""
    held = number_in_address(name, least, most)
    hold(_key(name), held)
    st.slider(label, least, most, key=_key(name), width=260, on_change=_apply_number, args=(name,))
    return held


def _apply_number(name: str) -> None:
    set_parameter(name, str(st.session_state[_key(name)]))
