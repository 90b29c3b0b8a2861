"""/healthz says that the process is up; /readyz says whether a reader would get a figure, and if not, why."""

import logging
import secrets
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

LOGGER = logging.getLogger(__name__)

_NO_STORE = {"Cache-Control": "no-store"}


class NotReady(RuntimeError):
    """No figures can be shown now; the message is the Chinese reason, without addresses or versions."""


def health_routes(check: Callable[[], Mapping[str, object]]) -> list[Route]:
    """Routes for whoever supervises the process; ``check`` returns facts or raises NotReady."""

    def healthz(request: Request) -> Response:
        return PlainTextResponse("ok", headers=_NO_STORE)

    def readyz(request: Request) -> Response:
        try:
            return JSONResponse({"ready": True, **check()}, headers=_NO_STORE)
        except NotReady as reason:
            return JSONResponse({"ready": False, "reason": str(reason)}, 503, headers=_NO_STORE)
        except Exception:
            number = secrets.token_hex(4)
            LOGGER.exception("readiness check failed, number %s", number)
            return JSONResponse(
                {"ready": False, "reason": f"检查时出错，编号 {number}"}, 503, headers=_NO_STORE
            )

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
