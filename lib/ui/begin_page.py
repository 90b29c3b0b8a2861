"""The first statement of every page: who is looking, may they, and what stands at the top."""

import logging
from datetime import timedelta
from typing import NoReturn
from zoneinfo import ZoneInfo

import streamlit as st

from lib.access.audit import record_event
from lib.access.errors import RecordsUnavailable
from lib.access.reception import reception
from lib.access.records import writing
from lib.access.roles import EVERY_ROLE, Role
from lib.access.sessions import end_session
from lib.access.watch import MEMORY_LIFE
from lib.ui import identity
from lib.ui.identity import Reader, Visitor
from lib.ui.login import show_login
from lib.ui.print_style import print_style
from lib.ui.session_component import drop_cookie

__all__ = ["Reader", "begin_page"]

LOGGER = logging.getLogger(__name__)
CHINA = ZoneInfo("Asia/Shanghai")


def begin_page(title: str, *, roles: frozenset[Role] = EVERY_ROLE, icon: str | None = None) -> Reader:
    """Return the reader of this page, or show the login page or 无权访问 and stop the run.

    Checks login, role and scope at every run, from the page file itself: Streamlit may run a page file
    without app.py. Draws the title; what follows in the file is only reached by a reader with one of ``roles``.
    """
    visitor = identity.current_visitor()
    reader = visitor.reader
    if reader is None:
        show_login(visitor)
        st.stop()
    _account_bar(visitor, reader)
    print_style()
    if reader.role not in roles:
        _refuse(visitor, reader, title)
    st.title(f"{icon} {title}" if icon else title, anchor=False)
    _away_notice(visitor)
    return reader


def _account_bar(visitor: Visitor, reader: Reader) -> None:
    with st.sidebar:
        st.caption(f"{reader.display_name}（{reader.role.label}）")
        if st.button("退出登录", key="auth.leave"):
            _leave(visitor)
        if not visitor.behind_gate and visitor.session_digest == "":
            st.caption("登录只在本标签页有效，刷新后须重新登录。")


def _leave(visitor: Visitor) -> NoReturn:
    if not visitor.behind_gate:
        identity.forget_tab_login()
        st.rerun()
    reception().watch.forget(visitor.session_digest)
    try:
        end_session(reception().engine, visitor.session_digest, identity.present(), address=visitor.address)
    except RecordsUnavailable:
        LOGGER.warning("a logout could not be recorded; the cookie is deleted all the same")
    drop_cookie()
    st.stop()


def _refuse(visitor: Visitor, reader: Reader, title: str) -> NoReturn:
    st.title("无权访问", anchor=False)
    st.error(f"您的岗位（{reader.role.label}）不能查看“{title}”。如工作需要，请联系系统管理员调整权限。")
    try:
        with writing(reception().engine) as connection:
            record_event(
                connection,
                now=identity.present(),
                event="denied",
                username=reader.username,
                subject=title,
                address=visitor.address,
                session_digest=visitor.session_digest or None,
            )
    except RecordsUnavailable:
        LOGGER.warning("a refusal could not be recorded: %s, %s", reader.username, title)
    st.stop()


def _away_notice(visitor: Visitor) -> None:
    if visitor.away_since is None:
        return
    since = visitor.away_since.astimezone(CHINA)
    until = since + timedelta(seconds=MEMORY_LIFE.total_seconds())
    st.warning(
        f"记录数据库自 {since:%H:%M} 起连接不上。页面仍显示最近一次发布的数据；"
        f"您的登录状态暂由本机保留至 {until:%H:%M}，此后须待数据库恢复再登录。"
    )
