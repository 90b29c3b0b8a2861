"""数据下载: choices in the address, counts equal to the file, reasons where a file leaves the bureau, the register."""

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from lib.access.extracts import recent_extracts
from lib.access.reception import reception
from lib.access.roles import Role
from lib.data.scope import Scope
from lib.export.address import address_of
from lib.export.csv import digest
from lib.ui import extract_download, extract_page, sample_rows
from lib.ui.extract_download import Offer, handed_out
from lib.ui.extract_recent import page_query
from tests.app.conftest import OpenPage, words

PAGE = "extracts/extracts"
RATE = {"kind": "metric", "metric": "unqualified_rate", "part": "figures"}
Take = Callable[..., tuple[AppTest, Offer]]


@pytest.fixture
def take(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Open a page and return it with the offer its button hands out."""
    return taking(open_page, monkeypatch)


@pytest.fixture
def take_loop(open_loop_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> Take:
    """The same over the small world with a closed loop."""
    return taking(open_loop_page, monkeypatch)


def taking(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> Take:
    offers: list[Offer] = []

    def noted(offer: Offer, **given: object) -> None:
        offers.append(offer)
        extract_download.extract_button(offer, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(extract_page, "extract_button", noted)
    monkeypatch.setattr(sample_rows, "extract_button", noted)

    def opened(page: str = PAGE, **given: object) -> tuple[AppTest, Offer]:
        at = open_page(page, **given)
        assert not at.exception
        assert not at.error, words(at)
        return at, offers[-1]

    return opened


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_the_page_stands_for_every_role(take: Take, role: Role) -> None:
    at, offer = take(role=role)
    assert f"样品：{offer.content.row_count} 行" in words(at)
    assert len(lines(handed_out(offer))) == offer.content.row_count + 1


def test_what_is_taken_is_registered_and_can_be_taken_again(take: Take, open_page: OpenPage) -> None:
    _, offer = take(query={**RATE, "by": "division,quarter", "format": "package"})
    content = handed_out(offer)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    ((entry, times),) = recent_extracts(reception().engine, "tester", 1)
    assert (entry.row_count, entry.sha256, entry.door) == (offer.content.row_count, digest(content), "page")
    assert entry.file_name == "监督抽检不合格率_20250101-20250930_v000001.zip"
    at = open_page(PAGE)
    assert entry.sha256 in words(at)
    assert entry.query.startswith("metrics/unqualified_rate?")
    query = page_query(entry.query)
    assert query["kind"] == "metric"
    assert times == 1
    _, again = take(query=query)
    assert handed_out(again) == content
    ((_, times),) = recent_extracts(reception().engine, "tester", 1)
    assert times == 2, "the same file again is the same line of the list"


def test_a_version_that_is_gone_is_said_and_nothing_else_is_shown(open_page: OpenPage) -> None:
    at = open_page(PAGE, query={"version": "7"})
    assert "数据版本 7 已不在服务器上，不能按同一版本重取。现有最新版本为 1。" in words(at)
    assert not at.get("download_button")


def test_what_leaves_the_bureau_needs_a_reason(take: Take) -> None:
    at, offer = take(query={**RATE, "by": "division", "protect": "1"})
    assert "小数保护：1—4 的计数不提供" in words(at)
    assert at.get("download_button")[0].disabled
    at.text_input(key="extract.reason").set_value("市人大调研").run()
    assert not at.get("download_button")[0].disabled
    assert offer.file_name == "监督抽检不合格率_20250101-20250930_小数保护_v000001.csv"
    counts = [row[2] for row in lines(handed_out(offer))[1:]]
    assert not {"1", "2", "3", "4"} & set(counts)


def test_the_look_at_a_file_says_numbers_as_the_file_does(take: Take) -> None:
    at, offer = take(query={**RATE, "metric": "unqualified_batches", "by": "division"})
    shown = at.dataframe[0].value["value"].tolist()
    assert shown == [row[4] for row in lines(handed_out(offer))[1:]]
    assert not any("." in text for text in shown)


@pytest.mark.parametrize("query", [{"table": "sample"}, {**RATE, "part": "numerator"}])
def test_rows_do_not_leave_the_bureau(open_page: OpenPage, query: dict[str, str]) -> None:
    at = open_page(PAGE, query={**query, "protect": "1"})
    assert "不得对外提供" in words(at)
    assert not at.get("download_button")


def test_a_long_file_is_streamed_by_the_interface(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(extract_download, "_LONGEST", 10)
    monkeypatch.setattr(extract_download.st, "link_button", lambda _, url, **__: shown.append(url))
    _, offer = take()
    extract_download.extract_button(replace(offer, visitor=replace(offer.visitor, behind_gate=True)), key="x")
    assert shown == [f"/api/v1/{address_of(offer.extract, 1)}"]


def test_a_filter_the_table_does_not_know_is_refused_in_words(open_page: OpenPage) -> None:
    at = open_page(PAGE, query={"table": "inspection", "stage": "生产"})
    assert "“监督检查”不分环节，请去掉这一筛选条件" in words(at)
    assert not at.get("download_button")


def test_columns_about_persons_are_for_two_roles_and_only_when_asked(take_loop: Take) -> None:
    asked = {"table": "rectification_item", "personal": "1"}
    for role, personal in ((Role.ANALYST, True), (Role.OFFICIAL, False), (Role.PRESENTER, False)):
        _, offer = take_loop(role=role, query=asked)
        assert any(one.is_personal for one in offer.content.columns) == personal
    _, offer = take_loop(query={"table": "rectification_item"})
    assert not any(one.is_personal for one in offer.content.columns)


def test_a_reader_of_one_county_is_given_its_rows(take: Take) -> None:
    _, offer = take(scope=Scope.of("341225"))
    heads, *rows = lines(handed_out(offer))
    assert {row[heads.index("县区代码")] for row in rows} == {"341225"}


def test_the_page_of_samples_hands_out_the_same_file(take: Take) -> None:
    _, from_samples = take("sampling/sample_rows", query={"rows": "unqualified_rate.numerator"})
    _, from_extracts = take(query={**RATE, "part": "numerator"})
    assert handed_out(from_samples) == handed_out(from_extracts)
