"""Servers and the browser for the measurements."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
_START_SECONDS = 120


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(database_url: str, snapshots: Path, port: int) -> Iterator[int]:
    """Run server.py in demo mode; yields its process number once it answers."""
    environment = {
        **os.environ,
        "BAMAI_ENV": "demo",
        "BAMAI_DATABASE_URL": database_url,
        "BAMAI_SNAPSHOTS": str(snapshots),
        "STREAMLIT_SERVER_PORT": str(port),
    }
    with running([sys.executable, "server.py"], f"http://127.0.0.1:{port}/healthz", environment) as process:
        yield process


@contextmanager
def running(
    command: list[str], health: str, environment: dict[str, str], folder: Path = PROJECT
) -> Iterator[int]:
    """Run a server until the block is left; yields its process number once the address answers."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(health)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Headless Chromium of this machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def _wait(health: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        try:
            with urlopen(health, timeout=2):
                return
        except (URLError, TimeoutError):
            time.sleep(0.3)
    raise RuntimeError(f"no server at {health}")
