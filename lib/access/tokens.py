"""Access tokens: what programs take data with.

A token is shown once, kept as SHA-256, and never allows more than its account: it may be limited to some of the
account's districts, it ends, and it dies with every change of the account.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, func, insert, select, update

from lib.access.accounts import Account, find_account
from lib.access.audit import one_line, record_event
from lib.access.errors import AccessRefused
from lib.access.records import reading, writing
from lib.access.roles import Role
from lib.access.sessions import digest_of
from lib.data.scope import Scope
from lib.data.tables.extracts import access_token
from lib.data.tables.reference import reporting_unit

#: Lets a search through files find tokens that were left lying about.
PREFIX: Final = "bamai_"
DEFAULT_DAYS: Final = 90
LONGEST_DAYS: Final = 365
MOST_TOKENS: Final = 20
TOKEN_ROLES: Final = frozenset({Role.ANALYST, Role.OPERATOR})
_LONGEST_LABEL: Final = 64
#: More than there are from a town up to the country; ends the search in units that are entered as their own parents.
_LEVELS: Final = 6


@dataclass(frozen=True)
class TokenEntry:
    """One token in its owner's list; `district_codes` is None when it sees what the account sees."""

    digest: str
    label: str
    district_codes: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None
    is_current: bool

    def ended(self, now: datetime) -> str:
        """Why the token no longer works, in Chinese; "" while it does."""
        if self.revoked_at is not None:
            return "已撤销"
        if self.expires_at <= now:
            return "已过期"
        return "" if self.is_current else "账号已变更"


def create_token(
    engine: Engine,
    username: str,
    *,
    label: str,
    days: int,
    districts: tuple[str, ...] | None,
    now: datetime,
    address: str = "",
) -> str:
    """Make a token and return it: the only time anybody sees it. `districts`: None for all that the account sees.

    Raises AccessRefused for a label, a period or districts that cannot be, for roles without interface, and for more
    than 20 tokens that still work.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    with writing(engine) as connection:
        account = _allowed_account(connection, username)
        values = {
            "token_digest": digest_of(token),
            "username": account.username,
            "credential_version": account.credential_version,
            "label": _checked_label(label),
            "account_districts": districts is None,
            "district_codes": ",".join(_checked_districts(connection, districts, account.scope)),
            "created_at": now,
            "expires_at": now + _checked_life(days),
            "revoked_at": None,
            "used_at": None,
        }
        _check_number(connection, account, now)
        connection.execute(insert(access_token).values(values))
        record_event(
            connection,
            now=now,
            event="token_created",
            username=account.username,
            subject=str(values["label"]),
            address=address,
            detail=f"{days} 天；{values['district_codes'] or '与账号相同'}",
        )
    return token


def revoke_token(engine: Engine, username: str, digest: str, now: datetime, *, address: str = "") -> bool:
    """End one of the account's own tokens at once; False when it has no such token or it ended before."""
    mine = (access_token.c.token_digest == digest) & (access_token.c.username == username)
    with writing(engine) as connection:
        label = connection.scalar(
            select(access_token.c.label).where(mine, access_token.c.revoked_at.is_(None))
        )
        if label is None:
            return False
        connection.execute(update(access_token).where(mine).values(revoked_at=now))
        record_event(
            connection, now=now, event="token_revoked", username=username, subject=label, address=address
        )
    return True


def list_tokens(engine: Engine, username: str) -> list[TokenEntry]:
    """The account's tokens, the newest first."""
    mine = select(access_token).where(access_token.c.username == username)
    with reading(engine) as connection:
        account = find_account(connection, username)
        rows = connection.execute(mine.order_by(access_token.c.created_at.desc())).all()
    version = account.credential_version if account is not None and account.active else -1
    return [
        TokenEntry(
            digest=row.token_digest,
            label=row.label,
            district_codes=None if row.account_districts else tuple(row.district_codes.split(",")),
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            used_at=row.used_at,
            is_current=row.credential_version == version,
        )
        for row in rows
    ]


def is_within(connection: Connection, code: str, scope: Scope) -> bool:
    """Whether a district or one of those above it is in the scope."""
    current: str | None = code
    for _ in range(_LEVELS):
        if scope.is_everything or current in scope.codes:
            return True
        parent = select(reporting_unit.c.parent_code).where(reporting_unit.c.code == current)
        current = connection.scalar(parent)
    return False


def _allowed_account(connection: Connection, username: str) -> Account:
    account = find_account(connection, username)
    if account is None or not account.active or account.role not in TOKEN_ROLES:
        allowed = "、".join(sorted(role.label for role in TOKEN_ROLES))
        raise AccessRefused(f"只有{allowed}可以创建访问令牌。")
    return account


def _checked_label(label: str) -> str:
    cleaned = one_line(label.strip(), _LONGEST_LABEL + 1)
    if not 1 <= len(cleaned) <= _LONGEST_LABEL:
        raise AccessRefused(f"请写明用途，1 至 {_LONGEST_LABEL} 个字，例如“月报取数脚本”。")
    return cleaned


def _checked_life(days: int) -> timedelta:
    if not 1 <= days <= LONGEST_DAYS:
        raise AccessRefused(f"有效期须为 1 至 {LONGEST_DAYS} 天。")
    return timedelta(days=days)


def _checked_districts(
    connection: Connection, districts: tuple[str, ...] | None, scope: Scope
) -> tuple[str, ...]:
    if districts is None:
        return ()
    if not districts:
        raise AccessRefused("请选择限定的属地，或选“与账号相同”。空白不等于全部。")
    known = set(connection.scalars(select(reporting_unit.c.code).where(reporting_unit.c.code.in_(districts))))
    outside = [code for code in districts if code not in known or not is_within(connection, code, scope)]
    if outside:
        raise AccessRefused(f"这些属地不在账号范围之内：{'、'.join(outside)}。")
    return tuple(sorted(set(districts)))


def _check_number(connection: Connection, account: Account, now: datetime) -> None:
    live = select(func.count()).where(
        access_token.c.username == account.username,
        access_token.c.revoked_at.is_(None),
        access_token.c.expires_at > now,
        access_token.c.credential_version == account.credential_version,
    )
    if (connection.scalar(live) or 0) >= MOST_TOKENS:
        raise AccessRefused(f"仍有效的访问令牌已有 {MOST_TOKENS} 个，请先撤销不用的。")
