"""The addresses below /api: who may ask, what is asked, and the answer."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.access.routes import END_ADDRESS, SESSION_ADDRESS
from lib.api.callers import Callers
from lib.api.catalogue import ROOT, metrics_list, tables_list
from lib.api.delivery import Delivery
from lib.api.openapi import OPENAPI_ADDRESS, openapi_document
from lib.api.problem import Problem, problem_answer, problem_of
from lib.api.takings import Takings
from lib.export.extract import Kind

_PREFIX: Final = "/api/"
_OTHERS: Final = (SESSION_ADDRESS, END_ADDRESS)
_METHODS: Final = ("GET", "HEAD")

Handler = Callable[[Request], Awaitable[ASGIApp]]


class Interface:
    """ASGI middleware that answers /api/v1 and the document of the interface; everything else goes on.

    It stands before Streamlit's own middleware, which would pack files on the event loop, and behind the gate.
    """

    def __init__(self, app: ASGIApp, *, callers: Callers, takings: Takings) -> None:
        self._app = app
        self._callers = callers
        self._takings = takings
        self._router = Router(
            [
                Route(f"{ROOT}/metrics", _Endpoint(self._listed(metrics_list))),
                Route(f"{ROOT}/metrics/{{name}}", _Endpoint(self._taken("metric"))),
                Route(f"{ROOT}/metrics/{{name}}/rows", _Endpoint(self._taken("rows"))),
                Route(f"{ROOT}/tables", _Endpoint(self._listed(tables_list))),
                Route(f"{ROOT}/tables/{{name}}", _Endpoint(self._taken("table"))),
                Route(OPENAPI_ADDRESS, _Endpoint(self._listed(openapi_document))),
            ],
            redirect_slashes=False,
            default=_Endpoint(self._nothing),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is below /api/; pass everything else on."""
        is_ours = scope["type"] == "http" and scope["path"].startswith(_PREFIX)
        if is_ours and scope["path"] not in _OTHERS:
            await self._router(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _listed(self, content: Callable[[], Mapping[str, Any]]) -> Handler:
        async def answer(request: Request) -> Response:
            await run_in_threadpool(self._callers.identify, request)
            if request.query_params:
                raise Problem(400, "这个地址没有参数，请去掉问号后的部分")
            # A description of more than a megabyte: made and written beside the event loop, which serves the pages.
            return await run_in_threadpool(_as_json, content)

        return answer

    def _taken(self, kind: Kind) -> Handler:
        async def answer(request: Request) -> ASGIApp:
            caller = await run_in_threadpool(self._callers.identify, request)
            answer = await self._takings.answer(request, caller, kind)
            if isinstance(answer, Delivery):
                answer.watch(partial(self._callers.is_still_known, request))
            return answer

        return answer

    async def _nothing(self, request: Request) -> Response:
        await run_in_threadpool(self._callers.identify, request)
        raise Problem(404, f"没有这个地址；可用：{ROOT}/metrics、{ROOT}/tables，全部地址见 {OPENAPI_ADDRESS}")


def _as_json(content: Callable[[], Mapping[str, Any]]) -> Response:
    return JSONResponse(content(), headers={"Cache-Control": "private, no-store"})


class _Endpoint:
    """One address as an ASGI application: GET and HEAD only, and every error as a problem document."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            if request.method not in _METHODS:
                raise Problem(405, "接口只供取数，只接受 GET 和 HEAD", {"Allow": ", ".join(_METHODS)})
            answer = await self._handler(request)
        except Exception as error:
            answer = problem_answer(problem_of(error), scope["path"])
        await answer(scope, receive, send)
