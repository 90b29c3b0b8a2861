"""Entries of the registers: written in order, tried again while the database is busy."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from lib.access.audit import record_event
from lib.access.errors import RecordsUnavailable
from lib.access.extracts import TakenExtract, add_extract, recent_extracts
from lib.access.records import writing
from lib.access.register import Register, Write
from lib.data.tables.access import audit_event
from tests.unit.access.conftest import NOW

EMPTY = {"username": "", "address": "", "subject": "", "detail": ""}


def event(name: str) -> Write:
    return lambda connection: record_event(connection, now=NOW, event=name, username="analyst")


def twice(connection: Connection) -> None:
    """A row that no database takes."""
    for _ in range(2):
        connection.execute(insert(audit_event).values(id=7, at=NOW, event="x", **EMPTY))


def events(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(audit_event.c.event).order_by(audit_event.c.id)))


def test_entries_keep_their_order(engine: Engine) -> None:
    register = Register(engine)
    register.add_first(event("one"), seconds=5)
    assert events(engine) == ["one"], "on record before anything is handed out"
    for number in range(20):
        register.add(event(f"n{number}"))
    register.close()
    assert events(engine) == ["one", *(f"n{number}" for number in range(20))]


def test_a_database_that_is_away_is_said_at_once(
    engine: Engine, take_records_away: Callable[[], None]
) -> None:
    register = Register(engine, pause_seconds=0.01)
    take_records_away()
    with pytest.raises(RecordsUnavailable):
        register.add_first(event("one"), seconds=5)
    register.close()


def test_a_running_load_delays_the_entry_and_not_the_reader(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("a load keeps out other writers on SQLite only")
    register = Register(engine, pause_seconds=0.05)
    with writing(engine) as load:
        load.execute(select(1))
        register.add_first(event("later"), seconds=0.05)
        assert events(engine) == []
    register.close()
    assert events(engine) == ["later"]


def test_what_cannot_be_recorded_is_not_handed_out(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    register = Register(engine)
    with pytest.raises(IntegrityError):
        register.add_first(twice, seconds=5)
    register.add(twice)
    register.add(event("behind"))
    register.close()
    assert events(engine) == ["behind"], "whatever stands behind in line is written"
    assert caplog.text.count("cannot be written") == 2


def test_a_line_that_stands_still_hides_no_database_that_is_away(
    engine: Engine, take_records_away: Callable[[], None]
) -> None:
    gone = threading.Event()

    def waits(connection: Connection) -> None:
        if not gone.is_set():
            raise RecordsUnavailable("busy")

    register = Register(engine, pause_seconds=0.05)
    register.add(waits)
    take_records_away()
    with pytest.raises(RecordsUnavailable):
        register.add_first(event("one"), seconds=0.01)
    gone.set()
    register.close()


def test_extracts_are_listed_newest_first(engine: Engine) -> None:
    def taken(username: str, number: int) -> TakenExtract:
        return TakenExtract(
            at=NOW,
            username=username,
            door="api",
            query=f"tables/sample?version={number}",
            sentence="范围：全部地区",
            scope="全部地区",
            data_version=number,
            file_name="样品\n.csv",
            row_count=3,
            sha256="0" * 64,
        )

    with writing(engine) as connection:
        for number in (0, 1, 2, 1, 1):
            add_extract(connection, taken("analyst", number))
        add_extract(connection, taken("another", 9))
    found = recent_extracts(engine, "analyst", 2)
    assert [(one.data_version, times) for one, times in found] == [(1, 3), (2, 1)], "what is the same is one"
    newest = found[0][0]
    assert newest.file_name == "样品�.csv", "one line"
    assert newest.at == NOW
