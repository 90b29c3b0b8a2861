"""Letting in whoever brings an access token, or saying why not."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, bindparam, select, update

from lib.access.accounts import Account, find_account
from lib.access.audit import record_event
from lib.access.errors import RecordsUnavailable
from lib.access.records import reading, writing
from lib.access.sessions import digest_of
from lib.access.throttle import LOCK, count_under, is_key_locked
from lib.access.tokens import TOKEN_ROLES, is_within
from lib.data.scope import Scope
from lib.data.tables.extracts import access_token

LOGGER = logging.getLogger(__name__)

#: Refusals that lock an address (unknown tokens) or one dead token; meanwhile none is counted or recorded.
_REFUSALS_PER_ADDRESS: Final = 20
_REFUSALS_PER_TOKEN: Final = 5

_UNKNOWN: Final = "访问令牌不存在。请核对是否完整复制，或在“接口”页新建。"
_BY_DIGEST: Final = select(access_token).where(access_token.c.token_digest == bindparam("digest"))


class TokenRefused(PermissionError):
    """A token that does not let anybody in; the Chinese message says why. `wait`: how long more tries are pointless."""

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class TokenHolder:
    """Whoever brought a good token: the account, and the districts this token lets it see."""

    digest: str
    label: str
    account: Account
    scope: Scope
    used_at: datetime | None


def check_token(
    engine: Engine, token: str, now: datetime, *, address: str, demo_allowed: bool
) -> TokenHolder:
    """Who brought this token. Raises TokenRefused with the reason, RecordsUnavailable when nobody can tell.

    A good token works whatever others tried from the same address: 256 random bits are not guessed, and a lock must
    not become a weapon. The lock spares the database the writing.
    """
    digest = digest_of(token)
    with reading(engine) as connection:
        row = connection.execute(_BY_DIGEST, {"digest": digest}).one_or_none()
        account = find_account(connection, row.username) if row is not None else None
        reason = _refusal(row, account, now, demo_allowed)
        if row is not None and account is not None and not reason:
            scope = _scope_of(connection, row, account)
            if scope is not None:
                return TokenHolder(digest, row.label, account, scope, row.used_at)
            reason = "访问令牌限定的属地已不在账号范围之内，请新建令牌。"
        key = f"token:{address[:64]}" if row is None else f"token:{digest[:32]}"
        locked = is_key_locked(connection, key, now)
    if not locked:
        limit = _REFUSALS_PER_ADDRESS if row is None else _REFUSALS_PER_TOKEN
        locked = _counted(engine, key, limit, now, row=row, address=address, reason=reason)
    raise TokenRefused(reason, LOCK if locked else None)


def touch_token(connection: Connection, digest: str, now: datetime) -> None:
    """Note that a token was used just now."""
    connection.execute(update(access_token).where(access_token.c.token_digest == digest).values(used_at=now))


def _refusal(row: Row[Any] | None, account: Account | None, now: datetime, demo_allowed: bool) -> str:
    if row is None or account is None:
        return _UNKNOWN
    if row.revoked_at is not None:
        return "访问令牌已撤销，请在“接口”页新建。"
    if row.expires_at <= now:
        return "访问令牌已过期，请在“接口”页新建。"
    if not account.active or (account.is_demo and not demo_allowed):
        return "访问令牌的账号已停用，请联系系统管理员。"
    if account.credential_version != row.credential_version or account.role not in TOKEN_ROLES:
        return "账号的密码、岗位或属地在创建令牌之后有变更，令牌已失效，请在“接口”页新建。"
    return ""


def _scope_of(connection: Connection, row: Row[Any], account: Account) -> Scope | None:
    """The districts of a token, None when one of them is no longer within those of the account."""
    if row.account_districts:
        return account.scope
    codes = [code for code in row.district_codes.split(",") if code]
    return Scope.of(*codes) if all(is_within(connection, code, account.scope) for code in codes) else None


def _counted(
    engine: Engine, key: str, limit: int, now: datetime, *, row: Row[Any] | None, address: str, reason: str
) -> bool:
    try:
        with writing(engine) as connection:
            locked = count_under(connection, key, limit, now)
            record_event(
                connection,
                now=now,
                event="token_locked" if locked else "token_refused",
                username=row.username if row is not None else "",
                subject=row.label if row is not None else "",
                address=address,
                detail=reason,
            )
    except RecordsUnavailable:
        LOGGER.warning("a refused access token could not be counted")
        return False
    return locked
