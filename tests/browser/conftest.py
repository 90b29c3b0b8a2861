"""A server with a small database behind it, and Chromium in front.

``server`` is shared by all tests of a process and only read; ``serve_world`` starts another one where a test
changes accounts, stops the database, or needs a process that nobody has asked anything yet.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, WebSocket, expect, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from lib.access.demo_accounts import DEMO_ACCOUNTS
from tests.app.small_world import World, build_world

START_SECONDS = 120
#: Longest wait for something to appear; generous, because several suites may share the machine.
WAIT_MILLISECONDS = 60_000
# Playwright's own five seconds pass while a busy machine computes a page for the first time.
expect.set_options(timeout=WAIT_MILLISECONDS)


@dataclass(frozen=True)
class Server:
    """A running server.py: where it answers, its database, and the file its output goes to."""

    url: str
    world: World
    log: Path

    def log_text(self) -> str:
        """What the server wrote so far."""
        return self.log.read_text(encoding="utf-8")


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"server.py ended with {process.returncode}:\n{log.read_text(encoding='utf-8')}")
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                return
        except (URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"server.py did not answer:\n{log.read_text(encoding='utf-8')}")


@contextmanager
def serve(project: Path, world: World, log: Path) -> Iterator[Server]:
    """Run server.py in demo mode on a free loopback port until the block is left."""
    port = free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("BAMAI_", "STREAMLIT_"))
    }
    environment |= {
        "BAMAI_ENV": "demo",
        "BAMAI_DATABASE_URL": world.database_url,
        "BAMAI_SNAPSHOTS": str(world.snapshots),
        "STREAMLIT_SERVER_PORT": str(port),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(project / "server.py")],
            cwd=project,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_up(url, process, log)
            yield Server(url, world, log)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A record database with demo accounts and one published snapshot; do not change it."""
    return build_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def server(
    small_world: World, project_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A running server for tests that leave its accounts and its database alone."""
    with serve(project_folder, small_world, tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running


def copy_of(world: World, folder: Path) -> World:
    """A copy of a world that may be changed."""
    source = Path(world.database_url.removeprefix("sqlite:///"))
    for file in source.parent.glob(f"{source.name}*"):
        shutil.copy(file, folder / file.name)
    shutil.copytree(world.snapshots, folder / "published")
    return World(f"sqlite:///{folder / source.name}", folder / "published", world.samples)


@pytest.fixture
def own_world(small_world: World, tmp_path: Path) -> World:
    """A copy of the small world that the test may change."""
    return copy_of(small_world, tmp_path)


@pytest.fixture
def serve_world(project_folder: Path, tmp_path: Path) -> Callable[[World], AbstractContextManager[Server]]:
    """Start a server of the test's own: ``with serve_world(own_world) as server``."""

    def start(world: World) -> AbstractContextManager[Server]:
        return serve(project_folder, world, tmp_path / "server.txt")

    return start


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Headless Chromium of this machine. Playwright holds an event loop of its own, so it ends with the module."""
    with sync_playwright() as playwright:
        # Root in a container has no sandbox; the pages under test are our own.
        launched = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A fresh browser profile of a Chinese reader, without cookies; arguments as in ``Browser.new_context``."""
    opened: list[BrowserContext] = []

    def make(width: int = 1440, height: int = 900, **options: object) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


def log_in(page: Page, username: str = "official", password: str | None = None) -> None:
    """Fill the login form that stands on the page and wait until the page behind it is there."""
    known = {demo.username: demo.password for demo in DEMO_ACCOUNTS}
    send_login(page, username, password or known[username])
    page.get_by_role("button", name="退出登录").wait_for(state="attached")


def send_login(page: Page, username: str, password: str) -> None:
    """Fill the login form and press its button; whatever comes of it."""
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def wait_for_login_form(page: Page) -> None:
    """Wait until the login form is there."""
    page.get_by_label("用户名").wait_for()


@dataclass
class Watched:
    """What went over the wire for one page."""

    frames: list[bytes] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def runs(self) -> int:
        """How many script runs the server started for this page."""
        return sum(ForwardMsg.FromString(frame).WhichOneof("type") == "new_session" for frame in self.frames)

    def session_id(self) -> str:
        """Streamlit's id of the newest session of this page: a bearer token, were it not for the gate."""
        started = [
            message
            for frame in self.frames
            if (message := ForwardMsg.FromString(frame)).HasField("new_session")
        ]
        identifier: str = started[-1].new_session.initialize.session_id
        return identifier

    def forget(self) -> None:
        """Count from here."""
        self.frames.clear()


def watch(page: Page, server: Server) -> Watched:
    """Listen to a page from now on."""
    watched = Watched()
    own = (server.url, server.url.replace("http", "ws"), "data:", "blob:")

    def on_request(request: Request) -> None:
        if not request.url.startswith(own):
            watched.foreign.append(request.url)

    def on_socket(opened: WebSocket) -> None:
        opened.on(
            "framereceived", lambda frame: watched.frames.append(frame if isinstance(frame, bytes) else b"")
        )

    page.on("request", on_request)
    page.on("websocket", on_socket)
    page.on(
        "console",
        lambda message: (
            watched.complaints.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    return watched
