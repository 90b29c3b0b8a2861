"""Taking data: the checks before the first byte, the headers, and the entries in the registers."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from lib.access.errors import RecordsUnavailable
from lib.access.extracts import ReleaseOvertaken, add_extract
from lib.access.register import Register
from lib.api.callers import LOGGER, Caller
from lib.api.delivery import Counted, Delivery, gzipped
from lib.api.entity_tags import accepts_gzip, entity_tag, is_known
from lib.api.parameters import Query, read_extract, read_query, read_reason
from lib.api.problem import Problem
from lib.api.ready import Ready, caching, event_of, raw, taken_of
from lib.api.slots import Slots
from lib.data.publish import snapshot_path
from lib.data.scope import Scope
from lib.data.snapshot import SnapshotMissing, open_snapshot
from lib.export.address import address_of
from lib.export.csv import digest
from lib.export.extract import Extract, Kind, name_of_file, pieces_of, prepare
from lib.metrics.releases import Before

#: How long a reader waits until the taking is on record; when the database is busy it is written a little later.
_RECORD_SECONDS: Final = 0.5
#: The same for a protected table, which must be on record before anybody has it.
_RELEASE_SECONDS: Final = 10
#: Files that may be long, and figures, which never are.
_FILES, _FIGURES = (2, 4), (8, 24)


class Takings:
    """Hands out figures, rows and tables; one for the whole server."""

    def __init__(self, folder: Path, register: Register, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._register = register
        self._clock = clock
        self._files = Slots(per_account=_FILES[0], in_all=_FILES[1])
        self._figures = Slots(per_account=_FIGURES[0], in_all=_FIGURES[1])

    @property
    def running(self) -> int:
        """How many are being answered now."""
        return self._files.in_use + self._figures.in_use

    async def answer(self, request: Request, caller: Caller, kind: Kind) -> ASGIApp:
        """The answer to one request. Raises `Problem` and errors that `problem_of` knows."""
        _refuse_parts(request)
        query = read_query(kind, request.path_params["name"], request.query_params.multi_items())
        slots = self._figures if kind == "metric" else self._files
        username = caller.account.username
        slots.take(username)
        kept = False
        try:
            answer = await run_in_threadpool(self._opened, request, caller, query, slots)
            kept = isinstance(answer, Delivery)
        finally:
            if not kept:
                slots.free(username)
        return answer

    def _opened(self, request: Request, caller: Caller, query: Query, slots: Slots) -> ASGIApp:
        ready = self._ready(request, caller, query)
        if isinstance(ready, Response):
            return ready
        if request.method == "HEAD":
            return _head(ready)
        if ready.extract.protected:
            return self._leaving(ready, slots)
        self._register.add_first(self._announced(ready), seconds=_RECORD_SECONDS)
        counted = Counted(pieces_of(ready.content, ready.extract.form))
        pieces = gzipped(iter(counted)) if ready.packed else iter(counted)
        # The first piece comes before the headers, so that what fails at once is an answer and no broken file.
        try:
            first = next(pieces, b"")
        except Exception:
            self._finished(ready, None)
            raise

        def done(complete: bool) -> None:
            slots.free(caller.account.username)
            self._finished(ready, counted.digest.hexdigest() if complete else None)

        return Delivery(_after(first, pieces), raw(ready.headers()), done, limiter=slots.limiter)

    def _leaving(self, ready: Ready, slots: Slots) -> ASGIApp:
        """A protected table: short, made whole and registered first, as the next one is audited with it."""
        whole = b"".join(pieces_of(ready.content, ready.extract.form))
        announced, taken = self._announced(ready), taken_of(ready, self._clock(), digest(whole))

        def enter(connection: Connection) -> None:
            add_extract(connection, taken, ready.content.known)
            announced(connection)

        try:
            self._register.add_first(enter, seconds=_RELEASE_SECONDS, is_needed=True)
        except ReleaseOvertaken as error:
            raise Problem(409, str(error)) from error

        def done(complete: bool) -> None:
            slots.free(ready.caller.account.username)
            if not complete:
                self._finished(ready, None)

        pieces = gzipped(iter([whole])) if ready.packed else iter([whole])
        return Delivery(pieces, raw(ready.headers()), done, limiter=slots.limiter)

    def _ready(self, request: Request, caller: Caller, query: Query) -> "Ready | Response":
        form = query.form
        try:
            snapshot = open_snapshot(self._folder, caller.scope, query.version)
        except SnapshotMissing as error:
            if query.version is None:
                raise
            raise Problem(404, str(error)) from error
        extract = read_extract(query, snapshot, caller.scope, may_see_persons=caller.may_see_persons)
        address = address_of(extract, snapshot.version)
        packed = form in ("csv", "json") and accepts_gzip(request.headers.get("accept-encoding"))
        file = snapshot_path(self._folder, snapshot.version)
        tag = entity_tag(file, address, caller.scope, packed=packed)
        if is_known(tag, request.headers.get("if-none-match")):
            return Response(status_code=304, headers=caching(tag))
        content = prepare(snapshot, extract, caller.scope, self._before(extract, snapshot.version))
        name = name_of_file(snapshot, extract)
        seen = caller.scope.sentence(snapshot.names)
        return Ready(caller, extract, content, address, name, tag, packed, seen, read_reason(query))

    def _before(self, extract: Extract, version: int) -> Before | None:
        """What left the bureau already, whoever took it: compared in the data of all districts."""
        if not extract.protected:
            return None
        whole = open_snapshot(self._folder, Scope.everything(), version)
        return Before.of(whole, self._register.releases())

    def _announced(self, ready: Ready) -> Callable[..., None]:
        return event_of("download", ready, self._clock(), row_count=ready.content.row_count)

    def _finished(self, ready: Ready, sha256: str | None) -> None:
        now = self._clock()
        try:
            if sha256 is None:
                self._register.add(event_of("download_broken", ready, now))
            else:
                taken = taken_of(ready, now, sha256)
                self._register.add(lambda connection: add_extract(connection, taken))
        except RecordsUnavailable:
            LOGGER.error("an extract could not be entered in the register: %s", ready.file_name)


def _refuse_parts(request: Request) -> None:
    if "range" in request.headers:
        raise Problem(
            416,
            "文件只能整份下载，不能分段或续传：两段之间数据可能已换版本。请去掉 Range 重新下载",
            {"Accept-Ranges": "none"},
        )
    if request.method == "GET" and request.scope.get("http_version") in ("1.0", "0.9"):
        raise Problem(505, "取数须用 HTTP/1.1：HTTP/1.0 分不清文件完整与中断。代理服务器请设 HTTP/1.1")


def _head(ready: Ready) -> Response:
    answer = Response(headers=ready.headers())
    del answer.headers["content-length"]  # would be that of the empty body
    return answer


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """One generator, so that closing it ends what makes the pieces."""
    yield from chain([first], pieces)
