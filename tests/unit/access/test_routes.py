from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from lib.access.accounts import Account
from lib.access.gate import Gate
from lib.access.routes import END_ADDRESS, SESSION_ADDRESS, SessionRoutes
from lib.access.sessions import new_ticket
from lib.access.watch import SessionWatch
from tests.unit.access.conftest import NOW

SAME = {"origin": "http://testserver"}
Add = Callable[..., Account]


def client_for(engine: Engine, *, cookie_name: str = "bamai-session", secure: bool = False) -> TestClient:
    watch = SessionWatch(engine, demo_allowed=False)
    routes = SessionRoutes(engine, watch, lambda: NOW, cookie_name=cookie_name, secure=secure)
    gate = Middleware(Gate, cookie_name=cookie_name, watch=watch, clock=lambda: NOW)
    return TestClient(Starlette(routes=routes.routes(), middleware=[gate]))


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    with client_for(engine) as made:
        yield made


@pytest.fixture
def ticket(engine: Engine, add_account: Add) -> str:
    with engine.begin() as connection:
        return new_ticket(connection, _made(add_account), NOW)


def _made(add_account: Add) -> Account:
    return add_account("analyst")


def test_a_ticket_becomes_a_cookie_that_scripts_cannot_read(client: TestClient, ticket: str) -> None:
    answer = client.post(SESSION_ADDRESS, content=ticket, headers=SAME)
    assert answer.status_code == 204
    assert answer.headers["cache-control"] == "no-store"
    cookie = SimpleCookie(answer.headers["set-cookie"])["bamai-session"]
    assert len(cookie.value) == 43
    assert cookie["httponly"] is True
    assert (cookie["samesite"].lower(), cookie["path"], cookie["secure"]) == ("strict", "/", "")
    assert client.get(SESSION_ADDRESS).status_code == 204


def test_in_production_the_cookie_is_bound_to_the_host_and_to_tls(engine: Engine, ticket: str) -> None:
    client = client_for(engine, cookie_name="__Host-bamai-session", secure=True)
    answer = client.post(SESSION_ADDRESS, content=ticket, headers=SAME)
    cookie = SimpleCookie(answer.headers["set-cookie"])["__Host-bamai-session"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_a_planted_cookie_does_not_become_the_session(client: TestClient, ticket: str) -> None:
    planted = "p" * 43
    client.cookies.set("bamai-session", planted)
    answer = client.post(SESSION_ADDRESS, content=ticket, headers=SAME)
    assert SimpleCookie(answer.headers["set-cookie"])["bamai-session"].value != planted
    client.cookies.clear()
    assert client.get(SESSION_ADDRESS, headers={"cookie": f"bamai-session={planted}"}).status_code == 401


def test_a_ticket_serves_once(client: TestClient, ticket: str) -> None:
    assert client.post(SESSION_ADDRESS, content=ticket, headers=SAME).status_code == 204
    again = client.post(SESSION_ADDRESS, content=ticket, headers=SAME)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize(
    "origin",
    [{}, {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://testserver:9999"}],
)
@pytest.mark.parametrize("address", [SESSION_ADDRESS, END_ADDRESS])
def test_other_sites_are_refused(
    client: TestClient, ticket: str, origin: dict[str, str], address: str
) -> None:
    assert client.post(address, content=ticket, headers=origin).status_code == 403
    assert client.post(SESSION_ADDRESS, content=ticket, headers=SAME).status_code == 204, (
        "the ticket is still good"
    )


@pytest.mark.parametrize("body", [b"", b"x" * 43, b"x" * 1_000_000, "票据".encode(), b"\x00\xff"])
def test_anything_but_a_ticket_is_refused(client: TestClient, ticket: str, body: bytes) -> None:
    answer = client.post(SESSION_ADDRESS, content=body, headers=SAME)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_logging_out_takes_the_cookie_and_a_copy_of_it_is_worthless(client: TestClient, ticket: str) -> None:
    client.post(SESSION_ADDRESS, content=ticket, headers=SAME)
    copied = client.cookies["bamai-session"]
    answer = client.post(END_ADDRESS, headers=SAME)
    assert answer.status_code == 204
    assert SimpleCookie(answer.headers["set-cookie"])["bamai-session"]["max-age"] == "0"
    client.cookies.clear()
    assert client.get(SESSION_ADDRESS, headers={"cookie": f"bamai-session={copied}"}).status_code == 401


def test_without_a_cookie_there_is_no_session(client: TestClient) -> None:
    assert client.get(SESSION_ADDRESS).status_code == 401
    assert client.post(END_ADDRESS, headers=SAME).status_code == 204


def test_without_the_database_login_says_so_and_logout_still_takes_the_cookie(
    client: TestClient, ticket: str, take_records_away: Callable[[], None]
) -> None:
    client.post(SESSION_ADDRESS, content=ticket, headers=SAME)
    take_records_away()
    refused = client.post(SESSION_ADDRESS, content="x" * 43, headers=SAME)
    assert (refused.status_code, "记录数据库" in refused.text) == (503, True)
    left = client.post(END_ADDRESS, headers=SAME)
    assert left.status_code == 503
    assert SimpleCookie(left.headers["set-cookie"])["bamai-session"]["max-age"] == "0"
