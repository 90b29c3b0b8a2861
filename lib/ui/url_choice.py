"""A choice of a page's own that is part of its address: which section, which period, which rows."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from lib.ui.filter_state import hold, set_parameter
from lib.ui.plain_text import plain

#: Parameters of a page's own and what readers call them.
_NAMES: Final = {
    "section": "栏目",
    "step": "时间粒度",
    "base": "占比口径",
    "rows": "样品范围",
    "k": "批次门槛",
    "firm": "企业",
    "form": "清单形式",
    "state": "状态",
    "origin": "来源",
    "post": "督促岗位",
    "unit": "地区",
    "list": "清单",
    "range": "整改项范围",
    "held": "清单",
    "part": "明细范围",
    "measure": "指标",
    "document": "文件",
    "verdict": "结论",
    "claim": "公开数字",
    "quarter": "应督导季度",
    "by": "分组",
    "days": "提醒后天数",
    "kind": "取数内容",
    "table": "数据表",
    "metric": "指标",
    "format": "文件格式",
    "protect": "对外提供",
    "personal": "涉及个人的列",
    "version": "数据版本",
}


def chosen(name: str, options: Mapping[str, str], default: str | None = None) -> str:
    """The id that the address names, else `default` (the first one). Any control for it may be drawn later.

    An id that cannot be chosen here (a mistyped link, or one outside the filters) leaves the address with a notice.
    """
    asked = st.query_params.get(name)
    if asked is not None and asked in options:
        return asked
    instead = default or next(iter(options))
    if asked is not None:
        set_parameter(name, None)
        shown = options[instead] or instead
        st.warning(plain(not_there(name, shown)), icon=":material/link_off:")
    return instead


def not_there(name: str, shown: str) -> str:
    """What is said of a parameter whose value cannot be chosen here; `shown` stands in for it."""
    return f"链接中的{_NAMES[name]}在当前范围内不可选，已改为“{shown}”。"


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


def several(
    name: str, label: str, options: Mapping[str, str], *, most: int, placeholder: str, width: int
) -> tuple[str, ...]:
    """A list to choose up to `most` from (id → Chinese words); the address holds them joined by commas."""
    asked = tuple(part for part in st.query_params.get(name, "").split(",") if part)
    held = tuple(dict.fromkeys(part for part in asked if part in options))[:most]
    if asked and held != asked:
        set_parameter(name, ",".join(held) or None)
        st.warning(
            plain(f"链接中的{_NAMES[name]}有的在这里不可选（最多 {most} 个），已去掉。"),
            icon=":material/link_off:",
        )
    hold(_key(name), list(held))
    st.multiselect(
        label,
        list(options),
        format_func=lambda option: options.get(option, option),
        key=_key(name),
        max_selections=most,
        placeholder=placeholder,
        select_all=False,
        width=width,
        on_change=_apply_several,
        args=(name,),
    )
    return held


def switch(name: str, label: str, *, help: str | None = None) -> bool:
    """A switch that is part of the address while it is on."""
    held = chosen(name, {"": "", "1": "是"}) == "1"
    hold(_key(name), held)
    st.toggle(label, key=_key(name), help=help, on_change=_apply_switch, args=(name,))
    return held


def _held(name: str, options: Mapping[str, str], default: str | None) -> str:
    held = chosen(name, options, default)
    hold(_key(name), held)
    return held


def _key(name: str) -> str:
    return f"choice.{name}"


def _apply(name: str) -> None:
    set_parameter(name, st.session_state[_key(name)])


def _apply_several(name: str) -> None:
    set_parameter(name, ",".join(st.session_state[_key(name)]) or None)


def _apply_switch(name: str) -> None:
    set_parameter(name, "1" if st.session_state[_key(name)] else None)


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
