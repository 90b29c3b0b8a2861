"""Who asks: a browser with its session cookie, or a program with an access token."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Engine
from starlette.requests import Request

from lib.access.accounts import Account
from lib.access.bearer import TokenRefused, check_token, touch_token
from lib.access.errors import RecordsUnavailable
from lib.access.register import Register
from lib.access.roles import PERSONAL_ROLES
from lib.access.sessions import SEEN_STEP
from lib.access.start import SESSION_HEADER
from lib.access.watch import SessionWatch
from lib.api.problem import Problem
from lib.data.scope import Scope

LOGGER = logging.getLogger(__name__)

_LONGEST_TOKEN: Final = 200
_WAYS: Final = "请在浏览器中登录，或带上访问令牌（Authorization: Bearer 令牌；在“接口”页创建）。"
#: What a browser says of a request that a page of another site started.
_FOREIGN: Final = ("cross-site", "same-site")


@dataclass(frozen=True)
class Caller:
    """Whoever asks, with the districts this request may see."""

    account: Account
    scope: Scope
    address: str
    session_digest: str | None = None
    token_label: str = ""

    @property
    def may_see_persons(self) -> bool:
        """Whether columns about single persons may be taken: 统计岗 and 系统管理员."""
        return self.account.role in PERSONAL_ROLES


class Callers:
    """Finds out who asks. Stands behind the gate, which alone writes the session header."""

    def __init__(
        self,
        engine: Engine,
        watch: SessionWatch,
        register: Register,
        clock: Callable[[], datetime],
        *,
        demo_allowed: bool,
    ) -> None:
        self._engine = engine
        self._watch = watch
        self._register = register
        self._clock = clock
        self._demo_allowed = demo_allowed

    def identify(self, request: Request) -> Caller:
        """The caller; a `Problem` (401, 403, 429) for anybody else, RecordsUnavailable when nobody can tell.

        Asks the record database: not on the event loop.
        """
        _refuse_other_sites(request)
        address = request.client.host if request.client else ""
        if (authorization := request.headers.get("authorization")) is not None:
            return self._by_token(authorization, address)
        digest = request.headers.get(SESSION_HEADER, "")
        if not digest:
            raise _unknown(_WAYS)
        checked = self._watch.check(digest, self._clock())
        if checked.session is None and checked.away_since is not None:
            raise RecordsUnavailable("连接不上记录数据库。")
        if checked.session is None:
            raise _unknown(_WAYS)
        account = checked.session.account
        return Caller(account, account.scope, address, session_digest=digest)

    def is_still_known(self, request: Request) -> bool:
        """Whether whoever began to take a file may go on: the token, the session and the account still stand."""
        try:
            self.identify(request)
        except Problem:
            return False
        except RecordsUnavailable:
            # Nobody can tell; the right was there when the file began, and a restart must not break every file off.
            LOGGER.warning("a running extract goes on although the record database cannot be asked")
        return True

    def _by_token(self, authorization: str, address: str) -> Caller:
        scheme, _, token = authorization.strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not 1 <= len(token) <= _LONGEST_TOKEN or not token.isascii():
            raise _unknown(f"Authorization 读不懂。{_WAYS}")
        now = self._clock()
        try:
            holder = check_token(self._engine, token, now, address=address, demo_allowed=self._demo_allowed)
        except TokenRefused as refusal:
            raise _refused(refusal) from None
        if holder.used_at is None or now - holder.used_at >= SEEN_STEP:
            self._touch(holder.digest, now)
        return Caller(holder.account, holder.scope, address, token_label=holder.label)

    def _touch(self, digest: str, now: datetime) -> None:
        try:
            self._register.add(lambda connection: touch_token(connection, digest, now))
        except RecordsUnavailable:
            # Only the list of tokens shows it: no reason to refuse a good token.
            LOGGER.warning("the last use of an access token could not be noted")


def _refuse_other_sites(request: Request) -> None:
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or request.headers.get("sec-fetch-site") in _FOREIGN:
        raise Problem(403, "请求来自别的网站，不能使用本系统的登录状态；请直接访问，或用程序带访问令牌取数。")


def _refused(refusal: TokenRefused) -> Problem:
    if refusal.wait is not None:
        return Problem(
            429,
            f"{refusal} 失败次数太多，请稍后再试。",
            {"Retry-After": str(int(refusal.wait / timedelta(seconds=1)))},
        )
    return _unknown(str(refusal), error="invalid_token")


def _unknown(detail: str, error: str = "") -> Problem:
    challenge = 'Bearer realm="bamai"' + (f', error="{error}"' if error else "")
    return Problem(401, detail, {"WWW-Authenticate": challenge})
