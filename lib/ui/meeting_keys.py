"""The presenter's keys and the bar at the foot of a slide: forward and back, black, full screen, filters, notes.

The browser's side of the show. Presses are numbered and told to the server until it has heard them, so that one made
while a slide is computed is neither lost nor counted twice; blackening, full screen and scrolling stay in the browser.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import streamlit as st

KEY: Final = "meeting.keys"

_HTML: Final = """
<nav aria-label="汇报控制">
  <button type="button" data-do="back" aria-label="上一页" title="上一页（←）">‹</button>
  <span class="number"></span>
  <button type="button" data-do="on" aria-label="下一页" title="下一页（→）">›</button>
  <button type="button" data-do="filter" title="筛选（L）">筛选</button>
  <button type="button" data-do="note" title="讲稿提示（N）">提示</button>
  <button type="button" data-do="timer" title="暂停或继续自动翻页（T）">自动</button>
  <button type="button" data-do="full" title="全屏（F）">全屏</button>
  <button type="button" data-do="black" title="黑屏（B）">黑屏</button>
  <button type="button" data-do="leave" title="退出（Esc）">退出</button>
  <span class="more" hidden>↓ 下面还有</span>
  <span class="state" role="status"></span>
</nav>
<div class="black" hidden></div>
"""

_CSS: Final = """
nav { position: fixed; left: 0; right: 0; bottom: 0; z-index: 999; display: flex; flex-wrap: wrap; gap: 0.5rem;
  align-items: center; padding: 0.2rem 1.2rem; background: var(--st-secondary-background-color);
  color: var(--st-text-color); font-family: var(--st-font); font-size: 0.875rem; }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--st-border-color);
  border-radius: 4px; padding: 0.05rem 0.6rem; cursor: pointer; }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
[hidden] { display: none !important; }
.number { min-width: 3em; text-align: center; }
.more { margin-left: auto; }
.black { position: fixed; inset: 0; z-index: 1000; background: #000; cursor: none; }
"""

_SCRIPT: Final = """
const shows = new WeakMap();
// What outlives the bar itself: it may be taken down and put up again while slides are turned quickly.
const show = { token: "", count: 0, pending: [], black: false, paused: false, slow: false, timer: 0, wait: 0 };

// A drop-down list that was just used keeps the focus: as long as it is closed, turning and leaving still work.
function isTyping(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  if (!target.matches("input, textarea, select, [contenteditable=true], [role=combobox], [role=option]")) return false;
  const isClosed = target.getAttribute("aria-expanded") === "false";
  return !(isClosed && ["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Escape"].includes(event.key));
}

function start(root) {
  show.data = null;
  const find = (name) => root.querySelector(name);
  const main = () => (root.host || root).closest("[data-testid=stMain]") || document.scrollingElement;

  const app = document.querySelector("[data-test-connection-state]");
  const isCut = () => !navigator.onLine || (app && app.dataset.testConnectionState !== "CONNECTED");

  // What was pressed and is not heard yet is told again with every press: the newest message holds all of it.
  const tell = () => show.send("pressed", { token: show.token, presses: [...show.pending] });
  // Where the show will stand once everything pressed is heard.
  const then = () => show.pending.reduce((seen, one) => ({
    number: one.what === "go" ? one.to : seen.number,
    panel: ["filter", "note"].includes(one.what) ? (seen.panel === one.what ? "" : one.what) : seen.panel,
    left: seen.left || one.what === "leave",
  }), { number: show.data.number, panel: show.data.panel, left: false });
  const press = (what, to, address) => {
    if (isCut() || !show.token) { say(); return; }
    if (then().left) return;
    show.count += 1;
    show.pending.push({ number: show.count, what, to: to || 0, address: address || "" });
    tell();
  };
  const go = (to) => {
    const target = Math.min(Math.max(to, 1), show.data.total);
    if (target !== then().number) press("go", target);
    else if (isCut()) say();
  };
  const blacken = (on) => { show.black = on; find(".black").hidden = !on; };
  const full = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  };
  const scroll = (part) => main().scrollBy({ top: part * window.innerHeight });
  const hidden = (seen) => seen.scrollHeight - seen.scrollTop - seen.clientHeight;
  const more = () => { find(".more").hidden = hidden(main()) < 8; };
  const clock = () => {
    window.clearTimeout(show.timer);
    const { every, number, total, panel } = show.data;
    if (!every || show.paused || panel || number >= total) return;
    show.timer = window.setTimeout(() => {
      if (show.black || isCut()) clock(); else go(show.data.number + 1);
    }, every * 1000);
  };
  const deeds = {
    on: () => go(then().number + 1),
    back: () => go(then().number - 1),
    first: () => go(1),
    last: () => go(show.data.total),
    filter: () => press("filter"),
    note: () => show.data.owner && press("note"),
    timer: () => { show.paused = !show.paused; say(); clock(); },
    full,
    black: () => blacken(!show.black),
    leave: () => {
      if (show.black) blacken(false);
      else if (then().panel) press(then().panel);
      else {
        if (document.fullscreenElement) document.exitFullscreen();
        press("leave");
      }
    },
    down: () => scroll(0.7),
    up: () => scroll(-0.7),
  };
  const keys = {
    ArrowRight: "on", PageDown: "on", " ": "on", ArrowLeft: "back", PageUp: "back", Home: "first", End: "last",
    ArrowDown: "down", ArrowUp: "up", f: "full", b: "black", l: "filter", n: "note", t: "timer", Escape: "leave",
  };
  const say = () => {
    const words = [];
    if (show.slow && !isCut()) words.push("正在打开…");
    if (isCut()) words.push("网络已断开，画面保持不变，恢复后自动继续");
    if (show.data.every) words.push(show.paused ? "自动翻页已暂停" : `每${show.data.every}秒自动翻页`);
    find(".state").textContent = words.join("；");
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (event.key === " " && event.composedPath()[0] instanceof HTMLButtonElement) return;
    const deed = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deeds[deed]();
  };
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("online", say);
  window.addEventListener("offline", say);
  main().addEventListener("scroll", more);
  const watcher = new ResizeObserver(more);
  watcher.observe(main().firstElementChild || main());
  // A slide that takes its time says so; presses that a run has passed over are told again when it has ended.
  const watch = () => {
    if (!show.data) return;
    const isRunning = app && app.dataset.testScriptState === "running";
    window.clearTimeout(show.wait);
    if (!isRunning) show.slow = false;
    show.wait = window.setTimeout(() => {
      if (isRunning) { show.slow = true; say(); }
      else if (show.pending.length && !isCut()) tell();
    }, 600);
    say();
  };
  const path = window.location.pathname;
  const onHistory = () => window.location.pathname === path && press("moved", 0, window.location.search);
  window.addEventListener("popstate", onHistory, true);
  const line = new MutationObserver(watch);
  if (app) line.observe(app, { attributeFilter: ["data-test-connection-state", "data-test-script-state"] });
  root.querySelectorAll("[data-do]").forEach((one) => { one.onclick = () => deeds[one.dataset.do](); });
  find(".black").onclick = () => blacken(false);

  const draw = (data, sender) => {
    const before = show.data;
    const turned = !before || before.number !== data.number;
    Object.assign(show, { data, send: sender });
    const anew = { token: data.token, pending: [], count: data.heard, black: false, paused: false };
    if (show.token !== data.token) Object.assign(show, anew);
    show.pending = show.pending.filter((one) => one.number > data.heard);
    if (turned) main().scrollTo(0, 0);
    blacken(show.black);
    find(".number").textContent = `${data.number}/${data.total}`;
    find("[data-do=note]").hidden = !data.owner;
    find("[data-do=timer]").hidden = !data.every;
    find("[data-do=full]").hidden = !document.fullscreenEnabled;
    if (before) say(); else watch();
    // An open panel stops the clock, a closed one starts it anew.
    if (turned || before.panel !== data.panel || before.every !== data.every) clock();
    more();
  };
  const stop = () => {
    window.clearTimeout(show.timer);
    window.clearTimeout(show.wait);
    window.removeEventListener("popstate", onHistory, true);
    watcher.disconnect();
    line.disconnect();
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("online", say);
    window.removeEventListener("offline", say);
    main().removeEventListener("scroll", more);
  };
  return { draw, stop, calls: 0 };
}

export default function ({ data, parentElement, setStateValue }) {
  if (!shows.has(parentElement)) shows.set(parentElement, start(parentElement));
  const bar = shows.get(parentElement);
  const call = bar.calls += 1;
  bar.draw(data, setStateValue);
  return () => {
    // A call that was overtaken by the next one is ended late: the bar is the other one's by then.
    if (bar.calls !== call || shows.get(parentElement) !== bar) return;
    bar.stop();
    shows.delete(parentElement);
  };
}
"""

_component = st.components.v2.component("bamai_meeting", html=_HTML, css=_CSS, js=_SCRIPT)


@dataclass(frozen=True)
class Place:
    """Where the show stands: slide and number of slides, seconds a slide (0: by hand), the open panel, whose it is.

    `token` names the stay that presses belong to, `heard` is the number of the last press that is in it.
    """

    number: int
    total: int
    every: int
    panel: str
    owner: bool
    token: str
    heard: int


def keys(place: Place) -> None:
    """Listen to the presenter; what was pressed is `told` in the next run."""
    _component(key=KEY, data=asdict(place))


def is_listening() -> bool:
    """Whether the presenter was listened to in the run before, on this page."""
    return KEY in st.session_state


def told() -> Mapping[str, Any]:
    """What the browser tells: the token of a stay and its presses that were not heard yet."""
    state = st.session_state.get(KEY) or {}
    return state.get("pressed") or {}
