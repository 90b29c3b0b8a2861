"""An empty record database with the access tables, on SQLite and on PostgreSQL, and cheap password hashes."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from lib.access import passwords
from lib.access.accounts import Account, create_account
from lib.access.records import writing
from lib.data.database import record_engine
from lib.data.scope import Scope
from lib.data.tables import access, extracts, meetings, reference
from lib.data.tables.base import records_metadata

NOW = datetime(2025, 11, 3, 1, 30, tzinfo=UTC)
PASSWORD = "correct horse 电池"

ACCESS_TABLES = [
    access.account,
    access.account_district,
    access.login_session,
    access.login_ticket,
    access.login_throttle,
    access.audit_event,
    meetings.agenda,
    meetings.agenda_slide,
    extracts.access_token,
    extracts.extract_record,
    reference.reporting_unit,
]


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Twelve rounds take a fifth of a second each; what they are worth is checked in test_passwords.py."""
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    passwords._hash_of_nobody.cache_clear()
    yield
    passwords._hash_of_nobody.cache_clear()


@pytest.fixture
def engine(record_url: str) -> Iterator[Engine]:
    """A record database with empty access tables; waits one second at most for another writer."""
    made = record_engine(record_url, 1)
    records_metadata.create_all(made, tables=ACCESS_TABLES)
    yield made
    made.dispose()


@pytest.fixture
def add_account(engine: Engine) -> Callable[..., Account]:
    """Create an account with the password of these tests; keyword arguments as in create_account."""

    def add(username: str = "analyst", **changes: object) -> Account:
        values = {
            "role": "analyst",
            "display_name": "统计岗",
            "districts": Scope.everything(),
            "now": NOW,
            **changes,
        }
        return create_account(engine, username, PASSWORD, **values)  # type: ignore[arg-type]

    return add


@pytest.fixture
def take_records_away(engine: Engine) -> Callable[[], None]:
    """Make every statement on the record database fail, as if it were not there."""

    def take() -> None:
        # The register may be writing; a transaction that reads first and writes then would not wait for it.
        with writing(engine) as connection:
            records_metadata.drop_all(connection, tables=ACCESS_TABLES)

    return take
