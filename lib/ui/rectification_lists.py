"""The lists of rectification: the 销号 list with its filters, and what was closed on paper."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
import streamlit as st

from lib.data.filters import Filters
from lib.ui.loop_cached import Found
from lib.ui.paged_list import Listing
from lib.ui.tables import ShownColumn
from lib.ui.url_choice import dropdown

STATES: Final = {
    "open": "未完成",
    "overdue": "逾期",
    "reported": "自报完成",
    "underway": "整改中",
    "verified": "已验证",
    "ended": "移送或撤回",
    "all": "全部",
}
_EVERY: Final = ""
_DAYS: Final = (
    "found_on",
    "due_on",
    "rectified_on",
    "claimed_on",
    "verified_on",
    "recurred_on",
    "reopened_on",
)
_HEAD: Final = (ShownColumn("item_no", "整改项编号"), ShownColumn("enterprise_name", "企业"))
_ITEM: Final = (
    ShownColumn("division_name", "属地"),
    ShownColumn("origin", "来源"),
    ShownColumn("failing_item_name", "不合格项目"),
    ShownColumn("owner_post", "督促岗位"),
)
_STATE: Final = (
    ShownColumn("state_text", "状态"),
    ShownColumn("due_on", "整改期限", "date"),
    ShownColumn("late", "逾期（天）", "count"),
)
_OWN: Final = (
    ShownColumn("found_on", "发现日期", "date"),
    ShownColumn("rectified_on", "自报整改日期", "date"),
    ShownColumn("verified_on", "现场验证日期", "date"),
    ShownColumn("days", "历时（天）", "count"),
    ShownColumn("round", "轮次", "count"),
)
_CONTENT: Final = ShownColumn("description", "整改内容", width=320)
#: On paper: what to look at, where, until when; the file has the rest.
_PRINTED: Final = (
    *_HEAD,
    ShownColumn("division_name", "属地"),
    ShownColumn("failing_item_name", "不合格项目"),
    _CONTENT,
    ShownColumn("owner_post", "督促岗位"),
    *_STATE,
    ShownColumn("found_on", "发现日期", "date"),
    ShownColumn("rectified_on", "自报整改日期", "date"),
)
_ROUND: Final = ShownColumn("round", "轮次", "count")
_PAPER: Final = (
    ShownColumn("reason", "判定依据"),
    ShownColumn("missing", "缺少的证据"),
    ShownColumn("claimed_on", "称已办结日期", "date"),
    ShownColumn("recurred_on", "复发日期", "date"),
    ShownColumn("reopened_on", "重开日期", "date"),
)


def item_choices(found: Found) -> tuple[str, str, str]:
    """State, origin and owner's post, each part of the address."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        state = dropdown("state", "状态", STATES, width=150)
        origin = dropdown("origin", "来源", _options(found.frame["origin"], "全部来源"), width=170)
        post = dropdown("post", "督促岗位", _options(found.frame["owner_post"], "全部岗位"), width=330)
    return state, origin, post


def item_listing(found: Found, filters: Filters, chosen: tuple[str, str, str]) -> Listing:
    """The items of one state, origin and post, by due day."""
    state, origin, post = chosen
    rows = found.frame[_in_state(found.frame, state)]
    limits = {"origin": origin, "owner_post": post}
    for column, value in limits.items():
        rows = rows[rows[column] == value] if value else rows
    late = (pd.Timestamp(found.as_of) - rows["due_on"]).dt.days
    rows = rows.assign(
        late=late.where(rows["is_overdue"]).astype("Int64"),
        days=rows["days"].astype("Int64"),
        state_text=rows["state"].where(~rows["is_overdue"], rows["state"] + "（逾期）"),
    )
    asked = "；".join(word for word in (STATES[state], origin, post) if word)
    return Listing(
        key="rectification.items",
        title=f"销号清单（{asked}）",
        table=_with_dates(rows),
        columns=[*_HEAD, *_STATE, *_ITEM, *_OWN, _CONTENT],
        printed=_PRINTED,
        file_label=f"销号清单_{STATES[state]}",
        filters=filters,
        sentence=f"{found.sentence}；{asked}",
        notes=("现场验证后才从清单销号；自报完成和没有合规验证的销号仍列为未完成。按整改期限先后排列。",),
    )


def paper_listing(found: Found, filters: Filters) -> Listing:
    """Closings on paper, each with the evidence that is missing."""
    return Listing(
        key="rectification.paper_list",
        title="纸面整改与复发关注清单",
        table=_with_dates(found.frame),
        columns=[*_HEAD, *_PAPER, *_ITEM, _ROUND],
        file_label="纸面整改与复发关注清单",
        filters=filters,
        sentence=found.sentence,
        notes=("每办结一次计一项；重开日期有值的已重新进入整改。",),
        empty="所选范围没有纸面整改或复发。",
    )


def _in_state(frame: pd.DataFrame, state: str) -> pd.Series:
    is_in: Mapping[str, pd.Series] = {
        "open": frame["is_open"],
        "overdue": frame["is_overdue"],
        "reported": frame["state"] == "自报完成",
        "underway": frame["state"] == "整改中",
        "verified": frame["is_verified"],
        "ended": ~frame["is_open"] & ~frame["is_verified"],
    }
    return is_in.get(state, pd.Series(True, index=frame.index))


def _options(values: pd.Series, every: str) -> dict[str, str]:
    return {_EVERY: every, **{value: value for value in sorted(values.dropna().unique())}}


def _with_dates(rows: pd.DataFrame) -> pd.DataFrame:
    """Timestamps as days, so that file and table show no time."""
    return rows.assign(**{name: rows[name].dt.date for name in _DAYS if name in rows.columns})
