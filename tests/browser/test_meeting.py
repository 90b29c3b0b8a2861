"""A meeting rehearsed: an agenda, keys, live filters, a load in the middle, a link elsewhere, the network cut."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lib.access.agendas import AgendaSlide, create_agenda
from lib.access.demo_accounts import DEMO_ACCOUNTS
from lib.data.database import exclusive_transaction, record_engine
from lib.data.publish import publish
from lib.data.versions import LoadCounts, record_version
from tests.app.small_world import World
from tests.browser.conftest import Server, copy_of, log_in, send_login, serve, wait_for_login_form
from tests.browser.line import Line

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]
NOW = datetime(2025, 11, 3, tzinfo=UTC)
PERIOD = "from=2025-01-01&to=2025-09-30"
SLIDES = (
    AgendaSlide("unqualified-rate.course", f"{PERIOD}&district=341200", "先说走势"),
    AgendaSlide("unqualified-rate.districts", f"{PERIOD}&district=341200"),
    AgendaSlide("unqualified-rate.kinds", f"{PERIOD}&district=341202"),
)
#: Eight slides, each of another period: a slide with the filters of another one is seen by its last month.
ENDS = tuple(
    f"2025-{end}" for end in ("03-31", "04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31")
)
#: Presses right after each other: keys, and milliseconds between them.
QUICK = (
    ("→→←", 100),
    ("→←", 120),
    ("→→←", 400),
    ("→→→→→→", 60),
    ("←←←←←←", 130),
    ("→→→→→→", 500),
    ("←←←←←←", 0),
)
#: What the link of one page alone holds besides its period.
OF_PAGE = {"show": "unqualified-rate.course", "version": "1", "district": "341202", "step": "quarter"}
SIZES = ((1024, 768), (1920, 1080), (3840, 2160), (390, 844))
#: Height of the smallest words, in pixels, and what they are; what nobody sees is left out.
WORDS = """() => {
  const found = [];
  for (const part of document.querySelectorAll(".st-key-wall-slide *")) {
    const own = [...part.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || ["STYLE", "SCRIPT"].includes(part.tagName) || !part.checkVisibility()) continue;
    const enlarged = part.getScreenCTM ? Math.hypot(part.getScreenCTM().a, part.getScreenCTM().b) : 1;
    found.push([parseFloat(getComputedStyle(part).fontSize) * enlarged, part.textContent.slice(0, 20)]);
  }
  return found.sort((one, other) => one[0] - other[0])[0];
}"""


def agenda_of(world: World) -> str:
    """The presenter's agenda of three slides on the first data version; its number."""
    engine = record_engine(world.database_url)
    made = create_agenda(engine, "presenter", "调度会", data_version=1, now=NOW, slides=SLIDES)
    engine.dispose()
    return made.agenda_no


def agenda_of_periods(world: World) -> str:
    """An agenda of eight slides, each to the end of another month; its number."""
    engine = record_engine(world.database_url)
    slides = tuple(
        AgendaSlide("unqualified-rate.course", f"from=2025-01-01&to={end}&district=341200") for end in ENDS
    )
    made = create_agenda(engine, "presenter", "快", data_version=1, now=NOW, slides=slides)
    engine.dispose()
    return made.agenda_no


def load_again(world: World) -> None:
    """A second data version, published while the meeting goes on."""
    engine = record_engine(world.database_url)
    with exclusive_transaction(engine) as connection:
        record_version(
            connection,
            as_of=date(2025, 11, 30),
            kind="load",
            profile="test",
            file_names=["later.csv"],
            file_digest="1" * 64,
            counts=LoadCounts(0, 0, 0, 0, 0),
            actor="tester",
            now=NOW,
        )
    publish(engine, world.snapshots, keep=1)
    engine.dispose()


def settled(page: Page) -> None:
    """Wait until the slide stands and no run is under way."""
    page.get_by_label("汇报控制").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(state="attached")


def into_the_show(page: Page) -> None:
    """Log in where the address leads straight onto the wall, which has no menu."""
    (password,) = (one.password for one in DEMO_ACCOUNTS if one.username == "presenter")
    send_login(page, "presenter", password)
    settled(page)


def query(page: Page) -> dict[str, str]:
    """The parameters of the address."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def press(page: Page, key: str, expected: str) -> None:
    """Press a key and wait for the slide number."""
    page.keyboard.press(key)
    expect(page.get_by_label("汇报控制").locator(".number")).to_have_text(expected)
    page.wait_for_url(re.compile(rf"slide={expected[0]}(&|$)"))
    settled(page)


def shown_figures(page: Page) -> list[str]:
    """Values of the tiles, once they stand."""
    page.get_by_test_id("stMetricValue").first.wait_for()
    settled(page)
    return page.get_by_test_id("stMetricValue").all_inner_texts()


@pytest.fixture(scope="module")
def meeting(
    small_world: World, project_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One server for the meetings of this module, with a world of their own; each test has an agenda of its own."""
    folder = tmp_path_factory.mktemp("meeting")
    with serve(project_folder, copy_of(small_world, folder), folder / "server.txt") as running:
        yield running


def test_a_meeting_from_start_to_end(meeting: Server, new_context: NewContext) -> None:
    number = agenda_of(meeting.world)
    context = new_context(1920, 1080)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{meeting.url}/meeting?agenda={number}")
    wait_for_login_form(page)
    log_in(page, "presenter")
    faults.clear()
    page.get_by_role("link", name="开始汇报").click()
    settled(page)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(
        page.get_by_text("范围：阜阳市；2025年1—9月；常规抽样 · 数据截至2025年10月31日；数据版本 1")
    ).to_be_visible()
    before = shown_figures(page)
    assert len(before) == 3

    press(page, "ArrowRight", "2/3")
    press(page, "End", "3/3")
    expect(page.get_by_text("范围：颍州区；").first).to_be_visible()
    press(page, "ArrowLeft", "2/3")
    press(page, "Home", "1/3")
    assert shown_figures(page) == before

    page.keyboard.press("b")
    assert page.evaluate("() => document.elementFromPoint(900, 500).className") != ""
    expect(page.locator(".black")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".black")).to_be_hidden()

    page.keyboard.press("n")
    expect(page.get_by_text("先说走势")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("先说走势")).to_be_hidden()

    page.keyboard.press("l")
    page.get_by_label("属地").fill("颍州")
    page.get_by_role("option", name="颍州区（阜阳市）").click()
    page.wait_for_url(re.compile("district=341202"))
    settled(page)
    expect(page.get_by_text("范围：颍州区；2025年1—9月").first).to_be_visible()
    changed = shown_figures(page)
    assert changed != before

    alone = context.new_page()
    alone.goto(f"{meeting.url}/unqualified-rate?{PERIOD}&district=341202&step=quarter")
    alone.get_by_role("link", name="汇报此页").click()
    settled(alone)
    link = query(alone)
    assert link == {**dict(parse_qsl(PERIOD)), **OF_PAGE}
    on_the_wall = shown_figures(alone)
    bare = {name: value for name, value in link.items() if name != "version"}

    load_again(meeting.world)
    alone.reload()
    settled(alone)
    expect(alone.get_by_text("数据版本 1；").first).to_be_visible()
    assert (query(alone), shown_figures(alone)) == (link, on_the_wall)
    alone.goto(f"{meeting.url}/meeting?{urlencode(bare)}")
    settled(alone)
    expect(alone.get_by_text("数据版本 2；").first).to_be_visible()
    alone.wait_for_url(re.compile("version=2"))
    alone.close()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "panel" not in address)
    settled(page)
    assert shown_figures(page) == changed
    press(page, "ArrowRight", "2/3")
    press(page, "ArrowLeft", "1/3")
    expect(page.get_by_text("范围：颍州区；2025年1—9月").first).to_be_visible()
    expect(page.get_by_text("数据版本 1；").first).to_be_visible()
    expect(page.get_by_text("另有较新的数据版本 2")).to_be_visible()
    assert shown_figures(page) == changed

    elsewhere = new_context(1024, 768).new_page()
    elsewhere.goto(page.url)
    wait_for_login_form(elsewhere)
    into_the_show(elsewhere)
    settled(elsewhere)
    expect(elsewhere.get_by_text("范围：颍州区；2025年1—9月").first).to_be_visible()
    assert query(elsewhere) == query(page)
    assert shown_figures(elsewhere) == changed

    page.get_by_role("button", name="改用数据版本 2").click()
    expect(page.get_by_text("数据版本 2；").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("数据版本固定为 2")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    assert faults == []


def test_every_quick_press_counts_and_the_address_is_what_is_on_the_wall(
    meeting: Server, new_context: NewContext
) -> None:
    page = new_context(1024, 768).new_page()
    page.goto(f"{meeting.url}/meeting?agenda={agenda_of_periods(meeting.world)}&slide=1&version=1")
    wait_for_login_form(page)
    into_the_show(page)
    number = page.get_by_label("汇报控制").locator(".number")
    sentence = page.locator(".st-key-wall-slide").get_by_test_id("stCaptionContainer").first
    place = 1
    for keys, gap in QUICK:
        for key in keys:
            page.keyboard.press("ArrowRight" if key == "→" else "ArrowLeft")
            page.wait_for_timeout(gap)
            place = min(max(place + (1 if key == "→" else -1), 1), len(ENDS))
        period = f"2025年1—{place + 2}月；"
        expect(number).to_have_text(f"{place}/8")
        expect(sentence).to_contain_text(period)
        settled(page)
        # What is still on its way to the browser would arrive now.
        page.wait_for_timeout(1000)
        expect(number).to_have_text(f"{place}/8")
        expect(sentence).to_contain_text(period)
        asked = query(page)
        assert (asked["slide"], asked["to"]) == (str(place), ENDS[place - 1]), (keys, gap)


def test_a_press_on_the_way_out_and_the_way_back_lose_no_slide(
    meeting: Server, new_context: NewContext
) -> None:
    page = new_context(1024, 768).new_page()
    number = agenda_of_periods(meeting.world)
    page.goto(f"{meeting.url}/meeting?agenda={number}&slide=1&version=1")
    wait_for_login_form(page)
    into_the_show(page)
    for expected in ("2/8", "3/8"):
        press(page, "ArrowRight", expected)
    number_shown = page.get_by_label("汇报控制").locator(".number")
    for step, expected in ((page.go_back, "2/8"), (page.go_forward, "3/8"), (page.go_back, "2/8")):
        step()
        expect(number_shown).to_have_text(expected)
        page.wait_for_url(re.compile(rf"slide={expected[0]}(&|$)"))
        settled(page)
    expect(page.get_by_text("2025年1—4月；").first).to_be_visible()
    for key in ("ArrowRight", "Escape", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.get_by_text("数据版本固定为 1")).to_be_visible()
    page.wait_for_url(re.compile(rf"\?agenda={number}$"))


def test_slides_turn_by_themselves(meeting: Server, new_context: NewContext) -> None:
    page = new_context(1920, 1080).new_page()
    page.goto(f"{meeting.url}/meeting?agenda={agenda_of(meeting.world)}&slide=1&every=30")
    wait_for_login_form(page)
    into_the_show(page)
    page.clock.install()
    page.reload()
    settled(page)
    number = page.get_by_label("汇报控制").locator(".number")
    state = page.get_by_label("汇报控制").get_by_role("status")
    expect(state).to_have_text("每30秒自动翻页")
    page.clock.run_for(20_000)
    expect(number).to_have_text("1/3")
    page.clock.run_for(11_000)
    expect(number).to_have_text("2/3")
    settled(page)

    page.keyboard.press("t")
    expect(state).to_have_text("自动翻页已暂停")
    page.clock.run_for(40_000)
    expect(number).to_have_text("2/3")
    page.keyboard.press("t")
    page.clock.run_for(20_000)
    page.keyboard.press("l")
    page.wait_for_url(re.compile("panel=filter"))
    settled(page)
    page.clock.run_for(40_000)
    expect(number).to_have_text("2/3")
    page.keyboard.press("l")
    page.wait_for_url(lambda address: "panel" not in address)
    settled(page)
    page.clock.run_for(31_000)
    expect(number).to_have_text("3/3")
    settled(page)
    page.clock.run_for(40_000)
    expect(number).to_have_text("3/3")


def test_words_are_large_enough_and_nothing_runs_over_the_side(
    meeting: Server, new_context: NewContext
) -> None:
    page = new_context(1920, 1080).new_page()
    page.goto(f"{meeting.url}/meeting?show=unqualified-rate.course&{PERIOD}&version=1")
    wait_for_login_form(page)
    into_the_show(page)
    for name in ("unqualified-rate.course", "unqualified-rate.districts", "overview.overview"):
        page.goto(f"{meeting.url}/meeting?show={name}&{PERIOD}&district=341200&version=1")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            settled(page)
            page.wait_for_timeout(500)
            size, words = page.evaluate(WORDS)
            least = 24 * min(width / 1920, height / 1080) if width > 640 else 10
            assert size >= least * 0.95, (name, width, words)
            assert page.get_by_test_id("stMain").evaluate("m => m.scrollWidth - m.clientWidth") <= 0


def test_the_network_comes_back_to_the_same_slide(meeting: Server, new_context: NewContext) -> None:
    number = agenda_of(meeting.world)
    line = Line(int(meeting.url.rsplit(":", 1)[1]))
    page = new_context(1920, 1080).new_page()
    page.goto(f"http://127.0.0.1:{line.port}/meeting?agenda={number}&slide=2&{PERIOD}&district=341202")
    wait_for_login_form(page)
    into_the_show(page)
    asked = query(page)
    line.cut()
    expect(page.get_by_text("网络已断开，画面保持不变")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(2000)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("范围：颍州区；").first).to_be_visible()
    line.mend()
    page.locator("[data-test-connection-state=CONNECTED]").wait_for()
    expect(page.get_by_text("网络已断开")).to_be_hidden()
    assert query(page) == asked
    press(page, "ArrowRight", "3/3")
    press(page, "ArrowLeft", "2/3")
    assert query(page) == asked
    line.cut()
