from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from lib.access.accounts import Account, deactivate
from lib.access.errors import RecordsUnavailable
from lib.access.login import Admission, attempt_login
from lib.data.tables.access import audit_event
from tests.unit.access.conftest import NOW, PASSWORD

Add = Callable[..., Account]


def attempt(
    engine: Engine,
    username: str = "analyst",
    password: str = PASSWORD,
    now: datetime = NOW,
    address: str = "10.0.0.7",
    demo_allowed: bool = False,
) -> Admission | None:
    return attempt_login(engine, username, password, now, address=address, demo_allowed=demo_allowed)


def events(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(audit_event.c.event).order_by(audit_event.c.id)))


def fail(engine: Engine, times: int, **changes: object) -> None:
    for _ in range(times):
        assert attempt(engine, password="a wrong password", **changes) is None  # type: ignore[arg-type]


def test_the_right_password_admits(engine: Engine, add_account: Add) -> None:
    expected = add_account("analyst")
    admission = attempt(engine, " Analyst ")
    assert admission is not None
    assert admission.account == expected
    assert len(admission.ticket) >= 43


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("analyst", "a wrong password"),
        ("analyst", ""),
        ("analyst", PASSWORD + "x"),
        ("nobody", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("x" * 10_000, PASSWORD),
        ("analyst\nroot logged in", PASSWORD),
    ],
)
def test_anything_else_is_refused(engine: Engine, add_account: Add, username: str, password: str) -> None:
    add_account("analyst")
    assert attempt(engine, username, password) is None
    assert events(engine)[-1] == "login_failed"


def test_a_deactivated_account_is_refused(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    deactivate(engine, "analyst", NOW)
    assert attempt(engine) is None


def test_a_demo_account_enters_only_a_demo(engine: Engine, add_account: Add) -> None:
    add_account("analyst", is_demo=True)
    assert attempt(engine) is None
    assert attempt(engine, demo_allowed=True) is not None


def test_five_failures_lock_the_name_even_for_the_right_password(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    add_account("official")
    fail(engine, 4)
    assert attempt(engine) is not None, "four failures do not lock"
    fail(engine, 5)
    assert attempt(engine) is None
    assert attempt(engine, "official") is not None, "only the guessed name is locked"
    assert events(engine).count("locked") == 2


def test_the_lock_ends_by_itself_and_guesses_do_not_prolong_it(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    fail(engine, 5)
    for minute in range(1, 15):
        fail(engine, 1, now=NOW + timedelta(minutes=minute))
    assert attempt(engine, now=NOW + timedelta(minutes=14, seconds=59)) is None
    assert attempt(engine, now=NOW + timedelta(minutes=15)) is not None


def test_failures_spread_over_more_than_the_window_do_not_lock(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    fail(engine, 4)
    fail(engine, 4, now=NOW + timedelta(minutes=15))
    assert attempt(engine, now=NOW + timedelta(minutes=16)) is not None


def test_the_right_password_forgets_earlier_failures(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    for _ in range(3):
        fail(engine, 4)
        assert attempt(engine) is not None


def test_unknown_names_are_locked_like_known_ones(engine: Engine, add_account: Add) -> None:
    fail(engine, 5, username="nobody")
    add_account("nobody")
    assert attempt(engine, "nobody") is None


def test_an_address_that_tries_many_names_is_locked(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    for number in range(20):
        fail(engine, 1, username=f"guess{number}")
    assert attempt(engine) is None
    assert attempt(engine, address="10.0.0.8") is not None


@pytest.mark.parametrize("address", ["", "127.0.0.1", "::1"])
def test_the_address_of_a_proxy_on_this_machine_is_never_locked(
    engine: Engine, add_account: Add, address: str
) -> None:
    add_account("analyst")
    for number in range(25):
        fail(engine, 1, username=f"guess{number}", address=address)
    assert attempt(engine, address=address) is not None


def test_the_audit_trail_has_one_line_each_and_no_password(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    attempt(engine, "root\n\x1b[31mx" + "y" * 1000, "a secret password")
    with engine.connect() as connection:
        row = connection.execute(select(audit_event).order_by(audit_event.c.id.desc())).first()
    assert row is not None
    assert row.username.isprintable()
    assert len(row.username) <= 40
    assert "a secret password" not in str(row)
    assert row.address == "10.0.0.7"


def test_without_the_database_the_reason_is_named(
    engine: Engine, take_records_away: Callable[[], None]
) -> None:
    take_records_away()
    with pytest.raises(RecordsUnavailable):
        attempt(engine)
