"""Handing out a file: piece by piece from a worker thread, complete or broken off, never shorter.

Each piece is made while the one before it is sent, and no sooner, so a slow reader costs little memory; the worker
thread keeps the event loop free for the pages. After an error in the middle the connection is cut without its closing
chunk, which every HTTP client reports as an error.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
import anyio.to_thread
from starlette.types import Receive, Scope, Send

#: What is written to the connection at once.
_STEP_BYTES: Final = 256 * 1024
#: A reader who takes none of it for so long has gone without saying so.
_PATIENCE_SECONDS: Final = 60
#: How soon a file ends whose reader lost the right to it.
_RIGHT_SECONDS: Final = 10
_GZIP_LEVEL: Final = 1
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class RightWithdrawn(RuntimeError):
    """The token, the session or the account of a reader ended while a file was sent."""


class BrokenOff(RuntimeError):
    """A file could not be finished after its first bytes were sent; the connection is cut."""


@dataclass
class Counted:
    """Pieces with the SHA-256 of what went through them."""

    pieces: Iterator[bytes]
    digest: Any = field(default_factory=hashlib.sha256)

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.digest.update(piece)
            yield piece


def gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces as one gzip stream without file name and time: the same file gives the same bytes."""
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


class Delivery:
    """An ASGI answer that sends pieces. `done(complete)` is called once, in a worker thread, however it ends."""

    def __init__(
        self,
        pieces: Iterator[bytes],
        headers: list[tuple[bytes, bytes]],
        done: Callable[[bool], None],
        *,
        limiter: anyio.CapacityLimiter,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self._pieces = pieces
        self._headers = headers
        self._done = done
        self._limiter = limiter
        self._patience_seconds = patience_seconds
        self._complete = False
        self._failure: Exception | None = None
        self._has_right: Callable[[], bool] = lambda: True
        self._asked_at = 0.0

    def watch(self, has_right: Callable[[], bool]) -> None:
        """Break off when this, asked in a worker thread every few seconds, is no longer so."""
        self._has_right = has_right

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send everything, or break off."""
        self._asked_at = anyio.current_time()
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._end_when_gone, receive, group.cancel_scope)
                await self._send_all(send)
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._finish)
        if self._failure is not None:
            raise BrokenOff("an extract broke off in the middle") from self._failure

    async def _send_all(self, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self._headers})
            piece = await self._next_piece()
            while piece is not None:
                piece = await self._sent_and_next(piece, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            self._complete = True
        except Exception as error:
            self._failure = error

    async def _sent_and_next(self, piece: bytes, send: Send) -> bytes | None:
        """Send a piece while the worker thread makes the next one: never more than two are in memory."""
        following: list[bytes | None] = []

        async def prepare() -> None:
            following.append(await self._next_piece())

        async with anyio.create_task_group() as group:
            group.start_soon(prepare)
            for start in range(0, len(piece), _STEP_BYTES):
                await self._check_right()
                with anyio.fail_after(self._patience_seconds):
                    step = piece[start : start + _STEP_BYTES]
                    await send({"type": "http.response.body", "body": step, "more_body": True})
        return following[0]

    async def _check_right(self) -> None:
        if anyio.current_time() - self._asked_at < _RIGHT_SECONDS:
            return
        self._asked_at = anyio.current_time()
        if not await anyio.to_thread.run_sync(self._has_right):
            raise RightWithdrawn

    async def _next_piece(self) -> bytes | None:
        return await anyio.to_thread.run_sync(next, self._pieces, None, limiter=self._limiter)

    async def _end_when_gone(self, receive: Receive, scope: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue
        scope.cancel()

    def _finish(self) -> None:
        try:
            close = getattr(self._pieces, "close", None)
            if close is not None:
                close()
        finally:
            self._done(self._complete)
