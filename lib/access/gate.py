"""The gate in front of Streamlit: the only place that says which session a request belongs to.

It strips identity headers a visitor made up, reads the session cookie, and hands on the digest of the
session. Whether that session is good is decided at every run of a page, not here: a WebSocket may live for
hours.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.access.sessions import digest_of
from lib.access.start import ADDRESS_HEADER, GATE_HEADER, SESSION_HEADER
from lib.access.watch import SessionWatch

# Made anew by each process: a page believes st.user only when it carries this value.
GATE_MARK = secrets.token_urlsafe(24)

_SESSION_ID_LENGTH = 43
_STRIPPED = (b"x-app-", b"x_app_")
# Files of a page (downloads, pictures) and uploads need a session; Streamlit itself asks for none.
_GUARDED = ("/media/", "/_stcore/upload_file/")
_HIDDEN = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")


class Gate:
    """ASGI middleware: identity headers in, made-up ones out, files only with a session."""

    def __init__(
        self, app: ASGIApp, *, cookie_name: str, watch: SessionWatch, clock: Callable[[], datetime]
    ) -> None:
        self._app = app
        self._cookie_name = cookie_name
        self._watch = watch
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with identity headers of our own, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        digest = session_digest_in(scope, self._cookie_name)
        if scope["type"] == "http":
            refusal = await self._refusal(scope["path"], digest)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app({**scope, "headers": _identity_headers(scope, digest)}, receive, send)

    async def _refusal(self, path: str, digest: str) -> PlainTextResponse | None:
        if path.startswith(_HIDDEN):
            return PlainTextResponse("Not found", status_code=404)
        if path.startswith(_GUARDED) and not await self._is_good(digest):
            return PlainTextResponse("请先登录。", status_code=401)
        return None

    async def _is_good(self, digest: str) -> bool:
        if not digest:
            return False
        checked = await run_in_threadpool(self._watch.check, digest, self._clock())
        return checked.session is not None


def session_digest_in(scope: Scope, cookie_name: str) -> str:
    """SHA-256 of the session id in the request's cookie, or "" when there is none of the right length."""
    for name, value in scope["headers"]:
        if name.lower() == b"cookie":
            session_id = cookie_parser(value.decode("latin-1")).get(cookie_name, "")
            if len(session_id) == _SESSION_ID_LENGTH:
                return digest_of(session_id)
    return ""


def _identity_headers(scope: Scope, digest: str) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(_STRIPPED)]
    client = scope.get("client")
    ours = {GATE_HEADER: GATE_MARK, SESSION_HEADER: digest, ADDRESS_HEADER: client[0] if client else ""}
    return kept + [
        (name.lower().encode(), value.encode("latin-1", "replace")) for name, value in ours.items()
    ]
