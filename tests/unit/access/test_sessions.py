from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select, update

from lib.access.accounts import Account, deactivate, grant, set_password
from lib.access.sessions import (
    ABSOLUTE_LIFE,
    IDLE_LIFE,
    check_session,
    digest_of,
    end_session,
    new_ticket,
    redeem_ticket,
    touch_session,
)
from lib.data.scope import Scope
from lib.data.tables.access import account, audit_event, login_session, login_ticket
from tests.unit.access.conftest import NOW

Add = Callable[..., Account]
SECOND = timedelta(seconds=1)


def ticket_for(engine: Engine, account_: Account, now: datetime = NOW) -> str:
    with engine.begin() as connection:
        return new_ticket(connection, account_, now)


def redeem(engine: Engine, ticket: str, now: datetime = NOW) -> str | None:
    return redeem_ticket(engine, ticket, now, address="10.0.0.7", user_agent="Browser")


def open_session(engine: Engine, account_: Account) -> str:
    session_id = redeem(engine, ticket_for(engine, account_))
    assert session_id is not None
    return digest_of(session_id)


def is_good(engine: Engine, digest: str, now: datetime = NOW) -> bool:
    return check_session(engine, digest, now, demo_allowed=False) is not None


def test_a_ticket_opens_one_session(engine: Engine, add_account: Add) -> None:
    expected = add_account()
    ticket = ticket_for(engine, expected)
    session_id = redeem(engine, ticket)
    assert session_id is not None
    checked = check_session(engine, digest_of(session_id), NOW, demo_allowed=False)
    assert checked is not None
    assert checked.account == expected
    assert redeem(engine, ticket) is None, "a ticket serves once"


def test_of_two_requests_with_one_ticket_one_gets_a_session(engine: Engine, add_account: Add) -> None:
    for number in range(5):
        ticket = ticket_for(engine, add_account(f"analyst{number}"))
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(partial(redeem, engine), [ticket] * 4))
        assert sum(answer is not None for answer in answers) == 1


@pytest.mark.parametrize("ticket", ["", "guess", "x" * 43, "' OR 1=1 --"])
def test_a_guessed_ticket_opens_nothing(engine: Engine, add_account: Add, ticket: str) -> None:
    ticket_for(engine, add_account())
    assert redeem(engine, ticket) is None


def test_a_ticket_ends_after_thirty_seconds(engine: Engine, add_account: Add) -> None:
    late, timely = ticket_for(engine, add_account("one")), ticket_for(engine, add_account("two"))
    assert redeem(engine, late, NOW + timedelta(seconds=30)) is None
    assert redeem(engine, timely, NOW + timedelta(seconds=29)) is not None


def test_only_digests_are_stored(engine: Engine, add_account: Add) -> None:
    ticket = ticket_for(engine, add_account())
    with engine.connect() as connection:
        assert ticket not in str(connection.execute(select(login_ticket)).all())
    session_id = redeem(engine, ticket)
    assert session_id is not None
    with engine.connect() as connection:
        stored = str(connection.execute(select(login_session)).all())
    assert session_id not in stored
    assert digest_of(session_id) in stored


def test_two_logins_have_two_ids(engine: Engine, add_account: Add) -> None:
    who = add_account()
    assert redeem(engine, ticket_for(engine, who)) != redeem(engine, ticket_for(engine, who))


def test_a_session_ends_when_idle_or_after_a_working_day(engine: Engine, add_account: Add) -> None:
    digest = open_session(engine, add_account())
    assert is_good(engine, digest, NOW + IDLE_LIFE - SECOND)
    assert not is_good(engine, digest, NOW + IDLE_LIFE)
    for step in range(1, 5):
        touch_session(engine, digest, NOW + step * timedelta(hours=3) - SECOND)
    assert is_good(engine, digest, NOW + ABSOLUTE_LIFE - SECOND)
    assert not is_good(engine, digest, NOW + ABSOLUTE_LIFE)


def test_logging_out_ends_the_session_for_every_tab(engine: Engine, add_account: Add) -> None:
    who = add_account()
    first, second = open_session(engine, who), open_session(engine, who)
    end_session(engine, first, NOW)
    assert not is_good(engine, first)
    assert is_good(engine, second), "another browser of the same person goes on"
    with engine.connect() as connection:
        events = connection.scalars(select(audit_event.c.event).order_by(audit_event.c.id)).all()
    assert list(events) == ["account_created", "login", "login", "logout"]


def test_ending_an_unknown_session_does_nothing(engine: Engine) -> None:
    end_session(engine, digest_of("never issued"), NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda engine: deactivate(engine, "analyst", NOW),
        lambda engine: set_password(engine, "analyst", "another password", NOW),
        lambda engine: grant(engine, "analyst", "official", Scope.everything(), NOW),
        lambda engine: grant(engine, "analyst", "analyst", Scope.of("341225"), NOW),
    ],
)
def test_a_changed_account_ends_its_sessions_and_tickets(
    engine: Engine, add_account: Add, change: Callable[[Engine], None]
) -> None:
    who = add_account("analyst")
    digest, ticket = open_session(engine, who), ticket_for(engine, who)
    change(engine)
    assert not is_good(engine, digest)
    assert redeem(engine, ticket) is None


def test_a_demo_session_is_worth_nothing_in_production(engine: Engine, add_account: Add) -> None:
    digest = open_session(engine, add_account(is_demo=True))
    assert check_session(engine, digest, NOW, demo_allowed=True) is not None
    assert check_session(engine, digest, NOW, demo_allowed=False) is None


def test_a_role_written_by_hand_acts_at_the_next_check(engine: Engine, add_account: Add) -> None:
    digest = open_session(engine, add_account("analyst"))
    with engine.begin() as connection:
        connection.execute(update(account).values(role="presenter"))
    checked = check_session(engine, digest, NOW, demo_allowed=False)
    assert checked is not None
    assert checked.account.role == "presenter"
