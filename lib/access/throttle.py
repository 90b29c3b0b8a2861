"""Slowing down guesses: five wrong passwords for a name, or twenty from an address, lock it for a while.

Unknown names are counted like known ones, so that a lock tells nobody which names exist.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lib.data.tables.access import USERNAME_LENGTH, login_throttle

WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=15)
FAILURES_PER_USERNAME = 5
FAILURES_PER_ADDRESS = 20

# Everybody behind a reverse proxy on the same machine would share these; they are never locked as an address.
_LOOPBACK = ("", "127.0.0.1", "::1")


def throttle_keys(username: str, address: str) -> dict[str, int]:
    """The keys one attempt counts under, each with the number of failures that locks it."""
    keys = {f"user:{username[:USERNAME_LENGTH]}": FAILURES_PER_USERNAME}
    if address not in _LOOPBACK:
        keys[f"address:{address[:64]}"] = FAILURES_PER_ADDRESS
    return keys


def is_locked(connection: Connection, username: str, address: str, now: datetime) -> bool:
    """Whether this name or this address has to wait."""
    keys = throttle_keys(username, address)
    locked = select(login_throttle.c.key).where(
        login_throttle.c.key.in_(keys), login_throttle.c.locked_until > now
    )
    return connection.execute(locked).first() is not None


def count_failure(connection: Connection, username: str, address: str, now: datetime) -> bool:
    """Count one wrong attempt; return whether it locked the name or the address."""
    locks = [
        count_under(connection, key, limit, now) for key, limit in throttle_keys(username, address).items()
    ]
    return any(locks)


def forget_failures(connection: Connection, username: str) -> None:
    """After the right password the name starts from zero; the address keeps its count."""
    key = next(iter(throttle_keys(username, "")))
    connection.execute(delete(login_throttle).where(login_throttle.c.key == key))


def is_key_locked(connection: Connection, key: str, now: datetime) -> bool:
    """Whether what counts under this key has to wait."""
    locked = select(login_throttle.c.key).where(
        login_throttle.c.key == key, login_throttle.c.locked_until > now
    )
    return connection.execute(locked).first() is not None


def count_under(connection: Connection, key: str, limit: int, now: datetime) -> bool:
    """Count one failure under a key; return whether that locked it."""
    row = _locked_row(connection, key, now)
    fresh = row.first_failure_at <= now - WINDOW
    failures = 1 if fresh else row.failures + 1
    locked_until = now + LOCK if failures >= limit else None
    values = {
        "failures": failures,
        "locked_until": locked_until,
        **({"first_failure_at": now} if fresh else {}),
    }
    connection.execute(update(login_throttle).where(login_throttle.c.key == key).values(values))
    return locked_until is not None


def _locked_row(connection: Connection, key: str, now: datetime) -> Row[Any]:
    """The row of a key, made if need be and held until the transaction ends: parallel guesses all count."""
    empty = {"key": key, "failures": 0, "first_failure_at": now, "locked_until": None}
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(login_throttle).values(empty).on_conflict_do_nothing())
    return connection.execute(
        select(login_throttle).where(login_throttle.c.key == key).with_for_update()
    ).one()
