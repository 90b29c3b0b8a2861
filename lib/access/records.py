"""One door to the record database for everything in this package: a failure to reach it has one name."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lib.access.errors import RecordsUnavailable

LOGGER = logging.getLogger(__name__)

# A missing table is an OperationalError on SQLite and a ProgrammingError on PostgreSQL: both mean "not set up".
_UNREACHABLE = (OperationalError, InterfaceError, ProgrammingError, PoolTimeout)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for reading; RecordsUnavailable when the database cannot be reached."""
    try:
        with engine.connect() as connection:
            yield connection
    except _UNREACHABLE as failure:
        raise _unavailable(failure) from failure


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection inside one transaction; RecordsUnavailable when the database cannot be reached."""
    try:
        with engine.begin() as connection:
            yield connection
    except _UNREACHABLE as failure:
        raise _unavailable(failure) from failure


def _unavailable(failure: Exception) -> RecordsUnavailable:
    # The message of the driver may hold the address of the database: it belongs in the log, not on a page.
    LOGGER.warning("record database not available: %s", failure)
    return RecordsUnavailable("连接不上记录数据库。")
