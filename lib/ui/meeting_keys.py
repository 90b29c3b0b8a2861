"""The presenter's keys and the bar at the foot of a slide: forward and back, black, full screen, filters, notes.

The browser's side of the show. What it asks for travels as one trigger; blackening, full screen and scrolling stay
in the browser. The style takes away everything around the slide and sizes words by the window.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

import streamlit as st

KEY: Final = "meeting.keys"

#: Words grow with the window: at 1920 × 1080 the smallest are 24 pixels high. A chart is drawn for a plot as narrow as
#: in a small window and enlarged as a whole, words and lines alike; on a phone it stays as it is.
_STYLE: Final = """
<style>
html { font-size: max(15px, min(1.5vw, 2.67vh)) !important; }
[data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stStatusWidget"],
[data-testid="stExpandSidebarButton"], [data-testid="stSidebarCollapsedControl"] { display: none !important; }
[data-testid="stMainBlockContainer"] { max-width: none; padding: 0.5rem 1.2rem 2.8rem; }
body:has([data-test-connection-state]:not([data-test-connection-state="CONNECTED"]))
  > div:not(#root):has([role="dialog"]) { display: none !important; }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding-bottom: 5.5rem; } }
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.4rem; }
[data-testid="stElementContainer"]:has(h1) { display: none; }
.st-key-wall-slide { --wall: tan(atan2(max(12.6px, min(1.5vw, 2.67vh)), 12.6px)); gap: 0.35rem; }
.st-key-wall-slide h2, .st-key-wall-slide h3 { padding: 0; margin: 0; }
.st-key-wall-slide [data-testid="stHeading"] [data-testid="stMarkdownContainer"] { margin: 0; }
.st-key-wall-slide [data-testid="stCaptionContainer"], .st-key-wall-slide [data-testid="stCaptionContainer"] * {
  color: CanvasText; font-size: 0.875rem; line-height: 1.4; opacity: 1; }
.st-key-filter-bar [data-testid="stElementContainer"]:has([data-testid="stMultiSelect"], [data-testid="stSelectbox"]) {
  width: 11rem !important; }
[class*="st-key-wall-figure"] { padding: 0.5rem 0.7rem; gap: 0; }
[class*="st-key-wall-chart"] { width: calc(100% / var(--wall)); }
[class*="st-key-wall-chart"] * { overflow: visible; }
[class*="st-key-wall-chart"] :is(div, details) { height: auto !important; }
[class*="st-key-wall-chart"] svg.marks {
  width: calc(100% * var(--wall)) !important; height: auto !important; max-width: none; display: block; }
</style>
"""

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

// A drop-down list that was just used keeps the focus: as long as it is closed, turning and leaving still work.
function isTyping(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  if (!target.matches("input, textarea, select, [contenteditable=true], [role=combobox], [role=option]")) return false;
  const isClosed = target.getAttribute("aria-expanded") === "false";
  return !(isClosed && ["ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Escape"].includes(event.key));
}

function start(root) {
  const show = { target: 0, black: false, paused: false, timer: 0 };
  const find = (name) => root.querySelector(name);
  const host = root.host || root;
  const main = () => host.closest("[data-testid=stMain]") || document.scrollingElement;

  const app = document.querySelector("[data-test-connection-state]");
  const isCut = () => !navigator.onLine || (app && app.dataset.testConnectionState !== "CONNECTED");

  const send = (what, to) => isCut() ? say() : show.send("did", { what, to: to || 0, at: Date.now() });
  const go = (to) => {
    if (isCut()) { say(); return; }
    const target = Math.min(Math.max(to, 1), show.data.total);
    if (target !== show.target) { show.target = target; send("go", target); }
  };
  const blacken = (on) => { show.black = on; find(".black").hidden = !on; };
  const full = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  };
  const scroll = (part) => main().scrollBy({ top: part * window.innerHeight });
  const more = () => {
    const seen = main();
    find(".more").hidden = seen.scrollHeight - seen.scrollTop - seen.clientHeight < 8;
  };
  const clock = () => {
    window.clearTimeout(show.timer);
    const { every, number, total, panel } = show.data;
    if (!every || show.paused || panel || number >= total) return;
    show.timer = window.setTimeout(() => {
      if (show.black || isCut()) clock(); else go(show.data.number + 1);
    }, every * 1000);
  };
  const deeds = {
    on: () => go(show.target + 1),
    back: () => go(show.target - 1),
    first: () => go(1),
    last: () => go(show.data.total),
    filter: () => send("filter"),
    note: () => show.data.owner && send("note"),
    timer: () => { show.paused = !show.paused; say(); clock(); },
    full,
    black: () => blacken(!show.black),
    leave: () => {
      if (show.black) blacken(false);
      else if (show.data.panel) send(show.data.panel);
      else {
        if (document.fullscreenElement) document.exitFullscreen();
        send("leave");
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
  const onScroll = () => more();
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("online", say);
  window.addEventListener("offline", say);
  main().addEventListener("scroll", onScroll);
  const watcher = new ResizeObserver(more);
  watcher.observe(main().firstElementChild || main());
  const line = new MutationObserver(() => { show.target = show.data.number; say(); });
  if (app) line.observe(app, { attributeFilter: ["data-test-connection-state"] });
  root.querySelectorAll("[data-do]").forEach((one) => { one.onclick = () => deeds[one.dataset.do](); });
  find(".black").onclick = () => blacken(false);

  show.draw = (data, sender) => {
    const before = show.data;
    const turned = !before || before.number !== data.number;
    Object.assign(show, { data, send: sender });
    if (turned) { show.target = data.number; main().scrollTo(0, 0); }
    find(".number").textContent = `${data.number}/${data.total}`;
    find("[data-do=note]").hidden = !data.owner;
    find("[data-do=timer]").hidden = !data.every;
    find("[data-do=full]").hidden = !document.fullscreenEnabled;
    say();
    // An open panel stops the clock, a closed one starts it anew.
    if (turned || before.panel !== data.panel || before.every !== data.every) clock();
    more();
  };
  show.stop = () => {
    window.clearTimeout(show.timer);
    watcher.disconnect();
    line.disconnect();
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("online", say);
    window.removeEventListener("offline", say);
    main().removeEventListener("scroll", onScroll);
  };
  return show;
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!shows.has(parentElement)) shows.set(parentElement, start(parentElement));
  shows.get(parentElement).draw(data, setTriggerValue);
  return () => {
    shows.get(parentElement)?.stop();
    shows.delete(parentElement);
  };
}
"""

_component = st.components.v2.component("bamai_meeting", html=_HTML, css=_CSS, js=_SCRIPT)


@dataclass(frozen=True)
class Place:
    """Where the show stands: slide and number of slides, seconds a slide (0: by hand), the open panel, whose it is."""

    number: int
    total: int
    every: int
    panel: str
    owner: bool


def whole_window() -> None:
    """Take away everything around the slide; words and charts grow with the window."""
    st.html(_STYLE)


def keys(place: Place, act: Callable[[], None]) -> None:
    """Listen to the presenter; `act` runs before the next run and asks `deed` for what was pressed."""
    _component(key=KEY, data=asdict(place), on_did_change=act)


def deed() -> tuple[str, int]:
    """What the presenter asked for (go, filter, note, leave) and to which slide."""
    state = st.session_state.get(KEY) or {}
    done = state.get("did") or {}
    return str(done.get("what", "")), int(done.get("to", 0))
