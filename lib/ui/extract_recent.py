"""最近下载: what the reader took before, each with a link that takes it again from the same data version."""

from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from lib.access.errors import RecordsUnavailable
from lib.access.extracts import TakenExtract, recent_extracts
from lib.access.reception import reception
from lib.data.publish import published_versions
from lib.data.settings import settings
from lib.export.address import split_address
from lib.export.csv import ExportError
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.view import View

PAGE: Final = "pages/extracts/extracts.py"
_SHOWN: Final = 20
_CHINA: Final = ZoneInfo("Asia/Shanghai")
_DOORS: Final = {"page": "页面", "api": "接口", "command": "命令行"}


def recent(view: View) -> None:
    """The reader's own latest extracts; one whose data version is gone says so."""
    with page_part("最近下载", skeleton_height=None):
        try:
            taken = recent_extracts(reception().engine, view.reader.username, _SHOWN)
        except RecordsUnavailable:
            st.info("连接不上记录数据库，暂时看不到下载登记。", icon=":material/cloud_off:")
            return
        if not taken:
            st.caption("还没有下载过。每次下载都会登记：时间、条件、数据版本、行数和文件的 SHA-256。")
            return
        present = set(published_versions(settings().snapshot_folder))
        st.caption(f"最近 {len(taken)} 份不同的文件。SHA-256 用来核对手里的文件是不是当时取的那一份。")
        for position, (one, times) in enumerate(taken):
            _entry(one, times, one.data_version in present, position)


def page_query(address: str) -> dict[str, str]:
    """The address of the register as parameters of this page. Raises `ExportError` for one that cannot be read."""
    kind, name, words = split_address(address)
    query = dict(words)
    if kind == "table":
        return {"kind": "table", "table": name, **query}
    own = {"kind": "metric", "metric": name, "part": query.get("part", "figures")}
    return {**query, **own}


def _entry(one: TakenExtract, times: int, is_present: bool, position: int) -> None:
    with st.container(border=True, gap="xsmall", key=f"recent.{position}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(one.file_name)}**", width="content")
            _again(one, is_present)
        moment = f"{one.at.astimezone(_CHINA):%Y-%m-%d %H:%M}"
        words = [
            f"{moment}（共取过 {times} 次）" if times > 1 else moment,
            _DOORS.get(one.door, one.door),
            f"{one.row_count:,} 行",
            f"数据版本 {one.data_version}",
            one.sentence,
            f"事由：{one.reason}" if one.reason else "",
        ]
        st.caption(plain("；".join(text for text in words if text)))
        st.code(f"sha256 {one.sha256}", language=None, wrap_lines=True)


def _again(one: TakenExtract, is_present: bool) -> None:
    if not is_present:
        st.caption(f"数据版本 {one.data_version} 已清理，不能重取")
        return
    try:
        query = page_query(one.query)
    except ExportError as error:
        st.caption(plain(str(error)))
        return
    if "from" not in query:
        # Records without a date have no page: the page always asks for a period.
        st.link_button("按同一数据版本再取", f"/api/v1/{one.query}", icon=":material/replay:")
        return
    st.page_link(PAGE, label="按同一数据版本打开，再下载", icon=":material/replay:", query_params=query)
