"""Login in a real browser: first hits, deep links, one run per reload, logging out, a stopped database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.sync.client import connect

from lib.access.accounts import deactivate
from lib.data.database import record_engine
from lib.data.tables import access
from lib.data.tables.base import records_metadata
from lib.ui.page_table import PAGES
from tests.app.small_world import World
from tests.browser.conftest import Server, Watched, log_in, send_login, wait_for_login_form, watch

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]
ServeWorld = Callable[[World], AbstractContextManager[Server]]
ADDRESSES = ["/", *(f"/{entry.url_path}" for entry in PAGES)]
DEEP_LINK = "/definitions?note=%E9%98%9C%E9%98%B3&n=1"
#: Text that only a logged-in reader may receive: sample numbers and names of producers of the small world.
MARKERS = (b"XBJ25341200", "阜阳第".encode(), "食品有限公司".encode())


def kept(page: Page, server: Server) -> bool:
    """Whether the address is the one asked for; the filters of the page may have been added to it."""
    return page.url.startswith(server.url + DEEP_LINK)


def on_definitions(page: Page) -> None:
    page.get_by_role("heading", name="指标说明", exact=True).wait_for()


def settled(page: Page) -> None:
    """Wait until the server has finished the run."""
    page.wait_for_function("() => document.querySelector('[data-test-script-state=\"notRunning\"]') !== null")


def test_no_address_sends_data_without_a_login(server: Server, new_context: NewContext) -> None:
    page = new_context().new_page()
    watched = watch(page, server)
    for address in ADDRESSES:
        page.goto(server.url + address)
        wait_for_login_form(page)
        settled(page)
        assert page.url == server.url + ("/" if address == "/overview" else address)
    assert not any(marker in b"".join(watched.frames) for marker in MARKERS)


# A server that has run no script yet once served pages without the entry file; one address of each kind.
@pytest.mark.parametrize("address", ["/", "/sample-rows"])
def test_the_first_request_to_a_fresh_server_gets_the_login(
    own_world: World, serve_world: ServeWorld, new_context: NewContext, address: str
) -> None:
    with serve_world(own_world) as fresh:
        page = new_context().new_page()
        watched = watch(page, fresh)
        page.goto(fresh.url + address)
        wait_for_login_form(page)
        settled(page)
        assert page.get_by_role("dialog").count() == 0, "no English “Page not found”"
        received = b"".join(watched.frames)
        assert not any(marker in received for marker in MARKERS)
        assert page.url == fresh.url + address


def test_a_deep_link_survives_the_login(server: Server, new_context: NewContext) -> None:
    page = new_context().new_page()
    watched = watch(page, server)
    page.goto(server.url + DEEP_LINK)
    wait_for_login_form(page)
    assert page.get_by_role("navigation").count() == 0, "no menu before the login"
    settled(page)
    watched.forget()
    log_in(page)
    on_definitions(page)
    assert kept(page, server)
    settled(page)
    assert watched.runs() == 2, "one run for the form, one for the page"
    assert watched.foreign == []
    assert watched.complaints == []


def test_a_reload_costs_one_run_and_keeps_the_page(server: Server, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(server.url + DEEP_LINK)
    log_in(page)
    on_definitions(page)
    settled(page)
    watched = watch(page, server)
    page.reload()
    on_definitions(page)
    settled(page)
    assert watched.runs() == 1
    assert kept(page, server)
    assert page.get_by_label("用户名").count() == 0


def test_scripts_cannot_read_the_session_cookie(server: Server, new_context: NewContext) -> None:
    context = new_context()
    page = context.new_page()
    page.goto(server.url + DEEP_LINK)
    log_in(page)
    (cookie,) = (one for one in context.cookies() if one["name"] == "bamai-session")
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert "bamai-session" not in page.evaluate("document.cookie")


@pytest.mark.parametrize("username", ["official", "nobody"])
def test_a_wrong_password_is_refused_in_the_same_words(
    server: Server, new_context: NewContext, username: str
) -> None:
    context = new_context()
    page = context.new_page()
    page.goto(server.url)
    wait_for_login_form(page)
    send_login(page, username, "not the password")
    page.get_by_text("用户名或密码错误。连续错误多次后须等待 15 分钟。").wait_for()
    assert [one["name"] for one in context.cookies() if "session" in one["name"]] == []


def test_logging_out_ends_every_tab_and_a_copied_cookie(server: Server, new_context: NewContext) -> None:
    context = new_context()
    first, second = context.new_page(), context.new_page()
    first.goto(server.url + DEEP_LINK)
    log_in(first, "presenter")
    second.goto(server.url + DEEP_LINK)
    on_definitions(second)
    copied = [one for one in context.cookies() if one["name"] == "bamai-session"]
    first.get_by_role("button", name="退出登录").click()
    wait_for_login_form(first)
    assert kept(first, server)
    assert [one for one in context.cookies() if one["name"] == "bamai-session"] == []
    second.get_by_role("link", name="样品明细").click()
    wait_for_login_form(second)
    thief = new_context()
    thief.add_cookies(copied)  # type: ignore[arg-type]
    third = thief.new_page()
    third.goto(server.url + DEEP_LINK)
    wait_for_login_form(third)


def test_knowing_a_streamlit_session_id_does_not_give_the_session(
    server: Server, new_context: NewContext
) -> None:
    page = new_context().new_page()
    watched = watch(page, server)
    page.goto(server.url + DEEP_LINK)
    log_in(page)
    on_definitions(page)
    settled(page)
    victim = watched.session_id()
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    spoofed = {"X-App-Session": "0" * 64, "X-App-Gate": "guess"}
    protocols = [Subprotocol(part) for part in ("streamlit", "x", victim)]
    with connect(address, subprotocols=protocols, additional_headers=spoofed, max_size=None) as thief:
        ask = BackMsg()
        ask.rerun_script.query_string = ""
        thief.send(ask.SerializeToString())
        received = Watched()
        while True:
            frame = thief.recv(timeout=60)
            assert isinstance(frame, bytes)
            received.frames.append(frame)
            if ForwardMsg.FromString(frame).HasField("script_finished"):
                break
    assert received.session_id() != victim
    everything = b"".join(received.frames)
    assert "用户名".encode() in everything
    assert "退出登录".encode() not in everything


def test_a_deactivated_account_is_out_at_the_next_click(
    own_world: World, serve_world: ServeWorld, new_context: NewContext
) -> None:
    with serve_world(own_world) as running:
        page = new_context().new_page()
        page.goto(running.url + DEEP_LINK)
        log_in(page, "analyst")
        on_definitions(page)
        engine = record_engine(own_world.database_url)
        deactivate(engine, "analyst", datetime.now(UTC))
        engine.dispose()
        page.get_by_role("link", name="样品明细").click()
        wait_for_login_form(page)


def test_when_the_record_database_stops_readers_go_on_and_login_says_why(
    own_world: World, serve_world: ServeWorld, new_context: NewContext
) -> None:
    with serve_world(own_world) as running:
        page = new_context().new_page()
        page.goto(running.url + DEEP_LINK)
        log_in(page)
        on_definitions(page)
        assert httpx.get(f"{running.url}/readyz").status_code == 200
        engine = record_engine(own_world.database_url)
        records_metadata.drop_all(engine, tables=[access.login_session, access.login_throttle])
        engine.dispose()
        page.get_by_role("link", name="抽检不合格率").click()
        page.get_by_role("heading", name="抽检不合格率", exact=True).wait_for()
        page.get_by_text("记录数据库自").wait_for()
        stranger = new_context().new_page()
        stranger.goto(running.url + DEEP_LINK)
        wait_for_login_form(stranger)
        send_login(stranger, "analyst", "analyst-demo-1")
        stranger.get_by_text("连接不上记录数据库，暂时不能登录").wait_for()
        assert "Traceback" not in stranger.content() + page.content()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_login_page_fits_the_screen_and_is_in_chinese(
    server: Server, new_context: NewContext, width: int, height: int
) -> None:
    page = new_context(width, height).new_page()
    page.goto(server.url)
    wait_for_login_form(page)
    page.get_by_text("official-demo-1").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.get_by_label("用户名").fill("x")
    assert page.get_by_text("Press Enter").filter(visible=True).count() == 0


def test_an_unknown_address_leads_to_the_overview(server: Server, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{server.url}/no-such-page?n=1")
    wait_for_login_form(page)
    assert page.url == f"{server.url}/?n=1"
    assert page.get_by_role("dialog").count() == 0


def test_answers_carry_security_headers_and_tell_no_versions(server: Server) -> None:
    for path in ("/", "/definitions", "/healthz", "/readyz", "/api/session", "/media/x", "/_stcore/health"):
        answer = httpx.get(server.url + path)
        assert "script-src 'self' 'sha256-" in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert "1.67" not in str(answer.headers), path
    assert httpx.get(f"{server.url}/healthz").text == "ok"
    ready = httpx.get(f"{server.url}/readyz").json()
    assert ready["ready"] is True
    assert 0 < ready["metric"]["unqualified_rate"] < 1


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_what_only_leaks_is_not_served(server: Server, path: str) -> None:
    assert httpx.get(server.url + path).status_code == 404


@pytest.mark.parametrize("path", ["/media/abc.csv", "/_stcore/upload_file/x/y"])
def test_files_need_a_session(server: Server, path: str) -> None:
    assert httpx.get(server.url + path, headers={"X-App-Session": "0" * 64}).status_code == 401
