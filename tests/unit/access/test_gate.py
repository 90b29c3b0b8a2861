from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from lib.access.gate import GATE_MARK, Gate
from lib.access.sessions import digest_of
from lib.access.watch import Checked
from tests.unit.access.conftest import NOW

GOOD, OTHER = "g" * 43, "o" * 43


class OneGoodSession:
    """Knows one session only."""

    def check(self, digest: str, now: datetime) -> Checked:
        assert now == NOW
        return Checked(session=object() if digest == digest_of(GOOD) else None)  # type: ignore[arg-type]


async def echo(request: Request) -> Response:
    return JSONResponse([[name, value] for name, value in request.headers.items() if "app" in name])


async def echo_socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_json([[name, value] for name, value in socket.headers.items() if "app" in name])
    await socket.close()


@pytest.fixture
def client() -> TestClient:
    app = Starlette(
        routes=[
            WebSocketRoute("/_stcore/stream", echo_socket),
            Route("/{path:path}", echo, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(Gate, cookie_name="bamai-session", watch=OneGoodSession(), clock=lambda: NOW)],
    )
    return TestClient(app, client=("10.0.0.7", 50000))


Ask = Callable[[TestClient, dict[str, str]], list[list[str]]]


def over_http(client: TestClient, headers: dict[str, str]) -> list[list[str]]:
    answer: list[list[str]] = client.get("/overview", headers=headers).json()
    return answer


def over_socket(client: TestClient, headers: dict[str, str]) -> list[list[str]]:
    with client.websocket_connect("/_stcore/stream", headers=headers) as socket:
        answer: list[list[str]] = socket.receive_json()
    return answer


@pytest.mark.parametrize("ask", [over_http, over_socket])
def test_identity_comes_from_the_cookie(client: TestClient, ask: Ask) -> None:
    assert ask(client, {"cookie": f"other=1; bamai-session={GOOD}"}) == [
        ["x-app-gate", GATE_MARK],
        ["x-app-session", digest_of(GOOD)],
        ["x-app-address", "10.0.0.7"],
    ]


@pytest.mark.parametrize("ask", [over_http, over_socket])
@pytest.mark.parametrize(
    "spoofed",
    [
        "X-App-Session",
        "x-app-session",
        "X-APP-SESSION",
        "X-App-Gate",
        "X-App-User",
        "X_App_Session",
        "X-App-Address",
    ],
)
def test_made_up_identity_is_stripped(client: TestClient, ask: Ask, spoofed: str) -> None:
    seen = ask(client, {spoofed: digest_of(GOOD)})
    assert seen == [["x-app-gate", GATE_MARK], ["x-app-session", ""], ["x-app-address", "10.0.0.7"]]


@pytest.mark.parametrize(
    "value", ["", "short", "x" * 10_000, "x" * 44, "eyJhbGciOiJub25lIn0.e30.", '"', "=;=;", "ÿ" * 43]
)
def test_what_cannot_be_a_session_id_is_no_session(client: TestClient, value: str) -> None:
    headers = {"cookie": f"bamai-session={value}".encode("latin-1")}
    seen = dict(client.get("/overview", headers=headers).json())  # type: ignore[arg-type]
    assert seen["x-app-session"] in ("", digest_of(value))
    assert client.get("/media/a.csv", headers=headers).status_code == 401  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/media/abc.csv", "/_stcore/upload_file/x/y"])
@pytest.mark.parametrize(("cookie", "status"), [(GOOD, 200), (OTHER, 401), ("", 401)])
def test_files_need_a_good_session(client: TestClient, path: str, cookie: str, status: int) -> None:
    assert client.get(path, headers={"cookie": f"bamai-session={cookie}"}).status_code == status


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"]
)
def test_what_only_leaks_is_not_there(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"cookie": f"bamai-session={GOOD}"})
    assert answer.status_code == 404


def test_each_process_has_its_own_mark() -> None:
    assert len(GATE_MARK) >= 32


def test_the_scope_handed_in_is_not_changed() -> None:
    scope: dict[str, Any] = {
        "type": "http",
        "path": "/",
        "headers": [(b"x-app-session", b"1")],
        "client": None,
    }
    handed_on: list[dict[str, Any]] = []

    async def app(inner: Any, receive: Any, send: Any) -> None:
        handed_on.append(inner)

    async def nothing(*args: Any) -> Any:
        return None

    import asyncio

    gate = Gate(app, cookie_name="bamai-session", watch=OneGoodSession(), clock=lambda: NOW)  # type: ignore[arg-type]
    asyncio.run(gate(scope, nothing, nothing))
    assert scope["headers"] == [(b"x-app-session", b"1")]
    assert (b"x-app-session", b"") in handed_on[0]["headers"]
