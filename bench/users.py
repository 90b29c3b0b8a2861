"""Readers at once: each opens a page and goes on changing the district, all through the door a browser uses.

They speak Streamlit's own messages over its web socket, so that one machine can play twenty of them: twenty browsers
would measure themselves. What a browser draws afterwards is in bench/page.py.
"""

import asyncio
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.request import Request, urlopen

from sqlalchemy import Engine
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench import api
from bench.serving import free_port, serving
from lib.access.accounts import find_account
from lib.access.demo_accounts import ensure_demo_accounts
from lib.access.records import writing
from lib.access.sessions import new_ticket
from lib.access.tokens import create_token
from lib.data.database import record_engine

PAGE = "/unqualified-rate"
PLACES = ("341202", "341221", "341222", "341225", "")
_THINKING_SECONDS = 2.0


READERS = 20
_ALONE_SECONDS = 20


@dataclass(frozen=True)
class Beside:
    """The same readers alone and while somebody takes a file of many rows, and how long that file took."""

    rows: int
    file_seconds: float
    alone: "Clicks"
    beside: "Clicks"


@dataclass(frozen=True)
class Clicks:
    """How long the readers waited for their page after a click, in milliseconds."""

    readers: int
    clicks: int
    median: float
    slowest_twentieth: float


def measure(database_url: str, snapshots: Path) -> Beside:
    """Serve the snapshot, let twenty readers click, then let one take all samples as CSV meanwhile."""
    engine = record_engine(database_url)
    now = datetime.now(UTC)
    ensure_demo_accounts(engine, now)
    token = create_token(engine, "analyst", label="bench", days=1, districts=None, now=now)
    port = free_port()
    with serving(database_url, snapshots, port):
        url = f"http://127.0.0.1:{port}"
        cookie = cookie_of(engine, url, "official")
        click(url, cookie, readers=READERS, seconds=_ALONE_SECONDS / 2)  # fills the caches
        alone = click(url, cookie, readers=READERS, seconds=_ALONE_SECONDS)
        with ThreadPoolExecutor(1) as pool:
            taking = pool.submit(api.fetch, port, token, api.ALL_SAMPLES + "csv", "identity")
            beside = click(url, cookie, readers=READERS, seconds=_ALONE_SECONDS, until=taking.done)
            rows, _, _, seconds = taking.result()
    engine.dispose()
    return Beside(rows, seconds, alone, beside)


def cookie_of(engine: Engine, url: str, username: str) -> str:
    """The session cookie of a reader who logged in, as the browser would send it."""
    with writing(engine) as connection:
        account = find_account(connection, username)
        if account is None:
            raise SystemExit(f"no account {username}")
        ticket = new_ticket(connection, account, datetime.now(UTC))
    with urlopen(Request(f"{url}/api/session", data=ticket.encode(), headers={"Origin": url})) as answer:
        cookies = SimpleCookie(answer.headers["Set-Cookie"])
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


def click(
    url: str, cookie: str, *, readers: int, seconds: float, until: Callable[[], bool] | None = None
) -> Clicks:
    """Let readers click, a click every two seconds each, for that long or until something is done."""
    return asyncio.run(_click(url, cookie, readers, seconds, until))


async def _click(
    url: str, cookie: str, readers: int, seconds: float, until: Callable[[], bool] | None
) -> Clicks:
    end = time.perf_counter() + seconds
    over = until or (lambda: time.perf_counter() > end)
    each = await asyncio.gather(*(_reader(url, cookie, number, readers, over) for number in range(readers)))
    waited = sorted(one for times in each for one in times)
    late = waited[int(len(waited) * 0.95)]
    return Clicks(readers, len(waited), statistics.median(waited) * 1000, late * 1000)


async def _reader(url: str, cookie: str, number: int, readers: int, over: Callable[[], bool]) -> list[float]:
    waited: list[float] = []
    headers = {"Cookie": cookie, "Origin": url}
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(
        address, additional_headers=headers, subprotocols=[Subprotocol("streamlit")], max_size=None
    ) as line:
        await _run(line, "")
        await asyncio.sleep(_THINKING_SECONDS * number / readers)
        turn = number
        while not waited or not over():
            turn += 1
            place = PLACES[turn % len(PLACES)]
            waited.append(await _run(line, f"district={place}" if place else ""))
            await asyncio.sleep(_THINKING_SECONDS)
    return waited


async def _run(line: ClientConnection, query: str) -> float:
    """Ask for one run of the page; seconds until its last message. Raises when the page failed."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = PAGE.removeprefix("/")
    began = time.perf_counter()
    await line.send(message.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(bytes(await line.recv(decode=False)))
        if answer.WhichOneof("type") == "script_finished":
            if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                raise RuntimeError(f"the page did not finish: {answer.script_finished}")
            return time.perf_counter() - began
