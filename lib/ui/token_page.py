"""The parts of 接口: new access tokens, the reader's own ones, and how programs use them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import streamlit as st

from lib.access.errors import AccessRefused, RecordsUnavailable
from lib.access.reception import reception
from lib.access.tokens import (
    DEFAULT_DAYS,
    LONGEST_DAYS,
    TokenEntry,
    create_token,
    list_tokens,
    revoke_token,
)
from lib.ui import identity
from lib.ui.identity import Visitor
from lib.ui.input_hints import hide_input_hints
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.token_examples import EXAMPLES, Example
from lib.ui.view import View

_CHINA: Final = ZoneInfo("Asia/Shanghai")
_AWAY: Final = "连接不上记录数据库（可能正在导入数据），暂时不能管理访问令牌，请稍后再试。"
_SAME: Final = "与账号相同"
_LIMITED: Final = "限定属地"


@dataclass(frozen=True)
class _Wanted:
    label: str
    days: int
    districts: tuple[str, ...] | None


def new_token(view: View) -> None:
    """Ask for use, life and districts; show the new token in this run only."""
    st.subheader("新建访问令牌", anchor=False)
    st.caption(
        "程序凭令牌取数，范围不超过本账号。令牌只显示一次，服务器只存其散列；遗失请撤销后新建。"
        "账号的密码、岗位或属地一变，令牌即失效。"
    )
    wanted = _form(view)
    if wanted is None:
        return
    visitor = identity.current_visitor()
    if visitor.reader != view.reader:
        st.warning("登录已结束或权限已变更，请刷新页面后重新登录。")
        st.stop()
    try:
        token = _created(view, wanted, visitor)
    except AccessRefused as refusal:
        st.error(plain(str(refusal)))
        return
    except RecordsUnavailable:
        st.error(_AWAY)
        return
    st.success(
        "令牌已创建。请现在复制保存：在本页再做任何操作或离开本页后，它不再显示。", icon=":material/key:"
    )
    st.code(token, language=None, wrap_lines=True)


def _form(view: View) -> _Wanted | None:
    hide_input_hints()
    with st.form("token.new", border=True):
        label = st.text_input("用途", key="token.label", max_chars=64, placeholder="例如“月报取数脚本”")
        days = st.number_input(
            "有效期（天）", min_value=1, max_value=LONGEST_DAYS, value=DEFAULT_DAYS, key="token.days"
        )
        extent = st.radio("可见属地", (_SAME, _LIMITED), key="token.extent", horizontal=True)
        codes = st.multiselect(
            "限定的属地（选“限定属地”时）",
            list(view.choices.districts),
            format_func=lambda code: view.choices.districts[code],
            key="token.districts",
            placeholder="可选多个，含其下级",
        )
        if not st.form_submit_button("创建令牌", type="primary"):
            return None
    if extent == _SAME and codes:
        st.error("已选了属地，可见属地却是“与账号相同”。请选“限定属地”，或清空所选属地。")
        return None
    return _Wanted(label or "", int(days), tuple(codes) if extent == _LIMITED else None)


def _created(view: View, wanted: _Wanted, visitor: Visitor) -> str:
    return create_token(
        reception().engine,
        view.reader.username,
        label=wanted.label,
        days=wanted.days,
        districts=wanted.districts,
        now=identity.present(),
        address=visitor.address,
    )


def own_tokens(view: View) -> None:
    """The reader's tokens with last use and end; those that still work can be revoked."""
    with page_part("我的访问令牌", skeleton_height=None):
        now = identity.present()
        try:
            entries = list_tokens(reception().engine, view.reader.username)
        except RecordsUnavailable:
            st.info(_AWAY, icon=":material/cloud_off:")
            return
        if not entries:
            st.caption("还没有访问令牌。")
        for entry in entries:
            _entry(view, entry, now)


def _entry(view: View, entry: TokenEntry, now: datetime) -> None:
    ended = entry.ended(now)
    with (
        st.container(border=True, key=f"token.{entry.digest[:12]}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        state = f"⚠ {ended}" if ended else "✓ 有效"
        st.markdown(f"**{plain(entry.label)}** · {state}", width="content")
        st.caption(plain(_facts(view, entry)), width="stretch")
        if not ended:
            st.button(
                "撤销",
                key=f"token.revoke.{entry.digest[:12]}",
                on_click=_revoke,
                args=(view.reader.username, entry.digest),
                icon=":material/block:",
            )


def _facts(view: View, entry: TokenEntry) -> str:
    names = view.snapshot.names
    districts = (
        _SAME
        if entry.district_codes is None
        else "、".join(names.get(code, code) for code in entry.district_codes)
    )
    return (
        f"属地：{districts}；创建：{_moment(entry.created_at)}；到期：{_moment(entry.expires_at)}；"
        f"最近使用：{_moment(entry.used_at) if entry.used_at else '从未'}"
    )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(_CHINA):%Y-%m-%d %H:%M}"


def _revoke(username: str, digest: str) -> None:
    visitor = identity.current_visitor()
    if visitor.reader is None or visitor.reader.username != username:
        return
    try:
        ended = revoke_token(
            reception().engine, username, digest, identity.present(), address=visitor.address
        )
    except RecordsUnavailable:
        st.toast(_AWAY, icon=":material/error:")
        return
    st.toast("令牌已撤销，立即失效。" if ended else "这个令牌此前已经失效。", icon=":material/check_circle:")


def examples() -> None:
    """Calls that can be copied, with the address the reader came by."""
    st.subheader("用法", anchor=False)
    st.caption(
        "把“令牌”换成上面创建的令牌。全部指标见 /api/v1/metrics，全部数据表见 /api/v1/tables，"
        "机器可读的说明见 /api/openapi.json；筛选写法与页面地址相同。"
        "收到的行数应等于响应头 X-Row-Count；传输中断的文件不完整，须重新取。"
    )
    root = _root()
    for tab, example in zip(st.tabs([one.title for one in EXAMPLES]), EXAMPLES, strict=True):
        with tab:
            _example(example, root)


def _example(example: Example, root: str) -> None:
    st.caption(plain(example.note))
    st.code(example.text.replace("{root}", root), language=example.language, wrap_lines=True)


def _root() -> str:
    """Scheme and host of the address in the reader's browser."""
    url = st.context.url
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "http://127.0.0.1:8501"
