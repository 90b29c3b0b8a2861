"""The pages in a real browser: filters in the address, files, language, fit of the screen."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from lib.ui.page_table import PAGES
from tests.browser.conftest import WAIT_MILLISECONDS, Server, log_in, wait_for_login_form, watch

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]
ADDRESSES = [f"/{entry.url_path}" for entry in PAGES]
SECTIONS = ("course", "districts", "products", "items", "kinds")
DEEP = "/unqualified-rate?from=2024-01-01&to=2024-12-31&district=341202&stage=%E9%A4%90%E9%A5%AE"
DEEP_SENTENCE = "范围：颍州区；2024年；餐饮；常规抽样"
EVERYTHING = ["/", *ADDRESSES[1:], *(f"/unqualified-rate?section={one}" for one in SECTIONS)]
#: Latin words that stand in Chinese text of this field: units, test items, statistics, file formats.
ALLOWED_WORDS = {"Newcombe", "Byar"}
#: Names of file formats and their endings; a row of choices comes as one word.
ALLOWED_WORDS |= {"csv", "xlsx", "zip", "parquet", "json", "Excel", "Parquet", "CSVExcel"}


def opened(page: Page, server: Server, address: str, username: str = "analyst") -> Page:
    """Log in and open an address; return when the page's last line is there."""
    page.goto(f"{server.url}{address}")
    wait_for_login_form(page)
    log_in(page, username)
    wait_for_page(page)
    return page


def wait_for_page(page: Page) -> None:
    """Wait for the last line of a page and for the run to end."""
    page.get_by_text("不代表真实情况").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(state="attached")


def query(page: Page) -> dict[str, str]:
    """The parameters of the address."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.fixture(scope="module")
def state(browser: object, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of a reader who logged in once."""
    file = tmp_path_factory.mktemp("state") / "state.json"
    context = browser.new_context(locale="zh-CN")  # type: ignore[attr-defined]
    context.set_default_timeout(WAIT_MILLISECONDS)
    opened(context.new_page(), server, "/")
    context.storage_state(path=file)
    context.close()
    return file


@pytest.fixture
def visit(new_context: NewContext, server: Server, state: Path) -> Callable[..., Page]:
    """Open an address as a reader who is logged in."""

    def go(address: str, **options: object) -> Page:
        page = new_context(storage_state=str(state), **options).new_page()
        page.goto(f"{server.url}{address}")
        wait_for_page(page)
        return page

    return go


def test_a_link_with_filters_survives_login_and_reload(new_context: NewContext, server: Server) -> None:
    page = opened(new_context().new_page(), server, DEEP)
    expect(page.get_by_text(DEEP_SENTENCE).first).to_be_visible()
    asked = query(page)
    assert asked["district"] == "341202"
    assert asked["stage"] == "餐饮"
    page.reload()
    wait_for_page(page)
    expect(page.get_by_text(DEEP_SENTENCE).first).to_be_visible()
    assert query(page) == asked


def test_a_change_of_filter_changes_figure_and_address(visit: Callable[..., Page]) -> None:
    page = visit("/unqualified-rate")
    tile = page.get_by_test_id("stMetric").filter(has_text="监督抽检不合格率").get_by_test_id("stMetricValue")
    before = tile.inner_text()
    page.get_by_label("属地").fill("颍州")
    page.get_by_role("option", name="颍州区（阜阳市）").click()
    page.wait_for_url(re.compile("district=341202"))
    wait_for_page(page)
    expect(page.get_by_text("范围：颍州区；").first).to_be_visible()
    expect(tile).not_to_have_text(before)
    page.go_back()
    page.wait_for_url(re.compile("district=341200"))
    expect(tile).to_have_text(before, timeout=WAIT_MILLISECONDS)


def test_filters_go_along_to_the_next_page(visit: Callable[..., Page]) -> None:
    page = visit("/unqualified-rate?stage=%E9%A4%90%E9%A5%AE")
    page.get_by_test_id("stSidebarNav").get_by_text("指标说明").click()
    page.wait_for_url(re.compile("/definitions"))
    wait_for_page(page)
    expect(page.get_by_text("；餐饮；常规抽样").first).to_be_visible()
    assert query(page)["stage"] == "餐饮"
    page.reload()
    wait_for_page(page)
    expect(page.get_by_text("；餐饮；常规抽样").first).to_be_visible()


def test_the_rows_come_as_a_file_that_reads_back(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("/sample-rows")
    shown = page.get_by_text(re.compile(r"共 [\d,]+ 行")).inner_text()
    rows = int(re.search(r"共 ([\d,]+) 行", shown).group(1).replace(",", ""))  # type: ignore[union-attr]
    with page.expect_download() as fetched:
        page.get_by_role("button", name="下载CSV").click()
    file = fetched.value
    assert file.suggested_filename == "监督判定不合格批次明细_20250101-20250930_v000001.csv"
    file.save_as(tmp_path / "rows.csv")
    content = (tmp_path / "rows.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") >= rows + 1
    read = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(read) == rows
    assert len({row["抽样编号"] for row in read}) == rows
    assert all(row["抽样编号"].startswith("XBJ25341200") for row in read)
    formulas = [row["被抽样单位名称"] for row in read if "HYPERLINK" in row["被抽样单位名称"]]
    assert formulas, "the small world has names that look like formulas"
    assert all(name.startswith("'=") for name in formulas)


def test_a_chart_comes_as_a_file_with_its_rows(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit("/unqualified-rate?section=districts")
    beside = page.get_by_text(re.compile(r"数据版本 1(?:；演示数据（合成）)?；[\d,]+ 行")).first.inner_text()
    rows = int(re.search(r"([\d,]+) 行$", beside).group(1))  # type: ignore[union-attr]
    # A chart that is drawn late moves what stands below it away from under the pointer.
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").nth(1)).to_be_visible()
    with page.expect_download() as fetched:
        page.locator("[class*=st-key-file-adjusted]").get_by_role("button").click()
    assert fetched.value.suggested_filename.startswith("监督抽检不合格率_地区实际与预期_")
    fetched.value.save_as(tmp_path / "chart.csv")
    text = (tmp_path / "chart.csv").read_text(encoding="utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(read) == rows
    assert "341202" in {row["地区代码"] for row in read}
    one = next(row for row in read if row["地区代码"] == "341202")
    counts = [float(one[name]) for name in one if name.endswith("（批次）")]
    rate = float(one["监督抽检不合格率（小数）"])
    assert rate == pytest.approx(counts[2] / counts[3])


def test_nothing_left_is_explained(visit: Callable[..., Page]) -> None:
    page = visit("/unqualified-rate?stage=%E7%BD%91%E6%8A%BD")
    expect(page.get_by_text("没有样品")).to_be_visible()
    assert page.get_by_test_id("stMetric").count() == 0
    page.get_by_role("button", name=re.compile("不限环节")).click()
    expect(page.get_by_test_id("stMetric").first).to_be_visible()


def test_main_chart_stands_above_the_fold(visit: Callable[..., Page]) -> None:
    for address in ("/overview", "/unqualified-rate"):
        page = visit(address if address != "/overview" else "/")
        chart = page.get_by_test_id("stVegaLiteChart").first
        chart.wait_for()
        box = chart.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900, f"{address}: the chart ends at {box['y'] + box['height']}"


def test_every_page_is_in_chinese_scrolls_down_only_on_a_phone_and_asks_nobody_else(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit("/", width=390, height=844)
    watched = watch(page, server)
    for address in EVERYTHING:
        page.goto(f"{server.url}{address}")
        wait_for_page(page)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("m => m.scrollWidth - m.clientWidth") <= 0, address
        assert page.locator("html").evaluate("h => h.scrollWidth - h.clientWidth") <= 0, address
        # /api shows calls to copy and names programs and headers, which have no Chinese names.
        if address != "/api":
            words = set(re.findall(r"[A-Za-z]{2,}", "\n".join(readable(page))))
            assert {word for word in words if not word.isupper()} - ALLOWED_WORDS == set(), address
    assert watched.foreign == []
    assert watched.complaints == []


def readable(page: Page) -> list[str]:
    """Texts and placeholders of a page; icons are drawn by a font from words that nobody sees, code is code.

    Cells of tables hold what the records hold.
    """
    without_icons = """node => {
        const copy = node.cloneNode(true);
        const icons = "[data-testid=stIconMaterial], [data-testid=stAlertDynamicIcon], style, pre";
        copy.querySelectorAll(`${icons}, [role=gridcell]`).forEach(one => one.remove());
        const pieces = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
        const texts = [];
        while (pieces.nextNode()) texts.push(pieces.currentNode.data);
        return texts.join(" ");
    }"""
    texts = [page.get_by_test_id(name).evaluate(without_icons) for name in ("stMain", "stSidebar")]
    placeholders: list[str] = page.locator("[placeholder]").evaluate_all(
        "all => all.map(one => one.placeholder)"
    )
    return [*texts, *placeholders]


def test_chinese_glyphs_are_drawn(visit: Callable[..., Page]) -> None:
    page = visit("/")
    # A font without Chinese draws the same box for every character.
    drawn = page.get_by_role("heading", name="总览").evaluate(
        """heading => {
            const draw = (text) => {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 40;
                const pen = canvas.getContext("2d");
                pen.font = "32px " + getComputedStyle(heading).fontFamily;
                pen.fillText(text, 2, 32);
                return canvas.toDataURL();
            };
            return ["食", "检", "率"].map(draw);
        }"""
    )
    assert len(set(drawn)) == 3


def test_charts_and_tables_have_words_for_screen_readers(visit: Callable[..., Page]) -> None:
    page = visit("/unqualified-rate")
    words = page.get_by_test_id("stVegaLiteChart").evaluate_all("all => all.map(one => one.outerHTML)")
    assert all("控制图" in markup and "批次" in markup for markup in words)


def test_names_do_not_become_markup(visit: Callable[..., Page]) -> None:
    page = visit("/sample-rows?rows=batches_sampled.numerator")
    page.get_by_test_id("stDataFrame").wait_for()
    assert page.evaluate("window.__xss === undefined")
    assert page.locator("img[src*='example.org']").count() == 0
