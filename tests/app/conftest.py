"""Pages run by AppTest over the small world, as any reader."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.access.reception import reception
from lib.access.roles import Role
from lib.data.scope import Scope
from lib.data.settings import settings
from lib.ui import identity
from lib.ui.identity import Reader, Visitor
from tests.app.loop_world import build_loop_world
from tests.app.small_world import World, build_world

PROJECT = Path(__file__).resolve().parents[2]
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small world, built once for these tests and only read."""
    return build_world(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def loop_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small world with a closed loop, built once for these tests and only read."""
    return build_loop_world(tmp_path_factory.mktemp("loop_pages"))


@pytest.fixture
def open_page(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    """Run one page file as a reader: ``open_page("overview/overview", scope=Scope.of("341225"), query={…})``."""
    yield from _opener(world, monkeypatch)


@pytest.fixture
def open_loop_page(loop_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    """The same over the small world with a closed loop."""
    yield from _opener(loop_world, monkeypatch)


def _opener(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    monkeypatch.setenv("BAMAI_DATABASE_URL", world.database_url)
    monkeypatch.setenv("BAMAI_SNAPSHOTS", str(world.snapshots))
    monkeypatch.setenv("BAMAI_ENV", "demo")
    settings.cache_clear()
    reception.cache_clear()

    def start(
        page: str,
        *,
        role: Role = Role.ANALYST,
        scope: Scope | None = None,
        query: Mapping[str, str] | None = None,
    ) -> AppTest:
        visitor = Visitor(Reader("tester", "测试", role, scope or Scope.everything()))
        monkeypatch.setattr(identity, "current_visitor", lambda: visitor)
        at = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
        for name, value in (query or {}).items():
            at.query_params[name] = value
        at.run()
        return at if page == "overview/overview" else at.switch_page(f"pages/{page}.py").run()

    yield start
    reception().engine.dispose()
    settings.cache_clear()
    reception.cache_clear()


def words(at: AppTest) -> str:
    """What a reader can read outside charts and tables."""
    kinds = (at.title, at.subheader, at.caption, at.info, at.warning, at.error, at.markdown, at.text, at.code)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def figures(at: AppTest) -> dict[str, str]:
    """The tiles: name → value."""
    return {tile.label: tile.value for tile in at.metric}
