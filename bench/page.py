"""Warm filter change on the sampling page against a bare Streamlit page, in one Chromium, turn about."""

import os
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page

from bench.serving import PROJECT, chromium, free_port, running, serving
from lib.access.demo_accounts import DEMO_ACCOUNTS

CHANGES = 12
PLACES = ("颍州区", "临泉县")
BARE_PLACES = ("地区3", "地区7")

#: Runs in the page: from the click on an option to the end of the script run and the redrawn chart.
_TIMER = """
(label) => new Promise((resolve, reject) => {
  const app = document.querySelector('[data-testid=stApp]');
  const option = [...document.querySelectorAll('[role=option]')].find(one => one.textContent.trim().startsWith(label));
  if (!option) { reject(new Error('no option ' + label)); return; }
  let started = false;
  const begin = performance.now();
  const watch = new MutationObserver(() => {
    const state = app.dataset.testScriptState;
    if (state === 'running') started = true;
    if (started && state === 'notRunning') {
      watch.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begin)));
    }
  });
  watch.observe(app, { attributes: true, attributeFilter: ['data-test-script-state'] });
  option.click();
})
"""


def measure(database_url: str, snapshots: Path) -> dict[str, Any]:
    """Medians in milliseconds of the sampling page and of the bare page, and their ratio."""
    ours_port, bare_port = free_port(), free_port()
    page = str(PROJECT / "bench" / "bare_page.py")
    bare = [sys.executable, "-m", "streamlit", "run", page, "--server.headless", "true"]
    bare += ["--server.port", str(bare_port)]
    health = f"http://127.0.0.1:{bare_port}/_stcore/health"
    with (
        TemporaryDirectory() as elsewhere,  # no configuration of ours: what anybody gets from "streamlit run"
        serving(database_url, snapshots, ours_port),
        running(bare, health, dict(os.environ), Path(elsewhere)),
    ):
        return _compare(f"http://127.0.0.1:{ours_port}/unqualified-rate", f"http://127.0.0.1:{bare_port}/")


def _compare(ours_url: str, bare_url: str) -> dict[str, Any]:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        ours, bare = context.new_page(), context.new_page()
        _log_in(ours, ours_url)
        bare.goto(bare_url)
        bare.wait_for_selector("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
        times: dict[str, list[float]] = {"ours": [], "bare": []}
        for turn in range(CHANGES + 2):
            ours.bring_to_front()
            one = _change(ours, PLACES[turn % 2])
            bare.bring_to_front()
            two = _change(bare, BARE_PLACES[turn % 2])
            if turn >= 2:  # the first two fill the caches: the goal is about warm changes
                times["ours"].append(one)
                times["bare"].append(two)
    ours_ms, bare_ms = (statistics.median(times[name]) for name in ("ours", "bare"))
    return {"ours_ms": ours_ms, "bare_ms": bare_ms, "ratio": ours_ms / bare_ms}


def _log_in(page: Page, url: str) -> None:
    account = DEMO_ACCOUNTS[0]
    page.goto(url)
    page.locator("input").first.fill(account.username)
    page.locator("input[type=password]").fill(account.password)
    page.keyboard.press("Enter")
    page.wait_for_selector(
        "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg", timeout=120_000
    )
    page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")


def _change(page: Page, label: str) -> float:
    page.get_by_role("combobox").first.click()
    page.keyboard.type(label)  # a long list only holds the options in sight
    page.get_by_role("option", name=label).first.wait_for()
    time.sleep(0.2)
    milliseconds: float = page.evaluate(_TIMER, label)
    time.sleep(0.5)
    return milliseconds
