"""The interface as a server has it, without Streamlit: gate, interface, and the small world behind them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from lib.access.accounts import find_account
from lib.access.gate import Gate
from lib.access.register import Register
from lib.access.routes import SessionRoutes
from lib.access.sessions import new_ticket
from lib.access.tokens import create_token
from lib.access.watch import SessionWatch
from lib.api.callers import Callers
from lib.api.interface import Interface
from lib.api.takings import Takings
from lib.data.database import record_engine
from tests.app.small_world import World, build_world

NOW = datetime(2025, 11, 3, 1, 30, tzinfo=UTC)
COOKIE = "bamai-session"


@dataclass
class Service:
    """A running interface, and what a test needs to ask it."""

    engine: Engine
    world: World
    register: Register
    takings: Takings
    client: TestClient
    now: list[datetime] = field(default_factory=lambda: [NOW])

    def token(
        self, username: str = "analyst", districts: tuple[str, ...] | None = None, days: int = 90
    ) -> str:
        """A new token of a demo account."""
        return create_token(
            self.engine, username, label="试验", days=days, districts=districts, now=self.now[0]
        )

    def cookie(self, username: str) -> str:
        """The value of a new session cookie of a demo account."""
        with self.engine.begin() as connection:
            account = find_account(connection, username)
            assert account is not None
            ticket = new_ticket(connection, account, self.now[0])
        answer = self.client.post("/api/session", content=ticket, headers={"origin": "http://testserver"})
        value = answer.cookies[COOKIE]
        self.client.cookies.clear()
        return str(value)

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.now[0] += timedelta(**time)


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small world, built once; each service has a copy of its records."""
    return build_world(tmp_path_factory.mktemp("interface"))


@pytest.fixture
def service(small_world: World, tmp_path: Path) -> Iterator[Service]:
    """An interface over a copy of the small world."""
    folder = Path(small_world.database_url.removeprefix("sqlite:///")).parent
    copytree(folder, tmp_path / "world")
    world = World(f"sqlite:///{tmp_path / 'world' / 'records.db'}", tmp_path / "world" / "published", [])
    yield from running(world)


def running(world: World) -> Iterator[Service]:
    """The interface over a world, until the test ends."""
    engine = record_engine(world.database_url, 1)
    now = [NOW]

    def clock() -> datetime:
        return now[0]

    watch = SessionWatch(engine, demo_allowed=True)
    register = Register(engine, pause_seconds=0.05)
    takings = Takings(world.snapshots, register, clock)
    callers = Callers(engine, watch, register, clock, demo_allowed=True)
    session = SessionRoutes(engine, watch, clock, cookie_name=COOKIE, secure=False)
    pages = Route("/{rest:path}", lambda request: PlainTextResponse("page"))
    application = Starlette(
        routes=[*session.routes(), pages],
        middleware=[
            Middleware(Gate, cookie_name=COOKIE, watch=watch, clock=clock),
            Middleware(Interface, callers=callers, takings=takings),
        ],
    )
    with TestClient(application) as client:
        yield Service(engine, world, register, takings, client, now)
    register.close()
    engine.dispose()


Ask = Callable[..., "object"]


def bearer(token: str, **more: str) -> dict[str, str]:
    """Headers of a program that brings a token."""
    return {"authorization": f"Bearer {token}", "accept-encoding": "identity", **more}
