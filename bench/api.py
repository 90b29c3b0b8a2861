"""A file of many rows over HTTP from a running server: first byte, whole file, memory, and another reader."""

import http.client
import os
import statistics
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.serving import free_port, serving
from lib.access.demo_accounts import ensure_demo_accounts
from lib.access.tokens import create_token
from lib.data.database import record_engine

ALL_SAMPLES = "/api/v1/tables/sample?sampling=%E5%85%A8%E9%83%A8&format="
FIGURE = "/api/v1/metrics/unqualified_rate?by=month&format=json"
WAYS = (("CSV", "csv", "identity"), ("CSV，gzip", "csv", "gzip"), ("Parquet", "parquet", "identity"))
_PIECE = 1 << 18


@dataclass(frozen=True)
class Taken:
    """One file: how it went, and the median answer time of another reader's figure beside it and before it."""

    what: str
    rows: int
    mebibytes: float
    first_byte_seconds: float
    seconds: float
    processor_seconds: float
    mebibytes_above_idle: float
    figure_milliseconds: float
    figure_alone_milliseconds: float


def measure(database_url: str, snapshots: Path) -> list[Taken]:
    """Serve a snapshot and take all its samples in each way."""
    engine = record_engine(database_url)
    now = datetime.now(UTC)
    ensure_demo_accounts(engine, now)
    token = create_token(engine, "analyst", label="bench", days=1, districts=None, now=now)
    engine.dispose()
    port = free_port()
    with serving(database_url, snapshots, port) as server:
        for way in WAYS:
            fetch(port, token, FIGURE, "identity")
            fetch(port, token, "/api/v1/tables/failing_item?format=" + way[1], way[2])
        return [_taken(server, port, token, way) for way in WAYS]


def _taken(server: int, port: int, token: str, way: tuple[str, str, str]) -> Taken:
    what, form, coding = way
    alone = statistics.median(_figure(port, token) for _ in range(10))
    time.sleep(1)
    Path(f"/proc/{server}/clear_refs").write_text("5", encoding="ascii")
    idle = _memory(server, "VmRSS")
    busy = _processor_seconds(server)
    beside: list[float] = []
    over = threading.Event()
    other = threading.Thread(target=_click, args=(port, token, beside, over))
    other.start()
    rows, size, first, seconds = fetch(port, token, ALL_SAMPLES + form, coding)
    busy = _processor_seconds(server) - busy
    over.set()
    other.join()
    above = _memory(server, "VmHWM") - idle
    return Taken(what, rows, size / 2**20, first, seconds, busy, above, statistics.median(beside), alone)


def fetch(port: int, token: str, address: str, coding: str) -> tuple[int, int, float, float]:
    """Rows announced, bytes received, seconds to the first byte and to the last; a cut file raises."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    begun = time.perf_counter()
    connection.request(
        "GET", address, headers={"Authorization": f"Bearer {token}", "Accept-Encoding": coding}
    )
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(answer.read().decode())
    size = len(answer.read(1))
    first = time.perf_counter() - begun
    while piece := answer.read(_PIECE):
        size += len(piece)
    seconds = time.perf_counter() - begun
    connection.close()
    return int(answer.headers["X-Row-Count"]), size, first, seconds


def _click(port: int, token: str, times: list[float], over: threading.Event) -> None:
    while not over.is_set() or not times:
        times.append(_figure(port, token))
        time.sleep(0.2)


def _figure(port: int, token: str) -> float:
    return fetch(port, token, FIGURE, "identity")[3] * 1000


def _memory(process: int, name: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _processor_seconds(process: int) -> float:
    """User and system time of a process (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
