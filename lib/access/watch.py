"""Checking sessions at every click, and going on for a while when the record database is down.

The pages read snapshots, which do not need the record database. So a session that was good a short while ago
stays good in the memory of this process while the database is away, and nobody is thrown out of a running
meeting. A process that starts while the database is away knows no session, and nobody can log in.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from lib.access.errors import RecordsUnavailable
from lib.access.sessions import SEEN_STEP, OpenSession, check_session, touch_session

LOGGER = logging.getLogger(__name__)

MEMORY_LIFE = timedelta(minutes=15)
# After a failure the database is left alone for a moment, so that a dead host does not slow down every click.
PAUSE = timedelta(seconds=5)


@dataclass(frozen=True)
class Checked:
    """The outcome of a check: the session if it may go on, and since when the database is away (or None)."""

    session: OpenSession | None
    away_since: datetime | None = None


class SessionWatch:
    """Checks sessions against the record database; remembers the good ones for 15 minutes."""

    def __init__(self, engine: Engine, *, demo_allowed: bool) -> None:
        self._engine = engine
        self._demo_allowed = demo_allowed
        self._lock = threading.Lock()
        self._good: dict[str, tuple[OpenSession, datetime]] = {}
        self._away_since: datetime | None = None
        self._next_try: datetime | None = None
        self._touched: dict[str, datetime] = {}
        # One thread: touching waits for a running load, the reader must not.
        self._touching = ThreadPoolExecutor(max_workers=1, thread_name_prefix="session-touch")

    def check(self, session_digest: str, now: datetime) -> Checked:
        """Return the session if it is good now, from memory when the record database does not answer."""
        if self._next_try is not None and now < self._next_try:
            return self._remembered(session_digest, now)
        try:
            session = check_session(self._engine, session_digest, now, demo_allowed=self._demo_allowed)
        except RecordsUnavailable:
            with self._lock:
                self._away_since = self._away_since or now
                self._next_try = now + PAUSE
            return self._remembered(session_digest, now)
        self._remember(session_digest, session, now)
        if session is not None and now - session.seen_at >= SEEN_STEP:
            self._touch(session_digest, now)
        return Checked(session)

    def forget(self, session_digest: str) -> None:
        """Drop what is remembered of a session, so that it is over even while the record database is away."""
        with self._lock:
            self._good.pop(session_digest, None)

    def _remember(self, session_digest: str, session: OpenSession | None, now: datetime) -> None:
        with self._lock:
            self._away_since = self._next_try = None
            self._good = {one: kept for one, kept in self._good.items() if now - kept[1] <= MEMORY_LIFE}
            if session is None:
                self._good.pop(session_digest, None)
            else:
                self._good[session_digest] = (session, now)

    def _remembered(self, session_digest: str, now: datetime) -> Checked:
        with self._lock:
            session, checked_at = self._good.get(session_digest, (None, now))
            fresh = now - checked_at <= MEMORY_LIFE
            return Checked(session if fresh else None, away_since=self._away_since or now)

    def _touch(self, session_digest: str, now: datetime) -> None:
        with self._lock:
            self._touched = {one: at for one, at in self._touched.items() if now - at < SEEN_STEP}
            if session_digest in self._touched:
                return
            self._touched[session_digest] = now
        self._touching.submit(_touch_or_log, self._engine, session_digest, now)


def _touch_or_log(engine: Engine, session_digest: str, now: datetime) -> None:
    try:
        touch_session(engine, session_digest, now)
    except RecordsUnavailable:
        LOGGER.warning("the last use of a session could not be noted; it may end early")
