"""How many may take data at once: per account and in all. Whoever finds no place is told to come again."""

import threading
from collections import Counter
from typing import Final

import anyio

from lib.api.problem import Problem

_AGAIN_SECONDS: Final = "5"


class Slots:
    """Places for requests that run at the same time; `limiter` gives each of them one worker thread."""

    def __init__(self, *, per_account: int, in_all: int) -> None:
        self._per_account = per_account
        self._in_all = in_all
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()
        self.limiter = anyio.CapacityLimiter(in_all)

    def take(self, username: str) -> None:
        """Take a place; a `Problem` (429) when the account or the server has none left."""
        with self._lock:
            if self._taken[username] >= self._per_account:
                raise _full(f"您同时进行的取数已有 {self._per_account} 个，请等其中一个完成。")
            if self._taken.total() >= self._in_all:
                raise _full("同时取数的人太多，请稍后再试。")
            self._taken[username] += 1

    def free(self, username: str) -> None:
        """Give the place back."""
        with self._lock:
            self._taken[username] -= 1
            if self._taken[username] <= 0:
                del self._taken[username]

    @property
    def in_use(self) -> int:
        """Places taken now."""
        with self._lock:
            return self._taken.total()


def _full(detail: str) -> Problem:
    return Problem(429, detail, {"Retry-After": _AGAIN_SECONDS})
