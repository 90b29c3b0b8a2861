from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from lib.access import watch as watch_module
from lib.access.accounts import Account
from lib.access.sessions import OpenSession, check_session, digest_of, end_session, new_ticket, redeem_ticket
from lib.access.watch import MEMORY_LIFE, PAUSE, SessionWatch
from lib.data.tables.access import login_session
from lib.data.tables.base import records_metadata
from tests.unit.access.conftest import ACCESS_TABLES, NOW

Away = Callable[[], None]
SECOND = timedelta(seconds=1)


@pytest.fixture
def watch(engine: Engine) -> SessionWatch:
    return SessionWatch(engine, demo_allowed=False)


@pytest.fixture
def digest(engine: Engine, add_account: Callable[..., Account]) -> str:
    who = add_account("analyst")
    with engine.begin() as connection:
        ticket = new_ticket(connection, who, NOW)
    session_id = redeem_ticket(engine, ticket, NOW, address="", user_agent="")
    assert session_id is not None
    return digest_of(session_id)


def test_a_good_session_goes_on_and_a_revoked_one_stops(
    engine: Engine, watch: SessionWatch, digest: str
) -> None:
    checked = watch.check(digest, NOW)
    assert checked.session is not None
    assert checked.away_since is None
    end_session(engine, digest, NOW)
    assert watch.check(digest, NOW).session is None


def test_without_the_database_a_session_lives_on_for_fifteen_minutes(
    watch: SessionWatch, digest: str, take_records_away: Away
) -> None:
    watch.check(digest, NOW)
    take_records_away()
    gone = NOW + timedelta(minutes=1)
    checked = watch.check(digest, gone)
    assert checked.session is not None
    assert checked.session.account.username == "analyst"
    assert checked.away_since == gone
    last = watch.check(digest, NOW + MEMORY_LIFE)
    assert last.session is not None
    assert last.away_since == gone, "since when it is away does not move"
    assert watch.check(digest, NOW + MEMORY_LIFE + SECOND).session is None


def test_without_the_database_an_unseen_session_is_not_believed(
    watch: SessionWatch, digest: str, take_records_away: Away
) -> None:
    take_records_away()
    checked = watch.check(digest, NOW)
    assert checked.session is None
    assert checked.away_since == NOW


def test_a_session_once_refused_is_not_remembered(
    engine: Engine, watch: SessionWatch, digest: str, take_records_away: Away
) -> None:
    watch.check(digest, NOW)
    end_session(engine, digest, NOW)
    watch.check(digest, NOW)
    take_records_away()
    assert watch.check(digest, NOW).session is None


def test_logging_out_without_the_database_holds(
    watch: SessionWatch, digest: str, take_records_away: Away
) -> None:
    watch.check(digest, NOW)
    take_records_away()
    watch.forget(digest)
    assert watch.check(digest, NOW).session is None


def test_the_database_is_believed_again_when_it_is_back(
    engine: Engine, watch: SessionWatch, digest: str, take_records_away: Away
) -> None:
    watch.check(digest, NOW)
    take_records_away()
    watch.check(digest, NOW)
    records_metadata.create_all(engine, tables=ACCESS_TABLES)
    back = watch.check(digest, NOW + PAUSE)
    assert back.away_since is None
    assert back.session is None, "the new database does not know the session, and its word counts"


def test_a_dead_database_is_asked_again_only_after_a_pause(
    watch: SessionWatch, digest: str, take_records_away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_records_away()
    asked: list[str] = []

    def counting(engine: Engine, session_digest: str, *args: object, **kwargs: object) -> OpenSession | None:
        asked.append(session_digest)
        return check_session(engine, session_digest, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(watch_module, "check_session", counting)
    for moment in (NOW, NOW, NOW + PAUSE - SECOND):
        watch.check(digest, moment)
    assert len(asked) == 1
    watch.check(digest, NOW + PAUSE)
    assert len(asked) == 2


def test_use_is_noted_once_a_minute(engine: Engine, watch: SessionWatch, digest: str) -> None:
    later = NOW + timedelta(minutes=10)
    for seconds in (0, 1, 59):
        watch.check(digest, later + seconds * SECOND)
    watch._touching.shutdown(wait=True)
    with engine.connect() as connection:
        assert connection.scalar(select(login_session.c.seen_at)) == later
