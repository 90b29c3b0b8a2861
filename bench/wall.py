"""Live filter on the wall of a meeting: from the click on an option to the slide that says it, at 1920 × 1080."""

import statistics
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page

from bench.serving import chromium, free_port, serving
from lib.access.demo_accounts import DEMO_ACCOUNTS

#: Slides and what the report calls them; importing the pages' own list would start half of Streamlit.
SHOWN = {
    "unqualified-rate.course": "抽检不合格率：走势与同比",
    "overview.overview": "总览",
    "districts.compare": "属地责任：各项对照",
    "rectification.stages": "整改闭环：五环流程",
    "clinic.outcome": "流动诊所：帮扶是否有效",
    "supervision.progress": "包保督导：本季进度",
}
PLACES = ("颍州区", "临泉县", "太和县", "阜南县")
STAGES = ("餐饮", "流通", "生产")
_WITH_STAGES = ("unqualified-rate", "overview", "districts")
_PERIOD = {"from": "2025-01-01", "to": "2025-09-30", "district": "341200", "version": "1", "panel": "filter"}

#: Runs in the page: clicks the option and waits until the slide's sentence has the word and no run is under way.
_TIMER = """
([label, word]) => new Promise((resolve, reject) => {
  const option = [...document.querySelectorAll('[role=option]')].find(one => one.textContent.trim().startsWith(label));
  if (!option) { reject(new Error('no option ' + label)); return; }
  const begin = performance.now();
  const watch = window.setInterval(() => {
    const app = document.querySelector('[data-test-script-state]');
    const sentence = document.querySelector('.st-key-wall-slide [data-testid=stCaptionContainer]');
    if (sentence && sentence.innerText.includes(word) && app.dataset.testScriptState === 'notRunning') {
      window.clearInterval(watch);
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begin)));
    }
  }, 5);
  option.click();
})
"""


@dataclass(frozen=True)
class Live:
    """One slide: medians and the slowest in milliseconds. `stages`: whole city, none where the slide knows no stage."""

    title: str
    first: float
    again: float
    slowest: float
    stages: float | None


def measure(database_url: str, snapshots: Path) -> list[Live]:
    """Change the district of each slide twice round, then the stage of the whole city."""
    port = free_port()
    with serving(database_url, snapshots, port), chromium() as browser:
        page = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN").new_page()
        return [_live(page, f"http://127.0.0.1:{port}/meeting", slide) for slide in SHOWN]


def _live(page: Page, url: str, slide: str) -> Live:
    _open(page, url, slide)
    rounds = [[_change(page, "属地", place, f"范围：{place}；") for place in PLACES] for _ in range(2)]
    stages = None
    if slide.startswith(_WITH_STAGES):
        _open(page, url, slide)
        stages = statistics.median(_change(page, "环节", stage, stage) for stage in STAGES)
    slowest = max(milliseconds for one in rounds for milliseconds in one)
    first, again = (statistics.median(one) for one in rounds)
    return Live(SHOWN[slide], first, again, slowest, stages)


def _open(page: Page, url: str, slide: str) -> None:
    page.goto(f"{url}?{urlencode({**_PERIOD, 'show': slide})}")
    bar, form = page.get_by_label("汇报控制"), page.locator("input[type=password]")
    bar.or_(form).first.wait_for(timeout=120_000)
    if form.count():
        account = next(one for one in DEMO_ACCOUNTS if one.username == "presenter")
        page.locator("input").first.fill(account.username)
        form.fill(account.password)
        page.keyboard.press("Enter")
        bar.wait_for(timeout=120_000)
    page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")
    page.wait_for_timeout(1_500)


def _change(page: Page, filter_name: str, label: str, word: str) -> float:
    page.get_by_label(filter_name, exact=True).first.click()
    page.keyboard.type(label)
    page.get_by_role("option").filter(has_text=label).first.wait_for()
    page.wait_for_timeout(200)
    milliseconds: float = page.evaluate(_TIMER, [label, word])
    if page.get_by_role("listbox").count():
        page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    return milliseconds
