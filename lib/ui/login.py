"""The login page: shown in place of any page whose reader is not logged in, so that the address is kept."""

import streamlit as st

from lib.access.demo_accounts import ensure_demo_accounts
from lib.access.errors import RecordsUnavailable
from lib.access.login import REFUSED, Admission, attempt_login
from lib.access.reception import reception
from lib.ui.authenticator import LoginForm
from lib.ui.identity import Visitor, present, remember_tab_login
from lib.ui.input_hints import hide_input_hints
from lib.ui.session_component import exchange_ticket

_WITHOUT_SERVER = (
    "正式环境不能用 `streamlit run app.py` 启动：这样启动没有会话保护，不能登录。"
    "请系统管理员改用 `python server.py` 启动。"
)
_RECORDS_AWAY = "连接不上记录数据库，暂时不能登录。请稍后再试；若持续出现，请联系系统管理员。"


def show_login(visitor: Visitor) -> None:
    """Draw the login page and, after the right password, log the visitor in and run the page again."""
    hide_input_hints()
    with st.container(horizontal_alignment="center"), st.container(width=460):
        st.title("食安把脉", anchor=False)
        st.caption("食品安全监督抽检统计看板")
        if not visitor.behind_gate and not reception().is_demo:
            st.error(_WITHOUT_SERVER)
            return
        _form(visitor)
        if reception().is_demo:
            _demo_notes(visitor)


def _form(visitor: Visitor) -> None:
    place, message = st.empty(), st.empty()
    try:
        with place.container():
            admission, status = _asked(visitor)
    except RecordsUnavailable:
        message.error(_RECORDS_AWAY)
        return
    if admission is not None:
        place.empty()
        _enter(visitor, admission)
    elif status is False:
        message.error(REFUSED)
    elif visitor.away_since is not None:
        message.warning(_RECORDS_AWAY)


def _asked(visitor: Visitor) -> tuple[Admission | None, bool | None]:
    admissions: list[Admission] = []

    def check(username: str, password: str) -> bool:
        admission = attempt_login(
            reception().engine,
            username,
            password,
            present(),
            address=visitor.address,
            demo_allowed=reception().is_demo,
        )
        admissions.extend([admission] if admission else [])
        return admission is not None

    status = LoginForm(check).ask()
    return (admissions[0] if admissions else None), status


def _enter(visitor: Visitor, admission: Admission) -> None:
    if visitor.behind_gate:
        exchange_ticket(admission.ticket)
        return
    remember_tab_login(admission.account)
    st.rerun()


def _demo_notes(visitor: Visitor) -> None:
    try:
        accounts = ensure_demo_accounts(reception().engine, present())
    except RecordsUnavailable:
        st.warning("记录数据库还没有建好。请先运行 `python manage.py demo` 建立演示数据，再刷新本页。")
        return
    st.caption("演示环境：账号与密码公开如下，正式环境中没有这些账号。")
    # A plain table: its text can be marked and copied, and it fits a phone.
    st.table(
        {
            "用户名": [one.username for one in accounts],
            "密码": [one.password for one in accounts],
            "岗位": [one.display_name for one in accounts],
        },
        hide_index=True,
    )
    if not visitor.behind_gate:
        st.caption("当前以 `streamlit run app.py` 启动：登录只在本标签页有效，刷新页面后须重新登录。")
