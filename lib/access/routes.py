"""Routes beside the pages for the session cookie: a page cannot set one that scripts cannot read."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lib.access.errors import RecordsUnavailable
from lib.access.sessions import end_session, redeem_ticket
from lib.access.start import SESSION_HEADER
from lib.access.watch import SessionWatch

SESSION_ADDRESS = "/api/session"
END_ADDRESS = "/api/session/end"

_LONGEST_TICKET = 200
_NO_STORE = {"Cache-Control": "no-store"}


class SessionRoutes:
    """Exchange a ticket for the session cookie, say whether the cookie arrived, and take it away again."""

    def __init__(
        self,
        engine: Engine,
        watch: SessionWatch,
        clock: Callable[[], datetime],
        *,
        cookie_name: str,
        secure: bool,
    ) -> None:
        self._engine = engine
        self._watch = watch
        self._clock = clock
        self._cookie_name = cookie_name
        self._secure = secure

    def routes(self) -> list[Route]:
        """The routes to mount in front of the pages."""
        return [
            Route(SESSION_ADDRESS, self.open, methods=["POST"]),
            Route(SESSION_ADDRESS, self.show, methods=["GET"]),
            Route(END_ADDRESS, self.end, methods=["POST"]),
        ]

    async def open(self, request: Request) -> Response:
        """Redeem the ticket in the body; the session id is new each time, so that none can be planted."""
        ticket = await _ticket_in(request) if is_same_origin(request) else ""
        if not ticket:
            return _text("登录请求不是从本页面发出的，请刷新后重试。", 403)
        try:
            session_id = await run_in_threadpool(self._redeem, ticket, request)
        except RecordsUnavailable:
            return _text("连接不上记录数据库，暂时不能登录，请稍后再试。", 503)
        if session_id is None:
            return _text("登录票据已失效，请重新登录。", 403)
        answer = Response(status_code=204, headers=_NO_STORE)
        answer.set_cookie(
            self._cookie_name, session_id, path="/", httponly=True, samesite="strict", secure=self._secure
        )
        return answer

    async def show(self, request: Request) -> Response:
        """204 when the browser sent a good session cookie, 401 otherwise."""
        digest = request.headers.get(SESSION_HEADER, "")
        if not digest:
            return Response(status_code=401, headers=_NO_STORE)
        checked = await run_in_threadpool(self._watch.check, digest, self._clock())
        return Response(status_code=204 if checked.session else 401, headers=_NO_STORE)

    async def end(self, request: Request) -> Response:
        """Revoke the session and delete the cookie, the latter even if the former cannot be recorded."""
        if not is_same_origin(request):
            return _text("退出请求不是从本页面发出的。", 403)
        digest = request.headers.get(SESSION_HEADER, "")
        answer: Response = Response(status_code=204, headers=_NO_STORE)
        if digest:
            self._watch.forget(digest)
            try:
                await run_in_threadpool(
                    end_session, self._engine, digest, self._clock(), address=_address(request)
                )
            except RecordsUnavailable:
                answer = _text("本浏览器已退出；记录数据库暂时连不上，退出未能登记。", 503)
        answer.delete_cookie(
            self._cookie_name, path="/", httponly=True, samesite="strict", secure=self._secure
        )
        return answer

    def _redeem(self, ticket: str, request: Request) -> str | None:
        user_agent = request.headers.get("user-agent", "")
        return redeem_ticket(
            self._engine, ticket, self._clock(), address=_address(request), user_agent=user_agent
        )


def is_same_origin(request: Request) -> bool:
    """Whether a page of this very server sent the request; without Origin it did not."""
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")


async def _ticket_in(request: Request) -> str:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_TICKET:
            return ""
    return body.decode("ascii", "replace")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _text(words: str, status: int) -> PlainTextResponse:
    return PlainTextResponse(words, status_code=status, headers=_NO_STORE)
