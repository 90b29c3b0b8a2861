"""Files are handed out whole, packed if asked, and cut off when they cannot be finished; places are given back."""

import asyncio
import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from lib.api.delivery import BrokenOff, Counted, Delivery, gzipped
from lib.api.entity_tags import accepts_gzip, is_known, program_digest
from lib.api.problem import Problem
from lib.api.slots import Slots
from lib.data.snapshot import QueryFailed
from lib.data.tables.access import audit_event
from lib.data.tables.extracts import extract_record
from lib.metrics.row_source import RowSource
from tests.unit.api.conftest import Service, bearer

SAMPLES = "/api/v1/tables/sample?from=2024-01-01&to=2024-12-31"


def stored(service: Service, column: Any) -> list[Any]:
    service.register.close()
    with service.engine.connect() as connection:
        return list(connection.scalars(select(column)))


def test_packed_and_plain_are_the_same_file(service: Service) -> None:
    token = service.token()
    plain = service.client.get(SAMPLES, headers=bearer(token))
    packed = service.client.get(SAMPLES, headers={**bearer(token), "accept-encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content, "httpx unpacks"
    assert int(plain.headers["x-row-count"]) == plain.content.count(b"\r\n") - 1
    assert "Accept-Encoding" in plain.headers["vary"]
    parquet = service.client.get(
        f"{SAMPLES}&format=parquet", headers={**bearer(token), "accept-encoding": "gzip"}
    )
    assert "content-encoding" not in parquet.headers, "packed already"


def test_what_was_not_changed_is_not_sent_again(service: Service) -> None:
    headers = bearer(service.token())
    tag = service.client.get(SAMPLES, headers=headers).headers["etag"]
    again = service.client.get(SAMPLES, headers={**headers, "if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    packed = {**headers, "accept-encoding": "gzip", "if-none-match": f"W/{tag}"}
    assert service.client.get(SAMPLES, headers=packed).status_code == 304
    for other in (f"{SAMPLES}&stage=餐饮", f"{SAMPLES}&format=json", "/api/v1/tables/failing_item"):
        assert service.client.get(other, headers={**headers, "if-none-match": tag}).status_code == 200
    county = bearer(service.token("county"))
    assert service.client.get(SAMPLES, headers={**county, "if-none-match": tag}).status_code == 200
    assert len(stored(service, extract_record.c.id)) == 5, "what is not sent is not taken"


def test_another_program_gives_other_tags(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, text in ((one, "a = 1"), (other, "a = 2")):
        folder.mkdir()
        (folder / "rate.py").write_text(text)
    assert program_digest(one) != program_digest(other)
    headers = bearer(service.token())
    tag = service.client.get(SAMPLES, headers=headers).headers["etag"]
    monkeypatch.setattr("lib.api.entity_tags.program_digest", lambda folder: program_digest(other))
    updated = service.client.get(SAMPLES, headers={**headers, "if-none-match": tag})
    assert (updated.status_code, updated.headers["etag"] == tag) == (200, False)


def test_the_head_tells_and_sends_nothing(service: Service) -> None:
    answer = service.client.head(SAMPLES, headers=bearer(service.token()))
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["x-row-count"]) > 500
    assert "content-length" not in answer.headers
    assert service.takings.running == 0
    assert stored(service, extract_record.c.id) == []


def test_parts_of_a_file_are_refused(service: Service) -> None:
    headers = bearer(service.token())
    answer = service.client.get(SAMPLES, headers={**headers, "range": "bytes=100-"})
    assert (answer.status_code, "整份" in answer.json()["detail"]) == (416, True)
    assert service.client.get(SAMPLES, headers=headers).headers["accept-ranges"] == "none"


def test_file_names_are_safe_in_headers(service: Service) -> None:
    answer = service.client.get(SAMPLES, headers=bearer(service.token()))
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"sample_20240101-20241231_v000001.csv\"; filename*=UTF-8''"
        "%E6%A0%B7%E5%93%81_20240101-20241231_v000001.csv"
    )
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_an_error_midway_cuts_the_connection(
    service: Service, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    whole = RowSource.batches

    def breaks(self: RowSource, names: Any) -> Iterator[Any]:
        yield from whole(self, names)
        raise QueryFailed("数据未能全部读出")

    monkeypatch.setattr(RowSource, "batches", breaks)
    headers = bearer(service.token())
    with pytest.raises(BrokenOff):
        service.client.get(f"{SAMPLES}&format={form}", headers=headers)
    assert service.takings.running == 0
    assert stored(service, audit_event.c.event)[-2:] == ["download", "download_broken"]
    assert stored(service, extract_record.c.id) == []


def test_a_row_too_few_is_an_error(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = RowSource.batches

    def loses(self: RowSource, names: Any) -> Iterator[Any]:
        first, *others = whole(self, names)
        yield first.slice(1)
        yield from others

    monkeypatch.setattr(RowSource, "batches", loses)
    with pytest.raises(BrokenOff):
        service.client.get(SAMPLES, headers=bearer(service.token()))


def test_an_error_before_the_first_byte_is_an_answer(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(self: RowSource, names: Any) -> Iterator[Any]:
        raise RuntimeError("secret path /srv/data")
        yield

    monkeypatch.setattr(RowSource, "batches", fails)
    answer = service.client.get(SAMPLES, headers=bearer(service.token()))
    assert answer.status_code == 500
    number = answer.json()["detail"].partition("编号 ")[2][:8]
    assert number in caplog.text
    assert "secret" not in answer.text
    assert service.takings.running == 0


def test_only_so_many_files_at_once(service: Service) -> None:
    slots = service.takings._files
    slots.take("analyst")
    slots.take("analyst")
    answer = service.client.get(SAMPLES, headers=bearer(service.token()))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert service.client.get(SAMPLES, headers=bearer(service.token("county"))).status_code == 200
    figure = service.client.get("/api/v1/metrics/unqualified_rate", headers=bearer(service.token()))
    assert figure.status_code == 200, "figures do not wait for files"
    slots.free("analyst")
    assert service.client.get(SAMPLES, headers=bearer(service.token())).status_code == 200


def test_the_server_as_a_whole_has_places() -> None:
    slots = Slots(per_account=2, in_all=3)
    for name in ("a", "a", "b"):
        slots.take(name)
    with pytest.raises(Problem, match="太多"):
        slots.take("c")
    slots.free("a")
    slots.take("c")
    assert slots.in_use == 3


def delivered(pieces: Iterator[bytes], receive: Any, send: Any, **options: Any) -> list[bool]:
    """Run a delivery and return what it reported at its end."""
    ends: list[bool] = []

    async def run() -> None:
        delivery = Delivery(pieces, [], ends.append, limiter=anyio.CapacityLimiter(1), **options)
        await delivery({"type": "http"}, receive, send)

    asyncio.run(run())
    return ends


def endless(closed: threading.Event) -> Iterator[bytes]:
    try:
        while True:
            yield b"x" * 1000
    finally:
        closed.set()


async def never() -> dict[str, Any]:
    await anyio.sleep_forever()
    raise AssertionError


def test_whoever_goes_frees_the_place_and_ends_the_query() -> None:
    closed, sent = threading.Event(), []

    async def receive() -> dict[str, Any]:
        while len(sent) < 5:
            await anyio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        await anyio.sleep(0)

    assert delivered(endless(closed), receive, send) == [False]
    assert closed.is_set()
    assert sent[-1].get("more_body", True), "no clean end"


def test_whoever_takes_nothing_is_cut_off() -> None:
    closed = threading.Event()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await anyio.sleep_forever()

    with pytest.raises(BrokenOff):
        delivered(endless(closed), never, send, patience_seconds=0.05)
    assert closed.is_set()


def test_no_more_than_one_piece_waits() -> None:
    made: list[int] = []
    waiting: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(6):
            made.append(number)
            yield bytes([number])

    async def send(message: dict[str, Any]) -> None:
        await anyio.sleep(0.01)
        if body := message.get("body"):
            waiting.append(len(made) - 1 - body[0])

    assert delivered(pieces(), never, send) == [True]
    assert len(waiting) == 6
    assert max(waiting) <= 1


def test_gzip_is_the_same_every_time() -> None:
    counted = Counted(iter([b"abc" * 1000, b"", b"def"]))
    packed = b"".join(gzipped(iter(counted)))
    assert gzip.decompress(packed) == b"abc" * 1000 + b"def"
    assert packed == b"".join(gzipped(iter([b"abc" * 1000, b"", b"def"])))
    assert packed[4:8] == b"\0" * 4, "no time of day (RFC 1952, MTIME)"


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        *((None, False), ("", False), ("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False)),
        *(("*", True), ("*;q=0", False), ("identity", False), ("gzip;q=x", False), ("*, gzip;q=0", False)),
    ],
)
def test_gzip_is_a_matter_of_taste(header: str | None, taken: bool) -> None:
    assert accepts_gzip(header) is taken


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (None, False),
        ("*", True),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a-gzip"', True),
        ('"b"', False),
        ("a b", False),
    ],
)
def test_tags_are_compared_weakly(header: str | None, known: bool) -> None:
    assert is_known('"a"', header) is known
    assert is_known('"a-gzip"', header) is known


def test_old_http_cannot_tell_whole_from_broken(service: Service) -> None:
    async def old(scope: Any, receive: Any, send: Any) -> None:
        await service.client.app({**scope, "http_version": "1.0"}, receive, send)

    answer = TestClient(old).get(SAMPLES, headers=bearer(service.token()))
    assert (answer.status_code, "HTTP/1.1" in answer.json()["detail"]) == (505, True)
