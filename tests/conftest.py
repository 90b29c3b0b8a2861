"""Fixtures that every kind of test may use."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgresql_cluster import PostgreSQLCluster, PostgreSQLMissing, running_cluster

PROJECT = Path(__file__).resolve().parents[1]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def project_folder() -> Path:
    """The root of the source tree."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Real data and reference material that lie beside the source tree; not part of a release."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the folder ../shared beside the project, which is not there")
    return folder


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[PostgreSQLCluster]:
    """One throw-away PostgreSQL server for the session (one for each pytest-xdist worker)."""
    try:
        with running_cluster() as cluster:
            yield cluster
    except PostgreSQLMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgresql_url(postgresql_cluster: PostgreSQLCluster) -> str:
    """SQLAlchemy URL of a fresh, empty PostgreSQL database; each test has its own."""
    return postgresql_cluster.new_database()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def record_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy URL of a fresh, empty record database: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium that is installed on this machine; nothing is downloaded for the tests."""
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("no Chromium found; install the package chromium (see docs/TESTING.md)")
