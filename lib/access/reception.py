"""What all parts of this process share about access: record database, session watch and mode."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Engine

from lib.access.watch import SessionWatch
from lib.data.database import record_engine
from lib.data.settings import settings

# A reader does not wait longer than this for a running load or for a server that does not answer.
QUEUE_SECONDS = 5


@dataclass(frozen=True)
class Reception:
    """The access side of one running process; ``is_demo`` decides whether demo accounts may enter."""

    engine: Engine
    watch: SessionWatch
    is_demo: bool

    @property
    def cookie_name(self) -> str:
        """A browser takes a ``__Host-`` cookie only over TLS, from this very host and for the path ``/``."""
        return "bamai-session" if self.is_demo else "__Host-bamai-session"

    @property
    def secure(self) -> bool:
        """Whether the cookie travels over TLS only; a demo runs on plain http on the own machine."""
        return not self.is_demo


@lru_cache(maxsize=1)
def reception() -> Reception:
    """The reception of this process; tests call ``reception.cache_clear()`` after changing the settings."""
    chosen = settings()
    engine = record_engine(chosen.database_url, QUEUE_SECONDS)
    return Reception(
        engine=engine, watch=SessionWatch(engine, demo_allowed=chosen.is_demo), is_demo=chosen.is_demo
    )
