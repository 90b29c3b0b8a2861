"""Accounts: create, change, list. Every change raises the credential version, which ends open sessions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from lib.access.audit import record_event
from lib.access.errors import AccessRefused
from lib.access.passwords import check_password_rules, hash_password
from lib.access.records import reading, writing
from lib.access.roles import Role
from lib.data.scope import Scope
from lib.data.tables.access import USERNAME_LENGTH, account, account_district

_USERNAME = re.compile(rf"[\w.-]{{2,{USERNAME_LENGTH}}}")
ACCOUNT_COLUMNS = (
    account.c.username,
    account.c.display_name,
    account.c.role,
    account.c.all_districts,
    account.c.active,
    account.c.is_demo,
    account.c.credential_version,
    account_district.c.district_code,
)
WITH_DISTRICTS = account.outerjoin(account_district, account.c.username == account_district.c.username)
# Built once: a session is checked at every click, and building a statement costs more than running this one.
_BY_NAME = (
    select(*ACCOUNT_COLUMNS).select_from(WITH_DISTRICTS).where(account.c.username == bindparam("wanted"))
)

_DISTRICT = re.compile(r"[0-9A-Za-z]{6,12}")


@dataclass(frozen=True)
class Account:
    """One account as stored, without its password hash."""

    username: str
    display_name: str
    role: Role
    scope: Scope
    active: bool
    is_demo: bool
    credential_version: int


def create_account(
    engine: Engine,
    username: str,
    password: str,
    *,
    role: Role | str,
    display_name: str,
    districts: Scope,
    now: datetime,
    is_demo: bool = False,
) -> Account:
    """Create an account; AccessRefused names what is wrong with the name, password, role or districts."""
    username = _checked_username(username)
    check_password_rules(password, username)
    values = {
        "username": username,
        "display_name": _checked_display_name(display_name),
        "password_hash": hash_password(password),
        "role": _checked_role(role),
        "all_districts": districts.is_everything,
        "active": True,
        "is_demo": is_demo,
        "credential_version": 1,
        "password_changed_at": now,
        "created_at": now,
    }
    codes = _checked_districts(districts)
    with writing(engine) as connection:
        if find_account(connection, username) is not None:
            raise AccessRefused(f"用户名“{username}”已经存在，请换一个。")
        connection.execute(insert(account).values(values))
        for code in codes:
            connection.execute(insert(account_district).values(username=username, district_code=code))
        record_event(
            connection, now=now, event="account_created", username=username, detail=str(values["role"])
        )
        return _required(connection, username)


def set_password(engine: Engine, username: str, password: str, now: datetime) -> None:
    """Replace the password; every session of the account ends at its next click."""
    username = username.strip().lower()
    check_password_rules(password, username)
    password_hash = hash_password(password)
    with writing(engine) as connection:
        _change(connection, username, {"password_hash": password_hash, "password_changed_at": now})
        record_event(connection, now=now, event="password_set", username=username)


def grant(engine: Engine, username: str, role: Role | str, districts: Scope, now: datetime) -> None:
    """Replace role and districts; open sessions end at their next click and the reader logs in again."""
    username = username.strip().lower()
    codes = _checked_districts(districts)
    values: dict[str, object] = {"role": _checked_role(role), "all_districts": districts.is_everything}
    with writing(engine) as connection:
        _change(connection, username, values)
        connection.execute(delete(account_district).where(account_district.c.username == username))
        for code in codes:
            connection.execute(insert(account_district).values(username=username, district_code=code))
        record_event(
            connection, now=now, event="access_changed", username=username, detail=str(values["role"])
        )


def deactivate(engine: Engine, username: str, now: datetime) -> None:
    """Switch an account off; its sessions end at their next click. Accounts are never deleted."""
    username = username.strip().lower()
    with writing(engine) as connection:
        _change(connection, username, {"active": False})
        record_event(connection, now=now, event="account_deactivated", username=username)


def list_accounts(engine: Engine) -> list[Account]:
    """Every account, in the order of user names."""
    with reading(engine) as connection:
        names = connection.scalars(select(account.c.username).order_by(account.c.username)).all()
        return [_required(connection, name) for name in names]


def find_account(connection: Connection, username: str) -> Account | None:
    """The account of that name, active or not, or None."""
    rows = connection.execute(_BY_NAME, {"wanted": username}).all()
    return account_in(rows) if rows else None


def account_in(rows: Sequence[Any]) -> Account:
    """The account that rows of ``ACCOUNT_COLUMNS`` are about: one row for each of its districts, at least one."""
    first = rows[0]
    codes = [row.district_code for row in rows if row.district_code is not None]
    return Account(
        username=first.username,
        display_name=first.display_name,
        role=Role(first.role),
        scope=Scope.everything() if first.all_districts else Scope.of(*codes),
        active=first.active,
        is_demo=first.is_demo,
        credential_version=first.credential_version,
    )


def password_hash_of(connection: Connection, username: str) -> str | None:
    """The bcrypt hash of an account, or None when there is no such account."""
    return connection.scalar(select(account.c.password_hash).where(account.c.username == username))


def active_demo_accounts(connection: Connection) -> Sequence[str]:
    """User names of the active demo accounts in this database."""
    demo = select(account.c.username).where(account.c.is_demo, account.c.active).order_by(account.c.username)
    return connection.scalars(demo).all()


def _required(connection: Connection, username: str) -> Account:
    found = find_account(connection, username)
    if found is None:
        raise AccessRefused(f"没有名为“{username}”的账号，可用 python manage.py user 查看全部账号。")
    return found


def _change(connection: Connection, username: str, values: dict[str, object]) -> None:
    _required(connection, username)
    raised = {"credential_version": account.c.credential_version + 1, **values}
    connection.execute(update(account).where(account.c.username == username).values(raised))


def _checked_username(username: str) -> str:
    cleaned = username.strip().lower()
    if not _USERNAME.fullmatch(cleaned):
        raise AccessRefused(f"用户名“{username}”不可用：2 至 {USERNAME_LENGTH} 个汉字、字母、数字或 . _ - 。")
    return cleaned


def _checked_display_name(display_name: str) -> str:
    if not 1 <= len(display_name.strip()) <= 64:
        raise AccessRefused("显示名称须为 1 至 64 个字，写岗位，不写姓名。")
    return display_name.strip()


def _checked_role(role: Role | str) -> str:
    try:
        return Role(role).value
    except ValueError as failure:
        known = "、".join(f"{one.value}（{one.label}）" for one in Role)
        raise AccessRefused(f"没有角色“{role}”，可选：{known}。") from failure


def _checked_districts(districts: Scope) -> list[str]:
    if districts.is_everything:
        return []
    if not districts.codes:
        raise AccessRefused("须指明可看的属地：给出行政区划代码，或明确写“全部”。空白不等于全部。")
    wrong = sorted(code for code in districts.codes if not _DISTRICT.fullmatch(code))
    if wrong:
        raise AccessRefused(f"属地代码须为 6 位行政区划代码或开发区代码，这些不是：{'、'.join(wrong)}。")
    return sorted(districts.codes)
