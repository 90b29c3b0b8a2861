"""Writing beside the reader: what must be recorded waits for a running load, whoever takes data does not."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sqlalchemy import Connection, Engine, select

from lib.access.errors import RecordsUnavailable
from lib.access.extracts import releases
from lib.access.records import reading, writing
from lib.data.tables.access import audit_event

LOGGER = logging.getLogger(__name__)

Write = Callable[[Connection], None]

#: A load may hold the record database for minutes; each try waits for it as long as the engine allows.
_TRIES: Final = 60
_PAUSE_SECONDS: Final = 5.0
#: More than this waiting means that nothing gets written any more.
_MOST_WAITING: Final = 500


class _Entry:
    def __init__(self, write: Write) -> None:
        self.write = write
        self.tried = threading.Event()
        self.failure: Exception | None = None
        self.given_up = False


class Register:
    """One thread that writes to the record database, in the order of asking."""

    def __init__(self, engine: Engine, *, pause_seconds: float = _PAUSE_SECONDS) -> None:
        self._engine = engine
        self._pause_seconds = pause_seconds
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="register")
        self._lock = threading.Lock()
        self._waiting = 0

    def add(self, write: Write) -> None:
        """Have something written; it is tried again while the database is busy. Raises RecordsUnavailable when full."""
        self._submit(_Entry(write))

    def add_first(self, write: Write, *, seconds: float, is_needed: bool = False) -> None:
        """The same for what must be recorded before anything is handed out.

        Raises what the writing raised, RecordsUnavailable when the database is away. When it only keeps writers
        waiting, the row stays in line and the caller goes on after so many seconds; unless the row itself decides
        whether anything is handed out (`is_needed`): then it is given up and RecordsUnavailable raised.
        """
        entry = _Entry(write)
        self._submit(entry)
        try:
            if entry.tried.wait(seconds):
                if entry.failure is not None:
                    raise entry.failure
            elif is_needed:
                raise RecordsUnavailable("记录数据库正忙（可能正在导入数据）。")
            else:
                self._check_reachable()
        except Exception:
            entry.given_up = True
            raise

    def releases(self) -> tuple[str, ...]:
        """Every protected table that is entered, the newest first."""
        return releases(self._engine)

    def close(self) -> None:
        """Write what waits, then end."""
        self._writing.shutdown(wait=True)

    def _check_reachable(self) -> None:
        """A load keeps writers out and lets readers in; a database that is away does neither."""
        with reading(self._engine) as connection:
            connection.execute(select(audit_event.c.id).limit(1))

    def _submit(self, entry: _Entry) -> None:
        with self._lock:
            if self._waiting >= _MOST_WAITING:
                raise RecordsUnavailable("等待登记的记录太多。")
            self._waiting += 1
        self._writing.submit(self._write, entry)

    def _write(self, entry: _Entry) -> None:
        try:
            for _ in range(_TRIES):
                if entry.given_up or self._is_written(entry):
                    return
                time.sleep(self._pause_seconds)
            LOGGER.error("an entry of the register could not be written after %d tries", _TRIES)
        finally:
            with self._lock:
                self._waiting -= 1

    def _is_written(self, entry: _Entry) -> bool:
        """Write, and say whether that is over with: an error about the row itself would come again at every try.

        Whoever waits for the row gets the error. For others the log is the only place left, and what stands behind in
        line must be written all the same.
        """
        try:
            with writing(self._engine) as connection:
                entry.write(connection)
            entry.failure = None
        except RecordsUnavailable as failure:
            entry.failure = failure
            return False
        except Exception as failure:
            entry.failure = failure
            LOGGER.exception("an entry of the register cannot be written")
        finally:
            entry.tried.set()
        return True
