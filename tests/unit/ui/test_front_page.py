from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import file_util

from lib.ui.front_page import FrontPage, icon_route, in_chinese


@pytest.fixture
def client() -> TestClient:
    async def behind(request: Request) -> Response:
        return PlainTextResponse("behind")

    routes = [icon_route(), Route("/{path:path}", behind, methods=["GET", "POST"])]
    front = Middleware(FrontPage, page="<html>front</html>", pages=("sample-rows",), other=("healthz",))
    return TestClient(Starlette(routes=routes, middleware=[front]), follow_redirects=False)


@pytest.mark.parametrize("path", ["/", "/sample-rows", "/sample-rows?district=341225", "/sample-rows/"])
def test_pages_get_the_front_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, "<html>front</html>")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/healthz", "/static/js/index.js", "/_stcore/stream", "/media/a.csv", "/robots.txt"]
)
def test_files_and_routes_go_on(client: TestClient, path: str) -> None:
    assert client.get(path).text == "behind"


def test_posts_go_on(client: TestClient) -> None:
    assert client.post("/sample-rows").text == "behind"


@pytest.mark.parametrize(
    ("path", "location"),
    [("/overview", "/"), ("/no-such-page?n=1&m=2", "/?n=1&m=2"), ("/食品", "/"), ("/evil%2Fexample", None)],
)
def test_other_addresses_lead_to_the_overview(client: TestClient, path: str, location: str | None) -> None:
    answer = client.get(path)
    assert answer.headers.get("location") == location
    assert answer.status_code == (200 if location is None else 307)


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "/%5Cevil.example?x"])
def test_nobody_is_sent_to_another_site(client: TestClient, path: str) -> None:
    location = client.get("http://testserver" + path).headers.get("location", "/")
    assert location.split("?")[0] == "/"


def test_the_page_of_the_pinned_streamlit_becomes_chinese() -> None:
    page = in_chinese(Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8"))
    assert '<html lang="zh-CN">' in page
    assert "<title>食安把脉</title>" in page
    assert "You need to enable JavaScript" not in page
    assert "跳到正文" in page
    assert page.index("BACKEND_BASE_URL") < page.index('<script type="module"'), "before Streamlit reads it"


def test_the_icon_is_ours(client: TestClient) -> None:
    answer = client.get("/favicon.png")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg")
