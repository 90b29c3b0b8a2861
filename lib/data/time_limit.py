"""Stopping queries that run too long: one thread watches them all, as starting one for each costs a millisecond."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

#: How often the watch looks, in seconds: a query may run over by this much.
_STEP: Final = 0.25


class _Watch:
    def __init__(self) -> None:
        self._ends: dict[int, tuple[float, duckdb.DuckDBPyConnection]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, cursor: duckdb.DuckDBPyConnection, seconds: float) -> None:
        with self._changed:
            self._ends[id(cursor)] = (time.monotonic() + seconds, cursor)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="query-watch", daemon=True)
                self._thread.start()
            elif len(self._ends) == 1:
                self._changed.notify()

    def remove(self, cursor: duckdb.DuckDBPyConnection) -> None:
        with self._changed:
            self._ends.pop(id(cursor), None)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._ends:
                    self._changed.wait()
                now = time.monotonic()
                for key, (end, cursor) in list(self._ends.items()):
                    if end <= now:
                        # Under the lock: a cursor that was taken off must not be interrupted in its next query.
                        cursor.interrupt()
                        del self._ends[key]
            time.sleep(_STEP)


_WATCH: Final = _Watch()


@contextmanager
def time_limit(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs on the cursor after so many seconds; it then raises ``duckdb.InterruptException``."""
    _WATCH.add(cursor, seconds)
    try:
        yield
    finally:
        _WATCH.remove(cursor)
