"""Writing beside the reader: what must be recorded waits for a running load, whoever takes data does not."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sqlalchemy import Connection, Engine

from lib.access.errors import RecordsUnavailable
from lib.access.records import writing

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
        self.failed = False
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

    def add_first(self, write: Write, *, seconds: float) -> None:
        """The same for what must be recorded before anything is handed out.

        Raises RecordsUnavailable when the database refuses at once. When it is only busy, the row waits in line and
        the caller goes on after so many seconds.
        """
        entry = _Entry(write)
        self._submit(entry)
        if entry.tried.wait(seconds) and entry.failed:
            entry.given_up = True
            raise RecordsUnavailable("连接不上记录数据库。")

    def close(self) -> None:
        """Write what waits, then end."""
        self._writing.shutdown(wait=True)

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
        try:
            with writing(self._engine) as connection:
                entry.write(connection)
        except RecordsUnavailable:
            entry.failed = True
            return False
        except Exception:
            LOGGER.exception("an entry of the register cannot be written")
            return True
        finally:
            entry.tried.set()
        return True
