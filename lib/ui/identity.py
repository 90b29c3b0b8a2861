"""Who is looking at the page. ``current_visitor`` is the one function that knows; tests replace it."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from lib.access.accounts import Account, find_account
from lib.access.errors import RecordsUnavailable
from lib.access.gate import GATE_MARK
from lib.access.reception import reception
from lib.access.records import reading
from lib.access.roles import Role
from lib.access.watch import MEMORY_LIFE, Checked
from lib.data.scope import Scope

_TAB_KEY = "auth.tab"


@dataclass(frozen=True)
class Reader:
    """A logged-in person as the pages know them: what they may open and which districts they may see."""

    username: str
    display_name: str
    role: Role
    scope: Scope


@dataclass(frozen=True)
class Visitor:
    """Whoever sits before the page at this run: logged in when there is a reader."""

    reader: Reader | None = None
    session_digest: str = ""
    address: str = ""
    behind_gate: bool = False
    away_since: datetime | None = None


@dataclass(frozen=True)
class _TabLogin:
    account: Account
    checked_at: datetime


def present() -> datetime:
    """The moment of this run, in UTC."""
    return datetime.now(UTC)


def current_visitor() -> Visitor:
    """Check the session of this run against the record database and say who it is.

    Behind the gate of server.py the session cookie decides. Without it only a demo lets anybody in, and that
    login lives in the session state of the tab.
    """
    mark, digest, address = (_from_gate(name) for name in ("gate", "session", "address"))
    if hmac.compare_digest(mark.encode(), GATE_MARK.encode()):
        checked = reception().watch.check(digest, present()) if digest else Checked(None)
        reader = reader_of(checked.session.account) if checked.session else None
        return Visitor(reader, digest, address, behind_gate=True, away_since=checked.away_since)
    return _tab_visitor()


def recheck(reader: Reader) -> None:
    """Stop this run unless the same reader is still logged in; the first statement of every fragment.

    A fragment runs without the page around it, hence without ``begin_page``.
    """
    if current_visitor().reader != reader:
        st.warning("登录已结束或权限已变更，请刷新页面后重新登录。")
        st.stop()


def reader_of(account: Account) -> Reader:
    """The reader an account stands for."""
    return Reader(account.username, account.display_name, account.role, account.scope)


def remember_tab_login(account: Account) -> None:
    """Log the account in for this tab; only for a demo without server.py."""
    st.session_state[_TAB_KEY] = _TabLogin(account, present())


def forget_tab_login() -> None:
    """Log out of this tab."""
    st.session_state.pop(_TAB_KEY, None)


def _from_gate(name: str) -> str:
    # In AppTest st.user is filled with placeholders; only text can come from the gate.
    value = st.user.get(name)
    return value if isinstance(value, str) else ""


def _tab_visitor() -> Visitor:
    login = st.session_state.get(_TAB_KEY)
    if not isinstance(login, _TabLogin) or not reception().is_demo:
        return Visitor()
    now = present()
    try:
        with reading(reception().engine) as connection:
            account = find_account(connection, login.account.username)
    except RecordsUnavailable:
        fresh = now - login.checked_at <= MEMORY_LIFE
        return Visitor(reader_of(login.account) if fresh else None, away_since=login.checked_at)
    same = account is not None and account.active and account == login.account
    if account is None or not same:
        forget_tab_login()
        return Visitor()
    remember_tab_login(account)
    return Visitor(reader_of(account))
