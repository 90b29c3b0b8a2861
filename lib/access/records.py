"""One door to the record database for everything in this package: a failure to reach it has one name."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lib.access.errors import RecordsUnavailable

LOGGER = logging.getLogger(__name__)

# Refused connections, missing tables, a file that is no database: the drivers name them differently. What the
# values of a statement cause is not among them and stays what it is.
_UNREACHABLE = (DatabaseError, InterfaceError, PoolTimeout)
_ABOUT_VALUES = (IntegrityError, DataError)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for reading; RecordsUnavailable when the database cannot be reached."""
    try:
        with engine.connect() as connection:
            yield connection
    except _ABOUT_VALUES:
        raise
    except _UNREACHABLE as failure:
        raise _unavailable(failure) from failure


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection inside one transaction; RecordsUnavailable when the database cannot be reached.

    SQLite gets its write lock at the start: a transaction that reads first and writes later would be refused
    when another one wrote in between.
    """
    try:
        with engine.connect().execution_options(bamai_exclusive=True) as connection, connection.begin():
            yield connection
    except _ABOUT_VALUES:
        raise
    except _UNREACHABLE as failure:
        raise _unavailable(failure) from failure


def _unavailable(failure: Exception) -> RecordsUnavailable:
    # The message of the driver may hold the address of the database: it belongs in the log, not on a page.
    LOGGER.warning("record database not available: %s", failure)
    return RecordsUnavailable("连接不上记录数据库。")
